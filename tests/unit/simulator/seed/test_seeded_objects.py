"""The seeded cluster: whole, consistent in itself, and the one that its version and topology call for."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
import yaml

from tests.simulator.options import Options
from tests.simulator.ports import Object
from tests.simulator.profiles import PROFILES, UnknownVersion, profile_for
from tests.simulator.seed import builtin_resources, seed
from tests.simulator.seed.networks import applied_spec
from tests.simulator.seed.operators import OPERATORS
from tests.simulator.store.objects import ObjectStore
from tests.simulator.topology import topology
from tests.unit.simulator.seed.conftest import NOW, build, shared

ALL = tuple(PROFILES)
TOPOLOGIES = {
    "3+3": Options(),
    "infra": Options(pools={"infra": 2}),
    "compact": Options(workers=0),
    "single node": Options(masters=1, workers=0),
    "label": Options(control_plane_label_only=True),
    "large": Options(workers=497),
}
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"


class Recording(ObjectStore):
    """Remembers what it was asked to create."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.asked: list[tuple[str, Mapping[str, Any], Object]] = []

    def create(
        self, key: str, obj: Mapping[str, Any], *, actor: str, dry_run: bool = False, checked: bool = False
    ) -> Object:
        made = super().create(key, obj, actor=actor, dry_run=dry_run, checked=checked)
        self.asked.append((key, obj, made))
        return made


def lost(asked: Any, kept: Any, path: str = "") -> list[str]:
    """The fields of ``asked`` that ``kept`` does not have."""
    if isinstance(asked, Mapping):
        if not isinstance(kept, Mapping):
            return [path]
        return [
            name
            for key, value in asked.items()
            for name in (lost(value, kept[key], f"{path}.{key}") if key in kept else [f"{path}.{key}"])
        ]
    if isinstance(asked, (list, tuple)):
        return [name for i, value in enumerate(asked) for name in lost(value, kept[i], f"{path}[{i}]")]
    return [] if asked == kept else [path]


@pytest.mark.parametrize("ocp", ALL)
def test_every_seeded_object_fits_its_schema(ocp: str) -> None:
    store = Recording(now=lambda: NOW)
    for resource in builtin_resources(profile_for(ocp)):
        store.declare(resource)
    seed(store, options=Options(ocp=ocp, pools={"infra": 2}), profile=profile_for(ocp), now=NOW)
    assert len(store.asked) > 500
    pruned = {
        f"{key} {made['metadata']['name']}{path}"
        for key, asked, made in store.asked
        for path in lost(asked, made)
        if key != DEFINITIONS or path.startswith(".spec.versions")
    }
    assert pruned == set()


@pytest.mark.parametrize("ocp", ALL)
def test_every_definition_is_established(ocp: str) -> None:
    for crd in shared(ocp).list(DEFINITIONS):
        assert {c["type"]: c["status"] for c in crd["status"]["conditions"]} == {
            "NamesAccepted": "True",
            "Established": "True",
        }


@pytest.mark.parametrize("ocp", ALL)
def test_only_the_plugin_in_use_has_its_kinds(ocp: str) -> None:
    store = shared(ocp)
    runs_sdn = profile_for(ocp).sdn_supported
    assert (store.resource("hostsubnets.network.openshift.io") is not None) is runs_sdn
    assert (store.resource("egressips.k8s.ovn.org") is not None) is not runs_sdn


def test_nothing_is_younger_than_now_and_the_cluster_is_a_month_old() -> None:
    store = shared()
    ages = {
        NOW - datetime.fromisoformat(obj["metadata"]["creationTimestamp"])
        for resource in store.resources()
        for obj in store.list(resource.key)
    }
    assert min(ages).total_seconds() > 0
    assert max(ages).days in (29, 30)


