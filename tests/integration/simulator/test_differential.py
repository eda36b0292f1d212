"""The catalogue of requests, put to the simulator: it answers as a real kube-apiserver does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.differential.catalogue import Case, cases
from tests.differential.comparison import shortcomings
from tests.differential.servers import Server
from tests.simulator.process import RunningSimulator

CASES = cases()


@pytest.fixture(scope="module")
def server(simulator: RunningSimulator) -> Iterator[Server]:
    with Server(simulator.kubeconfig, namespace="differential") as found:
        yield found


def test_the_catalogue_is_no_sample():
    assert sum(len(case.steps) for case in CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_simulator_answers_as_a_real_server(server: Server, case: Case):
    kept: dict[str, str] = {}
    found = []
    for step in case.steps:
        answer = server.take(step, kept)
        found += [
            f"{step.verb} {step.path}: {line}" for line in shortcomings(step, answer, {**kept, "ns": server.namespace})
        ]
    assert found == []
