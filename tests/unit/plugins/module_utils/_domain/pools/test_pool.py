# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.pool import (
    Pool,
    RenderedConfig,
    membership,
    network_type_verdict,
    paused_verdict,
    updated_verdict,
    updating_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import machine_config, rendered, unit

OVN, SDN = "OVNKubernetes", "OpenShiftSDN"
NEW, OLD = rendered("worker", OVN), rendered("worker", SDN)
CONFIG = {kind: RenderedConfig(rendered("worker", kind), kind) for kind in (OVN, SDN)}


def pool(name="worker", *, machines=2, config=NEW, spec=None, **status):
    body = objects.pool(name, machines=machines, config=config)
    body["spec"].update(spec or {})
    conditions = status.pop("conditions", {})
    body["status"].update(status)
    body["status"]["conditions"] = [
        objects.condition(type_, *values)
        for type_, values in {
            "Updated": ("True",),
            "Updating": ("False",),
            "Degraded": ("False",),
            **conditions,
        }.items()
    ]
    return Pool.from_json(body)


def node(name="w0", **given):
    return Node.from_json(objects.node(name, **{"config": NEW, **given}))


W0, W1 = node("w0"), node("w1")
BEHIND = {
    "configuration": {"name": OLD},
    "updatedMachineCount": 1,
    "readyMachineCount": 1,
    "unavailableMachineCount": 1,
}
BAD = {"state": "Degraded", "reason": "no space"}
DEGRADED = {"Degraded": ("True",), "NodeDegraded": ("True", "1 nodes are reporting degraded", 'Node w0: "no space"')}
RENDER = {"Degraded": ("True",), "RenderDegraded": ("True", "", "no template")}


@pytest.mark.parametrize(
    ("a_pool", "config", "nodes", "network_type", "state", "reason"),
    [
        pytest.param(pool(), CONFIG[OVN], [W0, W1], OVN, "done", "all 2 nodes run", id="done"),
        pytest.param(pool(), None, [W0, W1], None, "done", "all 2 nodes run", id="done, any content"),
        pytest.param(pool(conditions=DEGRADED), CONFIG[OVN], [W0, W1], OVN, "failed", "no space", id="node degraded"),
        pytest.param(
            pool(conditions=RENDER), CONFIG[OVN], [W0, W1], OVN, "failed", "no template", id="render degraded"
        ),
        pytest.param(
            pool(degradedMachineCount=1),
            CONFIG[OVN],
            [W0, node("w1", state="Degraded", reason="broken disk")],
            OVN,
            "failed",
            "node w1 is Degraded: broken disk",
            id="only the count is degraded",
        ),
        pytest.param(pool(conditions={"Degraded": ("True",)}), None, [W0], None, "failed", "no reason", id="no reason"),
        pytest.param(
            pool(config=NEW, conditions=DEGRADED),
            CONFIG[OVN],
            [W0, node("w1", config=OLD, desired=NEW, **BAD)],
            SDN,
            "pending",
            "w1 is Degraded: no space; it tries again",
            id="fails on what is to be replaced",
        ),
        pytest.param(
            pool(config=NEW, conditions=DEGRADED),
            CONFIG[OVN],
            [W0, node("w1", config=OLD, desired=NEW, **BAD)],
            OVN,
            "failed",
            "w1 is Degraded: no space",
            id="fails on what it is to run",
        ),
        pytest.param(
            pool(config=OLD, conditions=DEGRADED, degradedMachineCount=2),
            CONFIG[SDN],
            [node("w0", config=OLD, **BAD), node("w1", config=OLD, desired=NEW, **BAD)],
            SDN,
            "failed",
            "w0 is Degraded",
            id="one fails on what it runs",
        ),
        pytest.param(
            pool(config=OLD, conditions=DEGRADED, spec={"paused": True}),
            CONFIG[SDN],
            [W0, node("w1", config=OLD, desired=NEW, **BAD)],
            SDN,
            "failed",
            "w1 is Degraded",
            id="nobody gives a paused pool another",
        ),
        pytest.param(
            pool(config=NEW, conditions=RENDER),
            CONFIG[OVN],
            [W0, node("w1", config=OLD, desired=NEW, **BAD)],
            SDN,
            "failed",
            "no template",
            id="nothing is rendered",
        ),
        pytest.param(pool(machines=0), None, [], OVN, "done", "is empty", id="empty"),
        pytest.param(pool(machines=0, spec={"paused": True}), None, [], OVN, "done", "is empty", id="empty, paused"),
        pytest.param(pool(), None, [W0, W1], OVN, "pending", "does not exist yet", id="not rendered"),
        pytest.param(
            pool(config=OLD), CONFIG[SDN], [node(config=OLD)], OVN, "pending", f"boots for {SDN}", id="old content"
        ),
        pytest.param(
            pool(),
            RenderedConfig(NEW, None),
            [W0, W1],
            OVN,
            "pending",
            "has no enabled ovs-configuration",
            id="no unit",
        ),
        pytest.param(
            pool(), CONFIG[OVN], [W0, node("w1", config=OLD)], OVN, "pending", "1 of 2 nodes updated", id="one to go"
        ),
        pytest.param(
            pool(), CONFIG[OVN], [W0, node("w1", state="Degraded")], OVN, "failed", "w1 is Degraded", id="bad node"
        ),
        pytest.param(
            pool(spec={"paused": True}, **BEHIND),
            CONFIG[OVN],
            [W0, node("w1", config=OLD)],
            OVN,
            "failed",
            "is paused",
            id="paused with something to do",
        ),
        pytest.param(pool(spec={"paused": True}), CONFIG[OVN], [W0, W1], OVN, "done", "all 2", id="paused and done"),
        pytest.param(
            pool(machines=3), CONFIG[OVN], [W0, W1], OVN, "pending", "counts 3 machines, but has 2 nodes", id="count"
        ),
        pytest.param(
            pool(), CONFIG[OVN], [], OVN, "pending", "counts 2 machines, but has 0 nodes", id="machines, no nodes"
        ),
        pytest.param(pool(machines=0), CONFIG[OVN], [W0], OVN, "pending", "counts 0 machines", id="nodes, no machines"),
        pytest.param(
            pool(**BEHIND), CONFIG[OVN], [W0, W1], OVN, "pending", "has not noticed yet", id="pool has not noticed"
        ),
    ],
)
def test_law_04_when_a_pool_is_done(a_pool, config, nodes, network_type, state, reason):
    verdict = updated_verdict(a_pool, config, nodes, network_type=network_type)
    assert verdict.state == state
    assert reason in verdict.reason
    assert "pool worker" in verdict.reason


