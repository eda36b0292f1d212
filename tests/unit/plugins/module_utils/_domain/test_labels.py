# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.labels import Selector

LABELS = {"role": "infra", "zone": "a"}


@pytest.mark.parametrize(
    ("selector", "accepts", "text"),
    [
        ({}, False, ""),
        ({"matchLabels": {"role": "infra"}}, True, "role in (infra)"),
        ({"matchLabels": {"role": "infra", "zone": "b"}}, False, "role in (infra),zone in (b)"),
        ({"matchLabels": {"absent": ""}}, False, "absent in ()"),
        (
            {"matchExpressions": [{"key": "role", "operator": "In", "values": ["worker", "infra"]}]},
            True,
            "role in (worker,infra)",
        ),
        (
            {"matchExpressions": [{"key": "role", "operator": "NotIn", "values": ["infra"]}]},
            False,
            "role notin (infra)",
        ),
        ({"matchExpressions": [{"key": "absent", "operator": "NotIn", "values": ["x"]}]}, True, "absent notin (x)"),
        ({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}, True, "zone"),
        ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, False, "!zone"),
        ({"matchExpressions": [{"key": "zone", "operator": "Resembles"}]}, False, "!zone"),
    ],
)
def test_selectors(selector, accepts, text):
    parsed = Selector.from_json(selector)
    assert parsed.accepts(LABELS) is accepts
    assert parsed.text == text
