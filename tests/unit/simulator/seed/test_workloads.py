"""The workloads as data: what runs where, by version, topology and network plugin."""

from __future__ import annotations

import pytest

from tests.simulator.manifests.workloads import Workload, manifest, multus, platform_workloads, plugin_workloads
from tests.simulator.options import Options
from tests.simulator.profiles import PROFILES, profile_for
from tests.simulator.topology import topology
from tests.unit.simulator.seed.conftest import shared

ALL = tuple(PROFILES)
HA = topology(Options())


def everything(ocp: str) -> list[Workload]:
    profile = profile_for(ocp)
    plugins = [w for kind in ("OpenShiftSDN", "OVNKubernetes") for w in plugin_workloads(kind, profile, HA)]
    return platform_workloads(profile, HA) + plugins


def find(workloads: list[Workload], name: str) -> Workload:
    return next(workload for workload in workloads if workload.name == name)


@pytest.mark.parametrize("ocp", ALL)
def test_every_workload_has_a_namespace_and_a_name_of_its_own(ocp: str) -> None:
    workloads = everything(ocp)
    places = [(w.kind, w.namespace, w.name) for w in workloads]
    assert len(set(places)) == len(places)
    created_with_the_plugin = {"openshift-sdn", "openshift-ovn-kubernetes"}
    seeded = {namespace["metadata"]["name"] for namespace in shared(ocp).list("namespaces")}
    assert {w.namespace for w in workloads} <= seeded | created_with_the_plugin


@pytest.mark.parametrize("ocp", ALL)
def test_a_selector_finds_its_own_pods_only(ocp: str) -> None:
    controlled = [w for w in everything(ocp) if w.kind not in ("StaticPod", "Guard")]
    for workload in controlled:
        others = [
            w.name
            for w in controlled
            if w is not workload and w.namespace == workload.namespace and set(workload.labels) <= set(w.labels)
        ]
        assert others == [], workload.name
        body = manifest(workload, profile=profile_for(ocp), topology=HA)
        assert body["spec"]["selector"]["matchLabels"] == body["spec"]["template"]["metadata"]["labels"]


@pytest.mark.parametrize("ocp", ALL)
def test_operators_that_judge_workloads_exist(ocp: str) -> None:
    names = {operator["metadata"]["name"] for operator in shared(ocp).list("clusteroperators.config.openshift.io")}
    assert {w.operator for w in everything(ocp)} - {""} <= names


@pytest.mark.parametrize(("ocp", "rolls"), [pytest.param(v, v in ("4.12", "4.13"), id=v) for v in ALL if v != "4.17"])
def test_the_template_of_multus_changes_with_the_plugin_before_4_14(ocp: str, rolls: bool) -> None:
    profile = profile_for(ocp)
    specs = [
        manifest(multus(profile, network_type=kind), profile=profile, topology=HA)["spec"]["template"]
        for kind in ("OpenShiftSDN", "OVNKubernetes")
    ]
    assert (specs[0] != specs[1]) is rolls


@pytest.mark.parametrize(
    ("ocp", "names"),
    [
        pytest.param("4.13", ["ovnkube-master", "ovnkube-node"], id="4.13"),
        pytest.param("4.14", ["ovnkube-control-plane", "ovnkube-node"], id="4.14"),
    ],
)
def test_workloads_of_ovn_kubernetes(ocp: str, names: list[str]) -> None:
    workloads = plugin_workloads("OVNKubernetes", profile_for(ocp), HA)
    assert sorted(w.name for w in workloads) == names
    assert all(w.host_network and w.tracked for w in workloads)


def test_one_ovn_control_plane_on_a_single_node() -> None:
    single = topology(Options(masters=1, workers=0))
    workloads = plugin_workloads("OVNKubernetes", profile_for("4.14"), single)
    assert find(workloads, "ovnkube-control-plane").replicas == 1


@pytest.mark.parametrize(
    ("ocp", "second"),
    [
        pytest.param("4.12", "oauth-proxy", id="4.12"),
        pytest.param("4.14", "kube-rbac-proxy", id="4.14"),
        pytest.param("4.16", "kube-rbac-proxy", id="4.16"),
    ],
)
def test_the_machine_config_daemon(ocp: str, second: str) -> None:
    daemon = find(everything(ocp), "machine-config-daemon")
    assert daemon.containers == ("machine-config-daemon", second)
    assert daemon.nodes(HA) == HA.nodes
    spec = manifest(daemon, profile=profile_for(ocp), topology=HA)["spec"]["template"]["spec"]
    assert (spec["hostNetwork"], spec["hostPID"], spec["terminationGracePeriodSeconds"]) == (True, True, 600)
    assert spec["tolerations"] == [{"operator": "Exists"}]
    first = spec["containers"][0]
    assert first["volumeMounts"][0]["mountPath"] == "/rootfs"
    assert ("livenessProbe" in first) is (ocp == "4.16")


@pytest.mark.parametrize(
    ("name", "present"),
    [
        pytest.param("network-node-identity", ("4.14", "4.15", "4.16", "4.17"), id="node identity"),
        pytest.param("iptables-alerter", ("4.16", "4.17"), id="iptables alerter"),
        pytest.param("kube-rbac-proxy-crio", ("4.14", "4.15", "4.16", "4.17"), id="kube-rbac-proxy-crio"),
    ],
)
def test_what_comes_with_a_version(name: str, present: tuple[str, ...]) -> None:
    assert tuple(ocp for ocp in ALL if name in {w.name for w in everything(ocp)}) == present


@pytest.mark.parametrize(
    "name",
    [
        "etcd",
        "kube-apiserver",
        "network-operator",
        "multus",
        "machine-config-daemon",
        "machine-config-server",
        "sdn",
        "ovnkube-node",
    ],
)
def test_what_works_without_a_pod_network(name: str) -> None:
    assert find(everything("4.14"), name).host_network


@pytest.mark.parametrize(
    "name",
    ["machine-config-operator", "machine-config-controller", "oauth-openshift", "dns-default", "console", "frontend"],
)
def test_what_needs_a_pod_network(name: str) -> None:
    assert not find(everything("4.14"), name).host_network


def test_tracked_workloads_say_so() -> None:
    profile = profile_for("4.14")
    body = manifest(find(everything("4.14"), "network-check-target"), profile=profile, topology=HA)
    assert body["metadata"]["labels"] == {"networkoperator.openshift.io/generates-operator-status": "stand-alone"}
    assert "networkoperator.openshift.io/non-critical" in body["metadata"]["annotations"]


def test_masters_are_found_by_the_label_that_they_have() -> None:
    unusual = topology(Options(control_plane_label_only=True))
    daemon = find(everything("4.14"), "machine-config-server")
    spec = manifest(daemon, profile=profile_for("4.14"), topology=unusual)["spec"]["template"]["spec"]
    assert "node-role.kubernetes.io/control-plane" in spec["nodeSelector"]
