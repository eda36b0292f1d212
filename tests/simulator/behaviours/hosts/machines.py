"""The machines below the nodes: power, boots, what is on their disks. None of it goes through the API."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import simpy

from tests.simulator.behaviours.hosts.files import HostFiles
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.record.disruptions import Cause, Reboot

#: MCO's unit (re)builds this bridge at boot when its configuration says OVN-Kubernetes, and removes it otherwise
BRIDGE = "br-ex"

#: seconds (systemd, src/login/logind-dbus.c)
_NOLOGIN_BEFORE = 300.0


@dataclass
class Machine:
    """One machine. ``kubelet`` says whether it has booted so far that kubelet runs."""

    name: str
    master: bool
    boot_id: str
    kubelet: bool = True
    #: switched off and of no cluster, until it is installed anew
    off: bool = False
    #: kubelet has told the API of this boot
    registered: bool = True
    #: rendered MachineConfig whose files and units are on disk, and the network type in it
    disk_config: str = ""
    disk_network_type: str = ""
    #: the network type that the last boot found on disk: what configure-ovs.sh and the sysctls were given
    booted_network_type: str = ""
    #: br-ex exists (built or removed by configure-ovs.sh at the last boot)
    bridge: bool = False
    #: configure-ovs.sh should have built br-ex at the last boot, and did not
    configure_ovs_failed: bool = False
    #: the network plugin that the pods of this node are connected to; None before it has come up
    network: str | None = None
    #: multus' ``00-multus.conf`` is there: without it kubelet says that the node is not ready
    cni: bool = True
    #: what has been pulled
    images: set[str] = field(default_factory=set)
    #: a `shutdown` that waits for its time, or is under way
    pending: Reboot | None = None
    #: when that begins, in simulated seconds
    due: float = 0.0
    down_since: float = 0.0
    boots: int = 0
    log: list[str] = field(default_factory=list)
    #: what has been written to its disk by hand
    files: HostFiles = field(default_factory=HostFiles)


class Machines:
    """All machines by node name, and the ways to turn them off and on again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._machines: dict[str, Machine] = {}
        self._never_returned: list[simpy.Event] = []
        self.went_down: Signal[[Machine]] = Signal()
        self.came_up: Signal[[Machine]] = Signal()
        world.faults.on_change(self._fault_changed)

    def __getitem__(self, name: str) -> Machine:
        return self._machines[name]

    def __iter__(self) -> Iterator[Machine]:
        return iter(self._machines.values())

    def __len__(self) -> int:
        return len(self._machines)

    def get(self, name: str) -> Machine | None:
        return self._machines.get(name)

    def add(self, name: str, *, master: bool, boot_id: str = "") -> Machine:
        machine = Machine(name, master, boot_id or self.new_boot_id())
        self._machines[name] = machine
        return machine

    @property
    def masters(self) -> list[Machine]:
        return [machine for machine in self if machine.master]

    def new_boot_id(self) -> str:
        return str(uuid.UUID(int=self._world.dice.getrandbits(128), version=4))

    # turning off

    def shut_down(self, name: str, *, after: float, cause: Cause, command: str) -> None:
        """`shutdown -r`: the machine reboots ``after`` seconds from now. A later call replaces an earlier one."""
        machine = self._machines[name]
        if machine.pending is not None and machine.pending.down is not None:
            return
        self.cancel(name)
        reboot = self._world.disruptions.reboot_requested(name, cause=cause, command=command, boot_id=machine.boot_id)
        machine.pending = reboot
        machine.due = self._world.clock.seconds + after
        self._world.clock.spawn(self._reboot(machine, reboot, after=after), name=f"reboot {name}")

    def cancel(self, name: str) -> bool:
        """`shutdown -c`: forget a shutdown that has not begun. Whether there was one."""
        machine = self._machines[name]
        if machine.pending is None or machine.pending.down is not None:
            return False
        self._world.disruptions.reboot_withdrawn(machine.pending)
        machine.pending = None
        return True

    def stopping(self, name: str) -> bool:
        """Whether it stops its services: what ``systemctl is-system-running`` says (systemctl(1))."""
        machine = self._machines[name]
        return machine.pending is not None and machine.due <= self._world.clock.seconds

    def shutdown_due(self, name: str) -> float | None:
        """When a later shutdown begins, in simulated seconds; None when none is scheduled, or it has begun."""
        machine = self._machines[name]
        return None if machine.pending is None or self.stopping(name) else machine.due

    def admits_logins(self, name: str) -> bool:
        """Not from five minutes before a shutdown on: systemd-logind makes ``/run/nologin`` then, and pam_nologin
        keeps out everybody but root."""
        machine = self._machines[name]
        return machine.pending is None or machine.due - self._world.clock.seconds > _NOLOGIN_BEFORE

    def _reboot(self, machine: Machine, reboot: Reboot, *, after: float) -> Process:
        world, durations = self._world, self._world.durations
        yield world.clock.sleep(after)
        if machine.pending is not reboot:
            return
        yield world.clock.sleep(world.jitter(durations.node_shutdown) + self._apiserver_shutdown(machine))
        if machine.pending is not reboot:
            return
        machine.kubelet = machine.registered = False
        machine.network = None
        machine.cni = False
        machine.down_since = world.clock.seconds
        world.disruptions.node_went_down(reboot)
        self.went_down(machine)
        yield world.clock.sleep(world.jitter(durations.node_down) * self._slowness(machine.name))
        while machine.pending is reboot and self._kept_down(machine):
            mended = world.clock.event()
            self._never_returned.append(mended)
            yield mended
        if machine.pending is reboot:
            self._boot(machine)
            world.disruptions.node_came_up(reboot, boot_id=machine.boot_id)
            self.came_up(machine)

    def _apiserver_shutdown(self, machine: Machine) -> float:
        """kube-apiserver goes on serving for a while, so that load balancers notice; a single one does not
        (cluster-kube-apiserver-operator 4.14, pkg/operator/configobservation/apiserver)."""
        return self._world.durations.apiserver_shutdown if machine.master and len(self.masters) > 1 else 0.0

    def _kept_down(self, machine: Machine) -> bool:
        return bool(self._world.faults.active("node_never_returns", machine.name)) or self._held(machine)

    def power_off(self, name: str) -> None:
        """Switched off by whoever manages the hardware, and whatever it was about to do is forgotten."""
        machine = self._machines[name]
        machine.pending = None
        machine.off = True
        if machine.kubelet:
            machine.kubelet = machine.registered = False
            machine.network = None
            machine.cni = False
            machine.down_since = self._world.clock.seconds
            self._world.disruptions.begin("node_down", name)
            self.went_down(machine)

    def reinstall(self, name: str, *, config: str, network_type: str) -> None:
        """A machine that is off boots from an empty disk, into a rendered MachineConfig."""
        machine = self._machines[name]
        machine.off = False
        machine.files = HostFiles()
        machine.images.clear()
        machine.log.clear()
        machine.disk_config, machine.disk_network_type = config, network_type
        self._boot(machine)
        self.came_up(machine)

    def _boot(self, machine: Machine) -> None:
        machine.boot_id = self.new_boot_id()
        machine.boots += 1
        machine.files.boot()
        self.configure_ovs(machine, fails=self._without_bridge(machine) is not None)
        machine.kubelet = True
        machine.pending = None

    def configure_ovs(self, machine: Machine, *, fails: bool = False) -> None:
        """What configure-ovs.sh does at a boot."""
        machine.booted_network_type = machine.disk_network_type
        machine.bridge = machine.disk_network_type == "OVNKubernetes" and not fails
        machine.configure_ovs_failed = machine.disk_network_type == "OVNKubernetes" and fails

    def _without_bridge(self, machine: Machine) -> Fault | None:
        found = self._world.faults.active("br_ex_missing", machine.name)
        return found if machine.disk_network_type == "OVNKubernetes" else None

    def _held(self, machine: Machine) -> bool:
        """kubelet does not start without ovs-configuration.service, which kubelet-dependencies.target requires
        (machine-config-operator 4.12 to 4.16, templates/common/_base/units/ovs-configuration.service.yaml)."""
        fault = self._without_bridge(machine)
        return fault is not None and fault.get("kubelet") != "runs"

    def _slowness(self, name: str) -> float:
        fault = self._world.faults.active("node_slow", name)
        return float(fault.get("factor", 5)) if fault else 1.0

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind in ("node_never_returns", "br_ex_missing") and not added:
            waiting, self._never_returned = self._never_returned, []
            for event in waiting:
                event.succeed()