def test_law_04_updated_true_alone_is_true_before_the_rollout_has_begun():
    before = pool(config=OLD)
    assert before.settled
    assert updated_verdict(before, CONFIG[SDN], [node(config=OLD), node("w1", config=OLD)], network_type=OVN).state == (
        "pending"
    )


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"observedGeneration": 2}, id="generation not observed"),
        pytest.param({"configuration": {"name": OLD}}, id="status configuration"),
        pytest.param({"updatedMachineCount": 1}, id="updated"),
        pytest.param({"readyMachineCount": 1}, id="ready"),
        pytest.param({"unavailableMachineCount": 1}, id="unavailable"),
        pytest.param({"degradedMachineCount": 1}, id="degraded"),
        pytest.param({"conditions": {"Updated": ("False",)}}, id="Updated"),
        pytest.param({"conditions": {"Updating": ("True",)}}, id="Updating"),
    ],
)
def test_everything_that_the_pool_reports_counts(status):
    assert pool().settled
    assert not pool(**status).settled


@pytest.mark.parametrize(
    ("units", "network_type"),
    [
        pytest.param([unit(OVN)], OVN, id="enabled"),
        pytest.param([unit(SDN)], SDN, id="the other one"),
        pytest.param([unit(OVN, enabled=False)], None, id="disabled unit"),
        pytest.param([unit(OVN, name="other.service")], None, id="other unit"),
        pytest.param([unit(OVN, name="other.service"), unit(SDN)], SDN, id="the right one of two units"),
        pytest.param([unit("OVNKubernetes2")], "OVNKubernetes2", id="a longer word is another word"),
        pytest.param([unit("")], None, id="no argument"),
        pytest.param([unit("OVNKubernetes --now")], None, id="more arguments"),
        pytest.param([unit("OVNKubernetes  ")], OVN, id="trailing blanks"),
        pytest.param([{**unit(OVN), "contents": "#ExecStart=/usr/local/bin/configure-ovs.sh X\n"}], None, id="comment"),
        pytest.param([{**unit(OVN), "contents": "ExecStart=/usr/bin/configure-ovs.sh X\n"}], None, id="other path"),
        pytest.param([{**unit(OVN), "contents": None}], None, id="no contents"),
        pytest.param(
            [{**unit(SDN), "dropins": [{"name": "10-proxy.conf", "contents": unit(OVN)["contents"]}]}],
            SDN,
            id="drop-ins do not count",
        ),
        pytest.param([], None, id="no unit"),
    ],
)
def test_law_04_the_content_is_the_exact_exec_start_of_the_enabled_unit(units, network_type):
    config = RenderedConfig.from_json(machine_config(NEW, *units))
    assert config == RenderedConfig(NEW, network_type)


