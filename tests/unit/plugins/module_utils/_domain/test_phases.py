# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import (
    LIVE_ANNOTATION,
    OVN,
    SDN,
    other,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.phases import Observation, position
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import done, failed, pending
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_config, network_operator, networks

ROLLING = pending("pool worker, 1 of 2 nodes updated")
ALL = done("all 2 pools are updated")


def observe(
    migration,
    acknowledged,
    spec_type,
    status_type,
    *,
    target=OVN,
    pools=ALL,
    not_rebooted=None,
    not_ready=(),
    former_namespace=False,
    metadata=None,
    **blocks,
):
    given = {"networkType": migration} if isinstance(migration, str) else migration
    return position(
        Observation(
            networks=networks(
                network_config(spec_type, status_type, acknowledged=acknowledged, **(metadata or {})),
                network_operator(spec_type, migration=given, **blocks),
            ),
            target=target,
            pools=pools,
            not_rebooted=not_rebooted,
            not_ready=not_ready,
            former_namespace=former_namespace,
        )
    )


@pytest.mark.parametrize("target", [OVN, SDN])
@pytest.mark.parametrize(
    ("asked", "acknowledged", "flipped", "applied", "facts", "phase"),
    [
        pytest.param(0, 0, 0, 0, {"pools": ROLLING}, "not_started", id="not started"),
        pytest.param(1, 0, 0, 0, {"pools": ROLLING}, "preparing", id="not acknowledged"),
        pytest.param(1, 1, 0, 0, {"pools": ROLLING}, "preparing", id="rolling"),
        pytest.param(1, 1, 0, 0, {"pools": failed("degraded")}, "preparing", id="degraded while rolling"),
        pytest.param(1, 1, 0, 0, {}, "prepared", id="ready to switch"),
        pytest.param(1, 1, 1, 0, {}, "switching", id="flip not applied"),
        pytest.param(1, 1, 1, 1, {"not_rebooted": ("w0",)}, "awaiting_reboot", id="rendered, not rebooted"),
        pytest.param(1, 1, 1, 1, {"not_rebooted": None}, "awaiting_reboot", id="no boot ids recorded"),
        pytest.param(1, 1, 1, 1, {"not_rebooted": ()}, "verifying", id="rebooted"),
        pytest.param(0, 0, 1, 1, {"former_namespace": True}, "cleanup_pending", id="namespace left"),
        pytest.param(0, 1, 1, 1, {}, "cleanup_pending", id="status.migration left"),
        pytest.param(0, 0, 1, 1, {}, "complete", id="finished"),
        pytest.param(0, 0, 1, 0, {}, "inconsistent", id="type changed without migration"),
        pytest.param(0, 0, 0, 1, {}, "inconsistent", id="status is ahead of spec"),
    ],
)
def test_each_row_of_the_table_in_both_directions(target, asked, acknowledged, flipped, applied, facts, phase):
    former = other(target)
    where = observe(
        target if asked else None,
        target if acknowledged else None,
        target if flipped else former,
        target if applied else former,
        target=target,
        **facts,
    )
    assert where.phase == phase
    assert where.reason
    assert where.next


@pytest.mark.parametrize("stage", [(None, None, SDN, SDN), (OVN, OVN, SDN, SDN), (OVN, OVN, OVN, OVN)])
def test_law_09_the_annotation_makes_every_stage_live(stage):
    where = observe(*stage, metadata={"annotations": {LIVE_ANNOTATION: ""}})
    assert where.phase == "live"
    assert f"{LIVE_ANNOTATION}-" in where.next


def test_law_06_status_network_type_proves_no_reboot():
    assert observe(OVN, OVN, OVN, OVN, not_rebooted=("m0", "m1")).phase == "awaiting_reboot"


def test_law_05_a_node_that_rebooted_and_is_not_ready_is_still_awaited():
    where = observe(OVN, OVN, OVN, OVN, not_rebooted=(), not_ready=("w1",))
    assert where.phase == "awaiting_reboot"
    assert "w1" in where.reason


def test_law_07_pools_are_not_asked_after_the_flip():
    assert observe(OVN, OVN, OVN, OVN, not_rebooted=(), pools=failed("stale")).phase == "verifying"


@pytest.mark.parametrize(
    ("migration", "stage", "phase", "reason"),
    [
        pytest.param(
            SDN, (SDN, SDN), "not_started", "spec.migration still asks for OpenShiftSDN", id="leftover of the way back"
        ),
        pytest.param({"mtu": {}}, (SDN, SDN), "not_started", "with mtu", id="MTU change before"),
        pytest.param(SDN, (OVN, OVN), "inconsistent", "asks for OpenShiftSDN", id="the way back has begun"),
        pytest.param({"mtu": {}}, (OVN, OVN), "inconsistent", "asks for (none)", id="MTU change after"),
        pytest.param(None, ("Kuryr", "Kuryr"), "inconsistent", "Kuryr", id="unknown type"),
        pytest.param(None, (SDN, ""), "inconsistent", "(none)", id="no status"),
    ],
)
def test_odd_situations(migration, stage, phase, reason):
    where = observe(migration, None, *stage)
    assert where.phase == phase
    assert reason in where.reason


def test_former_settings_are_left_to_clean_up():
    assert observe(None, None, OVN, OVN, openshiftSDNConfig={"mtu": 1450}).phase == "cleanup_pending"
    assert observe(None, None, OVN, OVN, ovnKubernetesConfig={"mtu": 1400}).phase == "complete"


def test_trap_a_tells_the_way_out():
    assert (
        "set spec.networkType back to OpenShiftSDN with: oc patch network.config" in observe(None, None, OVN, SDN).next
    )