def test_the_same_seed_makes_the_same_cluster() -> None:
    def everything(**options: Any) -> list[Object]:
        store = build(**options)
        return [
            {**obj, "metadata": {k: v for k, v in obj["metadata"].items() if k not in ("uid", "resourceVersion")}}
            for resource in store.resources()
            for obj in store.list(resource.key)
        ]

    assert everything() == everything()
    assert everything() != everything(seed=1)


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_nodes_have_addresses_and_subnets_of_their_own(name: str) -> None:
    nodes = topology(TOPOLOGIES[name]).nodes
    for of in ("name", "address", "loopback", "subnet"):
        values = [getattr(node, of) for node in nodes]
        assert len(set(values)) == len(nodes), of
    network = ipaddress.IPv4Network("10.128.0.0/14")
    assert all(ipaddress.IPv4Network(node.subnet).subnet_of(network) for node in nodes)
    assert all(ipaddress.ip_address(node.loopback).is_loopback for node in nodes)
    assert all(ipaddress.ip_address(node.address) in ipaddress.ip_network("10.0.0.0/16") for node in nodes)


@pytest.mark.parametrize(
    ("name", "masters", "workers", "control_plane", "infrastructure"),
    [
        pytest.param("3+3", 3, 3, "HighlyAvailable", "HighlyAvailable", id="3+3"),
        pytest.param("infra", 3, 5, "HighlyAvailable", "HighlyAvailable", id="infra"),
        pytest.param("compact", 3, 3, "HighlyAvailable", "HighlyAvailable", id="compact"),
        pytest.param("single node", 1, 1, "SingleReplica", "SingleReplica", id="single node"),
    ],
)
def test_topology(name: str, masters: int, workers: int, control_plane: str, infrastructure: str) -> None:
    found = topology(TOPOLOGIES[name])
    assert (len(found.masters), len(found.workers)) == (masters, workers)
    assert (found.control_plane, found.infrastructure) == (control_plane, infrastructure)


