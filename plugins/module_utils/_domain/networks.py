# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two Network objects: what the cluster's owner wants (config) and what the operator is told (operator)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

SDN = "OpenShiftSDN"
OVN = "OVNKubernetes"
TYPES = (OVN, SDN)
#: The block of ``spec.defaultNetwork`` that belongs to a type.
CONFIG_BLOCK = {SDN: "openshiftSDNConfig", OVN: "ovnKubernetesConfig"}
NAMESPACE = {SDN: "openshift-sdn", OVN: "openshift-ovn-kubernetes"}
#: Its mere presence makes the operator treat a change of networkType as a live migration
#: (cluster-network-operator 4.16, pkg/controller/clusterconfig).
LIVE_ANNOTATION = "network.openshift.io/network-type-migration"


def other(network_type: str) -> str:
    """The type that one migrates from when ``network_type`` is the target."""
    return SDN if network_type == OVN else OVN


@dataclass(frozen=True)
class ConfigNetwork:
    """``networks.config.openshift.io cluster``; ``acknowledged`` is ``status.migration.networkType``."""

    spec_type: str
    status_type: str
    migrating: bool
    acknowledged: Optional[str]
    cluster_network: tuple[Mapping[str, Any], ...]
    applied_cluster_network: tuple[Mapping[str, Any], ...]
    service_network: tuple[str, ...]
    mtu: Optional[int]
    live: bool
    # Not compared: they are notes, and not what the network is.
    annotations: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def from_json(cls, network: Mapping[str, Any]) -> ConfigNetwork:
        spec, status = network.get("spec") or {}, network.get("status") or {}
        migration = status.get("migration")
        annotations = network["metadata"].get("annotations") or {}
        return cls(
            spec_type=spec.get("networkType", ""),
            status_type=status.get("networkType", ""),
            migrating=migration is not None,
            acknowledged=(migration or {}).get("networkType") or None,
            cluster_network=tuple(spec.get("clusterNetwork") or ()),
            applied_cluster_network=tuple(status.get("clusterNetwork") or ()),
            service_network=tuple(spec.get("serviceNetwork") or ()),
            mtu=status.get("clusterNetworkMTU"),
            live=LIVE_ANNOTATION in annotations,
            annotations=annotations,
        )


@dataclass(frozen=True)
class OperatorNetwork:
    """``networks.operator.openshift.io cluster``; ``migration`` None when ``spec.migration`` is not set.

    ``spec.migration`` is compared field by field: with ``mode: ""`` in it, 4.15 reads back more than was written.
    """

    default_type: str
    migration: Optional[Mapping[str, Any]]
    blocks: Mapping[str, Mapping[str, Any]]
    kube_proxy: Mapping[str, Any]
    spec: Mapping[str, Any]

    @classmethod
    def from_json(cls, network: Mapping[str, Any]) -> OperatorNetwork:
        spec = network.get("spec") or {}
        default = spec.get("defaultNetwork") or {}
        return cls(
            default_type=default.get("type", ""),
            migration=spec.get("migration"),
            blocks={name: default[name] for name in CONFIG_BLOCK.values() if default.get(name) is not None},
            kube_proxy=spec.get("kubeProxyConfig") or {},
            spec=spec,
        )

    @property
    def migrating_to(self) -> Optional[str]:
        return (self.migration or {}).get("networkType") or None

    def block(self, network_type: str) -> Mapping[str, Any]:
        return self.blocks.get(CONFIG_BLOCK[network_type], {})


@dataclass(frozen=True)
class Networks:
    config: ConfigNetwork
    operator: OperatorNetwork
