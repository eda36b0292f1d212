# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import API_SERVICE, CLUSTER_OPERATOR
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Unauthorized
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

DOWN = objects.operator("dns", available="False", reason="NoPods", message="no DNS pods")


def test_healthy(bench, monkeypatch):
    monkeypatch.delenv("OVN_SDN_MIGRATION_TIMEOUT", raising=False)
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("dns"))
    result = bench.run("co_health")
    assert result["changed"] is False
    assert result["verdict"] == {"state": "done", "reason": "1 operator is healthy"}
    assert result["operators"][0]["healthy"] is True
    assert result["api_outages"] == []


def test_the_failure_says_which_operator_and_what_to_do(bench, monkeypatch):
    monkeypatch.setenv("OVN_SDN_MIGRATION_TIMEOUT", "15m")
    bench.cluster.put(CLUSTER_OPERATOR, DOWN)
    result = bench.run("co_health")
    assert result["failed"] is True
    assert "not within 900 s" in result["msg"]
    assert "operator dns: Available=False (NoPods: no DNS pods)" in result["msg"]
    assert result["operators"][0]["name"] == "dns"
    assert "oc describe co" in result["remedy"]
    assert result["waited_seconds"] == 900


def test_the_option_wins_over_the_environment(bench, monkeypatch):
    monkeypatch.setenv("OVN_SDN_MIGRATION_TIMEOUT", "15m")
    bench.cluster.put(CLUSTER_OPERATOR, DOWN)
    assert "not within 60 s" in bench.run("co_health", wait_timeout=60)["msg"]


def test_rubbish_in_the_environment_fails_before_any_request(bench, monkeypatch):
    monkeypatch.setenv("OVN_SDN_MIGRATION_TIMEOUT", "rubbish")
    result = bench.run("co_health")
    assert "OVN_SDN_MIGRATION_TIMEOUT" in result["msg"]
    assert bench.cluster.calls == []


def test_check_mode_looks_once(bench):
    bench.cluster.put(CLUSTER_OPERATOR, DOWN)
    result = bench.run("co_health", check=True)
    assert "failed" not in result
    assert result["verdict"]["state"] == "pending"
    assert bench.clock.slept == []


def test_api_services_and_ignored_operators(bench):
    bench.cluster.put(CLUSTER_OPERATOR, DOWN)
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("etcd"))
    bench.cluster.put(API_SERVICE, objects.api_service("v1."))
    result = bench.run("co_health", ignore=["dns"], api_services=True)
    assert result["verdict"]["state"] == "done"
    assert result["unavailable_api_services"] == []


def test_an_api_service_that_is_not_available_is_named(bench):
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("etcd"))
    away = objects.api_service("v1.packages", available="False", reason="MissingEndpoints", message="no endpoints")
    bench.cluster.put(API_SERVICE, away)
    result = bench.run("co_health", api_services=True, wait_timeout=30)
    assert result["failed"] is True
    assert result["unavailable_api_services"] == [
        {"name": "v1.packages", "reason": "MissingEndpoints", "message": "no endpoints"}
    ]


def test_api_services_that_are_ignored_are_told(bench):
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("etcd"))
    bench.cluster.put(API_SERVICE, objects.api_service("v1.packages", available="False", reason="ServiceNotFound"))
    result = bench.run("co_health", api_services=True, api_services_ignore=["v1.packages", "v1.nope"])
    assert result["verdict"]["state"] == "done"
    told = str(result["warnings"])
    assert "APIService v1.packages is not Available (ServiceNotFound), and is ignored" in told
    assert "APIService v1.nope is ignored, and this cluster has none of that name" in told
    assert [row["name"] for row in result["unavailable_api_services"]] == ["v1.packages"]


def test_the_api_may_be_away_for_a_while(bench):
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("dns"))
    bench.cluster.go_down()
    bench.clock.at(120, bench.cluster.come_back)
    result = bench.run("co_health")
    assert result["verdict"]["state"] == "done"
    assert [outage["seconds"] for outage in result["api_outages"]] == [121.8]


def test_a_bad_token_is_an_error_at_once(bench):
    bench.cluster.fail(Unauthorized(tried="list clusteroperators", seen="HTTP 401"), times=None)
    result = bench.run("co_health")
    assert "401" in result["msg"]
    assert bench.clock.slept == []


def test_failure_grace_ends_the_wait_early(bench):
    bench.cluster.put(CLUSTER_OPERATOR, objects.operator("dns", degraded="True", reason="Stuck"))
    result = bench.run("co_health", failure_grace=120)
    assert "Stuck" in result["msg"]
    assert 120 <= result["waited_seconds"] < 140