def test_masters_repel_pods_unless_they_are_workers_too() -> None:
    taints = {
        node["metadata"]["name"]: node["spec"].get("taints") for node in build(workers=0, masters=3).list("nodes")
    }
    assert set(taints.values()) == {None}
    tainted = build().get("nodes", "master-0")["spec"]["taints"]
    assert tainted == [{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]


@pytest.mark.parametrize("name", ["3+3", "infra", "compact", "single node", "label"])
def test_every_node_is_in_exactly_one_pool(name: str) -> None:
    options = TOPOLOGIES[name]
    store = build(
        masters=options.masters,
        workers=options.workers,
        pools=options.pools,
        control_plane_label_only=options.control_plane_label_only,
    )
    pools = store.list("machineconfigpools.machineconfiguration.openshift.io")
    custom = {pool["metadata"]["name"] for pool in pools} - {"master", "worker"}
    planned = {node.name: node.pool for node in topology(options).nodes}
    for node in store.list("nodes"):
        labels = node["metadata"]["labels"]
        matching = {
            pool["metadata"]["name"]
            for pool in pools
            if pool["spec"]["nodeSelector"]["matchLabels"].items() <= labels.items()
        }
        primary = "master" if "master" in matching else next(iter(matching & custom), "worker")
        assert primary == planned[node["metadata"]["name"]]


def test_pools_are_seeded_without_what_the_operator_fills_in() -> None:
    for pool in build(pools={"infra": 1}).list("machineconfigpools.machineconfiguration.openshift.io"):
        assert "configuration" not in pool["spec"]
        assert "maxUnavailable" not in pool["spec"]
        assert pool["spec"]["paused"] is False
        assert "status" not in pool


def test_what_controllers_own_is_not_seeded() -> None:
    store = shared()
    for key in ("pods", "daemonsets.apps", "deployments.apps", "leases.coordination.k8s.io"):
        assert store.list(key) == [], key
    for key in ("machineconfigs", "controllerconfigs"):
        assert store.list(f"{key}.machineconfiguration.openshift.io") == [], key


@pytest.mark.parametrize("ocp", ALL)
def test_all_operators_are_healthy_and_at_the_version(ocp: str) -> None:
    operators = shared(ocp).list("clusteroperators.config.openshift.io")
    assert len(operators) == len(OPERATORS) == 33
    for operator in operators:
        name, status = operator["metadata"]["name"], operator["status"]
        conditions = {c["type"]: c["status"] for c in status["conditions"]}
        assert (conditions["Available"], conditions["Progressing"], conditions["Degraded"]) == (
            "True",
            "False",
            "False",
        ), name
        assert {"name": "operator", "version": profile_for(ocp).version} in status["versions"], name
        assert not any(
            "{" in condition.get("message", "") for condition in status["conditions"] if name != "machine-config"
        )


@pytest.mark.parametrize(
    ("ocp", "status", "reason"),
    [
        pytest.param("4.12", "True", None, id="4.12"),
        pytest.param("4.14", "True", None, id="4.14"),
        pytest.param("4.15", "True", None, id="4.15"),
        pytest.param("4.16", "False", "OpenShiftSDNConfigured", id="4.16 runs SDN"),
        pytest.param("4.17", "True", None, id="4.17 runs OVN"),
    ],
)
def test_upgradeable_of_the_network_operator(ocp: str, status: str, reason: str | None) -> None:
    operator = shared(ocp).get("clusteroperators.config.openshift.io", "network")
    found = next(c for c in operator["status"]["conditions"] if c["type"] == "Upgradeable")
    assert (found["status"], found.get("reason")) == (status, reason)


def test_the_networks_of_an_untouched_sdn_cluster() -> None:
    store = shared("4.14")
    network = {"clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}], "serviceNetwork": ["172.30.0.0/16"]}
    config = store.get("networks.config.openshift.io", "cluster")
    assert config["spec"] == {**network, "externalIP": {"policy": {}}, "networkType": "OpenShiftSDN"}
    assert config["status"] == {**network, "clusterNetworkMTU": 1450, "networkType": "OpenShiftSDN"}
    operator = store.get("networks.operator.openshift.io", "cluster")
    assert operator["spec"]["defaultNetwork"] == {"type": "OpenShiftSDN"}
    assert "migration" not in operator["spec"]


@pytest.mark.parametrize("ocp", ["4.15", "4.16"])
def test_defaults_of_sdn_are_in_the_object_since_4_15(ocp: str) -> None:
    spec = shared(ocp).get("networks.operator.openshift.io", "cluster")["spec"]
    assert spec["defaultNetwork"]["openshiftSDNConfig"] == {
        "enableUnidling": True,
        "mode": "NetworkPolicy",
        "mtu": 1450,
        "vxlanPort": 4789,
    }
    assert spec["deployKubeProxy"] is False


def test_a_4_17_cluster_runs_ovn_kubernetes() -> None:
    store = shared("4.17")
    assert store.get("networks.config.openshift.io", "cluster")["status"]["clusterNetworkMTU"] == 1400
    assert store.find("namespaces", "openshift-sdn") is None
    assert store.find("namespaces", "openshift-ovn-kubernetes") is not None


@pytest.mark.parametrize("ocp", ALL)
def test_the_applied_record_is_the_operators_spec_with_all_defaults(ocp: str) -> None:
    store = shared(ocp)
    record = store.get("configmaps", "applied-cluster", namespace="openshift-network-operator")
    applied = json.loads(record["data"]["applied"])
    assert applied == applied_spec(profile_for(ocp))
    assert lost(store.get("networks.operator.openshift.io", "cluster")["spec"], applied) == []
    assert store.get("configmaps", "mtu", namespace="openshift-network-operator")["data"] == {"mtu": "1500"}


def test_the_installation_is_on_record() -> None:
    record = build(masters=3, workers=2).get("configmaps", "cluster-config-v1", namespace="kube-system")
    config = yaml.safe_load(record["data"]["install-config"])
    assert config["controlPlane"]["replicas"] == 3
    assert config["compute"][0]["replicas"] == 2
    assert config["networking"]["networkType"] == "OpenShiftSDN"


def test_sdn_knows_every_node_and_namespace() -> None:
    store = shared()
    for node in store.list("nodes"):
        subnet = store.get("hostsubnets.network.openshift.io", node["metadata"]["name"])
        assert subnet["hostIP"] == node["status"]["addresses"][0]["address"]
        assert subnet["metadata"]["annotations"]["pod.network.openshift.io/node-uid"] == node["metadata"]["uid"]
    names = {obj["metadata"]["name"] for obj in store.list("namespaces")}
    net_namespaces = store.list("netnamespaces.network.openshift.io")
    assert {obj["netname"] for obj in net_namespaces} == names
    own = [obj["netid"] for obj in net_namespaces if obj["netid"] != 0]
    assert len(set(own)) == len(own)


def test_a_machine_stands_behind_every_node() -> None:
    store = shared()
    for node in store.list("nodes"):
        namespace, name = node["metadata"]["annotations"]["machine.openshift.io/machine"].split("/")
        machine = store.get("machines.machine.openshift.io", name, namespace=namespace)
        assert machine["spec"]["providerID"] == node["spec"]["providerID"]
        assert machine["status"]["nodeRef"]["uid"] == node["metadata"]["uid"]
    checks = store.list("machinehealthchecks.machine.openshift.io")
    assert [check["status"]["expectedMachines"] for check in checks] == [3]


def test_nmstate_shows_the_address_on_the_first_interface_under_sdn() -> None:
    state = shared().get("nodenetworkstates.nmstate.io", "worker-0")["status"]["currentState"]
    interfaces = {interface["name"]: interface for interface in state["interfaces"]}
    assert interfaces["enp1s0"]["ipv4"]["address"] == [{"ip": "10.0.32.10", "prefix-length": 16}]
    assert interfaces["tun0"]["mtu"] == 1450
    assert "br-ex" not in interfaces
    assert shared().list("nodenetworkconfigurationpolicies.nmstate.io") == []


@pytest.mark.parametrize("ocp", ALL)
def test_every_served_group_and_version_has_an_apiservice(ocp: str) -> None:
    store = shared(ocp)
    served = {(r.group, v) for r in store.resources() for v in r.versions} - {("apiregistration.k8s.io", "v1")}
    services = {
        (obj["spec"]["group"], obj["spec"]["version"]): obj for obj in store.list("apiservices.apiregistration.k8s.io")
    }
    assert served <= services.keys()
    aggregated = {group for (group, _version), obj in services.items() if "service" in obj["spec"]}
    assert {"route.openshift.io", "oauth.openshift.io", "metrics.k8s.io"} <= aggregated
    assert "config.openshift.io" not in aggregated
    for (group, version), obj in services.items():
        assert obj["metadata"]["name"] == f"{version}.{group}"


def test_the_users_webhook_is_the_only_one_that_is_not_of_the_platform() -> None:
    hooks = shared().list("validatingwebhookconfigurations.admissionregistration.k8s.io")
    users = [h["metadata"]["name"] for h in hooks if not _is_of_platform(h)]
    assert users == ["image-policy.shop.example.com"]


def _is_of_platform(hook: Object) -> bool:
    namespaces = {h["clientConfig"].get("service", {}).get("namespace", "openshift") for h in hook["webhooks"]}
    return all(namespace.startswith("openshift") for namespace in namespaces)


@pytest.mark.parametrize("ocp", ["4.14", "4.17"])
def test_the_node_identity_webhook_comes_with_ovn_only(ocp: str) -> None:
    hooks = shared(ocp).list("validatingwebhookconfigurations.admissionregistration.k8s.io")
    present = "network-node-identity.openshift.io" in {hook["metadata"]["name"] for hook in hooks}
    assert present is (ocp == "4.17")


@pytest.mark.parametrize("ocp", ALL)
def test_a_profile_names_one_release(ocp: str) -> None:
    profile = profile_for(ocp)
    assert profile.version.startswith(f"{ocp}.")
    assert profile.rhcos_version in profile.os_image
    assert f"rhaos{ocp}." in profile.container_runtime_version
    assert profile.container_runtime_version.startswith(f"cri-o://1.{profile.kubernetes_minor}.")
    assert len(profile.release_image.partition("@sha256:")[2]) == 64


def test_versions() -> None:
    assert profile_for("4.14.31").minor == "4.14"
    assert profile_for("4.16").channel == "stable-4.16"
    assert profile_for("4.14").kubernetes_minor == "27"
    assert profile_for("4.13").required_pools_seconds(masters=3) == 600
    assert profile_for("4.14").required_pools_seconds(masters=3) == 1800
    with pytest.raises(UnknownVersion, match=r"no profile for OpenShift 4\.11; there are 4\.12"):
        profile_for("4.11")
