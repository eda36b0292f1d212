"""Somebody deletes our namespace under a migration: nothing that was borrowed is lost, no node is rebooted twice."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.integration.ansible_runs import Run, module, playbook
from tests.integration.collection.test_rollback import cluster, get, kubectl
from tests.integration.conditions import until
from tests.integration.records import reboots
from tests.simulator.process import RunningSimulator

pytestmark = [
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed"),
    pytest.mark.slow,
]

BACKUPS = "ocp-day2.ovn-migration/backup-index=true"
CONSENT = {"cno_allow_disruption": True}
EACH_ONCE = {(node, cause): 1 for node in ("master-0", "worker-0", "worker-1") for cause in ("mco", "manual")}


def _deleted(simulator: RunningSimulator, cause: str) -> bool:
    """Whether a node reboots for that cause, and the namespace is gone or going. The API of a single control-plane node
    is away meanwhile."""
    if not any(row["cause"] == cause for row in simulator.disruptions()["reboots"]):
        return False
    try:
        kubectl(simulator, "delete", "namespace", "ovn-migration", "--wait=false")
    except subprocess.CalledProcessError:
        return False
    return True


@pytest.mark.parametrize("cause", ["mco", "manual"], ids=["while nodes are prepared", "between switch and last reboot"])
def test_our_namespace_is_deleted_under_a_migration(tmp_path: Path, cause: str) -> None:
    with cluster(tmp_path, speed=60, extras=("mhc",)) as simulator:
        ended: list[Run] = []
        variables = {**CONSENT, "cno_prepare_max_unavailable": {"worker": 2}}

        def migrate() -> None:
            ended.append(playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables))

        run = threading.Thread(target=migrate)
        run.start()
        until(lambda: _deleted(simulator, cause), alive=lambda: not ended, within=400)
        run.join()
        if ended[0].code:
            again = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
            assert again.code == 0, again.output[-4000:]
        assert reboots(simulator.disruptions()) == EACH_ONCE
        info = module("cno_migration_info", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert info["phase"] == "complete"
        [check] = get(simulator, "machinehealthchecks", "-A")["items"]
        pool, network = get(simulator, "mcp", "worker"), get(simulator, "networks.config.openshift.io", "cluster")
        assert "maxUnavailable" not in pool["spec"]
        for body in (check, pool, network):
            assert not body["metadata"].get("annotations"), "awake, and without a note of ours"


def test_a_rollback_takes_the_backup_that_went_with_our_namespace_from_its_files(tmp_path: Path) -> None:
    kept = {**CONSENT, "cno_artifacts_dir": str(tmp_path / "kept")}
    with cluster(tmp_path, workers=1) as simulator:
        there = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=kept)
        assert there.code == 0, there.output[-4000:]
        [backup] = get(simulator, "configmap", "-n", "ovn-migration", "-l", BACKUPS)["items"]
        kubectl(simulator, "delete", "namespace", "ovn-migration")
        refused = playbook("rollback", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
        assert refused.code == 2 and "neither in the cluster nor in files" in refused.flat, refused.output
        back = playbook("rollback", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=kept)
        assert back.code == 0, back.output[-4000:]
        assert f"the cluster had lost backup {backup['data']['id']}; it was put back from" in back.flat
        assert "UNEXPLAINED" not in back.flat
        indexes = get(simulator, "configmap", "-n", "ovn-migration", "-l", BACKUPS)["items"]
        assert backup["metadata"]["name"] in [index["metadata"]["name"] for index in indexes]
