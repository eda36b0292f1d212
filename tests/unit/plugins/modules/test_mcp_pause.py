# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable, Rejected
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.kills import killed_before_write
from ansible_collections.ocp_day2.ovn_migration.tests.unit.pool_controller import watched
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

#: infra was paused by its owner, storage has no nodes
OWNERS = {"infra": True, "master": False, "storage": False, "worker": False}


@pytest.fixture
def pools(bench):
    bench.cluster = FakeCluster(
        *(
            (MACHINE_CONFIG_POOL, objects.pool(name, machines=0 if name == "storage" else 2, paused=paused))
            for name, paused in OWNERS.items()
        )
    )
    return bench


def paused(bench):
    found = {
        key[2]: body["spec"].get("paused")
        for key, body in bench.cluster.objects.items()
        if key[0] == MACHINE_CONFIG_POOL
    }
    return dict(sorted(found.items()))


def ledger(bench):
    body = bench.cluster.objects.get((CONFIG_MAP, "ovn-migration", "migration-loans"), {})
    entries = [json.loads(text) for text in (body.get("data") or {}).values()]
    return {entry["name"]: (entry["before"], entry["lent"]) for entry in entries}


def rows(result):
    return {row["name"]: (row["paused"], row["paused_before"], row["ours"]) for row in result["pools"]}


def test_law_10_every_pool_is_paused_and_the_one_of_its_owner_remembered(pools):
    result = pools.run("mcp_pause", state="paused")
    assert result["changed"] is True
    assert paused(pools) == dict.fromkeys(OWNERS, True)
    assert rows(result) == {
        "infra": (True, True, False),
        "master": (True, False, True),
        "storage": (True, False, True),
        "worker": (True, False, True),
    }
    assert ledger(pools) == {name: (before, True) for name, before in OWNERS.items()}
    assert [row["header"] if "header" in row else row["after_header"] for row in result["diff"]] == [
        f"machineconfigpools.machineconfiguration.openshift.io {name}" for name in ("master", "storage", "worker")
    ]


def test_law_10_only_ours_are_resumed(pools):
    pools.run("mcp_pause", state="paused")
    result = pools.run("mcp_pause", state="resumed")
    assert result["changed"] is True
    assert paused(pools) == OWNERS
    assert result["resumed"] == ["master", "storage", "worker"]
    assert rows(result)["infra"] == (True, True, False)
    assert rows(result)["worker"] == (False, False, False)
    assert (result["loans"], ledger(pools)) == ([], {})


def test_resuming_returns_when_every_pool_has_noticed_it(pools):
    watched(pools.cluster, pools.clock, delay=5)
    pools.run("mcp_pause", state="paused")
    assert pools.clock.now == 0, "nobody may be there to notice a pause in the window"
    pools.run("mcp_pause", state="resumed")
    bodies = [body for key, body in pools.cluster.objects.items() if key[0] == MACHINE_CONFIG_POOL]
    assert all(body["status"]["observedGeneration"] == body["metadata"]["generation"] for body in bodies)
    assert pools.clock.now < 10


def test_pausing_waits_to_be_noticed_where_that_is_wanted(pools):
    watched(pools.cluster, pools.clock, delay=5)
    pools.run("mcp_pause", state="paused", wait=True)
    bodies = [body for key, body in pools.cluster.objects.items() if key[0] == MACHINE_CONFIG_POOL]
    assert all(body["status"]["observedGeneration"] == body["metadata"]["generation"] for body in bodies)
    assert 5 <= pools.clock.now < 10


def test_the_ledger_is_written_before_the_first_pool_and_struck_after_the_last(pools):
    pools.run("mcp_pause", state="paused")
    assert [call.kind for call in pools.cluster.writes] == [NAMESPACE, CONFIG_MAP, *[MACHINE_CONFIG_POOL] * 3]
    pools.cluster.calls.clear()
    pools.run("mcp_pause", state="resumed")
    assert [call.kind for call in pools.cluster.writes] == [*[MACHINE_CONFIG_POOL] * 3, CONFIG_MAP]


@pytest.mark.parametrize("state", ["paused", "resumed"])
def test_law_18_again_it_changes_nothing_and_writes_nothing(pools, state):
    pools.run("mcp_pause", state="paused")
    pools.run("mcp_pause", state=state)
    pools.cluster.calls.clear()
    result = pools.run("mcp_pause", state=state)
    assert result["changed"] is False
    assert pools.cluster.writes == []
    assert rows(result)["infra"] == (True, True, False)


def test_resuming_what_was_never_paused_here_changes_nothing(pools):
    result = pools.run("mcp_pause", state="resumed")
    assert (result["changed"], result["resumed"]) == (False, [])
    assert (paused(pools), pools.cluster.writes) == (OWNERS, [])


@pytest.mark.parametrize("state", ["paused", "resumed"])
def test_law_17_check_mode_shows_it_and_writes_nothing(pools, state):
    if state == "resumed":
        pools.run("mcp_pause", state="paused")
    pools.cluster.calls.clear()
    result = pools.run("mcp_pause", state=state, check=True)
    assert result["changed"] is True
    assert len(result["diff"]) == 3
    assert rows(result)["worker"] == ((True, False, True) if state == "paused" else (False, False, False))
    assert pools.cluster.writes == []


