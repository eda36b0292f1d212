"""A cluster that can be looked at and not touched: a proxy that fails every write, and an ssh that goes nowhere.

It judges requests and passes bytes, so watches, followed logs and pages go through as they are. One connection of a
client is one connection to the API server; nothing of an answer is parsed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.certificates import Authority

#: What a hit is: the method and the target of a request, or the program and its arguments.
Hit = tuple[str, str]

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: A review of one's own rights is a POST that stores nothing.
_REVIEW = re.compile(r"/apis/authorization\.k8s\.io/v1/selfsubject(access|rules)reviews(\?[^?]*)?")
#: These run something in a pod, or open a way into it, also by GET.
_STREAMS = re.compile(r"/(exec|attach|portforward|proxy)(/|$)")
_HEAD_LIMIT = 1 << 20
_CHUNK = 1 << 16
_PROGRAMS = ("ssh", "scp", "sftp", "ssh-keyscan")
_GUARD = """#!{python} -S
import os, shlex, sys
line = " ".join([{name!r}, shlex.join(sys.argv[1:])]) + chr(10)
handle = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(handle, line.encode())
sys.exit(1)
"""


@dataclass(frozen=True)
class ReadOnly:
    """A read-only view of a cluster. Nothing that it is shown by has touched the cluster while ``hits`` is empty."""

    #: leads to the same cluster, with the same contexts, through the proxy
    kubeconfig: Path
    #: a folder with programs named ssh, scp and so on, to be put first on PATH; each notes its call and ends with 1
    path: Path
    _requests: list[Hit] = field(repr=False)
    _calls: Path = field(repr=False)

    @property
    def hits(self) -> list[Hit]:
        """Every blocked request as (method, target), then every call of ssh as (program, arguments)."""
        lines = self._calls.read_text(encoding="utf-8").splitlines() if self._calls.exists() else []
        return [*self._requests, *((name, rest) for name, _space, rest in (line.partition(" ") for line in lines))]

    @property
    def search_path(self) -> str:
        """The value for PATH with the guard in front of what this process has."""
        return os.pathsep.join([str(self.path), os.environ.get("PATH", os.defpath)])


@contextmanager
def read_only(kubeconfig: Path) -> Iterator[ReadOnly]:
    """Stand in front of the cluster of ``kubeconfig`` (its certificates as data, as the simulator writes them)."""
    with tempfile.TemporaryDirectory(prefix="read-only-") as folder:
        home = Path(folder)
        original = json.loads(kubeconfig.read_text(encoding="utf-8"))
        requests: list[Hit] = []
        with _listening(_Upstream(original), requests) as (port, authority):
            for entry in original["clusters"]:
                entry["cluster"]["server"] = f"https://127.0.0.1:{port}"
                entry["cluster"]["certificate-authority-data"] = base64.b64encode(authority).decode()
            target = home / "kubeconfig"
            target.touch(mode=0o600)
            target.write_text(json.dumps(original), encoding="utf-8")
            calls = home / "calls"
            yield ReadOnly(kubeconfig=target, path=_guard(home / "bin", calls), _requests=requests, _calls=calls)


def _guard(folder: Path, record: Path) -> Path:
    folder.mkdir()
    for name in _PROGRAMS:
        program = folder / name
        program.write_text(_GUARD.format(python=sys.executable, name=name, record=str(record)), encoding="utf-8")
        program.chmod(0o755)
    return folder


class _Upstream:
    """The API server, and the client certificates under which the proxy may go there on behalf of who showed them."""

    def __init__(self, kubeconfig: dict[str, Any]) -> None:
        cluster = kubeconfig["clusters"][0]["cluster"]
        address = urlsplit(cluster["server"])
        assert address.hostname and address.port, cluster["server"]
        self.host, self.port = address.hostname, address.port
        self.authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._anonymous = self._context()
        self._certified: dict[bytes, ssl.SSLContext] = {}
        for entry in kubeconfig["users"]:
            if "client-certificate-data" in entry["user"]:
                certificate = base64.b64decode(entry["user"]["client-certificate-data"])
                key = base64.b64decode(entry["user"]["client-key-data"])
                context = self._context()
                _load(context, certificate + key)
                self._certified[ssl.PEM_cert_to_DER_cert(certificate.decode())] = context

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.authority)

    async def connect(self, certificate: bytes | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = self._certified[certificate] if certificate else self._anonymous
        return await asyncio.open_connection(self.host, self.port, ssl=context, limit=_HEAD_LIMIT)


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(pem)
        context.load_cert_chain(chain)


@contextmanager
def _listening(upstream: _Upstream, hits: list[Hit]) -> Iterator[tuple[int, bytes]]:
    """Serve in a thread; the port and the authority that signed its certificate."""
    authority = Authority(common_name="read-only-signer")
    pair = authority.server(names=("127.0.0.1", "localhost"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=upstream.authority)
    _load(context, pair.certificate + pair.key)
    loop = asyncio.new_event_loop()
    # a client that goes away in the middle of a handshake is not worth a traceback
    loop.set_exception_handler(lambda _loop, _context: None)

    async def start() -> asyncio.Server:
        return await asyncio.start_server(
            lambda reader, writer: _Connection(upstream, hits, reader, writer).serve(),
            "127.0.0.1",
            0,
            ssl=context,
            limit=_HEAD_LIMIT,
        )

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, name="read-only-proxy", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], authority.certificate
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True)
class _Head:
    """The first lines of a request."""

    raw: bytes
    method: str
    target: str
    headers: dict[str, str]

    @classmethod
    def parse(cls, raw: bytes) -> _Head:
        first, *lines = raw.decode("latin-1").split("\r\n")
        method, _space, rest = first.partition(" ")
        headers = {
            name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)
        }
        return cls(raw, method, rest.rpartition(" ")[0], headers)

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", "0"))

    @property
    def allowed(self) -> bool:
        """Whether this only looks. What cannot be told for sure does not."""
        if "upgrade" in self.headers or "transfer-encoding" in self.headers:
            return False
        path = self.target.partition("?")[0]
        if self.method in _READS:
            return not (path.startswith(("/api/", "/apis/")) and _STREAMS.search(path))
        return self.method == "POST" and _REVIEW.fullmatch(self.target) is not None


class _Connection:
    """One client and its own connection to the API server, opened at its first request."""

    def __init__(
        self, upstream: _Upstream, hits: list[Hit], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._upstream = upstream
        self._hits = hits
        self._reader = reader
        self._writer = writer

    async def serve(self) -> None:
        """Until one side closes, or a request is blocked. Without an API server the client sees a closed connection."""
        answers: asyncio.Task[None] | None = None
        try:
            certificate = self._writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            reader, writer = await self._upstream.connect(certificate)
            answers = asyncio.create_task(self._answer(reader, writer))
            while await self._request(writer):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass
        finally:
            if answers is not None:
                answers.cancel()
            self._writer.close()

    async def _request(self, upstream: asyncio.StreamWriter) -> bool:
        """Pass one request on; False when it was blocked."""
        head = _Head.parse(await self._reader.readuntil(b"\r\n\r\n"))
        if not head.allowed:
            self._hits.append((head.method, head.target))
            await self._refuse(head)
            return False
        upstream.write(head.raw)
        if head.length:
            upstream.write(await self._reader.readexactly(head.length))
        await upstream.drain()
        return True

    async def _refuse(self, head: _Head) -> None:
        """403. The body is read first: a connection closed over unread data takes the answer with it."""
        if head.headers.get("transfer-encoding"):
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await self._reader.readuntil(b"0\r\n\r\n")
        elif head.length:
            await self._reader.readexactly(head.length)
        status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": f"the read-only proxy blocks {head.method} {head.target}",
            "reason": "Forbidden",
            "code": 403,
        }
        body = json.dumps(status).encode()
        lines = [
            "HTTP/1.1 403 Forbidden",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await self._writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(_CHUNK):
                self._writer.write(chunk)
                await self._writer.drain()
        except OSError:
            pass
        finally:
            upstream.close()
            self._writer.close()
