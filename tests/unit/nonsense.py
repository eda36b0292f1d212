# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are none."""

from __future__ import annotations

import random

#: Valid JSON, with 200, that is not what was asked for, whatever that was.
BODIES = (
    "{}",
    "[]",
    "[1,2]",
    "null",
    "true",
    "7",
    '"ok"',
    '{"metadata":null}',
    '{"metadata":[]}',
    '{"metadata":{}}',
    '{"metadata":{"name":null}}',
    '{"metadata":{"name":"somebody-else"}}',
    '{"items":null}',
    '{"items":{},"metadata":{}}',
    '{"items":[null],"metadata":{}}',
    '{"items":[{}],"metadata":{}}',
    '{"items":[{"metadata":null}],"metadata":{}}',
    '{"kind":"Status","status":"Success","metadata":{}}',
    '{"status":{"allowed":"yes"}}',
    '{"status":"allowed"}',
    '{"status":{"resourceRules":{"verbs":["*"]}}}',
    '{"status":{"resourceRules":[null]}}',
    '{"status":{"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"resourceNames":"one"}]}}',
    '{"resources":{}}',
    '{"groups":null,"resources":[null],"versions":7}',
)
_OK = b"HTTP/1.1 200 OK\r\n"
#: What has the beginning of an answer.
NONSENSE = (
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200\r\nContent-Length: -5\r\n\r\n{}",
    b"HTTP/1.1 99999 No\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n{}",
    _OK + b"Content-Length: many\r\n\r\n{}",
    _OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    _OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    _OK + b"Content-Length: 99\r\n\r\n{",
    _OK + b"X: " + b"y" * 70000 + b"\r\n\r\n",
    _OK + b"X: 1\r\n" * 200 + b"\r\n",
    _OK + b"Content-Length: 100000\r\n\r\n" + b"[" * 100000,
    _OK + b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x01",
    _OK + b"\xff\xfe: \xff\r\nContent-Length: 1\r\n\r\n}",
    b"SSH-2.0-OpenSSH_9.0\r\n",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n{}",
    b"HTTP/1.1 503 \r\nContent-Length: 4\r\n\r\nnull",
    b'HTTP/1.1 500 Oops\r\nContent-Length: 15\r\n\r\n{"message":null',
)


def garbage(source: random.Random) -> bytes:
    """Up to a kilobyte of anything, at times behind a good beginning."""
    noise = source.randbytes(source.randint(0, 1000))
    return source.choice([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 ", b"\x16\x03\x01"]) + noise
