"""The controllers of Deployments, ReplicaSets and StatefulSets, and the scheduler that places their pods."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.simulator.behaviours.conditions import appended, condition
from tests.simulator.behaviours.loop import Loop, key_of, split
from tests.simulator.behaviours.node_objects import NODES, node_is_ready
from tests.simulator.behaviours.workloads import pod_status
from tests.simulator.behaviours.workloads.placement import selects, untolerated
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, controller_of, is_over, is_ready
from tests.simulator.behaviours.workloads.templates import create_pod, owner_reference, pod_from, template_hash
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

DEPLOYMENTS = "deployments.apps"
REPLICASETS = "replicasets.apps"
STATEFULSETS = "statefulsets.apps"
_ACTOR = "system:serviceaccount:kube-system:{}-controller"


class Deployments:
    """Deployment -> ReplicaSet. A changed template gets a new ReplicaSet; the old one is scaled down at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._actor = _ACTOR.format("deployment")
        self._loop = Loop(world, self._reconcile, delay="workload_notice")
        world.watch(self._changed, DEPLOYMENTS)
        world.watch(self._replicaset_changed, REPLICASETS)

    def _changed(self, change: Change) -> None:
        if change.type != "DELETED" and (change.previous is None or change.previous["spec"] != change.object["spec"]):
            self._loop.note(key_of(change.object))

    def _replicaset_changed(self, change: Change) -> None:
        owner = controller_of(change.object)
        if owner is not None and owner["kind"] == "Deployment":
            self._loop.note(f"{change.object['metadata']['namespace']}/{owner['name']}")

    def _reconcile(self, key: str) -> None:
        namespace, name = split(key)
        store = self._world.store
        deployment = store.find(DEPLOYMENTS, name, namespace=namespace)
        if deployment is None or "deletionTimestamp" in deployment["metadata"]:
            return
        uid = deployment["metadata"]["uid"]
        mine = [
            replicaset
            for replicaset in store.list(REPLICASETS, namespace=namespace)
            if (controller_of(replicaset) or {}).get("uid") == uid
        ]
        wanted = deployment["spec"].get("replicas", 1)
        current = self._current(deployment, mine)
        for replicaset in mine:
            self._scale(replicaset, wanted if replicaset["metadata"]["name"] == current["metadata"]["name"] else 0)
        self._write_status(deployment, current, mine)

    def _current(self, deployment: Object, mine: list[Object]) -> Object:
        made = template_hash(deployment)
        for replicaset in mine:
            if replicaset["metadata"]["labels"]["pod-template-hash"] == made:
                return replicaset
        meta, spec = deployment["metadata"], deployment["spec"]
        template = spec["template"]
        labels = {**((template.get("metadata") or {}).get("labels") or {}), "pod-template-hash": made}
        return self._world.store.create(
            REPLICASETS,
            {
                "metadata": {
                    "name": f"{meta['name']}-{made}",
                    "namespace": meta["namespace"],
                    "labels": labels,
                    "annotations": {
                        "deployment.kubernetes.io/desired-replicas": str(spec.get("replicas", 1)),
                        "deployment.kubernetes.io/revision": str(len(mine) + 1),
                    },
                    "ownerReferences": [owner_reference(deployment, kind="Deployment")],
                },
                "spec": {
                    "replicas": spec.get("replicas", 1),
                    "selector": {"matchLabels": {**_selector(deployment), "pod-template-hash": made}},
                    "template": {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}},
                },
                "status": {"replicas": 0},
            },
            actor=self._actor,
        )

    def _scale(self, replicaset: Object, replicas: int) -> None:
        if replicaset["spec"]["replicas"] != replicas:
            meta = replicaset["metadata"]
            patch = {"spec": {"replicas": replicas}}
            self._world.store.patch(REPLICASETS, meta["name"], patch, namespace=meta["namespace"], actor=self._actor)

    def _write_status(self, deployment: Object, current: Object, mine: list[Object]) -> None:
        wanted = deployment["spec"].get("replicas", 1)
        ready = sum((replicaset.get("status") or {}).get("readyReplicas", 0) for replicaset in mine)
        total = sum((replicaset.get("status") or {}).get("replicas", 0) for replicaset in mine)
        updated = (current.get("status") or {}).get("replicas", 0)
        name, now = deployment["metadata"]["name"], self._world.timestamp()
        available = ready >= wanted - max(1, wanted // 4) if wanted > 1 else ready >= wanted
        words = (
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
            if available
            else ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        )
        complete = updated == wanted == ready
        replica_set = current["metadata"]["name"]
        progress = (
            ("NewReplicaSetAvailable", f'ReplicaSet "{replica_set}" has successfully progressed.')
            if complete
            else ("ReplicaSetUpdated", f'ReplicaSet "{replica_set}" is progressing.')
        )
        old = deployment.get("status") or {}
        progressing = condition("Progressing", True, *progress)
        conditions = appended(
            old.get("conditions"),
            [
                {**condition("Available", available, *words), "lastUpdateTime": now},
                {**progressing, "lastUpdateTime": now},
            ]
            if not _says(old, words, progress)
            else [],
            now=now,
        )
        status = {
            "replicas": total or None,
            "readyReplicas": ready or None,
            "availableReplicas": ready or None,
            "updatedReplicas": updated or None,
            "unavailableReplicas": max(0, wanted - ready) or None,
            "observedGeneration": deployment["metadata"]["generation"],
            "conditions": conditions,
        }
        self._world.store.patch(
            DEPLOYMENTS,
            name,
            {"status": status},
            namespace=deployment["metadata"]["namespace"],
            actor=self._actor,
            subresource="status",
        )


class ReplicaSets:
    """ReplicaSets and StatefulSets keep their number of pods."""

    def __init__(self, world: World, *, pods: PodIndex) -> None:
        self._world = world
        self._pods = pods
        self._loop = Loop(world, self._reconcile, delay="workload_notice")
        pods.changed.connect(self._pod_changed)
        world.watch(self._changed, REPLICASETS, STATEFULSETS)

    def _changed(self, change: Change) -> None:
        if change.type != "DELETED" and (change.previous is None or change.previous["spec"] != change.object["spec"]):
            self._loop.note(f"{change.key}|{key_of(change.object)}")

    def _pod_changed(self, change: Change) -> None:
        owner = controller_of(change.object)
        if owner is None or owner["kind"] not in ("ReplicaSet", "StatefulSet"):
            return
        old, new = change.previous, change.object
        if change.type == "MODIFIED" and old is not None and _counts(old) == _counts(new):
            return
        key = REPLICASETS if owner["kind"] == "ReplicaSet" else STATEFULSETS
        self._loop.note(f"{key}|{new['metadata']['namespace']}/{owner['name']}")

    def _reconcile(self, key: str) -> None:
        resource, _bar, place = key.partition("|")
        namespace, name = split(place)
        owner = self._world.store.find(resource, name, namespace=namespace)
        if owner is None or "deletionTimestamp" in owner["metadata"]:
            return
        stateful = resource == STATEFULSETS
        pods = list(self._pods.owned_by(owner["metadata"]["uid"]))
        if stateful:
            pods = self._replace_outdated(owner, pods)
        else:
            # those that are over are neither counted nor deleted; the garbage collector leaves 12500 of them
            # (kubernetes, pkg/controller/replicaset, FilterActivePods; pkg/controller/podgc)
            pods = [pod for pod in pods if not is_over(pod)]
        wanted = owner["spec"].get("replicas", 1)
        present = {pod["metadata"]["name"] for pod in pods}
        if stateful:
            for number in range(wanted):
                if f"{name}-{number}" not in present:
                    self._create(owner, name=f"{name}-{number}")
        else:
            for _missing in range(wanted - len(pods)):
                self._create(owner)
        for pod in sorted(pods, key=_keep_first)[wanted:]:
            self._world.store.delete(PODS, pod["metadata"]["name"], namespace=namespace, actor=self._actor(stateful))
        self._write_status(owner, resource)

    def _actor(self, stateful: bool) -> str:
        return _ACTOR.format("statefulset" if stateful else "replicaset")

    def _replace_outdated(self, owner: Object, pods: list[Object]) -> list[Object]:
        made = f"{owner['metadata']['name']}-{template_hash(owner)}"
        outdated = [pod for pod in pods if pod["metadata"]["labels"].get("controller-revision-hash") != made]
        for pod in outdated:
            meta = pod["metadata"]
            self._world.store.delete(PODS, meta["name"], namespace=meta["namespace"], actor=self._actor(True))
        return [pod for pod in pods if pod not in outdated]

    def _create(self, owner: Object, *, name: str = "") -> None:
        if name:
            labels = {
                "controller-revision-hash": f"{owner['metadata']['name']}-{template_hash(owner)}",
                "statefulset.kubernetes.io/pod-name": name,
            }
            pod = pod_from(owner, kind="StatefulSet", labels=labels, name=name)
        else:
            pod = pod_from(owner, kind="ReplicaSet", labels={}, generateName=f"{owner['metadata']['name']}-")
        pod["status"] = {"phase": "Pending", "qosClass": "Burstable"}
        create_pod(self._world, pod, actor=self._actor(bool(name)))

    def _write_status(self, owner: Object, resource: str) -> None:
        pods = list(self._pods.owned_by(owner["metadata"]["uid"]))
        if resource == REPLICASETS:
            pods = [pod for pod in pods if not is_over(pod)]
        ready = sum(is_ready(pod) for pod in pods)
        status: dict[str, Any] = {
            "replicas": len(pods),
            "readyReplicas": ready or None,
            "availableReplicas": ready or None,
            "observedGeneration": owner["metadata"].get("generation", 1),
        }
        if resource == STATEFULSETS:
            revision = f"{owner['metadata']['name']}-{template_hash(owner)}"
            status |= {"updatedReplicas": len(pods), "currentReplicas": len(pods), "collisionCount": 0}
            status |= {"currentRevision": revision, "updateRevision": revision}
        else:
            status["fullyLabeledReplicas"] = len(pods) or None
        meta = owner["metadata"]
        self._world.store.patch(
            resource,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=self._actor(resource == STATEFULSETS),
            subresource="status",
        )


class Scheduler:
    """Puts pods that have no node yet on the node with the fewest of them."""

    def __init__(self, world: World, *, pods: PodIndex) -> None:
        self._world = world
        self._pods = pods
        self._waiting: set[str] = set()
        self._loop = Loop(world, self._schedule, delay="pod_schedule")
        pods.changed.connect(self._pod_changed)
        world.watch(self._node_changed, NODES)

    def _pod_changed(self, change: Change) -> None:
        key = key_of(change.object)
        if change.type == "DELETED" or change.object["spec"].get("nodeName"):
            self._waiting.discard(key)
        elif key not in self._waiting:
            self._waiting.add(key)
            self._loop.note(key)

    def _node_changed(self, change: Change) -> None:
        for key in self._waiting:
            self._loop.note(key)

    def _schedule(self, key: str) -> None:
        namespace, name = split(key)
        pod = self._world.store.find(PODS, name, namespace=namespace)
        if pod is None or pod["spec"].get("nodeName"):
            return
        nodes = self._world.store.list(NODES)
        fitting = [node["metadata"]["name"] for node in nodes if _why_not(pod, node) is None]
        if not fitting:
            self._report(pod, nodes)
            return
        owner = controller_of(pod)
        siblings = Counter(other["spec"].get("nodeName") for other in self._siblings(pod, owner))
        best = min(fitting, key=lambda node: (siblings[node], len(self._pods.on_node(node)), node))
        self._world.store.patch(
            PODS, name, {"spec": {"nodeName": best}}, namespace=namespace, actor="system:kube-scheduler"
        )

    def _siblings(self, pod: Object, owner: dict[str, str] | None) -> list[Object]:
        return list(self._pods.owned_by(owner["uid"])) if owner else []

    def _report(self, pod: Object, nodes: list[Object]) -> None:
        reasons = Counter(_why_not(pod, node) for node in nodes)
        listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items(), key=str))
        message = f"0/{len(nodes)} nodes are available: {listed}. preemption: 0/{len(nodes)} nodes are available: "
        message += f"{len(nodes)} Preemption is not helpful for scheduling."
        meta = pod["metadata"]
        known = (pod.get("status") or {}).get("conditions") or [{}]
        if known[0].get("message") != message:
            status = pod_status.unschedulable(message, now=self._world.timestamp())
            self._world.store.patch(
                PODS,
                meta["name"],
                {"status": status},
                namespace=meta["namespace"],
                actor="system:kube-scheduler",
                subresource="status",
            )


def _why_not(pod: Object, node: Object) -> str | None:
    spec = pod["spec"]
    if node["spec"].get("unschedulable"):
        return "node(s) were unschedulable"
    if not selects(spec.get("nodeSelector"), node):
        return "node(s) didn't match Pod's node affinity/selector"
    taint = untolerated(spec, node, effects=("NoSchedule", "NoExecute"))
    if taint is not None:
        return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    return None if node_is_ready(node) else "node(s) were not ready"


def _selector(deployment: Object) -> dict[str, str]:
    return dict((deployment["spec"].get("selector") or {}).get("matchLabels") or {})


def _says(status: Object, available: tuple[str, str], progress: tuple[str, str]) -> bool:
    known = {entry["type"]: (entry.get("reason"), entry.get("message")) for entry in status.get("conditions") or ()}
    return known.get("Available") == available and known.get("Progressing") == progress


def _counts(pod: Object) -> tuple[bool, bool]:
    """What of a pod its owner reacts to."""
    return is_ready(pod), is_over(pod)


def _keep_first(pod: Object) -> tuple[bool, bool, str]:
    """Which pods survive when there are too many: those with a node, and ready."""
    return (not pod["spec"].get("nodeName"), not is_ready(pod), pod["metadata"]["name"])
