# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare what the operator has converted with what the backup says was there; read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..._cluster import readers
from ..._cluster.kinds import (
    EGRESS_FIREWALL,
    EGRESS_IP,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    NAMESPACE,
    NET_NAMESPACE,
    NODE,
)
from ..._cluster.port import Cluster, Json
from ..._domain.backup import contents
from ..._domain.backup.contents import Index
from ..._domain.backup.conversions import (
    Conversion,
    LiveObjects,
    Objects,
    conversions_verdict,
    declined,
    wanted_features,
)
from ..._domain.backup.to_ovn import to_ovn
from ..._domain.backup.to_sdn import to_sdn
from ..._domain.errors import Refused
from ..._domain.networks import OVN
from ..._domain.verdicts import done
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Wait, Waiter
from .convertible import listed, noted
from .store import BackupStore

#: What conversions leave behind, by target, and what it was made of where that tells more.
TARGETS = {
    True: (EGRESS_FIREWALL, EGRESS_IP, EGRESS_NETWORK_POLICY, HOST_SUBNET),
    False: (EGRESS_NETWORK_POLICY, NET_NAMESPACE, HOST_SUBNET),
}

UNRECORDED = (
    "Compared with the backup: what there was right before the switch is not recorded. What somebody has changed in "
    "between shows as different."
)


@dataclass(frozen=True)
class ConversionQuery:
    """``features`` is None to believe ``spec.migration``."""

    target: str
    features: Optional[Mapping[str, Any]]
    backup_required: bool


def wait_for_conversions(cluster: Cluster, waiter: Waiter, question: ConversionQuery) -> Outcome:
    """
    :raises Refused: when there is no backup from before the migration, and it is required
    :raises WaitEnded: with a row per object, when something is not converted
    """
    store = BackupStore(cluster)
    index = contents.last(store.indexes(), target=question.target)
    if index is None:
        return _without_backup(question)
    before = noted(cluster, index)
    saved = _by_kind(store.read(index).objects if before is None else before)
    version = readers.version(cluster)

    def observe() -> list[Conversion]:
        migration = readers.networks(cluster).operator.migration
        wanted = wanted_features(given=question.features, migration=migration, version=version)
        present = _present(cluster, target=question.target)
        ovn = question.target == OVN
        rows = to_ovn(saved, present, version=version) if ovn else to_sdn(saved, present)
        return [row if wanted[row.feature] else declined(row) for row in rows]

    compared = "backup" if before is None else "record"
    latest = LastObservation(observe, lambda seen: _facts(seen, index=index, compared=compared))
    wait = latest.awaited(
        waiter,
        tried="see every egress and multicast setting converted",
        judge=conversions_verdict,
        remedy="Look at the log of the network-operator in namespace openshift-network-operator. What it does not "
        "convert can be made by hand from the backup; a feature can be left out with 'features'.",
    )
    rows = [Conversion(**row) for row in latest.shown["conversions"]]
    return Outcome(
        wait=wait, facts=latest.shown, warnings=(*_warnings(rows), *([] if before is not None else [UNRECORDED]))
    )


def _without_backup(question: ConversionQuery) -> Outcome:
    seen = f"there is no backup from before the migration to {question.target}, so nobody knows what there was"
    if question.backup_required:
        raise Refused(
            tried="compare the converted egress and multicast settings with the backup",
            seen=seen,
            remedy="Look at them yourself, then go on without (backup_required: false).",
            facts=_facts([], index=None),
        )
    verdict = done(f"nothing was compared: {seen}")
    return Outcome(wait=Wait(verdict=verdict), facts=_facts([], index=None), warnings=(verdict.reason,))


def _present(cluster: Cluster, *, target: str) -> LiveObjects:
    kinds = (*TARGETS[target == OVN], NAMESPACE, NODE)
    return LiveObjects({kind.kind: listed(cluster, kind) for kind in kinds})


def _by_kind(objects: Iterable[Json]) -> Objects:
    found: dict[str, list[Json]] = defaultdict(list)
    for body in objects:
        found[body["kind"]].append(body)
    return found


def _facts(rows: Sequence[Conversion], *, index: Optional[Index], compared: Optional[str] = None) -> dict[str, Any]:
    return {
        "conversions": [row.to_json() for row in rows],
        "backup": index.id if index else None,
        "compared_with": compared,
    }


def _warnings(rows: Sequence[Conversion]) -> tuple[str, ...]:
    return tuple(f"{row.source}: {row.reason}" for row in rows if row.state == "overwritten")
