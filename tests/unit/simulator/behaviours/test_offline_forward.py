"""The offline migration from OpenShift SDN to OVN-Kubernetes, as clients see it."""

from __future__ import annotations

import json

import pytest

from tests.simulator.behaviours.mco.machine_configs import network_type_of
from tests.simulator.behaviours.mco.names import CONFIGS, CONTROLLER_CONFIGS, CURRENT, POOLS, STATE
from tests.unit.simulator.behaviours.scenes import CLUSTER_OPERATORS, CONFIG, OPERATOR, OVN, SDN, Scene

VERSIONS = ["4.12", "4.14", "4.16"]
TOPOLOGIES = {
    "3+3": {},
    "3+3+2 infra": {"pools": {"infra": 2}},
    "compact": {"workers": 0},
    "single node": {"masters": 1, "workers": 0},
}


@pytest.mark.parametrize("topology", TOPOLOGIES.values(), ids=TOPOLOGIES)
@pytest.mark.parametrize("ocp", VERSIONS)
def test_a_whole_migration(ocp, topology):
    scene = Scene(ocp, **topology)
    assert scene.healthy()
    scene.migrate(OVN)
    assert scene.status["networkType"] == OVN
    assert scene.status["migration"] == {"networkType": OVN}
    assert {cause for node in scene.nodes for cause in scene.reboots(node)} == {"mco", "manual"}
    assert all(scene.reboots(node) == ["mco", "manual"] for node in scene.nodes)
    before = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    scene.migrate_to(None)
    scene.until(lambda: "migration" not in scene.status, within=60)
    scene.pass_by(1200)
    assert {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools} == before
    assert all(scene.reboots(node) == ["mco", "manual"] for node in scene.nodes)
    assert scene.healthy()
    assert not scene.served("hostsubnets.network.openshift.io")
    assert scene.served("egressfirewalls.k8s.ovn.org")
    assert not scene.cluster.world.failures


@pytest.mark.parametrize("ocp", VERSIONS)
def test_the_order_of_things_when_migration_is_set(ocp):
    scene = Scene(ocp)
    scene.migrate_to(OVN)
    scene.pass_by(60)
    applied = scene.times(
        "configmaps",
        lambda change: (
            change.object["metadata"]["name"] == "applied-cluster"
            and json.loads(change.object["data"]["applied"]).get("migration", {}).get("networkType") == OVN
        ),
    )
    crds = scene.times(
        "customresourcedefinitions.apiextensions.k8s.io",
        lambda change: change.type == "ADDED" and change.object["metadata"]["name"] in scene.cluster.profile.ovn_crds,
    )
    status = scene.times(CONFIG, lambda change: (change.object.get("status") or {}).get("migration") is not None)
    controller = scene.times(CONTROLLER_CONFIGS, lambda change: change.object["spec"]["networkType"] == OVN)
    assert applied and crds and status and controller
    assert len(crds) == len(scene.cluster.profile.ovn_crds)
    assert applied[0] <= crds[0] <= status[0] < controller[0]
    assert scene.store.find("namespaces", "openshift-ovn-kubernetes") is None
    assert scene.operator("network", "Degraded")["status"] == "False"
    order = [change.key for _at, change in scene.changes]
    assert order.index("configmaps") < order.index("customresourcedefinitions.apiextensions.k8s.io")


@pytest.mark.parametrize("ocp", VERSIONS)
def test_pools_say_updated_with_the_old_configuration_for_a_while(ocp):
    scene = Scene(ocp)
    old = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    for _step in range(10):
        for pool in scene.pools:
            assert scene.pool_condition(pool, "Updated")["status"] == "True"
            assert scene.pool(pool)["status"]["configuration"]["name"] == old[pool]
        scene.pass_by(1)
    waited = scene.until(
        lambda: all(scene.pool_condition(pool, "Updating")["status"] == "True" for pool in scene.pools), within=60
    )
    assert waited < 50


