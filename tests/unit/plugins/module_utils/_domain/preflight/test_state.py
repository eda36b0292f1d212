# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    API_SERVICE,
    CEPH_CLUSTER,
    CLUSTER_OPERATOR,
    CLUSTER_VERSION,
    CONFIG_MAP,
    DEPLOYMENT,
    JOB,
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import LIVE_ANNOTATION, OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import (
    ANNOTATION,
    Journal,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.health.pods import pods_in_error
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, findings, seen
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import machine_config, rendered, unit


def told(name, cluster, **wanted):
    found = findings(name, seen(cluster, **wanted))
    assert not any(finding.unreadable for finding in found)
    return [(finding.severity, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (
            [("Progressing", "True", "", "Working towards 4.14.40")],
            ["an upgrade is under way (Working towards 4.14.40)"],
        ),
        (
            [("Progressing", "False", "", ""), ("Failing", "True", "X", "no")],
            ["the cluster version operator fails (X: no)"],
        ),
        ([], ["an upgrade is under way (the condition is not reported)"]),
        ([("Progressing", "False", "", "")], []),
    ],
    ids=["under way", "failing", "silent", "at rest"],
)
def test_no_upgrade(conditions, expected):
    cluster = clean_cluster()
    cluster.change(CLUSTER_VERSION, "version", {"status": {"conditions": [objects.condition(*c) for c in conditions]}})
    assert told("no_upgrade", cluster) == [("block", message) for message in expected]


@pytest.mark.parametrize(
    ("config", "operator", "words"),
    [
        ({}, {"networkType": "OVNKubernetes"}, "(networkType OVNKubernetes)"),
        (
            {"networkType": "OVNKubernetes"},
            None,
            "status.migration of networks.config.openshift.io cluster is still there",
        ),
        ({}, {}, None),
        ({}, {"mode": ""}, None),
        ({}, {"mtu": {"network": {"from": 1400, "to": 1450}}}, None),
    ],
    ids=["asked", "not yet gone", "empty", "empty as 4.15 reads it back", "an MTU change is told elsewhere"],
)
def test_no_migration(config, operator, words):
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": operator}})
    if config:
        cluster.change(NETWORK_CONFIG, "cluster", {"status": {"migration": config}})
    found = told("no_migration", cluster)
    assert [severity for severity, _message in found] == (["block"] if words else [])
    assert all(words in message for _severity, message in found)


LEFT = {"networkType": SDN, "features": {"egressIP": True}}


@pytest.mark.parametrize("field", [LEFT, {"networkType": SDN}, {"features": {"egressIP": True}}])
def test_a_field_that_an_earlier_migration_has_left_is_only_told(field):
    """cno_prepare clears it, so there is nothing to do for anybody."""
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": field}})
    [(severity, message)] = told("no_migration", cluster)
    assert severity == "info"
    assert "an earlier migration has left" in message


def rolling(cluster):
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"configuration": {"name": rendered("worker", OVN)}}})
    cluster.put(MACHINE_CONFIG, machine_config(rendered("worker", OVN), unit(OVN)))


def record_of(cluster):
    boots = {"m0": cluster.objects[NODE, "", "m0"]["status"]["nodeInfo"]["bootID"]}
    return Journal(SDN, boots, "2026-01-01T00:00:00Z")


def waiting(cluster):
    cluster.put(CONFIG_MAP, record_of(cluster).to_json())


def waiting_without_our_namespace(cluster):
    annotations = {ANNOTATION: record_of(cluster).to_annotation()}
    cluster.change(NETWORK_CONFIG, "cluster", {"metadata": {"annotations": annotations}})


def acknowledged(cluster):
    cluster.change(NETWORK_CONFIG, "cluster", {"status": {"migration": {"networkType": OVN}}})


def flipped(cluster):
    cluster.change(NETWORK_CONFIG, "cluster", {"spec": {"networkType": OVN}})


def live(cluster):
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"mode": "Live"}}})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rolling, f"not for {SDN}: rendered-worker-"),
        (waiting, "not rebooted since the switch to OpenShiftSDN: m0"),
        (waiting_without_our_namespace, "not rebooted since the switch to OpenShiftSDN: m0"),
        (acknowledged, "acknowledged one to OVNKubernetes"),
        (flipped, "is to run OVNKubernetes"),
        (live, "it holds mode"),
    ],
)
def test_a_field_by_which_something_moves_is_no_leftover(change, words):
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": LEFT}})
    change(cluster)
    [(severity, message)] = told("no_migration", cluster)
    assert severity == "block"
    assert words in message


