# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of ``port.Cluster`` that asks the API something, once each, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NODE,
    POD,
    SIGNING_REQUEST,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access, Cluster

BODY = {"metadata": {"name": "it"}}
#: What asks nothing of the cluster.
SILENT = frozenset({"oauth_token", "secrets"})
CALLS = MappingProxyType(
    {
        "get": lambda cluster: cluster.get(NODE, "worker-0"),
        "list": lambda cluster: cluster.list(NODE),
        "create": lambda cluster: cluster.create(CONFIG_MAP, BODY, namespace="web"),
        "merge": lambda cluster: cluster.merge(CONFIG_MAP, "it", {"data": {"a": "b"}}, namespace="web"),
        "edit": lambda cluster: cluster.edit(CONFIG_MAP, "it", [{"op": "remove", "path": "/data/a"}], namespace="web"),
        "replace": lambda cluster: cluster.replace(CONFIG_MAP, BODY, namespace="web"),
        "approve": lambda cluster: cluster.approve(SIGNING_REQUEST, "it", BODY),
        "delete": lambda cluster: cluster.delete(CONFIG_MAP, "it", namespace="web"),
        "now": lambda cluster: cluster.now(),
        "execute": lambda cluster: cluster.execute("web-0", ["true"], namespace="web", container="main", timeout=0.1),
        "log_tail": lambda cluster: cluster.log_tail("web-0", namespace="web", container="main", lines=5),
        "ready": lambda cluster: cluster.ready(),
        "allowed": lambda cluster: cluster.allowed(Access("list", POD)),
        "rules": lambda cluster: cluster.rules("web"),
        "discover": lambda cluster: cluster.discover("Deployment", "apps/v1"),
    }
)
Ask = Callable[[Cluster], Any]
