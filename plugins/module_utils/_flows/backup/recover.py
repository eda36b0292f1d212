# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup that has gone with its namespace, put back from its files: as it was, or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..._cluster.kinds import CLUSTER_VERSION
from ..._cluster.port import Getter
from ..._domain.backup import contents as backups
from ..._domain.backup.contents import Contents, Index
from . import chunks
from .files import PART, STORED


@dataclass(frozen=True)
class FiledBackup:
    """A backup as its files hold it, in ``folder``."""

    folder: str
    index: Index
    contents: Contents
    encoded: chunks.EncodedChunks


@dataclass(frozen=True)
class Search:
    """``backup`` is the newest that can be used; ``unfit`` says of others why they cannot."""

    backup: Optional[FiledBackup] = None
    unfit: tuple[str, ...] = ()


def cluster_id(cluster: Getter) -> str:
    """What no two clusters have in common; "" when the cluster does not say."""
    return str((cluster.get(CLUSTER_VERSION, "version").get("spec") or {}).get("clusterID") or "")


def from_files(directory: str, *, target: str, cluster: str) -> Search:
    """The backup from before a migration to ``target``, of the cluster with that id.

    :param directory: as ``files.write_files`` was given it; it need not exist
    """
    parent = os.path.abspath(os.path.expanduser(directory))
    unfit: list[str] = []
    try:
        names = sorted(os.listdir(parent), reverse=True)
    except OSError:
        return Search()
    for name in names:
        folder = os.path.join(parent, name)
        if not name.startswith(f"{target.lower()}-") or not os.path.isfile(os.path.join(folder, STORED)):
            continue
        try:
            found = _read(folder, cluster=cluster)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            unfit.append(f"{folder} cannot be used: {error}")
            continue
        if found.index.target == target and not found.index.late:
            return Search(found, tuple(unfit))
    return Search(None, tuple(unfit))


def _read(folder: str, *, cluster: str) -> FiledBackup:
    """:raises ValueError: when it is of another cluster, or is not what it was when it was made"""
    with open(os.path.join(folder, STORED), encoding="utf-8") as stream:
        items: list[Mapping[str, Any]] = json.load(stream)["items"]
    *parts, last = items
    if not cluster or (last["metadata"].get("annotations") or {}).get(backups.CLUSTER) != cluster:
        raise ValueError("it is not a backup of this cluster")
    index = Index.from_json(last)
    held = {part["metadata"]["name"]: part["data"][PART] for part in parts}
    if {name: backups.digest(piece) for name, piece in held.items()} != dict(index.parts):
        raise ValueError("its parts are not those that were saved")
    pieces = tuple(held[name] for name in index.parts)
    text = chunks.decode(pieces, encoding=index.encoding)
    if backups.digest(text) != index.text_checksum:
        raise ValueError("its parts do not make the text that was saved")
    return FiledBackup(folder, index, Contents.from_text(text), chunks.EncodedChunks(index.encoding, pieces))
