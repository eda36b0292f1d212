"""Simulated time: a simpy environment that follows real time at a factor, jumps, or is advanced by a test."""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import simpy

#: What a behaviour is: a generator that yields events of the clock.
Process = Generator[simpy.Event, Any, Any]


class Clock:
    """Simulated time.

    ``speed`` is simulated seconds per real second. At speed 0 time does not pass by itself: ``pump`` jumps from event
    to event until nothing is left that somebody waits for. Events are foreground (something is on its way) or
    background (a resync, a heartbeat: it comes for ever). Background events happen when their time has come, but time
    is never moved for their sake at speed 0.
    """

    def __init__(self, *, speed: float, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._env = simpy.Environment()
        self._start = start.astimezone(UTC)
        self._monotonic = monotonic
        self._speed = float(speed)
        #: heap of [when, number, awaited] of the foreground sleeps
        self._foreground: list[list[Any]] = []
        self._numbers = itertools.count()
        self._deadlines: dict[simpy.Event, list[Any]] = {}
        self._anchor_real = monotonic()
        self._anchor_simulated = 0.0

    # reading the time

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def seconds(self) -> float:
        """Simulated seconds since the start."""
        return float(self._env.now)

    def now(self) -> datetime:
        """Simulated time, aware, UTC."""
        return self._start + timedelta(seconds=self.seconds)

    def timestamp(self, *, ago: float = 0.0) -> str:
        """Now (or ``ago`` seconds before) as Kubernetes writes a ``metav1.Time``: ``2026-01-02T03:04:05Z``."""
        return (self.now() - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    # for behaviours

    def sleep(self, seconds: float, *, background: bool = False) -> simpy.Event:
        """An event that happens ``seconds`` from now; yield it."""
        delay = max(0.0, float(seconds))
        if not background:
            self._await(self._env.now + delay)
        return self._env.timeout(delay)

    def deadline(self, seconds: float) -> simpy.Event:
        """A foreground sleep that can be called off with ``release``, for ``yield something | deadline``."""
        event = self._env.timeout(max(0.0, float(seconds)))
        self._deadlines[event] = self._await(self._env.now + max(0.0, float(seconds)))
        return event

    def release(self, deadline: simpy.Event) -> None:
        """Nobody waits for this deadline any more: it does not move time at speed 0."""
        entry = self._deadlines.pop(deadline, None)
        if entry is not None:
            entry[2] = False

    def event(self) -> simpy.Event:
        """An event somebody calls ``succeed`` on."""
        return self._env.event()

    def spawn(self, generator: Process, *, name: str = "") -> simpy.Process:
        """Run a behaviour. Its first step happens at the next pump, at the present simulated time."""
        if name:
            generator.__name__ = name  # type: ignore[attr-defined]
        return self._env.process(generator)

    def after(self, seconds: float, call: Callable[[], Any], *, background: bool = False) -> None:
        """Call ``call`` once, ``seconds`` from now."""
        event = self.sleep(seconds, background=background)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: call())

    # driving time

    def start(self) -> None:
        """Simulated time goes on from now; what passed before was preparation."""
        self._anchor()

    def set_speed(self, speed: float) -> None:
        """Go on at another speed from the present moment."""
        self._speed = float(speed)
        self._anchor()

    def pump(self, budget_events: int = 2000) -> float | None:
        """Run what is due by now.

        Returns the real seconds until the next event is due, 0.0 when ``budget_events`` ran out before everything due
        was done, and None when nothing is scheduled (at speed 0: nothing that would move time).
        """
        if self._speed > 0:
            return self._pump_following_real_time(budget_events)
        return self._pump_jumping(budget_events)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` simulated seconds pass at once, with everything that happens in them."""
        target = self._env.now + seconds
        while self._env.peek() <= target:
            self._env.step()
        self._move_to(target)
        self._anchor()

    def settle(self, *, limit: float = math.inf) -> float:
        """Run until no foreground event is left, at most ``limit`` simulated seconds; returns how many passed."""
        start = self._env.now
        while (until := self._next_foreground()) is not None and until <= start + limit:
            self._env.step()
        self._anchor()
        return float(self._env.now - start)

    def _pump_following_real_time(self, budget_events: int) -> float | None:
        due = self._anchor_simulated + (self._monotonic() - self._anchor_real) * self._speed
        for _event in range(budget_events):
            if self._env.peek() > due:
                break
            self._env.step()
        else:
            if self._env.peek() <= due:
                return 0.0
        self._move_to(due)
        ahead = self._env.peek()
        return None if math.isinf(ahead) else max(0.0, (ahead - due) / self._speed)

    def _pump_jumping(self, budget_events: int) -> float | None:
        for _event in range(budget_events):
            if self._next_foreground() is None:
                return None
            self._env.step()
        return 0.0 if self._next_foreground() is not None else None

    def _next_foreground(self) -> float | None:
        """When the next thing happens that somebody waits for: an event due now, or the earliest foreground sleep."""
        if self._env.peek() <= self._env.now:
            return float(self._env.now)
        while self._foreground and (not self._foreground[0][2] or self._foreground[0][0] <= self._env.now):
            heapq.heappop(self._foreground)
        return float(self._foreground[0][0]) if self._foreground else None

    def _await(self, when: float) -> list[Any]:
        entry = [when, next(self._numbers), True]
        heapq.heappush(self._foreground, entry)
        return entry

    def _move_to(self, target: float) -> None:
        if target > self._env.now:
            arrived = self._env.timeout(target - self._env.now)
            while not arrived.processed:
                self._env.step()

    def _anchor(self) -> None:
        self._anchor_real = self._monotonic()
        self._anchor_simulated = self._env.now
