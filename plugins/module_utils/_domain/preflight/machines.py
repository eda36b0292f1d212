# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the nodes and their pools would take a new configuration, and come back after a reboot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from ..borrowing.health_checks import acts_on_reboots
from ..nodes import Node
from ..pools.pool import Pool, custom_pools, selecting
from ..verdicts import counted, listed, with_reasons
from ..versions import Version
from .findings import ANY_METHOD, OFFLINE, Check, Problem, key, named, objects
from .snapshot import Json, Snapshot

#: The machine-config-operator's own default.
ONE_AT_A_TIME = 1
#: From here on master wins over a custom pool; before, the operator refuses a node of both.
FIRST_MASTER_WINS = 14
PAUSED_CHECK = "cluster.x-k8s.io/paused"


def _settled(snapshot: Snapshot) -> Iterator[Problem]:
    if not snapshot.pools:
        yield Problem("no MachineConfigPool is listed")
    for pool in snapshot.pools:
        why = _unsettled(pool)
        if why:
            yield Problem(f"pool {pool.name} {why}", (f"machineconfigpool/{pool.name}",))


def _unsettled(pool: Pool) -> str:
    if pool.conditions["Degraded"].true or pool.degraded_machines:
        reasons = (pool.conditions[type_].why for type_ in ("RenderDegraded", "NodeDegraded", "Degraded"))
        return f"is degraded: {next((' '.join(r.split()) for r in reasons if r), 'it gives no reason')}"
    if pool.settled or (pool.machines == 0 and pool.spec_config):
        return ""
    return (
        f"is not done: {pool.updated_machines} updated and {pool.ready_machines} ready of {pool.machines} machines, "
        f"wanted {pool.spec_config or 'nothing'}, run {pool.status_config or 'nothing'}"
    )


def _in_one_pool(snapshot: Snapshot) -> Iterator[Problem]:
    """Of a node that it cannot place the operator says so in its log only, and no pool counts it
    (machine-config-operator 4.12 and 4.14, pkg/controller/node/node_controller.go, getPoolsForNode)."""
    astray = {node.name: _astray(selecting(snapshot.pools, node), snapshot.version) for node in snapshot.nodes}
    astray = {name: why for name, why in astray.items() if why}
    if astray:
        yield Problem(
            f"{counted(len(astray), 'node', 'get')} no configuration, for want of one pool that has "
            f"{'them' if len(astray) > 1 else 'it'}: {with_reasons(astray.items())}",
            objects("node", astray),
        )


def _astray(names: list[str], version: Optional[Version]) -> str:
    """Why no pool configures a node that these select; empty when one does."""
    custom = custom_pools(names)
    if len(custom) > 1:
        return f"the custom pools {listed(custom)} select it"
    old = version is not None and not version.at_least(FIRST_MASTER_WINS)
    if custom and "master" in names and old:
        return f"master and the custom pool {custom[0]} select it"
    return "" if names else "no pool selects it"


def _paused(snapshot: Snapshot) -> Iterator[Problem]:
    paused = [pool.name for pool in snapshot.pools if pool.paused and pool.machines]
    if paused:
        yield Problem(
            f"{counted(len(paused), 'pool', 'are')} paused and would never take the new configuration: "
            f"{listed(paused)}",
            objects("machineconfigpool", paused),
        )


def _pace(snapshot: Snapshot) -> Iterator[Problem]:
    known = [
        f"{pool['metadata']['name']} {(pool.get('spec') or {}).get('maxUnavailable') or ONE_AT_A_TIME} of {machines}"
        for pool in snapshot.raw_pools
        for machines in [(pool.get("status") or {}).get("machineCount", 0)]
        if machines
    ]
    if known:
        yield Problem(f"machines that the rollout takes down at a time: {', '.join(known)}")


def _empty(snapshot: Snapshot) -> Iterator[Problem]:
    empty = [pool.name for pool in snapshot.pools if pool.machines == 0]
    if empty:
        yield Problem(
            f"{counted(len(empty), 'pool')} without machines, which never say Updating: {listed(empty)}",
            objects("machineconfigpool", empty),
        )


def _ready(snapshot: Snapshot) -> Iterator[Problem]:
    if not snapshot.nodes:
        yield Problem("no node is listed")
    unready = [node for node in snapshot.nodes if not node.ready]
    if unready:
        told = listed(f"{node.name} ({node.ready_reason})" for node in unready)
        yield Problem(
            f"{counted(len(unready), 'node', 'are')} not Ready: {told}",
            objects("node", (node.name for node in unready)),
        )


def _schedulable(snapshot: Snapshot) -> Iterator[Problem]:
    cordoned = [node.name for node in snapshot.nodes if not node.schedulable]
    if cordoned:
        yield Problem(
            f"{counted(len(cordoned), 'node', 'are')} cordoned: {listed(cordoned)}", objects("node", cordoned)
        )


def _configured(snapshot: Snapshot) -> Iterator[Problem]:
    unfinished = [node for node in snapshot.nodes if _unfinished(node)]
    if unfinished:
        told = listed((_unfinished(node) for node in unfinished), separator="; ")
        yield Problem(told, objects("node", (node.name for node in unfinished)))


def _unfinished(node: Node) -> str:
    if node.state != "Done":
        because = f" ({' '.join(node.reason.split())})" if node.reason else ""
        return f"node {node.name} is {node.state or 'without a state'}{because}"
    if not node.current_config or node.current_config != node.desired_config:
        return (
            f"node {node.name} runs {node.current_config or 'nothing'} and is to run {node.desired_config or 'nothing'}"
        )
    return ""


