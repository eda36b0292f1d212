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
from ..._domain.errors import Refused
from ..._domain.pools.pool import Pool
from ..borrowing.ledger import Lender, Wish, thing_of
from ..outcome import Outcome


def pause(lender: Lender, *, names: Sequence[str]) -> Outcome:
    """Every named pool (all, when empty) is paused, and the ledger knows which ones its owner had paused before."""
    pools = _pools(lender, names)
    updating = [pool.name for pool in map(Pool.from_json, pools) if _updating(pool)]
    lender.lend(
        Wish(thing_of(pool, MACHINE_CONFIG_POOL, "paused"), document=pool, wanted=True, remember=True) for pool in pools
    )
    facts = [_fact(pool, lender.open.get(_key(pool)), paused=True) for pool in pools]
    return lender.outcome(pools=facts, updating=updating)


def resume(lender: Lender, *, names: Sequence[str]) -> Outcome:
    """Every named pool (all, when empty) that was paused by us is as it was before."""
    pools = _pools(lender, names)
    known = dict(lender.open)
    due = [loan for loan in known.values() if loan.thing.what == "paused" and (not names or loan.thing.name in names)]
    lender.give_back(due)
    back = [loan.thing.name for loan in lender.returned]
    facts = [
        {
            **_fact(pool, known.get(_key(pool)), paused=_paused(pool) and pool["metadata"]["name"] not in back),
            "ours": False,
        }
        for pool in pools
    ]
    return lender.outcome(pools=facts, resumed=back)


def _pools(lender: Lender, names: Sequence[str]) -> list[Json]:
    pools = lender.cluster.list(MACHINE_CONFIG_POOL)
    known = [pool["metadata"]["name"] for pool in pools]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refused(
            tried=f"find the MachineConfigPools {', '.join(unknown)}",
            seen=f"this cluster has {', '.join(known) or 'none'}",
            remedy="Nothing was changed. Correct the names; leave them out to mean all pools.",
        )
    return [pool for pool in pools if not names or pool["metadata"]["name"] in names]


def _key(pool: Json) -> str:
    return thing_of(pool, MACHINE_CONFIG_POOL, "paused").key


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
