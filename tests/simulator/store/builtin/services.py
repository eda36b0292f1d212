"""Services (kubernetes 1.27, pkg/apis/core/validation: ValidateService, ValidateServiceUpdate)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import Cause

_NAME = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_NAME_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    f"and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{_NAME}')"
)
_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")


def service(new: Object, old: Object | None) -> Iterator[Cause]:
    spec, name = new.get("spec") or {}, new["metadata"]["name"]
    if old is None and not re.fullmatch(_NAME, name):
        yield fields.invalid("metadata.name", name, _NAME_WORDS)
    kind = spec.get("type", "ClusterIP")
    yield from fields.one_of("spec.type", kind, _TYPES)
    headless = spec.get("clusterIP") == "None"
    if kind == "ExternalName":
        if not spec.get("externalName"):
            yield fields.required("spec.externalName")
    elif not spec.get("ports") and not headless:
        yield fields.required("spec.ports")
    ports = spec.get("ports") or ()
    for index, port in enumerate(ports):
        path = f"spec.ports[{index}]"
        if len(ports) > 1 and not port.get("name"):
            yield fields.required(f"{path}.name")
        yield from fields.port(f"{path}.port", port.get("port", 0))
        yield from fields.one_of(f"{path}.protocol", port.get("protocol", "TCP"), ("SCTP", "TCP", "UDP"))
    affinity = spec.get("sessionAffinity", "None")
    yield from fields.one_of("spec.sessionAffinity", affinity, ("ClientIP", "None"))
    before = (old or {}).get("spec") or {}
    if before.get("clusterIP") and spec.get("clusterIP") != before["clusterIP"] and kind != "ExternalName":
        shown = fields.string_list([spec["clusterIP"]] if spec.get("clusterIP") else None)
        yield fields.invalid("spec.clusterIPs[0]", shown, "may not change once set")
