"""What the server serves, told per group and version, and aggregated (apiserver, pkg/endpoints/discovery)."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulator.api import aggregation
from tests.simulator.api.negotiation import MediaType
from tests.simulator.ports import Object
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource

#: resources without objects: reviews and the like, by group and version
VIRTUAL: dict[tuple[str, str], tuple[Resource, ...]] = {
    ("authorization.k8s.io", "v1"): (
        Resource("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", False,
                 verbs=("create",)),
        Resource("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", False,
                 verbs=("create",)),
        Resource("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", False, verbs=("create",)),
        Resource("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", True,
                 verbs=("create",)),
    ),
    ("authentication.k8s.io", "v1"): (
        Resource("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", False, verbs=("create",)),
        Resource("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", False, verbs=("create",)),
    ),
}  # fmt: skip

#: subresources of builtin resources: path, kind, group and version of that kind, verbs
_SUBRESOURCES: dict[str, tuple[tuple[str, str, str, str, tuple[str, ...]], ...]] = {
    "namespaces": (("finalize", "Namespace", "", "v1", ("update",)),),
    "pods": (
        ("eviction", "Eviction", "policy", "v1", ("create",)),
        ("exec", "PodExecOptions", "", "v1", ("create", "get")),
        ("log", "Pod", "", "v1", ("get",)),
    ),
    "serviceaccounts": (("token", "TokenRequest", "authentication.k8s.io", "v1", ("create",)),),
    "certificatesigningrequests.certificates.k8s.io": (
        ("approval", "CertificateSigningRequest", "certificates.k8s.io", "v1", ("get", "patch", "update")),
    ),
}
_AGGREGATED = "apidiscovery.k8s.io"


def wanted_version(accept: Iterable[MediaType]) -> str | None:
    """``v2`` or ``v2beta1`` when the client asks for aggregated discovery first."""
    for media in accept:
        if media.name != "application/json":
            continue
        if media.parameters.get("as") == "APIGroupDiscoveryList" and media.parameters.get("g") == _AGGREGATED:
            if media.parameters.get("v") in ("v2", "v2beta1"):
                return media.parameters["v"]
            continue
        return None
    return None


def subresources_of(resource: Resource) -> tuple[tuple[str, str, str, str, tuple[str, ...]], ...]:
    """The subresources of a resource, sorted by name."""
    found = list(_SUBRESOURCES.get(resource.key, ()))
    if resource.status_subresource:
        found.append(("status", resource.kind, resource.group, resource.version, ("get", "patch", "update")))
    if resource.scale is not None:
        found.append(("scale", "Scale", "autoscaling", "v1", ("get", "patch", "update")))
    return tuple(sorted(found))


class Discovery:
    """Answers from what the store serves at the moment."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def serves(self, group: str, version: str) -> bool:
        return version in self._versions().get(group, ())

    def core_versions(self, *, address: str) -> Object:
        """``/api``."""
        return {
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
        }

    def groups(self) -> Object:
        """``/apis``: also the groups whose server is out of reach."""
        names = [name for name in self._ordered() if name]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [self._group(name) for name in names]}

    def group(self, name: str) -> Object | None:
        """``/apis/<group>``."""
        if not name or name not in self._versions():
            return None
        return {"kind": "APIGroup", "apiVersion": "v1", **self._group(name)}

    def resources(self, group: str, version: str) -> Object:
        """``/apis/<group>/<version>`` and ``/api/v1``."""
        entries: list[Object] = []
        for resource in self._of(group, version):
            entries.append(_entry(resource))
            for path, kind, kind_group, kind_version, verbs in subresources_of(resource):
                entry: Object = {"name": f"{resource.plural}/{path}", "singularName": ""}
                entry |= {"namespaced": resource.namespaced, "kind": kind, "verbs": list(verbs)}
                if (kind_group, kind_version) != (resource.group, resource.version):
                    entry |= {"group": kind_group, "version": kind_version}
                entries.append(entry)
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": f"{group}/{version}" if group else version,
            "resources": entries,
        }

    def aggregated(self, *, version: str, core: bool) -> Object:
        """``/api`` or ``/apis`` as one APIGroupDiscoveryList."""
        names = [name for name in self._ordered() if bool(name) != core]
        return {
            "kind": "APIGroupDiscoveryList",
            "apiVersion": f"{_AGGREGATED}/{version}",
            "metadata": {},
            "items": [self._group_discovery(name) for name in names],
        }

    def _versions(self) -> dict[str, list[str]]:
        """Groups and their versions, the preferred one first."""
        found: dict[str, list[str]] = {"": ["v1"]}
        pairs = [(r.group, version) for r in self._store.resources() for version in r.versions]
        pairs += VIRTUAL
        pairs += [(group, v) for group, versions in aggregation.aggregated(self._store).items() for v in versions]
        for group, version in pairs:
            versions = found.setdefault(group, [])
            if version not in versions:
                versions.append(version)
        return {group: sorted(versions, key=_preference) for group, versions in found.items()}

    def _ordered(self) -> list[str]:
        return sorted(self._versions(), key=lambda name: (-aggregation.priority(self._store, name), name))

    def _group(self, name: str) -> Object:
        versions: list[Object] = [{"groupVersion": f"{name}/{v}", "version": v} for v in self._versions()[name]]
        return {"name": name, "versions": versions, "preferredVersion": versions[0]}

    def _of(self, group: str, version: str) -> list[Resource]:
        served = [r for r in self._store.resources() if r.group == group and version in r.versions]
        return sorted([*served, *VIRTUAL.get((group, version), ())], key=lambda r: r.plural)

    def _group_discovery(self, name: str) -> Object:
        versions: list[Object] = []
        for version in self._versions()[name]:
            service = aggregation.service_of(self._store, group=name, version=version)
            if service is not None and aggregation.is_down(service):
                versions.append({"version": version, "freshness": "Stale"})
                continue
            resources = [_discovery(resource, version) for resource in self._of(name, version)]
            versions.append({"version": version, "resources": resources, "freshness": "Current"})
        metadata: Object = {"creationTimestamp": None}
        if name:
            metadata["name"] = name
        return {"metadata": metadata, "versions": versions}


def _preference(version: str) -> tuple[int, int, int, str]:
    """GA before beta before alpha, higher before lower (apimachinery, pkg/version)."""
    rest = version.removeprefix("v")
    for rank, word in ((1, "beta"), (2, "alpha")):
        major, separator, minor = rest.partition(word)
        if separator and major.isdigit() and minor.isdigit():
            return rank, -int(major), -int(minor), version
    return (0, -int(rest), 0, version) if rest.isdigit() else (3, 0, 0, version)


def _entry(resource: Resource) -> Object:
    entry: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    return entry


def _discovery(resource: Resource, version: str) -> Object:
    entry: Object = {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    subresources = [
        {
            "subresource": path,
            "responseKind": {"group": group, "version": kind_version, "kind": kind},
            "verbs": list(verbs),
        }
        for path, kind, group, kind_version, verbs in subresources_of(resource)
    ]
    if subresources:
        entry["subresources"] = subresources
    return entry
