# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask every node whether the bridge that OVN-Kubernetes needs is really there.

MCO's ``ovs-configuration.service`` makes it at boot, and a node without it comes back from the next reboot without a
network (machine-config-operator 4.14, templates/common/_base/files/configure-ovs-network.yaml).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..._cluster import readers
from ..._cluster.daemons import CONTAINER, LABEL, NAMESPACE
from ..._cluster.kinds import POD
from ..._cluster.port import Cluster
from ..._domain.errors import ClusterUnreachable, Conflict, NotFound, Refused, Rejected
from ..._domain.health.bridges import NodeBridge, answered, bridges_verdict
from ..._domain.health.pods import Pod
from ..._domain.names import require_known
from ..._domain.verdicts import counted, pending
from ..outcome import Outcome
from ..reboot.rsh import daemon_pod
from ..waiting.latest import LastObservation
from ..waiting.waiter import Wait, Waiter

#: Seconds for the command, and for ovs-vsctl to reach its database; by itself it would wait for ever.
TIMEOUT, DATABASE_TIMEOUT = 30.0, 10


def find_bridges(
    cluster: Cluster, waiter: Waiter, *, names: Sequence[str], bridge: str, check_mode: bool = False
) -> Outcome:
    """
    :param names: nodes to ask, every node when empty
    :raises Refused: when there is no such node
    :raises WaitEnded: with a row per node, when the bridge is missing somewhere, or somebody could not be asked
    """
    nodes = _chosen(cluster, names)
    if check_mode:
        verdict = pending(f"{counted(len(nodes), 'node')} would be asked for {bridge}; in check mode none is")
        rows = [NodeBridge(node, "not_asked", "check mode") for node in nodes]
        return Outcome(wait=Wait(verdict=verdict), facts=_facts(rows))
    known = {node: NodeBridge(node, "not_asked") for node in nodes}

    def observe() -> list[NodeBridge]:
        pods = [Pod.from_json(pod) for pod in cluster.list(POD, namespace=NAMESPACE, labels=LABEL)]
        for node in [row.node for row in known.values() if not row.known]:
            known[node] = _asked(cluster, node, [pod for pod in pods if pod.node == node], bridge=bridge)
        return list(known.values())

    latest = LastObservation(observe, _facts)
    wait = latest.awaited(
        waiter,
        tried=f"find {bridge} on every node",
        judge=lambda rows: bridges_verdict(rows, bridge=bridge),
        remedy="The network type must not be changed like this. On these nodes look at 'journalctl -u "
        "ovs-configuration', at the NetworkManager profiles in /etc/NetworkManager/system-connections, and for a "
        "NodeNetworkConfigurationPolicy on the primary interface; mend that and reboot the node. Until the switch "
        "the migration can still be aborted.",
    )
    return Outcome(wait=wait, facts=latest.shown)


def _chosen(cluster: Cluster, names: Sequence[str]) -> list[str]:
    there = [node.name for node in readers.nodes(cluster)]
    require_known(names, known=there, what="nodes", remedy="Correct nodes; leave it out to mean all nodes.")
    if not there:
        raise Refused(
            tried="ask the nodes",
            seen="the cluster lists no node",
            remedy="See 'oc get nodes' with the same kubeconfig.",
        )
    return list(names) or there


def _asked(cluster: Cluster, node: str, pods: Sequence[Pod], *, bridge: str) -> NodeBridge:
    pod = daemon_pod(pods)
    if pod is None:
        return NodeBridge(node, "unknown", "no running machine-config-daemon pod is on it")
    command = ("chroot", "/rootfs", "ovs-vsctl", f"--timeout={DATABASE_TIMEOUT}", "br-exists", bridge)
    try:
        told = cluster.execute(pod.name, command, namespace=NAMESPACE, container=CONTAINER, timeout=TIMEOUT)
    except (ClusterUnreachable, Conflict, NotFound, Rejected) as error:
        return NodeBridge(node, "unknown", error.seen)
    return answered(node, exit_code=told.exit_code, output=told.output)


def _facts(rows: Sequence[NodeBridge]) -> dict[str, object]:
    return {
        "nodes": [row.to_json() for row in rows],
        "missing": [row.node for row in rows if row.answer == "missing"],
    }
