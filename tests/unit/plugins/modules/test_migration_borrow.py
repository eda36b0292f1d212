# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_AUTOSCALER,
    CONFIG_MAP,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    MUTATING_WEBHOOKS,
    NAMESPACE,
    NODE_HEALTH_CHECK,
    VALIDATING_WEBHOOKS,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    BeingDeleted,
    ClusterUnreachable,
    Forbidden,
    NotFound,
    Rejected,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.borrowing.ledger import CARRIERS, HOLDER
from ansible_collections.ocp_day2.ovn_migration.tests.unit.kills import killed_before_write
from ansible_collections.ocp_day2.ovn_migration.tests.unit.objects import health_check, webhook, webhooks
from ansible_collections.ocp_day2.ovn_migration.tests.unit.pool_controller import watched
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

MACHINES = "openshift-machine-api"
PAUSED = "cluster.x-k8s.io/paused"
OURS = "ocp-day2.ovn-migration"
ALL = {
    "machine_health_checks": True,
    "cluster_autoscaler": True,
    "webhook_timeout": 3,
    "max_unavailable": {"worker": "50%"},
}
#: What is read of the cluster below before anybody has borrowed anything, and while all is borrowed.
BEFORE = {
    "worker": None,
    "workers": None,
    "owners": "since May",
    "remediation": ["somebody"],
    "autoscaler": {"enabled": True, "unneededTime": "5m"},
    "policy": [30, 3, 10],
    "mutator": [10],
    "multus.openshift.io": [30],
}
LENT = {
    "worker": "50%",
    "workers": "",
    "owners": "since May",
    "remediation": ["somebody", OURS],
    "autoscaler": {"enabled": False, "unneededTime": "5m"},
    "policy": [3, 3, 3],
    "mutator": [3],
    "multus.openshift.io": [30],
}


def filled(cluster):
    for kind, body in (
        (MACHINE_HEALTH_CHECK, health_check("owners", paused="since May")),
        (MACHINE_HEALTH_CHECK, health_check("workers")),
        (NODE_HEALTH_CHECK, {"metadata": {"name": "remediation"}, "spec": {"pauseRequests": ["somebody"]}}),
        (
            CLUSTER_AUTOSCALER,
            {"metadata": {"name": "default"}, "spec": {"scaleDown": {"enabled": True, "unneededTime": "5m"}}},
        ),
        (
            VALIDATING_WEBHOOKS,
            webhooks("policy", webhook("a", timeout=30), webhook("b", timeout=3), webhook("c", timeout=None)),
        ),
        (MUTATING_WEBHOOKS, webhooks("mutator", webhook("a", timeout=10))),
        (VALIDATING_WEBHOOKS, webhooks("multus.openshift.io", webhook("a", namespace="openshift-multus", timeout=30))),
    ):
        cluster.put(kind, body)
    return cluster


@pytest.fixture
def cluster(bench):
    bench.cluster = filled(cluster_at("not_started"))
    return bench.cluster


def seen(cluster):
    def body(kind, name, namespace=""):
        return cluster.objects[(kind, namespace, name)]

    def timeouts(kind, name):
        return [hook.get("timeoutSeconds", 10) for hook in body(kind, name)["webhooks"]]

    def annotation(name):
        return body(MACHINE_HEALTH_CHECK, name, MACHINES)["metadata"]["annotations"].get(PAUSED)

    return {
        "worker": body(MACHINE_CONFIG_POOL, "worker")["spec"].get("maxUnavailable"),
        "workers": annotation("workers"),
        "owners": annotation("owners"),
        "remediation": body(NODE_HEALTH_CHECK, "remediation")["spec"]["pauseRequests"],
        "autoscaler": body(CLUSTER_AUTOSCALER, "default")["spec"]["scaleDown"],
        "policy": timeouts(VALIDATING_WEBHOOKS, "policy"),
        "mutator": timeouts(MUTATING_WEBHOOKS, "mutator"),
        "multus.openshift.io": timeouts(VALIDATING_WEBHOOKS, "multus.openshift.io"),
    }


def ledger(cluster):
    body = cluster.objects.get((CONFIG_MAP, "ovn-migration", "migration-loans"), {})
    entries = [json.loads(text) for text in (body.get("data") or {}).values()]
    return {(entry["name"], entry["part"]): (entry["before"], entry["lent"]) for entry in entries}


ENTERED = {
    ("worker", ""): (None, "50%"),
    ("workers", ""): (None, ""),
    ("remediation", ""): (None, OURS),
    ("default", ""): (True, False),
    ("policy", "a"): (30, 3),
    ("policy", "c"): (10, 3),
    ("mutator", "a"): (10, 3),
}