def test_the_record_of_a_finished_flip_makes_no_migration():
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": LEFT}})
    cluster.put(CONFIG_MAP, Journal(SDN, {"m0": "older"}, "2026-01-01T00:00:00Z").to_json())
    assert [severity for severity, _message in told("no_migration", cluster)] == ["info"]


@pytest.mark.parametrize("value", ["", "true"])
def test_the_annotation_alone_counts(value):
    cluster = clean_cluster()
    assert told("no_live_annotation", cluster) == []
    cluster.change(NETWORK_CONFIG, "cluster", {"metadata": {"annotations": {LIVE_ANNOTATION: value}}})
    assert [severity for severity, _message in told("no_live_annotation", cluster)] == ["block"]


MTU = {"network": {"from": 1400, "to": 1450}}
MTU_UNIT = {"name": "mtu-migration.service", "contents": "[Service]\n"}


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        (NETWORK_OPERATOR, {"spec": {"migration": {"mtu": MTU}}}),
        (NETWORK_CONFIG, {"status": {"migration": {"mtu": MTU}}}),
    ],
    ids=["asked", "acknowledged"],
)
def test_no_change_of_the_mtu(kind, patch):
    cluster = clean_cluster()
    cluster.change(kind, "cluster", patch)
    assert told("no_mtu_migration", cluster) == [("block", "a change of the MTU is under way (spec.migration.mtu)")]


@pytest.mark.parametrize(
    ("name", "enabled", "blocks"),
    [
        (rendered("worker", SDN), True, True),
        (rendered("worker", SDN), False, False),
        ("rendered-worker-of-long-ago", True, False),
    ],
    ids=["in use", "disabled", "not in use"],
)
def test_no_left_over_of_an_mtu_change(name, enabled, blocks):
    cluster = clean_cluster()
    cluster.put(MACHINE_CONFIG, machine_config(name, {**MTU_UNIT, "enabled": enabled}))
    found = findings("no_mtu_migration", seen(cluster))
    assert [finding.objects for finding in found] == ([(f"machineconfig/{name}",)] if blocks else [])


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (
            objects.operator("dns", available="False", reason="Gone", message="no pods"),
            "dns says Available=False (Gone: no pods)",
        ),
        (objects.operator("dns", progressing="True", reason="Rolling"), "dns says Progressing=True (Rolling)"),
        (objects.operator("dns", degraded="True"), "dns says Degraded=True (no reason given)"),
        ({"metadata": {"name": "dns"}}, "dns says Available=Unknown (no reason given)"),
    ],
    ids=["unavailable", "progressing", "degraded", "silent"],
)
def test_operators(operator, words):
    cluster = clean_cluster()
    cluster.put(CLUSTER_OPERATOR, operator)
    (finding,) = findings("operators_healthy", seen(cluster))
    assert finding.message == f"1 operator is not healthy: {words}"
    assert (finding.severity, finding.objects) == ("block", ("clusteroperator/dns",))


def test_no_operators_is_no_pass():
    cluster = clean_cluster()
    for name in ("network", "etcd", "dns", "machine-config"):
        cluster.remove(CLUSTER_OPERATOR, name)
    assert told("operators_healthy", cluster) == [("block", "no ClusterOperator is listed")]
    assert told("network_operator_accepts", cluster) == [("block", "there is no ClusterOperator network")]
    assert ("block", "there is no ClusterOperator etcd") in told("etcd_healthy", cluster)


@pytest.mark.parametrize(
    ("reason", "blocks"), [("InvalidOperatorConfig", True), ("InvalidClusterConfig", True), ("RolloutHung", False)]
)
def test_what_the_network_operator_refuses(reason, blocks):
    cluster = clean_cluster()
    cluster.put(CLUSTER_OPERATOR, objects.operator("network", degraded="True", reason=reason, message="invalid MTU 9"))
    found = told("network_operator_accepts", cluster)
    expected = f"the Cluster Network Operator refuses its configuration: {reason}: invalid MTU 9"
    assert found == ([("block", expected)] if blocks else [])


