# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a backup is: saved objects, an index that makes them one, and checksums over both."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Optional

from ..moments import parsed
from ..networks import CONFIG_BLOCK, OVN, SDN, other
from ..records.journal import NAMESPACE
from .configuration import configuration, key, titled

Json = dict[str, Any]

LABEL = "ocp-day2.ovn-migration/backup"
INDEX_LABEL = "ocp-day2.ovn-migration/backup-index"
SETTLED = "ocp-day2.ovn-migration/settled-at"
#: In the files only: which cluster it is of.
CLUSTER = "ocp-day2.ovn-migration/cluster"
_ID = re.compile(r"^(?P<target>[a-z0-9]+)-(?P<moment>\d{14})$")
_MOMENT = "%Y%m%d%H%M%S"


def identifier(target: str, moment: datetime, *, taken: Collection[str]) -> str:
    """``ovnkubernetes-20260101000000``; the next free second when that one is taken."""
    while True:
        name = f"{target.lower()}-{moment.strftime(_MOMENT)}"
        if name not in taken:
            return name
        moment += timedelta(seconds=1)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class NetworkRecord:
    """What a rollback needs of the network; ``settings`` are the plugin's own, by the option names of cno_migration."""

    network_type: str
    cluster_network: tuple[Mapping[str, Any], ...]
    mtu: Optional[int]
    settings: Mapping[str, Any]

    def settings_after(self, left: Mapping[str, Any]) -> Mapping[str, Any]:
        """``settings``, with the saved MTU where the operator would not come back to it by itself.

        It derives a missing MTU from the hosts' (cluster-network-operator 4.14, pkg/network/mtu.go), which is the saved
        one only where the plugin that is left has the default for the same hosts.

        :param left: the operator's block of the plugin that is left
        """
        now = left.get("mtu")
        if "mtu" in self.settings or self.mtu is None or now is None:
            return self.settings
        if self.mtu + HEADERS[self.network_type] == now + HEADERS[other(self.network_type)]:
            return self.settings
        return {**self.settings, "mtu": self.mtu}

    def to_json(self) -> Json:
        networks = [
            {"cidr": entry.get("cidr"), "host_prefix": entry.get("hostPrefix")} for entry in self.cluster_network
        ]
        return {
            "network_type": self.network_type,
            "cluster_network": networks,
            "mtu": self.mtu,
            "settings": dict(self.settings),
        }


