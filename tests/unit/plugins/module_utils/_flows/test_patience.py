# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Forbidden,
    NotFound,
    Unauthorized,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.patience import PatientCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock


@pytest.fixture
def clock():
    return ScriptedClock(limit=3600)


@pytest.fixture
def cluster():
    return FakeCluster((NODE, objects.node("worker-0")), (POD, objects.daemon_pod("worker-0")))


def patient(cluster, clock, *, budget=60.0, window=False):
    return PatientCluster(cluster, clock=clock, budget=budget, tolerate_unauthorized=window)


AWAY = ClusterUnreachable(tried="read it", seen="connection refused")


def test_an_outage_is_outlasted_and_reported(cluster, clock):
    cluster.go_down()
    clock.at(30, cluster.come_back)
    subject = patient(cluster, clock)
    assert subject.get(NODE, "worker-0")["metadata"]["name"] == "worker-0"
    (outage,) = subject.outages
    assert outage.to_json() == {"since": "2026-01-01T00:00:00Z", "seconds": 30, "seen": "connection refused"}


def test_an_outage_longer_than_the_budget_is_an_error_and_stays_open(cluster, clock):
    cluster.go_down()
    subject = patient(cluster, clock)
    with pytest.raises(ClusterUnreachable, match="connection refused; for 60 s now"):
        subject.list(NODE)
    assert [outage.seconds for outage in subject.outages] == [None]


def test_each_outage_has_its_own_budget(cluster, clock):
    subject = patient(cluster, clock)
    for start in (0, 50):
        cluster.go_down()
        clock.at(start + 40, cluster.come_back)
        subject.list(NODE)
        clock.sleep(start + 50 - clock.now)
    assert [outage.seconds for outage in subject.outages] == [40, 40]


def test_no_budget_is_no_patience(cluster, clock):
    cluster.go_down()
    with pytest.raises(ClusterUnreachable):
        patient(cluster, clock, budget=0.0).list(NODE)
    assert clock.slept == []


@pytest.mark.parametrize("error", [Forbidden(tried="x", seen="403"), NotFound(tried="x", seen="404")])
def test_answers_are_not_outages(cluster, clock, error):
    cluster.fail(error, verb="get")
    subject = patient(cluster, clock)
    with pytest.raises(type(error)):
        subject.get(NODE, "worker-0")
    assert subject.outages == []


def test_an_answer_ends_an_outage_also_when_it_is_an_error(cluster, clock):
    cluster.fail(AWAY, verb="get")
    subject = patient(cluster, clock)
    with pytest.raises(NotFound):
        subject.get(NODE, "worker-9")
    assert [outage.seconds for outage in subject.outages] == [2]


def test_unauthorized_is_an_outage_only_in_the_window(cluster, clock):
    error = Unauthorized(tried="x", seen="HTTP 401")
    cluster.fail(error, verb="get")
    with pytest.raises(Unauthorized):
        patient(cluster, clock).get(NODE, "worker-0")
    cluster.fail(error, verb="get", times=3)
    assert patient(cluster, clock, window=True).get(NODE, "worker-0")


def test_unauthorized_after_an_outage_is_final_outside_the_window(cluster, clock):
    cluster.fail(AWAY, verb="get")
    cluster.fail(Unauthorized(tried="x", seen="HTTP 401"), verb="get")
    subject = patient(cluster, clock)
    with pytest.raises(Unauthorized):
        subject.get(NODE, "worker-0")
    assert subject.outages[0].seconds is not None


def test_a_command_is_never_repeated(cluster, clock):
    cluster.fail(AWAY, verb="execute")
    with pytest.raises(ClusterUnreachable):
        patient(cluster, clock).execute(
            "machine-config-daemon-aaaaa",
            ["true"],
            namespace="openshift-machine-config-operator",
            container="machine-config-daemon",
            timeout=5.0,
        )
    assert len(cluster.made("execute")) == 1
