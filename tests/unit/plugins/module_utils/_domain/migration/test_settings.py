# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.fields import OperatorFields
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.settings import (
    Settings,
    overlap_problems,
    problems,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.versions import Version
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    network_config,
    network_operator,
    networks,
    operator_crd,
)

V413, V414 = Version.parse("4.13.69"), Version.parse("4.14.57")
SUBNETS = {"transit_switch_subnet": "100.89.0.0/16"}


def fields(version):
    return OperatorFields.from_json(operator_crd(str(version)))


def settings(**params):
    return Settings.from_params(params)


def found(given, *, target=OVN, version=V414, operator=None, cluster_network=None, service_network=None):
    former = SDN if target == OVN else OVN
    config = network_config(former, former)
    if cluster_network:
        config["spec"]["clusterNetwork"] = cluster_network
    if service_network:
        config["spec"]["serviceNetwork"] = service_network
    seen = networks(config, operator or network_operator(former))
    return problems(given, seen, target=target, version=version, fields=fields(version))


def test_what_is_not_given_is_left_to_the_operator():
    empty = settings(features=None, ovn={"mtu": None}, sdn={}, cluster_network=None)
    assert empty == Settings()
    assert empty.block(OVN, fields=fields(V414), present={}) == {}
    assert not empty.depend_on_fields
    assert found(empty) == []


def test_features_are_spelt_out():
    given = settings(features={"egress_ip": False, "egress_firewall": True, "multicast": True})
    assert given.features == {"egressIP": False, "egressFirewall": True, "multicast": True}


def test_cluster_network_is_named_as_the_api_names_it():
    given = settings(cluster_network=[{"cidr": "10.132.0.0/14", "host_prefix": 23}])
    assert given.cluster_network == ({"cidr": "10.132.0.0/14", "hostPrefix": 23},)


@pytest.mark.parametrize(
    ("version", "ovn", "present", "block"),
    [
        pytest.param(
            "4.14.57", {"mtu": 8900, "geneve_port": 6082}, {}, {"mtu": 8900, "genevePort": 6082}, id="numbers"
        ),
        pytest.param(
            "4.12.9", {"join_subnet": "100.65.0.0/16"}, {}, {"v4InternalSubnet": "100.65.0.0/16"}, id="join, 4.12"
        ),
        pytest.param(
            "4.14.31", {"join_subnet": "100.65.0.0/16"}, {}, {"v4InternalSubnet": "100.65.0.0/16"}, id="join, 4.14.31"
        ),
        pytest.param(
            "4.15.0", {"join_subnet": "100.65.0.0/16"}, {}, {"v4InternalSubnet": "100.65.0.0/16"}, id="join, 4.15.0"
        ),
        pytest.param(
            "4.14.57",
            {"join_subnet": "100.65.0.0/16"},
            {},
            {"ipv4": {"internalJoinSubnet": "100.65.0.0/16"}},
            id="join, 4.14.57",
        ),
        pytest.param(
            "4.16.0",
            {"join_subnet": "100.65.0.0/16"},
            {"v4InternalSubnet": "100.66.0.0/16"},
            {"ipv4": {"internalJoinSubnet": "100.65.0.0/16"}, "v4InternalSubnet": "100.65.0.0/16"},
            id="join subnet under both names, 4.16",
        ),
        pytest.param(
            "4.14.31",
            {"join_subnet": "100.65.0.0/16"},
            {"ipv4": {"internalJoinSubnet": "100.66.0.0/16"}},
            {"ipv4": {"internalJoinSubnet": "100.65.0.0/16"}, "v4InternalSubnet": "100.65.0.0/16"},
            id="join subnet under both names, 4.14.31",
        ),
        pytest.param(
            "4.14.57",
            {"transit_switch_subnet": "100.89.0.0/16", "masquerade_subnet": "169.254.170.0/29"},
            {},
            {
                "ipv4": {"internalTransitSwitchSubnet": "100.89.0.0/16"},
                "gatewayConfig": {"ipv4": {"internalMasqueradeSubnet": "169.254.170.0/29"}},
            },
            id="the other subnets",
        ),
        pytest.param(
            "4.14.57",
            {"routing_via_host": False, "ip_forwarding": "Global"},
            {},
            {"gatewayConfig": {"routingViaHost": False, "ipForwarding": "Global"}},
            id="gateway, false is a value",
        ),
    ],
)
def test_ovn_fields_by_build(version, ovn, present, block):
    assert settings(ovn=ovn).block(OVN, fields=fields(version), present=present) == block


def test_sdn_fields():
    given = settings(sdn={"mtu": 8950, "vxlan_port": 4790, "mode": "Multitenant"})
    assert given.block(SDN, fields=fields(V414), present={}) == {"mtu": 8950, "vxlanPort": 4790, "mode": "Multitenant"}


