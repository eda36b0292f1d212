# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network of each node's own: from its NodeNetworkState where the NMState operator runs, else from the probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..borrowing.nmstate import DEFAULT_ROUTES, addressed, below, interfaces, routed
from ..nodes import Node
from ..verdicts import counted, listed
from .snapshot import NodeProbe, NotAsked, NotRead, Snapshot

TITLE = "the interfaces of the nodes"
#: How ``ip rule`` spells what nmstate names.
_RULE_WORDS = {"from": "ip-from", "to": "ip-to", "fwmark": "fwmark", "iif": "iif", "lookup": "route-table"}


@dataclass(frozen=True)
class Host:
    """The network of one node.

    :param addressed: interfaces with the node's InternalIP
    :param routed: interfaces with the default route
    :param primary: both, and what lies below them as far as it is known
    :param mtu: the smallest MTU of those with the address, or with the route where none has it; None when not told
    :param static_routes: routes that somebody configured, but for default routes
    :param rules: routing policies that somebody configured
    """

    node: str
    addressed: frozenset[str]
    routed: frozenset[str]
    primary: frozenset[str]
    mtu: Optional[int]
    static_routes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def hosts(snapshot: Snapshot) -> tuple[Host, ...]:
    """One for each node.

    :raises NotRead: when nothing tells which interface of some node is the primary one
    """
    states = _states(snapshot)
    probes = {probe.node: probe for probe in _probes(snapshot) if not probe.problem}
    known, unknown = [], []
    for node in snapshot.nodes:
        probe = probes.get(node.name)
        host = _from_state(node, states.get(node.name, {}), probe) or _from_probe(node, probe)
        if host is None:
            unknown.append(node.name)
        else:
            known.append(host)
    if unknown:
        asked = not snapshot.wanted.rehearsal or _probes(snapshot) or _told_wrong(snapshot)
        raise (NotRead if asked else NotAsked)(TITLE, _why(snapshot, unknown))
    return tuple(known)


def primary_names(snapshot: Snapshot) -> frozenset[str]:
    """The interfaces that are the primary one of some node, or lie below it.

    :raises NotRead: as ``hosts``
    """
    return frozenset(name for host in hosts(snapshot) for name in host.primary)


def _states(snapshot: Snapshot) -> Mapping[str, Mapping[str, Any]]:
    try:
        return {state["metadata"]["name"]: state for state in snapshot.node_network_states}
    except NotRead:
        return {}


def _probes(snapshot: Snapshot) -> tuple[NodeProbe, ...]:
    try:
        return snapshot.probes or ()
    except NotRead:
        return ()


def _why(snapshot: Snapshot, unknown: list[str]) -> str:
    """What would have told, and why it did not."""
    return f"{_why_no_state(snapshot, unknown)}, and {_why_no_probe(snapshot, unknown)}"


def _why_no_state(snapshot: Snapshot, unknown: list[str]) -> str:
    try:
        if snapshot.node_network_states:
            return f"no NodeNetworkState tells about {counted(len(unknown), 'node')} ({listed(unknown)})"
    except NotRead as unread:
        return f"{unread.title} could not be read ({unread.why})"
    return "NMState does not run here"


def _told_wrong(snapshot: Snapshot) -> bool:
    """Whether there is an NMState operator whose answers could not be read, or do not suffice."""
    try:
        return bool(snapshot.node_network_states)
    except NotRead:
        return True


def _why_no_probe(snapshot: Snapshot, unknown: list[str]) -> str:
    try:
        probes = snapshot.probes
    except NotRead as unread:
        return f"{unread.title} could not be asked ({unread.why})"
    if probes is None:
        return "no command was run on the nodes"
    told = {probe.node: probe.problem for probe in probes}
    none = "no interface has its address or the default route"
    return listed((f"{name}: {told.get(name) or none}" for name in unknown), separator="; ")


def _from_state(node: Node, state: Mapping[str, Any], probe: Optional[NodeProbe]) -> Optional[Host]:
    """None when the state does not tell which interface is the primary one."""
    with_address, with_route = addressed(state, internal_ip=node.internal_ip), routed(state)
    if not with_address and not with_route:
        return None
    mtus = {entry["name"]: int(entry["mtu"]) for entry in interfaces(state) if entry.get("mtu")}
    current = (state.get("status") or {}).get("currentState") or {}
    return Host(
        node=node.name,
        addressed=with_address,
        routed=with_route,
        primary=below(state, with_address | with_route),
        mtu=min((mtus[name] for name in with_address or with_route if name in mtus), default=None),
        # nmstate does not know of routes and rules that a script has made.
        static_routes=probe.static_routes if probe else _static_routes(current),
        rules=probe.rules if probe else _rules(current),
    )


def _static_routes(current: Mapping[str, Any]) -> tuple[str, ...]:
    configured = (current.get("routes") or {}).get("config") or ()
    return tuple(
        f"{route.get('destination')} via {route.get('next-hop-address') or route.get('next-hop-interface')}"
        for route in configured
        if route.get("destination") not in DEFAULT_ROUTES
    )


def _rules(current: Mapping[str, Any]) -> tuple[str, ...]:
    configured = (current.get("route-rules") or {}).get("config") or ()
    return tuple(
        " ".join(f"{word} {rule[name]}" for word, name in _RULE_WORDS.items() if rule.get(name)) for rule in configured
    )


def _from_probe(node: Node, probe: Optional[NodeProbe]) -> Optional[Host]:
    """None when the node did not answer, or answered with no interface that could be the primary one."""
    if probe is None:
        return None
    with_address = frozenset(
        interface.name
        for interface in probe.interfaces
        for address in interface.addresses
        if address.partition("/")[0] == node.internal_ip
    )
    with_route = frozenset(probe.default_devices[:1])
    chosen = with_address or with_route
    if not chosen:
        return None
    return Host(
        node=node.name,
        addressed=with_address,
        routed=with_route,
        primary=with_address | with_route,
        mtu=min((interface.mtu for interface in probe.interfaces if interface.name in chosen), default=None),
        static_routes=probe.static_routes,
        rules=probe.rules,
    )
