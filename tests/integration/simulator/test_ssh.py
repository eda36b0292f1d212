"""The nodes' ssh servers, with the real OpenSSH client."""

from __future__ import annotations

import shutil
import stat
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.integration.records import reboots
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, SshAccess, running

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running(Options(speed=0, ssh=True, max_lifetime=600)) as found:
        yield found


@pytest.fixture(scope="module")
def access(simulator: RunningSimulator) -> SshAccess:
    assert simulator.ssh is not None
    return simulator.ssh


def ssh(access: SshAccess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """With the configuration that the simulator has written."""
    command = ["ssh", "-F", str(access.config), "-o", "BatchMode=yes", "-T", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def came_back(access: SshAccess, node: str) -> str:
    """The boot id of a node that is given a while to let us in."""
    deadline = time.monotonic() + 30
    while not (told := ssh(access, node, BOOT_ID).stdout):
        assert time.monotonic() < deadline, f"{node} does not answer"
    return told


@pytest.mark.parametrize(("host", "name"), [("core@10.0.0.10", "master-0"), ("worker-2", "worker-2")])
def test_an_internal_address_or_a_name_leads_to_the_node(access: SshAccess, host: str, name: str) -> None:
    done = ssh(access, host, "hostname")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{name}\n", "")


def test_nobody_gets_in_once_a_shutdown_is_scheduled() -> None:
    """pam_nologin, from five minutes before on; the bastion is another machine."""
    with running(Options(masters=1, workers=1, speed=1, ssh=True, max_lifetime=120)) as found:
        assert found.ssh is not None
        assert ssh(found.ssh, "worker-0", "sudo -n shutdown -r +1").returncode == 0
        refused = ssh(found.ssh, "worker-0", BOOT_ID)
        assert (refused.returncode, refused.stdout) == (255, "")
        assert refused.stderr.startswith("System is going down. Unprivileged users are not permitted to log in")
        assert "Connection closed by " in refused.stderr
        assert "Permission denied" not in refused.stderr
        assert ssh(found.ssh, "master-0", BOOT_ID).returncode == 0


def test_the_key_is_the_owner_s_alone(access: SshAccess) -> None:
    assert stat.S_IMODE(access.key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("command", "out", "code"),
    [
        ("true", "", 0),
        ("sudo -n true", "", 0),
        (f'test "$({BOOT_ID})" = other || exit 75; echo still here', "", 75),
        ("nonsense", "", 127),
    ],
)
def test_what_a_command_leaves(access: SshAccess, command: str, out: str, code: int) -> None:
    done = ssh(access, "worker-0", command)
    assert (done.stdout, done.returncode) == (out, code)


def test_what_is_done_there_is_in_the_record(simulator: RunningSimulator, access: SshAccess) -> None:
    simulator.forget_requests()
    ssh(access, "worker-0", "true; false")
    rows = [row for row in simulator.requests() if row["verb"] == "ssh"]
    assert [(row["node"], row["command"], row["exit_code"]) for row in rows] == [("worker-0", "true; false", 1)]


def test_a_shutdown_cuts_the_line_and_the_node_comes_back_on_another_boot(
    simulator: RunningSimulator, access: SshAccess
) -> None:
    before = ssh(access, "worker-1", BOOT_ID).stdout
    told = ssh(access, "worker-1", f"{BOOT_ID}; sudo -n shutdown -r now")
    assert (told.stdout, told.returncode) == (before, 255)
    assert came_back(access, "worker-1") not in ("", before)
    assert reboots(simulator.disruptions()) == {("worker-1", "manual"): 1}


def test_only_root_shuts_down(simulator: RunningSimulator, access: SshAccess) -> None:
    done = ssh(access, "worker-2", "shutdown -r now")
    assert done.returncode == 1
    assert "Interactive authentication required" in done.stderr
    assert ("worker-2", "manual") not in reboots(simulator.disruptions())


def test_nobody_else_logs_in(access: SshAccess) -> None:
    assert "Permission denied (publickey)" in ssh(access, "root@worker-0", "true").stderr


def test_the_bastion_leads_to_the_nodes_and_nowhere_else(simulator: RunningSimulator, access: SshAccess) -> None:
    proxy = f"ProxyCommand=ssh -F {access.config} -W %h:%p bastion"
    options = ["-F", "/dev/null", "-i", str(access.key), "-o", f"UserKnownHostsFile={access.known_hosts}", "-o", proxy]
    simulator.forget_requests()
    assert ssh(access, *options, "core@10.0.0.11", "hostname").stdout == "master-1\n"
    row = next(row for row in simulator.requests() if row["node"] == "bastion")
    assert row["command"] == "direct-tcpip 10.0.0.11:22"
    assert ssh(access, *options, "core@10.9.9.9", "hostname").returncode == 255
    assert ssh(access, "bastion", "true").returncode == 255, "nobody works there"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("ssh_refused:worker-0", "Connection refused"),
        ("ssh_host_key_changed:worker-0", "REMOTE HOST IDENTIFICATION HAS CHANGED"),
        ("sudo_denied:worker-0", "sudo: a password is required"),
    ],
)
def test_faults(simulator: RunningSimulator, access: SshAccess, fault: str, words: str) -> None:
    simulator.add_fault(fault)
    try:
        assert words in ssh(access, "worker-0", "sudo -n true").stderr
        assert ssh(access, "worker-1", "sudo -n true").returncode == 0
    finally:
        simulator.remove_fault(fault.partition(":")[0])
    assert ssh(access, "worker-0", "sudo -n true").returncode == 0


def test_a_node_that_goes_down_drops_who_is_logged_in_and_refuses_from_then_on(
    simulator: RunningSimulator, access: SshAccess
) -> None:
    command = ["ssh", "-F", str(access.config), "-o", "BatchMode=yes", "-o", "LogLevel=VERBOSE", "-T", "worker-2"]
    simulator.add_fault("node_never_returns:worker-2")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as inside:
        assert inside.stderr is not None
        assert "Authenticated" in inside.stderr.readline()
        ssh(access, "worker-2", "sudo -n shutdown -r now")
        assert inside.wait(timeout=60) == 255
    assert "Connection refused" in ssh(access, "worker-2", "true").stderr
    simulator.remove_fault("node_never_returns")
    assert came_back(access, "worker-2")
