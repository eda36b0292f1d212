# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.choices import (
    Choices,
    CustomCheck,
    invalid_choices,
    preflight_verdict,
    settled,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.findings import Finding
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.registry import CHECKS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.tables import WIDTH, table


def finding(name="nodes_ready", severity="block", **more):
    return Finding(id=name, severity=severity, message=f"{name} is wrong", remedy=f"mend {name}", **more)


def own(name="my_check", **more):
    return CustomCheck(id=name, kind="Pod", api_version="v1", query="items", message="m", **more)


@pytest.mark.parametrize(
    ("given", "blocking"),
    [
        pytest.param(finding(), True, id="a block"),
        pytest.param(finding(severity="warn"), False, id="a warning"),
        pytest.param(finding(severity="info"), False, id="an information"),
        pytest.param(finding(acknowledge=True), True, id="a block to be acknowledged"),
        pytest.param(finding(acknowledge=True, acknowledged=True), False, id="an acknowledged block"),
        pytest.param(finding(severity="warn", acknowledge=True), True, id="a warning to be acknowledged"),
        pytest.param(
            finding(severity="warn", acknowledge=True, acknowledged=True), False, id="an acknowledged warning"
        ),
        pytest.param(finding(severity="info", acknowledge=True), False, id="an information to be acknowledged"),
    ],
)
def test_what_stops_a_migration(given, blocking):
    assert given.blocking is blocking
    assert given.to_json()["blocking"] is blocking


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        pytest.param(
            Choices(acknowledge=frozenset({"nonsense"})), "acknowledge names nonsense, which is no check", id="ack"
        ),
        pytest.param(Choices(skip=frozenset({"nonsense"})), "skip names nonsense, which is no check", id="skip"),
        pytest.param(Choices(severities={"nonsense": "warn"}), "severities names nonsense", id="severities"),
        pytest.param(
            Choices(severities={"nodes_ready": "fatal"}), "fatal, which is none of block, warn, info", id="value"
        ),
        pytest.param(
            Choices(acknowledge=frozenset({"nodes_ready"})),
            "nodes_ready, which has to be mended",
            id="not to be acknowledged",
        ),
        pytest.param(
            Choices(acknowledge=frozenset({"my_check"}), custom_checks=(own(),)),
            "my_check, which has to be mended",
            id="own",
        ),
        pytest.param(
            Choices(custom_checks=(own("nodes_ready"),)),
            "custom check nodes_ready has the id of a check that",
            id="collides",
        ),
        pytest.param(
            Choices(custom_checks=(own(), own())), "custom check my_check is given more than once", id="twice"
        ),
        pytest.param(
            Choices(custom_checks=(own("My-Check"),)), "'My-Check': the id has to be lower_snake", id="spelling"
        ),
    ],
)
def test_choices_that_cannot_be_followed(choices, words):
    (objection,) = invalid_choices(choices, CHECKS)
    assert words in objection


WELL = {"id": "my_check", "kind": "Pod", "api_version": "v1", "query": "items", "message": "m"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({**WELL, "query": ""}, "custom check my_check lacks query"),
        ({"id": "my_check"}, "custom check my_check lacks kind, api_version, query, message"),
        ({"kind": "Pod"}, "custom check without an id lacks id, api_version, query, message"),
        ({**WELL, "kinds": "Pod"}, "custom check my_check has kinds, which no check has"),
        (
            {**WELL, "severity": "fatal"},
            "custom check my_check has the severity fatal, which is none of block, warn, info",
        ),
    ],
    ids=["empty query", "only an id", "no id", "unknown key", "unknown severity"],
)
def test_checks_of_ones_own_that_are_malformed(given, problem):
    choices = Choices.from_params({"acknowledge": [], "skip": [], "severities": {}, "custom_checks": [WELL, given]})
    assert choices.malformed == (problem,)
    assert invalid_choices(choices, CHECKS) == [problem]


def test_choices_that_can():
    choices = Choices(
        acknowledge=frozenset({"etcd_backup", "nodes_ready", "forward_migration_finished"}),
        skip=frozenset({"my_check", "pods_in_error"}),
        severities={"nodes_ready": "warn", "my_check": "info"},
        custom_checks=(own(),),
    )
    assert invalid_choices(choices, CHECKS) == []


def test_the_worst_comes_first():
    given = [
        finding("told", "info"),
        finding("warned", "warn"),
        finding("backup", acknowledge=True),
        finding("broken"),
        finding("risk", "warn", acknowledge=True),
    ]
    judged = settled(given, Choices(acknowledge=frozenset({"backup"}), severities={"told": "warn"}))
    assert [(f.id, f.severity, f.blocking) for f in judged] == [
        ("broken", "block", True),
        ("risk", "warn", True),
        ("backup", "block", False),
        ("told", "warn", False),
        ("warned", "warn", False),
    ]


@pytest.mark.parametrize(
    ("severity", "acknowledged", "blocking"),
    [
        ("block", False, True),
        ("block", True, False),
        ("warn", False, False),
        ("info", False, False),
        (None, False, True),
        (None, True, False),
    ],
)
def test_a_severity_of_ones_own_choice_is_a_decision(severity, acknowledged, blocking):
    risk = finding("risk", "warn", acknowledge=True)
    choices = Choices(
        acknowledge=frozenset({"risk"} if acknowledged else ()), severities={"risk": severity} if severity else {}
    )
    (judged,) = settled([risk], choices)
    assert judged.blocking is blocking


def test_law_16_nothing_softens_what_could_not_be_read():
    unread = finding("etcd_backup", acknowledge=False, unreadable=True)
    choices = Choices(acknowledge=frozenset({"etcd_backup"}), severities={"etcd_backup": "info"})
    assert settled([unread], choices) == (unread,)
    assert unread.blocking


def test_the_verdict():
    assert preflight_verdict([finding("a", "warn"), finding("b", "info")], checks=70).to_json() == {
        "state": "done",
        "reason": "nothing stops the migration: 70 checks, 1 warning",
    }
    assert preflight_verdict([finding("a"), finding("a"), finding("b")], checks=70).to_json() == {
        "state": "failed",
        "reason": "3 findings stop the migration: a, b",
    }


def test_the_table():
    long = finding("operators_healthy", acknowledge=False)
    lines = table([long, finding("dns", "info", acknowledge=True, acknowledged=True)])
    assert lines == [
        "! block  operators_healthy  operators_healthy is wrong",
        "                            -> mend operators_healthy",
        "  info   dns                dns is wrong",
        "                            -> acknowledged",
    ]


def test_long_messages_are_wrapped_below_themselves():
    wordy = Finding(id="a", severity="warn", message="word " * 80, remedy="do")
    lines = table([wordy])
    assert all(len(line) <= WIDTH for line in lines)
    assert {line[:12] for line in lines[1:]} == {" " * 12}


def test_nothing_found_is_no_table():
    assert table([]) == []
