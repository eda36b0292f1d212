"""What the API server demands of ConfigMaps beyond their schema
(kubernetes 1.27, pkg/apis/core/validation: ValidateConfigMap and ValidateConfigMapUpdate)."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.store.errors import Cause

KEY = "configmaps"
#: bytes of all values
LARGEST = 1024 * 1024


def causes(new: Object, old: Object | None) -> list[Cause]:
    """Why a ConfigMap cannot be written: too much in it, or its predecessor is sealed with ``immutable``."""
    found = []
    if old is not None and old.get("immutable"):
        found = [
            Cause("FieldValueForbidden", field, "Forbidden: field is immutable when `immutable` is set")
            for field, changed in (
                ("immutable", not new.get("immutable")),
                ("data", new.get("data") != old.get("data")),
                ("binaryData", new.get("binaryData") != old.get("binaryData")),
            )
            if changed
        ]
    text = sum(len(str(value).encode()) for value in (new.get("data") or {}).values())
    binary = sum(len(str(value)) * 3 // 4 for value in (new.get("binaryData") or {}).values())
    if text + binary > LARGEST:
        found.append(Cause("FieldValueTooLong", "[]", f"Too long: must have at most {LARGEST} bytes"))
    return found
