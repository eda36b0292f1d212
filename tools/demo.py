"""The demo: a simulated OpenShift cluster, migrated by the real playbook through the real API protocol.

Two voices share the screen: ansible-playbook as an operator sees it, and, behind ``cluster |``, what happens to the
cluster meanwhile, as the simulator's record tells it. The last screen is checked, not told: the exit code is 0 only
when the cluster has ended on OVN-Kubernetes and each node was rebooted exactly once by the MCO and once by us.

With ``--rollback`` it goes back again, and the exit code is 0 only when the cluster has ended on OpenShiftSDN with
twice as many reboots, and with the configuration that was saved before: every difference has to have an explanation.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOK = "ocp_day2.ovn_migration.migrate"
WAY_BACK = "ocp_day2.ovn_migration.rollback"
#: Simulated time runs faster than the playbook's clock, so what is meant to be a minute there is a second here.
PATIENCE = {
    "cno_wait_sleep": 1,
    "cno_prepare_operators_stable_seconds": 1,
    "cno_switch_multus_stable_seconds": 2,
    "cno_verify_operators_stable_seconds": 2,
    # What no API can answer; nobody has to be asked about a simulated cluster.
    "cno_preflight_acknowledge": ["etcd_backup", "tunnel_port_open", "nodes_not_routers"],
}
WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    given = _parse(arguments)
    directory = ROOT / ".build" / "demo"
    directory.mkdir(parents=True, exist_ok=True)
    options = Options(
        masters=given.masters,
        workers=given.workers,
        ocp=given.ocp,
        speed=given.speed,
        max_lifetime=1800,
        kubeconfig=directory / "kubeconfig",
        state=directory / "state.json",
    )
    _say(
        f"A simulated OpenShift {given.ocp} with {given.masters} control-plane nodes and {given.workers} workers on "
        f"OpenShiftSDN, {given.speed:g} times as fast as a real one."
    )
    with running(options) as simulator:
        _say(f"KUBECONFIG={options.kubeconfig} kubectl get nodes   # works, in another terminal, while this runs")
        began = time.monotonic()
        (directory / "localhost-comparison.json").unlink(missing_ok=True)
        with Narrator(simulator):
            code = _play(PLAYBOOK, options, artifacts=directory)
            if given.rollback and code == 0:
                _say("\nAnd back again.\n")
                code = _play(WAY_BACK, options, artifacts=directory)
        return _last_screen(
            simulator,
            options,
            playbook_code=code,
            seconds=time.monotonic() - began,
            artifacts=directory,
            rollback=given.rollback,
        )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description="Migrate a simulated cluster and watch.")
    parser.add_argument("--masters", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--ocp", default="4.14", help="minor version of OpenShift (default %(default)s)")
    parser.add_argument("--speed", type=float, default=40.0, help="simulated seconds per second (default %(default)s)")
    parser.add_argument("--rollback", action="store_true", help="go back to OpenShiftSDN afterwards")
    return parser.parse_args(arguments)


def _play(playbook: str, options: Options, *, artifacts: Path) -> int:
    variables = {**PATIENCE, "cno_allow_disruption": True, "cno_artifacts_dir": str(artifacts)}
    environment = {
        **os.environ,
        "KUBECONFIG": str(options.kubeconfig),
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        # What a healthy cluster does not need is no news.
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0",
    }
    command = ["ansible-playbook", playbook, "--diff", "-e", json.dumps(variables)]
    _say(f"$ ANSIBLE_DISPLAY_SKIPPED_HOSTS=0 ansible-playbook {playbook} --diff -e cno_allow_disruption=true ...")
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


class Narrator:
    """Prints what happens to the cluster, as soon as the record has it."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self._simulator = simulator
        self._told: set[tuple[str, ...]] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Narrator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            for event, text in _events(self._simulator.disruptions()):
                if event not in self._told:
                    self._told.add(event)
                    print(f"    cluster | {text}", flush=True)


def _events(disruptions: Mapping[str, Any]) -> Iterable[tuple[tuple[str, ...], str]]:
    """What has happened so far, in the order of simulated time, each with a key that stays the same."""
    found: list[tuple[float, tuple[str, ...], str]] = []
    who = {"mco": "the Machine Config Operator", "manual": "the playbook"}
    for reboot in disruptions["reboots"]:
        key: tuple[str, ...] = (reboot["node"], str(reboot["requested_at"]))
        if reboot["down_at"] is not None:
            found.append(
                (reboot["down_at"], (*key, "down"), f"{reboot['node']} goes down, rebooted by {who[reboot['cause']]}")
            )
        if reboot["up_at"] is not None:
            boot = str(reboot["boot_id_after"])[:8]
            found.append((reboot["up_at"], (*key, "up"), f"{reboot['node']} is up again, boot id {boot}..."))
    for interval in disruptions["intervals"]:
        if interval["kind"] == "node_down":
            continue
        what = "the API" if interval["kind"] == "api_down" else f"the pod network on {interval['node']}"
        key = (interval["kind"], interval.get("node", ""), str(interval["start"]))
        if interval["kind"] == "api_down" or not interval.get("node"):
            found.append((interval["start"], (*key, "start"), f"{what} is down"))
            if interval["end"] is not None:
                found.append(
                    (
                        interval["end"],
                        (*key, "end"),
                        f"{what} is back after {interval['end'] - interval['start']:.0f} s",
                    )
                )
    return [(key, f"{_clock(at)}  {text}") for at, key, text in sorted(found, key=lambda event: event[0])]