def borrow(bench, **given):
    return bench.run("migration_borrow", state="borrowed", **given)


def give_back(bench, **given):
    return bench.run("migration_borrow", state="returned", **given)


def warned(result):
    return str(result.get("warnings"))


def test_all_is_borrowed_and_entered(bench, cluster):
    result = borrow(bench, **ALL, step="cno_prepare")
    assert result["changed"] is True
    assert (seen(cluster), ledger(cluster)) == (LENT, ENTERED)
    assert {(row["name"], row["step"]) for row in result["loans"]} >= {("worker", "cno_prepare")}
    assert len(result["diff"]) == len(ENTERED)


def test_all_comes_back(bench, cluster):
    borrow(bench, **ALL)
    result = give_back(bench)
    assert (seen(cluster), ledger(cluster)) == (BEFORE, {})
    assert (result["changed"], result["loans"], result["kept"]) == (True, [], [])
    assert {(row["name"], row["part"]) for row in result["returned"]} == set(ENTERED)
    assert cluster.objects[(MACHINE_CONFIG_POOL, "", "worker")]["spec"].keys() >= {"paused"}


@pytest.mark.parametrize("call", [borrow, give_back])
def test_law_18_again_it_changes_nothing_and_writes_nothing(bench, cluster, call):
    borrow(bench, **ALL)
    given = ALL if call is borrow else {}
    call(bench, **given)
    cluster.calls.clear()
    result = call(bench, **given)
    assert (result["changed"], cluster.writes) == (False, [])
    assert "diff" not in result


def test_nothing_asked_for_nothing_borrowed(bench, cluster):
    assert borrow(bench)["changed"] is False
    assert (seen(cluster), cluster.writes) == (BEFORE, [])


def test_law_17_check_mode_shows_it_and_writes_nothing(bench, cluster):
    result = borrow(bench, check=True, **ALL)
    assert (result["changed"], len(result["diff"]), len(result["loans"])) == (True, 7, 7)
    assert {"before": {"spec": {}}, "after": {"spec": {"maxUnavailable": "50%"}}}.items() <= result["diff"][0].items()
    borrow(bench, **ALL)
    cluster.calls.clear()
    result = give_back(bench, check=True)
    assert (result["changed"], len(result["diff"]), result["loans"]) == (True, 7, [])
    assert cluster.writes == []


def test_the_ledger_comes_first_and_is_struck_last(bench, cluster):
    borrow(bench, **ALL)
    kinds = [call.kind for call in cluster.writes]
    assert kinds.index(CONFIG_MAP) == 1, "after its namespace"
    assert CONFIG_MAP not in kinds[2:]
    cluster.calls.clear()
    give_back(bench)
    kinds = [call.kind for call in cluster.writes]
    assert CONFIG_MAP not in kinds[:7]
    assert kinds[7:] == [CONFIG_MAP]


# Two writes make the ledger, six change things.
@pytest.mark.parametrize("write", range(1, 9))
@pytest.mark.parametrize("then", ["borrowed", "returned"])
def test_killed_at_any_write_of_borrowing(bench, cluster, write, then):
    with killed_before_write(cluster, write):
        assert "killed" in borrow(bench, **ALL)["msg"]
    if then == "borrowed":
        borrow(bench, **ALL)
        assert (seen(cluster), ledger(cluster)) == (LENT, ENTERED)
    give_back(bench)
    assert (seen(cluster), ledger(cluster)) == (BEFORE, {})


@pytest.mark.parametrize("write", range(1, 8))
@pytest.mark.parametrize("then", ["borrowed", "returned"])
def test_killed_at_any_write_of_giving_back(bench, cluster, write, then):
    borrow(bench, **ALL)
    with killed_before_write(cluster, write):
        assert "killed" in give_back(bench)["msg"]
    if then == "borrowed":
        borrow(bench, **ALL)
        assert (seen(cluster), ledger(cluster)) == (LENT, ENTERED)
    give_back(bench)
    assert (seen(cluster), ledger(cluster)) == (BEFORE, {})


@pytest.mark.parametrize("write", range(1, 3))
def test_killed_while_another_value_is_borrowed(bench, cluster, write):
    borrow(bench, max_unavailable={"worker": 2})
    with killed_before_write(cluster, write):
        assert "killed" in borrow(bench, max_unavailable={"worker": 3})["msg"]
    give_back(bench)
    assert (seen(cluster), ledger(cluster)) == (BEFORE, {})


