# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OpenSSH client, as a process of its own: the user's configuration, agent and known hosts count, as on a shell."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Literal, Optional

from ..._domain.errors import Refused
from ..._domain.reboot.ssh import JUMP_HOST, SshResult

#: Seconds for a connection and a command, beyond what the client's own limits should have ended.
TIMEOUT = 60.0
#: Seconds for a client that was asked to end.
GRACE = 5.0

#: ``accept_new``: a key that is seen for the first time is remembered, another one later is refused.
Checking = Literal["accept_new", "strict", "off"]
_CHECKING = {"accept_new": "accept-new", "strict": "yes", "off": "no"}


@dataclass(frozen=True)
class SshLogin:
    """How to log in. What is left out, None or empty, is up to the configuration of the client.

    :param jump_host: ``[user@]host[:port]``, reached with the same key and the same checks
    :param extra_args: arguments of the client, for the jump host, too
    """

    user: str = "core"
    private_key_file: Optional[str] = None
    port: Optional[int] = None
    jump_host: Optional[str] = None
    host_key_checking: Checking = "accept_new"
    known_hosts_file: Optional[str] = None
    extra_args: Sequence[str] = ()


class OpenSsh:
    """:raises Refused: when the client cannot work: none is installed, or a file that it needs cannot be read"""

    def __init__(self, login: SshLogin) -> None:
        found = shutil.which("ssh")
        if found is None:
            raise _refusal("there is no ssh in the PATH of this machine", "Install the OpenSSH client on it.")
        _refuse_unreadable("ssh_private_key_file", login.private_key_file)
        if login.host_key_checking == "strict":
            _refuse_unreadable("ssh_known_hosts_file", login.known_hosts_file)
        if login.jump_host and not JUMP_HOST.fullmatch(login.jump_host):
            seen = f"ssh_jump_host {login.jump_host!r} is not of the form [user@]host[:port]"
            raise _refusal(seen, "Correct it; more than one jump host can be set up in the configuration of ssh.")
        self._program = found
        self._login = login

    def run(self, address: str, command: str) -> SshResult:
        """Run a command line in the user's shell on a host, once. Nothing is raised: how it ended is the answer."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                self.command(address, command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            )
            code = _ended(process)
            return SshResult(code=code, output=_said(output), errors=_said(errors))

    def command(self, address: str, command: str) -> list[str]:
        """What is run. Of an option that is given twice the client takes the first: ours, yours, then the limits."""
        login = self._login
        port = ["-p", str(login.port)] if login.port else []
        jump = ["-o", f"ProxyCommand={self._jump()}"] if login.jump_host else []
        return [
            self._program,
            *self._options(level="VERBOSE"),
            *jump,
            *port,
            *["-T", "-x", "-l", login.user, "--", address, command],
        ]

    def _jump(self) -> str:
        """As ``ProxyJump`` does it, but with the options of the node for the jump host, too; a shell runs it."""
        match = JUMP_HOST.fullmatch(self._login.jump_host or "")
        if match is None:
            raise _refusal(f"{self._login.jump_host!r} is no jump host", "Correct ssh_jump_host.")
        port = ["-p", match["port"]] if match["port"] else []
        user = match["user"] or self._login.user
        words = [self._program, *self._options(level="ERROR"), *port, "-l", user]
        plain = [word.replace("%", "%%") for word in words]
        return shlex.join([*plain, "-W", "[%h]:%p", "--", match["host"].strip("[]")])

    def _options(self, *, level: str) -> list[str]:
        login = self._login
        checking = {"StrictHostKeyChecking": _CHECKING[login.host_key_checking]}
        if login.host_key_checking == "off":
            checking["UserKnownHostsFile"] = "/dev/null"
        elif login.known_hosts_file:
            checking["UserKnownHostsFile"] = f'"{login.known_hosts_file}"'
        ours = {"BatchMode": "yes", "LogLevel": level, "ControlMaster": "no", "ControlPath": "none", **checking}
        limits = {"ConnectTimeout": "10", "ServerAliveInterval": "5", "ServerAliveCountMax": "3"}
        key = ["-i", login.private_key_file, "-o", "IdentitiesOnly=yes"] if login.private_key_file else []
        return [*_pairs(ours), *key, *login.extra_args, *_pairs(limits)]


def _pairs(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


def _ended(process: subprocess.Popen[bytes]) -> Optional[int]:
    """The exit code; None when the client had to be ended.

    The client to the jump host outlives ours when the node goes down, and would wait for it for minutes. So the
    files, not pipes, take what they say, and what is left of the session is ended with it.
    """
    try:
        code: Optional[int] = process.wait(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        code = None
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()
    return code


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _refuse_unreadable(option: str, path: Optional[str]) -> None:
    if path and not (os.path.isfile(path) and os.access(path, os.R_OK)):
        raise _refusal(f"{option} {path} is not a file that can be read", f"Correct {option}.")


def _refusal(seen: str, remedy: str) -> Refused:
    return Refused(tried="reboot nodes by ssh", seen=f"{seen}. Nothing was changed", remedy=remedy)
