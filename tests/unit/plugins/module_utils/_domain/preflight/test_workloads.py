# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.conversions import SDN_MULTICAST
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.workloads import (
    CHECKS,
    EGRESS_ROUTER,
    HOST_NETWORK,
    INGRESS,
    admits,
    denies_by_default,
    slow_and_fatal,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.snapshots import (
    FORBIDDEN,
    by_id,
    findings,
    judged,
    named,
    seeing,
    snapshot,
)

INGRESS_LABELS = {"policy-group.network.openshift.io/ingress": "", "kubernetes.io/metadata.name": INGRESS}
HOST_LABELS = {"policy-group.network.openshift.io/host-network": "", "kubernetes.io/metadata.name": HOST_NETWORK}
NAMESPACES = [
    {"metadata": {"name": INGRESS, "labels": INGRESS_LABELS}},
    {"metadata": {"name": HOST_NETWORK, "labels": HOST_LABELS}},
    {"metadata": {"name": "shop"}},
]
DECLINED = {"features": {"egress_ip": False, "egress_firewall": False, "multicast": False}}
FEATURES: dict[str, Any] = {
    "egress_network_policies": [named("one", "shop")],
    "host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"], egressIPs=["10.0.0.9"])],
    "net_namespaces": [
        named("shop", egressIPs=["10.0.0.9"]),
        named("video", annotations={SDN_MULTICAST: "true"}),
    ],
}


def said(name, seen):
    return judged(by_id(CHECKS, name), seen)


def policy(namespace, *rules, pods=None, types=("Ingress",), name="p"):
    spec = {"podSelector": pods or {}, "ingress": list(rules)}
    return named(name, namespace, spec={**spec, **({"policyTypes": list(types)} if types else {})})


def peer(**labels):
    return {"from": [{"namespaceSelector": {"matchLabels": labels}}]}


FROM_INGRESS = {"from": [{"namespaceSelector": {"matchLabels": {"policy-group.network.openshift.io/ingress": ""}}}]}
FROM_HOST = {"from": [{"namespaceSelector": {"matchLabels": {"policy-group.network.openshift.io/host-network": ""}}}]}


def webhooks(name, *hooks):
    return named(name, webhooks=list(hooks))


def hook(name="check.shop.example", *, namespace="shop", timeout=10, policy="Fail", url=""):
    client = {"url": url} if url else {"service": {"namespace": namespace, "name": "hook"}}
    found = {"name": name, "clientConfig": client}
    if policy:
        found["failurePolicy"] = policy
    if timeout:
        found["timeoutSeconds"] = timeout
    return found


def router(name):
    return {
        **objects.pod(name),
        "metadata": {"name": name, "namespace": "shop", "annotations": {EGRESS_ROUTER: "true"}},
    }


def budget(name, *, expected, desired, current, allowed=0):
    status = {"expectedPods": expected, "desiredHealthy": desired, "currentHealthy": current}
    return named(name, "shop", status={**status, "disruptionsAllowed": allowed})


def pod(name, *, owner=("", ""), volume="data", phase="Running"):
    body = objects.pod(name, namespace="shop", owner=owner, phase=phase)
    if volume:
        body["spec"]["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": volume}}, {"name": "e"}]
    return body


def claim(*modes, namespace="shop"):
    return named("data", namespace, spec={"accessModes": list(modes or ("ReadWriteOnce",))})


def role(name, *, groups=("network.openshift.io",), resources=("egressnetworkpolicies",), **more):
    return {**named(name), "rules": [{"apiGroups": list(groups), "resources": list(resources), "verbs": ["*"]}], **more}


def daemon_set(name, *, namespace="openshift-sdn", owner="", labels=None):
    body = named(name, namespace)
    if owner:
        body["metadata"]["ownerReferences"] = [{"apiVersion": owner, "kind": "Network", "name": "cluster"}]
    body["metadata"]["labels"] = labels or {}
    return body


def test_nothing_is_found_on_a_plain_cluster():
    assert {check.id: judged(check, snapshot()) for check in CHECKS} == {check.id: [] for check in CHECKS}


