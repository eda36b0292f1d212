# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether OVN-Kubernetes can take over the nodes' primary interface, and what of the hosts' routing it would lose."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Optional

from ..borrowing.nmstate import BRIDGE, BY_EXPRESSION, primary_policies
from ..conditions import Conditions
from ..networks import OVN, TYPES
from ..verdicts import counted, listed
from ..versions import FIRST_INTERCONNECT
from .findings import OFFLINE, Check, Problem, key, named, objects
from .hosts import TITLE, hosts, primary_names
from .snapshot import NotRead, Snapshot

#: Plugins of pods' secondary networks that lie on an interface of the host, and the field that names it.
LYING_ON = {
    "macvlan": "master",
    "ipvlan": "master",
    "vlan": "master",
    "bridge": "bridge",
    "cnv-bridge": "bridge",
    "ovs": "bridge",
    "host-device": "device",
    "sriov": "device",
    "tap": "bridge",
}
#: By which a SriovNetworkNodePolicy chooses cards, and by which a SriovNetworkNodeState tells them.
OF_A_CARD = ("vendor", "deviceID", "netFilter")
#: These take the interface of the default route when none is named.
BY_DEFAULT = ("macvlan", "ipvlan")
#: DaemonSets of network plugins of others.
PLUGINS = (
    "aci-containers-host",
    "antrea-agent",
    "calico-node",
    "cilium",
    "contrail-agent",
    "kube-flannel-ds",
    "kube-ovn-cni",
    "nsx-ncp-bootstrap",
    "nsx-node-agent",
    "weave-net",
)


def _primary_policies(snapshot: Snapshot) -> Iterator[Problem]:
    policies = snapshot.node_network_policies
    if not policies:
        return
    states = {state["metadata"]["name"]: state for state in snapshot.node_network_states}
    found = primary_policies(policies, states, snapshot.nodes)
    if found.names:
        yield Problem(
            f"the primary interface of nodes is defined by NodeNetworkConfigurationPolicy {listed(found.names)}",
            objects("nncp", found.names),
        )
    if found.undecided:
        yield Problem(
            "whether these NodeNetworkConfigurationPolicies define the primary interface cannot be seen, since an "
            f"expression (capture) finds their interfaces: {listed(found.undecided)}",
            objects("nncp", found.undecided),
            remedy=f"{BY_EXPRESSION} Then acknowledge it.",
        )
    if found.stateless:
        raise NotRead(TITLE, f"no NodeNetworkState tells about {listed(found.stateless)}")


def _policies_settled(snapshot: Snapshot) -> Iterator[Problem]:
    for policy in snapshot.node_network_policies:
        conditions = Conditions.from_json((policy.get("status") or {}).get("conditions") or ())
        for name in ("Degraded", "Progressing"):
            if conditions[name].true:
                yield Problem(
                    f"NodeNetworkConfigurationPolicy {policy['metadata']['name']} is {name}: "
                    f"{conditions[name].reason or 'no reason given'}",
                    named("nncp", policy),
                )


def _default_route(snapshot: Snapshot) -> Iterator[Problem]:
    apart = [host for host in hosts(snapshot) if host.addressed and host.routed and not host.addressed & host.routed]
    if apart:
        told = listed(
            f"{host.node} (address on {', '.join(sorted(host.addressed))}, route over {', '.join(sorted(host.routed))})"
            for host in apart
        )
        yield Problem(
            f"{counted(len(apart), 'node', 'have')} the default route on another interface than the node IP: {told}",
            objects("node", (host.node for host in apart)),
        )


