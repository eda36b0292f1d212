"""The operator's sync loop ends by waiting for pools, and sees no change of the network meanwhile
(machine-config-operator, pkg/operator/sync.go, syncRequiredMachineConfigPools)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene

CONTROLLER_CONFIG = ("controllerconfigs.machineconfiguration.openshift.io", "machine-config-controller")


def rendered_for(scene: Scene) -> str:
    return str(scene.store.get(*CONTROLLER_CONFIG)["spec"]["networkType"])


def degraded(scene: Scene) -> bool:
    return bool(scene.operator("machine-config", "Degraded")["status"] == "True")


def last_sync_error(scene: Scene) -> str:
    operator = scene.store.get("clusteroperators.config.openshift.io", "machine-config")
    return str(operator["status"]["extension"]["lastSyncError"])


@pytest.mark.parametrize(
    ("ocp", "masters", "minutes", "words", "pool_words"),
    [
        ("4.12", 3, 10, "timed out waiting for the condition", "pool"),
        ("4.13", 3, 10, "timed out waiting for the condition", "pool"),
        ("4.14", 3, 30, "context deadline exceeded", "MachineConfigPool"),
        ("4.14", 1, 10, "context deadline exceeded", "MachineConfigPool"),
        ("4.16", 3, 30, "context deadline exceeded", "MachineConfigPool"),
    ],
)
@pytest.mark.parametrize("pool", ["worker", "master"])
def test_any_degraded_pool_is_waited_for_before_it_is_told(ocp, masters, minutes, words, pool_words, pool):
    scene = Scene(ocp, masters=masters)
    scene.cluster.faults.add(f"pool_degraded:{pool}")
    scene.until(lambda: scene.pool_condition(pool, "Degraded")["status"] == "True", within=60)
    scene.pass_by(30)
    assert not degraded(scene), "not at once"
    assert f"error {pool_words} {pool} is not ready, retrying. Status: (pool degraded: true total: " in last_sync_error(
        scene
    )
    assert scene.operator("machine-config", "Upgradeable")["reason"] == "DegradedPool", "this is told at once"
    waited = 30 + scene.until(lambda: degraded(scene), within=minutes * 60 + 30)
    assert waited >= minutes * 60 - 10
    told = scene.operator("machine-config", "Degraded")
    assert told["reason"] == "RequiredPoolsFailed"
    start = f"error during syncRequiredMachineConfigPools: [{words}, error {pool_words} {pool} is not ready, retrying. "
    assert f" because: {start}Status: (pool degraded: true total: " in told["message"]
    scene.cluster.faults.remove("pool_degraded")
    scene.until(lambda: not degraded(scene), within=120)


def test_an_abort_beside_a_degraded_pool_is_noticed_when_the_wait_has_ended():
    scene = Scene("4.14")
    before = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    scene.cluster.faults.add("pool_degraded:worker,when=update")
    scene.migrate_to(OVN)
    scene.until(lambda: scene.pool_runs("master", OVN), within=3600)
    scene.migrate_to(None)
    scene.until(lambda: "migration" not in scene.status, within=60)
    assert scene.until(lambda: rendered_for(scene) == SDN, within=31 * 60) > 10 * 60
    scene.until(lambda: scene.pools_run(SDN), within=3600, step=10)
    assert {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools} == before


def test_nothing_but_a_change_that_waits_makes_time_move():
    scene = Scene("4.14")
    scene.cluster.faults.add("pool_degraded:worker,when=update")
    scene.migrate_to(OVN)
    while scene.clock.pump(100_000) is not None:
        pass
    assert not degraded(scene)
    scene.migrate_to(None)
    while scene.clock.pump(100_000) is not None:
        pass
    assert scene.pools_run(SDN)
    assert scene.pool_condition("worker", "Degraded")["status"] == "False"
