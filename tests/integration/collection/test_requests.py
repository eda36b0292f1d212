"""How much a whole migration asks of the API: counts, which a slow machine makes little larger, and no seconds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.simulator.options import Options
from tests.simulator.process import running

# test_migration, in every run, counts the reviews and the questions for the time.
pytestmark = pytest.mark.slow

#: Nothing is waited for but what has to happen.
AT_ONCE = {
    "cno_prepare_operators_stable_seconds": 0,
    "cno_switch_multus_stable_seconds": 0,
    "cno_verify_operators_stable_seconds": 0,
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The requests of one migration of three and three nodes, with every duration zero."""
    folder: Path = tmp_path_factory.mktemp("requests")
    options = Options(
        instant=True, speed=0, max_lifetime=900, kubeconfig=folder / "kubeconfig", state=folder / "state.json"
    )
    with running(options) as simulator:
        variables = {"cno_allow_disruption": True, **AT_ONCE}
        run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=folder, variables=variables)
        assert run.code == 0, run.output
        return simulator.requests()


def told(rows: list[dict[str, Any]]) -> Counter[str]:
    """For a failure: what was asked most."""
    return Counter(f"{row['verb']} {row['resource'] or row['path']} {row['name'] or ''}".strip() for row in rows)


def test_a_migration_of_six_nodes_takes_few_requests(asked: list[dict[str, Any]]) -> None:
    assert len(asked) <= 400, told(asked).most_common(30)
