# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the addresses, the MTU and the ports of the cluster and of what is wanted go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Optional

from ..migration.settings import (
    DEFAULT_GENEVE_PORT,
    DEFAULT_VXLAN_PORT,
    Settings,
    cluster_network_problems,
    family_problems,
    ipsec_encapsulates,
    kube_proxy_problems,
    option_problems,
    overlap_problems,
    parsed_network,
    port_problems,
    room,
    size_problems,
    subnets,
)
from ..networks import OVN, SDN, ConfigNetwork, Networks
from ..verdicts import counted, listed
from ..versions import FIRST_INTERCONNECT, Version
from .findings import ANY_METHOD, OFFLINE, Check, Problem, key, objects, told_on_the_way_back
from .hosts import Host, hosts
from .snapshot import NotRead, Snapshot

#: What each plugin takes of a packet (cluster-network-operator 4.16, pkg/network: openshift_sdn.go, ovn_kubernetes.go).
OVERHEAD = {SDN: 50, OVN: 100}
IPSEC_OVERHEAD = 46
#: What OVN-Kubernetes takes for IPv6 when nothing else is configured (constants of cluster-network-operator 4.16).
IPV6_SUBNETS = (
    ("the IPv6 join subnet", "fd98::/64"),
    ("the IPv6 transit switch subnet", "fd97::/64"),
    ("the IPv6 masquerade subnet", "fd69::/125"),
)
CHOOSE_SUBNETS = (
    "Choose other subnets: join_subnet, transit_switch_subnet or masquerade_subnet of cno_prepare_ovn, or "
    "cno_switch_cluster_network."
)
WANTED = ("network.operator/cluster",)


def _version(snapshot: Snapshot) -> Version:
    version = snapshot.version
    if version is None:
        raise NotRead("the cluster's version", "clusterversions.config.openshift.io version has no completed entry")
    return version


def _options(snapshot: Snapshot) -> Iterator[Problem]:
    wanted, networks = snapshot.wanted, snapshot.networks
    found = option_problems(
        wanted.settings,
        networks,
        target=wanted.target,
        version=_version(snapshot),
        fields=snapshot.operator_fields,
    )
    for text in found:
        yield Problem(text, WANTED)


def _ports(snapshot: Snapshot) -> Iterator[Problem]:
    for text in port_problems(snapshot.wanted.settings, snapshot.networks, target=snapshot.wanted.target):
        yield Problem(text, WANTED)


def _kube_proxy(snapshot: Snapshot) -> Iterator[Problem]:
    for text in kube_proxy_problems(snapshot.networks, target=snapshot.wanted.target):
        yield Problem(text, WANTED)


def _overlaps(snapshot: Snapshot) -> Iterator[Problem]:
    wanted = snapshot.wanted
    machines = [("the machine network", cidr) for cidr in snapshot.machine_networks]
    found = overlap_problems(
        wanted.settings, snapshot.networks, target=wanted.target, version=_version(snapshot), others=machines
    )
    for text in found:
        yield Problem(text, WANTED)


def _addresses(snapshot: Snapshot) -> Iterator[Problem]:
    """Node IPs, egress IPs and networks outside that pods talk to."""
    taken = _taken(snapshot)
    yield from _inside(taken, node_addresses(snapshot.raw_nodes), noun="node address", kind="node")
    yield from _inside(taken, egress_addresses(snapshot), noun="egress IP", kind="")
    for cidr in snapshot.wanted.external_networks:
        network = _external(cidr)
        if network is None:
            yield Problem(f"external network {cidr} is neither a network in CIDR notation nor an address")
            continue
        for name, subnet in taken:
            other = parsed_network(subnet)
            if other and other.version == network.version and other.overlaps(network):
                yield Problem(f"{name} {subnet} overlaps with the external network {cidr}", WANTED)