@pytest.mark.parametrize(
    ("name", "parts", "severity", "words"),
    [
        pytest.param(
            "egress_router_pods",
            {"raw_pods": [router("r")]},
            "warn",
            "1 egress router pod of OpenShiftSDN",
            id="router",
        ),
        pytest.param(
            "egress_policies_merged",
            {"egress_network_policies": [named("a", "shop"), named("b", "shop"), named("c", "bank")]},
            "warn",
            "1 namespace has several EgressNetworkPolicies, which are all converted to one EgressFirewall named "
            "default, so that only one remains: shop (2)",
            id="several policies",
        ),
        pytest.param(
            "egress_policies_enforced",
            {"egress_network_policies": [named("a", "shop")]},
            "warn",
            "1 EgressNetworkPolicy object will not be enforced",
            id="a policy",
        ),
        pytest.param(
            "egress_ips_automatic",
            {"host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"])]},
            "warn",
            "(1 HostSubnet: w0) are away as soon as the migration is prepared",
            id="automatic, 4.14",
        ),
        pytest.param(
            "egress_ips_automatic",
            {"host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"])], "version": "4.16.40"},
            "info",
            "from the switch on",
            id="automatic, 4.16",
        ),
        pytest.param(
            "egress_ips_manual",
            {"host_subnets": [named("w0", egressIPs=["10.0.0.9"])]},
            "warn",
            "manually assigned egress IPs lose their node, and their conversion is not supported: w0",
            id="manual",
        ),
        pytest.param(
            "egress_ips_served",
            {"net_namespaces": [named("shop", egressIPs=["10.0.0.9"])], "host_subnets": [named("w0")]},
            "warn",
            "1 NetNamespace has egress IPs that no HostSubnet holds, so they are not converted: shop",
            id="not served",
        ),
        pytest.param(
            "egress_ips_served",
            {"host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"])]},
            "warn",
            "1 HostSubnet has egressCIDRs but no egress IP at the moment, so that the node will not be one for egress "
            "afterwards: w0",
            id="idle host",
        ),
        pytest.param(
            "multicast_namespaces",
            {"net_namespaces": [named("video", annotations={SDN_MULTICAST: "true"})]},
            "info",
            "1 namespace uses multicast: video",
            id="multicast",
        ),
        pytest.param(
            "network_policies_admit_platform",
            {"network_policies": [policy("shop"), policy("shop", peer(team="shop"))], "namespaces": NAMESPACES},
            "warn",
            "1 namespace refuses all ingress but what policies admit, and none admits the ingress controllers: shop",
            id="no ingress",
        ),
        pytest.param(
            "network_policies_admit_platform",
            {
                "network_policies": [policy("shop"), policy("shop", FROM_INGRESS)],
                "namespaces": NAMESPACES,
                "validating_webhooks": [webhooks("w", hook(timeout=1))],
            },
            "warn",
            "none admits the API servers, which call webhooks there: shop",
            id="a webhook that the API cannot call",
        ),
        pytest.param(
            "external_ips_admitted",
            {
                "services": [named("s", "shop", spec={"externalIPs": ["192.0.2.9"]})],
                "network_policies": [policy("shop")],
            },
            "warn",
            "1 Service has externalIPs in a namespace with NetworkPolicies",
            id="external IPs",
        ),
        pytest.param(
            "webhooks_answer_quickly",
            {"validating_webhooks": [webhooks("w", hook("fast", timeout=3), hook("slow", timeout=10))]},
            "warn",
            "1 webhook holds up requests for more than 3 s, and then fail them, while no pod answers: slow (10 s)",
            id="second validating webhook",
        ),
        pytest.param(
            "webhooks_answer_quickly",
            {"mutating_webhooks": [webhooks("w", hook("slow", timeout=0))]},
            "warn",
            "slow (10 s)",
            id="mutating webhook with the default",
        ),
        pytest.param(
            "webhooks_answer_quickly",
            {"validating_webhooks": [webhooks("x.openshift.io", hook(namespace="openshift-sriov-network-operator"))]},
            "warn",
            "1 webhook holds up requests for more than 3 s",
            id="webhook of an operator with a name like OpenShift's",
        ),
        pytest.param(
            "disruption_budgets",
            {"disruption_budgets": [budget("db", expected=1, desired=1, current=1)]},
            "warn",
            "1 PodDisruptionBudget allows no disruption even while all pods run, so that no node with such a pod can "
            "be drained: shop/db",
            id="budget of a singleton",
        ),
        pytest.param(
            "disruption_budgets",
            {"disruption_budgets": [budget("db", expected=3, desired=3, current=2)]},
            "warn",
            "no disruption even while all pods run",
            id="budget of maxUnavailable 0",
        ),
        pytest.param(
            "disruption_budgets",
            {"disruption_budgets": [budget("db", expected=3, desired=2, current=2)]},
            "warn",
            "1 PodDisruptionBudget allows no disruption at the moment, so that no node with such a pod can be drained: "
            "shop/db",
            id="budget that lacks a pod",
        ),
        *(
            pytest.param(
                "singletons_on_volumes",
                {"raw_pods": [pod("db-1", owner=(kind, "db-7d")), pod("web-1")], "volume_claims": [claim(*modes)]},
                "warn",
                "1 workload has a single pod with a volume that one node at a time may mount, and so is away while "
                "that node reboots: shop/db-1",
                id=f"single pod of a {kind} on {modes[0]}",
            )
            for kind, *modes in (
                ("ReplicaSet", "ReadWriteOnce"),
                ("ReplicationController", "ReadWriteOnce"),
                ("ReplicaSet", "ReadWriteOncePod"),
            )
        ),
        pytest.param(
            "sdn_daemon_sets",
            {"daemon_sets": [daemon_set("sdn", owner="operator.openshift.io/v1"), daemon_set("agent")]},
            "warn",
            "will be deleted with the namespace: openshift-sdn/agent",
            id="foreign DaemonSet",
        ),
        pytest.param(
            "egress_policy_roles",
            {"cluster_roles": [role("egress-admin")]},
            "info",
            "1 ClusterRole grants rights on EgressNetworkPolicies, which nobody turns into rights on EgressFirewalls: "
            "egress-admin",
            id="role",
        ),
    ],
)
def test_a_problem_is_told(name, parts, severity, words):
    (found,) = said(name, snapshot(**parts))
    assert found[0] == severity
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("egress_router_pods", {"raw_pods": [objects.pod("p")]}, id="a pod"),
        pytest.param(
            "egress_policies_merged",
            {"egress_network_policies": [named("a", "shop"), named("a", "bank")]},
            id="a policy each",
        ),
        pytest.param("egress_ips_automatic", {"host_subnets": [named("w0", egressIPs=["10.0.0.9"])]}, id="manual"),
        pytest.param("egress_ips_automatic", {**FEATURES, "wanted": DECLINED}, id="declined"),
        pytest.param(
            "egress_ips_manual",
            {"host_subnets": [named("w0", egressIPs=["10.0.0.9"], egressCIDRs=["10.0.0.0/24"])]},
            id="automatic",
        ),
        pytest.param("egress_ips_served", FEATURES, id="served"),
        pytest.param(
            "egress_ips_served",
            {
                "host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"])],
                "net_namespaces": [named("shop", egressIPs=["10.0.0.9"])],
                "version": "4.16.40",
            },
            id="served by networks alone, 4.16",
        ),
        pytest.param(
            "egress_ips_served",
            {"host_subnets": [named("w0", egressCIDRs=["10.0.0.0/24"])], "wanted": DECLINED},
            id="declined, so nobody serves",
        ),
        pytest.param(
            "multicast_namespaces", {"net_namespaces": [named("x", annotations={SDN_MULTICAST: "false"})]}, id="no"
        ),
        pytest.param("features_converted", FEATURES, id="converted"),
        pytest.param("features_converted", {"version": "4.11.9"}, id="nothing to convert"),
        pytest.param(
            "network_policies_admit_platform",
            {"network_policies": [policy("shop"), policy("shop", FROM_INGRESS)], "namespaces": NAMESPACES},
            id="ingress admitted, nothing for the API to call",
        ),
        pytest.param(
            "network_policies_admit_platform",
            {
                "network_policies": [policy("shop"), policy("shop", FROM_INGRESS, FROM_HOST)],
                "namespaces": NAMESPACES,
                "validating_webhooks": [webhooks("w", hook())],
            },
            id="both admitted",
        ),
        pytest.param(
            "network_policies_admit_platform",
            {"network_policies": [policy("shop", peer(team="x"), pods={"matchLabels": {"a": "b"}})]},
            id="some pods only",
        ),
        pytest.param(
            "network_policies_admit_platform",
            {"network_policies": [policy("openshift-logging")], "namespaces": NAMESPACES},
            id="OpenShift's own namespace",
        ),
        pytest.param(
            "external_ips_admitted",
            {
                "services": [named("s", "shop", spec={"externalIPs": ["192.0.2.9"]})],
                "network_policies": [policy("bank")],
            },
            id="external IPs without policies",
        ),
        pytest.param(
            "webhooks_answer_quickly",
            {"validating_webhooks": [webhooks("x.openshift.io", hook(namespace="openshift-monitoring"))]},
            id="OpenShift's own webhook",
        ),
        pytest.param(
            "disruption_budgets",
            {
                "disruption_budgets": [
                    budget("roomy", expected=3, desired=2, current=3, allowed=1),
                    budget("empty", expected=0, desired=1, current=0),
                ]
            },
            id="budgets",
        ),
        *(
            pytest.param(
                "singletons_on_volumes", {"raw_pods": pods, "volume_claims": claims}, id=f"no singleton: {why}"
            )
            for why, pods, claims in (
                ("two pods", [pod("a", owner=("ReplicaSet", "x")), pod("b", owner=("ReplicaSet", "x"))], [claim()]),
                ("shared volume", [pod("a", owner=("ReplicaSet", "x"))], [claim("ReadWriteMany")]),
                ("also shared", [pod("a", owner=("ReplicaSet", "x"))], [claim("ReadWriteOnce", "ReadOnlyMany")]),
                ("StatefulSet", [pod("a", owner=("StatefulSet", "x"))], [claim()]),
                ("nobody's", [pod("a")], [claim()]),
                ("no volume", [pod("a", owner=("ReplicaSet", "x"), volume="")], [claim()]),
                ("no such claim", [pod("a", owner=("ReplicaSet", "x"))], []),
                ("elsewhere", [pod("a", owner=("ReplicaSet", "x"))], [claim(namespace="bank")]),
                ("ended", [pod("a", owner=("ReplicaSet", "x"), phase="Succeeded")], [claim()]),
            )
        ),
        pytest.param(
            "sdn_daemon_sets",
            {
                "daemon_sets": [
                    daemon_set("sdn", labels={"networkoperator.openshift.io/generates-operator-status": ""}),
                    daemon_set("agent", namespace="shop"),
                ]
            },
            id="the operator's, by its label",
        ),
        pytest.param(
            "egress_policy_roles",
            {
                "cluster_roles": [
                    role("cluster-admin", groups=("*",), resources=("*",)),
                    role("system:sdn"),
                    role("admin", aggregationRule={"clusterRoleSelectors": []}),
                    role("viewer", resources=("netnamespaces",)),
                ]
            },
            id="OpenShift's own roles",
        ),
    ],
)
def test_what_is_well_is_passed(name, parts):
    assert said(name, snapshot(**parts)) == []


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        pytest.param({"version": "4.11.9"}, "OpenShift 4.11.9 converts nothing", id="4.11"),
        pytest.param({"wanted": DECLINED}, "is false", id="declined"),
    ],
)
def test_what_is_not_converted_is_told(parts, why):
    found = said("features_converted", snapshot(**FEATURES, **parts))
    assert [severity for severity, _message in found] == ["warn"] * 4
    assert all(why in message for _severity, message in found)
    assert [message.partition(": ")[2] for _severity, message in found] == [
        "EgressNetworkPolicy shop/one",
        "HostSubnet with egress IPs w0",
        "NetNamespace with egress IPs shop",
        "NetNamespace with multicast video",
    ]


