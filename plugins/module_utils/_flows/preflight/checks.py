# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks before a migration, made on one look at the cluster; read only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..._cluster.dynamic import DynamicKinds
from ..._cluster.kinds import Kind
from ..._cluster.port import Cluster
from ..._domain.errors import (
    MigrationError,
    Misconfigured,
    NotFound,
    Refused,
    Unauthorized,
    Untrusted,
    WaitTimeout,
)
from ..._domain.preflight.choices import Choices, CustomCheck, invalid_choices, preflight_verdict, settled
from ..._domain.preflight.findings import SEVERITIES, Finding, found, named, not_known
from ..._domain.preflight.registry import CHECKS, checks_for
from ..._domain.preflight.snapshot import Wanted
from ..._domain.preflight.tables import table
from ..._domain.verdicts import Verdict, done, pending
from ..outcome import Outcome
from ..waiting.waiter import Waiter
from .snapshot import SnapshotReader

#: Characters of a query's result that go into a message.
SHOWN = 300


@dataclass(frozen=True)
class CompiledCheck:
    """A check of the user's own that can be made: its query is valid, and the cluster serves its kind."""

    check: CustomCheck
    kind: Kind
    search: Callable[[Any], Any]


def preflight(cluster: Cluster, wanted: Wanted, choices: Choices) -> Outcome:
    """
    :raises Refused: the choices name unknown checks, or a check of the user's own cannot be made at all
    :raises MigrationError: the API as a whole could not be read
    """
    _refuse(choices)
    checks = [check for check in checks_for(wanted.method, wanted.moment) if check.id not in choices.skip]
    own = _compiled(cluster, [check for check in choices.custom_checks if check.id not in choices.skip])
    reader = SnapshotReader(cluster, wanted)
    snapshot = reader.read()
    findings = [finding for check in checks for finding in found(check, snapshot)]
    findings += [finding for check in own for finding in _custom(reader, check)]
    judged = settled(findings, choices)
    return Outcome(
        facts={
            "verdict": preflight_verdict(judged, checks=len(checks) + len(own)).to_json(),
            "method": wanted.method,
            "target": wanted.target,
            "findings": [finding.to_json() for finding in judged],
            "table": table(judged),
            "blockers": sum(finding.blocking for finding in judged),
            "counts": {severity: sum(f.severity == severity for f in judged) for severity in SEVERITIES},
            "checks": len(checks) + len(own),
            "checks_skipped": sorted(choices.skip),
            "requests": reader.requests,
        }
    )


def preflight_within(cluster: Cluster, wanted: Wanted, choices: Choices, waiter: Waiter) -> Outcome:
    """Look until nothing stops the migration, or time is up: an operator may just be settling.

    :raises MigrationError: as ``preflight``
    """
    looks: list[Outcome] = []

    def judge(outcome: Outcome) -> Verdict:
        looks[:] = [outcome]
        verdict = outcome.facts["verdict"]
        return pending(verdict["reason"]) if outcome.facts["blockers"] else done(verdict["reason"])

    try:
        waiter.until(
            tried="see nothing stop the migration",
            remedy="Mend or acknowledge what stands in the findings.",
            observe=lambda: preflight(cluster, wanted, choices),
            judge=judge,
        )
    except WaitTimeout:
        # Whoever asked looks at the findings himself.
        return looks[0]
    return looks[0]


def _refuse(choices: Choices) -> None:
    wrong = invalid_choices(choices, CHECKS)
    if wrong:
        raise Refused(
            tried="make the checks that were asked for",
            seen="; ".join(wrong),
            remedy="Nothing was read. docs/preflight.md of the collection lists all checks.",
            facts={"problems": wrong},
        )


def _compiled(cluster: Cluster, checks: list[CustomCheck]) -> list[CompiledCheck]:
    kinds = DynamicKinds(cluster)
    compiled = [(check, _query(check)) for check in checks]
    return [CompiledCheck(check, _kind(kinds, check), search) for check, search in compiled]


def _query(check: CustomCheck) -> Callable[[Any], Any]:
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError as error:
        raise MigrationError(
            tried=f"make the custom check {check.id}",
            seen=f"the Python package jmespath cannot be imported ({error})",
            remedy="Install it where the module runs: pip install jmespath.",
        ) from error
    try:
        compiled = jmespath.compile(check.query)
    except JMESPathError as error:
        raise _broken(check, error) from error

    def search(document: Any) -> Any:
        try:
            return compiled.search(document)
        except JMESPathError as error:
            raise _broken(check, error) from error

    return search


def _broken(check: CustomCheck, error: Exception) -> Refused:
    return Refused(
        tried=f"make the custom check {check.id}",
        seen=f"its query is broken: {' '.join(str(error).split())}",
        remedy="Correct the JMESPath; it is evaluated on a list, {items: [...]}.",
        facts={"problems": [f"custom check {check.id}: {error}"]},
    )


def _kind(kinds: DynamicKinds, check: CustomCheck) -> Kind:
    try:
        return kinds.resolve(check.kind, check.api_version)
    except NotFound as error:
        raise Refused(
            tried=f"make the custom check {check.id}",
            seen=f"the cluster serves no kind {check.kind} in {check.api_version}",
            remedy=f"{error.remedy} Skip the check on clusters that do not have it.".strip(),
            facts={"problems": [f"custom check {check.id}: unknown kind"]},
        ) from error


def _custom(reader: SnapshotReader, compiled: CompiledCheck) -> Iterator[Finding]:
    check = compiled.check
    try:
        items = reader.listed(compiled.kind)
    except (Unauthorized, Untrusted, Misconfigured):
        raise
    except MigrationError as error:
        yield not_known(check.id, title=compiled.kind.title, why=error.seen)
        return
    result = compiled.search({"apiVersion": check.api_version, "kind": f"{check.kind}List", "items": [*items]})
    if result:
        yield Finding(
            id=check.id,
            severity=check.severity,
            message=f"{check.message} ({_shown(result)})",
            remedy=f"It is a check of your own: {check.query}",
            objects=_objects(compiled.kind, result),
        )


def _shown(result: Any) -> str:
    """``a, b, c`` for names, else the JSON; never the API objects as a whole."""
    rows = result if isinstance(result, list) else [result]
    words = [_name(row) or (row if isinstance(row, str) else json.dumps(row, sort_keys=True)) for row in rows]
    text = ", ".join(words)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _objects(kind: Kind, result: Any) -> tuple[str, ...]:
    rows = result if isinstance(result, list) else [result]
    title = kind.title
    return tuple(
        name
        for row in rows
        for name in (named(title, row) if _name(row) else (f"{title}/{row}",) if isinstance(row, str) else ())
    )


def _name(row: Any) -> str:
    metadata = row.get("metadata") if isinstance(row, dict) else None
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""
