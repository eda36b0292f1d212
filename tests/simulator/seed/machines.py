"""Machines, their sets, and the health check of the workers, as the installer makes them where it provisions."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import INFRASTRUCTURE_NAME, Seeding
from tests.simulator.seed.nodes import machine_name, provider_id
from tests.simulator.seed.platforms import platform
from tests.simulator.topology import NodePlan

NAMESPACE = "openshift-machine-api"
_GROUP = "machine.openshift.io"
_ROLE = "machine.openshift.io/cluster-api-machine-role"
_SET = "machine.openshift.io/cluster-api-machineset"
_CLUSTER = "machine.openshift.io/cluster-api-cluster"
HEALTH_CHECK = "workers"


def seed_machines(seeding: Seeding) -> None:
    if platform(seeding.options.platform).machine is None:
        return
    for pool in ("worker", *seeding.topology.custom_pools):
        _seed_set(pool, seeding=seeding)
    for node in seeding.topology.nodes:
        seeding.create(
            f"machines.{_GROUP}",
            machine_name(node),
            {"spec": _spec(node, seeding=seeding), "status": _status(node, seeding=seeding)},
            namespace=NAMESPACE,
            labels=_labels(node),
            finalizers=["machine.machine.openshift.io"],
            created=seeding.ages.installing(minutes=4),
            **_owner(node, seeding=seeding),
        )
    _seed_health_check(seeding)


def _owner(node: NodePlan, *, seeding: Seeding) -> Object:
    """Machines that belong to no MachineSet are skipped by health checks, and are of no group of the autoscaler's, so
    that most tests have nothing to fear."""
    if not {"mhc", "autoscaler"} & set(seeding.options.extras) or not _is_in_set(node):
        return {}
    reference = {
        "apiVersion": f"{_GROUP}/v1beta1",
        "kind": "MachineSet",
        "name": _set_name(node.pool),
        "uid": seeding.uid(f"machinesets.{_GROUP}", _set_name(node.pool), namespace=NAMESPACE),
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {"ownerReferences": [reference]}


def _is_in_set(node: NodePlan) -> bool:
    return not node.is_master


def _set_name(pool: str) -> str:
    """Machines of a custom pool are made by a set of their own, which somebody has copied from the workers'."""
    return f"{INFRASTRUCTURE_NAME}-{pool}-0"


def _labels(node: NodePlan) -> dict[str, str]:
    role = "master" if node.is_master else "worker"
    labels = {_CLUSTER: INFRASTRUCTURE_NAME, _ROLE: role, "machine.openshift.io/cluster-api-machine-type": role}
    return {**labels, _SET: _set_name(node.pool)} if _is_in_set(node) else labels


def _spec(node: NodePlan, *, seeding: Seeding) -> Object:
    """etcd holds the Machines of its members: none is drained before another member has taken its place
    (cluster-etcd-operator 4.11 and later, pkg/operator/machinedeletionhooks)."""
    spec = {**_template_spec(seeding), "providerID": provider_id(node.name, options=seeding.options)}
    if node.is_master:
        spec["lifecycleHooks"] = {"preDrain": [{"name": "EtcdQuorumOperator", "owner": "clusteroperator/etcd"}]}
    return spec


def _template_spec(seeding: Seeding) -> Object:
    provider = platform(seeding.options.platform).machine
    return {"lifecycleHooks": {}, "metadata": {}, "providerSpec": {"value": provider}}


def _status(node: NodePlan, *, seeding: Seeding) -> Object:
    return {
        "addresses": [
            {"address": node.address, "type": "InternalIP"},
            {"address": node.name, "type": "Hostname"},
        ],
        "lastUpdated": seeding.ages.installing(minutes=24),
        "nodeRef": {"kind": "Node", "name": node.name, "uid": seeding.uid("nodes", node.name)},
        "phase": "Running",
    }


def _seed_set(pool: str, *, seeding: Seeding) -> None:
    size = sum(_is_in_set(node) and node.pool == pool for node in seeding.topology.nodes)
    labels = {_CLUSTER: INFRASTRUCTURE_NAME, _SET: _set_name(pool)}
    roles = {_ROLE: "worker", "machine.openshift.io/cluster-api-machine-type": "worker"}
    template = {"metadata": {"labels": {**labels, **roles}}, "spec": _template_spec(seeding)}
    spec = {"replicas": size, "selector": {"matchLabels": labels}, "template": template}
    counts = {"availableReplicas": size, "fullyLabeledReplicas": size, "readyReplicas": size} if size else {}
    seeding.create(
        f"machinesets.{_GROUP}",
        _set_name(pool),
        {"spec": spec, "status": {**counts, "observedGeneration": 1, "replicas": size}},
        namespace=NAMESPACE,
        labels={_CLUSTER: INFRASTRUCTURE_NAME},
        created=seeding.ages.installing(minutes=4),
    )


def _seed_health_check(seeding: Seeding) -> None:
    """Replaces workers that are not ready for five minutes: what people pause before they reboot nodes themselves.
    The installer makes none on bare metal; this one was written by an administrator."""
    size = sum(_is_in_set(node) for node in seeding.topology.nodes)
    spec = {
        "maxUnhealthy": "40%",
        "nodeStartupTimeout": "10m",
        "selector": {"matchLabels": {_ROLE: "worker"}},
        "unhealthyConditions": [
            {"status": "False", "timeout": "300s", "type": "Ready"},
            {"status": "Unknown", "timeout": "300s", "type": "Ready"},
        ],
    }
    allowed = {
        "lastTransitionTime": seeding.ages.ago(days=18),
        "status": "True",
        "type": "RemediationAllowed",
    }
    status = {
        "conditions": [allowed],
        "currentHealthy": size,
        "expectedMachines": size,
        "remediationsAllowed": size * 40 // 100,
    }
    seeding.create(
        f"machinehealthchecks.{_GROUP}",
        HEALTH_CHECK,
        {"spec": spec, "status": status},
        namespace=NAMESPACE,
        created=seeding.ages.ago(days=18),
    )
