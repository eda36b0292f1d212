# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import WaitFailed, WaitTimeout
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import done, failed, pending
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock


class Subject:
    """What is observed: a verdict that the clock changes."""

    def __init__(self, clock, verdict):
        self.clock = clock
        self.verdict = verdict

    def becomes(self, verdict, *, at):
        self.clock.at(at, lambda: setattr(self, "verdict", verdict))


def wait(clock, subject, **options):
    waiter = Waiter(**{"clock": clock, "timeout": 100.0, "interval": 10.0, **options})
    return waiter.until(tried="see it", observe=lambda: subject.verdict, judge=lambda seen: seen, remedy="Mend it.")


def test_done_at_once_neither_sleeps_nor_looks_twice():
    clock = ScriptedClock()
    seen = wait(clock, Subject(clock, done("fine")))
    assert (seen.polls, clock.slept) == (1, [])


def test_the_first_looks_follow_quickly_and_no_sleep_is_longer_than_the_interval():
    clock = ScriptedClock()
    subject = Subject(clock, pending("not yet"))
    subject.becomes(done("fine"), at=60)
    wait(clock, subject)
    assert clock.slept[:4] == [0.25, 0.5, 1, 2]
    assert max(clock.slept) == 10


def test_time_up_is_an_error_with_the_last_verdict_and_ends_on_time():
    clock = ScriptedClock(limit=100)
    with pytest.raises(
        WaitTimeout, match=r"Could not see it: not within 100 s; last seen: not yet\. Mend it\."
    ) as caught:
        wait(clock, Subject(clock, pending("not yet")))
    assert clock.now == 100
    assert caught.value.facts["waited_seconds"] == 100
    assert caught.value.facts["verdict"] == {"state": "pending", "reason": "not yet"}


def test_a_timeout_of_nothing_looks_once():
    clock = ScriptedClock()
    with pytest.raises(WaitTimeout):
        wait(clock, Subject(clock, pending("not yet")), timeout=0.0)
    assert clock.slept == []


def test_failed_ends_the_wait_at_once_without_a_grace():
    clock = ScriptedClock()
    with pytest.raises(WaitFailed, match="broken"):
        wait(clock, Subject(clock, failed("broken")))
    assert clock.slept == []


def test_a_short_failure_is_forgiven_and_a_lasting_one_is_not():
    clock = ScriptedClock()
    subject = Subject(clock, failed("flash"))
    subject.becomes(pending("better"), at=10)
    subject.becomes(failed("broken"), at=30)
    with pytest.raises(WaitFailed, match="broken"):
        wait(clock, subject, failure_grace=20.0)
    assert clock.now >= 50


def test_done_has_to_hold():
    clock = ScriptedClock()
    subject = Subject(clock, done("fine"))
    subject.becomes(pending("worse"), at=20)
    subject.becomes(done("fine again"), at=30)
    seen = wait(clock, subject, stable_for=30.0)
    assert seen.waited_seconds >= 60
    assert seen.polls >= 2


def test_check_mode_looks_once_whatever_it_sees():
    clock = ScriptedClock()
    assert wait(clock, Subject(clock, failed("broken")), once=True).verdict == failed("broken")
    assert clock.slept == []


def test_the_story_holds_each_different_verdict_once():
    clock = ScriptedClock()
    subject = Subject(clock, pending("one"))
    subject.becomes(pending("two"), at=20)
    subject.becomes(done("three"), at=40)
    told = wait(clock, subject).to_json()["story"]
    assert [entry["reason"] for entry in told] == ["one", "two", "three"]
    assert told[0]["seconds"] == 0
    assert told[1]["seconds"] >= 20
