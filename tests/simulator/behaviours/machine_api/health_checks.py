"""The MachineHealthCheck controller (machine-api-operator, pkg/controller/machinehealthcheck).

It deletes the Machines of nodes that have been unhealthy for too long, unless too many are, or it is paused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import find, updated
from tests.simulator.behaviours.loop import Loop, key_of, split
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.selection import matches
from tests.simulator.behaviours.workloads.pod_index import controller_of
from tests.simulator.behaviours.workloads.templates import share
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

HEALTH_CHECKS = "machinehealthchecks.machine.openshift.io"
MACHINES = "machines.machine.openshift.io"
PAUSED = "cluster.x-k8s.io/paused"
ACTOR = "system:serviceaccount:openshift-machine-api:machine-api-controllers"
_COMPONENT = "machinehealthcheck-controller"
#: pause until a check that may not remediate looks again (it requeues at once, with a growing pause)
_LOOK_AGAIN = 30.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class _Target:
    """A Machine and what becomes of it: ``remaining`` seconds until it needs remediation, None while it is healthy."""

    machine: Object
    healthy: bool
    remaining: float | None

    @property
    def needs_remediation(self) -> bool:
        return self.remaining is not None and self.remaining <= 0


class MachineHealthChecks:
    def __init__(self, world: World, *, components: Components) -> None:
        self._world = world
        self._loop = Loop(world, self._reconcile, delay="mhc_notice", alive=lambda: components.machine_api)
        world.watch(self._check_changed, HEALTH_CHECKS)
        world.watch(self._target_changed, MACHINES, NODES)

    def _check_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        old = change.previous
        if old is None or any(old[part] != change.object[part] for part in ("spec", "metadata")):
            self._loop.note(key_of(change.object))

    def _target_changed(self, change: Change) -> None:
        if change.type != "MODIFIED" or _facts(change.object) != _facts(change.previous or {}):
            for check in self._world.store.list(HEALTH_CHECKS):
                self._loop.note(key_of(check))

    def _reconcile(self, key: str) -> None:
        namespace, name = split(key)
        check = self._world.store.find(HEALTH_CHECKS, name, namespace=namespace)
        if check is None or PAUSED in (check["metadata"].get("annotations") or {}):
            return
        machines = self._world.store.list(MACHINES, namespace=namespace)
        targets = [
            self._judged(machine, check)
            for machine in machines
            if matches(check["spec"]["selector"], machine["metadata"].get("labels"))
        ]
        total = len(targets)
        unhealthy = total - sum(target.healthy for target in targets)
        limit = share(check["spec"].get("maxUnhealthy", "100%"), total, up=False)
        self._write_status(check, total=total, unhealthy=unhealthy, limit=limit)
        if unhealthy > limit:
            self._loop.note_after(_LOOK_AGAIN, key, background=True)
            return
        for target in targets:
            if target.needs_remediation:
                self._remediate(target.machine, check)
        waits = [target.remaining for target in targets if target.remaining is not None and target.remaining > 0]
        if waits:
            self._loop.note_after(min(waits) + 1.0, key)

    def _judged(self, machine: Object, check: Object) -> _Target:
        """needsRemediation"""
        status = machine.get("status") or {}
        deleting = "deletionTimestamp" in machine["metadata"]
        if status.get("phase") == "Failed":
            return _Target(machine, healthy=False, remaining=0.0)
        reference = status.get("nodeRef")
        if reference is None:
            timeout = seconds(check["spec"].get("nodeStartupTimeout", "10m"))
            if not timeout:
                return _Target(machine, healthy=False, remaining=None)
            return _Target(machine, healthy=False, remaining=self._left(status.get("lastUpdated"), timeout))
        node = self._world.store.find(NODES, reference["name"])
        if node is None:
            return _Target(machine, healthy=False, remaining=0.0)
        waits = []
        for wanted in check["spec"]["unhealthyConditions"]:
            found = find((node.get("status") or {}).get("conditions"), wanted["type"])
            if found is not None and found["status"] == wanted["status"]:
                waits.append(self._left(found["lastTransitionTime"], seconds(wanted["timeout"])))
        return _Target(machine, healthy=not (waits or deleting), remaining=min(waits) if waits else None)

    def _left(self, since: str | None, timeout: float) -> float:
        if since is None:
            return timeout
        until = datetime.fromisoformat(since) + timedelta(seconds=timeout)
        return (until - self._world.now()).total_seconds()

    def _write_status(self, check: Object, *, total: int, unhealthy: int, limit: int) -> None:
        allowed = unhealthy <= limit
        condition: dict[str, Any] = {"type": "RemediationAllowed", "status": str(allowed)}
        shown = check["spec"].get("maxUnhealthy")
        if not allowed:
            condition |= {
                "severity": "Warning",
                "reason": "TooManyUnhealthy",
                "message": "Remediation is not allowed, the number of not started or unhealthy machines exceeds "
                f"maxUnhealthy (total: {total}, unhealthy: {unhealthy}, maxUnhealthy: {shown})",
            }
        old = check.get("status") or {}
        before = find(old.get("conditions"), "RemediationAllowed")
        status = {
            "expectedMachines": total,
            "currentHealthy": total - unhealthy,
            "remediationsAllowed": max(0, limit - unhealthy),
            "conditions": updated(old.get("conditions"), [condition], now=self._world.timestamp()),
        }
        meta = check["metadata"]
        self._world.store.patch(
            HEALTH_CHECKS,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=ACTOR,
            subresource="status",
        )
        if not allowed and (before is None or before["status"] == "True"):
            self._event(
                check,
                kind="MachineHealthCheck",
                reason="RemediationRestricted",
                message="Remediation restricted due to exceeded number of unhealthy machines "
                f"(total: {total}, unhealthy: {unhealthy}, maxUnhealthy: {shown})",
                type_="Warning",
            )

    def _remediate(self, machine: Object, check: Object) -> None:
        """internalRemediation"""
        meta, status = machine["metadata"], machine.get("status") or {}
        if "deletionTimestamp" in meta:
            return
        node = (status.get("nodeRef") or {}).get("name", "")
        shown = f"{check['metadata']['namespace']}/{check['metadata']['name']}/{meta['name']}/{node}"
        if controller_of(machine) is None:
            message = f"Machine {shown} has no controller owner, skipping remediation"
            self._event(machine, kind="Machine", reason="SkippedNoController", message=message)
            return
        self._world.store.delete(MACHINES, meta["name"], namespace=meta["namespace"], actor=ACTOR)
        message = f"Machine {shown} has been remediated by requesting to delete Machine object"
        self._event(machine, kind="Machine", reason="MachineDeleted", message=message)

    def _event(self, about: Object, *, kind: str, reason: str, message: str, type_: str = "Normal") -> None:
        self._world.record_event(about, kind=kind, reason=reason, message=message, component=_COMPONENT, type_=type_)


def seconds(duration: str) -> float:
    """Go's ``1h30m`` in seconds."""
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h)", duration))


def _facts(obj: Object) -> Any:
    """What a health check looks at."""
    meta, status = obj.get("metadata") or {}, obj.get("status") or {}
    conditions = [(c["type"], c["status"], c.get("lastTransitionTime")) for c in status.get("conditions") or ()]
    return meta.get("labels"), meta.get("deletionTimestamp"), status.get("nodeRef"), status.get("phase"), conditions
