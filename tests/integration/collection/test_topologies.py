"""The playbook on other shapes of clusters, other versions, and with everything rebooted at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import running

SINGLE = {"masters": 1, "workers": 0}
COMPACT = {"masters": 3, "workers": 0}
INFRA = {"masters": 3, "workers": 2, "pools": {"infra": 2}}
LABEL = {"masters": 3, "workers": 2, "control_plane_label_only": True}


@pytest.mark.parametrize(
    ("shape", "ocp", "variables", "nodes"),
    [
        pytest.param(SINGLE, "4.16", {}, 1, id="single-node-4.16"),
        pytest.param(COMPACT, "4.12", {"cno_reboot_order": "all_at_once"}, 3, id="compact-4.12-all-at-once"),
        pytest.param(INFRA, "4.14", {"cno_reboot_max_unavailable": "50%"}, 7, id="infra-4.14-in-halves"),
        pytest.param(LABEL, "4.15", {}, 5, id="control-plane-label-only-4.15"),
    ],
)
def test_it_migrates(tmp_path: Path, shape: dict[str, Any], ocp: str, variables: dict[str, Any], nodes: int) -> None:
    options = Options(
        ocp=ocp, speed=150, max_lifetime=600, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **shape
    )
    with running(options) as simulator:
        run = playbook(
            "migrate",
            kubeconfig=simulator.kubeconfig,
            cwd=tmp_path,
            variables={"cno_allow_disruption": True, **variables},
        )
        disruptions = simulator.disruptions()
    assert run.code == 0, run.output[-4000:]
    assert "complete: the cluster runs OVNKubernetes" in run.flat
    counts = reboots(disruptions)
    assert len(counts) == 2 * nodes, "each node by the MCO and by us"
    assert set(counts.values()) == {1}
