# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one look at a cluster has seen: everything that the checks before a migration need.

A part is either read or ``Unreadable``. Reading an unreadable part raises ``NotRead``, which ``findings.found`` turns
into a blocker. A kind whose CRD does not exist is an empty tuple and stands in ``absent``.

Raw parts are tuples of API objects as JSON: names and namespaces are in ``metadata``, any other field may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Optional, TypeVar, Union, cast, overload

from ..health.api_services import ApiServices
from ..health.operators import Operator
from ..health.pods import Pod, PodInError
from ..migration.fields import OperatorFields
from ..migration.settings import Settings
from ..networks import OVN, Networks
from ..nodes import Node
from ..pools.pool import Pool
from ..records.journal import Journal
from ..versions import Version

Method = Literal["offline", "rollback"]
Moment = Literal["begin", "switch"]
Strategy = Literal["rsh", "ssh", "rsh_then_ssh"]
Json = Mapping[str, Any]
Raw = tuple[Json, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Unreadable:
    """In place of a part: ``why`` it could not be read, in the words of the API."""

    why: str


class NotRead(Exception):
    """A check asked for a part that could not be read."""

    def __init__(self, title: str, why: str) -> None:
        self.title = title
        self.why = why
        super().__init__(f"{title}: {why}")


class NotAsked(NotRead):
    """Nothing but the nodes themselves could tell, and a rehearsal runs no command on them: the run itself will."""


@dataclass(frozen=True)
class Wanted:
    """What the user is going to do.

    :param method: ``offline`` to OVN-Kubernetes, ``rollback`` to OpenShiftSDN
    :param target: the network type that the cluster is to end on
    :param settings: as cno_migration takes them; judged before anything is written
    :param strategy: how the nodes are going to be rebooted
    :param probe: whether a command is run on every node, to see what no API tells
    :param rehearsal: the nodes are not probed now, and will be before anything is written (check mode)
    :param moment: before anything has begun, or right before the flip of a prepared cluster
    :param api_services_ignore: names of APIServices that may be away
    :param external_networks: networks outside that pods talk to, in CIDR notation, or single addresses
    """

    method: Method
    target: str
    settings: Settings = field(default_factory=Settings)
    strategy: Strategy = "rsh"
    probe: bool = True
    rehearsal: bool = False
    external_networks: tuple[str, ...] = ()
    api_services_ignore: frozenset[str] = frozenset()
    moment: Moment = "begin"


@dataclass(frozen=True)
class Interface:
    """A network interface of a node, as ``ip address`` tells it.

    :param addresses: ``address/prefix``
    """

    name: str
    mtu: int
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeProbe:
    """What one command in the machine-config-daemon pod of a node told.

    :param problem: why exec did not work, or what of the answer is missing; empty when all is well
    :param reached: whether the command ran at all; what it told may still be incomplete
    :param interfaces: without lo and the pods' own ends
    :param default_devices: devices of the default routes, the one with the lowest metric first
    :param rules: the rules of ``ip rule`` beyond the three of every Linux: ``from 10.9.0.0/16 lookup 200``
    :param static_routes: those with ``proto static``, without default routes: ``10.8.0.0/16 via 10.0.0.1 dev ens4``
    :param ip_forward: ``net.ipv4.ip_forward`` of the host; None when it was not told
    """

    node: str
    problem: str = ""
    reached: bool = True
    interfaces: tuple[Interface, ...] = ()
    default_devices: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    static_routes: tuple[str, ...] = ()
    ip_forward: Optional[bool] = None


class Part(Generic[T]):
    """One part of a snapshot, read as an attribute of it.

    :param title: how messages name it
    :param only: the one method that needs it; it is read for no other
    """

    def __init__(self, title: str, *, only: Optional[Method] = None) -> None:
        self.title = title
        self.only = only
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, snapshot: None, owner: type) -> Part[T]: ...

    @overload
    def __get__(self, snapshot: Snapshot, owner: type) -> T: ...

    def __get__(self, snapshot: Optional[Snapshot], owner: type) -> Union[Part[T], T]:
        if snapshot is None:
            return self
        value = snapshot.parts[self.name]
        if isinstance(value, Unreadable):
            raise NotRead(self.title, value.why)
        return cast("T", value)


