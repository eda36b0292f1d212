# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command in a container, over a WebSocket: subprotocol ``v4.channel.k8s.io``.

The client library of Kubernetes opens such streams without any timeout, and passes no header but ``authorization``, so
an impersonation would be lost (kubernetes 36.0, stream/ws_client.py, ``create_websocket``).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .deadline import Bounds, Deadline
from .port import Execution

try:
    import websocket
except ImportError:
    # kubernetes.py tells what is missing.
    websocket = None

PROTOCOL = "v4.channel.k8s.io"
OUTPUT, ERRORS, STATUS = 1, 2, 3
SWITCHED = 101


class Stream:
    """An exec stream. Open it, collect what comes, close it; all of it under a ``Deadline``.

    :param connection: a connected socket to the API, behind proxy and TLS
    """

    def __init__(self, connection: Any, *, bounds: Bounds) -> None:
        self._bounds = bounds
        self._connection = connection
        self._connection.settimeout(bounds.read)
        self._socket = websocket.WebSocket(skip_utf8_validation=True)
        self._channels: dict[int, bytearray] = {}

    def open(self, address: str, *, headers: Sequence[str]) -> None:
        """
        :param address: ``wss://`` and so on
        :param headers: ``Name: value``
        :raises websocket.WebSocketException: when the server does not switch; with its status where it has told one
        """
        self._socket.connect(
            address,
            socket=self._connection,
            header=[*headers],
            subprotocols=[PROTOCOL],
            suppress_origin=True,
            # A redirection would take the credential to somebody else.
            redirect_limit=0,
        )
        told = self._socket.handshake_response
        if told is None or told.status != SWITCHED:
            raise websocket.WebSocketException(f"HTTP {told.status if told else 0} in place of an upgrade")

    def collect(self, deadline: Deadline) -> Execution:
        """What the command has left when the stream ends, or when ``deadline`` cuts it."""
        try:
            self._read()
        except (websocket.WebSocketException, OSError, ValueError) as error:
            if not self._status and not deadline.expired:
                # The command had been sent: whether it ran is for the caller to find out from its effect.
                return Execution(exit_code=None, output=f"the stream broke off: {error}")
        output = self._text(OUTPUT) + self._text(ERRORS)
        return Execution(exit_code=exit_code(self._status), output=output)

    def fileno(self) -> int:
        return int(self._connection.fileno())

    def close(self) -> None:
        with contextlib.suppress(websocket.WebSocketException, OSError):
            self._connection.settimeout(self._bounds.closing)
            if self._socket.connected:
                self._socket.send_close()
        self._socket.shutdown()
        with contextlib.suppress(OSError):
            self._connection.close()

    @property
    def _status(self) -> str:
        return self._text(STATUS)

    def _text(self, channel: int) -> str:
        return bytes(self._channels.get(channel, b"")).decode("utf-8", "replace")

    def _read(self) -> None:
        while True:
            opcode, data = self._socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return
            if not data:
                continue
            content = data if isinstance(data, bytes) else data.encode("utf-8")
            self._channels.setdefault(content[0], bytearray()).extend(content[1:])
            if content[0] == STATUS and len(content) > 1:
                # Nothing but the end comes after it; a server that forgets to end the stream is not waited for.
                self._connection.settimeout(self._bounds.closing)


def exit_code(status: str) -> Optional[int]:
    """The exit code in a status of the stream; None when there is none, or one that cannot be understood.

    A failure without a code, such as a container that is not there, counts as 1.
    """
    try:
        verdict = json.loads(status)
        if verdict["status"] == "Success":
            return 0
        if verdict["status"] != "Failure":
            return None
        causes = (verdict.get("details") or {}).get("causes") or []
        codes = [int(cause["message"]) for cause in causes if cause.get("reason") == "ExitCode"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return codes[0] if codes else 1


def refusal(error: Any) -> str:
    """What a server has answered in place of an upgrade.

    :param error: ``WebSocketBadStatusException``; before websocket-client 1.5 it has no body, only words
    """
    body = getattr(error, "resp_body", None)
    if body:
        return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return str(error).partition("Handshake status ")[2].partition(" -+-+-")[0].partition(" ")[2]


def header_lines(headers: Mapping[str, str]) -> list[str]:
    """:param headers: a mapping that may have several values for one name, as ``HTTPHeaderDict``"""
    return [f"{name}: {value}" for name, value in headers.items()]
