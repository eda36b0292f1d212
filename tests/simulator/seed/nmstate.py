"""The network state of every node as the nmstate operator reports it, and with some options the policies behind it."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import HOST_MTU, Seeding
from tests.simulator.seed.layout import BOND, STORAGE, VLAN_ID, Layout, layout
from tests.simulator.seed.networks import plugin_mtu
from tests.simulator.seed.nodes import mac_address
from tests.simulator.topology import NodePlan

STATES = "nodenetworkstates.nmstate.io"
POLICIES = "nodenetworkconfigurationpolicies.nmstate.io"
ENACTMENTS = "nodenetworkconfigurationenactments.nmstate.io"
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
    if "no-nmstate" in seeding.options.extras:
        return
    seeding.create("nmstates.nmstate.io", "nmstate", {"spec": {}, "status": {}}, created=seeding.ages.ago(days=28))
    network_type = seeding.profile.initial_network_type
    bridge, nodes = network_type == "OVNKubernetes", layout(seeding.options)
    _seed_policies(seeding, nodes)
    for node in seeding.topology.nodes:
        status = {
            "conditions": [
                _condition("Available", "True", "SuccessfullyConfigured", since=seeding.ages.ago(days=28)),
                _condition("Failing", "False", "SuccessfullyConfigured", since=seeding.ages.ago(days=28)),
            ],
            "currentState": network_state(node, bridge=bridge, plugin=network_type, layout=nodes),
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


def _seed_policies(seeding: Seeding, nodes: Layout) -> None:
    """What an administrator has written before the nodes were as they are; the behaviour says what became of it."""
    dhcp = {"ipv4": {"enabled": True, "dhcp": True}, "ipv6": _NONE}
    policies: dict[str, list[Object]] = {}
    if nodes.bonded:
        options = {"miimon": "100"}
        aggregation = {"mode": "active-backup", "options": options, "port": list(nodes.bonded)}
        bond = {"name": BOND, "type": "bond", "state": "up", "link-aggregation": aggregation}
        policies["bond0-uplink"] = [{**bond, **({"ipv4": _NONE, "ipv6": _NONE} if nodes.vlan else dhcp)}]
        if nodes.vlan:
            tag = {"base-iface": BOND, "id": VLAN_ID}
            policies["bond0-vlan100"] = [{"name": nodes.primary, "type": "vlan", "state": "up", "vlan": tag, **dhcp}]
    elif "nncp" in seeding.options.extras:
        policies["enp1s0-dhcp"] = [{"name": nodes.primary, "type": "ethernet", "state": "up", **dhcp}]
    if nodes.storage:
        policies["enp3s0-storage"] = [{"name": STORAGE, "type": "ethernet", "state": "up", **dhcp}]
    for name, interfaces in policies.items():
        spec: Object = {"desiredState": {"interfaces": interfaces}}
        if name == "enp3s0-storage":
            spec["nodeSelector"] = {"node-role.kubernetes.io/worker": ""}
        seeding.create(POLICIES, name, {"spec": spec}, created=seeding.ages.ago(days=27))


def network_state(node: NodePlan, *, bridge: bool, plugin: str | None, layout: Layout) -> Object:
    """The interfaces, routes and resolvers of a node, as nmstate 2 writes them.

    With ``bridge`` configure-ovs.sh has moved the address of the primary interface to br-ex; without, it is on the
    interface itself. ``plugin`` brings br0 and tun0, or br-int and ovn-k8s-mp0.
    """
    device = "br-ex" if bridge else layout.primary
    interfaces = [*_cards(node, layout, bridge=bridge), _interface("lo", "loopback", 65536)]
    if bridge:
        interfaces += [
            {**_interface("br-ex", "ovs-interface", HOST_MTU), "mac-address": _mac(node), "controller": "br-ex"}
            | {"ipv4": _address(node)},
            {
                "name": "br-ex",
                "type": "ovs-bridge",
                "state": "up",
                "bridge": {"port": [{"name": layout.primary}, {"name": "br-ex"}]},
            },
        ]
    if plugin == "OVNKubernetes":
        interfaces.append(_interface("ovn-k8s-mp0", "ovs-interface", plugin_mtu("OVNKubernetes")))
    elif plugin == "OpenShiftSDN":
        interfaces.append(_interface("tun0", "ovs-interface", plugin_mtu("OpenShiftSDN")))
        interfaces.append(_interface("vxlan_sys_4789", "vxlan", 65000))
    default = {
        "destination": "0.0.0.0/0",
        "metric": 48 if bridge else 100,
        "next-hop-address": GATEWAY,
        "next-hop-interface": device,
        "table-id": 254,
    }
    static = [{**STATIC_ROUTE, "next-hop-interface": device}] if layout.routed else []
    return {
        "dns-resolver": {"config": {}, "running": {"search": [], "server": [GATEWAY]}},
        "hostname": {"config": node.name, "running": node.name},
        "interfaces": interfaces,
        "route-rules": {"config": [STATIC_RULE] if layout.routed else []},
        "routes": {"config": static, "running": [default, *static]},
    }


def _cards(node: NodePlan, layout: Layout, *, bridge: bool) -> list[Object]:
    """The node's cards, and the bond and the VLAN on them. The primary one has the address unless the bridge has."""
    shown = []
    for number, name in enumerate(layout.names):
        kind = "vlan" if layout.vlan and name == layout.primary else "bond" if name == BOND else "ethernet"
        made = {**_interface(name, kind, HOST_MTU), "ipv4": _NONE, "ipv6": _NONE}
        # a bond and what is on it have the address of the first port
        made["mac-address"] = _mac(node, number if kind == "ethernet" and name not in layout.bonded[:1] else 0)
        if name == layout.primary:
            made |= {"controller": "br-ex"} if bridge else {"ipv4": _address(node)}
        if kind == "bond":
            options = {"miimon": "100"}
            made["link-aggregation"] = {"mode": "active-backup", "options": options, "port": list(layout.bonded)}
        elif kind == "vlan":
            made["vlan"] = {"base-iface": BOND, "id": VLAN_ID}
        elif name in layout.bonded:
            made["controller"] = BOND
        elif name == STORAGE:
            made["ipv4"] = _address(node, ip=f"10.1.0.{node.index + 10}", length=24)
        shown.append(made)
    return shown


_NONE: Object = {"enabled": False}


def _mac(node: NodePlan, card: int = 0) -> str:
    first = mac_address(node).upper()
    return first if not card else f"{first[:9]}1{card:X}{first[11:]}"


def _address(node: NodePlan, *, ip: str = "", length: int = 16) -> Object:
    return {"enabled": True, "dhcp": True, "address": [{"ip": ip or node.address, "prefix-length": length}]}


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