@pytest.mark.parametrize(
    ("name", "part", "title"),
    [
        ("egress_router_pods", "raw_pods", "pods"),
        ("egress_policies_merged", "egress_network_policies", "egressnetworkpolicies.network.openshift.io"),
        ("egress_policies_enforced", "egress_network_policies", "egressnetworkpolicies.network.openshift.io"),
        ("egress_ips_automatic", "host_subnets", "hostsubnets.network.openshift.io"),
        ("egress_ips_manual", "host_subnets", "hostsubnets.network.openshift.io"),
        ("egress_ips_served", "host_subnets", "hostsubnets.network.openshift.io"),
        ("egress_ips_served", "version", "clusterversions.config.openshift.io version"),
        ("egress_ips_served", "net_namespaces", "netnamespaces.network.openshift.io"),
        ("multicast_namespaces", "net_namespaces", "netnamespaces.network.openshift.io"),
        ("features_converted", "version", "clusterversions.config.openshift.io version"),
        ("network_policies_admit_platform", "network_policies", "networkpolicies.networking.k8s.io"),
        ("network_policies_admit_platform", "namespaces", "namespaces"),
        ("external_ips_admitted", "services", "services"),
        (
            "webhooks_answer_quickly",
            "validating_webhooks",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
        ),
        ("webhooks_answer_quickly", "mutating_webhooks", "mutatingwebhookconfigurations.admissionregistration.k8s.io"),
        ("disruption_budgets", "disruption_budgets", "poddisruptionbudgets.policy"),
        ("singletons_on_volumes", "raw_pods", "pods"),
        ("sdn_daemon_sets", "daemon_sets", "daemonsets.apps"),
        ("egress_policy_roles", "cluster_roles", "clusterroles.rbac.authorization.k8s.io"),
    ],
)
def test_what_cannot_be_read_is_a_blocker(name, part, title):
    seen = seeing(snapshot(), **{part: FORBIDDEN})
    (finding,) = findings(by_id(CHECKS, name), seen)
    assert (finding.severity, finding.unreadable) == ("block", True)
    assert finding.message == f"not known, because {title} could not be read: forbidden to list it"


