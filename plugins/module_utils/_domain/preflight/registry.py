# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks, in the order in which they are made and documented."""

from __future__ import annotations

from . import (
    access,
    addressing,
    host_network,
    machine_configs,
    machines,
    neighbours,
    operators,
    platform,
    rollback,
    state,
    workloads,
)
from .findings import Check
from .snapshot import Method, Moment

CHECKS: tuple[Check, ...] = (
    *access.CHECKS,
    *platform.CHECKS,
    *state.CHECKS,
    *operators.CHECKS,
    *machines.CHECKS,
    *neighbours.CHECKS,
    *addressing.CHECKS,
    *host_network.CHECKS,
    *machine_configs.CHECKS,
    *workloads.CHECKS,
    *rollback.CHECKS,
)


def checks_for(method: Method, moment: Moment = "begin") -> tuple[Check, ...]:
    asked = (check for check in CHECKS if method in check.methods)
    return tuple(check for check in asked if moment == "begin" or check.before_switch)
