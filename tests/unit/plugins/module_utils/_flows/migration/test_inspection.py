# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_VERSION,
    CONFIG_MAP,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NODE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, NotFound
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import (
    LIVE_ANNOTATION,
    OVN,
    SDN,
    other,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import NAMESPACE as NAMESPACE_OF
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.inspection import inspect
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    NODES,
    STEPS,
    change_config,
    cluster_at,
    put_former_namespace,
    put_journal,
    put_pauses,
    resume,
)

PHASES = {
    "not_started": "not_started",
    "asked": "preparing",
    "rolling": "preparing",
    "prepared": "prepared",
    "flipped": "switching",
    "applied": "awaiting_reboot",
    "rebooted": "verifying",
    "finished": "complete",
}


@pytest.mark.parametrize("target", [OVN, SDN])
@pytest.mark.parametrize("step", STEPS)
def test_the_phase_at_each_step(step, target):
    cluster = cluster_at(step, target=target)
    outcome = inspect(cluster, target=target)
    assert outcome.facts["phase"] == PHASES[step]
    assert outcome.changed is False
    assert cluster.writes == []


def test_the_facts_of_a_cluster_that_waits_for_its_reboots():
    cluster = cluster_at("applied")
    put_former_namespace(cluster)
    cluster.change(NODE, "w0", {"status": {"nodeInfo": {"bootID": "w0-boot-2"}}})
    facts = inspect(cluster, target=OVN).facts
    assert facts["reason"] == "4 nodes have not rebooted since the flip: m0, m1, m2, w1"
    assert facts["version"] == "4.14.31"
    assert facts["network"] == {
        "wanted_type": OVN,
        "applied_type": OVN,
        "migration": OVN,
        "acknowledged_migration": OVN,
        "mtu": 1450,
        "cluster_network": [{"cidr": "10.128.0.0/14", "host_prefix": 23}],
        "live": False,
    }
    assert facts["former_namespace"] == "openshift-sdn"
    assert facts["boot_ids_recorded_at"] == "2026-01-01T00:00:00Z"
    assert {node["name"]: node["rebooted"] for node in facts["nodes"]} == {name: name == "w0" for name in NODES}
    assert [pool["network_type"] for pool in facts["pools"]] == [OVN, OVN]


def test_before_the_flip_nobody_can_say_who_has_rebooted():
    facts = inspect(cluster_at("prepared"), target=OVN).facts
    assert {node["rebooted"] for node in facts["nodes"]} == {None}
    assert facts["boot_ids_recorded_at"] is None
    assert facts["former_namespace"] is None


def test_law_05_without_a_record_no_node_counts_as_rebooted():
    cluster = cluster_at("rebooted")
    cluster.remove(CONFIG_MAP, "migration-journal", namespace="ovn-migration")
    facts = inspect(cluster, target=OVN).facts
    assert facts["phase"] == "awaiting_reboot"
    assert "no boot ids were recorded" in facts["reason"]


def test_law_05_a_rebooted_node_has_to_be_ready():
    cluster = cluster_at("rebooted")
    cluster.change(NODE, "w1", {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}})
    assert inspect(cluster, target=OVN).facts["phase"] == "awaiting_reboot"


def test_the_namespace_of_the_former_plugin_is_left():
    cluster = cluster_at("finished")
    put_former_namespace(cluster)
    assert inspect(cluster, target=OVN).facts["phase"] == "cleanup_pending"


@pytest.mark.parametrize(("target", "back"), [(OVN, ("rollback", "prepare")), (SDN, ("finished", None))])
def test_a_former_namespace_that_hangs_in_terminating_keeps_nothing_from_its_end(target, back):
    """Neither a migration, nor a rollback, which is compared with its backup at the end."""
    cluster = cluster_at("finished", target=target)
    put_journal(cluster, target=target, closed=True)
    put_former_namespace(cluster, target=target)
    name = NAMESPACE_OF[other(target)]
    cluster.change(NAMESPACE, name, {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})
    facts = inspect(cluster, target=target).facts
    assert (facts["phase"], facts["former_namespace"]) == ("complete", name)
    assert f"{name} is still Terminating" in facts["reason"]
    assert (facts["way_back"]["action"], facts["way_back"]["step"]) == back


