# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations as people and shell scripts write them: ``900s``, ``15m``, ``1h30m``."""

from __future__ import annotations

import re

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[dhms])+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


def seconds(text: str) -> float:
    """Seconds in ``text``. A bare number is seconds, as coreutils ``timeout`` takes it.

    :raises ValueError: when it is not a duration; the message says what one looks like
    """
    given = text.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", given, re.ASCII):
        return float(given)
    if not _DURATION.fullmatch(given):
        raise ValueError(f"{text!r} is not a duration such as 900s, 15m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(given))
