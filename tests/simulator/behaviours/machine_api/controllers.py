"""The machine and MachineSet controllers on bare metal: a Machine that is deleted takes its node along, its host is
freed, and the MachineSet installs it anew (machine-api-operator, pkg/controller; cluster-api-provider-baremetal).

The host comes back as a node of the same name and address, since both belong to its network card.
"""

from __future__ import annotations

import copy
from functools import partial

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import is_true
from tests.simulator.behaviours.hosts.machines import Machines
from tests.simulator.behaviours.loop import Loop, key_of, split
from tests.simulator.behaviours.machine_api.health_checks import ACTOR, MACHINES
from tests.simulator.behaviours.mco.machine_configs import network_type_of
from tests.simulator.behaviours.mco.membership import Membership
from tests.simulator.behaviours.mco.names import (
    CONFIGS,
    CURRENT,
    DAEMON_ACTOR,
    DESIRED,
    DESIRED_DRAIN,
    DONE,
    LAST_DRAIN,
    POOLS,
    REASON,
    STATE,
    TOPOLOGY,
)
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, controller_of, is_daemon, is_static
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

MACHINE_SETS = "machinesets.machine.openshift.io"
FINALIZER = "machine.machine.openshift.io"
#: on a Machine that goes first when its set becomes smaller (machine-api-operator, pkg/controller/machineset)
DELETE_FIRST = "machine.openshift.io/delete-machine"
_MACHINE = "machine.openshift.io/machine"
_POD_GC = "system:serviceaccount:kube-system:pod-garbage-collector"


