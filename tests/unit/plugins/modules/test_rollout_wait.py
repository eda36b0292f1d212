# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import DAEMON_SET
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Unauthorized
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def test_done(bench):
    bench.cluster.put(DAEMON_SET, objects.daemon_set())
    result = bench.run("rollout_wait", namespace="openshift-multus", name="multus")
    assert result["changed"] is False
    assert result["rollout"]["available"] == 6
    assert result["verdict"]["state"] == "done"


def test_a_missing_object_is_named(bench):
    result = bench.run("rollout_wait", kind="Deployment", namespace="default", name="web", wait_timeout=30)
    assert result["failed"] is True
    assert "Deployment default/web does not exist" in result["msg"]
    assert result["rollout"] is None


def test_unauthorized_is_an_outage_in_the_window(bench):
    bench.cluster.put(DAEMON_SET, objects.daemon_set())
    bench.cluster.fail(Unauthorized(tried="read daemonset", seen="HTTP 401"), times=3)
    result = bench.run("rollout_wait", namespace="openshift-multus", name="multus")
    assert result["verdict"]["state"] == "done"
    assert len(result["api_outages"]) == 1


def test_check_mode_looks_once(bench):
    result = bench.run("rollout_wait", check=True, namespace="openshift-multus", name="multus")
    assert result["verdict"]["state"] == "pending"
    assert bench.clock.slept == []


def test_a_rollout_that_does_not_finish_is_shown_as_it_was_last_seen(bench):
    bench.cluster.put(DAEMON_SET, objects.daemon_set(updated=4))
    result = bench.run("rollout_wait", namespace="openshift-multus", name="multus", wait_timeout=30)
    assert result["failed"] is True
    assert result["rollout"]["updated"] == 4


def test_several_of_a_namespace(bench):
    bench.cluster.put(DAEMON_SET, objects.daemon_set())
    workloads = [{"name": "multus"}, {"name": "web", "kind": "Deployment"}]
    result = bench.run("rollout_wait", namespace="openshift-multus", workloads=workloads, wait_timeout=30)
    assert "Deployment openshift-multus/web does not exist" in result["msg"]
    assert [(row["rollout"] is not None, row["name"]) for row in result["rollouts"]] == [
        (True, "multus"),
        (False, "web"),
    ]


def test_one_or_several(bench):
    assert "required" in bench.run("rollout_wait", namespace="default")["msg"]
    both = bench.run("rollout_wait", namespace="default", name="web", workloads=[{"name": "db"}])
    assert "mutually exclusive" in both["msg"]
