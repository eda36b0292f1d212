"""The builtin resources that the API serves, as ``builtin_resources.yaml`` lists them, with the columns that
``kubectl get`` and ``kubectl get -o wide`` show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.simulator.profiles import Profile
from tests.simulator.seed import cells, openshift_cells, pod_cells
from tests.simulator.seed.columns import SHARED
from tests.simulator.store.resources import Cell, Column, Resource, Scale
from tests.simulator.yaml_files import read

_TABLE: list[dict[str, Any]] = read(Path(__file__).with_name("builtin_resources.yaml"))
_AGGREGATED: list[dict[str, Any]] = read(Path(__file__).with_name("aggregated_resources.yaml"))
_CELLS = {"": cells, "pod_cells": pod_cells, "openshift_cells": openshift_cells}
_FLOW_CONTROL = "flowcontrol.apiserver.k8s.io"


def builtin_resources(profile: Profile | None = None) -> list[Resource]:
    """Everything that is served without a CustomResourceDefinition: by the API server itself, and by the extension
    servers behind it (``aggregated_resources.yaml``, whose APIService says whether they can be reached)."""
    flow_control = _flow_control(profile)
    versions = {_FLOW_CONTROL: {"version": flow_control[0], "other_versions": flow_control[1:]}}
    own = [_resource({**entry, **versions.get(entry.get("group", ""), {})}) for entry in _TABLE]
    return [*own, *map(_resource, _AGGREGATED)]


def _flow_control(profile: Profile | None) -> tuple[str, ...]:
    """The served versions of flowcontrol.apiserver.k8s.io, the stored one first."""
    minor = 27 if profile is None else int(profile.kubernetes_minor)
    if minor >= 29:
        return ("v1", "v1beta3")
    return ("v1beta3", "v1beta2") if minor >= 26 else ("v1beta2", "v1beta1")


def _resource(entry: Mapping[str, Any]) -> Resource:
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    fields["columns"] = tuple(_column(column) for column in entry["columns"])
    if fields.pop("scale", False):
        fields["scale"] = Scale()
    defaults: dict[str, Any] = {"group": "", "version": "v1", "namespaced": True, "status_subresource": True}
    return Resource(**{**defaults, "plural": f"{entry['kind'].lower()}s", **fields})


def _column(given: str | Mapping[str, Any]) -> Column:
    if isinstance(given, str):
        return SHARED[given]
    return Column(
        given["name"],
        _cell(given),
        type=given.get("type", "string"),
        format=given.get("format", ""),
        priority=int(given.get("wide", False)),
    )


def _cell(column: Mapping[str, Any]) -> Cell:
    module, _dot, name = column["cell"].rpartition(".")
    found: Any = getattr(_CELLS[module], name)
    if "of" not in column and "missing" not in column:
        cell: Cell = found
        return cell
    made: Cell = found(*column.get("of", ()), **{key: column[key] for key in ("missing",) if key in column})
    return made
