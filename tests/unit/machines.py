# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines behind the fake cluster's nodes: they take the shutdown command, go down, and come back on another boot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    MACHINE_CONFIG_POOL,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import Call, FakeCluster, ScriptedClock

MCD_NAMESPACE = "openshift-machine-config-operator"


@dataclass
class Machine:
    """Times are seconds. ``lag`` is how long the API still shows the old boot, Ready, after the machine went down.

    ``answers`` are given to the next commands instead of obeying; ``obeys`` False means that it says 0 and stays, and
    ``ignores`` that it does so that often. ``stops_for`` is how long it stops its services before it is down.
    """

    name: str
    down_for: float = 60.0
    lag: float = 40.0
    ready_after: float = 20.0
    obeys: bool = True
    ignores: int = 0
    stops_for: float = 0.0
    stopping: bool = False
    scheduled: str = ""
    returns: bool = True
    answers: list[Execution] = field(default_factory=list)
    drops_stream: bool = False
    boots: int = 1
    shutdowns: list[float] = field(default_factory=list)
    down: bool = False

    @property
    def boot_id(self) -> str:
        return f"{self.name}-boot-{self.boots}"


@dataclass
class Datacenter:
    """Three masters and some workers, with their daemons and etcd, on a scripted clock.

    ``commanded`` are the nodes in the order of their shutdowns, each as often as it was shut down.
    """

    masters: int = 3
    workers: int = 3
    clock: ScriptedClock = field(default_factory=lambda: ScriptedClock(limit=4 * 3600))
    cluster: FakeCluster = field(default_factory=FakeCluster)
    machines: dict[str, Machine] = field(default_factory=dict)
    commanded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.names("master", self.masters):
            self.add(objects.master(name))
            self.cluster.put(POD, objects.etcd_pod(name))
        for name in self.names("worker", self.workers):
            self.add(objects.node(name))
        self.cluster.put(MACHINE_CONFIG_POOL, objects.pool("master", machines=self.masters))
        self.cluster.put(MACHINE_CONFIG_POOL, objects.pool("worker", machines=self.workers))
        self.cluster.executor = self.execute

    @staticmethod
    def names(role: str, count: int) -> list[str]:
        return [f"{role}-{i}" for i in range(count)]

    def add(self, node: dict[str, Any]) -> None:
        name = node["metadata"]["name"]
        self.machines[name] = Machine(name)
        self.cluster.put(NODE, node)
        self.cluster.put(POD, objects.daemon_pod(name, suffix=name))

    def execute(self, call: Call) -> Execution:
        pod = self.cluster.objects[(POD, call.namespace, call.name)]
        machine = self.machines[pod["spec"]["nodeName"]]
        command = call.body["command"]
        assert call.body["container"] == "machine-config-daemon"
        if machine.down:
            return Execution(exit_code=1, output="dial tcp 192.0.2.10:10250: connect: connection refused")
        if command == ["cat", "/proc/sys/kernel/random/boot_id"]:
            return Execution(exit_code=0, output=f"{machine.boot_id}\n")
        if command[:4] == ["chroot", "/rootfs", "sh", "-c"]:
            state = "stopping" if machine.stopping else "running"
            return Execution(exit_code=0, output=f"{machine.boot_id}\n{state}\n{machine.scheduled}")
        assert command[:4] == ["chroot", "/rootfs", "shutdown", "-r"]
        if machine.answers:
            return machine.answers.pop(0)
        machine.shutdowns.append(self.clock.now)
        self.commanded.append(machine.name)
        delay = 0.0 if command[4] == "now" else float(command[4].lstrip("+")) * 60
        if machine.ignores:
            machine.ignores -= 1
        elif machine.obeys:
            machine.scheduled = "USEC=1\nWARN_WALL=1\nMODE=reboot\n" if delay else ""
            self.clock.after(delay, lambda: self.stop(machine))
        return Execution(exit_code=None, output="broken") if machine.drops_stream else Execution(0, "scheduled")

    def stop(self, machine: Machine) -> None:
        machine.stopping, machine.scheduled = True, ""
        if machine.stops_for:
            self.clock.after(machine.stops_for, lambda: self.take_down(machine))
        else:
            self.take_down(machine)

    def take_down(self, machine: Machine) -> None:
        machine.down = True
        self.clock.after(machine.lag, lambda: self.show_down(machine))
        if machine.returns:
            self.clock.after(machine.down_for, lambda: self.boot(machine))

    def show_down(self, machine: Machine) -> None:
        if machine.down:
            self.cluster.change(NODE, machine.name, {"status": {"conditions": [objects.node_ready(False)]}})
            self.show_etcd(machine.name, ready=False)

    def boot(self, machine: Machine) -> None:
        """The kubelet reports the new boot, not Ready until the network is up."""
        machine.down = machine.stopping = False
        machine.boots += 1
        status = {"nodeInfo": {"bootID": machine.boot_id}, "conditions": [objects.node_ready(False)]}
        self.cluster.change(NODE, machine.name, {"status": status})
        self.show_etcd(machine.name, ready=False)
        self.clock.after(machine.ready_after, lambda: self.show_ready(machine))

    def show_ready(self, machine: Machine) -> None:
        self.cluster.change(NODE, machine.name, {"status": {"conditions": [objects.node_ready(True)]}})
        self.show_etcd(machine.name, ready=True)

    def show_etcd(self, name: str, *, ready: bool) -> None:
        if (POD, "openshift-etcd", f"etcd-{name}") in self.cluster.objects:
            self.cluster.put(POD, objects.etcd_pod(name, ready=ready))

    def boot_ids(self, names: Sequence[str] = ()) -> dict[str, str]:
        return {name: machine.boot_id for name, machine in self.machines.items() if not names or name in names}
