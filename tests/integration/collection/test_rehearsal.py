"""``--check --diff`` from every phase tells the plan, and nothing that writes, runs or logs in reaches the cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.proxy import ReadOnly, read_only
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

Action = Callable[[RunningSimulator, Path], object]


@pytest.fixture
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    directory = tmp_path_factory.mktemp("rehearsal")
    options = Options(
        masters=1,
        workers=1,
        speed=0,
        max_lifetime=900,
        kubeconfig=directory / "kubeconfig",
        state=directory / "state.json",
    )
    with running(options) as simulator:
        yield simulator


def _module(name: str, **options: Any) -> Action:
    return lambda simulator, cwd: module(name, {"wait_sleep": 1, **options}, kubeconfig=simulator.kubeconfig, cwd=cwd)


def _ask_while_a_pool_degrades(simulator: RunningSimulator, cwd: Path) -> None:
    simulator.add_fault("pool_degraded:worker")
    _module("cno_migration", state="prepared")(simulator, cwd)


def _let_the_pools_go_on(simulator: RunningSimulator, cwd: Path) -> None:
    simulator.remove_fault("pool_degraded")
    waited = module(
        "mcp_wait", {"network_type": "OVNKubernetes", "wait_sleep": 1}, kubeconfig=simulator.kubeconfig, cwd=cwd
    )
    assert waited["verdict"]["state"] == "done", waited


def _flip_while_the_operator_refuses(simulator: RunningSimulator, cwd: Path) -> None:
    simulator.add_fault("cno_refuses,message=not tonight")
    _module("cno_migration", state="switched")(simulator, cwd)


def _let_the_operator_go_on(simulator: RunningSimulator, cwd: Path) -> None:
    simulator.remove_fault("cno_refuses")
    switched = module("cno_migration", {"state": "switched"}, kubeconfig=simulator.kubeconfig, cwd=cwd)
    assert switched["verdict"]["state"] == "done", switched


#: phase -> how the cluster gets there from the one before, and what a rehearsal from there has to tell
STAGES: dict[str, tuple[Action, tuple[str, ...]]] = {
    "not_started": (lambda simulator, cwd: None, ('"networkType": "OVNKubernetes"', "2 nodes would be rebooted")),
    "preparing": (_ask_while_a_pool_degrades, ("preparing: pool worker is degraded",)),
    "prepared": (_let_the_pools_go_on, ('"networkType": "OVNKubernetes"',)),
    "switching": (_flip_while_the_operator_refuses, ("switching: the operator has not applied",)),
    "awaiting_reboot": (_let_the_operator_go_on, ("2 nodes would be rebooted", "openshift-sdn would be deleted")),
    "half rebooted": (_module("node_reboot", nodes=["worker-0"]), ("1 node would be rebooted",)),
    "verifying": (_module("node_reboot"), ("openshift-sdn would be deleted",)),
    "cleanup_pending": (_module("cno_migration", state="finalized"), ("openshift-sdn would be deleted",)),
}


@pytest.mark.parametrize(
    "rehearsed",
    [
        # From the start, molecule and a survey's answers are rehearsed in every run.
        pytest.param(("half rebooted",), id="half rebooted"),
        pytest.param((*STAGES,), id="every-phase", marks=pytest.mark.slow),
    ],
)
def test_a_rehearsal_touches_nothing(simulator: RunningSimulator, tmp_path: Path, rehearsed: tuple[str, ...]) -> None:
    with read_only(simulator.kubeconfig) as view:
        for phase in list(STAGES)[: list(STAGES).index(rehearsed[-1]) + 1]:
            get_there, told = STAGES[phase]
            get_there(simulator, tmp_path)
            if phase in rehearsed:
                _rehearse(view, tmp_path, phase=phase, told=told)


def _rehearse(view: ReadOnly, cwd: Path, *, phase: str, told: tuple[str, ...]) -> None:
    environment = {"PATH": f"{view.path}{os.pathsep}{os.environ['PATH']}"}
    run = playbook(
        "migrate",
        kubeconfig=view.kubeconfig,
        cwd=cwd,
        variables={"cno_reboot_strategy": "rsh_then_ssh", "cno_artifacts_dir": str(cwd / "artifacts")},
        arguments=["--check", "--diff"],
        environment=environment,
    )
    assert run.code == 0, f"{phase}: {run.output}"
    if phase == "not_started":
        assert run.counts["changed"] >= 2, run.output
    assert view.hits == [], phase
    assert not (cwd / "artifacts").exists(), phase
    missing = [words for words in told if words not in run.flat]
    assert not missing, f"{phase}: {missing} not in {run.output}"
