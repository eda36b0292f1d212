# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.commands import (
    MIGRATE,
    ROLLBACK,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.phases import (
    Observation,
    position,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import (
    LIVE_ANNOTATION,
    OVN,
    SDN,
    other,
)
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
    prepared=None,
    not_rebooted=None,
    not_ready=(),
    former_namespace=False,
    former_namespace_going=False,
    paused=(),
    left=(),
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
            prepared=prepared or pools,
            not_rebooted=not_rebooted,
            not_ready=not_ready,
            former_namespace=former_namespace,
            former_namespace_going=former_namespace_going,
            paused=paused,
            left=left,
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
        pytest.param(0, 0, 1, 1, {"former_namespace_going": True}, "complete", id="namespace Terminating"),
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


def back(asked, acknowledged, spec_type, status_type, **facts):
    """A rollback's phase: the target is OpenShiftSDN."""
    return observe(asked, acknowledged, spec_type, status_type, target=SDN, **facts)


HELD = done("every pool is paused")
PENDING = failed("pool worker is paused, so its nodes will not take the configuration")


def test_law_10_paused_pools_are_prepared_ones():
    where = back(SDN, SDN, OVN, OVN, pools=PENDING, prepared=HELD)
    assert (where.phase, where.next) == ("prepared", "switch (cno_switch)")


def test_law_10_a_pool_that_is_not_paused_is_not_prepared():
    where = back(SDN, SDN, OVN, OVN, pools=ROLLING, prepared=failed("pool worker is not paused"))
    assert where.phase == "preparing"
    assert "pause the pools" in where.next


@pytest.mark.parametrize(
    ("facts", "phase", "following"),
    [
        pytest.param({"pools": PENDING, "paused": ("worker",)}, "verifying", "resume the pools", id="paused"),
        pytest.param({"pools": ROLLING}, "verifying", "wait for the pools", id="rolling"),
        pytest.param({}, "verifying", "verify, then clean up", id="rolled out"),
        pytest.param({"left": ("infra",)}, "verifying", "verify, then clean up", id="a pool of its owner"),
    ],
)
def test_law_10_after_the_reboots_the_pools_have_to_follow(facts, phase, following):
    where = back(SDN, SDN, SDN, SDN, not_rebooted=(), **facts)
    assert where.phase == phase
    assert following in where.next


def test_law_10_a_node_that_goes_down_after_the_pools_were_resumed_is_not_awaited_for_our_reboot():
    paused = {"pools": PENDING, "paused": ("worker",)}
    assert back(SDN, SDN, SDN, SDN, not_rebooted=(), not_ready=("w1",), **paused).phase == "awaiting_reboot"
    where = back(SDN, SDN, SDN, SDN, not_rebooted=(), not_ready=("w1",), pools=ROLLING)
    assert (where.phase, where.next) == ("verifying", "wait for the pools (cno_verify)")


@pytest.mark.parametrize(
    ("facts", "phase"),
    [
        pytest.param({"pools": PENDING, "paused": ("worker",)}, "verifying", id="still paused"),
        pytest.param({"pools": ROLLING}, "verifying", id="rolling"),
        pytest.param({"pools": ROLLING, "former_namespace": True}, "verifying", id="rolling, namespace left"),
        pytest.param({"former_namespace": True}, "cleanup_pending", id="namespace left"),
        pytest.param({"left": ("infra",)}, "complete", id="a pool of its owner"),
    ],
)
def test_the_way_back_is_complete_when_the_pools_run_the_target(facts, phase):
    where = back(None, None, SDN, SDN, **facts)
    assert where.phase == phase
    assert all(pool in where.reason for pool in facts.get("left", ()))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param({"not_rebooted": ("w0",)}, "1 node has not rebooted", id="reboots"),
        pytest.param({"not_rebooted": (), "paused": ("worker",)}, "still paused: worker", id="pools"),
    ],
)
def test_an_unfinished_way_back_is_no_start_for_a_migration(facts, words):
    where = observe(SDN, SDN, SDN, SDN, **facts)
    assert where.phase == "inconsistent"
    assert words in where.reason
    assert "rollback.yml" in where.next


def test_an_unfinished_migration_is_a_start_for_the_way_back():
    assert back(OVN, OVN, OVN, OVN, not_rebooted=("w0",)).phase == "not_started"


TYPE_OR_NONE = (OVN, SDN, "")
PLAYBOOKS = ("ansible-playbook ocp_day2.ovn_migration.migrate ", "ansible-playbook ocp_day2.ovn_migration.rollback ")
FACTS = [
    {},
    {"not_rebooted": ("w0",)},
    {"not_rebooted": ()},
    {"not_rebooted": (), "not_ready": ("w0",)},
    {"pools": failed("pool worker is degraded")},
    {"pools": ROLLING, "paused": ("worker",)},
    {"former_namespace": True},
    {"metadata": {"annotations": {LIVE_ANNOTATION: ""}}},
]


@pytest.mark.parametrize("target", [OVN, SDN])
@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: ", ".join(facts) or "at rest")
def test_whatever_was_seen_says_how_it_goes_on(target, facts):
    """Every state that the two objects can be in: what was seen, what to do, and a line that can be copied."""
    asked: tuple[Any, ...] = (None, OVN, SDN, {"mtu": {}}, {"features": {}})
    states: Any = itertools.product(asked, (None, OVN, SDN), TYPE_OR_NONE, TYPE_OR_NONE)
    for migration, acknowledged, spec_type, status_type in states:
        where = observe(migration, acknowledged, spec_type, status_type, target=target, **facts)
        told = f"{migration} {acknowledged} {spec_type} {status_type}: {where}"
        assert where.reason and where.next, told
        if where.phase == "complete":
            assert not where.command, told
            continue
        assert where.command.startswith(PLAYBOOKS), told
        if where.phase in ("inconsistent", "live"):
            assert "oc " in where.next or where.command.startswith(PLAYBOOKS[1]), told


@pytest.mark.parametrize(
    ("migration", "not_rebooted", "seen", "following"),
    [
        (OVN, ("w0", "w1"), "in the middle of the migration to that: 2 nodes have not rebooted yet", "go on here"),
        (OVN, None, "in the middle of the migration to that", "go on here"),
        (None, None, "and has no migration to it", "go on here"),
    ],
)
def test_a_type_that_was_set_back_in_the_window_is_set_again_first(migration, not_rebooted, seen, following):
    where = observe(migration, migration, SDN, OVN, not_rebooted=not_rebooted)
    assert (where.phase, where.command) == ("inconsistent", MIGRATE)
    assert seen in where.reason
    patch = """oc patch network.config cluster --type=merge -p '{"spec":{"networkType":"OVNKubernetes"}}';"""
    assert patch in where.next
    assert following in where.next and ROLLBACK in where.next
