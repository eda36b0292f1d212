# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.host_network import (
    CHECKS,
    attached_to,
    chosen_cards,
    physical_functions,
    udp_interfaces,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Interface,
    NodeProbe,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_operator
from ansible_collections.ocp_day2.ovn_migration.tests.unit.snapshots import (
    FORBIDDEN,
    by_id,
    findings,
    judged,
    named,
    seeing,
    snapshot,
    state,
)

VIA_HOST = {"routing_via_host": True, "ip_forwarding": "Global"}


def said(name, seen):
    return judged(by_id(CHECKS, name), seen)


def policy(name, *interfaces, selector=None, routes=(), conditions=()):
    desired = {"interfaces": list(interfaces), "routes": {"config": list(routes)}}
    spec = {"desiredState": desired, **({"nodeSelector": selector} if selector else {})}
    return named(name, spec=spec, status={"conditions": list(conditions)})


def ethernet(name):
    return {"name": name, "type": "ethernet", "state": "up"}


def states(**first):
    return [state("w0", ip="10.0.0.10", **first), state("w1", ip="10.0.0.11")]


def attachment(name, config):
    text = config if isinstance(config, str) else json.dumps(config)
    return named(name, "shop", spec={"config": text})


def sriov(name="vf", *, nodes=None, **selector):
    return named(name, "openshift-sriov", spec={"nicSelector": selector, "nodeSelector": nodes or {}})


def card(name, address="0000:3b:00.0", *, vendor="8086", model="158b"):
    return {"name": name, "pciAddress": address, "vendor": vendor, "deviceID": model, "mtu": 1500}


def cards(node, *interfaces):
    return named(node, "openshift-sriov", status={"syncStatus": "Succeeded", "interfaces": list(interfaces)})


PLAIN = [cards("w0", card("ens3"), card("ens9", "0000:5e:00.0", vendor="15b3", model="1017")), cards("w1")]


def ptp(name, **profile):
    return named(name, "openshift-ptp", spec={"profile": [{"name": "p", **profile}]})


def probe(name, *, ip="", rules=(), static_routes=(), default="ens3", problem=""):
    if problem:
        return NodeProbe(node=name, problem=problem)
    return NodeProbe(
        node=name,
        interfaces=(Interface("ens3", 1500, (f"{ip}/16",)), Interface("ens4", 1500)),
        default_devices=(default,),
        rules=rules,
        static_routes=static_routes,
    )


PROBES = [probe("w0", ip="10.0.0.10"), probe("w1", ip="10.0.0.11")]


def test_only_what_no_api_tells_is_found_on_a_plain_cluster():
    seen = {check.id: judged(check, snapshot()) for check in CHECKS}
    assert [name for name, found in seen.items() if found] == ["nodes_not_routers"]
    assert seen["nodes_not_routers"][0][0] == "warn"


