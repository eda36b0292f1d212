"""Which nodes a cluster has, their roles and their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid5

from tests.simulator.options import Options

_SPACE = UUID("5f9c2b1e-0d4a-5b7c-9e21-3a4b5c6d7e8f")


def identity(seed: int, *names: str) -> UUID:
    """A UUID that depends on the seed and the names only: boot ids, machine ids, uids that other objects refer to."""
    return uuid5(_SPACE, "/".join((str(seed), *names)))


@dataclass(frozen=True)
class NodePlan:
    """One node of the cluster as planned."""

    name: str
    #: ``master``, ``worker``, ``infra``: the suffixes of its labels ``node-role.kubernetes.io/…``
    roles: tuple[str, ...]
    #: name of the machine config pool that it belongs to
    pool: str
    #: InternalIP; also the source of ``loopback``
    address: str
    #: place among all nodes, masters first
    index: int
    #: taint that keeps ordinary pods away from masters
    tainted: bool = False

    @property
    def loopback(self) -> str:
        """Where an SSH server that plays this node listens: ``10.0.x.y`` becomes ``127.0.x.y``.

        Loopback interfaces accept all of 127.0.0.0/8, so every node can have a server on the same port. A client that
        is given InternalIPs needs this mapping (for instance as ``HostName`` lines of an ssh configuration).
        """
        return "127" + self.address.removeprefix("10")

    @property
    def is_master(self) -> bool:
        return "master" in self.roles or "control-plane" in self.roles

    @property
    def is_worker(self) -> bool:
        return "worker" in self.roles

    @property
    def subnet(self) -> str:
        """Its part of the pod network 10.128.0.0/14: OpenShift SDN deals the subnets round the four /16 blocks."""
        return f"10.{128 + self.index % 4}.{2 * (self.index // 4)}.0/23"

    @property
    def subnet_prefix(self) -> str:
        """``10.128.2``: pods on the node get addresses below it."""
        return self.subnet.rsplit(".", 1)[0]


@dataclass(frozen=True)
class Topology:
    """All nodes, and what follows from their number."""

    nodes: tuple[NodePlan, ...]
    #: the label that marks the control plane, and by which the pool master finds its nodes
    master_role: str
    custom_pools: tuple[str, ...]

    @cached_property
    def masters(self) -> tuple[NodePlan, ...]:
        return tuple(node for node in self.nodes if node.is_master)

    @cached_property
    def workers(self) -> tuple[NodePlan, ...]:
        """Every node that runs ordinary pods; the masters of a compact or single-node cluster too."""
        return tuple(node for node in self.nodes if node.is_worker)

    @property
    def is_single_node(self) -> bool:
        return len(self.nodes) == 1

    @property
    def control_plane(self) -> str:
        """``controlPlaneTopology`` of the Infrastructure."""
        return "SingleReplica" if len(self.masters) == 1 else "HighlyAvailable"

    @property
    def infrastructure(self) -> str:
        """``infrastructureTopology`` of the Infrastructure."""
        return "SingleReplica" if len(self.workers) == 1 else "HighlyAvailable"

    @property
    def master_label(self) -> str:
        return f"node-role.kubernetes.io/{self.master_role}"


def topology(options: Options) -> Topology:
    """The nodes that the options ask for.

    Without workers the masters carry the role worker and no taint (compact cluster, single node). With
    ``control_plane_label_only`` the nodes have no label ``node-role.kubernetes.io/master`` and the pool master selects
    by ``control-plane``: no release from 4.12 to 4.17 is like that (kubelet registers with both labels and the operator
    re-asserts a selector on ``master``, so such nodes would be in no pool); it is there to prove that a client finds
    the control plane by either label.
    """
    schedulable = options.workers == 0 and not any(options.pools.values())
    control_plane = ("control-plane",) if options.control_plane_label_only else ("control-plane", "master")
    roles = (*control_plane, "worker") if schedulable else control_plane
    nodes = [
        NodePlan(f"master-{i}", roles, "master", f"10.0.0.{10 + i}", i, tainted=not schedulable)
        for i in range(options.masters)
    ]
    nodes += [
        NodePlan(f"worker-{i}", ("worker",), "worker", _address(32, i), len(nodes) + i) for i in range(options.workers)
    ]
    for number, (pool, size) in enumerate(options.pools.items()):
        start = len(nodes)
        nodes += [
            NodePlan(f"{pool}-{i}", (pool, "worker"), pool, _address(128 + 8 * number, i), start + i)
            for i in range(int(size))
        ]
    return Topology(tuple(nodes), control_plane[-1], tuple(options.pools))


def _address(block: int, index: int) -> str:
    return f"10.0.{block + index // 200}.{10 + index % 200}"
