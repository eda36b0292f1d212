# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""APIServices: which of them keep namespaces from being deleted.

A namespace is emptied of what discovery lists, and stays in Terminating as long as one group does not answer
(kubernetes 1.27, pkg/controller/namespace/deletion, NamespaceDeletionDiscoveryFailure).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..conditions import Condition, Conditions

#: Operators put whole stack traces into a message.
LONGEST_MESSAGE = 200
WAY_ON = (
    "Mend the server behind an APIService (oc describe apiservice NAME), or delete the APIService when its server is "
    "gone for good (oc delete apiservice NAME). Name one that has to stay as it is in cno_api_services_ignore: a "
    "namespace that is deleted then stays Terminating until it answers."
)


@dataclass(frozen=True)
class ApiService:
    """An aggregated API (or a local one, which is always available)."""

    name: str
    available: Condition

    @classmethod
    def from_json(cls, service: Mapping[str, Any]) -> ApiService:
        conditions = Conditions.from_json((service.get("status") or {}).get("conditions") or ())
        return cls(name=service["metadata"]["name"], available=conditions["Available"])

    @property
    def complaint(self) -> str:
        return f"APIService {self.name} is not Available ({why(self.available)})"

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "reason": self.available.reason, "message": self.available.message}


@dataclass(frozen=True)
class ApiServices:
    """All of a cluster. What is decided of them before the migration and before its clean-up is decided here.

    :param ignored: names of those that may be away
    """

    all: Sequence[ApiService]
    ignored: Collection[str] = field(default_factory=frozenset)

    @property
    def away(self) -> tuple[ApiService, ...]:
        return tuple(one for one in self.all if not one.available.true and one.name not in self.ignored)

    @property
    def complaints(self) -> list[str]:
        """A clause for each that holds namespaces; no cluster is without any."""
        return ["no APIService is listed"] if not self.all else [one.complaint for one in self.away]

    @property
    def told(self) -> list[str]:
        """A sentence, without full stop, on what is left aside: what is away all the same, and names of nothing."""
        known = {one.name: one for one in self.all}
        names = sorted(self.ignored)
        return [
            *(f"{known[n].complaint}, and is ignored" for n in names if n in known and not known[n].available.true),
            *(
                f"APIService {name} is ignored, and this cluster has none of that name"
                for name in names
                if name not in known
            ),
        ]


def why(condition: Condition) -> str:
    """``Reason: message`` on one line, cut."""
    line = " ".join(condition.why.split()) or "no reason given"
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"
