# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check is, and what it finds.

A check is a pure function over a ``Snapshot`` that yields a ``Problem`` for everything that it does not like, and
nothing when all is well. It reads the parts of the snapshot without asking whether they were read: a part that could
not be read raises ``NotRead`` from inside the check, and ``found`` makes a blocker of it (law: nothing is decided from
something that could not be read). Only what a rehearsal leaves to the run itself, ``NotAsked``, is a warning.

Each file of checks ends with ``CHECKS``, and ``registry.py`` puts them together::

    def _cordoned(snapshot: Snapshot) -> Iterator[Problem]:
        names = [node.name for node in snapshot.nodes if not node.schedulable]
        if names:
            yield Problem(f"{counted(len(names), 'node', 'are')} cordoned: {listed(names)}", objects("node", names))

    CHECKS = (
        Check(
            "nodes_schedulable",
            _cordoned,
            severity="block",
            methods=ANY_METHOD,
            title="No node is cordoned.",
            remedy="Uncordon them: oc adm uncordon NAME.",
        ),
    )
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Optional

from .snapshot import Method, NotAsked, NotRead, Snapshot

Severity = Literal["block", "warn", "info"]

#: From what stops a migration to what is only good to know.
SEVERITIES: tuple[Severity, ...] = ("block", "warn", "info")
OFFLINE: tuple[Method, ...] = ("offline",)
ROLLBACK: tuple[Method, ...] = ("rollback",)
ANY_METHOD: tuple[Method, ...] = ("offline", "rollback")


@dataclass(frozen=True)
class Problem:
    """One thing that a check does not like.

    :param message: a whole sentence without full stop that names what was seen, on what; one line
    :param objects: every object concerned, as ``objects`` and ``named`` write them, not only those the message spells
    :param severity: when it is not the check's own
    :param remedy: when it is not the check's own
    :param acknowledge: when it is not the check's own
    """

    message: str
    objects: tuple[str, ...] = ()
    severity: Optional[Severity] = None
    remedy: str = ""
    acknowledge: Optional[bool] = None


@dataclass(frozen=True)
class Check:
    """One entry of the catalogue in ``docs/preflight.md``.

    :param id: stable, in lower_snake words; users name it in acknowledge, skip and severities
    :param judge: yields the problems
    :param severity: of a problem that does not bring its own
    :param methods: the methods for which it is asked
    :param title: what has to be true, as a sentence for the documentation
    :param remedy: what to do about it, as a sentence
    :param acknowledge: its findings (block or warn) stop a migration until the user acknowledges the id: what no API
        can answer, and risks that only the user can weigh
    :param stops_rescue: it stops the way back from an unfinished migration, too: going on could not succeed, or would
        make things worse. What the others find is told there, since the pod network is down until it is gone back
    :param before_switch: it is made once more right before the flip: what it is about can have changed since, and can
        be mended, or the migration aborted, only as long as the network is up
    """

    id: str
    judge: Callable[[Snapshot], Iterable[Problem]]
    severity: Severity
    methods: tuple[Method, ...]
    title: str
    remedy: str
    acknowledge: bool = False
    stops_rescue: bool = False
    before_switch: bool = False


@dataclass(frozen=True)
class Finding:
    """A problem with the name of its check, ready to be shown.

    :param acknowledge: an acknowledgement of the id takes the finding out of the way
    :param acknowledged: the user has done so
    :param unreadable: it says that the check could not be made
    """

    id: str
    severity: Severity
    message: str
    remedy: str
    objects: tuple[str, ...] = ()
    acknowledge: bool = False
    acknowledged: bool = False
    unreadable: bool = False

    @property
    def blocking(self) -> bool:
        """Whether it stops a migration: a block does, and a warning that wants to be acknowledged."""
        if self.acknowledge and self.severity != "info":
            return not self.acknowledged
        return self.severity == "block"

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity,
            "blocking": self.blocking,
            "acknowledge": self.acknowledge,
            "acknowledged": self.acknowledged,
            "unreadable": self.unreadable,
            "message": self.message,
            "remedy": self.remedy,
            "objects": list(self.objects),
        }


def found(check: Check, snapshot: Snapshot) -> Iterator[Finding]:
    """The findings of one check. What it found before it came upon an unreadable part is kept."""
    told = snapshot.rescue and not check.stops_rescue
    return (_told(finding) if told else finding for finding in _found(check, snapshot))


def _told(finding: Finding) -> Finding:
    """What it says, without its stopping anything."""
    return replace(finding, severity="info" if finding.severity == "info" else "warn", acknowledge=False)


def _found(check: Check, snapshot: Snapshot) -> Iterator[Finding]:
    try:
        for problem in check.judge(snapshot):
            yield Finding(
                id=check.id,
                severity=problem.severity or check.severity,
                message=problem.message,
                remedy=problem.remedy or check.remedy,
                objects=problem.objects,
                acknowledge=check.acknowledge if problem.acknowledge is None else problem.acknowledge,
            )
    except NotAsked as unread:
        yield Finding(
            id=check.id,
            severity="warn",
            message=f"not known in check mode, which runs no command on the nodes: {unread.title}, {unread.why}",
            remedy="Without check mode preflight asks the nodes before anything is written, and stops when it has to.",
            unreadable=True,
        )
    except NotRead as unread:
        yield not_known(check.id, title=unread.title, why=unread.why)


def told_on_the_way_back(problem: Problem, snapshot: Snapshot) -> Problem:
    """What no API can answer is asked once, before the migration; who goes back has the answer, and is in a hurry."""
    if snapshot.wanted.method == "rollback":
        return replace(problem, severity="warn", acknowledge=False)
    return problem


def not_known(check: str, *, title: str, why: str) -> Finding:
    """What is not read is never a pass.

    :param check: the id of the check that needs it
    """
    return Finding(
        id=check,
        severity="block",
        message=f"not known, because {title} could not be read: {why}",
        remedy="Make it readable, or skip this check when you know the answer.",
        unreadable=True,
    )


def objects(kind: str, names: Iterable[str]) -> tuple[str, ...]:
    """``kind/name`` for each name, which may be ``namespace/name``: the way ``oc get`` takes them."""
    return tuple(f"{kind}/{name}" for name in names)


def named(kind: str, *items: Any) -> tuple[str, ...]:
    """``objects`` of raw API objects: ``kind/name``, or ``kind/namespace/name``."""
    return objects(kind, (key(item) for item in items))


def key(item: Any) -> str:
    """``name`` or ``namespace/name`` of a raw API object."""
    metadata = item["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])
