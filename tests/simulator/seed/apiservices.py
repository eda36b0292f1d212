"""One APIService for every group and version: local ones, and those that the aggregator passes on to extension
servers."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulator.group_priorities import BUILTIN
from tests.simulator.ports import Object
from tests.simulator.seed.aggregated import EXTENSION_SERVERS
from tests.simulator.seed.context import Seeding
from tests.simulator.store.resources import Resource

_AGGREGATED_PRIORITY = 9900
_CUSTOM_PRIORITY = 1000


def seed_apiservices(seeding: Seeding, *, builtin: Iterable[Resource], definitions: Iterable[Object]) -> None:
    for group, version in sorted({(r.group, v) for r in builtin for v in r.versions} - set(EXTENSION_SERVERS)):
        if group not in ("apiregistration.k8s.io",):
            _seed(group, version, local(group, version), seeding=seeding)
    for (group, version), (namespace, service) in EXTENSION_SERVERS.items():
        _seed(group, version, aggregated(group, version, namespace=namespace, service=service), seeding=seeding)
    for group, version in sorted({pair for crd in definitions for pair in versions_of(crd)}):
        _seed(group, version, local(group, version), seeding=seeding)


def versions_of(definition: Object) -> list[tuple[str, str]]:
    """The groups and versions that a CustomResourceDefinition makes the API serve."""
    spec = definition["spec"]
    return [(spec["group"], version["name"]) for version in spec["versions"] if version["served"]]


def name_of(group: str, version: str) -> str:
    """``v1.apps``; the core group's is ``v1.``"""
    return f"{version}.{group}"


def local(group: str, version: str) -> Object:
    """Body of an APIService whose group the API server serves itself."""
    return {
        "spec": {
            "group": group,
            "groupPriorityMinimum": BUILTIN.get(group, _CUSTOM_PRIORITY),
            "version": version,
            "versionPriority": 15 if group in BUILTIN else 100,
        },
        "status": {"conditions": [_available("Local", "Local APIServices are always available")]},
    }


def aggregated(group: str, version: str, *, namespace: str, service: str) -> Object:
    """Body of an APIService whose group is served behind a Service."""
    return {
        "spec": {
            "group": group,
            "groupPriorityMinimum": 100 if group == "metrics.k8s.io" else _AGGREGATED_PRIORITY,
            "service": {"name": service, "namespace": namespace, "port": 443},
            "version": version,
            "versionPriority": 15,
        },
        "status": {"conditions": [_available("Passed", "all checks passed")]},
    }


def _available(reason: str, message: str) -> Object:
    return {"message": message, "reason": reason, "status": "True", "type": "Available"}


def _seed(group: str, version: str, body: Object, *, seeding: Seeding) -> None:
    created = seeding.ages.installing(minutes=20 if "service" in body["spec"] else 2)
    labels = None
    if "service" not in body["spec"]:
        automanaged = "onstart" if group in BUILTIN else "true"
        labels = {"kube-aggregator.kubernetes.io/automanaged": automanaged}
    for condition in body["status"]["conditions"]:
        condition["lastTransitionTime"] = created
    seeding.create("apiservices.apiregistration.k8s.io", name_of(group, version), body, created=created, labels=labels)