def test_law_09_live():
    cluster = cluster_at("not_started")
    change_config(cluster, metadata={"annotations": {LIVE_ANNOTATION: ""}})
    assert inspect(cluster, target=OVN).facts["phase"] == "live"


@pytest.mark.parametrize("kind", [NODE, MACHINE_CONFIG_POOL, CLUSTER_VERSION], ids=lambda kind: kind.plural)
def test_law_16_what_cannot_be_read_is_an_error(kind):
    cluster = cluster_at("prepared")
    cluster.fail(Forbidden(tried="read", seen="HTTP 403"), kind=kind)
    with pytest.raises(Forbidden):
        inspect(cluster, target=OVN)


def test_a_cluster_that_is_no_openshift():
    cluster = cluster_at("not_started")
    cluster.objects.clear()
    with pytest.raises(NotFound, match=r"networks\.config\.openshift\.io"):
        inspect(cluster, target=OVN)


WAYS = {
    "not_started": ("nothing", None),
    "asked": ("abort", None),
    "rolling": ("abort", None),
    "prepared": ("abort", None),
    "flipped": ("undo_refused_flip", None),
    "applied": ("rollback", "prepare"),
    "rebooted": ("rollback", "prepare"),
    "finished": ("rollback", "prepare"),
}
WAYS_BACK = {
    "not_started": ("rollback", "prepare"),
    "asked": ("rollback", "prepare"),
    "rolling": ("rollback", "prepare"),
    "prepared": ("rollback", "prepare"),
    "flipped": ("rollback", "switch"),
    "applied": ("rollback", "reboot"),
    "rebooted": ("rollback", "resume"),
    "finished": ("finished", None),
}


@pytest.mark.parametrize("asked_for", [OVN, SDN])
@pytest.mark.parametrize(
    ("step", "target", "way"),
    [(step, OVN, way) for step, way in WAYS.items()] + [(step, SDN, way) for step, way in WAYS_BACK.items()],
)
def test_the_way_back_from_each_step_whatever_target_is_asked_for(step, target, way, asked_for):
    told = inspect(cluster_at(step, target=target), target=asked_for).facts["way_back"]
    assert (told["action"], told["step"]) == way
    assert told["reason"]


def test_law_10_a_resumed_pool_that_rolls_is_awaited():
    cluster = cluster_at("rebooted", target=SDN)
    facts = inspect(cluster, target=SDN).facts
    assert "resume the pools" in facts["next"]
    resume(cluster)
    cluster.change(NODE, "w0", {"metadata": {"annotations": {"machineconfiguration.openshift.io/state": "Working"}}})
    facts = inspect(cluster, target=SDN).facts
    assert (facts["phase"], facts["next"]) == ("verifying", "wait for the pools (cno_verify)")
    assert facts["way_back"]["step"] == "resume"


def test_a_pool_that_its_owner_has_paused_is_named():
    cluster = cluster_at("rebooted", target=SDN)
    resume(cluster)
    cluster.put(MACHINE_CONFIG_POOL, cluster_at("rebooted", target=SDN).objects[(MACHINE_CONFIG_POOL, "", "worker")])
    facts = inspect(cluster, target=SDN).facts
    assert facts["pools_left_paused"] == ["worker"]
    assert facts["phase"] == "verifying"
    assert facts["next"] == "verify, then clean up (cno_verify)"
    put_pauses(cluster, ours={"worker": True})
    facts = inspect(cluster, target=SDN).facts
    assert facts["pools_left_paused"] == []
    assert "resume the pools" in facts["next"]


def test_law_16_a_ledger_that_cannot_be_read_is_an_error():
    cluster = cluster_at("prepared")
    cluster.fail(Forbidden(tried="read", seen="HTTP 403"), kind=CONFIG_MAP)
    with pytest.raises(Forbidden):
        inspect(cluster, target=OVN)
