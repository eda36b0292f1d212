# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One waiter for every wait: observe, judge, sleep, until the verdict holds or time is up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional, TypeVar

from ..._domain.errors import WaitFailed, WaitTimeout
from ..._domain.verdicts import Verdict
from .clock import Clock

T = TypeVar("T")

#: The first sleep; it doubles up to the interval, so that a quick answer is not waited for.
FIRST_SLEEP = 0.25


@dataclass(frozen=True)
class Wait:
    """What a wait has seen. ``story`` holds each different verdict with the seconds at which it was first seen."""

    verdict: Verdict
    waited_seconds: float = 0.0
    polls: int = 0
    story: tuple[tuple[float, Verdict], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.to_json(),
            "waited_seconds": round(self.waited_seconds, 1),
            "polls": self.polls,
            "story": [{"seconds": round(seconds, 1), **verdict.to_json()} for seconds, verdict in self.story],
        }


@dataclass(frozen=True)
class Waiter:
    """Waits as the options say.

    :param timeout: seconds until ``WaitTimeout``
    :param interval: seconds between two observations at most
    :param stable_for: seconds for which ``done`` must hold, seen at two observations at least
    :param failure_grace: seconds for which ``failed`` must persist before it ends the wait: a Degraded condition
        flashes at every conflict between operators (cluster-network-operator 4.14, operconfig_controller.go)
    :param once: observe once and return today's verdict (check mode)
    """

    clock: Clock
    timeout: float
    interval: float
    stable_for: float = 0.0
    failure_grace: float = 0.0
    once: bool = False

    def until(self, *, tried: str, observe: Callable[[], T], judge: Callable[[T], Verdict], remedy: str = "") -> Wait:
        """
        :param tried: completes "Could not …" in an error
        :raises WaitFailed: when ``judge`` said failed for as long as ``failure_grace``
        :raises WaitTimeout: when time was up
        """
        began = self.clock.monotonic()
        same_since: Optional[float] = None
        story: list[tuple[float, Verdict]] = []
        polls = 0
        pause = FIRST_SLEEP
        while True:
            verdict = judge(observe())
            now = self.clock.monotonic() - began
            polls += 1
            if not story or story[-1][1].state != verdict.state:
                same_since = now
                pause = min(pause, FIRST_SLEEP)
            if not story or story[-1][1] != verdict:
                story.append((now, verdict))
            wait = Wait(verdict=verdict, waited_seconds=now, polls=polls, story=tuple(story))
            if self.once:
                return wait
            held = now - (same_since or 0.0)
            if verdict.state == "done" and self._held(held, needed=self.stable_for):
                return wait
            if verdict.state == "failed" and self._held(held, needed=self.failure_grace):
                raise WaitFailed(tried=tried, verdict=verdict, seen=verdict.reason, remedy=remedy, facts=wait.to_json())
            if now >= self.timeout:
                seen = f"not within {self.timeout:.0f} s; last seen: {verdict.reason}"
                raise WaitTimeout(tried=tried, verdict=verdict, seen=seen, remedy=remedy, facts=wait.to_json())
            self.clock.sleep(max(min(pause, self.timeout - now), 0.01))
            pause = min(pause * 2, self.interval)

    @staticmethod
    def _held(held: float, *, needed: float) -> bool:
        return held >= needed
