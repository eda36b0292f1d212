# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status conditions, found by type: their order in the list is not stable (machine-config-operator)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """``status`` is ``True``, ``False`` or ``Unknown``, and ``Unknown`` too when there is no such condition."""

    type: str
    status: str = "Unknown"
    reason: str = ""
    message: str = ""

    @property
    def true(self) -> bool:
        return self.status == "True"

    @property
    def false(self) -> bool:
        return self.status == "False"

    @property
    def why(self) -> str:
        """``Reason: message``, whichever of the two is there."""
        return ": ".join(part for part in (self.reason, self.message) if part)


@dataclass(frozen=True)
class Conditions:
    known: Mapping[str, Condition]

    @classmethod
    def from_json(cls, conditions: Iterable[Mapping[str, Any]]) -> Conditions:
        parsed = (
            Condition(c["type"], str(c.get("status", "Unknown")), c.get("reason") or "", c.get("message") or "")
            for c in conditions or ()
        )
        return cls({condition.type: condition for condition in parsed})

    def __getitem__(self, type_: str) -> Condition:
        return self.known.get(type_, Condition(type_))
