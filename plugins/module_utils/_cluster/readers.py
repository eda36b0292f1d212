# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed reads: JSON becomes a dataclass here, at the door."""

from __future__ import annotations

from typing import Optional

from .._domain.errors import NotFound
from .._domain.migration.fields import OperatorFields
from .._domain.namespaces import going
from .._domain.networks import ConfigNetwork, Networks, OperatorNetwork
from .._domain.nodes import Node
from .._domain.pools.pool import Pool, RenderedConfig
from .._domain.versions import Version
from .kinds import (
    CLUSTER_VERSION,
    CRD,
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
)
from .port import Cluster


def networks(cluster: Cluster) -> Networks:
    return Networks(
        config=ConfigNetwork.from_json(cluster.get(NETWORK_CONFIG, "cluster")),
        operator=OperatorNetwork.from_json(cluster.get(NETWORK_OPERATOR, "cluster")),
    )


def operator_fields(cluster: Cluster) -> OperatorFields:
    return OperatorFields.from_json(cluster.get(CRD, NETWORK_OPERATOR.title))


def version(cluster: Cluster) -> Optional[Version]:
    return Version.from_json(cluster.get(CLUSTER_VERSION, "version"))


def nodes(cluster: Cluster) -> list[Node]:
    """Every node that the Machine Config Operator may configure: it leaves Windows nodes alone (machine-config-operator
    4.14, pkg/controller/node/node_controller.go), and their boots have nothing to do with the network plugin."""
    parsed = (Node.from_json(node) for node in cluster.list(NODE))
    return [node for node in parsed if node.labels.get("kubernetes.io/os") != "windows"]


def node(cluster: Cluster, name: str) -> Node:
    return Node.from_json(cluster.get(NODE, name))


def pools(cluster: Cluster) -> list[Pool]:
    return [Pool.from_json(pool) for pool in cluster.list(MACHINE_CONFIG_POOL)]


def rendered_config(cluster: Cluster, name: str) -> Optional[RenderedConfig]:
    """None when there is no such MachineConfig (a pool that has never rendered)."""
    if not name:
        return None
    try:
        return RenderedConfig.from_json(cluster.get(MACHINE_CONFIG, name))
    except NotFound:
        return None


def namespace_going(cluster: Cluster, name: str) -> Optional[bool]:
    """Whether the namespace is being deleted; None when there is none."""
    try:
        return going(cluster.get(NAMESPACE, name))
    except NotFound:
        return None


def namespace_exists(cluster: Cluster, name: str) -> bool:
    return namespace_going(cluster, name) is not None
