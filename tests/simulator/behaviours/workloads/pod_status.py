"""What a kubelet writes into ``status`` of a pod."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.simulator.ports import Object

_ORDER = ("Initialized", "Ready", "ContainersReady", "PodScheduled")


def running(pod: Object, *, now: str, host_ip: str, pod_ip: str, restarted: bool) -> Object:
    """Everything runs and is ready. ``restarted``: the containers are new ones (after a reboot)."""
    old = _containers(pod)
    statuses = []
    for container in pod["spec"]["containers"]:
        known = old.get(container["name"], {})
        fresh = restarted or "running" not in known.get("state", {})
        count = known.get("restartCount", 0) + (1 if fresh and known.get("containerID") else 0)
        status: dict[str, Any] = {
            "name": container["name"],
            "image": container.get("image", ""),
            "imageID": container.get("image", ""),
            "containerID": _container_id(pod, container["name"], count) if fresh else known["containerID"],
            "ready": True,
            "started": True,
            "restartCount": count,
            "state": {"running": {"startedAt": now}} if fresh else known["state"],
            "lastState": _last_state(known, now=now) if fresh else known.get("lastState", {}),
        }
        statuses.append(status)
    return {
        "phase": "Running",
        "conditions": _conditions(pod, ready=True, why="", now=now),
        "hostIP": host_ip,
        "podIP": pod_ip,
        "podIPs": [{"ip": pod_ip}],
        "startTime": pod.get("status", {}).get("startTime", now),
        "qosClass": "Burstable",
        "containerStatuses": statuses,
    }


def failing(pod: Object, *, now: str, host_ip: str, waiting: str = "", message: str = "") -> Object:
    """The pod is not ready: its containers run but fail their probes, or wait for the reason ``waiting``."""
    status = pod.get("status", {})
    old = _containers(pod)
    statuses = []
    for container in pod["spec"]["containers"]:
        known = old.get(container["name"]) or {
            "name": container["name"],
            "image": container.get("image", ""),
            "imageID": "",
            "restartCount": 0,
            "state": {"waiting": {"reason": "ContainerCreating"}},
            "lastState": {},
        }
        changed = {**known, "ready": False, "started": not waiting and bool(known.get("started"))}
        if waiting:
            changed["state"] = {"waiting": {"reason": waiting, **({"message": message} if message else {})}}
            if "running" in known.get("state", {}):
                changed["lastState"] = _ended(known, now=now)
        statuses.append(changed)
    names = " ".join(container["name"] for container in pod["spec"]["containers"])
    return {
        "phase": status.get("phase", "Pending"),
        "conditions": _conditions(pod, ready=False, why=f"containers with unready status: [{names}]", now=now),
        "hostIP": host_ip,
        "podIP": status.get("podIP"),
        "podIPs": status.get("podIPs"),
        "startTime": status.get("startTime", now),
        "qosClass": "Burstable",
        "containerStatuses": statuses,
    }


def failed(pod: Object, *, now: str) -> Object:
    """Its containers have ended, and its restart policy does not start them again: the pod is over."""
    names = " ".join(container["name"] for container in pod["spec"]["containers"])
    ended = [
        {**known, "ready": False, "started": False, "state": _ended(known, now=now)}
        for known in _containers(pod).values()
    ]
    why = f"containers with unready status: [{names}]"
    return {
        "phase": "Failed",
        "conditions": _conditions(pod, ready=False, why=why, now=now),
        "containerStatuses": ended,
    }


def ended(pod: Object, *, now: str, host_ip: str, exit_code: int, back_off: float) -> Object:
    """Its containers have exited. Without ``back_off`` seconds they are about to start again, with it they wait."""
    status = failing(pod, now=now, host_ip=host_ip, waiting="CrashLoopBackOff")
    name = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({pod['metadata']['uid']})"
    for container in status["containerStatuses"]:
        container["lastState"].get("terminated", {})["exitCode"] = exit_code
        if back_off:
            container["state"]["waiting"]["message"] = (
                f"back-off {back_off:.0f}s restarting failed container={container['name']} pod={name}"
            )
        else:
            container["state"], container["lastState"] = container["lastState"], {}
    return status


def unreachable(pod: Object, *, now: str) -> Object:
    """What the node controller makes of a pod whose node is silent: not ready, the rest as it was last seen."""
    conditions = [
        {**known, "status": "False", "lastTransitionTime": now}
        if known["type"] == "Ready" and known["status"] == "True"
        else known
        for known in pod.get("status", {}).get("conditions") or ()
    ]
    return {"conditions": conditions}


def unschedulable(message: str, *, now: str) -> Object:
    return {
        "phase": "Pending",
        "conditions": [
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": message,
                "lastProbeTime": None,
                "lastTransitionTime": now,
            }
        ],
        "qosClass": "Burstable",
    }


def _conditions(pod: Object, *, ready: bool, why: str, now: str) -> list[dict[str, Any]]:
    known = {condition["type"]: condition for condition in pod.get("status", {}).get("conditions") or ()}
    made = []
    for kind in _ORDER:
        status = str(ready or kind in ("Initialized", "PodScheduled"))
        same = known.get(kind, {}).get("status") == status
        entry: dict[str, Any] = {
            "type": kind,
            "status": status,
            "lastProbeTime": None,
            "lastTransitionTime": known[kind]["lastTransitionTime"] if same else now,
        }
        if status == "False":
            entry |= {"reason": "ContainersNotReady", "message": why}
        made.append(entry)
    return made


def _containers(pod: Object) -> dict[str, Any]:
    return {status["name"]: status for status in pod.get("status", {}).get("containerStatuses") or ()}


def _ended(known: dict[str, Any], *, now: str) -> dict[str, Any]:
    started = known.get("state", {}).get("running", {}).get("startedAt", now)
    return {
        "terminated": {
            "exitCode": 255,
            "reason": "Error",
            "startedAt": started,
            "finishedAt": now,
            "containerID": known.get("containerID", ""),
        }
    }


def _last_state(known: dict[str, Any], *, now: str) -> dict[str, Any]:
    """How a container that runs anew has ended before: it may have been seen ending, or waiting, or still running."""
    state = known.get("state", {})
    if "terminated" in state:
        return {"terminated": state["terminated"]}
    if "running" in state:
        return _ended(known, now=now)
    return dict(known.get("lastState", {}))


def _container_id(pod: Object, container: str, count: int) -> str:
    text = f"{pod['metadata']['uid']}/{container}/{count}"
    return "cri-o://" + hashlib.sha256(text.encode()).hexdigest()
