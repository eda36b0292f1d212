# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    NODE,
    NODE_HEALTH_CHECK,
    POD,
    SIGNING_REQUEST,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, findings, seen
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import MASTERS, WORKERS


def told(name, cluster, **wanted):
    found = findings(name, seen(cluster, **wanted))
    assert not any(finding.unreadable for finding in found)
    return [(finding.severity, finding.message) for finding in found]


def degraded(cluster):
    why = objects.condition("NodeDegraded", "True", "1 nodes are reporting degraded", "Node w1: no space")
    conditions = [objects.condition("Degraded", "True"), why]
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"status": {"conditions": conditions, "degradedMachineCount": 1}})


def rolling(cluster):
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"status": {"updatedMachineCount": 1, "readyMachineCount": 1}})


def unnoticed(cluster):
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"metadata": {"generation": 9}})


def unrendered(cluster):
    cluster.put(MACHINE_CONFIG_POOL, {"metadata": {"name": "infra"}, "spec": {}, "status": {}})


def empty(cluster):
    cluster.put(MACHINE_CONFIG_POOL, objects.pool("infra"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (degraded, "pool worker is degraded: 1 nodes are reporting degraded: Node w1: no space"),
        (rolling, "pool worker is not done: 1 updated and 1 ready of 2 machines"),
        (unnoticed, "pool worker is not done"),
        (unrendered, "pool infra is not done: 0 updated and 0 ready of 0 machines, wanted nothing"),
        (empty, None),
    ],
)
def test_pools(change, words):
    cluster = clean_cluster()
    change(cluster)
    found = told("pools_settled", cluster)
    assert [severity for severity, _message in found] == (["block"] if words else [])
    assert all(message.startswith(words) for _severity, message in found)


def test_no_pools_is_no_pass():
    cluster = clean_cluster()
    for name in ("master", "worker"):
        cluster.remove(MACHINE_CONFIG_POOL, name)
    assert told("pools_settled", cluster) == [("block", "no MachineConfigPool is listed")]


@pytest.mark.parametrize(
    ("node", "roles", "ocp", "words"),
    [
        ("w1", ["infra", "gpu"], "4.14.31", "w1 (the custom pools gpu, infra select it)"),
        ("w1", ["infra", "gpu"], "4.12.9", "w1 (the custom pools gpu, infra select it)"),
        ("m1", ["infra", "gpu"], "4.16.2", "m1 (the custom pools gpu, infra select it)"),
        ("m1", ["infra"], "4.13.9", "m1 (master and the custom pool infra select it)"),
        ("m1", ["infra"], "4.14.31", None),
        ("w1", ["infra"], "4.12.9", None),
        ("w1", None, "4.14.31", "w1 (no pool selects it)"),
    ],
    ids=["two", "two, early", "two and master", "one and master, early", "one and master", "one and worker", "none"],
)
def test_nodes_that_no_pool_configures(node, roles, ocp, words):
    cluster = clean_cluster(ocp=ocp)
    for name in ("infra", "gpu"):
        cluster.put(MACHINE_CONFIG_POOL, objects.pool(name))
    labels = {f"node-role.kubernetes.io/{role}": "" for role in roles or ()}
    cluster.change(NODE, node, {"metadata": {"labels": labels if roles else {"node-role.kubernetes.io/worker": None}}})
    found = findings("nodes_in_one_pool", seen(cluster))
    assert [(f.severity, f.objects) for f in found] == ([("block", (f"node/{node}",))] if words else [])
    for finding in found:
        assert finding.message == f"1 node gets no configuration, for want of one pool that has it: {words}"


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("worker", [("block", "1 pool is paused and would never take the new configuration: worker")]),
        ("infra", []),
    ],
    ids=["with machines", "empty"],
)
def test_paused_pools(pool, expected):
    cluster = clean_cluster()
    empty(cluster)
    cluster.change(MACHINE_CONFIG_POOL, pool, {"spec": {"paused": True}})
    assert told("pools_not_paused", cluster) == expected


def test_the_pace_of_the_rollout():
    cluster = clean_cluster()
    empty(cluster)
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"maxUnavailable": "50%"}})
    assert told("pools_pace", cluster) == [
        ("info", "machines that the rollout takes down at a time: master 1 of 3, worker 50% of 2")
    ]


def test_empty_pools_are_told():
    cluster = clean_cluster()
    assert told("pools_empty", cluster) == []
    empty(cluster)
    assert told("pools_empty", cluster) == [("info", "1 pool without machines, which never say Updating: infra")]


