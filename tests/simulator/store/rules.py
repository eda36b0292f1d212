"""``x-kubernetes-validations``: rules in CEL, compiled once (apiextensions-apiserver, pkg/apiserver/schema/cel)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from tests.simulator.store.errors import Cause

Node = Mapping[str, Any]
Evaluate = Callable[[Mapping[str, Any]], Any]

_REASONS = {
    "FieldValueInvalid": "Invalid value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
}


class RuleError(ValueError):
    """A rule that is no CEL, or uses a function that the simulator lacks."""


def check_rules(value: Any, old: Any, node: Node, path: str = "") -> Iterator[Cause]:
    """The violated rules of a schema and of all that lies below it; rules on ``oldSelf`` need an old value."""
    if _has_rules(node):
        yield from _check(value, old, node, path)


def _has_rules(node: Node) -> bool:
    """Whether any rule is at or below ``node``; remembered by identity, since schemas are long-lived."""
    known = _KNOWN.get(id(node))
    if known is not None and known[0] is node:
        return known[1]
    found = bool(node.get("x-kubernetes-validations")) or any(_has_rules(below) for below in _below(node))
    _KNOWN[id(node)] = (node, found)
    return found


_KNOWN: dict[int, tuple[Node, bool]] = {}


def _below(node: Node) -> Iterator[Node]:
    yield from (below for below in (node.get("properties") or {}).values() if isinstance(below, Mapping))
    yield from (node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), Mapping))


def _check(value: Any, old: Any, node: Node, path: str) -> Iterator[Cause]:
    if value is None:
        return
    for rule in node.get("x-kubernetes-validations") or ():
        cause = _judge(rule, value, old, path)
        if cause is not None:
            yield cause
    if isinstance(value, dict):
        properties = node.get("properties") or {}
        additional = node.get("additionalProperties")
        for key, item in value.items():
            below = properties.get(key, additional if isinstance(additional, Mapping) else None)
            if below is not None and _has_rules(below):
                before = old.get(key) if isinstance(old, dict) else None
                yield from _check(item, before, below, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and isinstance(node.get("items"), Mapping) and _has_rules(node["items"]):
        for index, item in enumerate(value):
            yield from _check(item, _counterpart(item, old, node), node["items"], f"{path}[{index}]")


def _counterpart(item: Any, old: Any, node: Node) -> Any:
    """The old item of a list map with the same keys; other lists cannot be correlated."""
    keys = node.get("x-kubernetes-list-map-keys")
    if not keys or not isinstance(old, list) or not isinstance(item, dict):
        return None
    for candidate in old:
        if isinstance(candidate, dict) and all(candidate.get(key) == item.get(key) for key in keys):
            return candidate
    return None


def _judge(rule: Node, value: Any, old: Any, path: str) -> Cause | None:
    text: str = rule["rule"]
    if re.search(r"\boldSelf\b", text) and old is None:
        return None
    variables = {"self": value} if old is None else {"self": value, "oldSelf": old}
    result = _evaluate(text, variables)
    if result is True:
        return None
    where = path + (rule.get("fieldPath") or "") or "<nil>"
    shown = json_type(value)
    told = rule.get("message") or f"failed rule: {text.strip()}"
    if isinstance(result, Exception):
        told = f"{_failure(result)} evaluating rule: {told}"
    elif "messageExpression" in rule:
        made = _evaluate(rule["messageExpression"], variables)
        told = str(made) if not isinstance(made, Exception) else told
    reason = rule.get("reason", "FieldValueInvalid")
    if reason in ("FieldValueForbidden", "FieldValueRequired"):
        return Cause(reason, where, f"{_REASONS[reason]}: {told}")
    return Cause(reason, where, f'{_REASONS.get(reason, "Invalid value")}: "{shown}": {told}')


def _failure(error: Exception) -> str:
    """The first thing that an evaluation failed on, in the words of cel-go."""
    told = str(error.args[0]) if error.args else str(error)
    if (missing := re.match(r"no such member in mapping: '(\w+)'", told)) is not None:
        return f"no such key: {missing[1]}"
    return told


def json_type(value: Any) -> str:
    """The name of a JSON type in OpenAPI; messages about rules show it instead of the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """The value as Python data, or the exception that the evaluation ended in."""
    from celpy import json_to_cel
    from celpy.evaluation import CELEvalError

    try:
        result = program(text)({name: json_to_cel(value) for name, value in variables.items()})
    except CELEvalError as error:
        return error
    return bool(result) if type(result).__name__ == "BoolType" else result


