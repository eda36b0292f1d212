# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the Machine Config Operator has noticed what was written to a pool.

Each write raises the pool's generation, and until the node controller has seen it, nothing that the pool reports is
about what was written: it looks ``updateDelay`` (5 s) after a change (machine-config-operator 4.14,
pkg/controller/node/node_controller.go, status.go).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._cluster import readers
from ..._cluster.port import Cluster, Json
from ..._domain.errors import WaitTimeout
from ..._domain.pools.pool import noticed_verdict
from ..waiting.clock import Clock
from ..waiting.waiter import Waiter

#: Seconds. A Machine Config Controller whose node went down takes its lease over within 137 s (client-go's leader
#: election with OpenShift's durations: lease 137 s, renewal 107 s, retry 26 s; library-go, pkg/config/leaderelection).
LONGEST = 150.0
INTERVAL = 2.0


@dataclass
class Notice:
    """Remembers the generation of each pool that was written, and waits for it."""

    cluster: Cluster
    clock: Clock
    _written: dict[str, int] = field(default_factory=dict)

    def expect(self, pool: Json) -> None:
        """:param pool: what the API server has answered to the write"""
        metadata = pool["metadata"]
        self._written[metadata["name"]] = metadata.get("generation", 0)

    def wait(self) -> list[str]:
        """Returns warnings: which changes have not been noticed within ``LONGEST`` seconds."""
        if not self._written:
            return []
        expected, self._written = self._written, {}
        try:
            Waiter(clock=self.clock, timeout=LONGEST, interval=INTERVAL).until(
                tried="see the Machine Config Operator notice what was written",
                remedy="See 'oc -n openshift-machine-config-operator get pods'.",
                observe=lambda: readers.pools(self.cluster),
                judge=lambda pools: noticed_verdict(pools, generations=expected),
            )
        except WaitTimeout as error:
            return [
                f"{error.verdict.reason}, {LONGEST:.0f} s after it was written; what these pools report may be older. "
                "Look at the pod machine-config-controller in namespace openshift-machine-config-operator."
            ]
        return []
