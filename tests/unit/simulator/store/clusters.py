"""Small stores for the tests: a few builtin kinds, and CRDs made from a schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.definitions import DEFINITIONS
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ACTOR = "system:admin"


def new_store(**options: Any) -> ObjectStore:
    """Namespaces ``default``; nodes, pods, configmaps, deployments, CRDs."""
    store = ObjectStore(now=lambda: NOW, **options)
    for resource in (
        Resource("", "v1", "Namespace", "namespaces", False, status_subresource=True),
        Resource("", "v1", "Node", "nodes", False, status_subresource=True),
        Resource(
            "", "v1", "Pod", "pods", True, status_subresource=True, selectable_fields=("spec.nodeName", "status.phase")
        ),
        Resource("", "v1", "ConfigMap", "configmaps", True),
        Resource("apps", "v1", "Deployment", "deployments", True, status_subresource=True),
        Resource("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", True, status_subresource=True),
        Resource(
            "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False,
            status_subresource=True,
        ),
    ):  # fmt: skip
        store.declare(resource)
    store.create("namespaces", {"metadata": {"name": "default"}}, actor=ACTOR)
    return store


def definition(schema: Object, *, status: bool = False, **version: Any) -> Object:
    """A cluster scoped CRD ``things.example.com`` whose ``spec`` has the given schema."""
    root: Object = {"type": "object", "properties": {"spec": schema, "status": {"type": "object", **_PRESERVE}}}
    subresources: Object = {"subresources": {"status": {}}} if status else {}
    return {
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Cluster",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
                | subresources
                | version
            ],
        },
    }


_PRESERVE = {"x-kubernetes-preserve-unknown-fields": True}


def store_of_things(schema: Object, *, status: bool = False) -> ObjectStore:
    store = new_store()
    store.create(DEFINITIONS, definition(schema, status=status), actor=ACTOR)
    return store


def ref(called: str = "a", /, **spec: Any) -> Object:
    return {"metadata": {"name": called}, "spec": spec}


def named(name: str, *, namespace: str = "default", **more: Any) -> Object:
    labels = more.pop("labels", None)
    metadata: Object = {"name": name, "namespace": namespace}
    if labels:
        metadata["labels"] = labels
    return {"metadata": metadata, **more}
