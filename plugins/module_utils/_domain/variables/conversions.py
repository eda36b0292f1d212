# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value as people give it, in a survey or with ``-e``, made into one of the type that the specification names.

A specification is what ``meta/argument_specs.yml`` holds for an option: ``type``, ``elements``, ``choices``,
``options``, ``required``.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from .ranges import range_of

Spec = Mapping[str, Any]

TRUE, FALSE = frozenset({"yes", "on", "1", "true", "t", "y"}), frozenset({"no", "off", "0", "false", "f", "n"})
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
#: Characters of a value in a message.
SHOWN = 80


class Wrong(ValueError):
    """What is wrong with a value: one sentence for each problem, each with the name that it is about."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def blank(value: Any) -> bool:
    """Whether nothing was given: a survey answers with an empty text for a question that was left out."""
    return value is None or (isinstance(value, str) and not value.strip())


def converted(name: str, value: Any, spec: Spec) -> Any:
    """``value`` in the type of ``spec``; keys and elements that are blank are left out.

    :raises Wrong: naming ``name``, or the part of it
    """
    made = _MAKERS[spec.get("type", "str")](name, value, spec)
    choices = spec.get("choices")
    if choices and made not in choices:
        near = get_close_matches(str(made), [str(choice) for choice in choices], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise Wrong(f"{name} is {shown(made)}, which is none of {', '.join(map(str, choices))}{hint}")
    return made


def shown(value: Any) -> str:
    text = value if isinstance(value, str) and value.isprintable() and value.strip() == value else repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _text(name: str, value: Any, spec: Spec) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        raise Wrong(f"{name} is {shown(value)}, which is no text")
    return str(value).strip()


def _whole_number(name: str, value: Any, spec: Spec) -> int:
    allowed = range_of(name.rpartition(".")[2])
    wanted = f"a whole number {allowed}" if allowed else "a whole number"
    whole = isinstance(value, float) and value.is_integer()
    if isinstance(value, bool) or not (whole or _WHOLE.fullmatch(str(value).strip())):
        raise Wrong(f"{name} is {shown(value)}, which is not {wanted}")
    number = int(value)
    if allowed and number not in allowed:
        raise Wrong(f"{name} is {number}, which is not {allowed}")
    return number


def _truth(name: str, value: Any, spec: Spec) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise Wrong(f"{name} is {shown(value)}, which is neither true nor false")
    return text in TRUE


def _sequence(name: str, value: Any, spec: Spec) -> list[Any]:
    if isinstance(value, str):
        value = _literal(name, value) if value.strip().startswith("[") else re.split(r"[,\n]", value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise Wrong(f"{name} is {shown(value)}, which is no list")
    element = {"type": spec.get("elements", "raw"), "options": spec.get("options")}
    made: list[Any] = []
    problems: list[str] = []
    for place, one in enumerate(value):
        if not blank(one):
            try:
                made.append(converted(f"{name}[{place}]", one, element))
            except Wrong as wrong:
                problems += wrong.problems
    if problems:
        raise Wrong(*problems)
    return made


def _mapping(name: str, value: Any, spec: Spec) -> dict[str, Any]:
    if isinstance(value, str):
        value = _literal(name, value) if value.strip().startswith("{") else _pairs(name, value)
    if not isinstance(value, Mapping):
        raise Wrong(f"{name} is {shown(value)}, which is no dictionary")
    given = {str(key): one for key, one in value.items() if not blank(one)}
    options = spec.get("options")
    if options is None:
        return given
    missing = [f"{name} lacks {key}" for key, of in options.items() if of.get("required") and key not in given]
    unknown = [unknown_key(name, key, options) for key in given if key not in options]
    problems = [*missing, *unknown]
    made: dict[str, Any] = {}
    for key, of in options.items():
        if key in given:
            try:
                made[key] = converted(f"{name}.{key}", given[key], of)
            except Wrong as wrong:
                problems += wrong.problems
        elif given and of.get("default") is not None:
            made[key] = of["default"]
    if problems:
        raise Wrong(*problems)
    return made


def unknown_key(name: str, key: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(key, list(known), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{name} has no {key}: it takes {', '.join(known)}{hint}"


def _literal(name: str, text: str) -> Any:
    """JSON, or what Python and YAML write on one line with quotes."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise Wrong(f"{name} is {shown(text)}, which is not JSON") from None


def _pairs(name: str, text: str) -> dict[str, str]:
    words = [word for word in re.split(r"[,\s]+", text.strip()) if word]
    if any("=" not in word for word in words):
        raise Wrong(f"{name} is {shown(text)}, which is no dictionary")
    return dict(word.split("=", 1) for word in words)


def _raw(name: str, value: Any, spec: Spec) -> Any:
    if isinstance(value, str):
        return _literal(name, value) if value.strip()[:1] in ("{", "[") else value.strip()
    return value


_MAKERS: Mapping[str, Callable[[str, Any, Spec], Any]] = {
    "str": _text,
    "path": _text,
    "int": _whole_number,
    "bool": _truth,
    "list": _sequence,
    "dict": _mapping,
    "raw": _raw,
}
