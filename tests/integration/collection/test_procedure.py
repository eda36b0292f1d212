"""The procedure's own commands migrate the simulated cluster, too."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import running

SCRIPT = Path(__file__).resolve().parent.parent / "procedure.sh"

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@pytest.mark.parametrize(
    "ocp", [pytest.param("4.12", marks=pytest.mark.slow), "4.14", pytest.param("4.16", marks=pytest.mark.slow)]
)
def test_the_commands_of_the_procedure_migrate_the_cluster(tmp_path: Path, ocp: str) -> None:
    options = Options(
        workers=2,
        ocp=ocp,
        speed=150,
        max_lifetime=600,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        done = subprocess.run(
            ["bash", str(SCRIPT)],
            cwd=tmp_path,
            env={**os.environ, "KUBECONFIG": str(tmp_path / "kubeconfig"), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        disruptions = simulator.disruptions()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.endswith("done\n")
    nodes = ["master-0", "master-1", "master-2", "worker-0", "worker-1"]
    assert dict(reboots(disruptions)) == {(node, cause): 1 for node in nodes for cause in ("mco", "manual")}
    assert "OpenShiftSDN" in (tmp_path / "cluster-openshift-sdn.yaml").read_text(encoding="utf-8")
