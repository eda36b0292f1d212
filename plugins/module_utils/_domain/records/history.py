# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of the migrations of a cluster: which phase began and ended when, and how long the API was away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Optional

from ..moments import parsed
from .journal import NAMESPACE

NAME = "migration-history"
BEGUN, FINISHED, FAILED = EVENTS = ("begun", "finished", "failed")
#: More events than this are forgotten, oldest first: a ConfigMap holds a megabyte, and a migration has some twenty.
KEPT = 300
#: More outages than this of one event are summed up in one more, so that its length is bounded, too.
OUTAGES_KEPT = 20


@dataclass(frozen=True)
class Event:
    """``at`` by the API server's clock; ``migration`` counts from 1; ``by`` is the lock's holder, "" without one."""

    at: str
    migration: int
    target: str
    phase: str
    event: str
    by: str = ""
    outages: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_json(cls, event: Mapping[str, Any]) -> Event:
        return cls(**{**event, "outages": tuple(event.get("outages") or ())})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "outages": [dict(outage) for outage in self.outages]}


@dataclass(frozen=True)
class PhaseRecord:
    """One phase of one migration, over all its attempts.

    ``seconds`` from its first begin to its last end, or to now while it runs, with the time between two attempts.
    """

    phase: str
    state: str
    begun_at: str
    finished_at: Optional[str]
    seconds: float
    attempts: int
    outages: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "outages": [dict(outage) for outage in self.outages]}


@dataclass(frozen=True)
class History:
    events: tuple[Event, ...] = ()

    @classmethod
    def from_json(cls, config_map: Mapping[str, Any]) -> History:
        """:raises ValueError: when the ConfigMap is not one that ``to_json`` made"""
        try:
            listed = json.loads((config_map.get("data") or {})["events"])
            events = tuple(Event.from_json(event) for event in listed)
            for event in events:
                parsed(event.at)
        except KeyError as error:
            raise ValueError(f"it has no key {error}") from error
        except TypeError as error:
            raise ValueError(f"an event is none ({error})") from error
        return cls(events)

    def to_json(self) -> dict[str, Any]:
        """A ConfigMap, without ``apiVersion`` and ``kind``."""
        lines = ",\n".join(json.dumps(event.to_json(), sort_keys=True) for event in self.events)
        return {"metadata": {"name": NAME, "namespace": NAMESPACE}, "data": {"events": f"[\n{lines}\n]"}}

    @property
    def newest(self) -> tuple[Event, ...]:
        """The events of the newest migration."""
        number = self.events[-1].migration if self.events else 0
        return tuple(event for event in self.events if event.migration == number)

    @property
    def target(self) -> Optional[str]:
        return self.events[-1].target if self.events else None

    def finished(self, phase: str, *, target: str) -> bool:
        """Whether the newest migration is one to ``target``, and the phase is the last thing that happened to it."""
        return target == self.target and self._last(phase) == FINISHED

    def begun_by(self, holder: str) -> str:
        """The phase under way, when ``holder`` has begun it; "" otherwise."""
        last = self.events[-1] if self.events else None
        return last.phase if last and (last.event, last.by) == (BEGUN, holder) else ""

    def _last(self, phase: str) -> Optional[str]:
        return next((event.event for event in reversed(self.newest) if event.phase == phase), None)

    def begun_at(self, *, target: str) -> tuple[str, ...]:
        """When phases that write to the cluster began, of all migrations to ``target``."""
        return tuple(
            event.at
            for event in self.events
            if event.target == target and event.event == BEGUN and event.phase not in ("preflight", "backup")
        )

    def adding(self, event: Event, *, new_migration: bool) -> History:
        """With one more event. It belongs to the newest migration, unless that one has another target."""
        number = self.events[-1].migration if self.events else 1
        if self.events and (new_migration or event.target != self.target):
            number += 1
        bounded = replace(event, migration=number, outages=_bounded(event.outages))
        return History((*self.events, bounded)[-KEPT:])

    def noting(self, outages: Sequence[Mapping[str, Any]]) -> Optional[History]:
        """With outages that the phase under way has seen; None when no phase is."""
        if not self.events or self.events[-1].event != BEGUN:
            return None
        last = self.events[-1]
        return History((*self.events[:-1], replace(last, outages=_bounded((*last.outages, *outages)))))

    def phases(self, *, now: datetime) -> list[PhaseRecord]:
        """The phases of the newest migration, in the order in which they first began."""
        newest = self.newest
        names = list(dict.fromkeys(event.phase for event in newest))
        return [_phase([event for event in newest if event.phase == name], now=now) for name in names]

    def elapsed(self, *, now: datetime) -> Optional[float]:
        """Seconds since the newest migration began, to its last event, or to now while a phase is under way."""
        newest = self.newest
        if not newest:
            return None
        return _between(newest[0].at, None if self._under_way() else newest[-1].at, now=now)

    def _under_way(self) -> bool:
        return any(self._last(event.phase) == BEGUN for event in self.newest)


def _between(begin: str, end: Optional[str], *, now: datetime) -> float:
    return max(((parsed(end) if end else now) - parsed(begin)).total_seconds(), 0.0)


def _phase(events: Sequence[Event], *, now: datetime) -> PhaseRecord:
    last = events[-1]
    finished_at = last.at if last.event == FINISHED else None
    return PhaseRecord(
        phase=last.phase,
        state={BEGUN: "running"}.get(last.event, last.event),
        begun_at=events[0].at,
        finished_at=finished_at,
        seconds=_between(events[0].at, None if last.event == BEGUN else last.at, now=now),
        attempts=max(sum(event.event == BEGUN for event in events), 1),
        outages=tuple(outage for event in events for outage in event.outages),
    )


def _bounded(outages: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    kept, rest = outages[:OUTAGES_KEPT], outages[OUTAGES_KEPT:]
    if not rest:
        return tuple(kept)
    seconds = round(sum(float(outage.get("seconds") or 0.0) for outage in rest), 1)
    more = {"since": rest[0].get("since"), "seconds": seconds, "seen": f"{len(rest)} more outages"}
    return (*kept, more)
