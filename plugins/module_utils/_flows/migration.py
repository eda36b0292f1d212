# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the two Network objects to a wanted state of the migration.

One function per state. Each looks first, refuses what cannot go well, writes what is missing, and waits until the
Cluster Network Operator has taken it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Optional

from .._cluster import readers
from .._cluster.kinds import CLUSTER_OPERATOR, NETWORK_CONFIG, NETWORK_OPERATOR
from .._cluster.port import Cluster
from .._domain import patches
from .._domain.conditions import Condition, Conditions
from .._domain.errors import MigrationError, Refused, WaitFailed
from .._domain.journals import not_rebooted
from .._domain.networks import LIVE_ANNOTATION, SDN, TYPES, Networks
from .._domain.pausing import degraded
from .._domain.phases import undo_flip
from .._domain.settings import Settings, problems
from .._domain.verdicts import Verdict, done, failed, listed, pending
from .._domain.versions import Version, offline_problem
from .._domain.way_back import sdn_problems
from . import access, journal, loans
from .clock import Clock
from .outcome import Diff, Outcome
from .pooling import PoolReader
from .readiness import Readiness, readiness
from .waiting import Wait, Waiter

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
    _diffs: list[Diff] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _rights_known: bool = False

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
        self._refuse_unfinished_way_back(seen)
        if not self.allow_abort:
            self._refuse_other_migrations(seen)
            if under_way and under_way != seen.config.spec_type:
                raise self._refused(
                    f"a migration to {under_way} is being prepared, and taking it back reboots every node",
                    "Go on with state prepared, or set allow_abort to undo it.",
                )
        return self._outcome(self._clear(seen))

    def prepared(self) -> Outcome:
        """``spec.migration`` is set to the target with the wanted settings, and the operator has acknowledged it."""
        seen = self._read()
        self._refuse_other_migrations(seen)
        if seen.config.spec_type == self.target:
            return self._outcome(Wait(self._beyond(seen)))
        version = self._require_settings(seen)
        self._refuse_unfinished_way_back(seen)
        if self.target == SDN:
            self._require_paused(seen)
        if seen.operator.migrating_to != self.target:
            seen = self._without_leftovers(seen)
        self._refuse_other_features(seen)
        patch = patches.prepare(seen.operator, self.settings, target=self.target, version=version)
        if patch:
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
        self._refuse_other_migrations(seen)
        if seen.config.spec_type != self.target:
            version = self._require_settings(seen)
            self._require_prepared(seen, version=version)
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
        """The migration field and the former plugin's settings are gone."""
        seen = self._read()
        self._refuse_other_migrations(seen)
        patch = patches.finalize(seen.operator, target=self.target)
        if patch:
            self._require_rebooted(seen)
            if self.target == SDN:
                self._require_followed()
            self._patch_operator(seen, patch)
        elif seen.config.spec_type != self.target:
            self._require(f"spec.networkType is {seen.config.spec_type}, not {self.target}", "Switch it first.")
        wait = self._until(
            "see status.migration go",
            lambda now: not now.config.migrating and now.config.status_type == self.target,
            waiting_for="status.migration is still there",
            achieved=f"the cluster runs {self.target} and no migration is set",
        )
        closed = journal.close(self.cluster, target=self.target, clock=self.clock, write=not self.check_mode)
        return self._outcome(wait, also_changed=closed)

    def _read(self) -> Networks:
        seen = readers.networks(self.cluster)
        if seen.config.live:
            raise self._refused(
                f"networks.config.openshift.io cluster carries the annotation {LIVE_ANNOTATION}, which turns any "
                "change of networkType into a live migration",
                "Let a running live migration complete. A leftover is removed with: oc annotate network.config cluster "
                f"{LIVE_ANNOTATION}-",
            )
        unknown = {seen.config.spec_type, seen.config.status_type} - set(TYPES)
        if unknown:
            raise self._refused(
                f"the cluster's networkType is {listed(name or '(none)' for name in sorted(unknown))}",
                "Only OpenShiftSDN and OVNKubernetes can be migrated.",
            )
        return seen

    def _beyond(self, seen: Networks) -> Verdict:
        """The verdict on a cluster whose spec has been flipped already."""
        if seen.config.status_type == self.target:
            return done(f"the cluster has been switched to {self.target} already")
        if seen.operator.migrating_to == self.target:
            return done(f"the switch to {self.target} is under way")
        raise self._refused(
            f"spec.networkType is {self.target}, but the operator still runs {seen.config.status_type}: it was changed "
            f"without spec.migration. {_refusal(self.cluster).why}".strip(),
            f"To undo it, {undo_flip(self.target)}; wait until clusteroperator network is no longer Degraded; then "
            "start again.",
        )

    def _require_settings(self, seen: Networks) -> Version:
        version = readers.version(self.cluster)
        problem = offline_problem(version)
        if problem or version is None:
            raise self._refused(problem or "no version", "Nothing was changed.")
        impossible = sdn_problems(seen) if self.target == SDN else []
        if impossible:
            raise self._refused("; ".join(impossible), "Nothing was changed.")
        wrong = problems(self.settings, seen, target=self.target, version=version)
        if wrong:
            raise Refused(
                tried=f"migrate to {self.target} with these settings",
                seen="; ".join(wrong),
                remedy="Nothing was changed. Correct the settings.",
                facts={"problems": wrong},
            )
        return version

    def _without_leftovers(self, seen: Networks) -> Networks:
        """What there is when all that an earlier migration has left, its open record too, has been cleared."""
        self._require_rights()
        journal.close(self.cluster, target=self.target, clock=self.clock, write=not self.check_mode)
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
            journal.recorded_or_now(self.cluster, readers.nodes(self.cluster), clock=self.clock, write=True)
        if seen.operator.migration is not None:
            self._patch_operator(seen, patches.clear_migration())
        return self._until(
            "see status.migration go",
            lambda now: now.operator.migration is None and not now.config.migrating,
            waiting_for="status.migration is still there",
            achieved="no migration is set",
        )

    def _switched_already(self) -> Refused:
        return self._refused(
            f"the cluster has been switched to {self.target} already",
            "Finish it (state finalized), or roll it back; there is nothing left to abort.",
            facts={"switched": True},
        )

    def _unflipped(self, seen: Networks) -> Networks:
        """What there is when a flip that the operator has refused is taken back.

        :raises Refused: when the operator applies it after all
        """
        flipped, applied = seen.config.spec_type, seen.config.status_type
        if not self.allow_abort or flipped != self.target:
            raise self._refused(
                f"spec.networkType is {flipped}, and the operator still runs {applied}",
                f"Wait for it (state switched, target {flipped}), or set allow_abort with that target to take it back.",
            )
        answer = self._answer_to_flip()
        if answer.state == "done":
            raise self._switched_already()
        if answer.state == "pending":
            self._warnings.append(f"Whether the operator refuses the flip is not known yet: {answer.reason}.")
        self._require_rights()
        patch = patches.unflip(seen.config)
        self._patch_config(seen, patch)
        if self.check_mode:
            return replace(seen, config=replace(seen.config, spec_type=applied))
        journal.close(self.cluster, target=flipped, clock=self.clock, write=True)
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
            remedy="Look at the message of clusteroperator network.",
        )

    def _refuse_unfinished_way_back(self, seen: Networks) -> None:
        """The migration field of a rollback whose nodes or pools are not done is no leftover."""
        under_way = seen.operator.migrating_to
        if self.target == SDN or under_way is None or under_way != seen.config.spec_type:
            return
        recorded = journal.current(self.cluster, seen=seen)
        waiting = not_rebooted(readers.nodes(self.cluster), recorded.boot_ids) if recorded else ()
        paused = self._readiness().paused
        if waiting or paused:
            what = f"not rebooted: {listed(waiting)}" if waiting else f"still paused: {listed(paused)}"
            raise self._refused(
                f"the way back to {under_way} is not finished, {what}", f"Finish it first (target {under_way})."
            )

    def _readiness(self) -> Readiness:
        view = PoolReader(self.cluster).read()
        record = journal.read(self.cluster)
        return readiness(view, target=self.target, ledger=loans.read(self.cluster), record=record)

    def _require_paused(self, seen: Networks) -> None:
        """Before the operator is asked: with that, the configuration for OpenShiftSDN begins to roll out."""
        pools = PoolReader(self.cluster).read().pools
        loose = [pool.pool.name for pool in pools if pool.pool.machines and not pool.pool.paused]
        # A rehearsal cannot tell whether they will have been paused by then.
        if loose and seen.operator.migrating_to != self.target and not self.check_mode:
            self._require(
                f"these pools are not paused, so their nodes would take the configuration for {self.target} while "
                f"{seen.config.spec_type} runs, which it cannot without br-ex: {listed(loose)}",
                "Pause them first (mcp_pause).",
            )

    def _require_followed(self) -> None:
        """At the end of the way back: every node has taken the configuration that was held back."""
        ready = self._readiness()
        if ready.followed.state != "done":
            self._require(
                f"still paused: {listed(ready.paused)}"
                if ready.paused
                else f"not every node runs the configuration for {self.target}: {ready.followed.reason}",
                "Resume the pools (mcp_pause), and wait until every node has the configuration (mcp_wait).",
            )
        if ready.left:
            self._warnings.append(
                f"Paused by their owner, and so still on the former plugin's configuration: {listed(ready.left)}. "
                "Their nodes take the other one, and reboot, when these pools are resumed."
            )

    def _refuse_other_migrations(self, seen: Networks) -> None:
        """Another migration under way uses the same field, and taking it away or adding to it breaks that one."""
        migration = seen.operator.migration or {}
        kind = (
            "an MTU change" if migration.get("mtu") else "a live migration" if migration.get("mode") == "Live" else ""
        )
        if kind:
            raise self._refused(
                f"{kind} is under way: spec.migration of networks.operator.openshift.io cluster is {dict(migration)}",
                "Finish it first; an MTU change is finished with spec.migration null after its reboots.",
            )
        under_way = seen.operator.migrating_to
        if seen.config.spec_type == self.target and under_way not in (None, self.target):
            raise self._refused(
                f"the cluster runs {self.target}, and a migration to {under_way} is being prepared",
                "Go on with that one, or undo it (state idle with allow_abort), which reboots every node.",
            )

    def _refuse_other_features(self, seen: Networks) -> None:
        if seen.operator.migrating_to != self.target or self.settings.features is None:
            return
        # The CRD defaults an absent key, and CNO an absent features, to true.
        live = (seen.operator.migration or {}).get("features") or {}
        differing = [name for name, wanted in self.settings.features.items() if live.get(name, True) != wanted]
        if differing:
            raise self._refused(
                f"the migration to {self.target} was started with other features ({', '.join(differing)}); up to 4.15 "
                "they are converted as soon as spec.migration is set",
                "Go on with the features it was started with, or abort and start again.",
            )

    def _require_prepared(self, seen: Networks, *, version: Version) -> None:
        if seen.operator.migrating_to != self.target or seen.config.acknowledged != self.target:
            self._require(f"the migration to {self.target} is not prepared", "Run state prepared first.")
            return
        self._refuse_other_features(seen)
        if patches.missing_settings(seen.operator, self.settings, target=self.target, version=version):
            self._require(
                "the settings are not those that the migration was prepared with", "Run state prepared first."
            )
        if self.target == SDN:
            self._require_held()
            return
        pools = PoolReader(self.cluster).read().verdict(state="updated", network_type=self.target)
        if pools.state != "done":
            self._require(
                f"not every node runs the configuration for {self.target}: {pools.reason}",
                "Wait for the pools (mcp_wait with network_type), then switch. On a node without br-ex the new plugin "
                "cannot start.",
            )

    def _require_held(self) -> None:
        """On the way to OpenShiftSDN: every pool paused. What may go wrong later is told, and does not keep us."""
        prepared = self._readiness().prepared
        if prepared.state != "done":
            self._require(
                f"the pools are not ready for {self.target}: {prepared.reason}",
                "Pause every pool (mcp_pause) and wait until its pending configuration is the one for it (mcp_wait "
                "with wait_condition paused and network_type).",
            )
        nodes = readers.nodes(self.cluster)
        sick = [f"{node.name} ({node.reason or node.state})" for node in nodes if degraded(node)]
        if sick:
            self._warnings.append(
                f"The machine-config-daemon has failed on {listed(sick)}. That does not hinder the switch and the "
                "reboots, but has to be mended before these nodes can take the configuration of the resumed pools."
            )
        away = [node.name for node in nodes if not node.ready]
        if away:
            self._warnings.append(
                f"Not Ready at the switch: {listed(away)}. If one of them is rebooting at this moment, it counts as "
                "rebooted since the switch when it is back; reboot it once more then."
            )

    def _require_rebooted(self, seen: Networks) -> None:
        if seen.config.spec_type != self.target or seen.config.status_type != self.target:
            self._require(
                f"the cluster runs {seen.config.status_type}, not {self.target}; taking spec.migration away now would "
                "roll every node back",
                "Switch first.",
            )
            return
        if seen.operator.migration is None:
            return
        recorded = journal.current(self.cluster, seen=seen)
        if recorded is None:
            self._require(
                "no boot ids were recorded before the switch, so nothing proves that the nodes have rebooted",
                "Run node_reboot: it records them, reboots every node and proves it.",
            )
            return
        nodes = readers.nodes(self.cluster)
        waiting = not_rebooted(nodes, recorded.boot_ids)
        if waiting:
            self._require(f"not rebooted since the switch: {listed(waiting)}", "Run node_reboot.")
        away = [node.name for node in nodes if not node.ready]
        if away:
            self._require(f"not Ready since the switch: {listed(away)}", "Wait for them, or run node_reboot.")

    def _require_rights(self) -> None:
        """Before the first write: a credential that can do half of a migration is found out while nothing is done."""
        if not self._rights_known:
            access.require_all(self.cluster)
        self._rights_known = True

    def _require_lasting_credential(self) -> None:
        """Nobody could tell the nodes to reboot after the switch, and only their reboot brings the network back."""
        if self.cluster.oauth_token() and not self.allow_oauth_token:
            self._require(
                "this credential is a token of OpenShift's OAuth server (oc login), which answers from the pod network "
                "and so is gone between the switch and the reboots",
                "Use the installer's kubeconfig (a client certificate) or the token of a service account with the "
                "cluster-admin role, then run this again; or set allow_oauth_token when you can reboot the nodes "
                "yourself.",
            )

    def _require(self, problem: str, remedy: str) -> None:
        """Refuse; in check mode say it, since the steps before this one have only been predicted."""
        if not self.check_mode:
            raise self._refused(problem, remedy)
        self._warnings.append(
            f"Check mode ran none of the steps before; as the cluster stands now: {problem}. {remedy}"
        )

    def _refused(self, problem: str, remedy: str, *, facts: Optional[Mapping[str, Any]] = None) -> Refused:
        return Refused(tried=f"migrate to {self.target}", seen=problem, remedy=remedy, facts=facts)

    def _flip(self, seen: Networks) -> None:
        self._require_rights()
        self._require_lasting_credential()
        if not self.check_mode:
            journal.record(self.cluster, readers.nodes(self.cluster), target=self.target, clock=self.clock)
        self._patch_config(seen, patches.flip(self.settings, target=self.target))

    def _patch_config(self, seen: Networks, patch: patches.Patch) -> None:
        live = {
            "networkType": seen.config.spec_type,
            "clusterNetwork": [dict(entry) for entry in seen.config.cluster_network],
        }
        if not self.check_mode:
            self.cluster.merge(NETWORK_CONFIG, "cluster", patch)
        self._diff({"spec": live}, patch, header="networks.config.openshift.io cluster")

    def _patch_operator(self, seen: Networks, patch: patches.Patch) -> None:
        self._require_rights()
        if not self.check_mode:
            self.cluster.merge(NETWORK_OPERATOR, "cluster", patch)
        self._diff({"spec": seen.operator.spec}, patch, header="networks.operator.openshift.io cluster")

    def _diff(self, document: Any, patch: patches.Patch, *, header: str) -> None:
        after = patches.merged(document, patch)
        self._diffs.append(
            Diff(before=patches.projection(document, patch), after=patches.projection(after, patch), header=header)
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
            warnings=tuple(self._warnings),
        )


def _refusal(cluster: Cluster) -> Condition:
    status = cluster.get(CLUSTER_OPERATOR, "network").get("status") or {}
    return Conditions.from_json(status.get("conditions") or ())["Degraded"]
