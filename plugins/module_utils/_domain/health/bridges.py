# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a bridge is there on a node, as ``ovs-vsctl br-exists`` says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Optional

from ..verdicts import Verdict, counted, done, every, failed, pending, with_reasons

#: ovs-vsctl(8): br-exists exits with 0 when the bridge exists, and with 2 when it does not.
EXISTS, MISSING = 0, 2

Answer = Literal["present", "missing", "unknown", "not_asked"]


@dataclass(frozen=True)
class NodeBridge:
    """``why`` says why the answer is not known."""

    node: str
    answer: Answer
    why: str = ""

    @property
    def known(self) -> bool:
        return self.answer in ("present", "missing")

    def to_json(self) -> dict[str, str]:
        return {"node": self.node, "result": self.answer, "reason": self.why}


def answered(node: str, *, exit_code: Optional[int], output: str) -> NodeBridge:
    """Any other exit code means that the database was not asked: that says nothing about the bridge."""
    if exit_code == EXISTS:
        return NodeBridge(node, "present")
    if exit_code == MISSING:
        return NodeBridge(node, "missing")
    text = " ".join(output.split())[:200] or "it said nothing"
    return NodeBridge(node, "unknown", text if exit_code is None else f"exit code {exit_code}, {text}")


def bridges_verdict(rows: Sequence[NodeBridge], *, bridge: str) -> Verdict:
    """Failed only when every node has answered, so that all nodes without the bridge are named at once."""
    missing = _named(row for row in rows if row.answer == "missing")
    unknown = [row for row in rows if not row.known]
    if unknown:
        asked = with_reasons((row.node, row.why) for row in unknown)
        also = f"; {bridge} is missing on {missing}" if missing else ""
        return pending(f"{counted(len(unknown), 'node')} could not be asked for {bridge}: {asked}{also}")
    if missing:
        return failed(f"{bridge} is missing on {missing}")
    return done(f"{every(len(rows), 'node', 'have')} {bridge}")


def _named(rows: Iterable[NodeBridge]) -> str:
    return ", ".join(row.node for row in rows)
