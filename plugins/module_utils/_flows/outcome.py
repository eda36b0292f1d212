# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a flow hands back; the glue turns it into the module's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .waiting.waiter import Wait


@dataclass(frozen=True)
class Diff:
    """Before and after of what is changed, as ``--diff`` shows it."""

    before: Any
    after: Any
    header: str = ""

    def to_json(self) -> dict[str, Any]:
        labels = {"before_header": self.header, "after_header": self.header} if self.header else {}
        return {"before": self.before, "after": self.after, **labels}


@dataclass(frozen=True)
class Outcome:
    """``facts`` are the module's own return values."""

    changed: bool = False
    wait: Optional[Wait] = None
    diffs: tuple[Diff, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        waited = self.wait.to_json() if self.wait else {}
        diffs = {"diff": [diff.to_json() for diff in self.diffs]} if self.diffs else {}
        return {"changed": self.changed, **waited, **diffs, **self.facts}
