# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.conversions import (
    Conversion,
    LiveObjects,
    conversions_verdict,
    wanted_features,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.to_ovn import to_ovn
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.to_sdn import to_sdn
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.versions import Version

RULES = {"egress": [{"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0"}}]}
OTHER = {"egress": [{"type": "Allow", "to": {"dnsName": "example.com"}}]}
V415, V416 = Version(4, 15), Version(4, 16)


def obj(kind, name, *, namespace="", labels=None, annotations=None, **rest):
    metadata = {"name": name, "labels": labels or {}, "annotations": annotations or {}}
    if namespace:
        metadata["namespace"] = namespace
    return {"kind": kind, "metadata": metadata, **rest}


def by_kind(*objects):
    found: dict[str, list[dict[str, object]]] = {}
    for body in objects:
        found.setdefault(body["kind"], []).append(body)
    return found


def namespace(name, **given):
    return obj("Namespace", name, **given)


def policy(name, *, within="shop", spec=None):
    return obj("EgressNetworkPolicy", name, namespace=within, spec=spec or RULES)


def firewall(*, name="default", within="shop", spec=None):
    return obj("EgressFirewall", name, namespace=within, spec=spec or RULES)


def net_namespace(name, *addresses, **given):
    return obj("NetNamespace", name, netname=name, egressIPs=list(addresses), **given)


def host_subnet(name, *, cidrs=(), addresses=()):
    return obj("HostSubnet", name, egressCIDRs=list(cidrs), egressIPs=list(addresses))


def egress_ip(name, *addresses, selects="shop"):
    labels = {"kubernetes.io/metadata.name": selects} if selects else {"team": "a"}
    return obj("EgressIP", name, spec={"egressIPs": list(addresses), "namespaceSelector": {"matchLabels": labels}})


def states(rows):
    return [row.state for row in rows]


SHOP = namespace("shop")
SDN_MULTICAST = {"netnamespace.network.openshift.io/multicast-enabled": "true"}
OVN_MULTICAST = {"k8s.ovn.org/multicast-enabled": "true"}
ASSIGNABLE = {"k8s.ovn.org/egress-assignable": ""}
HOST = host_subnet("w0", cidrs=["192.0.2.0/24"], addresses=["192.0.2.5"])
NODE = obj("Node", "w0", labels=ASSIGNABLE)


