"""Batches and failures, as the simulator's record tells them."""

from __future__ import annotations

from pathlib import Path

from tests.integration.ansible_runs import module
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import running


def test_the_others_go_on_while_no_more_nodes_fail_than_may(tmp_path: Path) -> None:
    options = Options(
        masters=1, workers=3, pools={"infra": 2}, speed=0, max_lifetime=300, faults=("node_never_returns:worker-0",)
    )
    wanted = {
        "pools": ["worker", "infra"],
        "max_unavailable": {"worker": 1},
        "max_failures": 1,
        "reboot_timeout": 3,
        "use_journal": False,
        "wait_sleep": 1,
    }
    with running(options) as simulator:
        result = module("node_reboot", wanted, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        disruptions = simulator.disruptions()
    assert result["plan"] == [["infra-0", "infra-1", "worker-0"], ["worker-1"], ["worker-2"]]
    assert result["failed"] and result["changed"]
    assert "worker-0: not Ready (NodeStatusUnknown" in result["msg"]
    assert "it went down and has not come back" in result["msg"]
    names = ["infra-0", "infra-1", "worker-1", "worker-2"]
    assert dict(reboots(disruptions)) == {(name, "manual"): 1 for name in names}
    asked = [row["node"] for row in sorted(disruptions["reboots"], key=lambda row: float(row["requested_at"]))]
    assert (set(asked[:3]), asked[3:]) == ({"infra-0", "infra-1", "worker-0"}, ["worker-1", "worker-2"])
