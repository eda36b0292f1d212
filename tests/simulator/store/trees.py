"""JSON trees: copies and RFC 7386 merges that never change what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.ports import Object

#: looked up first, because asking whether something is a Mapping is slow
_LEAVES = frozenset({str, int, float, bool, type(None)})


def clone(value: Any) -> Any:
    """A deep copy of JSON data (ten times as fast as ``copy.deepcopy``)."""
    if isinstance(value, dict):
        return {key: clone(item) if isinstance(item, (dict, list)) else item for key, item in value.items()}
    if isinstance(value, list):
        return [clone(item) if isinstance(item, (dict, list)) else item for item in value]
    return value


def plain(value: Any) -> Any:
    """Like ``clone``, and any Mapping, tuple or list becomes a plain dict or list."""
    if isinstance(value, (dict, Mapping)):
        return {key: item if type(item) in _LEAVES else plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _LEAVES else plain(item) for item in value]
    return value


def merged(target: Any, patch: Mapping[str, Any]) -> Object:
    """JSON merge patch (RFC 7386). What the patch does not touch is shared with ``target``."""
    result: Object = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif type(value) in _LEAVES:
            result[key] = value
        elif isinstance(value, (dict, Mapping)):
            result[key] = merged(result.get(key), value)
        else:
            result[key] = plain(value)
    return result


def at(value: Any, path: str, default: Any = None) -> Any:
    """The value at a dotted path (``spec.nodeName``), ``default`` when any step is missing."""
    for step in path.split("."):
        if not isinstance(value, dict) or step not in value:
            return default
        value = value[step]
    return value
