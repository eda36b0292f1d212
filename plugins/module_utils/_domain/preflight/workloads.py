# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the workloads use of OpenShiftSDN, and what of them gets in the way of a migration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ..backup.conversions import SDN_MULTICAST
from ..borrowing.settings import timeout_of, webhooks
from ..borrowing.webhooks import platform, served_by_pods
from ..labels import Selector
from ..networks import NAMESPACE, SDN
from ..verdicts import counted, listed
from ..versions import FIRST_FEATURES
from .findings import ANY_METHOD, OFFLINE, Check, Problem, key, named, objects
from .snapshot import Json, Snapshot

EGRESS_ROUTER = "pod.network.openshift.io/assign-macvlan"
#: From here on the operator converts egress IPs at the switch, and not already when the migration is prepared
#: (cluster-network-operator 4.16, pkg/controller/operconfig/operconfig_controller.go; patch releases since late 2024).
FIRST_LATE_CONVERSION = 16
#: From here on a HostSubnet with egressCIDRs is for egress also while it holds no egress IP.
FIRST_BY_CIDRS = 16
#: The namespaces by whose labels a NetworkPolicy admits the ingress controllers, and whatever runs on the host network.
INGRESS = "openshift-ingress"
HOST_NETWORK = "openshift-host-network"
PLATFORM = ("openshift-", "kube-")
#: Seconds that the API server may wait for a webhook while the pod network is down, as the procedure has it.
WEBHOOK_SECONDS = 3
#: What makes a pod anew on another node: of a Deployment, of a DeploymentConfig.
REPLICATORS = ("ReplicaSet", "ReplicationController")
#: How the operator marks what it rolls out (cluster-network-operator 4.14, pkg/names/names.go).
OPERATOR_LABEL = "networkoperator.openshift.io/generates-operator-status"


def _egress_routers(snapshot: Snapshot) -> Iterator[Problem]:
    routers = [pod for pod in snapshot.raw_pods if EGRESS_ROUTER in _annotations(pod)]
    if routers:
        yield Problem(
            f"{counted(len(routers), 'egress router pod')} of {SDN} will have no network: {listed(map(key, routers))}",
            named("pod", *routers),
        )


def _annotations(item: Json) -> Mapping[str, str]:
    found: Mapping[str, str] = item["metadata"].get("annotations") or {}
    return found


def _merged_policies(snapshot: Snapshot) -> Iterator[Problem]:
    per_namespace = Counter(policy["metadata"].get("namespace", "") for policy in snapshot.egress_network_policies)
    several = sorted(namespace for namespace, number in per_namespace.items() if number > 1)
    if several:
        lost = [p for p in snapshot.egress_network_policies if p["metadata"].get("namespace", "") in several]
        told = listed(f"{namespace} ({per_namespace[namespace]})" for namespace in several)
        yield Problem(
            f"{counted(len(several), 'namespace', 'have')} several EgressNetworkPolicies, which are all converted to "
            f"one EgressFirewall named default, so that only one remains: {told}",
            named("egressnetworkpolicy", *lost),
        )


def _unenforced_policies(snapshot: Snapshot) -> Iterator[Problem]:
    policies = snapshot.egress_network_policies
    if policies:
        yield Problem(
            f"{counted(len(policies), 'EgressNetworkPolicy object')} will not be enforced between the switch and the "
            f"start of OVN-Kubernetes: {listed(map(key, policies))}",
            named("egressnetworkpolicy", *policies),
        )


def _automatic_egress(snapshot: Snapshot) -> Iterator[Problem]:
    version = snapshot.version
    automatic = [subnet for subnet in snapshot.host_subnets if subnet.get("egressCIDRs")]
    if automatic and not _declined(snapshot, "egressIP"):
        late = version is not None and version.at_least(FIRST_LATE_CONVERSION)
        when = (
            "from the switch on (with an older patch release already from the preparation on)"
            if late
            else "as soon as the migration is prepared, through the whole first rollout"
        )
        yield Problem(
            f"automatic egress IPs ({counted(len(automatic), 'HostSubnet')}: {listed(map(key, automatic))}) are away "
            f"{when}",
            named("hostsubnet", *automatic),
            severity="info" if late else None,
        )


def _manual_egress(snapshot: Snapshot) -> Iterator[Problem]:
    manual = [subnet for subnet in snapshot.host_subnets if subnet.get("egressIPs") and not subnet.get("egressCIDRs")]
    if manual and not _declined(snapshot, "egressIP"):
        yield Problem(
            f"manually assigned egress IPs lose their node, and their conversion is not supported: "
            f"{listed(map(key, manual))}",
            named("hostsubnet", *manual),
        )


