# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wanted settings of a migration: parsed, checked as the operator would check them, and put into its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Optional, Union

from ..networks import OVN, SDN, Networks
from ..versions import FIRST_INTERCONNECT, Version
from .fields import OperatorFields

AnyNetwork = Union[IPv4Network, IPv6Network]

#: ``invalid MTU``: cluster-network-operator 4.14, pkg/network/ovn_kubernetes.go, MinMTUIPv4 and MaxMTU.
MTU_RANGE = range(576, 65536 + 1)
#: MinMTUIPv6, where the cluster network has an IPv6 network.
MTU_RANGE_IPV6 = range(1280, 65536 + 1)
#: The longest prefix that the API server takes (openshift/api 4.16, operator/v1/types_network.go, XValidation).
LONGEST_PREFIX = {"join_subnet": 30, "transit_switch_subnet": 30, "masquerade_subnet": 29}
PORT_RANGE = range(1, 65535 + 1)
DEFAULT_GENEVE_PORT = 6081
DEFAULT_VXLAN_PORT = 4789
#: OVN-Kubernetes' own subnets when nothing is configured (constants of cluster-network-operator 4.16).
DEFAULT_SUBNETS = {
    "join_subnet": "100.64.0.0/16",
    "transit_switch_subnet": "100.88.0.0/16",
    "masquerade_subnet": "169.254.169.0/29",
}
#: IANA's registries of special-purpose addresses; the API server refuses an internal subnet that begins with 0, too.
RESERVED: tuple[tuple[str, AnyNetwork], ...] = (
    ("unspecified", ip_network("0.0.0.0/8")),
    ("loopback", ip_network("127.0.0.0/8")),
    ("multicast and reserved", ip_network("224.0.0.0/3")),
    ("unspecified and loopback", ip_network("::/127")),
    ("link-local", ip_network("fe80::/10")),
    ("multicast", ip_network("ff00::/8")),
)
OVN_BLOCK = "spec.defaultNetwork.ovnKubernetesConfig"
#: Where the join subnet can be; the older field exists on every release with a configurable one.
JOIN_SUBNET, OLDER_JOIN_SUBNET = f"{OVN_BLOCK}.ipv4.internalJoinSubnet", f"{OVN_BLOCK}.v4InternalSubnet"
#: Options of ``ovn`` whose field came with some release.
OVN_FIELDS = {
    "transit_switch_subnet": f"{OVN_BLOCK}.ipv4.internalTransitSwitchSubnet",
    "masquerade_subnet": f"{OVN_BLOCK}.gatewayConfig.ipv4.internalMasqueradeSubnet",
    "ip_forwarding": f"{OVN_BLOCK}.gatewayConfig.ipForwarding",
}


@dataclass(frozen=True)
class Settings:
    """None everywhere means: leave it to the operator.

    ``features`` maps egressIP, egressFirewall, multicast to bool; ``cluster_network`` is a tuple of
    {cidr, hostPrefix}; ``ovn`` and ``sdn`` map the option names of cno_migration to values.
    """

    features: Optional[Mapping[str, bool]] = None
    ovn: Optional[Mapping[str, Any]] = None
    sdn: Optional[Mapping[str, Any]] = None
    cluster_network: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Settings:
        names = {"egress_ip": "egressIP", "egress_firewall": "egressFirewall", "multicast": "multicast"}
        features = params.get("features")
        return cls(
            # A key left out would be defaulted to true by the CRD; spelt out, the patch says what happens.
            features=None if features is None else {name: features[option] for option, name in names.items()},
            ovn=_given(params.get("ovn")),
            sdn=_given(params.get("sdn")),
            cluster_network=tuple(
                {"cidr": entry["cidr"], "hostPrefix": entry["host_prefix"]}
                for entry in params.get("cluster_network") or ()
            ),
        )

    @property
    def depend_on_fields(self) -> bool:
        """Whether something is wanted that not every cluster has a field for."""
        return self.features is not None or any(option in (self.ovn or {}) for option in (*OVN_FIELDS, "join_subnet"))

    def block(self, network_type: str, *, fields: OperatorFields, present: Mapping[str, Any]) -> dict[str, Any]:
        """The part of ``ovnKubernetesConfig`` or ``openshiftSDNConfig`` that carries the settings.

        :param present: that block as it is now
        """
        if network_type == OVN:
            return _ovn_block(self.ovn or {}, fields=fields, present=present)
        names = {"mtu": "mtu", "vxlan_port": "vxlanPort", "mode": "mode"}
        return {names[option]: value for option, value in (self.sdn or {}).items()}


def _given(options: Optional[Mapping[str, Any]]) -> Optional[dict[str, Any]]:
    known = {name: value for name, value in (options or {}).items() if value is not None}
    return known or None


