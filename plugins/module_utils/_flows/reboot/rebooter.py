# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reboot nodes in the order of a plan, and believe only their boot ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ..._cluster import readers
from ..._cluster.kinds import POD
from ..._cluster.port import Cluster
from ..._domain.errors import Forbidden, MigrationError, NotFound, WaitFailed
from ..._domain.health.pods import Pod
from ..._domain.nodes import Node
from ..._domain.reboot import quorum
from ..._domain.reboot.plan import Batch, Evidence, Plan, Request, Target
from ..._domain.verdicts import Verdict, counted, done, every, failed, listed, pending
from ..outcome import Diff, Outcome
from ..waiting.clock import Clock
from ..waiting.waiter import Wait, Waiter
from .csr import CsrApprover
from .node import CONTROL_PLANE_LONGER, GOING_DOWN_FOR, NodeReboot, Timestamp
from .strategies import Strategy

REMEDY = (
    "Look at the console of each node named here (ovs-configuration and kubelet in its journal, pending certificate "
    "requests), reboot it by hand if need be, then run this again: nodes that have rebooted are skipped."
)


@dataclass
class Rebooter:
    """Carries out a plan; ``told`` is what is known of each node at any moment, also when it is cut short.

    :param timeout: seconds for a node from the command, and its delay, to Ready; and for the command to be taken
    :param interval: seconds between two looks, at most
    :param delay: seconds between the command and the node going down
    :param csr_approver: looks after the certificate requests of nodes that are coming back
    :param max_failures: with so many failed nodes later batches are still begun
    """

    cluster: Cluster
    clock: Clock
    strategy: Strategy
    csr_approver: CsrApprover
    timeout: float
    interval: float
    delay: float
    max_failures: int = 0
    node_reboots: dict[str, NodeReboot] = field(default_factory=dict)
    polls: int = 0
    story: list[tuple[float, Verdict]] = field(default_factory=list)
    not_begun: dict[str, str] = field(default_factory=dict)
    _began: float = 0.0
    _guard_due: bool = True

    def carry_out(self, what: Plan) -> None:
        """
        :raises MigrationError: when a node failed. With more failures than ``max_failures``, or when the control plane
            does not become whole, the later batches are not begun
        """
        self._began = self.clock.monotonic()
        for batch in what.batches:
            if not batch.guarded:
                self._reboot(batch)
            elif self._may_go_down(batch):
                self._reboot_guarded(batch)
            if self.failures and len(self.failures) > self.max_failures:
                break
        if self.failures:
            seen = self._failure(what)
            raise WaitFailed(tried="reboot all nodes", verdict=failed(seen), seen=seen, remedy=REMEDY)

    @property
    def failures(self) -> list[NodeReboot]:
        return [
            node_reboot
            for node_reboot in self.node_reboots.values()
            if node_reboot.evidence and node_reboot.evidence.result == "failed"
        ]

    def _failure(self, what: Plan) -> str:
        """Each failed node with what is wrong with it, and who was not begun therefore."""
        wrong = [f"{node_reboot.target.node}: {node_reboot.result().detail}" for node_reboot in self.failures]
        rest = [target.node for target in what.to_command if target.node not in self.node_reboots]
        return "; ".join([*wrong, *([f"not begun: {listed(rest)}"] if rest else [])])

    def _reboot_guarded(self, batch: Batch) -> None:
        if self._guard_due and not batch.targets[0].under_way:
            self._see_quorum(f"before {batch.names[0]} goes down")
        self._reboot(batch)
        self._guard_due = any(node_reboot.target.node in batch.names for node_reboot in self.failures)
        if not self._guard_due:
            self._see_quorum(f"after the reboot of {batch.names[0]}")

    def _may_go_down(self, batch: Batch) -> bool:
        """Never two control-plane nodes at once: after one that was commanded and has not proven its reboot no other is
        commanded, since nobody knows when it goes down."""
        open_ = [
            node_reboot.target.node
            for node_reboot in self.failures
            if node_reboot.target.control_plane and node_reboot.perhaps_down
        ]
        if not open_ or batch.targets[0].under_way:
            return True
        for name in batch.names:
            self.not_begun[name] = f"not begun, since {listed(open_)} may be down"
        return False

    @property
    def commanded(self) -> bool:
        return any(node_reboot.ours for node_reboot in self.node_reboots.values())

    @property
    def changed(self) -> bool:
        return self.commanded or bool(self.csr_approver.approved)

    def wait(self, verdict: Verdict) -> Wait:
        return Wait(
            verdict=verdict,
            waited_seconds=self.clock.monotonic() - self._began,
            polls=self.polls,
            story=tuple(self.story),
        )

    def _reboot(self, batch: Batch) -> None:
        began = self.clock.monotonic()
        node_reboots = [NodeReboot(target, began, timeout=self.timeout, delay=self.delay) for target in batch.targets]
        self.node_reboots.update({node_reboot.target.node: node_reboot for node_reboot in node_reboots})

        def judge(_seen: None) -> Verdict:
            open_ = [node_reboot.target.node for node_reboot in node_reboots if node_reboot.evidence is None]
            return pending(f"waiting for {listed(open_)}") if open_ else done(f"{listed(batch.names)} settled")

        self._waiter(timeout=float("inf")).until(
            tried=f"reboot {listed(batch.names)}", observe=lambda: self._step(node_reboots), judge=judge
        )
        verdict = batch_verdict([node_reboot.result() for node_reboot in node_reboots])
        self.story.append((self.clock.monotonic() - self._began, verdict))

    def _step(self, node_reboots: Sequence[NodeReboot]) -> None:
        """Look at every open node of the batch, then ask those that are to be asked."""
        self.polls += 1
        open_ = [node_reboot for node_reboot in node_reboots if node_reboot.evidence is None]
        self.csr_approver.observe(now=any(node_reboot.overdue(self.clock.monotonic()) for node_reboot in open_))
        nodes = self._nodes([node_reboot.target.node for node_reboot in open_])
        to_ask = []
        for node_reboot in open_:
            node = nodes.get(node_reboot.target.node)
            node_reboot.observe(node, self._timestamp(), hint=self.csr_approver.hint(node_reboot.target.node))
            if (
                node_reboot.evidence is None
                and node is not None
                and node_reboot.should_request(
                    node, now=self.clock.monotonic(), patience=self._patience(node_reboot.target)
                )
            ):
                to_ask.append((node_reboot, node))
        self._ask_all(to_ask)

    def _patience(self, target: Target) -> float:
        """Seconds that a node of its kind takes to go down at most, by what the others have taken in this run."""
        measured = [
            other.went_down_after
            for other in self.node_reboots.values()
            if other.went_down_after is not None and other.target.control_plane == target.control_plane
        ]
        usual = GOING_DOWN_FOR + CONTROL_PLANE_LONGER * target.control_plane
        return max([usual, *(1.5 * seconds for seconds in measured)])

    def _ask_all(self, to_ask: Sequence[tuple[NodeReboot, Node]]) -> None:
        """In the order of the batch, since in one that takes everything the control plane is to be asked last."""
        if self.strategy.at_once == 1 or len(to_ask) < 2:
            for node_reboot, node in to_ask:
                self._ask(node_reboot, node)
            return
        with ThreadPoolExecutor(max_workers=self.strategy.at_once) as pool:
            for asked in [pool.submit(self._ask, node_reboot, node) for node_reboot, node in to_ask]:
                asked.result()

    def _nodes(self, names: Sequence[str]) -> Mapping[str, Node]:
        if len(names) > 1:
            return {node.name: node for node in readers.nodes(self.cluster)}
        try:
            return {name: readers.node(self.cluster, name) for name in names}
        except NotFound:
            return {}

    def _ask(self, node_reboot: NodeReboot, node: Node) -> None:
        at = self._timestamp()
        try:
            insist = node_reboot.insists and not node.silent and not node_reboot.told
            request = self.strategy.request(node, insist=insist, told=node_reboot.told)
        except Forbidden as error:
            # An API server that has just started denies everything until it has read its roles.
            if not self.commanded:
                raise
            request = Request("unsent", error.seen)
        node_reboot.record_answer(request, at)

    def _timestamp(self) -> Timestamp:
        return Timestamp(self.clock.monotonic(), self.clock.timestamp())

    def _see_quorum(self, when: str) -> None:
        waiter = self._waiter(timeout=self.timeout)
        waiter.until(
            tried=f"see the control plane whole {when}",
            observe=self._quorum,
            judge=lambda verdict: verdict,
            remedy="Mend etcd first ('oc -n openshift-etcd get pods'), then run this again.",
        )

    def _quorum(self) -> Verdict:
        self.polls += 1
        self.csr_approver.observe()
        pods = self.cluster.list(POD, namespace=quorum.NAMESPACE, labels=quorum.LABEL)
        return quorum.quorum_verdict(
            api_ready=self.cluster.ready(),
            pods=[Pod.from_json(pod) for pod in pods],
            control_plane=[node.name for node in readers.nodes(self.cluster) if node.control_plane],
        )

    def _waiter(self, *, timeout: float) -> Waiter:
        return Waiter(clock=self.clock, timeout=timeout, interval=self.interval)


