# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as a table for people: aligned columns, the remedy below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .findings import Finding

#: Characters of a line, as far as words allow.
WIDTH = 150
STOPS = "!"


def table(findings: Sequence[Finding]) -> list[str]:
    """The lines of a table: a mark where the finding stops the migration, severity, id, message; below it the remedy.

    A finding that has been acknowledged says so in place of the remedy.
    """
    columns = max((len(finding.id) for finding in findings), default=0)
    indent = " " * (len(STOPS) + 1 + len("block") + 2 + columns + 2)
    lines: list[str] = []
    for finding in findings:
        mark = STOPS if finding.blocking else " "
        head = f"{mark} {finding.severity:<5}  {finding.id:<{columns}}  "
        lines += textwrap.wrap(finding.message, WIDTH, initial_indent=head, subsequent_indent=indent)
        lines += textwrap.wrap(f"-> {advice(finding)}", WIDTH, initial_indent=indent, subsequent_indent=f"{indent}   ")
    return lines


def advice(finding: Finding) -> str:
    if finding.acknowledged:
        return "acknowledged"
    return finding.remedy
