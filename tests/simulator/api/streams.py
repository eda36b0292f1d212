"""The two ways in which the streams of a pod exec travel: WebSocket (v5 and v4 subprotocols) and SPDY/3.1
(kubernetes, staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Protocol

from aiohttp import WSMsgType, web

from tests.simulator.api.spdy import SpdyConnection
from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
#: WebSocket: the first byte of a frame is its channel
CHANNELS = {"stdin": 0, "stdout": 1, "stderr": 2, "error": 3}
CLOSE_CHANNEL = 255
#: v4 cannot say that standard input ends: it does when nothing has come for so many seconds
_STDIN_PAUSE = 0.3
#: v5 and SPDY can, but a terminal never does, and most commands do not read it
_STDIN_PATIENCE = 2.0
_STREAMS_TIMEOUT = 30.0
#: A runtime needs as long to start a process. Before kubernetes#131203 kubectl throws output away that arrives over a
#: WebSocket before it has made its streams, and says nothing.
PROCESS_START_SECONDS = 0.1


class Streams(Protocol):
    """One upgraded connection."""

    async def open(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer 101; returns what the handler has to return."""

    async def stdin(self) -> str:
        """Standard input until its end."""

    async def write(self, stream: str, text: str) -> None: ...

    async def end(self, status: Object) -> None:
        """Send the exit status and close."""


class WebSocketStreams:
    def __init__(self) -> None:
        self._socket = web.WebSocketResponse(protocols=(V5, V4), timeout=2.0, max_msg_size=0)

    async def open(self, request: web.BaseRequest) -> web.StreamResponse:
        await self._socket.prepare(request)
        await asyncio.sleep(PROCESS_START_SECONDS)
        return self._socket

    async def stdin(self) -> str:
        data = b""
        is_v5 = self._socket.ws_protocol == V5
        while True:
            try:
                message = await self._socket.receive(timeout=_STDIN_PATIENCE if is_v5 else _STDIN_PAUSE)
            except TimeoutError:
                break
            if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
                break
            frame = message.data.encode() if message.type is WSMsgType.TEXT else message.data
            if is_v5 and frame[:2] == bytes([CLOSE_CHANNEL, CHANNELS["stdin"]]):
                break
            if frame[:1] == bytes([CHANNELS["stdin"]]):
                data += frame[1:]
        return data.decode(errors="replace")

    async def write(self, stream: str, text: str) -> None:
        await self._socket.send_bytes(bytes([CHANNELS[stream]]) + text.encode())

    async def end(self, status: Object) -> None:
        await self.write("error", json.dumps(status))
        with contextlib.suppress(TimeoutError):
            await self._socket.close()


class SpdyStreams:
    def __init__(self, *, wanted: list[str]) -> None:
        self._wanted = ["error", *wanted]
        self._connection: SpdyConnection | None = None

    async def open(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        headers = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": V4}
        response = web.StreamResponse(status=101, headers=headers)
        self._connection = SpdyConnection(write=transport.write, expected=self._wanted)
        request.protocol.set_parser(self._connection)  # type: ignore[arg-type]
        request.protocol.keep_alive(False)
        await response.prepare(request)
        # The head goes out with the first body bytes, and the client speaks only after the head.
        await response.write(b"")
        async with asyncio.timeout(_STREAMS_TIMEOUT):
            await self._connection.opened.wait()
        return response

    async def stdin(self) -> str:
        assert self._connection is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STDIN_PATIENCE):
                await self._connection.input_ended.wait()
        return self._connection.received.decode(errors="replace")

    async def write(self, stream: str, text: str) -> None:
        assert self._connection is not None
        self._connection.send(stream, text.encode())

    async def end(self, status: Object) -> None:
        assert self._connection is not None
        for stream in self._wanted:
            if stream not in ("error", "stdin"):
                self._connection.send(stream, b"", last=True)
        self._connection.send("error", json.dumps(status).encode(), last=True)


def streams_for(request: web.BaseRequest, *, wanted: list[str]) -> Streams:
    """The way the client asks for; ``BadRequest`` when it asks for none that is served."""
    upgrade = request.headers.get("Upgrade", "").lower()
    if upgrade == "websocket":
        return WebSocketStreams()
    if upgrade.startswith("spdy/3.1"):
        offered = request.headers.getall("X-Stream-Protocol-Version", [])
        if V4 in [name.strip() for entry in offered for name in entry.split(",")]:
            return SpdyStreams(wanted=wanted)
    raise BadRequest("Upgrade request required")
