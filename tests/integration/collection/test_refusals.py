"""What must not run stops before any write, with an error that says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import accepted, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

CONSENT = {"cno_allow_disruption": True}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    directory = tmp_path_factory.mktemp("refusals")
    options = Options(speed=0, max_lifetime=900, kubeconfig=directory / "kubeconfig", state=directory / "state.json")
    with running(options) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def no_write(simulator: RunningSimulator) -> Iterator[None]:
    """Nothing is written; a probe of the preflight is a command that only looks, and the only one."""
    before = len(simulator.requests())
    yield
    made = accepted(writes(simulator.requests()[before:]))
    assert [
        row for row in made if row["verb"] != "exec" or "echo ==interfaces" not in " ".join(row["body"]["command"])
    ] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param({}, "Set cno_allow_disruption=true", id="without-consent"),
        pytest.param({"cno_allow_disruption": False}, "Set cno_allow_disruption=true", id="consent-denied"),
        pytest.param(
            {**CONSENT, "cno_target": "Calico"}, "must be one of: OVNKubernetes, OpenShiftSDN", id="unknown-target"
        ),
        pytest.param(
            {**CONSENT, "cno_context": "nobody"}, "Use a credential with the cluster-admin role", id="no-rights"
        ),
        pytest.param({**CONSENT, "cno_context": "viewer"}, "patch networks.operator.openshift.io", id="only-reading"),
        pytest.param({**CONSENT, "cno_context": "oauth"}, "Use the installer's kubeconfig", id="oauth-token"),
        pytest.param({**CONSENT, "cno_context": "elsewhere"}, "Give kubeconfig", id="unknown-context"),
        pytest.param(
            {**CONSENT, "cno_prepare_ovn": {"join_subnet": "10.128.0.0/16"}}, "overlaps with", id="overlapping-subnet"
        ),
        pytest.param({**CONSENT, "cno_prepare_ovn": {"mtu": 20}}, "ovn.mtu 20 is not between", id="impossible-mtu"),
        pytest.param(
            {**CONSENT, "cno_prepare_ovn": {"geneve_port": 4789}}, "cannot share UDP port 4789", id="same-port-as-vxlan"
        ),
    ],
)
def test_it_stops_and_says_what_to_do(
    simulator: RunningSimulator, tmp_path: Path, variables: dict[str, object], words: str
) -> None:
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 2, run.output
    assert words in run.flat


def test_without_a_kubeconfig(tmp_path: Path) -> None:
    run = playbook("migrate", kubeconfig=tmp_path / "missing", cwd=tmp_path, variables=CONSENT)
    assert run.code == 2, run.output
    assert f"KUBECONFIG leads to {tmp_path / 'missing'}, and there is no such file" in run.flat


def test_with_a_dead_api(tmp_path: Path, simulator: RunningSimulator) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{unused.getsockname()[1]}"
        text = Path(simulator.kubeconfig).read_text(encoding="utf-8")
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(text.replace(simulator.api.removeprefix("https://"), dead), encoding="utf-8")
        run = playbook("migrate", kubeconfig=kubeconfig, cwd=tmp_path, variables=CONSENT)
    assert run.code == 2, run.output
    assert "the API does not answer" in run.flat
    assert "Check the API address" in run.flat
