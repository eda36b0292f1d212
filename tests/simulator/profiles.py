"""How the minor versions of OpenShift differ, as far as a client of the API can see it.

Every field says what it is about; each version is written as what it changes in the one before it. Shorthand of the
sources: CNO is openshift/cluster-network-operator, MCO openshift/machine-config-operator, API openshift/api, each at
the branch of the version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Profile:
    """One minor version. Texts with ``{name}`` are filled by ``str.format``."""

    # What the release calls itself and its parts.

    #: ``4.14``
    minor: str
    #: ``4.14.31``: ClusterVersion, versions of the ClusterOperators
    version: str
    #: the kubelet's and the API server's version, ``v1.27.15+…``
    kubernetes_version: str
    #: ``414.92.…-0``, the version of Red Hat Enterprise Linux CoreOS
    rhcos_version: str
    #: ``status.nodeInfo`` of a node
    os_image: str
    kernel_version: str
    container_runtime_version: str
    release_image: str
    #: commit of the machine-config-operator: annotation ``…/generated-by-controller-version`` and the
    #: ControllerConfig's conditions
    mco_commit: str
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
    #: ``ovnKubernetesConfig.gatewayConfig.ipForwarding``, masquerade, join and transit subnets per family
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
    network_upgradeable: Literal["always", "kuryr", "sdn_and_migration"] = "always"
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
    #: seconds that a sync waits for the master pool: 600, times the number of masters where ``per_master``
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
    def channel(self) -> str:
        return f"stable-{self.minor}"

    @property
    def kubernetes_minor(self) -> str:
        """``27``, as /version gives it."""
        return self.kubernetes_version.split(".")[1]

    def required_pools_seconds(self, *, masters: int) -> int:
        """How long MCO's sync loop waits for the master pool before it gives up and reports Degraded."""
        return self.required_pools_timeout * (masters if self.required_pools_timeout_per_master else 1)


def _image(digest: str) -> str:
    return f"quay.io/openshift-release-dev/ocp-release@sha256:{digest}"


_4_12 = Profile(
    minor="4.12",
    version="4.12.40",
    kubernetes_version="v1.25.14+20cda61",
    rhcos_version="412.86.202310170023-0",
    os_image="Red Hat Enterprise Linux CoreOS 412.86.202310170023-0 (Ootpa)",
    kernel_version="4.18.0-372.76.1.el8_6.x86_64",
    container_runtime_version="cri-o://1.25.4-4.1.rhaos4.12.gitb9319a2.el8",
    release_image=_image("5b4fd2a83fd0f4cac4a6ec4a2b44aec0a7b3a2a5a0a9a3ecb9ef3cf1e5c8a412"),
    mco_commit="1d4cfffa5e2ab9b7b8bbc4dcb7a1d29d73f1e0a6",
    ignition_version="3.2.0",
)

_4_13 = replace(
    _4_12,
    minor="4.13",
    version="4.13.9",
    kubernetes_version="v1.26.6+6bf3f75",
    rhcos_version="413.92.202308091852-0",
    os_image="Red Hat Enterprise Linux CoreOS 413.92.202308091852-0 (Plow)",
    kernel_version="5.14.0-284.25.1.el9_2.x86_64",
    container_runtime_version="cri-o://1.26.4-3.rhaos4.13.git615a02c.el9",
    release_image=_image("96bf74ce789ccb22391deea98e0c5050c41b67cc17defbb38089d32226dba413"),
    mco_commit="c4f1d3b0a8e97f25d6b3e1c2a7f4958b60d2e1f3",
)

