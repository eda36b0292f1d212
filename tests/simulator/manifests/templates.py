"""From a workload to the object that runs it."""

from __future__ import annotations

from hashlib import sha256

from tests.simulator.manifests.workload import Workload
from tests.simulator.ports import Object
from tests.simulator.profiles import Profile
from tests.simulator.topology import Topology

CNO_STATUS_LABEL = "networkoperator.openshift.io/generates-operator-status"
CNO_NON_CRITICAL = "networkoperator.openshift.io/non-critical"


def manifest(workload: Workload, *, profile: Profile, topology: Topology) -> Object:
    """Metadata and spec of the controller that runs it (of the pod, for a StaticPod or a Guard)."""
    template = {
        "metadata": {"labels": dict(workload.labels), "annotations": _pod_annotations(workload)},
        "spec": pod_spec(workload, profile=profile, topology=topology),
    }
    metadata: Object = {
        "name": workload.name,
        "namespace": workload.namespace,
        "annotations": {"release.openshift.io/version": profile.version, **dict(workload.annotations)},
    }
    if workload.tracked:
        metadata["labels"] = {CNO_STATUS_LABEL: "stand-alone"}
    if workload.non_critical:
        metadata["annotations"][CNO_NON_CRITICAL] = ""
    if workload.kind in ("StaticPod", "Guard"):
        return {"metadata": {**metadata, **template["metadata"]}, "spec": template["spec"]}
    spec: Object = {"selector": {"matchLabels": dict(workload.labels)}, "template": template}
    return {"metadata": metadata, "spec": {**spec, **_strategy(workload)}}


def pod_spec(workload: Workload, *, profile: Profile, topology: Topology) -> Object:
    spec: Object = {
        "containers": [_container(workload, name, profile=profile) for name in workload.containers],
        "dnsPolicy": "ClusterFirst",
        "nodeSelector": _node_selector(workload, topology),
        "priorityClassName": workload.priority,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": workload.grace_seconds,
        "tolerations": _tolerations(workload, topology),
    }
    if workload.init_containers:
        spec["initContainers"] = [_container(workload, name, profile=profile) for name in workload.init_containers]
    if workload.host_network:
        spec["hostNetwork"] = True
    if workload.host_pid:
        spec["hostPID"] = True
    if workload.name == "machine-config-daemon":
        spec["volumes"] = [{"name": "rootfs", "hostPath": {"path": "/", "type": ""}}]
    if not workload.priority:
        del spec["priorityClassName"]
    return spec


def _strategy(workload: Workload) -> Object:
    if workload.kind == "DaemonSet":
        return {
            "revisionHistoryLimit": 10,
            "updateStrategy": {
                "rollingUpdate": {"maxSurge": 0, "maxUnavailable": workload.max_unavailable},
                "type": "RollingUpdate",
            },
        }
    if workload.kind == "StatefulSet":
        return {
            "podManagementPolicy": "Parallel",
            "replicas": workload.replicas,
            "serviceName": workload.name,
            "updateStrategy": {"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"},
        }
    return {
        "progressDeadlineSeconds": 600,
        "replicas": workload.replicas,
        "revisionHistoryLimit": 10,
        "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}, "type": "RollingUpdate"},
    }


def _pod_annotations(workload: Workload) -> dict[str, str]:
    if workload.priority:
        return {"target.workload.openshift.io/management": '{"effect": "PreferredDuringScheduling"}'}
    return {}


def _container(workload: Workload, name: str, *, profile: Profile) -> Object:
    container: Object = {
        "image": _image(name, workload=workload, profile=profile),
        "imagePullPolicy": "IfNotPresent",
        "name": name,
        "resources": {"requests": {"cpu": "10m", "memory": "50Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    if workload.arguments and name == workload.containers[0]:
        container["args"] = list(workload.arguments)
    if name == "machine-config-daemon":
        container["args"] = ["start"]
        container["command"] = ["/usr/bin/machine-config-daemon"]
        container["env"] = [
            {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}}
        ]
        container["securityContext"] = {"privileged": True, "readOnlyRootFilesystem": False}
        container["volumeMounts"] = [{"mountPath": "/rootfs", "mountPropagation": "HostToContainer", "name": "rootfs"}]
        if profile.mcd_liveness_probe:
            container["livenessProbe"] = {
                "httpGet": {"host": "127.0.0.1", "path": "/health", "port": 8798, "scheme": "HTTP"},
                "initialDelaySeconds": 120,
                "periodSeconds": 30,
            }
    return container


def _image(name: str, *, workload: Workload, profile: Profile) -> str:
    """A user's image by name and tag; an image of the release by digest, one digest for each name and version."""
    if not workload.namespace.startswith("openshift-"):
        return f"registry.example.com/{workload.namespace}/{name}:1.0"
    digest = sha256(f"{profile.version}/{name}".encode()).hexdigest()
    return f"quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:{digest}"


def _node_selector(workload: Workload, topology: Topology) -> dict[str, str]:
    selector = {"kubernetes.io/os": "linux"}
    if workload.where == "masters":
        selector[topology.master_label] = ""
    elif workload.where == "workers":
        selector["node-role.kubernetes.io/worker"] = ""
    return selector


def _tolerations(workload: Workload, topology: Topology) -> list[Object]:
    if workload.tolerates_all:
        return [{"operator": "Exists"}]
    tolerations: list[Object] = []
    if workload.where != "workers":
        tolerations.append({"effect": "NoSchedule", "key": topology.master_label, "operator": "Exists"})
    if workload.kind != "DaemonSet":
        tolerations += [
            {"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": 300}
            for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
        ]
    return tolerations
