"""The CA of the kubelets' clients is rotated once a year: up to 4.13 it is in the MachineConfigs, whose names change
with it, and no node reboots for it (machine-config-operator 4.12, templates/common/_base/files/kubelet-ca.yaml,
pkg/daemon/update.go; since 4.14 pkg/daemon/certificate_writer.go)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene


def configurations(scene: Scene) -> dict[str, str]:
    return {pool: scene.pool(pool)["status"]["configuration"]["name"] for pool in scene.pools}


@pytest.mark.parametrize(("ocp", "moves"), [("4.12", True), ("4.13", True), ("4.14", False), ("4.16", False)])
def test_whether_the_configurations_move(ocp, moves):
    scene = Scene(ocp)
    before = configurations(scene)
    boots = {node: scene.boot_id(node) for node in scene.nodes}
    scene.cluster.faults.add("ca_rotated")
    scene.pass_by(300)
    after = configurations(scene)
    assert all((after[pool] != before[pool]) == moves for pool in scene.pools)
    assert scene.pools_run(SDN)
    assert all(scene.configs(node)[2] == "Done" for node in scene.nodes)
    assert {node: scene.boot_id(node) for node in scene.nodes} == boots
    assert not any(scene.node(node)["spec"].get("unschedulable") for node in scene.nodes)


def test_after_a_rotation_an_abort_does_not_bring_back_the_former_names():
    scene = Scene("4.12")
    before = configurations(scene)
    scene.prepare(OVN)
    scene.cluster.faults.add("ca_rotated")
    scene.pass_by(300)
    scene.migrate_to(None)
    scene.until(lambda: scene.pools_run(SDN), within=3 * 3600, step=10)
    assert all(configurations(scene)[pool] != before[pool] for pool in scene.pools)
