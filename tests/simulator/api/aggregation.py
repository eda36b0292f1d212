"""APIServices: groups that another server answers for, as long as it can be reached (kube-aggregator)."""

from __future__ import annotations

from tests.simulator.ports import Object, Store

API_SERVICES = "apiservices.apiregistration.k8s.io"

#: groupPriorityMinimum of the groups that have no APIService object (kube-apiserver, pkg/controlplane/apiserver)
_PRIORITIES = {
    "": 18000,
    "apiregistration.k8s.io": 17900,
    "apps": 17800,
    "events.k8s.io": 17750,
    "authentication.k8s.io": 17700,
    "authorization.k8s.io": 17600,
    "autoscaling": 17500,
    "batch": 17400,
    "certificates.k8s.io": 17300,
    "networking.k8s.io": 17200,
    "policy": 17100,
    "rbac.authorization.k8s.io": 17000,
    "storage.k8s.io": 16800,
    "apiextensions.k8s.io": 16700,
    "admissionregistration.k8s.io": 16700,
    "scheduling.k8s.io": 16600,
    "coordination.k8s.io": 16500,
    "node.k8s.io": 16300,
    "discovery.k8s.io": 16200,
    "flowcontrol.apiserver.k8s.io": 16100,
}
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
