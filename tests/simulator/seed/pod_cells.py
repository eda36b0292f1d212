"""The columns of pods (kubernetes, pkg/printers/internalversion/printers.go, printPod, 1.27)."""

from __future__ import annotations

from datetime import datetime

from tests.simulator.ports import Object
from tests.simulator.seed.cells import NONE, condition
from tests.simulator.store.definitions import age


def ready(obj: Object, now: datetime) -> str:
    """``1/2``: ready and running containers, of those in the spec."""
    running = [
        status
        for status in obj.get("status", {}).get("containerStatuses") or ()
        if status.get("ready") and "running" in (status.get("state") or {})
    ]
    return f"{len(running)}/{len(obj['spec'].get('containers') or ())}"


def status(obj: Object, now: datetime) -> str:
    """Phase or the reason that says more: ``Running``, ``Init:0/2``, ``CrashLoopBackOff``, ``Terminating``."""
    state = obj.get("status", {})
    reason: str = state.get("reason") or state.get("phase", "")
    scheduled = condition(obj, "PodScheduled")
    if scheduled is not None and scheduled.get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    initializing = _init_reason(obj)
    initialized = condition(obj, "Initialized")
    if initializing is not None:
        reason = initializing
    if initializing is None or (initialized is not None and initialized["status"] == "True"):
        reason = _container_reason(obj, reason=reason)
    if obj["metadata"].get("deletionTimestamp"):
        if state.get("reason") == "NodeLost":
            return "Unknown"
        if state.get("phase") not in ("Succeeded", "Failed"):
            return "Terminating"
    return reason


def _init_reason(obj: Object) -> str | None:
    """Why the init containers are not done, or None when they are."""
    for index, container in enumerate(obj.get("status", {}).get("initContainerStatuses") or ()):
        state = container.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting")
        if terminated is not None and terminated.get("exitCode") == 0:
            continue
        if terminated is not None:
            return f"Init:{_ended(terminated)}"
        if waiting is not None and waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{index}/{len(obj['spec'].get('initContainers') or ())}"
    return None


def _container_reason(obj: Object, *, reason: str) -> str:
    running = False
    for container in reversed(obj.get("status", {}).get("containerStatuses") or ()):
        state = container.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif state.get("terminated") is not None:
            reason = _ended(state["terminated"])
        elif container.get("ready") and "running" in state:
            running = True
    if reason == "Completed" and running:
        is_ready = condition(obj, "Ready")
        return "Running" if is_ready is not None and is_ready["status"] == "True" else "NotReady"
    return reason


def _ended(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def restarts(obj: Object, now: datetime) -> str:
    """``3 (5m ago)``: restarts of all containers, and when the last one ended."""
    statuses = obj.get("status", {}).get("containerStatuses") or ()
    total = sum(container.get("restartCount", 0) for container in statuses)
    ends = [
        finished
        for container in statuses
        if (finished := ((container.get("lastState") or {}).get("terminated") or {}).get("finishedAt"))
    ]
    return f"{total} ({age(max(ends), now=now)} ago)" if total and ends else str(total)


def address(obj: Object, now: datetime) -> str:
    addresses = obj.get("status", {}).get("podIPs") or ()
    found: str = addresses[0]["ip"] if addresses else obj.get("status", {}).get("podIP") or NONE
    return found


def gates(obj: Object, now: datetime) -> str:
    wanted = obj["spec"].get("readinessGates") or ()
    if not wanted:
        return NONE
    met = [found for gate in wanted if (found := condition(obj, gate["conditionType"])) and found["status"] == "True"]
    return f"{len(met)}/{len(wanted)}"
