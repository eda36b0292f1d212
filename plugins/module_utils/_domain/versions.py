# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenShift versions, and what is possible on which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

#: First minor release whose Cluster Network Operator knows ``spec.migration`` as we use it.
FIRST_OFFLINE = 10
#: Last minor release that ships OpenShiftSDN; from 4.17 neither direction is possible.
LAST_WITH_SDN = 16
#: First release that converts features of OpenShiftSDN, and with ``migration.features``.
FIRST_FEATURES = 12
#: First release with a zone of OVN-Kubernetes on each node: with a transit switch, and forwarding only where it has to.
FIRST_INTERCONNECT = 14


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> Optional[Version]:
        match = re.match(r"^(\d+)\.(\d+)", text)
        return cls(int(match.group(1)), int(match.group(2)), text) if match else None

    @classmethod
    def from_json(cls, cluster_version: Mapping[str, Any]) -> Optional[Version]:
        """What really runs: the newest completed entry of the history, not what an upgrade is heading for."""
        status = cluster_version.get("status") or {}
        completed = [entry for entry in status.get("history") or () if entry.get("state") == "Completed"]
        running = completed[0] if completed else status.get("desired") or {}
        return cls.parse(running.get("version", ""))

    def at_least(self, minor: int) -> bool:
        return (self.major, self.minor) >= (4, minor)

    def __str__(self) -> str:
        return self.text or f"{self.major}.{self.minor}"


def offline_problem(version: Optional[Version]) -> Optional[str]:
    """Why the offline method, in either direction, cannot run on this version; None when it can."""
    if version is None:
        return "the cluster's version could not be read from clusterversions.config.openshift.io version"
    if not version.at_least(FIRST_OFFLINE):
        return f"OpenShift {version} is too old: the offline migration needs 4.{FIRST_OFFLINE} or later"
    if version.at_least(LAST_WITH_SDN + 1):
        return (
            f"OpenShift {version} has no OpenShiftSDN: migrations in either direction end with 4.{LAST_WITH_SDN}; "
            "they have to happen before the upgrade"
        )
    return None