@pytest.mark.parametrize(
    ("name", "parts", "severity", "words"),
    [
        pytest.param(
            "primary_interface_free",
            {"node_network_policies": [policy("other", ethernet("ens9")), policy("nic", ethernet("ens3"))]},
            "block",
            "the primary interface of nodes is defined by NodeNetworkConfigurationPolicy nic",
            id="policy",
        ),
        pytest.param(
            "primary_interface_free",
            {"node_network_policies": [policy("captured", ethernet("{{ capture.nic.interfaces.0.name }}"))]},
            "block",
            "an expression (capture) finds their interfaces: captured",
            id="captured",
        ),
        pytest.param(
            "node_network_policies_settled",
            {
                "node_network_policies": [
                    policy("p", conditions=[objects.condition("Degraded", "True", "FailedToConfigure", "1/2 nodes")])
                ]
            },
            "warn",
            "NodeNetworkConfigurationPolicy p is Degraded: FailedToConfigure",
            id="degraded",
        ),
        pytest.param(
            "node_network_policies_settled",
            {
                "node_network_policies": [
                    policy("p", conditions=[objects.condition("Progressing", "True", "ConfigurationProgressing")])
                ]
            },
            "warn",
            "is Progressing",
            id="progressing",
        ),
        pytest.param(
            "default_route_on_node_ip",
            {"node_network_states": states(routed="ens4")},
            "warn",
            "1 node has the default route on another interface than the node IP: w0 (address on ens3, route over ens4)",
            id="state",
        ),
        pytest.param(
            "default_route_on_node_ip",
            {"node_network_states": [], "probes": [probe("w0", ip="10.0.0.10", default="ens4"), PROBES[1]]},
            "warn",
            "w0 (address on ens3, route over ens4)",
            id="probe",
        ),
        pytest.param(
            "host_routes",
            {"node_network_states": states(routes=({"destination": "192.0.2.0/24", "next-hop-address": "10.0.0.1"},))},
            "warn",
            "1 node has static routes that pods' traffic would no longer follow: w0 (192.0.2.0/24 via 10.0.0.1)",
            id="routes of the state",
        ),
        pytest.param(
            "host_routes",
            {"node_network_states": states(rules=({"ip-from": "10.9.0.0/16", "route-table": 200},))},
            "warn",
            "1 node has routing policies that pods' traffic would no longer follow: w0 (from 10.9.0.0/16 lookup 200)",
            id="rules of the state",
        ),
        pytest.param(
            "host_routes",
            {"probes": [probe("w0", ip="10.0.0.10", static_routes=("10.8.0.0/16 via 10.0.0.1 dev ens4",)), PROBES[1]]},
            "warn",
            "w0 (10.8.0.0/16 via 10.0.0.1 dev ens4)",
            id="routes that only the node tells",
        ),
        pytest.param(
            "host_routes",
            {"node_network_policies": [policy("p", routes=[{"destination": "192.0.2.0/24"}])]},
            "warn",
            "routes are configured by NodeNetworkConfigurationPolicy p",
            id="routes of a policy",
        ),
        pytest.param(
            "host_routes",
            {
                "node_network_states": states(rules=({"ip-from": "10.9.0.0/16", "route-table": 200},)),
                "wanted": {"ovn": {"routing_via_host": True}},
            },
            "warn",
            "routing policies",
            id="via the host, without forwarding",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"attachments": [attachment("lan", {"type": "macvlan", "master": "ens3"})]},
            "warn",
            "secondary networks of pods lie on the nodes' primary interface: shop/lan",
            id="macvlan",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"attachments": [attachment("lan", {"type": "macvlan"})]},
            "warn",
            "shop/lan",
            id="macvlan on the default route",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"attachments": [attachment("lan", "{broken")]},
            "warn",
            "is not JSON: shop/lan",
            id="not JSON",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"sriov_policies": [named("vf", "openshift-sriov", spec={"nicSelector": {"pfNames": ["ens3#0-3"]}})]},
            "warn",
            "SriovNetworkNodePolicies use the nodes' primary interface: openshift-sriov/vf",
            id="SR-IOV",
        ),
        *(
            pytest.param(
                "secondary_networks_elsewhere",
                {"sriov_policies": [sriov(**selector)], "sriov_states": PLAIN},
                "warn",
                "SriovNetworkNodePolicies use the nodes' primary interface: openshift-sriov/vf",
                id=f"SR-IOV by {' and '.join(selector)}",
            )
            for selector in (
                {"rootDevices": ["0000:3b:00.0"]},
                {"vendor": "8086"},
                {"vendor": "8086", "deviceID": "158b"},
                {"deviceID": "158b", "rootDevices": ["0000:3b:00.0", "0000:5e:00.0"]},
            )
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"sriov_policies": [sriov(vendor="8086")], "sriov_states": PLAIN[:1]},
            "warn",
            "use the nodes' primary interface: openshift-sriov/vf",
            id="SR-IOV by a card that one node tells",
        ),
        *(
            pytest.param(
                "secondary_networks_elsewhere",
                {"sriov_policies": [sriov(vendor="15b3")], "sriov_states": states_told},
                "warn",
                "cannot be seen, since they choose a card by its address or its maker, and not every node has a "
                "SriovNetworkNodeState that tells: openshift-sriov/vf",
                id=f"SR-IOV by a card that nobody tells: {why}",
            )
            for why, states_told in (
                ("no state", []),
                ("one lacks", PLAIN[:1]),
                ("one is new", [PLAIN[0], named("w1", "openshift-sriov")]),
            )
        ),
        pytest.param(
            "ptp_elsewhere",
            {"ptp_configs": [ptp("clock", interface="ens3")]},
            "warn",
            "PtpConfigs time the primary interface over UDP",
            id="PTP",
        ),
        pytest.param(
            "no_third_party_plugin",
            {"operator": network_operator("Calico")},
            "block",
            "the cluster's network plugin is Calico",
            id="plugin",
        ),
        pytest.param(
            "no_third_party_plugin",
            {"daemon_sets": [named("calico-node", "calico-system")]},
            "block",
            "DaemonSets of another network plugin run here: calico-system/calico-node",
            id="its DaemonSet",
        ),
    ],
)
def test_a_problem_is_told(name, parts, severity, words):
    (found,) = said(name, snapshot(**parts))
    assert found[0] == severity
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("primary_interface_free", {"node_network_policies": [policy("p", ethernet("ens9"))]}, id="other"),
        pytest.param(
            "primary_interface_free",
            {"node_network_policies": [policy("p", ethernet("ens3"), selector={"kubernetes.io/hostname": "x9"})]},
            id="policy for no node",
        ),
        pytest.param("primary_interface_free", {"node_network_states": []}, id="no policy, no state"),
        pytest.param(
            "node_network_policies_settled",
            {"node_network_policies": [policy("p", conditions=[objects.condition("Available", "True")])]},
            id="policy available",
        ),
        pytest.param(
            "default_route_on_node_ip", {"node_network_states": [], "probes": PROBES}, id="route there, by probe"
        ),
        pytest.param(
            "host_routes",
            {
                "node_network_states": states(rules=({"ip-from": "10.9.0.0/16", "route-table": 200},)),
                "wanted": {"ovn": VIA_HOST},
            },
            id="routed by the host",
        ),
        pytest.param(
            "host_routes",
            {
                "node_network_states": states(rules=({"ip-from": "10.9.0.0/16", "route-table": 200},)),
                "wanted": {"ovn": {"routing_via_host": True}},
                "version": "4.13.9",
            },
            id="routed by the host, which forwards up to 4.13",
        ),
        pytest.param("nodes_not_routers", {"version": "4.13.9"}, id="nodes forward up to 4.13"),
        pytest.param("nodes_not_routers", {"wanted": {"ovn": VIA_HOST}}, id="nodes go on forwarding"),
        pytest.param(
            "nodes_not_routers",
            {
                "operator": network_operator(SDN, ovnKubernetesConfig={"gatewayConfig": {"ipForwarding": "Global"}}),
            },
            id="nodes go on forwarding, as configured",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"attachments": [attachment("lan", {"type": "macvlan", "master": "ens9"})]},
            id="macvlan elsewhere",
        ),
        pytest.param(
            "secondary_networks_elsewhere",
            {"sriov_policies": [named("vf", spec={"nicSelector": {"pfNames": ["ens9"]}})]},
            id="SR-IOV elsewhere",
        ),
        *(
            pytest.param(
                "secondary_networks_elsewhere",
                {"sriov_policies": [sriov(**selector)], "sriov_states": PLAIN},
                id=f"SR-IOV elsewhere by {' and '.join(selector) or 'nothing, as the default'}",
            )
            for selector in (
                {},
                {"rootDevices": ["0000:5e:00.0"]},
                {"vendor": "15b3"},
                {"vendor": "8086", "rootDevices": ["0000:5e:00.0"]},
                {"vendor": "8086", "nodes": {"card": "fast"}},
            )
        ),
        pytest.param("ptp_elsewhere", {"ptp_configs": [ptp("clock", interface="ens9")]}, id="PTP elsewhere"),
        pytest.param("ptp_elsewhere", {"ptp_configs": [ptp("clock", interface="ens3", ptp4lOpts="-2 -s")]}, id="L2"),
        pytest.param("no_third_party_plugin", {"daemon_sets": [named("sdn", "openshift-sdn")]}, id="ours"),
    ],
)
def test_what_is_well_is_passed(name, parts):
    assert said(name, snapshot(**parts)) == []


