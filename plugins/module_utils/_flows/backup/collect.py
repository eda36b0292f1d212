# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a backup saves of a cluster; read only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from ..._cluster.dynamic import DynamicKinds
from ..._cluster.kinds import (
    ADMIN_NETWORK_POLICY,
    BASELINE_NETWORK_POLICY,
    CLOUD_PRIVATE_IP,
    CONFIG_MAP,
    EGRESS_FIREWALL,
    EGRESS_IP,
    EGRESS_NETWORK_POLICY,
    EGRESS_QOS,
    EGRESS_SERVICE,
    EXTERNAL_ROUTE,
    HOST_SUBNET,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    MUTATING_WEBHOOKS,
    NAMESPACE,
    NET_NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE_NETWORK_POLICY,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ..._cluster.port import Cluster, Json
from ..._domain.backup import manifests
from ..._domain.backup.contents import Contents
from ..._domain.errors import NotFound, Refused
from ..health.pods import pods_in_error

Reduce = Callable[[Mapping[str, Any]], Json]

#: On a namespace, with OVN-Kubernetes; OpenShiftSDN keeps it on the NetNamespace.
MULTICAST = "k8s.ovn.org/multicast-enabled"


@dataclass(frozen=True)
class Source:
    """Objects to save: all of a kind, or the one of that name. ``reduce`` takes out what is not saved."""

    kind: Kind
    reduce: Reduce = manifests.manifest
    name: str = ""
    namespace: Optional[str] = None
    #: Only objects with this annotation.
    annotation: str = ""
    #: Whether every cluster has it.
    required: bool = False


@dataclass(frozen=True)
class ExtraKind:
    """A kind to save that somebody has named, as manifests write it: ``ResourceQuota`` of ``v1``."""

    kind: str
    api_version: str

    @property
    def title(self) -> str:
        return f"{self.kind} of {self.api_version}"


def _multicast(body: Mapping[str, Any]) -> Json:
    return manifests.annotation_only(body, MULTICAST)


#: ``applied-cluster`` is what the Cluster Network Operator last accepted (cluster-network-operator 4.14,
#: pkg/controller/operconfig/previous.go).
SOURCES = (
    Source(NETWORK_CONFIG, manifests.recorded, name="cluster", required=True),
    Source(NETWORK_OPERATOR, manifests.recorded, name="cluster", required=True),
    Source(CONFIG_MAP, name="applied-cluster", namespace="openshift-network-operator"),
    Source(MACHINE_CONFIG_POOL, manifests.pool, required=True),
    Source(NODE_NETWORK_POLICY),
    Source(EGRESS_NETWORK_POLICY),
    Source(HOST_SUBNET),
    Source(NET_NAMESPACE),
    Source(EGRESS_IP),
    Source(EGRESS_FIREWALL),
    Source(EGRESS_QOS),
    Source(EGRESS_SERVICE),
    Source(EXTERNAL_ROUTE),
    Source(ADMIN_NETWORK_POLICY),
    Source(BASELINE_NETWORK_POLICY),
    Source(CLOUD_PRIVATE_IP),
    Source(NAMESPACE, _multicast, annotation=MULTICAST, required=True),
    Source(VALIDATING_WEBHOOKS, manifests.webhook_timeouts, required=True),
    Source(MUTATING_WEBHOOKS, manifests.webhook_timeouts, required=True),
    Source(MACHINE_HEALTH_CHECK),
)


def collect(cluster: Cluster, *, extra: Sequence[ExtraKind] = ()) -> Contents:
    """Everything, or an error: what cannot be read is never left out.

    A kind that the cluster does not serve (404) is recorded as absent, since a plugin's kinds come and go with it.

    :param extra: kinds to save besides those of ``SOURCES``
    :raises Refused: when they are not to be saved
    """
    contents = collect_objects(cluster, extra=extra)
    return replace(contents, pods_in_error=tuple(sorted(pod.key for pod in pods_in_error(cluster))))


def collect_objects(cluster: Cluster, *, extra: Sequence[ExtraKind] = ()) -> Contents:
    """``collect`` without the pods in error."""
    objects: list[Json] = []
    absent: list[str] = []
    sources = list(SOURCES)
    for wanted in extra:
        try:
            sources.append(_extra_source(cluster, wanted))
        except NotFound:
            absent.append(wanted.title)
    for source in dict.fromkeys(sources):
        try:
            objects.extend(source.reduce(body) for body in _read(cluster, source))
        except NotFound:
            if source.required:
                raise
            absent.append(_title(source))
    return Contents(objects=tuple(objects), absent=tuple(absent))


def extra_kinds_of(objects: Iterable[Mapping[str, Any]]) -> tuple[ExtraKind, ...]:
    """The kinds of a backup that are not among the usual ones."""
    usual = {(source.kind.kind, source.kind.api_version) for source in SOURCES}
    found = {(body["kind"], body["apiVersion"]) for body in objects} - usual
    return tuple(ExtraKind(*kind) for kind in sorted(found))


def _extra_source(cluster: Cluster, wanted: ExtraKind) -> Source:
    if (wanted.kind, wanted.api_version) == ("Secret", "v1"):
        raise Refused(
            tried="save Secrets",
            seen="a backup is kept in ConfigMaps, which more people may read",
            remedy="Take Secret out of extra_kinds; an etcd backup holds them.",
        )
    kind = DynamicKinds(cluster).resolve(wanted.kind, wanted.api_version)
    usual = next((source for source in SOURCES if source.kind == kind and not (source.name or source.annotation)), None)
    return usual or Source(kind)


def _read(cluster: Cluster, source: Source) -> Iterator[Json]:
    kind = source.kind
    # The items of a list do not say what they are.
    head = {"apiVersion": kind.api_version, "kind": kind.kind}
    if source.name:
        yield {**cluster.get(kind, source.name, namespace=source.namespace), **head}
        return
    for body in cluster.list(kind):
        if not source.annotation or source.annotation in (body["metadata"].get("annotations") or {}):
            yield {**body, **head}


def _title(source: Source) -> str:
    name = f"{source.namespace}/{source.name}" if source.namespace else source.name
    return f"{source.kind.title} {name}".rstrip()
