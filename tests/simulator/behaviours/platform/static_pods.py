"""The operators of the static pods: etcd, kube-apiserver, kube-controller-manager and kube-scheduler.

They say Degraded when a control-plane node has not been Ready for two minutes (library-go, pkg/operator/staticpod/
controller/node; pkg/operator/status, the degraded inertia), and roll a new revision, node by node, when what the pods
read has changed: of kube-apiserver and kube-controller-manager the cluster's networks and its proxy
(cluster-kube-apiserver-operator 4.14, pkg/operator/configobservation/network, cluster-kube-controller-manager-operator
4.14, pkg/operator/configobservation/{network,proxy}). Each operator is a pod on the pod network.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import simpy

from tests.simulator.behaviours.conditions import Condition, condition, find, updated
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.node_objects import NODES, node_is_ready
from tests.simulator.behaviours.platform.cluster_operators import CLUSTER_OPERATORS
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.workloads.pod_index import PODS
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

NETWORKS = "networks.config.openshift.io"
PROXIES = "proxies.config.openshift.io"
#: operator -> namespace of its pod
OPERATORS = {name: f"openshift-{name}-operator" for name in ("etcd", "kube-apiserver", "kube-controller-manager")}
OPERATORS["kube-scheduler"] = "openshift-kube-scheduler-operator"
#: those whose pods read the networks and the proxy
READERS = ("kube-apiserver", "kube-controller-manager")
_REVISION = re.compile(r"at revision (\d+)")


class StaticPodOperators:
    def __init__(
        self,
        world: World,
        *,
        machines: Machines,
        network: PodNetwork,
        control_plane: ControlPlane,
        works: Callable[[Object], bool],
    ) -> None:
        self._world = world
        self._machines = machines
        self._network = network
        self._control_plane = control_plane
        self._works = works
        self._unready_since: dict[str, float] = {}
        self._read: dict[str, Any] = {}
        self._well: dict[str, Condition] = {}
        self._waiting: list[simpy.Event] = []
        self._nodes = Loop(world, self._judge_nodes, delay="workload_notice", parallel=True)
        self._revisions = Loop(world, self._roll, delay="workload_notice", parallel=True)
        world.watch(self._node_changed, NODES)
        world.watch(lambda _: self._note_inputs(), NETWORKS, PROXIES)
        world.revived.connect(self._revived)

    # what has happened

    def _node_changed(self, change: Change) -> None:
        name = change.object["metadata"]["name"]
        if self._world.installing or name not in {machine.name for machine in self._machines.masters}:
            return
        if change.type == "DELETED" or node_is_ready(change.object):
            if self._unready_since.pop(name, None) is not None:
                self._note_nodes()
        elif name not in self._unready_since:
            self._unready_since[name] = self._world.clock.seconds
            for operator in OPERATORS:
                self._nodes.note_after(self._world.durations.degraded_inertia, operator)

    def _note_nodes(self) -> None:
        for operator in OPERATORS:
            self._nodes.note(operator)

    def _note_inputs(self) -> None:
        for operator in READERS:
            if self._world.installing:
                self._read[operator] = self._inputs()
            elif self._read.get(operator) != self._inputs():
                self._revisions.note(operator)

    def _revived(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            event.succeed()
        if self._well or self._unready_since:
            self._note_nodes()
        self._note_inputs()

    def _inputs(self) -> Any:
        network = self._world.store.find(NETWORKS, "cluster") or {}
        proxy = self._world.store.find(PROXIES, "cluster") or {}
        status = network.get("status") or {}
        return status.get("clusterNetwork"), status.get("serviceNetwork"), proxy.get("status") or {}

    def _at_work(self, operator: str) -> bool:
        return any(self._works(pod) for pod in self._world.store.list(PODS, namespace=OPERATORS[operator]))

    # nodes that are not ready

    def _judge_nodes(self, operator: str) -> None:
        if not self._at_work(operator):
            return
        since = self._world.clock.seconds - self._world.durations.degraded_inertia
        away = sorted(name for name, began in self._unready_since.items() if began <= since)
        known = find(self._conditions(operator), "Degraded")
        if away and known is not None:
            self._well.setdefault(operator, known)
            told = ", ".join(self._told(name) for name in away)
            words = f"NodeControllerDegraded: The master nodes not ready: {told}"
            self._write(operator, condition("Degraded", True, "NodeController_MasterNodesReady", words))
        elif not self._unready_since and operator in self._well:
            well = self._well.pop(operator)
            self._write(operator, {key: value for key, value in well.items() if key != "lastTransitionTime"})

    def _told(self, name: str) -> str:
        ready = find((self._world.store.get(NODES, name).get("status") or {}).get("conditions"), "Ready") or {}
        since, reason, message = (ready.get(key, "") for key in ("lastTransitionTime", "reason", "message"))
        return f'node "{name}" not ready since {since} because {reason} ({message})'

    # revisions

    def _roll(self, operator: str) -> Process | None:
        if not self._at_work(operator) or self._read.get(operator) == self._inputs():
            return None
        self._read[operator] = self._inputs()
        return self._install(operator)

    def _install(self, operator: str) -> Process:
        masters = self._machines.masters
        former = self._revision(operator)
        for done, machine in enumerate(masters):
            self._write_progress(operator, former, done=done, of=len(masters))
            yield from self._free(machine)
            yield self._world.clock.sleep(self._world.jitter(self._world.durations.installer_pod))
            yield from self._restart(operator, machine)
            yield from self._world.api()
        self._write_progress(operator, former, done=len(masters), of=len(masters))

    def _free(self, machine: Machine) -> Process:
        """Until the node can run an installer pod, which needs the pod network."""
        yield from self._world.api()
        while not (machine.registered and self._network.works_on(machine)):
            event = self._world.clock.event()
            self._waiting.append(event)
            yield event
            yield from self._world.api()

    def _restart(self, operator: str, machine: Machine) -> Process:
        if operator == "kube-apiserver":
            yield from self._control_plane.restart_apiserver(machine)
        else:
            yield self._world.clock.sleep(self._world.jitter(self._world.durations.static_pod_restart))

    def _revision(self, operator: str) -> int:
        found = _REVISION.search((find(self._conditions(operator), "Progressing") or {}).get("message", ""))
        return int(found.group(1)) if found else 0

    def _write_progress(self, operator: str, former: int, *, done: int, of: int) -> None:
        new = former + 1
        if done == of:
            told = f"{of} nodes are at revision {new}"
            progressing = condition("Progressing", False, "AsExpected", f"NodeInstallerProgressing: {told}")
        else:
            there = f"; {done} nodes are at revision {new}" if done else f"; 0 nodes have achieved new revision {new}"
            told = f"{of - done} nodes are at revision {former}{there}"
            progressing = condition("Progressing", True, "NodeInstaller", f"NodeInstallerProgressing: {told}")
        former_words = (find(self._conditions(operator), "Available") or {}).get("message", "")
        rest = former_words.partition("\n")[2]
        words = "\n".join(filter(None, [f"StaticPodsAvailable: {of} nodes are active; {told}", rest]))
        self._write(operator, progressing, condition("Available", True, "AsExpected", words))

    # the ClusterOperator

    def _conditions(self, operator: str) -> list[Condition]:
        found = self._world.store.find(CLUSTER_OPERATORS, operator)
        return ((found or {}).get("status") or {}).get("conditions") or []

    def _write(self, operator: str, *changes: Condition) -> None:
        if self._world.store.find(CLUSTER_OPERATORS, operator) is None:
            return
        conditions = updated(self._conditions(operator), changes, now=self._world.timestamp())
        actor = f"system:serviceaccount:{OPERATORS[operator]}:{operator}-operator"
        self._world.store.patch(
            CLUSTER_OPERATORS, operator, {"status": {"conditions": conditions}}, actor=actor, subresource="status"
        )
