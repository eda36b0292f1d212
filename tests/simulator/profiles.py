"""How the builds of OpenShift differ, as far as a client of the API can see it.

Every field says what it is about; each minor version is written as what its first build changes in that of the one
before it, and what was merged later is a table in ``builds.py``. Shorthand of the sources: CNO is
openshift/cluster-network-operator, MCO openshift/machine-config-operator, API openshift/api, each at the branch of the
version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tests.simulator.builds import BUILDS, CHANGES, Build


@dataclass(frozen=True)
class Profile:
    """One build of one minor version. Texts with ``{name}`` are filled by ``str.format``."""

    build: Build
    #: ``.spec.config.ignition.version`` of every MachineConfig (3.4.0 since MCO 4.14)
    ignition_version: str

    # Which network plugins the release ships.

    #: 4.17 has no OpenShift SDN: its clusters run OVN-Kubernetes, and the network operator refuses the type (CNO 4.17)
    sdn_supported: bool = True
    #: the plugin that a seeded cluster runs
    initial_network_type: Literal["OpenShiftSDN", "OVNKubernetes"] = "OpenShiftSDN"
    #: annotation ``network.openshift.io/network-type-migration`` starts a limited live migration
    live_migration: bool = False

    # Schemas of the two Network kinds (manifests.py builds the CRDs from these).

    #: networks.config ``status.conditions``
    config_conditions: bool = False
    #: networks.config ``spec.networkDiagnostics`` and the condition ``NetworkDiagnosticsAvailable``
    network_diagnostics: bool = False
    #: networks.operator ``spec.migration.mode``, enum Live, Offline and ""; pruned where it is missing
    migration_mode: bool = False
    #: CEL: networkType together with mtu only in mode Live
    migration_mode_rule: bool = False
    #: ``ovnKubernetesConfig.gatewayConfig.ipForwarding``
    ip_forwarding: bool = False
    #: ``ovnKubernetesConfig.gatewayConfig.{ipv4,ipv6}.internalMasqueradeSubnet``
    masquerade_subnets: bool = False
    #: ``ovnKubernetesConfig.{ipv4,ipv6}`` with join and transit subnets
    ovn_subnets_by_family: bool = False
    #: CEL rules on ipForwarding, and those on the subnets by the functions on addresses (before that: octet by octet)
    ovn_value_rules: bool = False
    #: ``ipsecConfig``: an empty object means on; ``mode`` with a default; and ``full.encapsulation`` besides
    ipsec: Literal["empty_object", "mode", "mode_and_full"] = "empty_object"
    #: ``kuryrConfig`` exists
    kuryr: bool = True

    # Cluster network operator.

    #: the reconcile in which SDN features are converted: as soon as migration is set, or when the type is the target as
    #: well
    #: (CNO 4.16 pkg/controller/operconfig/migration.go)
    feature_conversion: Literal["migration_set", "type_is_target"] = "migration_set"
    #: a HostSubnet counts as automatic with egressCIDRs and egressIPs, or with egressCIDRs alone
    automatic_egress_ip: Literal["cidrs_and_ips", "cidrs"] = "cidrs_and_ips"
    #: rollback takes egressCIDRs from ``k8s.ovn.org/node-primary-ifaddr`` when nothing better is known
    egress_cidrs_from_primary_address: bool = False
    #: defaults are written into the API object for SDN too, and the block of the inactive plugin is dropped unless a
    #: user owns it
    defaults_written_back: bool = False
    #: annotation ``networkoperator.openshift.io/ovn-cluster-initiator`` and the wait for all masters at the first OVN
    #: bootstrap
    ovn_cluster_initiator: bool = True
    #: ``cannot change migration network type…``: any difference between two set migrations, or only between two set
    #: types or modes
    migration_change_rule: Literal["any_difference", "both_set"] = "any_difference"
    #: ``cannot edit IPsec configuration at runtime`` exists
    ipsec_frozen: bool = True
    #: OVN-Kubernetes' cluster network may grow in place (CNO 9d1ccf753, in 4.13 from its beginning)
    cluster_network_expandable: bool = False
    #: wording when a configured join subnet is unusable
    join_subnet_overlap: str = "v4InternalSubnet overlaps with ClusterNetwork {cidr}"
    join_subnet_small: str = (
        "v4InternalSubnet is no large enough for the maximum number of nodes which can be supported by ClusterNetwork"
    )
    #: which node events start a reconcile
    node_trigger: Literal["created_or_deleted", "any_update", "labels_changed"] = "created_or_deleted"
    #: a 409 on the operator object shows as Degraded for a moment
    degraded_on_conflict: bool = True
    #: the readiness file is an argument of the DaemonSet multus, so its template changes at the flip and it rolls
    multus_rolls_at_flip: bool = True
    #: what runs the control plane of OVN-Kubernetes
    ovn_control_plane: Literal["ovnkube-master", "ovnkube-control-plane"] = "ovnkube-master"
    #: names of the CRDs that come with OVN-Kubernetes
    ovn_crds: tuple[str, ...] = (
        "egressfirewalls.k8s.ovn.org",
        "egressips.k8s.ovn.org",
        "egressqoses.k8s.ovn.org",
    )
    #: EgressFirewalls have a status subresource (CNO 4.15 bindata/network/ovn-kubernetes/common/001-crd.yaml)
    egress_firewall_status: bool = False
    #: DaemonSet network-node-identity (always) and its webhook (with OVN-Kubernetes only)
    node_identity: bool = False
    #: DaemonSet openshift-network-operator/iptables-alerter
    iptables_alerter: bool = False
    #: what ClusterOperator network's Upgradeable depends on
    network_upgradeable: Literal["always", "kuryr", "sdn", "sdn_and_migration"] = "always"
    #: level MachineConfig takes part in Progressing and Degraded
    network_machine_config_level: bool = False

    # Machine config operator.

    #: messages of a pool's conditions
    pool_updated: str = "All nodes are updated with {name}"
    pool_updating: str = "All nodes are updating to {name}"
    pool_paused: str = "Pool is paused; will not update to {name}"
    #: message behind ``Failed to resync <version> because:`` while the master pool is paused with a change pending
    required_pool_paused: str = "Required MachineConfigPool '{pool}' is paused and can not sync until it is unpaused"
    #: types of conditions that every pool carries
    pool_conditions: tuple[str, ...] = ("RenderDegraded", "NodeDegraded", "Degraded", "Updated", "Updating")
    #: what is said of a degraded pool, and of a required one that is not updated (pkg/operator/sync.go)
    pool_in_words: str = "pool"
    #: what Go calls a wait that has ended: the first of two errors
    wait_ended: str = "timed out waiting for the condition"
    #: ``/etc/kubernetes/kubelet-ca.crt`` is in the MachineConfigs; otherwise the daemons write it from the
    #: ControllerConfig (pkg/daemon/certificate_writer.go)
    kubelet_ca_rendered: bool = True
    #: the node controller gives a new target only to nodes that are Ready and schedulable
    candidates_are_ready: bool = False
    #: seconds that a sync waits for degraded pools and for the required one: 600, times the number of masters where
    #: ``per_master``
    required_pools_timeout: int = 600
    required_pools_timeout_per_master: bool = False
    #: ClusterOperator machine-config is Upgradeable=False, PoolUpdating, during a rollout
    pool_updating_blocks_upgrade: bool = True
    #: second container of the machine-config-daemon (and of the machine-config-controller)
    mcd_second_container: Literal["oauth-proxy", "kube-rbac-proxy"] = "oauth-proxy"
    #: the machine-config-operator's pod has the second container too
    operator_second_container: bool = False
    #: liveness probe on 127.0.0.1:8798/health
    mcd_liveness_probe: bool = False
    #: static pods kube-rbac-proxy-crio-<node>
    kube_rbac_proxy_crio: bool = False
    #: ``/etc/sysctl.d/forward.conf`` is rendered for every plugin, or only for OpenShift SDN
    forward_conf: Literal["always", "sdn"] = "always"

    @property
    def minor(self) -> str:
        """``4.14``."""
        return self.build.minor

    @property
    def version(self) -> str:
        """``4.14.31``."""
        return self.build.version

    @property
    def kubernetes_version(self) -> str:
        return self.build.kubernetes_version

    @property
    def rhcos_version(self) -> str:
        return self.build.rhcos_version

    @property
    def os_image(self) -> str:
        return self.build.os_image

    @property
    def kernel_version(self) -> str:
        return self.build.kernel_version

    @property
    def container_runtime_version(self) -> str:
        return self.build.container_runtime_version

    @property
    def release_image(self) -> str:
        return self.build.release_image

    @property
    def mco_commit(self) -> str:
        return self.build.mco_commit

    @property
    def channel(self) -> str:
        return f"stable-{self.minor}"

    @property
    def kubernetes_minor(self) -> str:
        """``27``, as /version gives it."""
        return self.kubernetes_version.split(".")[1]

    def required_pools_seconds(self, *, masters: int) -> int:
        """How long MCO's sync loop waits for degraded pools and for the required one before it reports Degraded."""
        return self.required_pools_timeout * (masters if self.required_pools_timeout_per_master else 1)