@pytest.mark.parametrize(
    ("given", "option", "without", "with_it"),
    [
        pytest.param(
            {"features": {"egress_ip": True, "egress_firewall": True, "multicast": True}},
            "features",
            "4.11.9",
            "4.12.0",
            id="features",
        ),
        pytest.param({"ovn": {"join_subnet": "100.65.0.0/16"}}, "ovn.join_subnet", "4.11.9", "4.12.0", id="join"),
        pytest.param({"ovn": SUBNETS}, "ovn.transit_switch_subnet", "4.14.31", "4.14.57", id="transit, 4.14"),
        pytest.param({"ovn": SUBNETS}, "ovn.transit_switch_subnet", "4.15.0", "4.15.33", id="transit, 4.15"),
        pytest.param(
            {"ovn": {"masquerade_subnet": "169.254.170.0/29"}}, "ovn.masquerade_subnet", "4.14.31", "4.15.0", id="m"
        ),
        pytest.param({"ovn": {"ip_forwarding": "Global"}}, "ovn.ip_forwarding", "4.13.69", "4.14.0", id="forwarding"),
    ],
)
def test_law_15_a_setting_is_refused_where_the_cluster_has_no_field_for_it(given, option, without, with_it):
    assert settings(**given).depend_on_fields
    told = found(settings(**given), version=Version.parse(without))
    assert [text.partition(":")[0] for text in told] == [f"{option} is not possible on OpenShift {without}"]
    assert "would drop it without a word" in told[0]
    assert found(settings(**given), version=Version.parse(with_it)) == []


