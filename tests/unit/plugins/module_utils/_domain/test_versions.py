# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.versions import Version, offline_problem


def parsed(text):
    return Version.parse(text)


def problem_of(version):
    return offline_problem(version)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4.9.59", "too old"),
        ("4.10.3", None),
        ("4.14.31", None),
        ("4.16.52", None),
        ("4.17.0", "has no OpenShiftSDN"),
        ("4.18.1", "has no OpenShiftSDN"),
        ("5.0.0", "has no OpenShiftSDN"),
        ("3.11.0", "too old"),
    ],
)
def test_law_15_gates_are_at_least_never_equals(text, problem):
    found = problem_of(parsed(text))
    assert (found is None) if problem is None else (problem in found and text in found)


def test_law_16_a_version_that_cannot_be_read_is_a_problem():
    assert "could not be read" in problem_of(None)
    assert Version.parse("rubbish") is None
    assert Version.from_json({}) is None


@pytest.mark.parametrize(("minor", "answer"), [(9, True), (14, True), (15, False), (100, False)])
def test_at_least_counts_and_does_not_spell(minor, answer):
    assert parsed("4.14.1").at_least(minor) is answer


def entry(state, version):
    return {"state": state, "version": version}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        pytest.param({"history": [entry("Completed", "4.14.31")]}, "4.14.31", id="steady"),
        pytest.param(
            {"desired": {"version": "4.17.0"}, "history": [entry("Partial", "4.17.0"), entry("Completed", "4.16.9")]},
            "4.16.9",
            id="an upgrade under way does not count",
        ),
        pytest.param(
            {"desired": {"version": "4.14.2"}, "history": [entry("Partial", "4.14.2")]}, "4.14.2", id="installing"
        ),
    ],
)
def test_the_version_is_what_really_runs(status, text):
    assert str(Version.from_json({"status": status})) == text
