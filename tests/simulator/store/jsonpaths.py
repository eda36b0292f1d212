"""The part of Kubernetes JSONPath that printer columns use: ``.a.b``, ``['c.d']``, ``[0]``, ``[*]`` and
``[?(@.type=="Ready")]`` (client-go, util/jsonpath)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Step = Callable[[list[Any]], list[Any]]
Finder = Callable[[Any], list[Any]]

_TOKEN = re.compile(
    r"""\.(?P<field>(?:\\.|[^.\[\]\\'"])+)"""
    r"""|\[(?P<index>-?\d+)\]"""
    r"""|(?P<all>\[\*\]|\.\*)"""
    r"""|\[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]"""
    r"""|\[\?\(@(?P<left>[^=!<>]*?)\s*(?P<operator>==|!=)\s*(?P<right>'[^']*'|"[^"]*"|[^)\]]+?)\s*\)\]"""
)


class JsonPathError(ValueError):
    """A path outside the supported part of the language."""


@lru_cache(maxsize=512)
def compile_path(path: str) -> Finder:
    """A function from an object to the values found, none when a step is missing."""
    text = path.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    text = text.removeprefix("$")
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise JsonPathError(f"cannot read {text[position:]!r} in the JSON path {path!r}")
        steps.append(_step(match))
        position = match.end()

    def find(obj: Any) -> list[Any]:
        values = [obj]
        for step in steps:
            values = step(values)
        return [value for value in values if value is not None]

    return find


def _step(match: re.Match[str]) -> Step:
    if (index := match["index"]) is not None:
        return _item(int(index))
    if match["all"]:
        return _everything
    if match["operator"]:
        return _filter(match["left"], match["operator"], match["right"])
    name = match["quoted"] if match["quote"] else re.sub(r"\\(.)", r"\1", match["field"])
    if name == "*":
        return _everything
    return lambda values: [value[name] for value in values if isinstance(value, dict) and name in value]


def _item(index: int) -> Step:
    return lambda values: [
        value[index] for value in values if isinstance(value, list) and -len(value) <= index < len(value)
    ]


def _everything(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found += value
        elif isinstance(value, dict):
            found += value.values()
    return found


def _filter(left: str, operator: str, right: str) -> Step:
    find = compile_path(left) if left else lambda item: [item]
    wanted = right[1:-1] if right[:1] in "'\"" else right

    def matches(item: Any) -> bool:
        found = find(item)
        text = "" if not found else ("true" if found[0] is True else "false" if found[0] is False else str(found[0]))
        return bool(found) and (text == wanted) == (operator == "==")

    return lambda values: [item for value in values if isinstance(value, list) for item in value if matches(item)]
