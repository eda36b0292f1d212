# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API objects for tests, as a 4.14 cluster serves them, cut down to what is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MCO = "machineconfiguration.openshift.io/"
WORKER_CONFIG = "rendered-worker-0123456789abcdef0123456789abcdef"
MASTER_CONFIG = "rendered-master-0123456789abcdef0123456789abcdef"


def condition(type_: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    return {"type": type_, "status": status, "reason": reason, "message": message}


def node(
    name: str,
    *,
    roles: Sequence[str] = ("worker",),
    boot_id: str | None = None,
    ready: bool = True,
    unschedulable: bool = False,
    config: str = "",
    desired: str = "",
    state: str = "Done",
    reason: str = "",
) -> dict[str, Any]:
    """``boot_id`` defaults to ``<name>-boot-1``."""
    current = config or (MASTER_CONFIG if "master" in roles else WORKER_CONFIG)
    return {
        "metadata": {
            "name": name,
            "labels": {f"node-role.kubernetes.io/{role}": "" for role in roles},
            "annotations": {
                f"{MCO}currentConfig": current,
                f"{MCO}desiredConfig": desired or current,
                f"{MCO}state": state,
                f"{MCO}reason": reason,
            },
        },
        "spec": {"unschedulable": True} if unschedulable else {},
        "status": {
            "conditions": [node_ready(ready)],
            "nodeInfo": {"bootID": f"{name}-boot-1" if boot_id is None else boot_id},
            "addresses": [{"type": "InternalIP", "address": "192.0.2.10"}],
        },
    }


def node_ready(ready: bool) -> dict[str, str]:
    if ready:
        return condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
    return condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")


def master(name: str, **given: Any) -> dict[str, Any]:
    return node(name, roles=("master", "control-plane"), **given)


def pool(
    name: str, *, machines: int = 0, config: str = "", labels: Mapping[str, str] | None = None, paused: bool = False
) -> dict[str, Any]:
    """A settled pool that selects by its own role."""
    rendered = {"name": config or f"rendered-{name}-0123456789abcdef0123456789abcdef"}
    return {
        "metadata": {"name": name, "generation": 3},
        "spec": {
            "paused": paused,
            "configuration": rendered,
            "nodeSelector": {"matchLabels": dict(labels or {f"node-role.kubernetes.io/{name}": ""})},
        },
        "status": {
            "observedGeneration": 3,
            "configuration": rendered,
            "machineCount": machines,
            "updatedMachineCount": machines,
            "readyMachineCount": machines,
            "unavailableMachineCount": 0,
            "degradedMachineCount": 0,
            "conditions": [
                condition("Updated", "True"),
                condition("Updating", "False"),
                condition("Degraded", "False"),
            ],
        },
    }


def pod(
    name: str,
    *,
    namespace: str = "default",
    node_name: str = "",
    labels: Mapping[str, str] | None = None,
    phase: str = "Running",
    ready: bool = True,
    container: str = "main",
    waiting: str = "",
    init_waiting: str = "",
    reason: str = "",
    owner: tuple[str, str] = ("", ""),
    unschedulable: bool = False,
    deleting: bool = False,
    created: str = "2026-01-01T00:00:00Z",
    restart: str = "Always",
) -> dict[str, Any]:
    """``owner`` is (kind, name) of the controller; ``waiting`` the reason for which the container waits."""
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "labels": dict(labels or {}),
        "creationTimestamp": created,
    }
    if owner[0]:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    if deleting:
        metadata["deletionTimestamp"] = "2026-01-01T01:00:00Z"
    conditions = [condition("Ready", "True" if ready else "False", "" if ready else "ContainersNotReady")]
    if unschedulable:
        conditions.append(condition("PodScheduled", "False", "Unschedulable", "0/6 nodes are available."))
    running = {"running": {"startedAt": created}}
    status: dict[str, Any] = {
        "phase": phase,
        "conditions": conditions,
        "containerStatuses": [
            {"name": container, "ready": ready, "state": {"waiting": {"reason": waiting}} if waiting else running}
        ],
    }
    if init_waiting:
        status["initContainerStatuses"] = [
            {"name": "init", "ready": False, "state": {"waiting": {"reason": init_waiting}}}
        ]
    if reason:
        status["reason"] = reason
    spec = {"restartPolicy": restart, **({"nodeName": node_name} if node_name else {})}
    return {"metadata": metadata, "spec": spec, "status": status}


