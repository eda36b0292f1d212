# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which phase a cluster is in; read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..._cluster import readers
from ..._cluster.look import one_look
from ..._cluster.port import Cluster
from ..._domain.borrowing.ledger import PREFIX, Ledger
from ..._domain.migration.phases import Observation, Phase, Position, position
from ..._domain.migration.way_back import WayBackFacts, way_back
from ..._domain.networks import NAMESPACE, OVN, SDN, Networks, other
from ..._domain.pools.rendering import render_seconds
from ..._domain.records.journal import NAMESPACE as OURS
from ..._domain.records.journal import Journal, not_rebooted
from ..borrowing import ledger as loans
from ..outcome import Outcome
from ..pools.readiness import readiness
from ..pools.wait import PoolReader, PoolsView
from ..records import history
from ..records import journal as journals
from ..records.lease import read_state


@dataclass(frozen=True)
class Situation:
    """Where a cluster stands on the way to ``target``, and what that was judged by.

    ``record`` is the journal, ``journal`` the same when it belongs to the migration that the cluster is in. ``going``:
    whether the namespace of the other plugin is being deleted, None when there is none.
    """

    target: str
    where: Position
    networks: Networks
    view: PoolsView
    ledger: Ledger
    record: Optional[Journal]
    journal: Optional[Journal]
    not_rebooted: Optional[tuple[str, ...]]
    going: Optional[bool]
    left: tuple[str, ...]


def situation(cluster: Cluster, *, target: str) -> Situation:
    networks = readers.networks(cluster)
    view = PoolReader(cluster).read()
    record, ledger = journals.read(cluster, seen=networks), loans.read(cluster, carriers=loans.PAUSED)
    journal = record if record and record.speaks_of(networks) else None
    remaining = None if journal is None else tuple(not_rebooted(view.nodes, journal.boot_ids))
    going = readers.namespace_going(cluster, NAMESPACE[other(target)])
    ready = readiness(view, target=target, ledger=ledger, record=record)
    where = position(
        Observation(
            networks=networks,
            target=target,
            pools=ready.followed,
            prepared=ready.prepared,
            not_rebooted=remaining,
            not_ready=tuple(node.name for node in view.nodes if not node.ready),
            former_namespace=going is False,
            former_namespace_going=going is True,
            paused=ready.paused,
            left=ready.left,
        )
    )
    return Situation(target, where, networks, view, ledger, record, journal, remaining, going, ready.left)


def inspect(cluster: Cluster, *, target: str) -> Outcome:
    """The phase on the way to ``target``, what comes next, and the facts behind it."""
    look = one_look(cluster)
    seen = situation(look, target=target)
    back = way_back(
        seen.networks,
        WayBackFacts(
            pools=readiness(seen.view, target=SDN, ledger=seen.ledger, record=seen.record).followed,
            journal=seen.record,
            not_rebooted=seen.not_rebooted,
            namespace=(seen.going if target == SDN else readers.namespace_going(look, NAMESPACE[OVN])) is False,
        ),
    )
    lock = read_state(look)
    phases = history.describe_phases(history.read(look), now=lock.now)
    told = {"way_back": back.to_json(), "pools_left_paused": [*seen.left], **phases}
    alarm = _records_alarm(look, seen.where, seen.journal)
    return Outcome(facts={**_facts(look, seen), **told, "lock": lock.to_json()}, warnings=alarm)


#: Phases that nobody is in without having written records before.
RECORDED: tuple[Phase, ...] = ("preparing", "prepared", "switching", "awaiting_reboot", "verifying", "cleanup_pending")


def _records_alarm(cluster: Cluster, where: Position, journal: Optional[Journal]) -> tuple[str, ...]:
    """What is known when our namespace has been deleted under a migration, and how to go on."""
    going = readers.namespace_going(cluster, OURS) if where.phase in RECORDED else False
    if going is False:
        return ()
    boots = "the boots before the switch are known from the flip" if journal else "no boots are recorded"
    what = "is being deleted" if going else "is gone"
    return (
        f"Namespace {OURS}, which holds the records of this migration, {what}, in phase {where.phase}. The backup goes "
        "with it: keep its files (cno_artifacts_dir, cno_backup_directory), from which the next run puts it back when "
        f"it is given the same. Known still: {boots}, and what was borrowed, by the annotations {PREFIX}… of the "
        "borrowed objects. Go on with the same playbook: it puts back what was borrowed, "
        "and makes the namespace again when it is gone; between the switch and the last reboot it may hang until the "
        "nodes have rebooted. A rollback with neither needs cno_rollback_without_backup=true.",
    )


def _facts(cluster: Cluster, seen: Situation) -> dict[str, object]:
    version = readers.version(cluster)
    booted = seen.journal.boot_ids if seen.journal else None
    return {
        "phase": seen.where.phase,
        "reason": seen.where.reason,
        "next": seen.where.next,
        "command": seen.where.command,
        "target": seen.target,
        "version": str(version) if version else None,
        "network": {
            "wanted_type": seen.networks.config.spec_type,
            "applied_type": seen.networks.config.status_type,
            "migration": seen.networks.operator.migrating_to,
            "acknowledged_migration": seen.networks.config.acknowledged,
            "mtu": seen.networks.config.mtu,
            "cluster_network": [
                {"cidr": entry.get("cidr"), "host_prefix": entry.get("hostPrefix")}
                for entry in seen.networks.config.cluster_network
            ],
            "live": seen.networks.config.live,
        },
        "oauth_token": cluster.oauth_token(),
        "former_namespace": NAMESPACE[other(seen.target)] if seen.going is not None else None,
        "boot_ids_recorded_at": seen.journal.recorded_at if seen.journal else None,
        "pools": [pool.to_json() for pool in seen.view.pools],
        "render_seconds": render_seconds(seen.view.all_pools),
        "nodes": [
            {**node.to_json(), "rebooted": None if booted is None else booted.get(node.name) != node.boot_id}
            for node in seen.view.nodes
        ],
    }
