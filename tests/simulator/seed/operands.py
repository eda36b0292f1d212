"""The configuration objects of the platform's operators beside the network's, as far as others read them."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import DOMAIN, Seeding


def seed_operands(seeding: Seeding) -> None:
    created = seeding.ages.installing(minutes=5)
    for key, name, namespace, spec, status in _operands(seeding):
        body = {"spec": {"managementState": "Managed", **spec}, "status": status}
        seeding.create(key, name, body, namespace=namespace, created=created)
    _seed_priorities(seeding)
    _seed_flow_schemas(seeding)


def _operands(seeding: Seeding) -> list[tuple[str, str, str | None, Object, Object]]:
    """Resource, name, namespace, spec and status of each."""
    version = {"readyReplicas": 0, "version": seeding.profile.version}
    static = {"forceRedeploymentReason": "", "logLevel": "Normal", "operatorLogLevel": "Normal"}
    plain = {"logLevel": "Normal", "operatorLogLevel": "Normal"}
    return [
        ("etcds.operator.openshift.io", "cluster", None, static, _revisions(seeding, revision=8)),
        ("kubeapiservers.operator.openshift.io", "cluster", None, static, _revisions(seeding, revision=9)),
        (
            "openshiftapiservers.operator.openshift.io",
            "cluster",
            None,
            plain,
            {**version, "conditions": _healthy(seeding)},
        ),
        ("dnses.operator.openshift.io", "default", None, plain, _dns(seeding)),
        ("consoles.operator.openshift.io", "cluster", None, plain, {**version, "conditions": _healthy(seeding)}),
        (
            "configs.imageregistry.operator.openshift.io",
            "cluster",
            None,
            {**plain, "replicas": min(2, len(seeding.topology.workers)), "storage": {"emptyDir": {}}},
            {"conditions": _healthy(seeding), "readyReplicas": 0},
        ),
        (
            "ingresscontrollers.operator.openshift.io",
            "default",
            "openshift-ingress-operator",
            {"replicas": min(2, len(seeding.topology.workers))},
            {
                "availableReplicas": min(2, len(seeding.topology.workers)),
                "conditions": _healthy(seeding),
                "domain": f"apps.{DOMAIN}",
                "endpointPublishingStrategy": {"type": "HostNetwork"},
                "selector": "ingresscontroller.operator.openshift.io/deployment-ingresscontroller=default",
            },
        ),
    ]


def _healthy(seeding: Seeding) -> list[Object]:
    since = seeding.ages.installing(minutes=30)
    wanted = (("Available", "True"), ("Progressing", "False"), ("Degraded", "False"))
    return [{"lastTransitionTime": since, "status": status, "type": kind} for kind, status in wanted]


def _revisions(seeding: Seeding, *, revision: int) -> Object:
    """Every master runs the latest revision of the static pod."""
    return {
        "conditions": [
            *_healthy(seeding),
            {
                "lastTransitionTime": seeding.ages.installing(minutes=30),
                "message": f"{len(seeding.topology.masters)} nodes are at revision {revision}",
                "reason": "AllNodesAtLatestRevision",
                "status": "False",
                "type": "NodeInstallerProgressing",
            },
        ],
        "latestAvailableRevision": revision,
        "nodeStatuses": [{"currentRevision": revision, "nodeName": node.name} for node in seeding.topology.masters],
        "readyReplicas": 0,
    }


def _dns(seeding: Seeding) -> Object:
    return {"clusterDomain": "cluster.local", "clusterIP": "172.30.0.10", "conditions": _healthy(seeding)}


def _seed_priorities(seeding: Seeding) -> None:
    for name, value in (
        ("openshift-user-critical", 1000000000),
        ("system-cluster-critical", 2000000000),
        ("system-node-critical", 2000001000),
    ):
        body = {"description": "", "preemptionPolicy": "PreemptLowerPriority", "value": value}
        seeding.create("priorityclasses.scheduling.k8s.io", name, body)


def _seed_flow_schemas(seeding: Seeding) -> None:
    schemas = {"exempt": ("exempt", 1), "global-default": ("global-default", 9900), "catch-all": ("catch-all", 10000)}
    if seeding.profile.initial_network_type == "OpenShiftSDN":
        schemas["openshift-sdn"] = ("system", 500)
    else:
        schemas["openshift-ovn-kubernetes"] = ("system", 500)
    for name, (level, precedence) in schemas.items():
        dangling = {
            "lastTransitionTime": seeding.ages.installing(minutes=2),
            "message": "This FlowSchema "
            f'references the PriorityLevelConfiguration object named "{level}" and it exists',
            "reason": "Found",
            "status": "False",
            "type": "Dangling",
        }
        spec = {"matchingPrecedence": precedence, "priorityLevelConfiguration": {"name": level}}
        body = {"spec": spec, "status": {"conditions": [dangling]}}
        seeding.create("flowschemas.flowcontrol.apiserver.k8s.io", name, body)