def daemon_pod(node_name: str, *, suffix: str = "aaaaa", **given: Any) -> dict[str, Any]:
    """The machine-config-daemon's pod of a node."""
    return pod(
        f"machine-config-daemon-{suffix}",
        namespace="openshift-machine-config-operator",
        node_name=node_name,
        labels={"k8s-app": "machine-config-daemon"},
        container="machine-config-daemon",
        **given,
    )


def etcd_pod(node_name: str, **given: Any) -> dict[str, Any]:
    labels = {"app": "etcd", "k8s-app": "etcd", "etcd": "true"}
    return pod(
        f"etcd-{node_name}", namespace="openshift-etcd", node_name=node_name, labels=labels, container="etcd", **given
    )


def operator(
    name: str,
    *,
    available: str = "True",
    progressing: str = "False",
    degraded: str = "False",
    reason: str = "",
    message: str = "",
) -> dict[str, Any]:
    """``reason`` and ``message`` stand at every condition that is not as it should be."""
    wanted = {"Available": "True", "Progressing": "False", "Degraded": "False"}
    given = {"Available": available, "Progressing": progressing, "Degraded": degraded}
    conditions = [
        condition(type_, status, *(("AsExpected", "") if status == wanted[type_] else (reason, message)))
        for type_, status in given.items()
    ]
    return {
        "metadata": {"name": name},
        "status": {"conditions": conditions, "versions": [{"name": "operator", "version": "4.14.31"}]},
    }


def api_service(name: str, *, available: str = "True", reason: str = "Passed", message: str = "") -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"conditions": [condition("Available", available, reason, message)]}}


def daemon_set(
    name: str = "multus",
    *,
    namespace: str = "openshift-multus",
    generation: int = 2,
    observed: int = 2,
    desired: int = 6,
    updated: int = 6,
    available: int = 6,
    strategy: str = "RollingUpdate",
) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace, "generation": generation},
        "spec": {"selector": {"matchLabels": {"app": name}}, "updateStrategy": {"type": strategy}},
        "status": {
            "observedGeneration": observed,
            "desiredNumberScheduled": desired,
            "updatedNumberScheduled": updated,
            "numberAvailable": available,
        },
    }


def deployment(
    name: str = "network-check-source",
    *,
    namespace: str = "openshift-network-diagnostics",
    generation: int = 1,
    observed: int = 1,
    wanted: int = 2,
    replicas: int | None = None,
    updated: int | None = None,
    available: int | None = None,
    stuck: bool = False,
) -> dict[str, Any]:
    progressing = condition("Progressing", "True", "NewReplicaSetAvailable")
    if stuck:
        message = f'ReplicaSet "{name}-1" has timed out progressing.'
        progressing = condition("Progressing", "False", "ProgressDeadlineExceeded", message)
    return {
        "metadata": {"name": name, "namespace": namespace, "generation": generation},
        "spec": {"replicas": wanted, "selector": {"matchLabels": {"app": name}}},
        "status": {
            "observedGeneration": observed,
            "replicas": wanted if replicas is None else replicas,
            "updatedReplicas": wanted if updated is None else updated,
            "availableReplicas": wanted if available is None else available,
            "conditions": [progressing],
        },
    }


def webhook(name: str, *, namespace: str = "shop", timeout: int | None = 10) -> dict[str, Any]:
    """Behind a Service; without ``timeout`` the field is left out."""
    hook: dict[str, Any] = {"name": name, "clientConfig": {"service": {"namespace": namespace, "name": "server"}}}
    return hook if timeout is None else {**hook, "timeoutSeconds": timeout}


def webhooks(name: str, *hooks: Mapping[str, Any], annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A webhook configuration, validating or mutating."""
    return {"metadata": {"name": name, "annotations": dict(annotations or {})}, "webhooks": [*hooks]}


def health_check(name: str, *, paused: str | None = None, conditions: tuple[str, ...] = ("Ready",)) -> dict[str, Any]:
    """A MachineHealthCheck; ``paused`` is the value of the annotation."""
    annotations = {} if paused is None else {"cluster.x-k8s.io/paused": paused}
    return {
        "metadata": {"name": name, "namespace": "openshift-machine-api", "annotations": annotations},
        "spec": {
            "selector": {"matchLabels": {"role": name}},
            "unhealthyConditions": [{"type": type_, "status": "True", "timeout": "300s"} for type_ in conditions],
        },
    }