@pytest.mark.parametrize(
    ("given", "target", "problem"),
    [
        pytest.param({"sdn": {"mtu": 1450}}, OVN, "sdn was given", id="sdn for OVN"),
        pytest.param({"ovn": {"mtu": 1400}}, SDN, "ovn was given", id="ovn for SDN"),
        pytest.param({"ovn": {"mtu": 575}}, OVN, "ovn.mtu 575 is not between 576 and 65536", id="mtu too small"),
        pytest.param({"ovn": {"mtu": 65537}}, OVN, "ovn.mtu 65537", id="mtu too large"),
        pytest.param({"sdn": {"mtu": 0}}, SDN, "sdn.mtu 0", id="sdn mtu"),
        pytest.param({"ovn": {"geneve_port": 0}}, OVN, "ovn.geneve_port 0 is not a UDP port", id="port 0"),
        pytest.param({"ovn": {"geneve_port": 65536}}, OVN, "ovn.geneve_port 65536", id="port too large"),
        pytest.param({"sdn": {"vxlan_port": -1}}, SDN, "sdn.vxlan_port -1", id="vxlan port"),
        pytest.param(
            {"ovn": {"geneve_port": 4789}}, OVN, "cannot share UDP port 4789", id="geneve on the vxlan default"
        ),
        pytest.param(
            {"sdn": {"vxlan_port": 6081}}, SDN, "cannot share UDP port 6081", id="vxlan on the geneve default"
        ),
        pytest.param({"ovn": {"join_subnet": "100.65.0.0"}}, OVN, "no prefix length", id="no prefix"),
        pytest.param({"ovn": {"join_subnet": "100.65.0.1/16"}}, OVN, "not a network in CIDR notation", id="host bits"),
        pytest.param({"ovn": {"join_subnet": "rubbish"}}, OVN, "rubbish is not a network", id="rubbish"),
        pytest.param({"ovn": {"join_subnet": "fd98::/64"}}, OVN, "fd98::/64 is not an IPv4 network", id="IPv6"),
        pytest.param(
            {"ovn": {"join_subnet": "10.128.0.0/16"}}, OVN, "overlaps with ovn.join_subnet", id="join in pods"
        ),
        pytest.param({"ovn": {"join_subnet": "172.30.0.0/17"}}, OVN, "serviceNetwork 172.30.0.0/16 overlaps", id="svc"),
        pytest.param(
            {"ovn": {"join_subnet": "100.88.0.0/16"}},
            OVN,
            "overlaps with ovn.transit_switch_subnet",
            id="join on transit",
        ),
        pytest.param(
            {"ovn": {"join_subnet": "100.65.0.0/28"}}, OVN, "too small for the 512 nodes", id="join too small"
        ),
        pytest.param({"ovn": {"join_subnet": "100.65.0.0/22"}}, OVN, None, id="join large enough"),
        pytest.param(
            {"ovn": {"transit_switch_subnet": "100.89.0.0/28"}}, OVN, "too small for the 512", id="transit too small"
        ),
        pytest.param({"ovn": {"masquerade_subnet": "169.254.0.0/29"}}, OVN, None, id="masquerade is not measured"),
        pytest.param(
            {"cluster_network": [{"cidr": "100.64.0.0/14", "host_prefix": 23}]},
            OVN,
            "cluster_network 100.64.0.0/14 overlaps with ovn.join_subnet 100.64.0.0/16",
            id="new pod network on a default subnet",
        ),
        pytest.param(
            {"cluster_network": [{"cidr": "172.30.0.0/15", "host_prefix": 23}]},
            OVN,
            "overlaps with serviceN",
            id="pods",
        ),
        pytest.param(
            {"cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 13}]}, OVN, "host_prefix 13 is not", id="low"
        ),
        pytest.param(
            {"cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 31}]}, OVN, "host_prefix 31 is not", id="high"
        ),
        pytest.param({"cluster_network": [{"cidr": "x", "host_prefix": 23}]}, OVN, "x is not a network", id="no CIDR"),
        pytest.param({"cluster_network": [{"cidr": "100.64.0.0/14", "host_prefix": 23}]}, SDN, None, id="SDN has none"),
        pytest.param({"ovn": {"join_subnet": ""}}, OVN, "ovn.join_subnet (empty) is not a network", id="join is empty"),
        pytest.param({"ovn": {"masquerade_subnet": ""}}, OVN, "ovn.masquerade_subnet (empty) is not", id="empty"),
        pytest.param({"ovn": {"join_subnet": "100.65.0.0/31"}}, OVN, "is /30 at the longest", id="join of two"),
        pytest.param({"ovn": {"transit_switch_subnet": "100.89.0.0/31"}}, OVN, "/30 at the longest", id="transit"),
        pytest.param({"ovn": {"masquerade_subnet": "169.254.0.0/30"}}, OVN, "/29 at the longest", id="four"),
        pytest.param({"ovn": {"masquerade_subnet": "169.254.0.0/29"}}, OVN, None, id="eight"),
        pytest.param({"ovn": {"join_subnet": "0.64.0.0/16"}}, OVN, "for unspecified addresses", id="join in 0/8"),
        pytest.param({"ovn": {"join_subnet": "127.0.0.0/16"}}, OVN, "for loopback addresses", id="join on loopback"),
        pytest.param({"ovn": {"transit_switch_subnet": "239.0.0.0/16"}}, OVN, "for multicast", id="multi"),
        pytest.param({"ovn": {"masquerade_subnet": "240.0.0.0/24"}}, OVN, "and reserved", id="reserved"),
        pytest.param(
            {"cluster_network": [{"cidr": "224.0.0.0/14", "host_prefix": 23}]},
            OVN,
            "for multicast",
            id="pods",
        ),
        pytest.param(
            {"cluster_network": [{"cidr": "126.0.0.0/7", "host_prefix": 23}]}, SDN, "for loopback", id="pods, loopback"
        ),
        pytest.param(
            {"cluster_network": [{"cidr": "fd01::/48", "host_prefix": 64}]},
            OVN,
            "cluster_network is IPv6-only and serviceNetwork is IPv4-only",
            id="IPv6 pods beside IPv4 services",
        ),
        pytest.param(
            {
                "cluster_network": [
                    {"cidr": "10.132.0.0/14", "host_prefix": 23},
                    {"cidr": "fd01::/48", "host_prefix": 64},
                ]
            },
            OVN,
            "cluster_network is dual-stack and serviceNetwork is IPv4-only",
            id="dual-stack pods beside IPv4 services",
        ),
    ],
)
def test_problems_of_settings(given, target, problem):
    texts = found(settings(**given), target=target)
    if problem is None:
        assert texts == []
    else:
        assert any(problem in text for text in texts), texts


def test_several_problems_are_told_at_once():
    assert len(found(settings(ovn={"mtu": 1, "geneve_port": 0, "join_subnet": "x"}))) == 3


@pytest.mark.parametrize(
    ("block", "given", "problem"),
    [
        pytest.param({"genevePort": 4789}, {}, "cannot share", id="configured geneve port"),
        pytest.param({"genevePort": 4789}, {"geneve_port": 6082}, None, id="wanted wins over configured"),
        pytest.param({"v4InternalSubnet": "10.128.0.0/16"}, {}, "overlaps with ovn.join_subnet", id="configured join"),
        pytest.param(
            {"ipv4": {"internalJoinSubnet": "10.128.0.0/16"}}, {}, "overlaps with ovn.join_subnet", id="configured ipv4"
        ),
        pytest.param({"v4InternalSubnet": "100.65.0.0/28"}, {}, "too small", id="configured join is too small"),
        pytest.param({"v4InternalSubnet": "10.128.0.0/16"}, {"join_subnet": "100.65.0.0/16"}, None, id="join replaced"),
    ],
)
def test_what_is_configured_counts_too(block, given, problem):
    texts = found(settings(ovn=given), operator=network_operator(SDN, ovnKubernetesConfig=block))
    assert (texts == []) if problem is None else any(problem in text for text in texts)


def test_the_present_pod_network_may_lie_on_a_default_subnet_and_moving_that_helps():
    pods = [{"cidr": "100.64.0.0/15", "hostPrefix": 23}]
    assert "clusterNetwork 100.64.0.0/15 overlaps with ovn.join_subnet" in found(settings(), cluster_network=pods)[0]
    assert found(settings(ovn={"join_subnet": "100.80.0.0/16"}), cluster_network=pods) == []


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        pytest.param(("machineNetwork", "10.0.0.0/16"), None, id="apart"),
        pytest.param(
            ("machineNetwork", "10.130.0.0/16"),
            "clusterNetwork 10.128.0.0/14 overlaps with machineNetwork 10.130.0.0/16",
            id="pods",
        ),
        pytest.param(("branch", "100.64.9.0/24"), "ovn.join_subnet 100.64.0.0/16 overlaps with branch", id="default"),
        pytest.param(("branch", "rubbish"), None, id="not a network"),
    ],
)
def test_other_networks_are_compared_with_ours(other, problem):
    seen = networks(network_config(SDN, SDN), network_operator(SDN))
    texts = list(overlap_problems(settings(), seen, target=OVN, version=Version(4, 14), others=[other, other]))
    assert (texts == []) if problem is None else all(problem in text for text in texts) and len(texts) == 2


