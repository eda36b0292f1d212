# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools on the way to OpenShiftSDN: paused before the flip, rolled out only after every node has rebooted.

Under OVN-Kubernetes a node must keep br-ex, and it is the configuration for OpenShiftSDN that takes br-ex away. So the
nodes switch plugins on their present configuration, and take the other one when the pools are resumed
(machine-config-operator 4.14, templates/common/_base/units/ovs-configuration.service.yaml).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Optional

from ..nodes import Node
from ..verdicts import Verdict, combine, done, failed, listed, pending
from .pool import Pool, RenderedConfig, network_type_verdict, updated_verdict
from .rendering import REQUIRED_POOL


def held_verdict(
    pool: Pool, config: Optional[RenderedConfig], nodes: Sequence[Node], *, network_type: str, rendered: bool
) -> Verdict:
    """Whether the pool can go through a flip to ``network_type``: it keeps its nodes as they are, or it is there.

    :param rendered: whether the pending configuration has to boot for ``network_type`` already. The operator that
        renders it lives in the pod network: where that is down, it will do so after the reboots.
    """
    if not nodes and pool.machines == 0:
        return done(f"pool {pool.name} is empty")
    if updated_verdict(pool, config, nodes, network_type=network_type).state == "done":
        return done(f"pool {pool.name} runs {pool.spec_config} already")
    if not pool.paused:
        return failed(
            f"pool {pool.name} is not paused, so its nodes take the configuration for {network_type} while the other "
            "plugin runs"
        )
    if rendered and not pool.noticed:
        return pending(f"pool {pool.name}: the Machine Config Operator has not noticed yet that it is paused")
    moving = [node.name for node in nodes if node.current_config != node.desired_config and not node.degraded]
    if moving:
        return pending(f"pool {pool.name} was paused while these nodes were updating: {listed(moving)}")
    if rendered:
        content = network_type_verdict(pool, config, network_type=network_type)
        if content.state != "done":
            return content
    return done(f"pool {pool.name} is paused")


def held(verdicts: Iterable[Verdict]) -> Verdict:
    return combine(verdicts, when_done="every pool is paused")


def paused_by_owner(pools: Iterable[Pool], *, ours: Collection[str]) -> tuple[str, ...]:
    """Pools that somebody else has paused, and whose configuration is somebody else's business.

    Their nodes run OpenShiftSDN on the configuration for OVN-Kubernetes, as all nodes do between reboot and resuming.
    Not so the master pool: while that is paused the cluster cannot become healthy.

    :param ours: the pools that we have paused and not yet resumed
    """
    return tuple(
        pool.name
        for pool in pools
        if pool.paused and pool.machines and pool.name not in ours and pool.name != REQUIRED_POOL
    )
