# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable, Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.rsh import Rsh
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster

NODE = Node.from_json(objects.node("worker-0", boot_id="old"))
ASKED = ["cat", "/proc/sys/kernel/random/boot_id"]


def cluster_with(*pods, boot_id="old\n", shutdown=None):
    cluster = FakeCluster(*[(POD, pod) for pod in pods])
    result = boot_id if isinstance(boot_id, Execution) else Execution(0, boot_id)
    cluster.executor = lambda call: result if call.body["command"] == ASKED else shutdown or Execution(0, "")
    return cluster


def shutdowns(cluster):
    calls = [(call.name, call.body["command"]) for call in cluster.made("execute")]
    return [(pod, command) for pod, command in calls if command != ASKED]


@pytest.mark.parametrize(("delay", "when"), [(0, "now"), (1, "+1"), (5, "+5")])
def test_the_command(delay, when):
    cluster = cluster_with(objects.daemon_pod("worker-0"), objects.daemon_pod("worker-1", suffix="bbbbb"))
    request = Rsh(cluster, delay_minutes=delay).request(NODE)
    assert request.answer == "accepted"
    assert shutdowns(cluster) == [
        ("machine-config-daemon-aaaaa", ["chroot", "/rootfs", "shutdown", "-r", when]),
    ]
    assert cluster.made("execute")[0].body["container"] == "machine-config-daemon"


@pytest.mark.parametrize(
    "pods",
    [
        [],
        [objects.daemon_pod("worker-1")],
        [objects.daemon_pod("worker-0", phase="Pending", waiting="ContainerCreating")],
        [objects.daemon_pod("worker-0", deleting=True)],
        [objects.daemon_pod("worker-0", waiting="CrashLoopBackOff")],
        [objects.daemon_pod("worker-0", phase="Failed")],
    ],
    ids=["none", "on another node", "pending", "being deleted", "crashing", "failed"],
)
def test_without_a_pod_that_can_take_it_nothing_is_sent(pods):
    cluster = cluster_with(*pods)
    assert Rsh(cluster, delay_minutes=0).request(NODE).answer == "unsent"
    assert cluster.made("execute") == []


def test_of_two_pods_the_ready_one_is_used_and_then_the_newest():
    old = objects.daemon_pod("worker-0", suffix="old", created="2026-01-01T00:00:00Z")
    new = objects.daemon_pod("worker-0", suffix="new", created="2026-01-02T00:00:00Z")
    starting = objects.daemon_pod("worker-0", suffix="starting", created="2026-01-03T00:00:00Z", ready=False)
    leaving = objects.daemon_pod("worker-0", suffix="leaving", created="2026-01-04T00:00:00Z", deleting=True)
    cluster = cluster_with(old, new, starting, leaving)
    Rsh(cluster, delay_minutes=0).request(NODE)
    assert shutdowns(cluster)[0][0] == "machine-config-daemon-new"


@pytest.mark.parametrize(
    ("execution", "answer"),
    [
        (Execution(0, "Reboot scheduled for Thu"), "accepted"),
        (Execution(1, "Failed to talk to init daemon."), "refused"),
        (Execution(None, "the stream broke off"), "unknown"),
    ],
)
def test_answers(execution, answer):
    cluster = cluster_with(objects.daemon_pod("worker-0"), shutdown=execution)
    assert Rsh(cluster, delay_minutes=0).request(NODE).answer == answer


def test_a_refused_stream_is_an_answer_and_a_missing_right_is_an_error():
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    cluster.fail(ClusterUnreachable(tried="run it", seen="HTTP 502"), verb="execute")
    request = Rsh(cluster, delay_minutes=0).request(NODE)
    assert (request.answer, request.seen) == ("unsent", "HTTP 502"), "what was refused was only the question"
    cluster.fail(Forbidden(tried="run it", seen="HTTP 403"), verb="execute")
    with pytest.raises(Forbidden):
        Rsh(cluster, delay_minutes=0).request(NODE)


def test_a_stream_refused_for_the_command_may_have_had_an_effect():
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    refusal = ClusterUnreachable(tried="run it", seen="HTTP 502")
    cluster.before("execute", POD, 2, lambda: cluster.fail(refusal, verb="execute"))
    request = Rsh(cluster, delay_minutes=0).request(NODE)
    assert (request.answer, request.seen) == ("refused", "HTTP 502")


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        pytest.param(Execution(0, "old\n"), "accepted", id="still on the boot that it is to leave"),
        pytest.param(Execution(None, "old\n"), "accepted", id="told before the stream broke off"),
        pytest.param(Execution(0, "new\n"), "elsewhere", id="rebooted, and the API does not know yet"),
        pytest.param(Execution(None, "ne"), "unsent", id="half an answer"),
        pytest.param(Execution(0, ""), "unsent", id="no answer"),
        pytest.param(Execution(126, "container is not running"), "unsent", id="an error"),
    ],
)
def test_the_node_itself_is_asked_first_which_boot_it_is_on(result, answer):
    cluster = cluster_with(objects.daemon_pod("worker-0"), boot_id=result)
    assert Rsh(cluster, delay_minutes=0).request(NODE).answer == answer
    assert len(shutdowns(cluster)) == (answer == "accepted")


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        pytest.param(Execution(None, "the stream broke off"), "accepted", id="the line goes dead each time"),
        pytest.param(Execution(0, "new\n"), "elsewhere", id="it has rebooted"),
        pytest.param(Execution(126, "container is not running"), "unsent", id="an error is an answer"),
    ],
)
def test_insisting_on_a_node_that_cannot_be_asked(result, answer):
    cluster = cluster_with(objects.daemon_pod("worker-0"), boot_id=result)
    assert Rsh(cluster, delay_minutes=0).request(NODE, insist=True).answer == answer
    assert len(shutdowns(cluster)) == (answer == "accepted")