def test_the_transit_subnet_counts_from_4_14_on():
    pods = [{"cidr": "100.88.0.0/15", "hostPrefix": 23}]
    assert found(settings(), cluster_network=pods, version=V413) == []
    assert len(found(settings(), cluster_network=pods, version=V414)) == 1


def test_the_default_join_subnet_is_not_measured_as_the_operator_does_not():
    assert found(settings(), cluster_network=[{"cidr": "10.0.0.0/8", "hostPrefix": 24}]) == []


PODS_4, PODS_6 = {"cidr": "10.128.0.0/14", "hostPrefix": 23}, {"cidr": "fd01::/48", "hostPrefix": 64}
SERVICES_4, SERVICES_6 = "172.30.0.0/16", "fd02::/112"


def test_a_second_address_family_is_left_alone():
    given = settings(ovn={"join_subnet": "100.65.0.0/16"})
    assert found(given, cluster_network=[PODS_4, PODS_6], service_network=[SERVICES_4, SERVICES_6]) == []


@pytest.mark.parametrize(
    ("pods", "services", "problem"),
    [
        pytest.param([PODS_6], [SERVICES_6], None, id="IPv6"),
        pytest.param([PODS_6, PODS_4], [SERVICES_6, SERVICES_4], None, id="IPv6 first"),
        pytest.param([PODS_4], [SERVICES_6], "clusterNetwork is IPv4-only and serviceNetwork is IPv6-only", id="mixed"),
        pytest.param([PODS_4, PODS_6], [SERVICES_4], "is dual-stack and serviceNetwork is IPv4", id="one missing"),
        pytest.param([PODS_6, PODS_4], [SERVICES_4, SERVICES_6], "begins with IPv6 and serviceNetwork with", id="o"),
        pytest.param([PODS_4], [SERVICES_4, "172.31.0.0/16"], "one IPv4 and one IPv6 network at most", id="two of one"),
    ],
)
def test_families_of_pods_and_services(pods, services, problem):
    texts = found(settings(), cluster_network=pods, service_network=services)
    assert texts == [] if problem is None else any(problem in text for text in texts), texts


@pytest.mark.parametrize(("mtu", "refused"), [(1279, True), (1280, False)])
def test_ipv6_needs_a_larger_mtu(mtu, refused):
    texts = found(settings(ovn={"mtu": mtu}), cluster_network=[PODS_6], service_network=[SERVICES_6])
    assert texts == ([f"ovn.mtu {mtu} is not between 1280 and 65536"] if refused else [])


@pytest.mark.parametrize(
    ("kube_proxy", "target", "refused"),
    [
        ({"iptablesSyncPeriod": "30s"}, OVN, True),
        ({"proxyArguments": {"x": ["y"]}}, OVN, True),
        ({"bindAddress": "192.0.2.1"}, OVN, True),
        ({"bindAddress": "0.0.0.0"}, OVN, False),
        ({"bindAddress": "::"}, OVN, False),
        ({"iptablesSyncPeriod": "30s"}, SDN, False),
    ],
)
def test_kube_proxy_options(kube_proxy, target, refused):
    texts = found(settings(), target=target, operator=network_operator(SDN, kube_proxy=kube_proxy))
    assert ["kubeProxyConfig" in text for text in texts] == [True] * refused
