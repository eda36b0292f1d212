"""The operator's status manager: ClusterOperator ``network`` and the conditions of the operator's Network object
(cluster-network-operator, pkg/controller/statusmanager)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import condition, find, is_true, updated
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.workloads.daemonsets import DAEMONSETS
from tests.simulator.behaviours.workloads.deployments import DEPLOYMENTS
from tests.simulator.behaviours.workloads.pod_index import PodIndex, controller_of
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object
from tests.simulator.seed.networks import SDN_BLOCKS_UPGRADE

CLUSTER_OPERATORS = "clusteroperators.config.openshift.io"
OPERATOR_CONFIG = "networks.operator.openshift.io"
CLUSTER_CONFIG = "networks.config.openshift.io"
ACTOR = "system:serviceaccount:openshift-network-operator:cluster-network-operator"
TRACKED_LABEL = "networkoperator.openshift.io/generates-operator-status"
NON_CRITICAL = "networkoperator.openshift.io/non-critical"
_MIGRATING = "A CNI migration is in progress; upgrade is blocked until that finishes."
_CHANGED = {
    "DaemonSet": ("numberUnavailable", "updatedNumberScheduled", "desiredNumberScheduled", "observedGeneration"),
    "Deployment": ("unavailableReplicas", "updatedReplicas", "replicas", "observedGeneration"),
}


class Level(IntEnum):
    """Of several things that are wrong, the one with the lowest level is shown."""

    CLUSTER_CONFIG = 1
    OPERATOR_CONFIG = 2
    OPERATOR_RENDER = 3
    POD_DEPLOYMENT = 7
    ROLLOUT_HUNG = 10


@dataclass
class _Rollout:
    """How far an operand has come, and since when it has not moved."""

    state: tuple[Any, ...]
    since: float
    timestamp: str


class StatusManager:
    def __init__(self, world: World, *, pods: PodIndex, components: Components) -> None:
        self._world = world
        #: uid of a DaemonSet -> uid and name of its pods in CrashLoopBackOff
        self._crashed: dict[str, dict[str, str]] = {}
        self._failing: dict[Level, tuple[str, str]] = {}
        self._rollouts: dict[tuple[str, str, str], _Rollout] = {}
        self._loop = Loop(
            world, lambda _: self._sync(), delay="cno_status_notice", alive=lambda: components.network_operator
        )
        pods.changed.connect(self._pod_changed)
        world.watch(self._operand_changed, DAEMONSETS, DEPLOYMENTS)

    def degrade(self, level: Level, reason: str, message: str) -> None:
        """Degraded is set at once."""
        self._failing[level] = (reason, message)
        self._sync()

    def clear(self, level: Level) -> None:
        if self._failing.pop(level, None) is not None:
            self._sync()

    def note(self) -> None:
        self._loop.note()

    def _operand_changed(self, change: Change) -> None:
        if TRACKED_LABEL in (change.object["metadata"].get("labels") or {}):
            self._loop.note()

    # what is shown

    def _sync(self) -> None:
        lines, hung = self._progress()
        if hung:
            self._failing[Level.ROLLOUT_HUNG] = ("RolloutHung", "\n".join(hung))
        else:
            self._failing.pop(Level.ROLLOUT_HUNG, None)
        degraded = self._failing[min(self._failing)] if self._failing else ("", "")
        changes = [
            condition("ManagementStateDegraded", False),
            condition("Degraded", bool(self._failing), *degraded),
            self._upgradeable(),
            condition("Progressing", bool(lines), "Deploying" if lines else "", "\n".join(lines)),
            condition("Available", True),
        ]
        now = self._world.timestamp()
        operator = self._world.store.find(CLUSTER_OPERATORS, "network")
        if operator is not None:
            known = (operator.get("status") or {}).get("conditions")
            patch = {"status": {"conditions": updated(known, changes, now=now)}}
            self._world.store.patch(CLUSTER_OPERATORS, "network", patch, actor=ACTOR, subresource="status")
        config = self._world.store.find(OPERATOR_CONFIG, "cluster")
        if config is not None:
            known = (config.get("status") or {}).get("conditions")
            patch = {"status": {"conditions": updated(known, changes, now=now)}}
            self._world.store.patch(OPERATOR_CONFIG, "cluster", patch, actor=ACTOR)

    def _upgradeable(self) -> dict[str, Any]:
        config = self._world.store.find(CLUSTER_CONFIG, "cluster") or {}
        status = config.get("status") or {}
        depends_on = self._world.profile.network_upgradeable
        if depends_on == "sdn_and_migration" and is_true(status.get("conditions"), "NetworkTypeMigrationInProgress"):
            return condition("Upgradeable", False, "NetworkMigrationInProgress", _MIGRATING)
        if depends_on in ("sdn", "sdn_and_migration") and status.get("networkType") == "OpenShiftSDN":
            return condition("Upgradeable", False, "OpenShiftSDNConfigured", SDN_BLOCKS_UPGRADE)
        return condition("Upgradeable", True)

    def _progress(self) -> tuple[list[str], list[str]]:
        """The lines of Progressing, and of RolloutHung."""
        lines, hung, seen = [], [], set()
        for key, kind in ((DAEMONSETS, "DaemonSet"), (DEPLOYMENTS, "Deployment")):
            for operand in self._world.store.list(key, labels={TRACKED_LABEL: "stand-alone"}):
                place = (kind, operand["metadata"]["namespace"], operand["metadata"]["name"])
                line = _line(kind, operand)
                if line is None:
                    continue
                seen.add(place)
                lines.append(line)
                if NON_CRITICAL not in (operand["metadata"].get("annotations") or {}):
                    hung += self._hung(place, operand)
        for place in set(self._rollouts) - seen:
            del self._rollouts[place]
        return lines, hung

    def _hung(self, place: tuple[str, str, str], operand: Object) -> list[str]:
        kind, namespace, name = place
        quoted = f'{kind} "/{namespace}/{name}"'
        crashing = [
            f"{quoted} rollout is not making progress - pod {pod} is in CrashLoopBackOff State"
            for pod in self._crashing(operand, kind=kind)
        ]
        status = operand.get("status") or {}
        state = tuple(status.get(field) for field in _CHANGED[kind])
        rollout = self._rollouts.get(place)
        if rollout is None or rollout.state != state:
            rollout = _Rollout(state, self._world.clock.seconds, self._world.timestamp())
            self._rollouts[place] = rollout
            self._world.clock.spawn(self._look_when_hung(place, rollout))
        if self._world.clock.seconds - rollout.since >= self._world.durations.cno_rollout_hung:
            return [*crashing, f"{quoted} rollout is not making progress - last change {rollout.timestamp}"]
        return crashing

    def _look_when_hung(self, place: tuple[str, str, str], rollout: _Rollout) -> Process:
        # nobody waits for it: at speed 0 it shows when something else moves time past the limit
        yield self._world.clock.sleep(self._world.durations.cno_rollout_hung, background=True)
        if self._rollouts.get(place) is rollout:
            self._loop.note()

    def _crashing(self, operand: Object, *, kind: str) -> list[str]:
        return sorted(self._crashed.get(operand["metadata"]["uid"], {}).values()) if kind == "DaemonSet" else []

    def _pod_changed(self, change: Change) -> None:
        owner = controller_of(change.object)
        if owner is None or owner["kind"] != "DaemonSet":
            return
        meta = change.object["metadata"]
        crashing = change.type != "DELETED" and any(
            (status["state"].get("waiting") or {}).get("reason") == "CrashLoopBackOff"
            for status in (change.object.get("status") or {}).get("containerStatuses") or ()
        )
        known = self._crashed.setdefault(owner["uid"], {})
        if crashing and meta["uid"] not in known:
            known[meta["uid"]] = meta["name"]
            self._loop.note()
        elif not crashing and known.pop(meta["uid"], ""):
            self._loop.note()


def _line(kind: str, operand: Object) -> str | None:
    """Why an operand is not rolled out (pod_status.go)."""
    meta, status = operand["metadata"], operand.get("status") or {}
    quoted = f'{kind} "/{meta["namespace"]}/{meta["name"]}"'
    if kind == "DaemonSet":
        updated_pods, wanted = status.get("updatedNumberScheduled", 0), status.get("desiredNumberScheduled", 0)
        unavailable, available = status.get("numberUnavailable", 0), status.get("numberAvailable", 0)
    else:
        updated_pods, wanted = status.get("updatedReplicas", 0), status.get("replicas", 0)
        unavailable, available = status.get("unavailableReplicas", 0), status.get("availableReplicas", 0)
    if updated_pods < wanted:
        return f"{quoted} update is rolling out ({updated_pods} out of {wanted} updated)"
    if unavailable > 0:
        nodes = f" (awaiting {unavailable} nodes)"
        return f"{quoted} is not available{nodes}"
    if available == 0:
        return f"{quoted} is not yet scheduled on any nodes"
    generation, observed = meta["generation"], status.get("observedGeneration", 0)
    if generation > observed:
        return f"{quoted} update is being processed (generation {generation}, observed generation {observed})"
    return None


def is_degraded(operator: Object) -> bool:
    found = find((operator.get("status") or {}).get("conditions"), "Degraded")
    return found is not None and found["status"] == "True"
