# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from functools import partial

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Forbidden,
    Refused,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.pools.wait import (
    default_timeout,
    wait_for_pools,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at, rendered

MCO = "machineconfiguration.openshift.io/"
MCD = ("openshift-machine-config-operator", "machine-config-daemon-aaaaa")


def wait(cluster, *, clock=None, timeout=2700.0, grace=0.0, once=False, **given):
    waiter = Waiter(clock=clock or ScriptedClock(), timeout=timeout, interval=10.0, failure_grace=grace, once=once)
    options = {"names": [], "state": "updated", "network_type": OVN, "stall_timeout": 0.0, **given}
    return wait_for_pools(cluster, waiter, **options)


def test_law_04_done_when_every_pool_is():
    outcome = wait(cluster_at("prepared"))
    assert outcome.changed is False
    assert outcome.wait.verdict.reason == "all 2 pools are updated"
    assert [(pool["name"], pool["network_type"], pool["nodes"]) for pool in outcome.facts["pools"]] == [
        ("master", OVN, ["m0", "m1", "m2"]),
        ("worker", OVN, ["w0", "w1"]),
    ]


def test_law_04_right_after_the_prepare_patch_the_old_configuration_does_not_pass():
    cluster, clock = cluster_at("asked"), ScriptedClock()
    clock.at(45, lambda: cluster.objects.update(cluster_at("rolling").objects))
    clock.at(900, lambda: cluster.objects.update(cluster_at("prepared").objects))
    outcome = wait(cluster, clock=clock)
    assert outcome.wait.waited_seconds >= 900
    assert "boots for OpenShiftSDN" in outcome.wait.story[0][1].reason
    assert "1 of 2 nodes updated" in outcome.wait.story[1][1].reason


def test_without_a_network_type_the_content_does_not_matter():
    assert wait(cluster_at("asked"), network_type=None).wait.verdict.state == "done"


def test_law_04_custom_pools_count_and_empty_ones_are_done():
    cluster = cluster_at("prepared")
    cluster.put(MACHINE_CONFIG_POOL, objects.pool("empty", config=rendered("worker", SDN)))
    assert wait(cluster).wait.verdict.reason == "all 3 pools are updated"
    cluster.put(MACHINE_CONFIG_POOL, objects.pool("infra", machines=1, config=rendered("worker", SDN)))
    cluster.put(NODE, objects.node("i0", roles=["worker", "infra"], config=rendered("worker", SDN)))
    assert "pool infra" in wait(cluster, once=True).wait.verdict.reason


def test_a_node_that_no_pool_configures_is_in_the_way():
    cluster = cluster_at("prepared")
    cluster.put(NODE, objects.node("stray", roles=[], config="x"))
    verdict = wait(cluster, once=True).wait.verdict
    assert (verdict.state, verdict.reason) == ("pending", "no pool configures stray")
    assert wait(cluster, names=["worker"]).wait.verdict.state == "done"
    assert wait(cluster, state="paused", network_type=None, once=True).wait.verdict.reason.count("stray") == 0


def test_law_16_no_pool_at_all_is_a_failure():
    with pytest.raises(WaitFailed, match="there is no MachineConfigPool"):
        wait(FakeCluster())


def test_unknown_names_are_refused_before_any_wait():
    clock = ScriptedClock()
    with pytest.raises(Refused, match=r"find the MachineConfigPools infra, gpu: this cluster has master, worker"):
        wait(cluster_at("prepared"), clock=clock, names=["infra", "worker", "gpu"])
    assert clock.slept == []


def test_a_degraded_pool_ends_the_wait_with_the_log_of_its_node():
    cluster = cluster_at("rolling")
    cluster.change(NODE, "w1", {"metadata": {"annotations": {f"{MCO}state": "Degraded", f"{MCO}reason": "no space"}}})
    cluster.put(POD, objects.daemon_pod("w1"))
    cluster.put(POD, objects.daemon_pod("w0", suffix="bbbbb"))
    cluster.logs[MCD] = [f"line {number}" for number in range(50)]
    with pytest.raises(WaitFailed) as ended:
        wait(cluster)
    assert "node w1 is Degraded: no space" in ended.value.message
    assert ended.value.facts["log_tails"] == {"w1": [f"line {number}" for number in range(30, 50)]}
    assert [pool["name"] for pool in ended.value.facts["pools"]] == ["master", "worker"]


def test_law_08_a_degraded_pool_may_heal_within_the_grace():
    cluster, clock = cluster_at("rolling"), ScriptedClock()
    degraded = {"metadata": {"annotations": {f"{MCO}state": "Degraded"}}}
    clock.at(100, lambda: cluster.change(NODE, "w1", degraded))
    clock.at(130, lambda: cluster.objects.update(cluster_at("prepared").objects))
    assert wait(cluster, clock=clock, grace=60).wait.verdict.state == "done"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        pytest.param(lambda cluster: None, "no machine-config-daemon pod runs on this node", id="no pod"),
        pytest.param(
            lambda cluster: cluster.fail(Forbidden(tried="list pods", seen="HTTP 403"), kind=POD), "HTTP 403", id="403"
        ),
    ],
)
def test_a_log_that_cannot_be_read_is_said(break_it, said):
    cluster = cluster_at("rolling")
    cluster.change(NODE, "w1", {"metadata": {"annotations": {f"{MCO}state": "Working"}}})
    break_it(cluster)
    with pytest.raises(WaitTimeout) as ended:
        wait(cluster, timeout=60)
    assert said in ended.value.facts["log_tails"]["w1"][0]


