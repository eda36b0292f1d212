# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import CONFIG_MAP, LEASE, NAMESPACE
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

OUTAGE = {"since": "2026-01-01T00:00:30Z", "seconds": 12.5, "seen": "connection refused"}


@pytest.fixture
def journal(bench):
    """Record, at the given second of the API server's clock."""

    def journal(seconds=0.0, **options):
        bench.cluster.server_seconds = lambda: float(seconds)
        return bench.run("migration_journal", **options)

    return journal


def at(bench, step, **given):
    """The cluster at another step of the migration, with what is kept in ours."""
    former = bench.cluster.objects
    bench.cluster = cluster_at(step, **given)
    bench.cluster.objects.update({key: body for key, body in former.items() if key[2] == "migration-history"})


def test_nothing_is_recorded_yet(journal, bench):
    result = journal()
    assert (result["events"], result["phases"], result["elapsed_seconds"], result["target"]) == ([], [], None, None)
    assert (result["changed"], bench.cluster.writes) == (False, [])


def test_a_phase_with_an_outage(journal, bench):
    assert journal(0, phase="reboot", event="begun")["phases"][0]["state"] == "running"
    result = journal(90, phase="reboot", event="finished", api_outages=[OUTAGE])
    assert result["changed"] is True
    assert result["phases"] == [
        {
            "phase": "reboot",
            "state": "finished",
            "begun_at": "2026-01-01T00:00:00Z",
            "finished_at": "2026-01-01T00:01:30Z",
            "seconds": 90.0,
            "attempts": 1,
            "outages": [OUTAGE],
        }
    ]
    assert (result["elapsed_seconds"], result["outage_seconds"]) == (90.0, 12.5)
    assert journal(500)["elapsed_seconds"] == 90.0
    assert {call.kind for call in bench.cluster.writes} == {NAMESPACE, CONFIG_MAP}


def test_a_run_that_continues_passes_by_what_is_done(journal, bench):
    at(bench, "applied")
    journal(0, phase="prepare", event="begun")
    journal(5, phase="prepare", event="finished")
    journal(6, phase="reboot", event="begun")
    written = len(bench.cluster.writes)
    for event in ("begun", "finished"):
        assert journal(50, phase="prepare", event=event)["changed"] is False
    assert len(bench.cluster.writes) == written
    assert journal(60, phase="reboot", event="begun")["phases"][1]["attempts"] == 2


def test_a_run_on_a_cluster_that_is_done_writes_nothing(journal, bench):
    at(bench, "finished")
    journal(0, phase="cleanup", event="begun")
    journal(5, phase="cleanup", event="finished")
    written = len(bench.cluster.writes)
    for event in ("begun", "finished"):
        assert journal(50, phase="cleanup", event=event)["changed"] is False
    assert len(bench.cluster.writes) == written


def test_after_an_abort_the_next_migration_begins(journal, bench):
    at(bench, "prepared")
    journal(0, phase="prepare", event="begun")
    journal(5, phase="prepare", event="finished")
    at(bench, "not_started")
    result = journal(3600, phase="prepare", event="begun")
    assert [event["migration"] for event in result["events"]] == [1, 1, 2]
    assert (result["phases"][0]["begun_at"], result["phases"][0]["attempts"]) == ("2026-01-01T01:00:00Z", 1)


def test_the_way_back_is_another_migration(journal, bench):
    at(bench, "finished")
    journal(0, phase="cleanup", event="finished")
    result = journal(3600, phase="prepare", event="begun", target="OpenShiftSDN")
    assert (result["target"], [row["phase"] for row in result["phases"]]) == ("OpenShiftSDN", ["prepare"])


def test_who_had_the_lock_is_recorded(bench, journal):
    bench.run("migration_lock", holder="kni@bastion/1")
    result = journal(1, phase="prepare", event="begun", lock_holder="kni@bastion/1")
    assert result["events"][0]["by"] == "kni@bastion/1"


def test_law_17_check_mode_writes_nothing(bench, journal):
    result = journal(0, phase="prepare", event="begun", check=True)
    assert (result["changed"], result["events"]) == (True, [])
    assert result["diff"][0]["after"]["phase"] == "prepare"
    assert bench.cluster.writes == []


def test_law_16_a_history_that_cannot_be_understood_is_not_written_over(bench, journal):
    body = {"metadata": {"name": "migration-history", "namespace": "ovn-migration"}, "data": {"events": "{"}}
    bench.cluster.put(CONFIG_MAP, body)
    result = journal(0, phase="prepare", event="begun")
    assert "configmap ovn-migration/migration-history" in result["msg"]
    assert bench.cluster.writes == []


def test_a_phase_needs_an_event(journal):
    assert "parameters are required together" in journal(phase="prepare")["msg"]


def test_a_module_under_the_lock_adds_its_outages_to_the_phase_under_way(bench, journal):
    at(bench, "rolling")
    bench.cluster.server_seconds = bench.clock.monotonic
    bench.run("migration_lock", holder="a")
    bench.run("migration_journal", phase="prepare", event="begun", lock_holder="a")
    bench.clock.at(20, bench.cluster.go_down)
    bench.clock.at(50, bench.cluster.come_back)
    waited = bench.run("mcp_wait", network_type="OVNKubernetes", wait_timeout=90, lock_holder="a")
    assert len(waited["api_outages"]) == 1
    result = bench.run("migration_journal")
    assert result["phases"][0]["outages"] == waited["api_outages"]
    assert result["outage_seconds"] == waited["api_outages"][0]["seconds"] > 25


def test_without_a_lock_or_a_phase_nobody_records_outages(bench, journal):
    at(bench, "rolling")
    bench.run("migration_lock", holder="a")
    bench.cluster.go_down()
    bench.clock.after(10, bench.cluster.come_back)
    assert len(bench.run("mcp_wait", network_type="OVNKubernetes", wait_timeout=20)["api_outages"]) == 1
    assert bench.run("migration_journal")["events"] == []


def test_a_run_that_has_lost_the_lock_records_nothing_any_more(bench, journal):
    at(bench, "rolling")
    bench.cluster.server_seconds = bench.clock.monotonic
    bench.run("migration_lock", holder="a")
    bench.run("migration_journal", phase="prepare", event="begun", lock_holder="a")
    bench.clock.at(20, bench.cluster.go_down)
    bench.clock.at(30, bench.cluster.come_back)
    ours = {**bench.cluster.objects[(LEASE, "ovn-migration", "migration")]}
    ours["metadata"] = {**ours["metadata"], "resourceVersion": "1"}
    bench.cluster.put(LEASE, ours)
    theirs = {**ours, "metadata": {**ours["metadata"], "resourceVersion": "9"}}
    theirs["spec"] = {**ours["spec"], "holderIdentity": "b"}
    bench.clock.at(30, lambda: bench.cluster.put(LEASE, theirs))
    waited = bench.run("mcp_wait", network_type="OVNKubernetes", wait_timeout=90, lock_holder="a")
    assert "b has it" in waited["msg"] and len(waited["api_outages"]) == 1
    assert bench.run("migration_journal")["outages"] == []


def test_an_outage_that_does_not_end_is_no_second_failure(bench, journal):
    at(bench, "rolling")
    bench.run("migration_lock", holder="a")
    bench.run("migration_journal", phase="prepare", event="begun", lock_holder="a")
    bench.clock.after(5, bench.cluster.go_down)
    result = bench.run("mcp_wait", network_type="OVNKubernetes", api_outage_timeout=30, lock_holder="a")
    assert "connection refused" in result["msg"]
