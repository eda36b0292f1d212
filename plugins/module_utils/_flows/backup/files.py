# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup as files: manifests that ``kubectl apply`` takes, their checksums, and a page on how to use them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..._domain.backup import manifests
from ..._domain.backup.contents import CLUSTER, Contents, Index, digest, sealed
from ..._domain.errors import MigrationError
from ..._domain.networks import OVN
from . import chunks

MISSING: Optional[str] = None
try:
    import yaml
except ImportError:
    MISSING = traceback.format_exc()

SUMS = "SHA256SUMS"
README = "README.md"
PODS = "pods-in-error.txt"
#: The ConfigMaps of the cluster, from which it is put back when they are lost.
STORED = "configmaps.json"
PART = "part"
#: Of no use, or worse, to whoever applies it: the operator's memory of what it accepted last.
EVIDENCE = {"configmap.yaml": "what the Cluster Network Operator last accepted; to be read, never to be applied"}


@dataclass(frozen=True)
class WrittenFiles:
    """``paths`` in the order of the backup; ``differing`` are files that were there with another content."""

    paths: tuple[str, ...]
    changed: bool
    differing: tuple[str, ...] = ()


def files_of(index: Index, contents: Contents, *, cluster: str) -> dict[str, str]:
    """File names to texts, the same for the same backup on every machine.

    :param cluster: the id of the cluster that it is of
    """
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for body in contents.objects:
        grouped.setdefault(_file_of(body, index=index), []).append(manifests.manifest(body))
    files = {name: _dumped(bodies) for name, bodies in grouped.items()}
    files[PODS] = "".join(f"{pod}\n" for pod in contents.pods_in_error)
    files[STORED] = _stored(index, contents, cluster=cluster)
    files[README] = _page(index, contents, names=list(grouped))
    files[SUMS] = "".join(f"{digest(text)}  {name}\n" for name, text in files.items())
    return files


def write_files(directory: str, *, index: Index, contents: Contents, cluster: str, write: bool) -> WrittenFiles:
    """Make ``<directory>/<id>``, whole or not at all. One that is there stays as it is.

    :param cluster: the id of the cluster that it is of
    :param write: False to only find out
    :raises MigrationError: when the files cannot be written
    """
    folder = os.path.join(os.path.abspath(os.path.expanduser(directory)), index.id)
    files = files_of(index, contents, cluster=cluster)
    paths = tuple(os.path.join(folder, name) for name in files)
    if os.path.isdir(folder):
        return WrittenFiles(paths, changed=False, differing=tuple(_differing(folder, files)))
    if write:
        try:
            _make(folder, files)
        except OSError as error:
            raise MigrationError(
                tried=f"write the backup to {folder}",
                seen=str(error),
                remedy=f"It is in the cluster (configmap {index.name}). Make the directory writable and run again.",
            ) from error
    return WrittenFiles(paths, changed=True)


def _make(folder: str, files: Mapping[str, str]) -> None:
    parent = os.path.dirname(folder)
    os.makedirs(parent, mode=0o700, exist_ok=True)
    unfinished = tempfile.mkdtemp(prefix=f".{os.path.basename(folder)}.", dir=parent)
    try:
        for name, text in files.items():
            handle = os.open(os.path.join(unfinished, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _differing(folder: str, files: Mapping[str, str]) -> list[str]:
    found = []
    for name, text in files.items():
        path = os.path.join(folder, name)
        try:
            with open(path, encoding="utf-8") as stream:
                same = stream.read() == text
        except (OSError, ValueError):
            same = False
        if not same:
            found.append(path)
    return found


def _file_of(body: Mapping[str, Any], *, index: Index) -> str:
    group = body["apiVersion"].rpartition("/")[0]
    if (group, body["kind"]) == ("config.openshift.io", "Network"):
        return "cluster-ovn-kubernetes.yaml" if index.source_type == OVN else "cluster-openshift-sdn.yaml"
    kind = body["kind"].lower()
    return f"{kind}.{group}.yaml" if group else f"{kind}.yaml"


def _stored(index: Index, contents: Contents, *, cluster: str) -> str:
    """As ``oc create -f`` takes them, the index last."""
    pieces = chunks.encode(contents.to_text()).pieces
    parts = [sealed(name, {PART: piece}, backup=index.id) for name, piece in zip(index.parts, pieces)]
    items = []
    for body in (*parts, index.config_map()):
        metadata = {**body["metadata"], "annotations": {CLUSTER: cluster}}
        items.append({"apiVersion": "v1", "kind": "ConfigMap", **body, "metadata": metadata})
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1) + "\n"


def _dumped(bodies: list[Mapping[str, Any]]) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump_all(bodies, Dumper=dumper, explicit_start=True, sort_keys=False, allow_unicode=True))


def _page(index: Index, contents: Contents, *, names: list[str]) -> str:
    late = (
        ["", "**Made after the migration had begun**: what had changed by then is not in it as it was before.", ""]
        if index.late
        else [""]
    )
    rows = [f"| `{name}` | {EVIDENCE.get(name, '')} |" for name in names]
    return "\n".join(
        [
            f"# Backup {index.id}",
            "",
            f"Taken {index.taken_at} before a migration from {index.source_type} to {index.target}. "
            f"{index.objects} objects.",
            *late,
            "| file | |",
            "| --- | --- |",
            *rows,
            f"| `{PODS}` | pods that were in error, as `namespace/name` |",
            f"| `{STORED}` | the ConfigMaps of the cluster, which are put back from here when namespace "
            "ovn-migration was deleted |",
            f"| `{SUMS}` | check with `sha256sum -c {SUMS}` |",
            "",
            "The same is in the cluster: `oc get configmap -n ovn-migration -l "
            f"ocp-day2.ovn-migration/backup={index.id}`.",
            "",
            "## To put something back",
            "",
            "Look first at what would change, then apply one file or one object of it:",
            "",
            "```",
            "oc diff -f FILE",
            "oc apply --dry-run=server -f FILE",
            "oc apply -f FILE",
            "```",
            "",
            "- The network type is not changed back by applying the Network objects: the operator refuses that. Use",
            "  `ansible-playbook ocp_day2.ovn_migration.rollback`.",
            "- Objects of a network plugin can be applied only while that plugin's API is there, HostSubnets and",
            "  NetNamespaces only for nodes and namespaces that exist.",
            "- Webhook configurations hold nothing but timeouts, and namespaces nothing but the annotation for",
            "  multicast: applied, they change nothing else.",
            "- NodeNetworkConfigurationPolicies on the primary interface take effect on the nodes at once.",
            "",
            "Not there when it was taken: " + (", ".join(f"`{title}`" for title in contents.absent) or "nothing") + ".",
            "",
        ]
    )
