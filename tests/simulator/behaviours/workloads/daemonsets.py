"""The DaemonSet controller: one pod per node, rolling updates, and the counts in status."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulator.behaviours.loop import Loop, key_of, split
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.workloads.placement import selects, untolerated
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, controller_of, is_ready
from tests.simulator.behaviours.workloads.templates import create_pod, pod_from, share, template_hash
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

DAEMONSETS = "daemonsets.apps"
ACTOR = "system:serviceaccount:kube-system:daemon-set-controller"
#: what the controller adds to every daemon pod (kubernetes, pkg/controller/daemon/util/daemonset_util.go)
_TOLERATIONS = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
    for key, effect in (
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    )
]


@dataclass
class _Placed:
    """What the status needs to know of the pods of one DaemonSet: by pod uid (node, ready, template, name)."""

    pods: dict[str, tuple[str, bool, str, str]] = field(default_factory=dict)
    hash: str = ""
    generation: int = 0
    nodes: set[str] = field(default_factory=set)
    nodes_version: int = -1


class DaemonSets:
    def __init__(self, world: World, *, pods: PodIndex) -> None:
        self._world = world
        self._placed: dict[str, _Placed] = {}
        self._keys: dict[str, str] = {}
        self._nodes_version = 0
        self._loop = Loop(world, self._reconcile, delay="workload_notice")
        pods.changed.connect(self._pod_changed)
        world.watch(self._changed, DAEMONSETS)
        world.watch(self._node_changed, NODES)

    # what has happened

    def _changed(self, change: Change) -> None:
        uid = change.object["metadata"]["uid"]
        if change.type == "DELETED":
            self._placed.pop(uid, None)
            self._keys.pop(uid, None)
            return
        self._keys[uid] = key_of(change.object)
        self._placed.setdefault(uid, _Placed())
        if change.previous is None or change.previous["spec"] != change.object["spec"]:
            self._loop.note(key_of(change.object))

    def _node_changed(self, change: Change) -> None:
        old = change.previous
        if change.type != "MODIFIED" or old is None or _matters(old, change.object):
            self._nodes_version += 1
            for key in self._keys.values():
                self._loop.note(key)

    def _pod_changed(self, change: Change) -> None:
        owner = controller_of(change.object)
        placed = self._placed.get(owner["uid"]) if owner else None
        if owner is None or placed is None:
            return
        pod, uid = change.object, change.object["metadata"]["uid"]
        before = placed.pods.get(uid)
        if change.type == "DELETED":
            placed.pods.pop(uid, None)
            after = None
        else:
            labels = pod["metadata"]["labels"]
            made = labels["controller-revision-hash"]
            after = (pod["spec"]["nodeName"], is_ready(pod), made, pod["metadata"]["name"])
            placed.pods[uid] = after
        if before != after:
            self._loop.note(self._keys[owner["uid"]])

    # what is done about it

    def _reconcile(self, key: str) -> None:
        namespace, name = split(key)
        daemonset = self._world.store.find(DAEMONSETS, name, namespace=namespace)
        if daemonset is None or "deletionTimestamp" in daemonset["metadata"]:
            return
        placed = self._placed[daemonset["metadata"]["uid"]]
        if placed.generation != daemonset["metadata"]["generation"]:
            placed.generation = daemonset["metadata"]["generation"]
            placed.hash = template_hash(daemonset)
            placed.nodes_version = -1
        if placed.nodes_version != self._nodes_version:
            placed.nodes = self._eligible(daemonset)
            placed.nodes_version = self._nodes_version
        self._place(daemonset, placed)
        self._roll(daemonset, placed)
        self._write_status(daemonset, placed)

    def _eligible(self, daemonset: Object) -> set[str]:
        spec = daemonset["spec"]["template"]["spec"]
        spec = {**spec, "tolerations": [*(spec.get("tolerations") or ()), *_TOLERATIONS]}
        return {
            node["metadata"]["name"]
            for node in self._world.store.list(NODES)
            if selects(spec.get("nodeSelector"), node)
            and untolerated(spec, node, effects=("NoSchedule", "NoExecute")) is None
        }

    def _place(self, daemonset: Object, placed: _Placed) -> None:
        present = {node for node, *_rest in placed.pods.values()}
        for node in sorted(placed.nodes - present):
            self._create_pod(daemonset, placed, node)
        if present - placed.nodes:
            for node, _ready, _hash, name in tuple(placed.pods.values()):
                if node not in placed.nodes:
                    self._delete_pod(daemonset, name)

    def _roll(self, daemonset: Object, placed: _Placed) -> None:
        """Replace outdated pods, as many at a time as maxUnavailable allows; those that do not work anyway first."""
        outdated = [(ready, node, name) for node, ready, made, name in placed.pods.values() if made != placed.hash]
        strategy = daemonset["spec"].get("updateStrategy") or {}
        if not outdated or strategy.get("type") == "OnDelete":
            return
        allowed = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
        budget = max(1, share(allowed, len(placed.nodes), up=True))
        unavailable = sum(not ready for _node, ready, *_rest in placed.pods.values())
        for ready, node, name in sorted(outdated):
            if ready and unavailable >= budget:
                break
            unavailable += ready
            self._delete_pod(daemonset, name)
            self._create_pod(daemonset, placed, node)

    def _create_pod(self, daemonset: Object, placed: _Placed, node: str) -> None:
        labels = {
            "controller-revision-hash": placed.hash,
            "pod-template-generation": str(daemonset["metadata"]["generation"]),
        }
        pod = pod_from(daemonset, kind="DaemonSet", labels=labels, generateName=f"{daemonset['metadata']['name']}-")
        spec = pod["spec"]
        spec["nodeName"] = node
        spec["tolerations"] = [*(spec.get("tolerations") or ()), *_TOLERATIONS]
        pod["status"] = {"phase": "Pending", "qosClass": "Burstable"}
        create_pod(self._world, pod, actor=ACTOR)

    def _delete_pod(self, daemonset: Object, name: str) -> None:
        self._world.store.delete(PODS, name, namespace=daemonset["metadata"]["namespace"], actor=ACTOR)

    def _write_status(self, daemonset: Object, placed: _Placed) -> None:
        wanted = len(placed.nodes)
        current = {node for node, *_rest in placed.pods.values() if node in placed.nodes}
        ready = sum(ready for _node, ready, *_rest in placed.pods.values())
        updated = sum(made == placed.hash for _node, _ready, made, _name in placed.pods.values())
        status = {
            "currentNumberScheduled": len(current),
            "desiredNumberScheduled": wanted,
            "numberMisscheduled": len(placed.pods) - len(current),
            "numberReady": ready,
            "numberAvailable": ready or None,
            "numberUnavailable": (wanted - ready) or None,
            "updatedNumberScheduled": updated or None,
            "observedGeneration": daemonset["metadata"]["generation"],
        }
        meta = daemonset["metadata"]
        self._world.store.patch(
            DAEMONSETS,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=ACTOR,
            subresource="status",
        )


def _matters(old: Object, new: Object) -> bool:
    """Taints that daemon pods tolerate anyway come and go with every reboot."""
    if old["metadata"].get("labels") != new["metadata"].get("labels"):
        return True
    if old["spec"].get("taints") == new["spec"].get("taints"):
        return False
    known = {toleration["key"] for toleration in _TOLERATIONS}

    def others(node: Object) -> list[tuple[str, str]]:
        taints = node["spec"].get("taints") or ()
        return [
            (taint["key"], taint["effect"])
            for taint in taints
            if taint["key"] not in known and taint["effect"] != "PreferNoSchedule"
        ]

    return others(old) != others(new)