def _unserved_egress(snapshot: Snapshot) -> Iterator[Problem]:
    """The conversion stops early when no HostSubnet is for egress, and up to 4.15 only one that holds an egress IP at
    the moment is (cluster-network-operator 4.14 and 4.16, pkg/controller/operconfig/migration.go,
    convertSdnEgressIpToOvnEgressIp)."""
    if _declined(snapshot, "egressIP"):
        return
    subnets, version = snapshot.host_subnets, snapshot.version
    by_cidrs = version is not None and version.at_least(FIRST_BY_CIDRS)
    orphans = _egress_namespaces(snapshot.net_namespaces)
    if orphans and not any(subnet.get("egressIPs") or (by_cidrs and subnet.get("egressCIDRs")) for subnet in subnets):
        yield Problem(
            f"{counted(len(orphans), 'NetNamespace', 'have')} egress IPs that no HostSubnet holds, so they are not "
            f"converted: {listed(map(key, orphans))}",
            named("netnamespace", *orphans),
        )
    idle = [subnet for subnet in subnets if subnet.get("egressCIDRs") and not subnet.get("egressIPs")]
    if idle and not by_cidrs:
        yield Problem(
            f"{counted(len(idle), 'HostSubnet', 'have')} egressCIDRs but no egress IP at the moment, so that the node "
            f"will not be one for egress afterwards: {listed(map(key, idle))}",
            named("hostsubnet", *idle),
        )


def _multicast(snapshot: Snapshot) -> Iterator[Problem]:
    using = _multicasting(snapshot)
    if using:
        yield Problem(
            f"{counted(len(using), 'namespace', 'use')} multicast: {listed(map(key, using))}",
            named("netnamespace", *using),
        )


def _multicasting(snapshot: Snapshot) -> list[Json]:
    return [namespace for namespace in snapshot.net_namespaces if _annotations(namespace).get(SDN_MULTICAST) == "true"]


def _declined(snapshot: Snapshot, feature: str) -> bool:
    return (snapshot.wanted.settings.features or {}).get(feature) is False


def _conversion(snapshot: Snapshot) -> Iterator[Problem]:
    """What stays behind because the version does not convert it, or because it was told not to."""
    version = snapshot.version
    converts = version is None or version.at_least(FIRST_FEATURES)
    for feature, title, kind, items in (
        ("egressFirewall", "EgressNetworkPolicy", "egressnetworkpolicy", snapshot.egress_network_policies),
        ("egressIP", "HostSubnet with egress IPs", "hostsubnet", _egress_hosts(snapshot.host_subnets)),
        ("egressIP", "NetNamespace with egress IPs", "netnamespace", _egress_namespaces(snapshot.net_namespaces)),
        ("multicast", "NetNamespace with multicast", "netnamespace", _multicasting(snapshot)),
    ):
        if items and (not converts or _declined(snapshot, feature)):
            why = f"features.{feature} is false" if converts else f"OpenShift {version} converts nothing"
            yield Problem(f"not converted, since {why}: {title} {listed(map(key, items))}", named(kind, *items))


def _egress_hosts(host_subnets: Iterable[Json]) -> list[Json]:
    return [subnet for subnet in host_subnets if subnet.get("egressCIDRs") or subnet.get("egressIPs")]


def _egress_namespaces(net_namespaces: Iterable[Json]) -> list[Json]:
    return [namespace for namespace in net_namespaces if namespace.get("egressIPs")]


def _default_deny(snapshot: Snapshot) -> Iterator[Problem]:
    """OVN-Kubernetes drops what no policy admits also when it comes from the ingress controllers or the API servers;
    the API servers matter where a webhook or an aggregated API is served."""
    labels = {
        namespace["metadata"]["name"]: namespace["metadata"].get("labels") or {} for namespace in snapshot.namespaces
    }
    called = _called_by_the_api(snapshot)
    for who, source, concerned in (
        ("the ingress controllers", INGRESS, None),
        ("the API servers, which call webhooks there", HOST_NETWORK, called),
    ):
        closed = [
            namespace
            for namespace, policies in sorted(_by_namespace(snapshot.network_policies).items())
            if not namespace.startswith(PLATFORM)
            and (concerned is None or namespace in concerned)
            and denies_by_default(policies)
            and not any(admits(policy, labels.get(source, {})) for policy in policies)
        ]
        if closed:
            yield Problem(
                f"{counted(len(closed), 'namespace', 'refuse')} all ingress but what policies admit, and none admits "
                f"{who}: {listed(closed)}",
                objects("namespace", closed),
            )


