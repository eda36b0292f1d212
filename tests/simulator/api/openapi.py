"""OpenAPI documents: what kubectl needs to validate, to explain and to patch (kube-openapi)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.simulator.api import builtin_types
from tests.simulator.api.discovery import Discovery
from tests.simulator.api.strategic import merge_key
from tests.simulator.ports import Object
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.simulator.store.trees import clone

_METADATA = "V1ObjectMeta"
_PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)


class OpenApi:
    """Documents are made when asked for: few clients do, and CRDs come and go."""

    def __init__(self, store: ObjectStore, discovery: Discovery, *, version: str) -> None:
        self._store = store
        self._discovery = discovery
        self._version = version

    def v3(self, path: str) -> Object | None:
        """``/openapi/v3`` (path empty) or the document of one group version (``apis/apps/v1``)."""
        versions = sorted({(r.group, version) for r in self._store.resources() for version in r.versions})
        if not path:
            paths = [f"apis/{group}/{version}" if group else f"api/{version}" for group, version in versions]
            return {"paths": {p: {"serverRelativeURL": f"/openapi/v3/{p}?hash={self._store.revision}"} for p in paths}}
        parts = path.split("/")
        group, version = (parts[1], parts[2]) if len(parts) == 3 else ("", parts[-1])
        if (group, version) not in versions:
            return None
        return self._document(group, version)

    def v2(self) -> Object:
        """The old document, with the operations only: clients that validate use v3."""
        paths: Object = {}
        for resource in self._store.resources():
            for version in resource.versions:
                paths |= _paths(resource, version, v2=True)
        return {"swagger": "2.0", "info": self._info(), "paths": paths, "definitions": {}}

    def v2_protobuf(self) -> bytes:
        """The old document in the encoding that kubectl asks for: title and version, no definitions."""
        info = _string(1, "Kubernetes") + _string(2, self._version)
        return _string(1, "2.0") + _bytes(2, info)

    def _info(self) -> Object:
        return {"title": "Kubernetes", "version": self._version}

    def _document(self, group: str, version: str) -> Object:
        schemas: Object = {}
        paths: Object = {}
        for resource in self._store.resources():
            if resource.group == group and version in resource.versions:
                paths |= _paths(resource, version, v2=False)
                schemas |= self._schemas(resource, version)
        return {"openapi": "3.0.0", "info": self._info(), "paths": paths, "components": {"schemas": schemas}}

    def _schemas(self, resource: Resource, version: str) -> Object:
        name = _schema_name(resource, version)
        kind = {"group": resource.group, "version": version, "kind": resource.kind}
        model = builtin_types.model_of(resource)
        schemas: Object = {}
        if model is None:
            root: Object = clone(resource.schema) if resource.schema else {"type": "object"}
            root.setdefault("properties", {})["metadata"] = {
                "description": "Standard object's metadata.",
                "allOf": [{"$ref": f"#/components/schemas/{_METADATA}"}],
            }
            below: Iterator[str] = builtin_types.models_below(_METADATA)
        else:
            root = builtin_types.schema_of(model)
            below = (other for other in builtin_types.models_below(model) if other != model)
        for other in below:
            schemas[other] = _with_merge_keys(builtin_types.schema_of(other), other)
        root["x-kubernetes-group-version-kind"] = [kind]
        schemas[name] = root
        return schemas


def _schema_name(resource: Resource, version: str) -> str:
    reverse = ".".join(reversed(resource.group.split("."))) if resource.group else "io.k8s.api.core"
    return f"{reverse}.{version}.{resource.kind}"


def _with_merge_keys(schema: Object, model: str) -> Object:
    """With the patch strategies that kubectl apply computes its patches by."""
    parent = "spec" if model.endswith("Spec") else "status" if model.endswith("Status") else ""
    if model == "V1Container":
        parent = "containers"
    for name, node in (schema.get("properties") or {}).items():
        merges, key = merge_key(parent, name)
        if merges and node.get("type") == "array":
            node["x-kubernetes-patch-strategy"] = "merge"
            if key is not None:
                node["x-kubernetes-patch-merge-key"] = key
    return schema


def _paths(resource: Resource, version: str, *, v2: bool) -> Object:
    """The operations of one resource."""
    base = f"/apis/{resource.group}/{version}" if resource.group else f"/api/{version}"
    collection = (
        f"{base}/namespaces/{{namespace}}/{resource.plural}" if resource.namespaced else f"{base}/{resource.plural}"
    )
    kind = {"group": resource.group, "version": version, "kind": resource.kind}
    parameters = [_parameter(name, v2=v2) for name in ("dryRun", "fieldManager", "fieldValidation")]

    def operation(action: str, **more: Any) -> Object:
        found: Object = {"x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind, "responses": {}}
        return found | more

    item: Object = {"get": operation("get")}
    several: Object = {"get": operation("list")}
    body: Object = {"consumes": list(_PATCHES)}
    if not v2:
        body = {"requestBody": {"content": {media: {} for media in _PATCHES}}}
    if "patch" in resource.verbs:
        item["patch"] = operation("patch", parameters=[*parameters, _parameter("force", v2=v2)], **body)
    if "update" in resource.verbs:
        item["put"] = operation("put", parameters=parameters)
    if "delete" in resource.verbs:
        item["delete"] = operation("delete", parameters=parameters[:1])
    if "create" in resource.verbs:
        several["post"] = operation("post", parameters=parameters)
    return {collection: several, f"{collection}/{{name}}": item}


def _parameter(name: str, *, v2: bool) -> Object:
    kind = "boolean" if name == "force" else "string"
    typed: Object = {"type": kind} if v2 else {"schema": {"type": kind, "uniqueItems": True}}
    return {"name": name, "in": "query", **typed}


def _string(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, data: bytes) -> bytes:
    """A length-delimited protobuf field; all lengths here are below 128 or take two bytes."""
    length = len(data)
    prefix = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    return bytes([field << 3 | 2]) + prefix + data
