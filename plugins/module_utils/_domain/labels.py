# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Label selectors, as Kubernetes evaluates them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Requirement:
    key: str
    operator: str
    values: tuple[str, ...]

    def accepts(self, labels: Mapping[str, str]) -> bool:
        if self.operator == "In":
            return labels.get(self.key) in self.values
        if self.operator == "NotIn":
            return labels.get(self.key) not in self.values
        if self.operator == "Exists":
            return self.key in labels
        return self.operator == "DoesNotExist" and self.key not in labels

    @property
    def text(self) -> str:
        """As the API's ``labelSelector`` takes it."""
        if self.operator in ("In", "NotIn"):
            return f"{self.key} {self.operator.lower()} ({','.join(self.values)})"
        return self.key if self.operator == "Exists" else f"!{self.key}"


@dataclass(frozen=True)
class Selector:
    """``metav1.LabelSelector``. One without any requirement selects nothing here: no pool means *every* node by it."""

    requirements: tuple[Requirement, ...]

    @classmethod
    def from_json(cls, selector: Mapping[str, Any]) -> Selector:
        exact = [Requirement(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
        expressions: Sequence[Mapping[str, Any]] = selector.get("matchExpressions") or []
        others = [Requirement(e["key"], e["operator"], tuple(e.get("values") or ())) for e in expressions]
        return cls(tuple(exact + others))

    def accepts(self, labels: Mapping[str, str]) -> bool:
        return bool(self.requirements) and all(requirement.accepts(labels) for requirement in self.requirements)

    @property
    def text(self) -> str:
        """As the API's ``labelSelector`` takes it; empty, which the API takes for everything, without requirements."""
        return ",".join(requirement.text for requirement in self.requirements)