@pytest.mark.parametrize(
    ("name", "unreadable", "parts", "title"),
    [
        ("primary_interface_free", "node_network_policies", {}, "nodenetworkconfigurationpolicies.nmstate.io"),
        (
            "primary_interface_free",
            "node_network_states",
            {"node_network_policies": [policy("p")]},
            "nodenetworkstates.nmstate.io",
        ),
        ("node_network_policies_settled", "node_network_policies", {}, "nodenetworkconfigurationpolicies.nmstate.io"),
        ("default_route_on_node_ip", "nodes", {}, "nodes"),
        ("host_routes", "networks", {}, "the two Network objects"),
        ("host_routes", "node_network_policies", {}, "nodenetworkconfigurationpolicies.nmstate.io"),
        ("nodes_not_routers", "version", {}, "clusterversions.config.openshift.io version"),
        ("secondary_networks_elsewhere", "attachments", {}, "network-attachment-definitions.k8s.cni.cncf.io"),
        ("secondary_networks_elsewhere", "sriov_policies", {}, "sriovnetworknodepolicies.sriovnetwork.openshift.io"),
        (
            "secondary_networks_elsewhere",
            "sriov_states",
            {"sriov_policies": [sriov(vendor="8086")]},
            "sriovnetworknodestates.sriovnetwork.openshift.io",
        ),
        ("ptp_elsewhere", "ptp_configs", {}, "ptpconfigs.ptp.openshift.io"),
        ("no_third_party_plugin", "networks", {}, "the two Network objects"),
        ("no_third_party_plugin", "daemon_sets", {}, "daemonsets.apps"),
    ],
)
def test_what_cannot_be_read_is_a_blocker(name, unreadable, parts, title):
    seen = seeing(snapshot(**parts), **{unreadable: FORBIDDEN})
    (finding,) = findings(by_id(CHECKS, name), seen)
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert finding.message == f"not known, because {title} could not be read: forbidden to list it"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("default_route_on_node_ip", {}, id="default_route_on_node_ip"),
        pytest.param("host_routes", {}, id="host_routes"),
        pytest.param(
            "secondary_networks_elsewhere", {"attachments": [attachment("lan", {"type": "macvlan"})]}, id="secondary"
        ),
        pytest.param("ptp_elsewhere", {"ptp_configs": [ptp("clock", interface="ens3")]}, id="ptp_elsewhere"),
        pytest.param("primary_interface_free", {"node_network_policies": [policy("p")]}, id="primary_interface_free"),
    ],
)
def test_law_16_interfaces_that_nobody_tells_are_a_blocker(name, parts):
    (finding,) = findings(by_id(CHECKS, name), snapshot(node_network_states=[], **parts))
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert "the interfaces of the nodes could not be read" in finding.message


