# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which phase a cluster is in; read only."""

from __future__ import annotations

from typing import Optional

from ..._cluster import readers
from ..._cluster.port import Cluster
from ..._domain.borrowing.ledger import PREFIX
from ..._domain.migration.phases import Observation, Phase, Position, position
from ..._domain.migration.way_back import WayBackFacts, way_back
from ..._domain.networks import NAMESPACE, OVN, SDN, Networks, other
from ..._domain.nodes import Node
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


def inspect(cluster: Cluster, *, target: str) -> Outcome:
    """The phase on the way to ``target``, what comes next, and the facts behind it."""
    networks = readers.networks(cluster)
    view = PoolReader(cluster).read()
    nodes = view.nodes
    record, ledger = journals.read(cluster), loans.read(cluster)
    journal = record if record and record.speaks_of(networks) else None
    remaining = None if journal is None else not_rebooted(nodes, journal.boot_ids)
    going = readers.namespace_going(cluster, NAMESPACE[other(target)])
    ready = readiness(view, target=target, ledger=ledger, record=record)
    where = position(
        Observation(
            networks=networks,
            target=target,
            pools=ready.followed,
            prepared=ready.prepared,
            not_rebooted=remaining,
            not_ready=tuple(node.name for node in nodes if not node.ready),
            former_namespace=going is False,
            former_namespace_going=going is True,
            paused=ready.paused,
            left=ready.left,
        )
    )
    back = way_back(
        networks,
        WayBackFacts(
            pools=readiness(view, target=SDN, ledger=ledger, record=record).followed,
            journal=record,
            not_rebooted=remaining,
            namespace=(going if target == SDN else readers.namespace_going(cluster, NAMESPACE[OVN])) is False,
        ),
    )
    facts = _facts(cluster, where, networks, view, nodes, journal, target=target, former=going is not None)
    lock = read_state(cluster)
    phases = history.describe_phases(history.read(cluster), now=lock.now)
    told = {"way_back": back.to_json(), "pools_left_paused": [*ready.left], **phases}
    alarm = _records_alarm(cluster, where, journal)
    return Outcome(facts={**facts, **told, "lock": lock.to_json()}, warnings=alarm)


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


def _facts(
    cluster: Cluster,
    where: Position,
    networks: Networks,
    view: PoolsView,
    nodes: tuple[Node, ...],
    journal: Optional[Journal],
    *,
    target: str,
    former: bool,
) -> dict[str, object]:
    version = readers.version(cluster)
    booted = journal.boot_ids if journal else None
    return {
        "phase": where.phase,
        "reason": where.reason,
        "next": where.next,
        "command": where.command,
        "target": target,
        "version": str(version) if version else None,
        "network": {
            "wanted_type": networks.config.spec_type,
            "applied_type": networks.config.status_type,
            "migration": networks.operator.migrating_to,
            "acknowledged_migration": networks.config.acknowledged,
            "mtu": networks.config.mtu,
            "cluster_network": [
                {"cidr": entry.get("cidr"), "host_prefix": entry.get("hostPrefix")}
                for entry in networks.config.cluster_network
            ],
            "live": networks.config.live,
        },
        "oauth_token": cluster.oauth_token(),
        "former_namespace": NAMESPACE[other(target)] if former else None,
        "boot_ids_recorded_at": journal.recorded_at if journal else None,
        "pools": [pool.to_json() for pool in view.pools],
        "render_seconds": render_seconds(view.all_pools),
        "nodes": [
            {**node.to_json(), "rebooted": None if booted is None else booted.get(node.name) != node.boot_id}
            for node in nodes
        ],
    }
