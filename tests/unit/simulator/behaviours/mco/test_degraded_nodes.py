"""What becomes of a node whose daemon has failed when its pool is given another target (machine-config-operator,
pkg/controller/node/node_controller.go, getAllCandidateMachines; pkg/daemon/daemon.go, prepUpdateFromCluster)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene


def stuck(scene: Scene, fault: str) -> None:
    scene.cluster.faults.add(fault)
    scene.migrate_to(OVN)
    scene.until(lambda: scene.pool_condition("worker", "Degraded")["status"] == "True", within=900)


@pytest.mark.parametrize("ocp", ["4.12", "4.14", "4.16"])
def test_a_node_that_cannot_update_heals_when_it_need_not(ocp):
    scene = Scene(ocp)
    stuck(scene, "pool_degraded:worker,when=update,reason=no space left on device")
    current, desired, state = scene.configs("worker-0")
    assert current != desired and state == "Degraded"
    scene.migrate_to(None)
    scene.until(lambda: scene.pools_run(SDN), within=3 * 3600, step=10)
    assert scene.configs("worker-0") == (current, current, "Done")
    assert scene.annotation("worker-0", "machineconfiguration.openshift.io/reason") == ""
    assert all(scene.reboots(f"worker-{i}") == [] for i in range(3))


def test_a_daemon_that_always_fails_is_asked_all_the_same_and_its_node_is_unavailable():
    scene = Scene("4.14")
    stuck(scene, "pool_degraded:worker")
    scene.migrate_to(None)
    scene.until(lambda: scene.configs("worker-0")[0] == scene.configs("worker-0")[1], within=3600, step=10)
    scene.pass_by(120)
    assert scene.configs("worker-0")[2] == "Degraded"
    assert scene.counts("worker") == (3, 2, 2, 1, 1)
    scene.cluster.faults.remove("pool_degraded")
    scene.until(lambda: scene.pools_run(SDN), within=300)


def test_one_that_was_drained_waits_for_somebody_to_uncordon_it():
    """The controller takes only nodes that are Ready and schedulable."""
    scene = Scene("4.14")
    stuck(scene, "pool_degraded:worker,when=write")
    assert scene.node("worker-0")["spec"]["unschedulable"] is True
    scene.migrate_to(None)
    scene.pass_by(2 * 3600)
    assert scene.pool_runs("master", SDN)
    assert not scene.pool_runs("worker", SDN)
    assert scene.configs("worker-0")[2] == "Degraded"
    scene.cordon("worker-0", on=False)
    scene.until(lambda: scene.pools_run(SDN), within=300)
    assert all(scene.reboots(f"worker-{i}") == [] for i in range(3))


def test_a_node_that_is_given_another_target_on_its_way_goes_back_by_another_reboot():
    scene = Scene("4.14", workers=3)
    scene.store.patch(
        "machineconfigpools.machineconfiguration.openshift.io",
        "worker",
        {"spec": {"maxUnavailable": 3}},
        actor="system:admin",
    )
    before = scene.configs("worker-0")
    scene.migrate_to(OVN)
    scene.until(lambda: not scene.cluster.machines["worker-0"].kubelet, within=600)
    scene.migrate_to(None)
    scene.until(lambda: scene.pools_run(SDN), within=3 * 3600, step=10)
    assert scene.configs("worker-0") == before
    assert scene.reboots("worker-0") == ["mco", "mco"]
