# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the credential may do all that a migration does, asked before the first write."""

from __future__ import annotations

from ..._cluster.daemons import NAMESPACE as DAEMONS
from ..._cluster.kinds import (
    CLUSTER_OPERATOR,
    CONFIG_MAP,
    DAEMON_SET,
    LEASE,
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
    POD,
)
from ..._cluster.port import Access, Cluster
from ..._domain.records import journal
from ..rights import require_rights

NEEDED = (
    Access("patch", NETWORK_OPERATOR),
    Access("patch", NETWORK_CONFIG),
    Access("list", NODE),
    Access("list", POD),
    Access("list", CLUSTER_OPERATOR),
    Access("list", MACHINE_CONFIG_POOL),
    Access("get", MACHINE_CONFIG),
    Access("get", DAEMON_SET, namespace="openshift-multus"),
    # Over a WebSocket it is a GET, and from Kubernetes 1.35 on create is wanted for that as well.
    Access("get", POD, subresource="exec", namespace=DAEMONS),
    Access("create", POD, subresource="exec", namespace=DAEMONS),
    Access("create", NAMESPACE),
    Access("delete", NAMESPACE),
    Access("get", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("create", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("patch", CONFIG_MAP, namespace=journal.NAMESPACE),
    Access("get", LEASE, namespace=journal.NAMESPACE),
    Access("create", LEASE, namespace=journal.NAMESPACE),
    Access("update", LEASE, namespace=journal.NAMESPACE),
)


def require_all(cluster: Cluster) -> None:
    """:raises Forbidden: naming every right that is missing"""
    require_rights(cluster, NEEDED, tried="start a migration")
