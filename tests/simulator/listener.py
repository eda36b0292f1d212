"""The API's port: it listens while the gate is open, refuses and resets while it is closed, and is never lost."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct

from aiohttp import web

from tests.simulator.ports import ApiGate

HOST = "127.0.0.1"


class PortError(OSError):
    """The port cannot be had; the text says which."""


def hold(port: int) -> socket.socket:
    """A socket that is bound and does not listen: connections are refused and nobody else gets the port."""
    _check_free(port)
    holder = _bound(port)
    return holder


class Listener:
    """Follows the gate. ``start`` and ``stop`` belong to one event loop."""

    def __init__(self, server: web.Server, *, gate: ApiGate, context: ssl.SSLContext, port: int) -> None:
        self._server = server
        self._gate = gate
        self._context = context
        self._holder = hold(port)
        self.port: int = self._holder.getsockname()[1]
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._hung: set[asyncio.Transport] = set()
        self._silent = False
        self._stopped = False
        gate.on_change(self._follow)

    async def start(self) -> None:
        self._silent = self._gate.silent
        if self._silent:
            await self._hang()
        elif self._gate.available:
            await self._open()

    def stop(self) -> None:
        self._stopped = True
        self._close()
        self._holder.close()

    def _follow(self) -> None:
        if self._stopped:
            return
        if self._silent or not self._gate.available:
            self._close()
        self._silent = self._gate.silent
        if not (self._gate.available or self._silent):
            return
        task = asyncio.get_running_loop().create_task(self._hang() if self._silent else self._open())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        listening = await asyncio.get_running_loop().create_server(
            self._server, sock=_bound(self.port), ssl=self._context, backlog=512
        )
        if self._stopped or not self._gate.available or self._listening is not None:
            listening.close()
            return
        self._listening = listening

    async def _hang(self) -> None:
        """Accept whoever comes, and say nothing: not even the TLS handshake is answered."""
        hanging = await asyncio.get_running_loop().create_server(
            lambda: _Silence(self._hung, self._gate), sock=_bound(self.port), backlog=512
        )
        if self._stopped or not self._gate.silent or self._listening is not None:
            hanging.close()
            return
        self._listening = hanging

    def _close(self) -> None:
        """Refuse new connections and reset the open ones."""
        for hung in tuple(self._hung):
            hung.abort()
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for connection in self._server.connections:
            transport = connection.transport
            if transport is None:
                continue
            # A TLS transport that was closed twice, as after an exec, has forgotten its socket and raises when asked.
            connected = None if transport.is_closing() else transport.get_extra_info("socket")
            if connected is not None:
                # Without lingering the peer sees a reset, as from a machine whose API server has died.
                with contextlib.suppress(OSError):
                    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # And until Python 3.11.4 it does so when it is aborted, too.
            with contextlib.suppress(AttributeError):
                transport.abort()


class _Silence(asyncio.Protocol):
    """Notes the connection in ``others`` as long as it lasts, and reads nothing."""

    def __init__(self, others: set[asyncio.Transport], gate: ApiGate) -> None:
        self._others = others
        self._gate = gate
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._others.add(transport)
        self._gate.hung = len(self._others)

    def connection_lost(self, exc: Exception | None) -> None:
        assert self._transport is not None
        self._others.discard(self._transport)
        self._gate.hung = len(self._others)


def _bound(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((HOST, port))
    sock.setblocking(False)
    return sock


def _check_free(port: int) -> None:
    """Without SO_REUSEPORT, so that two simulators do not share a port unnoticed."""
    if not port:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortError(f"cannot use port {port} on {HOST}: {error.strerror}") from error
