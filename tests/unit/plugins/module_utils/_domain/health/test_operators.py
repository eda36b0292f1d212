# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.api_services import (
    ApiService,
    ApiServices,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.operators import (
    Operator,
    health_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def verdict(*operators, services=None, names=(), ignore=(), degraded_fails=False):
    return health_verdict(
        [Operator.from_json(operator) for operator in operators],
        None if services is None else ApiServices([ApiService.from_json(service) for service in services]),
        names=names,
        ignore=ignore,
        degraded_fails=degraded_fails,
    )


DNS_DOWN = objects.operator("dns", degraded="True", reason="DNSDegraded", message="DNS default\nis degraded")


@pytest.mark.parametrize(
    ("conditions", "complaint"),
    [
        ({"available": "False"}, "Available=False"),
        ({"available": "Unknown"}, "Available=Unknown"),
        ({"progressing": "True"}, "Progressing=True"),
        ({"degraded": "True"}, "Degraded=True"),
        ({"degraded": "Unknown"}, "Degraded=Unknown"),
    ],
)
def test_one_condition_that_is_not_as_it_should_be_is_enough(conditions, complaint):
    seen = verdict(objects.operator("etcd"), objects.operator("dns", reason="Why", message="because", **conditions))
    assert seen.state == "pending"
    assert seen.reason == f"operator dns: {complaint} (Why: because)"


def test_an_operator_without_conditions_is_not_healthy():
    seen = verdict({"metadata": {"name": "new"}})
    assert seen.state == "pending"
    assert "Available=Unknown (no reason given)" in seen.reason


def test_all_healthy():
    assert verdict(objects.operator("dns"), objects.operator("etcd")).state == "done"


def test_every_unhealthy_operator_is_named_on_one_line():
    broken = [objects.operator(f"op{i}", available="False", reason="Down", message="x" * 500) for i in range(9)]
    reason = verdict(*broken).reason
    assert all(f"operator op{i}: " in reason for i in range(9))
    assert "\n" not in verdict(DNS_DOWN).reason
    assert len(reason) < 9 * 250


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"operators": []}, "no ClusterOperator is listed"),
        ({"operators": [objects.operator("dns")], "names": ["dsn"]}, "operator dsn does not exist"),
        ({"operators": [objects.operator("dns")], "ignore": ["dns"]}, "every ClusterOperator is ignored"),
        ({"operators": [objects.operator("dns")], "services": []}, "no APIService is listed"),
    ],
    ids=["none", "unknown name", "all ignored", "no services"],
)
def test_nothing_to_judge_is_never_a_pass(given, complaint):
    seen = verdict(*given.pop("operators"), **given)
    assert seen.state == "pending"
    assert complaint in seen.reason


def test_only_the_named_ones_count():
    assert verdict(DNS_DOWN, objects.operator("etcd"), names=["etcd"]).state == "done"
    assert verdict(DNS_DOWN, objects.operator("etcd"), ignore=["dns"]).state == "done"


def test_an_ignored_name_does_not_have_to_exist():
    assert verdict(objects.operator("etcd"), names=["etcd", "insights"], ignore=["insights"]).state == "done"


def test_degraded_fails_only_when_told_so_and_only_where_it_counts():
    assert verdict(DNS_DOWN).state == "pending"
    assert verdict(DNS_DOWN, degraded_fails=True).state == "failed"
    assert verdict(DNS_DOWN, objects.operator("etcd"), ignore=["dns"], degraded_fails=True).state == "done"
    assert verdict(objects.operator("dns", available="False"), degraded_fails=True).state == "pending"


def test_api_services_count_when_asked_for():
    route = objects.api_service("v1.route.openshift.io", available="False", reason="FailedDiscoveryCheck")
    seen = verdict(objects.operator("dns"), services=[objects.api_service("v1."), route])
    assert seen.state == "pending"
    assert seen.reason == "APIService v1.route.openshift.io is not Available (FailedDiscoveryCheck)"
    assert verdict(objects.operator("dns"), services=[objects.api_service("v1.")]).state == "done"


def test_a_row_tells_the_first_complaint():
    row = Operator.from_json(DNS_DOWN).to_json()
    assert row["healthy"] is False
    assert (row["degraded"], row["reason"], row["version"]) == ("True", "DNSDegraded", "4.14.31")
