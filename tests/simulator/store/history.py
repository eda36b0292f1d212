"""What happened to each resource since when: the ground of watches and of consistent pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from tests.simulator.ports import Change, ResourceKey
from tests.simulator.store.errors import Expired

Listener = Callable[[Change], None]


class History:
    """The last changes of each resource, oldest first. A change carries its resourceVersion in its object."""

    def __init__(self, *, keep: int = 4000) -> None:
        self._keep = keep
        self._changes: dict[ResourceKey, deque[tuple[int, Change]]] = {}
        #: resourceVersion up to which the changes of a resource are forgotten
        self._forgotten: dict[ResourceKey, int] = {}
        self._forgotten_everywhere = 0
        self._listeners: dict[ResourceKey | None, list[Listener]] = {}

    def add(self, change: Change, *, revision: int) -> None:
        changes = self._changes.get(change.key)
        if changes is None:
            changes = self._changes[change.key] = deque()
        changes.append((revision, change))
        if len(changes) > self._keep:
            self._forgotten[change.key] = changes.popleft()[0]
        for listener in (*self._listeners.get(change.key, ()), *self._listeners.get(None, ())):
            listener(change)

    def oldest(self, key: ResourceKey) -> int:
        """The oldest resourceVersion from which the changes of a resource are still known."""
        return max(self._forgotten.get(key, 0), self._forgotten_everywhere)

    def since(self, key: ResourceKey, revision: int) -> list[Change]:
        """Changes after ``revision``; ``Expired`` when some of them are forgotten."""
        if revision < self.oldest(key):
            raise Expired(f"too old resource version: {revision} ({self.oldest(key)})")
        changes: list[Change] = []
        for at, change in reversed(self._changes.get(key, ())):
            if at <= revision:
                break
            changes.append(change)
        changes.reverse()
        return changes

    def compact(self, *, through: int) -> None:
        """Forget all changes up to and including resourceVersion ``through``."""
        self._forgotten_everywhere = max(through, self._forgotten_everywhere)
        for changes in self._changes.values():
            while changes and changes[0][0] <= through:
                changes.popleft()

    def subscribe(self, listener: Listener, *, keys: Iterable[ResourceKey] | None) -> Callable[[], None]:
        places: list[ResourceKey | None] = [None] if keys is None else list(keys)
        for place in places:
            self._listeners.setdefault(place, []).append(listener)

        def stop() -> None:
            for place in places:
                if listener in self._listeners.get(place, ()):
                    self._listeners[place].remove(listener)

        return stop
