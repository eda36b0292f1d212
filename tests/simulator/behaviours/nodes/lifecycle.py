"""The node lifecycle controller of kube-controller-manager: silent nodes, taints, and the pods of both."""

from __future__ import annotations

from typing import Any

import simpy

from tests.simulator.behaviours.conditions import find
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.node_objects import NODES, node_is_ready
from tests.simulator.behaviours.workloads import pod_status
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, is_daemon, is_ready, is_static
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

ACTOR = "system:serviceaccount:kube-system:node-controller"
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_OURS = (UNREACHABLE, NOT_READY, UNSCHEDULABLE)
_SILENT = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


class NodeLifecycle:
    def __init__(self, world: World, *, machines: Machines, pods: PodIndex) -> None:
        self._world = world
        self._machines = machines
        self._pods = pods
        self._unready: dict[str, bool] = {}
        #: nodes whose pods are to be evicted, and what happens when they are not any more
        self._tainted: dict[str, simpy.Event] = {}
        self._taints = Loop(world, self._set_taints, delay="node_condition_notice")
        machines.went_down.connect(lambda machine: world.clock.spawn(self._watch_silence(machine)))
        world.watch(self._node_changed, NODES)

    # a machine that went down

    def _watch_silence(self, machine: Machine) -> Process:
        world = self._world
        yield world.clock.sleep(world.durations.node_monitor_grace)
        yield from world.api()
        if not machine.registered and world.store.find(NODES, machine.name) is not None:
            self._mark_unknown(machine)

    def _mark_unknown(self, machine: Machine) -> None:
        now = self._world.timestamp()

        def change(node: Object) -> None:
            for known in node["status"]["conditions"]:
                if known["type"] in _SILENT and known["status"] != "Unknown":
                    known |= {
                        "status": "Unknown",
                        "reason": "NodeStatusUnknown",
                        "message": "Kubelet stopped posting node status.",
                        "lastTransitionTime": now,
                    }

        node = self._world.store.edit(NODES, machine.name, change, actor=ACTOR, subresource="status")
        self._world.record_event(
            node,
            kind="Node",
            component="node-controller",
            reason="NodeNotReady",
            message=f"Node {machine.name} status is now: NodeNotReady",
        )
        for pod in self._pods.on_node(machine.name):
            if is_ready(pod):
                meta = pod["metadata"]
                self._world.store.patch(
                    PODS,
                    meta["name"],
                    {"status": pod_status.unreachable(pod, now=now)},
                    namespace=meta["namespace"],
                    actor=ACTOR,
                    subresource="status",
                )

    def _evict_in_time(self, node: str, untainted: simpy.Event) -> Process:
        world = self._world
        limit = world.clock.deadline(world.durations.taint_eviction)
        yield untainted | limit
        world.clock.release(limit)
        yield from world.api()
        if self._tainted.get(node) is untainted:
            self._evict(node)

    def _evict(self, node: str) -> None:
        """Pods that tolerate ``unreachable`` and ``not-ready`` for 300 s only are deleted, so that they start
        elsewhere. (A real cluster shows those of a silent node as Terminating until the kubelet is back.)"""
        for pod in self._pods.on_node(node):
            if not (is_daemon(pod) or is_static(pod)):
                meta = pod["metadata"]
                self._world.store.delete(PODS, meta["name"], namespace=meta["namespace"], actor=ACTOR)

    # taints

    def _node_changed(self, change: Change) -> None:
        name = change.object["metadata"]["name"]
        if change.type == "DELETED":
            self._unready.pop(name, None)
            self._note_taint(name, tainted=False)
            return
        self._note_taint(name, tainted=any(effect == "NoExecute" for _key, effect in _ours(change.object)))
        disrupted = self._disrupted
        self._unready[name] = not node_is_ready(change.object)
        if self._disrupted != disrupted:
            for node in self._unready:
                self._taints.note(node)
        elif self._wanted(change.object) != _ours(change.object):
            self._taints.note(name)

    def _note_taint(self, node: str, *, tainted: bool) -> None:
        if tainted and node not in self._tainted:
            self._tainted[node] = self._world.clock.event()
            self._world.clock.spawn(self._evict_in_time(node, self._tainted[node]))
        elif not tainted and node in self._tainted:
            self._tainted.pop(node).succeed()

    @property
    def _disrupted(self) -> bool:
        """When no node is ready the controller takes itself for the one that is cut off, and evicts nobody ("master
        disruption mode", kubernetes 1.27, pkg/controller/nodelifecycle/node_lifecycle_controller.go)."""
        return all(self._unready.values())

    def _set_taints(self, name: str) -> None:
        node = self._world.store.find(NODES, name)
        if node is None:
            return
        wanted, present = self._wanted(node), _ours(node)
        if wanted == present:
            return
        others = [taint for taint in node["spec"].get("taints") or () if taint["key"] not in _OURS]
        now = self._world.timestamp()
        known = {(taint["key"], taint["effect"]): taint for taint in node["spec"].get("taints") or ()}
        made: list[dict[str, Any]] = [
            known.get(pair) or {"key": pair[0], "effect": pair[1], "timeAdded": now} for pair in wanted
        ]
        self._world.store.patch(NODES, name, {"spec": {"taints": [*others, *made] or None}}, actor=ACTOR)

    def _wanted(self, node: Object) -> list[tuple[str, str]]:
        ready = find(node.get("status", {}).get("conditions"), "Ready")
        status = ready["status"] if ready else "Unknown"
        taints = []
        if node["spec"].get("unschedulable"):
            taints.append((UNSCHEDULABLE, "NoSchedule"))
        if status != "True":
            key = UNREACHABLE if status == "Unknown" else NOT_READY
            taints += [(key, "NoSchedule"), *([] if self._disrupted else [(key, "NoExecute")])]
        return sorted(taints)


def _ours(node: Object) -> list[tuple[str, str]]:
    taints = node["spec"].get("taints") or ()
    return sorted((taint["key"], taint["effect"]) for taint in taints if taint["key"] in _OURS)