def _topology(snapshot: Snapshot) -> Iterator[Problem]:
    masters = [node for node in snapshot.nodes if node.control_plane]
    if not masters:
        yield Problem("no node is labelled as a control-plane node", severity="block")
    elif len(masters) == 1:
        yield Problem("there is one control-plane node: the API is away while it reboots", severity="info")
    elif len(masters) == len(snapshot.nodes):
        yield Problem(f"a compact cluster: its {len(masters)} control-plane nodes carry the workload", severity="info")


def _requests(snapshot: Snapshot) -> Iterator[Problem]:
    waiting = [request for request in snapshot.signing_requests if _undecided(request)]
    if waiting:
        yield Problem(
            f"{counted(len(waiting), 'certificate signing request', 'are')} pending: {listed(key(r) for r in waiting)}",
            named("csr", *waiting),
        )


def _undecided(request: Json) -> bool:
    conditions = (request.get("status") or {}).get("conditions") or ()
    return not any(condition.get("type") in ("Approved", "Denied", "Failed") for condition in conditions)


def _health_checks(snapshot: Snapshot) -> Iterator[Problem]:
    active = [
        check
        for check in snapshot.machine_health_checks
        if PAUSED_CHECK not in (check["metadata"].get("annotations") or {}) and acts_on_reboots(check)
    ]
    if active:
        yield Problem(
            f"{counted(len(active), 'MachineHealthCheck')} would replace nodes that take long to reboot, or to be "
            f"Ready again after the switch: {listed(key(check) for check in active)}",
            named("machinehealthcheck", *active),
        )


def _node_health_checks(snapshot: Snapshot) -> Iterator[Problem]:
    active = [check for check in snapshot.node_health_checks if not (check.get("spec") or {}).get("pauseRequests")]
    if active:
        yield Problem(
            f"{counted(len(active), 'NodeHealthCheck')} would remediate nodes that take long to reboot, or to be Ready "
            f"again after the switch: {listed(key(check) for check in active)}",
            named("nodehealthcheck", *active),
        )


CHECKS = (
    Check(
        "pools_settled",
        _settled,
        severity="block",
        methods=ANY_METHOD,
        title="Every MachineConfigPool is done with what it was doing, and none is degraded.",
        remedy="Wait for its rollout, or repair the node that holds it up: oc describe mcp NAME.",
        before_switch=True,
    ),
    Check(
        "nodes_in_one_pool",
        _in_one_pool,
        severity="block",
        methods=ANY_METHOD,
        title="Every node belongs to one MachineConfigPool, which configures it.",
        remedy=(
            "Take a label away until one custom pool is left (oc label node NAME node-role.kubernetes.io/POOL-), or "
            "give the node the label that a pool selects by, and wait for the pool."
        ),
        before_switch=True,
    ),
    Check(
        "pools_not_paused",
        _paused,
        severity="block",
        methods=OFFLINE,
        title="No MachineConfigPool with machines is paused.",
        remedy='Resume them: oc patch mcp NAME --type=merge -p \'{"spec":{"paused":false}}\'.',
        before_switch=True,
    ),
    Check(
        "pools_pace",
        _pace,
        severity="info",
        methods=OFFLINE,
        title="How many machines of each pool the rollout takes down at a time (maxUnavailable).",
        remedy="Raise it for the rollout where the workload bears it (cno_prepare_max_unavailable); it is put back.",
    ),
    Check(
        "pools_empty",
        _empty,
        severity="info",
        methods=ANY_METHOD,
        title="Pools without machines, which count as done.",
        remedy="Nothing needs to be done.",
    ),
    Check(
        "nodes_ready",
        _ready,
        severity="block",
        methods=ANY_METHOD,
        title="Every node is Ready.",
        remedy="Repair or remove them: oc describe node NAME.",
        before_switch=True,
    ),
    Check(
        "nodes_schedulable",
        _schedulable,
        severity="block",
        methods=ANY_METHOD,
        title="No node is cordoned.",
        remedy="Uncordon them: oc adm uncordon NAME.",
        before_switch=True,
    ),
    Check(
        "nodes_configured",
        _configured,
        severity="block",
        methods=ANY_METHOD,
        title="Every machine-config-daemon is Done, with the configuration that its node is to run.",
        remedy="Look at oc describe node NAME and at the log of its machine-config-daemon.",
        before_switch=True,
    ),
    Check(
        "control_plane_topology",
        _topology,
        severity="info",
        methods=ANY_METHOD,
        title="There are control-plane nodes; a single-node or compact cluster is told.",
        remedy="Plan for it; where no node is labelled, restore node-role.kubernetes.io/control-plane.",
    ),
    Check(
        "signing_requests_decided",
        _requests,
        severity="warn",
        methods=ANY_METHOD,
        title="No certificate signing request is pending.",
        remedy="Approve or deny them (oc adm certificate); a node whose request waits does not become Ready.",
        before_switch=True,
    ),
    Check(
        "machine_health_checks",
        _health_checks,
        severity="warn",
        methods=ANY_METHOD,
        title=(
            "No active MachineHealthCheck would replace a node that takes long to reboot (one that looks for "
            "conditions of the kubelet)."
        ),
        remedy=(
            "cno_prepare and cno_switch pause them unless told not to; on your own: oc annotate mhc -n NAMESPACE NAME "
            f"{PAUSED_CHECK}=."
        ),
        before_switch=True,
    ),
    Check(
        "node_health_checks",
        _node_health_checks,
        severity="warn",
        methods=ANY_METHOD,
        title="No active NodeHealthCheck would remediate a node that takes long to reboot.",
        remedy="cno_prepare and cno_switch pause them unless told not to; on your own: spec.pauseRequests.",
        before_switch=True,
    ),
)
