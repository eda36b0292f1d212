# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the two Network objects to a wanted state of the migration.

One function per state. Each looks first, refuses what cannot go well, writes what is missing, and waits until the
Cluster Network Operator has taken it in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Optional

from ..._cluster import readers
from ..._cluster.kinds import CLUSTER_OPERATOR, NETWORK_CONFIG, NETWORK_OPERATOR, Kind
from ..._cluster.port import Cluster
from ..._domain.conditions import Condition, Conditions
from ..._domain.errors import MigrationError, Refused, WaitFailed
from ..._domain.migration import patches
from ..._domain.migration.commands import OPERATOR_SAYS, ROLLBACK
from ..._domain.migration.fields import dropped
from ..._domain.migration.phases import STRANGE_TYPES, undo_flip
from ..._domain.migration.settings import Settings
from ..._domain.networks import LIVE_ANNOTATION, SDN, TYPES, Networks
from ..._domain.records.journal import ANNOTATION
from ..._domain.verdicts import Verdict, done, failed, listed, pending
from ..outcome import Diff, Outcome
from ..records import journal
from ..waiting.clock import Clock
from ..waiting.waiter import Wait, Waiter
from .former_namespace import delete_former_namespace
from .requirements import Requirements

MigrationState = Literal["idle", "prepared", "switched", "finalized"]

#: Reasons of co/network's Degraded that mean: the edit was refused, and stays refused until it is changed
#: (cluster-network-operator 4.14, pkg/controller/operconfig/operconfig_controller.go).
REFUSALS = ("InvalidOperatorConfig", "InvalidClusterConfig")


