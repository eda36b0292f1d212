"""The builtin resources that the API serves, with the columns that ``kubectl get`` and ``kubectl get -o wide`` show."""

from __future__ import annotations

from typing import Any

from tests.simulator.profiles import Profile
from tests.simulator.seed import cells, pod_cells
from tests.simulator.seed.aggregated import aggregated_resources
from tests.simulator.seed.columns import AGE, CREATED_AT, NAME, number, text
from tests.simulator.store.resources import Column, Resource, Scale

_TEMPLATE = (
    text("Containers", cells.containers, wide=True),
    text("Images", cells.images, wide=True),
    text("Selector", cells.workload_selector, wide=True),
)


def builtin_resources(profile: Profile | None = None) -> list[Resource]:
    """Everything that is served without a CustomResourceDefinition: by the API server itself, and by the extension
    servers behind it (``aggregated_resources``, whose APIService says whether they can be reached)."""
    return [
        *_core(),
        *_workloads(),
        *_networking(),
        *_access(),
        *_storage(),
        *_machinery(flow_control=_flow_control(profile)),
        *aggregated_resources(),
    ]


def _flow_control(profile: Profile | None) -> tuple[str, ...]:
    """The served versions of flowcontrol.apiserver.k8s.io, the stored one first."""
    minor = 27 if profile is None else int(profile.kubernetes_minor)
    if minor >= 29:
        return ("v1", "v1beta3")
    return ("v1beta3", "v1beta2") if minor >= 26 else ("v1beta2", "v1beta1")


def _core() -> list[Resource]:
    return [
        _v1(
            "Node",
            namespaced=False,
            short_names=("no",),
            columns=(
                NAME,
                text("Status", cells.node_status),
                text("Roles", cells.node_roles),
                AGE,
                text("Version", cells.field("status", "nodeInfo", "kubeletVersion", missing="")),
                text("Internal-IP", cells.node_address("InternalIP"), wide=True),
                text("External-IP", cells.node_address("ExternalIP"), wide=True),
                text("OS-Image", cells.node_info("osImage"), wide=True),
                text("Kernel-Version", cells.node_info("kernelVersion"), wide=True),
                text("Container-Runtime", cells.node_info("containerRuntimeVersion"), wide=True),
            ),
            selectable_fields=("spec.unschedulable",),
        ),
        _v1(
            "Pod",
            short_names=("po",),
            categories=("all",),
            columns=(
                NAME,
                text("Ready", pod_cells.ready),
                text("Status", pod_cells.status),
                text("Restarts", pod_cells.restarts),
                AGE,
                text("IP", pod_cells.address, wide=True),
                text("Node", cells.field("spec", "nodeName"), wide=True),
                text("Nominated Node", cells.field("status", "nominatedNodeName"), wide=True),
                text("Readiness Gates", pod_cells.gates, wide=True),
            ),
            selectable_fields=(
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork",
                "status.phase",
                "status.podIP",
                "status.nominatedNodeName",
            ),
        ),
        _v1(
            "Namespace",
            namespaced=False,
            short_names=("ns",),
            columns=(NAME, text("Status", cells.field("status", "phase")), AGE),
            selectable_fields=("status.phase",),
        ),
        _v1(
            "ConfigMap",
            short_names=("cm",),
            columns=(NAME, Column("Data", cells.data_count), AGE),
            status_subresource=False,
        ),
        _v1(
            "Secret",
            columns=(
                NAME,
                text("Type", cells.field("type", missing="Opaque")),
                Column("Data", cells.count("data"), type="integer"),
                AGE,
            ),
            selectable_fields=("type",),
            status_subresource=False,
        ),
        _event(),
        _v1(
            "Service",
            short_names=("svc",),
            categories=("all",),
            columns=(
                NAME,
                text("Type", cells.field("spec", "type")),
                text("Cluster-IP", cells.field("spec", "clusterIP")),
                text("External-IP", cells.service_external),
                text("Port(s)", cells.service_ports),
                AGE,
                text("Selector", cells.service_selector, wide=True),
            ),
            selectable_fields=("spec.clusterIP", "spec.type"),
        ),
        _v1(
            "Endpoints",
            plural="endpoints",
            short_names=("ep",),
            columns=(NAME, text("Endpoints", cells.endpoints), AGE),
            status_subresource=False,
        ),
        _v1(
            "ServiceAccount",
            short_names=("sa",),
            columns=(NAME, Column("Secrets", cells.count("secrets"), type="integer"), AGE),
            status_subresource=False,
        ),
        _v1(
            "ReplicationController",
            short_names=("rc",),
            categories=("all",),
            columns=(
                NAME,
                number("Desired", "spec", "replicas"),
                number("Current", "status", "replicas"),
                number("Ready", "status", "readyReplicas"),
                AGE,
                *_TEMPLATE[:2],
                text("Selector", lambda obj, now: cells.labels_of(obj["spec"].get("selector")), wide=True),
            ),
            scale=Scale(),
            selectable_fields=("status.replicas",),
        ),
        _v1(
            "ResourceQuota",
            short_names=("quota",),
            columns=(NAME, AGE, text("Request", cells.quota("requests")), text("Limit", cells.quota("limits"))),
        ),
        _v1("LimitRange", short_names=("limits",), columns=(NAME, CREATED_AT), status_subresource=False),
    ]


