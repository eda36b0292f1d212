# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import failures
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    IMAGE_MIRRORS,
    NAMESPACE,
    NODE,
    NODE_HEALTH_CHECK,
    NODE_NETWORK_POLICY,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access, Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Conflict,
    Forbidden,
    NotFound,
    Unauthorized,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.preflight.snapshot import OPTIONAL_LISTS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.denials import everywhere
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.outages import RetryingCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock


def patient(*, budget=900.0, tolerate_unauthorized=False):
    clock = ScriptedClock()
    cluster = FakeCluster(
        (NODE, objects.node("w0")), (POD, objects.daemon_pod("w0")), (NAMESPACE, {"metadata": {"name": "b"}})
    )
    return (
        RetryingCluster(
            cluster,
            clock=clock,
            budget=budget,
            tolerate_unauthorized=tolerate_unauthorized,
        ),
        cluster,
        clock,
    )


def unauthorized():
    return Unauthorized(tried="read nodes w0", seen="HTTP 401, Unauthorized")


CALLS = {
    "get": lambda cluster: cluster.get(NODE, "w0"),
    "list": lambda cluster: cluster.list(NODE, labels="node-role.kubernetes.io/worker"),
    "create": lambda cluster: cluster.create(CONFIG_MAP, {"metadata": {"name": "a", "namespace": "b"}}, namespace="b"),
    "merge": lambda cluster: cluster.merge(NODE, "w0", {"spec": {"unschedulable": True}}),
    "ready": lambda cluster: cluster.ready(),
    "allowed": lambda cluster: cluster.allowed(Access("get", NODE)),
    "rules": lambda cluster: cluster.rules(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_law_07_an_api_that_is_away_is_waited_for_and_reported(call):
    asked, cluster, clock = patient()
    cluster.go_down()
    clock.at(61, cluster.come_back)
    assert call(asked)
    assert [outage.to_json() for outage in asked.outages] == [
        {"since": "2026-01-01T00:00:00Z", "seconds": 61.8, "seen": "connection refused"}
    ]


def test_nothing_is_reported_when_nothing_happens():
    asked, _cluster, clock = patient()
    CALLS["get"](asked)
    assert (asked.outages, clock.slept) == ([], [])


def test_the_budget_is_kept_and_the_open_outage_is_told():
    asked, cluster, clock = patient(budget=30.5)
    cluster.go_down()
    with pytest.raises(ClusterUnreachable) as ended:
        CALLS["get"](asked)
    assert clock.now == 30.5
    assert "connection refused; for 30 s now" in ended.value.message
    assert ended.value.facts == {"outage_budget_seconds": 30.5}
    assert [outage.seconds for outage in asked.outages] == [None]


def test_without_a_budget_the_first_failure_is_final():
    asked, cluster, clock = patient(budget=0)
    cluster.go_down()
    with pytest.raises(ClusterUnreachable):
        CALLS["get"](asked)
    assert clock.slept == []


def test_it_knocks_quickly_at_first():
    asked, cluster, clock = patient()
    cluster.go_down()
    clock.at(7, cluster.come_back)
    assert CALLS["get"](asked)
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_patch_that_meets_another_write_is_sent_again():
    asked, cluster, clock = patient()
    cluster.fail(Conflict(tried="x", seen="HTTP 409"), verb="merge", times=4)
    assert CALLS["merge"](asked)
    assert len(cluster.made("merge")) == 5
    assert clock.slept == [0.25, 0.5, 1.0, 2.0]
    assert asked.outages == []


def test_a_patch_that_always_meets_another_write_fails():
    asked, cluster, _clock = patient()
    cluster.fail(Conflict(tried="x", seen="HTTP 409"), verb="merge", times=None)
    with pytest.raises(Conflict):
        CALLS["merge"](asked)
    assert len(cluster.made("merge")) == 5


def test_each_outage_has_the_whole_budget():
    asked, cluster, clock = patient(budget=100)
    for begin in (0, 200):
        clock.at(begin, cluster.go_down)
        clock.at(begin + 80, cluster.come_back)
        CALLS["get"](asked)
        clock.now = max(clock.now, begin + 199)
        clock.sleep(1.0)
    assert [outage.seconds for outage in asked.outages] == [81.8, 81.8]


@pytest.mark.parametrize(
    "error",
    [
        Forbidden(tried="x", seen="HTTP 403"),
        NotFound(tried="x", seen='HTTP 404, nodes "w0" not found'),
        Conflict(tried="x", seen="HTTP 409"),
        unauthorized(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_is_not_an_outage(error):
    asked, cluster, clock = patient()
    cluster.fail(error, times=None)
    with pytest.raises(type(error)):
        CALLS["get"](asked)
    assert (asked.outages, clock.slept) == ([], [])


def test_law_07_a_401_is_an_outage_where_tokens_cannot_be_reviewed():
    asked, cluster, clock = patient(tolerate_unauthorized=True)
    cluster.fail(unauthorized(), times=3)
    assert CALLS["get"](asked)
    assert clock.slept == [0.25, 0.5, 1.0]
    assert asked.outages[0].seen == "HTTP 401, Unauthorized"


def test_a_401_after_the_outage_is_final_elsewhere():
    asked, cluster, clock = patient()
    cluster.go_down()
    clock.at(10, cluster.come_back)
    clock.at(10, lambda: cluster.fail(unauthorized()))
    with pytest.raises(Unauthorized):
        CALLS["get"](asked)
    assert asked.outages[0].seconds == 11.8


def test_any_other_answer_ends_the_outage():
    asked, cluster, clock = patient()
    cluster.remove(NODE, "w0")
    cluster.go_down()
    clock.at(10, cluster.come_back)
    with pytest.raises(NotFound):
        CALLS["get"](asked)
    assert asked.outages[0].seconds == 11.8


def test_a_command_is_sent_once():
    asked, cluster, clock = patient()
    cluster.go_down()
    with pytest.raises(ClusterUnreachable):
        asked.execute("p", ["true"], namespace="n", container="c", timeout=5)
    assert (len(cluster.made("execute")), clock.slept) == (1, [])


def test_a_command_that_is_answered():
    asked, cluster, _clock = patient()
    cluster.executor = lambda call: Execution(exit_code=3, output=" ".join(call.body["command"]))
    pod = "machine-config-daemon-aaaaa"
    execution = asked.execute(
        pod, ["a", "b"], namespace="openshift-machine-config-operator", container="machine-config-daemon", timeout=5
    )
    assert execution == Execution(exit_code=3, output="a b")


def test_a_log_is_asked_for_once_since_a_dead_kubelet_looks_like_a_dead_api():
    asked, cluster, clock = patient()
    cluster.go_down()
    with pytest.raises(ClusterUnreachable):
        asked.log_tail("p", namespace="n", container="c", lines=5)
    assert (len(cluster.made("log")), clock.slept) == (1, [])


def denied():
    return Forbidden(
        tried="x", seen='HTTP 403, nodes "w0" is forbidden: User "migrator" cannot get resource', remedy="R"
    )


def unserved():
    return NotFound(tried="x", seen="HTTP 404, the server could not find the requested resource")


def absent():
    return NotFound(tried="x", seen='HTTP 404, nodes "w0" not found')


@pytest.mark.parametrize("error", [denied(), unserved()], ids=["403", "404 of a path"])
@pytest.mark.parametrize("name", sorted(set(CALLS) - {"ready"}))
def test_what_a_starting_api_server_denies_is_asked_again(name, error):
    asked, cluster, clock = patient()
    cluster.start(error)
    clock.at(1.5, cluster.has_started)
    assert CALLS[name](asked)
    assert clock.now == 1.75
    assert [(outage.seconds, outage.seen) for outage in asked.outages] == [(1.8, error.seen)]


def test_denied_down_and_denied_again_is_one_outage():
    """A control-plane node comes up, and the next one goes down."""
    asked, cluster, clock = patient()
    cluster.start(denied())
    clock.at(45, cluster.go_down)
    clock.at(100, lambda: cluster.start(denied()))
    clock.at(140, cluster.has_started)
    assert CALLS["get"](asked)
    assert 140 <= clock.now <= 143
    assert len(asked.outages) == 1


@pytest.mark.parametrize("error", [denied(), unserved()], ids=["403", "404 of a path"])
def test_a_denial_that_lasts_is_the_answer_and_costs_its_time_once(error):
    asked, cluster, clock = patient()
    cluster.start(error)
    with pytest.raises(type(error)) as ended:
        CALLS["get"](asked)
    assert clock.now == 60
    assert ended.value.message.startswith(f"Could not x: {error.seen}; for 60 s now")
    assert (ended.value.remedy, ended.value.facts) == (error.remedy, {})
    with pytest.raises(type(error)):
        CALLS["get"](asked)
    assert clock.now == 60
    assert [outage.seconds for outage in asked.outages] == [60]


def test_after_an_answer_a_denial_may_pass_again():
    asked, cluster, clock = patient()
    cluster.start(denied())
    with pytest.raises(Forbidden):
        CALLS["get"](asked)
    cluster.has_started()
    assert CALLS["get"](asked)
    cluster.start(denied())
    clock.after(1.5, cluster.has_started)
    assert CALLS["get"](asked)
    assert clock.now == 61.75


def test_the_budget_bounds_denials_too():
    asked, cluster, clock = patient(budget=10)
    cluster.start(denied())
    with pytest.raises(Forbidden):
        CALLS["get"](asked)
    assert clock.now == 10


def test_a_right_that_is_lacking_is_told_at_once():
    """The server is ready, and says itself that there is no such right."""
    asked, cluster, clock = patient()
    cluster.fail(denied(), verb="get", kind=NODE, times=None)
    for _time in range(2):
        with pytest.raises(Forbidden, match="cannot get resource"):
            CALLS["get"](asked)
    assert (clock.slept, asked.outages) == ([], [])
    assert [call.verb for call in cluster.calls] == ["get", "ready", "allowed", "get"]


def test_a_denial_by_another_server_behind_a_load_balancer_is_asked_again():
    asked, cluster, clock = patient()
    cluster.fail(denied(), verb="get", kind=NODE, times=3)
    cluster.allowed = lambda access: True
    assert CALLS["get"](asked)
    assert clock.now == 1.75


def test_where_a_server_that_is_ready_denies_even_the_question_it_is_soon_the_answer():
    asked, cluster, clock = patient()
    cluster.fail(denied(), times=None)
    cluster.fail(denied(), verb="allowed", times=None)
    with pytest.raises(Forbidden):
        CALLS["get"](asked)
    assert clock.now == 5


@pytest.mark.parametrize(
    "seen",
    [
        'HTTP 403, admission webhook "guard.example.com" denied the request: no',
        'HTTP 403, nodes is forbidden: User "system:anonymous" cannot list resource "nodes"',
    ],
)
def test_what_has_nothing_to_do_with_roles_is_an_answer_at_once(seen):
    asked, cluster, clock = patient()
    cluster.start(Forbidden(tried="x", seen=seen))
    with pytest.raises(Forbidden):
        CALLS["get"](asked)
    assert clock.slept == []


@pytest.mark.parametrize(
    "error", [absent(), failures.without_namespace("x", "ovn-migration")], ids=["object", "namespace"]
)
def test_that_something_is_absent_is_an_answer_at_once(error):
    asked, cluster, clock = patient()
    cluster.fail(error, verb="get", times=3)
    with pytest.raises(NotFound):
        CALLS["get"](asked)
    assert (clock.slept, asked.outages, len(cluster.calls)) == ([], [], 1)


@pytest.mark.parametrize("kind", [NODE_HEALTH_CHECK, NODE_NETWORK_POLICY, IMAGE_MIRRORS], ids=lambda kind: kind.title)
def test_that_a_kind_of_an_operator_or_of_later_versions_is_not_there_is_an_answer_at_once(kind):
    """Most clusters lack some of them, and every run asks."""
    asked, cluster, clock = patient()
    cluster.fail(unserved(), verb="list", kind=kind, times=None)
    with pytest.raises(NotFound):
        asked.list(kind)
    assert (clock.slept, asked.outages) == ([], [])


def test_no_kind_that_preflight_takes_for_absent_is_taken_to_be_everywhere():
    """It would be waited for on every cluster that lacks it."""
    assert [kind.title for kind in OPTIONAL_LISTS.values() if everywhere(kind)] == []


def test_who_asks_for_many_kinds_asks_once_whether_the_server_is_ready():
    asked, cluster, _clock = patient()
    for kind in (NODE_HEALTH_CHECK, NODE_NETWORK_POLICY, IMAGE_MIRRORS):
        cluster.fail(unserved(), verb="list", kind=kind, times=None)
        with pytest.raises(NotFound):
            asked.list(kind)
    assert len(cluster.made("ready")) == 1


@pytest.mark.parametrize("evidence", ["readyz", "nodes are not served", "no answer"])
def test_such_a_kind_is_asked_for_again_while_the_api_server_starts(evidence):
    asked, cluster, clock = patient()
    cluster.fail(unserved(), verb="list", kind=NODE_NETWORK_POLICY, times=None)
    if evidence == "readyz":
        cluster.readyz = False
        clock.at(1.5, lambda: setattr(cluster, "readyz", True))
    else:
        error = unserved() if evidence == "nodes are not served" else ClusterUnreachable(tried="x", seen="reset")
        cluster.fail(error, verb="list", kind=NODE, times=3)
    with pytest.raises(NotFound):
        asked.list(NODE_NETWORK_POLICY)
    assert clock.now == 1.75
    assert [outage.seconds for outage in asked.outages] == [1.8]