@pytest.mark.parametrize(
    ("saved", "present", "expected"),
    [
        pytest.param([], [SHOP], [], id="nothing"),
        pytest.param([policy("limits")], [SHOP, firewall()], ["converted"], id="policy"),
        pytest.param(
            [policy("limits", spec={"egress": [{"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0", "dnsName": ""}}]})],
            [SHOP, firewall()],
            ["converted"],
            id="policy with an empty field",
        ),
        pytest.param([policy("limits")], [SHOP], ["missing"], id="policy without firewall"),
        pytest.param([policy("limits")], [SHOP, firewall(name="limits")], ["missing"], id="firewall of another name"),
        pytest.param([policy("limits")], [SHOP, firewall(spec=OTHER)], ["differs"], id="other rules"),
        pytest.param([policy("limits")], [], ["not_wanted"], id="policy of a namespace that went"),
        pytest.param(
            [policy("a"), policy("b", spec=OTHER)],
            [SHOP, firewall(spec=OTHER)],
            ["overwritten", "converted"],
            id="one of two survives",
        ),
        pytest.param([policy("a"), policy("b", spec=OTHER)], [SHOP], ["missing", "missing"], id="none of two survives"),
        pytest.param(
            [policy("a"), policy("b", within="bank", spec=OTHER)],
            [SHOP, namespace("bank"), firewall(), firewall(within="bank", spec=OTHER)],
            ["converted", "converted"],
            id="two namespaces",
        ),
        pytest.param(
            [net_namespace("shop", annotations=SDN_MULTICAST)],
            [namespace("shop", annotations=OVN_MULTICAST)],
            ["converted"],
            id="multicast",
        ),
        pytest.param([net_namespace("shop", annotations=SDN_MULTICAST)], [SHOP], ["missing"], id="no multicast"),
        pytest.param([net_namespace("shop", annotations=SDN_MULTICAST)], [], ["not_wanted"], id="multicast went"),
        pytest.param([net_namespace("shop")], [SHOP], [], id="a namespace with nothing"),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5")],
            [SHOP, NODE, egress_ip("egressip-shop", "192.0.2.5")],
            ["converted", "converted"],
            id="egress IP",
        ),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5", "192.0.2.6")],
            [SHOP, NODE, egress_ip("egressip-shop", "192.0.2.6", "192.0.2.5")],
            ["converted", "converted"],
            id="egress IPs in another order",
        ),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5")],
            [SHOP, obj("Node", "w0")],
            ["missing", "missing"],
            id="no label, no egress IP",
        ),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5")],
            [SHOP, egress_ip("egressip-shop", "192.0.2.9")],
            ["not_wanted", "differs"],
            id="node went, other address",
        ),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5")],
            [SHOP, NODE, egress_ip("egressip-shop", "192.0.2.5", selects="bank")],
            ["converted", "differs"],
            id="selects another namespace",
        ),
        pytest.param(
            [HOST, net_namespace("shop", "192.0.2.5")], [NODE], ["converted", "not_wanted"], id="namespace went"
        ),
        pytest.param([net_namespace("shop", "192.0.2.5")], [SHOP], ["not_wanted"], id="no host has egress IPs"),
    ],
)
@pytest.mark.parametrize("version", [V415, V416, None], ids=str)
def test_to_ovn(saved, present, expected, version):
    assert states(to_ovn(by_kind(*saved), LiveObjects(by_kind(*present)), version=version)) == expected


@pytest.mark.parametrize(("version", "expected"), [(V415, ["not_wanted"]), (V416, ["missing", "missing"])], ids=str)
def test_cidrs_without_addresses_count_from_4_16(version, expected):
    saved = by_kind(host_subnet("w0", cidrs=["192.0.2.0/24"]), net_namespace("shop", "192.0.2.5"))
    assert states(to_ovn(saved, LiveObjects(by_kind(SHOP, obj("Node", "w0"))), version=version)) == expected


PORTS = {"egress": [{"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0"}, "ports": [{"port": 80}]}]}


@pytest.mark.parametrize(
    ("saved", "present", "expected"),
    [
        pytest.param([], [SHOP, NODE], [], id="nothing"),
        pytest.param([firewall()], [SHOP, policy("default")], ["converted"], id="firewall"),
        pytest.param([firewall(spec=PORTS)], [SHOP, policy("default")], ["converted"], id="firewall with ports"),
        pytest.param([firewall()], [SHOP], ["missing"], id="firewall without policy"),
        pytest.param([firewall()], [SHOP, policy("default", spec=OTHER)], ["differs"], id="other rules"),
        pytest.param([firewall()], [], ["not_wanted"], id="firewall of a namespace that went"),
        pytest.param(
            [namespace("shop", annotations=OVN_MULTICAST)],
            [SHOP, net_namespace("shop", annotations=SDN_MULTICAST)],
            ["converted"],
            id="multicast",
        ),
        pytest.param(
            [namespace("shop", annotations=OVN_MULTICAST)], [SHOP, net_namespace("shop")], ["missing"], id="not yet"
        ),
        pytest.param([namespace("shop", annotations=OVN_MULTICAST)], [SHOP], ["missing"], id="no NetNamespace"),
        pytest.param(
            [egress_ip("e", "192.0.2.5")],
            [SHOP, NODE, net_namespace("shop", "192.0.2.5"), host_subnet("w0", cidrs=["192.0.2.0/24"])],
            ["converted", "converted"],
            id="egress IP",
        ),
        pytest.param(
            [egress_ip("e", "192.0.2.5")],
            [SHOP, NODE, net_namespace("shop"), host_subnet("w0")],
            ["missing", "missing"],
            id="egress IP not yet",
        ),
        pytest.param(
            [egress_ip("e", "192.0.2.5")], [SHOP, net_namespace("shop", "192.0.2.9")], ["differs"], id="other address"
        ),
        pytest.param([egress_ip("e", "192.0.2.5", selects="")], [SHOP], ["missing"], id="selector by other labels"),
        pytest.param([egress_ip("e", "192.0.2.5")], [], ["not_wanted"], id="namespace went"),
        pytest.param(
            [egress_ip("a", "192.0.2.5"), egress_ip("b", "192.0.2.6")],
            [SHOP, net_namespace("shop", "192.0.2.6")],
            ["overwritten", "converted"],
            id="one of two survives",
        ),
    ],
)
def test_to_sdn(saved, present, expected):
    assert states(to_sdn(by_kind(*saved), LiveObjects(by_kind(*present)))) == expected


