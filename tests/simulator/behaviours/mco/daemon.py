"""The machine-config-daemons: one per node, each brings its node to ``desiredConfig``
(machine-config-operator, pkg/daemon)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import simpy

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.mco.machine_configs import needs_reboot, network_type_of
from tests.simulator.behaviours.mco.membership import Membership
from tests.simulator.behaviours.mco.names import (
    CONFIGS,
    CURRENT,
    DAEMON_ACTOR,
    DEGRADED,
    DESIRED,
    DESIRED_DRAIN,
    DONE,
    LAST_DRAIN,
    NODES,
    POOLS,
    REASON,
    STATE,
    TOPOLOGY,
    WORKING,
)
from tests.simulator.behaviours.nodes.kubelet import Kubelets
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.ports import Change, Object

_MASTER_LABEL = "node-role.kubernetes.io/master"
_INTERESTING = (CURRENT, DESIRED, STATE, DESIRED_DRAIN, LAST_DRAIN)
_DRAIN_FAILED = (
    "failed to drain node: {node} after 1 hour. Please see machine-config-controller logs for more information"
)


class Daemons:
    def __init__(self, world: World, *, machines: Machines, kubelets: Kubelets, membership: Membership) -> None:
        self._world = world
        self._machines = machines
        self._membership = membership
        self._waiting: dict[str, simpy.Event] = {}
        self._single = len(machines.masters) == 1
        self._loop = Loop(world, self._sync, delay="mcd_accept", parallel=True)
        kubelets.restarted.connect(lambda machine: world.clock.spawn(self._start(machine)))
        machines.went_down.connect(lambda machine: self._wake(machine.name))
        world.watch(self._node_changed, NODES)
        world.watch(self._pool_changed, POOLS)
        world.faults.on_change(self._fault_changed)

    # what has happened

    def _node_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        old = (change.previous or {}).get("metadata", {}).get("annotations") or {}
        new = change.object["metadata"].get("annotations") or {}
        if any(old.get(key) != new.get(key) for key in _INTERESTING):
            name = change.object["metadata"]["name"]
            self._wake(name)
            if old.get(DESIRED) != new.get(DESIRED):
                self._loop.note(name)

    def _pool_changed(self, change: Change) -> None:
        """While the cluster is being installed, the nodes have booted with the pool's first configuration."""
        target = (change.object["spec"].get("configuration") or {}).get("name")
        if not self._world.installing or not target:
            return
        for node in self._membership.nodes_of(change.object["metadata"]["name"]):
            if CURRENT not in (node["metadata"].get("annotations") or {}):
                self._adopt(self._machines[node["metadata"]["name"]], target)

    def _adopt(self, machine: Machine, config: str) -> None:
        topology = "SingleReplica" if self._single else "HighlyAvailable"
        self._write_to_disk(machine, config)
        self._annotate(
            machine,
            {
                CURRENT: config,
                DESIRED: config,
                STATE: DONE,
                REASON: "",
                DESIRED_DRAIN: f"uncordon-{config}",
                LAST_DRAIN: f"uncordon-{config}",
                TOPOLOGY: topology,
            },
        )
        self._announce(machine, config, config)
        self._log_desired(machine, config)

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind != "pool_degraded":
            return
        for machine in self._machines:
            if added and self._fault_of(machine, "always") is fault:
                self._fail(machine, fault)
            elif not added and self._annotations(machine).get(STATE) == DEGRADED:
                self._loop.note(machine.name)

    def _fault_of(self, machine: Machine, moment: str) -> Fault | None:
        """The fault that stops this node's daemon: on the node it names, else on the first of the pool.

        :param moment: ``always``, as with a disk that is not as it should be; ``update``, when it is to take another
            configuration; ``write``, when it writes that, the node having been drained
        """
        for fault in self._world.faults:
            if fault.kind != "pool_degraded" or fault.get("when", "always") != moment:
                continue
            node = fault.get("node") or (fault.target if self._machines.get(fault.target) else None)
            if node is None:
                members = self._membership.nodes_of(fault.target or "worker")
                node = members[0]["metadata"]["name"] if members else None
            if node == machine.name:
                found: Fault = fault
                return found
        return None

    # an update, up to the reboot

    def _sync(self, name: str) -> Process | None:
        machine = self._machines.get(name)
        if machine is None or not machine.registered:
            return None
        notes = self._annotations(machine)
        desired, as_is = notes.get(DESIRED, ""), machine.disk_config == notes.get(DESIRED)
        fault = self._fault_of(machine, "always") or (None if as_is else self._fault_of(machine, "update"))
        if fault is not None:
            self._fail(machine, fault)
        elif as_is and notes.get(CURRENT) != desired and machine.pending is None:
            return self._complete(machine, desired)
        elif as_is and notes.get(STATE) != DONE and notes.get(DESIRED_DRAIN) == notes.get(LAST_DRAIN):
            return self._apply_again(machine, desired)
        elif not as_is and machine.pending is None:
            return self._update(machine, machine.disk_config, desired)
        return None

    def _apply_again(self, machine: Machine, desired: str) -> Process:
        """A daemon that has failed and is asked for what runs already writes it once more, and is done
        (prepUpdateFromCluster: "current+desiredConfig is … but state is Degraded")."""
        world, boot_id = self._world, machine.boot_id
        state = self._annotations(machine).get(STATE)
        self._log(machine, f"current+desiredConfig is {desired} but state is {state}", level="W")
        yield world.clock.sleep(world.jitter(world.durations.mcd_write))
        yield from world.api()
        if machine.boot_id == boot_id and machine.kubelet and self._fault_of(machine, "always") is None:
            yield from self._finish(machine, desired)

    def _update(self, machine: Machine, current: str, desired: str) -> Process:
        world, boot_id = self._world, machine.boot_id
        wanted = world.store.find(CONFIGS, desired)
        if wanted is None:
            self._degrade(machine, f'machineconfig.machineconfiguration.openshift.io "{desired}" not found')
            return
        self._annotate(machine, {STATE: WORKING, REASON: ""})
        if not needs_reboot(world.store.find(CONFIGS, current), wanted):
            yield from self._update_running(machine, desired)
            return
        self._log(machine, f"Checking Reconcilable for config {current} to {desired}")
        self._log(
            machine,
            f"Starting update from {current} to {desired}: &{{osUpdate:false kargs:false fips:false "
            "passwd:false files:true units:true kernelType:false extensions:false}",
        )
        if not self._single:
            self._event(machine, "Cordon", "Cordoned node to apply update")
            self._event(machine, "Drain", "Draining node to update config.")
            self._log(machine, "Update prepared; requesting cordon and drain via annotation to controller")
            self._annotate(machine, {DESIRED_DRAIN: f"drain-{desired}"})
            if not (yield from self._drained(machine, f"drain-{desired}")):
                return
            self._log(machine, "drain complete")
        fault = self._fault_of(machine, "write")
        if fault is not None:
            self._fail(machine, fault)
            return
        self._event(machine, "OSUpdateStarted", "Changes do not require drain, skipping." if self._single else "")
        self._log(machine, "Updating files")
        self._log(machine, 'Writing systemd unit "ovs-configuration.service"')
        self._log(machine, 'Writing systemd unit "nodeip-configuration.service"')
        yield world.clock.sleep(world.jitter(world.durations.mcd_write))
        yield from world.api()
        if machine.boot_id != boot_id or not machine.kubelet:
            return
        self._write_to_disk(machine, desired)
        self._log(machine, f"initiating reboot: Node will reboot into config {desired}")
        self._event(machine, "Reboot", f"Node will reboot into config {desired}")
        self._log(machine, "reboot successful")
        self._world.clock.spawn(self._reboot(machine), name=f"mcd {machine.name}")

    def _update_running(self, machine: Machine, desired: str) -> Process:
        """Only files have changed that are read anew: neither drain nor reboot."""
        boot_id = machine.boot_id
        yield self._world.clock.sleep(self._world.jitter(self._world.durations.mcd_write))
        yield from self._world.api()
        if machine.boot_id == boot_id and machine.kubelet:
            self._write_to_disk(machine, desired)
            self._log(machine, "Changes do not require drain, skipping.")
            yield from self._finish(machine, desired)

    def _reboot(self, machine: Machine) -> Process:
        yield self._world.clock.sleep(0)
        self._machines.shut_down(machine.name, after=0, cause="mco", command="systemctl reboot")

    def _drained(self, machine: Machine, wanted: str) -> Process:
        """Wait until the controller has done what ``desiredDrain`` asks.

        After an hour the node is Degraded, and the wait goes on. False when the machine went down in the meantime.
        """
        world, boot_id = self._world, machine.boot_id
        deadline: simpy.Event | None = world.clock.deadline(world.durations.drain_timeout)
        while self._annotations(machine).get(LAST_DRAIN) != wanted:
            changed = world.clock.event()
            self._waiting[machine.name] = changed
            if deadline is None:
                yield changed
            else:
                yield changed | deadline
            if machine.boot_id != boot_id or not machine.kubelet:
                break
            if deadline is not None and deadline.processed:
                deadline = None
                yield from world.api()
                if self._annotations(machine).get(LAST_DRAIN) != wanted:
                    self._degrade(machine, _DRAIN_FAILED.format(node=machine.name))
        if deadline is not None:
            world.clock.release(deadline)
        yield world.clock.sleep(world.durations.mcd_poll * world.dice.random())
        yield from world.api()
        return machine.boot_id == boot_id and machine.kubelet

    # after a boot

    def _start(self, machine: Machine) -> Process:
        world, boot_id = self._world, machine.boot_id
        yield world.clock.sleep(world.jitter(world.durations.mcd_start))
        yield from world.api()
        if machine.boot_id != boot_id or not machine.registered:
            return
        notes = self._annotations(machine)
        current, desired = notes.get(CURRENT, ""), notes.get(DESIRED, "")
        self._announce(machine, current, desired)
        failing = self._fault_of(machine, "always") is not None
        if failing or not machine.disk_config == current == desired:
            self._loop.note(machine.name)
            return
        self._log_desired(machine, current)
        if notes.get(STATE) != DONE:
            self._annotate(machine, {STATE: DONE, REASON: ""})

    def _announce(self, machine: Machine, current: str, desired: str) -> None:
        """What a daemon logs at its start (cmd/machine-config-daemon/start.go, pkg/daemon/daemon.go: New, Run,
        initializeNode, getStateAndConfigs)."""
        profile = self._world.profile
        digest = sha256(f"{profile.version}/rhel-coreos".encode()).hexdigest()
        image = f"quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:{digest}"
        node: Object = self._world.store.find(NODES, machine.name) or {"metadata": {}}
        is_master = _MASTER_LABEL in (node["metadata"].get("labels") or {})
        self._log(machine, f"Version: v{profile.version} ({profile.mco_commit})", source="start.go")
        self._log(machine, f"Booted osImageURL: {image} ({profile.rhcos_version})")
        self._log(machine, "Registering Prometheus metrics", source="metrics.go")
        self._log(machine, "Starting metrics listener on 127.0.0.1:8797", source="metrics.go")
        self._log(machine, f"Starting to manage node: {machine.name}", source="update.go")
        self._log(machine, "Starting MachineConfigDaemon")
        self._log(machine, "Enabling Kubelet Healthz Monitor")
        role = "part of the control plane" if is_master else f"not labeled {_MASTER_LABEL}"
        self._log(machine, f"Node {machine.name} is {role}")
        if current == desired:
            self._log(machine, f"Current+desired config: {current}")
        else:
            self._log(machine, f"Current config: {current}")
            self._log(machine, f"Desired config: {desired}")

    def _log_desired(self, machine: Machine, config: str) -> None:
        """What a daemon logs that finds nothing to do (pkg/daemon/daemon.go, checkStateOnFirstRun)."""
        self._log(machine, f"Validating against current config {config}")
        self._log(machine, "Validated on-disk state")
        self._log(machine, f"In desired config {config}")

    def _complete(self, machine: Machine, desired: str) -> Process:
        """The node has booted into ``desired``."""
        world, boot_id = self._world, machine.boot_id
        self._event(machine, "PendingConfig", f"Written pending config {desired}")
        self._log(machine, f"Validating against pending config {desired}")
        yield world.clock.sleep(world.jitter(world.durations.mcd_validate))
        yield from world.api()
        if machine.boot_id != boot_id or not machine.kubelet:
            return
        self._log(machine, "Validated on-disk state")
        yield from self._finish(machine, desired)

    def _finish(self, machine: Machine, desired: str) -> Process:
        """Have the node uncordoned, and only then call it done (updateConfigAndState)."""
        if not self._single:
            self._log(machine, f"Completing update to target MachineConfig: {desired}")
            self._annotate(machine, {DESIRED_DRAIN: f"uncordon-{desired}"})
            if not (yield from self._drained(machine, f"uncordon-{desired}")):
                return
            self._event(machine, "Uncordon", f"Update completed for config {desired} and node has been uncordoned")
        self._annotate(machine, {CURRENT: desired, STATE: DONE, REASON: ""})
        self._event(machine, "NodeDone", f"Setting node {machine.name}, currentConfig {desired} to Done")
        self._log(machine, f"Update completed for config {desired} and node has been successfully uncordoned")
        if self._annotations(machine).get(DESIRED) != desired:
            self._loop.note(machine.name)

    # reading and writing

    def _write_to_disk(self, machine: Machine, config: str) -> None:
        machine.disk_config = config
        machine.disk_network_type = network_type_of(self._world.store.find(CONFIGS, config))
        if self._world.installing:
            self._machines.configure_ovs(machine)

    def _fail(self, machine: Machine, fault: Fault) -> None:
        self._degrade(machine, str(fault.get("reason", "simulated failure")))

    def _degrade(self, machine: Machine, reason: str) -> None:
        self._log(machine, f"Marking Degraded due to: {reason}", level="E")
        self._annotate(machine, {STATE: DEGRADED, REASON: reason})

    def _annotate(self, machine: Machine, annotations: dict[str, Any]) -> None:
        patch = {"metadata": {"annotations": annotations}}
        self._world.store.patch(NODES, machine.name, patch, actor=DAEMON_ACTOR)

    def _annotations(self, machine: Machine) -> dict[str, str]:
        node: Object = self._world.store.find(NODES, machine.name) or {}
        return (node.get("metadata") or {}).get("annotations") or {}

    def _event(self, machine: Machine, reason: str, message: str) -> None:
        node = self._world.store.find(NODES, machine.name)
        if node is not None and message:
            self._world.record_event(node, kind="Node", component="machineconfigdaemon", reason=reason, message=message)

    def _log(self, machine: Machine, message: str, *, level: str = "I", source: str = "daemon.go") -> None:
        """A line as klog writes it, without the line number of the source, which differs from release to release."""
        stamp = self._world.now().strftime("%m%d %H:%M:%S.%f")
        machine.log.append(f"{level}{stamp}    2401 {source}] {message}")

    def _wake(self, name: str) -> None:
        event = self._waiting.pop(name, None)
        if event is not None:
            event.succeed()
