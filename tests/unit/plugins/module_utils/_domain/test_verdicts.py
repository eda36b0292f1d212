# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import (
    combine,
    counted,
    done,
    every,
    failed,
    listed,
    pending,
)


@pytest.mark.parametrize(
    ("verdicts", "state", "reason"),
    [
        pytest.param([], "done", "all is well", id="nothing to judge"),
        pytest.param([done("a"), done("b")], "done", "all is well", id="all done"),
        pytest.param([done("a"), pending("b"), pending("c")], "pending", "b; c", id="some pending"),
        pytest.param([pending("a"), failed("b"), done("c")], "failed", "b", id="failed wins"),
        pytest.param([pending(c) for c in "abcdef"], "pending", "a; b; c; d and 2 more", id="many reasons are counted"),
    ],
)
def test_combine(verdicts, state, reason):
    assert combine(verdicts, when_done="all is well").to_json() == {"state": state, "reason": reason}


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b", "c", "d"], "a, b, c, d"), ("abcde", "a, b, c, d and 1 more")],
)
def test_listed(items, text):
    assert listed(items) == text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ("0 nodes", "0 nodes have", "0 nodes run", "0 nodes are")),
        (1, ("1 node", "1 node has", "1 node runs", "1 node is")),
        (12, ("12 nodes", "12 nodes have", "12 nodes run", "12 nodes are")),
    ],
)
def test_counted(number, words):
    assert tuple(counted(number, "node", verb) for verb in ("", "have", "run", "are")) == words


@pytest.mark.parametrize(("number", "words"), [(1, "the one pool is"), (2, "all 2 pools are")])
def test_every(number, words):
    assert every(number, "pool", "are") == words
