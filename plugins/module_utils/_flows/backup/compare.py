# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare a backup with the cluster as it is, and tell which differences OpenShift's operators have made; read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..._cluster.port import Cluster
from ..._domain.backup import contents as backups
from ..._domain.backup.compare import Difference
from ..._domain.backup.configuration import configuration
from ..._domain.backup.contents import Contents, Index
from ..._domain.backup.explanations import explained
from ..._domain.errors import Refused
from ..._domain.verdicts import counted
from ..outcome import Outcome
from .collect import collect_objects, extra_kinds_of
from .make import StoredBackup
from .store import BackupStore


def compare(cluster: Cluster, *, target: str, backup: Optional[str]) -> Outcome:
    """
    :param backup: the id of the backup; None for the newest that was made before a migration to ``target`` began
    :raises Refused: when there is no such backup
    :raises Damaged: when it is not what it was when it was made
    """
    comparison = read_comparison(cluster, target=target, backup=backup)
    return Outcome(facts=comparison.facts())


@dataclass(frozen=True)
class Comparison:
    """A backup beside the cluster as it is."""

    index: Index
    contents: Contents
    differences: tuple[Difference, ...]

    def facts(self) -> dict[str, Any]:
        unexplained = sum(difference.explanation is None for difference in self.differences)
        compared_objects = counted(len(configuration(self.contents.objects)), "object")
        return {
            **StoredBackup(self.index, self.contents).facts(),
            "differences": [difference.to_json() for difference in self.differences],
            "unexplained": unexplained,
            "summary": f"{compared_objects} compared with backup {self.index.id}: "
            f"{counted(len(self.differences), 'difference')}, {unexplained} of them without an explanation",
            "files": [],
        }


def read_comparison(cluster: Cluster, *, target: str, backup: Optional[str]) -> Comparison:
    """:raises: as ``compare``"""
    store = BackupStore(cluster)
    index = _chosen(store, target=target, backup=backup)
    return compare_contents(cluster, index, store.read(index))


def compare_contents(cluster: Cluster, index: Index, contents: Contents) -> Comparison:
    now = collect_objects(cluster, extra=extra_kinds_of(contents.objects))
    return Comparison(index, contents, explained(contents.objects, now.objects))


def _chosen(store: BackupStore, *, target: str, backup: Optional[str]) -> Index:
    indexes = store.indexes()
    if backup:
        index = next((index for index in indexes if index.id == backup), None)
    else:
        index = backups.newest([index for index in indexes if not index.late], target=target)
    if index is None:
        known = ", ".join(index.id for index in indexes) or "none"
        raise Refused(
            tried=f"find backup {backup}" if backup else f"find a backup from before a migration to {target}",
            seen=f"there is none in the cluster (backups: {known})",
            remedy="Give the id of one that there is, or make one with state=present.",
        )
    return index
