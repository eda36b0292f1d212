# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.nmstate import (
    PrimaryPolicies,
    hardware_addresses,
    policies_on,
    primary_interfaces,
    primary_policies,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

IP = "192.0.2.10"


def interface(name, kind="ethernet", *, ip=None, **more):
    ipv4 = {"enabled": True, "address": [{"ip": ip, "prefix-length": 24}]} if ip else {"enabled": False}
    return {"name": name, "type": kind, "state": "up", "ipv4": ipv4, "ipv6": {"enabled": False}, **more}


def route(name, *, destination="0.0.0.0/0", metric=100, table=254):
    found = {"destination": destination, "next-hop-interface": name, "metric": metric}
    return found if table is None else {**found, "table-id": table}


def state(*interfaces, routes=()):
    return {"status": {"currentState": {"interfaces": list(interfaces), "routes": {"running": list(routes)}}}}


def policy(name, *interfaces, selector=None):
    spec = {"desiredState": {"interfaces": list(interfaces)}}
    return {"metadata": {"name": name}, "spec": {**spec, **({"nodeSelector": selector} if selector else {})}}


BOND = {"link-aggregation": {"mode": "802.3ad", "port": ["ens3", "ens4"]}}


@pytest.mark.parametrize(
    ("seen", "names"),
    [
        pytest.param(state(interface("ens3", ip=IP), interface("ens4")), {"ens3"}, id="one interface"),
        pytest.param(state(interface("ens3"), interface("ens4"), routes=[route("ens4")]), {"ens4"}, id="route alone"),
        pytest.param(
            state(interface("ens3", ip=IP), interface("ens4"), routes=[route("ens4")]),
            {"ens3", "ens4"},
            id="address and route on two",
        ),
        pytest.param(
            state(interface("ens3"), interface("ens4"), routes=[route("ens4", metric=200), route("ens3")]),
            {"ens3"},
            id="the route with the lowest metric",
        ),
        pytest.param(
            state(interface("ens3"), routes=[route("ens4", table=100), route("ens3", table=None)]),
            {"ens3"},
            id="the main table",
        ),
        pytest.param(
            state(interface("ens3"), routes=[route("ens3", destination="::/0")]), {"ens3"}, id="an IPv6 route"
        ),
        pytest.param(
            state(interface("bond0", "bond", ip=IP, **BOND), interface("ens3"), interface("ens4"), interface("ens5")),
            {"bond0", "ens3", "ens4"},
            id="bond",
        ),
        pytest.param(
            state(interface("bond0", "bond", ip=IP, **{"link-aggregation": {"slaves": ["ens3"]}})),
            {"bond0", "ens3"},
            id="bond, old spelling",
        ),
        pytest.param(
            state(interface("bond0", "bond", ip=IP), interface("ens3", controller="bond0"), interface("ens4")),
            {"bond0", "ens3"},
            id="bond, told by its port",
        ),
        pytest.param(
            state(
                interface("bond0.7", "vlan", ip=IP, vlan={"base-iface": "bond0", "id": 7}),
                interface("bond0", "bond", **BOND),
            ),
            {"bond0.7", "bond0", "ens3", "ens4"},
            id="VLAN on a bond",
        ),
        pytest.param(
            state(interface("br1", "linux-bridge", ip=IP, bridge={"port": [{"name": "ens3"}]})),
            {"br1", "ens3"},
            id="bridge",
        ),
        pytest.param(
            state(
                interface("br-ex", "ovs-interface", ip=IP, controller="br-ex"),
                interface("br-ex", "ovs-bridge", bridge={"port": [{"name": "ens3"}, {"name": "br-ex"}]}),
                interface("ens3"),
                interface("ovn-k8s-mp0", "ovs-interface", controller="br-int"),
            ),
            {"br-ex", "ens3"},
            id="br-ex",
        ),
        pytest.param(
            state(
                interface("ovs0", "ovs-interface", ip=IP, controller="br1"),
                interface(
                    "br1",
                    "ovs-bridge",
                    bridge={
                        "port": [
                            {"name": "ovs0"},
                            {"name": "bond1", "link-aggregation": {"port": [{"name": "ens3"}, {"name": "ens4"}]}},
                        ]
                    },
                ),
            ),
            {"ovs0", "br1", "bond1", "ens3", "ens4"},
            id="OVS bridge of another name with a bond in it",
        ),
        pytest.param(state(interface("ens3", ip="198.51.100.7")), set(), id="neither address nor route"),
        pytest.param({}, set(), id="empty state"),
        pytest.param({"status": {"currentState": {"interfaces": None, "routes": {}}}}, set(), id="nothing in it"),
    ],
)
def test_primary_interfaces(seen, names):
    assert primary_interfaces(seen, internal_ip=IP) == names


