# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.conditions import Conditions
from ansible_collections.ocp_day2.ovn_migration.tests.unit.objects import condition


@pytest.mark.parametrize("order", [1, -1], ids=["as given", "reversed"])
def test_a_condition_is_found_by_type_wherever_it_stands(order):
    given = [condition("Updated", "True"), condition("Degraded", "False"), condition("Updating", "Unknown")]
    conditions = Conditions.from_json(given[::order])
    assert conditions["Updated"].true
    assert conditions["Degraded"].false
    assert not conditions["Updating"].true
    assert not conditions["Updating"].false


def test_a_condition_that_is_not_there_is_unknown():
    missing = Conditions.from_json([])["Available"]
    assert (missing.status, missing.true, missing.false, missing.why) == ("Unknown", False, False, "")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (condition("Degraded", "True", "Broken", "it broke"), "Broken: it broke"),
        (condition("Degraded", "True", "", "it broke"), "it broke"),
        ({"type": "Degraded", "status": "True", "reason": "Broken"}, "Broken"),
    ],
)
def test_why(given, why):
    assert Conditions.from_json([given])["Degraded"].why == why