def test_borrowing_twice_never_forgets_the_value_before(bench, cluster):
    for number in (2, 3, "4"):
        borrow(bench, max_unavailable={"worker": number})
    assert ledger(cluster) == {("worker", ""): (None, 4)}
    assert seen(cluster)["worker"] == 4
    give_back(bench)
    assert seen(cluster) == BEFORE


def test_it_returns_when_the_pool_reports_what_was_given_back(bench, cluster):
    """Whoever comes next judges the pools, and would take one that has not noticed yet for one that is not done."""
    watched(cluster, bench.clock, delay=5)
    borrow(bench, max_unavailable={"worker": 2})
    bench.clock.now = 100
    result = give_back(bench)
    pool = cluster.objects[(MACHINE_CONFIG_POOL, "", "worker")]
    assert pool["status"]["observedGeneration"] == pool["metadata"]["generation"] == 5
    assert bench.clock.now < 110
    assert "warnings" not in result


def test_a_pool_that_nobody_notices_is_given_back_and_told(bench, cluster):
    watched(cluster, bench.clock, delay=None)
    borrow(bench, max_unavailable={"worker": 2})
    result = give_back(bench)
    assert (result["changed"], seen(cluster), ledger(cluster)) == (True, BEFORE, {})
    assert "has not noticed the change of worker" in warned(result)
    assert bench.clock.now < 200


def test_what_somebody_else_has_set_meanwhile_is_left_and_reported(bench, cluster):
    borrow(bench, **ALL)
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"maxUnavailable": 2}})
    result = give_back(bench)
    assert (seen(cluster), ledger(cluster)) == ({**BEFORE, "worker": 2}, {})
    assert ("worker", "") not in {(row["name"], row["part"]) for row in result["returned"]}
    assert "max_unavailable of MachineConfigPool worker" in warned(result)


def test_what_somebody_else_has_set_meanwhile_is_what_goes_back_when_it_is_borrowed_again(bench, cluster):
    borrow(bench, **ALL)
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"maxUnavailable": 2}})
    result = borrow(bench, **ALL)
    assert seen(cluster) == LENT
    assert "somebody else" in warned(result)
    give_back(bench)
    assert seen(cluster) == {**BEFORE, "worker": 2}


def test_an_operator_that_sets_its_webhook_back_is_overruled_until_the_end(bench, cluster):
    borrow(bench, **ALL)
    cluster.put(MUTATING_WEBHOOKS, webhooks("mutator", webhook("a", timeout=10)))
    borrow(bench, **ALL)
    assert (seen(cluster), ledger(cluster)) == (LENT, ENTERED)


def test_what_is_gone_is_reported_and_struck(bench, cluster):
    borrow(bench, **ALL)
    cluster.remove(MACHINE_HEALTH_CHECK, "workers", namespace=MACHINES)
    cluster.put(VALIDATING_WEBHOOKS, webhooks("policy", webhook("a", timeout=3)))
    result = give_back(bench)
    assert warned(result).count("does not exist any more") == 2
    assert ledger(cluster) == {}


def test_a_webhook_is_found_again_at_another_place(bench, cluster):
    borrow(bench, webhook_timeout=3)
    hooks = cluster.objects[(VALIDATING_WEBHOOKS, "", "policy")]["webhooks"]
    hooks.reverse()
    give_back(bench)
    assert seen(cluster)["policy"] == [10, 3, 30]


def test_a_webhook_that_changes_under_the_patch_is_looked_at_again(bench, cluster):
    def somebody_adds_one():
        hooks = cluster.objects[(MUTATING_WEBHOOKS, "", "mutator")]["webhooks"]
        hooks.insert(0, webhook("first", timeout=2))

    cluster.before("edit", MUTATING_WEBHOOKS, 1, somebody_adds_one)
    borrow(bench, webhook_timeout=3)
    assert seen(cluster)["mutator"] == [2, 3]


def test_a_patch_whose_answer_was_lost_had_arrived(bench, cluster):
    """The cluster is asked again after the outage, and refuses: the old timeout is not there any more."""

    def arrived():
        cluster.put(MUTATING_WEBHOOKS, webhooks("mutator", webhook("a", timeout=3)))

    cluster.before("edit", MUTATING_WEBHOOKS, 1, arrived)
    cluster.fail(ClusterUnreachable(tried="patch", seen="reset"), verb="edit", kind=MUTATING_WEBHOOKS)
    result = borrow(bench, **ALL)
    assert (result["changed"], seen(cluster), ledger(cluster)) == (True, LENT, ENTERED)


