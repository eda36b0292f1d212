# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a cluster for the checks before a migration: every kind is listed once; read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Optional

from ..._cluster import kinds
from ..._cluster.kinds import Kind
from ..._cluster.port import Access, Cluster, Json
from ..._domain.errors import (
    ClusterUnreachable,
    Forbidden,
    MigrationError,
    Misconfigured,
    NotFound,
    Unauthorized,
    Untrusted,
)
from ..._domain.health.api_services import ApiService, ApiServices
from ..._domain.health.operators import Operator
from ..._domain.health.pods import Pod
from ..._domain.migration.fields import OperatorFields
from ..._domain.networks import ConfigNetwork, Networks, OperatorNetwork
from ..._domain.nodes import Node
from ..._domain.pools.pool import Pool
from ..._domain.preflight.operators import MACHINE_CONFIG_OPERATORS, NETWORK_OPERATOR
from ..._domain.preflight.snapshot import Snapshot, Unreadable, Wanted, parts_for
from ..._domain.records.journal import NAMESPACE as OURS
from ..._domain.versions import Version
from ..health.pods import pods_in_error
from ..migration import access
from ..records import journal
from ..rights import NEW_NAMESPACE, lacking
from .counting import CountingCluster
from .probe import probe

#: Parts that are one list each, of kinds that every OpenShift has.
LISTS: Mapping[str, Kind] = {
    "namespaces": kinds.NAMESPACE,
    "raw_pools": kinds.MACHINE_CONFIG_POOL,
    "machine_configs": kinds.MACHINE_CONFIG,
    "signing_requests": kinds.SIGNING_REQUEST,
    "raw_pods": kinds.POD,
    "daemon_sets": kinds.DAEMON_SET,
    "services": kinds.SERVICE,
    "volume_claims": kinds.VOLUME_CLAIM,
    "disruption_budgets": kinds.DISRUPTION_BUDGET,
    "validating_webhooks": kinds.VALIDATING_WEBHOOKS,
    "mutating_webhooks": kinds.MUTATING_WEBHOOKS,
    "network_policies": kinds.NETWORK_POLICY,
    "cluster_roles": kinds.CLUSTER_ROLE,
}
#: Parts that are one list each, of kinds that come with an operator or a network plugin.
OPTIONAL_LISTS: Mapping[str, Kind] = {
    "aro_clusters": kinds.ARO_CLUSTER,
    "machine_health_checks": kinds.MACHINE_HEALTH_CHECK,
    "node_health_checks": kinds.NODE_HEALTH_CHECK,
    "cluster_autoscalers": kinds.CLUSTER_AUTOSCALER,
    "ceph_clusters": kinds.CEPH_CLUSTER,
    "applications": kinds.APPLICATION,
    "configuration_policies": kinds.CONFIGURATION_POLICY,
    "image_mirrors": kinds.IMAGE_MIRRORS,
    "image_policies": kinds.IMAGE_POLICY,
    "node_network_policies": kinds.NODE_NETWORK_POLICY,
    "node_network_states": kinds.NODE_NETWORK_STATE,
    "attachments": kinds.ATTACHMENT,
    "sriov_policies": kinds.SRIOV_POLICY,
    "ptp_configs": kinds.PTP_CONFIG,
    "host_subnets": kinds.HOST_SUBNET,
    "net_namespaces": kinds.NET_NAMESPACE,
    "egress_network_policies": kinds.EGRESS_NETWORK_POLICY,
    "egress_ips": kinds.EGRESS_IP,
    "egress_firewalls": kinds.EGRESS_FIREWALL,
    "egress_qoses": kinds.EGRESS_QOS,
    "egress_services": kinds.EGRESS_SERVICE,
    "egress_routers": kinds.EGRESS_ROUTER,
    "external_routes": kinds.EXTERNAL_ROUTE,
    "admin_network_policies": kinds.ADMIN_NETWORK_POLICY,
    "baseline_network_policies": kinds.BASELINE_NETWORK_POLICY,
}
#: Parts that are of no use without objects of another kind of the same operator, and are asked for only beside them.
DEPENDENT_LISTS: Mapping[str, tuple[Kind, Kind]] = {
    "machine_autoscalers": (kinds.MACHINE_AUTOSCALER, kinds.CLUSTER_AUTOSCALER),
    "sriov_states": (kinds.SRIOV_STATE, kinds.SRIOV_POLICY),
}


