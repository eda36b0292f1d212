# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user says about findings, and what becomes of them then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ..verdicts import Verdict, counted, done, failed, listed
from .findings import SEVERITIES, Check, Finding, Severity

REQUIRED = ("id", "kind", "api_version", "query", "message")
_ID = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")


@dataclass(frozen=True)
class CustomCheck:
    """A check of the user's own: what ``query`` (JMESPath) selects of a list of ``kind`` is wrong."""

    id: str
    kind: str
    api_version: str
    query: str
    message: str
    severity: Severity = "block"

    @classmethod
    def from_params(cls, given: Mapping[str, Any]) -> CustomCheck:
        """:raises ValueError: naming the check and what is wrong with it; ``message`` is a name that Ansible keeps for
        itself in a specification of suboptions, so that these are looked at here"""
        name = given.get("id") or "without an id"
        unknown = sorted(set(given) - {*REQUIRED, "severity"})
        missing = [key for key in REQUIRED if not isinstance(given.get(key), str) or not given[key]]
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has {', '.join(unknown)}, which no check has"] if unknown else []
        severity = given.get("severity", "block")
        if severity not in SEVERITIES:
            wrong.append(f"has the severity {severity}, which is none of {', '.join(SEVERITIES)}")
        if wrong:
            raise ValueError(f"custom check {name} {', and '.join(wrong)}")
        return cls(**{key: given[key] for key in REQUIRED}, severity=severity)


@dataclass(frozen=True)
class Choices:
    """:param acknowledge: ids of findings that the user knows about and takes upon himself
    :param skip: ids of checks that are not made
    :param severities: id -> severity in place of the check's own
    :param malformed: what is wrong with checks of the user's own that are not in ``custom_checks`` therefore
    """

    acknowledge: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    severities: Mapping[str, str] = field(default_factory=dict)
    custom_checks: tuple[CustomCheck, ...] = ()
    malformed: tuple[str, ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Choices:
        own: list[CustomCheck] = []
        malformed: list[str] = []
        for given in params["custom_checks"]:
            try:
                own.append(CustomCheck.from_params(given))
            except ValueError as error:
                malformed.append(str(error))
        return cls(
            acknowledge=frozenset(params["acknowledge"]),
            skip=frozenset(params["skip"]),
            severities=params["severities"],
            custom_checks=tuple(own),
            malformed=tuple(malformed),
        )


def invalid_choices(choices: Choices, checks: Collection[Check]) -> list[str]:
    """What is wrong with the choices themselves, before anything is read.

    :param checks: all checks, of every method: a variable that serves both directions is no mistake
    """
    own = [check.id for check in choices.custom_checks]
    known = {check.id for check in checks} | set(own)
    found = [*choices.malformed]
    found += [
        f"{option} names {name}, which is no check"
        for option, names in (
            ("acknowledge", choices.acknowledge),
            ("skip", choices.skip),
            ("severities", choices.severities),
        )
        for name in sorted(set(names) - known)
    ]
    found += [
        f"severities gives {name} the severity {severity}, which is none of {', '.join(SEVERITIES)}"
        for name, severity in sorted(choices.severities.items())
        if severity not in SEVERITIES
    ]
    unmovable = {check.id for check in checks if check.severity == "block" and not check.acknowledge}
    unmovable |= {check.id for check in choices.custom_checks if check.severity == "block"}
    found += [
        f"acknowledge names {name}, which has to be mended; skip it, or lower its severity, at your own risk"
        for name in sorted(choices.acknowledge & unmovable - set(choices.severities))
    ]
    found += [
        f"custom check {name} has the id of a check that exists" for name in own if name in {c.id for c in checks}
    ]
    found += [f"custom check {name} is given more than once" for name in sorted(set(own)) if own.count(name) > 1]
    found += [f"custom check {name!r}: the id has to be lower_snake words" for name in own if not _ID.match(name)]
    return found


def settled(findings: Iterable[Finding], choices: Choices) -> tuple[Finding, ...]:
    """The findings as the user wants them judged, the worst first, else in the order of the checks.

    A finding that says that its check could not be made keeps its severity and cannot be acknowledged: nobody knows
    what there would be to acknowledge. Only ``skip`` gets past it.
    """
    judged = [finding if finding.unreadable else _chosen(finding, choices) for finding in findings]
    return tuple(sorted(judged, key=lambda finding: (not finding.blocking, SEVERITIES.index(finding.severity))))


def _chosen(finding: Finding, choices: Choices) -> Finding:
    """With a severity of the user's choice, only ``block`` still wants to be acknowledged."""
    severity = cast("Severity", choices.severities.get(finding.id, finding.severity))
    wants = finding.acknowledge and (finding.id not in choices.severities or severity == "block")
    known = wants and finding.id in choices.acknowledge
    return replace(finding, severity=severity, acknowledge=wants, acknowledged=known)


def preflight_verdict(findings: Collection[Finding], *, checks: int) -> Verdict:
    """:param checks: how many were made"""
    blocking = [finding for finding in findings if finding.blocking]
    if blocking:
        ids = listed(dict.fromkeys(finding.id for finding in blocking))
        return failed(f"{counted(len(blocking), 'finding', 'stop')} the migration: {ids}")
    warnings = sum(finding.severity == "warn" for finding in findings)
    return done(f"nothing stops the migration: {counted(checks, 'check')}, {counted(warnings, 'warning')}")
