"""Which workloads a cluster runs, as data: the platform's, those of each network plugin, and a few of users.

``manifest`` makes the DaemonSet, Deployment or StatefulSet of a workload; behaviours make objects and pods from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.simulator.manifests.platform import platform
from tests.simulator.manifests.templates import CNO_NON_CRITICAL, CNO_STATUS_LABEL, manifest, pod_spec
from tests.simulator.manifests.workload import Kind, Where, Workload, app
from tests.simulator.profiles import Profile
from tests.simulator.topology import Topology

__all__ = [
    "CNO_NON_CRITICAL",
    "CNO_STATUS_LABEL",
    "Kind",
    "Where",
    "Workload",
    "manifest",
    "multus",
    "platform_workloads",
    "plugin_configuration",
    "plugin_workloads",
    "pod_spec",
]


def platform_workloads(profile: Profile, topology: Topology) -> list[Workload]:
    """What runs whichever network plugin is active, users' applications included."""
    network_type = profile.initial_network_type
    return [
        *_network_common(profile, network_type=network_type),
        *_machine_config(profile),
        *platform(topology),
    ]


def plugin_workloads(network_type: str, profile: Profile, topology: Topology) -> list[Workload]:
    """What the network operator runs for one plugin, in that plugin's namespace."""
    return list(_sdn() if network_type == "OpenShiftSDN" else _ovn(profile, topology))


def multus(profile: Profile, *, network_type: str) -> Workload:
    """The DaemonSet multus while ``network_type`` is active.

    Up to 4.13 the plugin's configuration file is an argument, so the template differs between the plugins and it rolls
    at the flip; since 4.14 it is in ConfigMap openshift-multus/multus-daemon-config.
    """
    arguments: tuple[str, ...] = ()
    if profile.multus_rolls_at_flip:
        arguments = (f"--readiness-indicator-file=/var/run/multus/cni/net.d/{plugin_configuration(network_type)}",)
    return Workload(
        "DaemonSet",
        "openshift-multus",
        "multus",
        ("kube-multus",),
        app("multus"),
        "all",
        host_network=True,
        host_pid=not profile.multus_rolls_at_flip,
        tracked=True,
        tolerates_all=True,
        operator="network",
        priority="system-node-critical",
        grace_seconds=10,
        arguments=arguments,
    )


def plugin_configuration(network_type: str) -> str:
    """The file that a plugin writes when it is up on a node."""
    return "80-openshift-network.conf" if network_type == "OpenShiftSDN" else "10-ovn-kubernetes.conf"


def _network_common(profile: Profile, *, network_type: str) -> Iterator[Workload]:
    yield multus(profile, network_type=network_type)
    base = Workload(
        "DaemonSet", "openshift-multus", "", (), (), "all", tracked=True, tolerates_all=True, operator="network"
    )
    yield replace(
        base,
        name="multus-additional-cni-plugins",
        labels=app("multus-additional-cni-plugins"),
        containers=("kube-multus-additional-cni-plugins",),
        init_containers=(
            "egress-router-binary-copy",
            "cni-plugins",
            "bond-cni-plugin",
            "routeoverride-cni",
            "whereabouts-cni-bincopy",
            "whereabouts-cni",
        ),
        host_network=True,
        priority="system-node-critical",
        grace_seconds=10,
    )
    yield replace(
        base,
        name="network-metrics-daemon",
        labels=app("network-metrics-daemon"),
        containers=("network-metrics-daemon", "kube-rbac-proxy"),
        non_critical=True,
        priority="system-node-critical",
    )
    yield replace(
        base,
        kind="Deployment",
        name="multus-admission-controller",
        labels=app("multus-admission-controller"),
        containers=("multus-admission-controller", "kube-rbac-proxy"),
        where="masters",
        replicas=2,
        tolerates_all=False,
        non_critical=True,
    )
    diagnostics = replace(base, namespace="openshift-network-diagnostics", non_critical=True)
    yield replace(
        diagnostics,
        kind="Deployment",
        name="network-check-source",
        labels=app("network-check-source"),
        containers=("check-endpoints",),
        where="workers",
        tolerates_all=False,
    )
    yield replace(
        diagnostics,
        name="network-check-target",
        labels=app("network-check-target"),
        containers=("network-check-target-container",),
    )
    yield from _network_by_version(profile, base=base)
    yield replace(
        base,
        kind="Deployment",
        namespace="openshift-network-operator",
        name="network-operator",
        labels=(("name", "network-operator"),),
        containers=("network-operator",),
        where="masters",
        host_network=True,
        tracked=False,
        priority="system-cluster-critical",
    )


