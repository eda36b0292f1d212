# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Have a backup from before the migration: made once, never overwritten, verified each time it is relied on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from ..._cluster import readers
from ..._cluster.look import one_look
from ..._cluster.port import Cluster
from ..._domain.backup import contents as backups
from ..._domain.backup.configuration import titled
from ..._domain.backup.contents import Contents, Index
from ..._domain.backup.explanations import explained
from ..._domain.backup.restore import lost, unsettled
from ..._domain.borrowing.ledger import Ledger
from ..._domain.errors import BeingDeleted, Refused
from ..._domain.networks import other
from ..._domain.verdicts import counted, listed
from ..borrowing import ledger as loans
from ..migration.inspection import situation
from ..outcome import Diff, Outcome
from ..records import history
from .collect import ExtraKind, collect
from .files import WrittenFiles, write_files
from .recover import FiledBackup, cluster_id, from_files
from .store import BackupStore, Damaged

#: Phases in which nothing of the migration has happened yet, and in which all of it has.
BEFORE = "not_started"
AFTER = "complete"
#: Phases in which the pod network may be down.
DARK = ("switching", "awaiting_reboot", "verifying")
#: Seconds for which the pods that were in error may stand for those that are: a baseline of last week would hide, or
#: blame, the wrong ones.
BASELINE_LASTS = 24 * 3600.0


@dataclass(frozen=True)
class StoredBackup:
    """A backup with what it holds; ``made`` when this run made it, or would make it."""

    index: Index
    contents: Contents
    made: bool = False

    def facts(self) -> dict[str, Any]:
        kinds = Counter(_titled(body["apiVersion"], body["kind"]) for body in self.contents.objects)
        return {
            "backup": {**self.index.to_json(), "kinds": dict(kinds), "absent": list(self.contents.absent)},
            "network": self.contents.network.to_json(),
            "pods_in_error": list(self.contents.pods_in_error),
        }


def have_backup(
    cluster: Cluster,
    *,
    target: str,
    extra: Sequence[ExtraKind] = (),
    directory: Optional[str] = None,
    accept: bool = False,
    write: bool,
) -> Outcome:
    """A backup of what a migration to ``target`` starts from.

    :param extra: kinds to save besides the usual ones
    :param directory: where to put the files, or None for no files
    :param accept: take the cluster as it is for the original, also when an undone migration has lost something
    :param write: False to only find out
    :raises Refused: when an undone migration has lost something of the backup before
    :raises Damaged: when the backup to rely on is not what it was when it was made
    """
    look = one_look(cluster)
    phase = situation(look, target=target).where.phase
    store = BackupStore(cluster)
    if phase == AFTER:
        return _after(store, target=target, phase=phase)
    warnings: list[str] = []
    if phase == BEFORE:
        stored = _before(look, store, target=target, extra=extra, accept=accept, write=write, warnings=warnings)
    else:
        try:
            filed = _filed(look, store, target=target, directory=directory, warnings=warnings)
            stored = (
                _put_back(store, filed, write=write, warnings=warnings)
                if filed
                else _underway(look, store, target=target, extra=extra, write=write, warnings=warnings, phase=phase)
            )
        except BeingDeleted as error:
            if phase not in DARK:
                raise
            told = f"No backup was made, since the nodes cannot wait for it: {error.message}"
            return Outcome(facts={"phase": phase, **_nothing(), "files": []}, warnings=(*warnings, told))
    written = WrittenFiles((), changed=False)
    if directory:
        written = write_files(
            directory, index=stored.index, contents=stored.contents, cluster=cluster_id(cluster), write=write
        )
        if written.differing:
            warnings.append(f"these files are not what the backup holds, and were left alone: {written.differing}")
    return Outcome(
        changed=stored.made or written.changed,
        diffs=_diffs(stored, written),
        facts={"phase": phase, **stored.facts(), "files": list(written.paths)},
        warnings=tuple(warnings),
    )


