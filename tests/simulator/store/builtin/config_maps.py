"""ConfigMaps and Secrets (kubernetes 1.27, pkg/apis/core/validation: ValidateConfigMap, ValidateSecret, …Update)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import Cause

#: bytes of all values
LARGEST = 1024 * 1024

#: what a Secret of a type must hold (the token's account stands in an annotation)
_NEEDED = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_ACCOUNT = "kubernetes.io/service-account.name"


def config_map(new: Object, old: Object | None) -> Iterator[Cause]:
    yield from fields.sealed(new, old)
    data, binary = new.get("data") or {}, new.get("binaryData") or {}
    for key in data:
        yield from fields.data_key(f"data[{key}]", key)
        if key in binary:
            yield fields.invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in binary:
        yield from fields.data_key(f"binaryData[{key}]", key)
        if key in data:
            yield fields.invalid(f"binaryData[{key}]", key, "duplicate of key present in data")
    size = sum(len(str(value).encode()) for value in data.values())
    size += sum(_decoded_size(value or "") for value in binary.values())
    if size > LARGEST:
        yield Cause("FieldValueTooLong", "[]", f"Too long: must have at most {LARGEST} bytes")


def secret(new: Object, old: Object | None) -> Iterator[Cause]:
    data, kind = new.get("data") or {}, new.get("type")
    if old is not None and kind != old.get("type"):
        yield fields.invalid("type", kind, fields.IMMUTABLE)
    yield from fields.sealed(new, old)
    for key in data:
        yield from fields.data_key(f"data[{key}]", key)
    if sum(_decoded_size(value) for value in data.values()) > LARGEST:
        yield Cause("FieldValueTooLong", "data", f"Too long: must have at most {LARGEST} bytes")
    if kind == "kubernetes.io/service-account-token" and not (new["metadata"].get("annotations") or {}).get(_ACCOUNT):
        yield fields.required(f"metadata.annotations[{_ACCOUNT}]")
    for key in _NEEDED.get(str(kind), ()):
        if key not in data:
            yield fields.required(f"data[{key}]")


def _decoded_size(encoded: str) -> int:
    return len(encoded) * 3 // 4 - encoded[-2:].count("=")
