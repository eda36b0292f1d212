"""The cluster autoscaler (kubernetes autoscaler, cluster-autoscaler/core) removes nodes that nobody needs."""

from __future__ import annotations

import pytest

from tests.simulator.behaviours.machine_api.autoscaler import AUTOSCALERS, GROUPS
from tests.simulator.behaviours.machine_api.controllers import MACHINE_SETS
from tests.unit.simulator.behaviours.scenes import OVN, Scene

NAMESPACE = "openshift-machine-api"
#: the seeded ClusterAutoscaler's unneededTime, and the autoscaler's own scale-down-unready-time
UNNEEDED, UNREADY = 300, 1200


def scene_with(*, minimum: int = 1, **scale_down: object) -> Scene:
    scene = Scene("4.14", extras=["autoscaler"])
    if scale_down:
        scene.store.patch(AUTOSCALERS, "default", {"spec": {"scaleDown": scale_down}}, actor="system:admin")
    wanted = {"spec": {"minReplicas": minimum}}
    scene.store.patch(GROUPS, "worker-0", wanted, namespace=NAMESPACE, actor="system:admin")
    # its health check replaces nodes, too
    paused = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}
    checks = "machinehealthchecks.machine.openshift.io"
    scene.store.patch(checks, "workers", paused, namespace=NAMESPACE, actor="system:admin")
    return scene


def empty(scene: Scene, node: str) -> None:
    """As a drain does it."""
    scene.store.patch("nodes", node, {"spec": {"unschedulable": True}}, actor="system:admin")
    for pod in scene.store.list("pods"):
        owner: dict[str, str] = next(iter(pod["metadata"].get("ownerReferences") or ()), {})
        if pod["spec"].get("nodeName") == node and owner.get("kind") != "DaemonSet":
            meta = pod["metadata"]
            scene.store.delete("pods", meta["name"], namespace=meta["namespace"], actor="system:admin")


def workers(scene: Scene) -> list[str]:
    names = [node["metadata"]["name"] for node in scene.store.list("nodes")]
    return sorted(name for name in names if name.startswith("worker"))


def replicas(scene: Scene) -> int:
    [found] = scene.store.list(MACHINE_SETS)
    return int(found["spec"]["replicas"])


def test_nodes_that_are_in_use_stay():
    scene = scene_with()
    scene.pass_by(3600)
    assert (workers(scene), replicas(scene)) == (["worker-0", "worker-1", "worker-2"], 3)


def test_a_node_that_was_drained_goes_when_its_time_is_over():
    scene = scene_with()
    empty(scene, "worker-1")
    scene.pass_by(UNNEEDED - 30)
    assert replicas(scene) == 3
    scene.pass_by(90)
    assert replicas(scene) == 2
    scene.pass_by(300)
    assert workers(scene) == ["worker-0", "worker-2"]
    assert [row.node for row in scene.cluster.disruptions.intervals if row.kind == "machine_deleted"] == ["worker-1"]
    assert "ScaleDownEmpty" in {event["reason"] for event in scene.store.list("events")}


def test_a_node_that_is_not_ready_has_longer():
    scene = scene_with()
    scene.cluster.faults.add("node_never_returns:worker-1")
    scene.run("worker-1", "chroot", "/rootfs", "reboot")
    # its pods are evicted after five minutes
    scene.pass_by(360 + UNNEEDED + 60)
    assert replicas(scene) == 3
    scene.pass_by(UNREADY)
    assert replicas(scene) == 2


@pytest.mark.parametrize(
    ("minimum", "scale_down"),
    [(3, {}), (1, {"enabled": False})],
    ids=["as few as there may be", "switched off"],
)
def test_it_stays_where_none_may_be_removed(minimum, scale_down):
    scene = scene_with(minimum=minimum, **scale_down)
    empty(scene, "worker-1")
    scene.pass_by(3600)
    assert (workers(scene), replicas(scene)) == (["worker-0", "worker-1", "worker-2"], 3)


def test_without_a_scale_down_nodes_are_removed_after_ten_minutes():
    scene = scene_with()
    scene.store.patch(AUTOSCALERS, "default", {"spec": {"scaleDown": None}}, actor="system:admin")
    empty(scene, "worker-1")
    scene.pass_by(UNNEEDED + 60)
    assert replicas(scene) == 3
    scene.pass_by(300)
    assert replicas(scene) == 2


def test_nothing_is_removed_where_too_many_are_not_ready():
    """Three may be, and more as long as they are no more than 45 percent: four of six are too many."""
    scene = scene_with()
    for node in ("worker-0", "worker-1", "worker-2", "master-2"):
        scene.cluster.faults.add(f"node_never_returns:{node}")
        scene.run(node, "chroot", "/rootfs", "reboot")
    scene.pass_by(2 * UNREADY)
    assert replicas(scene) == 3


def test_a_node_that_was_removed_before_the_flip_is_missed_by_nobody():
    """A host that is off and of no cluster has no pods whose network could be away."""
    scene = scene_with()
    scene.migrate_to(OVN)
    scene.until(lambda: replicas(scene) == 2 and scene.counts("worker") == (2, 2, 2, 0, 0), within=7200)
    scene.set_type(OVN)
    scene.pass_by(600)
    assert not scene.healthy()
    for node in scene.store.list("nodes"):
        scene.reboot(node["metadata"]["name"])
        scene.pass_by(900)
    scene.until(scene.healthy, within=3600)
