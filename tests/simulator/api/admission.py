"""A write as admission sees it."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import decoded_body
from tests.simulator.api.writing import is_dry_run
from tests.simulator.ports import Object
from tests.simulator.store.errors import ApiError
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.simulator.store.webhooks import Operation, Request

_OPERATIONS: dict[str, Operation] = {
    "create": "CREATE",
    "update": "UPDATE",
    "patch": "UPDATE",
    "delete": "DELETE",
    "deletecollection": "DELETE",
}


def request_of(call: Call, resource: Resource, store: ObjectStore) -> Request:
    """What rules and selectors of webhooks look at. A body that cannot be read is somebody else's concern."""
    target = call.target
    current = store.find(resource.key, target.name or "", namespace=target.namespace) if target.name else None
    operation = _OPERATIONS[target.verb]
    if target.verb == "patch" and current is None:
        operation = "CREATE"  # server-side apply of something new; any other patch ends with 404
    objects: list[Any] = [current] if current is not None else []
    if target.verb in ("create", "update") and not target.subresource:
        objects.append(_body(call))
    try:
        dry_run = is_dry_run(call)
    except ApiError:
        dry_run = False
    namespace = target.namespace if resource.namespaced else None
    return Request(
        operation,
        target.group,
        target.version,
        target.resource,
        subresource=target.subresource,
        namespace=namespace,
        objects=tuple(objects),
        dry_run=dry_run,
    )


def _body(call: Call) -> Object:
    try:
        body = decoded_body(call)
    except ApiError:
        return {}
    return body if isinstance(body.get("metadata"), dict) else {}
