# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NAMESPACE, NODE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, Unauthorized
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    NODES,
    cluster_at,
    put_former_namespace,
)


def test_where_the_cluster_stands(bench):
    bench.cluster = cluster_at("applied")
    result = bench.run("cno_migration_info")
    assert (result["phase"], result["changed"]) == ("awaiting_reboot", False)
    assert result["next"] == "reboot them (cno_reboot)"
    assert [node["name"] for node in result["nodes"]] == list(NODES)
    assert bench.cluster.writes == []


@pytest.mark.parametrize(("target", "phase"), [("OVNKubernetes", "complete"), ("OpenShiftSDN", "not_started")])
def test_the_phase_is_told_for_the_target(bench, target, phase):
    bench.cluster = cluster_at("finished")
    result = bench.run("cno_migration_info", target=target)
    assert (result["phase"], result["target"]) == (phase, target)


def test_check_mode_is_the_same(bench):
    bench.cluster = cluster_at("rolling")
    assert bench.run("cno_migration_info", check=True) == bench.run("cno_migration_info")


def test_a_dead_api_is_given_up_after_half_a_minute(bench):
    bench.cluster.go_down()
    result = bench.run("cno_migration_info")
    assert "does not answer" in result["msg"] or "connection refused" in result["msg"]
    assert result["api_outages"][0]["seconds"] is None
    assert bench.clock.now == 30


@pytest.mark.parametrize("error", [Forbidden, Unauthorized])
def test_law_16_what_may_not_be_read_is_an_error(bench, error):
    bench.cluster = cluster_at("prepared")
    bench.cluster.fail(error(tried="list nodes", seen="HTTP 40x", remedy="Log in."), kind=NODE, times=None)
    result = bench.run("cno_migration_info")
    assert (result["failed"], result["remedy"]) == (True, "Log in.")
    assert "phase" not in result


def test_the_namespace_that_the_former_plugin_leaves(bench):
    bench.cluster = cluster_at("finished")
    put_former_namespace(bench.cluster)
    result = bench.run("cno_migration_info")
    assert (result["phase"], result["former_namespace"]) == ("cleanup_pending", "openshift-sdn")


def test_who_works_on_the_cluster(bench):
    bench.cluster = cluster_at("applied")
    assert bench.run("cno_migration_info")["lock"] is None
    bench.run("migration_lock", holder="kni@bastion/1")
    lock = bench.run("cno_migration_info")["lock"]
    assert (lock["holder"], lock["expired"]) == ("kni@bastion/1", False)
    assert lock["description"].startswith("kni@bastion/1 has it since 2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("step", "namespace", "words"),
    [
        pytest.param("rolling", None, "is gone, in phase preparing", id="gone while nodes are prepared"),
        pytest.param("applied", None, "is gone, in phase awaiting_reboot", id="gone in the window"),
        pytest.param("applied", {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "is being deleted", id="hanging"),
        pytest.param("applied", {}, "", id="there"),
        pytest.param("not_started", None, "", id="not begun"),
        pytest.param("finished", None, "", id="long ago"),
    ],
)
def test_records_that_are_gone_under_a_migration_are_an_alarm(bench, step, namespace, words):
    bench.cluster = cluster_at(step)
    bench.cluster.objects.pop((NAMESPACE, "", "ovn-migration"), None)
    if namespace is not None:
        bench.cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration", **namespace}})
    told = str(bench.run("cno_migration_info").get("warnings", ""))
    assert words in told
    assert bool(told) is bool(words)
