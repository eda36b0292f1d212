"""create, update, patch, delete: what the API adds to the store (apiserver, pkg/endpoints/handlers)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from tests.simulator.api import builtin_types, patches, scaling
from tests.simulator.api.applying import Applier
from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import as_object, decoded_body, parse
from tests.simulator.api.reading import selection
from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import ApiError, BadRequest, Cause, Conflict, Invalid
from tests.simulator.store.objects import ObjectStore, Propagation
from tests.simulator.store.resources import Resource

_SET_BY_SERVER = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "resourceVersion",
)


@dataclass
class Written:
    """What a write has led to. ``warnings`` go into Warning headers."""

    object: Object
    code: int = 200
    warnings: list[str] = field(default_factory=list)


class Writer:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._applier = Applier(store)

    def create(self, call: Call, resource: Resource) -> Written:
        given = decoded_body(call)
        _check_kind(given, call, resource)
        metadata = given.get("metadata") or {}
        _check_namespace(metadata, call, resource)
        if metadata.get("resourceVersion"):
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        kept = {key: value for key, value in metadata.items() if key not in _SET_BY_SERVER}
        if resource.namespaced:
            kept["namespace"] = call.target.namespace
        new = {**given, "metadata": kept}
        if resource.status_subresource:
            new.pop("status", None)
        new, unknown = self._known(new, resource)
        warnings = _judge_unknown(unknown, call, resource)
        new = self._applier.after_create(call, resource, new)
        created = self._store.create(resource.key, new, actor=call.user.name, dry_run=is_dry_run(call), checked=True)
        return Written(created, code=201, warnings=warnings)

    def update(self, call: Call, resource: Resource) -> Written:
        if call.target.subresource == "scale":
            return Written(scaling.update(self._store, call, resource, decoded_body(call)))
        given = decoded_body(call)
        _check_kind(given, call, resource)
        metadata = dict(given.get("metadata") or {})
        name = call.target.name or ""
        if metadata.setdefault("name", name) != name:
            raise BadRequest(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
        _check_namespace(metadata, call, resource)
        if resource.namespaced:
            metadata["namespace"] = call.target.namespace
        self._store.get(resource.key, name, namespace=call.target.namespace)
        if resource.custom and not metadata.get("resourceVersion"):
            message = "Invalid value: 0x0: must be specified for an update"
            cause = Cause("FieldValueInvalid", "metadata.resourceVersion", message)
            raise Invalid(f"{resource.kind}.{resource.group}", name, [cause])
        new, unknown = self._known({**given, "metadata": metadata}, resource)
        warnings = _judge_unknown(unknown, call, resource)
        new = self._applier.after_update(call, resource, new)
        return Written(self._replace(call, resource, new), warnings=warnings)

    def patch(self, call: Call, resource: Resource) -> Written:
        media = patches.media_type(call, resource)
        target = call.target
        if media != patches.APPLY and "force" in call.query:
            cause = fields.forbidden("force", "may not be specified for non-apply patch")
            raise Invalid("PatchOptions.meta.k8s.io", "", [cause])
        if target.subresource == "scale":
            return Written(scaling.patch(self._store, call, resource, media=media))
        if media == patches.APPLY:
            return self._apply(call, resource)
        current = self._store.get(resource.key, target.name or "", namespace=target.namespace)
        proposed = patches.patched(current, call, resource, media=media)
        new, unknown = self._known(proposed, resource)
        warnings = _judge_patch(unknown, call)
        new = self._applier.after_update(call, resource, new)
        return Written(self._replace(call, resource, new), warnings=warnings)

    def delete(self, call: Call, resource: Resource) -> Written:
        target = call.target
        name = target.name or ""
        options = delete_options(call)
        current = self._store.get(resource.key, name, namespace=target.namespace)
        _check_preconditions(current, options, resource)
        left = self._delete(current, call, resource, options)
        if left is not None:
            return Written(left)
        if resource.key == "pods":
            # A pod leaves gracefully: the answer is the pod, not a Status.
            return Written(current)
        return Written(_deleted_status(current, resource))

    def delete_collection(self, call: Call, resource: Resource) -> list[Object]:
        """The objects that were deleted."""
        options = delete_options(call)
        wanted = selection(call, resource)
        objects = self._store.list(resource.key, namespace=call.target.namespace)
        chosen = [obj for obj in objects if wanted is None or wanted(obj)]
        for obj in chosen:
            meta = obj["metadata"]
            if self._store.find(resource.key, meta["name"], namespace=meta.get("namespace")) is not None:
                self._delete(obj, call, resource, options)
        return chosen

    def _apply(self, call: Call, resource: Resource) -> Written:
        configuration = as_object(parse(call.body, yaml_too=True))
        self._applier.check_options(call)
        _check_applied(configuration, call, resource)
        known, unknown = self._known(configuration, resource)
        if unknown:
            raise _untyped(configuration, [f".{path}: field not declared in schema" for path in unknown])
        applied, code = self._applier.apply(call, resource, known, dry_run=is_dry_run(call))
        return Written(applied, code=code)

    def _replace(self, call: Call, resource: Resource, new: Object) -> Object:
        return self._store.replace(
            resource.key,
            new,
            actor=call.user.name,
            subresource=call.target.subresource or None,
            dry_run=is_dry_run(call),
            checked=True,
        )

    def _delete(self, obj: Object, call: Call, resource: Resource, options: Object) -> Object | None:
        meta = obj["metadata"]
        return self._store.delete(
            resource.key,
            meta["name"],
            namespace=meta.get("namespace"),
            actor=call.user.name,
            propagation=_propagation(options),
            dry_run=is_dry_run(call) or bool(options.get("dryRun")),
        )

    def _known(self, obj: Object, resource: Resource) -> tuple[Object, list[str]]:
        """The object without the fields that its kind does not have, and their paths."""
        schema = self._store.schema(resource.key)
        if schema is not None:
            return schema.pruned(obj)
        return builtin_types.pruned(obj, resource)


def is_dry_run(call: Call) -> bool:
    """``dryRun=All``; anything else is refused."""
    value = call.query.get("dryRun")
    if value in (None, ""):
        return False
    if value != "All":
        message = f'Unsupported value: "{value}": supported values: "All"'
        raise Invalid("CreateOptions.meta.k8s.io", "", [Cause("FieldValueNotSupported", "dryRun", message)])
    return True


def delete_options(call: Call) -> Object:
    """DeleteOptions from the body, with those of the query."""
    options: Object = dict(decoded_body(call)) if call.body.strip() else {}
    call.number("gracePeriodSeconds")
    if policy := call.query.get("propagationPolicy"):
        options["propagationPolicy"] = policy
    if call.query.get("orphanDependents") and "propagationPolicy" not in options:
        options["orphanDependents"] = call.flag("orphanDependents")
    return options


def _propagation(options: Object) -> Propagation:
    policy = options.get("propagationPolicy")
    if policy is not None and options.get("orphanDependents") is not None:
        words = "orphanDependents and deletionPropagation cannot be both set"
        cause = fields.invalid("propagationPolicy", policy, words)
        raise Invalid("DeleteOptions.meta.k8s.io", "", [cause])
    if policy is None:
        return "Orphan" if options.get("orphanDependents") else "Background"
    if policy not in ("Background", "Foreground", "Orphan"):
        supported = '"Foreground", "Background", "Orphan", "nil"'
        message = f'Unsupported value: "{policy}": supported values: {supported}'
        raise Invalid("DeleteOptions.meta.k8s.io", "", [Cause("FieldValueNotSupported", "propagationPolicy", message)])
    return cast(Propagation, policy)


def _check_preconditions(current: Object, options: Object, resource: Resource) -> None:
    wanted, meta = options.get("preconditions") or {}, current["metadata"]
    if wanted.get("uid") not in (None, meta["uid"]):
        why = (
            f"the UID in the precondition ({wanted['uid']}) does not match the UID in record ({meta['uid']}). The "
            "object might have been deleted and then recreated"
        )
        raise Conflict(resource.key, meta["name"], why)
    if wanted.get("resourceVersion") not in (None, meta["resourceVersion"]):
        why = (
            f"the ResourceVersion in the precondition ({wanted['resourceVersion']}) does not match the ResourceVersion "
            f"in record ({meta['resourceVersion']}). The object might have been modified"
        )
        raise Conflict(resource.key, meta["name"], why)


def _deleted_status(obj: Object, resource: Resource) -> Object:
    details: Object = {"name": obj["metadata"]["name"]}
    if resource.group:
        details["group"] = resource.group
    details |= {"kind": resource.plural, "uid": obj["metadata"]["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _check_kind(given: Object, call: Call, resource: Resource) -> None:
    target = call.target
    expected = f"{target.group}/{target.version}" if target.group else target.version
    version, kind = given.get("apiVersion"), given.get("kind")
    if not kind and (resource.custom or version):
        raise BadRequest("Object 'Kind' is missing in '" + json.dumps(given, separators=(",", ":")) + "'")
    if version is not None and version != expected:
        raise BadRequest(
            f"the API version in the data ({version}) does not match the expected API version ({expected})"
        )
    if kind is not None and kind != resource.kind:
        raise BadRequest(
            f'{kind} in version "{target.version}" cannot be handled as a {resource.kind}: converting '
            f"({target.version}.{kind}) to ({target.group or 'core'}.{resource.kind}): unknown conversion"
        )


def _check_applied(given: Object, call: Call, resource: Resource) -> None:
    """What is applied is typed by its own version and kind (apimachinery, pkg/util/managedfields)."""
    target = call.target
    expected = f"{target.group}/{target.version}" if target.group else target.version
    version = given.get("apiVersion", "")
    if version != expected:
        raise BadRequest(
            f"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {expected}"
        )
    if given.get("kind") != resource.kind:
        raise _untyped(given, [f"no corresponding type for {version}, Kind={given.get('kind') or ''}"])


def _untyped(given: Object, problems: Sequence[str]) -> ApiError:
    metadata = given.get("metadata") or {}
    about = f"{metadata.get('namespace') or ''}/{metadata.get('name') or ''}"
    kind = f"{given.get('apiVersion') or ''}, Kind={given.get('kind') or ''}"
    told = problems[0] if len(problems) == 1 else "errors:\n" + "\n".join(f"  {problem}" for problem in problems)
    return ApiError(500, "", f"failed to create typed patch object ({about}; {kind}): {told}")


def _check_namespace(metadata: Object, call: Call, resource: Resource) -> None:
    given = metadata.get("namespace")
    if given and resource.namespaced and given != call.target.namespace:
        raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")


def _judge_unknown(unknown: Sequence[str], call: Call, resource: Resource) -> list[str]:
    """Warnings about unknown fields, or the 400 that fieldValidation=Strict asks for."""
    words = [f'unknown field "{path}"' for path in unknown]
    if words and _field_validation(call) == "Strict":
        raise BadRequest(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: strict decoding '
            f"error: {', '.join(words)}"
        )
    return words if _field_validation(call) == "Warn" else []


def _judge_patch(unknown: Sequence[str], call: Call) -> list[str]:
    words = [f'unknown field "{path}"' for path in unknown]
    if words and _field_validation(call) == "Strict":
        shown = call.body.decode(errors="replace")
        message = f"Invalid value: {json.dumps(shown)}: strict decoding error: {', '.join(words)}"
        raise Invalid("", "", [Cause("FieldValueInvalid", "patch", message)])
    return words if _field_validation(call) == "Warn" else []


def _field_validation(call: Call) -> str:
    value = call.query.get("fieldValidation") or "Warn"
    if value not in ("Strict", "Warn", "Ignore"):
        message = f'Unsupported value: "{value}": supported values: "Ignore", "Warn", "Strict"'
        raise Invalid("CreateOptions.meta.k8s.io", "", [Cause("FieldValueNotSupported", "fieldValidation", message)])
    return value