_4_14 = replace(
    _4_13,
    minor="4.14",
    version="4.14.31",
    kubernetes_version="v1.27.15+6147456",
    rhcos_version="414.92.202407091253-0",
    os_image="Red Hat Enterprise Linux CoreOS 414.92.202407091253-0 (Plow)",
    kernel_version="5.14.0-284.73.1.el9_2.x86_64",
    container_runtime_version="cri-o://1.27.7-3.rhaos4.14.git674563e.el9",
    release_image=_image("2f19a2f5e9b4a6a3f3d1e8a2c6b8f4d7e1a0c5b9d8e7f6a5b4c3d2e1f0a9b414"),
    mco_commit="00b2e0b1d1f4a2c7b7c1e8f0a3d5b6c9e2f4a7d8",
    ignition_version="3.4.0",
    ovn_subnets_by_family=True,
    ovn_crds=(
        "adminpolicybasedexternalroutes.k8s.ovn.org",
        "egressfirewalls.k8s.ovn.org",
        "egressips.k8s.ovn.org",
        "egressqoses.k8s.ovn.org",
        "egressservices.k8s.ovn.org",
    ),
    node_trigger="any_update",
    multus_rolls_at_flip=False,
    ovn_control_plane="ovnkube-control-plane",
    node_identity=True,
    network_upgradeable="kuryr",
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
    required_pools_timeout_per_master=True,
    mcd_second_container="kube-rbac-proxy",
    operator_second_container=True,
    kube_rbac_proxy_crio=True,
    forward_conf="sdn",
)

_4_15 = replace(
    _4_14,
    minor="4.15",
    version="4.15.33",
    kubernetes_version="v1.28.13+2ca1a23",
    rhcos_version="415.92.202409101905-0",
    os_image="Red Hat Enterprise Linux CoreOS 415.92.202409101905-0 (Plow)",
    kernel_version="5.14.0-284.84.1.el9_2.x86_64",
    container_runtime_version="cri-o://1.28.10-3.rhaos4.15.git368cd23.el9",
    release_image=_image("8f3b1d7a6c5e4f2091a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d415"),
    mco_commit="aaa0f9334d2b8e7c6f5a1b0c9d8e7f6a5b4c3d2e",
    live_migration=True,
    config_conditions=True,
    egress_firewall_status=True,
    migration_mode=True,
    ipsec="mode",
    kuryr=False,
    defaults_written_back=True,
    ovn_cluster_initiator=False,
    migration_change_rule="both_set",
    ipsec_frozen=False,
    node_trigger="labels_changed",
    degraded_on_conflict=False,
    network_upgradeable="always",
    network_machine_config_level=True,
)

_4_16 = replace(
    _4_15,
    minor="4.16",
    version="4.16.24",
    kubernetes_version="v1.29.10+67d3387",
    rhcos_version="416.94.202411201433-0",
    os_image="Red Hat Enterprise Linux CoreOS 416.94.202411201433-0",
    kernel_version="5.14.0-427.47.1.el9_4.x86_64",
    container_runtime_version="cri-o://1.29.10-3.rhaos4.16.git319967e.el9",
    release_image=_image("1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1416"),
    mco_commit="7327bb23f6e5d4c3b2a190887766554433221100",
    network_diagnostics=True,
    migration_mode_rule=True,
    ovn_value_rules=True,
    ipsec="mode_and_full",
    feature_conversion="type_is_target",
    automatic_egress_ip="cidrs",
    egress_cidrs_from_primary_address=True,
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
    network_upgradeable="sdn_and_migration",
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
    minor="4.17",
    version="4.17.9",
    kubernetes_version="v1.30.6",
    rhcos_version="417.94.202412040832-0",
    os_image="Red Hat Enterprise Linux CoreOS 417.94.202412040832-0",
    kernel_version="5.14.0-427.47.1.el9_4.x86_64",
    container_runtime_version="cri-o://1.30.7-2.rhaos4.17.git2391edc.el9",
    release_image=_image("9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9417"),
    mco_commit="5a1f0c9e8d7b6a594837261504f3e2d1c0b9a897",
    sdn_supported=False,
    initial_network_type="OVNKubernetes",
)

PROFILES: dict[str, Profile] = {profile.minor: profile for profile in (_4_12, _4_13, _4_14, _4_15, _4_16, _4_17)}


class UnknownVersion(ValueError):
    """No profile for that minor version."""


def profile_for(minor: str) -> Profile:
    """The profile of ``4.14`` (or of ``4.14.31``: the minor version decides); ``UnknownVersion`` when there is none."""
    wanted = ".".join(minor.split(".")[:2])
    try:
        return PROFILES[wanted]
    except KeyError:
        raise UnknownVersion(f"no profile for OpenShift {minor}; there are {', '.join(PROFILES)}") from None
