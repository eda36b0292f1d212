"""Structural schemas of CustomResourceDefinitions: pruning, defaults and validation with the API server's words
(apiextensions-apiserver, pkg/apiserver/{schema,validation}; kube-openapi, pkg/validation/errors)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import Cause
from tests.simulator.store.rules import check_rules, json_type
from tests.simulator.store.trees import clone

Node = Mapping[str, Any]

_ALWAYS_KEPT = ("apiVersion", "kind", "metadata")
_EMPTY: Node = {}
_BLOCKING = frozenset(
    {
        "FieldValueNotSupported",
        "FieldValueRequired",
        "FieldValueTooLong",
        "FieldValueTooMany",
        "FieldValueTypeInvalid",
    }
)
_UNCHECKED = Cause(
    "FieldValueInvalid",
    "<nil>",
    'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the '
    "existing errors to complete validation",
)


class Schema:
    """One structural schema, ready to be applied to whole objects."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._has_defaults = _contains(root, "default")
        self._has_rules = _contains(root, "x-kubernetes-validations")

    def pruned(self, obj: Object) -> tuple[Object, list[str]]:
        """The object without unknown fields (shared where nothing is unknown), and the paths of those."""
        unknown: list[str] = []
        return _prune_object(obj, self.root, "", unknown, embedded=True), unknown

    def defaulted(self, obj: Object) -> Object:
        """The object without nulls where none may be, and with the schema's defaults; shared where nothing changes."""
        obj = _without_nulls(obj, self.root)
        done: Object = filled(obj, self.root) if self._has_defaults else obj
        return done

    def causes(self, obj: Object, old: Object | None = None) -> list[Cause]:
        """Every violation; transition rules are judged against ``old``. Rules are not checked on an object whose shape
        is wrong, and a cause says so (apiextensions-apiserver, pkg/registry/customresource: hasBlockingErr)."""
        without = {key: value for key, value in obj.items() if key not in _ALWAYS_KEPT}
        causes = list(_violations(without, self.root, ""))
        if not self._has_rules:
            return causes
        if any(cause.reason in _BLOCKING for cause in causes):
            return [*causes, _UNCHECKED]
        return [*causes, *check_rules(obj, old, self.root)]


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"\z", r"\Z"))


def _contains(node: Any, key: str) -> bool:
    if isinstance(node, Mapping):
        return key in node or any(_contains(value, key) for value in node.values())
    return isinstance(node, (list, tuple)) and any(_contains(value, key) for value in node)


def _prune(value: Any, node: Node, path: str, unknown: list[str], *, embedded: bool = False) -> Any:
    if isinstance(value, dict):
        return _prune_object(value, node, path, unknown, embedded or bool(node.get("x-kubernetes-embedded-resource")))
    if isinstance(value, list) and isinstance(node.get("items"), Mapping):
        items = node["items"]
        return _shared(value, [_prune(item, items, f"{path}[{i}]", unknown) for i, item in enumerate(value)])
    return value


def _prune_object(value: Object, node: Node, path: str, unknown: list[str], embedded: bool) -> Object:
    properties: Node = node.get("properties") or _EMPTY
    additional = node.get("additionalProperties")
    preserve = bool(node.get("x-kubernetes-preserve-unknown-fields"))
    result: Object = {}
    changed = False
    for key, item in value.items():
        below = f"{path}.{key}" if path else key
        if embedded and key in _ALWAYS_KEPT:
            result[key] = item
        elif key in properties:
            result[key] = _prune(item, properties[key], below, unknown)
        elif isinstance(additional, Mapping):
            result[key] = _prune(item, additional, below, unknown)
        elif additional is True or preserve:
            result[key] = item
        else:
            unknown.append(below)
            changed = True
            continue
        changed = changed or result[key] is not item
    return result if changed else value


def _without_nulls(value: Any, node: Node) -> Any:
    """Without the members that are null and may not be (pkg/apiserver/schema/defaulting: PruneNonNullableNulls...)."""
    if isinstance(value, dict):
        properties: Node = node.get("properties") or _EMPTY
        additional = node.get("additionalProperties")
        result: Object = {}
        for key, item in value.items():
            below = properties.get(key, additional if isinstance(additional, Mapping) else None)
            if below is None:
                result[key] = item
            elif item is not None or below.get("nullable") or "default" in below:
                result[key] = _without_nulls(item, below)
        unchanged = len(result) == len(value) and all(result[key] is item for key, item in value.items())
        return value if unchanged else result
    if isinstance(value, list) and isinstance(node.get("items"), Mapping):
        return _shared(value, [_without_nulls(item, node["items"]) for item in value])
    return value


