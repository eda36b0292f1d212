# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of what there is to convert, a ConfigMap beside the backup, which stays as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Optional

from ..._cluster.kinds import (
    CONFIG_MAP,
    EGRESS_FIREWALL,
    EGRESS_IP,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    NAMESPACE,
    NET_NAMESPACE,
    NODE,
    Kind,
)
from ..._cluster.port import Cluster, Json
from ..._domain.backup import contents
from ..._domain.backup.contents import Index
from ..._domain.backup.conversions import LiveObjects
from ..._domain.backup.convertible import to_convert
from ..._domain.backup.manifests import manifest
from ..._domain.errors import BeingDeleted, NotFound
from ..._domain.networks import OVN
from ..._domain.records.journal import NAMESPACE as OURS
from ..borrowing.ledger import list_if_served
from ..records.config_maps import keep
from . import chunks
from .store import BackupStore, Damaged

#: What is converted on the way to OVN-Kubernetes, and on the way back.
SOURCES = {True: (EGRESS_NETWORK_POLICY, NET_NAMESPACE, HOST_SUBNET), False: (EGRESS_FIREWALL, EGRESS_IP, NAMESPACE)}


def note(cluster: Cluster, *, target: str, begun: bool) -> tuple[str, ...]:
    """Record what there is to convert. Without a backup there is nothing to keep it for.

    :param begun: whether ``spec.migration`` is set, so that the operator may have converted some of it
    :returns: warnings: the migration does not depend on it
    """
    try:
        store = BackupStore(cluster)
        index = contents.last(store.indexes(), target=target)
        if index is None:
            return ()
        before = (noted(cluster, index) or store.read(index).objects) if begun else ()
        objects = to_convert(before, _sources(cluster, target=target), _results(cluster) if begun else LiveObjects({}))
        return _keep(cluster, index, objects)
    except (BeingDeleted, Damaged) as error:
        return (f"What there is to convert right now is not recorded: {error.message}",)


def noted(cluster: Cluster, index: Index) -> Optional[list[Json]]:
    """What was recorded last for the migration of that backup; None when nothing was.

    :raises Damaged: when it is not what was recorded
    """
    try:
        data = cluster.get(CONFIG_MAP, _name(index), namespace=OURS).get("data") or {}
    except NotFound:
        return None
    try:
        objects = json.loads(chunks.decode([data["objects"]], encoding=data["encoding"]))
        if contents.digest(json.dumps(objects, sort_keys=True)) != data["checksum"]:
            raise ValueError("its checksum is another one")
        return list(objects)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(
            tried=f"understand the record in configmap {OURS}/{_name(index)}",
            seen=f"it is not what was put there: {error}",
            remedy="Delete it; then the backup is what is compared with.",
        ) from error


def listed(cluster: Cluster, kind: Kind) -> list[Json]:
    """With the kind in each, which an object of a list does not tell."""
    return [{**body, "kind": kind.kind} for body in list_if_served(cluster, kind)]


def _sources(cluster: Cluster, *, target: str) -> list[Json]:
    return [manifest(body) for kind in SOURCES[target == OVN] for body in listed(cluster, kind)]


def _results(cluster: Cluster) -> LiveObjects:
    return LiveObjects({kind.kind: listed(cluster, kind) for kind in (EGRESS_IP, NODE)})


def _keep(cluster: Cluster, index: Index, objects: Sequence[Json]) -> tuple[str, ...]:
    text = json.dumps(objects, sort_keys=True)
    encoded = chunks.encode(text)
    if len(encoded.pieces) > 1:
        return ("What there is to convert right now is more than a ConfigMap holds, and is not recorded.",)
    keep(
        cluster,
        {
            "metadata": {"name": _name(index), "labels": {contents.LABEL: index.id}},
            "data": {"encoding": encoded.encoding, "objects": encoded.pieces[0], "checksum": contents.digest(text)},
        },
    )
    return ()


def _name(index: Index) -> str:
    return f"convertible-{index.id}"