def _builds(minor: str) -> list[Build]:
    """Oldest first."""
    return [build for build in BUILDS if build.minor == minor]


_4_12 = Profile(
    build=_builds("4.12")[0],
    ignition_version="3.2.0",
)

_4_13 = replace(
    _4_12,
    build=_builds("4.13")[0],
    cluster_network_expandable=True,
    candidates_are_ready=True,
)

_4_14 = replace(
    _4_13,
    build=_builds("4.14")[0],
    ignition_version="3.4.0",
    ovn_crds=(
        "adminpolicybasedexternalroutes.k8s.ovn.org",
        "egressfirewalls.k8s.ovn.org",
        "egressips.k8s.ovn.org",
        "egressqoses.k8s.ovn.org",
        "egressservices.k8s.ovn.org",
    ),
    ip_forwarding=True,
    node_trigger="any_update",
    multus_rolls_at_flip=False,
    ovn_control_plane="ovnkube-control-plane",
    node_identity=True,
    join_subnet_overlap=(
        "Whole or subset of v4InternalJoinSubnet CIDR {subnet} is already in use: CIDRs {subnet} and {cidr} overlap"
    ),
    join_subnet_small=(
        "v4InternalJoinSubnet {subnet} is not large enough for the maximum number of nodes which can be supported by "
        "ClusterNetwork"
    ),
    pool_updated="All nodes are updated with MachineConfig {name}",
    pool_updating="All nodes are updating to MachineConfig {name}",
    pool_paused="Pool is paused; will not update to MachineConfig {name}",
    required_pool_paused="error required MachineConfigPool {pool} is paused and cannot sync until it is unpaused",
    pool_in_words="MachineConfigPool",
    kubelet_ca_rendered=False,
    wait_ended="context deadline exceeded",
    required_pools_timeout_per_master=True,
    mcd_second_container="kube-rbac-proxy",
    operator_second_container=True,
    kube_rbac_proxy_crio=True,
    forward_conf="sdn",
)

