"""Whole runs in which something goes wrong: what the operator is told, and that the same command ends it well."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import accepted, reboots, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

CONSENT = {"cno_allow_disruption": True}
EACH_ONCE = {
    (f"{role}-{number}", cause): 1
    for role in ("master", "worker")
    for number in range(3)
    for cause in ("mco", "manual")
}


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    settings = {"speed": 150.0, **getattr(request, "param", {})}
    options = Options(max_lifetime=900, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **settings)
    with running(options) as simulator:
        yield simulator


STORMS = ("conflict_storm,count=3", "throttle_storm,count=6", "exec_dropped:master-1", "node_slow:worker-2,factor=2")


@pytest.mark.parametrize("simulator", [{"faults": (*STORMS, "namespace_stuck:openshift-sdn")}], indirect=True)
def test_storms_are_outlasted_and_a_stuck_namespace_is_reported(simulator: RunningSimulator, tmp_path: Path) -> None:
    run = playbook(
        "migrate",
        kubeconfig=simulator.kubeconfig,
        cwd=tmp_path,
        # What an exec is for before the reboots would be refused by a stream that always breaks off.
        variables={**CONSENT, "cno_cleanup_namespace_timeout": 2, "cno_switch_bridges_enabled": False},
        arguments=["--skip-tags", "cno_preflight"],
    )
    assert run.code == 0, run.output[-4000:]
    assert "Namespace openshift-sdn is still Terminating" in run.flat
    assert "complete: the cluster runs OVNKubernetes; namespace openshift-sdn is still Terminating" in run.flat
    assert "[ERROR]" not in run.output, "what harms nothing is not shown as an error"
    assert dict(reboots(simulator.disruptions())) == EACH_ONCE


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("simulator", [{"speed": 0.0}], indirect=True)
@pytest.mark.parametrize(
    ("resource", "change", "words"),
    [
        pytest.param(
            "machineconfigpool/worker",
            '{"spec":{"paused":true}}',
            "pools_not_paused",
            id="paused-pool",
        ),
        pytest.param("node/worker-1", '{"spec":{"unschedulable":true}}', "1 node is cordoned: worker-1", id="cordoned"),
        pytest.param(
            "network.config.openshift.io/cluster",
            '{"spec":{"networkType":"OVNKubernetes"}}',
            "set spec.networkType back to OpenShiftSDN with: oc patch network.config cluster --type=merge",
            id="flipped-by-hand",
        ),
    ],
)
def test_what_cannot_go_well_is_refused_before_any_write(
    simulator: RunningSimulator, tmp_path: Path, resource: str, change: str, words: str
) -> None:
    kubectl = ["kubectl", "--kubeconfig", str(simulator.kubeconfig)]
    subprocess.run([*kubectl, "patch", resource, "--type=merge", "-p", change], check=True, capture_output=True)
    before = len(simulator.requests())
    variables: dict[str, Any] = {**CONSENT, "cno_prepare_pools_timeout": 3}
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 2, run.output
    assert words in run.flat
    assert [row for row in accepted(writes(simulator.requests()[before:])) if row["verb"] != "exec"] == []