def _event() -> Resource:
    return _v1(
        "Event",
        short_names=("ev",),
        columns=(
            text("Last Seen", cells.event_last_seen),
            text("Type", cells.field("type", missing="")),
            text("Reason", cells.field("reason", missing="")),
            text("Object", cells.event_object),
            text("Subobject", cells.field("involvedObject", "fieldPath", missing=""), wide=True),
            text("Source", cells.event_source, wide=True),
            text("Message", cells.event_message),
            text("First Seen", cells.event_first_seen, wide=True),
            Column("Count", cells.field("count", missing=1), priority=1),
            Column("Name", cells.name, format="name", priority=1),
        ),
        selectable_fields=(
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ),
        status_subresource=False,
    )


def _workloads() -> list[Resource]:
    daemon_set = (
        NAME,
        number("Desired", "status", "desiredNumberScheduled"),
        number("Current", "status", "currentNumberScheduled"),
        number("Ready", "status", "numberReady"),
        number("Up-to-date", "status", "updatedNumberScheduled"),
        number("Available", "status", "numberAvailable"),
        text("Node Selector", _daemon_set_nodes),
        AGE,
        *_TEMPLATE,
    )
    deployment = (
        NAME,
        text("Ready", cells.replicas_ready),
        number("Up-to-date", "status", "updatedReplicas"),
        number("Available", "status", "availableReplicas"),
        AGE,
        *_TEMPLATE,
    )
    replica_set = (
        NAME,
        number("Desired", "spec", "replicas"),
        number("Current", "status", "replicas"),
        number("Ready", "status", "readyReplicas"),
        AGE,
        *_TEMPLATE,
    )
    stateful_set = (NAME, text("Ready", cells.replicas_ready), AGE, *_TEMPLATE[:2])
    revision = (
        NAME,
        text("Controller", cells.controller),
        number("Revision", "revision"),
        AGE,
    )
    return [
        _apps("DaemonSet", short_names=("ds",), columns=daemon_set),
        _apps("Deployment", short_names=("deploy",), columns=deployment, scale=Scale()),
        _apps(
            "ReplicaSet",
            short_names=("rs",),
            columns=replica_set,
            scale=Scale(),
            selectable_fields=("status.replicas",),
        ),
        _apps("StatefulSet", short_names=("sts",), columns=stateful_set, scale=Scale()),
        _apps("ControllerRevision", columns=revision, categories=(), status_subresource=False),
        _batch(
            "Job",
            columns=(
                NAME,
                text("Completions", cells.job_completions),
                text("Duration", cells.job_duration),
                AGE,
                *_TEMPLATE,
            ),
            selectable_fields=("status.successful",),
        ),
        _batch(
            "CronJob",
            short_names=("cj",),
            columns=(
                NAME,
                text("Schedule", cells.field("spec", "schedule")),
                text("Timezone", cells.field("spec", "timeZone")),
                text("Suspend", lambda obj, now: "True" if obj["spec"].get("suspend") else "False"),
                Column("Active", cells.count("status", "active"), type="integer"),
                text("Last Schedule", cells.last_schedule),
                AGE,
                *_TEMPLATE,
            ),
        ),
        _in(
            "policy",
            "PodDisruptionBudget",
            short_names=("pdb",),
            columns=(
                NAME,
                text("Min Available", cells.budget("minAvailable")),
                text("Max Unavailable", cells.budget("maxUnavailable")),
                number("Allowed Disruptions", "status", "disruptionsAllowed"),
                AGE,
            ),
        ),
        _in(
            "autoscaling",
            "HorizontalPodAutoscaler",
            version="v2",
            short_names=("hpa",),
            categories=("all",),
            columns=(
                NAME,
                text("Reference", cells.scale_target),
                text("Targets", cells.scale_metrics),
                text("MinPods", cells.field("spec", "minReplicas", missing=cells.UNSET)),
                number("MaxPods", "spec", "maxReplicas"),
                number("Replicas", "status", "currentReplicas"),
                AGE,
            ),
        ),
    ]


