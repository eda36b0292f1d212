# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable, Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.rsh import Rsh
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster

NODE = Node.from_json(objects.node("worker-0", boot_id="old"))


def cluster_with(*pods):
    return FakeCluster(*[(POD, pod) for pod in pods])


def commands(cluster):
    return [(call.name, call.body["command"]) for call in cluster.made("execute")]


@pytest.mark.parametrize(("delay", "when"), [(0, "now"), (1, "+1"), (5, "+5")])
def test_the_command(delay, when):
    cluster = cluster_with(objects.daemon_pod("worker-0"), objects.daemon_pod("worker-1", suffix="bbbbb"))
    request = Rsh(cluster, delay_minutes=delay).request(NODE, repeat=False)
    assert request.answer == "accepted"
    assert commands(cluster) == [
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
    assert Rsh(cluster, delay_minutes=0).request(NODE, repeat=False).answer == "unsent"
    assert commands(cluster) == []


def test_of_two_pods_the_ready_one_is_used_and_then_the_newest():
    old = objects.daemon_pod("worker-0", suffix="old", created="2026-01-01T00:00:00Z")
    new = objects.daemon_pod("worker-0", suffix="new", created="2026-01-02T00:00:00Z")
    starting = objects.daemon_pod("worker-0", suffix="starting", created="2026-01-03T00:00:00Z", ready=False)
    leaving = objects.daemon_pod("worker-0", suffix="leaving", created="2026-01-04T00:00:00Z", deleting=True)
    cluster = cluster_with(old, new, starting, leaving)
    Rsh(cluster, delay_minutes=0).request(NODE, repeat=False)
    assert commands(cluster)[0][0] == "machine-config-daemon-new"


@pytest.mark.parametrize(
    ("execution", "answer"),
    [
        (Execution(0, "Reboot scheduled for Thu"), "accepted"),
        (Execution(1, "Failed to talk to init daemon."), "refused"),
        (Execution(None, "the stream broke off"), "unknown"),
    ],
)
def test_answers(execution, answer):
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    cluster.executor = lambda call: execution
    assert Rsh(cluster, delay_minutes=0).request(NODE, repeat=False).answer == answer


def test_a_refused_stream_is_an_answer_and_a_missing_right_is_an_error():
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    cluster.fail(ClusterUnreachable(tried="run it", seen="HTTP 502"), verb="execute")
    request = Rsh(cluster, delay_minutes=0).request(NODE, repeat=False)
    assert (request.answer, request.seen) == ("refused", "HTTP 502")
    cluster.fail(Forbidden(tried="run it", seen="HTTP 403"), verb="execute")
    with pytest.raises(Forbidden):
        Rsh(cluster, delay_minutes=0).request(NODE, repeat=False)


@pytest.mark.parametrize(
    ("boot_id", "answer", "shut_down"), [("old\n", "accepted", True), ("new\n", "elsewhere", False)]
)
def test_a_repeat_asks_the_node_itself_first(boot_id, answer, shut_down):
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    cluster.executor = lambda call: Execution(0, boot_id if call.body["command"][0] == "cat" else "")
    assert Rsh(cluster, delay_minutes=0).request(NODE, repeat=True).answer == answer
    assert (len(commands(cluster)) == 2) is shut_down


def test_a_repeat_to_a_node_that_does_not_tell_its_boot_id_sends_nothing():
    cluster = cluster_with(objects.daemon_pod("worker-0"))
    cluster.executor = lambda call: Execution(126, "container is not running")
    request = Rsh(cluster, delay_minutes=0).request(NODE, repeat=True)
    assert request.answer == "unsent"
    assert len(commands(cluster)) == 1