def batch_verdict(evidences: Sequence[Evidence]) -> Verdict:
    """Failed when one node failed; each one is named with what is wrong with it."""
    wrong = [f"{evidence.target.node}: {evidence.detail}" for evidence in evidences if evidence.result == "failed"]
    if wrong:
        return failed("; ".join(wrong))
    return done(f"{listed(evidence.target.node for evidence in evidences)} rebooted and Ready")


def reboot(rebooter: Rebooter, what: Plan, *, check_mode: bool) -> Outcome:
    """
    :raises MigrationError: with the evidence that there is, and whether a node was commanded
    """
    if check_mode:
        rebooter.csr_approver.observe(now=True)
        verdict = (
            pending(f"{counted(len(what.to_command), 'node')} would be rebooted") if what.targets else _nothing(what)
        )
        return Outcome(
            changed=bool(what.to_command),
            wait=Wait(verdict=verdict),
            diffs=_diffs(what, rebooter),
            facts=_facts(what, rebooter),
            warnings=rebooter.csr_approver.warnings,
        )
    try:
        rebooter.carry_out(what)
        rebooter.csr_approver.observe(now=True)
    except MigrationError as error:
        error.facts.update(_facts(what, rebooter))
        error.facts.update(rebooter.wait(failed(error.seen)).to_json())
        error.facts["changed"] = rebooter.changed
        raise
    verdict = done(f"{every(len(what.targets), 'node')} rebooted and Ready") if what.targets else _nothing(what)
    return Outcome(
        changed=rebooter.changed,
        wait=rebooter.wait(verdict),
        diffs=_diffs(what, rebooter),
        facts=_facts(what, rebooter),
        warnings=rebooter.csr_approver.warnings,
    )


def _nothing(what: Plan) -> Verdict:
    return done(f"nothing to do: {counted(len(what.finished), 'node', 'have')} rebooted already")


def _facts(what: Plan, rebooter: Rebooter) -> dict[str, Any]:
    rows = [*what.finished, *(_result(target, rebooter) for target in what.targets)]
    return {"plan": what.to_json(), "nodes": [row.to_json() for row in rows], **rebooter.csr_approver.to_json()}


def _result(target: Target, rebooter: Rebooter) -> Evidence:
    node_reboot = rebooter.node_reboots.get(target.node)
    if node_reboot is not None:
        return node_reboot.result()
    known = "rebooted already, to become Ready" if target.under_way else ""
    return Evidence(target, "planned", rebooter.not_begun.get(target.node, known))


def _diffs(what: Plan, rebooter: Rebooter) -> tuple[Diff, ...]:
    if not what.to_command:
        return ()
    result = [_result(target, rebooter) for target in what.to_command]
    return (
        Diff(
            before={evidence.target.node: evidence.target.boot_id_before for evidence in result},
            after={evidence.target.node: evidence.boot_id_after or "(another boot id)" for evidence in result},
            header="boot ids",
        ),
    )
