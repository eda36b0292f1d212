"""get and list: selectors, resourceVersion, pages (apiserver, pkg/endpoints/handlers/get.go, pkg/storage/etcd3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from tests.simulator.api.calls import Call
from tests.simulator.ports import Object
from tests.simulator.store.builtin.fields import forbidden, one_of
from tests.simulator.store.errors import ApiError, BadRequest, Expired, Invalid
from tests.simulator.store.objects import ObjectStore, parse_revision
from tests.simulator.store.resources import Resource
from tests.simulator.store.selectors import fields_predicate, labels_predicate

TOO_OLD_CONTINUE = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


def selection(call: Call, resource: Resource) -> Callable[[Object], bool] | None:
    """The test of the label and field selectors of a request, None when all objects are wanted."""
    tests = []
    if labels := call.query.get("labelSelector"):
        tests.append(labels_predicate(labels))
    if fields := call.query.get("fieldSelector"):
        tests.append(fields_predicate(fields, selectable=resource.selectable_fields))
    if not tests:
        return None
    return lambda obj: all(test(obj) for test in tests)


def page(store: ObjectStore, call: Call, resource: Resource) -> tuple[list[Object], Object]:
    """The objects of a list request and the list's metadata."""
    token = call.query.get("continue", "")
    requested = call.query.get("resourceVersion", "")
    call.number("timeoutSeconds")
    # the watch cache answers a list at version 0, and knows no pages
    limit = 0 if requested == "0" and not token else max(0, call.number("limit") or 0)
    _check_match(call.query.get("resourceVersionMatch", ""), requested, token)
    after: tuple[str, str] | None = None
    if token:
        if requested not in ("", "0"):
            raise BadRequest("specifying resource version is not allowed when using continue")
        revision, after = _decoded(token)
    else:
        revision = _revision(store, call, requested)
    objects = _at(store, call, resource, revision, token=bool(token))
    wanted = selection(call, resource)
    if wanted is not None:
        objects = [obj for obj in objects if wanted(obj)]
    if after is not None:
        objects = [obj for obj in objects if _place(obj) > after]
    metadata: Object = {"resourceVersion": str(revision)}
    if limit and len(objects) > limit:
        metadata["continue"] = _encoded(revision, _place(objects[limit - 1]))
        if wanted is None:
            metadata["remainingItemCount"] = len(objects) - limit
        objects = objects[:limit]
    return objects, metadata


def _check_match(match: str, requested: str, token: str) -> None:
    """apimachinery, pkg/apis/meta/internalversion/validation: ValidateListOptions."""
    field = "resourceVersionMatch"
    if not match:
        return
    causes = []
    if not requested:
        causes.append(forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
    if token:
        causes.append(forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
    causes += one_of(field, match, ("Exact", "NotOlderThan", ""))
    if match == "Exact" and requested == "0":
        causes.append(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if causes:
        raise Invalid("ListOptions.meta.k8s.io", "", causes)


def _revision(store: ObjectStore, call: Call, requested: str) -> int:
    """The revision that a list shows: the present one, or an exact one that was asked for."""
    match = call.query.get("resourceVersionMatch", "")
    if requested in ("", "0"):
        return store.revision
    revision = parse_revision(requested)
    if revision > store.revision:
        raise ApiError(
            504,
            "Timeout",
            f"Too large resource version: {revision}, current: {store.revision}",
            details={
                "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
                "retryAfterSeconds": 1,
            },
        )
    exact = match == "Exact" or (not match and bool(call.number("limit")))
    return revision if exact else store.revision


def _at(store: ObjectStore, call: Call, resource: Resource, revision: int, *, token: bool) -> list[Object]:
    try:
        return store.list_at(resource.key, revision, namespace=call.target.namespace)
    except Expired as error:
        if token:
            raise Expired(TOO_OLD_CONTINUE) from error
        raise Expired(f"The resourceVersion for the provided list is too old: {revision}") from error


def _place(obj: Object) -> tuple[str, str]:
    meta = obj["metadata"]
    return meta.get("namespace", ""), meta["name"]


def _encoded(revision: int, place: tuple[str, str]) -> str:
    start = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": "/".join(place)}).encode()
    return base64.urlsafe_b64encode(start).decode().rstrip("=")


def _decoded(token: str) -> tuple[int, tuple[str, str]]:
    try:
        data = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, _slash, name = data["start"].partition("/")
        return int(data["rv"]), (namespace, name)
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest(f"continue key is not valid: {error}") from error
