"""The process around a simulated cluster: two ports, the pump of simulated time, a kubeconfig, an end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.simulator.api.application import MAX_BODY, Api, Parts
from tests.simulator.control import Control
from tests.simulator.credentials import Credentials, write_atomically
from tests.simulator.listener import HOST, Listener, hold
from tests.simulator.options import Options
from tests.simulator.profiles import profile_for
from tests.simulator.record.requests import RequestRecord

if TYPE_CHECKING:
    from tests.simulator.ssh.servers import SshServers

#: events of simulated time between two looks at the network
_PUMP_BUDGET = 30


class SimulatorServer:
    """Serves one cluster. All methods belong to one event loop, but for ``stop``, which any thread may call."""

    def __init__(self, cluster: Any, *, options: Options) -> None:
        self._cluster = cluster
        self._options = options
        self._credentials = Credentials()
        self.record = RequestRecord(seconds=lambda: cluster.clock.seconds)
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._failure: BaseException | None = None
        api = Api(
            Parts(
                store=cluster.store,
                kubelet=cluster.kubelet,
                faults=cluster.faults,
                credentials=self._credentials,
                record=self.record,
                kubernetes_version=profile_for(options.ocp).kubernetes_version,
                on_write=self._wake.set,
                passing=self._passing,
                webhook_failure=cluster.webhook_failure,
            )
        )
        self._server = web.Server(
            api.handle,
            request_factory=self._request,
            handler_cancellation=True,
            access_log=None,
            keepalive_timeout=300.0,
        )
        self._listener = Listener(
            self._server, gate=cluster.gate, context=self._credentials.ssl_context(), port=options.port
        )
        control = Control(cluster, record=self.record, wake=self._wake.set, stop=self.stop)
        self._control = web.AppRunner(control.application(), access_log=None)
        self._control_port = 0
        self._ssh: SshServers | None = None

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=MAX_BODY)

    @property
    def api_address(self) -> str:
        return f"https://{HOST}:{self._listener.port}"

    @property
    def control_address(self) -> str:
        return f"http://{HOST}:{self._control_port}"

    def kubeconfig(self) -> dict[str, Any]:
        return self._credentials.kubeconfig(server=self.api_address)

    def stop(self) -> None:
        """Let ``run`` end."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        """Serve until stopped; raises what a behaviour has failed with."""
        await self._start()
        pump = asyncio.create_task(self._pump())
        lifetime = self._loop.call_later(self._options.max_lifetime, self._stopping.set)
        try:
            await self._stopping.wait()
        finally:
            lifetime.cancel()
            pump.cancel()
            self._listener.stop()
            if self._ssh is not None:
                self._ssh.stop()
            await self._control.cleanup()
            await self._server.shutdown(timeout=0.1)
            self._remove_state()
        if self._failure is not None:
            raise self._failure

    async def _start(self) -> None:
        await self._control.setup()
        with hold(self._options.control_port) as holder:
            self._control_port = holder.getsockname()[1]
            await web.TCPSite(self._control, HOST, self._control_port, reuse_port=True).start()
        await self._listener.start()
        self._start_ssh()
        self._announce()

    def _start_ssh(self) -> None:
        """Its library takes a fifth of a second to load, so only who wants it loads it."""
        if self._options.ssh and self._options.state is not None:
            from tests.simulator.ssh.files import AccessFiles
            from tests.simulator.ssh.servers import SshServers

            files = AccessFiles.beside(self._options.state)
            self._ssh = SshServers(
                self._cluster, files=files, record=self.record, wake=self._wake.set, passing=self._passing
            )
            self._ssh.start()

    def _announce(self) -> None:
        """Write kubeconfig and state file, both whole or not at all, the state last: it means ready."""
        kubeconfig = self._options.kubeconfig
        if kubeconfig is not None:
            write_atomically(kubeconfig, self.kubeconfig())
        if self._options.state is not None:
            state = {
                "pid": os.getpid(),
                "api": self.api_address,
                "control": self.control_address,
                "kubeconfig": str(kubeconfig) if kubeconfig is not None else None,
                "ssh": self._ssh.to_json() if self._ssh is not None else None,
            }
            write_atomically(self._options.state, state)

    def _remove_state(self) -> None:
        if self._options.state is not None:
            self._options.state.unlink(missing_ok=True)

    async def _passing(self, seconds: float) -> None:
        """Wait until so many simulated seconds have gone by; at speed 0 they go by at once."""
        passed = asyncio.Event()
        self._cluster.clock.after(seconds, passed.set)
        self._wake.set()
        await passed.wait()

    async def _pump(self) -> None:
        """Run simulated time, giving way to requests; a behaviour that fails ends the simulator."""
        try:
            while True:
                self._wake.clear()
                delay = self._cluster.clock.pump(budget_events=_PUMP_BUDGET)
                if delay == 0.0:
                    await asyncio.sleep(0)
                    continue
                try:
                    async with asyncio.timeout(delay):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._failure = error
            self._stopping.set()


def serve(cluster: Any, *, options: Options) -> int:
    """Run a cluster's server in this process until a signal or the end of its lifetime; the exit code."""

    async def main() -> None:
        server = SimulatorServer(cluster, options=options)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        await server.run()

    try:
        asyncio.run(main())
    except OSError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return 1
    return 0


@contextmanager
def serving(cluster: Any, *, options: Options) -> Iterator[SimulatorServer]:
    """A server in a thread of this process, for tests. ``options.kubeconfig`` is written before the body runs."""
    started = threading.Event()
    found: list[SimulatorServer] = []
    failures: list[BaseException] = []

    async def main(folder: Path) -> None:
        state = options.state or folder / "state.json"
        server = SimulatorServer(cluster, options=replace(options, state=state))
        found.append(server)
        running = asyncio.create_task(server.run())
        while not state.exists() and not running.done():
            await asyncio.sleep(0.005)
        started.set()
        await running

    def run() -> None:
        try:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(main(Path(folder)))
        except BaseException as error:
            failures.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    started.wait()
    try:
        if failures:
            raise failures[0]
        yield found[0]
    finally:
        if thread.is_alive():
            found[0].stop()
            thread.join(timeout=10)
    if failures:
        raise failures[0]
