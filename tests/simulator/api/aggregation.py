"""APIServices: groups that another server answers for, as long as it can be reached (kube-aggregator)."""

from __future__ import annotations

from tests.simulator.group_priorities import BUILTIN
from tests.simulator.ports import Object, Store

API_SERVICES = "apiservices.apiregistration.k8s.io"

#: groupPriorityMinimum of the groups that have no APIService object (kube-apiserver, pkg/controlplane/apiserver)
_PRIORITIES = {**BUILTIN, "apiregistration.k8s.io": 17900}
_CUSTOM_PRIORITY = 1000


def service_of(store: Store, *, group: str, version: str) -> Object | None:
    """The APIService of a group version."""
    return store.find(API_SERVICES, f"{version}.{group}")


def is_available(store: Store, name: str) -> bool:
    """Whether an APIService can answer: local ones always can, missing ones are no obstacle."""
    service = store.find(API_SERVICES, name)
    return service is None or not is_down(service)


def is_down(service: Object) -> bool:
    """Whether an APIService stands for another server, and that server cannot be reached."""
    if not (service.get("spec") or {}).get("service"):
        return False
    conditions = (service.get("status") or {}).get("conditions") or ()
    return not any(c["type"] == "Available" and c["status"] == "True" for c in conditions)


def aggregated(store: Store) -> dict[str, list[str]]:
    """Groups and versions that other servers answer for."""
    found: dict[str, list[str]] = {}
    for service in store.list(API_SERVICES):
        spec = service.get("spec") or {}
        if spec.get("service"):
            found.setdefault(spec["group"], []).append(spec["version"])
    return found


def priority(store: Store, group: str) -> int:
    """How early a group is listed: higher first."""
    if group in _PRIORITIES:
        return _PRIORITIES[group]
    minimums = [
        spec.get("groupPriorityMinimum", _CUSTOM_PRIORITY)
        for spec in (service.get("spec") or {} for service in store.list(API_SERVICES))
        if spec.get("group") == group and spec.get("service")
    ]
    return max(minimums, default=_CUSTOM_PRIORITY)
