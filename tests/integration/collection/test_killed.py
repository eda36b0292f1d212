"""SIGKILL in every phase: the next run goes on from an empty directory, and the end is as if nothing had been."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import environment, migration_command, playbook
from tests.integration.conditions import until
from tests.integration.records import accepted, named, reboots, without_notes, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

Row = Mapping[str, Any]
Moment = Callable[[RunningSimulator], bool]
#: Whoever has killed a run knows that it is dead, and need not wait for its Lease to expire.
VARIABLES = {"cno_allow_disruption": True, "cno_lock_take_over": True, "cno_backup_etcd_enabled": True}
NODES = ("master-0", "worker-0", "worker-1")
EACH_ONCE = {(node, cause): 1 for node in NODES for cause in ("mco", "manual")}


def _written(verb: str, resource: str, name: str, *, after_flip: bool = False) -> Moment:
    """A write has been accepted."""

    def reached(simulator: RunningSimulator) -> bool:
        rows = [
            row
            for row in accepted(writes(simulator.requests()))
            if row["verb"] != "patch" or without_notes(row["body"]) is not None
        ]
        flips = [row["seq"] for row in rows if row["resource"] == "networks.config.openshift.io"]
        if after_flip and not flips:
            return False
        since = max(flips) if after_flip else 0
        return any(
            row["verb"] == verb
            and row["resource"] == resource
            and (named(row) or "").startswith(name)
            and row["seq"] > since
            for row in rows
        )

    return reached


def _rebooting(cause: str, node: str) -> Moment:
    """A node has been told to reboot."""
    return lambda simulator: any(
        row["cause"] == cause and row["node"].startswith(node) for row in simulator.disruptions()["reboots"]
    )


def _ran(program: str) -> Moment:
    return lambda simulator: any(
        row["verb"] == "exec" and program in " ".join(row["body"]["command"]) for row in simulator.requests()
    )


MOMENTS: dict[str, Moment] = {
    "preflight": _ran("==interfaces"),
    "lock": _written("create", "leases.coordination.k8s.io", "migration"),
    "backup": _written("create", "configmaps", "backup-"),
    "etcd backup": _ran("cluster-backup.sh"),
    "loans": _written("create", "configmaps", "migration-loans"),
    "prepare": _written("patch", "networks.operator.openshift.io", "cluster"),
    "rollout": _rebooting("mco", "worker"),
    "br-ex": _ran("br-exists"),
    "boot ids": _written("create", "configmaps", "migration-journal"),
    "switch": _written("patch", "networks.config.openshift.io", "cluster"),
    "reboot of the control plane": _rebooting("manual", "master"),
    "reboot of the workers": _rebooting("manual", "worker"),
    "verify": _written("patch", "machinehealthchecks.machine.openshift.io", "workers", after_flip=True),
    "clean-up": _written("patch", "networks.operator.openshift.io", "cluster", after_flip=True),
    "namespace": _written("delete", "namespaces", "openshift-sdn"),
}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = Options(
        masters=1,
        workers=2,
        speed=120,
        max_lifetime=900,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        yield simulator


#: In every run of the suite: in the middle of the window and of the reboots. All of them take four times as long.
MIDDLES = ("switch", "reboot of the workers")


@pytest.mark.parametrize(
    "moments",
    [pytest.param(MIDDLES, id="middles"), pytest.param((*MOMENTS,), id="every-phase", marks=pytest.mark.slow)],
)
def test_killed_it_goes_on_from_an_empty_directory(
    simulator: RunningSimulator, tmp_path: Path, moments: tuple[str, ...]
) -> None:
    killed = [name for name in moments if _killed_at(MOMENTS[name], simulator, tmp_path / name)]
    _enough_were_killed(killed, moments)
    _it_ends_as_if_nothing_had_been(simulator, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_killed_and_robbed_of_our_namespace_it_goes_on(simulator: RunningSimulator, tmp_path: Path) -> None:
    killed = []
    for name, reached in MOMENTS.items():
        if _killed_at(reached, simulator, tmp_path / name):
            killed.append(name)
            _delete_our_namespace(simulator)
    _enough_were_killed(killed, (*MOMENTS,))
    _it_ends_as_if_nothing_had_been(simulator, tmp_path)


def _delete_our_namespace(simulator: RunningSimulator) -> None:
    """By an administrator, who tries again while the API of the only control-plane node is away."""
    command = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), "delete", "namespace", "ovn-migration"]
    command += ["--wait=false", "--ignore-not-found"]
    until(lambda: subprocess.run(command, check=False, capture_output=True).returncode == 0)


def _enough_were_killed(killed: Sequence[str], moments: Sequence[str]) -> None:
    missed = {*moments} - {*killed}
    assert len(missed) <= len(moments) // 5, f"an earlier run had got there before it could be killed: {missed}"


def _it_ends_as_if_nothing_had_been(simulator: RunningSimulator, tmp_path: Path) -> None:
    last = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=_empty(tmp_path / "last"), variables=VARIABLES)
    assert last.code == 0, last.output[-4000:]
    assert "complete: the cluster runs OVNKubernetes" in last.flat
    assert dict(reboots(simulator.disruptions())) == EACH_ONCE
    before = len(simulator.requests())
    again = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=_empty(tmp_path / "again"), variables=VARIABLES)
    assert again.code == 0, again.output[-4000:]
    assert again.counts["changed"] == 0
    assert writes(simulator.requests()[before:]) == []
    assert _nothing_is_left_borrowed(simulator)


def _killed_at(reached: Moment, simulator: RunningSimulator, directory: Path) -> bool:
    """Start the migration in an empty directory, and kill it with all that it has started as soon as it is there.

    False when an earlier run has got there already.
    """
    if reached(simulator):
        return False
    with (_empty(directory) / "log").open("wb") as log:
        process = subprocess.Popen(
            migration_command(VARIABLES),
            env=environment(simulator.kubeconfig, home=directory),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 240
        while not reached(simulator):
            said = (directory / "log").read_text(encoding="utf-8")[-3000:]
            assert process.poll() is None, f"{directory.name}: it ended with {process.returncode}\n{said}"
            assert time.monotonic() < deadline, f"{directory.name}: not reached\n{said}"
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return True


def _empty(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _nothing_is_left_borrowed(simulator: RunningSimulator) -> bool:
    """The last word on every MachineHealthCheck was to wake it up."""
    words = [
        row["body"]["metadata"]["annotations"]["cluster.x-k8s.io/paused"]
        for row in accepted(writes(simulator.requests()))
        if row["resource"] == "machinehealthchecks.machine.openshift.io"
    ]
    return bool(words) and words[-1] is None
