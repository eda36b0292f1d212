"""One address that can be open or shut. What an ssh connection costs is paid when somebody comes, not at the start."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

import asyncssh

#: answers a connection: the options for a server on it
Offer = Callable[[], asyncssh.SSHServerConnectionOptions]


class Door:
    """``open`` and ``shut`` belong to one event loop. A shut door refuses, and resets who was inside."""

    def __init__(self, host: str, port: int, *, offer: Offer) -> None:
        self.host = host
        self.port = port
        self._offer = offer
        self._listening: socket.socket | None = None
        self._inside: set[asyncssh.SSHServerConnection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """:raises OSError: when somebody else has the port"""
        if self._listening is None:
            self._listening = _listen(self.host, self.port)
            self.port = self._listening.getsockname()[1]
            asyncio.get_running_loop().add_reader(self._listening, self._somebody_came)

    def shut(self) -> None:
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        for task in self._tasks:
            task.cancel()
        for connection in tuple(self._inside):
            connection.abort()
        self._inside.clear()

    def _somebody_came(self) -> None:
        assert self._listening is not None
        with contextlib.suppress(BlockingIOError, ConnectionError):
            came, _address = self._listening.accept()
            came.setblocking(False)
            task = asyncio.get_running_loop().create_task(self._welcome(came))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _welcome(self, came: socket.socket) -> None:
        """A client that breaks off, or cannot log in, is no concern of ours."""
        try:
            connection = await asyncssh.run_server(came, options=self._offer())
        except (OSError, asyncssh.Error):
            came.close()
            return
        except asyncio.CancelledError:
            came.close()
            raise
        if self._listening is None:
            connection.abort()
            return
        self._inside.add(connection)
        await connection.wait_closed()
        self._inside.discard(connection)


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(64)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
