# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phase a cluster is in, from what the cluster itself says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

from ..networks import LIVE_ANNOTATION, NAMESPACE, OVN, SDN, TYPES, Networks, OperatorNetwork, other
from ..verdicts import Verdict, counted, listed

Phase = Literal[
    "not_started",
    "preparing",
    "prepared",
    "switching",
    "awaiting_reboot",
    "verifying",
    "cleanup_pending",
    "complete",
    "live",
    "inconsistent",
]


@dataclass(frozen=True)
class Observation:
    """What the phase is decided from.

    ``pools`` is the verdict over the pools for ``target``, ``prepared`` whether they can go through the flip;
    ``not_rebooted`` is None when no boot ids are recorded; ``not_ready`` are nodes that do not report Ready, which a
    node that has rebooted must; ``former_namespace`` is whether that of the former plugin is there and nobody has asked
    for its deletion, ``former_namespace_going`` whether it is still on its way; ``paused`` are the pools that are to be
    resumed after the reboots, ``left`` those whose owner has paused them.
    """

    networks: Networks
    target: str
    pools: Verdict
    prepared: Verdict
    not_rebooted: Optional[tuple[str, ...]]
    not_ready: tuple[str, ...]
    former_namespace: bool
    former_namespace_going: bool = False
    paused: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Position:
    phase: Phase
    reason: str
    next: str


def position(seen: Observation) -> Position:
    """The phase, why, and what comes next."""
    config = seen.networks.config
    if config.live:
        return Position(
            "live",
            f"networks.config.openshift.io cluster carries the annotation {LIVE_ANNOTATION}",
            "wait for the live migration to complete, or remove a leftover annotation: oc annotate network.config "
            f"cluster {LIVE_ANNOTATION}-",
        )
    if config.spec_type not in TYPES or config.status_type not in TYPES:
        return Position(
            "inconsistent",
            f"networkType is {config.spec_type or '(none)'}, in status {config.status_type or '(none)'}",
            "nothing: only OpenShiftSDN and OVNKubernetes are known here",
        )
    if config.spec_type == seen.target:
        return _after_flip(seen)
    return _before_flip(seen)


def _before_flip(seen: Observation) -> Position:
    config, operator = seen.networks.config, seen.networks.operator
    if config.status_type == seen.target:
        return Position(
            "inconsistent",
            f"status.networkType is {seen.target}, but spec.networkType asks for {config.spec_type}",
            "look at the message of clusteroperator network",
        )
    if seen.target == OVN and operator.migrating_to == config.spec_type and (seen.not_rebooted or seen.paused):
        return Position(
            "inconsistent",
            f"the way back to {config.spec_type} is not finished: {_unfinished(seen)}",
            f"finish it first (rollback.yml): it is not a migration to {seen.target}",
        )
    if operator.migrating_to != seen.target:
        return Position(
            "not_started", f"the cluster runs {config.status_type}{_leftover(operator)}", "prepare (cno_prepare)"
        )
    if config.acknowledged != seen.target:
        return Position(
            "preparing",
            "the operator has not acknowledged spec.migration yet",
            "wait (cno_prepare), or look at clusteroperator network",
        )
    if seen.prepared.state == "failed":
        remedy = "pause the pools" if seen.target == SDN else "mend that pool"
        return Position("preparing", seen.prepared.reason, f"{remedy}, then go on (cno_prepare)")
    if seen.prepared.state != "done":
        return Position("preparing", seen.prepared.reason, "wait for the pools (cno_prepare)")
    return Position("prepared", seen.prepared.reason, "switch (cno_switch)")


def _unfinished(seen: Observation) -> str:
    if seen.not_rebooted:
        return f"{counted(len(seen.not_rebooted), 'node', 'have')} not rebooted since the flip"
    return f"still paused: {listed(seen.paused)}"


def _leftover(operator: OperatorNetwork) -> str:
    if operator.migration is None:
        return ""
    if operator.migrating_to:
        return f"; spec.migration still asks for {operator.migrating_to}"
    return f"; spec.migration is still there with {listed(sorted(operator.migration)) or 'nothing in it'}"


