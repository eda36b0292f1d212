"""What a workload is: which pods it has, where they run, and who judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.simulator.topology import NodePlan, Topology

Where = Literal["all", "masters", "workers"]
Kind = Literal["DaemonSet", "Deployment", "StatefulSet", "StaticPod", "Guard"]
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Workload:
    """One workload. A StaticPod or a Guard has one pod ``<name>-<node>`` on every node of ``where``, and no
    controller."""

    kind: Kind
    namespace: str
    name: str
    containers: tuple[str, ...]
    #: labels of the pods; the selector of the controller
    labels: Labels
    where: Where = "masters"
    #: pods of a Deployment or StatefulSet
    replicas: int = 1
    #: on the network of the node: works without a pod network, has the node's address
    host_network: bool = False
    host_pid: bool = False
    init_containers: tuple[str, ...] = ()
    #: ClusterOperator that judges it, "" for none
    operator: str = ""
    #: rendered by the network operator and tracked in the conditions of ClusterOperator network
    tracked: bool = False
    #: tracked, but can only make it Progressing
    non_critical: bool = False
    #: tolerates every taint, so it also runs on cordoned and unreachable nodes
    tolerates_all: bool = False
    priority: str = "system-cluster-critical"
    #: of a DaemonSet's rolling update
    max_unavailable: int | str = "10%"
    grace_seconds: int = 30
    arguments: tuple[str, ...] = ()
    annotations: Labels = field(default=())

    @property
    def key(self) -> str:
        """Resource key of its controller: ``daemonsets.apps``; ``pods`` when it has none."""
        kinds = {"DaemonSet": "daemonsets.apps", "Deployment": "deployments.apps", "StatefulSet": "statefulsets.apps"}
        return kinds.get(self.kind, "pods")

    def nodes(self, topology: Topology) -> tuple[NodePlan, ...]:
        """The nodes that its pods may run on."""
        if self.where == "masters":
            return topology.masters
        return topology.nodes if self.where == "all" else topology.workers


def app(name: str) -> Labels:
    """The label ``app``, by which most workloads find their pods."""
    return (("app", name),)
