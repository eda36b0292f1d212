# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time. The only file that reads a clock or sleeps."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Protocol

from ..._domain.moments import written


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""

    def sleep(self, seconds: float) -> None: ...

    def timestamp(self) -> str:
        """The wall clock as RFC 3339 in UTC, for people and records only; never computed with."""


class SystemClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def timestamp(self) -> str:
        return written(datetime.now(timezone.utc))