def filled(value: Any, node: Node) -> Any:
    """``value`` with the defaults that ``node`` has for what is missing; shared where nothing is."""
    if isinstance(value, dict):
        properties: Node = node.get("properties") or _EMPTY
        result: Object = {}
        for key, below in properties.items():
            if key not in value or (value[key] is None and not below.get("nullable") and "default" in below):
                if "default" in below:
                    result[key] = filled(clone(below["default"]), below)
            else:
                item = filled(value[key], below)
                if item is not value[key]:
                    result[key] = item
        additional = node.get("additionalProperties")
        if isinstance(additional, Mapping):
            for key, item in value.items():
                if key not in properties and (done := filled(item, additional)) is not item:
                    result[key] = done
        return {**value, **result} if result else value
    if isinstance(value, list) and isinstance(node.get("items"), Mapping):
        return _shared(value, [filled(item, node["items"]) for item in value])
    return value


def _shared(old: list[Any], new: list[Any]) -> list[Any]:
    return old if all(a is b for a, b in zip(old, new, strict=True)) else new


def go_value(value: Any) -> str:
    """A value as the messages of the API server show it."""
    if isinstance(value, dict):
        return "map[string]interface {}" + _go_map(value)
    if isinstance(value, list):
        return "[]interface {}{" + ", ".join(go_value(item) for item in value) + "}"
    return json.dumps(value)


def _go_map(value: Object) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}:{go_value(item)}" for key, item in sorted(value.items())) + "}"


def _invalid(path: str, value: Any, words: str) -> Cause:
    return Cause("FieldValueInvalid", path or "<nil>", f"Invalid value: {go_value(value)}: {words}")


def _violations(value: Any, node: Node, path: str) -> Iterator[Cause]:
    if value is None and node.get("nullable"):
        return
    wanted = node.get("type")
    actual = json_type(value)
    if node.get("x-kubernetes-int-or-string"):
        if actual not in ("integer", "string"):
            words = f'{path} in body must be of type integer,string: "{actual}"'
            yield Cause("FieldValueTypeInvalid", path, f'Invalid value: "{actual}": {words}')
            return
    elif wanted and not _fits(value, actual, wanted):
        words = f'{path} in body must be of type {wanted}: "{actual}"'
        yield Cause("FieldValueTypeInvalid", path or "<nil>", f'Invalid value: "{actual}": {words}')
        return
    yield from _shape(value, node, path)
    yield from _combinations(value, node, path)
    if isinstance(value, dict):
        yield from _members(value, node, path)
    elif isinstance(value, list):
        yield from _items(value, node, path)


def _fits(value: Any, actual: str, wanted: str) -> bool:
    if wanted == "number":
        return actual in ("number", "integer")
    return actual == wanted or (wanted == "integer" and actual == "number" and float(value).is_integer())


