"""A node whose bridge could not be made stops the migration before the network goes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.ansible_runs import COLLECTION, module, playbook
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import running


def test_a_node_without_br_ex_fails_before_the_flip_by_name(tmp_path: Path) -> None:
    options = Options(
        masters=1,
        workers=1,
        speed=0.0,
        faults=("br_ex_missing:worker-0,kubelet=runs",),
        max_lifetime=300,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": [f"{COLLECTION}.cno_switch"],
    }
    path = tmp_path / "switch.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    with running(options) as simulator:
        for name, given in (
            ("cno_migration", {"state": "prepared", "wait_sleep": 1}),
            ("mcp_wait", {"network_type": "OVNKubernetes", "wait_sleep": 1}),
        ):
            assert not module(name, given, kubeconfig=simulator.kubeconfig, cwd=tmp_path)["failed"]
        run = playbook(
            str(path), kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables={"cno_allow_disruption": True}
        )
        written = writes(simulator.requests())
    assert run.code != 0 and "br-ex is missing on worker-0." in run.flat, run.output
    assert "journalctl -u ovs-configuration" in run.flat
    flips = [row for row in written if "networkType" in ((row["body"] or {}).get("spec") or {})]
    assert flips == [], "the network type was not touched"
    assert len([row for row in written if row["verb"] == "exec"]) == 2, "every node was asked"
