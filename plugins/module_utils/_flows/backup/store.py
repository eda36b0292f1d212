# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups in the cluster: put there whole or not at all, read back and checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..._cluster.kinds import CONFIG_MAP
from ..._cluster.port import Cluster
from ..._domain.backup import contents as backups
from ..._domain.backup.contents import Contents, Index
from ..._domain.errors import Conflict, MigrationError, NotFound, Refused
from ..._domain.moments import written
from ..._domain.records.journal import NAMESPACE
from ..records.config_maps import create
from . import chunks
from .files import PART


class Damaged(Refused):
    """A backup that is not what it was when it was made."""


class BackupStore:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def indexes(self) -> list[Index]:
        """Of all backups, oldest first.

        :raises Damaged: when one of them cannot be understood; it is never taken for absent then
        """
        found = []
        for config_map in self._cluster.list(CONFIG_MAP, namespace=NAMESPACE, labels=backups.INDEX_LABEL):
            try:
                found.append(Index.from_json(config_map))
            except ValueError as error:
                raise _damaged(config_map["metadata"]["name"], str(error), config_map) from error
        return sorted(found, key=lambda index: index.moment)

    def read(self, index: Index) -> Contents:
        """:raises Damaged: when a part is missing or is not what the index says"""
        pieces = []
        for name, checksum in index.parts.items():
            try:
                piece = str((self._config_map(name).get("data") or {}).get(PART, ""))
            except NotFound as error:
                raise _damaged(index.id, f"configmap {name} is missing") from error
            if backups.digest(piece) != checksum:
                raise _damaged(index.id, f"configmap {name} does not hold what was put into it")
            pieces.append(piece)
        try:
            text = chunks.decode(pieces, encoding=index.encoding)
            if backups.digest(text) != index.text_checksum:
                raise ValueError("its parts do not make the text that was saved")
            return Contents.from_text(text)
        except ValueError as error:
            raise _damaged(index.id, str(error)) from error

    def plan(
        self,
        contents: Contents,
        *,
        target: str,
        source_type: str,
        late: bool,
        indexes: Collection[Index],
        loans: Collection[str] = (),
    ) -> tuple[Index, chunks.EncodedChunks]:
        """The backup that ``put`` would make now, beside those of ``indexes``."""
        text = contents.to_text()
        encoded = chunks.encode(text)
        moment = self._cluster.now()
        taken = {index.id for index in indexes}
        name = backups.identifier(target, moment, taken=taken)
        index = Index(
            id=name,
            target=target,
            source_type=source_type,
            taken_at=written(moment),
            late=late,
            objects=len(contents.objects),
            encoding=encoded.encoding,
            checksum=contents.checksum,
            text_checksum=backups.digest(text),
            parts={
                backups.part_name(name, number): backups.digest(piece) for number, piece in enumerate(encoded.pieces)
            },
            loans=frozenset(loans),
        )
        return index, encoded

    def put(self, index: Index, encoded: chunks.EncodedChunks) -> Contents:
        """The parts first and the index last; then all of it is read back.

        :raises Damaged: when the cluster does not hold what was put there
        """
        for (name, _checksum), piece in zip(index.parts.items(), encoded.pieces):
            self._create(backups.sealed(name, {PART: piece}, backup=index.id))
        self._create(index.config_map())
        if Index.from_json(self._config_map(index.name)) != index:
            raise _damaged(index.id, "its index does not hold what was put into it")
        return self.read(index)

    def settle(self, index: Index) -> None:
        """Note that nothing of it is lost; see ``Index.settled_at``."""
        at = written(self._cluster.now())
        patch = {"metadata": {"annotations": {backups.SETTLED: at}}}
        self._cluster.merge(CONFIG_MAP, index.name, patch, namespace=NAMESPACE)

    def _create(self, config_map: Mapping[str, Any]) -> None:
        name = config_map["metadata"]["name"]
        try:
            create(self._cluster, config_map)
        except Conflict:
            # Our own first attempt, when its answer was lost on the way; anything else must not be overwritten.
            if self._config_map(name).get("data") != config_map["data"]:
                raise

    def _config_map(self, name: str) -> Mapping[str, Any]:
        return self._cluster.get(CONFIG_MAP, name, namespace=NAMESPACE)


def _damaged(backup: str, seen: str, config_map: Mapping[str, Any] | None = None) -> MigrationError:
    label = ((config_map or {}).get("metadata") or {}).get("labels") or {}
    name = label.get(backups.LABEL, backup)
    return Damaged(
        tried=f"use backup {name}",
        seen=f"{seen} (namespace {NAMESPACE})",
        remedy="Its files still hold it, where there are any. To give it up: oc delete configmap "
        f"-n {NAMESPACE} -l {backups.LABEL}={name}",
        facts={"damaged_backup": name},
    )