def test_without_an_address_only_the_route_counts():
    assert primary_interfaces(state(interface("ens3", ip=IP), routes=[route("ens4")])) == {"ens4"}


def test_an_ipv6_node():
    seen = interface("ens3")
    seen["ipv6"] = {"enabled": True, "address": [{"ip": "2001:db8::10", "prefix-length": 64}]}
    assert primary_interfaces(state(seen), internal_ip="2001:db8::10") == {"ens3"}


@pytest.mark.parametrize(
    ("policies", "names"),
    [
        pytest.param([policy("a", interface("ens3"))], ["a"], id="by name"),
        pytest.param([policy("a", interface("bond1", "bond", **BOND))], ["a"], id="as a port"),
        pytest.param(
            [policy("a", interface("br1", "linux-bridge", bridge={"port": [{"name": "ens3"}]}))], ["a"], id="bridge"
        ),
        pytest.param(
            [policy("a", interface("ens3.9", "vlan", vlan={"base-iface": "ens3", "id": 9}))], [], id="a VLAN on it"
        ),
        pytest.param([policy("a", interface("ens9"))], [], id="another interface"),
        pytest.param(
            [policy("a", interface("ens3")), policy("b", interface("ens9")), policy("c", interface("ens3"))],
            ["a", "c"],
            id="all that match, not the first",
        ),
        pytest.param(
            [policy("a", {"name": "up", "identifier": "mac-address", "mac-address": "52:54:00:aa:bb:01"})],
            ["a"],
            id="by hardware address",
        ),
        pytest.param(
            [policy("a", {"name": "ens3", "identifier": "mac-address", "mac-address": "52:54:00:aa:bb:02"})],
            [],
            id="another hardware address, whatever the profile's name",
        ),
        pytest.param([{"metadata": {"name": "a"}, "spec": {"desiredState": {}}}], [], id="no interfaces"),
        pytest.param([{"metadata": {"name": "a"}}], [], id="no spec"),
    ],
)
def test_policies_on(policies, names):
    assert policies_on(policies, {"ens3"}, mac_addresses={"52:54:00:AA:BB:01"}) == names


def test_hardware_addresses_are_compared_in_one_spelling():
    seen = state({**interface("ens3"), "mac-address": "52:54:00:aa:bb:01"}, interface("ens4"))
    assert hardware_addresses(seen, {"ens3", "ens4"}) == {"52:54:00:AA:BB:01"}


def nodes(*names):
    return [Node.from_json(objects.node(name)) for name in names]


def test_a_policy_counts_on_the_nodes_that_it_selects():
    states = {
        "w0": state(interface("ens3", ip=IP), interface("ens4")),
        "w1": state(interface("ens4", ip=IP), interface("ens3")),
    }
    here = {"node-role.kubernetes.io/worker": ""}
    elsewhere = {"node-role.kubernetes.io/infra": ""}
    policies = [
        policy("everywhere", interface("ens4")),
        policy("workers", interface("ens3"), selector=here),
        policy("nowhere", interface("ens3"), selector=elsewhere),
    ]
    assert primary_policies(policies, states, nodes("w0", "w1")) == PrimaryPolicies(("everywhere", "workers"), (), ())


def test_what_nobody_can_tell_is_told():
    captured = policy("captured", interface("br1", bridge={"port": [{"name": "{{ capture.nic.interfaces.0.name }}"}]}))
    states = {"w0": state(interface("ens3", ip=IP))}
    assert primary_policies([captured], states, nodes("w0", "w1")) == PrimaryPolicies((), ("captured",), ("w1",))
