# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How large a number of an option or a variable may be.

An option and the variable that leads to it share a row: ``reboot_timeout`` and ``cno_reboot_reboot_timeout``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

DAY, WEEK = 86400, 604800


@dataclass(frozen=True)
class Range:
    """From ``lowest`` to ``highest``, both possible."""

    lowest: int
    highest: int

    def __contains__(self, number: int) -> bool:
        return self.lowest <= number <= self.highest

    def __str__(self) -> str:
        return f"from {self.lowest} to {self.highest}"


#: Where nothing else is said; a wait of 0 seconds looks once.
TIMEOUT = Range(0, WEEK)
STABLE = Range(0, DAY)
#: The longest match at the end of the name counts.
RANGES: Mapping[str, Range] = {
    "_timeout": TIMEOUT,
    "timeout": Range(1, DAY),
    "wait_timeout": TIMEOUT,
    "etcd_timeout": Range(1, DAY),
    "reboot_timeout": Range(1, DAY),
    "api_outage_timeout": Range(0, DAY),
    "wait_sleep": Range(1, 600),
    "stable_for": STABLE,
    "stable_seconds": STABLE,
    "failure_grace": STABLE,
    "start_grace": STABLE,
    "delay_minutes": Range(0, 60),
    "max_failures": Range(0, 10000),
    "ssh_port": Range(1, 65535),
    "lease_seconds": Range(1, DAY),
    "lock_seconds": Range(1, DAY),
    # More than 30 is refused by the API server (admissionregistration.k8s.io/v1, timeoutSeconds).
    "webhook_timeout": Range(0, 30),
    "webhook_timeout_seconds": Range(0, 30),
    "mtu": Range(576, 65536),
    "geneve_port": Range(1, 65535),
    "vxlan_port": Range(1, 65535),
    "host_prefix": Range(1, 126),
    # A role has no other way to leave these to the module.
    "cno_reboot_delay_minutes": Range(-1, 60),
    "cno_reboot_ssh_port": Range(0, 65535),
}


def range_of(name: str) -> Optional[Range]:
    """The range of the number ``name``; None for what is no number, or has none."""
    ends = [end for end in RANGES if name == end or name.endswith(end if end[0] == "_" else f"_{end}")]
    return RANGES[max(ends, key=len)] if ends else None


def out_of_range(values: Mapping[str, Any]) -> Iterable[str]:
    """A sentence for each whole number of ``values`` (name to value) that is not in its range."""
    for name, value in values.items():
        allowed = range_of(name)
        if allowed and isinstance(value, int) and not isinstance(value, bool) and value not in allowed:
            yield f"{name} is {value}, which is not {allowed}"
