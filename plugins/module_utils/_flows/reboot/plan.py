# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the user chose and what the cluster is to a plan of reboots; what cannot be done is refused here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..._cluster import readers
from ..._cluster.port import Cluster
from ..._domain.errors import Refused
from ..._domain.names import require_known
from ..._domain.nodes import Node
from ..._domain.pools.pool import membership
from ..._domain.reboot.plan import Order, Plan, Shares, batch_size, plan
from ..._domain.verdicts import listed
from ..records.journal import recorded_or_current
from ..waiting.clock import Clock


@dataclass(frozen=True)
class Selection:
    """What is to be rebooted. ``nodes`` and ``pools`` add up; both empty means every node."""

    nodes: Sequence[str]
    pools: Sequence[str]
    order: Order
    max_unavailable: Shares


@dataclass(frozen=True)
class BootIdSource:
    """Where boot ids from before come from: ``boot_ids`` when given, else the journal when it is to be used.

    :param write: whether the journal may be written, when a migration is under way that has none
    """

    boot_ids: Mapping[str, str] | None
    use_journal: bool
    write: bool


def planned(cluster: Cluster, selection: Selection, source: BootIdSource, *, clock: Clock) -> Plan:
    """Read the cluster and plan.

    :raises Refused: when a name is unknown, ``max_unavailable`` is no share, or a reboot could not be proven
    """
    nodes = readers.nodes(cluster)
    pools = readers.pools(cluster)
    if not nodes:
        raise Refused(
            tried="plan the reboots",
            seen="the cluster lists no node",
            remedy="See 'oc get nodes' with the same kubeconfig.",
        )
    _refuse_unknown("nodes", selection.nodes, known=[node.name for node in nodes])
    _refuse_unknown("pools", selection.pools, known=[pool.name for pool in pools])
    _refuse_no_share(selection.max_unavailable, known=[pool.name for pool in pools])
    members = membership(pools, nodes)
    chosen = _chosen(selection, nodes, members)
    _refuse_unprovable([node for node in nodes if node.name in chosen])
    return plan(
        nodes,
        members=members,
        chosen=chosen,
        order=selection.order,
        max_unavailable=selection.max_unavailable,
        boot_ids=_boot_ids(cluster, nodes, source, clock=clock),
    )


def _chosen(selection: Selection, nodes: Sequence[Node], members: Mapping[str, str]) -> frozenset[str]:
    if not selection.nodes and not selection.pools:
        return frozenset(node.name for node in nodes)
    of_pools = {name for name, pool in members.items() if pool in selection.pools}
    return frozenset({*selection.nodes, *of_pools})


def _boot_ids(cluster: Cluster, nodes: Sequence[Node], source: BootIdSource, *, clock: Clock) -> Mapping[str, str]:
    """The journal knew every node of its time: one that it does not know has joined, and so booted, since."""
    if source.boot_ids is not None:
        return source.boot_ids
    recorded = recorded_or_current(cluster, nodes, clock=clock, write=source.write) if source.use_journal else None
    return {} if recorded is None else {node.name: recorded.get(node.name, "") for node in nodes}


def _refuse_no_share(shares: Shares, *, known: Sequence[str]) -> None:
    if not isinstance(shares, str):
        _refuse_unknown("pools", list(shares), known=known, option="max_unavailable")
    for share in [shares] if isinstance(shares, str) else shares.values():
        try:
            batch_size(share, of=1)
        except ValueError as error:
            raise Refused(tried="plan the reboots", seen=str(error), remedy="Correct max_unavailable.") from error


def _refuse_unknown(what: str, names: Sequence[str], *, known: Sequence[str], option: str = "") -> None:
    remedy = f"Correct {option or what}; leave nodes and pools out to mean all nodes."
    require_known(names, known=known, what=what, remedy=remedy)


def _refuse_unprovable(nodes: Sequence[Node]) -> None:
    without = [node.name for node in nodes if not node.boot_id]
    if without:
        raise Refused(
            tried="plan the reboots",
            seen=f"{listed(without)} reports no boot id, so that a reboot could not be proven",
            remedy="Wait until its kubelet has reported once ('oc get nodes'), then run this again.",
        )