@pytest.mark.parametrize("ocp", VERSIONS)
def test_words_of_the_pool_conditions(ocp):
    scene = Scene(ocp)
    kind = "" if ocp == "4.12" else "MachineConfig "
    old = scene.pool("worker")["spec"]["configuration"]["name"]
    assert scene.pool_condition("worker", "Updated")["message"] == f"All nodes are updated with {kind}{old}"
    scene.migrate_to(OVN)
    scene.until(lambda: scene.pool_condition("worker", "Updating")["status"] == "True", within=90)
    new = scene.pool("worker")["spec"]["configuration"]["name"]
    assert new != old
    assert scene.pool_condition("worker", "Updating")["message"] == f"All nodes are updating to {kind}{new}"
    assert scene.pool("worker")["status"]["configuration"]["name"] == old
    assert scene.pool_condition("worker", "Updated") == {
        **scene.pool_condition("worker", "Updated"),
        "status": "False",
        "reason": "",
        "message": "",
    }


def test_rendered_configurations_name_the_plugin_exactly():
    scene = Scene("4.14")
    scene.prepare(OVN)
    for pool in scene.pools:
        config = scene.store.get(CONFIGS, scene.pool(pool)["status"]["configuration"]["name"])
        units = {unit["name"]: unit for unit in config["spec"]["config"]["systemd"]["units"]}
        assert (
            "ExecStart=/usr/local/bin/configure-ovs.sh OVNKubernetes"
            in units["ovs-configuration.service"]["contents"].splitlines()
        )
        assert units["wait-for-br-ex-up.service"]["enabled"] is True
        assert "--network-type OVNKubernetes" in units["nodeip-configuration.service"]["contents"]
        paths = [entry["path"] for entry in config["spec"]["config"]["storage"]["files"]]
        assert "/etc/sysctl.d/forward.conf" not in paths
        assert config["metadata"]["ownerReferences"][0]["name"] == pool
        assert config["metadata"]["name"].startswith(f"rendered-{pool}-")


def test_up_to_4_13_forwarding_is_configured_for_every_plugin():
    scene = Scene("4.12")
    scene.prepare(OVN)
    config = scene.store.get(CONFIGS, scene.pool("worker")["status"]["configuration"]["name"])
    assert "/etc/sysctl.d/forward.conf" in [f["path"] for f in config["spec"]["config"]["storage"]["files"]]
    assert config["spec"]["config"]["ignition"]["version"] == "3.2.0"


def test_the_same_content_has_the_same_name_again():
    scene = Scene("4.14")
    first = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    scene.prepare(OVN)
    second = {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools}
    assert all(first[pool] != second[pool] for pool in scene.pools)
    scene.migrate_to(None)
    scene.until(lambda: scene.pools_run(SDN), within=4 * 3600, step=10)
    assert {pool: scene.pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools} == first
    assert {pool: Scene("4.14").pool(pool)["spec"]["configuration"]["name"] for pool in scene.pools} == first
    assert network_type_of(scene.store.find(CONFIGS, second["master"])) == OVN


def test_an_abort_reboots_every_node_again_and_takes_the_crds_away():
    scene = Scene("4.14")
    scene.prepare(OVN)
    scene.migrate_to(None)
    scene.until(lambda: "migration" not in scene.status, within=60)
    assert not scene.served("egressfirewalls.k8s.ovn.org")
    assert scene.served("hostsubnets.network.openshift.io")
    scene.until(lambda: scene.pools_run(SDN), within=4 * 3600, step=10)
    assert all(scene.reboots(node) == ["mco", "mco"] for node in scene.nodes)


