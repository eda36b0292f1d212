# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What OpenShiftSDN cannot take over from OVN-Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..backup.conversions import EGRESS_NODE, NAME_LABEL, selected
from ..migration.settings import ipsec_on
from ..networks import OVN, SDN
from ..pools.pool import RenderedConfig, custom_pools, network_type_verdict
from ..verdicts import counted, listed
from .findings import ROLLBACK, Check, Problem, key, named, objects
from .snapshot import Json, Snapshot

#: Where the operator finds the former egressCIDRs of a node, or the addresses that a cloud allows it.
EGRESS_CIDRS = ("networkoperator.openshift.io/sdn-to-ovn-migration", "cloud.network.openshift.io/egress-ipconfig")
#: Patch releases from March 2025 on take the node's own network outside of clouds; before, they fail.
FIRST_WITHOUT_CLOUD = 16


def _finished(snapshot: Snapshot) -> Iterator[Problem]:
    configs = {config["metadata"]["name"]: config for config in snapshot.machine_configs}
    for pool in snapshot.pools:
        raw = configs.get(pool.status_config)
        if not pool.machines or pool.paused:
            continue
        rendered = RenderedConfig.from_json(raw) if raw else None
        verdict = network_type_verdict(pool, rendered, network_type=OVN)
        if verdict.state != "done":
            yield Problem(verdict.reason, objects("machineconfigpool", [pool.name]))


def _single_stack(snapshot: Snapshot) -> Iterator[Problem]:
    config = snapshot.networks.config
    networks = [*(str(entry.get("cidr", "")) for entry in config.cluster_network), *config.service_network]
    ipv6 = [network for network in networks if ":" in network]
    if ipv6:
        yield Problem(
            f"the cluster has IPv6 networks ({listed(ipv6)}), and {SDN} is IPv4 only", ("network.config/cluster",)
        )


def _ipsec(snapshot: Snapshot) -> Iterator[Problem]:
    if ipsec_on(snapshot.networks.operator.block(OVN)):
        yield Problem(f"IPsec is on, and {SDN} has none", ("network.operator/cluster",))


def _egress_ips(snapshot: Snapshot) -> Iterator[Problem]:
    """The operator returns with an error at the first one, before it updates the status that everybody waits for
    (cluster-network-operator 4.16, pkg/controller/operconfig/migration.go, convertOvnEgressIpToSdnEgressIp)."""
    if _declined(snapshot, "egressIP"):
        return
    unfit = [egress_ip for egress_ip in snapshot.egress_ips if not selected_namespace(egress_ip)]
    if unfit:
        yield Problem(
            f"{counted(len(unfit), 'EgressIP', 'do')} not select a namespace by the label {NAME_LABEL}, and the "
            f"operator stops the rollback at the first such one: {listed(map(key, unfit))}",
            named("egressip", *unfit),
        )
    known = {namespace["metadata"]["name"] for namespace in snapshot.namespaces}
    lost = [e for e in snapshot.egress_ips if selected_namespace(e) and selected_namespace(e) not in known]
    if lost:
        told = listed(f"{key(egress_ip)} ({selected_namespace(egress_ip)})" for egress_ip in lost)
        yield Problem(
            f"{counted(len(lost), 'EgressIP', 'select')} a namespace that does not exist, and the operator stops the "
            f"rollback at the first such one: {told}",
            named("egressip", *lost),
        )


def _declined(snapshot: Snapshot, feature: str) -> bool:
    return (snapshot.wanted.settings.features or {}).get(feature) is False


def selected_namespace(egress_ip: Json) -> str:
    """The namespace that the operator finds for an EgressIP, by that label only; empty when it finds none."""
    return selected(egress_ip.get("spec") or {})


