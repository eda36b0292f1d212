"""Nodes that come back without a certificate: who waits is told, and whose request it is decides what is approved."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.ansible_runs import module
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import running

WANTED = {"nodes": ["worker-0"], "use_journal": False, "wait_sleep": 1, "max_unavailable": 1}


def test_a_kubelet_s_request_is_reported_and_approved_on_request_and_no_other(tmp_path: Path) -> None:
    faults = ("csr_pending:worker-0", "csr_foreign:worker-1")
    with running(Options(speed=0, max_lifetime=300, faults=faults)) as simulator:
        first = module("node_reboot", {**WANTED, "reboot_timeout": 3}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert first["failed"]
        names = [row["name"] for row in first["pending_csrs"] if row["approvable"]]
        assert len(names) == 1 and len(first["pending_csrs"]) == 6
        assert "worker-0: not Ready (NodeStatusUnknown: Kubelet stopped posting node status.)" in first["msg"]
        assert f"its certificate requests wait for approval: {names[0]}" in first["msg"]
        assert not [row for row in writes(simulator.requests()) if row["verb"] != "exec"]

        simulator.forget_requests()
        second = module("node_reboot", {**WANTED, "approve_csrs": True}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        approvals = [row for row in simulator.requests() if row["subresource"] == "approval"]
    assert not second.get("failed"), second["msg"]
    assert second["nodes"][0]["result"] == "skipped", "it had rebooted, and was not asked to again"
    assert second["changed"] is True
    approved = [row["name"] for row in second["approved_csrs"]]
    assert approved[0] == names[0]
    assert {row["node"] for row in second["approved_csrs"]} == {"worker-0"}
    assert [row["name"] for row in approvals] == approved
    assert {row["approvable"] for row in second["pending_csrs"] if row["name"] not in approved} <= {False}
    assert len([row for row in second["pending_csrs"] if not row["approvable"]]) == 5


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_an_administrator_approves_by_hand(tmp_path: Path) -> None:
    with running(Options(speed=0, max_lifetime=300, faults=("csr_pending:worker-0",))) as simulator:

        def kubectl(*arguments: str) -> str:
            command = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
            return done.stdout

        module("node_reboot", {**WANTED, "reboot_timeout": 1}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        row = next(line for line in kubectl("get", "csr", "--no-headers").splitlines() if "Pending" in line)
        assert "node-bootstrapper" in row
        kubectl("certificate", "approve", row.split()[0])
        assert "Approved,Issued" in kubectl("get", "csr", row.split()[0], "--no-headers")
        kubectl("wait", "node/worker-0", "--for=condition=Ready", "--timeout=30s")
