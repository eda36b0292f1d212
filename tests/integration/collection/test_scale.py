"""Five hundred nodes, as fast as the simulator can."""

from __future__ import annotations

import json
import ssl
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.integration.ansible_runs import playbook
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

NODES = 500


@pytest.mark.slow
def test_five_hundred_nodes_migrate(tmp_path: Path) -> None:
    options = Options(
        workers=NODES - 3, speed=0, max_lifetime=900, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json"
    )
    with running(options) as simulator:
        seconds, listed = _full_node_list(simulator)
        assert listed == NODES
        # A bound that tells a broken index from a busy machine; the usual figure is a tenth of it.
        assert seconds < 2
        run = playbook(
            "migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables={"cno_allow_disruption": True}
        )
        disruptions = simulator.disruptions()
    assert run.code == 0, run.output[-4000:]
    counts = reboots(disruptions)
    assert len(counts) == 2 * NODES
    assert set(counts.values()) == {1}


def _full_node_list(simulator: RunningSimulator) -> tuple[float, int]:
    """Seconds for, and length of, one unpaged list of all nodes, with the service-account token."""
    config = yaml.safe_load(simulator.kubeconfig.read_text(encoding="utf-8"))
    user = next(entry["context"]["user"] for entry in config["contexts"] if entry["name"] == "token")
    token = next(entry["user"]["token"] for entry in config["users"] if entry["name"] == user)
    request = urllib.request.Request(f"{simulator.api}/api/v1/nodes", headers={"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
    )
    began = time.monotonic()
    with opener.open(request, timeout=60) as response:
        nodes = json.load(response)["items"]
    return time.monotonic() - began, len(nodes)
