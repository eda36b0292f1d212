"""Between the flip and the last reboot: who suffers, who does not, and when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.behaviours.platform.apiservices import APISERVICES, unavailable_groups
from tests.simulator.behaviours.platform.cluster_operators import SUFFERING
from tests.simulator.durations import Durations
from tests.unit.simulator.behaviours.scenes import OVN, Scene

SUFFERERS = {suffering.name for suffering in SUFFERING}
NAMESPACES = "namespaces"


@pytest.fixture
def flipped() -> Scene:
    scene = Scene("4.14")
    scene.prepare(OVN)
    scene.until(scene.healthy, within=900)
    scene.flip(OVN)
    return scene


def test_operators_suffer_one_after_the_other_and_recover(flipped):
    scene = flipped
    assert set(scene.sick_operators()) <= {"network"}
    scene.pass_by(25)
    assert not SUFFERERS & set(scene.sick_operators())
    seen: dict[str, int] = {}
    for second in range(200):
        scene.pass_by(1)
        for name in scene.sick_operators():
            seen.setdefault(name, second)
    assert set(scene.sick_operators()) >= SUFFERERS
    assert set(scene.sick_operators()) - SUFFERERS == {"network"}
    assert len({seen[name] for name in SUFFERERS}) > 4
    assert scene.operator("console", "Available")["message"] == "RouteHealthAvailable: console route is not admitted"
    assert scene.operator("network", "Available")["status"] == "True"
    scene.reboot_all()
    assert all("reason" in scene.operator(name, "Available") for name in SUFFERERS)
    wanted = {"status": "True", "reason": "AsExpected", "message": "All is well"}
    assert {key: scene.operator("console", "Available")[key] for key in wanted} == wanted
    last = max(r.up.seconds for r in scene.cluster.disruptions.reboots if r.up)
    assert 300 <= scene.clock.seconds - last <= 900


def test_operators_stay_sick_while_one_node_has_not_rebooted(flipped):
    scene = flipped
    scene.pass_by(240)
    scene.reboot(*(node for node in scene.nodes if node != "worker-2"))
    scene.pass_by(1800)
    assert "console" in scene.sick_operators()
    scene.reboot("worker-2")
    scene.until(scene.healthy, within=1800, step=10)


def test_aggregated_apis_are_gone_until_the_masters_have_rebooted(flipped):
    scene = flipped
    assert unavailable_groups(scene.store) == []
    scene.pass_by(90)
    groups = unavailable_groups(scene.store)
    assert "route.openshift.io/v1" in groups and "oauth.openshift.io/v1" in groups
    assert "machineconfiguration.openshift.io/v1" not in groups
    assert not scene.cluster.authenticator_state.oauth_available
    scene.reboot("master-0", "master-1", "master-2")
    scene.until(lambda: unavailable_groups(scene.store) == [], within=1200)
    assert scene.cluster.authenticator_state.oauth_available


def test_the_cluster_version_reports_the_failure_without_progressing(flipped):
    scene = flipped
    scene.pass_by(400)

    def conditions():
        version = scene.store.get("clusterversions.config.openshift.io", "version")
        return {condition["type"]: condition for condition in version["status"]["conditions"]}

    assert conditions()["Failing"]["status"] == "True"
    assert conditions()["Progressing"]["status"] == "False"
    assert conditions()["Progressing"]["message"].startswith("Error while reconciling 4.14.57: ")
    scene.reboot_all()
    scene.pass_by(120)
    assert conditions()["Failing"]["status"] == "False"
    assert conditions()["Progressing"]["message"] == "Cluster version is 4.14.57"


def test_pods_on_the_pod_network_fail_and_host_network_pods_do_not(flipped):
    scene = flipped
    scene.pass_by(300)
    for pod in scene.store.list("pods"):
        ready = next(c["status"] for c in pod["status"]["conditions"] if c["type"] == "Ready")
        guard = (pod["metadata"].get("labels") or {}).get("app") == "guard"  # its probe asks the node's address
        assert ready == str(bool(pod["spec"].get("hostNetwork")) or guard), pod["metadata"]["name"]
    scene.reboot_all()
    assert all(
        c["status"] == "True"
        for p in scene.store.list("pods")
        for c in p["status"]["conditions"]
        if c["type"] == "Ready"
    )


def test_the_pod_network_outage_is_recorded_per_node(flipped):
    scene = flipped
    scene.pass_by(240)
    scene.reboot_all()
    rows = [i for i in scene.cluster.disruptions.intervals if i.kind == "pod_network_down"]
    assert sorted(row.node for row in rows) == sorted(scene.nodes)
    assert all(row.end and row.end.seconds - row.start.seconds > 240 for row in rows)
    counts = scene.cluster.disruptions.to_json()["counts"]
    assert counts["reboots"] == {"mco": 6, "manual": 6}
    assert counts["intervals"]["node_down"] == 12


def test_a_namespace_deleted_too_early_hangs_until_the_apis_are_back(flipped):
    scene = flipped
    scene.pass_by(120)
    scene.store.delete(NAMESPACES, "openshift-sdn", actor="system:admin")
    scene.pass_by(300)
    namespace = scene.store.get(NAMESPACES, "openshift-sdn")
    assert namespace["status"]["phase"] == "Terminating"
    assert namespace["spec"]["finalizers"] == ["kubernetes"]
    conditions = {c["type"]: c for c in namespace["status"]["conditions"]}
    assert conditions["NamespaceDeletionDiscoveryFailure"]["status"] == "True"
    assert (
        "route.openshift.io/v1: the server is currently unable to handle the request"
        in (conditions["NamespaceDeletionDiscoveryFailure"]["message"])
    )
    scene.reboot_all()
    scene.until(lambda: scene.store.find(NAMESPACES, "openshift-sdn") is None, within=120)


METRICS: dict[str, Any] = {
    "metadata": {"name": "v1beta1.external.metrics.k8s.io"},
    "spec": {
        "group": "external.metrics.k8s.io",
        "version": "v1beta1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "service": {"namespace": "keda", "name": "keda-metrics-apiserver", "port": 443},
    },
}


def test_an_api_service_that_its_operator_has_left_behind_holds_every_namespace_until_it_is_gone():
    scene = Scene("4.14")
    scene.store.create(APISERVICES, METRICS, actor="system:admin")
    scene.pass_by(5)
    seen = scene.store.get(APISERVICES, METRICS["metadata"]["name"])["status"]["conditions"][0]
    assert (seen["type"], seen["status"], seen["reason"]) == ("Available", "False", "ServiceNotFound")
    assert seen["message"] == 'service/keda-metrics-apiserver in "keda" is not present'
    scene.store.delete(NAMESPACES, "ci", actor="system:admin")
    scene.pass_by(300)
    failing = [c for c in scene.store.get(NAMESPACES, "ci")["status"]["conditions"] if c["status"] == "True"]
    assert [c["type"] for c in failing] == ["NamespaceDeletionDiscoveryFailure"]
    assert "external.metrics.k8s.io/v1beta1: the server is currently unable" in failing[0]["message"]
    scene.store.delete(APISERVICES, METRICS["metadata"]["name"], actor="system:admin")
    scene.until(lambda: scene.store.find(NAMESPACES, "ci") is None, within=120)


def test_an_api_service_without_its_service_stays_away_when_the_pod_network_is_back(flipped):
    scene = flipped
    scene.store.create(APISERVICES, METRICS, actor="system:admin")
    scene.pass_by(120)
    scene.reboot_all()
    scene.pass_by(1200)
    assert unavailable_groups(scene.store) == ["external.metrics.k8s.io/v1beta1"]


def test_a_namespace_goes_within_a_minute_when_all_is_well():
    scene = Scene("4.14")
    scene.store.delete(NAMESPACES, "ci", actor="system:admin")
    assert scene.store.get(NAMESPACES, "ci")["status"]["phase"] == "Terminating"
    scene.until(lambda: scene.store.find(NAMESPACES, "ci") is None, within=60)
    assert scene.store.list("pods", namespace="ci") == []
    scene.pass_by(60)
    assert scene.store.find("projects.project.openshift.io", "ci") is None
    assert scene.store.find("netnamespaces.network.openshift.io", "ci") is None


def test_a_stuck_namespace():
    scene = Scene("4.14")
    scene.cluster.faults.add("namespace_stuck:ci")
    scene.store.delete(NAMESPACES, "ci", actor="system:admin")
    scene.pass_by(600)
    conditions = {c["type"]: c["status"] for c in scene.store.get(NAMESPACES, "ci")["status"]["conditions"]}
    assert conditions["NamespaceFinalizersRemaining"] == "True"
    scene.cluster.faults.remove("namespace_stuck")
    scene.until(lambda: scene.store.find(NAMESPACES, "ci") is None, within=60)


def test_a_rollout_that_hangs_for_ten_minutes_is_degraded():
    scene = Scene("4.14", durations=Durations().override({"node_down": 1200}))
    scene.reboot("worker-1")
    scene.pass_by(600)
    assert scene.operator("network", "Degraded")["status"] == "False"
    scene.pass_by(300)
    degraded = scene.operator("network", "Degraded")
    assert (degraded["status"], degraded["reason"]) == ("True", "RolloutHung")
    assert 'DaemonSet "/openshift-multus/multus" rollout is not making progress - last change ' in degraded["message"]
    assert "network-check-target" not in degraded["message"]
    scene.until(lambda: scene.operator("network", "Degraded")["status"] == "False", within=1200, step=5)


@pytest.mark.parametrize(("ocp", "blocks"), [("4.12", True), ("4.14", True), ("4.16", False)])
def test_upgrades_are_blocked_while_pools_update(ocp, blocks):
    scene = Scene(ocp)
    scene.migrate_to(OVN)
    scene.until(lambda: scene.pool_condition("worker", "Updating")["status"] == "True", within=120)
    scene.pass_by(5)
    upgradeable = scene.operator("machine-config", "Upgradeable")
    assert upgradeable["status"] == str(not blocks)
    if blocks:
        assert upgradeable["reason"] == "PoolUpdating"
    assert scene.operator("machine-config", "Progressing")["status"] == "False"
    assert scene.operator("machine-config", "Degraded")["status"] == "False"


def test_sdn_blocks_upgrades_from_4_16():
    scene = Scene("4.16")
    assert scene.operator("network", "Upgradeable")["reason"] == "OpenShiftSDNConfigured"
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.pass_by(10)
    assert scene.operator("network", "Upgradeable")["status"] == "True"