@pytest.mark.parametrize("method", ["offline", "rollback"])
def test_an_api_service_that_is_away_blocks_as_it_does_at_the_clean_up(method):
    cluster = clean_cluster(method)
    cluster.put(API_SERVICE, objects.api_service("v1.route", available="False", reason="MissingEndpoints"))
    assert told("api_services_available", cluster, method=method) == [
        ("block", "namespaces could not be deleted: APIService v1.route is not Available (MissingEndpoints)")
    ]


def test_an_api_service_that_is_ignored_is_told_and_so_is_a_name_of_none():
    cluster = clean_cluster()
    cluster.put(API_SERVICE, objects.api_service("v1.route", available="False", reason="MissingEndpoints"))
    ignored = frozenset({"v1.route", "v1.rout"})
    assert told("api_services_available", cluster, api_services_ignore=ignored) == [
        ("warn", "APIService v1.route is not Available (MissingEndpoints), and is ignored"),
        ("warn", "APIService v1.rout is ignored, and this cluster has none of that name"),
    ]


def test_no_api_service_at_all_is_no_pass():
    cluster = clean_cluster()
    cluster.remove(API_SERVICE, "v1.apps")
    assert told("api_services_available", cluster) == [
        ("block", "namespaces could not be deleted: no APIService is listed")
    ]


DISCOVERY = {
    "type": "NamespaceDeletionDiscoveryFailure",
    "status": "True",
    "message": "Discovery failed for some groups, 1 failing: v1beta1.external.metrics.k8s.io",
}


@pytest.mark.parametrize(
    ("conditions", "why"),
    [([DISCOVERY], DISCOVERY["message"]), ([], "nothing says why it is still there")],
    ids=["discovery fails", "just asked for"],
)
def test_a_namespace_of_the_plugin_to_come_that_is_being_deleted_blocks(conditions, why):
    cluster = clean_cluster()
    going = {"name": "openshift-ovn-kubernetes", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    cluster.put(NAMESPACE, {"metadata": going, "status": {"conditions": conditions}})
    assert told("new_namespace_free", cluster) == [
        ("block", f"namespace openshift-ovn-kubernetes is being deleted: {why}")
    ]


def test_other_namespaces_may_go_and_that_of_the_plugin_may_stand():
    cluster = clean_cluster()
    cluster.put(NAMESPACE, {"metadata": {"name": "shop", "deletionTimestamp": "2026-01-01T00:00:00Z"}})
    cluster.put(NAMESPACE, {"metadata": {"name": "openshift-ovn-kubernetes"}})
    assert told("new_namespace_free", cluster) == []


def test_pods_in_error_are_told_without_the_history_of_finished_jobs():
    cluster = clean_cluster()
    cluster.put(POD, objects.pod("web", namespace="shop", node_name="w0", waiting="CrashLoopBackOff"))
    cluster.put(POD, objects.pod("job-1", namespace="shop", phase="Failed", owner=("Job", "job")))
    finished = {"status": {"conditions": [objects.condition("Complete", "True")]}}
    cluster.put(JOB, {"metadata": {"name": "job", "namespace": "shop"}, **finished})
    assert told("pods_in_error", cluster) == [("info", "1 pod is in error already: shop/web (CrashLoopBackOff)")]


def evicted(cluster, *, ready):
    """What an eviction leaves of a Deployment that is to have two pods."""
    pod = objects.pod("web-7d9f-a", phase="Failed", reason="Evicted", labels={"pod-template-hash": "7d9f"})
    reference = {"kind": "ReplicaSet", "name": "web-7d9f", "controller": True}
    cluster.put(POD, {**pod, "metadata": {**pod["metadata"], "ownerReferences": [reference]}})
    status = {"readyReplicas": ready, "observedGeneration": 1}
    metadata = {"name": "web", "namespace": pod["metadata"]["namespace"], "generation": 1}
    cluster.put(DEPLOYMENT, {"metadata": metadata, "spec": {"replicas": 2}, "status": status})


def never_ready(cluster, *, ready):
    """One that has been starting since the first of January, at seven minutes past midnight."""
    pod = objects.pod("slow", node_name="w0", ready=bool(ready), created="2026-01-01T00:00:00Z")
    cluster.put(POD, pod)
    cluster.server_seconds = lambda: 420


@pytest.mark.parametrize("situation", [evicted, never_ready])
@pytest.mark.parametrize("ready", [2, 0])
def test_which_pods_are_in_error_is_the_decision_of_the_verification(situation, ready):
    cluster = clean_cluster()
    situation(cluster, ready=ready)
    found = told("pods_in_error", cluster)
    assert bool(found) == (ready == 0)
    assert bool(pods_in_error(cluster)) == (ready == 0)


def unhealthy(cluster):
    cluster.put(CLUSTER_OPERATOR, objects.operator("etcd", degraded="True", reason="Members"))


def unready(cluster):
    cluster.put(POD, objects.etcd_pod("m1", ready=False))


def missing(cluster):
    cluster.remove(POD, "etcd-m1", namespace="openshift-etcd")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (unhealthy, "etcd says Degraded=True (Members)"),
        (unready, "etcd is not whole: etcd-m1 on m1 is not Ready"),
        (missing, "etcd is not whole: no pod on m1"),
    ],
)
def test_etcd(change, words):
    cluster = clean_cluster()
    change(cluster)
    assert told("etcd_healthy", cluster) == [("block", words)]