def undo_flip(target: str) -> str:
    """How to take back a change of networkType that the operator refuses."""
    patch = f'{{"spec":{{"networkType":"{other(target)}"}}}}'
    return (
        f"set spec.networkType back to {other(target)} with: oc patch network.config cluster --type=merge -p '{patch}'"
    )


def _after_flip(seen: Observation) -> Position:
    config, operator = seen.networks.config, seen.networks.operator
    if operator.migration is None:
        return _without_migration(seen)
    if operator.migrating_to != seen.target:
        return Position(
            "inconsistent",
            f"the cluster runs {config.spec_type} and spec.migration asks for {operator.migrating_to or '(none)'}",
            f"finish or undo that migration first: it is not one to {seen.target}",
        )
    if config.status_type != seen.target:
        return Position("switching", "the operator has not applied the new networkType yet", "wait (cno_switch)")
    if seen.not_rebooted is None:
        return Position(
            "awaiting_reboot",
            "no boot ids were recorded before the flip, so no node is known to have rebooted",
            "reboot every node (cno_reboot)",
        )
    if seen.not_rebooted:
        waiting = counted(len(seen.not_rebooted), "node", "have")
        return Position(
            "awaiting_reboot",
            f"{waiting} not rebooted since the flip: {listed(seen.not_rebooted)}",
            "reboot them (cno_reboot)",
        )
    # Once pools are resumed, a node that is not Ready is in the second round of the Machine Config Operator.
    if seen.not_ready and (seen.target == OVN or seen.paused):
        return Position(
            "awaiting_reboot",
            f"every node has rebooted since the flip, but not Ready since: {listed(seen.not_ready)}",
            "wait for them (cno_reboot)",
        )
    return _rolled_out(seen, "every node has rebooted since the flip") or Position(
        "verifying", f"every node has rebooted since the flip{_left(seen)}", "verify, then clean up (cno_verify)"
    )


def _rolled_out(seen: Observation, so_far: str) -> Optional[Position]:
    """Where the nodes keep their configuration until the reboots (pausing.py) it is rolled out afterwards; else None.

    On the way to OVN-Kubernetes the rollout came before the flip, and what pools say after it may be stale.
    """
    if seen.target != SDN or seen.pools.state == "done":
        return None
    if seen.paused:
        return Position("verifying", f"{so_far}; still paused: {listed(seen.paused)}", "resume the pools (cno_reboot)")
    return Position("verifying", f"{so_far}; {seen.pools.reason}", "wait for the pools (cno_verify)")


def _left(seen: Observation) -> str:
    if not seen.left:
        return ""
    return f"; paused by their owner, on the former configuration until they are resumed: {listed(seen.left)}"


def _without_migration(seen: Observation) -> Position:
    config, operator = seen.networks.config, seen.networks.operator
    if config.status_type != seen.target:
        return Position(
            "inconsistent",
            f"spec.networkType was set to {seen.target} without spec.migration, which the operator refuses",
            f"{undo_flip(seen.target)}; wait until clusteroperator network is no longer Degraded; start again",
        )
    rolling = _rolled_out(seen, f"the cluster runs {seen.target}")
    if rolling:
        return rolling
    left = []
    if config.migrating:
        left.append("status.migration")
    if seen.former_namespace:
        left.append(f"namespace {NAMESPACE[other(seen.target)]}")
    if operator.block(other(seen.target)):
        left.append("the former plugin's settings")
    if left:
        return Position("cleanup_pending", f"left over: {', '.join(left)}", "clean up (cno_cleanup)")
    if seen.former_namespace_going:
        name = NAMESPACE[other(seen.target)]
        return Position(
            "complete",
            f"the cluster runs {seen.target}{_left(seen)}; namespace {name} is still Terminating",
            "nothing: the namespace goes by itself once every API service answers ('oc get apiservices')",
        )
    return Position("complete", f"the cluster runs {seen.target}{_left(seen)}", "nothing")
