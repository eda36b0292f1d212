"""Reboots by the real OpenSSH client: what the nodes' ssh servers have been asked, and what came of it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module
from tests.integration.records import reboots, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, SshAccess, running

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")


@dataclass
class Site:
    """A simulator with ssh servers, and one module's runs against it."""

    simulator: RunningSimulator
    cwd: Path

    @property
    def access(self) -> SshAccess:
        assert self.simulator.ssh is not None
        return self.simulator.ssh

    @property
    def by_configuration(self) -> dict[str, Any]:
        """The nodes themselves, at their loopback addresses."""
        return {"strategy": "ssh", "ssh_extra_args": ["-F", str(self.access.config)]}

    @property
    def by_bastion(self) -> dict[str, Any]:
        """The nodes at their own addresses, as they are known behind the bastion."""
        return {
            "strategy": "ssh",
            "ssh_private_key_file": str(self.access.key),
            "ssh_known_hosts_file": str(self.access.known_hosts),
            "ssh_jump_host": self.access.bastion,
            "ssh_extra_args": ["-F", "/dev/null"],
        }

    def reboot(self, nodes: Sequence[str], **options: Any) -> dict[str, Any]:
        """The result, with the record emptied before."""
        self.simulator.forget_requests()
        wanted = {"nodes": list(nodes), "use_journal": False, "wait_sleep": 1, **options}
        return module("node_reboot", wanted, kubeconfig=self.simulator.kubeconfig, cwd=self.cwd)

    def commands(self) -> list[tuple[str, str]]:
        """(node, command) of what came in by ssh since."""
        return [(row["node"], row["command"]) for row in self.simulator.requests() if row["verb"] == "ssh"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("ssh")
    with running(Options(speed=0, ssh=True, max_lifetime=600, state=folder / "state.json")) as simulator:
        yield Site(simulator, folder)


@pytest.fixture
def site(shared: Site, tmp_path: Path) -> Iterator[Site]:
    yield Site(shared.simulator, tmp_path)
    for fault in ("ssh_refused", "ssh_host_key_changed", "sudo_denied", "exec_dropped"):
        shared.simulator.remove_fault(fault)


def results(result: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {row["node"]: (row["result"], row["way"]) for row in result["nodes"]}


def test_each_node_is_asked_once_and_compares_its_boot_id_itself(site: Site) -> None:
    before = reboots(site.simulator.disruptions())
    result = site.reboot(["master-1", "worker-0", "worker-1"], **site.by_configuration)
    assert results(result) == dict.fromkeys(["master-1", "worker-0", "worker-1"], ("rebooted", "ssh"))
    asked = site.commands()
    assert sorted(node for node, _command in asked) == ["master-1", "worker-0", "worker-1"]
    for row in result["nodes"]:
        command = next(command for node, command in asked if node == row["node"])
        assert f"= {row['boot_id_before']} || exit" in command
        assert command.endswith("; sudo -n shutdown -r now")
    after = reboots(site.simulator.disruptions())
    assert {node: count - before[node] for node, count in after.items() if count > before[node]} == {
        ("master-1", "manual"): 1,
        ("worker-0", "manual"): 1,
        ("worker-1", "manual"): 1,
    }
    verbs = {row["verb"] for row in writes(site.simulator.requests())}
    assert verbs == {"ssh"}, "nothing went through the API"


def test_a_jump_host_leads_to_the_internal_address(site: Site) -> None:
    result = site.reboot(["worker-2"], delay_minutes=2, **site.by_bastion)
    assert results(result) == {"worker-2": ("rebooted", "ssh")}
    (bastion, tunnel), (node, command) = site.commands()
    assert (bastion, tunnel, node) == ("bastion", "direct-tcpip 10.0.32.12:22", "worker-2")
    assert command.endswith("shutdown -r +2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"ssh_user": "admin"}, "it does not let us in: ", id="ssh_user"),
        pytest.param({"ssh_port": 2222}, "Could not reboot all nodes: worker-0: ", id="ssh_port"),
    ],
)
def test_who_logs_in_and_where(site: Site, options: dict[str, Any], words: str) -> None:
    given = {**site.by_bastion, **options}
    if "ssh_user" in options:
        given = {**site.by_configuration, **options}
    result = site.reboot(["worker-0"], reboot_timeout=1, **given)
    assert result["failed"] and words in result["msg"]
    if "ssh_port" in options:
        assert site.commands()[0] == ("bastion", "direct-tcpip 10.0.32.10:2222")
    assert results(result) == {"worker-0": ("failed", None)}


def test_a_new_host_key_is_remembered_and_another_one_later_is_refused_at_once(site: Site) -> None:
    known = site.cwd / "known_hosts"
    by_name = {**site.by_configuration, "ssh_known_hosts_file": str(known)}
    refused = site.reboot(["worker-0"], ssh_host_key_checking="strict", **{**by_name, **_existing(known)})
    assert "is not known, so nothing was sent" in refused["msg"]
    assert site.commands() == []
    assert results(site.reboot(["worker-0"], **by_name)) == {"worker-0": ("rebooted", "ssh")}
    assert "[127.0.32.10]" in known.read_text(encoding="utf-8")
    site.simulator.add_fault("ssh_host_key_changed:worker-0")
    changed = site.reboot(["worker-0"], **by_name)
    assert f"ssh-keygen -R '[127.0.32.10]:{site.access.port}' -f {known}" in changed["msg"]
    assert changed["nodes"][0]["attempts"] == 1
    assert site.commands() == []
    assert results(site.reboot(["worker-0"], ssh_host_key_checking="off", **by_name)) == {
        "worker-0": ("rebooted", "ssh")
    }


def _existing(path: Path) -> dict[str, str]:
    path.touch()
    return {"ssh_known_hosts_file": str(path)}


def test_without_sudo_nothing_happens_and_the_reason_is_told(site: Site) -> None:
    site.simulator.add_fault("sudo_denied:worker-1")
    before = reboots(site.simulator.disruptions())
    result = site.reboot(["worker-1"], **site.by_configuration)
    assert "its user may not shut it down: sudo: a password is required" in result["msg"]
    assert reboots(site.simulator.disruptions()) == before
    assert result["changed"] is False


def test_rsh_first_and_ssh_when_it_could_not_send(site: Site) -> None:
    site.simulator.add_fault("exec_dropped:worker-1")
    given = {**site.by_configuration, "strategy": "rsh_then_ssh"}
    result = site.reboot(["worker-0", "worker-1"], **given)
    assert results(result) == {"worker-0": ("rebooted", "rsh"), "worker-1": ("rebooted", "ssh")}
    assert [node for node, _command in site.commands()] == ["worker-1"]


def test_a_second_look_is_kept_out_and_does_not_count_as_a_failure(tmp_path: Path) -> None:
    """A run that was killed has scheduled the shutdown; the next one is not let in, waits, and finds a new boot."""
    options = Options(masters=1, workers=1, speed=1, ssh=True, max_lifetime=300, state=tmp_path / "state.json")
    with running(options) as simulator:
        site = Site(simulator, tmp_path)
        command = ["ssh", "-F", str(site.access.config), "-o", "BatchMode=yes", "worker-0", "sudo -n shutdown -r +4"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        early = site.reboot(["worker-0"], reboot_timeout=1, **site.by_configuration)
        assert early["failed"] and not early["changed"]
        assert "it lets nobody in any more, since a shutdown is scheduled on it already" in early["msg"]
        simulator.forget_requests()
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(site.reboot, ["worker-0"], reboot_timeout=120, **site.by_configuration)
            while not any(row["resource"] == "nodes" for row in simulator.requests()):
                time.sleep(0.1)
            simulator.set_speed(60)
            result = asked.result()
        assert results(result) == {"worker-0": ("skipped", None)}
        assert dict(reboots(simulator.disruptions())) == {("worker-0", "manual"): 1}


@pytest.mark.slow
def test_a_missing_key_is_told_before_anything_is_done(site: Site) -> None:
    given = {**site.by_bastion, "ssh_private_key_file": str(site.cwd / "none")}
    result = site.reboot(["worker-0"], **given)
    assert "ssh_private_key_file" in result["msg"] and "is not a file that can be read" in result["msg"]
    assert writes(site.simulator.requests()) == []