class SnapshotReader:
    """Reads a snapshot; ``requests`` is what it has asked of the API so far."""

    def __init__(self, cluster: Cluster, wanted: Wanted) -> None:
        self._cluster = CountingCluster(cluster)
        self._wanted = wanted
        self._known: dict[tuple[Kind, str], Any] = {}

    @property
    def cluster(self) -> CountingCluster:
        """The cluster with the counter, for what is read besides."""
        return self._cluster

    @property
    def requests(self) -> int:
        return self._cluster.requests

    def read(self) -> Snapshot:
        """:raises MigrationError: when nothing can be read: the API is away, or does not know the credential"""
        parts: dict[str, Any] = {}
        absent: set[str] = set()
        for name in parts_for(self._wanted.method, self._wanted.moment):
            parts[name] = self._part(name, absent)
        return Snapshot(wanted=self._wanted, parts=parts, absent=frozenset(absent))

    def _part(self, name: str, absent: set[str]) -> Any:
        try:
            if name in READ:
                return READ[name](self)
            try:
                return self._optional(name)
            except NotFound:
                absent.add(name)
                return ()
        except (Unauthorized, Untrusted, Misconfigured):
            raise
        except ClusterUnreachable as error:
            # One kind whose server is away is told as such; an API that is away ends it all.
            self._cluster.ready()
            return Unreadable(error.seen)
        except MigrationError as error:
            return Unreadable(error.seen)

    def _optional(self, name: str) -> tuple[Json, ...]:
        """:raises NotFound: when the cluster does not have the kind"""
        if name in OPTIONAL_LISTS:
            return self.listed(OPTIONAL_LISTS[name])
        kind, beside = DEPENDENT_LISTS[name]
        return self.listed(kind) if self.listed(beside) else ()

    def listed(self, kind: Kind) -> tuple[Json, ...]:
        return tuple(self._once((kind, ""), lambda: self._cluster.list(kind)))

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        """As ``port.Reader``, of what is listed anyway; it selects by namespace only."""
        if labels or fields:
            raise NotImplementedError
        return [body for body in self.listed(kind) if namespace in (None, body["metadata"].get("namespace"))]

    def now(self) -> datetime:
        return self._cluster.now()

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        found: Json = self._once((kind, name), lambda: self._cluster.get(kind, name, namespace=namespace))
        return found

    def named_or_empty(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        """For objects that need not exist; a kind that does not exist is the same."""
        try:
            return self.get(kind, name, namespace=namespace)
        except NotFound:
            return {}

    def nodes(self) -> tuple[Json, ...]:
        """As ``readers.nodes``: Windows nodes are nobody's business here."""
        return tuple(
            node
            for node in self.listed(kinds.NODE)
            if (node["metadata"].get("labels") or {}).get("kubernetes.io/os") != "windows"
        )

    def networks(self) -> Networks:
        return Networks(
            config=ConfigNetwork.from_json(self.get(kinds.NETWORK_CONFIG, "cluster")),
            operator=OperatorNetwork.from_json(self.get(kinds.NETWORK_OPERATOR, "cluster")),
        )

    def api_services(self) -> ApiServices:
        listed = tuple(ApiService.from_json(service) for service in self.listed(kinds.API_SERVICE))
        return ApiServices(listed, self._wanted.api_services_ignore)

    def operator_fields(self) -> OperatorFields:
        if not self._wanted.settings.depend_on_fields:
            return OperatorFields()
        return OperatorFields.from_json(self.get(kinds.CRD, kinds.NETWORK_OPERATOR.title))

    def missing_rights(self) -> tuple[str, ...]:
        by_kind = [right for rights in access.BY_KIND.values() for right in rights]
        missing = lacking(self._cluster, (*access.NEEDED, NEW_NAMESPACE, *by_kind))
        return tuple(right.title for right in missing if self._needed(right))

    def _needed(self, right: Access) -> bool:
        """Whether there is something that it is needed for."""
        if right == NEW_NAMESPACE:
            return not self.named_or_empty(kinds.NAMESPACE, OURS)
        return right not in access.BY_KIND.get(right.kind, ()) or self._has(right.kind)

    def _has(self, kind: Kind) -> bool:
        """True as well when that cannot be found out."""
        try:
            return bool(self.listed(kind))
        except NotFound:
            return False
        except (ClusterUnreachable, Forbidden):
            return True

    def probes(self) -> Any:
        if not self._wanted.probe:
            return None
        names = [node["metadata"]["name"] for node in self.nodes()]
        return probe(self._cluster, names, pods=[Pod.from_json(pod) for pod in self.listed(kinds.POD) if _daemon(pod)])

    def _once(self, what: tuple[Kind, str], ask: Callable[[], Any]) -> Any:
        """One request for one thing, whether it succeeds or not."""
        if what not in self._known:
            try:
                self._known[what] = ask()
            except MigrationError as error:
                self._known[what] = error
        known = self._known[what]
        if isinstance(known, MigrationError):
            raise known
        return known


def _daemon(pod: Json) -> bool:
    return (pod["metadata"].get("labels") or {}).get("k8s-app") == "machine-config-daemon"


def _install_config_networks(reader: SnapshotReader) -> tuple[str, ...]:
    found = reader.named_or_empty(kinds.CONFIG_MAP, "cluster-config-v1", namespace="kube-system")
    return machine_networks((found.get("data") or {}).get("install-config") or "")


def machine_networks(install_config: str) -> tuple[str, ...]:
    """``networking.machineNetwork[].cidr`` of an install-config; up to 4.3 it was ``networking.machineCIDR`` (openshift
    installer, pkg/types/installconfig.go, DeprecatedMachineCIDR), and what a cluster was born with it keeps."""
    import yaml

    try:
        parsed = yaml.safe_load(install_config)
        networking = (parsed or {}).get("networking") or {}
        first = networking.get("machineCIDR")
        entries = networking.get("machineNetwork") or ([{"cidr": first}] if first else ())
        return tuple(str(entry["cidr"]) for entry in entries)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise MigrationError(
            tried="read the install-config",
            seen="the install-config is not what it should be",
            remedy="See 'oc -n kube-system get configmap cluster-config-v1 -o yaml'.",
        ) from error


def _operator_deployments(reader: SnapshotReader) -> tuple[Json, ...]:
    wanted = (*NETWORK_OPERATOR, *MACHINE_CONFIG_OPERATORS)
    found = (reader.named_or_empty(kinds.DEPLOYMENT, name, namespace=namespace) for namespace, name in wanted)
    return tuple(deployment for deployment in found if deployment)


def _list_of(kind: Kind) -> Callable[[SnapshotReader], Any]:
    return lambda reader: reader.listed(kind)


READ: Mapping[str, Callable[[SnapshotReader], Any]] = {
    "missing_rights": SnapshotReader.missing_rights,
    "oauth_token": lambda reader: reader.cluster.oauth_token(),
    "networks": SnapshotReader.networks,
    "network_config": lambda reader: reader.get(kinds.NETWORK_CONFIG, "cluster"),
    "network_operator": lambda reader: reader.get(kinds.NETWORK_OPERATOR, "cluster"),
    "operator_fields": SnapshotReader.operator_fields,
    "flip_record": lambda reader: journal.read(reader, seen=reader.networks()),
    "machine_networks": _install_config_networks,
    "proxy": lambda reader: reader.named_or_empty(kinds.PROXY, "cluster"),
    "version": lambda reader: Version.from_json(reader.get(kinds.CLUSTER_VERSION, "version")),
    "cluster_version": lambda reader: reader.get(kinds.CLUSTER_VERSION, "version"),
    "infrastructure": lambda reader: reader.get(kinds.INFRASTRUCTURE, "cluster"),
    "ingress_domain": lambda r: (r.named_or_empty(kinds.INGRESS, "cluster").get("spec") or {}).get("domain") or "",
    "operator_deployments": _operator_deployments,
    "operators": lambda reader: tuple(Operator.from_json(o) for o in reader.listed(kinds.CLUSTER_OPERATOR)),
    "api_services": SnapshotReader.api_services,
    "nodes": lambda reader: tuple(Node.from_json(node) for node in reader.nodes()),
    "raw_nodes": SnapshotReader.nodes,
    "pools": lambda reader: tuple(Pool.from_json(pool) for pool in reader.listed(kinds.MACHINE_CONFIG_POOL)),
    "probes": SnapshotReader.probes,
    "pods": lambda reader: tuple(Pod.from_json(pod) for pod in reader.listed(kinds.POD)),
    "pods_in_error": pods_in_error,
    **{name: _list_of(kind) for name, kind in LISTS.items()},
}
