# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From OVN-Kubernetes to OpenShiftSDN: what the operator makes of egress and multicast settings
(cluster-network-operator 4.16, pkg/controller/operconfig/migration.go)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .conversions import (
    EGRESS_NODE,
    NAME_LABEL,
    OVN_MULTICAST,
    SDN_MULTICAST,
    Conversion,
    Json,
    LiveObjects,
    Objects,
    annotations_of,
    namespace_of,
    of,
    row_of,
    same,
    selected,
)


def to_sdn(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    """A row for each saved object that has a counterpart with OpenShiftSDN."""
    yield from _firewalls(saved, present)
    yield from _multicast(saved, present)
    yield from _egress_ips(saved, present)


def _firewalls(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    for firewall in of(saved, "EgressFirewall"):
        namespace, name = namespace_of(firewall), firewall["metadata"]["name"]
        row = row_of("egress_firewall", firewall, f"egressnetworkpolicies.network.openshift.io {namespace}/{name}")
        policy = present.get("EgressNetworkPolicy", name, namespace=namespace)
        ports = any("ports" in rule for rule in (firewall.get("spec") or {}).get("egress") or ())
        if not present.has_namespace(namespace):
            yield row("not_wanted", f"namespace {namespace} is no longer there")
        elif policy is None:
            yield row("missing", f"namespace {namespace} has no EgressNetworkPolicy {name}")
        elif not same(_without_ports(policy.get("spec")), _without_ports(firewall.get("spec"))):
            yield row("differs", f"EgressNetworkPolicy {name} has other rules")
        else:
            yield row("converted", f"the rules are the same{', but for their ports' if ports else ''}")


def _multicast(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    for namespace in of(saved, "Namespace"):
        if annotations_of(namespace).get(OVN_MULTICAST) != "true":
            continue
        name = namespace["metadata"]["name"]
        row = row_of("multicast", namespace, f"netnamespaces.network.openshift.io {name}")
        if not present.has_namespace(name):
            yield row("not_wanted", f"namespace {name} is no longer there")
        elif annotations_of(present.get("NetNamespace", name) or {}).get(SDN_MULTICAST) == "true":
            yield row("converted", "multicast is enabled")
        else:
            yield row("missing", f"NetNamespace {name} lacks the annotation {SDN_MULTICAST}")


def _egress_ips(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    """A NetNamespace has one list of addresses: of several EgressIPs for one namespace the last one stays."""
    egress_ips = of(saved, "EgressIP")
    for egress_ip in egress_ips:
        yield _egress_ip(egress_ip, egress_ips, present)
    for node in present.every("Node") if egress_ips else []:
        if EGRESS_NODE not in (node["metadata"].get("labels") or {}):
            continue
        name = node["metadata"]["name"]
        row = row_of("egress_ip", node, f"hostsubnets.network.openshift.io {name}")
        if (present.get("HostSubnet", name) or {}).get("egressCIDRs"):
            yield row("converted", "the HostSubnet has egressCIDRs")
        else:
            yield row("missing", f"HostSubnet {name} has no egressCIDRs")


def _egress_ip(egress_ip: Json, all_of_them: Sequence[Json], present: LiveObjects) -> Conversion:
    spec = egress_ip.get("spec") or {}
    name = selected(spec)
    row = row_of("egress_ip", egress_ip, f"netnamespaces.network.openshift.io {name or '(unknown)'}")
    if not name:
        return row(
            "missing",
            f"its namespaceSelector has no {NAME_LABEL}, which the operator cannot convert, nor anything after it; "
            "decline egress_ip, or change it",
        )
    if not present.has_namespace(name):
        return row("not_wanted", f"namespace {name} is no longer there")
    there = sorted((present.get("NetNamespace", name) or {}).get("egressIPs") or ())
    siblings = [other.get("spec") or {} for other in all_of_them if selected(other.get("spec") or {}) == name]
    if there == sorted(spec.get("egressIPs") or ()):
        return row("converted", "the addresses are the same")
    if not there:
        return row("missing", f"NetNamespace {name} has no egressIPs")
    if any(there == sorted(other.get("egressIPs") or ()) for other in siblings):
        return row(
            "overwritten", f"namespace {name} had {len(siblings)} of them, and another one's addresses stand there"
        )
    return row("differs", f"NetNamespace {name} has {', '.join(there)}")


def _without_ports(spec: Any) -> Any:
    rules = [
        {name: value for name, value in rule.items() if name != "ports"} for rule in (spec or {}).get("egress") or ()
    ]
    return {**(spec or {}), "egress": rules}
