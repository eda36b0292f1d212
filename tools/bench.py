"""The benchmark: the playbook against the procedure's own commands, on the same simulated cluster.

Every simulated duration is zero, so what is measured is the overhead of each way: wall time and API requests. The
figures of one run belong together; compare ratios, not seconds of different machines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

ROOT = Path(__file__).resolve().parent.parent
PROCEDURE = ROOT / "tests" / "integration" / "procedure.sh"
#: What no API tells of a healthy cluster.
ACKNOWLEDGED = ["etcd_backup", "tunnel_port_open", "nodes_not_routers"]
VARIABLES = {
    "cno_allow_disruption": True,
    "cno_preflight_acknowledge": ACKNOWLEDGED,
    "cno_wait_sleep": 1,
    "cno_prepare_operators_stable_seconds": 0,
    "cno_switch_multus_stable_seconds": 0,
    "cno_verify_operators_stable_seconds": 0,
}


@dataclass(frozen=True)
class Figures:
    """One migration: wall seconds, API requests by verb, and reboots by cause."""

    name: str
    seconds: float
    requests: Counter[str]
    reboots: Counter[str]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description="Overhead of a migration, two ways.")
    parser.add_argument("--masters", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--skip-procedure", action="store_true", help="measure the playbook only")
    given = parser.parse_args(arguments)
    contestants = {"migrate.yml": _playbook, "the procedure's bash": _procedure}
    if given.skip_procedure or shutil.which("kubectl") is None:
        contestants.pop("the procedure's bash")
        print("The procedure's bash is left out: it needs kubectl." if not given.skip_procedure else "")
    figures = [_measure(name, run, masters=given.masters, workers=given.workers) for name, run in contestants.items()]
    _print(figures)
    _print_preflight(_measure("preflight.yml", _preflight, masters=given.masters, workers=given.workers))
    return 0


def _measure(name: str, run: Callable[[Path], int], *, masters: int, workers: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        options = Options(
            masters=masters,
            workers=workers,
            instant=True,
            speed=0,
            max_lifetime=1800,
            kubeconfig=Path(directory) / "kubeconfig",
            state=Path(directory) / "state.json",
        )
        with running(options) as simulator:
            began = time.monotonic()
            code = run(Path(directory))
            seconds = time.monotonic() - began
            if code != 0:
                raise SystemExit(f"{name} failed with exit code {code}")
            return _figures(name, simulator, seconds=seconds)


def _figures(name: str, simulator: RunningSimulator, *, seconds: float) -> Figures:
    requests = Counter(str(row["verb"]) for row in simulator.requests())
    reboots = Counter(str(row["cause"]) for row in simulator.disruptions()["reboots"] if row["up_at"] is not None)
    return Figures(name=name, seconds=seconds, requests=requests, reboots=reboots)


def _playbook(directory: Path) -> int:
    command = ["ansible-playbook", "ocp_day2.ovn_migration.migrate", "-e", json.dumps(VARIABLES)]
    return _quietly(command, directory)


def _preflight(directory: Path) -> int:
    return _quietly(["ansible-playbook", "ocp_day2.ovn_migration.preflight", "-e", json.dumps(VARIABLES)], directory)


def _procedure(directory: Path) -> int:
    return _quietly(["bash", str(PROCEDURE)], directory)


def _quietly(command: Sequence[str], directory: Path) -> int:
    environment = {**os.environ, "KUBECONFIG": str(directory / "kubeconfig")}
    log = directory / "log"
    with log.open("wb") as stream:
        code = subprocess.run(
            command, env=environment, cwd=directory, stdout=stream, stderr=stream, check=False
        ).returncode
    if code != 0:
        print(log.read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
    return code


def _print(figures: Sequence[Figures]) -> None:
    verbs = sorted({verb for row in figures for verb in row.requests})
    print(f"{'':<24}" + "".join(f"{row.name:>24}" for row in figures))
    print(f"{'wall seconds':<24}" + "".join(f"{row.seconds:>24.1f}" for row in figures))
    print(f"{'API requests':<24}" + "".join(f"{sum(row.requests.values()):>24}" for row in figures))
    for verb in verbs:
        print(f"{'  ' + verb:<24}" + "".join(f"{row.requests[verb]:>24}" for row in figures))
    for cause, label in (("mco", "reboots by the MCO"), ("manual", "reboots by hand")):
        print(f"{label:<24}" + "".join(f"{row.reboots[cause]:>24}" for row in figures))
    if len(figures) == 2:
        ours, theirs = figures
        print(
            f"\n{ours.name} takes {ours.seconds / theirs.seconds:.2f} of the time and "
            f"{sum(ours.requests.values()) / sum(theirs.requests.values()):.2f} of the requests of {theirs.name}."
        )


def _print_preflight(figures: Figures) -> None:
    verbs = ", ".join(f"{count} {verb}" for verb, count in sorted(figures.requests.items()))
    print(f"\n{figures.name} takes {figures.seconds:.1f} s and {sum(figures.requests.values())} requests: {verbs}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
