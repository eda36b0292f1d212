"""A node whose bridge could not be made stops the migration before the network goes."""

from __future__ import annotations

from pathlib import Path

from tests.integration.ansible_runs import playbook
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import running


def test_a_node_without_br_ex_fails_before_the_flip_by_name(tmp_path: Path) -> None:
    options = Options(
        masters=1,
        workers=2,
        speed=0.0,
        faults=("br_ex_missing:worker-1",),
        max_lifetime=300,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        run = playbook(
            "migrate",
            kubeconfig=simulator.kubeconfig,
            cwd=tmp_path,
            variables={"cno_allow_disruption": True, "cno_switch_bridges_timeout": 5},
            arguments=["--tags", "cno_prepare,cno_switch"],
        )
        written = writes(simulator.requests())
    assert run.code != 0 and "br-ex is missing on worker-1." in run.flat, run.output
    assert "journalctl -u ovs-configuration" in run.flat
    flips = [row for row in written if "networkType" in str((row["body"] or {}).get("spec", {}).keys())]
    assert flips == [], "the network type was not touched"
    assert len([row for row in written if row["verb"] == "exec"]) >= 3, "every node was asked"
