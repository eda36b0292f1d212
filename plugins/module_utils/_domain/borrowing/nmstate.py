# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which interface of a node the cluster network stands on, and which NMState policies define it.

A NodeNetworkState is read as nmstate 2 writes it (nmstate.io/v1beta1, ``status.currentState``): ``interfaces`` with
``ipv4``/``ipv6`` addresses, what lies below under ``link-aggregation``, ``bridge``, ``vlan`` and their like, and
``routes.running``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..nodes import Node

DEFAULT_ROUTES = ("0.0.0.0/0", "::/0")
#: The routing table that a plain ``ip route`` shows; nmstate writes it as 254, or leaves it out.
MAIN_TABLES = (None, 0, 254)
#: Where an interface names its ports.
CONTROLLERS = ("link-aggregation", "bridge", "vrf")
#: Where an interface names the one that it lies on.
BASES = ("vlan", "vxlan", "mac-vlan", "mac-vtap", "ipvlan", "infiniband")
#: How it goes on where an expression (capture) finds the interfaces of a policy, which only the nodes evaluate.
BY_EXPRESSION = (
    "See which interfaces it finds on the nodes ('oc get nns NODE -o yaml'), and name the policies on the primary one "
    "in cno_prepare_nncp_names; where none is on it, set cno_prepare_nncp_enabled=false. Else cno_prepare refuses it."
)
#: What configure-ovs.sh makes of the primary interface under OVN-Kubernetes.
BRIDGE = "br-ex"


def primary_interfaces(state: Mapping[str, Any], *, internal_ip: Optional[str] = None) -> frozenset[str]:
    """The interfaces that the node's own network stands on, by name; empty when the state does not tell.

    They are the one with the node's InternalIP and the one with the default route (configure-ovs.sh takes the first
    where the node has a hint, and the second elsewhere: machine-config-operator 4.14,
    templates/common/_base/files/configure-ovs-network.yaml), and all below them: ports of bonds, bridges and OVS
    bridges, base interfaces of VLANs.
    """
    return below(state, addressed(state, internal_ip=internal_ip) | routed(state))


def addressed(state: Mapping[str, Any], *, internal_ip: Optional[str]) -> frozenset[str]:
    """The interfaces with that address."""
    if not internal_ip:
        return frozenset()
    return frozenset(
        interface["name"]
        for interface in interfaces(state)
        for family in ("ipv4", "ipv6")
        for address in (interface.get(family) or {}).get("address") or ()
        if address.get("ip") == internal_ip
    )


def routed(state: Mapping[str, Any]) -> frozenset[str]:
    """The interfaces with the default routes; of several in one family, the one with the lowest metric."""
    best: dict[str, Mapping[str, Any]] = {}
    for route in routes(state):
        destination = route.get("destination", "")
        if destination in DEFAULT_ROUTES and route.get("table-id") in MAIN_TABLES:
            known = best.get(destination)
            if known is None or _metric(route) < _metric(known):
                best[destination] = route
    return frozenset(route["next-hop-interface"] for route in best.values() if route.get("next-hop-interface"))


def _metric(route: Mapping[str, Any]) -> int:
    return int(route.get("metric") or 0)


def below(state: Mapping[str, Any], names: Iterable[str]) -> frozenset[str]:
    """``names`` and every interface that they lie on."""
    lower = _lower(state)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += lower.get(name, ())
    return frozenset(found)


def _lower(state: Mapping[str, Any]) -> dict[str, list[str]]:
    """Interface -> those directly below it. One name may stand for two: an OVS bridge and its interface."""
    lower: dict[str, list[str]] = {}
    for interface in interfaces(state):
        name, controller = interface["name"], interface.get("controller") or interface.get("master")
        known = lower.setdefault(name, [])
        known += [*ports(interface), *bases(interface)]
        if controller:
            lower.setdefault(controller, []).append(name)
            # An OVS interface with an address is a port of its bridge beside the real ones.
            if interface.get("type") == "ovs-interface":
                known.append(controller)
    return lower


