# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reboot by a command in the node's machine-config-daemon pod, as ``oc rsh`` does.

The pod is privileged, on the host network, and has the host's ``/`` at ``/rootfs``; exec goes from the API server to
the kubelet, so it works without a pod network (machine-config-operator 4.14,
manifests/machineconfigdaemon/daemonset.yaml).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..._cluster.daemons import CONTAINER, NAMESPACE, daemons_on
from ..._cluster.port import Cluster, Execution
from ..._domain.errors import ClusterUnreachable, Conflict, NotFound, Rejected
from ..._domain.health.pods import Pod
from ..._domain.nodes import Node
from ..._domain.reboot.plan import GOING, IDLE, TELLINGS, Request, shutdown_scheduled

BOOT_ID = ("cat", "/proc/sys/kernel/random/boot_id")
#: The same on the host, and whether it is about to go down.
LOOK = (
    "chroot",
    "/rootfs",
    "sh",
    "-c",
    "cat /proc/sys/kernel/random/boot_id; systemctl is-system-running; cat /run/systemd/shutdown/scheduled; true",
)
#: Seconds for a command to end. ``shutdown`` with a delay returns at once.
TIMEOUT = 30.0


class Rsh:
    #: the client of the API has one connection
    at_once = 1

    def __init__(self, cluster: Cluster, *, delay_minutes: int) -> None:
        self._cluster = cluster
        when = f"+{delay_minutes}" if delay_minutes else "now"
        self._command = ("chroot", "/rootfs", "shutdown", "-r", when)

    def request(self, node: Node, *, insist: bool = False, told: int = 0) -> Request:
        """See ``strategies.Strategy``."""
        pod = daemon_pod(self._pods(node))
        if pod is None:
            return Request("unsent", "no running machine-config-daemon pod is on it")
        return self._in_the_way(pod, node, insist=insist, told=told) or self._command_it(pod)

    def _in_the_way(self, pod: Pod, node: Node, *, insist: bool, told: int) -> Request | None:
        """Why it is not to be told now, by its own words."""
        try:
            result = self._execute(pod, LOOK if told else BOOT_ID)
        except (ClusterUnreachable, Conflict, NotFound, Rejected) as error:
            return Request("unsent", error.seen)
        boot_id, _line, rest = result.output.strip().partition("\n")
        if result.exit_code == 0 and boot_id not in ("", node.boot_id):
            return Request("elsewhere", "it says that it is on another boot already")
        broken = result.exit_code is None and insist
        if boot_id != node.boot_id and not broken:
            return Request("unsent", f"it does not tell its boot id: {_said(result)}")
        return _again(rest, told=told) if told and not broken else None

    def _command_it(self, pod: Pod) -> Request:
        try:
            ended = self._execute(pod, self._command)
        except (ClusterUnreachable, Conflict, NotFound, Rejected) as error:
            return Request("refused", error.seen)
        if ended.exit_code is None:
            return Request("unknown", _said(ended))
        return Request("refused" if ended.exit_code else "accepted", _said(ended))

    def _pods(self, node: Node) -> list[Pod]:
        return [Pod.from_json(pod) for pod in daemons_on(self._cluster, node.name)]

    def _execute(self, pod: Pod, command: Sequence[str]) -> Execution:
        return self._cluster.execute(pod.name, command, namespace=NAMESPACE, container=CONTAINER, timeout=TIMEOUT)


def daemon_pod(pods: Sequence[Pod]) -> Pod | None:
    """The pod to use. There are two while the DaemonSet rolls; a Ready one wins, then the newest."""
    usable = [pod for pod in pods if pod.phase == "Running" and not pod.deleting and CONTAINER in pod.running]
    return max(usable, key=lambda pod: (pod.ready, pod.created), default=None)


def _again(text: str, *, told: int) -> Request | None:
    """Why a node that was told already is not told once more."""
    scheduled = shutdown_scheduled(text)
    if scheduled is None:
        return Request("unsent", f"it does not tell whether a shutdown is scheduled: {' '.join(text.split())[:200]}")
    if scheduled:
        return GOING
    return IDLE if told >= TELLINGS else None


def _said(execution: Execution) -> str:
    text = " ".join(execution.output.split())[:200] or "it said nothing"
    return text if execution.exit_code in (None, 0) else f"exit code {execution.exit_code}, {text}"
