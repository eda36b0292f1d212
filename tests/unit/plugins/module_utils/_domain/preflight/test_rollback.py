# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.rollback import (
    CHECKS,
    selected_namespace,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    machine_config,
    network_operator,
    rendered,
    unit,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.snapshots import (
    FORBIDDEN,
    by_id,
    configured,
    findings,
    judged,
    named,
    node,
    seeing,
    snapshot,
)

DECLINED = {"features": {"egress_ip": False, "egress_firewall": False, "multicast": True}}


def said(name, **parts):
    return judged(by_id(CHECKS, name), snapshot(method="rollback", **parts))


def egress_ip(name, **selector):
    return named(name, spec={"egressIPs": ["10.0.0.9"], "namespaceSelector": selector})


def egress_node(name, **annotations):
    body = node(name, ip="10.0.0.10")
    body["metadata"]["labels"]["k8s.ovn.org/egress-assignable"] = ""
    body["metadata"]["annotations"].update(annotations)
    return body


def firewall(namespace, *rules):
    return named("default", namespace, spec={"egress": list(rules)})


FIT = egress_ip("fit", matchLabels={"kubernetes.io/metadata.name": "shop"})
SECOND = egress_ip("second", matchLabels={"kubernetes.io/metadata.name": "shop"})
UNFIT = egress_ip("unfit", matchLabels={"team": "shop"})
SAVED = {"networkoperator.openshift.io/sdn-to-ovn-migration": '{"EgressCIDRs":["10.0.0.0/24"]}'}
CLOUD = {"cloud.network.openshift.io/egress-ipconfig": "[]"}
TO_ALL = {"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0"}}


def pools(*names, network_type=OVN, **more):
    """Pools and what they render."""
    return {
        "raw_pools": [objects.pool(name, machines=1, config=rendered(name, network_type), **more) for name in names],
        "machine_configs": [machine_config(rendered(name, network_type), unit(network_type)) for name in names],
    }


def test_nothing_is_found_on_a_migrated_cluster():
    assert {check.id: judged(check, snapshot(method="rollback")) for check in CHECKS} == {c.id: [] for c in CHECKS}


def test_they_are_asked_on_the_way_back_only():
    assert {check.methods for check in CHECKS} == {("rollback",)}