def test_what_a_node_says_is_used_where_its_state_is_missing():
    seen = snapshot(node_network_states=[state("w0", ip="10.0.0.10")], probes=PROBES)
    assert said("default_route_on_node_ip", seen) == []


def test_a_node_that_does_not_answer_is_named():
    seen = snapshot(node_network_states=[], probes=[PROBES[0], probe("w1", problem="exec 500")])
    (finding,) = findings(by_id(CHECKS, "default_route_on_node_ip"), seen)
    assert "w1: exec 500" in finding.message


@pytest.mark.parametrize(
    ("config", "bases"),
    [
        pytest.param({"type": "macvlan", "master": "ens3"}, ("ens3",), id="macvlan"),
        pytest.param({"type": "ipvlan"}, ("",), id="ipvlan on the default route"),
        pytest.param({"type": "vlan", "master": "ens3", "vlanId": 7}, ("ens3",), id="vlan"),
        pytest.param({"type": "bridge", "bridge": "br1"}, ("br1",), id="bridge"),
        pytest.param({"type": "bridge"}, (), id="the plugin's own bridge"),
        pytest.param({"type": "host-device", "device": "ens3"}, ("ens3",), id="host-device"),
        pytest.param({"type": "host-device", "pciBusID": "0000:00:1f.6"}, (), id="host-device by bus"),
        pytest.param({"type": "ovn-k8s-cni-overlay"}, (), id="of OVN-Kubernetes"),
        pytest.param(
            {"plugins": [{"type": "macvlan", "master": "ens4"}, {"type": "tuning"}]}, ("ens4",), id="list of plugins"
        ),
        pytest.param("", (), id="none"),
        pytest.param("{broken", None, id="not JSON"),
        pytest.param("[1]", None, id="not an object"),
    ],
)
def test_what_a_secondary_network_lies_on(config, bases):
    assert attached_to(attachment("lan", config)) == bases


def test_the_physical_functions_of_a_policy():
    assert physical_functions(named("p", spec={"nicSelector": {"pfNames": ["ens3f0#0-3", "ens4"]}})) == {
        "ens3f0",
        "ens4",
    }
    assert physical_functions(sriov(vendor="8086")) == frozenset()


def test_the_cards_of_a_policy():
    two = cards("w0", card("ens3"), card("ens4", "0000:3b:00.1"), card("ens9", vendor="15b3"))
    assert chosen_cards(sriov(vendor="8086"), two) == {"ens3", "ens4"}
    assert chosen_cards(sriov(vendor="8086", rootDevices=["0000:3b:00.1"]), two) == {"ens4"}
    assert chosen_cards(sriov(netFilter="openstack/NetworkID:1"), two) == frozenset()


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        pytest.param({"interface": "ens3"}, {"ens3"}, id="field"),
        pytest.param({"ptp4lConf": "[ens4]\nmasterOnly 0\n[global]\npriority1 128\n"}, {"ens4"}, id="sections"),
        pytest.param({"interface": "ens3", "ptp4lConf": "[global]\nnetwork_transport L2\n"}, set(), id="L2"),
        pytest.param({"interface": "ens3", "ptp4lConf": "[global]\nnetwork_transport UDPv4\n"}, {"ens3"}, id="UDP"),
        pytest.param({"interface": "ens3", "ptp4lOpts": "-2"}, set(), id="option -2"),
        pytest.param({}, set(), id="nothing"),
    ],
)
def test_interfaces_that_are_timed_over_udp(profile, names):
    assert udp_interfaces(ptp("clock", **profile)) == names
