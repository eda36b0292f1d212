# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the credential may do all that a migration does, asked before the first write.

What is asked for is in ``docs/rbac``, object by object; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._cluster.daemons import NAMESPACE as DAEMONS
from ..._cluster.kinds import (
    API_SERVICE,
    CLUSTER_AUTOSCALER,
    CLUSTER_OPERATOR,
    CLUSTER_VERSION,
    CONFIG_MAP,
    DAEMON_SET,
    DEPLOYMENT,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    JOB,
    LEASE,
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    NAMESPACE,
    NET_NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
    NODE_HEALTH_CHECK,
    NODE_NETWORK_POLICY,
    POD,
    Kind,
)
from ..._cluster.port import Access, Cluster
from ..._domain.records import journal
from ..rights import NEW_NAMESPACE, require_rights

NEEDED = (
    *(Access(verb, kind, name="cluster") for kind in (NETWORK_OPERATOR, NETWORK_CONFIG) for verb in ("get", "patch")),
    Access("get", CLUSTER_VERSION, name="version"),
    Access("list", CLUSTER_OPERATOR),
    Access("get", CLUSTER_OPERATOR, name="network"),
    Access("list", API_SERVICE),
    Access("list", NODE),
    Access("get", NODE),
    Access("list", POD),
    Access("list", JOB),
    Access("list", DEPLOYMENT),
    Access("list", MACHINE_CONFIG_POOL),
    Access("get", MACHINE_CONFIG_POOL),
    Access("patch", MACHINE_CONFIG_POOL),
    Access("get", MACHINE_CONFIG),
    Access("get", DAEMON_SET, namespace="openshift-multus"),
    Access("get", DEPLOYMENT, namespace="openshift-ovn-kubernetes"),
    # Over a WebSocket it is a GET, and from Kubernetes 1.35 on create is wanted for that as well.
    Access("get", POD, subresource="exec", namespace=DAEMONS),
    Access("create", POD, subresource="exec", namespace=DAEMONS),
    Access("get", POD, subresource="log", namespace=DAEMONS),
    Access("list", NAMESPACE),
    Access("get", NAMESPACE),
    Access("delete", NAMESPACE, name="openshift-sdn"),
    Access("delete", NAMESPACE, name="openshift-ovn-kubernetes"),
    Access("get", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("list", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("create", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("patch", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("get", LEASE, namespace=journal.NAMESPACE),
    Access("create", LEASE, namespace=journal.NAMESPACE),
    Access("update", LEASE, namespace=journal.NAMESPACE),
)
#: What is borrowed, or put back after an undone migration, where there are objects of that kind.
BY_KIND: Mapping[Kind, tuple[Access, ...]] = {
    MACHINE_HEALTH_CHECK: (Access("get", MACHINE_HEALTH_CHECK), Access("patch", MACHINE_HEALTH_CHECK)),
    NODE_HEALTH_CHECK: (Access("get", NODE_HEALTH_CHECK), Access("patch", NODE_HEALTH_CHECK)),
    CLUSTER_AUTOSCALER: (Access("get", CLUSTER_AUTOSCALER), Access("patch", CLUSTER_AUTOSCALER)),
    NODE_NETWORK_POLICY: tuple(Access(verb, NODE_NETWORK_POLICY) for verb in ("get", "delete", "create")),
    HOST_SUBNET: (Access("get", HOST_SUBNET), Access("patch", HOST_SUBNET)),
    NET_NAMESPACE: (Access("get", NET_NAMESPACE), Access("patch", NET_NAMESPACE)),
    EGRESS_NETWORK_POLICY: (Access("create", EGRESS_NETWORK_POLICY),),
}


def require_all(cluster: Cluster) -> None:
    """:raises Forbidden: naming every right that is missing"""
    require_rights(cluster, (*NEEDED, NEW_NAMESPACE), tried="start a migration")