def _network_by_version(profile: Profile, *, base: Workload) -> Iterator[Workload]:
    if profile.node_identity:
        yield replace(
            base,
            namespace="openshift-network-node-identity",
            name="network-node-identity",
            labels=app("network-node-identity"),
            containers=("webhook", "approver"),
            where="masters",
            host_network=True,
            priority="system-node-critical",
        )
    if profile.iptables_alerter:
        yield replace(
            base,
            namespace="openshift-network-operator",
            name="iptables-alerter",
            labels=app("iptables-alerter"),
            containers=("iptables-alerter",),
            host_network=True,
            host_pid=True,
            priority="openshift-user-critical",
        )


def _sdn() -> Iterator[Workload]:
    base = Workload(
        "DaemonSet",
        "openshift-sdn",
        "sdn",
        ("sdn", "kube-rbac-proxy"),
        app("sdn"),
        "all",
        host_network=True,
        host_pid=True,
        tracked=True,
        tolerates_all=True,
        operator="network",
        priority="system-node-critical",
    )
    yield base
    yield replace(
        base,
        name="sdn-controller",
        containers=("sdn-controller", "kube-rbac-proxy"),
        labels=app("sdn-controller"),
        where="masters",
        host_pid=False,
        priority="system-cluster-critical",
    )


def _ovn(profile: Profile, topology: Topology) -> Iterator[Workload]:
    has_interconnect = profile.ovn_control_plane == "ovnkube-control-plane"
    node = Workload(
        "DaemonSet",
        "openshift-ovn-kubernetes",
        "ovnkube-node",
        _OVN_NODE if has_interconnect else _OVN_NODE_BEFORE_INTERCONNECT,
        app("ovnkube-node"),
        "all",
        host_network=True,
        host_pid=True,
        init_containers=("kubecfg-setup",) if has_interconnect else (),
        tracked=True,
        tolerates_all=True,
        operator="network",
        priority="system-node-critical",
    )
    yield node
    if has_interconnect:
        yield replace(
            node,
            kind="Deployment",
            name="ovnkube-control-plane",
            containers=("kube-rbac-proxy", "ovnkube-cluster-manager"),
            init_containers=(),
            labels=app("ovnkube-control-plane"),
            where="masters",
            replicas=2 if len(topology.masters) > 1 else 1,
            host_pid=False,
            priority="system-cluster-critical",
        )
    else:
        yield replace(
            node,
            name="ovnkube-master",
            containers=("northd", "nbdb", "kube-rbac-proxy", "sbdb", "ovnkube-master", "ovn-dbchecker"),
            labels=app("ovnkube-master"),
            where="masters",
            host_pid=False,
            priority="system-cluster-critical",
            grace_seconds=200,
        )


_OVN_NODE = (
    "ovn-controller",
    "ovn-acl-logging",
    "kube-rbac-proxy-node",
    "kube-rbac-proxy-ovn-metrics",
    "northd",
    "nbdb",
    "sbdb",
    "ovnkube-controller",
)
_OVN_NODE_BEFORE_INTERCONNECT = (
    "ovn-controller",
    "ovn-acl-logging",
    "kube-rbac-proxy",
    "kube-rbac-proxy-ovn-metrics",
    "ovnkube-node",
)


def _machine_config(profile: Profile) -> Iterator[Workload]:
    second = profile.mcd_second_container
    base = Workload(
        "Deployment",
        "openshift-machine-config-operator",
        "machine-config-operator",
        ("machine-config-operator", second) if profile.operator_second_container else ("machine-config-operator",),
        (("k8s-app", "machine-config-operator"),),
        operator="machine-config",
    )
    yield base
    yield replace(
        base,
        name="machine-config-controller",
        containers=("machine-config-controller", second),
        labels=(("k8s-app", "machine-config-controller"),),
    )
    yield replace(
        base,
        kind="DaemonSet",
        name="machine-config-daemon",
        containers=("machine-config-daemon", second),
        labels=(("k8s-app", "machine-config-daemon"),),
        where="all",
        host_network=True,
        host_pid=True,
        tolerates_all=True,
        priority="system-node-critical",
        grace_seconds=600,
    )
    yield replace(
        base,
        kind="DaemonSet",
        name="machine-config-server",
        containers=("machine-config-server",),
        labels=(("k8s-app", "machine-config-server"),),
        host_network=True,
        tolerates_all=True,
    )
    if profile.kube_rbac_proxy_crio:
        yield replace(
            base,
            kind="StaticPod",
            name="kube-rbac-proxy-crio",
            containers=("kube-rbac-proxy-crio",),
            init_containers=("setup",),
            labels=(),
            where="all",
            host_network=True,
            tolerates_all=True,
            priority="system-cluster-critical",
        )
