# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("etcd is degraded\n\tsee its log", "etcd is degraded\n\tsee its log", id="lines and tabs stay"),
        pytest.param("Überprüfung 東京 ✓", "Überprüfung 東京 ✓", id="letters stay"),
        pytest.param("\x1b[2J\x1b]0;all well\x07", "\\x1b[2J\\x1b]0;all well\\x07", id="terminal sequences"),
        pytest.param("all \rwell", "all \\x0dwell", id="back to the begin of the line"),
        pytest.param("\x9b31m", "\\x9b31m", id="a sequence in one character"),
        pytest.param("admin\u202etxt.exe", "admin\\u202etxt.exe", id="right to left"),
        pytest.param("\u2066a\u2069", "\\u2066a\\u2069", id="isolates"),
        pytest.param("wor\u200bker", "wor\\u200bker", id="zero width"),
        pytest.param("a\u2028b", "a\\u2028b", id="line separator"),
        pytest.param("\ud800", "\\ud800", id="half a character"),
        pytest.param("\U000e0041", "\\U000e0041", id="tags"),
    ],
)
def test_text(text, shown):
    assert printable(text) == shown


def test_everything_inside():
    value = {"a\x1b": ["b\x1b", ("c\x1b", 1, None, True)]}
    assert printable(value) == {"a\\x1b": ["b\\x1b", ["c\\x1b", 1, None, True]]}
