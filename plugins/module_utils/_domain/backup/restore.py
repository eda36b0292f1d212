# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a backup can be put back after a migration was undone, and what has to be named as lost.

The Cluster Network Operator converts forward while nodes are prepared and does not convert back when that is aborted:
up to 4.15, and in 4.16 before January 2025, egress IPs are gone from HostSubnets and NetNamespaces then
(cluster-network-operator, pkg/controller/operconfig/migration.go; commit 4570d9c69 moved the conversion to the switch).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .compare import Difference
from .configuration import SDN_GROUP, Json, Key, key, titled
from .contents import Index

EGRESS_NETWORK_POLICY = (SDN_GROUP, "EgressNetworkPolicy")
#: They exist once for each node or namespace, so a lost setting is put back by a patch, never by creating the object.
PATCHED = ((SDN_GROUP, "HostSubnet"), (SDN_GROUP, "NetNamespace"))
OWNERS = {"HostSubnet": "node", "NetNamespace": "namespace", "EgressNetworkPolicy": "namespace"}


@dataclass(frozen=True)
class Restoration:
    """What puts one object's lost configuration back.

    :param body: the JSON merge patch for an object that is there, or the whole object when ``create``
    """

    of: Key
    body: Json
    create: bool = False

    @property
    def title(self) -> str:
        return titled(self.of)

    @property
    def owner_kind(self) -> str:
        """``node`` or ``namespace``: without it there is nothing to put back."""
        return OWNERS[self.of[1]]

    @property
    def owner_name(self) -> str:
        _group, _kind, namespace, name = self.of
        return namespace or name

    @property
    def owner(self) -> str:
        """``node worker-0``"""
        return f"{self.owner_kind} {self.owner_name}"


def lost(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """What was configured, is not now, and was not taken away by an operator that has its reason for it.

    A field that has another value is no loss: somebody has set it since, and it is theirs.
    """
    return tuple(
        difference
        for difference in differences
        if difference.explanation is None and difference.backup is not None and difference.now is None
    )


def restorations(losses: Iterable[Difference], saved: Iterable[Mapping[str, Any]]) -> tuple[Restoration, ...]:
    """
    :param losses: as ``lost`` tells them
    :param saved: the objects of the backup
    """
    losses = tuple(losses)
    return (*_patches(losses), *_creations(losses, saved))


def _patches(losses: Iterable[Difference]) -> Iterator[Restoration]:
    bodies: dict[Key, Json] = {}
    for loss in losses:
        if loss.of[:2] in PATCHED:
            patch = loss.backup
            for name in reversed(loss.path):
                patch = {name: patch}
            bodies[loss.of] = _merged(bodies.get(loss.of, {}), patch)
    return (Restoration(of, body) for of, body in bodies.items())


def _creations(losses: Iterable[Difference], saved: Iterable[Mapping[str, Any]]) -> Iterator[Restoration]:
    gone = {loss.of for loss in losses if loss.of[:2] == EGRESS_NETWORK_POLICY and not loss.path}
    return (Restoration(key(body), dict(body), create=True) for body in saved if key(body) in gone)


def _merged(first: Json, second: Json) -> Json:
    merged = dict(first)
    for name, value in second.items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def unsettled(index: Optional[Index], begun_at: Iterable[str]) -> bool:
    """Whether the migration that ``index`` was made for has begun, and nobody has seen since that all of it is back.

    :param begun_at: when phases of migrations to the same target began, RFC 3339 in UTC
    """
    return index is not None and not index.settled_at and any(at >= index.taken_at for at in begun_at)
