"""Object metadata as an API server checks and completes it (apimachinery, pkg/api/validation)."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest, Cause
from tests.simulator.store.resources import Resource

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    f"end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    f"an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_LABEL_VALUE = r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_LABEL_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    f"'{_LABEL_VALUE}')"
)
_NAME_PART = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_NAME_PART_WORDS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    f"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_NAME_PART}')"
)
_UNQUALIFIED = "name is neither a standard finalizer name nor is it fully qualified"
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
#: bytes of all annotations of an object
_ANNOTATIONS = 256 * 1024
_NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUBDOMAIN_PATTERN = re.compile(_SUBDOMAIN)
_LABEL_PATTERN = re.compile(_LABEL)
_NAME_PART_PATTERN = re.compile(_NAME_PART)
_LABEL_VALUE_PATTERN = re.compile(_LABEL_VALUE)
_JSON_TYPES = {bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


def timestamp(moment: datetime) -> str:
    """``2026-01-02T03:04:05Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def generated_name(prefix: str, *, dice: random.Random) -> str:
    return prefix + "".join(dice.choices(_NAME_ALPHABET, k=5))


def new_uid(*, dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def check_types(metadata: Any, *, resource: Resource) -> None:
    """``BadRequest`` in the decoder's words when labels, annotations or names are no strings."""
    if not isinstance(metadata, Mapping):
        raise _undecodable(metadata, resource=resource, path="metadata", wanted="v1.ObjectMeta", owner=resource.kind)
    for field in ("name", "generateName", "namespace", "resourceVersion", "uid"):
        value = metadata.get(field)
        if value is not None and not isinstance(value, str):
            raise _undecodable(value, resource=resource, path=f"metadata.{field}", wanted="string")
    for field in ("labels", "annotations"):
        values = metadata.get(field)
        if values is None:
            continue
        if not isinstance(values, Mapping):
            raise _undecodable(values, resource=resource, path=f"metadata.{field}", wanted="map[string]string")
        for value in values.values():
            if not isinstance(value, str):
                raise _undecodable(value, resource=resource, path=f"metadata.{field}", wanted="string")
    for field in ("finalizers", "ownerReferences"):
        values = metadata.get(field)
        wanted = "string" if field == "finalizers" else "v1.OwnerReference"
        if values is not None and not isinstance(values, (list, tuple)):
            raise _undecodable(values, resource=resource, path=f"metadata.{field}", wanted=f"[]{wanted}")
        for value in values or ():
            if not isinstance(value, str if field == "finalizers" else Mapping):
                raise _undecodable(value, resource=resource, path=f"metadata.{field}", wanted=wanted)


_FREE_NAMES = ("rbac.authorization.k8s.io", "apiregistration.k8s.io", "user.openshift.io", "oauth.openshift.io")


def check_name(name: str, *, resource: Resource) -> list[Cause]:
    """What is wrong with a name. RBAC names and OpenShift users may hold colons, an APIService is ``v1.`` for the core
    group, others are DNS subdomains."""
    if "/" in name or "%" in name or name in (".", ".."):
        words = f"may not contain '{'/' if '/' in name else name}'"
        return [Cause("FieldValueInvalid", "metadata.name", f'Invalid value: "{name}": {words}')]
    if resource.group in _FREE_NAMES:
        return []
    if resource.key == "namespaces":
        if not _LABEL_PATTERN.fullmatch(name):
            return [Cause("FieldValueInvalid", "metadata.name", f'Invalid value: "{name}": {_LABEL_WORDS}')]
        return []
    if len(name) > 253:
        message = f'Invalid value: "{name}": must be no more than 253 characters'
        return [Cause("FieldValueInvalid", "metadata.name", message)]
    if not _SUBDOMAIN_PATTERN.fullmatch(name):
        return [Cause("FieldValueInvalid", "metadata.name", f'Invalid value: "{name}": {_SUBDOMAIN_WORDS}')]
    return []


def check_members(new: Object, old: Object | None, *, resource: Resource) -> list[Cause]:
    """What is wrong with the members of metadata that have changed."""
    before = old or {}
    causes: list[Cause] = []
    if old is None or before.get("labels") != new.get("labels"):
        causes += check_labels(new.get("labels"))
    if old is None or before.get("annotations") != new.get("annotations"):
        causes += check_annotations(new.get("annotations"))
    if old is None or before.get("ownerReferences") != new.get("ownerReferences"):
        causes += check_references(new.get("ownerReferences"))
    if old is None or before.get("finalizers") != new.get("finalizers"):
        causes += check_finalizers(new.get("finalizers") or (), before, resource=resource)
    return causes


def check_finalizers(finalizers: Sequence[str], old: Object, *, resource: Resource) -> list[Cause]:
    """Qualified names, and no new ones on an object that is being deleted. Builtin kinds know three without a domain
    (kubernetes 1.27, pkg/apis/core/validation: validateKubeFinalizerName)."""
    causes = [
        _invalid("metadata.finalizers", finalizer, words)
        for finalizer in finalizers
        for words in qualified_name_problems(finalizer)
    ]
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        words = "finalizer orphan and foregroundDeletion cannot be both set"
        listed = "[]string{" + ", ".join(f'"{finalizer}"' for finalizer in finalizers) + "}"
        causes.append(Cause("FieldValueInvalid", "metadata.finalizers", f"Invalid value: {listed}: {words}"))
    if not resource.custom:
        causes += [
            _invalid(f"metadata.finalizers[{index}]", finalizer, _UNQUALIFIED)
            for index, finalizer in enumerate(finalizers)
            if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS
        ]
    added = sorted(set(finalizers) - set(old.get("finalizers") or ()))
    if "deletionTimestamp" in old and added:
        listed = "[]string{" + ", ".join(f'"{finalizer}"' for finalizer in added) + "}"
        words = f"no new finalizers can be added if the object is being deleted, found new finalizers {listed}"
        causes.append(Cause("FieldValueForbidden", "metadata.finalizers", f"Forbidden: {words}"))
    return causes


def qualified_name_problems(name: str) -> list[str]:
    """What keeps a text from being ``name`` or ``domain/name`` (apimachinery, pkg/util/validation: IsQualifiedName)."""
    prefix, slash, short = name.rpartition("/")
    if prefix.count("/"):
        return [f"a qualified name {_NAME_PART_WORDS[10:]} with an optional DNS subdomain prefix and '/'"]
    problems: list[str] = []
    if slash and not prefix:
        problems.append("prefix part must be non-empty")
    elif slash and not _SUBDOMAIN_PATTERN.fullmatch(prefix):
        problems.append(f"prefix part {_SUBDOMAIN_WORDS}")
    if not short:
        problems.append("name part must be non-empty")
    elif len(short) > 63:
        problems.append("name part must be no more than 63 characters")
    if not _NAME_PART_PATTERN.fullmatch(short):
        problems.append(_NAME_PART_WORDS)
    return problems


def check_annotations(annotations: Mapping[str, str] | None) -> list[Cause]:
    """Their keys in lower case, and 256 KiB in all."""
    given = annotations or {}
    causes = [
        _invalid("metadata.annotations", key, words) for key in given for words in qualified_name_problems(key.lower())
    ]
    if sum(len(key.encode()) + len(value.encode()) for key, value in given.items()) > _ANNOTATIONS:
        message = f"Too long: must have at most {_ANNOTATIONS} bytes"
        causes.append(Cause("FieldValueTooLong", "metadata.annotations", message))
    return causes


def _invalid(path: str, value: str, words: str) -> Cause:
    return Cause("FieldValueInvalid", path, f'Invalid value: "{value}": {words}')


def check_references(references: Sequence[Mapping[str, Any]] | None) -> list[Cause]:
    causes: list[Cause] = []
    for reference in references or ():
        for field in ("apiVersion", "kind", "name", "uid"):
            if not reference.get(field):
                words = "version must not be empty" if field == "apiVersion" else f"{field} must not be empty"
                path = f"metadata.ownerReferences.{field}"
                causes.append(Cause("FieldValueInvalid", path, f'Invalid value: "": {words}'))
    return causes


def check_labels(labels: Mapping[str, str] | None) -> list[Cause]:
    causes = [_invalid("metadata.labels", key, words) for key in labels or () for words in qualified_name_problems(key)]
    for value in (labels or {}).values():
        if len(value) > 63:
            message = f'Invalid value: "{value}": must be no more than 63 characters'
            causes.append(Cause("FieldValueInvalid", "metadata.labels", message))
        elif not _LABEL_VALUE_PATTERN.fullmatch(value):
            message = f'Invalid value: "{value}": {_LABEL_VALUE_WORDS}'
            causes.append(Cause("FieldValueInvalid", "metadata.labels", message))
    return causes


def tidied(metadata: Object) -> Object:
    """Without the members that the encoder omits when empty."""
    omitted = ("labels", "annotations", "finalizers", "ownerReferences", "managedFields")
    return {key: value for key, value in metadata.items() if value is not None and not (key in omitted and not value)}


def _undecodable(value: Any, *, resource: Resource, path: str, wanted: str, owner: str = "ObjectMeta") -> BadRequest:
    given = "string" if isinstance(value, str) else _JSON_TYPES.get(type(value), "object")
    return BadRequest(
        f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: json: cannot '
        f"unmarshal {given} into Go struct field {owner}.{path} of type {wanted}"
    )
