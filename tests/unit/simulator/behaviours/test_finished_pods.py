"""Pods that are over: kubelets do not start them, ReplicaSets neither count nor delete them."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import Scene

PODS, REPLICASETS = "pods", "replicasets.apps"


@pytest.fixture
def scene() -> Scene:
    return Scene("4.14", masters=1, workers=2)


def user_pod(scene: Scene, name: str, *, policy: str) -> None:
    spec = {"restartPolicy": policy, "nodeName": "worker-0", "containers": [{"name": "main", "image": "x"}]}
    scene.store.create(PODS, {"metadata": {"name": name, "namespace": "ci"}, "spec": spec}, actor="developer")
    scene.until(lambda: phase(scene, name) == "Running", within=120)


def phase(scene: Scene, name: str) -> str:
    return str((scene.store.get(PODS, name, namespace="ci").get("status") or {}).get("phase"))


def fail(scene: Scene, name: str, *, namespace: str) -> None:
    status = {"status": {"phase": "Failed", "reason": "Evicted", "conditions": []}}
    scene.store.patch(PODS, name, status, namespace=namespace, actor="system:node:worker-0", subresource="status")


def reboot(scene: Scene, node: str) -> None:
    boot = scene.boot_id(node)
    scene.reboot(node)
    scene.until(lambda: scene.boot_id(node) != boot and scene.is_ready(node), within=1800, step=5)
    scene.pass_by(300)


def test_a_pod_that_is_never_restarted_fails_at_a_reboot_and_one_that_is_over_stays_so(scene: Scene) -> None:
    user_pod(scene, "runs", policy="Never")
    user_pod(scene, "done", policy="Never")
    user_pod(scene, "always", policy="Always")
    fail(scene, "done", namespace="ci")
    reboot(scene, "worker-0")
    assert [phase(scene, name) for name in ("runs", "done", "always")] == ["Failed", "Failed", "Running"]
    assert scene.store.get(PODS, "done", namespace="ci")["status"]["reason"] == "Evicted"
    reboot(scene, "worker-0")
    assert phase(scene, "runs") == "Failed"


def test_a_failed_pod_of_a_replica_set_is_replaced_and_kept(scene: Scene) -> None:
    def pods() -> list[tuple[str, str]]:
        found = scene.store.list(PODS, namespace="shop", labels={"app": "frontend"})
        return sorted((pod["metadata"]["name"], pod["status"]["phase"]) for pod in found)

    before = pods()
    first = before[0][0]
    fail(scene, first, namespace="shop")
    scene.until(lambda: len(pods()) == len(before) + 1, within=60)
    scene.pass_by(600)
    assert (first, "Failed") in pods()
    assert sum(phase == "Running" for _name, phase in pods()) == len(before)
    owner = scene.store.get(PODS, first, namespace="shop")["metadata"]["ownerReferences"][0]["name"]
    assert scene.store.get(REPLICASETS, owner, namespace="shop")["status"]["replicas"] == len(before)
