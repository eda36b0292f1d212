# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.pause import (
    held_verdict,
    paused_by_owner,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.pool import Pool, RenderedConfig
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import rendered

NOW, NEXT = rendered("worker", OVN), rendered("worker", SDN)


def judge(*, paused=True, pending=NEXT, machines=1, is_rendered=True, observed=3, **of_node):
    body = objects.pool("worker", machines=machines, config=NOW, paused=paused)
    body["spec"]["configuration"] = {"name": pending}
    body["status"]["observedGeneration"] = observed
    nodes = [Node.from_json(objects.node("w0", **{"config": NOW, **of_node}))] if machines else []
    if nodes and nodes[0].current_config == pending:
        body["status"]["configuration"] = {"name": pending}
    config = RenderedConfig(name=pending, network_type=SDN if pending == NEXT else OVN)
    return held_verdict(Pool.from_json(body), config, nodes, network_type=SDN, rendered=is_rendered)


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        pytest.param({}, "done", "is paused", id="paused with the pending configuration"),
        pytest.param({"pending": NOW}, "pending", "not for OpenShiftSDN", id="not rendered yet"),
        pytest.param({"pending": NOW, "is_rendered": False}, "done", "is paused", id="nobody can render"),
        pytest.param({"observed": 2}, "pending", "has not noticed yet", id="not noticed yet"),
        pytest.param({"observed": 2, "is_rendered": False}, "done", "is paused", id="nobody can notice"),
        pytest.param({"paused": False}, "failed", "is not paused", id="not paused"),
        pytest.param({"paused": False, "is_rendered": False}, "failed", "is not paused", id="not paused in the dark"),
        pytest.param({"desired": NEXT, "state": "Working"}, "pending", "were updating: w0", id="paused too late"),
        pytest.param({"desired": NEXT, "state": "Degraded", "reason": "no"}, "done", "is paused", id="degraded"),
        pytest.param({"paused": False, "config": NEXT}, "done", "runs rendered-worker", id="rolled out already"),
        pytest.param({"machines": 0, "paused": False}, "done", "is empty", id="empty"),
    ],
)
def test_whether_a_pool_can_go_through_the_flip(given, state, words):
    verdict = judge(**given)
    assert verdict.state == state
    assert words in verdict.reason


def test_which_pools_are_their_owners_business():
    pools = [
        Pool.from_json(objects.pool("master", machines=3, paused=True)),
        Pool.from_json(objects.pool("worker", machines=2, paused=True)),
        Pool.from_json(objects.pool("infra", machines=2, paused=True)),
        Pool.from_json(objects.pool("gpu", machines=2)),
        Pool.from_json(objects.pool("spare", machines=0, paused=True)),
    ]
    assert paused_by_owner(pools, ours={"worker"}) == ("infra",)
