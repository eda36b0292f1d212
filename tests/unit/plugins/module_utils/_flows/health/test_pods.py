# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import JOB, NAMESPACE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Refused, WaitTimeout
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.health.pods import wait_for_pods
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock


def wait(cluster, *, clock=None, once=False, namespaces=(), ignore_namespaces=(), baseline=()):
    waiter = Waiter(clock=clock or ScriptedClock(), timeout=300.0, interval=10.0, once=once)
    return wait_for_pods(cluster, waiter, namespaces=namespaces, ignore_namespaces=ignore_namespaces, baseline=baseline)


CRASHING = objects.pod("web-1", node_name="worker-1", waiting="CrashLoopBackOff")
FINE = objects.pod("web-0", node_name="worker-0")


def test_pods_without_error_pass_and_jobs_are_not_read():
    cluster = FakeCluster((POD, FINE))
    outcome = wait(cluster)
    assert outcome.facts == {"pods": [], "by_node": {}, "in_error": []}
    assert len(cluster.calls) == 1


def test_a_pod_that_heals_is_waited_for():
    clock = ScriptedClock(limit=100)
    cluster = FakeCluster((POD, FINE), (POD, CRASHING))
    clock.at(70, lambda: cluster.put(POD, objects.pod("web-1", node_name="worker-1")))
    outcome = wait(cluster, clock=clock)
    assert outcome.wait is not None
    assert outcome.wait.waited_seconds >= 70


def test_the_timeout_names_pods_and_nodes():
    with pytest.raises(WaitTimeout, match=r"default/web-1 on worker-1 \(CrashLoopBackOff\)") as caught:
        wait(FakeCluster((POD, FINE), (POD, CRASHING)))
    assert caught.value.facts["by_node"] == {"worker-1": ["default/web-1"]}
    assert caught.value.facts["pods"][0]["reason"] == "CrashLoopBackOff"


def test_what_was_in_error_before_does_not_count_but_is_told():
    outcome = wait(FakeCluster((POD, FINE), (POD, CRASHING)), baseline=["default/web-1"])
    assert outcome.facts["pods"] == []
    assert outcome.facts["in_error"] == ["default/web-1"]


@pytest.mark.parametrize(
    ("name", "owner", "baseline", "known"),
    [
        pytest.param("web-7d9f-x2zkp", ("ReplicaSet", "web-7d9f"), "default/web-7d9f-abcde", True, id="replaced"),
        pytest.param("web-7d9f-x2zkp", ("ReplicaSet", "web-7d9f"), "default/web-8888-abcde", False, id="new revision"),
        pytest.param("web-7d9f-x2zkp", ("ReplicaSet", "web-7d9f"), "other/web-7d9f-abcde", False, id="namespace"),
        pytest.param("web-x2zkp", ("DaemonSet", "web"), "default/web-api-abcde", False, id="longer name"),
        pytest.param("web-x2zkp", ("DaemonSet", "web"), "default/web-abcde", True, id="daemon"),
        pytest.param("web-0", ("StatefulSet", "web"), "default/web-abcde", False, id="stateful"),
        pytest.param("web-x2zkp", ("", ""), "default/web-abcde", False, id="bare"),
        pytest.param(
            "a" * 58 + "x2zkp", ("ReplicaSet", "a" * 70), "default/" + "a" * 58 + "abcde", True, id="name cut off"
        ),
    ],
)
def test_a_pod_that_took_the_place_of_a_known_one_is_known(name, owner, baseline, known):
    pod = objects.pod(name, node_name="worker-1", waiting="CrashLoopBackOff", owner=owner)
    outcome = wait(FakeCluster((POD, FINE), (POD, pod)), once=True, baseline=[baseline])
    assert bool(outcome.facts["pods"]) is not known
    assert outcome.facts["in_error"] == [f"default/{name}"]


def test_looking_once_never_fails():
    clock = ScriptedClock()
    outcome = wait(FakeCluster((POD, CRASHING)), clock=clock, once=True)
    assert outcome.to_json()["verdict"]["state"] == "pending"
    assert outcome.facts["in_error"] == ["default/web-1"]
    assert clock.slept == []


def test_a_cluster_without_pods_is_not_a_pass():
    with pytest.raises(WaitTimeout, match="not a single pod"):
        wait(FakeCluster())


def test_namespaces_that_do_not_exist_are_refused_and_empty_ones_pass():
    cluster = FakeCluster((NAMESPACE, {"metadata": {"name": "web"}}), (POD, CRASHING))
    with pytest.raises(Refused, match="wbe"):
        wait(cluster, namespaces=["web", "wbe"])
    assert wait(cluster, namespaces=["web"]).to_json()["verdict"]["state"] == "done"


def test_failed_attempts_of_a_finished_job_do_not_count():
    attempt = objects.pod("backup-1-abcde", phase="Failed", owner=("Job", "backup-1"))
    job = {"metadata": {"name": "backup-1", "namespace": "default"}, "status": {"conditions": []}}
    cluster = FakeCluster((POD, attempt), (JOB, job))
    assert wait(cluster, once=True).facts["in_error"] == ["default/backup-1-abcde"]
    cluster.change(
        JOB, "backup-1", {"status": {"conditions": [objects.condition("Complete", "True")]}}, namespace="default"
    )
    assert wait(cluster).facts["in_error"] == []
