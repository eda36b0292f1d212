"""What the API server fills in before it stores a builtin kind (kubernetes 1.27, pkg/apis/*/v1/defaults.go)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulator.ports import Object, ResourceKey
from tests.simulator.store.schemas import filled

Node = Mapping[str, Any]


def completed(key: ResourceKey, obj: Object) -> Object:
    """The object with its kind's defaults; shared where nothing is missing."""
    node = _NODES.get(key)
    if node is None:
        return obj
    done: Object = filled(obj, node)
    depends = _DEPENDING.get(key)
    return depends(done) if depends is not None else done


def _of(**properties: Any) -> Object:
    return {"properties": properties}


def _items(node: Node) -> Object:
    return {"items": node}


def _value(default: Any) -> Object:
    return {"default": default}


def _always(node: Object) -> Object:
    """A struct: it is there, even when nothing was given for it."""
    return {**node, "default": {}}


_PROBE = _of(
    failureThreshold=_value(3),
    periodSeconds=_value(10),
    successThreshold=_value(1),
    timeoutSeconds=_value(1),
    httpGet=_of(path=_value("/"), scheme=_value("HTTP")),
)
_CONTAINER = _of(
    resources=_value({}),
    terminationMessagePath=_value("/dev/termination-log"),
    terminationMessagePolicy=_value("File"),
    ports=_items(_of(protocol=_value("TCP"))),
    env=_items(_of(valueFrom=_of(fieldRef=_of(apiVersion=_value("v1"))))),
    livenessProbe=_PROBE,
    readinessProbe=_PROBE,
    startupProbe=_PROBE,
)
_MODE = _of(defaultMode=_value(420))
_VOLUME = _of(
    configMap=_MODE,
    secret=_MODE,
    projected=_MODE,
    downwardAPI=_MODE,
    hostPath=_of(type=_value("")),
)
_POD_SPEC = _of(
    restartPolicy=_value("Always"),
    terminationGracePeriodSeconds=_value(30),
    dnsPolicy=_value("ClusterFirst"),
    securityContext=_value({}),
    schedulerName=_value("default-scheduler"),
    containers=_items(_CONTAINER),
    initContainers=_items(_CONTAINER),
    volumes=_items(_VOLUME),
)
_TEMPLATE = _always(_of(metadata=_value({}), spec=_always(_POD_SPEC)))
_JOB = _of(
    backoffLimit=_value(6),
    completionMode=_value("NonIndexed"),
    completions=_value(1),
    parallelism=_value(1),
    suspend=_value(False),
    template=_TEMPLATE,
)
_RULE = _of(scope=_value("*"))
_HOOK = _of(
    clientConfig=_of(service=_of(port=_value(443))),
    failurePolicy=_value("Fail"),
    matchPolicy=_value("Equivalent"),
    namespaceSelector=_value({}),
    objectSelector=_value({}),
    rules=_items(_RULE),
    timeoutSeconds=_value(10),
)
_MUTATING_HOOK = {"properties": {**_HOOK["properties"], "reinvocationPolicy": _value("Never")}}
_BINDING = _of(
    roleRef=_of(apiGroup=_value("rbac.authorization.k8s.io")),
)


def _spec(**properties: Any) -> Object:
    return _of(spec=_always(_of(**properties)))


