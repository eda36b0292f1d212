"""The cluster autoscaler, as far as it removes nodes (kubernetes autoscaler, cluster-autoscaler/core; what the operator
hands on to it: cluster-autoscaler-operator, pkg/controller/clusterautoscaler/clusterautoscaler.go).

A node without pods but those of DaemonSets and static ones counts as unneeded; that a node with a few pods does, too,
when they fit elsewhere, is left out. It makes no nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import is_true
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.machine_api.controllers import DELETE_FIRST, MACHINE_SETS
from tests.simulator.behaviours.machine_api.health_checks import MACHINES, seconds
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.workloads.pod_index import PodIndex, controller_of, is_daemon, is_over, is_static
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

AUTOSCALERS = "clusterautoscalers.autoscaling.openshift.io"
GROUPS = "machineautoscalers.autoscaling.openshift.io"
ACTOR = "system:serviceaccount:openshift-machine-api:cluster-autoscaler"
#: --scale-down-unneeded-time
_UNNEEDED = "10m"
#: --ok-total-unready-count and --max-total-unready-percentage: with more of both nothing is done
_OK_UNREADY, _MAX_UNREADY_SHARE = 3, 0.45


class ClusterAutoscaler:
    def __init__(self, world: World, *, components: Components, pods: PodIndex) -> None:
        self._world = world
        self._pods = pods
        #: node to when it was first seen unneeded
        self._since: dict[str, float] = {}
        self._loop = Loop(world, self._look, delay="mhc_notice", alive=lambda: components.machine_api)
        if world.store.resource(AUTOSCALERS) is not None:
            world.watch(self._changed, AUTOSCALERS, GROUPS, MACHINE_SETS)
            world.watch(self._node_changed, NODES)
            world.clock.spawn(self._scan(), name="autoscaler scan")

    def _scan(self) -> Process:
        while True:
            yield self._world.clock.sleep(self._world.durations.autoscaler_scan, background=True)
            self._loop.note_after(0.0, background=True)

    def _changed(self, change: Change) -> None:
        self._loop.note()

    def _node_changed(self, change: Change) -> None:
        if change.previous is None or _facts(change.object) != _facts(change.previous) or change.type == "DELETED":
            self._loop.note()

    def _look(self, key: str) -> None:
        """RunOnce, without scaling up."""
        unneeded_time = self._unneeded_time()
        if unneeded_time is None or self._world.installing or not self._healthy():
            self._since.clear()
            return
        waits: list[float] = []
        empty: set[str] = set()
        for group, machine_set in self._groups():
            target = machine_set["spec"].get("replicas", 1)
            for machine, node in self._nodes_of(machine_set):
                name = node["metadata"]["name"]
                if not self._is_empty(name):
                    continue
                empty.add(name)
                since = self._since.setdefault(name, self._seconds())
                limit = unneeded_time if _is_ready(node) else self._world.durations.autoscaler_unready_time
                left = since + limit - self._seconds()
                if left > 0:
                    waits.append(left)
                elif target > group["spec"]["minReplicas"]:
                    target -= 1
                    self._remove(machine, node, machine_set, replicas=target)
        self._since = {name: since for name, since in self._since.items() if name in empty}
        if waits:
            self._loop.note_after(min(waits) + self._world.durations.autoscaler_scan)

    def _unneeded_time(self) -> float | None:
        """Seconds; None where nodes are not removed. Without ``scaleDown`` the operator hands on nothing."""
        found = self._world.store.find(AUTOSCALERS, "default")
        if found is None:
            return None
        scale_down = (found.get("spec") or {}).get("scaleDown")
        if scale_down is None:
            return seconds(_UNNEEDED)
        return seconds(scale_down.get("unneededTime") or _UNNEEDED) if scale_down["enabled"] else None

    def _healthy(self) -> bool:
        nodes = self._world.store.list(NODES)
        unready = sum(not _is_ready(node) for node in nodes)
        return unready <= _OK_UNREADY or unready <= len(nodes) * _MAX_UNREADY_SHARE

    def _groups(self) -> Iterator[tuple[Object, Object]]:
        for group in self._world.store.list(GROUPS):
            reference = group["spec"]["scaleTargetRef"]
            namespace = group["metadata"]["namespace"]
            found = self._world.store.find(MACHINE_SETS, reference["name"], namespace=namespace)
            if reference["kind"] == "MachineSet" and found is not None:
                yield group, found

    def _nodes_of(self, machine_set: Object) -> Iterator[tuple[Object, Object]]:
        uid = machine_set["metadata"]["uid"]
        for machine in self._world.store.list(MACHINES, namespace=machine_set["metadata"]["namespace"]):
            owner = controller_of(machine) or {}
            reference = (machine.get("status") or {}).get("nodeRef")
            if owner.get("uid") != uid or reference is None or "deletionTimestamp" in machine["metadata"]:
                continue
            node = self._world.store.find(NODES, reference["name"])
            if node is not None and DELETE_FIRST not in (machine["metadata"].get("annotations") or {}):
                yield machine, node

    def _is_empty(self, node: str) -> bool:
        return all(is_daemon(pod) or is_static(pod) or is_over(pod) for pod in self._pods.on_node(node))

    def _remove(self, machine: Object, node: Object, machine_set: Object, *, replicas: int) -> None:
        """The provider marks the machine, and makes its set smaller (openshift autoscaler,
        cluster-autoscaler/cloudprovider/clusterapi/clusterapi_nodegroup.go, DeleteNodes)."""
        store, meta = self._world.store, machine["metadata"]
        mark = {"metadata": {"annotations": {DELETE_FIRST: self._world.timestamp()}}}
        store.patch(MACHINES, meta["name"], mark, namespace=meta["namespace"], actor=ACTOR)
        smaller = {"spec": {"replicas": replicas}}
        of = machine_set["metadata"]
        store.patch(MACHINE_SETS, of["name"], smaller, namespace=of["namespace"], actor=ACTOR)
        self._world.record_event(
            node,
            kind="Node",
            reason="ScaleDownEmpty",
            message="Scale-down: removing empty node",
            component="cluster-autoscaler",
        )

    def _seconds(self) -> float:
        return self._world.now().timestamp()


def _is_ready(node: Object) -> bool:
    return is_true((node.get("status") or {}).get("conditions"), "Ready")


def _facts(node: Object) -> tuple[bool, bool]:
    return _is_ready(node), bool((node.get("spec") or {}).get("unschedulable"))
