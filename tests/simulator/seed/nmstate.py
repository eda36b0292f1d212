"""The network state of every node as the nmstate operator reports it. There is no policy unless somebody writes one."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import HOST_MTU, Seeding
from tests.simulator.seed.networks import plugin_mtu
from tests.simulator.seed.nodes import PRIMARY_INTERFACE, mac_address
from tests.simulator.seed.topology import NodePlan

STATES = "nodenetworkstates.nmstate.io"
GATEWAY = "10.0.0.1"
#: what hosts with routes of their own have, as NMState writes it
STATIC_ROUTE: Object = {
    "destination": "192.0.2.0/24",
    "metric": 150,
    "next-hop-address": "10.0.0.254",
    "next-hop-interface": "",
    "table-id": 254,
}
STATIC_RULE: Object = {"ip-from": "10.0.200.0/24", "priority": 1000, "route-table": 200}


def seed_nmstate(seeding: Seeding) -> None:
    seeding.create("nmstates.nmstate.io", "nmstate", {"spec": {}, "status": {}}, created=seeding.ages.ago(days=28))
    network_type = seeding.profile.initial_network_type
    for node in seeding.topology.nodes:
        status = {
            "conditions": [
                _condition("Available", "True", "SuccessfullyConfigured", since=seeding.ages.ago(days=28)),
                _condition("Failing", "False", "SuccessfullyConfigured", since=seeding.ages.ago(days=28)),
            ],
            "currentState": network_state(node, network_type=network_type),
            "lastSuccessfulUpdateTime": seeding.ages.ago(seconds=40),
        }
        owner = {"apiVersion": "v1", "kind": "Node", "name": node.name, "uid": seeding.uid("nodes", node.name)}
        seeding.create(
            STATES,
            node.name,
            {"status": status},
            labels={"app": "kubernetes-nmstate"},
            ownerReferences=[owner],
            created=seeding.ages.ago(days=28),
        )


def network_state(node: NodePlan, *, network_type: str, host_mtu: int = HOST_MTU) -> Object:
    """The interfaces, routes and resolvers of a node on which ``network_type`` is at work.

    Under OVN-Kubernetes configure-ovs.sh has moved the address of the first interface to the bridge br-ex; under
    OpenShift SDN the address is on the interface itself, beside br0 and tun0.
    """
    is_ovn = network_type == "OVNKubernetes"
    address = {"enabled": True, "dhcp": True, "address": [{"ip": node.address, "prefix-length": 16}]}
    none = {"enabled": False}
    mac = mac_address(node).upper()
    first: Object = {
        "name": PRIMARY_INTERFACE,
        "type": "ethernet",
        "state": "up",
        "mac-address": mac,
        "mtu": host_mtu,
        "ipv4": none if is_ovn else address,
        "ipv6": none,
    }
    interfaces = [first, _interface("lo", "loopback", 65536)]
    if is_ovn:
        bridge = {**_interface("br-ex", "ovs-interface", host_mtu), "mac-address": mac, "ipv4": address}
        ports = {"port": [{"name": PRIMARY_INTERFACE}, {"name": "br-ex"}]}
        interfaces += [
            bridge,
            {"name": "br-ex", "type": "ovs-bridge", "state": "up", "bridge": ports},
            _interface("ovn-k8s-mp0", "ovs-interface", plugin_mtu("OVNKubernetes")),
        ]
    else:
        interfaces += [
            _interface("tun0", "ovs-interface", plugin_mtu("OpenShiftSDN")),
            _interface("vxlan_sys_4789", "vxlan", 65000),
        ]
    route = {
        "destination": "0.0.0.0/0",
        "metric": 48 if is_ovn else 100,
        "next-hop-address": GATEWAY,
        "next-hop-interface": "br-ex" if is_ovn else PRIMARY_INTERFACE,
        "table-id": 254,
    }
    return {
        "dns-resolver": {"config": {}, "running": {"search": [], "server": [GATEWAY]}},
        "hostname": {"config": node.name, "running": node.name},
        "interfaces": interfaces,
        "route-rules": {"config": []},
        "routes": {"config": [], "running": [route]},
    }


def _interface(name: str, kind: str, mtu: int) -> Object:
    return {"name": name, "type": kind, "state": "up", "mtu": mtu}


def _condition(kind: str, status: str, reason: str, *, since: str) -> Object:
    return {
        "lastHeartbeatTime": since,
        "lastTransitionTime": since,
        "message": "",
        "reason": reason,
        "status": status,
        "type": kind,
    }
