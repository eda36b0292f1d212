"""When the things of a seeded cluster came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


def stamp(moment: datetime) -> str:
    """``2026-01-02T03:04:05Z``"""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Ages:
    """The moments of a cluster that was installed a month ago; all as timestamps of the API."""

    now: datetime

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> str:
        return stamp(self.now - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def installing(self, *, minutes: float = 0) -> str:
        """So many minutes after the installation began, 30 days ago."""
        return stamp(self.now - timedelta(days=30) + timedelta(minutes=minutes))
