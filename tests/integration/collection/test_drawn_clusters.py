"""Preflight and the migration on clusters of other people's shapes, each drawn from a number, as an account that has no
rights but those of docs/rbac."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.collection.test_rbac import denied, with_account
from tests.integration.records import reboots
from tests.simulator.drawing import described, drawn
from tests.simulator.options import Options
from tests.simulator.process import running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

#: In every run of the suite; the others are among the slow ones.
REPRESENTATIVES = (10,)
NUMBERS = (0, 2, 3, 7, 9, 10, 11)
#: What no API can tell, and what the owner of such a cluster has to weigh, by what it has.
ALWAYS = ("etcd_backup", "tunnel_port_open", "nodes_not_routers")
WEIGHED = {"argocd": ("no_controller_writes_back",)}


def _cases() -> list[Any]:
    return [pytest.param(n, id=str(n), marks=[] if n in REPRESENTATIVES else [pytest.mark.slow]) for n in NUMBERS]


def _options(number: int, tmp_path: Path) -> Options:
    files = Options(speed=150, max_lifetime=900, kubeconfig=tmp_path / "admin", state=tmp_path / "state.json")
    return drawn(number, files)


def _acknowledged(options: Options) -> list[str]:
    return [*ALWAYS, *(name for extra in options.extras for name in WEIGHED.get(extra, ()))]


@pytest.mark.parametrize("number", _cases())
def test_a_drawn_cluster_is_understood_and_migrates(tmp_path: Path, number: int) -> None:
    options = _options(number, tmp_path)
    nodes = options.masters + options.workers + sum(options.pools.values())
    acknowledged = _acknowledged(options)
    with running(options) as simulator:
        here = with_account(simulator, tmp_path)
        here.apply("read-only.yaml", "migrate.yaml")
        seen = here.module("migration_preflight", acknowledge=acknowledged)
        blocked = [(row["id"], row["message"]) for row in seen.get("findings", ()) if row["blocking"]]
        assert blocked == [], described(options)
        run = here.playbook("migrate", cno_allow_disruption=True, cno_preflight_acknowledge=acknowledged)
        disruptions = simulator.disruptions()
        assert denied(here.rows()) == []
    assert run.code == 0, described(options) + run.output[-4000:]
    assert "complete: the cluster runs OVNKubernetes" in run.flat
    counts = reboots(disruptions)
    assert len(counts) == 2 * nodes, "each node by the MCO and by us"
    assert set(counts.values()) == {1}