@dataclass
class Migration:
    """One request: the cluster, where it is to go, and how to wait. Collects what was changed on the way."""

    cluster: Cluster
    waiter: Waiter
    clock: Clock
    target: str
    settings: Settings
    check_mode: bool
    allow_abort: bool = False
    allow_oauth_token: bool = False
    #: how long to wait for the former plugin's namespace, when it is to be deleted in the end
    namespace_waiter: Optional[Waiter] = None
    #: what to record right before the operator is asked to convert; given whether it may have begun, returns warnings
    note: Callable[[bool], Sequence[str]] = lambda _begun: ()
    _diffs: list[Diff] = field(default_factory=list)
    _must: Requirements = field(init=False)

    def __post_init__(self) -> None:
        self._must = Requirements(
            cluster=self.cluster,
            target=self.target,
            settings=self.settings,
            check_mode=self.check_mode,
            allow_oauth_token=self.allow_oauth_token,
        )

    def reach(self, state: MigrationState) -> Outcome:
        """Bring the cluster to ``state``.

        :raises MigrationError: with what was changed all the same in its facts
        """
        steps = {
            "idle": self.idle,
            "prepared": self.prepared,
            "switched": self.switched,
            "finalized": self.finalized,
        }
        try:
            return steps[state]()
        except MigrationError as error:
            if self._diffs and not self.check_mode:
                error.facts.update(changed=True, diff=[diff.to_json() for diff in self._diffs])
            raise

    def idle(self) -> Outcome:
        """No migration is set. Undoing a prepared one rolls every node back, so that has to be allowed by name."""
        seen = self._read()
        if seen.config.spec_type != seen.config.status_type:
            seen = self._unflipped(seen)
        under_way = seen.operator.migrating_to
        if under_way == self.target == seen.config.spec_type:
            raise self._switched_already()
        self._must.no_unfinished_way_back(seen)
        if not self.allow_abort:
            self._must.no_other_migration(seen)
            if under_way and under_way != seen.config.spec_type:
                raise self._must.refused(
                    f"a migration to {under_way} is being prepared, and taking it back reboots every node",
                    "Go on with state prepared, or set allow_abort to undo it.",
                )
        return self._outcome(self._clear(seen))

    def prepared(self) -> Outcome:
        """``spec.migration`` is set to the target with the wanted settings, and the operator has acknowledged it."""
        seen = self._read()
        self._must.no_other_migration(seen)
        if seen.config.spec_type == self.target:
            return self._outcome(Wait(self._beyond(seen)))
        fields = self._must.settings_fit(seen)
        self._must.no_unfinished_way_back(seen)
        if self.target == SDN:
            self._must.pools_paused(seen)
        if seen.operator.migrating_to != self.target:
            seen = self._without_leftovers(seen)
        self._must.same_features(seen)
        patch = patches.prepare(seen.operator, self.settings, target=self.target, fields=fields)
        if patch:
            if seen.operator.migrating_to != self.target:
                self._note(begun=False)
            self._patch_operator(seen, patch)
        return self._outcome(
            self._until(
                f"see networks.config.openshift.io cluster acknowledge the migration to {self.target}",
                lambda now: now.config.acknowledged == self.target,
                waiting_for=f"status.migration.networkType is not {self.target} yet",
                achieved=f"the operator has acknowledged the migration to {self.target}",
            )
        )

    def switched(self) -> Outcome:
        """``spec.networkType`` is the target and the operator has applied it. Records the nodes' boot ids first."""
        seen = self._read()
        self._must.no_other_migration(seen)
        if seen.config.spec_type != self.target:
            fields = self._must.settings_fit(seen)
            self._must.prepared(seen, fields=fields)
            self._flip(seen)
        elif seen.operator.migration is None:
            return self._outcome(Wait(self._beyond(seen)))
        return self._outcome(
            self._until(
                f"see the operator apply networkType {self.target}",
                lambda now: now.config.status_type == self.target,
                waiting_for=f"status.networkType is not {self.target} yet",
                achieved=f"the operator has applied networkType {self.target}; no node has rebooted because of it",
            )
        )

    def finalized(self) -> Outcome:
        """The migration field and the former plugin's settings are gone, and its namespace where that is wanted."""
        seen = self._read()
        self._must.no_other_migration(seen)
        patch = patches.finalize(seen.operator, target=self.target)
        if patch:
            self._must.rebooted(seen)
            if self.target == SDN:
                self._must.pools_followed(seen)
            self._patch_operator(seen, patch)
        elif seen.config.spec_type != self.target:
            self._must.hold(f"spec.networkType is {seen.config.spec_type}, not {self.target}", "Switch it first.")
        wait = self._until(
            "see status.migration go",
            lambda now: not now.config.migrating and now.config.status_type == self.target,
            waiting_for="status.migration is still there",
            achieved=f"the cluster runs {self.target} and no migration is set",
        )
        closed = journal.close(self.cluster, seen=seen, target=self.target, clock=self.clock, write=not self.check_mode)
        return self._without_namespace(self._outcome(wait, also_changed=closed))

    def _without_namespace(self, outcome: Outcome) -> Outcome:
        """Last, since no step needs it any more and it may be stuck."""
        if self.namespace_waiter is None:
            return outcome
        deletion = delete_former_namespace(
            self.cluster, self.namespace_waiter, target=self.target, write=not self.check_mode
        )
        return replace(
            outcome,
            changed=outcome.changed or deletion.changed,
            diffs=(*outcome.diffs, *deletion.diffs),
            facts={**outcome.facts, "former_namespace": deletion.to_json()},
        )

    def _read(self) -> Networks:
        seen = readers.networks(self.cluster)
        if seen.config.live:
            raise self._must.refused(
                f"networks.config.openshift.io cluster carries the annotation {LIVE_ANNOTATION}, which turns any "
                "change of networkType into a live migration",
                "Let a running live migration complete. A leftover is removed with: oc annotate network.config cluster "
                f"{LIVE_ANNOTATION}-",
            )
        unknown = {seen.config.spec_type, seen.config.status_type} - set(TYPES)
        if unknown:
            raise self._must.refused(
                f"the cluster's networkType is {listed(name or '(none)' for name in sorted(unknown))}",
                f"Only OpenShiftSDN and OVNKubernetes can be migrated; {STRANGE_TYPES}.",
            )
        return seen

    def _beyond(self, seen: Networks) -> Verdict:
        """The verdict on a cluster whose spec has been flipped already."""
        if seen.config.status_type == self.target:
            return done(f"the cluster has been switched to {self.target} already")
        if seen.operator.migrating_to == self.target:
            return done(f"the switch to {self.target} is under way")
        raise self._must.refused(
            f"spec.networkType is {self.target}, but the operator still runs {seen.config.status_type}: it was changed "
            f"without spec.migration. {_refusal(self.cluster).why}".strip(),
            f"To undo it, {undo_flip(self.target)}; wait until clusteroperator network is no longer Degraded; then "
            "start again.",
        )

    def _without_leftovers(self, seen: Networks) -> Networks:
        """What there is when all that an earlier migration has left, its open record too, has been cleared."""
        self._must.rights()
        journal.close(self.cluster, seen=seen, target=self.target, clock=self.clock, write=not self.check_mode)
        if seen.operator.migration is None and not seen.config.migrating:
            return seen
        self._clear(seen)
        if not self.check_mode:
            return readers.networks(self.cluster)
        spec = patches.merged({"spec": seen.operator.spec}, patches.clear_migration())["spec"]
        return replace(seen, operator=replace(seen.operator, migration=None, spec=spec))

    def _clear(self, seen: Networks) -> Wait:
        if self.target == SDN and seen.operator.migrating_to == seen.config.spec_type and not self.check_mode:
            # The boots of the flip that is being undone tell whether its window has ended, once the field is gone.
            journal.recorded_or_current(self.cluster, readers.nodes(self.cluster), clock=self.clock, write=True)
        if seen.operator.migration is not None:
            self._patch_operator(seen, patches.clear_migration())
        return self._until(
            "see status.migration go",
            lambda now: now.operator.migration is None and not now.config.migrating,
            waiting_for="status.migration is still there",
            achieved="no migration is set",
        )

    def _switched_already(self) -> Refused:
        return self._must.refused(
            f"the cluster has been switched to {self.target} already",
            f"Finish it (state finalized), or roll it back ('{ROLLBACK}'); there is nothing left to abort.",
            facts={"switched": True},
        )

    def _unflipped(self, seen: Networks) -> Networks:
        """What there is when a flip that the operator has refused is taken back.

        :raises Refused: when the operator applies it after all
        """
        flipped, applied = seen.config.spec_type, seen.config.status_type
        if not self.allow_abort or flipped != self.target:
            raise self._must.refused(
                f"spec.networkType is {flipped}, and the operator still runs {applied}",
                f"Wait for it (state switched, target {flipped}), or set allow_abort with that target to take it back.",
            )
        answer = self._answer_to_flip()
        if answer.state == "done":
            raise self._switched_already()
        if answer.state == "pending":
            self._must.warnings.append(f"Whether the operator refuses the flip is not known yet: {answer.reason}.")
        self._must.rights()
        patch = patches.unflip(seen.config)
        self._patch_config(seen, patch)
        if self.check_mode:
            return replace(seen, config=replace(seen.config, spec_type=applied))
        journal.close(self.cluster, seen=seen, target=flipped, clock=self.clock, write=True)
        self._until_taken_back(applied)
        return readers.networks(self.cluster)

    def _answer_to_flip(self) -> Verdict:
        """done: applied. failed: refused. pending only in check mode, which does not wait."""
        try:
            return self._until(
                f"see the operator apply or refuse networkType {self.target}",
                lambda now: now.config.status_type == self.target,
                waiting_for=f"status.networkType is not {self.target} yet",
                achieved=f"the operator has applied networkType {self.target}",
            ).verdict
        except WaitFailed as error:
            return error.verdict

    def _until_taken_back(self, network_type: str) -> None:
        """The refusal stays at the ClusterOperator for a moment after its cause is gone."""

        def judge(now: Networks) -> Verdict:
            refusal = _refusal(self.cluster)
            if refusal.true and refusal.reason in REFUSALS:
                return pending(f"clusteroperator network is still Degraded, {refusal.why}")
            if now.operator.default_type != network_type:
                return pending(f"the operator's type is still {now.operator.default_type}")
            return done("the flip is taken back")

        self.waiter.until(
            tried="see the operator take the flip back",
            observe=lambda: readers.networks(self.cluster),
            judge=judge,
            remedy=f"See why the operator does not: '{OPERATOR_SAYS}'.",
        )

    def _flip(self, seen: Networks) -> None:
        self._must.rights()
        self._must.lasting_credential()
        copy: patches.Patch = {}
        self._note(begun=True)
        if not self.check_mode:
            written = journal.record(self.cluster, readers.nodes(self.cluster), target=self.target, clock=self.clock)
            copy = {"metadata": {"annotations": {ANNOTATION: written.to_annotation()}}}
        self._patch_config(seen, patches.flip(self.settings, target=self.target), beside=copy)

    def _note(self, *, begun: bool) -> None:
        if not self.check_mode:
            self._must.warnings.extend(self.note(begun))

    def _patch_config(self, seen: Networks, patch: patches.Patch, *, beside: Optional[patches.Patch] = None) -> None:
        live = {
            "networkType": seen.config.spec_type,
            "clusterNetwork": [dict(entry) for entry in seen.config.cluster_network],
        }
        self._patch(NETWORK_CONFIG, {"spec": live}, patch, beside=beside)

    def _patch_operator(self, seen: Networks, patch: patches.Patch) -> None:
        self._must.rights()
        self._patch(NETWORK_OPERATOR, {"spec": seen.operator.spec}, patch)

    def _patch(
        self, kind: Kind, document: Any, patch: patches.Patch, *, beside: Optional[patches.Patch] = None
    ) -> None:
        """
        :param beside: what goes along and is no news for the user
        :raises Refused: when the API server has dropped a field of the patch, which it does without a word
        """
        answer = None if self.check_mode else self.cluster.merge(kind, "cluster", {**patch, **(beside or {})})
        after = patches.merged(document, patch)
        header = f"{kind.title} cluster"
        self._diffs.append(
            Diff(before=patches.projection(document, patch), after=patches.projection(after, patch), header=header)
        )
        lost = [] if answer is None else [*dropped(patch, answer)]
        if lost:
            raise Refused(
                tried=f"patch {header}",
                seen=f"the API server has accepted the patch and dropped {listed(lost)}: this build of OpenShift has "
                f"no such {'field' if len(lost) == 1 else 'fields'}",
                remedy="The rest of the patch is in force. Undo it (state idle, with allow_abort where a migration is "
                "set), leave out what this cluster cannot keep, and start again.",
                facts={"dropped": lost},
            )

    def _until(self, tried: str, reached: Callable[[Networks], bool], *, waiting_for: str, achieved: str) -> Wait:
        def judge(now: Networks) -> Verdict:
            if reached(now):
                return done(achieved)
            refusal = _refusal(self.cluster)
            if refusal.true and refusal.reason in REFUSALS:
                return failed(f"clusteroperator network is Degraded, {refusal.why}")
            return pending(f"{waiting_for}{', clusteroperator network says ' + refusal.why if refusal.true else ''}")

        return self.waiter.until(
            tried=tried,
            observe=lambda: readers.networks(self.cluster),
            judge=judge,
            remedy="Look at clusteroperator network and at the log of deployment network-operator in namespace "
            "openshift-network-operator.",
        )

    def _outcome(self, wait: Wait, *, also_changed: bool = False) -> Outcome:
        return Outcome(
            changed=bool(self._diffs) or also_changed,
            wait=wait,
            diffs=tuple(self._diffs),
            warnings=tuple(self._must.warnings),
        )


def _refusal(cluster: Cluster) -> Condition:
    status = cluster.get(CLUSTER_OPERATOR, "network").get("status") or {}
    return Conditions.from_json(status.get("conditions") or ())["Degraded"]