@pytest.mark.parametrize("ocp", VERSIONS)
def test_the_flip_is_written_before_anything_is_ready(ocp):
    scene = Scene(ocp)
    scene.prepare(OVN)
    pools = {pool: scene.pool(pool)["spec"] for pool in scene.pools}
    scene.set_type(OVN)
    waited = scene.until(lambda: scene.status["networkType"] == OVN, within=60)
    assert waited <= 30
    assert scene.status["clusterNetworkMTU"] == 1400
    assert scene.status["migration"] == {"networkType": OVN}
    operator = scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]
    assert operator["type"] == OVN
    assert operator["ovnKubernetesConfig"]["mtu"] == 1400
    assert operator["ovnKubernetesConfig"]["genevePort"] == 6081
    assert operator["ovnKubernetesConfig"]["gatewayConfig"]["routingViaHost"] is False
    assert scene.daemonset("openshift-sdn", "sdn") is None
    assert scene.daemonset("openshift-sdn", "sdn-controller") is None
    assert scene.daemonset("openshift-ovn-kubernetes", "ovnkube-node") is not None
    control_plane = scene.store.find("deployments.apps", "ovnkube-control-plane", namespace="openshift-ovn-kubernetes")
    master = scene.daemonset("openshift-ovn-kubernetes", "ovnkube-master")
    assert (control_plane is None, master is None) == ((True, False) if ocp == "4.12" else (False, True))
    assert scene.store.get("namespaces", "openshift-sdn")["status"]["phase"] == "Active"
    assert scene.store.find("clusternetworks.network.openshift.io", "default") is None
    assert scene.store.list("hostsubnets.network.openshift.io")
    scene.pass_by(600)
    assert {pool: scene.pool(pool)["spec"] for pool in scene.pools} == pools
    assert all(scene.reboots(node) == ["mco"] for node in scene.nodes)
    assert all(scene.is_ready(node) for node in scene.nodes)


@pytest.mark.parametrize(("ocp", "rolls"), [("4.12", True), ("4.13", True), ("4.14", False), ("4.16", False)])
def test_multus_rolls_at_the_flip_up_to_4_13_only(ocp, rolls):
    scene = Scene(ocp)
    scene.prepare(OVN)
    before = scene.daemonset("openshift-multus", "multus")
    scene.flip(OVN)
    scene.pass_by(1)
    after = scene.daemonset("openshift-multus", "multus")
    assert before is not None and after is not None
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + int(rolls)
    scene.pass_by(600)
    status = scene.daemonset("openshift-multus", "multus")["status"]  # type: ignore[index]
    wanted = len(scene.nodes)
    assert status["observedGeneration"] == after["metadata"]["generation"]
    assert (status["updatedNumberScheduled"], status["numberAvailable"]) == (wanted, wanted)
    made = {
        pod["metadata"]["labels"]["controller-revision-hash"]
        for pod in scene.store.list("pods", namespace="openshift-multus", labels={"app": "multus"})
    }
    assert len(made) == 1
    if not rolls:
        config = scene.store.get("configmaps", "multus-daemon-config", namespace="openshift-multus")
        assert "10-ovn-kubernetes.conf" in config["data"]["daemon-config.json"]


def test_multus_rolls_ten_percent_at_a_time():
    scene = Scene("4.12", workers=17)
    scene.operator_spec({"migration": {"networkType": OVN}})
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.pause("master", "worker")
    scene.set_type(OVN)
    worst = 0
    for _step in range(200):
        scene.pass_by(2)
        status = (scene.daemonset("openshift-multus", "multus") or {}).get("status", {})
        worst = max(worst, status.get("numberUnavailable", 0))
    assert worst == 2


def test_network_is_progressing_and_stays_available():
    scene = Scene("4.14")
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.until(lambda: scene.operator("network", "Progressing")["status"] == "True", within=10)
    awaited = 'DaemonSet "/openshift-ovn-kubernetes/ovnkube-node" is not available (awaiting 6 nodes)'
    # The first to be looked at are those whose pods are losing their network.
    scene.until(lambda: awaited in scene.operator("network", "Progressing")["message"].splitlines(), within=60)
    condition = scene.operator("network", "Progressing")
    assert (condition["status"], condition["reason"]) == ("True", "Deploying")
    scene.pass_by(300)
    scene.reboot_all()
    available = [
        [c["status"] for c in change.object["status"]["conditions"] if c["type"] == "Available"]
        for _at, change in scene.changes
        if change.key == CLUSTER_OPERATORS and change.object["metadata"]["name"] == "network"
    ]
    assert all(status == ["True"] for status in available)
    assert "reason" not in scene.operator("network", "Progressing")