_4_15 = replace(
    _4_14,
    build=_builds("4.15")[0],
    live_migration=True,
    config_conditions=True,
    egress_firewall_status=True,
    migration_mode=True,
    masquerade_subnets=True,
    ipsec="mode",
    kuryr=False,
    defaults_written_back=True,
    ovn_cluster_initiator=False,
    migration_change_rule="both_set",
    ipsec_frozen=False,
    node_trigger="labels_changed",
    degraded_on_conflict=False,
    network_machine_config_level=True,
)

_4_16 = replace(
    _4_15,
    build=_builds("4.16")[0],
    network_diagnostics=True,
    migration_mode_rule=True,
    ovn_subnets_by_family=True,
    ovn_value_rules=True,
    ovn_crds=(
        "adminnetworkpolicies.policy.networking.k8s.io",
        "adminpolicybasedexternalroutes.k8s.ovn.org",
        "baselineadminnetworkpolicies.policy.networking.k8s.io",
        "egressfirewalls.k8s.ovn.org",
        "egressips.k8s.ovn.org",
        "egressqoses.k8s.ovn.org",
        "egressservices.k8s.ovn.org",
    ),
    iptables_alerter=True,
    network_upgradeable="sdn",
    pool_conditions=(
        "RenderDegraded",
        "NodeDegraded",
        "Degraded",
        "Updated",
        "Updating",
        "PinnedImageSetsDegraded",
    ),
    pool_updating_blocks_upgrade=False,
    mcd_liveness_probe=True,
)

_4_17 = replace(
    _4_16,
    build=_builds("4.17")[0],
    ipsec="mode_and_full",
    feature_conversion="type_is_target",
    automatic_egress_ip="cidrs",
    egress_cidrs_from_primary_address=True,
    network_upgradeable="sdn_and_migration",
    sdn_supported=False,
    initial_network_type="OVNKubernetes",
)

#: minor version to the profile of its first build
_FIRST: dict[str, Profile] = {profile.minor: profile for profile in (_4_12, _4_13, _4_14, _4_15, _4_16, _4_17)}


def _profile(build: Build) -> Profile:
    profile = replace(_FIRST[build.minor], build=build)
    for change in CHANGES:
        if change.minor == build.minor and change.merged <= build.built:
            profile = replace(profile, **change.fields)
    return profile


#: by build, ``4.14.31``, oldest first
BY_BUILD: dict[str, Profile] = {build.version: _profile(build) for build in BUILDS}
#: by minor version, ``4.14``: its last build
PROFILES: dict[str, Profile] = {profile.minor: profile for profile in BY_BUILD.values()}


class UnknownVersion(ValueError):
    """No profile for that version."""


def profile_for(version: str) -> Profile:
    """The profile of a build (``4.14.31``), or of the last build of a minor version (``4.14``).

    ``UnknownVersion`` when there is none: between two builds nothing is guessed.
    """
    found = PROFILES.get(version) or BY_BUILD.get(version)
    if found is None:
        raise UnknownVersion(
            f"no profile for OpenShift {version}; there are {', '.join(PROFILES)} and the builds {', '.join(BY_BUILD)}"
        )
    return found
