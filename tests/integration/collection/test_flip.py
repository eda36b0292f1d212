"""Both worlds of the flip: nodes that go NotReady until the new plugin is up, and nodes that stay Ready.

The other tests of this folder run in the first one, which is what 4.14 to 4.16 do.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

NODES = ("master-0", "worker-0", "worker-1")
CONSENT = {"cno_allow_disruption": True}


def cluster(directory: Path, **settings: Any) -> Options:
    return Options(
        **{"masters": 1, "workers": 2, "speed": 60, **settings},
        max_lifetime=900,
        kubeconfig=directory / "kubeconfig",
        state=directory / "state.json",
    )


def get(simulator: RunningSimulator, *what: str) -> Any:
    command = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), "get", *what, "-o", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def told_not_ready(simulator: RunningSimulator) -> set[str]:
    """The nodes whose kubelet has said that they are not, without having rebooted at that moment."""
    events = get(simulator, "events", "-n", "default")["items"]
    starts = {(e["involvedObject"]["name"], e["firstTimestamp"]) for e in events if e["reason"] == "Starting"}
    return {
        event["involvedObject"]["name"]
        for event in events
        if event["reason"] == "NodeNotReady"
        and event["source"]["component"] == "kubelet"
        and (event["involvedObject"]["name"], event["firstTimestamp"]) not in starts
    }


@pytest.mark.parametrize(
    ("settings", "unready"),
    [
        # The world in which the other tests of a whole migration and rollback take place.
        pytest.param({}, set(NODES), id="not ready", marks=pytest.mark.slow),
        # In every run of the suite, the newest cell of the matrix migrates in this one.
        pytest.param({"nodes_stay_ready": True}, set(), id="ready", marks=pytest.mark.slow),
        pytest.param({"ocp": "4.16"}, set(NODES), id="4.16", marks=pytest.mark.slow),
        pytest.param({"ocp": "4.12"}, set(), id="4.12", marks=pytest.mark.slow),
        pytest.param(
            {"ocp": "4.12", "durations": {"multus_roll_not_ready": 20.0}},
            None,
            id="4.12 blinks",
            marks=pytest.mark.slow,
        ),
        pytest.param({"durations": {"plugin_start": 240.0}}, set(NODES), id="late", marks=pytest.mark.slow),
        pytest.param({"install_config_masters": 3}, set(NODES), id="bootstrap waits", marks=pytest.mark.slow),
        pytest.param(
            {"masters": 3, "faults": ("api_hangs:control-plane,for=20",)},
            None,
            id="api hangs",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_there_and_back(tmp_path: Path, settings: dict[str, Any], unready: set[str] | None) -> None:
    options = cluster(tmp_path, **settings)
    with running(options) as simulator:
        run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
        assert run.code == 0, run.output[-6000:]
        assert unready is None or told_not_ready(simulator) == unready
        foretold = run.flat.index("expect every node to be NotReady")
        assert foretold < run.flat.index("flip | Record the boot ids"), "told before it happens"
        forward = dict(reboots(simulator.disruptions()))
        assert set(forward.values()) == {1} and len(forward) == 2 * (options.masters + options.workers)
        back = playbook("rollback", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
        assert back.code == 0, back.output[-6000:]
        assert "UNEXPLAINED" not in back.flat
        assert set(reboots(simulator.disruptions()).values()) == {2}


def test_nodes_are_rebooted_while_they_are_not_ready(tmp_path: Path) -> None:
    """Whoever waits for nothing reaches them all the same: the daemon's pod is on the network of its node."""
    options = cluster(tmp_path, masters=1, workers=1, speed=0, durations={"plugin_start": 3000.0})
    with running(options) as simulator:
        run = partial(module, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        run("cno_migration", {"state": "prepared", "wait_sleep": 1})
        run("mcp_wait", {"network_type": "OVNKubernetes", "wait_sleep": 1})
        simulator.set_speed(60)
        run("cno_migration", {"state": "switched", "wait_sleep": 1})
        deadline = time.monotonic() + 30
        while any(_ready(node) != "False" for node in get(simulator, "nodes")["items"]):
            assert time.monotonic() < deadline, "the nodes are still Ready"
        early = run(
            "rollout_wait",
            {"namespace": "openshift-multus", "name": "multus", "stable_for": 3, "wait_timeout": 6, "wait_sleep": 1},
        )
        assert early["failed"], "between two crashes it looks rolled out"
        result = run("node_reboot", {"wait_sleep": 1})
        assert {row["node"]: row["result"] for row in result["nodes"]} == {
            "master-0": "rebooted",
            "worker-0": "rebooted",
        }


def _ready(node: dict[str, Any]) -> str:
    return next(str(c["status"]) for c in node["status"]["conditions"] if c["type"] == "Ready")


def test_an_api_that_hangs_is_waited_for_like_one_that_is_away(tmp_path: Path) -> None:
    options = cluster(tmp_path, speed=1, faults=("api_hangs",))
    with running(options) as simulator, ThreadPoolExecutor() as pool:
        asked = pool.submit(
            module, "cno_migration_info", {"api_outage_timeout": 120}, kubeconfig=simulator.kubeconfig, cwd=tmp_path
        )
        while not simulator.state()["gate"]["hung"]:
            assert not asked.done()
            time.sleep(0.1)
        while simulator.state()["gate"]["hung"]:
            assert not asked.done(), "it has given up"
            time.sleep(0.1)
        simulator.remove_fault("api_hangs")
        seen = asked.result()
    assert seen["phase"] == "not_started"
    assert len(seen["api_outages"]) == 1
