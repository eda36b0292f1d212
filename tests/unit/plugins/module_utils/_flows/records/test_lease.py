# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import LEASE, NAMESPACE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    BeingDeleted,
    ClusterUnreachable,
    Conflict,
    MigrationError,
    Refused,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.lease import Lease
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records import lease as lock
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records.phases import enter
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock

US, THEM = "kni@bastion/00000001", "awx@pod/00000002"


def lease(holder, *, renewed="00:00:00", seconds=120, transitions=0, version="7"):
    return {
        "metadata": {"name": "migration", "namespace": "ovn-migration", "resourceVersion": version},
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": seconds,
            "acquireTime": "2026-01-01T00:00:00.000000Z",
            "renewTime": f"2026-01-01T{renewed}.000000Z",
            "leaseTransitions": transitions,
        },
    }


def cluster_at(seconds=0.0, *objects):
    cluster = FakeCluster(*((LEASE, body) for body in objects))
    cluster.server_seconds = lambda: seconds
    return cluster


def stored(cluster):
    return cluster.objects[(LEASE, "ovn-migration", "migration")]["spec"]


def hold(cluster, *, holder=US, seconds=120, take_over=False, write=True):
    return lock.hold(cluster, holder=holder, seconds=seconds, take_over=take_over, write=write)


def test_the_first_run_makes_the_lease():
    cluster = cluster_at(5)
    outcome = hold(cluster)
    assert (outcome.changed, outcome.facts["holder"], outcome.facts["taken_from"]) == (True, US, None)
    assert [(call.verb, call.kind) for call in cluster.writes] == [("create", NAMESPACE), ("create", LEASE)]
    assert stored(cluster) == {
        "holderIdentity": US,
        "leaseDurationSeconds": 120,
        "acquireTime": "2026-01-01T00:00:05.000000Z",
        "renewTime": "2026-01-01T00:00:05.000000Z",
        "leaseTransitions": 0,
    }


def test_a_second_run_is_refused_with_all_that_one_wants_to_know():
    cluster = cluster_at(60, lease(THEM, renewed="00:00:40"))
    with pytest.raises(Refused) as refused:
        hold(cluster)
    assert refused.value.seen == (
        f"{THEM} has it since 2026-01-01T00:00:00Z, renewed it last at 2026-01-01T00:00:40Z, "
        "and it will have expired at 2026-01-01T00:02:40Z (in 100 s)"
    )
    assert refused.value.facts["lock"]["holder"] == THEM
    assert cluster.writes == []


@pytest.mark.parametrize(
    ("now", "take_over", "taken"),
    [
        pytest.param(119, False, False, id="live"),
        pytest.param(119, True, True, id="live, taken over"),
        pytest.param(120, False, True, id="expired"),
    ],
)
def test_a_lease_is_taken_from_another_only_when_expired_or_by_word(now, take_over, taken):
    cluster = cluster_at(now, lease(THEM, transitions=3))
    if not taken:
        with pytest.raises(Refused):
            hold(cluster, take_over=take_over)
        return
    outcome = hold(cluster, take_over=take_over)
    assert (outcome.changed, outcome.facts["taken_from"]) == (True, THEM)
    assert THEM in outcome.warnings[0]
    assert (stored(cluster)["holderIdentity"], stored(cluster)["leaseTransitions"]) == (US, 4)


def test_a_lease_without_a_time_never_expires_by_itself():
    body = lease(THEM)
    del body["spec"]["renewTime"]
    with pytest.raises(Refused, match="without a time at which it expires"):
        hold(cluster_at(1e6, body))


def test_a_lease_that_was_given_back_is_free():
    cluster = cluster_at(10, lease(""))
    assert hold(cluster).facts["taken_from"] is None
    assert stored(cluster)["holderIdentity"] == US


def test_our_own_is_renewed_and_that_is_no_change():
    cluster = cluster_at(300, lease(US, transitions=2))
    outcome = hold(cluster, seconds=60)
    assert (outcome.changed, outcome.diffs) == (False, ())
    spec = stored(cluster)
    assert (spec["renewTime"], spec["leaseDurationSeconds"]) == ("2026-01-01T00:05:00.000000Z", 60)
    assert (spec["acquireTime"], spec["leaseTransitions"]) == ("2026-01-01T00:00:00.000000Z", 2)


def test_who_is_second_by_a_moment_looks_again_and_is_refused():
    cluster = cluster_at(0)
    cluster.before("create", LEASE, 1, lambda: cluster.put(LEASE, lease(THEM)))
    with pytest.raises(Refused, match=THEM):
        hold(cluster)


