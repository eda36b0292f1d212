# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.moments import (
    parsed,
    written,
    written_exactly,
)

NOON = datetime(2026, 1, 31, 12, 0, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-01-31T12:00:40Z", 0),
        ("2026-01-31T12:00:40.123456Z", 123456),
        ("2026-01-31T12:00:40.5Z", 500000),
        ("2026-01-31T12:00:40.123456789Z", 123456),
        ("2026-01-31T13:00:40+01:00", 0),
    ],
    ids=["Time", "MicroTime", "short fraction", "nanoseconds", "another zone"],
)
def test_what_a_cluster_writes_is_read(text, microsecond):
    assert parsed(text) == NOON.replace(microsecond=microsecond)
    assert parsed(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", None, 7, "2026-01-31", "2026-01-31T12:00:40", "2026-13-31T12:00:40Z", "now", "2026-01-31T12:00:40Zulu"]
)
def test_what_is_no_time_is_an_error(text):
    with pytest.raises(ValueError):
        parsed(text)


def test_what_is_written_is_read_again():
    assert written(NOON) == "2026-01-31T12:00:40Z"
    assert written_exactly(NOON) == "2026-01-31T12:00:40.000000Z"
    assert parsed(written(NOON)) == parsed(written_exactly(NOON)) == NOON
