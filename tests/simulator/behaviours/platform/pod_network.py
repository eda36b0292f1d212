"""Which network plugin is deployed, and on which nodes the pods are connected to it.

What is deployed is read from the plugin's DaemonSet. The pods of a node that is running keep the interfaces of the
plugin under which they were started, and hang in the air when that is gone, until the node has rebooted.
"""

from __future__ import annotations

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change

DAEMONSETS = "daemonsets.apps"
PLUGIN_DAEMONSETS = {
    ("openshift-sdn", "sdn"): "OpenShiftSDN",
    ("openshift-ovn-kubernetes", "ovnkube-node"): "OVNKubernetes",
}


class PodNetwork:
    """The pod network of the whole cluster and of each node."""

    def __init__(self, world: World, machines: Machines) -> None:
        self._world = world
        self._machines = machines
        self._deployed: list[str] = []
        self._torn: set[str] = set()
        #: the deployed plugin is another one than before
        self.plugin_changed: Signal[[]] = Signal()
        #: a node's pods have lost, or got back, their network
        self.node_changed: Signal[[Machine]] = Signal()
        world.watch(self._note, DAEMONSETS)
        machines.went_down.connect(self._lost)

    @property
    def plugin(self) -> str | None:
        """The plugin that runs: the one deployed last, None when there is none."""
        return self._deployed[-1] if self._deployed else None

    def can_start(self, machine: Machine) -> bool:
        """Whether the deployed plugin can run on a node: OVN-Kubernetes needs br-ex, which MCO has built at a boot."""
        return self.plugin == "OpenShiftSDN" or (self.plugin == "OVNKubernetes" and machine.bridge)

    def works_on(self, machine: Machine) -> bool:
        """Whether the pods of a node have a network."""
        return machine.kubelet and machine.network is not None and machine.network == self.plugin

    @property
    def broken(self) -> list[Machine]:
        return [machine for machine in self._machines if not (machine.off or self.works_on(machine))]

    @property
    def torn_machines(self) -> list[Machine]:
        """The nodes whose pods hang in the air since the plugin was changed, until they have rebooted."""
        return [self._machines[name] for name in sorted(self._torn) if not self._machines[name].off]

    def connect(self, machine: Machine) -> None:
        """The plugin has come up on a node that has booted."""
        machine.network = self.plugin
        self._torn.discard(machine.name)
        self._world.disruptions.end("pod_network_down", machine.name)
        self.node_changed(machine)
        self._world.revived()

    def _note(self, change: Change) -> None:
        meta = change.object["metadata"]
        plugin = PLUGIN_DAEMONSETS.get((meta["namespace"], meta["name"]))
        if plugin is None or change.type == "MODIFIED":
            return
        before = self.plugin
        if change.type == "ADDED":
            self._deployed.append(plugin)
        else:
            self._deployed.remove(plugin)
        if self.plugin != before:
            self._switched()

    def _switched(self) -> None:
        for machine in self._machines:
            if self.works_on(machine):
                self._mend(machine)
            elif not machine.off:
                self._tear(machine)
        self.plugin_changed()

    def _tear(self, machine: Machine) -> None:
        self._torn.add(machine.name)
        if not self._world.installing:
            self._world.disruptions.begin("pod_network_down", machine.name)
        self.node_changed(machine)

    def _mend(self, machine: Machine) -> None:
        if machine.name in self._torn:
            self._torn.discard(machine.name)
            self._world.disruptions.end("pod_network_down", machine.name)
            self.node_changed(machine)

    def _lost(self, machine: Machine) -> None:
        self.node_changed(machine)
