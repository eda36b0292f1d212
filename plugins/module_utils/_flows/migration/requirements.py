# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be true before each step of a migration; what is not is refused before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ..._cluster import readers
from ..._cluster.port import Cluster
from ..._domain import rights
from ..._domain.errors import Refused
from ..._domain.migration import patches
from ..._domain.migration.commands import CLEAR_MIGRATION, ROLLBACK, onward
from ..._domain.migration.fields import OperatorFields
from ..._domain.migration.settings import Settings, problems
from ..._domain.migration.way_back import sdn_problems
from ..._domain.networks import SDN, Networks
from ..._domain.records.journal import not_rebooted
from ..._domain.verdicts import listed
from ..._domain.versions import offline_problem
from ..borrowing import ledger
from ..pools.readiness import Readiness, readiness
from ..pools.wait import PoolReader
from ..records import journal
from . import access


@dataclass
class Requirements:
    """Of a migration to ``target`` with ``settings``. Each method returns, or raises ``Refused``.

    What only the steps before can bring about is a warning in check mode, since those have not been run there.
    """

    cluster: Cluster
    target: str
    settings: Settings
    check_mode: bool
    allow_oauth_token: bool
    warnings: list[str] = field(default_factory=list)
    _rights_known: bool = False

    def rights(self) -> None:
        """Before the first write: a credential that can do half of a migration is found out while nothing is done."""
        if not self._rights_known:
            access.require_all(self.cluster)
        self._rights_known = True

    def lasting_credential(self) -> None:
        """Nobody could tell the nodes to reboot after the switch, and only their reboot brings the network back."""
        if self.cluster.oauth_token() and not self.allow_oauth_token:
            self.hold(
                "this credential is a token of OpenShift's OAuth server (oc login), which answers from the pod network "
                "and so is gone between the switch and the reboots",
                "Use the installer's kubeconfig (a client certificate) or the token of a service account "
                f"({rights.PAGE}), then run this again; or set allow_oauth_token when you can reboot the nodes "
                "yourself.",
            )

    def settings_fit(self, seen: Networks) -> OperatorFields:
        """Version, cluster and settings are such that the operator can go on with them."""
        version = readers.version(self.cluster)
        problem = offline_problem(version)
        if problem or version is None:
            raise self.refused(
                problem or "no version", "Nothing was changed. See 'oc get clusterversion': it takes 4.10 to 4.16."
            )
        impossible = sdn_problems(seen) if self.target == SDN else []
        if impossible:
            raise self.refused("; ".join(impossible), "Nothing was changed. Mend that first, then run this again.")
        fields = readers.operator_fields(self.cluster) if self.settings.depend_on_fields else OperatorFields()
        wrong = problems(self.settings, seen, target=self.target, version=version, fields=fields)
        if wrong:
            raise Refused(
                tried=f"migrate to {self.target} with these settings",
                seen="; ".join(wrong),
                remedy="Nothing was changed. Correct the settings (cno_prepare_ovn, cno_prepare_sdn, "
                "cno_prepare_features, cno_switch_cluster_network).",
                facts={"problems": wrong},
            )
        return fields

    def no_other_migration(self, seen: Networks) -> None:
        """Another migration under way uses the same field, and taking it away or adding to it breaks that one."""
        migration = seen.operator.migration or {}
        kind = (
            "an MTU change" if migration.get("mtu") else "a live migration" if migration.get("mode") == "Live" else ""
        )
        if kind:
            raise self.refused(
                f"{kind} is under way: spec.migration of networks.operator.openshift.io cluster is {dict(migration)}",
                f"Finish it first; an MTU change is finished, after its reboots, with: {CLEAR_MIGRATION}",
            )
        under_way = seen.operator.migrating_to
        if seen.config.spec_type == self.target and under_way not in (None, self.target):
            raise self.refused(
                f"the cluster runs {self.target}, and a migration to {under_way} is being prepared",
                f"Go on with that one ('{onward(under_way)}'), or undo it (state idle with allow_abort), which "
                "reboots every node.",
            )

    def no_unfinished_way_back(self, seen: Networks) -> None:
        """The migration field of a rollback whose nodes or pools are not done is no leftover."""
        under_way = seen.operator.migrating_to
        if self.target == SDN or under_way is None or under_way != seen.config.spec_type:
            return
        recorded = journal.current(self.cluster, seen=seen)
        waiting = not_rebooted(readers.nodes(self.cluster), recorded.boot_ids) if recorded else ()
        paused = self._readiness(seen).paused
        if waiting or paused:
            what = f"not rebooted: {listed(waiting)}" if waiting else f"still paused: {listed(paused)}"
            raise self.refused(
                f"the way back to {under_way} is not finished, {what}", f"Finish it first: '{onward(under_way)}'."
            )

    def same_features(self, seen: Networks) -> None:
        """What is converted cannot be chosen anew once the operator has begun."""
        if seen.operator.migrating_to != self.target or self.settings.features is None:
            return
        # The CRD defaults an absent key, and CNO an absent features, to true.
        live = (seen.operator.migration or {}).get("features") or {}
        differing = [name for name, wanted in self.settings.features.items() if live.get(name, True) != wanted]
        if differing:
            raise self.refused(
                f"the migration to {self.target} was started with other features ({', '.join(differing)}); up to 4.15 "
                "they are converted as soon as spec.migration is set",
                f"Go on with the features it was started with (cno_prepare_features), or abort ('{ROLLBACK}'), "
                "and start again.",
            )

    def pools_paused(self, seen: Networks) -> None:
        """Before the operator is asked: with that, the configuration for OpenShiftSDN begins to roll out."""
        pools = PoolReader(self.cluster).read().pools
        loose = [pool.pool.name for pool in pools if pool.pool.machines and not pool.pool.paused]
        # A rehearsal cannot tell whether they will have been paused by then.
        if loose and seen.operator.migrating_to != self.target and not self.check_mode:
            self.hold(
                f"these pools are not paused, so their nodes would take the configuration for {self.target} while "
                f"{seen.config.spec_type} runs, which it cannot without br-ex: {listed(loose)}",
                "Pause them first (mcp_pause).",
            )

    def prepared(self, seen: Networks, *, fields: OperatorFields) -> None:
        """The operator has acknowledged this migration with these settings, and the pools are ready for the flip."""
        if seen.operator.migrating_to != self.target or seen.config.acknowledged != self.target:
            self.hold(f"the migration to {self.target} is not prepared", "Run state prepared first.")
            return
        self.same_features(seen)
        if patches.missing_settings(seen.operator, self.settings, target=self.target, fields=fields):
            self.hold("the settings are not those that the migration was prepared with", "Run state prepared first.")
        if self.target == SDN:
            self._held(seen)
            return
        pools = PoolReader(self.cluster).read().verdict(state="updated", network_type=self.target)
        if pools.state != "done":
            self.hold(
                f"not every node runs the configuration for {self.target}: {pools.reason}",
                "Wait for the pools (mcp_wait with network_type), then switch. On a node without br-ex the new plugin "
                "cannot start.",
            )

    def rebooted(self, seen: Networks) -> None:
        """The flip is applied, and every node has another boot than before it."""
        if seen.config.spec_type != self.target or seen.config.status_type != self.target:
            self.hold(
                f"the cluster runs {seen.config.status_type}, not {self.target}; taking spec.migration away now would "
                "roll every node back",
                "Switch first.",
            )
            return
        if seen.operator.migration is None:
            return
        recorded = journal.current(self.cluster, seen=seen)
        if recorded is None:
            self.hold(
                "no boot ids were recorded before the switch, so nothing proves that the nodes have rebooted",
                "Run node_reboot: it records them, reboots every node and proves it.",
            )
            return
        nodes = readers.nodes(self.cluster)
        waiting = not_rebooted(nodes, recorded.boot_ids)
        if waiting:
            self.hold(f"not rebooted since the switch: {listed(waiting)}", "Run node_reboot.")
        away = [node.name for node in nodes if not node.ready]
        if away:
            self.hold(f"not Ready since the switch: {listed(away)}", "Wait for them, or run node_reboot.")

    def pools_followed(self, seen: Networks) -> None:
        """At the end of the way back: every node has taken the configuration that was held back."""
        ready = self._readiness(seen)
        if ready.followed.state != "done":
            self.hold(
                f"still paused: {listed(ready.paused)}"
                if ready.paused
                else f"not every node runs the configuration for {self.target}: {ready.followed.reason}",
                "Resume the pools (mcp_pause), and wait until every node has the configuration (mcp_wait).",
            )
        if ready.left:
            self.warnings.append(
                f"Paused by their owner, and so still on the former plugin's configuration: {listed(ready.left)}. "
                "Their nodes take the other one, and reboot, when these pools are resumed."
            )

    def hold(self, problem: str, remedy: str) -> None:
        """Refuse; in check mode say it, since the steps before this one have only been predicted."""
        if not self.check_mode:
            raise self.refused(problem, remedy)
        self.warnings.append(f"Check mode ran none of the steps before; as the cluster stands now: {problem}. {remedy}")

    def refused(self, problem: str, remedy: str, *, facts: Optional[Mapping[str, Any]] = None) -> Refused:
        return Refused(tried=f"migrate to {self.target}", seen=problem, remedy=remedy, facts=facts)

    def _held(self, seen: Networks) -> None:
        """On the way to OpenShiftSDN: every pool paused. What may go wrong later is told, and does not keep us."""
        prepared = self._readiness(seen).prepared
        if prepared.state != "done":
            self.hold(
                f"the pools are not ready for {self.target}: {prepared.reason}",
                "Pause every pool (mcp_pause) and wait until its pending configuration is the one for it (mcp_wait "
                "with wait_condition paused and network_type).",
            )
        nodes = readers.nodes(self.cluster)
        sick = [f"{node.name} ({node.reason or node.state})" for node in nodes if node.degraded]
        if sick:
            self.warnings.append(
                f"The machine-config-daemon has failed on {listed(sick)}. That does not hinder the switch and the "
                "reboots. Once the pools are resumed these nodes are given the next configuration and try again; what "
                "the reason names has to be mended by then."
            )
        away = [node.name for node in nodes if not node.ready]
        if away:
            self.warnings.append(
                f"Not Ready at the switch: {listed(away)}. If one of them is rebooting at this moment, it counts as "
                "rebooted since the switch when it is back; reboot it once more then."
            )

    def _readiness(self, seen: Networks) -> Readiness:
        view = PoolReader(self.cluster).read()
        record = journal.read(self.cluster, seen=seen)
        return readiness(
            view, target=self.target, ledger=ledger.read(self.cluster, carriers=ledger.PAUSED), record=record
        )
