# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a node is asked to reboot. Each strategy is one file with one class; this is the list of them."""

from __future__ import annotations

from typing import Protocol

from ..._cluster.port import Cluster
from ..._domain.errors import Forbidden
from ..._domain.nodes import Node
from ..._domain.reboot.plan import Request
from .openssh import OpenSsh, SshLogin
from .rsh import Rsh
from .ssh import Ssh

CHOICES = ("rsh", "ssh", "rsh_then_ssh")


class Strategy(Protocol):
    #: how many nodes may be asked at once, each by a thread
    at_once: int

    def request(self, node: Node, *, insist: bool = False, told: int = 0) -> Request:
        """Ask ``node`` once to reboot, when it says itself that it is on the boot that it is to leave.

        The API may lag behind a reboot, one that an earlier run has ordered too, and no node is rebooted twice.

        :param node: with the boot id that it is to leave
        :param insist: ask all the same when the line goes dead before the node has told its boot id
        :param told: how often it was given the command before. It is given it again only when it says that no shutdown
            is scheduled, and not more than ``TELLINGS`` times
        :raises Forbidden: when the credential may not do this
        """


class FallbackStrategy:
    """Ask in the second way when the first could not send, or was without effect. Either way the node compares its boot
    id before it goes down, so that one which has gone down already is not asked again.

    What is closed on the second way stays closed: it is not tried again on that node, the first way is.
    """

    at_once = 1

    def __init__(self, first: Strategy, second: Strategy) -> None:
        self._first = first
        self._second = second
        self._closed: dict[str, str] = {}

    def request(self, node: Node, *, insist: bool = False, told: int = 0) -> Request:
        """See ``Strategy``."""
        if told and node.name not in self._closed:
            other = self._ask_second(node, insist=insist, told=told)
            if other.answer not in ("unsent", "refused", "closed"):
                return other
        answer = self._ask_first(node, insist=insist, told=told)
        if told or answer.answer not in ("unsent", "refused"):
            return answer
        if node.name in self._closed:
            return Request(answer.answer, f"{answer.way}: {answer.seen}; {self._closed[node.name]}", way=answer.way)
        other = self._ask_second(node, insist=insist)
        both = f"{answer.way}: {answer.seen}; {other.way}: {other.seen}"
        if other.answer == "closed":
            return Request(answer.answer, both, way=answer.way)
        return other if other.answer in ("accepted", "elsewhere") else Request(other.answer, both, way=other.way)

    def _ask_second(self, node: Node, *, insist: bool, told: int = 0) -> Request:
        answer = self._second.request(node, insist=insist, told=told)
        if answer.answer == "closed":
            self._closed[node.name] = f"{answer.way}: {answer.seen}"
        return answer

    def _ask_first(self, node: Node, *, insist: bool, told: int) -> Request:
        try:
            return self._first.request(node, insist=insist, told=told)
        except Forbidden as error:
            return Request("unsent", error.seen, way="rsh")


def strategy(name: str, *, cluster: Cluster, delay_minutes: int, login: SshLogin | None = None) -> Strategy:
    """
    :param name: one of ``CHOICES``
    :param delay_minutes: how long the node waits before it goes down, 0 for at once
    :param login: how to log in, for the ways that do
    :raises Refused: when ssh is among the ways, and cannot work
    """
    rsh = Rsh(cluster, delay_minutes=delay_minutes)
    if name == "rsh":
        return rsh
    ssh = Ssh(OpenSsh(login or SshLogin()), delay_minutes=delay_minutes)
    return ssh if name == "ssh" else FallbackStrategy(rsh, ssh)
