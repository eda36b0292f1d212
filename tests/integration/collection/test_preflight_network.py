"""Everything about addresses, hosts, workloads and the way back that the preflight checks look at, made wrong through
the API of a simulated cluster. What is compared is the set of ids that are found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight import (
    addressing,
    host_network,
    machine_configs,
    rollback,
    workloads,
)
from tests.integration.ansible_runs import module
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

kubernetes = pytest.importorskip("kubernetes")

Object = dict[str, Any]
MERGE = "application/merge-patch+json"
GROUPS = (addressing, host_network, machine_configs, workloads, rollback)
CHECKS = {check.id for group in GROUPS for check in group.CHECKS}
#: What no API can answer, and what the simulator's owner uses of OpenShiftSDN anyway.
ALWAYS = {"tunnel_port_open", "nodes_not_routers", "egress_policies_enforced", "multicast_namespaces"}
NETWORK_OPERATOR = ("operator.openshift.io/v1", "Network", "cluster")
NETWORK_CONFIG = ("config.openshift.io/v1", "Network", "cluster")
#: Definitions that come with operators: (group, version, kind, plural).
DEFINED = (
    ("ptp.openshift.io", "v1", "PtpConfig", "ptpconfigs"),
    ("sriovnetwork.openshift.io", "v1", "SriovNetworkNodePolicy", "sriovnetworknodepolicies"),
)


class Cluster:
    """The API, as somebody who breaks things uses it."""

    def __init__(self, simulator: RunningSimulator, directory: Path) -> None:
        from openshift.dynamic import DynamicClient

        self.simulator = simulator
        api = kubernetes.config.new_client_from_config(str(simulator.kubeconfig))
        self._client = DynamicClient(api, cache_file=str(directory / "discovery.json"))

    def create(self, api_version: str, kind: str, name: str, namespace: str = "", **body: Any) -> None:
        metadata = {"name": name, **body.pop("metadata", {})}
        whole = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}
        self._kind(api_version, kind).create(body=whole, namespace=namespace or None)
        if "status" in body:
            self.status(api_version, kind, name, namespace, **body["status"])

    def merge(self, api_version: str, kind: str, name: str, **patch: Any) -> None:
        self._kind(api_version, kind).patch(name=name, body=patch, content_type=MERGE)

    def status(self, api_version: str, kind: str, name: str, namespace: str = "", **status: Any) -> None:
        self._kind(api_version, kind).status.patch(
            name=name, namespace=namespace or None, body={"status": status}, content_type=MERGE
        )

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> Object:
        found: Object = self._kind(api_version, kind).get(name=name, namespace=namespace or None).to_dict()
        return found

    def delete_all(self, api_version: str, kind: str) -> None:
        found = self._kind(api_version, kind)
        for item in found.get().items:
            found.delete(name=item.metadata.name)

    def define(self, group: str, version: str, kind: str, plural: str) -> None:
        names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        versions = [{"name": version, "served": True, "storage": True, "schema": schema}]
        spec = {"group": group, "names": names, "scope": "Namespaced", "versions": versions}
        self.create("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{plural}.{group}", spec=spec)

    def _kind(self, api_version: str, kind: str) -> Any:
        return self._client.resources.get(api_version=api_version, kind=kind)


def until(done: Callable[[], bool], *, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "the simulator did not get there"
        time.sleep(0.05)


def break_workloads(cluster: Cluster) -> Mapping[str, Any]:
    annotations = {workloads.EGRESS_ROUTER: "true"}
    containers = [{"name": "main", "image": "example.com/router"}]
    cluster.create(
        "v1", "Pod", "router", "shop", metadata={"annotations": annotations}, spec={"containers": containers}
    )
    allow = {"egress": [{"type": "Allow", "to": {"cidrSelector": "0.0.0.0/0"}}]}
    cluster.create("network.openshift.io/v1", "EgressNetworkPolicy", "second", "shop", spec=allow)
    cluster.merge(
        "network.openshift.io/v1", "HostSubnet", "worker-0", egressCIDRs=["10.0.128.0/24"], egressIPs=["10.0.128.9"]
    )
    cluster.merge("network.openshift.io/v1", "HostSubnet", "worker-1", egressIPs=["10.0.129.9"])
    deny = {"podSelector": {}, "policyTypes": ["Ingress"]}
    cluster.create("networking.k8s.io/v1", "NetworkPolicy", "deny-by-default", "shop", spec=deny)
    service = {"ports": [{"port": 80, "protocol": "TCP"}], "externalIPs": ["192.0.2.9"]}
    cluster.create("v1", "Service", "outside", "shop", spec=service)
    hook = {
        "name": "mutate.shop.example",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "clientConfig": {"service": {"namespace": "shop", "name": "hook"}},
        "failurePolicy": "Fail",
        "timeoutSeconds": 30,
        "rules": [
            {"apiGroups": ["shop.example"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["orders"]}
        ],
    }
    first = {**hook, "name": "first.shop.example", "timeoutSeconds": 2}
    cluster.create("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "shop", webhooks=[first, hook])
    budget = ("policy/v1", "PodDisruptionBudget", "tight", "shop")
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cluster.create("v1", "PersistentVolumeClaim", "ledger", "shop", spec=claim)
    alone = pods("ledger")
    alone["template"]["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "ledger"}}]
    cluster.create("apps/v1", "Deployment", "ledger", "shop", spec={"replicas": 1, **alone})
    cluster.create(*budget, spec={"maxUnavailable": 0, "selector": {"matchLabels": {"app": "orders-db"}}})
    cluster.create("apps/v1", "DaemonSet", "agent", "openshift-sdn", spec=pods("agent"))
    rule = {"apiGroups": ["network.openshift.io"], "resources": ["egressnetworkpolicies"], "verbs": ["*"]}
    cluster.create("rbac.authorization.k8s.io/v1", "ClusterRole", "egress-admin", rules=[rule])
    until(lambda: bool((cluster.get(*budget).get("status") or {}).get("expectedPods")))
    return {"features": {"multicast": False}}


def pods(name: str) -> Object:
    labels = {"app": name}
    containers = [{"name": "main", "image": "example.com/agent"}]
    return {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }


def break_hosts(cluster: Cluster) -> Mapping[str, Any]:
    state = cluster.get("nmstate.io/v1beta1", "NodeNetworkState", "worker-1")["status"]["currentState"]
    primary = next(entry["name"] for entry in state["interfaces"] if (entry.get("ipv4") or {}).get("address"))
    for route in state["routes"]["running"]:
        route["next-hop-interface"] = "ens99"
    cluster.status("nmstate.io/v1beta1", "NodeNetworkState", "worker-1", currentState=state)
    desired = {"desiredState": {"interfaces": [{"name": primary, "type": "ethernet", "state": "up"}]}}
    degraded = {"type": "Degraded", "status": "True", "reason": "FailedToConfigure"}
    cluster.create(
        "nmstate.io/v1",
        "NodeNetworkConfigurationPolicy",
        "primary",
        spec=desired,
        status={"conditions": [{**degraded, "lastTransitionTime": "2026-01-01T00:00:00Z"}]},
    )
    profile = {
        "path": f"/etc/NetworkManager/system-connections/{primary}.nmconnection",
        "contents": {"source": "data:,"},
    }
    units = [{"name": "ovs-configuration.service", "dropins": [{"name": "a.conf", "contents": "ExecStart=/opt/mine"}]}]
    storage = {"files": [profile]}
    config = {"config": {"ignition": {"version": "3.2.0"}, "storage": storage, "systemd": {"units": units}}}
    cluster.create("machineconfiguration.openshift.io/v1", "MachineConfig", "50-primary", spec=config)
    cluster.create(
        "k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "lan", "shop", spec={"config": '{"type":"macvlan"}'}
    )
    for definition in DEFINED:
        cluster.define(*definition)
    cluster.create(
        "sriovnetwork.openshift.io/v1",
        "SriovNetworkNodePolicy",
        "vf",
        "shop",
        spec={"nicSelector": {"pfNames": [primary]}},
    )
    cluster.create("ptp.openshift.io/v1", "PtpConfig", "clock", "shop", spec={"profile": [{"interface": primary}]})
    cluster.create("apps/v1", "DaemonSet", "calico-node", "shop", spec=pods("calico-node"))
    return {}


def remove_nmstate(cluster: Cluster) -> Mapping[str, Any]:
    """Then the nodes themselves are asked."""
    cluster.delete_all("nmstate.io/v1beta1", "NodeNetworkState")
    return {"ovn": {"mtu": 1401}}


def break_addresses(cluster: Cluster) -> Mapping[str, Any]:
    cluster.merge(*NETWORK_OPERATOR, spec={"kubeProxyConfig": {"iptablesSyncPeriod": "30s"}})
    cluster.merge(*NETWORK_CONFIG, spec={"serviceNetwork": ["172.29.0.0/16"]})
    return {
        "ovn": {
            "mtu": 9000,
            "geneve_port": 4789,
            "join_subnet": "100.70.0.0/28",
            "masquerade_subnet": "rubbish",
        },
        "cluster_network": [{"cidr": "10.0.0.0/12", "host_prefix": 31}, {"cidr": "fd01::/48", "host_prefix": 64}],
        "external_networks": ["100.88.7.0/24"],
    }


def unserved_egress_ips(cluster: Cluster) -> Mapping[str, Any]:
    cluster.merge("network.openshift.io/v1", "NetNamespace", "shop", egressIPs=["10.0.129.10"])
    return {}


def break_the_way_back(cluster: Cluster) -> Mapping[str, Any]:
    """On OVN-Kubernetes, with nodes that have never got its configuration."""
    cluster.merge(*NETWORK_OPERATOR, spec={"migration": {"networkType": "OVNKubernetes"}})
    until(lambda: bool(cluster.get(*NETWORK_CONFIG)["status"].get("migration")))
    cluster.merge(*NETWORK_CONFIG, spec={"networkType": "OVNKubernetes"})
    until(lambda: cluster.get(*NETWORK_CONFIG)["status"]["networkType"] == "OVNKubernetes")
    # What follows from that has its time in other tests.
    cluster.simulator.set_speed(0.001)
    ovn = {
        "ipsecConfig": {},
        "hybridOverlayConfig": {"hybridClusterNetwork": [{"cidr": "10.132.0.0/14", "hostPrefix": 23}]},
    }
    cluster.merge(*NETWORK_OPERATOR, spec={"defaultNetwork": {"ovnKubernetesConfig": ovn}})
    networks = [{"cidr": "10.128.0.0/14", "hostPrefix": 23}, {"cidr": "fd01::/48", "hostPrefix": 64}]
    cluster.merge(*NETWORK_CONFIG, spec={"clusterNetwork": networks})
    selector = {"matchLabels": {"team": "shop"}}
    cluster.create(
        "k8s.ovn.org/v1", "EgressIP", "odd", spec={"egressIPs": ["10.0.0.99"], "namespaceSelector": selector}
    )
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    for number in (1, 2):
        spec = {"egressIPs": [f"10.0.0.{97 + number}"], "namespaceSelector": selector}
        cluster.create("k8s.ovn.org/v1", "EgressIP", f"shop-{number}", spec=spec)
    cluster.merge("v1", "Node", "worker-1", metadata={"labels": {"k8s.ovn.org/egress-assignable": ""}})
    ports = [{"port": 443, "protocol": "TCP"}]
    rules = [{"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0"}, "ports": ports}]
    cluster.create("k8s.ovn.org/v1", "EgressFirewall", "default", "media", spec={"egress": rules})
    router = {"addresses": [{"ip": "10.0.0.80/24"}], "mode": "Redirect", "redirect": {}}
    cluster.create("network.operator.openshift.io/v1", "EgressRouter", "out", "media", spec=router)
    # Pods come and go right after a flip, and budgets with them.
    return {"method": "rollback", "features": {"egress_firewall": False}, "skip": ["disruption_budgets"]}


OF_HOSTS = {check.id for check in (*host_network.CHECKS, *machine_configs.CHECKS)}
SCENARIOS = {
    "workloads": (
        break_workloads,
        {},
        {check.id for check in workloads.CHECKS} - {"egress_ips_served"} | ALWAYS,
    ),
    "hosts": (break_hosts, {"extras": ("routes",)}, OF_HOSTS | ALWAYS),
    "hosts without NMState": (
        remove_nmstate,
        {"extras": ("routes",)},
        {"host_routes", "mtu_fits_nodes"} | ALWAYS,
    ),
    "addresses": (break_addresses, {"extras": ("proxy",)}, {check.id for check in addressing.CHECKS} | ALWAYS),
    "unserved egress IPs": (unserved_egress_ips, {}, {"egress_ips_served"} | ALWAYS),
    "the way back": (
        break_the_way_back,
        {"pools": {"infra": 1}, "speed": 60.0, "durations": {"mco_notice": 86400.0}},
        {check.id for check in rollback.CHECKS} | {"address_families_agree", "tunnel_port_open", "mtu_fits_nodes"},
    ),
}


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    settings = {"masters": 1, "workers": 2, "speed": 0.0, **request.param}
    options = Options(max_lifetime=300, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **settings)
    with running(options) as simulator:
        yield simulator


@pytest.mark.parametrize(
    ("breaking", "simulator", "ids"),
    [pytest.param(*scenario, id=name) for name, scenario in SCENARIOS.items()],
    indirect=["simulator"],
)
def test_all_that_is_wrong_is_found_at_once(
    breaking: Callable[[Cluster], Mapping[str, Any]], simulator: RunningSimulator, ids: set[str], tmp_path: Path
) -> None:
    options = breaking(Cluster(simulator, tmp_path))
    before = len(simulator.requests())
    result = module("migration_preflight", options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert not result.get("failed"), result
    found = {finding["id"]: finding for finding in result["findings"]}
    assert set(found) & CHECKS == ids, result["findings"]
    assert [finding for finding in found.values() if finding["unreadable"]] == []
    assert all(finding["message"] and finding["remedy"] for finding in found.values())
    assert {row["verb"] for row in writes(simulator.requests()[before:])} <= {"exec"}


def test_every_check_has_a_scenario() -> None:
    assert {name for _breaking, _options, ids in SCENARIOS.values() for name in ids} == CHECKS
