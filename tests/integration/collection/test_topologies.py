"""The playbook on other shapes of clusters, other versions, and with everything rebooted at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import running

# In every run of the suite: test_migration looks at 3+3 on 4.14, custom pools are part of the rollback, a drawn cluster
# migrates, and so do single nodes on 4.12 and 4.16 in the matrix.
pytestmark = pytest.mark.slow

SHAPES: dict[str, dict[str, Any]] = {
    "single-node": {"masters": 1, "workers": 0},
    "compact": {"masters": 3, "workers": 0},
    "3+3": {"masters": 3, "workers": 3},
    "3+3+2-infra": {"masters": 3, "workers": 3, "pools": {"infra": 2}},
    "control-plane-label-only": {"masters": 3, "workers": 2, "control_plane_label_only": True},
}
VERSIONS = ("4.12", "4.14", "4.16")
VARIABLES: dict[tuple[str, str], dict[str, Any]] = {
    ("single-node", "4.16"): {},
    ("compact", "4.12"): {"cno_reboot_order": "all_at_once"},
    ("3+3+2-infra", "4.14"): {"cno_reboot_max_unavailable": {"infra": 1, "worker": "50%"}},
}


def _cases() -> list[Any]:
    return [
        pytest.param(
            shape,
            ocp,
            VARIABLES.get((shape, ocp), {}),
            id=f"{shape}-{ocp}",
        )
        for shape in SHAPES
        for ocp in VERSIONS
    ]


@pytest.mark.parametrize(("shape", "ocp", "variables"), _cases())
def test_it_migrates(tmp_path: Path, shape: str, ocp: str, variables: dict[str, Any]) -> None:
    options = Options(
        ocp=ocp,
        speed=150,
        max_lifetime=600,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
        **SHAPES[shape],
    )
    nodes = options.masters + options.workers + sum(options.pools.values())
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
