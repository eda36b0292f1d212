# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import API_SERVICE, CLUSTER_OPERATOR
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Forbidden,
    Refused,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.health.operators import (
    health_timeout,
    wait_for_health,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock


def wait(cluster, *, clock=None, timeout=1200.0, stable_for=0.0, grace=None, once=False, **given):
    waiter = Waiter(
        clock=clock or ScriptedClock(),
        timeout=timeout,
        interval=10.0,
        stable_for=stable_for,
        failure_grace=grace or 0.0,
        once=once,
    )
    options = {"names": [], "ignore": [], "api_services": False, "degraded_fails": grace is not None, **given}
    return wait_for_health(cluster, waiter, **options)


def cluster_of(*operators):
    return FakeCluster(*[(CLUSTER_OPERATOR, operator) for operator in operators])


def test_healthy_operators_pass_at_the_first_look_and_nothing_is_written():
    cluster = cluster_of(objects.operator("dns"), objects.operator("etcd"))
    outcome = wait(cluster)
    assert outcome.to_json()["verdict"]["state"] == "done"
    assert outcome.changed is False
    assert [row["name"] for row in outcome.facts["operators"]] == ["dns", "etcd"]
    assert len(cluster.calls) == 1


def test_a_flap_starts_the_time_of_stability_again():
    clock = ScriptedClock(limit=300)
    cluster = cluster_of(objects.operator("dns"))
    clock.at(30, lambda: cluster.put(CLUSTER_OPERATOR, objects.operator("dns", progressing="True")))
    clock.at(50, lambda: cluster.put(CLUSTER_OPERATOR, objects.operator("dns")))
    outcome = wait(cluster, clock=clock, stable_for=60)
    assert outcome.wait is not None
    assert 110 <= outcome.wait.waited_seconds <= 125


def test_a_degraded_operator_is_waited_for():
    clock = ScriptedClock(limit=700)
    cluster = cluster_of(objects.operator("dns", degraded="True", available="False"))
    clock.at(600, lambda: cluster.put(CLUSTER_OPERATOR, objects.operator("dns")))
    assert wait(cluster, clock=clock).to_json()["verdict"]["state"] == "done"


def test_the_timeout_names_every_unhealthy_operator_and_carries_the_rows():
    broken = [objects.operator(f"op{i}", available="False", reason=f"Down{i}", message=f"gone {i}") for i in range(6)]
    with pytest.raises(WaitTimeout) as caught:
        wait(cluster_of(objects.operator("dns"), *broken), clock=ScriptedClock(limit=1201))
    for i in range(6):
        assert f"operator op{i}: Available=False (Down{i}: gone {i})" in caught.value.message
    assert "operator dns" not in caught.value.message
    assert len(caught.value.facts["operators"]) == 7
    assert caught.value.facts["waited_seconds"] == 1200


def test_told_so_a_lasting_degraded_ends_the_wait_and_a_flash_does_not():
    clock = ScriptedClock(limit=100)
    cluster = cluster_of(objects.operator("dns", degraded="True", reason="DNSDegraded"))
    clock.at(20, lambda: cluster.put(CLUSTER_OPERATOR, objects.operator("dns", progressing="True")))
    clock.at(40, lambda: cluster.put(CLUSTER_OPERATOR, objects.operator("dns", degraded="True", reason="Again")))
    with pytest.raises(WaitFailed, match="Again"):
        wait(cluster, clock=clock, grace=30)
    assert clock.now >= 70


def test_api_services_are_read_only_when_asked_for():
    down = objects.api_service("v1.route.openshift.io", available="False", reason="FailedDiscoveryCheck")
    cluster = cluster_of(objects.operator("dns"))
    cluster.put(API_SERVICE, down)
    assert "unavailable_api_services" not in wait(cluster).facts
    assert cluster.made("list", API_SERVICE) == []
    with pytest.raises(WaitTimeout, match=r"v1\.route\.openshift\.io is not Available") as caught:
        wait(cluster, api_services=True)
    assert [row["name"] for row in caught.value.facts["unavailable_api_services"]] == ["v1.route.openshift.io"]


def test_what_cannot_be_read_is_an_error_and_not_a_pass():
    cluster = cluster_of(objects.operator("dns"))
    cluster.fail(Forbidden(tried="list clusteroperators", seen="HTTP 403"), verb="list")
    with pytest.raises(Forbidden):
        wait(cluster)


def test_looking_once_returns_the_verdict_without_waiting():
    clock = ScriptedClock()
    outcome = wait(cluster_of(objects.operator("dns", available="False")), clock=clock, once=True)
    assert outcome.to_json()["verdict"]["state"] == "pending"
    assert clock.slept == []


@pytest.mark.parametrize(
    ("given", "variable", "expected"),
    [
        (None, "", 1200),
        (None, "  ", 1200),
        (None, "0s", 1200),
        (None, "900s", 900),
        (None, "1h30m", 5400),
        (300, "900s", 300),
        (0, "900s", 0),
        (300, "rubbish", 300),
    ],
)
def test_where_the_timeout_comes_from(given, variable, expected):
    assert health_timeout(given, variable=variable) == expected


def test_rubbish_in_the_environment_is_a_clear_error():
    with pytest.raises(Refused, match=r"OVN_SDN_MIGRATION_TIMEOUT.*'soon' is not a duration"):
        health_timeout(None, variable="soon")
