# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules return, compared with their ``RETURN``: keys, nested keys, types, and whether it was a success.

``returned`` is read as far as it is one of these: ``always``, ``success``, ``on failure``, and ``success, ...`` or
``on failure, ...`` for what need not be there. A dictionary without ``contains`` whose description names another value
as ``RV(...)`` is like that one, and one of ``KEYED_BY_NAME`` has keys that nobody can list. A value is null only when
its description says so.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MODULES = "ansible_collections.ocp_day2.ovn_migration.plugins.modules"
PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
#: those that Ansible starts; an action answers by itself, and its file here is its documentation
NAMES = sorted(
    path.stem for path in (PLUGINS / "modules").glob("*.py") if not (PLUGINS / "action" / path.name).exists()
)

#: documented by Ansible for every module
COMMON = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}

#: (module, path): the keys are names of the cluster's objects, or of settings that another module documents
KEYED_BY_NAME = {
    ("mcp_wait", "log_tails"),
    ("migration_backup", "backup.kinds"),
    ("migration_backup", "network.settings"),
    ("migration_preflight", "counts"),
    ("pod_health", "by_node"),
}

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "bool": bool,
    "dict": dict,
    "float": (float, int),
    "int": int,
    "list": list,
    "str": str,
}


@dataclass(frozen=True)
class Result:
    """What a module has said. ``begun`` is False when Ansible has refused its arguments."""

    module: str
    said: Mapping[str, Any]
    begun: bool = True

    @property
    def failed(self) -> bool:
        return bool(self.said.get("failed"))


@dataclass(frozen=True)
class Value:
    """Where in a result (``pools[].name``), what its documentation says, and what stands there."""

    path: str
    entry: Mapping[str, Any]
    value: Any


@cache
def documented(module: str) -> dict[str, dict[str, Any]]:
    loaded = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    assert isinstance(loaded, dict)
    return loaded


def complaints(result: Result) -> list[str]:
    """Everything in which the result is not what the documentation says."""
    entries = documented(result.module)
    own = {key: value for key, value in result.said.items() if key not in COMMON}
    wrong = [f"{key} is not documented" for key in own if key not in entries]
    if result.begun:
        wrong += [said for key, entry in entries.items() if (said := _misplaced(key, entry, result))]
    for key in own.keys() & entries.keys():
        wrong += _wrong_value(result.module, key, entries[key], own[key])
    return wrong


def values(result: Result) -> Iterator[Value]:
    """Every documented value of the result, the nested ones too; not those that another value's entry documents."""
    for key, entry in documented(result.module).items():
        if key in result.said:
            yield from _nested(key, entry, result.said[key])


def paths(module: str) -> dict[str, Mapping[str, Any]]:
    """Each documented path with its entry."""
    found: dict[str, Mapping[str, Any]] = {}

    def visit(path: str, entry: Mapping[str, Any]) -> None:
        found[path] = entry
        for name, part in entry.get("contains", {}).items():
            visit(f"{_inner(path, entry)}.{name}", part)

    for key, entry in documented(module).items():
        visit(key, entry)
    return found


def _inner(path: str, entry: Mapping[str, Any]) -> str:
    return f"{path}[]" if entry["type"] == "list" else path


def _nested(path: str, entry: Mapping[str, Any], value: Any) -> Iterator[Value]:
    yield Value(path, entry, value)
    for row in _rows(entry, value):
        for name, part in entry.get("contains", {}).items():
            if name in row:
                yield from _nested(f"{_inner(path, entry)}.{name}", part, row[name])


def _rows(entry: Mapping[str, Any], value: Any) -> list[Mapping[str, Any]]:
    rows = value if entry["type"] == "list" else [value]
    return [row for row in rows or [] if isinstance(row, dict)]


def _misplaced(key: str, entry: Mapping[str, Any], result: Result) -> str:
    when = entry["returned"]
    there = key in result.said
    case = "failure" if result.failed else "success"
    other = "success" if result.failed else "on failure"
    if there and re.match(rf"{other}(,|$)", when) and f"on {case}" not in when:
        return f"{key} is there on {case}, and documented for: {when}"
    if not there and when in ("always", "on failure" if result.failed else "success"):
        return f"{key} is missing on {case}, and documented for: {when}"
    return ""


def _wrong_value(module: str, path: str, entry: Mapping[str, Any], value: Any) -> Iterator[str]:
    if value is None:
        if not re.search(r"\bnull\b|V\(none\)", _text(entry), re.IGNORECASE):
            yield f"{path} is null, which its description does not say"
        return
    if entry["type"] == "raw":
        return
    if not _is(value, entry["type"]):
        yield f"{path} is no {entry['type']}: {value!r}"
        return
    if entry["type"] == "list" and "elements" not in entry:
        yield f"{path} does not say what its elements are"
        return
    if entry["type"] == "list":
        yield from (
            f"{path} has an element that is no {entry['elements']}: {element!r}"
            for element in value
            if not _is(element, entry["elements"])
        )
    if "dict" in (entry["type"], entry.get("elements")):
        yield from _wrong_rows(module, path, entry, value)


def _wrong_rows(module: str, path: str, entry: Mapping[str, Any], value: Any) -> Iterator[str]:
    if (module, path) in KEYED_BY_NAME:
        return
    contains = entry.get("contains") or _referred(module, entry)
    if contains is None:
        yield f"{path} does not say what it contains"
        return
    for row in _rows(entry, value):
        inner = _inner(path, entry)
        yield from (f"{inner}.{name} is not documented" for name in row if name not in contains)
        yield from (f"{inner}.{name} is missing" for name in contains if name not in row)
        for name in row.keys() & contains.keys():
            yield from _wrong_value(module, f"{inner}.{name}", contains[name], row[name])


def _referred(module: str, entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the value that the description names as ``RV(...)`` contains, ``without`` what follows as ``C(...)``."""
    match = re.search(r"RV\((?:ocp_day2\.ovn_migration\.(?P<module>\w+)#module:)?(?P<path>[\w\[\].]+)\)", _text(entry))
    if match is None:
        return None
    found = paths(match["module"] or module)[match["path"]].get("contains")
    left_out = re.findall(r"C\((\w+)\)", _text(entry).partition(" without ")[2])
    return {name: part for name, part in found.items() if name not in left_out} if found else None


def _text(entry: Mapping[str, Any]) -> str:
    description = entry["description"]
    return description if isinstance(description, str) else " ".join(description)


def _is(value: Any, kind: str) -> bool:
    if kind == "raw":
        return True
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))