def _ovn_block(ovn: Mapping[str, Any], *, fields: OperatorFields, present: Mapping[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = {}
    plain = {"mtu": "mtu", "geneve_port": "genevePort"}
    block.update({plain[option]: ovn[option] for option in plain if option in ovn})
    ipv4: dict[str, Any] = {}
    if "join_subnet" in ovn:
        # The field of the other name too when it is there: the operator refuses two that differ
        # (cluster-network-operator 4.16, pkg/network/ovn_kubernetes.go).
        newer = fields.has(JOIN_SUBNET)
        if newer or "internalJoinSubnet" in (present.get("ipv4") or {}):
            ipv4["internalJoinSubnet"] = ovn["join_subnet"]
        if not newer or "v4InternalSubnet" in present:
            block["v4InternalSubnet"] = ovn["join_subnet"]
    if "transit_switch_subnet" in ovn:
        ipv4["internalTransitSwitchSubnet"] = ovn["transit_switch_subnet"]
    gateway: dict[str, Any] = {}
    if "routing_via_host" in ovn:
        gateway["routingViaHost"] = ovn["routing_via_host"]
    if "ip_forwarding" in ovn:
        gateway["ipForwarding"] = ovn["ip_forwarding"]
    if "masquerade_subnet" in ovn:
        gateway["ipv4"] = {"internalMasqueradeSubnet": ovn["masquerade_subnet"]}
    return {**block, **({"ipv4": ipv4} if ipv4 else {}), **({"gatewayConfig": gateway} if gateway else {})}


def problems(
    settings: Settings, networks: Networks, *, target: str, version: Version, fields: OperatorFields
) -> list[str]:
    """Everything about the settings that the operator would refuse, or silently drop."""
    return [
        *option_problems(settings, networks, target=target, version=version, fields=fields),
        *port_problems(settings, networks, target=target),
        *cluster_network_problems(settings),
        *family_problems(settings, networks),
        *overlap_problems(settings, networks, target=target, version=version),
        *size_problems(settings, networks, target=target, version=version),
        *kube_proxy_problems(networks, target=target),
    ]


def option_problems(
    settings: Settings, networks: Networks, *, target: str, version: Version, fields: OperatorFields
) -> Iterable[str]:
    """Options that this cluster or target does not have, and values that nothing can be made of.

    :param fields: looked at only when the settings ``depend_on_fields``
    """
    yield from _field_problems(settings, version=version, fields=fields)
    yield from _target_problems(settings, target=target)
    yield from _number_problems(settings, networks)
    wanted = settings.ovn or {}
    for name, cidr in subnets(settings, networks, target=target, version=version):
        option = name.partition(".")[2] or name
        yield from notation_problems(
            name, cidr, option=option if option in wanted or option == "cluster_network" else ""
        )


def _field_problems(settings: Settings, *, version: Version, fields: OperatorFields) -> Iterable[str]:
    wanted: dict[str, tuple[str, ...]] = {
        f"ovn.{option}": (field,) for option, field in OVN_FIELDS.items() if option in (settings.ovn or {})
    }
    if "join_subnet" in (settings.ovn or {}):
        wanted["ovn.join_subnet"] = (JOIN_SUBNET, OLDER_JOIN_SUBNET)
    if settings.features is not None:
        wanted["features"] = ("spec.migration.features",)
    for option, places in wanted.items():
        if not any(fields.has(place) for place in places):
            yield (
                f"{option} is not possible on OpenShift {version}: its networks.operator.openshift.io has no field "
                f"{places[-1]}, so the API server would drop it without a word"
            )


def _target_problems(settings: Settings, *, target: str) -> Iterable[str]:
    if target == OVN and settings.sdn:
        yield "sdn was given, but the target is OVNKubernetes"
    if target == SDN and settings.ovn:
        yield "ovn was given, but the target is OpenShiftSDN"


def _number_problems(settings: Settings, networks: Networks) -> Iterable[str]:
    ovn, sdn = settings.ovn or {}, settings.sdn or {}
    possible = MTU_RANGE_IPV6 if 6 in _families(_pod_networks(settings, networks)) else MTU_RANGE
    for name, options in (("ovn", ovn), ("sdn", sdn)):
        if "mtu" in options and options["mtu"] not in possible:
            yield f"{name}.mtu {options['mtu']} is not between {possible[0]} and {possible[-1]}"
    for name, option, port in (
        ("ovn", "geneve_port", ovn.get("geneve_port")),
        ("sdn", "vxlan_port", sdn.get("vxlan_port")),
    ):
        if port is not None and port not in PORT_RANGE:
            yield f"{name}.{option} {port} is not a UDP port"


def notation_problems(name: str, cidr: str, *, option: str) -> Iterable[str]:
    """
    :param name: how messages call it
    :param option: the option that it is wanted by: ``cluster_network``, a key of ``DEFAULT_SUBNETS``, or none
    """
    if "/" not in cidr:
        yield f"{name} {cidr or '(empty)'} is not a network in CIDR notation (it has no prefix length)"
        return
    try:
        network = ip_network(cidr)
    except ValueError as error:
        yield f"{name} {cidr} is not a network in CIDR notation ({error})"
        return
    if option:
        yield from _place_problems(name, network)
    if option in DEFAULT_SUBNETS:
        if network.version != 4:
            yield f"{name} {network} is not an IPv4 network"
        elif network.prefixlen > LONGEST_PREFIX[option]:
            yield f"{name} {network} is too small: its prefix is /{LONGEST_PREFIX[option]} at the longest"


def _place_problems(name: str, network: AnyNetwork) -> Iterable[str]:
    """Networks from which nothing can be given an address, whatever the operator takes."""
    for what, reserved in RESERVED:
        if network.version == reserved.version and network.overlaps(reserved):
            yield f"{name} {network} overlaps with {reserved}, which is for {what} addresses"


def family_problems(settings: Settings, networks: Networks) -> Iterable[str]:
    """Whether the pods' networks and the services' are of the same address families, in the same order.

    cluster-network-operator 4.10 to 4.16, pkg/network: cluster_config.go validateClusterConfig and ovn_kubernetes.go
    validateOVNKubernetes. Which family is the first is which one a node and a
    Service have without asking for it, so it does not change on the way.
    """
    name = "cluster_network" if settings.cluster_network else "clusterNetwork"
    pods, services = _families(_pod_networks(settings, networks)), _families(networks.config.service_network)
    if not pods or not services:
        return
    if set(pods) != set(services):
        yield (
            f"{name} is {_named(pods)} and serviceNetwork is {_named(services)}: both must be IPv4-only, both "
            "IPv6-only, or both dual-stack"
        )
    elif pods[0] != services[0]:
        yield f"{name} begins with IPv{pods[0]} and serviceNetwork with IPv{services[0]}: they must begin alike"
    if any(services.count(family) > 1 for family in services):
        yield "serviceNetwork may have one IPv4 and one IPv6 network at most"


def _pod_networks(settings: Settings, networks: Networks) -> list[str]:
    return [entry["cidr"] for entry in settings.cluster_network or networks.config.cluster_network]


def _families(cidrs: Iterable[str]) -> list[int]:
    """4 or 6 for each network; what is none is passed over."""
    return [network.version for _name, network in _parsed(("", cidr) for cidr in cidrs)]


def _named(families: Iterable[int]) -> str:
    known = set(families)
    return "dual-stack" if len(known) > 1 else f"IPv{known.pop()}-only"


def port_problems(settings: Settings, networks: Networks, *, target: str) -> Iterable[str]:
    """Geneve and VXLAN need a port each: both run while the nodes change over."""
    geneve = (settings.ovn or {}).get("geneve_port") or networks.operator.block(OVN).get(
        "genevePort", DEFAULT_GENEVE_PORT
    )
    vxlan = (settings.sdn or {}).get("vxlan_port") or networks.operator.block(SDN).get("vxlanPort", DEFAULT_VXLAN_PORT)
    if geneve == vxlan:
        option = "ovn.geneve_port" if target == OVN else "sdn.vxlan_port"
        yield f"{option}: Geneve and VXLAN cannot share UDP port {geneve}"


def overlap_problems(
    settings: Settings,
    networks: Networks,
    *,
    target: str,
    version: Version,
    others: Iterable[tuple[str, str]] = (),
) -> Iterable[str]:
    """Which of the cluster's own subnets overlap with each other, or with one of ``others`` (name, CIDR), which may
    overlap among themselves. What is not a network is passed over: ``option_problems`` tells of ours."""
    ours = _parsed(subnets(settings, networks, target=target, version=version))
    strangers = _parsed(others)
    for place, (name, network) in enumerate(ours):
        for other_name, other_network in [*ours[place + 1 :], *strangers]:
            if network.version == other_network.version and network.overlaps(other_network):
                yield f"{name} {network} overlaps with {other_name} {other_network}"


def subnets(settings: Settings, networks: Networks, *, target: str, version: Version) -> list[tuple[str, str]]:
    """(name, CIDR) of all that the cluster takes for itself on the target: wanted, else as it is."""
    if settings.cluster_network:
        named = [("cluster_network", entry["cidr"]) for entry in settings.cluster_network]
    else:
        named = [("clusterNetwork", entry["cidr"]) for entry in networks.config.cluster_network]
    named += [("serviceNetwork", cidr) for cidr in networks.config.service_network]
    return named + (_internal_subnets(settings, networks, version=version) if target == OVN else [])


def _parsed(named: Iterable[tuple[str, str]]) -> list[tuple[str, AnyNetwork]]:
    return [(name, network) for name, cidr in named for network in [parsed_network(cidr)] if network]


def parsed_network(cidr: str) -> Optional[AnyNetwork]:
    """None for what is not a network in CIDR notation, one without a prefix length among it."""
    try:
        return ip_network(cidr) if "/" in cidr else None
    except ValueError:
        return None


def _internal_subnets(settings: Settings, networks: Networks, *, version: Version) -> list[tuple[str, str]]:
    """What OVN-Kubernetes takes for itself: wanted, else configured, else its default.

    On the offline path the operator compares only subnets that are set explicitly, so a clash with a default would
    come to light when the network is already gone (cluster-network-operator 4.16, pkg/network/ovn_kubernetes.go).
    """
    configured = _configured(networks.operator.block(OVN))
    names = [*DEFAULT_SUBNETS]
    if not version.at_least(FIRST_INTERCONNECT):
        names.remove("transit_switch_subnet")
    wanted = settings.ovn or {}
    taken = {**DEFAULT_SUBNETS, **{name: cidr for name, cidr in configured.items() if cidr}, **wanted}
    return [(f"ovn.{name}", taken[name]) for name in names]


def _configured(block: Mapping[str, Any]) -> dict[str, Optional[str]]:
    ipv4, gateway = block.get("ipv4") or {}, block.get("gatewayConfig") or {}
    return {
        "join_subnet": ipv4.get("internalJoinSubnet") or block.get("v4InternalSubnet"),
        "transit_switch_subnet": ipv4.get("internalTransitSwitchSubnet"),
        "masquerade_subnet": (gateway.get("ipv4") or {}).get("internalMasqueradeSubnet"),
    }


def cluster_network_problems(settings: Settings) -> Iterable[str]:
    """cluster-network-operator 4.16, pkg/network/cluster_config.go, validateClusterConfig."""
    for entry in settings.cluster_network:
        for _name, network in _parsed([("cluster_network", entry["cidr"])]):
            if not network.prefixlen <= entry["hostPrefix"] <= network.max_prefixlen - 2:
                yield (
                    f"cluster_network {entry['cidr']}: host_prefix {entry['hostPrefix']} is not between "
                    f"{network.prefixlen} and {network.max_prefixlen - 2}"
                )


def size_problems(settings: Settings, networks: Networks, *, target: str, version: Version) -> Iterable[str]:
    """The join and the transit subnet have an address for each node that the cluster network has room for. The
    operator measures them, too, only when they are set explicitly."""
    if target != OVN:
        return
    block = networks.operator.block(OVN)
    explicit = {f"ovn.{name}" for name, cidr in _configured(block).items() if cidr or (settings.ovn or {}).get(name)}
    nodes = room(settings, networks)
    for name, subnet in _parsed(_internal_subnets(settings, networks, version=version)):
        measured = name in explicit and name != "ovn.masquerade_subnet" and subnet.version == 4
        # One address each for the gateway, the network and the broadcast, as the operator counts.
        if measured and nodes >= subnet.num_addresses - 3:
            yield f"{name} {subnet} is too small for the {nodes} nodes that the cluster network has room for"


def room(settings: Settings, networks: Networks) -> int:
    """How many nodes the IPv4 cluster network, the wanted one if there is one, has room for."""
    return sum(_nodes_of(entry) for entry in settings.cluster_network or networks.config.cluster_network)


def _nodes_of(entry: Mapping[str, Any]) -> int:
    network = parsed_network(entry["cidr"])
    if network is None or network.version != 4:
        return 0
    return 1 << max(0, int(entry.get("hostPrefix", 0)) - network.prefixlen)


def ipsec_on(block: Mapping[str, Any]) -> bool:
    """Whether ``ovnKubernetesConfig`` uses IPsec. Up to 4.14 an empty object turns it on; from 4.15 it has a mode."""
    ipsec = block.get("ipsecConfig")
    return ipsec is not None and (ipsec.get("mode") or "Full") != "Disabled"


def ipsec_encapsulates(block: Mapping[str, Any]) -> bool:
    """Whether it encrypts what pods send to each other, which costs bytes of every packet."""
    return ipsec_on(block) and (block["ipsecConfig"].get("mode") or "Full") == "Full"


def kube_proxy_problems(networks: Networks, *, target: str) -> Iterable[str]:
    """cluster-network-operator 4.14, pkg/network/kube_proxy.go."""
    kube_proxy = networks.operator.kube_proxy
    if target == OVN and (
        kube_proxy.get("iptablesSyncPeriod")
        or kube_proxy.get("proxyArguments")
        or kube_proxy.get("bindAddress", "") not in ("", "0.0.0.0", "::")
    ):
        yield (
            "spec.kubeProxyConfig of networks.operator.openshift.io cluster is customised, which OVNKubernetes does "
            "not allow; remove iptablesSyncPeriod, proxyArguments and bindAddress from it"
        )