_NODES: dict[ResourceKey, Node] = {
    "pods": _of(
        status=_always(_of(phase=_value("Pending"))),
        spec=_always({"properties": {**_POD_SPEC["properties"], "enableServiceLinks": _value(True)}}),
    ),
    "secrets": _of(type=_value("Opaque")),
    "services": _spec(
        type=_value("ClusterIP"),
        sessionAffinity=_value("None"),
        ports=_items(_of(protocol=_value("TCP"))),
    ),
    **{
        key: _spec()
        for key in (
            "nodes",
            "persistentvolumes",
            "replicationcontrollers",
            "resourcequotas",
            "certificatesigningrequests.certificates.k8s.io",
            "ingresses.networking.k8s.io",
            "leases.coordination.k8s.io",
            "networkpolicies.networking.k8s.io",
            "poddisruptionbudgets.policy",
        )
    },
    "persistentvolumeclaims": _spec(volumeMode=_value("Filesystem")),
    "deployments.apps": _spec(
        replicas=_value(1),
        progressDeadlineSeconds=_value(600),
        revisionHistoryLimit=_value(10),
        strategy=_always(_of(type=_value("RollingUpdate"))),
        template=_TEMPLATE,
    ),
    "daemonsets.apps": _spec(
        revisionHistoryLimit=_value(10),
        updateStrategy=_always(_of(type=_value("RollingUpdate"))),
        template=_TEMPLATE,
    ),
    "replicasets.apps": _spec(replicas=_value(1), template=_TEMPLATE),
    "statefulsets.apps": _spec(
        replicas=_value(1),
        podManagementPolicy=_value("OrderedReady"),
        revisionHistoryLimit=_value(10),
        updateStrategy=_always(_of(type=_value("RollingUpdate"))),
        template=_TEMPLATE,
    ),
    "jobs.batch": _of(spec=_always(_JOB)),
    "cronjobs.batch": _spec(
        concurrencyPolicy=_value("Allow"),
        failedJobsHistoryLimit=_value(1),
        successfulJobsHistoryLimit=_value(3),
        suspend=_value(False),
    ),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": _of(webhooks=_items(_MUTATING_HOOK)),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": _of(webhooks=_items(_HOOK)),
    "rolebindings.rbac.authorization.k8s.io": _BINDING,
    "clusterrolebindings.rbac.authorization.k8s.io": _BINDING,
}


def _rolling(obj: Object, field: str, **values: Any) -> Object:
    """``rollingUpdate`` of a strategy that is RollingUpdate, completed."""
    strategy = obj["spec"][field]
    if strategy.get("type") != "RollingUpdate":
        return obj
    rolling = {**values, **(strategy.get("rollingUpdate") or {})}
    if rolling == strategy.get("rollingUpdate"):
        return obj
    return {**obj, "spec": {**obj["spec"], field: {**strategy, "rollingUpdate": rolling}}}


def _deployment(obj: Object) -> Object:
    return _template(_rolling(obj, "strategy", maxUnavailable="25%", maxSurge="25%"))


def _daemon_set(obj: Object) -> Object:
    return _template(_rolling(obj, "updateStrategy", maxUnavailable=1, maxSurge=0))


def _stateful_set(obj: Object) -> Object:
    return _template(_rolling(obj, "updateStrategy", partition=0))


def _template(obj: Object) -> Object:
    spec = obj["spec"]
    below = _pull_policies(spec["template"]["spec"])
    if below is spec["template"]["spec"]:
        return obj
    return {**obj, "spec": {**spec, "template": {**spec["template"], "spec": below}}}


def _pod(obj: Object) -> Object:
    spec = _pull_policies(obj["spec"])
    return obj if spec is obj["spec"] else {**obj, "spec": spec}


def _pull_policies(spec: Object) -> Object:
    """``Always`` for images with the tag latest or none, ``IfNotPresent`` for others."""
    changed: Object = {}
    for kind in ("containers", "initContainers"):
        containers = spec.get(kind) or ()
        if any(isinstance(container, dict) and "imagePullPolicy" not in container for container in containers):
            changed[kind] = [{"imagePullPolicy": _pull_policy(item.get("image") or ""), **item} for item in containers]
    return {**spec, **changed} if changed else spec


def _pull_policy(image: str) -> str:
    name = image.rpartition("/")[2]
    if "@" in name:
        return "IfNotPresent"
    return "Always" if ":" not in name or name.endswith(":latest") else "IfNotPresent"


def _service(obj: Object) -> Object:
    ports = obj["spec"].get("ports") or ()
    if all("targetPort" in port for port in ports):
        return obj
    completed_ports = [{**port, "targetPort": port.get("targetPort", port.get("port"))} for port in ports]
    return {**obj, "spec": {**obj["spec"], "ports": completed_ports}}


def _secret(obj: Object) -> Object:
    """``stringData`` is written into ``data`` and never read back."""
    if "stringData" not in obj:
        return obj
    text = {key: base64.b64encode(str(value).encode()).decode() for key, value in (obj["stringData"] or {}).items()}
    kept = {key: value for key, value in obj.items() if key != "stringData"}
    return {**kept, "data": {**(obj.get("data") or {}), **text}} if text else kept


_DEPENDING: dict[ResourceKey, Callable[[Object], Object]] = {
    "secrets": _secret,
    "pods": _pod,
    "services": _service,
    "deployments.apps": _deployment,
    "daemonsets.apps": _daemon_set,
    "replicasets.apps": _template,
    "statefulsets.apps": _stateful_set,
    "jobs.batch": _template,
}