def _merged_egress_ips(snapshot: Snapshot) -> Iterator[Problem]:
    if _declined(snapshot, "egressIP"):
        return
    per_namespace: dict[str, list[Json]] = {}
    for egress_ip in snapshot.egress_ips:
        per_namespace.setdefault(selected_namespace(egress_ip), []).append(egress_ip)
    for namespace, egress_ips in sorted(per_namespace.items()):
        if namespace and len(egress_ips) > 1:
            yield Problem(
                f"namespace {namespace} has {len(egress_ips)} EgressIPs, of which only the last one is converted: "
                f"{listed(map(key, egress_ips))}",
                named("egressip", *egress_ips),
            )


def _egress_nodes(snapshot: Snapshot) -> Iterator[Problem]:
    """Nodes whose egressCIDRs nobody saved: labelled by hand, or converted from a manual assignment."""
    if _declined(snapshot, "egressIP"):
        return
    bare = [
        node
        for node in snapshot.raw_nodes
        if EGRESS_NODE in (node["metadata"].get("labels") or {})
        and not any(name in (node["metadata"].get("annotations") or {}) for name in EGRESS_CIDRS)
    ]
    if bare:
        version = snapshot.version
        maybe = version is not None and version.at_least(FIRST_WITHOUT_CLOUD)
        why = "a patch release before March 2025 stops" if maybe else "the operator stops"
        yield Problem(
            f"{counted(len(bare), 'node', 'are')} labelled {EGRESS_NODE} without any record of {SDN}'s egressCIDRs, at "
            f"which {why} the rollback: {listed(map(key, bare))}",
            named("node", *bare),
            severity="warn" if maybe else None,
        )


def _declined_features(snapshot: Snapshot) -> Iterator[Problem]:
    for feature, kind, items in (
        ("egressIP", "egressip", snapshot.egress_ips),
        ("egressFirewall", "egressfirewall", snapshot.egress_firewalls),
    ):
        if items and _declined(snapshot, feature):
            yield Problem(
                f"not converted, since features.{feature} is false: {listed(map(key, items))}", named(kind, *items)
            )


def _firewall_ports(snapshot: Snapshot) -> Iterator[Problem]:
    with_ports = [firewall for firewall in snapshot.egress_firewalls if _names_ports(firewall)]
    if with_ports:
        yield Problem(
            f"{counted(len(with_ports), 'EgressFirewall', 'have')} rules with ports, which {SDN} applies to all ports: "
            f"{listed(map(key, with_ports))}",
            named("egressfirewall", *with_ports),
        )


def _names_ports(firewall: Json) -> bool:
    return any(rule.get("ports") for rule in _rules(firewall))


def _selects_nodes(firewall: Json) -> bool:
    return any("nodeSelector" in (rule.get("to") or {}) for rule in _rules(firewall))


def _rules(firewall: Json) -> Iterable[Mapping[str, Any]]:
    return (firewall.get("spec") or {}).get("egress") or ()


def _ovn_only(snapshot: Snapshot) -> Iterator[Problem]:
    for title, kind, items in (
        ("AdminNetworkPolicy", "adminnetworkpolicy", snapshot.admin_network_policies),
        ("BaselineAdminNetworkPolicy", "baselineadminnetworkpolicy", snapshot.baseline_network_policies),
        ("EgressService", "egressservice", snapshot.egress_services),
        ("EgressQoS", "egressqos", snapshot.egress_qoses),
        ("AdminPolicyBasedExternalRoute", "adminpolicybasedexternalroute", snapshot.external_routes),
    ):
        if items:
            yield Problem(f"{SDN} knows no {title}: {listed(map(key, items))}", named(kind, *items))
    routers = snapshot.egress_routers
    if routers:
        yield Problem(
            f"{SDN} does not support egress routers that are an EgressRouter object: {listed(map(key, routers))}",
            named("egressrouter.network.operator.openshift.io", *routers),
            remedy=(
                "Save and delete them before, and let a pod of your own be the egress router afterwards (annotation "
                "pod.network.openshift.io/assign-macvlan). They stay, unlike OVN-Kubernetes' own objects, and so do "
                "their pods and Services."
            ),
        )
    choosy = [firewall for firewall in snapshot.egress_firewalls if _selects_nodes(firewall)]
    if choosy:
        yield Problem(
            f"{SDN} knows no rules that select nodes: EgressFirewall {listed(map(key, choosy))}",
            named("egressfirewall", *choosy),
        )
    if snapshot.networks.operator.block(OVN).get("hybridOverlayConfig") is not None:
        yield Problem(f"{SDN} knows no hybrid overlay (hybridOverlayConfig)", ("network.operator/cluster",))


