# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Back up etcd on one control-plane node, by a command in its machine-config-daemon pod, and look at the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..._cluster.daemons import CONTAINER, NAMESPACE, daemons_on
from ..._cluster.kinds import POD
from ..._cluster.port import Cluster, Execution
from ..._cluster.readers import nodes as read_nodes
from ..._domain.backup.etcd import (
    HostFile,
    backup_verdict,
    command,
    measured,
    unusable_reason,
    usable,
)
from ..._domain.errors import MigrationError, Refused
from ..._domain.health.pods import Pod
from ..._domain.nodes import Node
from ..._domain.reboot import quorum
from ..outcome import Outcome
from ..reboot.rsh import daemon_pod
from ..waiting.clock import Clock

#: Seconds for a command that only looks.
LOOK = 60.0


@dataclass(frozen=True)
class Host:
    """A node's own programs and files, behind the daemon's ``/rootfs``."""

    cluster: Cluster
    node: Node
    pod: Pod

    def run(self, command: Sequence[str], *, timeout: float) -> Execution:
        return self.cluster.execute(
            self.pod.name, ("chroot", "/rootfs", *command), namespace=NAMESPACE, container=CONTAINER, timeout=timeout
        )

    def names_in(self, directory: str) -> frozenset[str]:
        """Empty when the directory is not there, as before the first backup."""
        told = self.run(("ls", "-1", directory), timeout=LOOK)
        return frozenset(told.output.split("\n")) - {""} if told.exit_code == 0 else frozenset()

    def sizes_of(self, paths: Sequence[str]) -> tuple[HostFile, ...]:
        return measured(self.run(("stat", "-c", "%s %n", *paths), timeout=LOOK).output) if paths else ()


def back_up_etcd(
    cluster: Cluster, *, clock: Clock, node: Optional[str], directory: str, timeout: float, write: bool
) -> Outcome:
    """
    :param node: which control-plane node; None for the first by name whose etcd is Ready
    :param directory: on the node
    :param timeout: seconds that the program may take
    :param write: False to only choose the node
    :raises Refused: when no node, or not the named one, can be used
    :raises MigrationError: with what the program said and left, when that is not a backup
    """
    chosen = _choose(cluster, node)
    facts: dict[str, Any] = {"node": chosen.name, "directory": directory, "files": []}
    if not write:
        return Outcome(changed=True, facts=facts)
    host = _host(cluster, chosen)
    before = host.names_in(directory)
    began = clock.monotonic()
    told = host.run(command(directory), timeout=timeout)
    facts["seconds"] = round(clock.monotonic() - began, 1)
    facts["output"] = told.output.splitlines()
    if told.exit_code != 0:
        raise _failure(chosen, _ended(told, timeout=timeout), facts)
    added = host.names_in(directory) - before
    files = host.sizes_of([f"{directory.rstrip('/')}/{name}" for name in sorted(added)])
    facts["files"] = [file.to_json() for file in files]
    verdict = backup_verdict(files)
    if verdict.state != "done":
        raise _failure(chosen, verdict.reason, facts)
    return Outcome(changed=True, facts={**facts, "verdict": verdict.to_json()})


def _choose(cluster: Cluster, name: Optional[str]) -> Node:
    nodes = read_nodes(cluster)
    etcd = [Pod.from_json(pod) for pod in cluster.list(POD, namespace=quorum.NAMESPACE, labels=quorum.LABEL)]
    fit = usable(nodes, etcd)
    if name:
        reason = unusable_reason(name, nodes=nodes, usable_names={node.name for node in fit})
        if reason:
            raise Refused(
                tried=f"back up etcd on node {name}",
                seen=reason,
                remedy="Name another control-plane node, or none to have one chosen.",
            )
        return next(node for node in fit if node.name == name)
    if not fit:
        raise Refused(
            tried="back up etcd",
            seen="no control-plane node is Ready with a Ready etcd pod",
            remedy="Mend etcd first ('oc -n openshift-etcd get pods'): a migration needs it whole.",
        )
    return fit[0]


def _host(cluster: Cluster, node: Node) -> Host:
    pod = daemon_pod([Pod.from_json(pod) for pod in daemons_on(cluster, node.name)])
    if pod is None:
        raise Refused(
            tried=f"back up etcd on node {node.name}",
            seen="no running machine-config-daemon pod is on it",
            remedy="Name another control-plane node (cno_backup_etcd_node), or see 'oc -n "
            "openshift-machine-config-operator get pods'.",
        )
    return Host(cluster, node, pod)


def _ended(told: Execution, *, timeout: float) -> str:
    words = " ".join(told.output.split())[-300:] or "it said nothing"
    if told.exit_code is None:
        return f"it did not end within {timeout:.0f} s, or the connection broke off: {words}"
    return f"exit code {told.exit_code}, {words}"


def _failure(node: Node, seen: str, facts: dict[str, Any]) -> MigrationError:
    return MigrationError(
        tried=f"back up etcd on node {node.name}",
        seen=seen,
        remedy=f"Nothing else was changed. See what is wrong, remove what it left in {facts['directory']}, run again.",
        facts=facts,
    )
