# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long one call to the API may take as a whole.

The timeouts of urllib3 and of websocket-client begin anew with every byte, so a server, or a load balancer in front of
it, that sends one byte a second keeps a call for ever. A deadline cuts the connections of a call when its time is up.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Bounds:
    """Seconds that one call may take.

    :param connect: to connect, for each address; and for each step of the handshakes
    :param read: to wait for bytes. A control-plane node that goes down leaves half-open connections behind
    :param total: for a whole call of the REST API, whatever it is busy with
    :param opening: for all that comes before a command can run: connection, proxy, TLS and upgrade
    :param closing: for the end of a stream whose command has ended
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0
    opening: float = 15.0
    closing: float = 3.0


class Deadline:
    """``with Deadline(60.0) as deadline:`` the connections of this thread that are watched in it are cut after so long.

    :param seconds: none at all when not positive
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._timer = threading.Timer(max(seconds, 0.0), self._expire)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._twins: list[socket.socket] = []
        self._outer: Optional[Token[Optional[Deadline]]] = None

    def __enter__(self) -> Deadline:
        self._outer = _CURRENT.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._outer is not None:
            _CURRENT.reset(self._outer)
        self._timer.cancel()
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()

    def watch(self, connection: Any) -> None:
        """
        :param connection: what has a ``fileno``; it is held by a descriptor of our own, which outlives a TLS handshake
        :raises TimeoutError: when the time is up already: nothing may be sent any more
        """
        twin = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._twins.append(twin)
            if self.expired:
                _cut(twin)
        if self.expired:
            raise TimeoutError(f"the time of this call, {self.seconds:.0f} s, is up")

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for twin in self._twins:
                _cut(twin)


_CURRENT: ContextVar[Optional[Deadline]] = ContextVar("deadline", default=None)


def watched(connection: Any) -> None:
    """Put ``connection`` under the deadline of the call under way, if there is one."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.watch(connection)


def _cut(twin: socket.socket) -> None:
    with contextlib.suppress(OSError):
        twin.shutdown(socket.SHUT_RDWR)
