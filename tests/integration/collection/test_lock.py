"""Two runs, one cluster: the Lease, and what modules that hold it do while they wait."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import COLLECTION, environment, module, playbook
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

LEASE = "leases.coordination.k8s.io"
#: A run that takes the lock, waits under it for what never comes, and gives it back, however that ends.
BOOK = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "module_defaults": {f"group/{COLLECTION}.cluster": {"lock_holder": "{{ lock.holder | default(omit) }}"}},
        "tasks": [
            {
                "name": "take",
                f"{COLLECTION}.migration_lock": {
                    "lease_seconds": "{{ lease_seconds | default(omit) }}",
                    "take_over": "{{ take_over | default(omit) }}",
                },
                "register": "lock",
            },
            {
                "name": "work",
                "block": [
                    {
                        "name": "wait",
                        f"{COLLECTION}.mcp_wait": {
                            "network_type": "OVNKubernetes",
                            "wait_timeout": "{{ wait_timeout }}",
                            "wait_sleep": 1,
                            "stall_timeout": 600,
                        },
                    }
                ],
                "always": [
                    {
                        "name": "release",
                        f"{COLLECTION}.migration_lock": {"state": "released", "holder": "{{ lock.holder }}"},
                    }
                ],
            },
        ],
    }
]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = Options(
        masters=1,
        workers=0,
        speed=1.0,
        max_lifetime=300,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        yield simulator


def book(cwd: Path) -> Path:
    path = cwd / "book.yml"
    path.write_text(json.dumps(BOOK), encoding="utf-8")
    return path


def begun(simulator: RunningSimulator, cwd: Path, **variables: Any) -> subprocess.Popen[str]:
    """A run on another machine, once it has the lock."""
    process = subprocess.Popen(
        ["ansible-playbook", str(book(cwd)), "-e", json.dumps(variables)],
        env=environment(simulator.kubeconfig, home=cwd),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    waiting_for(lambda: bool(leases(simulator)), what="the first run has taken the lock")
    return process


def leases(simulator: RunningSimulator) -> list[dict[str, Any]]:
    """What was written to the Lease, in order."""
    ours = [row for row in writes(simulator.requests()) if "ovn-migration" in (row["namespace"] or "")]
    return [row["body"] for row in ours if row["resource"] == LEASE and row["status"] < 400]


def held_in(simulator: RunningSimulator) -> str:
    holder: str = leases(simulator)[-1]["spec"]["holderIdentity"]
    return holder


def reads(simulator: RunningSimulator, resource: str) -> list[Any]:
    return [row for row in simulator.requests() if row["resource"].startswith(resource) and row["verb"] == "list"]


def waiting_for(condition: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"not within a minute: {what}"
        time.sleep(0.2)


def test_the_second_of_two_runs_is_refused_with_the_name_of_the_first(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    with begun(simulator, tmp_path, wait_timeout=600, lease_seconds=6) as first:
        try:
            began = time.monotonic()
            second = playbook(
                str(book(tmp_path)), kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables={"wait_timeout": 600}
            )
            took = time.monotonic() - began
            lock = module("migration_journal", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)["lock"]
            status = playbook("status", kubeconfig=simulator.kubeconfig, cwd=tmp_path)
            taken = module(
                "migration_lock",
                {"holder": "admin@desk", "take_over": True},
                kubeconfig=simulator.kubeconfig,
                cwd=tmp_path,
            )
            output, _errors = first.communicate(timeout=60)
        finally:
            first.kill()
    assert second.code != 0 and took < 20, second.output
    assert f"{lock['holder']} has it since" in second.flat and "will have expired at" in second.flat
    assert lock["renewed_at"] > lock["held_since"], "the first run renews while it waits"
    assert status.code == 0 and f"lock: {lock['holder']} since" in status.flat, status.output
    assert taken["taken_from"] == lock["holder"]
    assert first.returncode != 0 and "admin@desk has it since" in output and "must not go on" in output
    after = module("migration_journal", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert after["lock"]["holder"] == "admin@desk", "what the first run gives back at its end is no longer its own"


def test_migrate_is_refused_on_a_cluster_that_somebody_works_on(simulator: RunningSimulator, tmp_path: Path) -> None:
    module("migration_lock", {"holder": "admin@desk/night"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    before = len(simulator.requests())
    began = time.monotonic()
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables={"cno_allow_disruption": True})
    assert time.monotonic() - began < 30
    assert run.code == 2, run.output
    assert "admin@desk/night has it since" in run.flat
    assert writes(simulator.requests()[before:]) == []


def test_what_a_killed_playbook_leaves_behind_ends_and_the_next_run_begins(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    """The module of a killed playbook lives on. It has to notice, and to give the Lease back."""
    with begun(simulator, tmp_path, wait_timeout=600) as first:
        waiting_for(lambda: len(reads(simulator, "machineconfigpools")) > 2, what="the first run waits")
        first.kill()
    held = module("migration_journal", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    waiting_for(lambda: not held_in(simulator), what="the module has noticed")
    seen = len(simulator.requests())
    second = playbook(str(book(tmp_path)), kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables={"wait_timeout": 0})
    assert "not within 0 s" in second.flat, f"{held}\n{second.output}"
    assert held["lock"]["lease_seconds"] == 120
    assert [row["verb"] for row in writes(simulator.requests()[seen:])] == ["update", "update"], "taken, given back"