def _daemon_set_nodes(obj: Any, now: Any) -> str:
    return cells.labels_of(obj["spec"].get("template", {}).get("spec", {}).get("nodeSelector"))


def _networking() -> list[Resource]:
    group = "networking.k8s.io"
    return [
        _in(
            group,
            "NetworkPolicy",
            plural="networkpolicies",
            short_names=("netpol",),
            columns=(
                NAME,
                text("Pod-Selector", lambda obj, now: cells.selector_of(obj["spec"].get("podSelector"))),
                AGE,
            ),
            status_subresource=False,
        ),
        _in(
            group,
            "Ingress",
            plural="ingresses",
            short_names=("ing",),
            columns=(
                NAME,
                text("Class", cells.field("spec", "ingressClassName")),
                text("Hosts", cells.ingress_hosts),
                text("Address", cells.ingress_address),
                text("Ports", lambda obj, now: "80, 443" if obj["spec"].get("tls") else "80"),
                AGE,
            ),
        ),
        _in(
            group,
            "IngressClass",
            plural="ingressclasses",
            namespaced=False,
            columns=(
                NAME,
                text("Controller", cells.field("spec", "controller")),
                text("Parameters", lambda obj, now: _parameters(obj)),
                AGE,
            ),
            status_subresource=False,
        ),
        _in(
            "discovery.k8s.io",
            "EndpointSlice",
            columns=(
                NAME,
                text("AddressType", cells.field("addressType", missing="")),
                text("Ports", cells.slice_ports),
                text("Endpoints", cells.slice_endpoints),
                AGE,
            ),
            status_subresource=False,
        ),
    ]


def _parameters(obj: Any) -> str:
    reference = obj["spec"].get("parameters")
    if not reference:
        return cells.NONE
    group = f".{reference['apiGroup']}" if reference.get("apiGroup") else ""
    return f"{reference['kind']}{group}/{reference['name']}"


def _access() -> list[Resource]:
    group = "rbac.authorization.k8s.io"
    binding = (
        NAME,
        text("Role", cells.role_ref),
        AGE,
        text("Users", cells.subjects("User"), wide=True),
        text("Groups", cells.subjects("Group"), wide=True),
        text("ServiceAccounts", cells.subjects("ServiceAccount"), wide=True),
    )
    plain: dict[str, Any] = {"status_subresource": False}
    return [
        _in(group, "Role", columns=(NAME, CREATED_AT), **plain),
        _in(group, "RoleBinding", columns=binding, **plain),
        _in(group, "ClusterRole", namespaced=False, columns=(NAME, CREATED_AT), **plain),
        _in(group, "ClusterRoleBinding", namespaced=False, columns=binding, **plain),
        _in(
            "certificates.k8s.io",
            "CertificateSigningRequest",
            namespaced=False,
            short_names=("csr",),
            columns=(
                NAME,
                AGE,
                text("SignerName", cells.field("spec", "signerName")),
                text("Requestor", cells.field("spec", "username")),
                text("RequestedDuration", cells.csr_duration),
                text("Condition", cells.csr_condition),
            ),
            selectable_fields=("spec.signerName",),
        ),
    ]


