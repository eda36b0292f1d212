"""The summary of `make test` must not say more than what happened."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tools import steps

JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
  <testsuite name="pytest" tests="10" failures="2" errors="1" skipped="3" time="0.5"/>
</testsuites>
"""


def step(name: str, *, code: int = 0, **counts: int) -> steps.Step:
    return steps.Step(name=name, code=code, seconds=1.0, counts=Counter(counts))


def test_junit_counts_are_read_as_pytest_prints_them(tmp_path: Path) -> None:
    results = tmp_path / "unit.xml"
    results.write_text(JUNIT, encoding="utf-8")
    assert steps.counted(steps.read_counts(results)) == "2 failed, 1 errors, 4 passed, 3 skipped"


def test_a_step_without_tests_counts_none(tmp_path: Path) -> None:
    assert steps.counted(steps.read_counts(tmp_path / "ruff.xml")) == ""


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        pytest.param([step("ruff"), step("unit", passed=5)], {"passed": 5}, id="all well"),
        pytest.param([step("ruff", code=2), step("unit", passed=5)], {"passed": 5, "errors": 1}, id="a linter fails"),
        pytest.param([step("unit", code=1, passed=4, failed=1)], {"passed": 4, "failed": 1}, id="a test fails"),
        pytest.param([step("unit", code=4, passed=4)], {"passed": 4, "errors": 1}, id="pytest itself fails"),
    ],
)
def test_total(run: list[steps.Step], expected: dict[str, int]) -> None:
    assert +steps.total(run) == Counter(expected)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A make that notes its targets, and fails on the target `bad`; the note."""
    note = tmp_path / "note"
    script = tmp_path / "make"
    script.write_text(f'#!/bin/sh\necho "$2" >> "{note}"\n[ "$2" != bad ]\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("MAKE", str(script))
    monkeypatch.setattr(steps, "RESULTS", tmp_path)
    return note


@pytest.mark.parametrize(
    ("arguments", "code", "ran"),
    [
        pytest.param(["one", "two"], 0, ["one", "two"], id="all run"),
        pytest.param(["bad", "two"], 1, ["bad", "two"], id="the rest runs after a failure"),
        pytest.param(["--stop", "bad", "two"], 1, ["bad"], id="or not"),
    ],
)
def test_steps_run_in_order(
    arguments: list[str],
    code: int,
    ran: list[str],
    make: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["steps", *arguments])
    with pytest.raises(SystemExit) as ended:
        steps.main()
    assert ended.value.code == code
    assert make.read_text(encoding="utf-8").split() == ran
    assert ("FAILED: bad" in capsys.readouterr().out) == (code == 1)


def test_results_of_an_earlier_run_do_not_count(make: Path, tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(JUNIT, encoding="utf-8")
    assert +steps.run("unit").counts == Counter()


def test_steps_beside_each_other_end_before_the_next_begins(
    make: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["steps", "--stop", "one", "bad+two", "three"])
    with pytest.raises(SystemExit):
        steps.main()
    ran = make.read_text(encoding="utf-8").split()
    assert (ran[0], sorted(ran[1:])) == ("one", ["bad", "two"])
    printed = capsys.readouterr().out
    assert printed.index(" bad ") < printed.index(" two ")
    assert "not run: three" in printed