class MachineApi:
    def __init__(
        self, world: World, *, machines: Machines, pods: PodIndex, components: Components, membership: Membership
    ) -> None:
        self._world = world
        self._machines = machines
        self._pods = pods
        self._membership = membership
        #: nodes of freed hosts, as they were, and the pools that they were in
        self._free: list[tuple[Object, str]] = []
        self._deleting: set[str] = set()
        self._installing: dict[str, str] = {}
        self._loop = Loop(world, self._sync, delay="mhc_notice", alive=lambda: components.machine_api, parallel=True)
        self._sets = Loop(world, self._scale, delay="mhc_notice", alive=lambda: components.machine_api)
        world.watch(self._machine_changed, MACHINES)
        world.watch(self._set_changed, MACHINE_SETS)
        world.watch(self._node_changed, NODES)

    # what has happened

    def _machine_changed(self, change: Change) -> None:
        machine = change.object
        moved = change.previous is None or change.previous.get("status") == machine.get("status")
        if change.type == "MODIFIED" and moved and "deletionTimestamp" in machine["metadata"]:
            self._loop.note(key_of(machine))
        owner = controller_of(machine)
        if owner is not None and change.type != "ADDED":
            self._sets.note(f"{machine['metadata']['namespace']}/{owner['name']}")

    def _set_changed(self, change: Change) -> None:
        if change.type != "DELETED":
            self._sets.note(key_of(change.object))

    def _node_changed(self, change: Change) -> None:
        """A machine whose node is Ready for the first time is Running."""
        name = change.object["metadata"]["name"]
        machine = self._installing.get(name)
        if machine is None or change.type == "DELETED":
            return
        if is_true((change.object.get("status") or {}).get("conditions"), "Ready"):
            del self._installing[name]
            self._world.clock.after(self._world.durations.mhc_notice, partial(self._runs, machine, name))

    # deleting

    def _sync(self, key: str) -> Process | None:
        if key in self._deleting:
            return None
        namespace, name = split(key)
        machine = self._world.store.find(MACHINES, name, namespace=namespace)
        if machine is None or FINALIZER not in (machine["metadata"].get("finalizers") or ()):
            return None
        if ((machine.get("spec") or {}).get("lifecycleHooks") or {}).get("preDrain"):
            self._status(machine, {"phase": "Deleting", "lastUpdated": self._world.timestamp()})
            return None
        self._deleting.add(key)
        return self._delete(machine)

    def _delete(self, machine: Object) -> Process:
        world, meta = self._world, machine["metadata"]
        self._status(machine, {"phase": "Deleting", "lastUpdated": world.timestamp()})
        name = ((machine.get("status") or {}).get("nodeRef") or {}).get("name", "")
        node = world.store.find(NODES, name) if name else None
        if node is not None:
            world.disruptions.begin("machine_deleted", name)
            yield from self._drain(name)
            self._machines.power_off(name)
            self._free.append((copy.deepcopy(node), self._membership.pool_of(name) or "worker"))
            yield world.clock.sleep(world.jitter(world.durations.machine_delete))
            yield from world.api()
            self._forget_node(name)

        def release(found: Object) -> None:
            found["metadata"]["finalizers"] = [f for f in found["metadata"].get("finalizers", ()) if f != FINALIZER]

        world.store.edit(MACHINES, meta["name"], release, namespace=meta["namespace"], actor=ACTOR)
        self._deleting.discard(key_of(machine))
        for found in world.store.list(MACHINE_SETS, namespace=meta["namespace"]):
            self._sets.note(key_of(found))

    def _drain(self, name: str) -> Process:
        """Pods of a node that does not answer are not waited for (skipWaitForDeleteTimeoutSeconds)."""
        world, machine = self._world, self._machines[name]
        if world.store.find(NODES, name) is not None:
            world.store.patch(NODES, name, {"spec": {"unschedulable": True}}, actor=ACTOR)
        for pod in self._pods.on_node(name):
            if not (is_daemon(pod) or is_static(pod)):
                self._delete_pod(pod, actor=ACTOR)
        yield world.clock.sleep(world.jitter(world.durations.drain_worker, 0.3) if machine.kubelet else 1.0)
        yield from world.api()

    def _forget_node(self, name: str) -> None:
        if self._world.store.find(NODES, name) is not None:
            self._world.store.delete(NODES, name, actor=ACTOR)
        for pod in self._pods.on_node(name):
            self._delete_pod(pod, actor=_POD_GC)

    def _delete_pod(self, pod: Object, *, actor: str) -> None:
        meta = pod["metadata"]
        if self._world.store.find(PODS, meta["name"], namespace=meta["namespace"]) is not None:
            self._world.store.delete(PODS, meta["name"], namespace=meta["namespace"], actor=actor)

    # installing

    def _scale(self, key: str) -> None:
        namespace, name = split(key)
        found = self._world.store.find(MACHINE_SETS, name, namespace=namespace)
        if found is None or self._world.installing:
            return
        uid = found["metadata"]["uid"]
        machines = self._world.store.list(MACHINES, namespace=namespace)
        mine = [machine for machine in machines if (controller_of(machine) or {}).get("uid") == uid]
        alive = [machine for machine in mine if "deletionTimestamp" not in machine["metadata"]]
        if not mine:
            return
        replicas = found["spec"].get("replicas", 1)
        for _missing in range(replicas - len(alive)):
            alive.append(self._create(found))
        for machine in _first_to_go(alive)[: max(len(alive) - replicas, 0)]:
            meta = machine["metadata"]
            self._world.store.delete(MACHINES, meta["name"], namespace=meta["namespace"], actor=ACTOR)
            alive.remove(machine)
        self._place(alive)
        self._write_set_status(found, alive)

    def _create(self, found: Object) -> Object:
        meta = found["metadata"]
        template = found["spec"]["template"]
        name = f"{meta['name']}-{self._letters()}"
        reference = {
            "apiVersion": "machine.openshift.io/v1beta1",
            "kind": "MachineSet",
            "name": meta["name"],
            "uid": meta["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
        labels = (template.get("metadata") or {}).get("labels") or {}
        return self._world.store.create(
            MACHINES,
            {
                "metadata": {
                    "name": name,
                    "namespace": meta["namespace"],
                    "labels": labels,
                    "finalizers": [FINALIZER],
                    "ownerReferences": [reference],
                },
                "spec": template.get("spec") or {},
                "status": {"phase": "Provisioning", "lastUpdated": self._world.timestamp()},
            },
            actor=ACTOR,
        )

    def _letters(self) -> str:
        return "".join(self._world.dice.choice("bcdfghjklmnpqrstvwxz2456789") for _place in range(5))

    def _place(self, machines: list[Object]) -> None:
        """Every machine without a node takes a freed host, when there is one."""
        taken = set(self._installing.values())
        for machine in machines:
            key = key_of(machine)
            if not self._free or (machine.get("status") or {}).get("nodeRef") or key in taken:
                continue
            node, pool = self._free.pop(0)
            name = node["metadata"]["name"]
            self._installing[name] = key
            self._world.clock.spawn(self._install(node, pool, key), name=f"install {name}")

    def _install(self, node: Object, pool: str, key: str) -> Process:
        world, name = self._world, node["metadata"]["name"]
        yield world.clock.sleep(world.jitter(world.durations.machine_provision))
        yield from world.api()
        namespace, machine = split(key)
        found = world.store.find(MACHINES, machine, namespace=namespace)
        if found is None or "deletionTimestamp" in found["metadata"]:
            self._installing.pop(name, None)
            self._free.append((node, pool))
            for other in world.store.list(MACHINE_SETS, namespace=namespace):
                self._sets.note(key_of(other))
            return
        spec = {"providerID": node["spec"].get("providerID")}
        world.store.patch(MACHINES, machine, {"spec": spec}, namespace=namespace, actor=ACTOR)
        self._status(found, {"phase": "Provisioned", "lastUpdated": world.timestamp()})
        while world.store.find(NODES, name) is not None:
            yield world.clock.sleep(world.durations.mhc_notice or 1.0)
        # the machine-config-server serves the pool's configuration, and the node boots into it
        config = world.store.get(POOLS, pool)["status"]["configuration"]["name"]
        self._create_node(node, config=config, machine=f"{namespace}/{machine}")
        self._machines.reinstall(name, config=config, network_type=network_type_of(world.store.find(CONFIGS, config)))

    def _create_node(self, old: Object, *, config: str, machine: str) -> None:
        now = self._world.timestamp()
        kept = ("volumes.kubernetes.io/controller-managed-attach-detach", TOPOLOGY)
        notes = {key: value for key, value in (old["metadata"].get("annotations") or {}).items() if key in kept}
        notes |= {_MACHINE: machine, CURRENT: config, DESIRED: config, STATE: DONE, REASON: ""}
        notes |= {DESIRED_DRAIN: f"uncordon-{config}", LAST_DRAIN: f"uncordon-{config}"}
        conditions = [
            {**known, "status": "False" if known["type"] == "Ready" else known["status"], "lastTransitionTime": now}
            for known in old["status"]["conditions"]
        ]
        for known in conditions:
            if known["status"] == "Unknown":
                known["status"] = "False"
        node = {
            "metadata": {"name": old["metadata"]["name"], "labels": old["metadata"]["labels"], "annotations": notes},
            "spec": {"providerID": old["spec"].get("providerID")},
            "status": {**old["status"], "conditions": conditions},
        }
        self._world.store.create(NODES, node, actor=DAEMON_ACTOR)

    def _runs(self, key: str, node: str) -> None:
        namespace, name = split(key)
        machine, found = (
            self._world.store.find(MACHINES, name, namespace=namespace),
            self._world.store.find(NODES, node),
        )
        if machine is None or found is None:
            return
        status = {
            "phase": "Running",
            "lastUpdated": self._world.timestamp(),
            "addresses": found["status"].get("addresses"),
            "nodeRef": {"kind": "Node", "name": node, "uid": found["metadata"]["uid"]},
        }
        self._status(machine, status)
        self._world.disruptions.end("machine_deleted", node)

    def _status(self, machine: Object, status: Object) -> None:
        meta = machine["metadata"]
        self._world.store.patch(
            MACHINES,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=ACTOR,
            subresource="status",
        )

    def _write_set_status(self, found: Object, machines: list[Object]) -> None:
        ready = sum(bool((machine.get("status") or {}).get("nodeRef")) for machine in machines)
        meta = found["metadata"]
        counts = {"replicas": len(machines), "fullyLabeledReplicas": len(machines)}
        status = {**counts, "readyReplicas": ready or None, "availableReplicas": ready or None}
        self._world.store.patch(
            MACHINE_SETS,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=ACTOR,
            subresource="status",
        )


def _first_to_go(machines: list[Object]) -> list[Object]:
    """Marked ones first, then any (deletePolicy Random, the default)."""
    return sorted(machines, key=lambda machine: DELETE_FIRST not in (machine["metadata"].get("annotations") or {}))