def test_both_network_objects_count_status_writes_as_generations():
    scene = Scene("4.14")
    config, operator = (scene.store.get(key, "cluster")["metadata"]["generation"] for key in (CONFIG, OPERATOR))
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    assert scene.store.get(CONFIG, "cluster")["metadata"]["generation"] == config + 1
    assert scene.store.get(OPERATOR, "cluster")["metadata"]["generation"] >= operator + 1
    for key in (CONFIG, OPERATOR):
        assert scene.store.resource(key).status_subresource is False  # type: ignore[union-attr]


def test_a_node_takes_its_steps_in_order():
    scene = Scene("4.14")
    old_boot, target = scene.boot_id("worker-0"), None
    scene.prepare(OVN)
    target = scene.pool("worker")["status"]["configuration"]["name"]
    steps: list[str] = []

    def note(step: str) -> None:
        if not steps or steps[-1] != step:
            steps.append(step)

    for _at, change in scene.changes:
        if change.key != "nodes" or change.object["metadata"]["name"] != "worker-0":
            continue
        annotations = change.object["metadata"]["annotations"]
        parts = [
            annotations[STATE],
            "new" if annotations[CURRENT] == target else "old",
            annotations["machineconfiguration.openshift.io/desiredDrain"].split("-")[0],
            annotations["machineconfiguration.openshift.io/lastAppliedDrain"].split("-")[0],
            "cordoned" if change.object["spec"].get("unschedulable") else "open",
            "booted" if change.object["status"]["nodeInfo"]["bootID"] != old_boot else "up",
        ]
        note(" ".join(parts))
    assert steps == [
        "Done old uncordon uncordon open up",
        "Working old uncordon uncordon open up",
        "Working old drain uncordon open up",
        "Working old drain uncordon cordoned up",
        "Working old drain drain cordoned up",
        "Working old drain drain cordoned booted",
        "Working old uncordon drain cordoned booted",
        "Working old uncordon drain open booted",
        "Working old uncordon uncordon open booted",
        "Done new uncordon uncordon open booted",
    ]


def test_pools_roll_one_node_each_at_a_time():
    scene = Scene("4.14", pools={"infra": 2})
    scene.migrate_to(OVN)
    together = 0
    for _step in range(240):
        scene.pass_by(5)
        down = [m.name for m in scene.cluster.machines if not m.kubelet]
        kinds = [name.split("-")[0] for name in down]
        assert len(kinds) == len(set(kinds)), down
        together = max(together, len(kinds))
    assert together >= 2
    assert scene.pools_run(OVN)


def test_controller_config_reports_its_progress():
    scene = Scene("4.14")
    scene.migrate_to(OVN)
    scene.pass_by(60)
    seen = [
        {c["type"]: c["status"] for c in change.object.get("status", {}).get("conditions", [])}
        for _at, change in scene.changes
        if change.key == CONTROLLER_CONFIGS
    ]
    running = [state["TemplateControllerRunning"] for state in seen if state]
    assert "True" in running and running[-1] == "False"
    assert seen[-1]["TemplateControllerCompleted"] == "True"
    config = scene.store.get(CONTROLLER_CONFIGS, "machine-config-controller")
    assert config["status"]["observedGeneration"] == config["metadata"]["generation"]
    assert [pool["status"]["observedGeneration"] for pool in scene.store.list(POOLS)] == [
        pool["metadata"]["generation"] for pool in scene.store.list(POOLS)
    ]
