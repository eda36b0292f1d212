# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One harmless command on every node: it shows that exec works, and tells of the host's network what no API does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..._cluster.daemons import CONTAINER, NAMESPACE
from ..._cluster.port import Execution
from ..._domain.errors import MigrationError
from ..._domain.health.pods import Pod
from ..._domain.preflight.probes import SCRIPT, understood
from ..._domain.preflight.snapshot import NodeProbe
from ..reboot.rsh import daemon_pod
from .counting import CountingCluster

COMMAND = ("chroot", "/rootfs", "sh", "-c", SCRIPT)
#: Seconds for the command to end.
TIMEOUT = 30.0


def probe(cluster: CountingCluster, nodes: Sequence[str], *, pods: Sequence[Pod]) -> tuple[NodeProbe, ...]:
    """A row for each node.

    :param pods: the machine-config-daemons of the cluster
    """
    return tuple(_asked(cluster, node, [pod for pod in pods if pod.node == node]) for node in nodes)


def _asked(cluster: CountingCluster, node: str, pods: Sequence[Pod]) -> NodeProbe:
    pod = daemon_pod(pods)
    if pod is None:
        return NodeProbe(node, problem="no running machine-config-daemon pod is on it", reached=False)
    try:
        told = cluster.execute(pod.name, COMMAND, namespace=NAMESPACE, container=CONTAINER, timeout=TIMEOUT)
    except MigrationError as error:
        return NodeProbe(node, problem=error.seen, reached=False)
    if told.exit_code is None:
        return NodeProbe(node, problem=_said(told), reached=False)
    answer = understood(node, told.output)
    return replace(answer, problem=f"{answer.problem}: {_said(told)}") if answer.problem else answer


def _said(told: Execution) -> str:
    text = " ".join(told.output.split())[:200] or "it said nothing"
    return text if told.exit_code is None else f"exit code {told.exit_code}, {text}"
