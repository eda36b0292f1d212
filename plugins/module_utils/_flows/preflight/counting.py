# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much is asked of a cluster that is only looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Optional

from ..._cluster.kinds import Kind
from ..._cluster.port import PAGE, Access, Cluster, Execution, Json
from ..._domain.rules import Rule


class CountingCluster:
    """The reading half of ``port.Cluster``; ``requests`` counts what was sent, a list once for each page."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.requests = 0

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        self.requests += 1
        return self._cluster.get(kind, name, namespace=namespace)

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        self.requests += 1
        found = self._cluster.list(kind, namespace=namespace, labels=labels, fields=fields)
        self.requests += max(len(found) - 1, 0) // PAGE
        return found

    def now(self) -> datetime:
        """Not counted: the answers before have told it."""
        return self._cluster.now()

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        self.requests += 1
        return self._cluster.execute(pod, command, namespace=namespace, container=container, timeout=timeout)

    def ready(self) -> bool:
        self.requests += 1
        return self._cluster.ready()

    def allowed(self, access: Access) -> bool:
        self.requests += 1
        return self._cluster.allowed(access)

    def rules(self, namespace: Optional[str] = None) -> tuple[Rule, ...]:
        """Of a token with scopes nothing is asked, and nothing is listed."""
        found = self._cluster.rules(namespace)
        self.requests += bool(found)
        return found

    def oauth_token(self) -> bool:
        return self._cluster.oauth_token()
