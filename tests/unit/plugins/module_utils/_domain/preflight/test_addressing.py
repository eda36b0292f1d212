# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.addressing import (
    CHECKS,
    mtu_problems,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Interface,
    NodeProbe,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_operator
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
    state,
)

NODES = [node("w0", ip="10.0.0.10"), node("w1", ip="10.0.0.11")]


def said(name, seen):
    return judged(by_id(CHECKS, name), seen)


def test_nothing_but_what_no_api_tells_is_found_on_a_plain_cluster():
    seen = {check.id: judged(check, snapshot()) for check in CHECKS if "offline" in check.methods}
    assert {name: found for name, found in seen.items() if found} == {
        "tunnel_port_open": [
            ("warn", "whether UDP port 6081 (Geneve) is open between all nodes cannot be seen through the API")
        ]
    }


def test_nor_on_the_way_back():
    seen = {check.id: judged(check, snapshot(method="rollback")) for check in CHECKS if "rollback" in check.methods}
    assert [name for name, found in seen.items() if found] == ["tunnel_port_open"]
    assert "UDP port 4789 (VXLAN)" in seen["tunnel_port_open"][0][1]


@pytest.mark.parametrize(
    ("name", "parts", "severity", "words"),
    [
        pytest.param(
            "settings_possible", {"wanted": {"ovn": {"mtu": 20}}}, "block", "ovn.mtu 20 is not between", id="mtu"
        ),
        pytest.param(
            "settings_possible",
            {"wanted": {"ovn": {"transit_switch_subnet": "100.90.0.0/16"}}, "version": "4.13.9"},
            "block",
            "transit_switch_subnet is not possible on OpenShift 4.13.9",
            id="version",
        ),
        pytest.param(
            "settings_possible",
            {"wanted": {"ovn": {"join_subnet": "rubbish"}}},
            "block",
            "rubbish is not a network",
            id="notation",
        ),
        pytest.param(
            "kube_proxy_default",
            {"operator": network_operator(SDN, kube_proxy={"iptablesSyncPeriod": "30s"})},
            "block",
            "kubeProxyConfig",
            id="kube-proxy",
        ),
        pytest.param(
            "subnets_apart",
            {"config": configured(pods="100.64.0.0/15")},
            "block",
            "clusterNetwork 100.64.0.0/15 overlaps with ovn.join_subnet 100.64.0.0/16",
            id="pods on the join subnet",
        ),
        pytest.param(
            "subnets_apart",
            {"machine_networks": ("100.88.0.0/24",)},
            "block",
            "ovn.transit_switch_subnet 100.88.0.0/16 overlaps with the machine network 100.88.0.0/24",
            id="machines on the transit subnet",
        ),
        pytest.param(
            "subnets_apart",
            {"wanted": {"cluster_network": [{"cidr": "10.0.0.0/12", "host_prefix": 23}]}},
            "block",
            "cluster_network 10.0.0.0/12 overlaps with the machine network 10.0.0.0/16",
            id="wanted pods on the machines",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"raw_nodes": [*NODES, node("w2", ip="100.64.3.4")]},
            "block",
            "ovn.join_subnet 100.64.0.0/16 holds 1 node address: 100.64.3.4 of w2",
            id="node",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"raw_nodes": [node("w0", ip="fd98::7")]},
            "block",
            "the IPv6 join subnet fd98::/64 holds 1 node address: fd98::7 of w0",
            id="IPv6 node",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"host_subnets": [named("w0", egressCIDRs=["100.88.4.0/24"], egressIPs=["100.88.4.1"])]},
            "block",
            "ovn.transit_switch_subnet 100.88.0.0/16 holds 2 egress IPs: 100.88.4.1 of hostsubnet/w0, "
            "100.88.4.0/24 of hostsubnet/w0",
            id="egress hosts",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"net_namespaces": [named("shop", egressIPs=["10.130.0.9"])]},
            "block",
            "clusterNetwork 10.128.0.0/14 holds 1 egress IP: 10.130.0.9 of netnamespace/shop",
            id="egress namespace",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"wanted": {"external_networks": ["192.0.2.0/24", "100.64.128.0/17"]}},
            "block",
            "ovn.join_subnet 100.64.0.0/16 overlaps with the external network 100.64.128.0/17",
            id="external network",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"wanted": {"external_networks": ["169.254.169.2"]}},
            "block",
            "ovn.masquerade_subnet 169.254.169.0/29 overlaps with the external network 169.254.169.2",
            id="external address",
        ),
        pytest.param(
            "addresses_outside_subnets",
            {"wanted": {"external_networks": ["branch office"]}},
            "block",
            "external network branch office is neither a network in CIDR notation nor an address",
            id="external rubbish",
        ),
        pytest.param(
            "subnets_large_enough",
            {"wanted": {"ovn": {"join_subnet": "100.70.0.0/28"}}},
            "block",
            "ovn.join_subnet 100.70.0.0/28 is too small for the 512 nodes",
            id="join subnet",
        ),
        pytest.param(
            "subnets_large_enough",
            {"wanted": {"ovn": {"transit_switch_subnet": "100.70.0.0/28"}}},
            "block",
            "ovn.transit_switch_subnet 100.70.0.0/28 is too small",
            id="transit subnet",
        ),
        pytest.param(
            "cluster_network_fits",
            {"wanted": {"cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 31}]}},
            "block",
            "host_prefix 31 is not between 14 and 30",
            id="host prefix",
        ),
        pytest.param(
            "cluster_network_fits",
            {"wanted": {"cluster_network": [{"cidr": "10.132.0.0/23", "host_prefix": 23}]}},
            "block",
            "the wanted cluster_network has room for 1 node, and there are 2",
            id="too few nodes",
        ),
        pytest.param(
            "service_network_unchanged",
            {"config": configured(services="172.31.0.0/16", applied_services="172.30.0.0/16")},
            "block",
            "serviceNetwork is 172.31.0.0/16 in spec and 172.30.0.0/16 in status",
            id="service network",
        ),
        pytest.param(
            "tunnel_ports_differ",
            {"operator": network_operator(SDN, openshiftSDNConfig={"vxlanPort": 6081})},
            "block",
            "cannot share UDP port 6081",
            id="ports",
        ),
        pytest.param(
            "tunnel_port_open",
            {"wanted": {"ovn": {"geneve_port": 7000}}},
            "warn",
            "whether UDP port 7000 (Geneve) is open",
            id="another port",
        ),
        pytest.param(
            "proxy_rollout",
            {
                "proxy": {"status": {"httpProxy": "http://proxy:3128", "noProxy": "10.128.0.0/14"}},
                "wanted": {"cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 23}]},
            },
            "warn",
            "rolls every pool once more",
            id="proxy",
        ),
        pytest.param(
            "mtu_fits_nodes",
            {"node_network_states": [state("w0", ip="10.0.0.10", mtu=9000), state("w1", ip="10.0.0.11")]},
            "block",
            "the nodes' MTUs differ (1500 on w1, up to 9000), and the operator would look at one of them: ovn.mtu has "
            "to be given, 1400 at most",
            id="different hosts",
        ),
        pytest.param(
            "mtu_fits_nodes",
            {"wanted": {"ovn": {"mtu": 1450}}},
            "block",
            "ovn.mtu 1450 is too large: node w0 has MTU 1500, which leaves 1400 with an overhead of 100",
            id="too large",
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
        pytest.param("subnets_apart", {"machine_networks": ()}, id="no machine network known"),
        pytest.param(
            "subnets_apart",
            {"config": configured(pods="100.64.0.0/15"), "wanted": {"ovn": {"join_subnet": "100.80.0.0/16"}}},
            id="join subnet moved",
        ),
        pytest.param("subnets_apart", {"machine_networks": ("100.88.0.0/24",), "version": "4.13.9"}, id="no transit"),
        pytest.param(
            "addresses_outside_subnets",
            {"raw_nodes": [node("w0", ip="fd97::7")], "version": "4.13.9"},
            id="no IPv6 transit before 4.14",
        ),
        pytest.param("addresses_outside_subnets", {"wanted": {"external_networks": ["192.0.2.7"]}}, id="outside"),
        pytest.param("subnets_large_enough", {"wanted": {"ovn": {"join_subnet": "100.70.0.0/22"}}}, id="large enough"),
        pytest.param(
            "cluster_network_fits",
            {"wanted": {"cluster_network": [{"cidr": "10.132.0.0/22", "host_prefix": 23}]}},
            id="room for both",
        ),
        pytest.param(
            "proxy_rollout", {"wanted": {"cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 23}]}}, id="none"
        ),
        pytest.param(
            "proxy_rollout",
            {
                "proxy": {"status": {"httpProxy": "http://proxy:3128"}},
                "wanted": {"cluster_network": [{"cidr": "10.128.0.0/14", "host_prefix": 23}]},
            },
            id="the same network",
        ),
        pytest.param("mtu_fits_nodes", {"wanted": {"ovn": {"mtu": 1400}}}, id="mtu at the limit"),
    ],
)
def test_what_is_well_is_passed(name, parts):
    assert said(name, snapshot(**parts)) == []


@pytest.mark.parametrize(
    ("name", "part", "title"),
    [
        ("settings_possible", "version", "clusterversions.config.openshift.io version"),
        ("kube_proxy_default", "networks", "the two Network objects"),
        ("subnets_apart", "machine_networks", "configmap kube-system/cluster-config-v1"),
        ("addresses_outside_subnets", "raw_nodes", "nodes"),
        ("addresses_outside_subnets", "host_subnets", "hostsubnets.network.openshift.io"),
        ("addresses_outside_subnets", "net_namespaces", "netnamespaces.network.openshift.io"),
        ("subnets_large_enough", "networks", "the two Network objects"),
        ("cluster_network_fits", "nodes", "nodes"),
        ("service_network_unchanged", "network_config", "networks.config.openshift.io cluster"),
        ("mtu_fits_nodes", "nodes", "nodes"),
        ("tunnel_ports_differ", "networks", "the two Network objects"),
        ("tunnel_port_open", "networks", "the two Network objects"),
        ("proxy_rollout", "proxy", "proxies.config.openshift.io cluster"),
    ],
)
def test_what_cannot_be_read_is_a_blocker(name, part, title):
    seen = seeing(snapshot(), **{part: FORBIDDEN})
    (finding,) = findings(by_id(CHECKS, name), seen)
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert finding.message == f"not known, because {title} could not be read: forbidden to list it"


def test_a_version_that_nobody_tells_is_a_blocker():
    seen = seeing(snapshot(), version=None)
    (finding,) = findings(by_id(CHECKS, "subnets_apart"), seen)
    assert finding.unreadable
    assert "has no completed entry" in finding.message


def test_objects_are_named():
    (finding,) = findings(
        by_id(CHECKS, "addresses_outside_subnets"),
        snapshot(host_subnets=[named("w0", egressCIDRs=["100.88.4.0/24"], egressIPs=["100.88.4.1"])]),
    )
    assert finding.objects == ("hostsubnet/w0",)


@pytest.mark.parametrize(
    ("mtus", "current", "wanted", "target", "ipsec", "words"),
    [
        pytest.param((1500, 1500), 1450, None, OVN, False, None, id="default"),
        pytest.param((9001, 9001), 8951, None, OVN, False, None, id="default on AWS"),
        pytest.param((1500, 1500), 1400, None, OVN, False, "1400, not the default of 1450", id="custom"),
        pytest.param((1500, 1500), 1400, 1350, OVN, False, None, id="custom, declared"),
        pytest.param((9000, 1500), 1450, None, OVN, False, "MTUs differ", id="different"),
        pytest.param((9000, 1500), 1450, 1400, OVN, False, None, id="different, declared"),
        pytest.param((9000, 1500), 1450, 1401, OVN, False, "leaves 1400", id="over the smallest"),
        pytest.param((1500, 1500), 1450, 1355, OVN, True, "leaves 1354", id="IPsec"),
        pytest.param((1500, 1500), 1450, 1354, OVN, True, None, id="IPsec, at the limit"),
        pytest.param((1500, 1500), 1400, None, SDN, False, None, id="way back"),
        pytest.param((1500, 1500), 1354, None, SDN, True, None, id="way back from IPsec"),
        pytest.param((1500, 1500), 1300, None, SDN, False, "sdn.mtu has to be given, 1450", id="way back, custom"),
        pytest.param((1500, 1500), 1400, 1451, SDN, False, "sdn.mtu 1451 is too large", id="way back, too large"),
        pytest.param((), 1450, None, OVN, False, None, id="no nodes"),
    ],
)
def test_law_14_the_mtu_is_given_where_the_operator_would_guess_wrong(mtus, current, wanted, target, ipsec, words):
    known = {f"w{number}": mtu for number, mtu in enumerate(mtus)}
    texts = list(mtu_problems(known, current=current, wanted=wanted, target=target, ipsec=ipsec))
    assert (texts == []) if words is None else (len(texts) == 1 and words in texts[0])


def probe(name, *, ip, mtu=1500, problem=""):
    if problem:
        return NodeProbe(node=name, problem=problem)
    return NodeProbe(node=name, interfaces=(Interface("ens3", mtu, (f"{ip}/16",)),), default_devices=("ens3",))


def test_law_14_the_mtu_is_asked_of_the_nodes_where_there_is_no_nmstate():
    probes = [probe("w0", ip="10.0.0.10", mtu=9000), probe("w1", ip="10.0.0.11")]
    ((severity, message),) = said("mtu_fits_nodes", snapshot(node_network_states=[], probes=probes))
    assert (severity, "1500 on w1, up to 9000" in message) == ("block", True)
    probes = [probe("w0", ip="10.0.0.10"), probe("w1", ip="10.0.0.11")]
    assert said("mtu_fits_nodes", snapshot(node_network_states=[], probes=probes)) == []


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        pytest.param(
            {"node_network_states": []},
            "NMState does not run here, and no command was run on the nodes",
            id="neither",
        ),
        pytest.param(
            {"node_network_states": FORBIDDEN},
            "nodenetworkstates.nmstate.io could not be read (forbidden to list it), and no command was run",
            id="states unreadable",
        ),
        pytest.param(
            {"node_network_states": [state("w0", ip="10.0.0.10")]},
            "no NodeNetworkState tells about 1 node (w1), and no command was run",
            id="a node without a state",
        ),
        pytest.param(
            {
                "node_network_states": [],
                "probes": [probe("w0", ip="10.0.0.10"), probe("w1", ip="", problem="exec 500")],
            },
            "NMState does not run here, and w1: exec 500",
            id="a node that does not answer",
        ),
        pytest.param(
            {"node_network_states": [state("w0", ip="10.0.0.10", mtu=None), state("w1", ip="10.0.0.11")]},
            "w0: the interface does not tell it",
            id="a state without an MTU",
        ),
    ],
)
def test_law_16_an_mtu_that_nobody_tells_is_a_blocker(parts, words):
    (finding,) = findings(by_id(CHECKS, "mtu_fits_nodes"), snapshot(**parts))
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert words in finding.message


def test_law_16_a_cluster_that_does_not_tell_its_mtu():
    config = configured()
    del config["status"]["clusterNetworkMTU"]
    (finding,) = findings(by_id(CHECKS, "mtu_fits_nodes"), snapshot(config=config))
    assert (finding.severity, finding.unreadable) == ("block", True)
