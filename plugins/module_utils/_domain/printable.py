# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of a cluster is data: what would move the cursor, colour a terminal or turn the reading direction is spelt out.

Anybody who may write a condition, a label or an event chooses words that an administrator reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: Control characters but line feed and tab, marks of direction, invisible characters, line separators, and halves of
#: characters that no file takes.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def printable(value: Any) -> Any:
    """The same value, of lists and mappings, too, with each such character as Python writes it: ``\\x1b``."""
    if isinstance(value, str):
        return _HIDDEN.sub(_spelt, value)
    if isinstance(value, Mapping):
        return {printable(key): printable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(one) for one in value]
    return value


def _spelt(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