@pytest.mark.parametrize(
    ("name", "parts", "severity", "words"),
    [
        pytest.param(
            "forward_migration_finished",
            pools("worker", network_type=SDN),
            "block",
            f"pool worker: {rendered('worker', SDN)} boots for OpenShiftSDN, not for OVNKubernetes",
            id="nodes of the former type",
        ),
        pytest.param(
            "forward_migration_finished",
            {**pools("worker"), "machine_configs": []},
            "block",
            "does not exist yet",
            id="unknown configuration",
        ),
        pytest.param(
            "single_stack",
            {"config": configured(OVN, pods="fd01::/48")},
            "block",
            "the cluster has IPv6 networks (fd01::/48), and OpenShiftSDN is IPv4 only",
            id="IPv6 pods",
        ),
        pytest.param(
            "single_stack",
            {"config": configured(OVN, services="fd02::/112")},
            "block",
            "fd02::/112",
            id="IPv6 services",
        ),
        pytest.param(
            "ipsec_off",
            {"operator": network_operator(OVN, ovnKubernetesConfig={"ipsecConfig": {}})},
            "block",
            "IPsec is on",
            id="IPsec, 4.14",
        ),
        pytest.param(
            "ipsec_off",
            {"operator": network_operator(OVN, ovnKubernetesConfig={"ipsecConfig": {"mode": "External"}})},
            "block",
            "IPsec is on",
            id="IPsec, 4.15",
        ),
        pytest.param(
            "egress_ips_convertible",
            {"egress_ips": [FIT, UNFIT], "namespaces": [named("shop")]},
            "block",
            "1 EgressIP does not select a namespace by the label kubernetes.io/metadata.name, and the operator stops "
            "the rollback at the first such one: unfit",
            id="egress IP",
        ),
        pytest.param(
            "egress_ips_convertible",
            {"egress_ips": [FIT]},
            "block",
            "1 EgressIP selects a namespace that does not exist, and the operator stops the rollback at the first such "
            "one: fit (shop)",
            id="egress IP of a namespace that is gone",
        ),
        pytest.param(
            "egress_ips_merged",
            {"egress_ips": [FIT, SECOND]},
            "warn",
            "namespace shop has 2 EgressIPs, of which only the last one is converted: fit, second",
            id="two egress IPs for one namespace",
        ),
        pytest.param(
            "egress_nodes_convertible",
            {"raw_nodes": [egress_node("w0"), egress_node("w1", **SAVED)], "version": "4.14.31"},
            "block",
            "1 node is labelled k8s.ovn.org/egress-assignable without any record of OpenShiftSDN's egressCIDRs, at "
            "which the operator stops the rollback: w0",
            id="node without a record",
        ),
        pytest.param(
            "egress_nodes_convertible",
            {"raw_nodes": [egress_node("w0")], "version": "4.16.40"},
            "warn",
            "at which a patch release before March 2025 stops the rollback: w0",
            id="node without a record, 4.16",
        ),
        pytest.param(
            "ovn_only_objects",
            {"egress_firewalls": [firewall("shop", {"type": "Deny", "to": {"nodeSelector": {"matchLabels": {}}}})]},
            "warn",
            "OpenShiftSDN knows no rules that select nodes: EgressFirewall shop/default",
            id="rules for nodes",
        ),
        pytest.param(
            "features_declined",
            {"egress_ips": [FIT], "wanted": DECLINED},
            "warn",
            "not converted, since features.egressIP is false: fit",
            id="declined egress IPs",
        ),
        pytest.param(
            "features_declined",
            {"egress_firewalls": [firewall("shop")], "wanted": DECLINED},
            "warn",
            "not converted, since features.egressFirewall is false: shop/default",
            id="declined firewalls",
        ),
        pytest.param(
            "egress_firewall_ports",
            {"egress_firewalls": [firewall("shop", TO_ALL, {**TO_ALL, "ports": [{"port": 443, "protocol": "TCP"}]})]},
            "warn",
            "1 EgressFirewall has rules with ports, which OpenShiftSDN applies to all ports: shop/default",
            id="ports",
        ),
        *(
            pytest.param(
                "ovn_only_objects", {part: [named("x")]}, "warn", f"OpenShiftSDN knows no {title}: x", id=title
            )
            for part, title in (
                ("admin_network_policies", "AdminNetworkPolicy"),
                ("baseline_network_policies", "BaselineAdminNetworkPolicy"),
                ("egress_services", "EgressService"),
                ("egress_qoses", "EgressQoS"),
                ("external_routes", "AdminPolicyBasedExternalRoute"),
            )
        ),
        pytest.param(
            "ovn_only_objects",
            {"operator": network_operator(OVN, ovnKubernetesConfig={"hybridOverlayConfig": {}})},
            "warn",
            "knows no hybrid overlay",
            id="hybrid overlay",
        ),
        pytest.param(
            "ovn_only_objects",
            {"egress_routers": [named("out", "shop")]},
            "warn",
            "OpenShiftSDN does not support egress routers that are an EgressRouter object: shop/out",
            id="EgressRouter",
        ),
        pytest.param(
            "custom_pools_paused",
            pools("master", "worker", "infra", "gpu"),
            "info",
            "2 custom pools will be paused beside master and worker: infra, gpu",
            id="custom pools",
        ),
    ],
)
def test_a_problem_is_told(name, parts, severity, words):
    (found,) = said(name, **parts)
    assert found[0] == severity
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("forward_migration_finished", pools("worker", network_type=SDN, paused=True), id="paused pool"),
        pytest.param(
            "forward_migration_finished", {"raw_pools": [objects.pool("infra")], "machine_configs": []}, id="empty pool"
        ),
        pytest.param(
            "ipsec_off",
            {"operator": network_operator(OVN, ovnKubernetesConfig={"ipsecConfig": {"mode": "Disabled"}})},
            id="IPsec disabled",
        ),
        pytest.param("egress_ips_convertible", {"egress_ips": [FIT], "namespaces": [named("shop")]}, id="convertible"),
        pytest.param("egress_ips_merged", {"egress_ips": [FIT, UNFIT]}, id="one each"),
        pytest.param("egress_ips_merged", {"egress_ips": [FIT, SECOND], "wanted": DECLINED}, id="two, not converted"),
        pytest.param(
            "egress_nodes_convertible", {"raw_nodes": [egress_node("w0", **SAVED), egress_node("w1", **CLOUD)]}, id="r"
        ),
        pytest.param("egress_nodes_convertible", {"raw_nodes": [egress_node("w0")], "wanted": DECLINED}, id="declined"),
        pytest.param("egress_ips_convertible", {"egress_ips": [UNFIT], "wanted": DECLINED}, id="not to be converted"),
        pytest.param("features_declined", {"egress_ips": [FIT]}, id="not declined"),
        pytest.param("features_declined", {"wanted": DECLINED}, id="declined, but there are none"),
        pytest.param("egress_firewall_ports", {"egress_firewalls": [firewall("shop", TO_ALL)]}, id="no ports"),
        pytest.param("custom_pools_paused", pools("infra", paused=True), id="paused by its owner"),
    ],
)
def test_what_is_well_is_passed(name, parts):
    assert said(name, **parts) == []


