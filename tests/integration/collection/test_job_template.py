"""As Automation Platform runs it: ansible-runner, a throw-away directory, the credential in ``K8S_AUTH_`` variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ansible_runner

from tests.integration.ansible_runs import COLLECTION
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import running


def test_a_job_needs_nothing_but_the_credential(tmp_path: Path) -> None:
    options = Options(
        masters=1,
        workers=1,
        speed=0,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
        max_lifetime=300,
    )
    job = tmp_path / "job"
    (job / "project").mkdir(parents=True)
    with running(options) as simulator:
        run = ansible_runner.run(
            private_data_dir=str(job),
            playbook=f"{COLLECTION}.status",
            envvars={"K8S_AUTH_KUBECONFIG": str(simulator.kubeconfig), "HOME": str(job)},
            quiet=True,
            timeout=120,
        )
        said = _messages(run, task="Say where the migration stands")
        requests = simulator.requests()
    assert run.rc == 0, run.stdout.read()
    assert said[0] == "phase: not_started on the way to OVNKubernetes: the cluster runs OpenShiftSDN"
    assert {line.split(",")[0] for line in said} >= {"pool master: 1 of 1 updated", "pool worker: 1 of 1 updated"}
    assert said[-1] == "lock: nobody has it"
    assert writes(requests) == []


def _messages(run: Any, *, task: str) -> list[str]:
    """What the debug task of that name printed, line by line."""
    for event in run.events:
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == task:
            return list(event["event_data"]["res"]["msg"])
    raise AssertionError(f"no task {task!r} in {[event['event'] for event in run.events]}")
