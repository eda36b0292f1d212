# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node, configured_verdict
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def test_a_node():
    node = Node.from_json(objects.master("master-0", unschedulable=True))
    assert node.control_plane
    assert node.ready
    assert not node.schedulable
    assert node.boot_id == "master-0-boot-1"
    assert node.internal_ip == "192.0.2.10"
    assert node.current_config == node.desired_config == objects.MASTER_CONFIG
    assert node.state == "Done"


@pytest.mark.parametrize("role", ["master", "control-plane"])
def test_either_label_makes_a_control_plane_node(role):
    assert Node.from_json(objects.node("a", roles=(role,))).control_plane
    assert not Node.from_json(objects.node("a", roles=("worker", "infra"))).control_plane


def test_a_node_that_has_only_just_joined_is_read():
    node = Node.from_json({"metadata": {"name": "new"}})
    assert (node.ready, node.boot_id, node.state, node.internal_ip) == (False, "", "", None)
    assert "Unknown" in node.ready_reason


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        ({"config": "new"}, "done", "runs new"),
        ({"config": "old"}, "pending", "not yet asked"),
        ({"config": "old", "desired": "new", "state": "Working"}, "pending", "Working on its way"),
        ({"config": "old", "desired": "new", "state": "Done"}, "pending", "Done on its way"),
        ({"config": "new", "state": "Working"}, "pending", "Working"),
        ({"config": "new", "ready": False}, "pending", "not Ready"),
        ({"config": "new", "unschedulable": True}, "pending", "cordoned"),
        ({"config": "old", "desired": "new", "state": "Degraded", "reason": "disk full"}, "failed", "disk full"),
        ({"config": "new", "state": "Unreconcilable"}, "failed", "no reason given"),
    ],
)
def test_when_a_node_runs_a_configuration(given, state, reason):
    seen = configured_verdict(Node.from_json(objects.node("worker-0", **given)), config="new")
    assert seen.state == state
    assert reason in seen.reason
    assert "worker-0" in seen.reason
