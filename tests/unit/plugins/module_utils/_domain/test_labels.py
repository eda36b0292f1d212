# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.labels import Selector

WORKER = "node-role.kubernetes.io/worker"
INFRA = "node-role.kubernetes.io/infra"


def expression(key, operator, *values):
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "labels", "accepted"),
    [
        pytest.param({"matchLabels": {WORKER: ""}}, {WORKER: ""}, True, id="label"),
        pytest.param({"matchLabels": {WORKER: ""}}, {WORKER: "x"}, False, id="label with another value"),
        pytest.param({"matchLabels": {WORKER: ""}}, {}, False, id="no label"),
        pytest.param({"matchLabels": {"a": "1", "b": "2"}}, {"a": "1"}, False, id="all labels count"),
        pytest.param(expression("role", "In", "worker", "infra"), {"role": "infra"}, True, id="In"),
        pytest.param(expression("role", "In", "worker"), {}, False, id="In without the label"),
        pytest.param(expression("role", "NotIn", "worker"), {"role": "infra"}, True, id="NotIn"),
        pytest.param(expression("role", "NotIn", "worker"), {}, True, id="NotIn without the label"),
        pytest.param(expression("role", "NotIn", "worker"), {"role": "worker"}, False, id="NotIn refused"),
        pytest.param(expression(INFRA, "Exists"), {INFRA: ""}, True, id="Exists"),
        pytest.param(expression(INFRA, "Exists"), {}, False, id="Exists refused"),
        pytest.param(expression(INFRA, "DoesNotExist"), {}, True, id="DoesNotExist"),
        pytest.param(expression(INFRA, "DoesNotExist"), {INFRA: ""}, False, id="DoesNotExist refused"),
        pytest.param(expression(INFRA, "Nonsense"), {INFRA: ""}, False, id="unknown operator"),
        pytest.param({}, {WORKER: ""}, False, id="an empty selector selects nothing"),
    ],
)
def test_accepts(selector, labels, accepted):
    assert Selector.from_json(selector).accepts(labels) is accepted


def test_text_is_what_the_api_takes():
    selector = {
        "matchLabels": {"app": "multus"},
        "matchExpressions": [
            {"key": "role", "operator": "In", "values": ["a", "b"]},
            {"key": "x", "operator": "Exists"},
            {"key": "y", "operator": "DoesNotExist"},
        ],
    }
    assert Selector.from_json(selector).text == "app in (multus),role in (a,b),x,!y"