def recover_backup(cluster: Cluster, *, target: str, directory: Optional[str], write: bool) -> Outcome:
    """Put the backup from before a migration to ``target`` back from its files when the cluster has lost it."""
    store, warnings = BackupStore(cluster), list[str]()
    filed = _filed(cluster, store, target=target, directory=directory, warnings=warnings)
    if filed is None:
        return Outcome(facts=describe_backup(cluster, target=target).facts, warnings=tuple(warnings))
    try:
        stored = _put_back(store, filed, write=write, warnings=warnings)
    except BeingDeleted as error:
        told = f"The backup was not put back yet: {error.message}"
        return Outcome(facts=describe_backup(cluster, target=target).facts, warnings=(told,))
    return Outcome(
        changed=True,
        diffs=_diffs(stored, WrittenFiles((), changed=False)),
        facts={**stored.facts(), **_known(cluster, store.indexes(), stored.index), "in_files_only": False},
        warnings=tuple(warnings),
    )


def _filed(
    cluster: Cluster, store: BackupStore, *, target: str, directory: Optional[str], warnings: list[str]
) -> Optional[FiledBackup]:
    """The files of the backup from before the migration, where the cluster has none."""
    if not directory or _newest(store.indexes(), target=target):
        return None
    search = from_files(directory, target=target, cluster=cluster_id(cluster))
    warnings.extend(search.unfit)
    return search.backup


def _put_back(store: BackupStore, filed: FiledBackup, *, write: bool, warnings: list[str]) -> StoredBackup:
    contents = store.put(filed.index, filed.encoded) if write else filed.contents
    done = "was" if write else "would be"
    warnings.append(f"the cluster had lost backup {filed.index.id}; it {done} put back from {filed.folder}")
    return StoredBackup(filed.index, contents, made=True)


def describe_backup(cluster: Cluster, *, target: str, directory: Optional[str] = None) -> Outcome:
    """The newest backup that was made before a migration to ``target`` began, and which others there are; read only.

    :param directory: where its files may be, when the cluster has lost it
    :raises Damaged: when that backup is not what it was when it was made
    """
    store = BackupStore(cluster)
    indexes = store.indexes()
    warnings: list[str] = []
    filed = _filed(cluster, store, target=target, directory=directory, warnings=warnings)
    index = filed.index if filed else _newest(indexes, target=target)
    known = {**_known(cluster, indexes, index), "in_files_only": filed is not None}
    if index is None:
        return Outcome(facts={**_nothing(), **known}, warnings=tuple(warnings))
    stored = StoredBackup(index, filed.contents if filed else store.read(index))
    record = stored.contents.network
    left = readers.networks(cluster).operator.block(other(record.network_type))
    network = replace(record, settings=record.settings_after(left))
    return Outcome(facts={**stored.facts(), "network": network.to_json(), **known}, warnings=tuple(warnings))


def _known(cluster: Cluster, indexes: Sequence[Index], index: Optional[Index]) -> dict[str, Any]:
    begun = history.read(cluster).begun_at(target=index.target) if index else ()
    return {"backups": [one.to_json() for one in indexes], "unsettled": unsettled(index, begun), "files": []}


def pods_before(cluster: Cluster, *, target: str) -> list[str]:
    """``namespace/name`` of the pods that were in error before a migration to ``target``, by that backup; none without.

    :raises Damaged: when that backup is not what it was when it was made
    """
    store = BackupStore(cluster)
    index = _newest(store.indexes(), target=target)
    return [] if index is None else list(store.read(index).pods_in_error)


def _newest(indexes: Sequence[Index], *, target: str) -> Optional[Index]:
    return backups.newest([index for index in indexes if not index.late], target=target)


def _before(
    cluster: Cluster,
    store: BackupStore,
    *,
    target: str,
    extra: Sequence[ExtraKind],
    accept: bool,
    write: bool,
    warnings: list[str],
) -> StoredBackup:
    """The last one when nothing has changed since it was made, else another one; another one, too, when it is old and
    other pods are in error now.

    The migration's steps borrow and delete things before ``spec.migration`` is set; from the first of them on, the
    backup from before is the one.
    """
    ledger = loans.read(cluster)
    indexes = store.indexes()
    index = backups.last(indexes, target=target)
    if index and backups.has_borrowed(index, _names(ledger)):
        return StoredBackup(index, store.read(index))
    contents = collect(cluster, extra=extra)
    missing = [kind.title for kind in extra if kind.title in contents.absent]
    if missing:
        warnings.append(f"not saved, since this cluster does not serve it: {listed(missing)}")
    if index and index.checksum == contents.checksum:
        try:
            stored = StoredBackup(index, store.read(index))
        except Damaged as error:
            warnings.append(f"{error.message} Another one is made.")
        else:
            if stored.contents.pods_in_error == contents.pods_in_error or _fresh(index, cluster):
                return stored
    if index and not accept:
        _refuse_losses(cluster, store, index, contents)
    borrowed = [loan.ref.title for loan in ledger.values() if loan.ours and loan.ref.what != "network_policy"]
    if borrowed:
        warnings.append(f"saved as it is, though it is borrowed and will be given back: {listed(borrowed)}")
    return _make(store, contents, target=target, late=False, write=write, indexes=indexes, ledger=ledger)