@lru_cache(maxsize=1024)
def program(text: str) -> Evaluate:
    """A compiled rule; ``RuleError`` when it is no CEL."""
    import celpy
    from celpy.celparser import CELParseError

    environment = celpy.Environment()
    try:
        runner = environment.program(environment.compile(text), functions=_functions())
    except CELParseError as error:
        raise RuleError(f"cannot compile the rule {text!r}: {error}") from error
    return lambda variables: runner.evaluate(dict(variables))


def compile_all(node: Node) -> None:
    """Compile every rule of a schema, so that a CRD with a broken rule is refused when it is created."""
    for rule in node.get("x-kubernetes-validations") or ():
        program(rule["rule"])
    for below in _below(node):
        if _has_rules(below):
            compile_all(below)


@lru_cache(maxsize=1)
def _functions() -> dict[str, Any]:
    """The string, list, regex and network functions that Kubernetes adds to CEL and that OpenShift's rules use."""
    from celpy import celtypes, json_to_cel

    def text(value: Any) -> Any:
        return celtypes.StringType(value)

    def truth(value: object) -> Any:
        return celtypes.BoolType(bool(value))

    def address(value: str, *, version: int | None = None) -> bool:
        try:
            return version is None or ip_address(str(value)).version == version
        except ValueError:
            return False

    def is_cidr(value: str) -> bool:
        try:
            return "/" in str(value) and bool(ip_network(str(value), strict=False))
        except ValueError:
            return False

    def is_url(value: str) -> bool:
        return bool(re.match(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]+|^/", str(value)))

    def split(value: str, separator: str, limit: int | None = None) -> Any:
        """Into ``limit`` parts at most."""
        parts = str(value).split(str(separator), -1 if limit is None else int(limit) - 1)
        return json_to_cel(parts)

    def find(value: str, pattern: str) -> Any:
        match = re.search(str(pattern), str(value))
        return text(match.group(0) if match else "")

    return {
        "split": split,
        "join": lambda values, separator="": text(str(separator).join(str(value) for value in values)),
        "lowerAscii": lambda value: text(str(value).lower()),
        "upperAscii": lambda value: text(str(value).upper()),
        "trim": lambda value: text(str(value).strip()),
        "replace": lambda value, old, new: text(str(value).replace(str(old), str(new))),
        "substring": lambda value, start, end=None: text(str(value)[int(start) : None if end is None else int(end)]),
        "lastIndexOf": lambda value, part: celtypes.IntType(str(value).rfind(str(part))),
        "indexOf": lambda value, part: celtypes.IntType(str(value).find(str(part))),
        "find": find,
        "findAll": lambda value, pattern: json_to_cel([m.group(0) for m in re.finditer(str(pattern), str(value))]),
        "isSorted": lambda values: truth(list(values) == sorted(values)),
        "isIP": lambda value: truth(address(value)),
        "cidr": lambda value: text(ip_network(str(value), strict=False)),
        "ip": lambda value: text(str(value).partition("/")[0]),
        "family": lambda value: celtypes.IntType(ip_address(str(value)).version),
        "prefixLength": lambda value: celtypes.IntType(str(value).partition("/")[2]),
        "isCIDR": lambda value: truth(is_cidr(value)),
        "isURL": lambda value: truth(is_url(value)),
    }
