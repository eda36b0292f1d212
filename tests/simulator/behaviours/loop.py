"""A controller's work queue: changes are noted, gathered for a moment, then reconciled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.simulator.behaviours.world import BehaviourFailed, World
from tests.simulator.clock import Process
from tests.simulator.store.errors import ApiError

#: what a reconcile is: it does its work at once, or returns a process that takes its time
Reconcile = Callable[[str], Process | None]

_RETRY_FIRST = 1.0
_RETRY_LAST = 1000.0
#: so many failures in a row may move time on at speed 0, later ones only happen when time moves anyway
_HURRIED_RETRIES = 5


class Loop:
    """One controller.

    ``note(key)`` asks for a reconcile of ``key`` after ``delay`` (the name of a duration); notes in between are one.
    One key at a time, or with ``parallel`` one reconcile per key. Nothing happens while the API is down or
    ``alive`` says no: the work waits until the world revives. A reconcile that raises an ApiError, or fails on a
    malformed object (``World.guard``), is tried again later.
    """

    def __init__(
        self,
        world: World,
        reconcile: Reconcile,
        *,
        delay: str,
        alive: Callable[[], bool] | None = None,
        parallel: bool = False,
    ) -> None:
        self._world = world
        self._reconcile = reconcile
        self._name = reconcile.__qualname__
        self._delay = delay
        self._alive = alive
        self._parallel = parallel
        self._noted: set[str] = set()
        self._queue: dict[str, None] = {}
        self._running: set[str] = set()
        self._failures: dict[str, int] = {}
        world.revived.connect(self._go)

    def note(self, key: str = "") -> None:
        """Something has changed that concerns ``key``."""
        if key not in self._noted:
            self._noted.add(key)
            self._world.clock.after(getattr(self._world.durations, self._delay), partial(self._due, key))

    def note_after(self, seconds: float, key: str = "", *, background: bool = False) -> None:
        """Have ``key`` reconciled again ``seconds`` from now, whatever happens in between."""
        self._world.clock.after(seconds, partial(self._due, key), background=background)

    @property
    def idle(self) -> bool:
        return not (self._noted or self._queue or self._running)

    def _due(self, key: str) -> None:
        self._noted.discard(key)
        self._queue[key] = None
        self._go()

    def _go(self) -> None:
        while self._queue and self._world.api_up and (self._alive is None or self._alive()):
            key = self._next()
            if key is None:
                return
            del self._queue[key]
            self._running.add(key)
            self._start(key)

    def _next(self) -> str | None:
        if not self._parallel:
            return None if self._running else next(iter(self._queue))
        return next((key for key in self._queue if key not in self._running), None)

    def _start(self, key: str) -> None:
        try:
            with self._world.guard(self._name, key or "everything"):
                work = self._reconcile(key)
        except ApiError as error:
            self._failed(key, error.message)
            return
        except BehaviourFailed as error:
            self._failed(key, str(error))
            return
        if work is None:
            self._done(key)
        else:
            self._world.clock.spawn(self._run(key, work))

    def _run(self, key: str, work: Process) -> Process:
        try:
            with self._world.guard(self._name, key or "everything"):
                yield from work
        except ApiError as error:
            self._failed(key, error.message)
        except BehaviourFailed as error:
            self._failed(key, str(error))
        else:
            self._done(key)
        self._go()

    def _done(self, key: str) -> None:
        self._running.discard(key)
        self._failures.pop(key, None)

    def _failed(self, key: str, why: str) -> None:
        self._running.discard(key)
        self._world.failures.append((self._name, key, why))
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        pause = min(_RETRY_FIRST * 2 ** (failures - 1), _RETRY_LAST)
        self.note_after(pause, key, background=failures > _HURRIED_RETRIES)


def split(key: str) -> tuple[str, str]:
    """``namespace/name``."""
    namespace, _slash, name = key.partition("/")
    return namespace, name


def key_of(obj: dict[str, Any]) -> str:
    meta = obj["metadata"]
    return f"{meta['namespace']}/{meta['name']}"
