"""Server-side apply: field ownership kept in ``managedFields`` (structured-merge-diff, apimachinery managedfields).

What clients create and change is recorded; what the seed and the behaviours write is not, so the objects of the cluster
look as if they were made before there was any ownership: what was there before the first apply belongs to
``before-first-apply``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.simulator.api import builtin_types
from tests.simulator.api.calls import Call
from tests.simulator.api.strategic import merge_key
from tests.simulator.ports import Object
from tests.simulator.store import builtin
from tests.simulator.store.errors import ApiError, BadRequest, Cause, Invalid, NotFound
from tests.simulator.store.metadata import timestamp
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.simulator.store.trees import clone

#: one step: ``f:name`` of a member, ``k:{...}`` of a list item, ``v:...`` of a set member
Path = tuple[str, ...]
_BEFORE = "before-first-apply"
_UNOWNED = frozenset({("f:apiVersion",), ("f:kind",), ("f:metadata",)})
_UNOWNED_METADATA = frozenset(
    {
        "f:creationTimestamp",
        "f:generation",
        "f:managedFields",
        "f:name",
        "f:namespace",
        "f:resourceVersion",
        "f:selfLink",
        "f:uid",
        "f:deletionTimestamp",
        "f:deletionGracePeriodSeconds",
    }
)


class Applier:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @staticmethod
    def check_options(call: Call) -> None:
        """An apply patch names its manager."""
        if not call.query.get("fieldManager"):
            cause = Cause("FieldValueRequired", "fieldManager", "Required value: is required for apply patch")
            raise Invalid("PatchOptions.meta.k8s.io", "", [cause])

    def apply(self, call: Call, resource: Resource, given: Object, *, dry_run: bool) -> tuple[Object, int]:
        """The object after an apply patch, and 201 when it was made by it."""
        self.check_options(call)
        manager = call.query["fieldManager"]
        target = call.target
        name = target.name or ""
        configuration = _applied(given, name=name, namespace=target.namespace if resource.namespaced else None)
        lists = _Lists(self._store, resource)
        owned = set(leaves(configuration, lists))
        current = self._store.find(resource.key, name, namespace=target.namespace)
        if current is None:
            if target.subresource:
                raise NotFound(resource.key, name)
            entry = self._entry(call, manager, "Apply", owned)
            new = {**configuration, "metadata": {**configuration["metadata"], "managedFields": [entry]}}
            return self._store.create(resource.key, new, actor=call.user.name, dry_run=dry_run, checked=True), 201
        entries = _entries(current)
        mine = _paths_of(entries, manager, "Apply", target.subresource)
        others = [e for e in entries if not _is_of(e, manager, "Apply", target.subresource)]
        if not entries:
            others = [self._before(call, current, lists)]
        others = self._claimed(call, current, configuration, lists, owned, others)
        held = {path for entry in others for path in _unpacked(entry["fieldsV1"])}
        new = _merged(current, configuration, lists)
        for path in _doomed(mine - owned - held, kept=owned | held):
            _remove(new, path)
        entry = self._entry(call, manager, "Apply", owned)
        metadata = {**new["metadata"], "managedFields": [*others, entry]}
        metadata["resourceVersion"] = (given.get("metadata") or {}).get("resourceVersion")
        new["metadata"] = metadata
        if _same(new, current) and mine == owned:
            return current, 200
        stored = self._store.replace(
            resource.key,
            new,
            actor=call.user.name,
            subresource=target.subresource or None,
            dry_run=dry_run,
            checked=True,
        )
        return stored, 200

    def after_create(self, call: Call, resource: Resource, new: Object) -> Object:
        """``new`` with all that it has owned by its maker."""
        lists = _Lists(self._store, resource)
        given = {**new, "metadata": {**(new.get("metadata") or {}), "managedFields": None}}
        paths = set(self._owned(given, call, resource, lists))
        if not paths:
            return new
        entry = self._entry(call, _manager(call), "Update", paths)
        return {**new, "metadata": {**given["metadata"], "managedFields": [entry]}}

    def _owned(self, obj: Object, call: Call, resource: Resource, lists: _Lists) -> dict[Path, Any]:
        """What of an object may be owned through the endpoint of a call: its leaves, and that its maps and the items of
        its lists are there."""
        schema = self._store.schema(resource.key)
        complete = builtin.completed(resource.key, obj) if schema is None else schema.defaulted(obj)
        if call.target.subresource == "status":
            complete = {"status": complete.get("status") or {}}
        elif resource.status_subresource:
            complete = {key: value for key, value in complete.items() if key != "status"}
        leaves_of = dict(_values(complete, lists))
        there: dict[Path, Any] = {
            path[:length]: True
            for path in leaves_of
            for length in range(1, len(path))
            if path[length - 1].startswith("k:") or lists.is_map(path[:length])
        }
        return {**there, **leaves_of}

    def after_update(self, call: Call, resource: Resource, new: Object) -> Object:
        """``new`` with the changed fields owned by the updater, for objects whose ownership is kept."""
        metadata = new.get("metadata") or {}
        current = self._store.find(
            resource.key, metadata.get("name", ""), namespace=metadata.get("namespace") if resource.namespaced else None
        )
        if current is None or "managedFields" not in current["metadata"]:
            return new
        lists = _Lists(self._store, resource)
        before = self._owned(current, call, resource, lists)
        after = self._owned(new, call, resource, lists)
        changed = {path for path, value in after.items() if before.get(path, _MISSING) != value}
        gone = before.keys() - after.keys()
        if not changed and not gone:
            return {**new, "metadata": {**metadata, "managedFields": current["metadata"]["managedFields"]}}
        manager = _manager(call)
        entries = []
        for entry in _entries(current):
            left = _unpacked(entry["fieldsV1"]) - changed - gone
            if left and not _is_of(entry, manager, "Update", call.target.subresource):
                entries.append({**entry, "fieldsV1": _packed(left)})
            elif left:
                changed |= left
        if changed:
            entries.append(self._entry(call, manager, "Update", changed))
        return {**new, "metadata": {**metadata, "managedFields": entries}}

    def _claimed(
        self,
        call: Call,
        current: Object,
        configuration: Object,
        lists: _Lists,
        owned: set[Path],
        others: list[Object],
    ) -> list[Object]:
        """The entries of the other managers; with force they lose what changes, without it that is a conflict."""
        before, wanted = dict(_values(current, lists)), dict(_values(configuration, lists))
        changing = {path for path in owned if path in wanted and before.get(path, _MISSING) != wanted[path]}
        conflicts = [(entry, path) for entry in others for path in sorted(_unpacked(entry["fieldsV1"]) & changing)]
        if conflicts and not call.flag("force"):
            raise _conflict(conflicts)
        kept = []
        for entry in others:
            left = _unpacked(entry["fieldsV1"]) - changing
            if left:
                kept.append({**entry, "fieldsV1": _packed(left)})
        return kept

    def _before(self, call: Call, current: Object, lists: _Lists) -> Object:
        entry = self._entry(call, _BEFORE, "Update", set(leaves(current, lists)))
        return {key: value for key, value in entry.items() if key != "subresource"}

    def _entry(self, call: Call, manager: str, operation: str, paths: set[Path]) -> Object:
        target = call.target
        entry: Object = {
            "manager": manager,
            "operation": operation,
            "apiVersion": f"{target.group}/{target.version}" if target.group else target.version,
            "time": timestamp(self._store.now()),
            "fieldsType": "FieldsV1",
            "fieldsV1": _packed(paths),
        }
        if target.subresource:
            entry["subresource"] = target.subresource
        return entry


_MISSING = object()


class _Lists:
    """How the lists of a resource are told apart: by keys, as sets, or as one value."""

    def __init__(self, store: ObjectStore, resource: Resource) -> None:
        schema = store.schema(resource.key)
        self._root: Mapping[str, Any] | None = schema.root if schema is not None else None
        self._model = None if resource.custom else builtin_types.model_of(resource)

    def is_map(self, path: Path) -> bool:
        """Whether there is a map at ``path``, whose presence is owned besides its members; structs are just there."""
        if self._model is None:
            return path != ("f:metadata",)
        return builtin_types.is_map(self._model, [step[2:] for step in path if step.startswith("f:")])

    def keys(self, path: Path) -> tuple[str, ...] | None:
        """The keys of the list at ``path``, () for a set, None for an atomic list."""
        names = [step[2:] for step in path if step.startswith("f:")]
        if names[:1] == ["metadata"]:
            return ("uid",) if names[-1] == "ownerReferences" else () if names[-1] == "finalizers" else None
        if self._root is None:
            merges, key = merge_key(names[-2] if len(names) > 1 else "", names[-1])
            return None if not merges else () if key is None else (key,)
        node: Mapping[str, Any] = self._root
        for step in path:
            below = (
                node.get("items")
                if step.startswith(("k:", "v:"))
                else ((node.get("properties") or {}).get(step[2:]) or node.get("additionalProperties"))
            )
            if not isinstance(below, Mapping):
                return None
            node = below
        kind = node.get("x-kubernetes-list-type")
        return tuple(node["x-kubernetes-list-map-keys"]) if kind == "map" else () if kind == "set" else None


def _manager(call: Call) -> str:
    """Who writes: as the client says, or the program that it is."""
    return call.query.get("fieldManager") or call.user_agent.partition("/")[0] or "unknown"


def leaves(obj: Object, lists: _Lists) -> Iterator[Path]:
    """The owned fields of a configuration."""
    return (path for path, _value in _values(obj, lists))


def _values(value: Any, lists: _Lists, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and (value or not path):
        for key, item in value.items():
            below = (*path, f"f:{key}")
            if below in _UNOWNED and key != "metadata":
                continue
            if path == ("f:metadata",) and f"f:{key}" in _UNOWNED_METADATA:
                continue
            yield from _values(item, lists, below)
        return
    keys = lists.keys(path) if isinstance(value, list) else None
    if keys is None:
        if path != ("f:metadata",):
            yield path, value
    elif not keys:
        yield from (((*path, "v:" + json.dumps(item)), item) for item in value)
    else:
        for item in value:
            below = (*path, _item_step(item, keys))
            yield from _values(item, lists, below)


def _item_step(item: Any, keys: tuple[str, ...]) -> str:
    return "k:" + json.dumps({key: (item or {}).get(key) for key in keys}, separators=(",", ":"))


def _merged(current: Any, wanted: Any, lists: _Lists, path: Path = ()) -> Any:
    """``current`` with the applied configuration laid over it."""
    if isinstance(wanted, dict) and isinstance(current, dict):
        result = dict(current)
        for key, item in wanted.items():
            result[key] = _merged(current.get(key), item, lists, (*path, f"f:{key}"))
        return result
    keys = lists.keys(path) if isinstance(wanted, list) and isinstance(current, list) else None
    if keys is None:
        return clone(wanted)
    if not keys:
        return [*current, *(item for item in wanted if item not in current)]
    merged = {_item_step(item, keys): item for item in current}
    for item in wanted:
        step = _item_step(item, keys)
        merged[step] = _merged(merged.get(step), item, lists, (*path, step))
    return list(merged.values())


def _doomed(given_up: set[Path], *, kept: set[Path]) -> list[Path]:
    """What goes: fields that nobody owns any more, and list items of which nobody owns anything."""
    items = {path[: n + 1] for path in given_up for n, step in enumerate(path) if step.startswith("k:")}
    gone = {item for item in items if not any(path[: len(item)] == item for path in kept)}
    fields = {path for path in given_up if not any(path[: len(item)] == item for item in gone)}
    return sorted(fields | gone, reverse=True)


def _remove(obj: Any, path: Path) -> None:
    """Take a field or a list item away, and what it leaves empty."""
    step, rest = path[0], path[1:]
    if not isinstance(obj, dict):
        return
    name = step[2:]
    value = obj.get(name)
    if not rest:
        obj.pop(name, None)
    elif isinstance(value, dict):
        obj[name] = value = dict(value)
        _remove(value, rest)
        if not value:
            obj.pop(name)
    elif isinstance(value, list):
        kept = []
        for item in value:
            if rest[0].startswith("v:") and json.dumps(item) == rest[0][2:]:
                continue
            if rest[0].startswith("k:"):
                identity = json.loads(rest[0][2:])
                if all(item.get(key) == wanted for key, wanted in identity.items()):
                    if len(rest) == 1:
                        continue
                    if rest[1][2:] not in identity:
                        item = dict(item)
                        _remove(item, rest[1:])
            kept.append(item)
        obj[name] = kept
        if not kept:
            obj.pop(name)


def _applied(given: Object, *, name: str, namespace: str | None) -> Object:
    metadata = dict(given.get("metadata") or {})
    if metadata.get("managedFields"):
        raise BadRequest("metadata.managedFields must be nil")
    if metadata.setdefault("name", name) != name:
        raise BadRequest(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
    if namespace:
        metadata["namespace"] = namespace
    metadata.pop("resourceVersion", None)
    return {**given, "metadata": metadata}


def _entries(obj: Object) -> list[Object]:
    return list(obj["metadata"].get("managedFields") or ())


def _is_of(entry: Object, manager: str, operation: str, subresource: str) -> bool:
    return (entry["manager"], entry["operation"], entry.get("subresource", "")) == (manager, operation, subresource)


def _paths_of(entries: list[Object], manager: str, operation: str, subresource: str) -> set[Path]:
    return {
        path
        for entry in entries
        if _is_of(entry, manager, operation, subresource)
        for path in _unpacked(entry["fieldsV1"])
    }


def _packed(paths: set[Path]) -> Object:
    tree: Object = {}
    for path in sorted(paths):
        place = tree
        for depth, step in enumerate(path):
            place = place.setdefault(step, {})
            if depth + 1 < len(path) and path[: depth + 1] in paths:
                place["."] = {}
    return tree


def _unpacked(tree: Object, path: Path = ()) -> set[Path]:
    found: set[Path] = set()
    for step, below in tree.items():
        if step == ".":
            found.add(path)
        else:
            found |= _unpacked(below, (*path, step)) if below else {(*path, step)}
    return found


def _same(new: Object, current: Object) -> bool:
    def content(obj: Object) -> Object:
        left_out = ("managedFields", "resourceVersion")
        return {**obj, "metadata": {key: item for key, item in obj["metadata"].items() if key not in left_out}}

    return content(new) == content(current)


def _conflict(conflicts: list[tuple[Object, Path]]) -> ApiError:
    """409 as structured-merge-diff words it."""
    causes, lines = [], []
    for entry, path in conflicts:
        dotted = "".join("[" + step[2:] + "]" if step[0] in "kv" else "." + step[2:] for step in path)
        told = f'conflict with "{entry["manager"]}"'
        if entry.get("subresource"):
            told += f' with subresource "{entry["subresource"]}"'
        if entry["operation"] == "Update":
            told += f" using {entry['apiVersion']}"
        causes.append({"reason": "FieldManagerConflict", "message": told, "field": dotted})
        lines.append((told, dotted))
    if len(lines) == 1:
        message = f"Apply failed with 1 conflict: {lines[0][0]}: {lines[0][1]}"
    else:
        message = f"Apply failed with {len(lines)} conflicts: " + "\n".join(f"{told}: {where}" for told, where in lines)
    return ApiError(409, "Conflict", message, details={"causes": causes})
