# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is configured differently from what was saved, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Optional

from .configuration import Json, Key, titled

#: The names that lead to a field; empty for a whole object.
Path = tuple[str, ...]
Explain = Callable[["Difference"], Optional[str]]


@dataclass(frozen=True)
class Difference:
    """``backup`` and ``now`` are None where there is nothing. ``explanation`` tells which of OpenShift's operators did
    it, rightly, and None that somebody else did, or that something was lost."""

    of: Key
    path: Path
    backup: Any
    now: Any
    explanation: Optional[str] = None

    def to_json(self) -> Json:
        return {
            "object": titled(self.of),
            "path": _spelt(self.path),
            "backup": self.backup,
            "now": self.now,
            "explanation": self.explanation,
        }


def compared(backup: Mapping[Key, Json], now: Mapping[Key, Json], *, explain: Explain) -> tuple[Difference, ...]:
    """
    :param backup: what was configured, as ``configuration.configuration`` tells it
    :param now: what is configured
    """
    found = [
        difference for of in sorted(backup.keys() | now.keys()) for difference in _of(of, backup.get(of), now.get(of))
    ]
    return tuple(replace(difference, explanation=explain(difference)) for difference in found)


def _of(of: Key, backup: Optional[Json], now: Optional[Json]) -> Iterator[Difference]:
    if backup is None or now is None:
        yield Difference(of, (), backup, now)
        return
    for path, before, after in _fields((), backup, now):
        yield Difference(of, path, before, after)


def _fields(path: Path, before: Any, after: Any) -> Iterator[tuple[Path, Any, Any]]:
    """The fields that differ, each for itself also where a whole block has come or gone. Lists are one value."""
    if not (isinstance(before, Mapping) or isinstance(after, Mapping)):
        if before != after:
            yield path, before, after
        return
    if not all(isinstance(side, Mapping) or side is None for side in (before, after)):
        yield path, before, after
        return
    first, second = before or {}, after or {}
    for name in sorted(first.keys() | second.keys()):
        yield from _fields((*path, name), first.get(name), second.get(name))


def _spelt(path: Path) -> str:
    """``metadata.annotations["a.b/c"].d``."""
    spelt = ""
    for name in path:
        if name.replace("_", "").replace("-", "").isalnum():
            spelt += f".{name}" if spelt else name
        else:
            spelt += f"[{json.dumps(name)}]"
    return spelt