def test_nodes_that_are_not_ready():
    cluster = clean_cluster()
    cluster.change(NODE, "w1", {"status": {"conditions": [objects.node_ready(False)]}})
    (finding,) = findings("nodes_ready", seen(cluster))
    assert finding.message.startswith("1 node is not Ready: w1 (NodeStatusUnknown: Kubelet stopped")
    assert (finding.severity, finding.objects) == ("block", ("node/w1",))


def test_no_nodes_is_no_pass():
    cluster = clean_cluster()
    for name in (*MASTERS, *WORKERS):
        cluster.remove(NODE, name)
    assert told("nodes_ready", cluster) == [("block", "no node is listed")]
    assert told("control_plane_topology", cluster) == [("block", "no node is labelled as a control-plane node")]


def test_cordoned_nodes():
    cluster = clean_cluster()
    cluster.change(NODE, "w1", {"spec": {"unschedulable": True}})
    assert told("nodes_schedulable", cluster) == [("block", "1 node is cordoned: w1")]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("state", "Degraded", "node w1 is Degraded (disk full)"),
        ("state", None, "node w1 is without a state (disk full)"),
        ("desiredConfig", "rendered-worker-new", "and is to run rendered-worker-new"),
        ("currentConfig", None, "node w1 runs nothing"),
    ],
)
def test_daemons_that_are_not_done(name, value, words):
    cluster = clean_cluster()
    patch = {f"{objects.MCO}reason": "disk full", f"{objects.MCO}{name}": value}
    cluster.change(NODE, "w1", {"metadata": {"annotations": patch}})
    (finding,) = findings("nodes_configured", seen(cluster))
    assert (finding.severity, finding.objects) == ("block", ("node/w1",))
    assert words in finding.message


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ((), []),
        (WORKERS, [("info", "a compact cluster: its 3 control-plane nodes carry the workload")]),
        (
            ("m1", "m2", *WORKERS),
            [("info", "there is one control-plane node: the API is away while it reboots")],
        ),
    ],
    ids=["3+2", "compact", "single node"],
)
def test_the_topology(gone, expected):
    cluster = clean_cluster()
    for name in gone:
        cluster.remove(NODE, name)
        if name in MASTERS:
            cluster.remove(POD, f"etcd-{name}", namespace="openshift-etcd")
    assert told("control_plane_topology", cluster) == expected


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], [("warn", "1 certificate signing request is pending: csr-1")]),
        (["Approved"], []),
        (["Denied"], []),
        (["Failed"], []),
    ],
    ids=["pending", "approved", "denied", "failed"],
)
def test_signing_requests(decisions, expected):
    cluster = clean_cluster()
    conditions = [objects.condition(decision, "True") for decision in decisions]
    cluster.put(SIGNING_REQUEST, {"metadata": {"name": "csr-1"}, "status": {"conditions": conditions}})
    assert told("signing_requests_decided", cluster) == expected


@pytest.mark.parametrize("paused", [False, True])
def test_machine_health_checks(paused):
    cluster = clean_cluster()
    annotations = {"cluster.x-k8s.io/paused": ""} if paused else {}
    metadata = {"name": "workers", "namespace": "openshift-machine-api", "annotations": annotations}
    cluster.put(MACHINE_HEALTH_CHECK, {"metadata": metadata})
    found = findings("machine_health_checks", seen(cluster))
    assert [(f.severity, f.blocking, f.objects) for f in found] == (
        [] if paused else [("warn", False, ("machinehealthcheck/openshift-machine-api/workers",))]
    )


def test_a_health_check_for_spot_instances_is_no_concern():
    cluster = clean_cluster()
    metadata = {"name": "machine-api-termination-handler", "namespace": "openshift-machine-api"}
    spec = {"unhealthyConditions": [{"type": "Terminating", "status": "True", "timeout": "0s"}]}
    cluster.put(MACHINE_HEALTH_CHECK, {"metadata": metadata, "spec": spec})
    assert findings("machine_health_checks", seen(cluster)) == []


@pytest.mark.parametrize("paused", [False, True])
def test_node_health_checks(paused):
    cluster = clean_cluster()
    spec = {"pauseRequests": ["window"]} if paused else {}
    cluster.put(NODE_HEALTH_CHECK, {"metadata": {"name": "workers"}, "spec": spec})
    found = findings("node_health_checks", seen(cluster))
    assert [(f.severity, f.blocking) for f in found] == ([] if paused else [("warn", False)])
