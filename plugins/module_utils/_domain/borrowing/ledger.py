# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a migration changes for a while and gives back: an entry for each thing, and what is true of it now.

An entry is written before the change and removed after the thing was put back, so whoever comes next, after a crash at
any point, finds out by looking: a value that is still the one before was never changed, or has been put back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Optional, get_args

from ..records.journal import NAMESPACE

NAME = "migration-loans"
PREFIX = "ocp-day2.ovn-migration/loan-"

What = Literal[
    "paused",
    "max_unavailable",
    "machine_health_check",
    "node_health_check",
    "cluster_autoscaler",
    "webhook_timeout",
    "network_policy",
]
WHATS: tuple[What, ...] = get_args(What)
#: ours: the value that we set. home: the value from before. foreign: somebody else's. gone: there is nothing any more.
LeaseState = Literal["ours", "home", "foreign", "gone"]

#: A ConfigMap's key takes at most 253 of these characters.
_NOT_IN_KEYS = re.compile(r"[^-._a-zA-Z0-9]")
_READABLE = 150


class _Gone:
    """What is read of a thing that does not exist; not None, which is a value that is not set."""

    def __repr__(self) -> str:
        return "GONE"


GONE = _Gone()


@dataclass(frozen=True)
class PropertyRef:
    """What is lent: one property of one object. ``part`` tells which, where an object has several (a webhook's name).

    ``kind`` is the object's kind as the API spells it, ``namespace`` empty when it has none.
    """

    what: What
    kind: str
    name: str
    namespace: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """The key of its entry: readable, and unique even where names are too long for a key."""
        whole = "/".join((self.what, self.kind, self.namespace, self.name, self.part))
        readable = _NOT_IN_KEYS.sub("-", ".".join(filter(None, (self.what, self.name, self.part))))[:_READABLE]
        return f"{readable}.{hashlib.sha256(whole.encode()).hexdigest()[:8]}"

    @property
    def title(self) -> str:
        where = f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
        return f"{self.what} of {where}{f', {self.part}' if self.part else ''}"


@dataclass(frozen=True)
class Loan:
    """``before`` and ``lent`` are the value before and ours; None means that the property is not set.

    ``earlier`` are values that we had set before ``lent``, and ``step`` is who borrowed. When ``lent`` equals
    ``before``, the entry only remembers that it was so before we came.
    """

    ref: PropertyRef
    before: Any
    lent: Any
    since: str
    step: str
    earlier: tuple[Any, ...] = ()

    @property
    def ours(self) -> bool:
        return bool(self.lent != self.before)

    def standing(self, value: Any) -> LeaseState:
        if value is GONE:
            return "gone"
        if value == self.lent or value in self.earlier:
            return "ours"
        return "home" if value == self.before else "foreign"

    def relent(self, value: Any) -> Loan:
        """The same loan with another value of ours; what it was before stays what it was."""
        if value == self.lent:
            return self
        return replace(self, lent=value, earlier=(*self.earlier, self.lent))

    def to_json(self) -> dict[str, Any]:
        ref = self.ref
        return {
            "what": ref.what,
            "kind": ref.kind,
            "namespace": ref.namespace,
            "name": ref.name,
            "part": ref.part,
            "before": self.before,
            "lent": self.lent,
            "earlier": [*self.earlier],
            "since": self.since,
            "step": self.step,
        }

    def outline(self) -> dict[str, Any]:
        """What a result tells of it; a whole object that was saved is not repeated there."""
        told = {name: value for name, value in self.to_json().items() if name != "earlier"}
        told["ours"] = self.ours
        if isinstance(self.before, Mapping):
            told["before"] = "saved"
        return told

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Loan:
        """:raises ValueError: when it is not what ``to_json`` made"""
        try:
            if entry["what"] not in WHATS:
                raise ValueError(f"nobody here lends a {entry['what']!r}")
            ref = PropertyRef(
                what=entry["what"],
                kind=entry["kind"],
                namespace=entry["namespace"],
                name=entry["name"],
                part=entry["part"],
            )
            return cls(
                ref=ref,
                before=entry["before"],
                lent=entry["lent"],
                since=entry["since"],
                step=entry["step"],
                earlier=tuple(entry["earlier"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"it has no {error}") from error


Ledger = dict[str, Loan]


def ledger(config_map: Mapping[str, Any]) -> Ledger:
    """The open loans of the ConfigMap, by key.

    :raises ValueError: when an entry is not one that ``entries`` made
    """
    loans: Ledger = {}
    for key, text in sorted((config_map.get("data") or {}).items()):
        try:
            loans[key] = Loan.from_json(json.loads(text))
        except ValueError as error:
            raise ValueError(f"key {key}: {error}") from error
    return loans


def entries(changes: Mapping[str, Optional[Loan]]) -> dict[str, Any]:
    """A ConfigMap with these entries, where None removes one."""
    data = {key: None if loan is None else text_of(loan) for key, loan in changes.items()}
    return {"metadata": {"name": NAME, "namespace": NAMESPACE}, "data": data}


def text_of(loan: Loan) -> str:
    return json.dumps(loan.to_json(), sort_keys=True, separators=(",", ":"))


def annotation(loan: Loan) -> str:
    """The name of the annotation in which a borrowed object carries its own entry, for the loss of our namespace."""
    return f"{PREFIX}{loan.ref.key.rpartition('.')[2]}"


def carried(annotations: Mapping[str, str]) -> Ledger:
    """The entries that an object carries.

    :raises ValueError: when one is not what was written
    """
    loans: Ledger = {}
    for name, text in sorted(annotations.items()):
        if name.startswith(PREFIX):
            loan = Loan.from_json(json.loads(text))
            loans[loan.ref.key] = loan
    return loans


def agree(
    known: Optional[Loan],
    ref: PropertyRef,
    *,
    value: Any,
    wanted: Any,
    enough: bool,
    since: str,
    step: str,
    remember: bool = False,
) -> Optional[Loan]:
    """The entry that there has to be before ``ref`` may be set to the ``lent`` of it; None when it is not borrowed.

    ``value`` is what it has now. A value that is neither ours nor the one before is its owner's newest will, and what
    is given back later.

    :param enough: whether ``value`` serves as it is; then it is its owner's, unless we have set it
    :param remember: keep an entry also of what serves as it is
    """
    standing = known.standing(value) if known else "foreign"
    if known and standing == "ours":
        return known.relent(value if enough else wanted)
    if known and standing == "home" and not enough:
        return known.relent(wanted)
    if enough:
        return Loan(ref, before=value, lent=value, since=since, step=step) if remember else None
    return Loan(ref, before=value, lent=wanted, since=since, step=step)


def loan_summaries(loans: Iterable[Loan]) -> list[dict[str, Any]]:
    return [loan.outline() for loan in loans]
