"""What a served resource is: its names, its scope, its subresources, its columns and its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulator.ports import Object, ResourceKey

#: What one table cell shows: of an object, at a point in (simulated) time.
Cell = Callable[[Object, datetime], Any]

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Column:
    """One column of the Table that ``kubectl get`` asks for. ``type`` and ``format`` are those of OpenAPI."""

    name: str
    cell: Cell
    type: str = "string"
    format: str = ""
    description: str = ""
    #: 0 is always shown, 1 and more only with ``-o wide``
    priority: int = 0


@dataclass(frozen=True)
class Scale:
    """Where the scale subresource finds its numbers: simple JSON paths such as ``.spec.replicas``."""

    spec_replicas: str = ".spec.replicas"
    status_replicas: str = ".status.replicas"
    label_selector: str = ".spec.selector"


@dataclass(frozen=True)
class Resource:
    """A resource that the API serves, builtin or made by a CustomResourceDefinition."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: whether ``…/status`` exists (and the main endpoint then ignores ``status``)
    status_subresource: bool = False
    scale: Scale | None = None
    #: columns after nothing: a builtin kind declares ``Name`` and ``Age`` itself. Empty: the default, Name and Age.
    columns: tuple[Column, ...] = ()
    #: structural OpenAPI v3 schema of the whole object, None: anything goes
    schema: Mapping[str, Any] | None = None
    #: made by a CustomResourceDefinition (no strategic merge patch, generation from the first write on)
    custom: bool = False
    #: further served versions of the same objects
    other_versions: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    #: fields beyond ``metadata.name`` and ``metadata.namespace`` that a field selector may name
    selectable_fields: tuple[str, ...] = ()
    #: whether ``metadata.generation`` is kept; None: for custom kinds, and builtin kinds that have a ``spec``
    generation: bool | None = None
    key: ResourceKey = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.plural}.{self.group}" if self.group else self.plural)
        if not self.singular:
            object.__setattr__(self, "singular", self.kind.lower())

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def list_kind(self) -> str:
        return f"{self.kind}List"

    @property
    def versions(self) -> tuple[str, ...]:
        """All served versions, the stored one first."""
        return (self.version, *self.other_versions)