def _taken(snapshot: Snapshot) -> list[tuple[str, str]]:
    wanted, version = snapshot.wanted, _version(snapshot)
    ours = subnets(wanted.settings, snapshot.networks, target=wanted.target, version=version)
    if wanted.target != OVN:
        return ours
    return [*ours, *(entry for entry in IPV6_SUBNETS if "transit" not in entry[0] or _has_transit(version))]


def _has_transit(version: Version) -> bool:
    return version.at_least(FIRST_INTERCONNECT)


def _external(cidr: str) -> Any:
    try:
        return ip_network(cidr, strict=False)
    except ValueError:
        return None


def node_addresses(nodes: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(node, address) of every address that the nodes have, internal and external."""
    return [
        (node["metadata"]["name"], address["address"])
        for node in nodes
        for address in (node.get("status") or {}).get("addresses") or ()
        if str(address.get("type", "")).endswith("IP")
    ]


def egress_addresses(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(object, address or network) of OpenShiftSDN's egress IPs."""
    found = []
    for subnet in snapshot.host_subnets:
        for egress in (*(subnet.get("egressIPs") or ()), *(subnet.get("egressCIDRs") or ())):
            found.append((f"hostsubnet/{key(subnet)}", egress))
    for namespace in snapshot.net_namespaces:
        found += [(f"netnamespace/{key(namespace)}", egress) for egress in namespace.get("egressIPs") or ()]
    return found


def _inside(
    taken: Iterable[tuple[str, str]], addresses: list[tuple[str, str]], *, noun: str, kind: str
) -> Iterator[Problem]:
    """One problem for each subnet that holds addresses."""
    parsed = [(owner, text, network) for owner, text in addresses for network in [_external(text)] if network]
    for name, cidr in taken:
        subnet = parsed_network(cidr)
        hits = [
            (owner, text)
            for owner, text, network in parsed
            if subnet and subnet.version == network.version and subnet.overlaps(network)
        ]
        if hits:
            told = listed(f"{text} of {owner}" for owner, text in hits)
            owners = [owner for owner, _text in hits]
            yield Problem(
                f"{name} {cidr} holds {counted(len(hits), noun)}: {told}",
                objects(kind, owners) if kind else tuple(dict.fromkeys(owners)),
            )


def _sizes(snapshot: Snapshot) -> Iterator[Problem]:
    wanted = snapshot.wanted
    for text in size_problems(wanted.settings, snapshot.networks, target=wanted.target, version=_version(snapshot)):
        yield Problem(text, WANTED)


def _cluster_network(snapshot: Snapshot) -> Iterator[Problem]:
    settings = snapshot.wanted.settings
    for text in cluster_network_problems(settings):
        yield Problem(text, WANTED)
    nodes, places = len(snapshot.nodes), room(settings, snapshot.networks)
    if settings.cluster_network and 0 < places < nodes:
        yield Problem(
            f"the wanted cluster_network has room for {counted(places, 'node')}, and there are {nodes}", WANTED
        )


def _families(snapshot: Snapshot) -> Iterator[Problem]:
    for text in family_problems(snapshot.wanted.settings, snapshot.networks):
        yield Problem(text, WANTED)


def _service_network(snapshot: Snapshot) -> Iterator[Problem]:
    spec = (snapshot.network_config.get("spec") or {}).get("serviceNetwork") or []
    status = (snapshot.network_config.get("status") or {}).get("serviceNetwork") or []
    if spec != status:
        yield Problem(
            f"serviceNetwork is {', '.join(spec) or 'nothing'} in spec and {', '.join(status) or 'nothing'} in status: "
            "somebody has begun to change it, and the operator refuses that during a migration",
            ("network.config/cluster",),
        )


def _mtu(snapshot: Snapshot) -> Iterator[Problem]:
    networks = snapshot.networks
    current = networks.config.mtu
    if current is None:
        raise NotRead("the cluster's MTU", "networks.config.openshift.io cluster has no status.clusterNetworkMTU")
    known = hosts(snapshot)
    untold = [host.node for host in known if host.mtu is None]
    if untold:
        raise NotRead("the MTU of the nodes", f"{listed(untold)}: the interface does not tell it")
    wanted = snapshot.wanted
    for text in mtu_problems(
        {host.node: host.mtu for host in known if host.mtu is not None},
        current=current,
        wanted=_wanted_mtu(wanted.settings, target=wanted.target),
        target=wanted.target,
        ipsec=ipsec_encapsulates(networks.operator.block(OVN)),
    ):
        yield Problem(text, objects("node", (host.node for host in known if host.mtu == _smallest(known))))


def _smallest(known: Iterable[Host]) -> int:
    return min((host.mtu for host in known if host.mtu is not None), default=0)


def _wanted_mtu(settings: Settings, *, target: str) -> Optional[int]:
    mtu = ((settings.ovn if target == OVN else settings.sdn) or {}).get("mtu")
    return None if mtu is None else int(mtu)


def mtu_problems(
    mtus: Mapping[str, int], *, current: int, wanted: Optional[int], target: str, ipsec: bool
) -> Iterator[str]:
    """Whether the operator would choose the right MTU by itself, and whether the wanted one fits.

    Left alone, it takes the MTU of the one host on which it runs, less the overhead of the new plugin
    (cluster-network-operator 4.12 to 4.16, pkg/network/mtu.go): right only when all hosts are alike and the present
    MTU is the default for them.

    :param mtus: node -> MTU of its primary interface
    :param current: MTU of the pods now
    :param ipsec: whether OVN-Kubernetes encrypts (with either direction of the migration)
    """
    if not mtus:
        return
    smallest, largest = min(mtus.values()), max(mtus.values())
    overhead = {**OVERHEAD, OVN: OVERHEAD[OVN] + IPSEC_OVERHEAD * ipsec}
    source, option = (SDN, "ovn.mtu") if target == OVN else (OVN, "sdn.mtu")
    limit = smallest - overhead[target]
    node = min(mtus, key=lambda name: (mtus[name], name))
    if wanted is not None:
        if wanted > limit:
            yield (
                f"{option} {wanted} is too large: node {node} has MTU {smallest}, which leaves {limit} with an "
                f"overhead of {overhead[target]}"
            )
        return
    advice = f"{option} has to be given, {limit} at most"
    if smallest != largest:
        yield (
            f"the nodes' MTUs differ ({smallest} on {node}, up to {largest}), and the operator would look at one of "
            f"them: {advice}"
        )
    elif current != smallest - overhead[source]:
        yield (
            f"the cluster's MTU is {current}, not the default of {smallest - overhead[source]} for nodes with MTU "
            f"{smallest}, and the operator would not keep it: {advice}"
        )


def _tunnel_port(snapshot: Snapshot) -> Iterator[Problem]:
    protocol, port = tunnel(snapshot.wanted.settings, snapshot.networks, target=snapshot.wanted.target)
    text = f"whether UDP port {port} ({protocol}) is open between all nodes cannot be seen through the API"
    yield told_on_the_way_back(Problem(text), snapshot)


def tunnel(settings: Settings, networks: Networks, *, target: str) -> tuple[str, int]:
    """Protocol and UDP port of the traffic between the nodes on the target."""
    if target == OVN:
        configured = networks.operator.block(OVN).get("genevePort", DEFAULT_GENEVE_PORT)
        return "Geneve", int((settings.ovn or {}).get("geneve_port") or configured)
    configured = networks.operator.block(SDN).get("vxlanPort", DEFAULT_VXLAN_PORT)
    return "VXLAN", int((settings.sdn or {}).get("vxlan_port") or configured)


def _proxy(snapshot: Snapshot) -> Iterator[Problem]:
    """cluster-network-operator 4.14, pkg/util/proxyconfig/no_proxy.go."""
    status = snapshot.proxy.get("status") or {}
    if not (status.get("httpProxy") or status.get("httpsProxy")):
        return
    if moves(snapshot.wanted.settings, snapshot.networks.config):
        yield Problem(
            "the cluster uses a proxy, and its noProxy holds the cluster network, so moving that rolls every pool once "
            "more",
            ("proxy/cluster",),
        )


def moves(settings: Settings, config: ConfigNetwork) -> bool:
    """Whether the cluster network is going to be another one."""
    return bool(settings.cluster_network) and [*settings.cluster_network] != [*config.cluster_network]


CHECKS = (
    Check(
        "settings_possible",
        _options,
        severity="block",
        methods=ANY_METHOD,
        title="Every wanted setting exists on this cluster and for this target, and has a possible value.",
        remedy=(
            "Correct the setting, or leave it out: ovn is cno_prepare_ovn, sdn is cno_prepare_sdn, features is "
            "cno_prepare_features, cluster_network is cno_switch_cluster_network."
        ),
        stops_rescue=True,
    ),
    Check(
        "kube_proxy_default",
        _kube_proxy,
        severity="block",
        methods=OFFLINE,
        title="kube-proxy is not customised, which OVN-Kubernetes does not allow.",
        remedy="Remove these fields: oc edit network.operator cluster.",
    ),
    Check(
        "subnets_apart",
        _overlaps,
        severity="block",
        methods=ANY_METHOD,
        title=(
            "Cluster network, service network, machine network and the subnets that OVN-Kubernetes takes for itself "
            "(join, transit switch, masquerade) do not overlap."
        ),
        remedy=CHOOSE_SUBNETS,
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "addresses_outside_subnets",
        _addresses,
        severity="block",
        methods=OFFLINE,
        title="No node IP, egress IP or external network lies in a subnet that the cluster takes for itself.",
        remedy=CHOOSE_SUBNETS,
    ),
    Check(
        "subnets_large_enough",
        _sizes,
        severity="block",
        methods=OFFLINE,
        title="Join and transit switch subnet have an address for every node that the cluster network has room for.",
        remedy="Choose a larger subnet in cno_prepare_ovn.",
    ),
    Check(
        "cluster_network_fits",
        _cluster_network,
        severity="block",
        methods=ANY_METHOD,
        title="The wanted cluster network has a possible host prefix and room for every node.",
        remedy="Choose a larger network, or a longer host prefix, in cno_switch_cluster_network.",
        stops_rescue=True,
    ),
    Check(
        "address_families_agree",
        _families,
        severity="block",
        methods=ANY_METHOD,
        title="Cluster network and service network have the same address families, in the same order.",
        remedy="Correct cno_switch_cluster_network; the service network cannot be changed on the way.",
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "service_network_unchanged",
        _service_network,
        severity="block",
        methods=ANY_METHOD,
        title="Nobody is changing the service network.",
        remedy="Put spec.serviceNetwork of networks.config.openshift.io cluster back to what status says.",
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "mtu_fits_nodes",
        _mtu,
        severity="block",
        methods=ANY_METHOD,
        title="The MTU is given where the operator would guess wrong, and fits the smallest MTU of all nodes.",
        remedy=(
            "Give the MTU (cno_prepare_ovn, cno_prepare_sdn), so that nothing is guessed; a change of it needs the "
            "separate procedure for the MTU."
        ),
    ),
    Check(
        "tunnel_ports_differ",
        _ports,
        severity="block",
        methods=ANY_METHOD,
        title="Geneve and VXLAN have different UDP ports.",
        remedy="Give another port: geneve_port of cno_prepare_ovn, or vxlan_port of cno_prepare_sdn for a rollback.",
        stops_rescue=True,
    ),
    Check(
        "tunnel_port_open",
        _tunnel_port,
        severity="warn",
        methods=ANY_METHOD,
        title="The UDP port of the new network (Geneve 6081, VXLAN 4789) is open between all nodes.",
        remedy="Open it in every firewall and security group between the nodes, then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "proxy_rollout",
        _proxy,
        severity="warn",
        methods=OFFLINE,
        title="The cluster network does not move, or the cluster uses no proxy.",
        remedy="Plan time for one more rollout of every pool.",
    ),
)
