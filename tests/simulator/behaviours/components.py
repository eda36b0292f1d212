"""Which operators can do their work: their pods must run, have a network if they need one, and hold the lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.nodes.kubelet import Kubelets
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.workloads.pod_index import PodIndex
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

_MCO = "openshift-machine-config-operator"
_MACHINE_API = ("app", "machine-api-controllers")


@dataclass
class _Component:
    namespace: str
    label: str
    value: str
    pods: dict[str, Object] = field(default_factory=dict)
    #: pods that have been working long enough to lead
    leaders: set[str] = field(default_factory=set)
    electing: set[str] = field(default_factory=set)


class Components:
    """The network operator is on the network of its node; the machine-config-operator and -controller are not."""

    def __init__(
        self, world: World, *, pods: PodIndex, kubelets: Kubelets, network: PodNetwork, machines: Machines
    ) -> None:
        self._world = world
        self._kubelets = kubelets
        self._network_operator = _Component("openshift-network-operator", "name", "network-operator")
        self._operator = _Component(_MCO, "k8s-app", "machine-config-operator")
        self._controller = _Component(_MCO, "k8s-app", "machine-config-controller")
        self._machine_api = _Component("openshift-machine-api", *_MACHINE_API)
        #: a new process of the network operator is at work
        self.network_operator_started: Signal[[]] = Signal()
        self._all = (self._network_operator, self._operator, self._controller, self._machine_api)
        pods.changed.connect(self._pod_changed)
        network.node_changed.connect(self._machine_changed)
        machines.went_down.connect(self._machine_changed)

    @property
    def network_operator(self) -> bool:
        return self._leads(self._network_operator)

    @property
    def machine_config_operator(self) -> bool:
        return self._leads(self._operator)

    @property
    def machine_config_controller(self) -> bool:
        return self._leads(self._controller)

    @property
    def machine_api(self) -> bool:
        """The controllers of machines and health checks, in one pod, which is not on the network of its node."""
        return self._leads(self._machine_api)

    def node_of_machine_config_operator(self) -> str:
        """Where the pod of the machine-config-operator runs; empty when it has no node."""
        nodes = [pod["spec"].get("nodeName", "") for pod in self._operator.pods.values()]
        return nodes[0] if nodes else ""

    def _leads(self, component: _Component) -> bool:
        return self._world.installing or bool(component.leaders)

    def _pod_changed(self, change: Change) -> None:
        meta = change.object["metadata"]
        labels = meta.get("labels") or {}
        for component in self._all:
            if meta["namespace"] == component.namespace and labels.get(component.label) == component.value:
                if change.type == "DELETED":
                    component.pods.pop(meta["uid"], None)
                    component.leaders.discard(meta["uid"])
                else:
                    component.pods[meta["uid"]] = change.object
                self._judge(component)

    def _machine_changed(self, machine: Machine) -> None:
        for component in self._all:
            self._judge(component)

    def _judge(self, component: _Component) -> None:
        for uid, pod in component.pods.items():
            if not self._kubelets.works(pod):
                component.leaders.discard(uid)
            elif uid not in component.leaders and uid not in component.electing:
                component.electing.add(uid)
                delay = 0.0 if component is self._network_operator else self._world.durations.mco_leader_election
                self._world.clock.after(delay, partial(self._elect, component, uid))

    def _elect(self, component: _Component, uid: str) -> None:
        component.electing.discard(uid)
        pod = component.pods.get(uid)
        if pod is not None and self._kubelets.works(pod):
            component.leaders.add(uid)
            if component is self._network_operator:
                self.network_operator_started()
            self._world.revived()
