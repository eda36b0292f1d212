"""Preflight and the migration on clusters of other people's shapes, each drawn from a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.records import reboots
from tests.simulator.drawing import described, drawn
from tests.simulator.options import Options
from tests.simulator.process import running

#: In every run of the suite; the others are among the slow ones.
REPRESENTATIVES = (10,)
NUMBERS = (0, 2, 3, 7, 9, 10, 11)
#: What no API can tell, and what the owner of such a cluster has to weigh, by what it has.
ALWAYS = ("etcd_backup", "tunnel_port_open", "nodes_not_routers")
WEIGHED = {"argocd": ("no_controller_writes_back",)}


def _cases() -> list[Any]:
    return [pytest.param(n, id=str(n), marks=[] if n in REPRESENTATIVES else [pytest.mark.slow]) for n in NUMBERS]


def _options(number: int, tmp_path: Path) -> Options:
    files = Options(speed=150, max_lifetime=900, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json")
    return drawn(number, files)


def _acknowledged(options: Options) -> list[str]:
    return [*ALWAYS, *(name for extra in options.extras for name in WEIGHED.get(extra, ()))]


@pytest.mark.parametrize("number", _cases())
def test_a_drawn_cluster_is_understood_and_migrates(tmp_path: Path, number: int) -> None:
    options = _options(number, tmp_path)
    nodes = options.masters + options.workers + sum(options.pools.values())
    acknowledged = _acknowledged(options)
    with running(options) as simulator:
        seen = module(
            "migration_preflight", {"acknowledge": acknowledged}, kubeconfig=simulator.kubeconfig, cwd=tmp_path
        )
        blocked = [(row["id"], row["message"]) for row in seen.get("findings", ()) if row["blocking"]]
        assert blocked == [], described(options)
        run = playbook(
            "migrate",
            kubeconfig=simulator.kubeconfig,
            cwd=tmp_path,
            variables={"cno_allow_disruption": True, "cno_preflight_acknowledge": acknowledged},
        )
        disruptions = simulator.disruptions()
    assert run.code == 0, described(options) + run.output[-4000:]
    assert "complete: the cluster runs OVNKubernetes" in run.flat
    counts = reboots(disruptions)
    assert len(counts) == 2 * nodes, "each node by the MCO and by us"
    assert set(counts.values()) == {1}
