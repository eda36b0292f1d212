# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.conditions import Conditions


def test_conditions_are_found_by_type():
    given = [
        {"type": "Degraded", "status": "False"},
        {"type": "Available", "status": "True", "reason": "AsExpected", "message": "All is well"},
    ]
    conditions = Conditions.from_json(given)
    assert conditions["Available"].true
    assert conditions["Available"].why == "AsExpected: All is well"
    assert conditions["Degraded"].false
    assert conditions["Degraded"].why == ""


@pytest.mark.parametrize("given", [[], None, [{"type": "Progressing"}]])
def test_a_condition_that_says_nothing_is_neither_true_nor_false(given):
    condition = Conditions.from_json(given)["Progressing"]
    assert (condition.true, condition.false, condition.status) == (False, False, "Unknown")
