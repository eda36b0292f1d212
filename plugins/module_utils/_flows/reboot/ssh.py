# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reboot by logging in to the node, as user core with ``sudo``: it needs neither the API nor a pod on the node."""

from __future__ import annotations

import shlex
from typing import Protocol

from ..._domain.nodes import Node
from ..._domain.reboot import ssh
from ..._domain.reboot.plan import TELLINGS, Request

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Client(Protocol):
    def run(self, address: str, command: str) -> ssh.SshResult:
        """Run a command line on a host, once."""


class Ssh:
    #: Each client is a process of its own, and one that gets no answer takes ten seconds. A jump host drops connections
    #: beyond ten that have not logged in yet (sshd_config(5), MaxStartups).
    at_once = 8

    def __init__(self, client: Client, *, delay_minutes: int) -> None:
        self._client = client
        self._when = f"+{delay_minutes}" if delay_minutes else "now"

    def request(self, node: Node, *, insist: bool = False, told: int = 0) -> Request:
        """See ``strategies.Strategy``. The node compares its boot id itself, in the same command as the shutdown, so
        there is nothing to insist on."""
        if node.internal_ip is None:
            return Request("closed", "the cluster knows no InternalIP of it, or none that is an address", way="ssh")
        ended = self._client.run(node.internal_ip, self.command(node.boot_id, told=told))
        answer = ssh.answer(ended, boot_id=node.boot_id)
        return Request(answer.answer, answer.seen, way="ssh")

    def command(self, boot_id: str, *, told: int = 0) -> str:
        """Print the boot id; shut down when it is ``boot_id``, unless the node was told already and obeys."""
        look = (
            f'test "$(systemctl is-system-running)" = stopping && exit {ssh.GOING_DOWN}; '
            f"test -e /run/systemd/shutdown/scheduled && exit {ssh.GOING_DOWN}; "
        )
        act = f"sudo -n shutdown -r {self._when}" if told < TELLINGS else f"exit {ssh.NOTHING_SCHEDULED}"
        return (
            f"cat {_BOOT_ID} || exit {ssh.UNTOLD}; "
            f'test "$(cat {_BOOT_ID})" = {shlex.quote(boot_id)} || exit {ssh.ELSEWHERE}; '
            f"{look if told else ''}{act}"
        )
