# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps the Machine Config Operator from rendering a changed network, and for how long at most.

Its one sync loop ends by waiting until no pool is degraded and the required one is updated: ten minutes for each
machine of the required pool (ten minutes in all up to 4.13). A change of the network meanwhile is rendered in the sync
after that (machine-config-operator 4.12 to 4.16, pkg/operator/sync.go, syncRequiredMachineConfigPools).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..verdicts import Verdict, listed, pending
from .pool import Pool

#: The pool that the operator requires to be updated; paused with a change pending, it is not waited for.
REQUIRED_POOL = "master"
SECONDS_PER_REQUIRED_MACHINE = 600
#: From the operator's look at the network to the new configuration of every pool, when nothing is in the way.
SECONDS_TO_RENDER = 900


def operator_wait_seconds(pools: Iterable[Pool]) -> int:
    """For how long the operator may wait before it looks at the network again."""
    required = sum(pool.machines for pool in pools if pool.name == REQUIRED_POOL)
    return SECONDS_PER_REQUIRED_MACHINE * max(required, 1)


def render_seconds(pools: Iterable[Pool]) -> int:
    """Within how many seconds every pool has its configuration for a changed network."""
    return operator_wait_seconds(pools) + SECONDS_TO_RENDER


def waited_for(pools: Sequence[Pool]) -> tuple[str, ...]:
    """What the operator waits for now, in words."""
    degraded = [pool.name for pool in pools if pool.conditions["Degraded"].true]
    told = [f"pool {name}, which is degraded" for name in degraded]
    required = next((pool for pool in pools if pool.name == REQUIRED_POOL), None)
    if required and not (required.paused or required.conditions["Updated"].true or required.name in degraded):
        told.append(f"pool {REQUIRED_POOL}, which is not updated")
    return tuple(told)


def explained(verdict: Verdict, *, pools: Sequence[Pool]) -> Verdict:
    """A verdict that is pending since pools have no configuration for another network yet, with what holds it up."""
    held_up_by = waited_for(pools)
    if verdict.state != "pending" or not held_up_by:
        return verdict
    return pending(
        f"{verdict.reason}. The Machine Config Operator waits for {listed(held_up_by)}, and renders no change of the "
        f"network meanwhile, for {operator_wait_seconds(pools) // 60} minutes at most"
    )
