# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools import (
    Pool,
    RenderedConfig,
    membership,
    paused_verdict,
    updated_verdict,
    updating_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

CONFIG = objects.WORKER_CONFIG


def rendered(argument="OVNKubernetes", *, enabled=True, name=CONFIG):
    contents = f"[Service]\nType=oneshot\nExecStart=/usr/local/bin/configure-ovs.sh {argument}\n[Install]\n"
    units = [
        {"name": "kubelet.service", "enabled": True, "contents": contents},
        {"name": "ovs-configuration.service", "enabled": enabled, "contents": contents},
    ]
    body = {"metadata": {"name": name}, "spec": {"config": {"systemd": {"units": units}}}}
    return RenderedConfig.from_json(body)


def pool(name="worker", *, machines=2, **status):
    body = objects.pool(name, machines=machines)
    body["spec"].update(status.pop("spec", {}))
    body["status"].update(status)
    return Pool.from_json(body)


def nodes(count=2, **given):
    return [Node.from_json(objects.node(f"worker-{i}", **given)) for i in range(count)]


def conditions(**changed):
    known = {"Updated": "True", "Updating": "False", "Degraded": "False", **changed}
    return [objects.condition(type_, status) for type_, status in known.items()]


@pytest.mark.parametrize(
    ("config", "network_type"),
    [
        (rendered(), "OVNKubernetes"),
        (rendered("OpenShiftSDN"), "OpenShiftSDN"),
        (rendered(enabled=False), None),
        (rendered("OVNKubernetes extra"), None),
        (RenderedConfig.from_json({"metadata": {"name": "empty"}}), None),
    ],
    ids=["OVN", "SDN", "disabled", "other argument", "no units"],
)
def test_what_a_rendered_configuration_boots_for(config, network_type):
    assert config.network_type == network_type


def updated(pool_, nodes_, *, config=None, network_type="OVNKubernetes"):
    return updated_verdict(pool_, rendered() if config is None else config, nodes_, network_type=network_type)


def test_a_pool_whose_nodes_run_what_it_is_to_run_is_done():
    assert updated(pool(), nodes()).state == "done"


def test_updated_true_on_the_old_configuration_is_not_done():
    seen = updated(pool(), nodes(), config=rendered("OpenShiftSDN"))
    assert seen.state == "pending"
    assert "boots for OpenShiftSDN" in seen.reason


@pytest.mark.parametrize(
    ("pool_", "nodes_", "state", "reason"),
    [
        (pool(observedGeneration=2), nodes(), "pending", "has not noticed"),
        (pool(configuration={"name": "old"}), nodes(), "pending", "has not noticed"),
        (pool(conditions=conditions(Updated="False")), nodes(), "pending", "has not noticed"),
        (pool(conditions=conditions(Updating="True")), nodes(), "pending", "has not noticed"),
        (pool(updatedMachineCount=1), nodes(), "pending", "has not noticed"),
        (pool(machines=3), nodes(), "pending", "counts 3 machines"),
        (pool(), nodes(config="old", desired=CONFIG, state="Working"), "pending", "0 of 2 nodes updated"),
        (pool(), nodes(ready=False), "pending", "not Ready"),
        (pool(), nodes(unschedulable=True), "pending", "cordoned"),
        (pool(), nodes(state="Degraded", reason="disk full"), "failed", "disk full"),
        (pool(conditions=conditions(Degraded="True")), nodes(), "failed", "degraded"),
        (pool(degradedMachineCount=1), nodes(), "failed", "degraded"),
        (pool(spec={"paused": True}), nodes(config="old"), "failed", "is paused"),
        (pool(spec={"paused": True}), nodes(), "done", "all 2 nodes"),
        (pool(machines=0), [], "done", "is empty"),
    ],
    ids=[
        "generation",
        "status configuration",
        "not Updated",
        "Updating",
        "count of updated",
        "count of machines",
        "node on its way",
        "node not Ready",
        "node cordoned",
        "node degraded",
        "pool degraded",
        "machine degraded",
        "paused and behind",
        "paused and up to date",
        "empty",
    ],
)
def test_one_thing_that_is_missing_is_enough(pool_, nodes_, state, reason):
    seen = updated(pool_, nodes_)
    assert seen.state == state, seen
    assert reason in seen.reason


def test_a_configuration_that_is_not_there_yet_is_pending():
    seen = updated_verdict(pool(), None, nodes(), network_type="OVNKubernetes")
    assert seen.state == "pending"
    assert "does not exist yet" in seen.reason


def test_updating_and_paused():
    assert updating_verdict(pool()).state == "pending"
    assert updating_verdict(pool(configuration={"name": "old"})).state == "done"
    assert updating_verdict(pool(conditions=conditions(Updating="True"))).state == "done"
    assert updating_verdict(pool(machines=0)).state == "done"
    assert paused_verdict(pool(), rendered(), network_type=None).state == "pending"
    paused = pool(spec={"paused": True})
    assert paused_verdict(paused, rendered(), network_type=None).state == "done"
    assert paused_verdict(paused, rendered(), network_type="OpenShiftSDN").state == "pending"


INFRA = objects.pool("infra")
POOLS = [Pool.from_json(body) for body in (objects.pool("master"), objects.pool("worker"), INFRA)]


@pytest.mark.parametrize(
    ("roles", "config", "expected"),
    [
        (("master", "control-plane"), "", "master"),
        (("master", "worker"), "", "master"),
        (("worker",), "", "worker"),
        (("worker", "infra"), "", "infra"),
        (("infra",), "", "infra"),
        (("control-plane",), objects.MASTER_CONFIG, "master"),
        (("gpu",), "by-hand", None),
    ],
)
def test_which_pool_configures_a_node(roles, config, expected):
    node = Node.from_json(objects.node("it", roles=roles, config=config))
    assert membership(POOLS, [node]).get("it") == expected


def test_a_node_in_two_custom_pools_is_configured_by_none():
    gpu = Pool.from_json(objects.pool("gpu"))
    node = Node.from_json(objects.node("it", roles=("worker", "infra", "gpu"), config="by-hand"))
    assert membership([*POOLS, gpu], [node]) == {}