ALL = {"egress_ip": True, "egress_firewall": True, "multicast": True}
NONE = dict.fromkeys(ALL, False)


@pytest.mark.parametrize(
    ("given", "migration", "version", "expected"),
    [
        pytest.param(None, None, V415, ALL, id="finalized"),
        pytest.param(None, {"networkType": "x"}, V415, ALL, id="all by default"),
        pytest.param(None, {"features": {"egressIP": False}}, V415, {**ALL, "egress_ip": False}, id="declined"),
        pytest.param(
            {"multicast": False}, {"features": {"egressIP": False}}, V415, {**ALL, "multicast": False}, id="given"
        ),
        pytest.param({}, None, Version(4, 11), NONE, id="too old"),
        pytest.param(None, None, None, ALL, id="version unknown"),
    ],
)
def test_wanted_features(given, migration, version, expected):
    assert wanted_features(given=given, migration=migration, version=version) == expected


def test_the_verdict_names_what_is_wrong():
    rows = [
        Conversion("multicast", "NetNamespace a", "namespaces a", "missing", "not there"),
        Conversion("multicast", "NetNamespace b", "namespaces b", "converted", "there"),
        Conversion("multicast", "NetNamespace c", "namespaces c", "not_wanted", "gone"),
    ]
    verdict = conversions_verdict(rows)
    assert (verdict.state, verdict.reason) == ("pending", "1 object is not converted: NetNamespace a: not there")
    assert conversions_verdict(rows[1:]).reason == "1 object converted, 1 not to be"
    assert conversions_verdict([]).state == "done"


IDLE = host_subnet("w0", cidrs=["192.0.2.0/24"])
OTHER_IDLE = host_subnet("w1", cidrs=["192.0.2.0/24"])
BARE_NODES = [obj("Node", "w0"), obj("Node", "w1")]


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        pytest.param([*BARE_NODES, IDLE, OTHER_IDLE], ["not_wanted", "not_wanted"], id="early build"),
        pytest.param([NODE, BARE_NODES[1], host_subnet("w0"), OTHER_IDLE], ["converted", "missing"], id="late build"),
        pytest.param(
            [*BARE_NODES, host_subnet("w0"), host_subnet("w1")], ["missing", "missing"], id="emptied for nothing"
        ),
        pytest.param(BARE_NODES, ["missing", "missing"], id="not to be seen"),
    ],
)
def test_idle_host_subnets_of_4_16_are_judged_by_what_the_operator_did(present, expected):
    rows = to_ovn(by_kind(IDLE, OTHER_IDLE), LiveObjects(by_kind(*present)), version=V416)
    assert states(rows) == expected


def test_rules_that_were_edited_after_the_switch_and_converted_again():
    present = LiveObjects(by_kind(SHOP, policy("limits", spec=OTHER), firewall(spec=OTHER)))
    assert states(to_ovn(by_kind(policy("limits")), present, version=V415)) == ["converted"]
