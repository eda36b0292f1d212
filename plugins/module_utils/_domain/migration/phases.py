# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phase a cluster is in, from what the cluster itself says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Optional

from ..networks import LIVE_ANNOTATION, NAMESPACE, OVN, SDN, TYPES, ConfigNetwork, Networks, OperatorNetwork, other
from ..verdicts import Verdict, counted, listed
from .commands import CLEAR_MIGRATION, OPERATOR_SAYS, ROLLBACK, UNMARK_LIVE, onward, set_type

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
    """``reason`` is what was seen, ``next`` how it goes on; ``command`` is what to run for it, then or at once, and
    empty where nothing is left to be done."""

    phase: Phase
    reason: str
    next: str
    command: str = ""


def position(seen: Observation) -> Position:
    """The phase, why, and what comes next."""
    found = _position(seen)
    return found if found.phase == "complete" or found.command else replace(found, command=onward(seen.target))


def _position(seen: Observation) -> Position:
    config = seen.networks.config
    if config.live:
        return Position(
            "live",
            f"networks.config.openshift.io cluster carries the annotation {LIVE_ANNOTATION}",
            f"wait for the live migration to complete, or remove a leftover annotation: '{UNMARK_LIVE}'",
        )
    if config.spec_type not in TYPES or config.status_type not in TYPES:
        return Position("inconsistent", strange_types(config), STRANGE_TYPES)
    if config.spec_type == seen.target:
        return _after_flip(seen)
    return _before_flip(seen)


#: When there is no type, or one that nobody knows.
STRANGE_TYPES = (
    "nothing can be done here: only OpenShiftSDN and OVNKubernetes are known; see what was set, and what the operator "
    f"says ('oc get network.config cluster -o yaml', '{OPERATOR_SAYS}')"
)


def strange_types(config: ConfigNetwork) -> str:
    return f"networkType is {config.spec_type or '(none)'}, in status {config.status_type or '(none)'}"


def _other_migration(seen: Observation) -> Position:
    """``spec.migration`` is there, and not for the type that is asked for."""
    config, migrating_to = seen.networks.config, seen.networks.operator.migrating_to
    reason = f"spec.networkType is {config.spec_type} and spec.migration asks for {migrating_to or '(none)'}"
    if not migrating_to:
        text = f"see who has set it; when nothing moves by it, clear it with: {CLEAR_MIGRATION}"
        return Position("inconsistent", reason, text)
    if config.status_type == migrating_to:
        return Position(
            "inconsistent",
            f"{reason}, which the operator runs already: somebody has set the type back",
            f"set spec.networkType to {migrating_to} again with: {set_type(migrating_to)}; wait until clusteroperator "
            f"network is not Degraded ('{OPERATOR_SAYS}')",
            ROLLBACK,
        )
    undo = f", or undo it ('{ROLLBACK}')" if migrating_to == OVN else ""
    text = f"finish the migration to {migrating_to} ('{onward(migrating_to)}'){undo}: it is not one to {seen.target}"
    return Position("inconsistent", reason, text, ROLLBACK)


def _before_flip(seen: Observation) -> Position:
    config, operator = seen.networks.config, seen.networks.operator
    if config.status_type == seen.target:
        return _set_back(seen)
    if seen.target == OVN and operator.migrating_to == config.spec_type and (seen.not_rebooted or seen.paused):
        return Position(
            "inconsistent",
            f"the way back to {config.spec_type} is not finished: {_unfinished(seen)}",
            f"finish it first (rollback.yml): it is not a migration to {seen.target}",
            ROLLBACK,
        )
    if operator.migrating_to != seen.target:
        return Position(
            "not_started", f"the cluster runs {config.status_type}{_leftover(operator)}", "prepare (cno_prepare)"
        )
    if config.acknowledged != seen.target:
        return Position(
            "preparing",
            "the operator has not acknowledged spec.migration yet",
            f"wait (cno_prepare); when it stays so, see why the operator refuses it: '{OPERATOR_SAYS}'",
        )
    if seen.prepared.state == "failed":
        remedy = "pause the pools" if seen.target == SDN else "mend that pool ('oc describe mcp NAME')"
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


def _set_back(seen: Observation) -> Position:
    """Another type is asked for than the operator runs. One that somebody has set back in the middle of a migration it
    refuses: a type may only change to the target of ``spec.migration`` (cluster-network-operator 4.14,
    pkg/network/render.go, IsChangeSafe)."""
    wanted, migrating_to = seen.networks.config.spec_type, seen.networks.operator.migrating_to
    reason = f"spec.networkType asks for {wanted}, and the operator runs {seen.target}"
    if migrating_to == wanted:
        text = f"{reason}: a switch to {wanted} is not applied yet"
        return Position("inconsistent", text, "finish it, or let it be taken back (rollback.yml)", ROLLBACK)
    if migrating_to != seen.target:
        reason += " and has no migration to it"
    elif seen.not_rebooted:
        waiting = counted(len(seen.not_rebooted), "node", "have")
        reason += f", in the middle of the migration to that: {waiting} not rebooted yet"
    else:
        reason += ", in the middle of the migration to that"
    return Position(
        "inconsistent",
        reason,
        f"set spec.networkType to {seen.target} again with: {set_type(seen.target)}; wait until clusteroperator "
        f"network is not Degraded ('{OPERATOR_SAYS}'); then go on here, or go to {wanted} ('{onward(wanted)}')",
    )


def undo_flip(target: str) -> str:
    """How to take back a change of networkType that the operator refuses."""
    return f"set spec.networkType back to {other(target)} with: {set_type(other(target))}"


def _after_flip(seen: Observation) -> Position:
    config, operator = seen.networks.config, seen.networks.operator
    if operator.migration is None:
        return _without_migration(seen)
    if operator.migrating_to != seen.target:
        return _other_migration(seen)
    if config.status_type != seen.target:
        return Position(
            "switching",
            "the operator has not applied the new networkType yet",
            f"wait (cno_switch); when it stays so, see why the operator refuses it: '{OPERATOR_SAYS}'",
        )
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
