# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    LEASE,
    NAMESPACE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Conflict,
    MigrationError,
    Refused,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records import history, lease, phases
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

US, THEM = "kni@bastion/00000001", "awx@pod/00000002"


@pytest.fixture
def cluster():
    cluster = cluster_at("applied")
    cluster.server_seconds = lambda: 0.0
    hold(cluster)
    return cluster


def hold(cluster, *, holder=US, target="OVNKubernetes", take_over=False):
    lease.hold(cluster, holder=holder, seconds=120, take_over=take_over, write=True, target=target)


def work(cluster, phase, *, holder=US):
    """What a module does first that is told its phase."""
    renewer = lease.LeaseRenewer(cluster, clock=ScriptedClock(), holder=holder)
    renewer.begin(cluster)
    phases.enter(cluster, renewer, phase)


def told(cluster):
    return [(event.phase, event.event) for event in history.read(cluster).events]


def noted(cluster):
    """The phase that the Lease names."""
    found = lease.read_state(cluster).lease
    assert found is not None
    return found.phase


def test_the_first_module_of_a_phase_begins_it_and_ends_the_one_before(cluster):
    for phase in ("prepare", "prepare", "switch", "switch", "", "reboot"):
        work(cluster, phase)
    assert told(cluster) == [
        ("prepare", "begun"),
        ("prepare", "finished"),
        ("switch", "begun"),
        ("switch", "finished"),
        ("reboot", "begun"),
    ]
    assert {event.by for event in history.read(cluster).events} == {US}


def test_within_a_phase_the_history_is_neither_read_nor_written(cluster):
    work(cluster, "prepare")
    calls = len(cluster.calls)
    work(cluster, "prepare")
    assert [call.kind for call in cluster.calls[calls:] if call.verb != "now"] == [LEASE]


def test_one_write_turns_from_one_phase_to_the_next(cluster):
    work(cluster, "prepare")
    calls = len(cluster.calls)
    work(cluster, "switch")
    asked = [(call.verb, call.kind) for call in cluster.calls[calls:] if call.verb != "now"]
    assert asked == [("get", LEASE), ("get", CONFIG_MAP), ("merge", CONFIG_MAP), ("replace", LEASE)]


def test_a_lease_that_went_meanwhile_is_not_written_over(cluster):
    renewer = lease.LeaseRenewer(cluster, clock=ScriptedClock(), holder=US)
    renewer.begin(cluster)
    cluster.remove(LEASE, "migration", namespace="ovn-migration")
    cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    with pytest.raises(Refused, match="nobody has it"):
        renewer.go_on_to("prepare", cluster)
    assert renewer.lost


@pytest.mark.parametrize("event", ["finished", "failed"])
def test_with_the_lock_the_last_phase_is_given_up(cluster, event):
    work(cluster, "prepare")
    left = phases.leave(cluster, lease.read_state(cluster), holder=US, event=event, write=True)
    assert [(row["phase"], row["state"]) for row in left["phases"]] == [("prepare", event)]
    lease.release(cluster, holder=US, write=True)
    hold(cluster)
    assert noted(cluster) == ""


def test_nobody_ends_the_phase_of_another(cluster):
    work(cluster, "prepare")
    hold(cluster, holder=THEM, take_over=True)
    phases.leave(cluster, lease.read_state(cluster), holder=US, event="failed", write=True)
    assert told(cluster) == [("prepare", "begun")]


def test_who_takes_over_begins_the_phase_anew(cluster):
    work(cluster, "prepare")
    hold(cluster, holder=THEM, take_over=True)
    work(cluster, "prepare", holder=THEM)
    assert told(cluster) == [("prepare", "begun"), ("prepare", "begun")]


def test_between_two_phases_there_is_nothing_to_end(cluster):
    work(cluster, "prepare")
    work(cluster, "")
    phases.leave(cluster, lease.read_state(cluster), holder=US, event="failed", write=True)
    assert told(cluster)[-1] == ("prepare", "finished")


def test_a_finished_phase_that_is_run_again_can_still_fail(cluster):
    work(cluster, "verify")
    work(cluster, "")
    work(cluster, "verify")
    assert told(cluster)[-1] == ("verify", "finished")
    phases.leave(cluster, lease.read_state(cluster), holder=US, event="failed", write=True)
    assert told(cluster)[-1] == ("verify", "failed")


def test_the_target_of_the_lock_is_that_of_the_phases(cluster):
    hold(cluster, target="OpenShiftSDN")
    work(cluster, "prepare")
    assert history.read(cluster).target == "OpenShiftSDN"


def test_a_run_that_ends_between_the_two_writes_has_lost_nothing(cluster):
    """The history has the phase already, the Lease has not."""
    work(cluster, "prepare")
    cluster.fail(ClusterUnreachable(tried="replace", seen="HTTP 503"), verb="replace", kind=LEASE)
    with pytest.raises(MigrationError):
        work(cluster, "switch")
    before = told(cluster)
    assert before == [("prepare", "begun"), ("prepare", "finished"), ("switch", "begun")]
    phases.leave(cluster, lease.read_state(cluster), holder=US, event="failed", write=True)
    assert told(cluster) == [*before, ("switch", "failed")]


def test_begun_once_although_the_first_try_broke_off_there(cluster):
    cluster.fail(ClusterUnreachable(tried="replace", seen="HTTP 503"), verb="replace", kind=LEASE)
    with pytest.raises(MigrationError):
        work(cluster, "prepare")
    work(cluster, "prepare")
    assert told(cluster) == [("prepare", "begun")]


def test_who_has_lost_the_lease_meanwhile_does_not_go_on(cluster):
    renewer = lease.LeaseRenewer(cluster, clock=ScriptedClock(), holder=US)
    renewer.begin(cluster)
    hold(cluster, holder=THEM, take_over=True)
    with pytest.raises(Refused, match=THEM):
        renewer.go_on_to("prepare", cluster)
    assert renewer.lost


def test_an_object_that_was_touched_is_read_again(cluster):
    cluster.fail(Conflict(tried="replace", seen="HTTP 409"), verb="replace", kind=LEASE)
    work(cluster, "prepare")
    assert noted(cluster) == "prepare"


def test_law_17_check_mode_writes_nothing(cluster):
    work(cluster, "prepare")
    written = len(cluster.writes)
    phases.leave(cluster, lease.read_state(cluster), holder=US, event="failed", write=False)
    assert len(cluster.writes) == written