def test_who_replaces_an_expired_lease_second_is_refused_too():
    cluster = cluster_at(500, lease("dead@host/0"))
    cluster.before("replace", LEASE, 1, lambda: cluster.put(LEASE, lease(THEM, renewed="00:08:20", version="8")))
    with pytest.raises(Refused, match=THEM):
        hold(cluster)


def test_an_answer_that_was_lost_is_found_to_be_ours():
    cluster = cluster_at(0)
    cluster.before("create", LEASE, 1, lambda: cluster.put(LEASE, lease(US)))
    assert hold(cluster).facts["lock"]["holder"] == US


def test_writers_without_end_are_not_fought_without_end():
    cluster = cluster_at(500, lease("dead@host/0"))
    cluster.fail(Conflict(tried="replace", seen="HTTP 409"), verb="replace", kind=LEASE, times=None)
    with pytest.raises(Refused, match="5 times"):
        hold(cluster)


@pytest.mark.parametrize("there", [None, THEM, US])
def test_law_17_check_mode_only_looks(there):
    cluster = cluster_at(500, *([lease(there)] if there else []))
    outcome = hold(cluster, write=False)
    assert outcome.changed is False or there != US
    assert cluster.writes == []


def test_check_mode_is_refused_like_the_run_would_be():
    with pytest.raises(Refused, match=THEM):
        hold(cluster_at(1, lease(THEM)), write=False)


def test_law_16_a_lease_that_cannot_be_understood_is_not_free():
    body = lease(THEM)
    body["spec"]["renewTime"] = "yesterday"
    with pytest.raises(MigrationError, match="Could not understand lease ovn-migration/migration"):
        hold(cluster_at(0, body))


@pytest.mark.parametrize(
    ("there", "changed", "left"),
    [
        pytest.param(US, True, "", id="ours"),
        pytest.param(THEM, False, THEM, id="theirs"),
        pytest.param("", False, "", id="free"),
    ],
)
def test_only_ours_is_given_back(there, changed, left):
    cluster = cluster_at(1, lease(there))
    assert lock.release(cluster, holder=US, write=True).changed is changed
    assert stored(cluster)["holderIdentity"] == left
    assert len(cluster.writes) == int(changed)
    assert lock.release(cluster, holder=US, write=True).changed is False


def test_nothing_to_give_back():
    cluster = cluster_at(1)
    assert lock.release(cluster, holder=US, write=True).changed is False
    assert cluster.writes == []


def test_law_17_nothing_is_given_back_in_check_mode():
    cluster = cluster_at(1, lease(US))
    assert lock.release(cluster, holder=US, write=False).changed is True
    assert cluster.writes == []


def test_a_name_says_where_to_look_and_is_never_the_same_twice(monkeypatch):
    def nobody():
        raise KeyError("uid")

    assert lock.own_name() != lock.own_name()
    monkeypatch.setattr("getpass.getuser", nobody)
    assert lock.own_name().startswith("uid-")


def renewer(cluster, clock):
    cluster.server_seconds = clock.monotonic
    kept = lock.LeaseRenewer(cluster, clock=clock, holder=US)
    kept.begin(cluster)
    return kept


def renewals(cluster):
    return [call.body["spec"]["renewTime"][11:19] for call in cluster.made("replace", LEASE)]


def test_a_keeper_renews_each_third_of_the_duration_however_short_the_sleeps():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    for _turn in range(10):
        kept.sleep(10)
    assert renewals(cluster) == ["00:00:40", "00:01:20"]
    assert (clock.now, kept.monotonic(), kept.timestamp()) == (100, 100, clock.timestamp())


def test_a_keeper_renews_in_the_middle_of_a_long_sleep():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    renewer(cluster, clock).sleep(100)
    assert renewals(cluster) == ["00:00:40", "00:01:20"]
    assert clock.now == 100


def test_a_keeper_that_begins_late_renews_at_once():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock(now=500.0)
    renewer(cluster, clock)
    assert renewals(cluster) == ["00:08:20"]


@pytest.mark.parametrize("there", [THEM, ""])
def test_a_keeper_does_not_begin_without_the_lease(there):
    with pytest.raises(Refused, match=f"go on as {US}"):
        renewer(cluster_at(0, lease(there)), ScriptedClock())


OURS = {"metadata": {"name": "ovn-migration"}}
GOING = {"metadata": {"name": "ovn-migration", "deletionTimestamp": "2026-01-01T00:00:00Z"}}


