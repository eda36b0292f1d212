"""A stand-in cluster behind the real server for what is on the wire; a whole simulator for the real clients."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.simulator.http_client import HttpClient
from tests.integration.simulator.stand_in import StandInCluster
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running
from tests.simulator.server import SimulatorServer, serving


@dataclass(frozen=True)
class Served:
    """A stand-in cluster and its server."""

    cluster: StandInCluster
    server: SimulatorServer
    kubeconfig: Path

    def client(self, context: str | None = "admin") -> HttpClient:
        return HttpClient(self.kubeconfig, context=context)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    cluster = StandInCluster()
    options = Options(kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state")
    with serving(cluster, options=options) as server:
        yield Served(cluster, server, tmp_path / "kubeconfig")


@pytest.fixture
def client(served: Served) -> HttpClient:
    return served.client()


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    """3+3 nodes, 4.14, in real time: nothing happens unless a test does it."""
    with running(Options(speed=1.0, max_lifetime=600)) as found:
        yield found


Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kubectl(simulator: RunningSimulator, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    """Runs kubectl with its own home (its discovery cache); ``code`` is what it must end with, None: anything."""
    found = shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl is not installed")
    environment = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("home")),
        "KUBECONFIG": str(simulator.kubeconfig),
    }

    def run(
        *arguments: str, stdin: str = "", code: int | None = 0, timeout: float = 60.0, program: Path | str = found
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [program, *arguments],
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert code in (None, done.returncode), f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done

    return run
