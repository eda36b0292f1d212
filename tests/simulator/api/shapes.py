"""The forms in which objects leave the server: as they are, as rows of a Table, as their metadata alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.simulator.api.negotiation import Rendering
from tests.simulator.ports import Object
from tests.simulator.store.definitions import NAME_DESCRIPTION, age
from tests.simulator.store.resources import Column, Resource

Now = Callable[[], datetime]

_NAME = Column("Name", lambda obj, now: obj["metadata"]["name"], format="name", description=NAME_DESCRIPTION)
_AGE = Column(
    "Age",
    lambda obj, now: age(obj["metadata"].get("creationTimestamp"), now=now),
    type="date",
    description="CreationTimestamp is a timestamp representing the server time when this object was created.",
)
_CREATED_AT = Column(
    "Created At", lambda obj, now: obj["metadata"].get("creationTimestamp", ""), type="date", description="Age."
)


def columns_of(resource: Resource) -> tuple[Column, ...]:
    """The declared columns; without any Name and Age, or Name and Created At for builtin kinds."""
    return resource.columns or ((_NAME, _AGE) if resource.custom else (_NAME, _CREATED_AT))


def versioned(obj: Object, *, resource: Resource, version: str) -> Object:
    """The object as a served version of its resource shows it; versions differ in nothing but the name."""
    if version == resource.version:
        return obj
    return {**obj, "apiVersion": f"{resource.group}/{version}" if resource.group else version}


def single(obj: Object, *, resource: Resource, rendering: Rendering, now: Now, include: str = "") -> Object:
    """The answer to a request for one object."""
    if rendering.shape == "Table":
        table = Tables(resource, rendering=rendering, now=now, include=include)
        return table.of([obj], metadata={"resourceVersion": obj["metadata"].get("resourceVersion", "")})
    if rendering.shape != "plain":
        return partial(obj, version=rendering.version)
    return obj


def listing(
    objects: Sequence[Object],
    *,
    resource: Resource,
    version: str,
    metadata: Object,
    rendering: Rendering,
    now: Now,
    include: str = "",
) -> Object:
    """The answer to a list request."""
    if rendering.shape == "Table":
        return Tables(resource, rendering=rendering, now=now, include=include).of(objects, metadata=metadata)
    if rendering.shape != "plain":
        return {
            "kind": "PartialObjectMetadataList",
            "apiVersion": f"meta.k8s.io/{rendering.version}",
            "metadata": metadata,
            "items": [partial(obj, version=rendering.version) for obj in objects],
        }
    items = objects
    if not resource.custom:
        # The items of a typed list carry neither apiVersion nor kind.
        items = [{key: value for key, value in obj.items() if key not in ("apiVersion", "kind")} for obj in objects]
    return {
        "kind": resource.list_kind,
        "apiVersion": f"{resource.group}/{version}" if resource.group else version,
        "metadata": metadata,
        "items": items,
    }


def partial(obj: Object, *, version: str) -> Object:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": obj["metadata"],
    }


class Tables:
    """Makes Tables of one resource; ``include`` is None, Metadata (default) or Object."""

    def __init__(self, resource: Resource, *, rendering: Rendering, now: Now, include: str = "") -> None:
        self._columns = columns_of(resource)
        self._version = rendering.version
        self._now = now
        self._include = include or "Metadata"

    def of(self, objects: Sequence[Object], *, metadata: Object, header: bool = True) -> Object:
        """A Table; watches send the column definitions with the first event only."""
        now = self._now()
        table: Object = {"kind": "Table", "apiVersion": f"meta.k8s.io/{self._version}", "metadata": metadata}
        table["columnDefinitions"] = [_definition(column) for column in self._columns] if header else None
        table["rows"] = [self._row(obj, now) for obj in objects]
        return table

    def _row(self, obj: Object, now: datetime) -> Object:
        row: Object = {"cells": [_cell(column, obj, now) for column in self._columns]}
        if self._include == "Object":
            row["object"] = obj
        elif self._include == "Metadata":
            row["object"] = partial(obj, version=self._version)
        return row


def _cell(column: Column, obj: Object, now: datetime) -> Any:
    try:
        return column.cell(obj, now)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # a member that every sensible object has is not there
        return None


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": column.description,
        "priority": column.priority,
    }
