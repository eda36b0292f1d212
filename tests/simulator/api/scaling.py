"""The scale subresource: one number of an object under a name of its own (autoscaling/v1 Scale)."""

from __future__ import annotations

from typing import Any

from tests.simulator.api import patches
from tests.simulator.api.calls import Call
from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest, NotServed
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource, Scale
from tests.simulator.store.trees import at


def read(store: ObjectStore, call: Call, resource: Resource) -> Object:
    """The Scale of an object."""
    obj = store.get(resource.key, call.target.name or "", namespace=call.target.namespace)
    return _scale_of(obj, _declared(resource))


def update(store: ObjectStore, call: Call, resource: Resource, given: Object) -> Object:
    """PUT of a Scale."""
    scale = _declared(resource)
    replicas = at(given, "spec.replicas", 0)
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise BadRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be an integer')
    patch: Object = {}
    place: Any = patch
    *above, last = scale.spec_replicas.strip(".").split(".")
    for step in above:
        place = place.setdefault(step, {})
    place[last] = replicas
    version = (given.get("metadata") or {}).get("resourceVersion")
    if version:
        patch["metadata"] = {"resourceVersion": version}
    changed = store.patch(
        resource.key,
        call.target.name or "",
        patch,
        namespace=call.target.namespace,
        actor=call.user.name,
        dry_run=call.query.get("dryRun") == "All",
    )
    return _scale_of(changed, scale)


def patch(store: ObjectStore, call: Call, resource: Resource, *, media: str) -> Object:
    """PATCH of a Scale."""
    return update(store, call, resource, patches.patched(read(store, call, resource), call, resource, media=media))


def _declared(resource: Resource) -> Scale:
    if resource.scale is None:
        raise NotServed
    return resource.scale


def _scale_of(obj: Object, scale: Scale) -> Object:
    meta = obj["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status: Object = {"replicas": at(obj, scale.status_replicas.strip("."), 0)}
    selector = at(obj, scale.label_selector.strip(".")) if scale.label_selector else None
    if isinstance(selector, dict):
        selector = ",".join(f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items()))
    if selector:
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: meta[key] for key in kept if key in meta},
        "spec": {"replicas": at(obj, scale.spec_replicas.strip("."), 0)},
        "status": status,
    }
