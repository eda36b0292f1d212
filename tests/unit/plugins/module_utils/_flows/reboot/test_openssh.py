# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import time
from itertools import pairwise
from pathlib import Path

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import MigrationError, Refused
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot import openssh
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.openssh import OpenSsh, SshLogin

SSH = "/usr/bin/ssh"


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: SSH)


def words(**given):
    return OpenSsh(SshLogin(**given)).command("10.0.0.10", "true")


def options(command):
    return [word for flag, word in pairwise(command) if flag == "-o"]


def test_by_default_the_client_s_own_configuration_says_the_rest():
    command = words()
    assert command[0] == SSH
    assert command[-5:] == ["-l", "core", "--", "10.0.0.10", "true"]
    assert "BatchMode=yes" in options(command)
    assert "StrictHostKeyChecking=accept-new" in options(command)
    assert not {"-p", "-i", "-F"} & set(command)
    assert not [word for word in options(command) if word.startswith(("UserKnownHostsFile", "ProxyCommand"))]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"port": 2222}, ["-p", "2222"]),
        ({"user": "admin"}, ["-l", "admin"]),
        ({"host_key_checking": "strict"}, ["-o", "StrictHostKeyChecking=yes"]),
        ({"host_key_checking": "off"}, ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]),
        ({"known_hosts_file": "/a b/known"}, ["-o", 'UserKnownHostsFile="/a b/known"']),
    ],
)
def test_options(given, wanted):
    command = words(**given)
    assert any(command[start : start + len(wanted)] == wanted for start in range(len(command)))


def test_of_what_is_given_twice_ours_comes_first_and_the_limits_last():
    command = words(extra_args=["-o", "ConnectTimeout=3", "-o", "BatchMode=no"])
    result = options(command)
    assert result.index("BatchMode=yes") < result.index("BatchMode=no")
    assert result.index("ConnectTimeout=3") < result.index("ConnectTimeout=10")


def test_a_jump_host_is_reached_with_the_same_key_and_checks(tmp_path):
    key = tmp_path / "100% mine"
    key.touch()
    command = words(jump_host="ops@bastion.example.com:2200", private_key_file=str(key), extra_args=["-F", "conf"])
    proxy = next(word for word in options(command) if word.startswith("ProxyCommand="))
    assert f"-i '{key}'".replace("%", "%%") in proxy
    assert "-F conf" in proxy
    assert proxy.endswith("-p 2200 -l ops -W '[%h]:%p' -- bastion.example.com")
    assert "LogLevel=ERROR" in proxy, "so that its login is not taken for the node's"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"private_key_file": "/nowhere"}, "ssh_private_key_file /nowhere"),
        ({"known_hosts_file": "/nowhere", "host_key_checking": "strict"}, "ssh_known_hosts_file /nowhere"),
        ({"jump_host": "one,two"}, "ssh_jump_host 'one,two'"),
        ({"jump_host": "one --option"}, "ssh_jump_host 'one --option'"),
    ],
)
def test_what_cannot_work_is_refused_at_once(given, named):
    with pytest.raises(Refused, match=named):
        OpenSsh(SshLogin(**given))


def test_without_a_client_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MigrationError, match="Install the OpenSSH client"):
        OpenSsh(SshLogin())


@pytest.mark.parametrize(
    ("script", "code", "output"),
    [("echo told; echo no >&2; exit 3", 3, "told\n"), ("echo begun; exec sleep 60", None, "begun\n")],
    ids=["it ends", "it hangs"],
)
def test_a_run(monkeypatch, tmp_path, script, code, output):
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    monkeypatch.setattr(openssh, "TIMEOUT", 0.5)
    ended = OpenSsh(SshLogin()).run("10.0.0.10", "true")
    assert (ended.code, ended.output) == (code, output)


def test_the_client_to_the_jump_host_does_not_outlive_ours(monkeypatch, tmp_path):
    """When a node goes down the inner client hangs, and it has our client's standard error open."""
    program = tmp_path / "ssh"
    program.write_text(
        f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/inner\necho gone >&2\nexit 255\n", encoding="utf-8"
    )
    program.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    ended = OpenSsh(SshLogin()).run("10.0.0.10", "true")
    assert (ended.code, ended.errors.strip()) == (255, "gone")
    inner = int((tmp_path / "inner").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 30
    while _alive(inner):
        assert time.monotonic() < deadline, "it is to end with ours"


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
