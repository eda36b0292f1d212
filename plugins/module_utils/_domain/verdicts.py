# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one answer to every question about readiness: done, pending or failed, and one sentence why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["done", "pending", "failed"]

#: More reasons than this are counted, not spelt out: a verdict is one readable line also on 500 nodes.
SPELT_OUT = 4


@dataclass(frozen=True)
class Verdict:
    """``failed`` means that waiting longer cannot help; ``pending`` that it may."""

    state: State
    reason: str

    def to_json(self) -> dict[str, str]:
        return {"state": self.state, "reason": self.reason}


def done(reason: str) -> Verdict:
    return Verdict("done", reason)


def pending(reason: str) -> Verdict:
    return Verdict("pending", reason)


def failed(reason: str) -> Verdict:
    return Verdict("failed", reason)


def combine(verdicts: Iterable[Verdict], *, when_done: str) -> Verdict:
    """The worst of all verdicts with the reasons of that state; ``when_done`` is the sentence when all are done."""
    by_state: dict[State, list[str]] = {"done": [], "pending": [], "failed": []}
    for verdict in verdicts:
        by_state[verdict.state].append(verdict.reason)
    worst: State
    for worst in ("failed", "pending"):
        if by_state[worst]:
            return Verdict(worst, listed(by_state[worst], separator="; "))
    return done(when_done)


def listed(items: Iterable[str], *, separator: str = ", ") -> str:
    """``a, b, c, d and 3 more``."""
    known = list(items)
    head = separator.join(known[:SPELT_OUT])
    rest = len(known) - SPELT_OUT
    return f"{head} and {rest} more" if rest > 0 else head


def with_reasons(reasons: Iterable[tuple[str, str]]) -> str:
    """``a (why); b (why)``, cut as ``listed`` does."""
    return listed((f"{name} ({why})" for name, why in reasons), separator="; ")


def counted(number: int, noun: str, verb: str = "") -> str:
    """``1 node``, ``3 nodes``; with the plural of a verb, ``1 node has``, ``3 nodes have``."""
    one = number == 1
    words = [str(number), noun if one else f"{noun}s"]
    if verb:
        words.append(_singular(verb) if one else verb)
    return " ".join(words)


def every(number: int, noun: str, verb: str = "") -> str:
    """``the one node``, ``all 3 nodes``; verbs as in ``counted``."""
    rest = counted(number, noun, verb).partition(" ")[2]
    return f"the one {rest}" if number == 1 else f"all {number} {rest}"


def _singular(verb: str) -> str:
    return {"are": "is", "have": "has", "do": "does"}.get(verb, f"{verb}s")