def test_nobody_sees_a_backup():
    (finding,) = findings("etcd_backup", seen(clean_cluster()))
    assert (finding.severity, finding.acknowledge, finding.blocking) == ("block", True, True)


@pytest.mark.parametrize(
    ("health", "reports"),
    [("HEALTH_OK", None), ("HEALTH_WARN", "HEALTH_WARN"), ("HEALTH_ERR", "HEALTH_ERR"), (None, "nothing")],
)
def test_ceph(health, reports):
    cluster = clean_cluster()
    status = {"ceph": {"health": health}} if health else {}
    cluster.put(CEPH_CLUSTER, {"metadata": {"name": "odf", "namespace": "openshift-storage"}, "status": status})
    expected = [("warn", f"Ceph cluster openshift-storage/odf reports {reports}")] if reports else []
    assert told("ceph_healthy", cluster) == expected


def in_the_window():
    """On the way back from a migration that is not finished."""
    cluster = clean_cluster("rollback")
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": OVN}}})
    return cluster


def live_condition(status):
    return {"type": "NetworkTypeMigrationInProgress", "status": status, "reason": "NetworkTypeMigrationStarted"}


def given_up(cluster, *, status="True"):
    others = [{"type": "NetworkDiagnosticsAvailable", "status": "True", "reason": "AsExpected"}]
    cluster.change(NETWORK_CONFIG, "cluster", {"status": {"conditions": [*others, live_condition(status)]}})
    return cluster


@pytest.mark.parametrize("method", ["offline", "rollback"])
def test_a_live_migration_that_was_given_up(method):
    (finding,) = findings("no_live_annotation", seen(given_up(clean_cluster(method)), method=method))
    assert finding.blocking
    assert finding.message.startswith(
        "networks.config.openshift.io cluster says NetworkTypeMigrationInProgress=True without the annotation"
    )
    assert finding.remedy.startswith("See that spec.migration")
    assert "oc annotate network.config cluster network.openshift.io/network-type-migration=" in finding.remedy


def test_a_live_migration_that_has_ended_leaves_a_condition_too():
    assert told("no_live_annotation", given_up(clean_cluster(), status="False")) == []


def test_one_with_its_annotation_is_told_once():
    cluster = given_up(clean_cluster())
    cluster.change(
        NETWORK_CONFIG, "cluster", {"metadata": {"annotations": {"network.openshift.io/network-type-migration": ""}}}
    )
    ((severity, message),) = told("no_live_annotation", cluster)
    assert severity == "block"
    assert "has the annotation" in message


def test_once_a_migration_of_ours_has_begun_it_is_only_told():
    """The operator looks at it only with the annotation, which must not be set now."""
    (finding,) = findings("no_live_annotation", seen(given_up(clean_cluster()), moment="switch", probe=False))
    assert (finding.severity, finding.blocking) == ("warn", False)
    assert finding.remedy.startswith("When this migration is complete: see")
    (finding,) = findings("no_live_annotation", seen(given_up(in_the_window()), method="rollback"))
    assert (finding.severity, finding.blocking) == ("warn", False)