# Two writes make the ledger, three pause; when it is there, three resume and one strikes.
@pytest.mark.parametrize("write", range(1, 6))
def test_killed_at_any_write_of_pausing_the_next_run_completes_it(pools, write):
    with killed_before_write(pools.cluster, write):
        assert "killed" in pools.run("mcp_pause", state="paused")["msg"]
    pools.run("mcp_pause", state="paused")
    assert paused(pools) == dict.fromkeys(OWNERS, True)
    assert ledger(pools) == {name: (before, True) for name, before in OWNERS.items()}
    pools.run("mcp_pause", state="resumed")
    assert (paused(pools), ledger(pools)) == (OWNERS, {})


@pytest.mark.parametrize("write", range(1, 6))
def test_killed_at_any_write_of_pausing_it_can_be_taken_back(pools, write):
    with killed_before_write(pools.cluster, write):
        assert "killed" in pools.run("mcp_pause", state="paused")["msg"]
    pools.run("mcp_pause", state="resumed")
    assert (paused(pools), ledger(pools)) == (OWNERS, {})


@pytest.mark.parametrize("write", range(1, 5))
def test_killed_at_any_write_of_resuming_the_next_run_completes_it(pools, write):
    pools.run("mcp_pause", state="paused")
    with killed_before_write(pools.cluster, write):
        assert "killed" in pools.run("mcp_pause", state="resumed")["msg"]
    pools.run("mcp_pause", state="resumed")
    assert (paused(pools), ledger(pools)) == (OWNERS, {})


def test_names_limit_it(pools):
    result = pools.run("mcp_pause", state="paused", names=["worker"])
    assert rows(result) == {"worker": (True, False, True)}
    assert paused(pools) == {**OWNERS, "worker": True}
    pools.run("mcp_pause", state="paused")
    pools.run("mcp_pause", state="resumed", names=["master"])
    assert paused(pools) == {**dict.fromkeys(OWNERS, True), "master": False}


def test_unknown_names_are_refused_before_anything_is_written(pools):
    result = pools.run("mcp_pause", state="paused", names=["worker", "gpu"])
    assert "this cluster has infra, master, storage, worker" in result["msg"]
    assert pools.cluster.writes == []


def test_what_somebody_else_has_resumed_is_left_to_him(pools):
    pools.run("mcp_pause", state="paused")
    pools.cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"paused": False}})
    result = pools.run("mcp_pause", state="resumed")
    assert result["resumed"] == ["master", "storage"]
    assert (paused(pools), ledger(pools)) == (OWNERS, {})


def test_a_pool_that_its_owner_has_resumed_meanwhile_is_paused_and_resumed(pools):
    pools.run("mcp_pause", state="paused")
    pools.cluster.change(MACHINE_CONFIG_POOL, "infra", {"spec": {"paused": False}})
    assert rows(pools.run("mcp_pause", state="paused"))["infra"] == (True, False, True)
    pools.run("mcp_pause", state="resumed")
    assert paused(pools)["infra"] is False


def test_a_pool_that_has_been_deleted_meanwhile_is_reported(pools):
    pools.run("mcp_pause", state="paused")
    pools.cluster.remove(MACHINE_CONFIG_POOL, "storage")
    pools.run("mcp_pause", state="resumed")
    assert (paused(pools), ledger(pools)) == ({name: p for name, p in OWNERS.items() if name != "storage"}, {})


def test_one_pool_that_cannot_be_resumed_does_not_keep_the_others(pools):
    pools.run("mcp_pause", state="paused")
    pools.cluster.fail(Rejected(tried="patch master", seen="HTTP 422"), verb="merge", name="master")
    result = pools.run("mcp_pause", state="resumed")
    assert "give back 1 of 4 things" in result["msg"]
    assert result["changed"] is True
    assert paused(pools) == {**OWNERS, "master": True}
    assert list(ledger(pools)) == ["master"]
    assert [row["name"] for row in result["loans"]] == ["master"]


def test_resuming_outlasts_the_api(pools):
    pools.run("mcp_pause", state="paused")
    away = ClusterUnreachable(tried="reach the API", seen="connection refused")
    pools.cluster.fail(away, verb="merge", kind=MACHINE_CONFIG_POOL, times=40)
    result = pools.run("mcp_pause", state="resumed")
    assert paused(pools) == OWNERS
    assert [row["seen"] for row in result["api_outages"]] == ["connection refused"]


def test_pools_in_the_middle_of_an_update_are_named(bench):
    bench.cluster = cluster_at("rolling")
    assert bench.run("mcp_pause", state="paused")["updating"] == ["worker"]


def test_a_field_that_was_not_set_is_not_set_afterwards(bench):
    body = objects.pool("worker", machines=2)
    del body["spec"]["paused"]
    bench.cluster = FakeCluster((MACHINE_CONFIG_POOL, body))
    assert rows(bench.run("mcp_pause", state="paused")) == {"worker": (True, False, True)}
    bench.run("mcp_pause", state="resumed")
    assert paused(bench) == {"worker": None}


def test_rights_are_asked_for_before_the_first_write(pools):
    pools.cluster.denied = {"patch machineconfigpools.machineconfiguration.openshift.io"}
    result = pools.run("mcp_pause", state="paused")
    assert result["missing_rights"] == ["patch machineconfigpools.machineconfiguration.openshift.io"]
    assert pools.cluster.writes == []


def test_law_16_a_ledger_that_cannot_be_understood_stops_everything(pools):
    body = {"metadata": {"name": "migration-loans", "namespace": "ovn-migration"}, "data": {"x": "{"}}
    pools.cluster.put(CONFIG_MAP, body)
    for state in ("paused", "resumed"):
        assert "configmap ovn-migration/migration-loans" in pools.run("mcp_pause", state=state)["msg"]
    assert pools.cluster.writes == []
