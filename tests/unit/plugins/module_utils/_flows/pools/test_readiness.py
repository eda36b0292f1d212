# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.readers import networks
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.borrowing import ledger
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.pools.readiness import readiness
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.pools.wait import PoolReader
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records import journal
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at, put_journal, put_pauses


def ready(cluster, *, target):
    view = PoolReader(cluster).read()
    return readiness(
        view, target=target, ledger=ledger.read(cluster), record=journal.read(cluster, seen=networks(cluster))
    )


@pytest.mark.parametrize(
    ("step", "target", "prepared", "followed"),
    [
        pytest.param("rolling", OVN, "pending", "pending", id="rolling out before the flip"),
        pytest.param("prepared", OVN, "done", "done", id="rolled out before the flip"),
        pytest.param("rolling", SDN, "pending", "failed", id="paused, not rendered"),
        pytest.param("prepared", SDN, "done", "failed", id="paused, rendered"),
        pytest.param("finished", SDN, "done", "done", id="resumed and rolled out"),
    ],
)
def test_the_flip_comes_after_the_rollout_or_before_it(step, target, prepared, followed):
    cluster = cluster_at(step, target=target)
    put_pauses(cluster, ours={"master": True, "worker": True})
    found = ready(cluster, target=target)
    assert (found.prepared.state, found.followed.state) == (prepared, followed)


def test_law_10_who_has_paused_a_pool_decides_whether_it_is_waited_for():
    cluster = cluster_at("rebooted", target=SDN)
    put_pauses(cluster, ours={"master": True, "worker": False})
    found = ready(cluster, target=SDN)
    assert (found.paused, found.left) == (("master",), ("worker",))
    put_pauses(cluster, ours={"master": False, "worker": True})
    assert ready(cluster, target=SDN).left == (), "the cluster is not healthy while the pool master is paused"


@pytest.mark.parametrize(
    ("boot", "is_ready", "dark"),
    [
        pytest.param(1, True, True, id="not rebooted"),
        pytest.param(2, False, True, id="not Ready"),
        pytest.param(2, True, False, id="all back"),
    ],
)
def test_in_the_window_of_the_former_flip_nothing_is_rendered_and_so_not_waited_for(boot, is_ready, dark):
    cluster = cluster_at("rolling", target=SDN)
    put_journal(cluster, target=OVN)
    for name in ("m0", "m1", "m2", "w0", "w1"):
        cluster.change(NODE, name, {"status": {"nodeInfo": {"bootID": f"{name}-boot-2"}}})
    conditions = [{"type": "Ready", "status": "True" if is_ready else "Unknown"}]
    cluster.change(NODE, "w1", {"status": {"nodeInfo": {"bootID": f"w1-boot-{boot}"}, "conditions": conditions}})
    assert (ready(cluster, target=SDN).prepared.state == "done") == dark


def test_a_closed_record_tells_nothing():
    cluster = cluster_at("rolling", target=SDN)
    put_journal(cluster, target=OVN, closed=True)
    assert ready(cluster, target=SDN).prepared.state == "pending"
