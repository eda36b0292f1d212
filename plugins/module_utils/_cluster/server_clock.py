# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API server's clock, which every answer of it carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Optional

#: Seconds for which the time of an answer is counted on. No longer: a host that was suspended counts too few.
LASTS = 5.0


class ServerClock:
    """
    :param monotonic: seconds from an arbitrary start; without it no answer is recent
    """

    def __init__(self, monotonic: Optional[Callable[[], float]] = None) -> None:
        self._monotonic = monotonic
        self._heard: Optional[tuple[datetime, float]] = None

    def hear(self, status: int, headers: Mapping[str, str]) -> None:
        """To be called with every answer. An error may come from a proxy, with the proxy's time."""
        if self._monotonic is None or not 200 <= status <= 299:
            return
        try:
            self._heard = date_in(headers), self._monotonic()
        except ValueError:
            return

    def recently(self) -> Optional[datetime]:
        """The time by the last answer; None when that was too long ago.

        It is late by what the answer took to arrive, and by up to a second, as HTTP tells it: whoever judges a Lease
        by it takes it for valid rather than for expired.
        """
        if self._monotonic is None or self._heard is None:
            return None
        told, at = self._heard
        since = self._monotonic() - at
        return told + timedelta(seconds=since) if since <= LASTS else None


def date_in(headers: Mapping[str, str]) -> datetime:
    """
    :param headers: by any case
    :raises ValueError: when there is no date among them
    """
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(timezone.utc)
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise ValueError("no Date header") from error