def _refuse_losses(cluster: Cluster, store: BackupStore, index: Index, contents: Contents) -> None:
    """A backup of a cluster that an undone migration has damaged would take the damage for the original."""
    if not unsettled(index, history.read(cluster).begun_at(target=index.target)):
        return
    losses = lost(explained(store.read(index).objects, contents.objects))
    if losses:
        raise Refused(
            tried="save what the migration starts from",
            seen=f"an earlier migration was undone, and this of backup {index.id} is not back: "
            + listed(dict.fromkeys(titled(loss.of) for loss in losses)),
            remedy="Run the playbook rollback.yml, which puts it back and names what it cannot. When the cluster is as "
            "you want it, set accept_losses (cno_backup_accept_losses).",
            facts={"lost": [{**loss.to_json(), "reason": "not back"} for loss in losses]},
        )


def _fresh(index: Index, cluster: Cluster) -> bool:
    return index.age(now=cluster.now()) < BASELINE_LASTS


def _names(ledger: Ledger) -> frozenset[str]:
    return frozenset(f"{entry} since {loan.since}" for entry, loan in ledger.items())


def _underway(
    cluster: Cluster,
    store: BackupStore,
    *,
    target: str,
    extra: Sequence[ExtraKind],
    write: bool,
    warnings: list[str],
    phase: str,
) -> StoredBackup:
    """The one from before the migration; a late one when there is none."""
    indexes = store.indexes()
    index = backups.newest(indexes, target=target)
    if index:
        return StoredBackup(index, store.read(index))
    warnings.append(
        f"there is no backup from before the migration to {target}, and it is {phase} already: this one is late. It "
        f"cannot contain what has changed since then: settings and pod networks that were replaced, egress IPs, egress "
        f"firewalls and multicast of {other(target)} that were converted, policies and timeouts that were put aside."
    )
    return _make(store, collect(cluster, extra=extra), target=target, late=True, write=write, indexes=indexes)


def _make(
    store: BackupStore,
    contents: Contents,
    *,
    target: str,
    late: bool,
    write: bool,
    indexes: Sequence[Index],
    ledger: Optional[Ledger] = None,
) -> StoredBackup:
    index, encoded = store.plan(
        contents, target=target, source_type=other(target), late=late, indexes=indexes, loans=_names(ledger or {})
    )
    if write:
        contents = store.put(index, encoded)
    return StoredBackup(index, contents, made=True)


def _after(store: BackupStore, *, target: str, phase: str) -> Outcome:
    """A finished cluster needs no backup: a damaged one is worth a warning here, not a failure."""
    facts, warnings = _nothing(), []
    try:
        index = backups.newest(store.indexes(), target=target)
        if index:
            facts = StoredBackup(index, store.read(index)).facts()
    except Damaged as error:
        warnings.append(error.message)
    return Outcome(facts={"phase": phase, **facts, "files": []}, warnings=tuple(warnings))


def _nothing() -> dict[str, Any]:
    return {"backup": None, "network": None, "pods_in_error": []}


def _diffs(stored: StoredBackup, written: WrittenFiles) -> tuple[Diff, ...]:
    diffs = []
    if stored.made:
        facts = stored.facts()["backup"]
        after = {name: facts[name] for name in ("id", "late", "config_maps", "kinds")}
        header = f"{counted(stored.index.objects, 'object')} saved in namespace ovn-migration"
        diffs.append(Diff(before={}, after=after, header=header))
    if written.changed:
        diffs.append(Diff(before={}, after={"files": list(written.paths)}, header="files"))
    return tuple(diffs)


def _titled(api_version: str, kind: str) -> str:
    group = api_version.rpartition("/")[0]
    return f"{kind}.{group}" if group else kind
