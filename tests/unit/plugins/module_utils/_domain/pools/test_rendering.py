# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.pool import Pool
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.rendering import (
    explained,
    render_seconds,
    waited_for,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import done, failed, pending
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def pool(name, *, machines=3, paused=False, **conditions):
    body = objects.pool(name, machines=machines, paused=paused)
    body["status"]["conditions"] = [
        objects.condition(kind, conditions.get(kind, default))
        for kind, default in (("Updated", "True"), ("Degraded", "False"))
    ]
    return Pool.from_json(body)


@pytest.mark.parametrize(
    ("pools", "names"),
    [
        pytest.param([pool("master"), pool("worker")], [], id="nothing"),
        pytest.param([pool("master"), pool("worker", Degraded="True", Updated="False")], ["worker"], id="any degraded"),
        pytest.param([pool("master", Degraded="True", Updated="False")], ["master"], id="the required one, once"),
        pytest.param([pool("master", Updated="False")], ["master"], id="the required one is not updated"),
        pytest.param([pool("master", Updated="False", paused=True)], [], id="paused, it fails at once"),
        pytest.param([pool("master"), pool("worker", Updated="False")], [], id="others need not be updated"),
    ],
)
def test_what_the_operator_waits_for(pools, names):
    assert [told.split(",")[0] for told in waited_for(pools)] == [f"pool {name}" for name in names]


@pytest.mark.parametrize(("masters", "seconds"), [(1, 1500), (3, 2700), (5, 3900)])
def test_how_long_rendering_takes_at_most(masters, seconds):
    assert render_seconds([pool("master", machines=masters), pool("worker", machines=40)]) == seconds


def test_a_pending_verdict_says_what_holds_it_up():
    pools = [pool("master"), pool("worker", Degraded="True")]
    told = explained(pending("pool master boots for the other"), pools=pools)
    assert told.state == "pending"
    assert "waits for pool worker, which is degraded" in told.reason
    assert "for 30 minutes at most" in told.reason


@pytest.mark.parametrize("verdict", [done("it is there"), failed("it is paused")])
def test_other_verdicts_speak_for_themselves(verdict):
    assert explained(verdict, pools=[pool("worker", Degraded="True")]) == verdict
