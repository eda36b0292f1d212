# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What roles give, as the API server lists it for whoever asks (SelfSubjectRulesReview)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule of a role. ``names`` empty: for every object."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...] = ()

    def covers(self, *, verb: str, group: str, resource: str, subresource: str = "", name: str = "") -> bool:
        """As RBAC decides (kubernetes 1.27, pkg/apis/rbac/v1/evaluation_helpers.go).

        A rule for a resource does not hold for its subresources, nor one for named objects where no name is given.
        """
        wanted = (f"{resource}/{subresource}", f"*/{subresource}") if subresource else (resource,)
        return (
            _has(self.verbs, verb)
            and _has(self.groups, group)
            and _has(self.resources, *wanted)
            and (not self.names or name in self.names)
        )


def _has(given: tuple[str, ...], *wanted: str) -> bool:
    return "*" in given or any(one in given for one in wanted)
