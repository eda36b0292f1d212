# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ClusterOperators: when they are healthy, and what they say when they are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..conditions import Condition, Conditions
from ..verdicts import Verdict, counted, done, failed, pending
from .api_services import ApiServices, why

#: What each condition of a healthy operator says. A condition that is missing says nothing, so it is not healthy.
HEALTHY = {"Available": "True", "Progressing": "False", "Degraded": "False"}


@dataclass(frozen=True)
class Operator:
    name: str
    conditions: Conditions
    version: str

    @classmethod
    def from_json(cls, operator: Mapping[str, Any]) -> Operator:
        status = operator.get("status") or {}
        versions = {v.get("name"): v.get("version") for v in status.get("versions") or ()}
        return cls(
            name=operator["metadata"]["name"],
            conditions=Conditions.from_json(status.get("conditions") or ()),
            version=versions.get("operator") or "",
        )

    @property
    def complaints(self) -> tuple[Condition, ...]:
        """The conditions that are not as in ``HEALTHY``."""
        return tuple(
            self.conditions[type_] for type_, wanted in HEALTHY.items() if self.conditions[type_].status != wanted
        )

    @property
    def degraded(self) -> bool:
        return self.conditions["Degraded"].true

    def to_json(self) -> dict[str, Any]:
        first = next(iter(self.complaints), None)
        return {
            "name": self.name,
            "version": self.version,
            "available": self.conditions["Available"].status,
            "progressing": self.conditions["Progressing"].status,
            "degraded": self.conditions["Degraded"].status,
            "healthy": not self.complaints,
            "reason": first.reason if first else "",
            "message": first.message if first else "",
        }


def chosen(operators: Sequence[Operator], *, names: Collection[str], ignore: Collection[str]) -> tuple[Operator, ...]:
    return tuple(o for o in operators if (not names or o.name in names) and o.name not in ignore)


def health_verdict(
    operators: Sequence[Operator],
    services: ApiServices | None,
    *,
    names: Collection[str],
    ignore: Collection[str],
    degraded_fails: bool,
) -> Verdict:
    """One verdict over all: it names every operator that is not healthy, and why.

    :param operators: all operators of the cluster
    :param services: None when they are not asked for
    :param names: the operators that count, all when empty; one that does not exist is never healthy
    :param degraded_fails: whether a Degraded operator is a failure instead of something to wait for
    """
    judged = chosen(operators, names=names, ignore=ignore)
    known = {operator.name for operator in operators}
    complaints = [f"operator {name} does not exist" for name in names if name not in known and name not in ignore]
    if not judged and not complaints:
        complaints.append("no ClusterOperator is listed" if not operators else "every ClusterOperator is ignored")
    complaints += [_complaint(operator) for operator in judged if operator.complaints]
    if services is not None:
        complaints += services.complaints
    if not complaints:
        if services is None:
            return done(f"{counted(len(judged), 'operator', 'are')} healthy")
        return done(f"{counted(len(judged), 'operator')} and {counted(len(services.all), 'APIService')} are healthy")
    reason = "; ".join(complaints)
    return failed(reason) if degraded_fails and any(o.degraded for o in judged) else pending(reason)


def _complaint(operator: Operator) -> str:
    return f"operator {operator.name}: " + ", ".join(
        f"{condition.type}={condition.status} ({why(condition)})" for condition in operator.complaints
    )
