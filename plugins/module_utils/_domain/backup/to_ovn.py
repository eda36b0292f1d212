# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From OpenShiftSDN to OVN-Kubernetes: what the operator makes of egress and multicast settings
(cluster-network-operator 4.16, pkg/controller/operconfig/migration.go)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Optional

from ..versions import Version
from .conversions import (
    EGRESS_NODE,
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

#: First release whose later builds take a HostSubnet for automatic when it has egressCIDRs, whether or not IPs are
#: assigned to it (6b2c571e3, 4.16 from April 2025).
FIRST_AUTOMATIC_BY_CIDRS = 16


def to_ovn(saved: Objects, present: LiveObjects, *, version: Optional[Version]) -> Iterator[Conversion]:
    """A row for each saved object that has a counterpart with OVN-Kubernetes."""
    yield from _firewalls(saved, present)
    yield from _multicast(saved, present)
    yield from _egress_ips(saved, present, version=version)


def _firewalls(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    """Each is applied as ``default``, so of several in a namespace the last one stays."""
    policies: dict[str, list[Json]] = defaultdict(list)
    for policy in of(saved, "EgressNetworkPolicy"):
        policies[namespace_of(policy)].append(policy)
    for policy in of(saved, "EgressNetworkPolicy"):
        namespace = namespace_of(policy)
        siblings = policies[namespace]
        row = row_of("egress_firewall", policy, f"egressfirewalls.k8s.ovn.org {namespace}/default")
        firewall = present.get("EgressFirewall", "default", namespace=namespace)
        if not present.has_namespace(namespace):
            yield row("not_wanted", f"namespace {namespace} is no longer there")
        elif firewall is None:
            yield row("missing", f"namespace {namespace} has no EgressFirewall default")
        elif same(firewall.get("spec"), policy.get("spec")):
            yield row("converted", "the rules are the same")
        elif same(firewall.get("spec"), _rules_now(policy, present)):
            yield row("converted", "the rules are those that it has now")
        elif any(same(firewall.get("spec"), other.get("spec")) for other in siblings):
            yield row(
                "overwritten",
                f"namespace {namespace} had {len(siblings)} of them, and OVN-Kubernetes takes one: another one's rules "
                "stand there, and these are in the backup only",
            )
        else:
            yield row("differs", "EgressFirewall default has other rules")


def _rules_now(policy: Json, present: LiveObjects) -> Any:
    """Builds that convert while the migration is being prepared do it again at each change until its end."""
    now = present.get("EgressNetworkPolicy", policy["metadata"]["name"], namespace=namespace_of(policy))
    return None if now is None else now.get("spec")


def _multicast(saved: Objects, present: LiveObjects) -> Iterator[Conversion]:
    for net_namespace in of(saved, "NetNamespace"):
        if annotations_of(net_namespace).get(SDN_MULTICAST) != "true":
            continue
        name = net_namespace["metadata"]["name"]
        row = row_of("multicast", net_namespace, f"namespaces {name}")
        namespace = present.get("Namespace", name)
        if namespace is None:
            yield row("not_wanted", f"namespace {name} is no longer there")
        elif annotations_of(namespace).get(OVN_MULTICAST) == "true":
            yield row("converted", "multicast is enabled")
        else:
            yield row("missing", f"namespace {name} lacks the annotation {OVN_MULTICAST}")


def _egress_ips(saved: Objects, present: LiveObjects, *, version: Optional[Version]) -> Iterator[Conversion]:
    candidates = [subnet for subnet in of(saved, "HostSubnet") if _has_egress(subnet, version=version)]
    left = _left_idle(candidates, present)
    hosts = [subnet for subnet in candidates if subnet["metadata"]["name"] not in left]
    for subnet in candidates:
        name = subnet["metadata"]["name"]
        row = row_of("egress_ip", subnet, f"nodes {name}")
        node = present.get("Node", name)
        if node is None:
            yield row("not_wanted", f"node {name} is no longer there")
        elif EGRESS_NODE in (node["metadata"].get("labels") or {}):
            yield row("converted", f"the node carries the label {EGRESS_NODE}")
        elif name in left:
            yield row(
                "not_wanted",
                "it held no egress IP, and this build of the operator leaves such a HostSubnet alone; to let the node "
                f"take egress IPs: oc label node {name} {EGRESS_NODE}=",
            )
        else:
            yield row("missing", f"node {name} lacks the label {EGRESS_NODE}")
    for net_namespace in of(saved, "NetNamespace"):
        if net_namespace.get("egressIPs"):
            yield _egress_ip(net_namespace, present, hosts=bool(hosts))


def _egress_ip(net_namespace: Json, present: LiveObjects, *, hosts: bool) -> Conversion:
    name = net_namespace["metadata"]["name"]
    row = row_of("egress_ip", net_namespace, f"egressips.k8s.ovn.org egressip-{name}")
    there = present.get("EgressIP", f"egressip-{name}")
    if not hosts:
        return row("not_wanted", "no HostSubnet had an egress configuration, so the operator converts no egress IP")
    if not present.has_namespace(name):
        return row("not_wanted", f"namespace {name} is no longer there")
    if there is None:
        return row("missing", f"there is no EgressIP egressip-{name}")
    spec = there.get("spec") or {}
    if selected(spec) != net_namespace.get("netname", name):
        return row("differs", f"egressip-{name} selects namespace {selected(spec) or '(none by name)'}")
    if sorted(spec.get("egressIPs") or ()) != sorted(net_namespace["egressIPs"]):
        return row("differs", f"egressip-{name} has {', '.join(spec.get('egressIPs') or ()) or 'no addresses'}")
    return row("converted", "the addresses are the same")


def _left_idle(subnets: Sequence[Json], present: LiveObjects) -> frozenset[str]:
    """The idle ones that still are as they were, when the operator has taken none: a build that takes such HostSubnets
    empties all of them."""
    names = [subnet["metadata"]["name"] for subnet in subnets if not subnet.get("egressIPs")]
    now = [there for name in names for there in [present.get("HostSubnet", name)] if there is not None]
    untouched = [there["metadata"]["name"] for there in now if there.get("egressCIDRs")]
    return frozenset(untouched) if len(untouched) == len(now) else frozenset()


def _has_egress(subnet: Json, *, version: Optional[Version]) -> bool:
    cidrs, addresses = subnet.get("egressCIDRs"), subnet.get("egressIPs")
    if version is not None and version.at_least(FIRST_AUTOMATIC_BY_CIDRS):
        return bool(cidrs or addresses)
    return bool(addresses)