def _last_screen(
    simulator: RunningSimulator,
    options: Options,
    *,
    playbook_code: int,
    seconds: float,
    artifacts: Path,
    rollback: bool,
) -> int:
    disruptions = simulator.disruptions()
    problems = [] if playbook_code == 0 else [f"ansible-playbook ended with exit code {playbook_code}"]
    network = json.loads(_kubernetes_get(options, "/apis/config.openshift.io/v1/networks/cluster"))
    ended_on = network["status"]["networkType"]
    if ended_on != ("OpenShiftSDN" if rollback else "OVNKubernetes"):
        problems.append(f"the cluster runs {ended_on}")
    nodes = [item["metadata"]["name"] for item in json.loads(_kubernetes_get(options, "/api/v1/nodes"))["items"]]
    rows = []
    for node in nodes:
        counts = {
            cause: sum(
                1
                for r in disruptions["reboots"]
                if r["node"] == node and r["cause"] == cause and r["up_at"] is not None
            )
            for cause in ("mco", "manual")
        }
        rounds = 2 if rollback else 1
        if counts != {"mco": rounds, "manual": rounds}:
            problems.append(f"{node} was rebooted {counts['mco']} times by the MCO and {counts['manual']} times by us")
        rows.append(
            (
                node,
                counts["mco"],
                counts["manual"],
                _down(disruptions, "node_down", node),
                _down(disruptions, "pod_network_down", node),
            )
        )
    print("\n" + "=" * WIDTH)
    print(f"The cluster runs {ended_on}. {len(nodes)} nodes, {seconds:.0f} s by your clock.\n")
    print(f"{'node':<14}{'MCO reboots':>12}{'our reboots':>13}{'down':>12}{'without pod network':>22}  (simulated)")
    for node, mco, ours, down, network_down in rows:
        print(f"{node:<14}{mco:>12}{ours:>13}{down:>11.0f}s{network_down:>21.0f}s")
    print(f"\nThe API was down for {_down(disruptions, 'api_down'):.0f} simulated seconds.")
    report = artifacts / f"localhost-{'rollback' if rollback else 'migration'}.md"
    if report.exists():
        print("\n" + _phases(report.read_text(encoding="utf-8")))
        print(f"\nReport:     {report}")
    if rollback:
        problems += _compared(artifacts / "localhost-comparison.json")
    print(f"Kubeconfig: {options.kubeconfig} (the simulated cluster ends with this demo)")
    for problem in problems:
        print(f"PROBLEM: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _compared(comparison: Path) -> list[str]:
    """Print what is not as it was before the migration; what nobody explains is a problem."""
    if not comparison.exists():
        return ["the cluster was not compared with the backup"]
    told = json.loads(comparison.read_text(encoding="utf-8"))
    print(f"\n{told['summary']}")
    for row in told["differences"]:
        print(f"  {row['object']} {row['path']}: {json.dumps(row['backup'])} -> {json.dumps(row['now'])}")
        print(f"    {row['explanation'] or 'nobody knows why'}")
    return [f"{row['object']} {row['path']} differs" for row in told["differences"] if not row["explanation"]]


def _down(disruptions: Mapping[str, Any], kind: str, node: str = "") -> float:
    seconds: float = sum(
        interval["end"] - interval["start"]
        for interval in disruptions["intervals"]
        if interval["kind"] == kind and (not node or interval.get("node") == node) and interval["end"] is not None
    )
    return seconds


def _phases(report: str) -> str:
    lines = [line for line in report.splitlines() if line.startswith("| ") and line.count("|") == 3]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return "\n".join(
        f"{phase:<14}{seconds:>10}{' s' if number else ''}" for number, (phase, seconds) in enumerate(cells)
    )


def _kubernetes_get(options: Options, path: str) -> str:
    from kubernetes import client, config

    config.load_kube_config(config_file=str(options.kubeconfig))
    with client.ApiClient() as api:
        host = api.configuration.host
        response = api.rest_client.request("GET", f"{host}{path}", headers={"Accept": "application/json"})
        return str(response.read().decode() if hasattr(response, "read") else response.data)


def _clock(simulated_seconds: float) -> str:
    minutes, seconds = divmod(int(simulated_seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