def _custom_pools(snapshot: Snapshot) -> Iterator[Problem]:
    custom = custom_pools(pool.name for pool in snapshot.pools if not pool.paused)
    if custom:
        yield Problem(
            f"{counted(len(custom), 'custom pool')} will be paused beside master and worker: {listed(custom)}",
            objects("machineconfigpool", custom),
        )


CHECKS = (
    Check(
        "forward_migration_finished",
        _finished,
        severity="block",
        methods=ROLLBACK,
        title="Every node boots for OVN-Kubernetes.",
        remedy=(
            "Let migrate.yml finish first, as Red Hat's documentation wants it; acknowledge it to roll back from the "
            "middle of a migration that cannot be finished."
        ),
        acknowledge=True,
    ),
    Check(
        "single_stack",
        _single_stack,
        severity="block",
        methods=ROLLBACK,
        title="Cluster and service network are IPv4 only.",
        remedy="Convert the cluster back to IPv4 only before.",
        stops_rescue=True,
    ),
    Check(
        "ipsec_off",
        _ipsec,
        severity="block",
        methods=ROLLBACK,
        title="IPsec is off.",
        remedy="Turn it off (ipsecConfig of networks.operator.openshift.io cluster) and wait until the pools are done.",
        stops_rescue=True,
    ),
    Check(
        "egress_ips_convertible",
        _egress_ips,
        severity="block",
        methods=ROLLBACK,
        title=f"Every EgressIP selects an existing namespace by the label {NAME_LABEL}.",
        remedy="Decline the conversion (features.egress_ip: false), or change or save and delete these EgressIPs.",
        stops_rescue=True,
    ),
    Check(
        "egress_ips_merged",
        _merged_egress_ips,
        severity="warn",
        methods=ROLLBACK,
        title="No namespace has more than one EgressIP.",
        remedy="Merge them into one before, or add the others' addresses to the NetNamespace afterwards.",
    ),
    Check(
        "egress_nodes_convertible",
        _egress_nodes,
        severity="block",
        methods=ROLLBACK,
        title=f"Every node labelled {EGRESS_NODE} has a record of the egressCIDRs that it had, or is in a cloud.",
        remedy=(
            "Decline the conversion (features.egress_ip: false), or give the node the annotation "
            f'{EGRESS_CIDRS[0]} with {{"EgressCIDRs": ["NETWORK"]}}, or take the label away.'
        ),
        stops_rescue=True,
    ),
    Check(
        "features_declined",
        _declined_features,
        severity="warn",
        methods=ROLLBACK,
        title="No EgressIP or EgressFirewall stays behind because its conversion was declined.",
        remedy="Write them anew for OpenShiftSDN afterwards: HostSubnet, NetNamespace, EgressNetworkPolicy.",
    ),
    Check(
        "egress_firewall_ports",
        _firewall_ports,
        severity="warn",
        methods=ROLLBACK,
        title="No EgressFirewall has rules with ports.",
        remedy="Rewrite the rules without ports: the operator drops the ports and only logs it.",
    ),
    Check(
        "ovn_only_objects",
        _ovn_only,
        severity="warn",
        methods=ROLLBACK,
        title="Nothing is in use that only OVN-Kubernetes has.",
        remedy="Save what is needed later: these objects are deleted with their kinds when the rollback is cleaned up.",
    ),
    Check(
        "custom_pools_paused",
        _custom_pools,
        severity="info",
        methods=ROLLBACK,
        title="The custom pools, which have to be paused like master and worker.",
        remedy="Nothing has to be done: rollback.yml pauses every pool, and resumes those that it paused.",
    ),
)