def _shape(value: Any, node: Node, path: str) -> Iterator[Cause]:
    """Enum, pattern, format, and the bounds of numbers, strings and lists."""
    if "enum" in node and value not in node["enum"]:
        supported = ", ".join(json.dumps(item) for item in node["enum"])
        message = f"Unsupported value: {go_value(value)}: supported values: {supported}"
        yield Cause("FieldValueNotSupported", path, message)
    if isinstance(value, str):
        yield from _string(value, node, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number(value, node, path)


def _string(value: str, node: Node, path: str) -> Iterator[Cause]:
    if len(value) > node.get("maxLength", len(value)):
        message = f"Too long: may not be longer than {node['maxLength']}"
        yield Cause("FieldValueTooLong", path, message)
    if len(value) < node.get("minLength", 0):
        yield _invalid(path, value, f"{path} in body should be at least {node['minLength']} chars long")
    if "pattern" in node and not _pattern(node["pattern"]).search(value):
        yield _invalid(path, value, f"{path} in body should match '{node['pattern']}'")
    test = _FORMATS.get(node.get("format", ""))
    if test is not None and not test(value):
        yield _invalid(path, value, f"{path} in body must be of type {node['format']}: {json.dumps(value)}")


def _number(value: float, node: Node, path: str) -> Iterator[Cause]:
    if "minimum" in node:
        exclusive = bool(node.get("exclusiveMinimum"))
        if value < node["minimum"] or (exclusive and value == node["minimum"]):
            words = "greater than" if exclusive else "greater than or equal to"
            yield _invalid(path, value, f"{path} in body should be {words} {node['minimum']}")
    if "maximum" in node:
        exclusive = bool(node.get("exclusiveMaximum"))
        if value > node["maximum"] or (exclusive and value == node["maximum"]):
            words = "less than" if exclusive else "less than or equal to"
            yield _invalid(path, value, f"{path} in body should be {words} {node['maximum']}")
    if node.get("format") == "int32" and not -(2**31) <= value < 2**31:
        yield _invalid(path, value, f"{path} in body must be of type int32: {json.dumps(value)}")
    if node.get("multipleOf") and value % node["multipleOf"]:
        yield _invalid(path, value, f"{path} in body should be a multiple of {node['multipleOf']}")


def _combinations(value: Any, node: Node, path: str) -> Iterator[Cause]:
    for below in node.get("allOf") or ():
        yield from _violations(value, below, path)
    for keyword, words in (("anyOf", "at least one schema (anyOf)"), ("oneOf", "one and only one schema (oneOf)")):
        choices = node.get(keyword)
        if not choices or node.get("x-kubernetes-int-or-string"):
            continue
        fitting = sum(not any(_violations(value, below, path)) for below in choices)
        if fitting == 0 or (keyword == "oneOf" and fitting > 1):
            yield Cause("FieldValueInvalid", path or "<nil>", f'Invalid value: "": {path} must validate {words}')
    if "not" in node and not any(_violations(value, node["not"], path)):
        yield Cause(
            "FieldValueInvalid", path or "<nil>", f'Invalid value: "": {path} must not validate the schema (not)'
        )


def _members(value: Object, node: Node, path: str) -> Iterator[Cause]:
    for name in node.get("required") or ():
        if name not in value:
            yield Cause("FieldValueRequired", f"{path}.{name}" if path else name, "Required value")
    if len(value) > node.get("maxProperties", len(value)):
        message = f"Too many: {len(value)}: must have at most {node['maxProperties']} items"
        yield Cause("FieldValueTooMany", path, message)
    if len(value) < node.get("minProperties", 0):
        yield _invalid(path, value, f"{path} in body should have at least {node['minProperties']} properties")
    properties: Node = node.get("properties") or _EMPTY
    additional = node.get("additionalProperties")
    for key, item in value.items():
        below = properties.get(key, additional if isinstance(additional, Mapping) else None)
        if below is not None:
            yield from _violations(item, below, f"{path}.{key}" if path else key)


def _items(value: list[Any], node: Node, path: str) -> Iterator[Cause]:
    if len(value) > node.get("maxItems", len(value)):
        message = f"Too many: {len(value)}: must have at most {node['maxItems']} items"
        yield Cause("FieldValueTooMany", path, message)
    if len(value) < node.get("minItems", 0):
        yield _invalid(path, value, f"{path} in body should have at least {node['minItems']} items")
    if isinstance(node.get("items"), Mapping):
        for index, item in enumerate(value):
            yield from _violations(item, node["items"], f"{path}[{index}]")
    yield from _duplicates(value, node, path)


def _duplicates(value: list[Any], node: Node, path: str) -> Iterator[Cause]:
    kind = node.get("x-kubernetes-list-type")
    if kind not in ("map", "set"):
        return
    keys: list[str] = node.get("x-kubernetes-list-map-keys") or []
    seen: list[Any] = []
    for index, item in enumerate(value):
        identity = item
        if kind == "map":
            if not isinstance(item, dict):
                continue
            identity = {key: item[key] for key in keys if key in item}
        if identity in seen:
            yield Cause("FieldValueDuplicate", f"{path}[{index}]", f"Duplicate value: {go_value(identity)}")
        seen.append(identity)


def _is_moment(value: str) -> bool:
    return bool(_pattern(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$").match(value))


def _is_address(version: int) -> Callable[[str], bool]:
    def test(value: str) -> bool:
        from ipaddress import ip_address

        try:
            return ip_address(value).version == version
        except ValueError:
            return False

    return test


_FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_moment,
    "date": lambda value: bool(_pattern(r"^\d{4}-\d\d-\d\d$").match(value)),
    "ipv4": _is_address(4),
    "ipv6": _is_address(6),
    "uuid": lambda value: bool(_pattern(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").match(value)),
}
