"""PATCH: from a patch in one of its formats to the proposed object (apiserver, pkg/endpoints/handlers/patch.go)."""

from __future__ import annotations

from typing import Any

from tests.simulator.api import json_patches
from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import parse
from tests.simulator.api.strategic import strategic
from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import ApiError, BadRequest, Invalid, UnsupportedMediaType
from tests.simulator.store.resources import Resource
from tests.simulator.store.trees import at, merged

JSON = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
CUSTOM_FORMATS = (JSON, MERGE, APPLY)
FORMATS = (JSON, MERGE, STRATEGIC, APPLY)


def media_type(call: Call, resource: Resource) -> str:
    """The format of a patch; 415 for those that the resource does not take."""
    media = call.content_type.partition(";")[0].strip().lower()
    accepted = CUSTOM_FORMATS if resource.custom else FORMATS
    if media not in accepted:
        raise UnsupportedMediaType(accepted)
    return media


def patched(current: Object, call: Call, resource: Resource, *, media: str) -> Object:
    """The object as the patch wants it. ``metadata.resourceVersion`` is None unless the patch has set it."""
    patch = parse(call.body)
    if media == JSON:
        proposed = _json(current, patch)
    elif not isinstance(patch, dict):
        raise BadRequest(
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
        )
    elif media == MERGE:
        proposed = merged(current, patch)
    else:
        proposed = strategic(current, patch)
    metadata = proposed.get("metadata")
    if not isinstance(metadata, dict):
        raise BadRequest("metadata must be an object")
    if not _names_version(patch, media):
        proposed["metadata"] = {**metadata, "resourceVersion": None}
    _check_identity(current, proposed, resource=resource)
    return proposed


def _json(current: Object, patch: Any) -> Object:
    if not isinstance(patch, list):
        raise BadRequest("error decoding patch: json: cannot unmarshal object into Go value of type []interface {}")
    if len(patch) > 10000:
        raise ApiError(
            413,
            "RequestEntityTooLarge",
            f"Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got {len(patch)}",
        )
    if not all(isinstance(operation, dict) for operation in patch):
        raise BadRequest("error decoding patch: json: cannot unmarshal array into Go value of type jsonpatch.Operation")
    return json_patches.applied(current, patch)


def _names_version(patch: Any, media: str) -> bool:
    if media == JSON:
        return any(
            operation.get("path") == "/metadata/resourceVersion" and operation.get("op") != "test"
            for operation in patch
        )
    return isinstance(at(patch, "metadata.resourceVersion"), str)


def _check_identity(current: Object, proposed: Object, *, resource: Resource) -> None:
    meta, given = current["metadata"], proposed["metadata"]
    if given.get("uid") not in (None, "", meta.get("uid")):
        kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
        raise Invalid(kind, meta["name"], [fields.invalid("metadata.uid", given["uid"], fields.IMMUTABLE)])
    if given.get("name") != meta["name"]:
        raise BadRequest(
            f"the name of the object ({given.get('name')}) does not match the name on the URL ({meta['name']})"
        )
    if given.get("namespace") != meta.get("namespace"):
        raise BadRequest("the namespace of the object does not match the namespace on the URL")
