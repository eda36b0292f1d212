# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable, Forbidden
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

NODES = ("master-0", "worker-0", "worker-1")
PRESENT, MISSING = Execution(0, ""), Execution(2, "")


@pytest.fixture
def nodes(bench):
    """Three nodes with their daemons; what each of them answers, in turn, the last for ever."""
    answers = {name: [PRESENT] for name in NODES}
    for name in NODES:
        bench.cluster.put(NODE, objects.node(name))
        bench.cluster.put(POD, objects.daemon_pod(name, suffix=name))

    def execute(call):
        left = answers[call.name.removeprefix("machine-config-daemon-")]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    bench.cluster.executor = execute
    return answers


def asked(bench):
    return [call.name.removeprefix("machine-config-daemon-") for call in bench.cluster.made("execute")]


def results(result):
    return {row["node"]: row["result"] for row in result["nodes"]}


def test_every_node_is_asked(bench, nodes):
    result = bench.run("node_bridges")
    assert result["verdict"] == {"state": "done", "reason": "all 3 nodes have br-ex"}
    assert (result["changed"], result["missing"]) == (False, [])
    assert asked(bench) == list(NODES)
    command = bench.cluster.made("execute")[0].body["command"]
    assert command == ["chroot", "/rootfs", "ovs-vsctl", "--timeout=10", "br-exists", "br-ex"]


def test_nodes_without_it_are_named_all_at_once_and_at_once(bench, nodes):
    nodes["master-0"] = nodes["worker-1"] = [MISSING]
    result = bench.run("node_bridges")
    assert "br-ex is missing on master-0, worker-1" in result["msg"]
    assert "ovs-configuration" in result["remedy"] and "aborted" in result["remedy"]
    assert result["missing"] == ["master-0", "worker-1"]
    assert bench.clock.slept == []


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(ClusterUnreachable(tried="run", seen="HTTP 500, dial tcp: refused"), id="kubelet away"),
        pytest.param(Execution(None, "the stream broke off"), id="stream broke off"),
        pytest.param(Execution(1, "ovs-vsctl: db.sock: database connection failed"), id="no database"),
        pytest.param(Execution(127, "ovs-vsctl: not found"), id="no command"),
    ],
)
def test_a_node_that_cannot_be_asked_is_asked_again(bench, nodes, trouble):
    nodes["worker-0"] = [trouble, trouble, PRESENT]
    result = bench.run("node_bridges")
    assert result["verdict"]["state"] == "done"
    assert asked(bench) == [*NODES, "worker-0", "worker-0"]


def test_law_16_a_node_that_can_never_be_asked_is_a_failure(bench, nodes):
    nodes["worker-0"] = [ClusterUnreachable(tried="run", seen="HTTP 500, refused")]
    nodes["worker-1"] = [MISSING]
    result = bench.run("node_bridges", wait_timeout=30)
    assert (
        "1 node could not be asked for br-ex: worker-0 (HTTP 500, refused); br-ex is missing on worker-1"
        in (result["msg"])
    )
    assert results(result) == {"master-0": "present", "worker-0": "unknown", "worker-1": "missing"}
    assert bench.clock.now == 30


def test_law_16_a_node_without_a_daemon_is_a_failure(bench, nodes):
    bench.cluster.remove(POD, "machine-config-daemon-worker-0", namespace="openshift-machine-config-operator")
    result = bench.run("node_bridges", wait_timeout=10)
    assert "no running machine-config-daemon pod is on it" in result["msg"]


def test_a_right_that_is_missing_ends_it(bench, nodes):
    nodes["master-0"] = [Forbidden(tried="exec", seen="HTTP 403")]
    assert "HTTP 403" in bench.run("node_bridges")["msg"]
    assert bench.clock.slept == []


def test_some_nodes_and_another_bridge(bench, nodes):
    assert len(bench.run("node_bridges", nodes=["worker-1"], bridge="br-int")["nodes"]) == 1
    assert asked(bench) == ["worker-1"]
    assert bench.cluster.made("execute")[0].body["command"][-1] == "br-int"


def test_a_node_that_does_not_exist(bench, nodes):
    assert "find the nodes worker-9" in bench.run("node_bridges", nodes=["worker-9"])["msg"]
    assert asked(bench) == []


def test_law_17_in_check_mode_no_node_is_asked_and_it_says_so(bench, nodes):
    result = bench.run("node_bridges", check=True)
    assert result["verdict"] == {
        "state": "pending",
        "reason": "3 nodes would be asked for br-ex; in check mode none is",
    }
    assert set(results(result).values()) == {"not_asked"}
    assert bench.cluster.writes == []
