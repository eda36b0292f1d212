# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_OPERATOR,
    DEPLOYMENT,
    JOB,
    NAMESPACE,
    POD,
)
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
    assert outcome.facts == {"pods": [], "by_node": {}, "reboot_may_help": [], "in_error": []}
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


def labelled_pod(name, *, hash_="7d9f", **pod):
    return objects.pod(name, labels={"pod-template-hash": hash_}, owner=("ReplicaSet", f"web-{hash_}"), **pod)


def deployment(*, ready, replicas=2):
    return {
        "metadata": {"name": "web", "namespace": "default", "generation": 2},
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": ready, "observedGeneration": 2},
    }


def operator(name, *, degraded="False"):
    conditions = [objects.condition("Available", "True"), objects.condition("Degraded", degraded)]
    return {"metadata": {"name": name}, "status": {"conditions": conditions}}


def job(**status):
    return {"metadata": {"name": "copy", "namespace": "default"}, "status": status}


INSTALLER: dict[str, Any] = {"name": "installer-9-retry-1-master-0", "namespace": "openshift-kube-apiserver"}
ATTEMPT: dict[str, Any] = {"name": "copy-abcde", "owner": ("Job", "copy")}
AGENT, SERVER = ("DaemonSet", "agent"), ("CatalogSource", "server")
AGENT_THERE = objects.pod("agent-b", node_name="worker-0", owner=AGENT)
AGENT_ELSEWHERE = objects.pod("agent-c", node_name="worker-1", owner=AGENT)


@pytest.mark.parametrize("reason", ["NodeAffinity", "UnexpectedAdmissionError", "Evicted"])
@pytest.mark.parametrize(
    ("pod", "beside", "counts"),
    [
        pytest.param(labelled_pod("web-7d9f-a"), [(DEPLOYMENT, deployment(ready=2))], False, id="replicas"),
        pytest.param(labelled_pod("web-6666-a", hash_="6666"), [(DEPLOYMENT, deployment(ready=2))], False, id="old"),
        pytest.param(labelled_pod("web-7d9f-a"), [(DEPLOYMENT, deployment(ready=0, replicas=0))], False, id="scaled"),
        pytest.param(labelled_pod("web-7d9f-a"), [(DEPLOYMENT, deployment(ready=1))], True, id="one short"),
        pytest.param(labelled_pod("web-7d9f-a"), [], True, id="deployment gone"),
        pytest.param(objects.pod("agent-a", owner=AGENT), [(POD, AGENT_THERE)], False, id="daemon at the node"),
        pytest.param(objects.pod("agent-a", owner=AGENT), [(POD, AGENT_ELSEWHERE)], True, id="daemon elsewhere"),
        pytest.param(
            objects.pod("server-a", owner=SERVER), [(POD, objects.pod("server-b", owner=SERVER))], False, id="any kind"
        ),
        pytest.param(
            objects.pod("server-a", owner=SERVER),
            [(POD, objects.pod("server-b", owner=SERVER, ready=False))],
            True,
            id="successor not ready",
        ),
        pytest.param(objects.pod(**ATTEMPT), [(JOB, job(active=1))], False, id="next attempt"),
        pytest.param(objects.pod(**ATTEMPT), [(JOB, job())], True, id="no attempt"),
        pytest.param(
            objects.pod(**ATTEMPT),
            [(JOB, job(conditions=[objects.condition("Complete", "True")]))],
            False,
            id="job complete",
        ),
        pytest.param(objects.pod(**INSTALLER), [(CLUSTER_OPERATOR, operator("kube-apiserver"))], False, id="installer"),
        pytest.param(
            objects.pod(**INSTALLER),
            [(CLUSTER_OPERATOR, operator("kube-apiserver", degraded="True")), (CLUSTER_OPERATOR, operator("etcd"))],
            True,
            id="installer of a degraded operator",
        ),
        pytest.param(objects.pod("alone"), [], True, id="nobody's"),
    ],
)
def test_a_terminal_pod_counts_when_it_is_missed_and_never_reboots_its_node(pod, beside, counts, reason):
    """What a reboot without drain leaves behind."""
    pod = {**pod, "spec": {"nodeName": "worker-0"}, "status": {"phase": "Failed", "reason": reason}}
    outcome = wait(FakeCluster((POD, FINE), (POD, pod), *beside), once=True)
    key = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
    assert outcome.facts["in_error"] == ([key] if counts else [])
    assert outcome.facts["reboot_may_help"] == []


