# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import jsonpatch
import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.ledger import GONE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.settings import PROPERTY_ACCESS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.patches import merged

PAUSED = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}
HOOKS = {"webhooks": [{"name": "a", "timeoutSeconds": 30}, {"name": "b"}]}
OURS = "ocp-day2.ovn-migration"


def applied(document, change):
    if change.merge is not None:
        return merged(document, change.merge)
    return jsonpatch.apply_patch(document, [dict(step) for step in change.edit])


@pytest.mark.parametrize(
    ("what", "document", "part", "value", "after"),
    [
        ("paused", {"spec": {}}, "", True, {"spec": {"paused": True}}),
        ("paused", {"spec": {"paused": True}}, "", False, {"spec": {"paused": False}}),
        ("paused", {"spec": {"paused": True}}, "", None, {"spec": {}}),
        ("max_unavailable", {"spec": {"paused": True}}, "", "10%", {"spec": {"paused": True, "maxUnavailable": "10%"}}),
        ("max_unavailable", {"spec": {"maxUnavailable": 3}}, "", None, {"spec": {}}),
        ("machine_health_check", {"metadata": {}}, "", "", PAUSED),
        ("cluster_autoscaler", {"spec": {}}, "", False, {"spec": {"scaleDown": {"enabled": False}}}),
        ("cluster_autoscaler", {"spec": {"scaleDown": {"enabled": False}}}, "", None, {"spec": {}}),
        (
            "cluster_autoscaler",
            {"spec": {"scaleDown": {"enabled": True, "unneededTime": "5m"}}},
            "",
            False,
            {"spec": {"scaleDown": {"enabled": False, "unneededTime": "5m"}}},
        ),
        (
            "cluster_autoscaler",
            {"spec": {"scaleDown": {"enabled": False, "unneededTime": "5m"}}},
            "",
            True,
            {"spec": {"scaleDown": {"enabled": True, "unneededTime": "5m"}}},
        ),
        ("machine_health_check", PAUSED, "", None, {"metadata": {"annotations": {}}}),
        ("node_health_check", {"spec": {}}, "", OURS, {"spec": {"pauseRequests": [OURS]}}),
        (
            "node_health_check",
            {"spec": {"pauseRequests": ["x"]}},
            "",
            OURS,
            {"spec": {"pauseRequests": ["x", OURS]}},
        ),
        (
            "node_health_check",
            {"spec": {"pauseRequests": [OURS, "x"]}},
            "",
            None,
            {"spec": {"pauseRequests": ["x"]}},
        ),
        ("webhook_timeout", HOOKS, "a", 3, {"webhooks": [{"name": "a", "timeoutSeconds": 3}, {"name": "b"}]}),
        (
            "webhook_timeout",
            HOOKS,
            "b",
            3,
            {"webhooks": [{"name": "a", "timeoutSeconds": 30}, {"name": "b", "timeoutSeconds": 3}]},
        ),
    ],
)
def test_a_change_sets_what_is_then_read(what, document, part, value, after):
    terms = PROPERTY_ACCESS[what]
    assert applied(document, terms.change(document, part, value)) == after
    assert terms.read(after, part) == value


@pytest.mark.parametrize(
    ("what", "document", "part", "value"),
    [
        ("paused", {}, "", None),
        ("machine_health_check", {"metadata": {"annotations": {"a": "b"}}}, "", None),
        ("cluster_autoscaler", {}, "", None),
        ("cluster_autoscaler", {"spec": {"scaleDown": {"enabled": True}}}, "", True),
        ("machine_health_check", PAUSED, "", ""),
        ("node_health_check", {"spec": {"pauseRequests": ["somebody"]}}, "", None),
        ("webhook_timeout", HOOKS, "b", 10),
        ("webhook_timeout", HOOKS, "c", GONE),
        ("webhook_timeout", {}, "c", GONE),
    ],
)
def test_read(what, document, part, value):
    assert PROPERTY_ACCESS[what].read(document, part) == value


@pytest.mark.parametrize(
    ("what", "value", "wanted", "enough"),
    [
        ("paused", True, True, True),
        ("paused", None, True, False),
        ("max_unavailable", 5, 3, False),
        ("machine_health_check", None, "", False),
        ("cluster_autoscaler", None, False, False),
        ("cluster_autoscaler", True, False, False),
        ("cluster_autoscaler", False, False, True),
        ("machine_health_check", "by somebody", "", True),
        ("node_health_check", None, OURS, False),
        ("webhook_timeout", 3, 3, True),
        ("webhook_timeout", 2, 3, True),
        ("webhook_timeout", 10, 3, False),
    ],
)
def test_enough(what, value, wanted, enough):
    assert PROPERTY_ACCESS[what].enough(value, wanted) is enough


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param({"webhooks": [{"name": "b"}, {"name": "a", "timeoutSeconds": 30}]}, id="another place"),
        pytest.param({"webhooks": [{"name": "a", "timeoutSeconds": 5}]}, id="another timeout"),
        pytest.param({"webhooks": []}, id="gone"),
    ],
)
def test_a_webhook_that_has_changed_meanwhile_is_not_touched(meanwhile):
    change = PROPERTY_ACCESS["webhook_timeout"].change(HOOKS, "a", 3)
    with pytest.raises(jsonpatch.JsonPatchException):
        applied(meanwhile, change)


def test_what_somebody_has_added_to_a_scale_down_of_ours_is_left():
    document = {"spec": {"scaleDown": {"enabled": False, "unneededTime": "5m"}}}
    change = PROPERTY_ACCESS["cluster_autoscaler"].change(document, "", None)
    assert applied(document, change) == {"spec": {"scaleDown": {"enabled": True, "unneededTime": "5m"}}}


def test_pause_requests_that_have_changed_meanwhile_are_not_touched():
    change = PROPERTY_ACCESS["node_health_check"].change({"spec": {"pauseRequests": ["x"]}}, "", OURS)
    with pytest.raises(jsonpatch.JsonPatchException):
        applied({"spec": {"pauseRequests": ["x", "y"]}}, change)


@pytest.mark.parametrize(
    ("what", "part", "value", "shown"),
    [
        ("max_unavailable", "", 3, {"spec": {"maxUnavailable": 3}}),
        ("max_unavailable", "", None, {"spec": {}}),
        ("node_health_check", "", None, {"spec": {"pauseRequests": []}}),
        ("webhook_timeout", "a", 3, {"webhooks": [{"name": "a", "timeoutSeconds": 3}]}),
    ],
)
def test_a_diff_shows_the_property_alone(what, part, value, shown):
    assert PROPERTY_ACCESS[what].shown(part, value) == shown
