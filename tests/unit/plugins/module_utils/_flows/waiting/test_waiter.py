# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import WaitFailed, WaitTimeout
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import done, failed, pending
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock


class Script:
    """Verdicts by time: the last one whose time has come."""

    def __init__(self, *steps, **waiter):
        self.clock = ScriptedClock()
        self.steps = steps
        self.waiter = Waiter(clock=self.clock, **{"timeout": 600.0, "interval": 10.0, **waiter})

    def wait(self, **given):
        return self.waiter.until(tried="see it happen", observe=self.clock.monotonic, judge=self.judge, **given)

    def judge(self, now):
        return [verdict for since, verdict in self.steps if since <= now][-1]


def test_done_at_once_costs_one_look():
    script = Script((0, done("there")))
    wait = script.wait()
    assert (wait.verdict, wait.polls, wait.waited_seconds) == (done("there"), 1, 0.0)
    assert script.clock.slept == []


def test_the_pause_grows_to_the_interval():
    script = Script((0, pending("not yet")), (60, done("there")))
    script.wait()
    assert script.clock.slept[:8] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_the_pause_is_short_again_when_the_state_changes():
    script = Script((0, pending("not yet")), (60, done("there")), stable_for=5)
    wait = script.wait()
    assert script.clock.slept[-5:-1] == [0.25, 0.5, 1.0, 2.0]
    assert wait.waited_seconds >= 65


def test_stable_for_starts_again_after_a_relapse():
    script = Script((0, done("up")), (20, pending("down")), (40, done("up")), stable_for=30)
    wait = script.wait()
    assert wait.waited_seconds >= 70
    assert [verdict.state for _at, verdict in wait.story] == ["done", "pending", "done"]


def test_stable_for_takes_two_looks_at_least():
    assert Script((0, done("there")), stable_for=0.1).wait().polls == 2


def test_law_08_a_failure_must_persist():
    script = Script((0, failed("conflict")), (20, pending("better")), (30, done("there")), failure_grace=60)
    assert script.wait().verdict == done("there")


def test_law_08_a_failure_that_persists_ends_the_wait():
    script = Script((0, pending("not yet")), (20, failed("broken")), failure_grace=60)
    with pytest.raises(WaitFailed) as ended:
        script.wait(remedy="Mend it.")
    assert ended.value.verdict == failed("broken")
    assert ended.value.message == "Could not see it happen: broken. Mend it."
    assert 80 <= script.clock.now < 100


def test_without_grace_a_failure_ends_the_wait_at_once():
    script = Script((0, failed("broken")))
    with pytest.raises(WaitFailed):
        script.wait()
    assert script.clock.slept == []


def test_another_failure_is_still_the_same_failure():
    script = Script((0, failed("a")), (30, failed("b")), failure_grace=60)
    with pytest.raises(WaitFailed):
        script.wait()
    assert script.clock.now < 75


def test_the_timeout_is_kept_to_the_second():
    script = Script((0, pending("w0 is not Ready")), timeout=33)
    with pytest.raises(WaitTimeout) as ended:
        script.wait(remedy="Look at it.")
    assert script.clock.now == 33
    assert "not within 33 s; last seen: w0 is not Ready" in ended.value.message
    assert ended.value.facts["waited_seconds"] == 33
    assert ended.value.facts["verdict"] == {"state": "pending", "reason": "w0 is not Ready"}
    assert ended.value.facts["polls"] == len(script.clock.slept) + 1


def test_done_but_not_for_long_enough_is_a_timeout():
    script = Script((0, pending("no")), (25, done("there")), timeout=30, stable_for=60)
    with pytest.raises(WaitTimeout):
        script.wait()


def test_a_timeout_of_nothing_still_looks_once():
    script = Script((0, done("there")), timeout=0)
    assert script.wait().polls == 1


def test_an_interval_of_nothing_is_no_busy_loop():
    script = Script((0, pending("no")), (1, done("there")), interval=0)
    script.wait()
    assert min(script.clock.slept) >= 0.01


@pytest.mark.parametrize("verdict", [done("a"), pending("b"), failed("c")])
def test_once_looks_once_whatever_it_sees(verdict):
    script = Script((0, verdict), once=True, stable_for=60)
    assert script.wait().verdict == verdict
    assert script.clock.slept == []


def test_the_story_tells_each_different_verdict_once():
    script = Script((0, pending("a")), (10, pending("b")), (50, done("c")))
    story = script.wait().to_json()["story"]
    assert [(row["state"], row["reason"]) for row in story] == [("pending", "a"), ("pending", "b"), ("done", "c")]
    assert story[0]["seconds"] == 0
    assert 10 <= story[1]["seconds"] <= 20
