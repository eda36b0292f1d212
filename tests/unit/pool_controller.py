# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node controller for the fake cluster: it notices a write to a pool some seconds later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import MACHINE_CONFIG_POOL, Kind
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock


def watched(cluster: FakeCluster, clock: ScriptedClock, *, delay: float | None) -> None:
    """From now on a merge patch raises a pool's generation; ``delay`` seconds later (None: never) that is observed."""
    merge = cluster.merge

    def noticing(kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: str | None = None) -> Any:
        found = merge(kind, name, patch, namespace=namespace)
        if kind != MACHINE_CONFIG_POOL:
            return found
        generation = found["metadata"]["generation"] + 1
        cluster.change(kind, name, {"metadata": {"generation": generation}})
        if delay is not None:
            clock.after(delay, lambda: cluster.change(kind, name, {"status": {"observedGeneration": generation}}))
        return {**found, "metadata": {**found["metadata"], "generation": generation}}

    cluster.merge = noticing  # type: ignore[method-assign]
