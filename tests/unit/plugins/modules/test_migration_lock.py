# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import LEASE
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

KEY = (LEASE, "ovn-migration", "migration")


def test_held_refused_and_given_back(bench):
    ours = bench.run("migration_lock")
    assert re.fullmatch(r"\S+@\S+/[0-9a-f]{8}", ours["holder"])
    assert (ours["changed"], ours["lock"]["holder"]) == (True, ours["holder"])
    second = bench.run("migration_lock", holder="b")
    assert second["failed"] is True
    assert f"{ours['holder']} has it since 2026-01-01T00:00:00Z" in second["msg"]
    assert "take_over" in second["remedy"]
    assert bench.run("migration_journal")["lock"]["holder"] == ours["holder"]
    assert bench.run("migration_lock", state="released", holder="b")["changed"] is False
    assert bench.run("migration_lock", state="released", holder=ours["holder"])["changed"] is True
    assert bench.run("migration_journal")["lock"]["holder"] is None
    assert bench.run("migration_lock", holder="b")["changed"] is True


def test_run_again_by_its_own_name_it_renews_without_a_change(bench):
    first = bench.run("migration_lock", holder="a")
    bench.cluster.server_seconds = lambda: 60.0
    again = bench.run("migration_lock", lock_holder="a")
    assert (first["changed"], again["changed"]) == (True, False)
    assert again["lock"]["renewed_at"] == "2026-01-01T00:01:00Z"


def test_taken_over_by_word(bench):
    bench.run("migration_lock", holder="a")
    result = bench.run("migration_lock", holder="b", take_over=True)
    assert (result["taken_from"], result["changed"]) == ("a", True)


def test_diff_and_check_mode(bench):
    result = bench.run("migration_lock", check=True, holder="a")
    assert (result["changed"], result["lock"]) == (True, None)
    assert result["diff"][0]["after"] == {"holder": "a"}
    assert bench.cluster.writes == []


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"state": "released"}, "holder is missing"),
        ({"lease_seconds": 0}, "lease_seconds is 0, which is not from 1 to 86400"),
    ],
)
def test_options_that_make_no_sense(bench, options, wrong):
    assert wrong in bench.run("migration_lock", **options)["msg"]
    assert bench.cluster.writes == []


def waiting(bench, **options):
    """A module that waits for three minutes, in vain."""
    return bench.run("mcp_wait", network_type="OVNKubernetes", wait_timeout=180, **options)


def held_by(bench, holder):
    bench.cluster = cluster_at("rolling")
    bench.cluster.server_seconds = bench.clock.monotonic
    bench.run("migration_lock", holder=holder)


def test_a_module_renews_while_it_waits(bench):
    held_by(bench, "a")
    result = waiting(bench, lock_holder="a")
    assert "not within 180 s" in result["msg"]
    assert bench.cluster.objects[KEY]["spec"]["renewTime"] >= "2026-01-01T00:02:00"
    assert {call.kind for call in bench.cluster.made("replace")} == {LEASE}


def test_a_module_that_is_not_the_holder_does_not_begin(bench):
    held_by(bench, "b")
    reads = len(bench.cluster.calls)
    result = waiting(bench, lock_holder="a")
    assert "go on as a" in result["msg"] and "b has it" in result["msg"]
    assert bench.cluster.made("list")[reads:] == []
    assert bench.clock.slept == []


def test_a_module_ends_when_somebody_takes_the_lease(bench):
    held_by(bench, "a")

    def take() -> None:
        lease = bench.cluster.objects[KEY]
        spec = {**lease["spec"], "holderIdentity": "b"}
        bench.cluster.put(
            LEASE,
            {"metadata": {**lease["metadata"], "namespace": "ovn-migration", "resourceVersion": "99"}, "spec": spec},
        )

    bench.clock.at(50, take)
    result = waiting(bench, lock_holder="a")
    assert "b has it" in result["msg"] and "must not go on" in result["remedy"]
    assert bench.clock.now < 90
    assert bench.cluster.objects[KEY]["spec"]["holderIdentity"] == "b"


def test_law_17_in_check_mode_nobody_asks_for_the_lease(bench):
    held_by(bench, "b")
    asked = len(bench.cluster.made("get", LEASE))
    assert "failed" not in waiting(bench, check=True, lock_holder="a")
    assert len(bench.cluster.made("get", LEASE)) == asked


def test_without_a_holder_nobody_asks_for_the_lease(bench):
    bench.cluster = cluster_at("rolling")
    waiting(bench)
    assert bench.cluster.made("get", LEASE) == []


def test_the_modules_of_a_run_keep_its_history(bench):
    held_by(bench, "a")
    for phase in ("prepare", "prepare", "switch"):
        bench.run("cno_migration_info", lock_holder="a", run_phase=phase)
    released = bench.run("migration_lock", state="released", holder="a", phase_event="failed", run_phase="switch")
    assert [(row["phase"], row["state"]) for row in released["phases"]] == [
        ("prepare", "finished"),
        ("switch", "failed"),
    ]
    assert released["lock"]["phase"] is None
    events = bench.run("migration_journal")["events"]
    assert [event["event"] for event in events] == ["begun", "finished", "begun", "failed"]


def test_without_a_phase_the_last_one_goes_on(bench):
    held_by(bench, "a")
    bench.run("cno_migration_info", lock_holder="a", run_phase="prepare")
    assert bench.run("cno_migration_info", lock_holder="a")["lock"]["phase"] == "prepare"
    assert len(bench.run("migration_journal")["events"]) == 1


def test_who_is_refused_hears_which_phase_the_other_is_in(bench):
    held_by(bench, "a")
    bench.run("cno_migration_info", lock_holder="a", run_phase="reboot")
    refused = bench.run("migration_lock", holder="b")
    assert (refused["failed"], refused["lock"]["phase"]) == (True, "reboot")
    assert "a has it" in refused["msg"]


def test_without_the_lock_a_phase_is_not_recorded(bench):
    held_by(bench, "b")
    assert bench.run("cno_migration_info", lock_holder="a", run_phase="prepare")["failed"] is True
    bench.run("cno_migration_info", run_phase="prepare")
    bench.run("cno_migration_info", lock_holder="b", run_phase="prepare", check=True)
    assert bench.run("migration_journal")["events"] == []


def test_a_module_that_fails_does_not_end_its_phase(bench):
    """Whether that ends the run is for the playbook to say."""
    held_by(bench, "a")
    assert waiting(bench, lock_holder="a", run_phase="prepare")["failed"] is True
    assert [event["event"] for event in bench.run("migration_journal")["events"]] == ["begun"]
