"""The lines of the README as they are printed there, on a cluster that has what clusters have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import Run, environment
from tests.integration.collection.test_rollback import STEPS, bring, cluster, egress_of, get, kubectl, rollback, settled
from tests.integration.records import reboots, writes
from tests.simulator.process import RunningSimulator

pytestmark = [
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed"),
    pytest.mark.slow,
]

README = Path(__file__).resolve().parents[3] / "README.md"
SECTION = re.search(r"^## A real cluster, in five lines$(.*?)^## ", README.read_text("utf-8"), re.M | re.S)
assert SECTION
TEXT = SECTION.group(1)
EXTRAS = ("egress", "nncp", "webhooks")


def printed(playbook: str, *words: str) -> str:
    """The line that runs this playbook, with these words in it and no further options."""
    lines = re.findall(r"ansible-playbook ocp_day2[^\n`#]*", TEXT)
    [found] = [
        line.strip()
        for line in lines
        if f".{playbook} " in line
        and all(word in line for word in words)
        and ("--check" in line) == ("--check" in words)
    ]
    return str(found)


def mine() -> str:
    [found] = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)
    return str(found)


def run(line: str, simulator: RunningSimulator, cwd: Path) -> Run:
    done = subprocess.run(
        line,
        shell=True,
        cwd=cwd,
        env=environment(simulator.kubeconfig, home=cwd),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return Run(code=done.returncode, output=done.stdout + done.stderr)


@contextmanager
def ordinary_cluster(directory: Path, **settings: Any) -> Iterator[RunningSimulator]:
    """Egress objects, policies and webhooks, but for what its owner has to decide: one EgressNetworkPolicy remains of
    two, and a node whose egress IPs were assigned by hand keeps the way back from converting (both told in preflight).
    """
    with cluster(directory, ocp="4.14", extras=EXTRAS, **settings) as simulator:
        kubectl(simulator, "patch", "hostsubnet", "worker-1", "--type=merge", "-p", '{"egressIPs":null}')
        kubectl(simulator, "delete", "egressnetworkpolicy", "-n", "shop", "partners")
        yield simulator


def policies(simulator: RunningSimulator) -> dict[str, Any]:
    return {item["metadata"]["name"]: item["spec"] for item in get(simulator, "nncp")["items"]}


def webhooks(simulator: RunningSimulator) -> list[int]:
    return [
        hook["timeoutSeconds"]
        for kind in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
        for item in get(simulator, kind)["items"]
        for hook in item["webhooks"]
    ]


def test_there_and_back_by_the_printed_lines(tmp_path: Path) -> None:
    """What stands in the way is told by the first line, with the id to write into ``mine.yml``."""
    with ordinary_cluster(tmp_path, speed=60) as simulator:
        before = (settled(simulator), egress_of(simulator), policies(simulator), webhooks(simulator))
        since = len(simulator.requests())
        (tmp_path / "mine.yml").write_text(mine(), encoding="utf-8")
        stopped = run(printed("preflight", "mine.yml"), simulator, tmp_path)
        assert (tmp_path / "night").is_dir(), stopped.output
        findings = json.loads((tmp_path / "night" / "localhost-preflight.json").read_text(encoding="utf-8"))["findings"]
        blocking = [finding["id"] for finding in findings if finding["blocking"]]
        assert (stopped.code, blocking) == (2, ["primary_interface_free"]), stopped.output
        (tmp_path / "mine.yml").write_text(mine().replace("[etcd", "[primary_interface_free, etcd"), encoding="utf-8")
        seen = run(printed("preflight", "mine.yml"), simulator, tmp_path)
        assert seen.code == 0, seen.output
        rehearsed = run(printed("migrate", "mine.yml", "--check"), simulator, tmp_path)
        assert rehearsed.code == 0, rehearsed.output
        assert [row for row in writes(simulator.requests()[since:]) if row["verb"] != "exec"] == []
        there = run(printed("migrate", "mine.yml"), simulator, tmp_path)
        assert there.code == 0, there.output[-6000:]
        assert settled(simulator)["config"]["networkType"] == "OVNKubernetes"
        back = run(printed("rollback"), simulator, tmp_path)
        assert back.code == 0, back.output[-6000:]
        assert "UNEXPLAINED" not in back.flat, back.output[-6000:]
        assert (settled(simulator), egress_of(simulator), policies(simulator), webhooks(simulator)) == before
        assert set(reboots(simulator.disruptions()).values()) == {2}


@pytest.mark.parametrize("step", [step for step in STEPS if step != "saved"])
def test_back_from_every_phase_by_the_printed_line(tmp_path: Path, step: str) -> None:
    """No variable but the consent, and what makes the waits short."""
    assert printed("rollback").split(" -e ")[1:] == ["cno_allow_disruption=true"]
    with ordinary_cluster(tmp_path) as simulator:
        before = (settled(simulator), egress_of(simulator), policies(simulator), webhooks(simulator))
        bring(simulator, tmp_path, to=step)
        back = rollback(simulator, tmp_path)
        assert back.code == 0, back.output[-6000:]
        assert "UNEXPLAINED" not in back.flat, back.output[-6000:]
        assert (settled(simulator), egress_of(simulator), policies(simulator), webhooks(simulator)) == before