def _host_routes(snapshot: Snapshot) -> Iterator[Problem]:
    if _host_routes_kept(snapshot):
        return
    known = hosts(snapshot)
    for what, with_some in (
        ("static routes", {host.node: host.static_routes for host in known if host.static_routes}),
        ("routing policies", {host.node: host.rules for host in known if host.rules}),
    ):
        if with_some:
            told = listed(f"{node} ({listed(lines, separator='; ')})" for node, lines in with_some.items())
            yield Problem(
                f"{counted(len(with_some), 'node', 'have')} {what} that pods' traffic would no longer follow: {told}",
                objects("node", with_some),
            )
    routing = [policy for policy in snapshot.node_network_policies if _routes_of(policy)]
    if routing:
        yield Problem(
            f"routes are configured by NodeNetworkConfigurationPolicy {listed(map(key, routing))}",
            named("nncp", *routing),
        )


def _host_routes_kept(snapshot: Snapshot) -> bool:
    """Whether pods' traffic is going to be routed by the hosts, as it is under OpenShiftSDN."""
    ovn = snapshot.wanted.settings.ovn or {}
    configured = snapshot.networks.operator.block(OVN).get("gatewayConfig") or {}
    via_host = ovn.get("routing_via_host", configured.get("routingViaHost", False))
    return bool(via_host) and (_forwards(snapshot) or not _forwarding_matters(snapshot))


def _routes_of(policy: Mapping[str, Any]) -> bool:
    desired = (policy.get("spec") or {}).get("desiredState") or {}
    return bool((desired.get("routes") or {}).get("config") or (desired.get("route-rules") or {}).get("config"))


def _routers(snapshot: Snapshot) -> Iterator[Problem]:
    if _forwarding_matters(snapshot) and not _forwards(snapshot):
        yield Problem(
            "whether other machines use a node as their router or gateway cannot be seen through the API; nodes stop "
            "forwarding foreign traffic as soon as they are prepared"
        )


def _forwarding_matters(snapshot: Snapshot) -> bool:
    """From 4.14 the nodes forward nothing but pods' traffic under OVN-Kubernetes, unless told to
    (machine-config-operator 4.14, templates/common/_base/files/sysctl-forward-conf.yaml)."""
    version = snapshot.version
    return version is None or version.at_least(FIRST_INTERCONNECT)


def _forwards(snapshot: Snapshot) -> bool:
    wanted = (snapshot.wanted.settings.ovn or {}).get("ip_forwarding")
    configured = (snapshot.networks.operator.block(OVN).get("gatewayConfig") or {}).get("ipForwarding")
    return (wanted or configured) == "Global"


def _secondary_networks(snapshot: Snapshot) -> Iterator[Problem]:
    attachments, policies = snapshot.attachments, snapshot.sriov_policies
    if not attachments and not policies:
        return
    broken = [attachment for attachment in attachments if attached_to(attachment) is None]
    if broken:
        yield Problem(
            f"the configuration of these NetworkAttachmentDefinitions is not JSON: {listed(map(key, broken))}",
            named("network-attachment-definition", *broken),
        )
    primary = primary_names(snapshot)
    on_it = [attachment for attachment in attachments if _lies_on(attached_to(attachment) or (), primary)]
    if on_it:
        yield Problem(
            f"secondary networks of pods lie on the nodes' primary interface: {listed(map(key, on_it))}",
            named("network-attachment-definition", *on_it),
        )
    yield from _virtual_functions(snapshot, primary)


def _virtual_functions(snapshot: Snapshot, primary: Collection[str]) -> Iterator[Problem]:
    named_ones = [policy for policy in snapshot.sriov_policies if physical_functions(policy)]
    others = [policy for policy in snapshot.sriov_policies if chooses_by_card(policy)]
    by_node = {host.node: host.primary for host in hosts(snapshot)} if others else {}
    states = {state["metadata"]["name"]: state for state in snapshot.sriov_states} if others else {}
    on_it = [policy for policy in named_ones if physical_functions(policy) & frozenset(primary)]
    dark: list[Mapping[str, Any]] = []
    for policy in others:
        nodes = [node["metadata"]["name"] for node in snapshot.raw_nodes if _meant_for(policy, node)]
        if any(chosen_cards(policy, states.get(node, {})) & by_node[node] for node in nodes):
            on_it.append(policy)
        elif not all(states.get(node, {}).get("status") for node in nodes):
            dark.append(policy)
    if on_it:
        yield Problem(
            f"SriovNetworkNodePolicies use the nodes' primary interface: {listed(map(key, on_it))}",
            named("sriovnetworknodepolicy", *on_it),
        )
    if dark:
        yield Problem(
            "whether these SriovNetworkNodePolicies use the nodes' primary interface cannot be seen, since they choose "
            "a card by its address or its maker, and not every node has a SriovNetworkNodeState that tells: "
            f"{listed(map(key, dark))}",
            named("sriovnetworknodepolicy", *dark),
        )


