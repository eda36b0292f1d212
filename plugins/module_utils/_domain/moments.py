# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as Kubernetes writes them: RFC 3339 in UTC (apimachinery, pkg/apis/meta/v1, ``Time`` and ``MicroTime``)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def parsed(text: Any) -> datetime:
    """In UTC; a fraction of any length, cut to microseconds.

    :raises ValueError: when it is no time, or has no zone
    """
    match = _RFC3339.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is no time of the form 2026-01-31T02:11:40Z")
    seconds, fraction, zone = match.groups()
    whole = datetime.fromisoformat(seconds + ("+00:00" if zone == "Z" else zone))
    return whole.replace(microsecond=int(f"{fraction or ''}000000"[:6])).astimezone(timezone.utc)


def written(moment: datetime) -> str:
    """In whole seconds, as people read it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def written_exactly(moment: datetime) -> str:
    """``MicroTime``: six digits, always."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
