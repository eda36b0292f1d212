"""Label and field selectors, from text or from a LabelSelector object, to predicates over objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest
from tests.simulator.store.trees import at

Predicate = Callable[[Object], bool]
LabelTest = Callable[[Mapping[str, str]], bool]

_SET = re.compile(r"^\s*(?P<key>[^\s!=,()]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)\s*$")
_EQUALITY = re.compile(r"^\s*(?P<key>[^\s!=,()]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^\s=,()!]*)\s*$")
_COMPARISON = re.compile(r"^\s*(?P<key>[^\s!=,()<>]+)\s*(?P<operator>[<>])\s*(?P<value>[^\s=,()!]+)\s*$")
_EXISTENCE = re.compile(r"^\s*(?P<absent>!?)\s*(?P<key>[^\s!=,()]+)\s*$")
_METADATA_FIELDS = frozenset({"metadata.name", "metadata.namespace"})


def label_test(selector: Mapping[str, str] | str) -> LabelTest:
    """The test of a selector such as ``app=x,tier in (a,b),!old``, or of a plain mapping of labels."""
    if not isinstance(selector, str):
        wanted = dict(selector)
        return lambda labels: all(labels.get(key) == value for key, value in wanted.items())
    tests = [_requirement(part) for part in _split(selector) if part.strip()]
    return lambda labels: all(test(labels) for test in tests)


def labels_predicate(selector: Mapping[str, str] | str) -> Predicate:
    test = label_test(selector)
    return lambda obj: test(obj.get("metadata", {}).get("labels") or {})


def object_selector(selector: Mapping[str, Any] | None) -> LabelTest:
    """The test of a LabelSelector ``{matchLabels, matchExpressions}``: None matches nothing, an empty one all."""
    if selector is None:
        return lambda labels: False
    tests: list[LabelTest] = [label_test(selector.get("matchLabels") or {})]
    tests += [_expression(expression) for expression in selector.get("matchExpressions") or []]
    return lambda labels: all(test(labels) for test in tests)


def fields_predicate(selector: Mapping[str, str] | str, *, selectable: Collection[str]) -> Predicate:
    """The test of a field selector; ``BadRequest`` for fields that are not in ``selectable`` nor of every object."""
    conditions: list[tuple[str, str, bool]] = []
    if isinstance(selector, str):
        for part in selector.split(","):
            if not part:
                continue
            match = re.match(r"^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$", part)
            if match is None:
                raise BadRequest(f"invalid field selector {selector!r}; can't understand {part!r}".replace("'", '"'))
            conditions.append((match.group(1), match.group(3), match.group(2) != "!="))
    else:
        conditions = [(path, value, True) for path, value in selector.items()]
    for path, _value, _equal in conditions:
        if path not in _METADATA_FIELDS and path not in selectable:
            raise BadRequest(f"field label not supported: {path}")
    return lambda obj: all((_text(at(obj, path)) == value) is equal for path, value, equal in conditions)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _split(selector: str) -> list[str]:
    """At the commas outside parentheses."""
    return re.split(r",(?![^()]*\))", selector)


def _requirement(part: str) -> LabelTest:
    if match := _SET.match(part):
        key, values = match["key"], {value.strip() for value in match["values"].split(",")}
        if match["operator"] == "in":
            return lambda labels: key in labels and labels[key] in values
        return lambda labels: key not in labels or labels[key] not in values
    if match := _EQUALITY.match(part):
        key, value = match["key"], match["value"]
        if match["operator"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if match := _COMPARISON.match(part):
        return _comparison(match["key"], match["operator"], match["value"])
    if match := _EXISTENCE.match(part):
        key = match["key"]
        if match["absent"]:
            return lambda labels: key not in labels
        return lambda labels: key in labels
    raise BadRequest(f"unable to parse requirement: found '{part.strip()}', expected: a label selector")


def _comparison(key: str, operator: str, value: str) -> LabelTest:
    """``n>3``: labels that are numbers beyond another."""
    if not re.fullmatch(r"[+-]?\d+", value):
        why = f"values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer"
        raise BadRequest(f"unable to parse requirement: {why}")
    bound = int(value)

    def test(labels: Mapping[str, str]) -> bool:
        given = labels.get(key, "")
        if not re.fullmatch(r"[+-]?\d+", given):
            return False
        return int(given) > bound if operator == ">" else int(given) < bound

    return test


def _expression(expression: Mapping[str, Any]) -> LabelTest:
    key, operator, values = expression["key"], expression["operator"], set(expression.get("values") or ())
    if operator == "In":
        return lambda labels: key in labels and labels[key] in values
    if operator == "NotIn":
        return lambda labels: key not in labels or labels[key] not in values
    if operator == "Exists":
        return lambda labels: key in labels
    if operator == "DoesNotExist":
        return lambda labels: key not in labels
    raise BadRequest(f'"{operator}" is not a valid label selector operator')
