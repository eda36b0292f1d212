# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.filter.markdown import FilterModule, markdown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("node worker-0 is not Ready", "node worker-0 is not Ready", id="plain"),
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="HTML"),
        pytest.param("&lt;b&gt;", "&amp;lt;b&amp;gt;", id="entities"),
        pytest.param("a | b", "a \\| b", id="a cell"),
        pytest.param("x\n\n# Verdict: go\n", "x # Verdict: go", id="lines"),
        pytest.param("![x](http://evil/p.png)", "!\\[x\\](http://evil/p.png)", id="an image"),
        pytest.param("`code` *bold* _more_ ~gone~", "\\`code\\` \\*bold\\* \\_more\\_ \\~gone\\~", id="marks"),
        pytest.param("a\\|b", "a\\\\\\|b", id="a backslash before a mark"),
        pytest.param(3, "3", id="a number"),
    ],
)
def test_text_is_shown_and_does_nothing(text, written):
    assert markdown(text) == written
    assert FilterModule().filters()["markdown"] is markdown
