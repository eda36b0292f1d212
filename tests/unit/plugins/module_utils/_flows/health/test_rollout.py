# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import WaitFailed, WaitTimeout
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.health.rollout import (
    Workload,
    wait_for_rollouts,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock

MULTUS = {"kind": "DaemonSet", "namespace": "openshift-multus", "name": "multus"}
SOURCE = {"kind": "Deployment", "namespace": "openshift-network-diagnostics", "name": "network-check-source"}


def wait(cluster, *others, clock=None, grace=60.0, silent_nodes=True, **which):
    waiter = Waiter(clock=clock or ScriptedClock(), timeout=300.0, interval=10.0, failure_grace=grace)
    return wait_for_rollouts(cluster, waiter, [Workload(**one) for one in (which, *others)], silent_nodes=silent_nodes)


def test_law_11_a_daemon_set_that_did_not_change_is_done_with_one_request():
    cluster = FakeCluster((DAEMON_SET, objects.daemon_set()))
    outcome = wait(cluster, **MULTUS)
    assert outcome.facts["rollout"]["updated"] == 6
    assert outcome.changed is False
    assert len(cluster.calls) == 1


def test_a_rollout_is_waited_for():
    clock = ScriptedClock(limit=120)
    cluster = FakeCluster((DAEMON_SET, objects.daemon_set(generation=3)))
    clock.at(20, lambda: cluster.put(DAEMON_SET, objects.daemon_set(generation=3, observed=3, updated=2)))
    clock.at(60, lambda: cluster.put(DAEMON_SET, objects.daemon_set(generation=3, observed=3, available=5)))
    clock.at(90, lambda: cluster.put(DAEMON_SET, objects.daemon_set(generation=3, observed=3)))
    outcome = wait(cluster, clock=clock, **MULTUS)
    assert outcome.wait is not None
    assert outcome.wait.waited_seconds >= 90
    assert [verdict.state for _at, verdict in outcome.wait.story] == ["pending", "pending", "pending", "done"]


def test_an_object_that_appears_late_is_waited_for():
    clock = ScriptedClock(limit=60)
    cluster = FakeCluster()
    clock.at(40, lambda: cluster.put(DAEMON_SET, objects.daemon_set()))
    assert wait(cluster, clock=clock, **MULTUS).facts["rollout"]["desired"] == 6


def test_an_object_that_never_appears_is_named():
    with pytest.raises(WaitTimeout, match="DaemonSet openshift-multus/multus does not exist") as caught:
        wait(FakeCluster(), **MULTUS)
    assert caught.value.facts["rollout"] is None


def test_pods_in_error_are_named_and_returned():
    cluster = FakeCluster(
        (DAEMON_SET, objects.daemon_set(available=5)),
        (
            POD,
            objects.pod(
                "multus-x7k2p",
                namespace="openshift-multus",
                node_name="worker-1",
                labels={"app": "multus"},
                waiting="CrashLoopBackOff",
            ),
        ),
        (POD, objects.pod("other", namespace="openshift-multus", labels={"app": "other"}, phase="Failed")),
    )
    with pytest.raises(WaitTimeout, match="multus-x7k2p on worker-1 is in CrashLoopBackOff") as caught:
        wait(cluster, **MULTUS)
    assert [pod["name"] for pod in caught.value.facts["pods"]] == ["multus-x7k2p"]


def daemon(number, **pod):
    return objects.pod(
        f"multus-{number}", namespace="openshift-multus", node_name=f"w{number}", labels={"app": "multus"}, **pod
    )


def node(number, ready):
    body = objects.node(f"w{number}")
    return {**body, "status": {**body.get("status", {}), "conditions": [objects.condition("Ready", ready)]}}


def with_nodes(*readiness, **counts):
    """A DaemonSet of one pod for each node; those of nodes that are not Ready are not available."""
    away = sum(ready != "True" for ready in readiness)
    counted = {"desired": len(readiness), "available": len(readiness) - away, **counts}
    found = [(DAEMON_SET, objects.daemon_set(**counted))]
    for number, ready in enumerate(readiness):
        found += [(NODE, node(number, ready)), (POD, daemon(number, ready=ready == "True"))]
    return FakeCluster(*found)


def test_a_node_of_whose_kubelet_nobody_has_heard_is_left_out_when_that_is_wanted():
    clock = ScriptedClock()
    outcome = wait(with_nodes("True", "Unknown", "True"), clock=clock, silent_nodes=False, **MULTUS)
    assert outcome.facts["nodes_left_out"] == ["w1"]
    assert "2 pods updated and available; not waited for: w1 (nobody has heard" in outcome.wait.verdict.reason
    assert clock.now == 0
    with pytest.raises(WaitTimeout, match="2 of 3 pods available"):
        wait(with_nodes("True", "Unknown", "True"), **MULTUS)


def test_a_node_that_is_up_and_not_ready_is_waited_for_beside_one_that_is_left_out():
    """All nodes are NotReady after the switch: they miss the plugin that is waited for."""
    cluster, clock = with_nodes("True", "Unknown", "False"), ScriptedClock()
    clock.at(40, lambda: cluster.put(DAEMON_SET, objects.daemon_set(desired=3, available=2)))
    outcome = wait(cluster, clock=clock, silent_nodes=False, **MULTUS)
    assert clock.now >= 40
    assert outcome.facts["nodes_left_out"] == ["w1"]


def test_a_rollout_is_waited_for_where_it_can_come_to_an_end():
    cluster, clock = with_nodes("True", "Unknown", "True", updated=1), ScriptedClock()
    clock.at(40, lambda: cluster.put(DAEMON_SET, objects.daemon_set(desired=3, updated=2, available=2)))
    assert wait(cluster, clock=clock, silent_nodes=False, **MULTUS).facts["nodes_left_out"] == ["w1"]
    assert clock.now >= 40


def test_nothing_is_left_out_of_what_is_done():
    cluster = with_nodes("True", "Unknown", available=2)
    assert wait(cluster, silent_nodes=False, **MULTUS).facts["nodes_left_out"] == []


def test_with_nothing_but_silent_nodes_nothing_is_waited_for():
    outcome = wait(with_nodes("Unknown", "Unknown"), silent_nodes=False, **MULTUS)
    assert "on nodes only that are not waited for: w0, w1" in outcome.wait.verdict.reason


def test_a_stuck_deployment_ends_the_wait_after_the_grace():
    clock = ScriptedClock(limit=80)
    cluster = FakeCluster((DEPLOYMENT, objects.deployment(available=1, stuck=True)))
    with pytest.raises(WaitFailed, match="ProgressDeadlineExceeded"):
        wait(cluster, clock=clock, **SOURCE)
    assert clock.now >= 60


def test_several_are_done_when_each_is():
    clock = ScriptedClock(limit=120)
    cluster = FakeCluster((DAEMON_SET, objects.daemon_set()), (DEPLOYMENT, objects.deployment(available=1)))
    clock.at(30, lambda: cluster.put(DEPLOYMENT, objects.deployment()))
    outcome = wait(cluster, SOURCE, clock=clock, **MULTUS)
    assert [row["name"] for row in outcome.facts["rollouts"]] == ["multus", "network-check-source"]
    assert outcome.facts["rollouts"][0] == {
        "kind": "DaemonSet",
        "name": "multus",
        "rollout": outcome.facts["rollout"],
    }
    assert outcome.wait.verdict.state == "done"
    assert clock.now >= 30


def test_the_one_of_several_that_is_not_there_is_named():
    with pytest.raises(WaitTimeout, match="network-check-source does not exist") as caught:
        wait(FakeCluster((DAEMON_SET, objects.daemon_set())), SOURCE, **MULTUS)
    assert "oc -n openshift-network-diagnostics describe deployment network-check-source" in caught.value.remedy


def test_the_failed_one_of_several_ends_the_wait():
    cluster = FakeCluster((DEPLOYMENT, objects.deployment(available=1, stuck=True)))
    with pytest.raises(WaitFailed, match="ProgressDeadlineExceeded"):
        wait(cluster, SOURCE, clock=ScriptedClock(limit=80), **MULTUS)
