# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on loopback that do not behave: each connection is handed to a function that plays the other end."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import ipaddress
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: Seconds after which an end that is played gives up, whatever happens.
LONGEST = 20.0
_ACCEPTED = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Line:
    """One connection, as the played end has it."""

    def __init__(self, connection: socket.socket, stopped: socket.socket) -> None:
        self.connection = connection
        self._stopped = stopped

    def head(self) -> str:
        """What a client sends up to the empty line; empty when it hangs up before."""
        read = b""
        while not read.endswith(b"\r\n\r\n"):
            byte = self.connection.recv(1)
            if not byte:
                return ""
            read += byte
        return read.decode("latin-1")

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def silence(self, seconds: float = LONGEST) -> bool:
        """Whether ``seconds`` have passed, and not only the time until the client hung up or the test ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _write, _broken = select.select([self.connection, self._stopped], [], [], left)
            if self._stopped in ready or (ready and not self.connection.recv(65536)):
                return False
        return True

    def drip(self, data: bytes, *, every: float = 0.02) -> None:
        for byte in data:
            self.say(bytes([byte]))
            if not self.silence(every):
                return

    def secured(self, context: ssl.SSLContext) -> Line:
        return Line(context.wrap_socket(self.connection, server_side=True), self._stopped)

    def switch(self, head: str) -> None:
        """Answer the upgrade to a WebSocket."""
        key = next(
            line.split(":")[1].strip() for line in head.splitlines() if line.lower().startswith("sec-websocket-k")
        )
        accepted = base64.b64encode(hashlib.sha1(key.encode() + _ACCEPTED).digest())
        self.say(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: v4.channel.k8s.io\r\nSec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
        )

    def answer(self, body: bytes, *, status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.say(head.encode() + body)


def frame(channel: int, text: str) -> bytes:
    """A binary frame of ``v4.channel.k8s.io``, as a server sends it."""
    payload = bytes([channel]) + text.encode()
    length = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))
    return b"\x82" + length + payload


CLOSE = b"\x88\x02\x03\xe8"


class Server:
    """Listens on loopback. ``play`` has each connection in a thread of its own; ``connections`` counts them."""

    def __init__(self, play: Callable[[Line], None]) -> None:
        self._play = play
        self._accepted: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop, self._stopped = socket.socketpair()
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def connections(self) -> int:
        return len(self._accepted)

    def _accept(self) -> None:
        while True:
            ready, _write, _broken = select.select([self._listener, self._stopped], [], [], LONGEST)
            if self._listener not in ready:
                return
            connection, _address = self._listener.accept()
            connection.settimeout(LONGEST)
            self._accepted.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, StopIteration):
            self._play(Line(connection, self._stopped))

    def close(self) -> None:
        self._stop.send(b".")
        for connection in self._accepted:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(LONGEST)
        for one in (self._listener, self._stop, self._stopped):
            one.close()


@contextlib.contextmanager
def serving(play: Callable[[Line], None]) -> Iterator[Server]:
    server = Server(play)
    try:
        yield server
    finally:
        server.close()


def certified(folder: Path) -> tuple[ssl.SSLContext, Path, Path]:
    """A server's TLS context for 127.0.0.1, its certificate (which is its own authority) and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "server.pem", folder / "server.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain, secret
