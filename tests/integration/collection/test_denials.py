"""An API server that has only just started denies everything; one that is ready means what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

#: Modules that are run while control-plane nodes come up.
IN_THE_WINDOW: dict[str, dict[str, Any]] = {
    "cno_migration_info": {},
    "migration_borrow": {},
    "migration_lock": {},
    "feature_conversion": {"backup_required": False, "wait_timeout": 0},
    "migration_backup": {},
}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    kubeconfig = tmp_path_factory.mktemp("denials") / "kubeconfig"
    with running(Options(masters=1, workers=1, speed=1, max_lifetime=600, kubeconfig=kubeconfig)) as simulator:
        yield simulator


def test_what_a_starting_api_server_denies_ends_no_module(simulator: RunningSimulator, tmp_path: Path) -> None:
    for name, options in IN_THE_WINDOW.items():
        simulator.add_fault("api_denies,count=4")
        result = module(name, options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert "HTTP 403" not in str(result.get("msg", "")), (name, result)
        assert [outage["seen"].split(",")[0] for outage in result["api_outages"]] == ["HTTP 403"], name


def test_a_right_that_is_lacking_is_told_at_once(simulator: RunningSimulator, tmp_path: Path) -> None:
    for name in ("cno_migration_info", "migration_borrow"):
        result = module(name, {"context": "nobody"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert result["failed"] and "HTTP 403" in result["msg"], result
        assert result["api_outages"] == []
