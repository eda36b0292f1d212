# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    MACHINE_CONFIG_POOL,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

DEGRADED = {"metadata": {"annotations": {"machineconfiguration.openshift.io/state": "Degraded"}}}


def test_done(bench):
    bench.cluster = cluster_at("prepared")
    result = bench.run("mcp_wait", network_type="OVNKubernetes")
    assert (result["changed"], result["verdict"]["reason"]) == (False, "all 2 pools are updated")
    assert [pool["name"] for pool in result["pools"]] == ["master", "worker"]
    assert result["story"] == [{"seconds": 0.0, "state": "done", "reason": "all 2 pools are updated"}]


def test_law_04_it_does_not_pass_on_the_old_configuration(bench):
    bench.cluster = cluster_at("asked")
    bench.clock.at(45, lambda: bench.cluster.objects.update(cluster_at("rolling").objects))
    bench.clock.at(1800, lambda: bench.cluster.objects.update(cluster_at("prepared").objects))
    result = bench.run("mcp_wait", network_type="OVNKubernetes")
    assert 1800 <= result["waited_seconds"] <= 1810
    assert [row["state"] for row in result["story"]] == ["pending", "pending", "done"]


@pytest.mark.parametrize(("given", "seconds"), [({}, 2700), ({"wait_timeout": 60}, 60)])
def test_the_timeout_follows_the_pools_unless_it_is_given(bench, given, seconds):
    bench.cluster = cluster_at("asked")
    result = bench.run("mcp_wait", network_type="OVNKubernetes", **given)
    assert f"not within {seconds} s" in result["msg"]
    assert result["waited_seconds"] == seconds
    assert len(result["pools"]) == 2


def test_a_large_pool_gets_more_time(bench):
    bench.cluster = cluster_at("asked")
    bench.cluster.change(MACHINE_CONFIG_POOL, "worker", {"status": {"machineCount": 20}})
    assert "not within 12000 s" in bench.run("mcp_wait", network_type="OVNKubernetes", stall_timeout=0)["msg"]


def test_the_stall_timeout(bench):
    bench.cluster = cluster_at("rolling")
    result = bench.run("mcp_wait", network_type="OVNKubernetes", stall_timeout=300)
    assert "nothing has moved for 300 s" in result["msg"]
    assert bench.clock.now < 300 + 60 + 20


def test_law_08_a_degraded_pool_fails_after_the_grace_with_the_log(bench):
    bench.cluster = cluster_at("rolling")
    bench.cluster.change(NODE, "w1", DEGRADED)
    bench.cluster.put(POD, objects.daemon_pod("w1"))
    bench.cluster.logs[("openshift-machine-config-operator", "machine-config-daemon-aaaaa")] = ["E1122 no space left"]
    result = bench.run("mcp_wait", network_type="OVNKubernetes")
    assert "node w1 is Degraded" in result["msg"]
    assert result["log_tails"] == {"w1": ["E1122 no space left"]}
    assert result["verdict"]["state"] == "failed"
    assert 60 <= bench.clock.now < 75


def test_unknown_names(bench):
    bench.cluster = cluster_at("prepared")
    result = bench.run("mcp_wait", names=["infra"])
    assert "this cluster has master, worker" in result["msg"]


def test_check_mode_tells_todays_verdict(bench):
    bench.cluster = cluster_at("rolling")
    result = bench.run("mcp_wait", check=True, network_type="OVNKubernetes")
    assert (result["verdict"]["state"], result["polls"]) == ("pending", 1)
    assert bench.clock.slept == []


def test_it_never_writes(bench):
    bench.cluster = cluster_at("prepared")
    bench.run("mcp_wait", wait_condition="updated", names=["worker"])
    assert bench.cluster.writes == []
