# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pause pools, and resume those that we have paused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ..._cluster.kinds import MACHINE_CONFIG_POOL
from ..._cluster.port import Json
from ..._domain.borrowing.ledger import Loan
from ..._domain.names import require_known
from ..._domain.pools.pool import Pool
from ..borrowing.ledger import Borrower, DesiredValue, property_ref
from ..outcome import Outcome


def pause(borrower: Borrower, *, names: Sequence[str], wait: bool = False) -> Outcome:
    """Every named pool (all, when empty) is paused, and the ledger knows which ones its owner had paused before.

    :param wait: until the Machine Config Operator has noticed it
    """
    pools = _pools(borrower, names)
    updating = [pool.name for pool in map(Pool.from_json, pools) if _updating(pool)]
    borrower.lend(
        DesiredValue(property_ref(pool, MACHINE_CONFIG_POOL, "paused"), document=pool, wanted=True, remember=True)
        for pool in pools
    )
    if wait:
        borrower.await_notice()
    facts = [_fact(pool, borrower.open.get(_key(pool)), paused=True) for pool in pools]
    return borrower.outcome(pools=facts, updating=updating)


def resume(borrower: Borrower, *, names: Sequence[str]) -> Outcome:
    """Every named pool (all, when empty) that was paused by us is as it was before."""
    pools = _pools(borrower, names)
    known = dict(borrower.open)
    due = [loan for loan in known.values() if loan.ref.what == "paused" and (not names or loan.ref.name in names)]
    borrower.give_back(due)
    back = [loan.ref.name for loan in borrower.returned]
    facts = [
        {
            **_fact(pool, known.get(_key(pool)), paused=_paused(pool) and pool["metadata"]["name"] not in back),
            "ours": False,
        }
        for pool in pools
    ]
    return borrower.outcome(pools=facts, resumed=back)


def _pools(borrower: Borrower, names: Sequence[str]) -> list[Json]:
    pools = borrower.look.list(MACHINE_CONFIG_POOL)
    known = [pool["metadata"]["name"] for pool in pools]
    require_known(
        names,
        known=known,
        what="MachineConfigPools",
        remedy="Nothing was changed. Correct the names; leave them out to mean all pools.",
    )
    return [pool for pool in pools if not names or pool["metadata"]["name"] in names]


def _key(pool: Json) -> str:
    return property_ref(pool, MACHINE_CONFIG_POOL, "paused").key


def _paused(pool: Json) -> bool:
    return bool((pool.get("spec") or {}).get("paused"))


def _updating(pool: Pool) -> bool:
    """Whether a node of the pool may be in the middle of an update."""
    return pool.conditions["Updating"].true or pool.spec_config != pool.status_config


def _fact(pool: Json, loan: Optional[Loan], *, paused: bool) -> dict[str, Any]:
    return {
        "name": pool["metadata"]["name"],
        "paused": paused,
        "paused_before": _paused(pool) if loan is None else bool(loan.before),
        "ours": loan is not None and loan.ours,
    }