@dataclass(frozen=True)
class Snapshot:
    """:param parts: part name -> what was read, or ``Unreadable``
    :param absent: names of the parts whose kind this cluster does not have (they are empty)
    """

    wanted: Wanted
    parts: Mapping[str, Any]
    absent: frozenset[str] = frozenset()

    # The credential
    #: What it may not do of all that a migration does: ``patch networks.config.openshift.io``.
    missing_rights = Part[tuple[str, ...]]("the rights of this credential")
    #: Whether it is an access token of OpenShift's OAuth server (sha256~).
    oauth_token = Part[bool]("the kind of this credential")

    # The network
    networks = Part[Networks]("the two Network objects")
    #: Boot ids from before the last flip of either direction; None when none is recorded.
    flip_record = Part[Optional[Journal]]("configmap ovn-migration/migration-journal")
    #: networks.config.openshift.io cluster and networks.operator.openshift.io cluster as they are.
    network_config = Part[Json]("networks.config.openshift.io cluster")
    network_operator = Part[Json]("networks.operator.openshift.io cluster")
    #: What its CustomResourceDefinition has; without any when the settings do not depend on it.
    operator_fields = Part[OperatorFields]("customresourcedefinition networks.operator.openshift.io")
    #: networking.machineNetwork of the install-config (ConfigMap kube-system/cluster-config-v1) in CIDR notation; empty
    #: when the ConfigMap does not exist or names none.
    machine_networks = Part[tuple[str, ...]]("configmap kube-system/cluster-config-v1")
    #: proxies.config.openshift.io cluster; empty when there is none.
    proxy = Part[Json]("proxies.config.openshift.io cluster")

    # The cluster
    #: What runs (not what an upgrade is heading for); None when it does not tell.
    version = Part[Optional[Version]]("clusterversions.config.openshift.io version")
    cluster_version = Part[Json]("clusterversions.config.openshift.io version")
    infrastructure = Part[Json]("infrastructures.config.openshift.io cluster")
    #: spec.domain of ingresses.config.openshift.io cluster, ``apps.example.com``; empty when there is none.
    ingress_domain = Part[str]("ingresses.config.openshift.io cluster")
    operators = Part[tuple[Operator, ...]]("clusteroperators.config.openshift.io")
    api_services = Part[ApiServices]("apiservices.apiregistration.k8s.io")
    #: The Deployments of the network operator and of the Machine Config Operator, those that exist.
    operator_deployments = Part[Raw]("deployments.apps of the operators")
    namespaces = Part[Raw]("namespaces")
    #: clusters.aro.openshift.io: Azure Red Hat OpenShift has one.
    aro_clusters = Part[Raw]("clusters.aro.openshift.io")

    # Nodes and pools
    #: Without Windows nodes, as everywhere; ``raw_nodes`` are the same nodes.
    nodes = Part[tuple[Node, ...]]("nodes")
    raw_nodes = Part[Raw]("nodes")
    pools = Part[tuple[Pool, ...]]("machineconfigpools.machineconfiguration.openshift.io")
    raw_pools = Part[Raw]("machineconfigpools.machineconfiguration.openshift.io")
    #: All of them, the rendered ones, too.
    machine_configs = Part[Raw]("machineconfigs.machineconfiguration.openshift.io")
    signing_requests = Part[Raw]("certificatesigningrequests.certificates.k8s.io")
    machine_health_checks = Part[Raw]("machinehealthchecks.machine.openshift.io")
    #: nodehealthchecks.remediation.medik8s.io, of the Node Health Check operator.
    node_health_checks = Part[Raw]("nodehealthchecks.remediation.medik8s.io")
    #: Of the cluster autoscaler; what it may scale is read only where there is one.
    cluster_autoscalers = Part[Raw]("clusterautoscalers.autoscaling.openshift.io")
    machine_autoscalers = Part[Raw]("machineautoscalers.autoscaling.openshift.io")
    #: One row for each node of ``nodes``; None when nodes were not to be probed (check mode, probe: false).
    probes = Part[Optional[tuple[NodeProbe, ...]]]("the nodes themselves")

    # What runs on it
    #: All pods of the cluster; ``raw_pods`` are the same.
    pods = Part[tuple[Pod, ...]]("pods")
    raw_pods = Part[Raw]("pods")
    #: Those that count: neither replaced nor the failed attempt of a finished Job.
    pods_in_error = Part[tuple[PodInError, ...]]("pods, or what replaces them")
    daemon_sets = Part[Raw]("daemonsets.apps")
    services = Part[Raw]("services")
    volume_claims = Part[Raw]("persistentvolumeclaims")
    disruption_budgets = Part[Raw]("poddisruptionbudgets.policy")
    validating_webhooks = Part[Raw]("validatingwebhookconfigurations.admissionregistration.k8s.io")
    mutating_webhooks = Part[Raw]("mutatingwebhookconfigurations.admissionregistration.k8s.io")
    network_policies = Part[Raw]("networkpolicies.networking.k8s.io")
    cluster_roles = Part[Raw]("clusterroles.rbac.authorization.k8s.io")
    ceph_clusters = Part[Raw]("cephclusters.ceph.rook.io")
    #: Argo CD applications, and the ConfigurationPolicies of Advanced Cluster Management.
    applications = Part[Raw]("applications.argoproj.io")
    configuration_policies = Part[Raw]("configurationpolicies.policy.open-cluster-management.io")
    #: Where images are mirrored to: ImageDigestMirrorSets and, up to 4.12, ImageContentSourcePolicies.
    image_mirrors = Part[Raw]("imagedigestmirrorsets.config.openshift.io")
    image_policies = Part[Raw]("imagecontentsourcepolicies.operator.openshift.io")

    # Host networking
    node_network_policies = Part[Raw]("nodenetworkconfigurationpolicies.nmstate.io")
    node_network_states = Part[Raw]("nodenetworkstates.nmstate.io")
    attachments = Part[Raw]("network-attachment-definitions.k8s.cni.cncf.io")
    sriov_policies = Part[Raw]("sriovnetworknodepolicies.sriovnetwork.openshift.io")
    #: What cards each node has; read only where there are policies of SR-IOV.
    sriov_states = Part[Raw]("sriovnetworknodestates.sriovnetwork.openshift.io")
    ptp_configs = Part[Raw]("ptpconfigs.ptp.openshift.io")

    # The objects of OpenShiftSDN
    host_subnets = Part[Raw]("hostsubnets.network.openshift.io")
    net_namespaces = Part[Raw]("netnamespaces.network.openshift.io")
    egress_network_policies = Part[Raw]("egressnetworkpolicies.network.openshift.io")

    # The objects of OVN-Kubernetes
    egress_ips = Part[Raw]("egressips.k8s.ovn.org", only="rollback")
    egress_firewalls = Part[Raw]("egressfirewalls.k8s.ovn.org", only="rollback")
    egress_qoses = Part[Raw]("egressqoses.k8s.ovn.org", only="rollback")
    egress_services = Part[Raw]("egressservices.k8s.ovn.org", only="rollback")
    egress_routers = Part[Raw]("egressrouters.network.operator.openshift.io", only="rollback")
    external_routes = Part[Raw]("adminpolicybasedexternalroutes.k8s.ovn.org", only="rollback")
    admin_network_policies = Part[Raw]("adminnetworkpolicies.policy.networking.k8s.io", only="rollback")
    baseline_network_policies = Part[Raw]("baselineadminnetworkpolicies.policy.networking.k8s.io", only="rollback")

    @property
    def rescue(self) -> bool:
        """Whether this is the way back from a migration that is not finished: nothing of the cluster can be expected
        to be healthy then, and staying there is what hurts."""
        networks = self.parts.get("networks")
        if self.wanted.method != "rollback" or not isinstance(networks, Networks):
            return False
        return networks.config.spec_type == OVN and networks.operator.migrating_to is not None

    def absent_kind(self, part: str) -> bool:
        """Whether the cluster does not have the kind of that part: its CRD does not exist."""
        return part in self.absent


#: What the checks before the flip look at; the outage begins later the more is read.
PARTS_BEFORE_SWITCH = frozenset(
    {"missing_rights", "oauth_token", "networks", "network_config", "network_operator", "machine_networks", "version"}
    | {"cluster_version", "operators", "nodes", "pools", "raw_pools", "machine_configs", "signing_requests", "pods"}
    | {"raw_pods", "machine_health_checks", "node_health_checks", "ceph_clusters", "applications"}
    | {"configuration_policies", "node_network_policies", "node_network_states", "operator_deployments"}
    | {"cluster_autoscalers", "machine_autoscalers"}
)


def parts_for(method: Method, moment: Moment = "begin") -> tuple[str, ...]:
    """Names of the parts that a snapshot has, in the order of their declaration."""
    declared = [part for part in vars(Snapshot).values() if isinstance(part, Part)]
    names = (part.name for part in declared if part.only in (None, method))
    return tuple(name for name in names if moment == "begin" or name in PARTS_BEFORE_SWITCH)
