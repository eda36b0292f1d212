"""From a CustomResourceDefinition to the resource that it makes served (apiextensions-apiserver)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import Cause, Invalid
from tests.simulator.store.jsonpaths import JsonPathError, compile_path
from tests.simulator.store.metadata import timestamp
from tests.simulator.store.resources import Cell, Column, Resource, Scale
from tests.simulator.store.rules import RuleError, compile_all
from tests.simulator.store.server_columns import ADDED

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


def resource_of(definition: Mapping[str, Any]) -> Resource:
    """The resource of a CRD in ``apiextensions.k8s.io/v1``; its stored version gives schema and columns."""
    spec = definition["spec"]
    names = spec["names"]
    stored = next(version for version in spec["versions"] if version.get("storage"))
    subresources = stored.get("subresources") or {}
    return Resource(
        group=spec["group"],
        version=stored["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names.get("singular") or names["kind"].lower(),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        namespaced=spec["scope"] == "Namespaced",
        status_subresource="status" in subresources,
        scale=_scale(subresources.get("scale")),
        columns=_columns(stored.get("additionalPrinterColumns") or ())
        + ADDED.get(f"{names['plural']}.{spec['group']}", ()),
        schema=(stored.get("schema") or {}).get("openAPIV3Schema"),
        custom=True,
        other_versions=tuple(
            version["name"] for version in spec["versions"] if version.get("served") and version is not stored
        ),
        selectable_fields=tuple(field["jsonPath"].lstrip(".") for field in stored.get("selectableFields") or ()),
    )


def check(definition: Mapping[str, Any], *, languages: bool = True) -> None:
    """``Invalid`` for the mistakes that would leave the simulator without a resource to serve.

    :param languages: compile its rules, too, which takes most of the time; a seed leaves it to the tests
    """
    name = definition["metadata"]["name"]
    spec = definition.get("spec") or {}
    causes: list[Cause] = []
    for field in ("group", "names", "scope", "versions"):
        if not spec.get(field):
            causes.append(Cause("FieldValueRequired", f"spec.{field}", "Required value"))
    if not causes and not (isinstance(spec["names"], dict) and spec["names"].get("kind")):
        causes.append(Cause("FieldValueRequired", "spec.names.kind", "Required value"))
    if not causes:
        expected = f"{spec['names'].get('plural')}.{spec['group']}"
        if name != expected:
            message = f'Invalid value: "{name}": must be spec.names.plural+"."+spec.group'
            causes.append(Cause("FieldValueInvalid", "metadata.name", message))
        if sum(bool(version.get("storage")) for version in spec["versions"]) != 1:
            message = "Invalid value: must have exactly one version marked as storage version"
            causes.append(Cause("FieldValueInvalid", "spec.versions", message))
        causes += [
            Cause("FieldValueRequired", f"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required")
            for index, version in enumerate(spec["versions"])
            if not (version.get("schema") or {}).get("openAPIV3Schema")
        ]
    if languages and not causes:
        causes += _check_languages(definition)
    if causes:
        raise Invalid("CustomResourceDefinition.apiextensions.k8s.io", name, causes)


def _check_languages(definition: Mapping[str, Any]) -> list[Cause]:
    """What is written in CEL or JSONPath must compile."""
    causes: list[Cause] = []
    try:
        resource_of(definition)
    except JsonPathError as error:
        field = "spec.versions.additionalPrinterColumns.jsonPath"
        causes.append(Cause("FieldValueInvalid", field, f"Invalid value: {error}"))
    for index, version in enumerate(definition["spec"]["versions"]):
        try:
            compile_all(version["schema"]["openAPIV3Schema"])
        except RuleError as error:
            field = f"spec.versions[{index}].schema.openAPIV3Schema"
            causes.append(Cause("FieldValueInvalid", field, f"Invalid value: compilation failed: {error}"))
    return causes


def completed(definition: Object, *, now: datetime) -> Object:
    """With the defaults and the status of an established CRD; changes and returns ``definition``."""
    spec, metadata = definition["spec"], definition["metadata"]
    names = spec["names"] = dict(spec["names"])
    names.setdefault("listKind", f"{names['kind']}List")
    names.setdefault("singular", names["kind"].lower())
    spec.setdefault("conversion", {"strategy": "None"})
    metadata["finalizers"] = [*(f for f in metadata.get("finalizers") or () if f != CLEANUP), CLEANUP]
    at = timestamp(now)
    kept = (definition.get("status") or {}).get("conditions")
    definition["status"] = {
        "acceptedNames": dict(names),
        "conditions": kept
        or [
            {
                "lastTransitionTime": at,
                "message": "no conflicts found",
                "reason": "NoConflicts",
                "status": "True",
                "type": "NamesAccepted",
            },
            {
                "lastTransitionTime": at,
                "message": "the initial names have been accepted",
                "reason": "InitialNamesAccepted",
                "status": "True",
                "type": "Established",
            },
        ],
        "storedVersions": [version["name"] for version in spec["versions"] if version.get("storage")],
    }
    return definition


def terminating(definition: Object, *, now: datetime) -> None:
    """Add the condition that says that the instances are being removed."""
    definition.setdefault("status", {}).setdefault("conditions", []).append(
        {
            "lastTransitionTime": timestamp(now),
            "message": "CustomResource deletion is in progress",
            "reason": "InstanceDeletionInProgress",
            "status": "True",
            "type": "Terminating",
        }
    )


def _scale(declared: Mapping[str, Any] | None) -> Scale | None:
    if declared is None:
        return None
    return Scale(
        spec_replicas=declared["specReplicasPath"],
        status_replicas=declared["statusReplicasPath"],
        label_selector=declared.get("labelSelectorPath", ""),
    )


def _columns(declared: Any) -> tuple[Column, ...]:
    """Name first, as the API server adds it; Age only when no column is declared."""
    name = Column("Name", lambda obj, now: obj["metadata"]["name"], format="name", description=NAME_DESCRIPTION)
    if not declared:
        return ()
    return (
        name,
        *(
            Column(
                column["name"],
                _cell(column["jsonPath"], column["type"]),
                type=column["type"],
                format=column.get("format", ""),
                description=column.get("description", "")
                or f"Custom resource definition column (in JSONPath format): {column['jsonPath']}",
                priority=column.get("priority", 0),
            )
            for column in declared
        ),
    )


NAME_DESCRIPTION = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)


def _cell(path: str, kind: str) -> Cell:
    find = compile_path(path)

    def cell(obj: Object, now: datetime) -> Any:
        found = find(obj)
        if not found:
            return None
        if kind == "date":
            return age(found[0], now=now)
        if kind == "integer":
            return found[0] if isinstance(found[0], int) and not isinstance(found[0], bool) else None
        if kind == "number":
            return found[0] if isinstance(found[0], (int, float)) and not isinstance(found[0], bool) else None
        if kind == "boolean":
            return found[0] if isinstance(found[0], bool) else None
        # only the first of several results is shown (apiextensions-apiserver, pkg/registry/.../tableconvertor)
        return _text(found[0])

    return cell


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def age(since: Any, *, now: datetime) -> str:
    """``HumanDuration`` of apimachinery: ``5m32s``, ``3h``, ``30d``; ``<unknown>`` without a moment."""
    if not isinstance(since, str) or not since:
        return "<unknown>"
    try:
        seconds = int((now - datetime.fromisoformat(since)).total_seconds())
    except ValueError:
        return "<invalid>"
    return human_duration(seconds)


def human_duration(seconds: int) -> str:
    """apimachinery, pkg/util/duration: two units at most, coarser as it grows."""
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return f"{minutes}m{seconds % 60}s" if seconds % 60 else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    if days < 365 * 2:
        return f"{days}d"
    if days < 365 * 8:
        return f"{days // 365}y{days % 365}d" if days % 365 else f"{days // 365}y"
    return f"{days // 365}y"