def test_every_object_is_named():
    merged = snapshot(egress_network_policies=[named("a", "shop"), named("b", "shop"), named("c", "bank")])
    (finding,) = findings(by_id(CHECKS, "egress_policies_merged"), merged)
    assert finding.objects == ("egressnetworkpolicy/shop/a", "egressnetworkpolicy/shop/b")
    slow = snapshot(validating_webhooks=[webhooks("v", hook())], mutating_webhooks=[webhooks("m", hook())])
    (finding,) = findings(by_id(CHECKS, "webhooks_answer_quickly"), slow)
    assert finding.objects == ("validatingwebhookconfiguration/v", "mutatingwebhookconfiguration/m")


@pytest.mark.parametrize(
    ("policies", "denies"),
    [
        pytest.param([policy("shop")], True, id="the classic"),
        pytest.param([policy("shop", types=())], True, id="types left out"),
        pytest.param([policy("shop", types=("Egress",))], False, id="egress only"),
        pytest.param([policy("shop", peer(a="b"))], False, id="with rules"),
        pytest.param([policy("shop", pods={"matchLabels": {"a": "b"}})], False, id="some pods"),
        pytest.param([policy("shop", pods={"matchExpressions": [{"key": "a", "operator": "Exists"}]})], False, id="e"),
        pytest.param([], False, id="none"),
    ],
)
def test_what_denies_by_default(policies, denies):
    assert denies_by_default(policies) is denies