@dataclass(frozen=True)
class Contents:
    """``objects`` as ``manifests.recorded`` makes them; ``absent`` what the cluster does not know.

    ``pods_in_error`` are ``namespace/name``.
    """

    objects: tuple[Json, ...]
    absent: tuple[str, ...] = ()
    pods_in_error: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Contents:
        """:raises ValueError: when it is not a text that ``to_text`` made"""
        try:
            stored = json.loads(text)
            return cls(
                objects=tuple(stored["objects"]),
                absent=tuple(stored["absent"]),
                pods_in_error=tuple(stored["pods_in_error"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"it lacks {error}") from error

    def to_text(self) -> str:
        stored = {"objects": self.objects, "absent": self.absent, "pods_in_error": self.pods_in_error}
        return json.dumps(stored, indent=1, sort_keys=True)

    @property
    def checksum(self) -> str:
        """SHA-256 of what is configured: equal for two readings of a cluster that nobody has configured in between."""
        parts = {titled(of): part for of, part in configuration(self.objects).items()}
        return digest(json.dumps(parts, sort_keys=True))

    @property
    def network(self) -> NetworkRecord:
        """:raises ValueError: when the two Network objects are not in it"""
        config = self.find("config.openshift.io", "Network", "cluster")
        operator = self.find("operator.openshift.io", "Network", "cluster")
        if config is None or operator is None:
            raise ValueError("the Network objects are not in it")
        spec, status = config.get("spec") or {}, config.get("status") or {}
        network_type = spec.get("networkType", "")
        default = (operator.get("spec") or {}).get("defaultNetwork") or {}
        return NetworkRecord(
            network_type=network_type,
            cluster_network=tuple(spec.get("clusterNetwork") or ()),
            mtu=status.get("clusterNetworkMTU"),
            settings=_settings(network_type, default.get(CONFIG_BLOCK.get(network_type, "")) or {}),
        )

    def find(self, group: str, kind: str, name: str, *, namespace: str = "") -> Optional[Json]:
        wanted = (group, kind, namespace, name)
        return next((body for body in self.objects if key(body) == wanted), None)


@dataclass(frozen=True)
class Index:
    """The ConfigMap without which a backup does not exist.

    ``parts`` maps the names of the other ConfigMaps, in order, to the SHA-256 of what they hold; ``text_checksum`` is
    that of the whole text once unpacked; ``checksum`` is ``Contents.checksum``; ``taken_at`` is RFC 3339. ``loans``
    name what a migration had borrowed when it was made. ``settled_at`` (RFC 3339) is when a migration that was undone
    was seen to have lost nothing of it; it is an annotation, since what the ConfigMap holds is immutable.
    """

    id: str
    target: str
    source_type: str
    taken_at: str
    late: bool
    objects: int
    encoding: str
    checksum: str
    text_checksum: str
    parts: Mapping[str, str]
    loans: frozenset[str] = frozenset()
    settled_at: str = ""

    @classmethod
    def from_json(cls, config_map: Mapping[str, Any]) -> Index:
        """:raises ValueError: when the ConfigMap is not one that ``to_json`` made"""
        data = config_map.get("data") or {}
        try:
            parts = json.loads(data["parts"])
            if not isinstance(parts, dict) or not parts:
                raise ValueError("parts names no ConfigMaps")
            parsed(data["taken_at"])
            if not _ID.match(data["id"]):
                raise ValueError(f"{data['id']!r} is no backup's id")
            return cls(
                id=data["id"],
                target=data["target"],
                source_type=data["source_type"],
                taken_at=data["taken_at"],
                late=data["late"] == "true",
                objects=int(data["objects"]),
                encoding=data["encoding"],
                checksum=data["checksum"],
                text_checksum=data["text_checksum"],
                parts=parts,
                loans=frozenset(json.loads(data["loans"])),
                settled_at=((config_map.get("metadata") or {}).get("annotations") or {}).get(SETTLED, ""),
            )
        except KeyError as error:
            raise ValueError(f"it has no key {error}") from error

    @property
    def name(self) -> str:
        return index_name(self.id)

    @property
    def config_maps(self) -> list[str]:
        return [self.name, *self.parts]

    @property
    def moment(self) -> str:
        """What backups are ordered by."""
        return self.id.rpartition("-")[2]

    def age(self, *, now: datetime) -> float:
        """Seconds."""
        return (now - parsed(self.taken_at)).total_seconds()

    def config_map(self) -> Json:
        """Without ``apiVersion`` and ``kind``."""
        data = {
            "id": self.id,
            "target": self.target,
            "source_type": self.source_type,
            "taken_at": self.taken_at,
            "late": "true" if self.late else "false",
            "objects": str(self.objects),
            "encoding": self.encoding,
            "checksum": self.checksum,
            "text_checksum": self.text_checksum,
            "parts": json.dumps(dict(self.parts), indent=1),
            "loans": json.dumps(sorted(self.loans), indent=1),
        }
        return sealed(self.name, data, backup=self.id, labels={INDEX_LABEL: "true"})

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "target": self.target,
            "source_type": self.source_type,
            "taken_at": self.taken_at,
            "late": self.late,
            "objects": self.objects,
            "config_maps": self.config_maps,
            "checksum": self.checksum,
        }


def last(indexes: Iterable[Index], *, target: str) -> Optional[Index]:
    """The backup that a migration to ``target`` may still rely on when it has not begun: the newest of all. After one
    for the other direction there is another migration to ``target``, with a backup of its own."""
    found = max((index for index in indexes if not index.late), key=lambda index: index.moment, default=None)
    return found if found and found.target == target else None


def has_borrowed(index: Index, loans: Collection[str]) -> bool:
    """Whether its migration has borrowed something since, though the cluster does not show that it has begun: then the
    configuration is no longer the owner's.

    :param loans: what is borrowed now
    """
    return bool(set(loans) - index.loans)


def index_name(backup: str) -> str:
    return f"backup-{backup}"


def part_name(backup: str, number: int) -> str:
    return f"backup-{backup}-{number:03d}"


def sealed(name: str, data: Mapping[str, str], *, backup: str, labels: Optional[Mapping[str, str]] = None) -> Json:
    """A ConfigMap of a backup. Immutable: the API server itself refuses to change what it holds."""
    return {
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {LABEL: backup, **(labels or {})}},
        "immutable": True,
        "data": dict(data),
    }


def newest(indexes: Iterable[Index], *, target: str) -> Optional[Index]:
    """The newest backup made before a migration to ``target`` began; a late one only when there is no other."""
    fitting = [index for index in indexes if index.target == target]
    return max(fitting, key=lambda index: (not index.late, index.moment), default=None)


def _settings(network_type: str, block: Mapping[str, Any]) -> Json:
    """The settings that stand in the operator's block, as cno_migration's options ``sdn`` and ``ovn`` take them."""
    gateway, ipv4 = block.get("gatewayConfig") or {}, block.get("ipv4") or {}
    found: dict[str, dict[str, Any]] = {
        SDN: {name: block.get(field) for name, field in SDN_FIELDS.items()},
        OVN: {
            "mtu": block.get("mtu"),
            "geneve_port": block.get("genevePort"),
            "join_subnet": ipv4.get("internalJoinSubnet") or block.get("v4InternalSubnet"),
            "transit_switch_subnet": ipv4.get("internalTransitSwitchSubnet"),
            "masquerade_subnet": (gateway.get("ipv4") or {}).get("internalMasqueradeSubnet"),
            "routing_via_host": gateway.get("routingViaHost"),
            "ip_forwarding": gateway.get("ipForwarding") or None,
        },
    }
    return {name: value for name, value in found.get(network_type, {}).items() if value is not None}


#: Bytes that each plugin takes of a packet (cluster-network-operator 4.14, pkg/network/mtu.go).
HEADERS = {SDN: 50, OVN: 100}
#: Options of cno_migration to the fields of ``openshiftSDNConfig``.
SDN_FIELDS = {"mtu": "mtu", "vxlan_port": "vxlanPort", "mode": "mode"}
