# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records that outlive the controller: ConfigMaps in the collection's own namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._cluster.kinds import CONFIG_MAP, NAMESPACE
from ..._cluster.port import Cluster, Json
from ..._domain.errors import Conflict, NotFound
from ..._domain.records.journal import NAMESPACE as OURS


def keep(cluster: Cluster, config_map: Mapping[str, Any]) -> Json:
    """Create the ConfigMap (``metadata`` with name and labels, ``data``), or set its keys when it is there.

    A key whose value is None is removed; keys that are not named stay.
    """
    metadata = {**config_map["metadata"], "namespace": OURS}
    patch = {"metadata": {"labels": metadata.get("labels") or {}}, "data": config_map.get("data") or {}}
    try:
        return cluster.merge(CONFIG_MAP, metadata["name"], patch, namespace=OURS)
    except NotFound:
        body = {**config_map, "metadata": metadata, "data": _present(config_map.get("data") or {})}
    try:
        return create(cluster, body)
    except Conflict:
        return cluster.merge(CONFIG_MAP, metadata["name"], patch, namespace=OURS)


def create(cluster: Cluster, config_map: Mapping[str, Any]) -> Json:
    """Create the ConfigMap, and our namespace when that is what is missing."""
    try:
        return cluster.create(CONFIG_MAP, config_map, namespace=OURS)
    except NotFound:
        ensure_namespace(cluster)
    return cluster.create(CONFIG_MAP, config_map, namespace=OURS)


def ensure_namespace(cluster: Cluster) -> None:
    try:
        cluster.get(NAMESPACE, OURS)
    except NotFound:
        _create_namespace(cluster)


def _create_namespace(cluster: Cluster) -> None:
    try:
        cluster.create(NAMESPACE, {"metadata": {"name": OURS}})
    except Conflict:
        # Created by somebody else since we looked, or by our own first attempt before the answer was lost.
        return


def _present(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}
