"""Pod exec. Commands are short here: one runs when its standard input is complete, and its output is sent at once."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.simulator.api.calls import Call
from tests.simulator.api.pods import container_of
from tests.simulator.api.streams import Streams, streams_for
from tests.simulator.ports import ExecResult, Kubelet, Object
from tests.simulator.store.errors import ApiError, BadRequest


class Execution:
    """``passing`` waits until so many simulated seconds have gone by."""

    def __init__(
        self,
        *,
        kubelet: Kubelet,
        pod: Object,
        call: Call,
        command: list[str],
        passing: Callable[[float], Awaitable[None]],
    ) -> None:
        self._wanted = [name for name in ("stdin", "stdout", "stderr") if call.flag(name)]
        if not self._wanted:
            raise BadRequest("you must specify at least 1 of stdin, stdout, stderr")
        if call.flag("tty") and "stderr" in self._wanted:
            self._wanted.remove("stderr")
        phase = pod.get("status", {}).get("phase")
        if phase in ("Succeeded", "Failed"):
            raise BadRequest(f"cannot exec into a container in a completed pod; current phase is {phase}")
        self._kubelet = kubelet
        self._pod = pod
        self._command = command
        self._passing = passing
        self._container = container_of(pod, call.query.get("container", ""))

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Upgrade, run, send the output and the exit status. An unreachable kubelet refuses before the upgrade."""
        streams = streams_for(request, wanted=self._wanted)
        result = None if "stdin" in self._wanted else self._run(stdin="")
        response = await streams.open(request)
        with contextlib.suppress(ConnectionError):
            if result is None:
                try:
                    result = self._run(stdin=await streams.stdin())
                except ApiError as error:
                    await streams.end(error.status())
                    return response
            await self._send(request, streams, result)
        return response

    def _run(self, *, stdin: str) -> ExecResult:
        meta = self._pod["metadata"]
        return self._kubelet.exec(
            namespace=meta["namespace"],
            pod=meta["name"],
            container=self._container,
            command=self._command,
            stdin=stdin,
        )

    async def _send(self, request: web.BaseRequest, streams: Streams, result: ExecResult) -> None:
        if result.seconds:
            await self._passing(result.seconds)
        for stream, text in (("stdout", result.stdout), ("stderr", result.stderr)):
            if text and stream in self._wanted:
                await streams.write(stream, text)
        if not result.dropped:
            await streams.end(exit_status(self._command, result.exit_code))
        elif request.transport is not None:
            request.transport.abort()


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
