"""Strategic merge patch, as kubectl sends it for builtin kinds (apimachinery, pkg/util/strategicpatch).

Which lists are merged by which key is a property of the field in the Go types (``patchMergeKey``); lists that are not
named here are replaced as a whole, as those without a patch strategy are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest
from tests.simulator.store.trees import plain

#: name of the field, with the field above it where the name alone means different things; None: a list of scalars
_MERGE_KEYS: dict[tuple[str, str] | str, str | None] = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "env": "name",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
    "conditions": "type",
    "ownerReferences": "uid",
    "finalizers": None,
    "addresses": "type",
    "podCIDRs": None,
    "webhooks": "name",
    "resourceClaims": "name",
    ("containers", "ports"): "containerPort",
    ("initContainers", "ports"): "containerPort",
    ("spec", "ports"): "port",
    ("status", "podIPs"): "ip",
    ("", "secrets"): "name",
}
_ORDER = "$setElementOrder/"
_DELETE_SCALARS = "$deleteFromPrimitiveList/"
_RETAIN = "$retainKeys"


def merge_key(parent: str, field: str) -> tuple[bool, str | None]:
    """Whether a list is merged, and by which key (None: it is a set of scalars)."""
    for name in ((parent, field), field):
        if name in _MERGE_KEYS:
            return True, _MERGE_KEYS[name]
    return False, None


def strategic(target: Any, patch: Mapping[str, Any], *, parent: str = "") -> Object:
    """``target`` with the patch applied; neither is changed."""
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: plain(value) for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise BadRequest(f"unknown patch type: {directive}")
    result: Object = dict(target) if isinstance(target, dict) else {}
    if _RETAIN in patch:
        result = {key: value for key, value in result.items() if key in patch[_RETAIN]}
    for key, value in patch.items():
        if key in ("$patch", _RETAIN) or key.startswith(_ORDER):
            continue
        if key.startswith(_DELETE_SCALARS):
            field = key.removeprefix(_DELETE_SCALARS)
            result[field] = [item for item in result.get(field) or () if item not in value]
        elif value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = strategic(result.get(key), value, parent=key)
        elif isinstance(value, list):
            result[key] = _list(result.get(key), value, order=patch.get(_ORDER + key), parent=parent, field=key)
        else:
            result[key] = value
    return result


def _list(target: Any, patch: list[Any], *, order: list[Any] | None, parent: str, field: str) -> list[Any]:
    merges, key = merge_key(parent, field)
    present: list[Any] = list(target) if isinstance(target, list) else []
    if not merges:
        return [plain(item) for item in patch]
    if key is None:
        return _ordered(present + [item for item in patch if item not in present], order, None)
    if any(isinstance(item, Mapping) and item.get("$patch") == "replace" for item in patch):
        return [plain(item) for item in patch if "$patch" not in item]
    for item in patch:
        if not isinstance(item, Mapping) or key not in item:
            raise BadRequest(f"map: {plain(item)} does not contain declared merge key: {key}")
        index = next((i for i, old in enumerate(present) if old.get(key) == item[key]), None)
        if item.get("$patch") == "delete":
            if index is not None:
                del present[index]
        elif index is None:
            present.append(strategic({}, item, parent=field))
        else:
            present[index] = strategic(present[index], item, parent=field)
    return _ordered(present, order, key)


def _ordered(items: list[Any], order: list[Any] | None, key: str | None) -> list[Any]:
    """In the order that the client has told; items it does not know keep their place behind what they followed."""
    if not order:
        return items
    wanted = [entry if key is None else entry.get(key) for entry in order]
    ranked: list[tuple[int, int]] = []
    last = -1
    for index, item in enumerate(items):
        identity = item if key is None else item.get(key)
        if identity in wanted:
            last = wanted.index(identity)
        ranked.append((last, index))
    return [items[index] for _rank, index in sorted(ranked)]
