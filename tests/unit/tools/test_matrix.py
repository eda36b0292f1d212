"""A cell must not pass with a warning, or without having done its work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.process import SimulatorFailed
from tools import environments, matrix, steps
from tools.cells import CELLS, ENDS, LOWEST, NEWEST, Cell

STEP = matrix.Step("migrate", ["true"], "the cluster runs OVNKubernetes")
REMOTE = next(cell for cell in CELLS if cell.modules)


@pytest.mark.parametrize(
    ("output", "wrong"),
    [
        pytest.param("the cluster runs OVNKubernetes", "", id="fine"),
        pytest.param("the cluster runs\n    OVNKubernetes", "", id="wrapped"),
        pytest.param("the cluster runs OpenShiftSDN", "did not say 'the cluster runs OVNKubernetes'", id="not done"),
        pytest.param(
            "  warn   tunnel_port_open: 5 warnings\nthe cluster runs OVNKubernetes", "", id="our own findings"
        ),
        pytest.param("[WARNING]: Value for 'skipped'\nthe cluster runs OVNKubernetes", "warned", id="Ansible warns"),
        pytest.param(
            "[DEPRECATION WARNING]: gone\nthe cluster runs OVNKubernetes", "DEPRECATION WARNING]: gone", id="deprecated"
        ),
        pytest.param(
            "x.py:1: ResourceWarning: open\nthe cluster runs OVNKubernetes", "ResourceWarning: open", id="Python warns"
        ),
    ],
)
def test_what_is_wrong_with_an_output(output: str, wrong: str) -> None:
    found = matrix.objection(STEP, output)
    assert (wrong in found) if wrong else (found == "")


def carried_out(tmp_path: Path, code: str, proof: str = "done") -> matrix.Done:
    step = matrix.Step("step", [sys.executable, "-c", code], proof)
    return matrix.carry_out(step, folder=tmp_path, around=os.environ)


def test_a_step_that_passes_leaves_its_output(tmp_path: Path) -> None:
    assert carried_out(tmp_path, "print('done')").wrong == ""
    assert (tmp_path / "step.log").read_text() == "done\n"


def test_a_step_that_fails_is_told_with_its_output(tmp_path: Path) -> None:
    wrong = carried_out(tmp_path, "print('done'); raise SystemExit(2)").wrong
    assert wrong.startswith("ended with 2") and "done" in wrong


def test_a_warning_on_either_stream_fails_a_step(tmp_path: Path) -> None:
    code = "import sys; print('done'); print('[WARNING]: x', file=sys.{})"
    assert all("[WARNING]: x" in carried_out(tmp_path, code.format(stream)).wrong for stream in ("stdout", "stderr"))


@pytest.mark.parametrize(
    ("collection", "code"), [pytest.param("ocp_day2", 1, id="ours"), pytest.param("kubernetes", 0, id="somebody's")]
)
def test_what_we_do_that_is_deprecated_ends_the_module(tmp_path: Path, collection: str, code: int) -> None:
    package = tmp_path / "ansible_collections" / collection
    package.mkdir(parents=True)
    (package / "old.py").write_text("import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=1)\n")
    path = os.pathsep.join(map(str, (matrix.TRAP, tmp_path)))
    done = subprocess.run(
        [sys.executable, "-c", f"import ansible_collections.{collection}.old"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "DeprecationWarning: old" in done.stderr) == (code, bool(code))


@pytest.mark.parametrize(("cell", "missing"), [(LOWEST, "Python 3.10 is"), (REMOTE, "Python 3.9 is")])
def test_a_cell_without_its_python_is_left_out(cell: Cell, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {REMOTE.python: sys.executable}
    monkeypatch.setattr(environments, "interpreter", there.get)
    result = matrix.run(cell, short=True)
    assert result.left_out.startswith(missing) and not result.failed


def test_what_cannot_be_installed_fails_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(python: str, requirements: list[str]) -> Path:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(environments, "interpreter", lambda version: sys.executable)
    monkeypatch.setattr(environments, "environment", fail)
    result = matrix.run(LOWEST, short=True)
    assert result.failed and [step.name for step in result.steps] == ["install"]


def test_a_simulator_that_does_not_start_fails_its_cell_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(cell: Cell, **options: object) -> list[matrix.Done]:
        raise SimulatorFailed("it ended with code 1")

    monkeypatch.setattr(environments, "interpreter", lambda version: sys.executable)
    monkeypatch.setattr(environments, "environment", lambda python, requirements: Path("environment"))
    monkeypatch.setattr(matrix, "_steps_done", fail)
    result = matrix.run(LOWEST, short=True)
    assert result.failed and result.steps[0].wrong == "it ended with code 1"


def names(cell: Cell, folder: Path, *, short: bool) -> list[str]:
    found = matrix.steps(cell, controller=Path("c"), modules=Path("c"), folder=folder, short=short)
    return [step.name for step in found]


def test_the_steps_of_a_cell(tmp_path: Path) -> None:
    whole = ["imports", "status", "preflight", "migrate", "bridges", "rollback"]
    assert names(LOWEST, tmp_path, short=False) == whole
    assert names(NEWEST, tmp_path, short=False) == [*whole, "units"]
    assert names(NEWEST, tmp_path, short=True) == ["status", "migrate", "bridges"]


def test_another_python_runs_the_modules(tmp_path: Path) -> None:
    found = list(matrix.steps(REMOTE, controller=Path("c"), modules=Path("m"), folder=tmp_path, short=True))
    assert all('"ansible_python_interpreter": "m/bin/python"' in step.command[-1] for step in found)


def test_the_report_counts_as_the_summary_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        matrix.Result(
            LOWEST, steps=(matrix.Done("status", 1.4), matrix.Done("migrate", 60.0, "warned:\n[WARNING]: x"))
        ),
        matrix.Result(NEWEST, left_out="Python 3.13 is not installed"),
    ]
    matrix.report(results, into=tmp_path / "matrix.xml")
    assert steps.counted(steps.read_counts(tmp_path / "matrix.xml")) == "1 failed, 1 passed, 1 skipped"
    said = capsys.readouterr().out
    assert f"{LOWEST.name}: migrate warned:\n[WARNING]: x" in said
    assert "| 2.16.0 | 3.10 | 2.4.0 | 24.2.0 | FAILED | status 1 migrate 60 | the lower bounds |" in said
    assert "| left out: Python 3.13 is not installed |" in said


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environments, "HOME", tmp_path / "matrix")
    return tmp_path / "matrix"


def test_an_environment_is_made_once_for_its_content(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = subprocess.run

    def run(command: list[str], **options: object) -> object:
        if command[1] == "-c":
            check = bool(options.pop("check", False))
            return real(command, check=check, **options)  # type: ignore[call-overload]
        made.append(command[2])
        if command[2] == "venv":
            Path(command[-1]).mkdir(parents=True)
        return None

    monkeypatch.setattr(subprocess, "run", run)
    one = environments.environment(sys.executable, ["kubernetes==24.2.0"])
    assert environments.environment(sys.executable, ["kubernetes==24.2.0"]) == one
    assert made == ["venv", "pip"]
    assert environments.environment(sys.executable, ["kubernetes==28.1.0"]) != one
    assert made == ["venv", "pip"] * 2


def test_a_python_of_pyenv_is_found_and_a_shim_that_does_nothing_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims, versions = tmp_path / "shims", tmp_path / "versions" / "9.9.1" / "bin"
    for folder, says in ((shims, "exit 127"), (versions, "echo 9.9.1")):
        folder.mkdir(parents=True)
        python = folder / ("python9.9" if folder is shims else "python")
        python.write_text(f"#!/bin/sh\n{says}\n")
        python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shims}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert environments.interpreter("9.9") == str(versions / "python")
    assert environments.interpreter("9.8") is None


def test_the_ends_are_cells() -> None:
    assert set(ENDS) <= set(CELLS)
