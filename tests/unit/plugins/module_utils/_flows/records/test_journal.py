# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NAMESPACE,
    NETWORK_CONFIG,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.readers import networks, nodes
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    BeingDeleted,
    Forbidden,
    MigrationError,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records import journal
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import NODES, cluster_at, put_journal

FIRST = {name: f"{name}-boot-1" for name in NODES}


def record(cluster, *, target=OVN):
    return journal.record(cluster, nodes(cluster), target=target, clock=ScriptedClock())


def written(cluster):
    return journal.read(cluster, seen=networks(cluster))


def test_no_record_is_none():
    cluster = cluster_at("prepared")
    assert journal.read(cluster, seen=networks(cluster)) is None


def left_at_the_flip(cluster, text):
    cluster.objects.pop((CONFIG_MAP, "ovn-migration", "migration-journal"), None)
    cluster.change(NETWORK_CONFIG, "cluster", {"metadata": {"annotations": {"ocp-day2.ovn-migration/journal": text}}})


def test_without_its_config_map_it_is_what_the_flip_has_left():
    """Somebody has deleted our namespace: no node may be rebooted twice for that."""
    cluster = cluster_at("rebooted")
    known = journal.read(cluster, seen=networks(cluster))
    assert known is not None
    left_at_the_flip(cluster, known.to_annotation())
    assert journal.read(cluster, seen=networks(cluster)) == known
    assert close(cluster) is True
    assert journal.read(cluster, seen=networks(cluster)) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"target":"OVNKubernetes","recorded_at":"x","boot_ids":null}'])
def test_what_the_flip_has_left_is_never_taken_for_absent_when_it_is_strange(text):
    cluster = cluster_at("rebooted")
    left_at_the_flip(cluster, text)
    with pytest.raises(MigrationError, match="understand the journal in annotation"):
        journal.read(cluster, seen=networks(cluster))


def test_nodes_are_not_kept_waiting_for_a_namespace_that_is_being_deleted():
    cluster = cluster_at("applied")
    cluster.remove(CONFIG_MAP, "migration-journal", namespace="ovn-migration")
    cluster.fail(BeingDeleted(tried="create it", seen="HTTP 403"), verb="create", kind=CONFIG_MAP, times=None)
    there = nodes(cluster)
    known = journal.recorded_or_current(cluster, there, clock=ScriptedClock(), write=True)
    assert known == {node.name: node.boot_id for node in there}


def test_a_record_makes_its_namespace_first():
    cluster = cluster_at("prepared")
    assert record(cluster).boot_ids == FIRST
    assert [(call.verb, call.kind) for call in cluster.writes] == [("create", NAMESPACE), ("create", CONFIG_MAP)]
    assert written(cluster).boot_ids == FIRST
    assert written(cluster).target == OVN


def test_a_record_replaces_the_one_of_an_earlier_migration_and_is_open_again():
    cluster = cluster_at("finished")
    put_journal(cluster, target=SDN, closed=True)
    record(cluster)
    assert (written(cluster).target, written(cluster).closed_at) == (OVN, None)
    assert written(cluster).boot_ids == {name: f"{name}-boot-2" for name in NODES}


def test_a_namespace_that_somebody_else_made_meanwhile_is_fine():
    cluster = cluster_at("prepared")
    cluster.before("create", NAMESPACE, 1, lambda: cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}}))
    assert record(cluster).boot_ids == FIRST


def test_a_record_that_cannot_be_written_is_an_error():
    cluster = cluster_at("prepared")
    cluster.fail(Forbidden(tried="create configmaps", seen="HTTP 403"), verb="create", kind=CONFIG_MAP)
    with pytest.raises(Forbidden):
        record(cluster)


def test_law_16_a_record_that_cannot_be_understood_is_not_taken_for_absent():
    cluster = cluster_at("applied")
    cluster.change(CONFIG_MAP, "migration-journal", {"data": {"boot_ids": "{"}}, namespace="ovn-migration")
    with pytest.raises(MigrationError, match="configmap ovn-migration/migration-journal"):
        journal.current(cluster, seen=networks(cluster))


@pytest.mark.parametrize(("step", "there"), [("prepared", False), ("applied", True), ("finished", False)])
def test_current_is_the_record_of_this_migration(step, there):
    cluster = cluster_at(step)
    assert (journal.current(cluster, seen=networks(cluster)) is not None) is there


def close(cluster, *, target=OVN, write=True):
    return journal.close(cluster, seen=networks(cluster), target=target, clock=ScriptedClock(), write=write)


def test_close_is_done_once():
    cluster = cluster_at("rebooted")
    assert close(cluster) is True
    assert written(cluster).closed_at == "2026-01-01T00:00:00Z"
    assert close(cluster) is False
    assert len(cluster.writes) == 1


def test_law_17_close_only_tells_when_it_must_not_write():
    cluster = cluster_at("rebooted")
    assert close(cluster, write=False) is True
    assert cluster.writes == []


def test_close_leaves_the_record_of_the_other_way_alone():
    cluster = cluster_at("rebooted")
    assert close(cluster, target=SDN) is False
    assert cluster.writes == []


def recorded_or_current(cluster, *, write=True):
    return journal.recorded_or_current(cluster, nodes(cluster), clock=ScriptedClock(), write=write)


def test_recorded_boots_win_over_present_ones():
    cluster = cluster_at("rebooted")
    assert recorded_or_current(cluster) == FIRST
    assert cluster.writes == []


@pytest.mark.parametrize("step", ["not_started", "prepared", "finished"])
def test_outside_of_the_window_there_is_nothing_to_compare_with(step):
    cluster = cluster_at(step)
    assert recorded_or_current(cluster) is None
    assert cluster.writes == []


@pytest.mark.parametrize("write", [True, False])
def test_a_flip_by_hand_is_recorded_now(write):
    cluster = cluster_at("applied")
    cluster.remove(CONFIG_MAP, "migration-journal", namespace="ovn-migration")
    assert recorded_or_current(cluster, write=write) == FIRST
    assert bool(cluster.writes) is write
    assert (journal.read(cluster, seen=networks(cluster)) is not None) is write
