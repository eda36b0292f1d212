"""A few events of the last hour, as a quiet cluster has them."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding


def seed_events(seeding: Seeding) -> None:
    masters = seeding.topology.masters
    _seed(
        seeding,
        "openshift-kube-apiserver-operator",
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "kube-apiserver-operator"},
        "ConfigMapUpdated",
        "Updated ConfigMap/webhook-authenticator -n openshift-kube-apiserver: cause by changes in data.kubeConfig",
        "kube-apiserver-operator-config-observer-configobserver",
        minutes=51,
    )
    _seed(
        seeding,
        "openshift-image-registry",
        {"apiVersion": "batch/v1", "kind": "CronJob", "name": "image-pruner"},
        "SawCompletedJob",
        "Saw completed job: image-pruner-28700640, status: Complete",
        "cronjob-controller",
        minutes=37,
    )
    _seed(
        seeding,
        "default",
        {"apiVersion": "v1", "kind": "Node", "name": masters[0].name, "uid": masters[0].name},
        "RegisteredNode",
        f"Node {masters[0].name} event: Registered Node {masters[0].name} in Controller",
        "node-controller",
        minutes=22,
    )


def _seed(
    seeding: Seeding, namespace: str, regarding: Object, reason: str, message: str, component: str, *, minutes: int
) -> None:
    moment = seeding.ages.ago(minutes=minutes)
    suffix = seeding.uid("events", reason, namespace=namespace).replace("-", "")[:16]
    body = {
        "count": 1,
        "eventTime": None,
        "firstTimestamp": moment,
        "involvedObject": regarding if regarding["kind"] == "Node" else {**regarding, "namespace": namespace},
        "lastTimestamp": moment,
        "message": message,
        "reason": reason,
        "reportingComponent": component,
        "reportingInstance": "",
        "source": {"component": component},
        "type": "Normal",
    }
    seeding.create("events", f"{regarding['name']}.{suffix}", body, namespace=namespace, created=moment)
