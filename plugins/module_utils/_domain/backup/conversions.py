# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator makes of egress firewalls, egress IPs and multicast when the plugin changes, in both directions
(cluster-network-operator 4.16, pkg/controller/operconfig/migration.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Optional

from ..verdicts import Verdict, counted, done, listed, pending
from ..versions import FIRST_FEATURES, Version

Json = Mapping[str, Any]
#: Objects by their kind.
Objects = Mapping[str, Sequence[Json]]

State = Literal["converted", "missing", "differs", "not_wanted", "overwritten"]
#: Options of the modules to the names in ``spec.migration.features``.
FEATURES = {"egress_firewall": "egressFirewall", "multicast": "multicast", "egress_ip": "egressIP"}

NAME_LABEL = "kubernetes.io/metadata.name"
EGRESS_NODE = "k8s.ovn.org/egress-assignable"
OVN_MULTICAST = "k8s.ovn.org/multicast-enabled"
SDN_MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"


class LiveObjects:
    """What is in the cluster now."""

    def __init__(self, objects: Objects) -> None:
        self._found = {
            kind: {(namespace_of(body), body["metadata"]["name"]): body for body in bodies}
            for kind, bodies in objects.items()
        }

    def get(self, kind: str, name: str, *, namespace: str = "") -> Optional[Json]:
        return self._found.get(kind, {}).get((namespace, name))

    def every(self, kind: str) -> list[Json]:
        return list(self._found.get(kind, {}).values())

    def has_namespace(self, name: str) -> bool:
        return self.get("Namespace", name) is not None


@dataclass(frozen=True)
class Conversion:
    """One object and what has become of it.

    ``overwritten`` has lost to another of its namespace, for which the other plugin has one place only.
    """

    feature: str
    source: str
    target: str
    state: State
    reason: str

    @property
    def wrong(self) -> bool:
        return self.state in ("missing", "differs")

    def to_json(self) -> dict[str, str]:
        return {
            "feature": self.feature,
            "source": self.source,
            "target": self.target,
            "state": self.state,
            "reason": self.reason,
        }


def wanted_features(
    *, given: Optional[Mapping[str, Any]], migration: Optional[Json], version: Optional[Version]
) -> dict[str, bool]:
    """Which features the operator converts: as given, else as ``spec.migration`` says, where nothing means all."""
    if version is not None and not version.at_least(FIRST_FEATURES):
        return dict.fromkeys(FEATURES, False)
    if given is not None:
        return {option: bool(given.get(option, True)) for option in FEATURES}
    declared = (migration or {}).get("features") or {}
    return {option: bool(declared.get(name, True)) for option, name in FEATURES.items()}


def conversions_verdict(rows: Sequence[Conversion]) -> Verdict:
    wrong = [f"{row.source}: {row.reason}" for row in rows if row.wrong]
    if wrong:
        return pending(f"{counted(len(wrong), 'object', 'are')} not converted: {listed(wrong, separator='; ')}")
    converted = sum(row.state == "converted" for row in rows)
    others = len(rows) - converted
    if not rows:
        return done("there was nothing to convert")
    rest = f", {others} not to be" if others else ""
    return done(f"{counted(converted, 'object')} converted{rest}")


def row_of(feature: str, source: Json, target: str) -> Callable[[State, str], Conversion]:
    metadata = source["metadata"]
    name = f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else metadata["name"]
    title = f"{source['kind']} {name}"
    return lambda state, reason: Conversion(feature, title, target, state, reason)


def of(objects: Objects, kind: str) -> Sequence[Json]:
    return objects.get(kind, ())


def namespace_of(body: Json) -> str:
    return str(body["metadata"].get("namespace", ""))


def annotations_of(body: Json) -> Mapping[str, str]:
    return (body.get("metadata") or {}).get("annotations") or {}


def selected(spec: Json) -> str:
    return str(((spec.get("namespaceSelector") or {}).get("matchLabels") or {}).get(NAME_LABEL, ""))


def same(one: Any, other: Any) -> bool:
    return bool(_filled(one) == _filled(other))


def _filled(value: Any) -> Any:
    """Without empty fields: one client writes them out, another leaves them away."""
    if isinstance(value, Mapping):
        filled = {name: _filled(part) for name, part in value.items()}
        return {name: part for name, part in filled.items() if part not in (None, "", {}, [])}
    return [_filled(part) for part in value] if isinstance(value, (list, tuple)) else value


def declined(row: Conversion) -> Conversion:
    return Conversion(row.feature, row.source, row.target, "not_wanted", f"{row.feature} is not converted")