def _storage() -> list[Resource]:
    return [
        _v1(
            "PersistentVolume",
            namespaced=False,
            short_names=("pv",),
            columns=(
                NAME,
                text("Capacity", cells.field("spec", "capacity", "storage", missing="")),
                text("Access Modes", cells.access_modes("spec", "accessModes")),
                text("Reclaim Policy", cells.field("spec", "persistentVolumeReclaimPolicy", missing="")),
                text("Status", cells.field("status", "phase", missing="")),
                text("Claim", cells.claim),
                text("StorageClass", cells.field("spec", "storageClassName", missing="")),
                text("Reason", cells.field("status", "reason", missing="")),
                AGE,
                text("VolumeMode", cells.field("spec", "volumeMode", missing=cells.UNSET), wide=True),
            ),
        ),
        _v1(
            "PersistentVolumeClaim",
            short_names=("pvc",),
            columns=(
                NAME,
                text("Status", cells.field("status", "phase", missing="")),
                text("Volume", cells.field("spec", "volumeName", missing="")),
                text("Capacity", cells.field("status", "capacity", "storage", missing="")),
                text("Access Modes", cells.access_modes("status", "accessModes")),
                text("StorageClass", cells.field("spec", "storageClassName", missing="")),
                AGE,
                text("VolumeMode", cells.field("spec", "volumeMode", missing=cells.UNSET), wide=True),
            ),
        ),
        _in(
            "storage.k8s.io",
            "StorageClass",
            plural="storageclasses",
            namespaced=False,
            short_names=("sc",),
            columns=(
                Column("Name", cells.storage_class_name, format="name"),
                text("Provisioner", cells.field("provisioner")),
                text("ReclaimPolicy", cells.field("reclaimPolicy", missing="Delete")),
                text("VolumeBindingMode", cells.field("volumeBindingMode", missing="Immediate")),
                Column("AllowVolumeExpansion", cells.field("allowVolumeExpansion", missing=False)),
                AGE,
            ),
            status_subresource=False,
        ),
        _in(
            "storage.k8s.io",
            "CSINode",
            namespaced=False,
            columns=(NAME, Column("Drivers", cells.count("spec", "drivers"), type="integer"), AGE),
            status_subresource=False,
        ),
    ]


def _machinery(*, flow_control: tuple[str, ...]) -> list[Resource]:
    webhooks = (NAME, Column("Webhooks", cells.count("webhooks"), type="integer"), AGE)
    admission = "admissionregistration.k8s.io"
    return [
        _in(
            admission,
            "MutatingWebhookConfiguration",
            namespaced=False,
            columns=webhooks,
            status_subresource=False,
        ),
        _in(
            admission,
            "ValidatingWebhookConfiguration",
            namespaced=False,
            columns=webhooks,
            status_subresource=False,
        ),
        _in(
            "apiregistration.k8s.io",
            "APIService",
            namespaced=False,
            columns=(
                NAME,
                text("Service", cells.api_service),
                text("Available", cells.api_service_available),
                AGE,
            ),
        ),
        _in(
            "apiextensions.k8s.io",
            "CustomResourceDefinition",
            namespaced=False,
            short_names=("crd", "crds"),
            columns=(NAME, CREATED_AT),
        ),
        _in(
            "coordination.k8s.io",
            "Lease",
            columns=(NAME, text("Holder", cells.field("spec", "holderIdentity", missing="")), AGE),
            status_subresource=False,
        ),
        _in(
            "scheduling.k8s.io",
            "PriorityClass",
            plural="priorityclasses",
            namespaced=False,
            short_names=("pc",),
            columns=(
                NAME,
                number("Value", "value"),
                Column("Global-Default", cells.field("globalDefault", missing=False), type="boolean"),
                AGE,
            ),
            status_subresource=False,
        ),
        _in(
            "flowcontrol.apiserver.k8s.io",
            "FlowSchema",
            version=flow_control[0],
            other_versions=flow_control[1:],
            namespaced=False,
            columns=(
                NAME,
                text("PriorityLevel", cells.field("spec", "priorityLevelConfiguration", "name")),
                number("MatchingPrecedence", "spec", "matchingPrecedence"),
                text("DistinguisherMethod", cells.field("spec", "distinguisherMethod", "type")),
                AGE,
                text("MissingPL", _missing_level),
            ),
        ),
    ]


def _missing_level(obj: Any, now: Any) -> str:
    dangling = cells.condition(obj, "Dangling")
    return "?" if dangling is None else dangling["status"]


def _in(
    group: str,
    kind: str,
    *,
    version: str = "v1",
    plural: str = "",
    namespaced: bool = True,
    status_subresource: bool = True,
    **more: Any,
) -> Resource:
    return Resource(
        group=group,
        version=version,
        kind=kind,
        plural=plural or f"{kind.lower()}s",
        namespaced=namespaced,
        status_subresource=status_subresource,
        **more,
    )


def _v1(kind: str, **more: Any) -> Resource:
    return _in("", kind, **more)


def _apps(kind: str, *, categories: tuple[str, ...] = ("all",), **more: Any) -> Resource:
    return _in("apps", kind, categories=categories, **more)


def _batch(kind: str, **more: Any) -> Resource:
    return _in("batch", kind, categories=("all",), **more)
