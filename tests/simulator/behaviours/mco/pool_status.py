"""The verdicts on nodes and pools (machine-config-operator, pkg/controller/node/status.go)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.simulator.behaviours.conditions import appended, condition, find, is_true
from tests.simulator.behaviours.mco.names import CURRENT, DEGRADED, DESIRED, DONE, REASON, STATE, UNRECONCILABLE
from tests.simulator.ports import Object
from tests.simulator.profiles import Profile


@dataclass(frozen=True)
class NodeState:
    """What the node controller reads from a node."""

    name: str
    current: str
    desired: str
    state: str
    reason: str
    #: Ready, no disk pressure, NetworkUnavailable not True
    healthy: bool
    cordoned: bool
    zone: str
    created: str

    @property
    def schedulable(self) -> bool:
        return self.healthy and not self.cordoned

    @property
    def degraded(self) -> bool:
        return self.state in (DEGRADED, UNRECONCILABLE)

    @property
    def failing(self) -> bool:
        """Its daemon has given up on another configuration than the present one (isNodeMCDFailing)."""
        return self.degraded and self.current != self.desired

    @property
    def unavailable(self) -> bool:
        """Not ready, or in the middle of an update; one that fails can be given another target (isNodeUnavailable)."""
        done = self.current == self.desired and self.state == DONE
        return not self.schedulable or not (done or self.failing)

    def updated(self, target: str) -> bool:
        return self.current == self.desired == target and self.state == DONE


def node_state(node: Object) -> NodeState:
    meta = node["metadata"]
    annotations = meta.get("annotations") or {}
    conditions = (node.get("status") or {}).get("conditions") or ()
    pressure = find(conditions, "DiskPressure")
    return NodeState(
        name=meta["name"],
        current=annotations.get(CURRENT, ""),
        desired=annotations.get(DESIRED, ""),
        state=annotations.get(STATE, ""),
        reason=annotations.get(REASON, ""),
        healthy=(
            is_true(conditions, "Ready")
            and (pressure is None or pressure["status"] == "False")
            and not is_true(conditions, "NetworkUnavailable")
        ),
        cordoned=bool(node["spec"].get("unschedulable")),
        zone=(meta.get("labels") or {}).get("topology.kubernetes.io/zone", ""),
        created=meta["creationTimestamp"],
    )


@dataclass(frozen=True)
class Counts:
    """The numbers of one pool."""

    machines: int
    updated: int
    ready: int
    unavailable: int
    degraded: int

    @property
    def all_updated(self) -> bool:
        return self.updated == self.machines == self.ready and self.unavailable == 0


def count(nodes: Iterable[NodeState], *, target: str) -> Counts:
    nodes = list(nodes)
    updated = [node for node in nodes if node.updated(target)]
    return Counts(
        machines=len(nodes),
        updated=len(updated),
        ready=sum(node.schedulable for node in updated),
        unavailable=sum(node.unavailable for node in nodes),
        degraded=sum(node.degraded for node in nodes),
    )


def pool_status(
    pool: Object, nodes: list[NodeState], *, profile: Profile, now: str, render_error: str = ""
) -> dict[str, Any]:
    """The whole ``status`` of a pool."""
    spec, old = pool["spec"], pool.get("status") or {}
    target = spec["configuration"]["name"]
    counts = count(nodes, target=target)
    status = {
        **old,
        "observedGeneration": pool["metadata"]["generation"],
        "machineCount": counts.machines,
        "updatedMachineCount": counts.updated,
        "readyMachineCount": counts.ready,
        "unavailableMachineCount": counts.unavailable,
        "degradedMachineCount": counts.degraded,
    }
    if counts.all_updated:
        status["configuration"] = spec["configuration"]
    else:
        status["configuration"] = old.get("configuration") or spec["configuration"]
    changes = [
        _render_degraded(pool, render_error),
        *_progress(counts, target=target, paused=bool(spec.get("paused")), profile=profile),
        *_degraded(nodes, render_error=render_error),
    ]
    known = {made["type"] for made in changes}
    changes += [condition(kind, False) for kind in profile.pool_conditions if kind not in known]
    status["conditions"] = appended(old.get("conditions"), changes, now=now)
    return status


def _progress(counts: Counts, *, target: str, paused: bool, profile: Profile) -> list[dict[str, Any]]:
    if counts.all_updated:
        words = profile.pool_updated.format(name=target)
        return [condition("Updated", True, message=words), condition("Updating", False)]
    if paused:
        return [
            condition("Updated", False),
            condition("Updating", False, message=profile.pool_paused.format(name=target)),
        ]
    words = profile.pool_updating.format(name=target)
    return [condition("Updated", False), condition("Updating", True, message=words)]


def _degraded(nodes: list[NodeState], *, render_error: str) -> list[dict[str, Any]]:
    degraded = [node for node in nodes if node.degraded]
    reports = ", ".join(f'Node {node.name} is reporting: "{node.reason}"' for node in degraded)
    reason = f"{len(degraded)} nodes are reporting degraded status on sync" if degraded else ""
    return [
        condition("NodeDegraded", bool(degraded), reason, reports),
        condition("Degraded", bool(degraded or render_error)),
    ]


def _render_degraded(pool: Object, error: str) -> dict[str, Any]:
    if error:
        words = f"Failed to render configuration for pool {pool['metadata']['name']}: {error}"
        return condition("RenderDegraded", True, message=words)
    return condition("RenderDegraded", False)
