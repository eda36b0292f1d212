"""The server side of SPDY/3.1 as far as pod exec uses it: kubectl before 1.31 and oc know nothing else.

Frames are those of draft-mbelshe-httpbis-spdy-00; without flow control, as moby/spdystream has none.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable, Collection

VERSION = 0x8003
SYN_STREAM, SYN_REPLY, PING = 1, 2, 6
_FIN = 0x01
_MAX_DATA = 1 << 16

_NAMES = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    "authorization cache-control connection content-base content-encoding content-language content-length "
    "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie "
    "keep-alive origin"
)
_REST = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
    "404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug "
    "Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
    "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
    "charset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
#: the dictionary that header blocks are compressed with (section 2.6.10.1)
DICTIONARY = (
    b"".join(struct.pack("!I", len(name)) + name.replace("_", " ").encode() for name in _NAMES.split()) + _REST.encode()
)


class SpdyConnection:
    """Parses what the client sends (as an aiohttp payload parser) and writes frames with ``write``.

    Streams are known by the header ``streamType`` that the client opens them with: error, stdin, stdout, stderr.
    """

    def __init__(self, *, write: Callable[[bytes], None], expected: Collection[str]) -> None:
        self._write = write
        self._expected = set(expected)
        self._buffer = b""
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)
        self._deflate = zlib.compressobj(zdict=DICTIONARY)
        self._streams: dict[str, int] = {}
        self.received = b""
        #: all expected streams are open
        self.opened = asyncio.Event()
        #: the client has closed stdin, or the connection
        self.input_ended = asyncio.Event()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._buffer += data
        while len(self._buffer) >= 8:
            head, flags_length = struct.unpack("!II", self._buffer[:8])
            length = flags_length & 0xFFFFFF
            if len(self._buffer) < 8 + length:
                break
            payload, self._buffer = self._buffer[8 : 8 + length], self._buffer[8 + length :]
            if head >> 31:
                self._control(head & 0xFFFF, payload)
            else:
                self._data(head, payload, is_last=bool(flags_length >> 24 & _FIN))
        return False, b""

    def feed_eof(self) -> None:
        self.opened.set()
        self.input_ended.set()

    def set_exception(self, error: BaseException, *_: object) -> None:
        self.feed_eof()

    def send(self, stream: str, data: bytes, *, last: bool = False) -> None:
        """Data of one stream; ``last`` closes it."""
        number = self._streams.get(stream)
        if number is None:
            return
        for start in range(0, len(data), _MAX_DATA):
            part = data[start : start + _MAX_DATA]
            self._write(struct.pack("!II", number, len(part)) + part)
        if last:
            self._write(struct.pack("!II", number, _FIN << 24))

    def _control(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._frame(PING, payload)
        elif kind == SYN_STREAM:
            (number,) = struct.unpack("!I", payload[:4])
            headers = _headers(self._inflate.decompress(payload[10:]))
            self._streams[headers.get("streamtype", "")] = number
            block = self._deflate.compress(struct.pack("!I", 0)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            self._frame(SYN_REPLY, payload[:4] + block)
            if self._expected <= set(self._streams):
                self.opened.set()

    def _data(self, number: int, payload: bytes, *, is_last: bool) -> None:
        if self._streams.get("stdin") != number:
            return
        self.received += payload
        if is_last:
            self.input_ended.set()

    def _frame(self, kind: int, payload: bytes) -> None:
        self._write(struct.pack("!HHI", VERSION, kind, len(payload)) + payload)


def _headers(block: bytes) -> dict[str, str]:
    """A name/value block: a count, then length and text of each name and value."""
    (count,) = struct.unpack("!I", block[:4])
    texts: list[str] = []
    position = 4
    for _text in range(2 * count):
        (length,) = struct.unpack("!I", block[position : position + 4])
        texts.append(block[position + 4 : position + 4 + length].decode())
        position += 4 + length
    return {name.lower(): value for name, value in zip(texts[::2], texts[1::2], strict=True)}