def interfaces(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _current(state).get("interfaces") or ()
    return [interface for interface in found if interface.get("name")]


def routes(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((_current(state).get("routes") or {}).get("running") or ())


def _current(state: Mapping[str, Any]) -> Mapping[str, Any]:
    return (state.get("status") or {}).get("currentState") or {}


def ports(interface: Mapping[str, Any]) -> Iterator[str]:
    """The ports of a bond, a bridge, an OVS bridge (and of the bonds in it) or a VRF, in nmstate's old spelling too."""
    for block in CONTROLLERS:
        if interface.get(block):
            yield from _ports(interface[block])


def _ports(block: Mapping[str, Any]) -> Iterator[str]:
    for port in block.get("port") or block.get("ports") or block.get("slaves") or ():
        if isinstance(port, str):
            yield port
        else:
            yield port.get("name", "")
            yield from _ports(port.get("link-aggregation") or {})


def bases(interface: Mapping[str, Any]) -> Iterator[str]:
    """The interface that a VLAN or its like lies on."""
    for block in BASES:
        if interface.get(block) and interface[block].get("base-iface"):
            yield interface[block]["base-iface"]


def hardware_addresses(state: Mapping[str, Any], names: Collection[str]) -> frozenset[str]:
    """The MAC addresses of those interfaces, in upper case: a policy may mean an interface by it."""
    found = (interface.get("mac-address") for interface in interfaces(state) if interface["name"] in names)
    return frozenset(address.upper() for address in found if address)


def policies_on(
    policies: Iterable[Mapping[str, Any]], interfaces: Collection[str], *, mac_addresses: Collection[str] = ()
) -> list[str]:
    """The names of the NodeNetworkConfigurationPolicies that define one of the interfaces or take it as a port.

    What only lies on one (a VLAN, a macvlan) leaves it as it is and does not count.
    """
    return [
        policy["metadata"]["name"]
        for policy in policies
        if any(_defines(desired, interfaces, mac_addresses) for desired in desired_interfaces(policy))
    ]


def _defines(desired: Mapping[str, Any], names: Collection[str], mac_addresses: Collection[str]) -> bool:
    if desired.get("identifier") == "mac-address":
        return str(desired.get("mac-address", "")).upper() in mac_addresses
    return desired.get("name") in names or any(port in names for port in ports(desired))


def desired_interfaces(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(((policy.get("spec") or {}).get("desiredState") or {}).get("interfaces") or ())


def templated(policy: Mapping[str, Any]) -> bool:
    """Whether the policy finds its interfaces by an expression (``capture``), which only the node evaluates."""
    return any(
        "{{" in name for desired in desired_interfaces(policy) for name in (str(desired.get("name")), *ports(desired))
    )


def selects(policy: Mapping[str, Any], node: Node) -> bool:
    """Whether the policy is meant for the node; one without a selector is meant for all."""
    selector = (policy.get("spec") or {}).get("nodeSelector") or {}
    return all(node.labels.get(key) == value for key, value in selector.items())


@dataclass(frozen=True)
class PrimaryPolicies:
    """``names``: policies that define a primary interface of a node that they select. ``undecided``: those that may,
    because they name their interfaces by an expression. ``stateless``: nodes whose primary interface nobody knows."""

    names: tuple[str, ...]
    undecided: tuple[str, ...]
    stateless: tuple[str, ...]


def primary_policies(
    policies: Iterable[Mapping[str, Any]], states: Mapping[str, Mapping[str, Any]], nodes: Iterable[Node]
) -> PrimaryPolicies:
    """Every policy on the primary interface of any node.

    :param states: NodeNetworkStates by the name of their node
    """
    known, names, stateless = list(policies), set(), []
    for node in nodes:
        state = states.get(node.name, {})
        primary = primary_interfaces(state, internal_ip=node.internal_ip)
        if not primary:
            stateless.append(node.name)
        here = [policy for policy in known if selects(policy, node)]
        names.update(policies_on(here, primary, mac_addresses=hardware_addresses(state, primary)))
    undecided = {policy["metadata"]["name"] for policy in known if templated(policy)} - names
    return PrimaryPolicies(tuple(sorted(names)), tuple(sorted(undecided)), tuple(stateless))
