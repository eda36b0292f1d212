"""Which control plane nodes are up decides whether the API answers: etcd's quorum, and one kube-apiserver."""

from __future__ import annotations

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault

REFUSED = "connection refused"
SILENT = "connections hang"
RESET = "connection reset by peer"
NO_QUORUM = "etcd has no leader"


class ControlPlane:
    """Opens and closes the API gate."""

    def __init__(self, world: World, machines: Machines) -> None:
        self._world = world
        self._machines = machines
        self._etcd = {machine.name for machine in machines.masters}
        self._apiserver = set(self._etcd)
        self._blips = 0
        self._hung_blips = 0
        #: (node, "etcd" | "kube-apiserver") runs from now on
        self.started: Signal[[str, str]] = Signal()
        machines.went_down.connect(self._went_down)
        machines.came_up.connect(self._came_up)
        world.faults.on_change(self._fault_changed)

    def runs(self, component: str, node: str) -> bool:
        """Whether the static pod of ``etcd`` or ``kube-apiserver`` works on a node."""
        return node in (self._etcd if component == "etcd" else self._apiserver)

    @property
    def quorum(self) -> bool:
        return len(self._etcd) >= len(self._machines.masters) // 2 + 1

    def _went_down(self, machine: Machine) -> None:
        if not machine.master:
            return
        self._etcd.discard(machine.name)
        self._apiserver.discard(machine.name)
        if self._works():
            self._world.clock.spawn(self._blip())
        self._judge()

    def _came_up(self, machine: Machine) -> None:
        if machine.master:
            self._world.clock.spawn(self._start(machine, "etcd", self._world.durations.etcd_start))
            self._world.clock.spawn(self._start(machine, "kube-apiserver", self._world.durations.apiserver_start))

    def _start(self, machine: Machine, component: str, seconds: float) -> Process:
        boot_id = machine.boot_id
        yield self._world.clock.sleep(self._world.jitter(seconds))
        if machine.boot_id != boot_id or not machine.kubelet:
            return
        (self._etcd if component == "etcd" else self._apiserver).add(machine.name)
        late = self._world.faults.active("roles_read_late") if component == "kube-apiserver" else None
        if late:
            self._world.faults.add(Fault("api_denies", params={"seconds": float(late.get("for", 2))}))
        self._judge()
        self.started(machine.name, component)

    def restart_apiserver(self, machine: Machine) -> Process:
        """A new revision of kube-apiserver: the former one goes on for a while, then the next one starts."""
        durations, boot_id = self._world.durations, machine.boot_id
        if len(self._machines.masters) > 1:
            yield self._world.clock.sleep(durations.apiserver_shutdown)
        if machine.boot_id != boot_id or not machine.kubelet:
            return
        self._apiserver.discard(machine.name)
        if self._works():
            self._world.clock.spawn(self._blip())
        self._judge()
        yield from self._start(machine, "kube-apiserver", durations.apiserver_start)

    def _blip(self) -> Process:
        """Connections to the server that went away are reset, or hang; the load balancer needs a moment to notice."""
        fault = self._world.faults.active("api_hangs", "control-plane")
        seconds = float(fault.get("for", 30)) if fault else self._world.durations.api_blip
        self._blips += 1
        self._hung_blips += fault is not None
        self._judge()
        yield self._world.clock.sleep(seconds)
        self._blips -= 1
        self._hung_blips -= fault is not None
        self._judge()

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind in ("api_outage", "api_hangs"):
            self._judge()

    def _works(self) -> bool:
        return self.quorum and bool(self._apiserver)

    @property
    def _hangs(self) -> bool:
        return any(fault.kind == "api_hangs" and not fault.target for fault in self._world.faults)

    def _judge(self) -> None:
        gate = self._world.gate
        if self._world.faults.active("api_outage") or not self._apiserver:
            gate.set(available=False, reason=REFUSED)
        elif not self.quorum:
            gate.set(available=False, reason=NO_QUORUM)
        elif self._hung_blips or self._hangs:
            gate.set(available=False, reason=SILENT, silent=True)
        elif self._blips and self._world.durations.api_blip > 0:
            gate.set(available=False, reason=RESET)
        else:
            gate.set(available=True)
