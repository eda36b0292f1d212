"""The operators of the static pods: nodes that are not Ready, and new revisions."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import CONFIG, OVN, Scene

OPERATORS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
OTHER = [{"cidr": "10.160.0.0/14", "hostPrefix": 23}]


def degraded(scene: Scene) -> list[str]:
    return [name for name in OPERATORS if scene.operator(name, "Degraded")["status"] == "True"]


def rolling(scene: Scene) -> list[str]:
    return [name for name in OPERATORS if scene.operator(name, "Progressing")["status"] == "True"]


def test_a_master_that_is_away_counts_after_two_minutes():
    """library-go, pkg/operator/staticpod/controller/node; the degraded inertia of pkg/operator/status."""
    scene = Scene("4.14", faults=["node_never_returns:master-1"])
    well = {name: scene.operator(name, "Degraded") for name in OPERATORS}
    scene.reboot("master-1")
    scene.until(lambda: not scene.is_ready("master-1"), within=300)
    scene.pass_by(110)
    assert degraded(scene) == []
    scene.pass_by(20)
    first = degraded(scene)
    assert first, "those whose own pod is not on that node"
    scene.until(lambda: degraded(scene) == [*OPERATORS], within=600)
    told = scene.operator(first[0], "Degraded")
    assert told["reason"] == "NodeController_MasterNodesReady"
    assert 'NodeControllerDegraded: The master nodes not ready: node "master-1" not ready since ' in told["message"]
    assert "because NodeStatusUnknown (Kubelet stopped posting node status.)" in told["message"]
    scene.cluster.faults.remove("node_never_returns")
    scene.until(lambda: degraded(scene) == [], within=600)
    for name in OPERATORS:
        now = scene.operator(name, "Degraded")
        assert (now["status"], now.get("message")) == (well[name]["status"], well[name].get("message"))


def test_neither_a_reboot_of_a_minute_nor_a_worker_counts():
    scene = Scene("4.14", faults=["node_never_returns:worker-1"])
    scene.reboot("worker-1", "master-1")
    for _step in range(90):
        scene.pass_by(10)
        assert degraded(scene) == []


def moved(scene: Scene) -> None:
    scene.prepare(OVN)
    scene.store.patch(CONFIG, "cluster", {"spec": {"networkType": OVN, "clusterNetwork": OTHER}}, actor="system:admin")
    scene.until(lambda: scene.status["networkType"] == OVN, within=120)


@pytest.mark.parametrize("masters", [1, 3])
def test_another_cluster_network_rolls_new_revisions_as_soon_as_the_operators_have_a_network(masters):
    scene = Scene("4.14", masters=masters, workers=2)
    moved(scene)
    scene.pass_by(900)
    assert rolling(scene) == [], "the operators are on the pod network"
    scene.reboot()
    seen: set[str] = set()

    def over() -> bool:
        seen.update(rolling(scene) if scene.cluster.gate.available else [])
        return bool(seen) and not rolling(scene)

    scene.until(over, within=3600, step=5)
    scene.until(lambda: not rolling(scene), within=3600, step=10)
    assert seen == {"kube-apiserver", "kube-controller-manager"}
    words = f"{masters} nodes are at revision 10"
    assert scene.operator("kube-apiserver", "Progressing")["message"] == f"NodeInstallerProgressing: {words}"
    told = scene.operator("kube-apiserver", "Available")["message"]
    assert told == f"StaticPodsAvailable: {masters} nodes are active; {words}"


def test_a_new_revision_of_a_single_api_server_is_an_outage():
    scene = Scene("4.14", masters=1, workers=2, extras=("proxy",))
    for pool in scene.pools:
        scene.pause(pool)
    scene.store.patch(
        "proxies.config.openshift.io", "cluster", {"spec": {"noProxy": ".other.internal"}}, actor="system:admin"
    )
    away = scene.until(lambda: not scene.cluster.gate.available, within=120)
    assert away > 20
    assert 30 < scene.until(lambda: scene.cluster.gate.available, within=120) < 60
    assert scene.reboots("master-0") == []


def test_the_same_network_rolls_nothing():
    scene = Scene("4.14", masters=1, workers=2)
    scene.migrate(OVN)
    scene.pass_by(1200)
    assert scene.operator("kube-apiserver", "Progressing")["message"].endswith("at revision 9")


def test_nobody_takes_the_machine_of_an_etcd_member():
    """cluster-etcd-operator 4.11 and later, pkg/operator/machinedeletionhooks: not before another member is there."""
    scene = Scene("4.14")
    machines = "machines.machine.openshift.io"
    found = next(m for m in scene.store.list(machines) if m["status"]["nodeRef"]["name"] == "master-0")
    name, namespace = found["metadata"]["name"], found["metadata"]["namespace"]
    scene.store.delete(machines, name, namespace=namespace, actor="system:admin")
    scene.pass_by(1800)
    assert scene.store.get(machines, name, namespace=namespace)["status"]["phase"] == "Deleting"
    assert scene.is_ready("master-0")
    assert not scene.node("master-0")["spec"].get("unschedulable")
    scene.store.patch(
        machines, name, {"spec": {"lifecycleHooks": {"preDrain": []}}}, namespace=namespace, actor="system:admin"
    )
    scene.until(lambda: scene.store.find(machines, name, namespace=namespace) is None, within=600)
