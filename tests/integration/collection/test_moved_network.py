"""A cluster network that moves with the switch."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import writes
from tests.simulator.options import Options
from tests.simulator.process import running


@pytest.mark.slow
def test_a_cluster_network_that_moves_beside_a_proxy_never_takes_two_control_plane_nodes_down(tmp_path: Path) -> None:
    """noProxy holds the cluster network, so the Machine Config Operator rolls every pool again, after our reboots."""
    options = Options(
        masters=3,
        workers=2,
        speed=60,
        extras=("proxy",),
        max_lifetime=900,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    moved = [{"cidr": "10.160.0.0/14", "host_prefix": 23}]
    known = ["etcd_backup", "proxy_rollout", "tunnel_port_open", "nodes_not_routers"]
    variables = {
        "cno_allow_disruption": True,
        "cno_switch_cluster_network": moved,
        "cno_preflight_acknowledge": known,
    }
    with running(options) as simulator:
        run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
        assert run.code == 0, run.output[-6000:]
        done = simulator.disruptions()["reboots"]
        written = writes(simulator.requests())
    causes = {node: [row["cause"] for row in done if row["node"] == node] for node in {row["node"] for row in done}}
    assert len(causes) == 5 and set(map(tuple, causes.values())) == {("mco", "manual", "mco")}
    masters = sorted((row["down_at"], row["up_at"]) for row in done if row["node"].startswith("master"))
    assert all(up < down for (_down, up), (down, _up) in pairwise(masters)), "one at a time"
    ours_over = max(row["up_at"] for row in done if row["cause"] == "manual")
    assert all(row["requested_at"] > ours_over for row in done[-5:]), "not beside ours"
    paused = [row for row in written if ((row["body"] or {}).get("spec") or {}).get("paused") is not None]
    assert [row["body"]["spec"]["paused"] for row in paused] == [True, True, False, False]
