# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long texts in ConfigMaps: as they are when short, packed and in pieces when not."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

#: Characters that are kept as they are, to be read with ``kubectl get -o yaml``.
PLAIN = 200_000
#: Characters of one piece. A ConfigMap holds 1 MiB at most (kubernetes, pkg/apis/core/validation), and the request with
#: its metadata has to fit into etcd's 1.5 MiB.
PIECE = 900_000
ENCODING_PLAIN = "plain"
ENCODING_GZIP = "gzip+base64"


@dataclass(frozen=True)
class EncodedChunks:
    encoding: str
    pieces: tuple[str, ...]


def encode(text: str, *, plain: int = PLAIN, piece: int = PIECE) -> EncodedChunks:
    """Equal texts make equal chunks."""
    if len(text.encode()) <= plain:
        return EncodedChunks(ENCODING_PLAIN, (text,))
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return EncodedChunks(ENCODING_GZIP, tuple(packed[start : start + piece] for start in range(0, len(packed), piece)))


def decode(pieces: Sequence[str], *, encoding: str) -> str:
    """:raises ValueError: when the pieces are damaged, or packed in a way that we do not know"""
    whole = "".join(pieces)
    if encoding == ENCODING_PLAIN:
        return whole
    if encoding != ENCODING_GZIP:
        raise ValueError(f"it is encoded as {encoding!r}, which is not known here")
    try:
        return gzip.decompress(base64.b64decode(whole, validate=True)).decode()
    except (binascii.Error, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error
