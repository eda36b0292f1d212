"""JSON patches as the API server applies them (github.com/evanphx/json-patch v4.12, the release that Kubernetes uses).

That differs from RFC 6902 in maps: ``replace`` of a key that is not there adds it, and ``test`` finds null there. A
negative place in a list counts from its end. Whatever goes wrong is told in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import UnprocessablePatch
from tests.simulator.store.trees import clone

_NOTHING = object()


def applied(document: Object, patch: Sequence[Mapping[str, Any]]) -> Object:
    """The patched document; ``UnprocessablePatch`` when an operation does not apply."""
    result: Object = clone(document)
    for operation in patch:
        _apply(result, operation)
    return result


def _apply(document: Object, operation: Mapping[str, Any]) -> None:
    kind = operation.get("op")
    place, key = _place(document, operation.get("path"))
    value = clone(operation.get("value"))
    if kind == "add":
        _add(place, key, value)
    elif kind == "remove":
        _remove(place, key)
    elif kind == "replace":
        if isinstance(place, list):
            place[_index(place, key, end=len(place))] = value
        else:
            place[key] = value
    elif kind == "test":
        if not _equal(_get(place, key), value):
            raise UnprocessablePatch
    elif kind in ("move", "copy"):
        source, name = _place(document, operation.get("from"))
        moved = _get(source, name)
        if kind == "move":
            _remove(source, name)
            place, key = _place(document, operation.get("path"))
        _add(place, key, clone(moved))
    else:
        raise UnprocessablePatch


def _place(document: Any, path: Any) -> tuple[Any, str]:
    """What holds the member that a JSON pointer names, and the member's key."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise UnprocessablePatch
    *above, key = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])
    for step in above:
        document = _get(document, step)
    if not isinstance(document, (dict, list)):
        raise UnprocessablePatch
    return document, key


def _get(place: Any, key: str) -> Any:
    if isinstance(place, dict):
        return place.get(key)
    if isinstance(place, list):
        return place[_index(place, key, end=len(place))]
    raise UnprocessablePatch


def _add(place: Any, key: str, value: Any) -> None:
    if isinstance(place, dict):
        place[key] = value
    elif key == "-":
        place.append(value)
    else:
        place.insert(_index(place, key, end=len(place) + 1), value)


def _remove(place: Any, key: str) -> None:
    if isinstance(place, list):
        del place[_index(place, key, end=len(place))]
    elif place.pop(key, _NOTHING) is _NOTHING:
        raise UnprocessablePatch


def _index(place: list[Any], key: str, *, end: int) -> int:
    if not key.lstrip("-").isdigit() or not -end <= int(key) < end:
        raise UnprocessablePatch
    return int(key) % end


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON: ``true`` is not ``1``."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