def test_a_webhook_that_somebody_fights_over_is_an_error(bench, cluster):
    cluster.before(
        "edit",
        MUTATING_WEBHOOKS,
        1,
        lambda: cluster.put(MUTATING_WEBHOOKS, webhooks("mutator", webhook("a", timeout=9))),
    )
    result = borrow(bench, webhook_timeout=3)
    assert "it was 10 a moment ago and is 9 now" in result["msg"]
    give_back(bench)
    assert (seen(cluster)["mutator"], ledger(cluster)) == ([9], {})


def test_named_webhooks_only_and_then_also_openshifts_own(bench, cluster):
    borrow(bench, webhook_timeout=3, webhooks=["multus.openshift.io", "mutator"])
    assert seen(cluster) == {**BEFORE, "mutator": [3], "multus.openshift.io": [3]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_unavailable": {"gpu": 2}}, "no MachineConfigPool gpu; this cluster has master, worker"),
        ({"max_unavailable": {"worker": 0}}, "neither a number of nodes nor a percentage"),
        ({"max_unavailable": {"worker": "0%"}}, "neither a number of nodes nor a percentage"),
        ({"max_unavailable": {"worker": "many"}}, "neither a number of nodes nor a percentage"),
        ({"max_unavailable": {"worker": True}}, "neither a number of nodes nor a percentage"),
        ({"webhook_timeout": 31}, "webhook_timeout is 31, which is not from 0 to 30"),
        ({"webhook_timeout": 3, "webhooks": ["polcy"]}, "no webhook configuration polcy"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_written(bench, cluster, given, said):
    result = borrow(bench, **{**ALL, **given})
    assert said in result["msg"]
    assert (seen(cluster), cluster.writes) == (BEFORE, [])


def test_the_control_plane_faster_is_done_with_a_warning(bench, cluster):
    assert "etcd" in warned(borrow(bench, max_unavailable={"master": 2}))


def test_a_cluster_without_health_checks_has_none_to_pause(bench, cluster):
    for kind in (MACHINE_HEALTH_CHECK, NODE_HEALTH_CHECK):
        cluster.fail(NotFound(tried="list", seen="HTTP 404"), verb="list", kind=kind, times=None)
    result = borrow(bench, machine_health_checks=True)
    assert (result["changed"], cluster.writes) == (False, [])


def test_a_health_check_for_spot_instances_is_left_alone(bench, cluster):
    spot = health_check("machine-api-termination-handler", conditions=("Terminating",))
    cluster.put(MACHINE_HEALTH_CHECK, spot)
    borrow(bench, machine_health_checks=True)
    kept = cluster.get(MACHINE_HEALTH_CHECK, "machine-api-termination-handler", namespace="openshift-machine-api")
    assert kept["metadata"] == spot["metadata"]


def test_law_16_health_checks_that_cannot_be_read_stop_it(bench, cluster):
    denied = Forbidden(tried="list machinehealthchecks", seen="HTTP 403")
    cluster.fail(denied, verb="list", kind=MACHINE_HEALTH_CHECK, times=None)
    assert borrow(bench, **ALL)["failed"]
    assert cluster.writes == []


def test_rights_are_asked_for_before_the_first_write(bench, cluster):
    denied = "patch machinehealthchecks.machine.openshift.io in namespace openshift-machine-api"
    cluster.denied = {denied}
    assert borrow(bench, **ALL)["missing_rights"] == [denied]
    assert cluster.writes == []


def test_one_that_cannot_be_given_back_does_not_keep_the_others(bench, cluster):
    borrow(bench, **ALL)
    cluster.fail(Rejected(tried="patch workers", seen="HTTP 422"), verb="merge", name="workers")
    result = give_back(bench)
    assert "give back 1 of 7 things" in result["msg"]
    assert "HTTP 422" in result["msg"]
    assert (result["changed"], seen(cluster)) == (True, {**BEFORE, "workers": ""})
    assert ledger(cluster) == {("workers", ""): (None, "")}
    assert give_back(bench)["changed"] is True
    assert (seen(cluster), ledger(cluster)) == (BEFORE, {})


def test_a_failure_in_the_middle_tells_what_was_changed(bench, cluster):
    cluster.fail(Rejected(tried="patch workers", seen="HTTP 422"), verb="merge", name="workers")
    result = borrow(bench, **ALL)
    assert (result["failed"], result["changed"], len(result["diff"])) == (True, True, 1)
    assert len(result["loans"]) == 7


def into(bench, step):
    """The same loans, and the migration gone on to ``step``."""
    borrowed = {key: body for key, body in bench.cluster.objects.items() if key[2] == "migration-loans"}
    pool = bench.cluster.objects[(MACHINE_CONFIG_POOL, "", "worker")]["spec"]["maxUnavailable"]
    others = {
        key: body
        for key, body in bench.cluster.objects.items()
        if key[0] in CARRIERS and key[0] not in (MACHINE_CONFIG_POOL, HOLDER)
    }
    bench.cluster = cluster_at(step)
    bench.cluster.objects.update({**borrowed, **others})
    bench.cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"maxUnavailable": pool}})


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        ("not_started", False),
        ("prepared", False),
        ("flipped", True),
        ("applied", True),
        ("rebooted", False),
        ("finished", False),
    ],
)
def test_law_07_between_flip_and_last_reboot_nothing_wakes_up(bench, cluster, step, kept):
    borrow(bench, **ALL)
    into(bench, step)
    result = give_back(bench)
    if not kept:
        assert (seen(bench.cluster), ledger(bench.cluster), result["kept"]) == (BEFORE, {}, [])
        return
    assert seen(bench.cluster) == {**LENT, "worker": None}
    assert len(result["kept"]) == len(result["loans"]) == 6
    assert "until every node has rebooted" in warned(result)
    bench.cluster.calls.clear()
    again = give_back(bench)
    assert (again["changed"], bench.cluster.writes) == (False, [])