@pytest.mark.parametrize(
    ("name", "part", "title"),
    [
        ("forward_migration_finished", "machine_configs", "machineconfigs.machineconfiguration.openshift.io"),
        ("forward_migration_finished", "pools", "machineconfigpools.machineconfiguration.openshift.io"),
        ("single_stack", "networks", "the two Network objects"),
        ("ipsec_off", "networks", "the two Network objects"),
        ("egress_ips_convertible", "egress_ips", "egressips.k8s.ovn.org"),
        ("egress_ips_convertible", "namespaces", "namespaces"),
        ("egress_ips_merged", "egress_ips", "egressips.k8s.ovn.org"),
        ("egress_nodes_convertible", "raw_nodes", "nodes"),
        ("features_declined", "egress_firewalls", "egressfirewalls.k8s.ovn.org"),
        ("egress_firewall_ports", "egress_firewalls", "egressfirewalls.k8s.ovn.org"),
        ("ovn_only_objects", "egress_qoses", "egressqoses.k8s.ovn.org"),
        ("ovn_only_objects", "egress_routers", "egressrouters.network.operator.openshift.io"),
        ("ovn_only_objects", "external_routes", "adminpolicybasedexternalroutes.k8s.ovn.org"),
        ("custom_pools_paused", "pools", "machineconfigpools.machineconfiguration.openshift.io"),
    ],
)
def test_what_cannot_be_read_is_a_blocker(name, part, title):
    seen = seeing(snapshot(method="rollback"), **{part: FORBIDDEN})
    (finding,) = findings(by_id(CHECKS, name), seen)
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert finding.message == f"not known, because {title} could not be read: forbidden to list it"


@pytest.mark.parametrize(
    ("selector", "namespace"),
    [
        pytest.param({"matchLabels": {"kubernetes.io/metadata.name": "shop"}}, "shop", id="by name"),
        pytest.param({"matchLabels": {"team": "shop"}}, "", id="by another label"),
        pytest.param(
            {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop"]}]},
            "",
            id="by an expression",
        ),
        pytest.param({}, "", id="everything"),
    ],
)
def test_which_namespace_the_operator_finds(selector, namespace):
    assert selected_namespace(egress_ip("e", **selector)) == namespace
