# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node, configured_verdict
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

OLD = objects.WORKER_CONFIG
NEW = "rendered-worker-ffffffffffffffffffffffffffffffff"
OTHER = "rendered-worker-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
BAD: dict[str, Any] = {"state": "Degraded", "reason": "no space"}


def test_a_node_that_has_just_joined_has_no_status_at_all():
    node = Node.from_json({"metadata": {"name": "new"}})
    assert (node.ready, node.boot_id, node.internal_ip, node.state, node.schedulable) == (False, "", None, "", True)
    assert node.ready_reason == "Ready is Unknown"


def test_a_node_as_it_is_served():
    node = Node.from_json(objects.master("m0", boot_id="b1", unschedulable=True))
    assert (node.name, node.boot_id, node.internal_ip) == ("m0", "b1", "192.0.2.10")
    assert node.control_plane
    assert not node.schedulable
    assert node.to_json()["control_plane"] is True


@pytest.mark.parametrize("role", ["master", "control-plane"])
def test_either_label_makes_a_control_plane_node(role):
    assert Node.from_json(objects.node("m0", roles=[role])).control_plane


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        pytest.param({"config": NEW}, "done", f"runs {NEW}", id="done"),
        pytest.param({"config": OLD}, "pending", "not yet asked", id="Done, but on what it ran before"),
        pytest.param({"config": OLD, "desired": NEW}, "pending", "is Done on its way", id="asked, not begun"),
        pytest.param({"config": OLD, "desired": NEW, "state": "Working"}, "pending", "is Working", id="working"),
        pytest.param({"config": NEW, "state": "Working"}, "pending", "is Working", id="configured, not yet Done"),
        pytest.param(
            {"config": OLD, "desired": NEW, "state": "Working", "ready": False},
            "pending",
            "look at ovs-configuration and kubelet on its console",
            id="it has not come back yet",
        ),
        pytest.param({"config": NEW, "state": ""}, "pending", "without a state", id="no state"),
        pytest.param({"config": NEW, "ready": False}, "pending", "is not Ready (NodeStatusUnknown", id="not Ready"),
        pytest.param({"config": NEW, "unschedulable": True}, "pending", "is cordoned", id="cordoned"),
        pytest.param(
            {"config": OLD, "state": "Degraded", "reason": "disk"}, "failed", "is Degraded: disk", id="degraded"
        ),
        pytest.param({"config": NEW, "state": "Unreconcilable"}, "failed", "no reason given", id="unreconcilable"),
        pytest.param({"config": OLD, "desired": NEW, **BAD}, "failed", "is Degraded: no space", id="fails on it"),
        pytest.param({"config": OLD, "desired": OTHER, **BAD}, "pending", "tries again when", id="fails on another"),
        pytest.param(
            {"config": OLD, "desired": OTHER, "unschedulable": True, **BAD},
            "failed",
            "oc adm uncordon w0",
            id="fails on another, drained",
        ),
    ],
)
def test_configured_verdict(given, state, reason):
    verdict = configured_verdict(Node.from_json(objects.node("w0", **given)), config=NEW)
    assert verdict.state == state
    assert reason in verdict.reason
    assert "w0" in verdict.reason


def test_a_node_whose_drain_is_not_done_does_not_take_another_configuration():
    body = objects.node("w0", config=OLD, desired=OTHER, unschedulable=True, state="Degraded", reason="no drain")
    body["metadata"]["annotations"] |= {
        "machineconfiguration.openshift.io/desiredDrain": f"drain-{OTHER}",
        "machineconfiguration.openshift.io/lastAppliedDrain": f"uncordon-{OLD}",
    }
    verdict = configured_verdict(Node.from_json(body), config=NEW)
    assert verdict.state == "failed"
    assert "goes on when its drain succeeds" in verdict.reason


def test_addresses_of_every_type():
    made = objects.node("worker-0")
    made["status"]["addresses"] = [
        {"type": "Hostname", "address": "worker-0"},
        {"type": "InternalIP", "address": "192.0.2.1"},
        {"type": "InternalIP", "address": "fd00::1"},
    ]
    node = Node.from_json(made)
    assert (node.internal_ip, node.addresses) == ("192.0.2.1", ("worker-0", "192.0.2.1", "fd00::1"))


@pytest.mark.parametrize(
    ("addresses", "internal"),
    [
        pytest.param([("Hostname", "w0"), ("InternalIP", "10.0.0.4")], "10.0.0.4", id="an address"),
        pytest.param([("InternalIP", "FD00::0:4"), ("InternalIP", "10.0.0.4")], "fd00::4", id="the first"),
        pytest.param([("InternalIP", "127.0.0.1$(reboot)")], None, id="a command"),
        pytest.param([("InternalIP", "-oProxyCommand=reboot"), ("InternalIP", "10.0.0.4")], "10.0.0.4", id="an option"),
        pytest.param([("InternalIP", "fe80::1%$(reboot)")], None, id="a command as a zone"),
        pytest.param([("ExternalIP", "192.0.2.1")], None, id="none"),
    ],
)
def test_only_an_address_is_an_internal_ip(addresses, internal):
    body = objects.node("w0")
    body["status"]["addresses"] = [{"type": kind, "address": address} for kind, address in addresses]
    assert Node.from_json(body).internal_ip == internal
