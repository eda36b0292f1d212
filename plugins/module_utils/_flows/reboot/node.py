# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One node while it reboots: when it is to be asked, what it answered, and what it has proven."""

from __future__ import annotations

from dataclasses import dataclass

from ..._domain.nodes import Node
from ..._domain.reboot.plan import Evidence, Request, Result, Target, Way, overdue_reason, reboot_verdict

#: Seconds between two attempts to give a node the command.
RETRY_EVERY = 3.0
#: Seconds from when a node should have gone down until one that still reports from the old boot is asked again: the
#: command may have been lost in a broken stream, or been without effect. Stopping services takes a minute, and the API
#: shows a node that is down as Ready for 40 s (node-monitor-grace-period).
GOING_DOWN_FOR = 120.0
#: What a control-plane node takes longer: its API server goes on serving (shutdown-delay-duration,
#: cluster-kube-apiserver-operator 4.14, pkg/operator/configobservation/apiserver).
CONTROL_PLANE_LONGER = 70.0
#: Some proxies cut every stream. After so many attempts the boot id in the API has to do.
INSIST_AFTER = 3


@dataclass(frozen=True)
class Timestamp:
    """``monotonic`` are seconds of the monotonic clock, ``rfc3339`` is the same moment as people read it."""

    monotonic: float
    rfc3339: str


@dataclass
class NodeReboot:
    """
    :param began: seconds of the monotonic clock
    :param timeout: seconds from the command, and its delay, to Ready; and for the command to be taken
    :param delay: seconds between the command and the node going down
    """

    target: Target
    began: float
    timeout: float
    delay: float
    evidence: Evidence | None = None
    attempts: int = 0
    refusal: str = "it was not asked yet"
    #: the command may have had an effect
    reached: bool = False
    _tried: float | None = None
    told: int = 0
    #: seconds from when it was to go down until it was seen to be down
    went_down_after: float | None = None
    _sent: Timestamp | None = None
    _way: Way | None = None
    _told_elsewhere: bool = False
    _closed: bool = False
    _idle: bool = False
    _up: bool = False
    _down_at: str | None = None

    @property
    def ours(self) -> bool:
        """Whether we have commanded the node. One that reported an error, and rebooted all the same, counts too."""
        rebooted = self.evidence is not None and self.evidence.result == "rebooted"
        return self._sent is not None or (self.reached and rebooted)

    @property
    def perhaps_down(self) -> bool:
        """Whether a node that has failed may be down, or go down any moment: all but one that is up and was told
        nothing."""
        return self.reached or not self._up

    @property
    def insists(self) -> bool:
        return self.attempts >= INSIST_AFTER

    def observe(self, node: Node | None, at: Timestamp, *, hint: str = "") -> None:
        """Take in what the API says of the node now; ``evidence`` is there when there is nothing more to wait for.

        :param hint: what to add to the last known state of a node that has failed
        """
        self._up = node is not None and not node.silent and node.boot_id == self.target.boot_id_before
        verdict = reboot_verdict(self.target, node)
        if verdict.state == "done":
            self.evidence = self._proof(node, at)
            return
        if self._sent and self._down_at is None and (node is None or node.silent or self._elsewhere(node)):
            self._down_at = at.rfc3339
            self.went_down_after = at.monotonic - self._sent.monotonic - self.delay
        if self.overdue(at.monotonic) or self._hopeless(node):
            ordered = self._sent is not None
            detail = overdue_reason(self.target, node, ordered=ordered, refusal=self.refusal, attempts=self.attempts)
            self.evidence = self._evidence("failed", f"{detail}{hint}", node)

    def overdue(self, now: float) -> bool:
        return now >= self._deadline

    def should_request(self, node: Node, *, now: float, patience: float) -> bool:
        """Whether to give the command now: at first, after a refusal, and when it seems to have been lost.

        :param patience: seconds that it may take to go down
        """
        if self.target.under_way or self._told_elsewhere or self._closed or self._elsewhere(node):
            return False
        if self._tried is None:
            return True
        if self._sent is None:
            return now - self._tried >= RETRY_EVERY
        return not node.silent and now - self._tried >= self.delay + patience

    def record_answer(self, request: Request, at: Timestamp) -> None:
        """:param moment: when the node was asked"""
        self.attempts += 1
        self.refusal = request.seen
        self._tried = at.monotonic
        self.reached = self.reached or request.answer in ("accepted", "unknown", "refused")
        self.told += request.answer in ("accepted", "unknown")
        self._told_elsewhere = request.answer == "elsewhere"
        self._idle = request.answer == "idle"
        self._closed = request.answer == "closed"
        if request.answer in ("accepted", "unknown") or (request.answer == "elsewhere" and self.reached):
            self._sent = self._sent or at
        if self.reached:
            self._way = request.way

    def result(self) -> Evidence:
        """What is known when the run is over; one that was cut short leaves commanded nodes unproven."""
        if self.evidence:
            return self.evidence
        if self._sent:
            return self._evidence("failed", "commanded, and not looked at again", None)
        return self._evidence("planned", "", None)

    def _hopeless(self, node: Node | None) -> bool:
        """Whether the node can be told nothing and was told nothing, or does not do what it is told, so that waiting
        would prove nothing."""
        return self._idle or (
            self._closed and not self.reached and (node is None or node.boot_id == self.target.boot_id_before)
        )

    def _elsewhere(self, node: Node) -> bool:
        return node.boot_id != self.target.boot_id_before

    @property
    def _deadline(self) -> float:
        return self.began + self.timeout if self._sent is None else self._sent.monotonic + self.delay + self.timeout

    def _proof(self, node: Node | None, at: Timestamp) -> Evidence:
        if not self.reached:
            return self._evidence("skipped", "rebooted, but not by this run", node, back=at)
        return self._evidence("rebooted", "rebooted and Ready", node, back=at)

    def _evidence(self, result: Result, detail: str, node: Node | None, *, back: Timestamp | None = None) -> Evidence:
        return Evidence(
            self.target,
            result,
            detail,
            attempts=self.attempts,
            way=self._way,
            requested_at=self._sent.rfc3339 if self._sent else None,
            down_at=self._down_at,
            back_at=back.rfc3339 if back else None,
            seconds=round(back.monotonic - self._sent.monotonic, 1) if back and self._sent else None,
            boot_id_after=node.boot_id if node else None,
        )
