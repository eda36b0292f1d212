"""The store: objects with the write semantics of a Kubernetes API server."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from tests.simulator.ports import Change, Object, ResourceKey
from tests.simulator.store import builtin, definitions, metadata
from tests.simulator.store.errors import (
    AlreadyExists,
    ApiError,
    BadRequest,
    Cause,
    Conflict,
    Invalid,
    NotFound,
    NotServed,
)
from tests.simulator.store.history import History
from tests.simulator.store.resources import Resource
from tests.simulator.store.schemas import Schema
from tests.simulator.store.selectors import fields_predicate, labels_predicate
from tests.simulator.store.tables import ObjectTable, Place
from tests.simulator.store.trees import clone, merged, plain

Propagation = Literal["Background", "Foreground", "Orphan"]
# Inside the class the name ``list`` is the method.
Objects = list[Object]
Resources = list[Resource]
Causes = list[Cause]
Names = list[str]
KeyedObjects = list[tuple[ResourceKey, Object]]

GARBAGE_COLLECTOR = "system:serviceaccount:kube-system:generic-garbage-collector"
NAMESPACE_CONTROLLER = "system:serviceaccount:kube-system:namespace-controller"
DEFINITION_CONTROLLER = "system:apiserver"

#: builtin kinds whose strategy keeps ``metadata.generation`` (kubernetes, pkg/registry/*/strategy.go)
_WITH_GENERATION = frozenset(
    {
        "customresourcedefinitions.apiextensions.k8s.io",
        "cronjobs.batch",
        "daemonsets.apps",
        "deployments.apps",
        "deploymentconfigs.apps.openshift.io",
        "ingresses.networking.k8s.io",
        "jobs.batch",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "networkpolicies.networking.k8s.io",
        "poddisruptionbudgets.policy",
        "replicasets.apps",
        "statefulsets.apps",
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
    }
)
_SYSTEM_METADATA = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "generation", "generateName")
_NO_SPEC = frozenset({"apiVersion", "kind", "metadata"})


class ObjectStore:
    """All objects of one cluster; ``ports.Store``, and what the API server needs beyond it.

    A write commits a new object and tells the subscribers; objects that were handed out before stay as they were.
    """

    def __init__(self, *, now: Callable[[], datetime], seed: int = 0, history: int = 4000) -> None:
        self.now = now
        self.history = History(keep=history)
        self.revision = 1000 + seed % 1000
        self._dice = random.Random(seed)
        self._resources: dict[ResourceKey, Resource] = {}
        self._schemas: dict[ResourceKey, Schema | None] = {}
        self._tables: dict[ResourceKey, ObjectTable] = {}
        #: uid of an owner to the places of its dependents
        self._dependents: dict[str, set[tuple[ResourceKey, Place]]] = {}
        self._served_listeners: list[Callable[[], None]] = []

    # -- what is served

    def declare(self, resource: Resource) -> None:
        """Serve a resource, or serve it in a new shape; its objects stay."""
        self._resources[resource.key] = resource
        self._schemas[resource.key] = Schema(resource.schema) if resource.schema else None
        self._tables.setdefault(resource.key, ObjectTable())
        for listener in tuple(self._served_listeners):
            listener()

    def withdraw(self, key: ResourceKey) -> None:
        """Stop serving a resource; its objects must be gone."""
        del self._resources[key], self._schemas[key], self._tables[key]
        for listener in tuple(self._served_listeners):
            listener()

    def resources(self) -> Resources:
        return list(self._resources.values())

    def resource(self, key: ResourceKey) -> Resource | None:
        return self._resources.get(key)

    def schema(self, key: ResourceKey) -> Schema | None:
        return self._schemas.get(key)

    def on_served_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after a resource has come or gone; returns the way to stop it."""
        self._served_listeners.append(listener)
        return lambda: self._served_listeners.remove(listener)

    def _served(self, key: ResourceKey) -> Resource:
        resource = self._resources.get(key)
        if resource is None:
            raise NotServed
        return resource

    # -- reading

    def find(self, key: ResourceKey, name: str, *, namespace: str | None = None) -> Object | None:
        table = self._tables.get(key)
        return None if table is None else table.get((namespace or "", name))

    def get(self, key: ResourceKey, name: str, *, namespace: str | None = None) -> Object:
        self._served(key)
        found = self.find(key, name, namespace=namespace)
        if found is None:
            raise NotFound(key, name)
        return found

    def list(
        self,
        key: ResourceKey,
        *,
        namespace: str | None = None,
        labels: Mapping[str, str] | str | None = None,
        fields: Mapping[str, str] | str | None = None,
    ) -> Objects:
        table = self._tables.get(key)
        if table is None:
            return []
        found: Iterable[Object] = table.objects(namespace)
        if labels:
            found = filter(labels_predicate(labels), found)
        if fields:
            selectable = self._resources[key].selectable_fields
            found = filter(fields_predicate(fields, selectable=selectable), found)
        return list(found)

    def list_at(self, key: ResourceKey, revision: int, *, namespace: str | None = None) -> Objects:
        """All objects as they were at ``revision``; ``Expired`` after compaction."""
        self._served(key)
        if revision >= self.revision:
            return self.list(key, namespace=namespace)
        objects: dict[Place, Object] = {_place(obj): obj for obj in self._tables[key].objects(namespace)}
        for change in reversed(self.history.since(key, revision)):
            place = _place(change.object)
            if namespace is not None and place[0] != namespace:
                continue
            if change.previous is None:
                objects.pop(place, None)
            else:
                objects[place] = change.previous
        return [objects[place] for place in sorted(objects)]

    def count(self, key: ResourceKey) -> int:
        table = self._tables.get(key)
        return 0 if table is None else len(table)

    # -- watching

    def subscribe(
        self, listener: Callable[[Change], None], *, keys: Iterable[ResourceKey] | None = None
    ) -> Callable[[], None]:
        return self.history.subscribe(listener, keys=keys)

    def compact(self) -> None:
        """Forget the history: watches and continue tokens from before now are answered with 410."""
        self.history.compact(through=self.revision)

    # -- writing

    def create(
        self, key: ResourceKey, obj: Mapping[str, Any], *, actor: str, dry_run: bool = False, checked: bool = False
    ) -> Object:
        """Store a new object. ``uid``, ``creationTimestamp``, ``generation`` and ``status`` are taken over when
        given, so that a seed can describe an old cluster; the API strips them from what clients send. ``checked`` (here
        and in the other writes) holds a builtin kind to its rules, as the API does with what clients send."""
        resource = self._served(key)
        new: Object = {"apiVersion": "", "kind": "", **plain(obj)}
        new["apiVersion"], new["kind"] = resource.api_version, resource.kind
        meta = self._new_metadata(resource, new.get("metadata") or {})
        new["metadata"] = meta
        causes = metadata.check_name(meta["name"], resource=resource)
        new = self._checked(resource, new, None, causes=causes, by_kind=checked)
        self._check_place_is_free(resource, meta)
        if key == "namespaces":
            _complete_namespace(new)
        elif key == definitions.DEFINITIONS:
            definitions.check(new, languages=checked)
            new = definitions.completed(new, now=self.now())
        if _keeps_generation(resource):
            meta.setdefault("generation", 1)
        if dry_run:
            return new
        return self._commit("ADDED", resource, new, None, actor=actor)

    def replace(
        self,
        key: ResourceKey,
        obj: Mapping[str, Any],
        *,
        actor: str,
        subresource: str | None = None,
        dry_run: bool = False,
        checked: bool = False,
    ) -> Object:
        meta = obj.get("metadata") or {}
        current = self.get(key, meta.get("name") or "", namespace=meta.get("namespace"))
        return self._update(
            key, current, plain(obj), actor=actor, subresource=subresource, dry_run=dry_run, checked=checked
        )

    def patch(
        self,
        key: ResourceKey,
        name: str,
        patch: Mapping[str, Any],
        *,
        namespace: str | None = None,
        actor: str,
        subresource: str | None = None,
        dry_run: bool = False,
        checked: bool = False,
    ) -> Object:
        current = self.get(key, name, namespace=namespace)
        proposed = merged(current, patch)
        if not isinstance((patch.get("metadata") or {}).get("resourceVersion"), str):
            proposed["metadata"] = {**proposed["metadata"], "resourceVersion": None}
        return self._update(
            key, current, proposed, actor=actor, subresource=subresource, dry_run=dry_run, checked=checked
        )

    def edit(
        self,
        key: ResourceKey,
        name: str,
        change: Callable[[Object], None],
        *,
        namespace: str | None = None,
        actor: str,
        subresource: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        current = self.get(key, name, namespace=namespace)
        proposed: Object = clone(current)
        change(proposed)
        return self._update(
            key, current, proposed, actor=actor, subresource=subresource, dry_run=dry_run, checked=False
        )

    def delete(
        self,
        key: ResourceKey,
        name: str,
        *,
        namespace: str | None = None,
        actor: str,
        propagation: Propagation = "Background",
        dry_run: bool = False,
    ) -> Object | None:
        resource = self._served(key)
        current = self.get(key, name, namespace=namespace)
        finalizers = list(current["metadata"].get("finalizers") or ())
        finalizer = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(propagation)
        if finalizer is not None:
            finalizers = [*(f for f in finalizers if f != finalizer), finalizer]
        if dry_run:
            return current if finalizers or key == "namespaces" else None
        marked = self._mark(resource, current, finalizers, actor=actor)
        if marked is None:
            return None
        if finalizer is not None:
            self._collect(resource, marked, finalizer)
        elif key == definitions.DEFINITIONS:
            self._delete_instances(marked)
        return marked

    def _collect(self, resource: Resource, owner: Object, finalizer: str) -> None:
        """What the garbage collector does about an owner deleted in the foreground or without its dependents."""
        if finalizer == "orphan":
            self._orphan(owner)
        else:
            self._delete_dependents(owner)
        namespace, name = _place(owner)
        left = self.find(resource.key, name, namespace=namespace)
        held = left is not None and finalizer in left["metadata"].get("finalizers", ())
        if left is not None and held and not (finalizer == "foregroundDeletion" and self._blocking_dependents(left)):
            self._drop_finalizer(resource.key, left, finalizer)

    def _drop_finalizer(self, key: ResourceKey, obj: Object, finalizer: str) -> None:
        namespace, name = _place(obj)
        kept = [f for f in obj["metadata"]["finalizers"] if f != finalizer]
        patch = {"metadata": {"finalizers": kept or None}}
        self.patch(key, name, patch, namespace=namespace or None, actor=GARBAGE_COLLECTOR)

    # -- the steps of a write

    def _new_metadata(self, resource: Resource, given: Any) -> Object:
        metadata.check_types(given, resource=resource)
        meta = dict(metadata.tidied(given))
        meta.pop("resourceVersion", None)
        if not resource.namespaced:
            meta.pop("namespace", None)
        elif not meta.get("namespace"):
            raise BadRequest("an empty namespace may not be set during creation")
        if not meta.get("name"):
            if not meta.get("generateName"):
                message = "Required value: name or generateName is required"
                raise Invalid(_full_kind(resource), "", [Cause("FieldValueRequired", "metadata.name", message)])
            meta["name"] = metadata.generated_name(meta["generateName"], dice=self._dice)
        meta.setdefault("uid", metadata.new_uid(dice=self._dice))
        meta.setdefault("creationTimestamp", metadata.timestamp(self.now()))
        return meta

    def _check_place_is_free(self, resource: Resource, meta: Object) -> None:
        namespace, name = meta.get("namespace"), meta["name"]
        if self.find(resource.key, name, namespace=namespace) is not None:
            raise AlreadyExists(resource.key, name)
        if namespace is None or "namespaces" not in self._resources:
            return
        home = self.find("namespaces", namespace)
        if home is None:
            raise NotFound("namespaces", namespace)
        if "deletionTimestamp" in home["metadata"]:
            raise _terminating(resource.key, name, namespace)

    def _checked(self, resource: Resource, new: Object, old: Object | None, *, causes: Causes, by_kind: bool) -> Object:
        """Pruned and defaulted; ``Invalid`` when the schema, the metadata or the rules of the kind are violated."""
        meta = new["metadata"]
        causes = [*causes, *metadata.check_members(meta, old and old["metadata"], resource=resource)]
        schema = self._schemas[resource.key]
        if schema is not None:
            new = schema.defaulted(schema.pruned(new)[0])
            causes = [*causes, *schema.causes(new, old)]
        else:
            new = builtin.completed(resource.key, new)
        if by_kind:
            causes = [*causes, *builtin.causes(resource.key, new, old)]
        if causes:
            raise Invalid(_full_kind(resource), meta["name"], causes)
        return new

    def _update(
        self,
        key: ResourceKey,
        current: Object,
        proposed: Object,
        *,
        actor: str,
        subresource: str | None,
        dry_run: bool,
        checked: bool,
    ) -> Object:
        resource = self._served(key)
        metadata.check_types(proposed.get("metadata") or {}, resource=resource)
        self._check_preconditions(resource, current, proposed)
        new = _confined(resource, current, proposed, subresource=subresource)
        if new == current:
            return current
        new = self._checked(resource, new, current, causes=[], by_kind=checked and subresource is None)
        if key == definitions.DEFINITIONS and new.get("spec") != current.get("spec"):
            definitions.check(new, languages=checked)
            new = definitions.completed(new, now=self.now())
        if new == current:
            return current
        if _keeps_generation(resource) and _specified(resource, new) != _specified(resource, current):
            new["metadata"]["generation"] = current["metadata"].get("generation", 0) + 1
        if dry_run:
            return new
        if "deletionTimestamp" in new["metadata"] and _is_released(resource, new):
            self._remove(resource, new, current, actor=actor)
            return new
        return self._commit("MODIFIED", resource, new, current, actor=actor)

    def _check_preconditions(self, resource: Resource, current: Object, proposed: Object) -> None:
        given, meta = proposed.get("metadata") or {}, current["metadata"]
        if given.get("uid") and given["uid"] != meta["uid"]:
            path = "/".join(part for part in ("/kubernetes.io", resource.plural, *_place(current)) if part)
            why = (
                f"StorageError: invalid object, Code: 4, Key: {path}, ResourceVersion: 0, AdditionalErrorMsg: "
                f"Precondition failed: UID in precondition: {given['uid']}, UID in object meta: {meta['uid']}"
            )
            raise Conflict(resource.key, meta["name"], why)
        if given.get("resourceVersion") and given["resourceVersion"] != meta["resourceVersion"]:
            raise Conflict(resource.key, meta["name"])

    def _commit(
        self,
        kind: Literal["ADDED", "MODIFIED"],
        resource: Resource,
        new: Object,
        old: Object | None,
        *,
        actor: str,
    ) -> Object:
        self.revision += 1
        new["metadata"]["resourceVersion"] = str(self.revision)
        place = _place(new)
        self._tables[resource.key].put(place, new)
        self._note_owners(resource.key, place, new, old)
        if resource.key == definitions.DEFINITIONS and (old is None or old["spec"] != new["spec"]):
            self.declare(definitions.resource_of(new))
        change = Change(type=kind, key=resource.key, object=new, previous=old, actor=actor)
        self.history.add(change, revision=self.revision)
        return new

    # -- deletion

    def _mark(self, resource: Resource, current: Object, finalizers: Names, *, actor: str) -> Object | None:
        """Remove the object, or set ``deletionTimestamp`` when something must happen before."""
        meta = dict(current["metadata"])
        if finalizers:
            meta["finalizers"] = finalizers
        new = {**current, "metadata": meta}
        if _is_released(resource, new):
            self._remove(resource, current, current, actor=actor)
            return None
        if "deletionTimestamp" in meta:
            return current
        meta["deletionTimestamp"] = metadata.timestamp(self.now())
        meta["deletionGracePeriodSeconds"] = 0
        if _keeps_generation(resource):
            meta["generation"] = meta.get("generation", 0) + 1
        if resource.key == "namespaces":
            del meta["deletionGracePeriodSeconds"]
            new["status"] = {**(current.get("status") or {}), "phase": "Terminating"}
        elif resource.key == definitions.DEFINITIONS:
            new = clone(new)
            definitions.terminating(new, now=self.now())
        return self._commit("MODIFIED", resource, new, current, actor=actor)

    def _remove(self, resource: Resource, last: Object, previous: Object, *, actor: str) -> None:
        self.revision += 1
        place = _place(last)
        self._tables[resource.key].remove(place)
        self._note_owners(resource.key, place, None, previous)
        gone = {**last, "metadata": {**last["metadata"], "resourceVersion": str(self.revision)}}
        change = Change(type="DELETED", key=resource.key, object=gone, previous=previous, actor=actor)
        self.history.add(change, revision=self.revision)
        self._delete_dependents(gone)
        self._release_owners(gone)
        if resource.key == definitions.DEFINITIONS:
            self.withdraw(definitions.resource_of(last).key)
        elif resource.custom:
            self._release_definition(resource)

    def _delete_instances(self, definition: Object) -> None:
        """Delete every object of a CRD that is going; the CRD goes with the last of them."""
        key = definitions.resource_of(definition).key
        for obj in self.list(key):
            self._delete_quietly(key, obj, actor=DEFINITION_CONTROLLER)
        if (resource := self._resources.get(key)) is not None:
            self._release_definition(resource)

    def _release_definition(self, resource: Resource) -> None:
        definition = self.find(definitions.DEFINITIONS, resource.key)
        if definition is None or "deletionTimestamp" not in definition["metadata"] or self.count(resource.key):
            return
        if definitions.CLEANUP in definition["metadata"].get("finalizers", ()):
            kept = [f for f in definition["metadata"]["finalizers"] if f != definitions.CLEANUP]
            patch = {"metadata": {"finalizers": kept}}
            self.patch(definitions.DEFINITIONS, resource.key, patch, actor=DEFINITION_CONTROLLER)

    def _delete_quietly(self, key: ResourceKey, obj: Object, *, actor: str) -> None:
        namespace, name = _place(obj)
        if self.find(key, name, namespace=namespace) is not None:
            self.delete(key, name, namespace=namespace, actor=actor)

    # -- owners

    def _note_owners(self, key: ResourceKey, place: Place, new: Object | None, old: Object | None) -> None:
        before, after = _owners(old), _owners(new)
        if before == after:
            return
        for uid in before - after:
            self._dependents.get(uid, set()).discard((key, place))
        for uid in after - before:
            self._dependents.setdefault(uid, set()).add((key, place))

    def _dependents_of(self, owner: Object) -> KeyedObjects:
        places = sorted(self._dependents.get(owner["metadata"]["uid"], ()))
        found = [(key, self._tables[key].get(place)) for key, place in places if key in self._tables]
        return [(key, obj) for key, obj in found if obj is not None]

    def _blocking_dependents(self, owner: Object) -> bool:
        uid = owner["metadata"]["uid"]
        return any(
            reference["uid"] == uid and reference.get("blockOwnerDeletion")
            for _key, obj in self._dependents_of(owner)
            for reference in obj["metadata"]["ownerReferences"]
        )

    def _delete_dependents(self, owner: Object) -> None:
        """Delete what has no other living owner; from the others take the reference away."""
        uid = owner["metadata"]["uid"]
        for key, obj in self._dependents_of(owner):
            others = [r for r in obj["metadata"]["ownerReferences"] if r["uid"] != uid]
            if any(self._lives(reference, obj) for reference in others):
                self._drop_reference(key, obj, uid)
            else:
                self._delete_quietly(key, obj, actor=GARBAGE_COLLECTOR)

    def _orphan(self, owner: Object) -> None:
        for key, obj in self._dependents_of(owner):
            self._drop_reference(key, obj, owner["metadata"]["uid"])

    def _drop_reference(self, key: ResourceKey, obj: Object, uid: str) -> None:
        namespace, name = _place(obj)
        left = [reference for reference in obj["metadata"]["ownerReferences"] if reference["uid"] != uid]
        patch = {"metadata": {"ownerReferences": left or None}}
        self.patch(key, name, patch, namespace=namespace or None, actor=GARBAGE_COLLECTOR)

    def _lives(self, reference: Object, dependent: Object) -> bool:
        group = reference["apiVersion"].rpartition("/")[0]
        namespace = dependent["metadata"].get("namespace")
        for resource in self._resources.values():
            if resource.group == group and resource.kind == reference["kind"]:
                owner = self.find(resource.key, reference["name"], namespace=namespace if resource.namespaced else None)
                return owner is not None and owner["metadata"]["uid"] == reference["uid"]
        return False

    def _release_owners(self, gone: Object) -> None:
        """Owners that wait in foreground deletion go with their last blocking dependent."""
        for reference in gone["metadata"].get("ownerReferences") or ():
            group = reference["apiVersion"].rpartition("/")[0]
            for resource in self._resources.values():
                if resource.group != group or resource.kind != reference["kind"]:
                    continue
                namespace = gone["metadata"].get("namespace") if resource.namespaced else None
                owner = self.find(resource.key, reference["name"], namespace=namespace)
                if owner is None or "foregroundDeletion" not in owner["metadata"].get("finalizers", ()):
                    break
                if not self._blocking_dependents(owner):
                    self._drop_finalizer(resource.key, owner, "foregroundDeletion")
                break


def parse_revision(text: str) -> int:
    """A resourceVersion that a client sent; ``BadRequest`` when it is none."""
    if not text.isdigit():
        raise BadRequest(f'Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(text)


def _place(obj: Object) -> Place:
    meta = obj["metadata"]
    return meta.get("namespace") or "", meta["name"]


def _full_kind(resource: Resource) -> str:
    return f"{resource.kind}.{resource.group}" if resource.group else resource.kind


def _owners(obj: Object | None) -> set[str]:
    if obj is None or "ownerReferences" not in obj["metadata"]:
        return set()
    return {reference["uid"] for reference in obj["metadata"]["ownerReferences"]}


def _keeps_generation(resource: Resource) -> bool:
    if resource.generation is not None:
        return resource.generation
    return resource.custom or resource.key in _WITH_GENERATION


def _specified(resource: Resource, obj: Object) -> Object:
    """What generation counts: all outside metadata, without ``status`` where that has an endpoint of its own."""
    left_out = _NO_SPEC if resource.custom and not resource.status_subresource else _NO_SPEC | {"status"}
    return {key: value for key, value in obj.items() if key not in left_out}


def _confined(resource: Resource, current: Object, proposed: Object, *, subresource: str | None) -> Object:
    """``proposed`` as far as its endpoint may change things, the rest from ``current``."""
    meta, given = current["metadata"], dict(proposed.get("metadata") or {})
    for key in _SYSTEM_METADATA:
        given.pop(key, None)
        if key in meta:
            given[key] = meta[key]
    given["resourceVersion"] = meta["resourceVersion"]
    if "deletionGracePeriodSeconds" in meta:
        given["deletionGracePeriodSeconds"] = meta["deletionGracePeriodSeconds"]
    given = metadata.tidied(given)
    if subresource is None:
        new = {**proposed, "apiVersion": current["apiVersion"], "kind": current["kind"], "metadata": given}
        if resource.status_subresource:
            new.pop("status", None)
            if "status" in current:
                new["status"] = current["status"]
        if resource.key == "namespaces":
            new["spec"] = current.get("spec", {})
        return new
    new = dict(current)
    if subresource == "finalize":
        spec = dict(current.get("spec") or {})
        spec["finalizers"] = list((proposed.get("spec") or {}).get("finalizers") or ())
        new["spec"] = spec
    elif subresource == "approval":
        # kubernetes 1.27, pkg/registry/certificates/certificates/strategy.go: conditions and nothing else
        conditions = (proposed.get("status") or {}).get("conditions") or []
        new["status"] = {**(current.get("status") or {}), "conditions": conditions}
    else:
        new.pop("status", None)
        if "status" in proposed:
            new["status"] = proposed["status"]
    # The status strategy of custom resources resets metadata but for the ownership, those of builtin kinds take labels
    # and annotations over.
    new["metadata"] = given
    if resource.custom:
        new["metadata"] = {key: value for key, value in meta.items() if key != "managedFields"}
        if "managedFields" in given:
            new["metadata"]["managedFields"] = given["managedFields"]
    return new


def _is_released(resource: Resource, obj: Object) -> bool:
    """Whether nothing stands between an object that is being deleted and its removal."""
    if obj["metadata"].get("finalizers"):
        return False
    return not (resource.key == "namespaces" and (obj.get("spec") or {}).get("finalizers"))


def _complete_namespace(namespace: Object) -> None:
    meta = namespace["metadata"]
    meta["labels"] = {"kubernetes.io/metadata.name": meta["name"], **(meta.get("labels") or {})}
    namespace["spec"] = {"finalizers": ["kubernetes"], **(namespace.get("spec") or {})}
    namespace["status"] = {"phase": "Active", **(namespace.get("status") or {})}


def _terminating(key: ResourceKey, name: str, namespace: str) -> ApiError:
    plural, _dot, group = key.partition(".")
    details: Object = {"name": name, **({"group": group} if group else {}), "kind": plural}
    details["causes"] = [
        {
            "reason": "NamespaceTerminating",
            "message": f"namespace {namespace} is being terminated",
            "field": "metadata.namespace",
        }
    ]
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    return ApiError(403, "Forbidden", f'{key} "{name}" is forbidden: {why}', details=details)