def test_a_machine_config_without_ignition_says_nothing():
    assert RenderedConfig.from_json({"metadata": {"name": "x"}}) == RenderedConfig("x", None)


def test_network_type_verdict_when_nothing_was_ever_rendered():
    verdict = network_type_verdict(pool(config=NEW, spec={"configuration": {}}), None, network_type=OVN)
    assert verdict.state == "pending"
    assert "(none)" in verdict.reason


CUSTOM = [
    pool("master", config="rendered-master-" + "a" * 32),
    pool("worker"),
    pool("infra", config="rendered-infra-" + "a" * 32),
    pool("gpu", config="rendered-gpu-" + "a" * 32),
]


@pytest.mark.parametrize(
    ("roles", "current", "member_of"),
    [
        pytest.param(["master", "control-plane"], "", "master", id="master"),
        pytest.param(["master", "worker"], "", "master", id="compact"),
        pytest.param(["master", "infra"], "", "master", id="master wins over custom"),
        pytest.param(["worker"], "", "worker", id="worker"),
        pytest.param(["worker", "infra"], "", "infra", id="custom wins over worker"),
        pytest.param(["infra"], "", "infra", id="custom alone"),
        pytest.param(["worker", "infra", "gpu"], NEW, None, id="two custom pools: the operator refuses"),
        pytest.param(["master", "infra", "gpu"], NEW, None, id="two custom pools and master: it refuses as well"),
        pytest.param(["control-plane"], "rendered-master-" + "b" * 32, "master", id="only the control-plane label"),
        pytest.param(["control-plane"], "rendered-other-" + "b" * 32, None, id="a pool that is gone"),
        pytest.param(["control-plane"], "rendered-master-short", None, id="not a rendered name"),
        pytest.param([], "x", None, id="no label at all"),
    ],
)
def test_membership(roles, current, member_of):
    node = Node.from_json(objects.node("n0", roles=roles, config=current or NEW))
    assert membership(CUSTOM, [node]).get("n0") == member_of


@pytest.mark.parametrize(
    ("a_pool", "state"),
    [
        pytest.param(pool(), "pending", id="settled"),
        pytest.param(pool(conditions={"Updating": ("True",)}), "done", id="Updating"),
        pytest.param(pool(configuration={"name": OLD}), "done", id="configurations differ"),
        pytest.param(pool(machines=0), "done", id="an empty pool never shows it"),
        pytest.param(pool(conditions=DEGRADED), "failed", id="degraded"),
    ],
)
def test_updating_verdict(a_pool, state):
    assert updating_verdict(a_pool).state == state


@pytest.mark.parametrize(
    ("paused", "config", "network_type", "state"),
    [
        (False, CONFIG[OVN], None, "pending"),
        (True, CONFIG[OVN], None, "done"),
        (True, CONFIG[OVN], OVN, "done"),
        pytest.param(True, CONFIG[OVN], SDN, "pending", id="the wanted configuration is not pending yet"),
        (True, None, SDN, "pending"),
    ],
)
def test_paused_verdict(paused, config, network_type, state):
    assert paused_verdict(pool(spec={"paused": paused}), config, network_type=network_type).state == state
