"""The pods by node and by owner, so that nobody has to look through all of them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulator.behaviours.conditions import is_true
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

PODS = "pods"


def is_ready(pod: Object) -> bool:
    return is_true(pod.get("status", {}).get("conditions"), "Ready")


def is_over(pod: Object) -> bool:
    """Failed and Succeeded are final, whatever the restart policy (kubernetes, pkg/api/v1/pod, IsPodPhaseTerminal)."""
    return (pod.get("status") or {}).get("phase") in ("Failed", "Succeeded")


def on_host_network(pod: Object) -> bool:
    return bool(pod["spec"].get("hostNetwork"))


def is_static(pod: Object) -> bool:
    return "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {})


def controller_of(pod: Object) -> dict[str, str] | None:
    return next((ref for ref in pod["metadata"].get("ownerReferences") or () if ref.get("controller")), None)


def is_daemon(pod: Object) -> bool:
    owner = controller_of(pod)
    return owner is not None and owner["kind"] == "DaemonSet"


class PodIndex:
    """Follows the store. ``changed`` is told of each change of a pod, after the index knows it."""

    def __init__(self, world: World) -> None:
        self._by_node: dict[str, dict[str, Object]] = {}
        self._by_owner: dict[str, dict[str, Object]] = {}
        self.changed: Signal[[Change]] = Signal()
        world.watch(self._note, PODS)

    def on_node(self, node: str) -> list[Object]:
        return list(self._by_node.get(node, {}).values())

    def owned_by(self, uid: str) -> Iterable[Object]:
        """The pods whose controller has this uid."""
        return self._by_owner.get(uid, {}).values()

    def _note(self, change: Change) -> None:
        pod = change.object
        uid = pod["metadata"]["uid"]
        node = pod["spec"].get("nodeName")
        owner = controller_of(pod)
        if change.type == "DELETED":
            if node:
                self._by_node.get(node, {}).pop(uid, None)
            if owner:
                self._by_owner.get(owner["uid"], {}).pop(uid, None)
        else:
            if node:
                self._by_node.setdefault(node, {})[uid] = pod
            if owner:
                self._by_owner.setdefault(owner["uid"], {})[uid] = pod
        self.changed(change)
