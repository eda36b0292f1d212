# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.plan import (
    Target,
    batch_size,
    overdue_reason,
    plan,
    reboot_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


@pytest.mark.parametrize(
    ("share", "of", "expected"),
    [
        ("100%", 7, 7),
        ("50%", 7, 3),
        ("10%", 7, 1),
        ("3", 7, 3),
        ("9", 7, 9),
        (" 25% ", 8, 2),
    ],
)
def test_shares(share, of, expected):
    assert batch_size(share, of=of) == expected


@pytest.mark.parametrize("share", ["", "all", "-1", "1.5", "%", "3 %", "٣", "0", "0%", "101%", "150%", "10001"])
def test_what_is_no_share(share):
    with pytest.raises(ValueError, match="neither"):
        batch_size(share, of=3)


def nodes(*, masters=3, workers=4, infra=3):
    made = [objects.master(f"master-{i}") for i in range(masters)]
    made += [objects.node(f"worker-{i}") for i in range(workers)]
    made += [objects.node(f"infra-{i}", roles=("worker", "infra")) for i in range(infra)]
    return [Node.from_json(node) for node in made]


def members(given):
    return {node.name: node.name.rpartition("-")[0] for node in given}


def planned(given=None, *, chosen=None, order="control_plane_first", max_unavailable="100%", boot_ids=None):
    given = nodes() if given is None else given
    return plan(
        given,
        members=members(given),
        chosen=[node.name for node in given] if chosen is None else chosen,
        order=order,
        max_unavailable=max_unavailable,
        boot_ids=boot_ids or {},
    )


def test_control_plane_one_by_one_then_all_workers_together():
    assert planned().to_json() == [
        ["master-0"],
        ["master-1"],
        ["master-2"],
        ["infra-0", "infra-1", "infra-2", "worker-0", "worker-1", "worker-2", "worker-3"],
    ]
    assert [batch.guarded for batch in planned().batches] == [True, True, True, False]


def test_pools_are_side_by_side_each_with_its_own_share():
    assert planned(max_unavailable="50%").to_json()[3:] == [
        ["infra-0", "worker-0", "worker-1"],
        ["infra-1", "worker-2", "worker-3"],
        ["infra-2"],
    ]


def test_a_percentage_is_of_the_whole_pool_and_not_of_what_was_chosen():
    chosen = ["worker-0", "worker-1"]
    assert planned(chosen=chosen, max_unavailable="50%").to_json() == [["worker-0", "worker-1"]]


def test_all_at_once_is_one_batch_with_the_control_plane_last():
    (batch,) = planned(order="all_at_once", max_unavailable="1").batches
    assert batch.names[-3:] == ["master-0", "master-1", "master-2"]
    assert len(batch.names) == 10
    assert batch.guarded is False


def test_nodes_that_no_pool_configures_are_rebooted_too():
    given = nodes(masters=0, workers=1, infra=0)
    made = plan(given, members={}, chosen=["worker-0"], order="control_plane_first", max_unavailable="1", boot_ids={})
    assert made.to_json() == [["worker-0"]]
    assert made.targets[0].pool is None


def test_who_has_rebooted_and_is_ready_is_finished():
    made = planned(nodes(masters=0, infra=0, workers=2), boot_ids={"worker-0": "older", "worker-1": "worker-1-boot-1"})
    assert made.to_json() == [["worker-1"]]
    (row,) = made.finished
    assert (row.target.node, row.result, row.boot_id_after) == ("worker-0", "skipped", "worker-0-boot-1")
    assert row.to_json()["boot_id_before"] == "older"


def test_who_is_coming_up_goes_first_and_is_never_commanded():
    given = [
        Node.from_json(objects.master("master-0")),
        Node.from_json(objects.master("master-1", boot_id="new", ready=False)),
    ]
    made = planned(given, boot_ids={"master-0": "master-0-boot-1", "master-1": "old"})
    assert made.to_json() == [["master-1"], ["master-0"]]
    assert [target.node for target in made.to_command] == ["master-0"]


def test_nothing_chosen_nothing_planned():
    assert planned(chosen=[]).to_json() == []
    assert planned(chosen=[], order="all_at_once").to_json() == []


TARGET = Target("worker-0", "worker", False, "worker-0-boot-1")


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        ({}, "pending", "Ready, boot id unchanged"),
        ({"ready": False}, "pending", "boot id unchanged"),
        ({"boot_id": "other", "ready": False}, "pending", "rebooted, but not Ready"),
        ({"boot_id": ""}, "pending", "no boot id"),
        ({"boot_id": "other"}, "done", "rebooted and Ready"),
    ],
)
def test_only_another_boot_id_and_ready_together_are_a_proof(given, state, reason):
    seen = reboot_verdict(TARGET, Node.from_json(objects.node("worker-0", **given)))
    assert seen.state == state
    assert reason in seen.reason


def test_a_node_that_is_gone_proves_nothing():
    assert reboot_verdict(TARGET, None).state == "pending"


@pytest.mark.parametrize(
    ("given", "ordered", "reason"),
    [
        ({}, True, "Ready, boot id unchanged: the command had no effect"),
        ({"ready": False}, True, "it went down and has not come back"),
        ({}, False, "the command could not be given in 5 attempts, at last: no pod"),
        ({"boot_id": "other", "ready": False}, True, "rebooted, but not Ready"),
    ],
)
def test_what_an_overdue_node_is_said_to_be(given, ordered, reason):
    node = Node.from_json(objects.node("worker-0", **given))
    assert reason in overdue_reason(TARGET, node, ordered=ordered, refusal="no pod", attempts=5)


def test_each_pool_may_have_its_own_share_and_one_without_goes_as_a_whole():
    assert planned(max_unavailable={"worker": "50%"}).to_json()[3:] == [
        ["infra-0", "infra-1", "infra-2", "worker-0", "worker-1"],
        ["worker-2", "worker-3"],
    ]
    assert planned(max_unavailable={"worker": "3", "infra": "1"}).to_json()[3:] == [
        ["infra-0", "worker-0", "worker-1", "worker-2"],
        ["infra-1", "worker-3"],
        ["infra-2"],
    ]


def test_one_that_says_itself_what_it_is_missing_has_not_gone_down():
    """At the switch a node is not Ready for want of a network plugin, and up."""
    body = objects.node("worker-0")
    missing = objects.condition("Ready", "False", "KubeletNotReady", "container runtime network not ready")
    body["status"]["conditions"] = [missing]
    node = Node.from_json(body)
    assert (node.ready, node.silent) == (False, False)
    told = overdue_reason(TARGET, node, ordered=True, refusal="", attempts=1)
    assert told.startswith("not Ready (KubeletNotReady") and told.endswith("the command had no effect")
