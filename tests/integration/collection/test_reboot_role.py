"""The role cno_reboot by ssh, on every shape of cluster."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import running

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")

BOOK = [
    {
        "name": "Reboot",
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": ["ocp_day2.ovn_migration.cno_reboot"],
    }
]
SMALL = {"masters": 1, "workers": 1, "pools": {"infra": 2}}


@pytest.mark.parametrize(
    ("shape", "variables", "by_ssh"),
    [
        pytest.param(
            {**SMALL, "faults": ("exec_dropped:infra-1",)},
            {
                "cno_reboot_strategy": "rsh_then_ssh",
                "cno_reboot_pools": ["worker", "infra"],
                "cno_reboot_max_unavailable": {"infra": 1},
            },
            ["infra-1"],
            id="custom-pool-rsh-then-ssh",
        ),
        pytest.param({"masters": 1, "workers": 0}, {}, ["master-0"], id="single-node"),
        pytest.param(
            {"masters": 3, "workers": 0},
            {"cno_reboot_order": "all_at_once"},
            ["master-0", "master-1", "master-2"],
            id="compact-all-at-once",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"masters": 3, "workers": 2, "pools": {"infra": 2}, "ocp": "4.16"},
            {"cno_reboot_max_unavailable": "50%"},
            ["infra-0", "infra-1", "master-0", "master-1", "master-2", "worker-0", "worker-1"],
            id="infra",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"masters": 3, "workers": 1, "control_plane_label_only": True, "ocp": "4.12"},
            {},
            ["master-0", "master-1", "master-2", "worker-0"],
            id="control-plane-label-only",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_whole_role(tmp_path: Path, shape: dict[str, Any], variables: dict[str, Any], by_ssh: list[str]) -> None:
    book = tmp_path / "reboot.yml"
    book.write_text(json.dumps(BOOK), encoding="utf-8")
    with running(Options(speed=0, ssh=True, max_lifetime=600, **shape)) as simulator:
        assert simulator.ssh is not None
        given = {
            "cno_allow_disruption": True,
            "cno_reboot_scope": "all",
            "cno_reboot_strategy": "ssh",
            "cno_reboot_ssh_private_key_file": str(simulator.ssh.key),
            "cno_reboot_ssh_known_hosts_file": str(simulator.ssh.known_hosts),
            "cno_reboot_ssh_host_key_checking": "strict",
            "cno_reboot_ssh_jump_host": simulator.ssh.bastion,
            "cno_reboot_ssh_extra_args": ["-F", "/dev/null"],
            **variables,
        }
        run = playbook(str(book), kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=given)
        assert run.code == 0, run.output[-4000:]
        requests = simulator.requests()
        counts = reboots(simulator.disruptions())
    told = [row["node"] for row in requests if row["verb"] == "ssh" and row["node"] != "bastion"]
    assert sorted(told) == by_ssh
    assert set(counts.values()) == {1}
    assert {node for node, _cause in counts} >= set(by_ssh)
    if "infra" in shape.get("pools", {}):
        assert ("worker-0", "manual") in counts and ("infra-0", "manual") in counts


@pytest.mark.slow
def test_a_migration_whose_nodes_are_rebooted_by_ssh(tmp_path: Path) -> None:
    options = Options(masters=3, workers=2, speed=150, ssh=True, max_lifetime=600)
    with running(options) as simulator:
        assert simulator.ssh is not None
        variables = {
            "cno_allow_disruption": True,
            "cno_preflight_acknowledge": ["etcd_backup", "tunnel_port_open", "nodes_not_routers", "nodes_ssh"],
            "cno_reboot_strategy": "ssh",
            "cno_reboot_ssh_extra_args": ["-F", str(simulator.ssh.config)],
        }
        run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
        assert run.code == 0, run.output[-4000:]
        counts = reboots(simulator.disruptions())
        told = [row["node"] for row in simulator.requests() if row["verb"] == "ssh"]
    assert "complete: the cluster runs OVNKubernetes" in run.flat
    assert sorted(told) == ["master-0", "master-1", "master-2", "worker-0", "worker-1"]
    assert {node for node, cause in counts if cause == "manual"} == set(told)
    assert set(counts.values()) == {1}