def test_nothing_moves():
    clock = ScriptedClock()
    with pytest.raises(WaitFailed, match="nothing has moved for 600 s: pool worker, 1 of 2 nodes updated"):
        wait(cluster_at("rolling"), clock=clock, stall_timeout=600.0)
    assert 600 <= clock.now < 620


def test_whatever_moves_on_a_node_is_movement():
    cluster, clock = cluster_at("rolling"), ScriptedClock()
    for minute in range(10, 60, 9):
        away = minute % 2 == 0
        clock.at(minute * 60.0, partial(cluster.change, NODE, "w1", {"spec": {"unschedulable": away}}))
    clock.at(3600, lambda: cluster.objects.update(cluster_at("prepared").objects))
    assert wait(cluster, clock=clock, timeout=7200, stall_timeout=700.0).wait.verdict.state == "done"


def test_rendered_configurations_are_read_once():
    cluster, clock = cluster_at("rolling"), ScriptedClock()
    clock.at(300, lambda: cluster.objects.update(cluster_at("prepared").objects))
    wait(cluster, clock=clock)
    assert len(cluster.made("get", MACHINE_CONFIG)) == 2


def test_a_configuration_that_is_not_there_yet_is_asked_for_again():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    name = rendered("worker", OVN)
    body = cluster.objects[(MACHINE_CONFIG, "", name)]
    cluster.remove(MACHINE_CONFIG, name)
    clock.at(30, lambda: cluster.put(MACHINE_CONFIG, body))
    outcome = wait(cluster, clock=clock)
    assert "does not exist yet" in outcome.wait.story[0][1].reason


def test_waiting_for_the_beginning():
    cluster, clock = cluster_at("asked"), ScriptedClock()
    clock.at(45, lambda: cluster.objects.update(cluster_at("rolling").objects))
    outcome = wait(cluster, clock=clock, names=["worker"], state="updating", network_type=None)
    assert outcome.wait.verdict.reason == "the one pool is updating"
    assert outcome.wait.waited_seconds >= 45


def test_waiting_for_paused_pools_with_the_wanted_content():
    cluster, clock = cluster_at("asked"), ScriptedClock()
    for name in ("master", "worker"):
        cluster.change(MACHINE_CONFIG_POOL, name, {"spec": {"paused": True}})
    for name in ("master", "worker"):
        wanted = {"spec": {"configuration": {"name": rendered(name, OVN)}}}
        clock.at(30, partial(cluster.change, MACHINE_CONFIG_POOL, name, wanted))
    assert wait(cluster, clock=clock, state="paused").wait.waited_seconds >= 30


def test_it_never_writes():
    cluster = cluster_at("rolling")
    with pytest.raises(WaitTimeout):
        wait(cluster, timeout=60)
    assert cluster.writes == []


@pytest.mark.parametrize(("machines", "seconds"), [(0, 2700), (3, 2700), (5, 3000), (120, 72000)])
def test_the_default_timeout_follows_the_largest_pool(machines, seconds):
    cluster = FakeCluster(
        (MACHINE_CONFIG_POOL, objects.pool("master", machines=3)),
        (MACHINE_CONFIG_POOL, objects.pool("worker", machines=machines)),
    )
    assert default_timeout(cluster) == seconds


def test_the_default_timeout_has_room_for_an_operator_that_waits_for_a_degraded_pool():
    worker = objects.pool("worker", machines=2)
    worker["status"]["conditions"] = [objects.condition("Degraded", "True")]
    cluster = FakeCluster((MACHINE_CONFIG_POOL, objects.pool("master", machines=3)), (MACHINE_CONFIG_POOL, worker))
    assert default_timeout(cluster) == 2700 + 1800


def test_a_node_that_fails_on_what_is_taken_back_is_waited_for():
    """An abort beside a degraded node: the operator notices late, then the node heals by itself."""
    cluster = cluster_at("rolling")
    notes = {f"{MCO}state": "Degraded", f"{MCO}reason": "no space"}
    cluster.change(NODE, "w1", {"metadata": {"annotations": {**notes, f"{MCO}desiredConfig": rendered("worker", OVN)}}})
    degraded = [objects.condition("Degraded", "True"), objects.condition("Updated", "False")]
    cluster.change(MACHINE_CONFIG_POOL, "worker", {"status": {"conditions": degraded}})
    with pytest.raises(WaitTimeout) as ended:
        wait(cluster, network_type=SDN, timeout=600)
    assert "node w1 is Degraded: no space; it tries again" in ended.value.message
    assert "waits for pool worker, which is degraded" in ended.value.message


def test_the_default_timeout_without_pools():
    assert default_timeout(FakeCluster()) == 2700
