# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reboot nodes in the order of a plan, and believe only their boot ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._cluster import readers
from .._cluster.kinds import POD
from .._cluster.port import Cluster
from .._domain import quorum
from .._domain.errors import Forbidden, MigrationError, NotFound, WaitFailed
from .._domain.nodes import Node
from .._domain.pods import Pod
from .._domain.reboots import Batch, Evidence, Plan, Request, Target
from .._domain.verdicts import Verdict, counted, done, every, failed, listed, pending
from .clock import Clock
from .outcome import Diff, Outcome
from .strategies import Strategy
from .waiting import Wait, Waiter
from .watches import Moment, Watch

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
    """

    cluster: Cluster
    clock: Clock
    strategy: Strategy
    timeout: float
    interval: float
    delay: float
    watches: dict[str, Watch] = field(default_factory=dict)
    polls: int = 0
    story: list[tuple[float, Verdict]] = field(default_factory=list)
    _began: float = 0.0

    def carry_out(self, what: Plan) -> None:
        """:raises MigrationError: at the first batch in which a node fails; later batches are not begun then"""
        self._began = self.clock.monotonic()
        guard_due = True
        for batch in what.batches:
            if batch.guarded and guard_due and not batch.targets[0].under_way:
                self._see_quorum(f"before {batch.names[0]} goes down")
            self._reboot(batch)
            if batch.guarded:
                self._see_quorum(f"after the reboot of {batch.names[0]}")
                guard_due = False

    @property
    def commanded(self) -> bool:
        return any(watch.ours for watch in self.watches.values())

    def wait(self, verdict: Verdict) -> Wait:
        return Wait(
            verdict=verdict,
            waited_seconds=self.clock.monotonic() - self._began,
            polls=self.polls,
            story=tuple(self.story),
        )

    def _reboot(self, batch: Batch) -> None:
        began = self.clock.monotonic()
        watches = [Watch(target, began, timeout=self.timeout, delay=self.delay) for target in batch.targets]
        self.watches.update({watch.target.node: watch for watch in watches})

        def judge(_seen: None) -> Verdict:
            open_ = [watch.target.node for watch in watches if watch.evidence is None]
            return pending(f"waiting for {listed(open_)}") if open_ else done(f"{listed(batch.names)} settled")

        self._waiter(timeout=float("inf")).until(
            tried=f"reboot {listed(batch.names)}", observe=lambda: self._step(watches), judge=judge
        )
        verdict = batch_verdict([watch.told() for watch in watches])
        self.story.append((self.clock.monotonic() - self._began, verdict))
        if verdict.state == "failed":
            raise WaitFailed(tried="reboot all nodes", verdict=verdict, seen=verdict.reason, remedy=REMEDY)

    def _step(self, watches: Sequence[Watch]) -> None:
        """Look at every open node of the batch, then ask those that are to be asked."""
        self.polls += 1
        open_ = [watch for watch in watches if watch.evidence is None]
        nodes = self._nodes([watch.target.node for watch in open_])
        for watch in open_:
            node = nodes.get(watch.target.node)
            watch.look(node, self._moment())
            if watch.evidence is None and node is not None and watch.due(node, now=self.clock.monotonic()):
                self._ask(watch, node)

    def _nodes(self, names: Sequence[str]) -> Mapping[str, Node]:
        if len(names) > 1:
            return {node.name: node for node in readers.nodes(self.cluster)}
        try:
            return {name: readers.node(self.cluster, name) for name in names}
        except NotFound:
            return {}

    def _ask(self, watch: Watch, node: Node) -> None:
        moment = self._moment()
        try:
            request = self.strategy.request(node, insist=watch.insistent and node.ready)
        except Forbidden as error:
            # An API server that has just started denies everything until it has read its roles.
            if not self.commanded:
                raise
            request = Request("unsent", error.seen)
        watch.answered(request, moment)

    def _moment(self) -> Moment:
        return Moment(self.clock.monotonic(), self.clock.timestamp())

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
        pods = self.cluster.list(POD, namespace=quorum.NAMESPACE, labels=quorum.LABEL)
        return quorum.quorum_verdict(
            api_ready=self.cluster.ready(),
            pods=[Pod.from_json(pod) for pod in pods],
            control_plane=[node.name for node in readers.nodes(self.cluster) if node.control_plane],
        )

    def _waiter(self, *, timeout: float) -> Waiter:
        return Waiter(clock=self.clock, timeout=timeout, interval=self.interval)


def batch_verdict(told: Sequence[Evidence]) -> Verdict:
    """Failed when one node failed; each one is named with what is wrong with it."""
    wrong = [f"{evidence.target.node}: {evidence.detail}" for evidence in told if evidence.result == "failed"]
    if wrong:
        return failed("; ".join(wrong))
    return done(f"{listed(evidence.target.node for evidence in told)} rebooted and Ready")


def reboot(rebooter: Rebooter, what: Plan, *, check_mode: bool) -> Outcome:
    """
    :raises MigrationError: with the evidence that there is, and whether a node was commanded
    """
    if check_mode:
        verdict = (
            pending(f"{counted(len(what.to_command), 'node')} would be rebooted") if what.targets else _nothing(what)
        )
        return Outcome(
            changed=bool(what.to_command),
            wait=Wait(verdict=verdict),
            diffs=_diffs(what, {}),
            facts=_facts(what, {}),
        )
    try:
        rebooter.carry_out(what)
    except MigrationError as error:
        error.facts.update(_facts(what, rebooter.watches))
        error.facts.update(rebooter.wait(failed(error.seen)).to_json())
        error.facts["changed"] = rebooter.commanded
        raise
    verdict = done(f"{every(len(what.targets), 'node')} rebooted and Ready") if what.targets else _nothing(what)
    return Outcome(
        changed=rebooter.commanded,
        wait=rebooter.wait(verdict),
        diffs=_diffs(what, rebooter.watches),
        facts=_facts(what, rebooter.watches),
    )


def _nothing(what: Plan) -> Verdict:
    return done(f"nothing to do: {counted(len(what.finished), 'node', 'have')} rebooted already")


def _facts(what: Plan, watches: Mapping[str, Watch]) -> dict[str, Any]:
    rows = [*what.finished, *(_told(target, watches) for target in what.targets)]
    return {"plan": what.to_json(), "nodes": [row.to_json() for row in rows]}


def _told(target: Target, watches: Mapping[str, Watch]) -> Evidence:
    watch = watches.get(target.node)
    if watch is not None:
        return watch.told()
    return Evidence(target, "planned", "rebooted already, to become Ready" if target.under_way else "")


def _diffs(what: Plan, watches: Mapping[str, Watch]) -> tuple[Diff, ...]:
    if not what.to_command:
        return ()
    told = [_told(target, watches) for target in what.to_command]
    return (
        Diff(
            before={evidence.target.node: evidence.target.boot_id_before for evidence in told},
            after={evidence.target.node: evidence.boot_id_after or "(another boot id)" for evidence in told},
            header="boot ids",
        ),
    )
