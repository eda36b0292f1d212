from __future__ import annotations

import struct
import zlib

from tests.simulator.api.spdy import DICTIONARY, PING, SYN_REPLY, SYN_STREAM, VERSION, SpdyConnection


def control(kind, payload):
    return struct.pack("!HHI", VERSION, kind, len(payload)) + payload


def frames(data):
    """Control frames as (kind, payload), data frames as (stream, flags, payload)."""
    found = []
    while data:
        head, rest = struct.unpack("!II", data[:8])
        length = rest & 0xFFFFFF
        payload, data = data[8 : 8 + length], data[8 + length :]
        found.append((head & 0xFFFF, payload) if head >> 31 else (head, rest >> 24, payload))
    return found


class Client:
    """Opens streams as kubectl does."""

    def __init__(self, *expected):
        self.sent = b""
        self.server = SpdyConnection(write=self.receive, expected=expected)
        self.deflate = zlib.compressobj(zdict=DICTIONARY)

    def receive(self, data):
        self.sent += data

    def open(self, number, kind):
        texts = [b"streamtype", kind.encode()]
        block = struct.pack("!I", 1) + b"".join(struct.pack("!I", len(text)) + text for text in texts)
        packed = self.deflate.compress(block) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        return control(SYN_STREAM, struct.pack("!IIH", number, 0, 0) + packed)


def test_the_dictionary_is_that_of_the_protocol():
    assert len(DICTIONARY) == 1423
    assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2


def test_streams_open_one_by_one_in_any_fragments():
    client = Client("error", "stdout")
    data = client.open(1, "error") + client.open(3, "stdout")
    for index in range(len(data)):
        assert not client.server.opened.is_set()
        client.server.feed_data(data[index : index + 1])
    assert client.server.opened.is_set()
    assert [kind for kind, _payload in frames(client.sent)] == [SYN_REPLY, SYN_REPLY]


def test_input_until_its_end():
    client = Client("error", "stdin")
    client.server.feed_data(client.open(1, "error") + client.open(3, "stdin"))
    client.server.feed_data(struct.pack("!II", 3, 2) + b"ab")
    assert not client.server.input_ended.is_set()
    client.server.feed_data(struct.pack("!II", 3, 1 << 24 | 1) + b"c")
    assert client.server.input_ended.is_set()
    assert client.server.received == b"abc"


def test_output_and_end():
    client = Client("error", "stdout")
    client.server.feed_data(client.open(1, "error") + client.open(3, "stdout"))
    client.sent = b""
    client.server.send("stdout", b"x" * 70000, last=True)
    assert [(number, flags, len(data)) for number, flags, data in frames(client.sent)] == [
        (3, 0, 65536),
        (3, 0, 4464),
        (3, 1, 0),
    ]


def test_a_ping_comes_back():
    client = Client("error")
    client.server.feed_data(control(PING, b"\0\0\0\7"))
    assert frames(client.sent) == [(PING, b"\0\0\0\7")]


def test_a_lost_connection_ends_every_wait():
    client = Client("error")
    client.server.feed_eof()
    assert client.server.opened.is_set() and client.server.input_ended.is_set()
