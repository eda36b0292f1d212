"""Multus on each node: the one CNI configuration that kubelet looks at, and what becomes of it when the plugin goes.

From 4.14 multus-daemon watches the file that the network plugin has written when it was up, its readiness indicator.
The leaving plugin's preStop removes it (cluster-network-operator 4.14, bindata/network/openshift-sdn/sdn.yaml and
bindata/network/ovn-kubernetes/self-hosted/*/ovnkube-node.yaml). Then multus-daemon deletes ``00-multus.conf`` and exits
with 2 (openshift/multus-cni 4.14 to 4.16, pkg/server/config/manager.go). Started again it waits 45 s for the new
plugin's file, exits with 1 when there is none, and is in CrashLoopBackOff then (cmd/multus-daemon/main.go). Meanwhile
the kubelet finds no CNI configuration.

Up to 4.13 it is a shell script that leaves ``00-multus.conf`` where it is when it ends (images/entrypoint.sh), whatever
its ``--cleanup-config-on-exit`` promises, so a node is NotReady there only with the duration ``multus_roll_not_ready``.
"""

from __future__ import annotations

from functools import partial

import simpy

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.nodes.kubelet import PLUGIN_APPS, Kubelets
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.workloads.pod_index import PodIndex, controller_of, is_ready
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

_READINESS_INDICATOR_GONE = 2
_NO_READINESS_INDICATOR = 1
#: so many starts of a container may move time on at speed 0
_HURRIED_STARTS = 8


class MultusDaemons:
    def __init__(
        self, world: World, *, machines: Machines, network: PodNetwork, kubelets: Kubelets, pods: PodIndex
    ) -> None:
        self._world = world
        self._machines = machines
        self._network = network
        self._kubelets = kubelets
        self._pods = pods
        #: node -> what happens when a pod of a plugin is ready there
        self._indicators: dict[str, simpy.Event] = {}
        self._restarting: set[str] = set()
        if world.options.nodes_stay_ready:
            return
        pods.changed.connect(self._pod_changed)
        if not world.profile.multus_rolls_at_flip:
            network.plugin_changed.connect(self._plugin_changed)

    def _plugin_changed(self) -> None:
        if self._world.installing or self._network.plugin is None:
            return
        for machine in self._machines:
            if machine.kubelet and machine.registered and machine.cni and machine.name not in self._restarting:
                self._world.clock.spawn(self._without_indicator(machine, machine.boot_id))

    def _pod_changed(self, change: Change) -> None:
        pod = change.object
        if _app(pod) in PLUGIN_APPS.values() and change.type != "DELETED" and is_ready(pod):
            waiting = self._indicators.pop(pod["spec"]["nodeName"], None)
            if waiting is not None:
                waiting.succeed()
        elif change.type == "DELETED" and _app(pod) == "multus" and controller_of(pod):
            self._rolled(pod)

    # 4.14 and later: the daemon that watches

    def _without_indicator(self, machine: Machine, boot_id: str) -> Process:
        world, durations = self._world, self._world.durations
        self._restarting.add(machine.name)
        yield world.clock.sleep(world.jitter(durations.plugin_stop, 0.5))
        if self._runs(machine, boot_id):
            machine.cni = False
            world.clock.after(durations.kubelet_network_check, partial(self._look, machine, boot_id))
            yield from self._restart(machine, boot_id)
        self._restarting.discard(machine.name)
        if self._runs(machine, boot_id):
            machine.cni = True
            world.clock.after(durations.kubelet_network_check, partial(self._look, machine, boot_id))

    def _restart(self, machine: Machine, boot_id: str) -> Process:
        """Until the daemon has seen the file of the plugin that is deployed now."""
        world, durations = self._world, self._world.durations
        yield from self._crash(machine, boot_id, exit_code=_READINESS_INDICATOR_GONE, back_off=0.0)
        yield world.clock.sleep(durations.container_restart)
        back_off, starts = durations.crash_back_off, 0
        while self._runs(machine, boot_id):
            yield from self._start(machine, boot_id)
            hopeless = starts >= _HURRIED_STARTS
            yield from self._wait_for_indicator(machine, background=hopeless)
            if not self._runs(machine, boot_id) or self._plugin_is_up(machine):
                return
            yield from self._crash(machine, boot_id, exit_code=_NO_READINESS_INDICATOR, back_off=back_off)
            yield world.clock.sleep(back_off, background=hopeless)
            back_off, starts = min(2 * back_off, durations.crash_back_off_max), starts + 1

    def _wait_for_indicator(self, machine: Machine, *, background: bool) -> Process:
        if self._plugin_is_up(machine):
            return
        clock, timeout = self._world.clock, self._world.durations.multus_indicator_timeout
        written = self._indicators[machine.name] = clock.event()
        limit = clock.sleep(timeout, background=True) if background else clock.deadline(timeout)
        yield written | limit
        if not background:
            clock.release(limit)
        if self._indicators.get(machine.name) is written:
            del self._indicators[machine.name]

    def _plugin_is_up(self, machine: Machine) -> bool:
        """A plugin's pod is ready when its CNI configuration is there: that is its readiness probe."""
        wanted = PLUGIN_APPS.get(self._network.plugin or "")
        return any(_app(pod) == wanted and is_ready(pod) for pod in self._pods.on_node(machine.name))

    def _crash(self, machine: Machine, boot_id: str, *, exit_code: int, back_off: float) -> Process:
        yield from self._world.api()
        pod = self._pod(machine, boot_id)
        if pod is not None:
            self._kubelets.container_ended(pod, exit_code=exit_code, back_off=back_off)

    def _start(self, machine: Machine, boot_id: str) -> Process:
        yield from self._world.api()
        pod = self._pod(machine, boot_id)
        if pod is not None:
            self._kubelets.container_started(pod)

    def _pod(self, machine: Machine, boot_id: str) -> Object | None:
        if not self._runs(machine, boot_id):
            return None
        return next((pod for pod in self._pods.on_node(machine.name) if _app(pod) == "multus"), None)

    # 4.12 and 4.13: the script that is rolled

    def _rolled(self, pod: Object) -> None:
        machine = self._machines.get(pod["spec"].get("nodeName", ""))
        seconds = self._world.durations.multus_roll_not_ready
        if machine is not None and machine.cni and machine.registered and seconds and not self._world.installing:
            self._world.clock.spawn(self._rolling(machine, machine.boot_id, seconds))

    def _rolling(self, machine: Machine, boot_id: str, seconds: float) -> Process:
        machine.cni = False
        self._look(machine, boot_id)
        yield self._world.clock.sleep(seconds)
        if self._runs(machine, boot_id):
            machine.cni = True
            self._look(machine, boot_id)

    # what both have in common

    def _look(self, machine: Machine, boot_id: str) -> None:
        self._world.clock.spawn(self._tell(machine, boot_id))

    def _tell(self, machine: Machine, boot_id: str) -> Process:
        yield from self._world.api()
        if self._runs(machine, boot_id):
            self._kubelets.network_seen(machine)

    def _runs(self, machine: Machine, boot_id: str) -> bool:
        return machine.boot_id == boot_id and machine.kubelet and machine.registered


def _app(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get("app", ""))
