# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an ssh client's end says about a command that was to reboot a node.

The client is run with ``LogLevel=VERBOSE``: it says "Authenticated to" once it is in, and before that nothing can have
been sent (OpenSSH, sshconnect2.c). Its own failures, and a connection that breaks off, are exit code 255 (ssh(1)).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

from .plan import GOING, IDLE, Request

#: What the command on the node ends with when it cannot tell its boot id, or is on another boot than it is to leave.
UNTOLD, ELSEWHERE = 74, 75
#: What it ends with on a node that was told before: it is about to go down, or no shutdown is scheduled on it.
GOING_DOWN, NOTHING_SCHEDULED = 76, 77
_CLIENT_FAILED = 255

#: ``[user@]host[:port]``, as an option of ours takes it.
JUMP_HOST = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[^@:\s,]+)(?::(?P<port>\d+))?/?"
)
#: On a line of its own: the user's shell may greet first.
_BOOT_ID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.MULTILINE)
_NOISE = re.compile(
    r"^(Authenticated to |Transferred: |Bytes per second|Warning: Permanently added |@|debug\d|\** ?WARNING: )"
)
_CHANGED = re.compile(r"Host key for (\S+) has changed")
#: What the client says when it cannot even begin: its arguments, its configuration, or the machine that it runs on.
_BROKEN = re.compile(
    r"Bad configuration option|Can't open user config file|Bad owner or permissions on|^unknown option -|"
    r"unsupported option|^usage: ssh|No user exists for uid|keyword .* extra arguments|missing argument",
    re.MULTILINE,
)
#: /run/nologin, which systemd-logind writes five minutes before a shutdown, as pam_nologin shows it.
_GOING_DOWN = "System is going down."
_OFFENDING = re.compile(r"^Offending \S+ key in (.+):\d+\s*$", re.MULTILINE)
_UNKNOWN = re.compile(r"No \S+ host key is known for (\S+)")


@dataclass(frozen=True)
class SshResult:
    """How the client ended; ``code`` None when it had to be ended because it took too long."""

    code: Optional[int]
    output: str
    errors: str

    @property
    def was_in(self) -> bool:
        """Whether it had logged in. A client that is made to say nothing at all may have been."""
        return "Authenticated to " in self.errors or not self.errors.strip()

    @property
    def said(self) -> str:
        """What it complained of, on one line, without what it says of itself."""
        lines = [line.strip() for line in self.errors.splitlines()]
        text = "; ".join(line for line in lines if line and not _NOISE.match(line))[-300:]
        return text or ("it took too long" if self.code is None else f"exit code {self.code}, and no word")


def answer(ended: SshResult, *, boot_id: str) -> Request:
    """
    :param boot_id: the boot that the node is to leave; the command prints the one that it is on, and goes on only when
        it is this one
    """
    told = _BOOT_ID.search(ended.output)
    if told and told.group() != boot_id:
        return Request("elsewhere", "it says that it is on another boot already")
    if ended.code == 0:
        return Request("accepted")
    if ended.code == GOING_DOWN:
        return replace(GOING, way="ssh")
    if ended.code == NOTHING_SCHEDULED:
        return replace(IDLE, way="ssh")
    if ended.code in (UNTOLD, ELSEWHERE):
        return Request("unsent", f"it does not tell its boot id: {ended.said}")
    if ended.code in (_CLIENT_FAILED, None):
        if ended.was_in:
            return Request("unknown", f"the connection broke off: {ended.said}")
        return _kept_out(ended)
    if re.search(r"^sudo: ", ended.errors, re.MULTILINE):
        return Request("closed", f"its user may not shut it down: {ended.said}. Allow it to without a password.")
    return Request("refused", f"exit code {ended.code}, {ended.said}")


def _kept_out(ended: SshResult) -> Request:
    """Why nothing could be sent: what only the operator can change is not tried again."""
    changed, offending = _CHANGED.search(ended.errors), _OFFENDING.search(ended.errors)
    if changed or "REMOTE HOST IDENTIFICATION HAS CHANGED" in ended.errors:
        name = changed.group(1).rstrip(".") if changed else "ADDRESS"
        where = f" -f {offending.group(1)}" if offending else ""
        return Request(
            "closed",
            f"its host key has changed, so nothing was sent. When that is right, as after a new installation, forget "
            f"the old key with: ssh-keygen -R '{name}'{where}",
        )
    unknown = _UNKNOWN.search(ended.errors)
    if unknown or "Host key verification failed" in ended.errors:
        name = f" of {unknown.group(1).rstrip('.')}" if unknown else ""
        return Request("closed", f"its host key{name} is not known, so nothing was sent: {ended.said}")
    if _BROKEN.search(ended.errors):
        return Request("closed", f"ssh cannot run as it is set up here: {ended.said}")
    if "Permission denied (" in ended.errors or "Too many authentication failures" in ended.errors:
        return Request("closed", f"it does not let us in: {ended.said}")
    if _GOING_DOWN in ended.errors:
        return Request("unsent", "it lets nobody in any more, since a shutdown is scheduled on it already")
    return Request("unsent", ended.said)
