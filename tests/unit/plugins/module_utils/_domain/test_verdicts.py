# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import (
    combine,
    done,
    failed,
    listed,
    pending,
)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], done("all")),
        ([done("a"), done("b")], done("all")),
        ([done("a"), pending("b"), pending("c")], pending("b; c")),
        ([pending("a"), failed("b"), done("c"), failed("d")], failed("b; d")),
        ([pending(str(i)) for i in range(9)], pending("0; 1; 2; 3 and 5 more")),
    ],
)
def test_the_worst_verdict_wins_with_its_reasons(verdicts, expected):
    assert combine(verdicts, when_done="all") == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [("", ""), ("a", "a"), ("abcd", "a, b, c, d"), ("abcde", "a, b, c, d and 1 more")],
)
def test_long_lists_are_counted(items, expected):
    assert listed(items) == expected
