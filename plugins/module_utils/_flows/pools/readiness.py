# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the pools are ready for the flip, and whether they have followed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Optional

from ..._domain.borrowing.ledger import Ledger
from ..._domain.networks import SDN
from ..._domain.nodes import Node
from ..._domain.pools.pause import held, held_verdict, paused_by_owner
from ..._domain.pools.rendering import explained
from ..._domain.records.journal import Journal, not_rebooted
from ..._domain.verdicts import Verdict
from .wait import PoolsView


@dataclass(frozen=True)
class Readiness:
    """``prepared``: the flip may come. ``followed``: every pool runs the target, except those ``left`` to their owner.

    ``paused`` are the pools that keep their nodes from following.
    """

    prepared: Verdict
    followed: Verdict
    paused: tuple[str, ...]
    left: tuple[str, ...]


def readiness(view: PoolsView, *, target: str, ledger: Ledger, record: Optional[Journal]) -> Readiness:
    """
    :param ledger: what is borrowed: it tells which pools we have paused
    :param record: the boot ids of the last flip, of whichever direction
    """
    ours = _ours(view, ledger)
    if target != SDN:
        followed = view.verdict(state="updated", network_type=target)
        return Readiness(prepared=followed, followed=followed, paused=ours, left=())
    left = paused_by_owner((pool.pool for pool in view.pools), ours=ours)
    rest = replace(view, pools=tuple(pool for pool in view.pools if pool.pool.name not in left))
    rendered = not _dark(view.nodes, record, target=target)
    prepared = held(
        held_verdict(pool.pool, pool.config, pool.nodes, network_type=target, rendered=rendered) for pool in view.pools
    )
    return Readiness(
        prepared=explained(prepared, pools=view.all_pools) if rendered and not view.rendered(target) else prepared,
        followed=rest.verdict(state="updated", network_type=target),
        paused=tuple(pool.pool.name for pool in rest.pools if pool.pool.paused and pool.pool.machines),
        left=left,
    )


def _ours(view: PoolsView, ledger: Ledger) -> tuple[str, ...]:
    """The pools that we have paused, and that still are."""
    lent = {loan.ref.name for loan in ledger.values() if loan.ref.what == "paused" and loan.ours}
    return tuple(pool.pool.name for pool in view.pools if pool.pool.paused and pool.pool.name in lent)


def _dark(nodes: Sequence[Node], record: Optional[Journal], *, target: str) -> bool:
    """Whether the cluster is still in the window of the migration that is being undone: flipped, not all rebooted.

    The operators that render configurations live in the pod network, which is down there. A record for ``target``
    itself was written right before its flip: then the flip was allowed already, and the former record is gone.
    """
    if record is None or record.closed_at is not None:
        return False
    if record.target == target:
        return True
    return bool(not_rebooted(nodes, record.boot_ids)) or any(not node.ready for node in nodes)