@pytest.mark.parametrize(
    ("rule", "admitted"),
    [
        pytest.param({}, True, id="everybody"),
        pytest.param({"from": []}, True, id="an empty list of peers"),
        pytest.param({"from": [{"namespaceSelector": {}}]}, True, id="every namespace"),
        pytest.param({"from": [{"podSelector": {}}]}, False, id="the same namespace"),
        pytest.param({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, False, id="addresses"),
        pytest.param(peer(**{"kubernetes.io/metadata.name": INGRESS}), True, id="by name"),
        pytest.param(peer(team="shop"), False, id="another namespace"),
        pytest.param(FROM_INGRESS, True, id="by group"),
    ],
)
def test_whom_a_policy_admits(rule, admitted):
    assert admits(policy("shop", rule), INGRESS_LABELS) is admitted


@pytest.mark.parametrize(
    ("given", "slow"),
    [
        pytest.param({"timeout": 10}, True, id="slow"),
        pytest.param({"timeout": 0}, True, id="default timeout"),
        pytest.param({"timeout": 4}, True, id="just over"),
        pytest.param({"timeout": 3}, False, id="three seconds"),
        pytest.param({"policy": ""}, True, id="default policy"),
        pytest.param({"policy": "Ignore"}, False, id="ignored when away"),
        pytest.param({"url": "https://hook.example"}, False, id="outside of the cluster"),
    ],
)
def test_which_webhooks_hold_up_the_api(given, slow):
    assert bool(slow_and_fatal(webhooks("w", hook(**given)))) is slow
