# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup of etcd: the program that makes it, and whether what it left is one.

The etcd operator puts the program on every control-plane node; it leaves a snapshot of the database and an archive of
the static pods' resources, named after the same moment (cluster-etcd-operator 4.14, bindata/etcd/cluster-backup.sh).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..health.pods import Pod
from ..nodes import Node
from ..verdicts import Verdict, done, failed, listed

PROGRAM = "/usr/local/bin/cluster-backup.sh"
#: The proxy of a node's services.
PROXY_FILE = "/etc/mco/proxy.env"
#: Where the documentation of OpenShift puts it.
DIRECTORY = "/home/core/assets/backup"
_SNAPSHOT = re.compile(r"^snapshot_(?P<moment>.+)\.db$")
_RESOURCES = re.compile(r"^static_kuberesources_(?P<moment>.+)\.tar\.gz$")


@dataclass(frozen=True)
class HostFile:
    path: str
    size: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "size": self.size}


def measured(text: str) -> tuple[HostFile, ...]:
    """From what ``stat -c '%s %n'`` prints; lines that are not of that form are left out."""
    found = []
    for line in text.splitlines():
        size, _space, path = line.strip().partition(" ")
        if size.isdigit() and path:
            found.append(HostFile(path, int(size)))
    return tuple(found)


def backup_verdict(files: Sequence[HostFile]) -> Verdict:
    """:param files: those that the program has added"""
    snapshots = {match["moment"]: file for file in files for match in [_SNAPSHOT.match(file.name)] if match}
    resources = {match["moment"]: file for file in files for match in [_RESOURCES.match(file.name)] if match}
    both = sorted(snapshots.keys() & resources.keys())
    if not both:
        there = listed(file.name for file in files) or "nothing"
        return failed(f"a snapshot and the static pods' resources of one moment are not there; it left {there}")
    empty = [file.name for file in (snapshots[both[-1]], resources[both[-1]]) if not file.size]
    if empty:
        return failed(f"{listed(empty)} is empty")
    return done(f"{snapshots[both[-1]].name} has {snapshots[both[-1]].size} bytes")


def usable(nodes: Sequence[Node], etcd: Sequence[Pod]) -> list[Node]:
    """The Ready control-plane nodes on which etcd is Ready, by name."""
    members = {pod.node for pod in etcd if pod.ready and pod.phase == "Running"}
    return sorted(
        (node for node in nodes if node.control_plane and node.ready and node.name in members),
        key=lambda node: node.name,
    )


def command(directory: str) -> tuple[str, ...]:
    """The program, behind the proxy that the node itself uses: it fetches its tools from the release's image.

    The node reads the setting from the file that the Machine Config Operator keeps for its services
    (machine-config-operator 4.12 to 4.16, templates/common/_base/files/etc-mco-proxy.yaml). In the command it would
    stand in the audit log, and it may hold a password. Without a proxy the file has no such line.
    """
    settings = f"$(grep -E '^(HTTP|HTTPS|NO)_PROXY=' {PROXY_FILE} 2>/dev/null)"
    return ("sh", "-c", f"env {settings} {PROGRAM} {shlex.quote(directory)}")


def unusable_reason(name: str, *, nodes: Sequence[Node], usable_names: Collection[str]) -> Optional[str]:
    """Why the named node cannot be used; None when it can."""
    if name in usable_names:
        return None
    node = next((node for node in nodes if node.name == name), None)
    if node is None:
        return "there is no such node"
    if not node.control_plane:
        return "it is not a control-plane node"
    return f"it is not Ready ({node.ready_reason})" if not node.ready else "its etcd pod is not Ready"
