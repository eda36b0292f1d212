"""Bodies in Kubernetes' protobuf encoding, as kubectl sends them since 1.32 for what it creates from its own types.

Only the kinds of ``kubectl auth`` and the plainest of ``kubectl create`` are known. Answers are always JSON, which such
clients accept as well. Field numbers are those of the ``generated.proto`` files in k8s.io/api and k8s.io/apimachinery.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest, UnsupportedMediaType

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"


@dataclass(frozen=True)
class Field:
    name: str
    #: text, bytes, number, bool, time, or the fields of a message
    kind: str | Mapping[int, Field] = "text"
    repeated: bool = False
    #: a map from text to ``kind``
    keyed: bool = False


Message = Mapping[int, Field]

_OWNER_REFERENCE: Message = {
    1: Field("kind"),
    3: Field("name"),
    4: Field("uid"),
    5: Field("apiVersion"),
    6: Field("controller", "bool"),
    7: Field("blockOwnerDeletion", "bool"),
}
_METADATA = Field(
    "metadata",
    {
        1: Field("name"),
        2: Field("generateName"),
        3: Field("namespace"),
        5: Field("uid"),
        6: Field("resourceVersion"),
        7: Field("generation", "number"),
        8: Field("creationTimestamp", "time"),
        11: Field("labels", keyed=True),
        12: Field("annotations", keyed=True),
        13: Field("ownerReferences", _OWNER_REFERENCE, repeated=True),
        14: Field("finalizers", repeated=True),
    },
)
_RESOURCE_ATTRIBUTES: Message = {
    1: Field("namespace"),
    2: Field("verb"),
    3: Field("group"),
    4: Field("version"),
    5: Field("resource"),
    6: Field("subresource"),
    7: Field("name"),
}
_ACCESS_SPEC: Message = {
    1: Field("resourceAttributes", _RESOURCE_ATTRIBUTES),
    2: Field("nonResourceAttributes", {1: Field("path"), 2: Field("verb")}),
}
_TOKEN_SPEC: Message = {
    1: Field("audiences", repeated=True),
    3: Field("boundObjectRef", {1: Field("kind"), 2: Field("apiVersion"), 3: Field("name"), 4: Field("uid")}),
    4: Field("expirationSeconds", "number"),
}
_KINDS: dict[str, Message] = {
    "SelfSubjectAccessReview": {1: _METADATA, 2: Field("spec", _ACCESS_SPEC)},
    "SelfSubjectRulesReview": {1: _METADATA, 2: Field("spec", {1: Field("namespace")})},
    "SelfSubjectReview": {1: _METADATA},
    "TokenRequest": {1: _METADATA, 2: Field("spec", _TOKEN_SPEC)},
    "Namespace": {1: _METADATA, 2: Field("spec", {1: Field("finalizers", repeated=True)})},
    "ConfigMap": {
        1: _METADATA,
        2: Field("data", keyed=True),
        3: Field("binaryData", "bytes", keyed=True),
        4: Field("immutable", "bool"),
    },
    "Secret": {
        1: _METADATA,
        2: Field("data", "bytes", keyed=True),
        3: Field("type"),
        4: Field("stringData", keyed=True),
        5: Field("immutable", "bool"),
    },
    "ServiceAccount": {1: _METADATA, 4: Field("automountServiceAccountToken", "bool")},
}
_TYPE_META: Message = {1: Field("apiVersion"), 2: Field("kind")}


def decoded(body: bytes) -> Object:
    """The object in a protobuf body (``runtime.Unknown`` behind four magic bytes); 415 for kinds not known here."""
    if not body.startswith(_MAGIC):
        raise BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        parts = dict(_fields(body[len(_MAGIC) :]))
        types = _message(parts.get(1, b""), _TYPE_META)
        known = _KINDS.get(types.get("kind", ""))
        if known is None:
            raise UnsupportedMediaType(("application/json", "application/yaml"))
        return types | _message(parts.get(2, b""), known)
    except (AttributeError, IndexError, TypeError, UnicodeDecodeError) as error:
        raise BadRequest(f"error decoding request body: {error}") from error


def _message(data: bytes, known: Message) -> Object:
    found: Object = {}
    for number, raw in _fields(data):
        field = known.get(number)
        if field is None:
            continue
        if field.keyed:
            entry = dict(_fields(raw))
            found.setdefault(field.name, {})[entry.get(1, b"").decode()] = _value(entry.get(2, b""), field)
        elif field.repeated:
            found.setdefault(field.name, []).append(_value(raw, field))
        else:
            found[field.name] = _value(raw, field)
    # The encoding of Go writes empty texts; JSON leaves them out.
    return {name: value for name, value in found.items() if value != "" and value is not None}


def _value(raw: Any, field: Field) -> Any:
    if isinstance(field.kind, Mapping):
        return _message(raw, field.kind)
    if field.kind == "text":
        return raw.decode()
    if field.kind == "bytes":
        return base64.b64encode(raw).decode()
    if field.kind == "bool":
        return bool(raw)
    if field.kind == "time":
        seconds = dict(_fields(raw)).get(1)
        return None if not seconds else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return raw


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers with bytes (length delimited) or numbers (varint)."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        kind = tag & 7
        if kind == 0:
            value, position = _varint(data, position)
            yield tag >> 3, value
            continue
        length, position = (8, position) if kind == 1 else (4, position) if kind == 5 else _varint(data, position)
        if position + length > len(data):
            raise IndexError("unexpected EOF")
        yield tag >> 3, data[position : position + length]
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
