"""Nodes, kubelets and pools: reboots, silence, cordons, pauses, maxUnavailable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.behaviours.mco.names import CURRENT, POOLS
from tests.simulator.behaviours.mco.node_controller import max_unavailable
from tests.simulator.durations import Durations
from tests.unit.simulator.behaviours.scenes import MCO_NAMESPACE, OVN, Scene

UNREACHABLE = "node.kubernetes.io/unreachable"
SLOW_BOOT = Durations().override({"node_down": 200})


@pytest.fixture
def scene() -> Scene:
    return Scene("4.14")


def taints(scene: Scene, node: str) -> set[tuple[str, str]]:
    return {(taint["key"], taint["effect"]) for taint in scene.node(node)["spec"].get("taints") or ()}


def down(scene: Scene, *nodes: str) -> bool:
    return all(not scene.cluster.machines[node].kubelet for node in nodes)


def test_a_manual_reboot(scene):
    boot, configs = scene.boot_id("worker-1"), scene.configs("worker-1")
    result = scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-r", "+1")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Reboot scheduled for Mon 2026-01-05 08:01:00 UTC, use 'shutdown -c' to cancel.\n"
    scene.pass_by(59)
    assert not down(scene, "worker-1")
    gone = scene.until(lambda: down(scene, "worker-1"), within=60)
    assert 10 < gone < 30
    assert scene.ready("worker-1") == "True"
    scene.until(lambda: scene.boot_id("worker-1") != boot, within=300)
    assert scene.ready("worker-1") == "False"
    scene.until(lambda: scene.is_ready("worker-1"), within=120)
    scene.pass_by(60)
    assert scene.configs("worker-1") == configs
    assert not scene.node("worker-1")["spec"].get("unschedulable")
    events = [event for event in scene.store.list("events") if event["reason"] == "Rebooted"]
    assert [event["message"] for event in events] == [
        f"Node worker-1 has been rebooted, boot id: {scene.boot_id('worker-1')}"
    ]
    reboot = scene.cluster.disruptions.reboots[0]
    assert (reboot.node, reboot.cause, reboot.command) == ("worker-1", "manual", "shutdown -r +1")
    assert (reboot.boot_id_before, reboot.boot_id_after) == (boot, scene.boot_id("worker-1"))


def test_a_silent_node_is_ready_for_forty_seconds_and_then_unknown():
    scene = Scene("4.14", durations=SLOW_BOOT)
    scene.reboot("worker-1")
    scene.until(lambda: down(scene, "worker-1"), within=120)
    scene.pass_by(37)
    assert scene.ready("worker-1") == "True"
    scene.pass_by(6)
    assert scene.ready("worker-1") == "Unknown"
    assert {(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")} <= taints(scene, "worker-1")
    pods = [pod for pod in scene.store.list("pods") if pod["spec"].get("nodeName") == "worker-1"]
    ready = {c["status"] for pod in pods for c in pod["status"]["conditions"] if c["type"] == "Ready"}
    assert ready == {"False"}
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    progressing = scene.operator("network", "Progressing")
    assert progressing["status"] == "True"
    assert 'DaemonSet "/openshift-multus/multus" is not available (awaiting 1 nodes)' in progressing["message"]
    scene.until(lambda: scene.is_ready("worker-1"), within=600)
    scene.pass_by(120)
    assert taints(scene, "worker-1") == set()
    assert scene.healthy()


def test_a_shutdown_can_be_cancelled(scene):
    boot = scene.boot_id("worker-1")
    scene.reboot("worker-1", minutes=5)
    scene.pass_by(200)
    assert scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-c").exit_code == 0
    scene.pass_by(600)
    assert scene.boot_id("worker-1") == boot
    assert scene.cluster.disruptions.reboots == []


def test_a_later_shutdown_replaces_an_earlier_one(scene):
    scene.reboot("worker-1", minutes=30)
    scene.reboot("worker-1", minutes=1)
    scene.pass_by(3600)
    assert scene.reboots("worker-1") == ["manual"]


def test_a_hand_cordoned_node_stays_cordoned_through_a_manual_reboot(scene):
    scene.cordon("worker-1")
    scene.reboot("worker-1")
    scene.pass_by(900)
    assert scene.is_ready("worker-1")
    assert scene.node("worker-1")["spec"]["unschedulable"] is True
    assert ("node.kubernetes.io/unschedulable", "NoSchedule") in taints(scene, "worker-1")


@pytest.mark.parametrize("disturb", ["cordon", "reboot"])
def test_a_node_out_of_use_makes_its_pool_updating(scene, disturb):
    if disturb == "cordon":
        scene.cordon("worker-1")
    else:
        scene.reboot("worker-1")
    scene.until(lambda: scene.pool_condition("worker", "Updated")["status"] == "False", within=200)
    assert scene.pool_condition("worker", "Updating")["status"] == "True"
    assert scene.counts("worker") == (3, 3, 2, 1, 0)
    assert scene.counts("master") == (3, 3, 3, 0, 0)
    if disturb == "cordon":
        scene.cordon("worker-1", on=False)
    scene.until(lambda: scene.pool_condition("worker", "Updated")["status"] == "True", within=600)
    assert scene.counts("worker") == (3, 3, 3, 0, 0)


def test_a_cordoned_node_is_no_candidate(scene):
    scene.cordon("worker-1")
    scene.migrate_to(OVN)
    scene.pass_by(3600)
    assert scene.pool_runs("master", OVN)
    assert scene.reboots("worker-0") == scene.reboots("worker-1") == []
    scene.cordon("worker-1", on=False)
    scene.until(lambda: scene.pools_run(OVN), within=3600, step=10)


@pytest.mark.parametrize(
    ("given", "size", "expected"),
    [(None, 10, 1), (3, 10, 3), (0, 10, 1), ("25%", 10, 2), ("10%", 9, 1), ("100%", 3, 3)],
)
def test_max_unavailable(given, size, expected):
    spec = {} if given is None else {"maxUnavailable": given}
    assert max_unavailable({"spec": spec}, size=size) == expected


def test_more_nodes_at_once_when_the_pool_allows_it():
    scene = Scene("4.14", workers=6)
    scene.store.patch(POOLS, "worker", {"spec": {"maxUnavailable": "50%"}}, actor="system:admin")
    scene.migrate_to(OVN)
    most = 0
    for _step in range(200):
        scene.pass_by(5)
        most = max(most, sum(scene.configs(f"worker-{i}")[0] != scene.configs(f"worker-{i}")[1] for i in range(6)))
        assert scene.counts("worker")[3] <= 3
    assert most == 3


def test_outdated_nodes_are_tainted_until_it_is_their_turn(scene):
    scene.migrate_to(OVN)
    scene.until(lambda: scene.configs("worker-0")[0] != scene.configs("worker-0")[1], within=120)
    scene.pass_by(10)
    update = ("UpdateInProgress", "PreferNoSchedule")
    assert update not in taints(scene, "worker-0")
    assert update in taints(scene, "worker-1") and update in taints(scene, "worker-2")
    scene.until(lambda: scene.pools_run(OVN), within=3600, step=10)
    assert all(update not in taints(scene, node) for node in scene.nodes)


def test_the_master_with_the_operators_pod_comes_last(scene):
    pod = scene.store.list("pods", namespace=MCO_NAMESPACE, labels={"k8s-app": "machine-config-operator"})[0]
    last = pod["spec"]["nodeName"]
    scene.migrate_to(OVN)
    scene.until(lambda: scene.configs("master-0")[1] != scene.configs("master-0")[0] or last == "master-0", within=90)
    assert scene.configs(last)[1] == scene.configs(last)[0]


def test_an_empty_pool_is_updated_at_once():
    scene = Scene("4.14", workers=0)
    scene.migrate_to(OVN)
    updating = set()
    for _step in range(300):
        scene.pass_by(2)
        updating.add(scene.pool_condition("worker", "Updating")["status"])
    assert updating == {"False"}
    assert scene.pool_runs("worker", OVN)
    assert scene.counts("worker") == (0, 0, 0, 0, 0)


def test_a_node_in_two_custom_pools_belongs_to_none():
    scene = Scene("4.14", pools={"infra": 1, "gpu": 1})
    label = {"metadata": {"labels": {"node-role.kubernetes.io/gpu": ""}}}
    scene.store.patch("nodes", "infra-0", label, actor="system:admin")
    scene.pass_by(30)
    assert (scene.counts("infra")[0], scene.counts("gpu")[0], scene.counts("worker")[0]) == (0, 1, 3)


def test_nothing_is_drained_on_a_single_node():
    scene = Scene("4.14", masters=1, workers=0)
    scene.prepare(OVN)
    cordoned = [
        change.object["spec"].get("unschedulable")
        for _at, change in scene.changes
        if change.key == "nodes" and change.object["spec"].get("unschedulable")
    ]
    assert cordoned == []
    assert scene.reboots("master-0") == ["mco"]


def test_the_machine_config_stands_still_between_flip_and_reboot(scene):
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.pass_by(120)
    status = {pool: scene.pool(pool)["status"] for pool in scene.pools}
    assert not scene.cluster.world.installing
    scene.cordon("worker-1")
    scene.reboot("worker-2")
    scene.pass_by(900)
    assert {pool: scene.pool(pool)["status"] for pool in scene.pools} == status
    scene.cordon("worker-1", on=False)
    scene.reboot()
    scene.until(scene.healthy, within=3600, step=10)
    scene.cordon("worker-1")
    scene.until(lambda: scene.counts("worker") == (3, 3, 2, 1, 0), within=30)


def test_flipping_too_early_leaves_nodes_without_a_network(scene):
    """Nobody waited for the pools: OVN-Kubernetes finds no br-ex, and MCO cannot see to it any more."""
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.flip(OVN)
    scene.pass_by(1800)
    assert scene.operator("network", "Degraded")["reason"] == "RolloutHung"
    assert "is in CrashLoopBackOff State" in scene.operator("network", "Degraded")["message"]
    scene.reboot("worker-2")
    scene.pass_by(900)
    assert scene.ready("worker-2") == "False"
    assert scene.annotation("worker-2", CURRENT) == scene.annotation("worker-1", CURRENT)


def test_a_desired_configuration_set_by_hand_is_taken_up(scene):
    scene.pause("worker")
    scene.migrate_to(OVN)
    scene.until(
        lambda: scene.pool("worker")["spec"]["configuration"]["name"] != scene.configs("worker-0")[0], within=60
    )
    target = scene.pool("worker")["spec"]["configuration"]["name"]
    note = {"metadata": {"annotations": {"machineconfiguration.openshift.io/desiredConfig": target}}}
    scene.store.patch("nodes", "worker-0", note, actor="system:admin")
    scene.until(lambda: scene.configs("worker-0") == (target, target, "Done"), within=1200, step=5)
    assert scene.reboots("worker-0") == ["mco"]


def test_pods_have_new_addresses_and_containers_after_a_reboot(scene):
    def pods() -> Iterator[tuple[str, str, int]]:
        for pod in scene.store.list("pods", labels={"app": "network-check-target"}):
            if pod["spec"]["nodeName"] == "worker-1":
                status = pod["status"]
                yield pod["metadata"]["name"], status["podIP"], status["containerStatuses"][0]["restartCount"]

    ((name, address, restarts),) = pods()
    scene.reboot("worker-1")
    scene.pass_by(600)
    ((name_after, address_after, restarts_after),) = pods()
    assert (name_after, restarts_after) == (name, restarts + 1)
    assert address_after != address


def test_draining_moves_deployments_and_leaves_daemons(scene):
    def on(node: str, kind: str) -> set[str]:
        return {
            pod["metadata"]["name"]
            for pod in scene.store.list("pods")
            if pod["spec"].get("nodeName") == node
            and any(ref["kind"] == kind for ref in pod["metadata"].get("ownerReferences") or ())
        }

    moved, daemons = on("worker-0", "ReplicaSet"), on("worker-0", "DaemonSet")
    assert moved and daemons
    scene.migrate_to(OVN)
    scene.until(lambda: scene.reboots("worker-0") == ["mco"], within=900)
    assert on("worker-0", "ReplicaSet") & moved == set()
    assert on("worker-0", "DaemonSet") == daemons


def test_heartbeats_renew_leases(scene):
    before = scene.store.get("leases.coordination.k8s.io", "worker-0", namespace="kube-node-lease")
    scene.pass_by(60)
    after = scene.store.get("leases.coordination.k8s.io", "worker-0", namespace="kube-node-lease")
    assert after["spec"]["renewTime"] > before["spec"]["renewTime"]
