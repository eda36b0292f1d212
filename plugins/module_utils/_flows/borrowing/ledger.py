# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Borrow and give back, with an entry in the cluster for everything that is not as its owner left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ..._cluster.kinds import (
    CLUSTER_AUTOSCALER,
    CONFIG_MAP,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    MUTATING_WEBHOOKS,
    NETWORK_CONFIG,
    NODE_HEALTH_CHECK,
    NODE_NETWORK_POLICY,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ..._cluster.look import one_look
from ..._cluster.port import Access, Cluster, Json
from ..._domain.borrowing import ledger
from ..._domain.borrowing.ledger import GONE, Ledger, Loan, PropertyRef, agree
from ..._domain.borrowing.settings import PROPERTY_ACCESS, Change, marked
from ..._domain.errors import BeingDeleted, MigrationError, NotFound, Rejected
from ..._domain.records.journal import NAMESPACE as OURS
from ..._domain.verdicts import listed
from ..outcome import Diff, Outcome
from ..records.config_maps import keep
from ..rights import NEW_NAMESPACE, require_rights
from ..waiting.clock import Clock
from .notice import Notice

_NOTHING = Loan(PropertyRef("paused", "", ""), before=None, lent=None, since="", step="")
KINDS: Mapping[str, Kind] = {
    kind.kind: kind
    for kind in (
        MACHINE_CONFIG_POOL,
        MACHINE_HEALTH_CHECK,
        NODE_HEALTH_CHECK,
        CLUSTER_AUTOSCALER,
        VALIDATING_WEBHOOKS,
        MUTATING_WEBHOOKS,
        NODE_NETWORK_POLICY,
    )
}


#: Where a loan stands a second time: at the object that was changed. What was deleted is held by the network's
#: configuration, which nobody deletes. Paused pools are all that most want to know of.
HOLDER = NETWORK_CONFIG
PAUSED = (MACHINE_CONFIG_POOL,)
CARRIERS = (
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    NODE_HEALTH_CHECK,
    CLUSTER_AUTOSCALER,
    VALIDATING_WEBHOOKS,
    MUTATING_WEBHOOKS,
    HOLDER,
)


@dataclass(frozen=True)
class DesiredValue:
    """Something to borrow: where it is, its object as it was just read, and the value that it is to have.

    ``remember`` keeps an entry also when its owner has set that value himself.
    """

    ref: PropertyRef
    document: Json
    wanted: Any
    remember: bool = False


def read(cluster: Cluster, *, carriers: Sequence[Kind] = CARRIERS) -> Ledger:
    """The open loans: those of the ledger; without one, those that the borrowed objects carry themselves.

    :param carriers: where to look without a ledger, for who wants to know of such loans only
    :raises MigrationError: when the ledger is there and cannot be understood; it is never taken for empty then
    """
    return _read(cluster, carriers=carriers)[0]


def _read(cluster: Cluster, *, carriers: Sequence[Kind] = CARRIERS) -> tuple[Ledger, bool]:
    """The open loans, and whether they are what the objects carry."""
    try:
        config_map = cluster.get(CONFIG_MAP, ledger.NAME, namespace=OURS)
    except NotFound:
        return _carried(cluster, carriers), True
    try:
        return ledger.ledger(config_map), False
    except ValueError as error:
        raise MigrationError(
            tried=f"understand the ledger in configmap {OURS}/{ledger.NAME}",
            seen=str(error),
            remedy=f"Mend that entry ('oc -n {OURS} edit configmap {ledger.NAME}'). Removing it gives up what it "
            "remembers: put that back by hand first.",
        ) from error


def _carried(cluster: Cluster, carriers: Sequence[Kind]) -> Ledger:
    """Somebody may have deleted our namespace while things were borrowed."""
    loans: Ledger = {}
    for kind in carriers:
        for body in _bodies(cluster, kind):
            try:
                loans.update(ledger.carried(body["metadata"].get("annotations") or {}))
            except ValueError as error:
                raise MigrationError(
                    tried=f"understand what {kind.title} {body['metadata']['name']} was lent for",
                    seen=str(error),
                    remedy=f"Mend or remove its annotation {ledger.PREFIX}…, with what it remembers put back by hand.",
                ) from error
    return loans


def _bodies(cluster: Cluster, kind: Kind) -> list[Json]:
    if kind != HOLDER:
        return list_if_served(cluster, kind)
    try:
        return [cluster.get(HOLDER, "cluster")]
    except NotFound:
        return []


def list_if_served(cluster: Cluster, kind: Kind, *, namespace: Optional[str] = None) -> list[Json]:
    """All objects; none when the cluster does not have the kind. Any other failure to read is one."""
    try:
        return cluster.list(kind, namespace=namespace)
    except NotFound:
        return []


