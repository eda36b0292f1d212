# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put back what a migration that was undone has lost, and name what cannot be put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..._cluster.kinds import EGRESS_NETWORK_POLICY, HOST_SUBNET, NAMESPACE, NET_NAMESPACE, NODE, Kind
from ..._cluster.port import Cluster
from ..._domain.backup.configuration import titled
from ..._domain.backup.restore import Restoration, lost, restorations
from ..._domain.errors import NotFound
from ..._domain.verdicts import counted
from ..outcome import Diff, Outcome
from .compare import Comparison, compare_contents, read_comparison
from .store import BackupStore

KINDS: Mapping[str, Kind] = {kind.kind: kind for kind in (HOST_SUBNET, NET_NAMESPACE, EGRESS_NETWORK_POLICY)}
OWNERS: Mapping[str, Kind] = {"node": NODE, "namespace": NAMESPACE}
BY_HAND = "this collection does not write it; the backup's files hold it as a manifest for oc apply"


def restore(cluster: Cluster, *, target: str, backup: Optional[str], accept: bool, write: bool) -> Outcome:
    """
    :param backup: as for ``compare``
    :param accept: let go what cannot be put back
    :param write: False to find out what would be put back
    :raises Refused: when there is no such backup
    """
    before = read_comparison(cluster, target=target, backup=backup)
    gone: dict[str, str] = {}
    restored: list[Restoration] = []
    for restoration in restorations(lost(before.differences), before.contents.objects):
        if not _owner_exists(cluster, restoration):
            gone[restoration.title] = f"{restoration.owner} does not exist any more"
        else:
            if write:
                _apply(cluster, restoration)
            restored.append(restoration)
    after = compare_contents(cluster, before.index, before.contents) if restored and write else before
    return _outcome(cluster, before, after, restored=restored, gone=gone, accept=accept, write=write)


def _outcome(
    cluster: Cluster,
    before: Comparison,
    after: Comparison,
    *,
    restored: list[Restoration],
    gone: Mapping[str, str],
    accept: bool,
    write: bool,
) -> Outcome:
    put_back = {restoration.title for restoration in restored}
    # What is not written in check mode counts as put back there.
    open_ = [loss for loss in lost(after.differences) if write or titled(loss.of) not in put_back]
    losses = [{**loss.to_json(), "reason": gone.get(titled(loss.of), BY_HAND)} for loss in open_]
    open_losses = [loss for loss in losses if loss["object"] not in gone]
    settles = not before.index.settled_at and (accept or not open_losses)
    if settles and write:
        BackupStore(cluster).settle(before.index)
    return Outcome(
        changed=bool(restored) or settles,
        diffs=tuple(Diff({}, restoration.body, restoration.title) for restoration in restored),
        facts={
            **after.facts(),
            "restored": sorted(put_back),
            "lost": losses,
            "open_losses": 0 if accept else len(open_losses),
            "summary": f"{after.facts()['summary']}; {counted(len(restored), 'object')} put back",
        },
    )


def _owner_exists(cluster: Cluster, restoration: Restoration) -> bool:
    _group, kind, _namespace, name = restoration.of
    try:
        cluster.get(OWNERS[restoration.owner_kind], restoration.owner_name)
        if not restoration.create:
            cluster.get(KINDS[kind], name)
    except NotFound:
        return False
    return True


def _apply(cluster: Cluster, restoration: Restoration) -> None:
    _group, kind, namespace, name = restoration.of
    if restoration.create:
        body: dict[str, Any] = restoration.body
        cluster.create(KINDS[kind], body, namespace=namespace)
    else:
        cluster.merge(KINDS[kind], name, restoration.body)
