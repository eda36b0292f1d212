"""Which workloads a cluster runs: the platform's, those of each network plugin, and a few of users.

``manifest`` makes the DaemonSet, Deployment or StatefulSet of a workload; behaviours make objects and pods from it.
"""

from __future__ import annotations

from dataclasses import asdict

from tests.simulator.manifests.tables import Facts, counts, workloads
from tests.simulator.manifests.templates import CNO_NON_CRITICAL, CNO_STATUS_LABEL, manifest, pod_spec
from tests.simulator.manifests.workload import Kind, Where, Workload
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
    "third_parties",
]

#: what runs beside the network and the machine configuration
_PLATFORM = ("control_plane", "on_premises", "host_daemons", "services", "operators", "monitoring", "users")
_PLUGINS = {"OpenShiftSDN": "openshift_sdn", "OVNKubernetes": "ovn_kubernetes"}


def platform_workloads(profile: Profile, topology: Topology) -> list[Workload]:
    """What runs whichever network plugin is active, users' applications included."""
    facts = _facts(profile, topology)
    tables = ("network", "machine_config", *_PLATFORM)
    runs_anyway = [workload for table in tables for workload in workloads(table, facts)]
    return [multus(profile, network_type=profile.initial_network_type), *runs_anyway]


def plugin_workloads(network_type: str, profile: Profile, topology: Topology) -> list[Workload]:
    """What the network operator runs for one plugin, in that plugin's namespace."""
    return workloads(_PLUGINS[network_type], _facts(profile, topology))


def third_parties() -> list[Workload]:
    """The servers of the webhooks that ``--with webhooks`` brings (seed/webhooks.py)."""
    return workloads("third_parties", {})


def multus(profile: Profile, *, network_type: str) -> Workload:
    """The DaemonSet multus while ``network_type`` is active."""
    facts = {**asdict(profile), "plugin_configuration": plugin_configuration(network_type)}
    return workloads("multus", facts)[0]


def plugin_configuration(network_type: str) -> str:
    """The file that a plugin writes when it is up on a node."""
    return "80-openshift-network.conf" if network_type == "OpenShiftSDN" else "10-ovn-kubernetes.conf"


def _facts(profile: Profile, topology: Topology) -> Facts:
    interconnect = profile.ovn_control_plane == "ovnkube-control-plane"
    return {**asdict(profile), **counts(topology), "interconnect": interconnect}
