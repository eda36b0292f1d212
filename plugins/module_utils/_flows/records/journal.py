# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration's journal, a ConfigMap in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from ..._cluster.kinds import CONFIG_MAP, NETWORK_CONFIG
from ..._cluster.port import Cluster, Getter
from ..._cluster.readers import networks
from ..._domain.errors import BeingDeleted, MigrationError, NotFound
from ..._domain.networks import Networks
from ..._domain.nodes import Node
from ..._domain.records import journal as journals
from ..._domain.records.journal import Journal
from ..waiting.clock import Clock
from .config_maps import keep


def read(cluster: Getter, *, seen: Networks) -> Optional[Journal]:
    """The journal; without its ConfigMap, what the flip has left at the object that it flipped.

    :param seen: the networks as they are
    :raises MigrationError: when it is there and cannot be understood; it is never taken for absent then
    """
    try:
        config_map = cluster.get(CONFIG_MAP, journals.NAME, namespace=journals.NAMESPACE)
    except NotFound:
        return _left_at_the_flip(seen.config.annotations)
    try:
        return Journal.from_json(config_map)
    except ValueError as error:
        raise _strange(f"configmap {journals.NAMESPACE}/{journals.NAME}", error) from error


def _left_at_the_flip(annotations: Mapping[str, str]) -> Optional[Journal]:
    if journals.ANNOTATION not in annotations:
        return None
    try:
        return Journal.from_annotation(annotations[journals.ANNOTATION])
    except ValueError as error:
        raise _strange(f"annotation {journals.ANNOTATION} of {NETWORK_CONFIG.title} cluster", error) from error


def _strange(where: str, error: ValueError) -> MigrationError:
    return MigrationError(
        tried=f"understand the journal in {where}",
        seen=str(error),
        remedy="Restore it, or delete it: without it every node counts as not rebooted. "
        f"('oc -n {journals.NAMESPACE} delete configmap {journals.NAME}', 'oc annotate network.config cluster "
        f"{journals.ANNOTATION}-')",
    )


def current(cluster: Cluster, *, seen: Networks) -> Optional[Journal]:
    """The journal when it belongs to the migration that the cluster is in."""
    journal = read(cluster, seen=seen)
    return journal if journal and journal.speaks_of(seen) else None


def record(cluster: Cluster, nodes: Sequence[Node], *, target: str, clock: Clock) -> Journal:
    """Write down the boots that the nodes are on. To be called before the flip, never after it."""
    boot_ids = {node.name: node.boot_id for node in nodes}
    journal = Journal(target=target, boot_ids=boot_ids, recorded_at=clock.timestamp())
    body = journal.to_json()
    keep(cluster, {**body, "data": {"closed_at": None, **body["data"]}})
    return journal


def close(cluster: Cluster, *, seen: Networks, target: str, clock: Clock, write: bool) -> bool:
    """Mark the record as history, so that a later migration never takes these boot ids for its own.

    :param seen: the networks as they were after the last flip
    :param write: False to only find out
    :returns: whether that has, or had, to be written
    """
    journal = read(cluster, seen=seen)
    if journal is None or journal.target != target or journal.closed_at is not None:
        return False
    if write:
        _mark_closed(cluster, clock)
        if journals.ANNOTATION in seen.config.annotations:
            cluster.merge(NETWORK_CONFIG, "cluster", {"metadata": {"annotations": {journals.ANNOTATION: None}}})
    return True


def _mark_closed(cluster: Cluster, clock: Clock) -> None:
    data = {"data": {"closed_at": clock.timestamp()}}
    try:
        cluster.merge(CONFIG_MAP, journals.NAME, data, namespace=journals.NAMESPACE)
    except NotFound:
        # What was read was the copy at the flipped object, and that goes now.
        return


def recorded_or_current(
    cluster: Cluster, nodes: Sequence[Node], *, clock: Clock, write: bool
) -> Optional[Mapping[str, str]]:
    """Boot ids to compare with when rebooting for a migration; None when the cluster is not between flip and clean-up.

    A flip made by hand has left no record. Then today's boots are recorded (when ``write``), so that a second run
    knows which nodes the first one has rebooted; a node that was rebooted by hand since the flip reboots once more.
    """
    seen = networks(cluster)
    journal = current(cluster, seen=seen)
    if journal:
        return journal.boot_ids
    flipped = seen.operator.migrating_to is not None and seen.operator.migrating_to == seen.config.spec_type
    if not flipped:
        return None
    if write:
        try:
            return record(cluster, nodes, target=seen.config.spec_type, clock=clock).boot_ids
        except BeingDeleted:
            # The nodes cannot wait for it: the namespace may hang until they have rebooted.
            return {node.name: node.boot_id for node in nodes}
    return {node.name: node.boot_id for node in nodes}
