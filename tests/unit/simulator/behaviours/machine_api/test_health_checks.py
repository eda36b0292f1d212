"""MachineHealthChecks (machine-api-operator, pkg/controller/machinehealthcheck) and what they set off."""

from __future__ import annotations

import pytest

from tests.simulator.behaviours.conditions import find
from tests.simulator.behaviours.machine_api.health_checks import HEALTH_CHECKS, MACHINES, seconds
from tests.unit.simulator.behaviours.scenes import OVN, Scene

NAMESPACE = "openshift-machine-api"
WORKERS = ("worker-0", "worker-1", "worker-2")


def change_check(scene: Scene, **patch) -> None:
    scene.store.patch(HEALTH_CHECKS, "workers", patch, namespace=NAMESPACE, actor="system:admin")


def status(scene: Scene):
    return scene.store.get(HEALTH_CHECKS, "workers", namespace=NAMESPACE)["status"]


def deleted(scene: Scene) -> list[str]:
    return [row.node for row in scene.cluster.disruptions.intervals if row.kind == "machine_deleted"]


def take_down(scene: Scene, *nodes: str) -> None:
    for node in nodes:
        scene.cluster.faults.add(f"node_never_returns:{node}")
        scene.run(node, "chroot", "/rootfs", "reboot")


@pytest.mark.parametrize(("text", "expected"), [("300s", 300), ("10m", 600), ("1h30m0s", 5400), ("1.5m", 90)])
def test_durations(text, expected):
    assert seconds(text) == expected


def test_a_worker_that_stays_away_is_replaced():
    scene = Scene("4.14", extras=["mhc"])
    old = scene.node("worker-1")
    machines = {machine["metadata"]["name"] for machine in scene.store.list(MACHINES)}
    take_down(scene, "worker-1")
    scene.pass_by(15 + 40 + 295)
    assert deleted(scene) == []
    assert status(scene)["currentHealthy"] == 2
    scene.until(lambda: deleted(scene) == ["worker-1"], within=30)
    machine = scene.store.get(MACHINES, "ocp-7xk2m-worker-1", namespace=NAMESPACE)
    assert (machine["status"]["phase"], machine["metadata"]["finalizers"]) == (
        "Deleting",
        ["machine.machine.openshift.io"],
    )
    scene.pass_by(60)
    assert scene.store.find("nodes", "worker-1") is None
    assert not [pod for pod in scene.store.list("pods") if pod["spec"].get("nodeName") == "worker-1"]
    scene.cluster.faults.remove("node_never_returns")
    scene.until(lambda: scene.store.find("nodes", "worker-1") is not None and scene.is_ready("worker-1"), within=1800)
    scene.pass_by(300)
    new = scene.node("worker-1")
    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    assert new["status"]["nodeInfo"]["bootID"] != old["status"]["nodeInfo"]["bootID"]
    assert scene.counts("worker") == (3, 3, 3, 0, 0)
    now = {machine["metadata"]["name"]: machine for machine in scene.store.list(MACHINES)}
    [name] = set(now) - machines
    assert new["metadata"]["annotations"]["machine.openshift.io/machine"] == f"{NAMESPACE}/{name}"
    assert now[name]["status"]["phase"] == "Running"
    assert machines - set(now) == {"ocp-7xk2m-worker-1"}
    assert scene.cluster.disruptions.intervals[-1].end is not None
    assert status(scene)["currentHealthy"] == 3
    assert [e["reason"] for e in scene.store.list("events") if e["reason"] == "MachineDeleted"] == ["MachineDeleted"]


def test_nothing_is_replaced_when_too_many_are_away():
    """maxUnhealthy 40% of three workers is one: short-circuited"""
    scene = Scene("4.14", extras=["mhc"])
    take_down(scene, *WORKERS)
    scene.pass_by(1800)
    assert deleted(scene) == []
    shown = status(scene)
    allowed = find(shown["conditions"], "RemediationAllowed")
    assert (shown["expectedMachines"], shown["currentHealthy"], shown["remediationsAllowed"]) == (3, 0, 0)
    assert allowed is not None and (allowed["status"], allowed["reason"]) == ("False", "TooManyUnhealthy")
    assert allowed["message"] == (
        "Remediation is not allowed, the number of not started or unhealthy machines exceeds maxUnhealthy "
        "(total: 3, unhealthy: 3, maxUnhealthy: 40%)"
    )


def test_all_are_replaced_when_nothing_limits_it():
    scene = Scene("4.14", extras=["mhc"])
    change_check(scene, spec={"maxUnhealthy": "100%"})
    take_down(scene, *WORKERS)
    scene.pass_by(500)
    assert sorted(deleted(scene)) == list(WORKERS)


@pytest.mark.parametrize("limit", ["40%", "100%"])
def test_a_paused_check_does_nothing(limit):
    scene = Scene("4.14", extras=["mhc"])
    change_check(scene, spec={"maxUnhealthy": limit}, metadata={"annotations": {"cluster.x-k8s.io/paused": ""}})
    take_down(scene, *(WORKERS if limit == "100%" else WORKERS[:1]))
    scene.pass_by(1800)
    assert deleted(scene) == []
    assert status(scene)["currentHealthy"] == 3, "a paused check does not even look"
    change_check(scene, metadata={"annotations": {"cluster.x-k8s.io/paused": None}})
    scene.pass_by(30)
    assert len(deleted(scene)) == (3 if limit == "100%" else 1)


def test_machines_without_an_owner_are_skipped():
    scene = Scene("4.14")
    take_down(scene, "worker-1")
    scene.pass_by(1800)
    assert deleted(scene) == []
    reasons = {event["reason"] for event in scene.store.list("events", namespace=NAMESPACE)}
    assert "SkippedNoController" in reasons


def test_the_controller_stands_still_without_a_pod_network():
    """machine-api-controllers is not on the host's network: between flip and reboot it does not reach the API."""
    scene = Scene("4.14", extras=["mhc"])
    scene.prepare(OVN)
    scene.pass_by(120)
    scene.flip(OVN)
    scene.pass_by(60)
    take_down(scene, "worker-1")
    scene.pass_by(1200)
    assert deleted(scene) == []
    scene.reboot("master-0", "master-1", "master-2")
    scene.until(lambda: deleted(scene) == ["worker-1"], within=900)


def test_a_machine_that_somebody_deletes_takes_its_node_along():
    scene = Scene("4.14", extras=["mhc"])
    scene.store.delete(MACHINES, "ocp-7xk2m-worker-0", namespace=NAMESPACE, actor="system:admin")
    scene.until(lambda: scene.store.find("nodes", "worker-0") is None, within=300)
    scene.until(lambda: scene.store.find("nodes", "worker-0") is not None and scene.is_ready("worker-0"), within=1800)
    assert scene.reboots("worker-0") == []
