"""Single modules against the simulator, where a naive client would be fooled."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.records import reboots, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    settings = {"speed": 60.0, **getattr(request, "param", {})}
    options = Options(max_lifetime=900, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **settings)
    with running(options) as simulator:
        yield simulator


@pytest.mark.parametrize("simulator", [{"speed": 1.0, "masters": 1, "workers": 1}], indirect=True)
def test_mcp_wait_right_after_the_patch_does_not_pass_on_the_old_configuration(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    kubeconfig = simulator.kubeconfig
    prepared = module("cno_migration", {"state": "prepared", "wait_sleep": 1}, kubeconfig=kubeconfig, cwd=tmp_path)
    assert prepared["verdict"]["state"] == "done", prepared
    assert reboots(simulator.disruptions()) == {}
    seen = len(simulator.requests())
    options = {"network_type": "OVNKubernetes", "wait_sleep": 1}
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(module, "mcp_wait", options, kubeconfig=kubeconfig, cwd=tmp_path)
        while not any(row["resource"].startswith("nodes") for row in simulator.requests()[seen:]):
            assert not waiting.done(), waiting.result()
        simulator.set_speed(60)
        waited = waiting.result()
    assert waited["verdict"]["state"] == "done", waited
    assert waited["story"][0]["state"] == "pending", waited["story"]
    assert {pool["network_type"] for pool in waited["pools"]} == {"OVNKubernetes"}
    assert reboots(simulator.disruptions()) == {("master-0", "mco"): 1, ("worker-0", "mco"): 1}


@pytest.mark.parametrize("simulator", [{"faults": ("exec_ignored:worker-0",)}], indirect=True)
def test_a_node_that_ignores_the_command_fails_by_name(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = module(
        "node_reboot",
        {"nodes": ["worker-0", "worker-1"], "reboot_timeout": 12, "wait_sleep": 1},
        kubeconfig=simulator.kubeconfig,
        cwd=tmp_path,
    )
    assert result["failed"] is True
    assert "worker-0" in result["msg"]
    assert {row["node"]: row["result"] for row in result["nodes"]} == {"worker-0": "failed", "worker-1": "rebooted"}
    assert reboots(simulator.disruptions()) == {("worker-1", "manual"): 1}


# In every run of the suite, test_killed goes on from an empty directory in the middle of the reboots.
@pytest.mark.slow
@pytest.mark.parametrize("simulator", [{"speed": 120.0}], indirect=True)
def test_run_again_it_reboots_only_the_nodes_that_have_not_rebooted(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    consent = {"cno_allow_disruption": True}
    switched = playbook(
        "migrate",
        kubeconfig=simulator.kubeconfig,
        cwd=tmp_path,
        variables=consent,
        arguments=["--tags", "cno_prepare,cno_switch"],
    )
    assert switched.code == 0, switched.output
    first = module(
        "node_reboot", {"nodes": ["worker-0"], "wait_sleep": 1}, kubeconfig=simulator.kubeconfig, cwd=tmp_path
    )
    assert first["changed"] is True, first
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    rest = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=elsewhere, variables=consent)
    assert rest.code == 0, rest.output
    ours = {node: count for (node, cause), count in reboots(simulator.disruptions()).items() if cause == "manual"}
    assert ours == {f"{role}-{number}": 1 for role in ("master", "worker") for number in range(3)}


@pytest.mark.parametrize("simulator", [{"speed": 0.0}], indirect=True)
def test_the_flip_is_refused_before_the_nodes_are_prepared(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = module("cno_migration", {"state": "switched"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert result["failed"] is True
    assert "is not prepared" in result["msg"]
    assert writes(simulator.requests()) == []


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("simulator", [{"speed": 0.0, "masters": 1, "workers": 0}], indirect=True)
@pytest.mark.parametrize(
    ("resource", "named"),
    [
        pytest.param("clusteroperator/console", "console", id="operator"),
        pytest.param(
            "apiservice/v1.route.openshift.io", "v1.route.openshift.io", id="api-service", marks=pytest.mark.slow
        ),
    ],
)
def test_law_13_nothing_is_cleaned_up_while_the_cluster_is_unhealthy(
    simulator: RunningSimulator, tmp_path: Path, resource: str, named: str
) -> None:
    consent = {"cno_allow_disruption": True}
    before = "cno_prepare,cno_switch,cno_reboot,cno_verify"
    verified = playbook(
        "migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=consent, arguments=["--tags", before]
    )
    assert verified.code == 0, verified.output
    unavailable = [
        {"type": "Available", "status": "False", "reason": "Broken", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    ]
    patch = json.dumps({"status": {"conditions": unavailable}})
    kubectl = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), "patch", resource, "--subresource=status"]
    subprocess.run([*kubectl, "--type=merge", "-p", patch], check=True, capture_output=True)
    seen = len(simulator.requests())
    cleaned = playbook(
        "migrate",
        kubeconfig=simulator.kubeconfig,
        cwd=tmp_path,
        variables={**consent, "cno_cleanup_operators_timeout": 2},
        arguments=["--tags", "cno_cleanup"],
    )
    assert cleaned.code == 2, cleaned.output
    assert named in cleaned.flat
    of_others = [row for row in writes(simulator.requests()[seen:]) if row["namespace"] != "ovn-migration"]
    assert of_others == [], "only our own records say that it was tried"
