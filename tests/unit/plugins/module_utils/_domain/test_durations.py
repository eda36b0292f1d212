# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("900s", 900),
        ("15m", 900),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("1d", 86400),
        ("0s", 0),
        ("45", 45),
        (" 20m ", 1200),
    ],
)
def test_durations_are_read_as_shells_write_them(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "15 m", "-5s", "m15", "1h30", "5ms", "1e3s", "٣s"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="900s, 15m or 1h30m"):
        seconds(text)