def test_a_keeper_does_not_begin_when_there_is_no_lease():
    cluster = cluster_at(0)
    cluster.put(NAMESPACE, OURS)
    with pytest.raises(Refused, match="Take it first"):
        renewer(cluster, ScriptedClock())


def deleting(cluster):
    cluster.put(NAMESPACE, GOING)
    cluster.fail(BeingDeleted(tried="create it", seen="HTTP 403"), verb="create", times=None)
    return cluster


def test_while_its_namespace_is_being_deleted_a_run_goes_on_without_a_lease():
    """Between the switch and the last reboot it hangs until the nodes have rebooted."""
    cluster, clock = deleting(cluster_at(0)), ScriptedClock()
    taken = hold(cluster, holder=US, seconds=120, take_over=False, write=True)
    assert taken.facts["holder"] == US
    assert "nothing keeps another one away" in taken.warnings[0]
    kept = renewer(cluster, clock)
    enter(cluster, kept, "reboot")
    kept.sleep(600)
    assert not kept.lost


def test_a_lease_that_went_with_its_namespace_is_taken_again():
    cluster = cluster_at(0)
    assert renewer(cluster, ScriptedClock()).holder == US
    assert Lease.from_json(cluster.objects[LEASE, "ovn-migration", "migration"]).holder == US


def test_a_keeper_that_has_lost_the_lease_says_who_has_it_and_ends_the_run():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    clock.at(30, lambda: cluster.put(LEASE, lease(THEM, renewed="00:00:30", version="9")))
    with pytest.raises(Refused, match=THEM) as refused:
        kept.sleep(60)
    assert "must not go on" in refused.value.remedy
    assert clock.now == 40
    assert stored(cluster)["holderIdentity"] == THEM


def test_a_keeper_outlasts_the_api_and_an_expired_lease_that_nobody_took():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    clock.at(20, cluster.go_down)
    clock.at(300, cluster.come_back)
    for _turn in range(40):
        kept.sleep(10)
    assert clock.now == 400
    assert stored(cluster)["holderIdentity"] == US
    assert stored(cluster)["renewTime"] > "2026-01-01T00:06:00"


def test_a_keeper_finds_after_an_outage_that_somebody_took_it():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    clock.at(20, cluster.go_down)
    clock.at(200, lambda: cluster.put(LEASE, lease(THEM, renewed="00:03:20", version="9")))
    clock.at(300, cluster.come_back)
    with pytest.raises(Refused, match=THEM):
        kept.sleep(400)


def test_a_keeper_writes_over_a_touched_object_that_is_still_ours():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    clock.at(10, lambda: cluster.put(LEASE, lease(US, version="12")))
    kept.sleep(60)
    assert stored(cluster)["renewTime"] == "2026-01-01T00:00:40.000000Z"


def test_a_lease_deleted_under_a_run_is_made_again():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    clock.at(10, lambda: cluster.remove(LEASE, "migration", namespace="ovn-migration"))
    kept.sleep(60)
    assert stored(cluster)["holderIdentity"] == US


def test_a_renewal_that_fails_is_tried_again_soon():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = renewer(cluster, clock)
    cluster.fail(ClusterUnreachable(tried="replace", seen="HTTP 503"), verb="replace", kind=LEASE)
    kept.sleep(60)
    assert renewals(cluster) == ["00:00:40", "00:00:45"]


def test_a_module_whose_playbook_was_killed_gives_the_lease_back_and_ends():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    cluster.server_seconds = clock.monotonic
    kept = lock.LeaseRenewer(cluster, clock=clock, holder=US, orphaned=lambda: clock.now >= 25)
    kept.begin(cluster)
    kept.sleep(20)
    with pytest.raises(Refused, match="has ended"):
        kept.sleep(10)
    assert clock.now == 30
    assert stored(cluster)["holderIdentity"] == ""


def test_a_module_whose_playbook_was_killed_ends_while_the_api_is_away_too():
    cluster, clock = cluster_at(0, lease(US)), ScriptedClock()
    kept = lock.LeaseRenewer(cluster, clock=clock, holder=US, orphaned=lambda: True)
    cluster.go_down()
    with pytest.raises(Refused, match="has ended"):
        kept.sleep(10)


def test_a_module_whose_playbook_was_killed_does_not_give_back_what_another_has():
    cluster = cluster_at(0, lease(THEM))
    kept = lock.LeaseRenewer(cluster, clock=ScriptedClock(), holder=US, orphaned=lambda: True)
    with pytest.raises(Refused, match="has ended"):
        kept.sleep(10)
    assert stored(cluster)["holderIdentity"] == THEM