def _called_by_the_api(snapshot: Snapshot) -> frozenset[str]:
    """Namespaces with pods that the API servers call."""
    return frozenset(
        hook["clientConfig"]["service"].get("namespace", "")
        for configuration in (*snapshot.validating_webhooks, *snapshot.mutating_webhooks)
        for hook in webhooks(configuration)
        if served_by_pods(hook)
    )


def _by_namespace(items: Iterable[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for item in items:
        found.setdefault(item["metadata"].get("namespace", ""), []).append(item)
    return found


def denies_by_default(policies: Iterable[Json]) -> bool:
    """Whether one of the NetworkPolicies shuts all pods of the namespace against what no other admits."""
    return any(_selects_all(policy) and _about_ingress(policy) for policy in policies)


def _selects_all(policy: Json) -> bool:
    selector = (policy.get("spec") or {}).get("podSelector") or {}
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def _about_ingress(policy: Json) -> bool:
    spec = policy.get("spec") or {}
    types = spec.get("policyTypes")
    return not spec.get("ingress") and (types is None or "Ingress" in types)


def admits(policy: Json, labels: Mapping[str, str]) -> bool:
    """Whether a rule of the policy lets in traffic from the namespace with these labels, to any pod and port."""
    for rule in (policy.get("spec") or {}).get("ingress") or ():
        peers = rule.get("from")
        if not peers or any(_peer_is(peer, labels) for peer in peers):
            return True
    return False


def _peer_is(peer: Json, labels: Mapping[str, str]) -> bool:
    selector = peer.get("namespaceSelector")
    if selector is None:
        return False
    parsed = Selector.from_json(selector)
    # A selector without requirements is every namespace here.
    return not parsed.requirements or parsed.accepts(labels)


def _external_ips(snapshot: Snapshot) -> Iterator[Problem]:
    shut = {policy["metadata"].get("namespace", "") for policy in snapshot.network_policies}
    services = [
        service
        for service in snapshot.services
        if (service.get("spec") or {}).get("externalIPs") and service["metadata"].get("namespace", "") in shut
    ]
    if services:
        yield Problem(
            f"{counted(len(services), 'Service', 'have')} externalIPs in a namespace with NetworkPolicies, which "
            f"OVN-Kubernetes applies to pods of other namespaces that come in by them: {listed(map(key, services))}",
            named("service", *services),
        )


def _webhooks(snapshot: Snapshot) -> Iterator[Problem]:
    slow: list[str] = []
    concerned: list[str] = []
    for kind, configurations in (
        ("validatingwebhookconfiguration", snapshot.validating_webhooks),
        ("mutatingwebhookconfiguration", snapshot.mutating_webhooks),
    ):
        for configuration in configurations:
            hooks = [] if platform(configuration) else slow_and_fatal(configuration)
            if hooks:
                slow += hooks
                concerned += named(kind, configuration)
    if slow:
        yield Problem(
            f"{counted(len(slow), 'webhook', 'hold')} up requests for more than {WEBHOOK_SECONDS} s, and then fail "
            f"them, while no pod answers: {listed(slow)}",
            tuple(concerned),
        )


def slow_and_fatal(configuration: Json) -> list[str]:
    """``webhook (timeout)`` of each that pods serve, that a request fails without, and that is waited for too long."""
    return [
        f"{hook.get('name')} ({timeout_of(hook)} s)"
        for hook in webhooks(configuration)
        # What the API server fills in for v1 is Fail.
        if served_by_pods(hook)
        and (hook.get("failurePolicy") or "Fail") == "Fail"
        and timeout_of(hook) > WEBHOOK_SECONDS
    ]


def _budgets(snapshot: Snapshot) -> Iterator[Problem]:
    tight = [budget for budget in snapshot.disruption_budgets if _allows_nothing(budget.get("status") or {})]
    for never, when in ((True, "even while all pods run"), (False, "at the moment")):
        concerned = [budget for budget in tight if _never_allows(budget["status"]) is never]
        if concerned:
            yield Problem(
                f"{counted(len(concerned), 'PodDisruptionBudget', 'allow')} no disruption {when}, so that no node with "
                f"such a pod can be drained: {listed(map(key, concerned))}",
                named("poddisruptionbudget", *concerned),
            )


def _allows_nothing(status: Json) -> bool:
    """One without pods holds up nothing."""
    return bool(status.get("expectedPods")) and not status.get("disruptionsAllowed")


def _never_allows(status: Json) -> bool:
    """As with a single replica that has to be there, or maxUnavailable 0."""
    return bool(status.get("desiredHealthy", 0) >= status.get("expectedPods", 0))


def _singletons(snapshot: Snapshot) -> Iterator[Problem]:
    alone = [pod for pod in single_pods(snapshot.raw_pods) if _claims(pod)]
    if not alone:
        return
    narrow = {key(claim) for claim in snapshot.volume_claims if _for_one_node(claim)}
    tied = [pod for pod in alone if any(f"{pod['metadata']['namespace']}/{name}" in narrow for name in _claims(pod))]
    if tied:
        yield Problem(
            f"{counted(len(tied), 'workload', 'have')} a single pod with a volume that one node at a time may mount, "
            f"and so {'is' if len(tied) == 1 else 'are'} away while that node reboots: {listed(map(key, tied))}",
            named("pod", *tied),
        )


def single_pods(pods: Iterable[Json]) -> list[Json]:
    """Pods that are the only one of their Deployment or DeploymentConfig. What a StatefulSet or nobody controls waits
    for its node anyway, and is not made anew elsewhere."""
    owned: dict[tuple[str, str], list[Json]] = {}
    for pod in pods:
        owner = next((o for o in pod["metadata"].get("ownerReferences") or () if o.get("controller")), None)
        ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        if owner and owner.get("kind") in REPLICATORS and not ended:
            owned.setdefault((pod["metadata"].get("namespace", ""), owner.get("name", "")), []).append(pod)
    return [found[0] for found in owned.values() if len(found) == 1]


def _claims(pod: Json) -> list[str]:
    volumes = (pod.get("spec") or {}).get("volumes") or ()
    return [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if volume.get("persistentVolumeClaim")]


def _for_one_node(claim: Json) -> bool:
    modes = (claim.get("status") or {}).get("accessModes") or (claim.get("spec") or {}).get("accessModes") or ()
    return bool(modes) and all(mode.startswith("ReadWriteOnce") for mode in modes)


def _foreign_daemon_sets(snapshot: Snapshot) -> Iterator[Problem]:
    foreign = [
        daemon_set
        for daemon_set in snapshot.daemon_sets
        if daemon_set["metadata"].get("namespace") == NAMESPACE[SDN] and not _of_the_operator(daemon_set)
    ]
    if foreign:
        yield Problem(
            f"DaemonSets in {NAMESPACE[SDN]} that the network operator does not manage will be deleted with the "
            f"namespace: {listed(map(key, foreign))}",
            named("daemonset", *foreign),
        )


def _of_the_operator(item: Json) -> bool:
    owners = item["metadata"].get("ownerReferences") or ()
    owned = any(o.get("kind") == "Network" and "operator.openshift.io" in o.get("apiVersion", "") for o in owners)
    return owned or OPERATOR_LABEL in (item["metadata"].get("labels") or {})


def _egress_roles(snapshot: Snapshot) -> Iterator[Problem]:
    roles = [role for role in snapshot.cluster_roles if _grants_egress_policies(role)]
    if roles:
        yield Problem(
            f"{counted(len(roles), 'ClusterRole', 'grant')} rights on EgressNetworkPolicies, which nobody turns into "
            f"rights on EgressFirewalls: {listed(map(key, roles))}",
            named("clusterrole", *roles),
        )


def _grants_egress_policies(role: Json) -> bool:
    """By name; cluster-admin's and OpenShift's own rules need no care, nor those that are collected from others."""
    if role["metadata"]["name"].startswith(("system:", "openshift-")) or role.get("aggregationRule"):
        return False
    return any(
        "network.openshift.io" in (rule.get("apiGroups") or ())
        and any(resource.partition("/")[0] == "egressnetworkpolicies" for resource in rule.get("resources") or ())
        for rule in role.get("rules") or ()
    )


CHECKS = (
    Check(
        "egress_router_pods",
        _egress_routers,
        severity="warn",
        methods=OFFLINE,
        title="No pod is an egress router of OpenShiftSDN.",
        remedy="Remove them before; OVN-Kubernetes has the kind EgressRouter, in redirect mode only.",
    ),
    Check(
        "egress_policies_merged",
        _merged_policies,
        severity="warn",
        methods=OFFLINE,
        title="No namespace has more than one EgressNetworkPolicy.",
        remedy="Merge them into one before the migration, or write the EgressFirewall by hand afterwards.",
    ),
    Check(
        "egress_policies_enforced",
        _unenforced_policies,
        severity="warn",
        methods=OFFLINE,
        title="No EgressNetworkPolicy has to be enforced during the switch.",
        remedy="Shut the traffic outside the cluster for the window if it must never pass.",
    ),
    Check(
        "egress_ips_automatic",
        _automatic_egress,
        severity="warn",
        methods=OFFLINE,
        title="No egress IP is assigned automatically (HostSubnet.egressCIDRs).",
        remedy="Plan for the outage of egress IPs, or decline features.egress_ip and write EgressIPs by hand.",
    ),
    Check(
        "egress_ips_manual",
        _manual_egress,
        severity="warn",
        methods=OFFLINE,
        title="No egress IP is assigned to a node by hand (HostSubnet.egressIPs).",
        remedy="Change them to automatic ones (egressCIDRs) before, or write EgressIPs by hand afterwards.",
    ),
    Check(
        "egress_ips_served",
        _unserved_egress,
        severity="warn",
        methods=OFFLINE,
        title="HostSubnets hold the egress IPs of NetNamespaces, and each one for egress holds some.",
        remedy=(
            "See to it that HostSubnets hold them before (oc get hostsubnet), or write EgressIPs and the nodes' label "
            "k8s.ovn.org/egress-assignable by hand afterwards."
        ),
    ),
    Check(
        "multicast_namespaces",
        _multicast,
        severity="info",
        methods=OFFLINE,
        title="The namespaces that use multicast, to be compared with those after the migration.",
        remedy="Nothing has to be done: multicast is converted unless features.multicast declines it.",
    ),
    Check(
        "features_converted",
        _conversion,
        severity="warn",
        methods=OFFLINE,
        title="Egress policies, egress IPs and multicast are converted: from 4.12 on, and unless declined.",
        remedy="Write them anew for OVN-Kubernetes afterwards: EgressFirewall, EgressIP, the namespace's annotation.",
    ),
    Check(
        "network_policies_admit_platform",
        _default_deny,
        severity="warn",
        methods=OFFLINE,
        title="Namespaces that deny ingress by default admit the ingress controllers, and API servers where needed.",
        remedy=(
            "Add a NetworkPolicy that admits namespaces labelled policy-group.network.openshift.io/ingress or "
            "policy-group.network.openshift.io/host-network, where they are to be reached."
        ),
    ),
    Check(
        "external_ips_admitted",
        _external_ips,
        severity="warn",
        methods=OFFLINE,
        title="No Service with externalIPs is in a namespace with NetworkPolicies.",
        remedy="Admit the namespaces whose pods use the external IP.",
    ),
    Check(
        "webhooks_answer_quickly",
        _webhooks,
        severity="warn",
        methods=ANY_METHOD,
        title=f"No webhook that pods serve makes the API wait for more than {WEBHOOK_SECONDS} s and then fail.",
        remedy=(
            "Remove them, or let cno_switch lower their timeouts until the cluster is verified "
            f"(cno_switch_webhook_timeout_seconds: {WEBHOOK_SECONDS})."
        ),
    ),
    Check(
        "disruption_budgets",
        _budgets,
        severity="warn",
        methods=ANY_METHOD,
        title="Every PodDisruptionBudget allows a disruption.",
        remedy="Start more replicas or relax it for the window, or the rollout of the pools stalls at that node.",
    ),
    Check(
        "singletons_on_volumes",
        _singletons,
        severity="warn",
        methods=ANY_METHOD,
        title="No Deployment or DeploymentConfig has a single pod with a volume that one node at a time may mount.",
        remedy=(
            "Plan for their absence. Where a new pod waits for the volume of one whose node is down (Multi-Attach "
            "error), it starts when that node is back; oc delete pod helps one that is stuck after that."
        ),
    ),
    Check(
        "sdn_daemon_sets",
        _foreign_daemon_sets,
        severity="warn",
        methods=OFFLINE,
        title=f"All DaemonSets in {NAMESPACE[SDN]} are the network operator's.",
        remedy="Move them to a namespace of their own.",
    ),
    Check(
        "egress_policy_roles",
        _egress_roles,
        severity="info",
        methods=OFFLINE,
        title="No ClusterRole of your own grants rights on EgressNetworkPolicies.",
        remedy="Grant the same on egressfirewalls.k8s.ovn.org after the migration.",
    ),
)
