"""What the plugins' controllers write: OpenShift SDN's HostSubnets and NetNamespaces, OVN-Kubernetes' annotations."""

from __future__ import annotations

import zlib

from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change
from tests.simulator.seed.networks import HOST_SUBNETS, NET_NAMESPACES, host_subnet
from tests.simulator.seed.nodes import ovn_annotations
from tests.simulator.topology import Topology

_SDN_ACTOR = "system:serviceaccount:openshift-sdn:sdn-controller"
_OVN_ACTOR = "system:serviceaccount:openshift-ovn-kubernetes:ovn-kubernetes-control-plane"
_GLOBAL = ("default", "kube-system", "openshift-infra")


class PluginControllers:
    """sdn-controller, and ovnkube's cluster manager: whichever is deployed."""

    def __init__(self, world: World, *, network: PodNetwork, topology: Topology) -> None:
        self._world = world
        self._network = network
        self._plans = {node.name: node for node in topology.nodes}
        self._loop = Loop(world, lambda _: self._reconcile(), delay="plugin_start")
        network.plugin_changed.connect(self._loop.note)
        world.watch(self._changed, NODES, "namespaces")

    def _changed(self, change: Change) -> None:
        if change.type != "MODIFIED":
            self._loop.note()

    def _reconcile(self) -> None:
        if self._network.plugin == "OpenShiftSDN":
            self._make_host_subnets()
            self._make_net_namespaces()
        elif self._network.plugin == "OVNKubernetes":
            self._annotate_nodes()

    def _make_host_subnets(self) -> None:
        store = self._world.store
        nodes = {node["metadata"]["name"]: node for node in store.list(NODES)}
        for name, node in nodes.items():
            plan = self._plans.get(name)
            if plan is not None and store.find(HOST_SUBNETS, name) is None:
                meta = {"name": name, "annotations": {"pod.network.openshift.io/node-uid": node["metadata"]["uid"]}}
                body = host_subnet(name, address=plan.address, subnet=plan.subnet)
                store.create(HOST_SUBNETS, {"metadata": meta, **body}, actor=_SDN_ACTOR)
        for subnet in store.list(HOST_SUBNETS):
            if subnet["metadata"]["name"] not in nodes:
                store.delete(HOST_SUBNETS, subnet["metadata"]["name"], actor=_SDN_ACTOR)

    def _make_net_namespaces(self) -> None:
        store = self._world.store
        names = {namespace["metadata"]["name"] for namespace in store.list("namespaces")}
        for name in sorted(names):
            if store.find(NET_NAMESPACES, name) is None:
                identity = 0 if name in _GLOBAL else 1 + zlib.crc32(name.encode()) % 16777215
                body = {"metadata": {"name": name}, "netid": identity, "netname": name}
                store.create(NET_NAMESPACES, body, actor=_SDN_ACTOR)
        for net_namespace in store.list(NET_NAMESPACES):
            if net_namespace["metadata"]["name"] not in names:
                store.delete(NET_NAMESPACES, net_namespace["metadata"]["name"], actor=_SDN_ACTOR)

    def _annotate_nodes(self) -> None:
        for node in self._world.store.list(NODES):
            plan = self._plans.get(node["metadata"]["name"])
            if plan is not None:
                patch = {"metadata": {"annotations": ovn_annotations(plan)}}
                self._world.store.patch(NODES, plan.name, patch, actor=_OVN_ACTOR)