def property_ref(document: Json, kind: Kind, what: ledger.What, *, part: str = "") -> PropertyRef:
    metadata = document["metadata"]
    namespace = metadata.get("namespace", "") if kind.namespaced else ""
    return PropertyRef(what=what, kind=kind.kind, name=metadata["name"], namespace=namespace, part=part)


@dataclass
class Borrower:
    """Collects on the way what was changed (or would be, when ``write`` is False)."""

    cluster: Cluster
    clock: Clock
    step: str
    write: bool
    changed: bool = False
    diffs: list[Diff] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    returned: list[Loan] = field(default_factory=list)
    #: for what is read before the first write
    look: Cluster = field(init=False)
    _ledger: Optional[Ledger] = None
    _from_objects: bool = False
    _notice: Notice = field(init=False)

    def __post_init__(self) -> None:
        self._notice = Notice(self.cluster, self.clock)
        self.look = one_look(self.cluster)

    @property
    def open(self) -> Ledger:
        """The entries as they are now, or would be."""
        if self._ledger is None:
            self._ledger, self._from_objects = _read(self.look)
        return self._ledger

    def lend(self, wishes: Iterable[DesiredValue]) -> None:
        """Enter all, then set all."""
        agreed = [(wish, self._agree(wish)) for wish in wishes]
        known = dict(self.open)
        entries = {
            wish.ref.key: loan
            for wish, loan in agreed
            if loan != known.get(wish.ref.key)  # None, too: a loan that its owner has taken over is struck
        }
        due = [
            (wish, loan)
            for wish, loan in agreed
            if loan is not None and PROPERTY_ACCESS[wish.ref.what].read(wish.document, wish.ref.part) != loan.lent
        ]
        if self.write and (entries or due):
            self.require_rights(
                Access("patch", KINDS[wish.ref.kind], namespace=wish.ref.namespace) for wish, _loan in due
            )
        try:
            self.enter(entries)
            for wish, loan in due:
                self._set(loan, wish.document, loan.lent, carry=ledger.text_of(loan))
        except MigrationError as error:
            error.facts.update(self.facts())
            raise

    def give_back(self, due: Sequence[Loan], *, put_back: Optional[Callable[[Loan], None]] = None) -> None:
        """Put back what is still as we set it, and strike all that is no longer ours.

        One that cannot be put back does not keep the others; its entry stays. Pools are judged by whoever comes next,
        so it returns when they report what was written.

        :param put_back: for what is not put back by the terms of its property
        :raises MigrationError: when there were any, with what was done all the same
        """
        struck: dict[str, Optional[Loan]] = {}
        failures: list[MigrationError] = []
        for loan in due:
            try:
                (put_back or self._put_back)(loan)
            except MigrationError as error:
                failures.append(error)
                continue
            struck[loan.ref.key] = None
        self.enter(struck)
        self.await_notice()
        if failures:
            raise MigrationError(
                tried=f"give back {len(failures)} of {len(due)} things that were borrowed",
                seen=listed((failure.message for failure in failures), separator=" "),
                remedy="Mend that and run this again: what is open stays in configmap "
                f"{OURS}/{ledger.NAME} until it is back.",
                facts=self.facts(),
            )

    def await_notice(self) -> None:
        """Wait until pools report what was written to them."""
        self.warnings += self._notice.wait()

    def enter(self, entries: Mapping[str, Optional[Loan]]) -> None:
        """Write (or, with None, strike) entries, all in one write."""
        if not entries:
            return
        after = {key: loan for key, loan in {**self.open, **entries}.items() if loan is not None}
        if self.write:
            self._keep(after if self._from_objects else entries)
            self._hold_deleted(entries)
        self.changed = True
        self._ledger = after

    def _keep(self, entries: Mapping[str, Optional[Loan]]) -> None:
        self.look = one_look(self.cluster)
        try:
            keep(self.cluster, ledger.entries(entries))
        except BeingDeleted:
            # They stand at the objects, too, and whoever waits here keeps the network down.
            self.warnings.append(
                f"Namespace {OURS} is being deleted, so what is borrowed is noted at the borrowed objects only."
            )

    def _hold_deleted(self, entries: Mapping[str, Optional[Loan]]) -> None:
        """A policy that we delete cannot carry its entry itself."""
        texts = {
            ledger.annotation(loan or self.open[key]): loan and ledger.text_of(loan)
            for key, loan in entries.items()
            if (loan or self.open.get(key, _NOTHING)).ref.what == "network_policy"
        }
        if texts:
            self.cluster.merge(HOLDER, "cluster", {"metadata": {"annotations": texts}})

    def require_rights(self, changes: Iterable[Access]) -> None:
        """Before the first write: what may be borrowed but not be given back is not borrowed.

        :raises Forbidden: naming every right that is missing
        """
        needed = [
            *changes,
            NEW_NAMESPACE,
            Access("create", CONFIG_MAP, namespace=OURS),
            Access("patch", CONFIG_MAP, namespace=OURS),
        ]
        require_rights(self.cluster, needed, tried=f"borrow for {self.step}")

    def note(self, ref: PropertyRef, before: Any, after: Any) -> None:
        """Record a change of the object for the result."""
        self.changed = True
        self.diffs.append(Diff(before=before, after=after, header=f"{KINDS[ref.kind].title} {ref.name}"))

    def facts(self) -> dict[str, Any]:
        """For a failure: what was changed all the same."""
        changed = {"changed": True, "diff": [diff.to_json() for diff in self.diffs]} if self.changed else {}
        return {**changed, "loans": ledger.loan_summaries(self.open.values())}

    def outcome(self, **facts: Any) -> Outcome:
        return Outcome(
            changed=self.changed,
            diffs=tuple(self.diffs),
            warnings=tuple(self.warnings),
            facts={"loans": ledger.loan_summaries(self.open.values()), **facts},
        )

    def _agree(self, wish: DesiredValue) -> Optional[Loan]:
        ref, terms = wish.ref, PROPERTY_ACCESS[wish.ref.what]
        value = terms.read(wish.document, ref.part)
        known = self.open.get(ref.key)
        if known is not None and known.standing(value) == "foreign":
            self.warnings.append(
                f"{ref.title} was set to {value!r} by somebody else while we had it; that is what it goes back to."
            )
        return agree(
            known,
            ref,
            value=value,
            wanted=wish.wanted,
            enough=terms.enough(value, wish.wanted),
            remember=wish.remember,
            since=self.clock.timestamp(),
            step=self.step,
        )

    def _put_back(self, loan: Loan) -> None:
        ref, terms = loan.ref, PROPERTY_ACCESS[loan.ref.what]
        document = self._read(ref)
        value = GONE if document is None else terms.read(document, ref.part)
        standing = loan.standing(value)
        if standing == "ours" and document is not None and value != loan.before:
            self._set(loan, document, loan.before, carry=None)
            self.returned.append(loan)
        elif standing == "foreign":
            self._uncarry(loan, document)
            self.warnings.append(
                f"{ref.title} was {loan.before!r}, we set {loan.lent!r}, and somebody else {value!r} since. It is "
                "left as it is."
            )
        elif standing == "gone":
            self.warnings.append(f"{ref.title} does not exist any more; it was {loan.before!r} before.")

    def _read(self, ref: PropertyRef) -> Optional[Json]:
        try:
            return self.cluster.get(KINDS[ref.kind], ref.name, namespace=ref.namespace or None)
        except NotFound:
            return None

    def _uncarry(self, loan: Loan, document: Optional[Json]) -> None:
        name = ledger.annotation(loan)
        if document and self.write and name in (document["metadata"].get("annotations") or {}):
            self._send(loan.ref, Change(merge={"metadata": {"annotations": {name: None}}}))

    def _set(self, loan: Loan, document: Json, value: Any, *, carry: Optional[str]) -> None:
        """:param carry: what the object is to carry of the loan, None for nothing any more"""
        ref, terms = loan.ref, PROPERTY_ACCESS[loan.ref.what]
        now = terms.read(document, ref.part)
        change = self._change(loan, document, value, carry=carry)
        if self.write:
            try:
                self._send(ref, change)
            except Rejected:
                if not change.edit:
                    raise
                self._set_afresh(loan, value, expected=now, carry=carry)
        self.note(ref, terms.shown(ref.part, now), terms.shown(ref.part, value))

    @staticmethod
    def _change(loan: Loan, document: Json, value: Any, *, carry: Optional[str]) -> Change:
        change = PROPERTY_ACCESS[loan.ref.what].change(document, loan.ref.part, value)
        return marked(change, document, name=ledger.annotation(loan), text=carry)

    def _set_afresh(self, loan: Loan, value: Any, *, expected: Any, carry: Optional[str]) -> None:
        """After a refused JSON patch: an earlier attempt had arrived before its answer was lost, or the object has
        changed around the value."""
        ref, terms, document = loan.ref, PROPERTY_ACCESS[loan.ref.what], self._read(loan.ref)
        now = GONE if document is None else terms.read(document, ref.part)
        if now == value:
            return
        if document is None or now != expected:
            raise Rejected(
                tried=f"set {ref.title} to {value!r}",
                seen=f"it was {expected!r} a moment ago and is {now!r} now",
                remedy="Somebody else is changing it. Run this again.",
            )
        self._send(ref, self._change(loan, document, value, carry=carry))

    def _send(self, ref: PropertyRef, change: Change) -> None:
        kind, namespace = KINDS[ref.kind], ref.namespace or None
        self.look = one_look(self.cluster)
        if change.merge is not None:
            written = self.cluster.merge(kind, ref.name, change.merge, namespace=namespace)
        else:
            written = self.cluster.edit(kind, ref.name, change.edit, namespace=namespace)
        if kind == MACHINE_CONFIG_POOL:
            self._notice.expect(written)
