"""A simulator in a process of its own, for tests, the demo and the benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.simulator.options import Options, to_arguments

ROOT = Path(__file__).resolve().parents[2]


class SimulatorFailed(RuntimeError):
    """The simulator did not start, or ended by itself; the text holds what it said."""


@dataclass(frozen=True)
class SshAccess:
    """How to log in to the nodes: ``ssh -F config core@10.0.0.10``, or by ``bastion`` (user, address and port)."""

    user: str
    port: int
    key: Path
    known_hosts: Path
    config: Path
    bastion: str

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> SshAccess:
        paths = {name: Path(found[name]) for name in ("key", "known_hosts", "config")}
        return cls(user=found["user"], port=found["port"], bastion=found["bastion"], **paths)


@dataclass(frozen=True)
class RunningSimulator:
    """Where a simulator is, and what its side endpoint can be asked."""

    pid: int
    api: str
    control: str
    kubeconfig: Path
    log: Path
    #: None without ``Options.ssh``
    ssh: SshAccess | None = None

    def record(self) -> dict[str, Any]:
        """``{"requests": [...], "disruptions": {...}}``."""
        return self._ask("GET", "/record")  # type: ignore[no-any-return]

    def requests(self) -> list[dict[str, Any]]:
        return self._ask("GET", "/requests")  # type: ignore[no-any-return]

    def forget_requests(self) -> None:
        self._ask("DELETE", "/requests")

    def disruptions(self) -> dict[str, Any]:
        return self._ask("GET", "/disruptions")  # type: ignore[no-any-return]

    def state(self) -> dict[str, Any]:
        return self._ask("GET", "/state")  # type: ignore[no-any-return]

    def add_fault(self, fault: str) -> None:
        """``kind[:target][,name=value]``."""
        self._ask("POST", "/faults", {"fault": fault})

    def remove_fault(self, kind: str) -> None:
        self._ask("DELETE", f"/faults/{kind}")

    def set_speed(self, speed: float) -> None:
        self._ask("POST", "/clock", {"speed": speed})

    def compact(self) -> None:
        """Make all resourceVersions up to now too old for watches."""
        self._ask("POST", "/compact")

    def stop(self) -> None:
        """Ask the process to end; ``running`` does so by itself."""
        self._ask("POST", "/stop")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.control + path, data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as response:
            return json.loads(response.read())


@contextmanager
def running(options: Options, *, timeout: float = 60.0, python: str = sys.executable) -> Iterator[RunningSimulator]:
    """Start a simulator, wait until it is ready, end it by its pid when the body is left."""
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        home = Path(folder)
        options = replace(
            options,
            state=(options.state or home / "state.json").resolve(),
            kubeconfig=(options.kubeconfig or home / "kubeconfig").resolve(),
        )
        assert options.state is not None
        options.state.unlink(missing_ok=True)  # a run that was killed leaves its file behind
        log = home / "simulator.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [python, "-m", "tests.simulator", *to_arguments(options)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield _ready(process, options.state, log, timeout=timeout)
        finally:
            _end(process)


def _ready(process: subprocess.Popen[bytes], state: Path, log: Path, *, timeout: float) -> RunningSimulator:
    deadline = time.monotonic() + timeout
    while not state.exists():
        if process.poll() is not None:
            raise SimulatorFailed(f"the simulator ended with code {process.returncode}:\n{log.read_text()[-4000:]}")
        if time.monotonic() > deadline:
            raise SimulatorFailed(f"the simulator was not ready after {timeout:g} s:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)
    found = json.loads(state.read_text())
    return RunningSimulator(
        pid=found["pid"],
        api=found["api"],
        control=found["control"],
        kubeconfig=Path(found["kubeconfig"]),
        log=log,
        ssh=SshAccess.from_json(found["ssh"]) if found.get("ssh") else None,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
