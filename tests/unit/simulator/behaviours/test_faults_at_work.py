"""Each fault that behaviours honour, and what it looks like to a client."""

from __future__ import annotations

import pytest

from tests.simulator.durations import Durations
from tests.simulator.faults import FaultError
from tests.simulator.store.errors import ApiError
from tests.unit.simulator.behaviours.scenes import MCO_NAMESPACE, OVN, Scene

BLOCKED = "failed to drain node: worker-0 after 1 hour. Please see machine-config-controller logs for more information"


@pytest.fixture
def scene() -> Scene:
    return Scene("4.14")


def test_faults_from_the_command_line_are_active_from_the_start():
    scene = Scene("4.14", faults=("node_slow:worker-0,factor=2",))
    assert scene.cluster.faults.active("node_slow", "worker-0")
    with pytest.raises(FaultError):
        Scene("4.14", faults=("nonsense",))


def test_a_node_that_ignores_the_command(scene):
    scene.cluster.faults.add("exec_ignored:worker-1")
    boot = scene.boot_id("worker-1")
    result = scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-r", "+1")
    assert result.exit_code == 0
    assert result.stderr.startswith("Reboot scheduled for ")
    scene.pass_by(1200)
    assert scene.boot_id("worker-1") == boot
    assert scene.is_ready("worker-1")
    told = scene.run("worker-1", "cat", "/proc/sys/kernel/random/boot_id")
    assert told.stdout.strip() == boot, "only what would turn it off is ignored"


def test_a_dropped_stream_after_a_command_that_was_run(scene):
    scene.cluster.faults.add("exec_dropped:worker-1,count=1")
    assert scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-r", "+1").dropped
    assert not scene.run("worker-1", "true").dropped
    scene.pass_by(900)
    assert scene.reboots("worker-1") == ["manual"]


def test_a_node_that_never_returns_until_the_fault_is_lifted(scene):
    scene.cluster.faults.add("node_never_returns:worker-1")
    boot = scene.boot_id("worker-1")
    scene.reboot("worker-1")
    scene.pass_by(3600)
    assert scene.ready("worker-1") == "Unknown"
    assert scene.boot_id("worker-1") == boot
    scene.cluster.faults.remove("node_never_returns")
    scene.until(lambda: scene.is_ready("worker-1"), within=300)
    assert scene.boot_id("worker-1") != boot


def test_pods_of_a_lost_node_start_elsewhere_after_five_minutes(scene):
    def lost() -> list[str]:
        return [
            pod["metadata"]["name"]
            for pod in scene.store.list("pods")
            if pod["spec"].get("nodeName") == "worker-1"
            and any(ref["kind"] == "ReplicaSet" for ref in pod["metadata"].get("ownerReferences") or ())
        ]

    scene.cluster.faults.add("node_never_returns:worker-1")
    assert lost()
    scene.reboot("worker-1")
    scene.pass_by(60 + 15 + 40 + 250)
    assert lost()
    scene.pass_by(120)
    assert lost() == []


def test_a_slow_node(scene):
    scene.cluster.faults.add("node_slow:worker-1,factor=10")
    scene.reboot("worker-0", "worker-1")
    scene.until(lambda: scene.reboots("worker-0") == ["manual"], within=300)
    scene.pass_by(300)
    assert scene.reboots("worker-1") == []
    scene.until(lambda: scene.reboots("worker-1") == ["manual"], within=900)


def test_a_degraded_pool(scene):
    scene.cluster.faults.add("pool_degraded:worker,reason=disk is full")
    scene.pass_by(30)
    assert scene.counts("worker") == (3, 2, 2, 1, 1), "it fails on what it runs, and so it is unavailable too"
    condition = scene.pool_condition("worker", "NodeDegraded")
    assert condition["status"] == "True"
    assert condition["reason"] == "1 nodes are reporting degraded status on sync"
    assert condition["message"] == 'Node worker-0 is reporting: "disk is full"'
    assert scene.pool_condition("worker", "Degraded")["status"] == "True"
    assert scene.operator("machine-config", "Upgradeable")["reason"] == "DegradedPool"
    scene.migrate_to(OVN)
    scene.pass_by(3600)
    assert scene.pool_runs("master", OVN)
    assert not scene.pool_runs("worker", OVN)
    assert all(scene.reboots(f"worker-{i}") == [] for i in range(3))
    scene.cluster.faults.remove("pool_degraded")
    scene.until(lambda: scene.pools_run(OVN), within=3600, step=10)
    assert scene.pool_condition("worker", "Degraded")["status"] == "False"


def test_a_blocked_drain(scene):
    scene.cluster.faults.add("drain_blocked:worker-0")
    scene.migrate_to(OVN)
    scene.pass_by(3000)
    assert scene.configs("worker-0")[2] == "Working"
    assert scene.node("worker-0")["spec"]["unschedulable"] is True
    scene.pass_by(900)
    assert scene.configs("worker-0")[2] == "Degraded"
    assert scene.pool_condition("worker", "NodeDegraded")["message"] == f'Node worker-0 is reporting: "{BLOCKED}"'
    scene.cluster.faults.remove("drain_blocked")
    scene.until(lambda: scene.pools_run(OVN), within=2 * 3600, step=10)


