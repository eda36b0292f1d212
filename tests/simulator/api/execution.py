"""Pod exec over WebSocket, subprotocols v5 and v4 (kubernetes, staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand).

A frame is binary; its first byte is the channel. Commands are short here: one runs when its standard input is complete
and its output is sent at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import WSMsgType, web

from tests.simulator.api.calls import Call
from tests.simulator.api.pods import container_of
from tests.simulator.ports import ExecResult, Kubelet, Object
from tests.simulator.store.errors import ApiError, BadRequest

V5 = "v5.channel.k8s.io"
PROTOCOLS = (V5, "v4.channel.k8s.io")
STDIN, STDOUT, STDERR, ERROR, CLOSE = 0, 1, 2, 3, 255
#: v4 has no way to say that standard input ends: it does when nothing has come for so many seconds
_STDIN_PAUSE = 0.3


class Execution:
    def __init__(self, *, kubelet: Kubelet, pod: Object, call: Call, command: list[str]) -> None:
        if not command:
            raise BadRequest("you must specify at least 1 container, stdin, stdout, stderr")
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            raise BadRequest(
                f"cannot exec into a container in a completed pod; current phase is {pod['status']['phase']}"
            )
        self._kubelet = kubelet
        self._pod = pod
        self._call = call
        self._command = command
        self._container = container_of(pod, call.query.get("container", ""))

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Upgrade, run, send the output and the exit status. An unreachable kubelet refuses before the upgrade."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            self._run(["true"], stdin="")
            raise BadRequest("unable to upgrade: only websocket is served")
        stdin_wanted = self._call.flag("stdin")
        result = None if stdin_wanted else self._run(self._command, stdin="")
        socket = web.WebSocketResponse(protocols=PROTOCOLS, timeout=2.0, max_msg_size=0)
        await socket.prepare(request)
        if result is None:
            stdin = await self._stdin(socket)
            try:
                result = self._run(self._command, stdin=stdin)
            except ApiError as error:
                await self._end(socket, error.status())
                return socket
        await self._send(request, socket, result)
        return socket

    def _run(self, command: list[str], *, stdin: str) -> ExecResult:
        meta = self._pod["metadata"]
        return self._kubelet.exec(
            namespace=meta["namespace"], pod=meta["name"], container=self._container, command=command, stdin=stdin
        )

    async def _stdin(self, socket: web.WebSocketResponse) -> str:
        """Everything the client writes until it closes the channel (v5) or pauses."""
        data = b""
        while True:
            try:
                message = await socket.receive(timeout=_STDIN_PAUSE)
            except TimeoutError:
                break
            if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
                break
            frame = message.data.encode() if message.type is WSMsgType.TEXT else message.data
            if frame[:1] == bytes([CLOSE]) and socket.ws_protocol == V5:
                if frame[1:2] == bytes([STDIN]):
                    break
            elif frame[:1] == bytes([STDIN]):
                data += frame[1:]
        return data.decode(errors="replace")

    async def _send(self, request: web.BaseRequest, socket: web.WebSocketResponse, result: ExecResult) -> None:
        with contextlib.suppress(ConnectionError):
            for channel, name, text in ((STDOUT, "stdout", result.stdout), (STDERR, "stderr", result.stderr)):
                if text and self._call.flag(name):
                    await socket.send_bytes(bytes([channel]) + text.encode())
            if result.dropped:
                if request.transport is not None:
                    request.transport.abort()
                return
            await self._end(socket, exit_status(self._command, result.exit_code))

    async def _end(self, socket: web.WebSocketResponse, status: Object) -> None:
        await socket.send_bytes(bytes([ERROR]) + json.dumps(status).encode())
        with contextlib.suppress(asyncio.TimeoutError):
            await socket.close()


def exit_status(command: list[str], code: int) -> Object:
    """The Status on the error channel."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": "command terminated with non-zero exit code: error executing command "
        f"[{' '.join(command)}], exit code {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