def test_the_window_can_be_overruled(bench, cluster):
    borrow(bench, **ALL)
    into(bench, "applied")
    assert give_back(bench, keep_in_window=False)["kept"] == []
    assert seen(bench.cluster) == BEFORE


def test_kinds_limit_what_comes_back(bench, cluster):
    borrow(bench, **ALL)
    give_back(bench, kinds=["max_unavailable", "machine_health_checks"])
    assert seen(cluster) == {**LENT, "worker": None, "workers": None, "remediation": ["somebody"]}
    assert set(ledger(cluster)) == {("policy", "a"), ("policy", "c"), ("mutator", "a"), ("default", "")}


def test_paused_pools_are_not_its_business(bench, cluster):
    bench.run("mcp_pause", state="paused", names=["worker"])
    give_back(bench)
    assert cluster.objects[(MACHINE_CONFIG_POOL, "", "worker")]["spec"]["paused"] is True
    assert set(ledger(cluster)) == {("worker", "")}


def test_without_a_state_it_tells_and_writes_nothing(bench, cluster):
    borrow(bench, **ALL)
    cluster.calls.clear()
    result = bench.run("migration_borrow")
    assert (result["changed"], len(result["loans"]), cluster.writes) == (False, 7, [])
    assert len(cluster.calls) == 1


def lose_the_namespace(cluster):
    for key in [key for key in cluster.objects if key[1] == "ovn-migration"]:
        del cluster.objects[key]
    cluster.objects.pop((NAMESPACE, "", "ovn-migration"), None)


def notes(cluster):
    return [
        name
        for body in cluster.objects.values()
        for name in body["metadata"].get("annotations") or {}
        if name.startswith("ocp-day2.ovn-migration/")
    ]


def test_what_is_borrowed_survives_the_loss_of_our_namespace(bench, cluster):
    borrow(bench, **ALL)
    lose_the_namespace(cluster)
    assert len(bench.run("migration_borrow")["loans"]) == len(ENTERED)
    give_back(bench)
    assert (seen(cluster), ledger(cluster), notes(cluster)) == (BEFORE, {}, [])


def test_who_borrows_more_after_the_loss_forgets_nothing(bench, cluster):
    borrow(bench, machine_health_checks=True)
    lose_the_namespace(cluster)
    borrow(bench, **{**ALL, "machine_health_checks": False})
    assert ledger(cluster) == ENTERED
    give_back(bench)
    assert (seen(cluster), notes(cluster)) == (BEFORE, [])


def test_what_is_given_back_leaves_no_annotation(bench, cluster):
    borrow(bench, **ALL)
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"maxUnavailable": 2}})
    assert notes(cluster)
    give_back(bench)
    assert notes(cluster) == []


def test_a_namespace_that_is_being_deleted_keeps_nobody_from_borrowing_and_giving_back(bench, cluster):
    cluster.fail(BeingDeleted(tried="create it", seen="HTTP 403"), verb="create", times=None)
    result = borrow(bench, **ALL)
    assert "noted at the borrowed objects only" in warned(result)
    assert (seen(cluster), ledger(cluster)) == (LENT, {})
    give_back(bench)
    assert (seen(cluster), notes(cluster)) == (BEFORE, [])


def test_a_strange_annotation_is_never_taken_for_nothing(bench, cluster):
    name = "ocp-day2.ovn-migration/loan-00000000"
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"metadata": {"annotations": {name: "{}"}}})
    result = bench.run("migration_borrow")
    assert result["failed"]
    assert "machineconfigpools.machineconfiguration.openshift.io worker" in result["msg"]