def test_a_budget_that_allows_nothing_blocks_the_drain(scene):
    budget = {
        "metadata": {"name": "frozen", "namespace": "shop"},
        "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "frontend"}}},
    }
    scene.store.create("poddisruptionbudgets.policy", budget, actor="system:admin")
    hosts = {pod["spec"]["nodeName"] for pod in scene.store.list("pods", namespace="shop", labels={"app": "frontend"})}
    assert hosts
    scene.migrate_to(OVN)
    scene.pass_by(2 * 3600)
    assert not scene.pool_runs("worker", OVN)
    assert any(scene.configs(node)[2] == "Degraded" for node in hosts)
    scene.store.delete("poddisruptionbudgets.policy", "frozen", namespace="shop", actor="system:admin")
    scene.until(lambda: scene.pools_run(OVN), within=2 * 3600, step=10)


def test_mco_is_late_while_the_master_pool_is_not_updated(scene):
    scene.cordon("master-1")
    scene.until(lambda: scene.pool_condition("master", "Updated")["status"] == "False", within=30)
    scene.pass_by(30)
    scene.migrate_to(OVN)
    scene.pass_by(600)
    assert scene.status["migration"] == {"networkType": OVN}
    assert (
        scene.store.get("controllerconfigs.machineconfiguration.openshift.io", "machine-config-controller")["spec"][
            "networkType"
        ]
        == "OpenShiftSDN"
    )
    scene.pass_by(1300)
    degraded = scene.operator("machine-config", "Degraded")
    assert (degraded["status"], degraded["reason"]) == ("True", "RequiredPoolsFailed")
    scene.cordon("master-1", on=False)
    scene.until(lambda: scene.pools_run(OVN), within=3600, step=10)


def test_exec_on_a_node_that_is_down(scene):
    pod = scene.daemon_pod("worker-1")
    scene.reboot("worker-1")
    scene.until(lambda: not scene.cluster.machines["worker-1"].kubelet, within=120)
    with pytest.raises(ApiError) as error:
        scene.cluster.kubelet.exec(
            namespace=MCO_NAMESPACE, pod=pod, container="machine-config-daemon", command=["true"]
        )
    assert error.value.code == 500
    assert error.value.message == "error dialing backend: dial tcp 10.0.32.11:10250: connect: connection refused"


def test_everything_at_once_without_durations():
    scene = Scene("4.14", durations=Durations.instant())
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.reboot()
    while scene.clock.pump(100_000) is not None:
        pass
    assert all(scene.reboots(node) == ["mco", "manual"] for node in scene.nodes)
    assert scene.healthy()


def test_speed_zero_tells_the_whole_story_without_being_pushed():
    scene = Scene("4.14")
    scene.migrate_to(OVN)
    while scene.clock.pump(100_000) is not None:
        pass
    assert scene.pools_run(OVN)
    scene.set_type(OVN)
    while scene.clock.pump(100_000) is not None:
        pass
    assert scene.status["networkType"] == OVN
    assert "console" in scene.sick_operators()
    scene.reboot()
    while scene.clock.pump(100_000) is not None:
        pass
    assert scene.healthy()


def test_two_clusters_of_one_seed_live_the_same_life():
    def life(seed: int) -> list[tuple[str, float | None]]:
        scene = Scene("4.14", seed=seed)
        scene.prepare(OVN)
        return [(r.node, r.up.seconds if r.up else None) for r in scene.cluster.disruptions.reboots]

    assert life(3) == life(3)
    assert life(3) != life(4)


def test_the_api_hangs_until_the_fault_ends():
    scene = Scene("4.14")
    gate = scene.cluster.gate
    scene.cluster.faults.add("api_hangs,seconds=20")
    assert (gate.available, gate.silent) == (False, True)
    scene.pass_by(21)
    assert (gate.available, gate.silent) == (True, False)


def test_the_api_hangs_instead_of_resetting_when_one_server_goes_down():
    scene = Scene("4.14", faults=["api_hangs:control-plane,for=40"])
    gate = scene.cluster.gate
    assert gate.available
    scene.reboot("master-1")
    scene.until(lambda: gate.silent, within=300)
    assert 35 < scene.until(lambda: gate.available, within=60) < 45


def test_an_api_server_that_has_started_denies_everything_until_it_has_read_its_roles():
    scene = Scene("4.14", faults=["roles_read_late,for=3"])
    scene.reboot("master-1")
    scene.until(lambda: scene.cluster.faults.active("api_denies") is not None, within=900, step=0.5)
    assert 2 < scene.until(lambda: scene.cluster.faults.active("api_denies") is None, within=60, step=0.5) < 4


@pytest.mark.parametrize(("masters", "least", "most"), [(3, 70, 90), (1, 10, 20)])
def test_a_control_plane_node_shuts_down_for_as_long_as_its_api_server_goes_on(masters, least, most):
    scene = Scene("4.14", masters=masters)
    scene.run("master-0", "chroot", "/rootfs", "shutdown", "-r", "now")
    reboot = scene.cluster.disruptions.reboots[0]
    scene.until(lambda: reboot.down is not None, within=120)
    assert reboot.down is not None
    assert least <= reboot.down.seconds - reboot.requested.seconds <= most


def test_a_scheduled_shutdown_keeps_users_out():
    scene = Scene("4.14")
    machines = scene.cluster.machines
    scene.reboot("worker-1", minutes=10)
    assert machines.admits_logins("worker-1")
    scene.pass_by(301)
    assert not machines.admits_logins("worker-1")
    scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-c")
    assert machines.admits_logins("worker-1")
