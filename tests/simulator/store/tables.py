"""The objects of one resource, kept in the order in which a list shows them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from tests.simulator.ports import Object

#: namespace ("" when cluster scoped) and name
Place = tuple[str, str]


class ObjectTable:
    def __init__(self) -> None:
        self._objects: dict[Place, Object] = {}
        self._order: list[Place] = []

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, place: Place) -> Object | None:
        return self._objects.get(place)

    def put(self, place: Place, obj: Object) -> None:
        if place not in self._objects:
            insort(self._order, place)
        self._objects[place] = obj

    def remove(self, place: Place) -> None:
        del self._objects[place]
        del self._order[bisect_left(self._order, place)]

    def objects(self, namespace: str | None = None) -> Iterator[Object]:
        """By namespace and name; the table must not change meanwhile."""
        if namespace is None:
            for place in self._order:
                yield self._objects[place]
            return
        for index in range(bisect_left(self._order, (namespace, "")), len(self._order)):
            place = self._order[index]
            if place[0] != namespace:
                return
            yield self._objects[place]