def test_an_attempt_that_failed_by_itself_counts_although_there_is_another():
    attempt = objects.pod("copy-abcde", phase="Failed", owner=("Job", "copy"))
    outcome = wait(FakeCluster((POD, attempt), (JOB, job(active=1))), once=True)
    assert outcome.facts["in_error"] == ["default/copy-abcde"]


@pytest.mark.parametrize(
    ("pod", "stuck"),
    [
        pytest.param({"phase": "Pending", "waiting": "ContainerCreating"}, "ContainerCreating", id="sandbox"),
        pytest.param({"phase": "Pending", "init_waiting": "PodInitializing"}, "PodInitializing", id="init"),
        pytest.param({"ready": False}, "NotReady", id="never ready"),
        pytest.param({"ready": False, "waiting": "ContainerCreating"}, "ContainerCreating", id="sandbox after reboot"),
        pytest.param({"ready": False, "deleting": True}, None, id="on its way out"),
        pytest.param({"phase": "Succeeded", "ready": False}, None, id="succeeded"),
        pytest.param({"ready": False, "restart": "Never"}, None, id="one that is to end"),
        pytest.param({"phase": "Pending", "waiting": "ContainerCreating", "node_name": ""}, None, id="without a node"),
    ],
)
def test_a_pod_that_does_not_start_is_in_error_after_the_grace(pod, stuck):
    clock = ScriptedClock(limit=1000)
    body = objects.pod("web-1", **{"node_name": "worker-1", **pod})
    cluster = FakeCluster((POD, FINE), (POD, body))
    cluster.server_seconds = clock.monotonic
    if stuck is None:
        assert wait(cluster, clock=clock).wait.waited_seconds == 0
        return
    with pytest.raises(WaitTimeout) as caught:
        wait(cluster, clock=clock)
    assert [(row["name"], row["reason"]) for row in caught.value.facts["pods"]] == [("web-1", stuck)]
    assert caught.value.facts["reboot_may_help"] == ["worker-1"]
    assert "1 pod is starting" in caught.value.facts["story"][0]["reason"]


def test_pods_that_start_are_waited_for_and_later_ones_are_not():
    clock = ScriptedClock(limit=250)
    cluster = FakeCluster((POD, FINE), (POD, objects.pod("web-1", node_name="worker-1", ready=False)))
    cluster.server_seconds = clock.monotonic
    clock.at(40, lambda: cluster.put(POD, objects.pod("late", node_name="worker-1", ready=False)))
    clock.at(60, lambda: cluster.put(POD, objects.pod("web-1", node_name="worker-1")))
    outcome = wait(cluster, clock=clock)
    assert 60 <= outcome.wait.waited_seconds <= 75


def test_how_long_a_pod_is_not_ready_counts_from_its_condition():
    """After a reboot the pod is as old as before."""
    clock = ScriptedClock()
    body = objects.pod("web-1", node_name="worker-1", ready=False, created="2025-01-01T00:00:00Z")
    body["status"]["conditions"][0]["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    cluster = FakeCluster((POD, FINE), (POD, body))
    assert wait(cluster, clock=clock, once=True).facts["in_error"] == []
    cluster.server_seconds = lambda: 300
    assert wait(cluster, clock=clock, once=True).facts["in_error"] == ["default/web-1"]


def test_one_that_was_not_ready_before_is_known():
    cluster = FakeCluster((POD, FINE), (POD, objects.pod("web-1", node_name="worker-1", ready=False)))
    outcome = wait(cluster, baseline=["default/web-1"])
    assert outcome.facts["pods"] == []
