"""What runs besides the network and is nobody's operand here: the workloads of the platform and of users, the static
pods of the nodes, and the guard pods that stand for them in PodDisruptionBudgets."""

from __future__ import annotations

from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.node_objects import NODES, node_is_ready
from tests.simulator.behaviours.workloads.pod_index import PODS
from tests.simulator.behaviours.world import World
from tests.simulator.manifests.workloads import Workload, manifest, platform_workloads, third_parties
from tests.simulator.ports import Change, Object
from tests.simulator.seed.namespaces import NMSTATE
from tests.simulator.topology import Topology

_INSTALLER = "system:serviceaccount:openshift-cluster-version:default"


class Installer:
    def __init__(self, world: World, *, topology: Topology) -> None:
        self._world = world
        self._topology = topology
        workloads = platform_workloads(world.profile, topology)
        if "webhooks" in world.options.extras:
            workloads += third_parties()
        if "no-nmstate" in world.options.extras:
            workloads = [w for w in workloads if w.namespace != NMSTATE]
        self._controlled = [w for w in workloads if w.kind not in ("StaticPod", "Guard") and not w.tracked]
        self._pinned = [w for w in workloads if w.kind in ("StaticPod", "Guard")]
        self._places = {w.name: {plan.name for plan in w.nodes(topology)} for w in self._pinned}
        self._namespaces = {w.namespace for w in self._pinned}
        self._loop = Loop(world, self._ensure_pinned, delay="workload_notice")
        world.watch(self._pod_changed, PODS)
        world.watch(self._node_changed, NODES)

    def install(self) -> None:
        """Create the workloads that no operator of this simulator renders."""
        for workload in self._controlled:
            if self._world.store.find(workload.key, workload.name, namespace=workload.namespace) is None:
                made = manifest(workload, profile=self._world.profile, topology=self._topology)
                self._world.store.create(workload.key, made, actor=_INSTALLER)
        for plan in self._topology.nodes:
            self._ensure_pinned(plan.name)

    def _pod_changed(self, change: Change) -> None:
        if change.type == "DELETED" and change.object["metadata"]["namespace"] in self._namespaces:
            self._loop.note(change.object["spec"].get("nodeName", ""))

    def _node_changed(self, change: Change) -> None:
        old, new = change.previous, change.object
        if old is not None and (
            bool(old["spec"].get("unschedulable")) != bool(new["spec"].get("unschedulable"))
            or node_is_ready(old) != node_is_ready(new)
        ):
            self._loop.note(new["metadata"]["name"])

    def _ensure_pinned(self, node_name: str) -> None:
        """The static pods of a node, and its guard pods while it is schedulable."""
        store = self._world.store
        node = store.find(NODES, node_name)
        if node is None:
            return
        out_of_use = node["spec"].get("unschedulable") or not node_is_ready(node)
        for workload in self._pinned:
            name = f"{workload.name}-{node_name}"
            if (
                node_name in self._places[workload.name]
                and store.find(PODS, name, namespace=workload.namespace) is None
                and not (workload.kind == "Guard" and out_of_use)
            ):
                self._create(workload, name, node)

    def _create(self, workload: Workload, name: str, node: Object) -> None:
        pod = manifest(workload, profile=self._world.profile, topology=self._topology)
        node_name = node["metadata"]["name"]
        meta: Object = {**pod["metadata"], "name": name}
        actor = _INSTALLER
        if workload.kind == "StaticPod":
            actor = f"system:node:{node_name}"
            meta["annotations"] = {
                **(meta.get("annotations") or {}),
                "kubernetes.io/config.hash": node["metadata"]["uid"].replace("-", ""),
                "kubernetes.io/config.mirror": node["metadata"]["uid"].replace("-", ""),
                "kubernetes.io/config.source": "file",
            }
            owner = {"apiVersion": "v1", "kind": "Node", "name": node_name, "uid": node["metadata"]["uid"]}
            meta["ownerReferences"] = [{**owner, "controller": True}]
        spec = {**pod["spec"], "nodeName": node_name}
        body = {"metadata": meta, "spec": spec, "status": {"phase": "Pending"}}
        self._world.store.create(PODS, body, actor=actor)
