"""Refusals of single fields in the words of ``field.Error`` (apimachinery, pkg/util/validation/field/errors.go)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.simulator.store.errors import Cause

IMMUTABLE = "field is immutable"

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    f"an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_PERCENT_WORDS = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')"
)
_DATA_KEY_WORDS = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)


def required(path: str, words: str = "") -> Cause:
    return Cause("FieldValueRequired", path, f"Required value: {words}" if words else "Required value")


def invalid(path: str, value: Any, words: str) -> Cause:
    """``value`` is a scalar, or text that already stands as Go prints it (``Go``)."""
    return Cause("FieldValueInvalid", path, f"Invalid value: {_shown(value)}: {words}")


def forbidden(path: str, words: str) -> Cause:
    return Cause("FieldValueForbidden", path, f"Forbidden: {words}")


def duplicate(path: str, value: Any) -> Cause:
    return Cause("FieldValueDuplicate", path, f"Duplicate value: {_shown(value)}")


def missing(path: str, value: Any) -> Cause:
    """A reference to something that the object does not have."""
    return Cause("FieldValueNotFound", path, f"Not found: {_shown(value)}")


def one_of(path: str, value: Any, supported: Iterable[str]) -> Iterator[Cause]:
    supported = tuple(supported)
    if value not in supported:
        listed = ", ".join(f'"{item}"' for item in supported)
        yield Cause("FieldValueNotSupported", path, f"Unsupported value: {_shown(value)}: supported values: {listed}")


def not_negative(path: str, value: Any) -> Iterator[Cause]:
    if isinstance(value, int) and value < 0:
        yield invalid(path, value, "must be greater than or equal to 0")


def port(path: str, value: Any) -> Iterator[Cause]:
    if isinstance(value, int) and not 0 < value < 65536:
        yield invalid(path, value, "must be between 1 and 65535, inclusive")


def count_or_percent(path: str, value: Any) -> Iterator[Cause]:
    """An IntOrString: a number from 0 on, or a percentage up to 100%."""
    if isinstance(value, int):
        yield from not_negative(path, value)
    elif isinstance(value, str):
        if not re.fullmatch(r"[0-9]+%", value):
            yield invalid(path, Go(f'intstr.IntOrString{{Type:1, IntVal:0, StrVal:"{value}"}}'), _PERCENT_WORDS)
        elif int(value[:-1]) > 100:
            shown = Go(f'intstr.IntOrString{{Type:1, IntVal:0, StrVal:"{value}"}}')
            yield invalid(path, shown, "must not be greater than 100%")


def label_name(path: str, value: str) -> Iterator[Cause]:
    """A DNS label, as containers and volumes have for a name."""
    if not value:
        yield required(path)
    elif len(value) > 63:
        yield invalid(path, value, "must be no more than 63 characters")
    elif not re.fullmatch(_LABEL, value):
        yield invalid(path, value, _LABEL_WORDS)


def data_key(path: str, key: str) -> Iterator[Cause]:
    """A key of a ConfigMap or a Secret (apimachinery, pkg/util/validation: IsConfigMapKey)."""
    if len(key) > 253:
        yield invalid(path, key, "must be no more than 253 characters")
    if not re.fullmatch(r"[-._a-zA-Z0-9]+", key):
        yield invalid(path, key, _DATA_KEY_WORDS)
    if key in (".", ".."):
        yield invalid(path, key, f"must not be '{key}'")
    elif key.startswith(".."):
        yield invalid(path, key, "must not start with '..'")


def sealed(new: Mapping[str, Any], old: Mapping[str, Any] | None) -> Iterator[Cause]:
    """A ConfigMap or Secret whose predecessor is ``immutable``."""
    if old is None or not old.get("immutable"):
        return
    words = "field is immutable when `immutable` is set"
    if not new.get("immutable"):
        yield forbidden("immutable", words)
    for name in ("data", "binaryData"):
        if (new.get(name) or {}) != (old.get(name) or {}):
            yield forbidden(name, words)


class Go(str):
    """A value as Go's ``%#v`` prints it."""


def string_map(value: Mapping[str, Any] | None) -> Go:
    if value is None:
        return Go("map[string]string(nil)")
    items = ", ".join(f"{json.dumps(key)}:{json.dumps(item)}" for key, item in sorted(value.items()))
    return Go(f"map[string]string{{{items}}}")


def label_selector(selector: Mapping[str, Any] | None) -> Go:
    """A LabelSelector; its expressions by their number only."""
    selector = selector or {}
    labels = string_map(selector.get("matchLabels") or None)
    expressions = selector.get("matchExpressions")
    shown = "[]v1.LabelSelectorRequirement(nil)"
    if expressions:
        parts = ", ".join(
            "v1.LabelSelectorRequirement{"
            f"Key:{json.dumps(item.get('key', ''))}, Operator:{json.dumps(item.get('operator', ''))}, "
            f"Values:{string_list(item.get('values'))}}}"
            for item in expressions
        )
        shown = f"[]v1.LabelSelectorRequirement{{{parts}}}"
    return Go(f"v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{shown}}}")


def string_list(values: Iterable[str] | None) -> Go:
    if values is None:
        return Go("[]string(nil)")
    return Go("[]string{" + ", ".join(json.dumps(value) for value in values) + "}")


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Go) else json.dumps(value, ensure_ascii=False)
