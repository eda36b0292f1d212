"""The way back to OpenShift SDN, with paused pools: two reboots for every node."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import OPERATOR, OVN, SDN, Scene

PAUSED = {
    "4.12": "Required MachineConfigPool 'master' is paused and can not sync until it is unpaused",
    "4.14": "error required MachineConfigPool master is paused and cannot sync until it is unpaused",
    "4.16": "error required MachineConfigPool master is paused and cannot sync until it is unpaused",
}


@pytest.fixture
def forward():
    def make(ocp: str, **options) -> Scene:
        scene = Scene(ocp, **options)
        scene.migrate(OVN)
        scene.migrate_to(None)
        scene.until(lambda: "migration" not in scene.status, within=60)
        scene.pass_by(300)
        return scene

    return make


@pytest.mark.parametrize("ocp", PAUSED)
def test_a_whole_rollback(forward, ocp):
    scene = forward(ocp, pools={"infra": 1})
    first = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    scene.pause(*scene.pools)
    scene.pass_by(20)
    assert all(scene.pool_condition(pool, "Updated")["status"] == "True" for pool in scene.pools)
    scene.migrate_to(SDN)
    scene.until(lambda: scene.status.get("migration") == {"networkType": SDN}, within=60)
    assert scene.served("hostsubnets.network.openshift.io")
    scene.pass_by(60)
    for pool in scene.pools:
        assert scene.pool(pool)["spec"]["configuration"]["name"] != first[pool]
        assert scene.pool(pool)["status"]["configuration"]["name"] == first[pool]
        states = [scene.pool_condition(pool, kind)["status"] for kind in ("Updated", "Updating")]
        assert states == ["False", "False"]
        assert scene.pool_condition(pool, "Updating")["message"].startswith("Pool is paused; will not update to ")
    degraded = scene.operator("machine-config", "Degraded")
    assert (degraded["status"], degraded["reason"]) == ("True", "RequiredPoolsFailed")
    assert degraded["message"] == f"Failed to resync {scene.cluster.profile.version} because: {PAUSED[ocp]}"
    progressing = scene.operator("machine-config", "Progressing")
    assert progressing["status"] == "False"
    assert progressing["message"] == f"Error while reconciling {scene.cluster.profile.version}"

    scene.flip(SDN)
    assert scene.status["clusterNetworkMTU"] == 1450
    assert scene.daemonset("openshift-sdn", "sdn") is not None
    assert scene.daemonset("openshift-ovn-kubernetes", "ovnkube-node") is None
    assert scene.store.find("namespaces", "openshift-ovn-kubernetes") is not None
    scene.pass_by(240)
    before = {node: scene.boot_id(node) for node in scene.nodes}
    scene.reboot()
    scene.until(lambda: all(scene.boot_id(n) != before[n] and scene.is_ready(n) for n in scene.nodes), within=1800)
    for node in scene.nodes:
        assert scene.run(node, "chroot", "/rootfs", "ovs-vsctl", "br-exists", "br-ex").exit_code == 0
    assert scene.configs("worker-0")[0] == first["worker"]
    scene.until(lambda: scene.sick_operators() == ["machine-config"], within=3600, step=10)

    scene.pause(*scene.pools, paused=False)
    scene.until(lambda: scene.pools_run(SDN), within=4 * 3600, step=10)
    scene.until(scene.healthy, within=1800, step=10)
    assert all(scene.reboots(node) == ["mco", "manual", "manual", "mco"] for node in scene.nodes)
    for node in scene.nodes:
        assert scene.run(node, "chroot", "/rootfs", "ovs-vsctl", "br-exists", "br-ex").exit_code == 2
    fresh = Scene(ocp, pools={"infra": 1})
    for pool in scene.pools:
        assert scene.pool(pool)["spec"]["configuration"]["name"] == fresh.pool(pool)["spec"]["configuration"]["name"]

    scene.migrate_to(None)
    scene.operator_spec({"defaultNetwork": {"ovnKubernetesConfig": None}})
    scene.until(lambda: not scene.served("egressips.k8s.ovn.org"), within=60)
    scene.store.delete("namespaces", "openshift-ovn-kubernetes", actor="system:admin")
    scene.until(lambda: scene.store.find("namespaces", "openshift-ovn-kubernetes") is None, within=120)
    scene.pass_by(600)
    assert scene.healthy()
    assert "ovnKubernetesConfig" not in scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]
    assert any(key.startswith("k8s.ovn.org/") for key in scene.node("worker-0")["metadata"]["annotations"])
    assert not scene.cluster.world.failures


def test_a_paused_worker_pool_alone_degrades_nothing():
    scene = Scene("4.14")
    scene.pause("worker")
    scene.migrate_to(OVN)
    scene.until(lambda: scene.pool_runs("master", OVN), within=4 * 3600, step=10)
    scene.pass_by(60)
    assert scene.operator("machine-config", "Degraded")["status"] == "False"
    assert all(scene.reboots(f"worker-{i}") == [] for i in range(3))
    scene.pause("worker", paused=False)
    waited = scene.until(lambda: scene.pool_condition("worker", "Updating")["status"] == "True", within=30)
    assert waited <= 10


def test_sdn_makes_its_objects_again():
    scene = Scene("4.14")
    scene.migrate(OVN)
    scene.migrate_to(None)
    scene.until(lambda: not scene.served("netnamespaces.network.openshift.io"), within=60)
    scene.pause(*scene.pools)
    scene.migrate_to(SDN)
    scene.until(lambda: scene.status.get("migration") == {"networkType": SDN}, within=60)
    assert scene.store.list("hostsubnets.network.openshift.io") == []
    scene.flip(SDN)
    scene.pass_by(300)
    subnets = {subnet["host"]: subnet for subnet in scene.store.list("hostsubnets.network.openshift.io")}
    assert set(subnets) == set(scene.nodes)
    namespaces = {namespace["metadata"]["name"] for namespace in scene.store.list("namespaces")}
    made = {ns["metadata"]["name"] for ns in scene.store.list("netnamespaces.network.openshift.io")}
    assert made == namespaces