def _meant_for(policy: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    wanted = (policy.get("spec") or {}).get("nodeSelector") or {}
    labels = node["metadata"].get("labels") or {}
    return all(labels.get(name) == value for name, value in wanted.items())


def attached_to(attachment: Mapping[str, Any]) -> Optional[tuple[str, ...]]:
    """The interfaces of the host that a NetworkAttachmentDefinition lies on, "" for that of the default route; None
    when its configuration cannot be understood. It may be left out: the plugin then reads a file of the node."""
    text = (attachment.get("spec") or {}).get("config") or "{}"
    try:
        config = json.loads(text)
        plugins = config.get("plugins") or [config]
        return tuple(
            plugin.get(LYING_ON[plugin.get("type")]) or ""
            for plugin in plugins
            if plugin.get("type") in LYING_ON
            and (plugin.get(LYING_ON[plugin.get("type")]) or plugin.get("type") in BY_DEFAULT)
        )
    except (ValueError, AttributeError, TypeError):
        return None


def _lies_on(bases: Iterable[str], primary: Collection[str]) -> bool:
    return any(base == "" or base in primary for base in bases)


def physical_functions(policy: Mapping[str, Any]) -> frozenset[str]:
    """The interfaces that a SriovNetworkNodePolicy selects by name; ``ens3f0#2-5`` are some of its functions."""
    selector = (policy.get("spec") or {}).get("nicSelector") or {}
    return frozenset(str(name).partition("#")[0] for name in selector.get("pfNames") or ())


def chooses_by_card(policy: Mapping[str, Any]) -> bool:
    """Whether a SriovNetworkNodePolicy names no interface, but says which cards it means. The one named ``default``,
    which the operator makes itself, says nothing."""
    selector = (policy.get("spec") or {}).get("nicSelector") or {}
    return not selector.get("pfNames") and any(selector.get(field) for field in (*OF_A_CARD, "rootDevices"))


def chosen_cards(policy: Mapping[str, Any], state: Mapping[str, Any]) -> frozenset[str]:
    """The interfaces of a node that a policy chooses by its cards' addresses, makers and models, all of which have to
    fit (sriov-network-operator, api/v1/helper.go, ``SriovNetworkNicSelector.Selected``).

    :param state: the node's SriovNetworkNodeState
    """
    selector = (policy.get("spec") or {}).get("nicSelector") or {}
    addresses = selector.get("rootDevices") or ()
    return frozenset(
        str(card.get("name", ""))
        for card in _cards(state)
        if all(not selector.get(field) or selector[field] == card.get(field) for field in OF_A_CARD)
        and (not addresses or card.get("pciAddress") in addresses)
    )


def _cards(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((state.get("status") or {}).get("interfaces") or ())


def _ptp(snapshot: Snapshot) -> Iterator[Problem]:
    configs = snapshot.ptp_configs
    if not configs:
        return
    primary = primary_names(snapshot)
    over_udp = [config for config in configs if udp_interfaces(config) & primary]
    if over_udp:
        yield Problem(
            f"PtpConfigs time the primary interface over UDP, which {BRIDGE} cannot timestamp in hardware: "
            f"{listed(map(key, over_udp))}",
            named("ptpconfig", *over_udp),
        )


def udp_interfaces(config: Mapping[str, Any]) -> frozenset[str]:
    """The interfaces for which ptp4l speaks UDP: its default, unless -2 or network_transport L2 is given."""
    found: set[str] = set()
    for profile in (config.get("spec") or {}).get("profile") or ():
        text = profile.get("ptp4lConf") or ""
        ethernet = "-2" in (profile.get("ptp4lOpts") or "").split()
        if not ethernet and not re.search(r"^\s*network_transport\s+L2\b", text, re.MULTILINE):
            sections = re.findall(r"^\s*\[([^\]\s]+)\]", text, re.MULTILINE)
            found.update(name for name in (profile.get("interface"), *sections) if name and name != "global")
    return frozenset(found)


def _third_party(snapshot: Snapshot) -> Iterator[Problem]:
    plugin = snapshot.networks.operator.default_type
    if plugin not in TYPES:
        yield Problem(f"the cluster's network plugin is {plugin or 'not set'}", ("network.operator/cluster",))
    others = [daemon_set for daemon_set in snapshot.daemon_sets if daemon_set["metadata"]["name"] in PLUGINS]
    if others:
        yield Problem(
            f"DaemonSets of another network plugin run here: {listed(map(key, others))}", named("daemonset", *others)
        )


CHECKS = (
    Check(
        "primary_interface_free",
        _primary_policies,
        severity="block",
        methods=OFFLINE,
        title="No NodeNetworkConfigurationPolicy defines the interface that carries the node's network.",
        remedy=(
            "Acknowledge it to let cno_prepare save and delete them (rollback.yml brings them back), or do both "
            f"yourself: under OVN-Kubernetes the interface belongs to {BRIDGE}."
        ),
        acknowledge=True,
        before_switch=True,
    ),
    Check(
        "node_network_policies_settled",
        _policies_settled,
        severity="warn",
        methods=OFFLINE,
        title="No NodeNetworkConfigurationPolicy is Degraded or Progressing.",
        remedy="Look at oc get nnce, and repair or delete the policy.",
        before_switch=True,
    ),
    Check(
        "default_route_on_node_ip",
        _default_route,
        severity="warn",
        methods=OFFLINE,
        title="Every node has its default route on the interface with its node IP.",
        remedy=(
            "Name the node IP's subnet as NODEIP_HINT (a MachineConfig for /etc/default/nodeip-configuration), so that "
            f"{BRIDGE} is made on the right interface; then acknowledge it."
        ),
        acknowledge=True,
    ),
    Check(
        "host_routes",
        _host_routes,
        severity="warn",
        methods=OFFLINE,
        title="No node has static routes or routing policies, or pods' traffic keeps following them.",
        remedy="When pods rely on them, set ovn.routing_via_host: true and (from 4.14) ovn.ip_forwarding: Global.",
    ),
    Check(
        "nodes_not_routers",
        _routers,
        severity="warn",
        methods=OFFLINE,
        title="No other machine uses a node as its router (from 4.14), or nodes keep forwarding.",
        remedy="Set ovn.ip_forwarding: Global where nodes are routers, else acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "secondary_networks_elsewhere",
        _secondary_networks,
        severity="warn",
        methods=OFFLINE,
        title="No secondary network of pods (macvlan, ipvlan, bridge, SR-IOV) lies on the primary interface.",
        remedy=f"Move it to another interface: the primary one becomes a port of the OVS bridge {BRIDGE}.",
    ),
    Check(
        "ptp_elsewhere",
        _ptp,
        severity="warn",
        methods=OFFLINE,
        title="No PtpConfig timestamps UDP on the primary interface.",
        remedy="Use another interface, or network_transport L2.",
    ),
    Check(
        "no_third_party_plugin",
        _third_party,
        severity="block",
        methods=OFFLINE,
        title="No network plugin of somebody else is at work.",
        remedy="Follow the vendor's way from it; this procedure knows OpenShiftSDN and OVN-Kubernetes only.",
    ),
)
