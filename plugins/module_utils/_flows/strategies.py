# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a node is asked to reboot. Each strategy is one file with one class; this is the list of them."""

from __future__ import annotations

from typing import Protocol

from .._cluster.port import Cluster
from .._domain.nodes import Node
from .._domain.reboots import Request
from .rsh import Rsh

CHOICES = ("rsh",)


class Strategy(Protocol):
    def request(self, node: Node, *, insist: bool = False) -> Request:
        """Ask ``node`` once to reboot, when it says itself that it is on the boot that it is to leave.

        The API may lag behind a reboot, one that an earlier run has ordered too, and no node is rebooted twice.

        :param node: with the boot id that it is to leave
        :param insist: ask all the same when the line goes dead before the node has told its boot id
        :raises Forbidden: when the credential may not do this
        """


def strategy(name: str, *, cluster: Cluster, delay_minutes: int) -> Strategy:
    """
    :param name: one of ``CHOICES``
    :param delay_minutes: how long the node waits before it goes down, 0 for at once
    """
    return {"rsh": Rsh}[name](cluster, delay_minutes=delay_minutes)
