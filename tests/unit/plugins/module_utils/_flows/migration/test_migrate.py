# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_OPERATOR,
    CONFIG_MAP,
    CRD,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.readers import networks
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Forbidden,
    MigrationError,
    Refused,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.settings import Settings
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import LIVE_ANNOTATION, OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import Journal
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.migrate import Migration
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records import journal
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    NODES,
    STEPS,
    change_config,
    change_operator,
    cluster_at,
    operator_crd,
    put_journal,
    put_pauses,
    refuse,
    resume,
    settled,
)

STATES = ("idle", "prepared", "switched", "finalized")
FEATURES = {"egress_ip": False, "egress_firewall": True, "multicast": True}
MTU_CHANGE = {"mtu": {"network": {"from": 1450, "to": 1400}, "machine": {"to": 1500}}}


def reach(
    cluster,
    state,
    *,
    clock=None,
    target=OVN,
    check=False,
    allow_abort=False,
    allow_oauth_token=False,
    timeout=300.0,
    grace=15.0,
    **params,
):
    clock = clock or ScriptedClock()
    migration = Migration(
        cluster=cluster,
        waiter=Waiter(clock=clock, timeout=timeout, interval=10.0, failure_grace=grace, once=check),
        clock=clock,
        target=target,
        settings=Settings.from_params(params),
        check_mode=check,
        allow_abort=allow_abort,
        allow_oauth_token=allow_oauth_token,
    )
    return migration.reach(state)


def recorded(cluster):
    return journal.read(cluster, seen=networks(cluster))


def acknowledge(cluster, *, target=OVN):
    change_config(cluster, status={"migration": {"networkType": target}})


def apply(cluster, *, target=OVN):
    change_operator(cluster, defaultNetwork={"type": target})
    change_config(cluster, status={"networkType": target})


def forget(cluster):
    change_config(cluster, status={"migration": None})


def writes(cluster):
    return [(call.verb, call.kind, call.body) for call in cluster.writes]


# Where each state is reached from, and what that takes.


def test_idle_on_an_untouched_cluster_writes_nothing():
    cluster = cluster_at("not_started")
    outcome = reach(cluster, "idle")
    assert (outcome.changed, outcome.wait.verdict.state, cluster.writes) == (False, "done", [])


@pytest.mark.parametrize(
    "leftover",
    [
        pytest.param({"networkType": SDN}, id="of a finished way back"),
        pytest.param({}, id="empty"),
        pytest.param({"mode": ""}, id="mode only, as 4.15 reads back"),
        pytest.param({"features": {"egressIP": True}}, id="features only"),
    ],
)
@pytest.mark.parametrize("state", ["idle", "prepared"])
def test_law_02_a_leftover_is_cleared_and_its_going_waited_for(state, leftover):
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    change_operator(cluster, migration=leftover)
    acknowledge(cluster, target=SDN)
    clock.at(20, lambda: forget(cluster))
    clock.at(40, lambda: acknowledge(cluster))
    outcome = reach(cluster, state, clock=clock)
    assert outcome.changed
    assert clock.now >= (20 if state == "idle" else 40)
    cleared, *rest = writes(cluster)
    assert cleared == ("merge", NETWORK_OPERATOR, {"spec": {"migration": None}})
    assert rest == (
        [] if state == "idle" else [("merge", NETWORK_OPERATOR, {"spec": {"migration": {"networkType": OVN}}})]
    )


def test_law_02_nothing_is_written_while_a_former_migration_is_still_acknowledged():
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    acknowledge(cluster, target=SDN)
    clock.at(30, lambda: forget(cluster))
    clock.at(60, lambda: acknowledge(cluster))
    reach(cluster, "prepared", clock=clock)
    assert len(cluster.writes) == 1
    assert clock.now >= 60


@pytest.mark.parametrize("target", [OVN, SDN])
def test_prepared_from_an_untouched_cluster(target):
    cluster, clock = cluster_at("not_started", target=target), ScriptedClock()
    clock.at(12, lambda: acknowledge(cluster, target=target))
    outcome = reach(cluster, "prepared", clock=clock, target=target)
    assert writes(cluster) == [("merge", NETWORK_OPERATOR, {"spec": {"migration": {"networkType": target}}})]
    assert outcome.changed
    assert outcome.wait.verdict.reason == f"the operator has acknowledged the migration to {target}"
    assert outcome.diffs[0].to_json() == {
        "before": {"spec": {}},
        "after": {"spec": {"migration": {"networkType": target}}},
        "before_header": "networks.operator.openshift.io cluster",
        "after_header": "networks.operator.openshift.io cluster",
    }


def test_law_01_features_and_settings_go_in_the_one_patch_that_starts_the_migration():
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    clock.at(5, lambda: acknowledge(cluster))
    reach(cluster, "prepared", clock=clock, features=FEATURES, ovn={"mtu": 8900})
    converted = {"egressIP": False, "egressFirewall": True, "multicast": True}
    spec = {
        "migration": {"networkType": OVN, "features": converted},
        "defaultNetwork": {"ovnKubernetesConfig": {"mtu": 8900}},
    }
    assert writes(cluster) == [("merge", NETWORK_OPERATOR, {"spec": spec})]


def test_law_02_prepared_waits_for_the_acknowledgement():
    with pytest.raises(WaitTimeout, match=r"status\.migration\.networkType is not OVNKubernetes yet"):
        reach(cluster_at("asked"), "prepared", timeout=60)


def test_prepared_adds_settings_that_are_missing():
    cluster = cluster_at("prepared")
    assert reach(cluster, "prepared", ovn={"mtu": 8900}).changed
    assert writes(cluster) == [
        ("merge", NETWORK_OPERATOR, {"spec": {"defaultNetwork": {"ovnKubernetesConfig": {"mtu": 8900}}}})
    ]


def test_prepared_closes_a_record_that_nobody_closed():
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    put_journal(cluster)
    clock.at(5, lambda: acknowledge(cluster))
    reach(cluster, "prepared", clock=clock)
    assert recorded(cluster).closed_at


def test_switched_records_the_boots_and_then_flips():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    clock.at(8, lambda: apply(cluster))
    outcome = reach(cluster, "switched", clock=clock)
    assert [(call.verb, call.kind, call.name) for call in cluster.writes] == [
        ("create", NAMESPACE, "ovn-migration"),
        ("create", CONFIG_MAP, "migration-journal"),
        ("merge", NETWORK_CONFIG, "cluster"),
    ]
    body = cluster.writes[-1].body
    assert body["spec"] == {"networkType": OVN}
    copy = Journal.from_annotation(body["metadata"]["annotations"]["ocp-day2.ovn-migration/journal"])
    assert copy == recorded(cluster), "in the patch that flips, for the loss of our namespace"
    assert recorded(cluster).boot_ids == {name: f"{name}-boot-1" for name in NODES}
    assert outcome.changed
    assert "no node has rebooted because of it" in outcome.wait.verdict.reason


def test_switched_refuses_a_credential_that_ends_with_the_pod_network():
    cluster = cluster_at("prepared")
    cluster.oauth = True
    refused(cluster, "switched", "oc login.*client certificate")
    outcome = reach(cluster, "switched", check=True)
    assert "oc login" in outcome.warnings[0]


def test_switched_takes_such_a_credential_when_it_is_told_to():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    cluster.oauth = True
    clock.at(8, lambda: apply(cluster))
    assert reach(cluster, "switched", clock=clock, allow_oauth_token=True).changed


def test_switched_changes_the_pod_network_in_the_same_patch():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    clock.at(8, lambda: apply(cluster))
    outcome = reach(cluster, "switched", clock=clock, cluster_network=[{"cidr": "10.132.0.0/14", "host_prefix": 23}])
    entry = {"cidr": "10.132.0.0/14", "hostPrefix": 23}
    assert cluster.writes[-1].body["spec"] == {"networkType": OVN, "clusterNetwork": [entry]}
    assert outcome.diffs[0].before["spec"]["clusterNetwork"] == [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]


def test_switched_goes_on_waiting_when_it_was_flipped_already():
    cluster, clock = cluster_at("flipped"), ScriptedClock()
    clock.at(30, lambda: apply(cluster))
    outcome = reach(cluster, "switched", clock=clock)
    assert (outcome.changed, cluster.writes) == (False, [])
    assert outcome.wait.waited_seconds >= 30


def test_finalized_after_the_reboots():
    cluster, clock = cluster_at("rebooted"), ScriptedClock()
    change_operator(cluster, defaultNetwork={"openshiftSDNConfig": {"mode": "NetworkPolicy"}})
    clock.at(10, lambda: forget(cluster))
    outcome = reach(cluster, "finalized", clock=clock)
    assert writes(cluster)[0] == (
        "merge",
        NETWORK_OPERATOR,
        {"spec": {"migration": None, "defaultNetwork": {"openshiftSDNConfig": None}}},
    )
    assert [call.kind for call in cluster.writes] == [NETWORK_OPERATOR, CONFIG_MAP]
    assert recorded(cluster).closed_at
    assert outcome.changed
    assert outcome.wait.verdict.reason == "the cluster runs OVNKubernetes and no migration is set"


def test_law_02_finalized_waits_until_status_migration_is_gone():
    with pytest.raises(WaitTimeout) as ended:
        reach(cluster_at("rebooted"), "finalized", timeout=60)
    assert ended.value.facts["changed"] is True


def test_finalized_removes_what_only_the_settings_have_left():
    cluster = cluster_at("finished")
    change_operator(cluster, defaultNetwork={"openshiftSDNConfig": {}})
    assert reach(cluster, "finalized").changed
    assert writes(cluster) == [("merge", NETWORK_OPERATOR, {"spec": {"defaultNetwork": {"openshiftSDNConfig": None}}})]


def test_finalized_closes_a_record_left_open():
    cluster = cluster_at("finished")
    put_journal(cluster)
    assert reach(cluster, "finalized", check=True).changed
    assert cluster.writes == []
    assert reach(cluster, "finalized").changed
    assert not reach(cluster, "finalized").changed


# Run again.

IN_STATE = [
    ("idle", "not_started"),
    ("idle", "finished"),
    ("prepared", "rolling"),
    ("prepared", "prepared"),
    ("prepared", "applied"),
    ("prepared", "finished"),
    ("switched", "applied"),
    ("switched", "rebooted"),
    ("switched", "finished"),
    ("finalized", "finished"),
]


@pytest.mark.parametrize("target", [OVN, SDN])
@pytest.mark.parametrize(("state", "step"), IN_STATE)
def test_a_state_that_is_reached_costs_no_write_and_no_change(state, step, target):
    cluster = cluster_at(step, target=target)
    outcome = reach(cluster, state, target=target)
    assert (outcome.changed, outcome.diffs, outcome.wait.verdict.state, cluster.writes) == (False, (), "done", [])


def test_the_whole_way_and_then_each_state_again():
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    clock.at(5, lambda: acknowledge(cluster))
    assert reach(cluster, "idle", clock=clock).changed is False
    assert reach(cluster, "prepared", clock=clock, features=FEATURES).changed
    assert not reach(cluster, "prepared", clock=clock, features=FEATURES).changed
    for kind, _namespace, name in list(cluster.objects):
        if kind in (NODE, MACHINE_CONFIG_POOL):
            cluster.put(kind, cluster_at("prepared").objects[(kind, "", name)])
    clock.after(5, lambda: apply(cluster))
    assert reach(cluster, "switched", clock=clock).changed
    assert not reach(cluster, "switched", clock=clock).changed
    for name in NODES:
        cluster.change(NODE, name, {"status": {"nodeInfo": {"bootID": "another"}}})
    clock.after(5, lambda: forget(cluster))
    assert reach(cluster, "finalized", clock=clock).changed
    before = settled(cluster)
    for state in STATES:
        assert not reach(cluster, state, clock=clock).changed
    assert settled(cluster) == before


# What is refused, and that nothing has been written then.


def refused(cluster, state, message, **given):
    before = settled(cluster)
    with pytest.raises(Refused, match=message):
        reach(cluster, state, **given)
    assert cluster.writes == []
    assert settled(cluster) == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", ["not_started", "prepared", "applied"])
def test_law_09_nothing_is_done_while_the_live_annotation_is_there(state, step):
    cluster = cluster_at(step)
    change_config(cluster, metadata={"annotations": {LIVE_ANNOTATION: ""}})
    refused(cluster, state, "oc annotate network.config cluster", allow_abort=True)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("field", "shown"), [("Calico", "Calico"), ("", r"\(none\)")])
def test_an_unknown_network_type_is_refused(state, field, shown):
    cluster = cluster_at("not_started")
    change_config(cluster, spec={"networkType": field}, status={"networkType": field})
    refused(cluster, state, f"networkType is {shown}")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", ["not_started", "prepared", "finished"])
def test_an_mtu_change_under_way_is_refused(state, step):
    cluster = cluster_at(step)
    change_operator(cluster, migration=MTU_CHANGE)
    refused(cluster, state, "an MTU change is under way")


def test_a_live_migration_without_its_annotation_is_refused():
    cluster = cluster_at("not_started", ocp="4.16.9")
    change_operator(cluster, migration={"mode": "Live", "networkType": OVN})
    refused(cluster, "prepared", "a live migration is under way")


@pytest.mark.parametrize("step", ["asked", "rolling", "prepared"])
def test_law_03_idle_between_prepare_and_flip_is_an_abort_and_needs_leave(step):
    refused(cluster_at(step), "idle", "taking it back reboots every node.*allow_abort")


def test_law_03_the_way_back_is_not_aborted_by_asking_for_the_way_there():
    cluster = cluster_at("prepared", target=SDN)
    refused(cluster, "idle", "a migration to OpenShiftSDN is being prepared")


def test_law_03_a_migration_to_a_type_that_we_do_not_know_may_roll_nodes_too():
    cluster = cluster_at("not_started")
    change_operator(cluster, migration={"networkType": "Calico"})
    refused(cluster, "idle", "a migration to Calico is being prepared")


def test_law_03_an_abort_with_leave():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    clock.at(10, lambda: forget(cluster))
    assert reach(cluster, "idle", clock=clock, allow_abort=True).changed
    assert writes(cluster) == [("merge", NETWORK_OPERATOR, {"spec": {"migration": None}})]


@pytest.mark.parametrize("step", ["applied", "rebooted"])
def test_law_03_after_the_flip_there_is_nothing_to_abort(step):
    refused(cluster_at(step), "idle", "has been switched to OVNKubernetes already", allow_abort=True)


@pytest.mark.parametrize("state", STATES)
def test_the_way_back_under_way_is_not_taken_for_done(state):
    refused(cluster_at("prepared", target=SDN), state, "a migration to OpenShiftSDN is being prepared")


@pytest.mark.parametrize("live", [None, {"egressIP": True, "egressFirewall": True, "multicast": True}])
@pytest.mark.parametrize("state", ["prepared", "switched"])
def test_law_01_other_features_than_the_migration_was_started_with_are_refused(state, live):
    cluster = cluster_at("prepared")
    change_operator(cluster, migration={"features": live})
    refused(cluster, state, r"started with other features \(egressIP\)", features=FEATURES)


def test_settings_are_refused_all_at_once():
    cluster = cluster_at("not_started")
    with pytest.raises(Refused) as error:
        reach(cluster, "prepared", ovn={"mtu": 1, "geneve_port": 4789}, cluster_network=[])
    assert len(error.value.facts["problems"]) == 2
    assert cluster.writes == []


@pytest.mark.parametrize("state", ["prepared", "switched"])
def test_a_setting_that_the_cluster_has_no_field_for_is_refused_before_anything_is_written(state):
    cluster = cluster_at("not_started" if state == "prepared" else "prepared", ocp="4.14.31")
    cluster.put(CRD, operator_crd("4.14.31"))
    said = r"transit_switch_subnet is not possible on OpenShift 4\.14\.31"
    refused(cluster, state, said, ovn={"transit_switch_subnet": "100.89.0.0/16"})


def test_without_such_a_setting_nobody_asks_for_the_fields():
    cluster = cluster_at("prepared")
    cluster.fail(Forbidden(tried="get", seen="no"), kind=CRD, times=None)
    assert reach(cluster, "prepared").wait.verdict.state == "done"


@pytest.mark.parametrize(
    ("state", "step", "kind", "kept", "lost"),
    [
        ("prepared", "not_started", NETWORK_OPERATOR, {"spec": {}}, "spec.migration.networkType"),
        ("switched", "prepared", NETWORK_CONFIG, {"spec": {"clusterNetwork": []}}, "spec.networkType"),
    ],
)
def test_what_the_api_server_has_dropped_stops_everything(monkeypatch, state, step, kind, kept, lost):
    cluster = cluster_at(step)
    merge = cluster.merge
    monkeypatch.setattr(cluster, "merge", lambda of, *args, **more: kept if of == kind else merge(of, *args, **more))
    with pytest.raises(Refused, match="dropped " + lost) as error:
        reach(cluster, state)
    assert error.value.facts["dropped"] == [lost]
    assert error.value.facts["changed"]


def test_the_switch_is_refused_when_the_settings_are_not_the_prepared_ones():
    refused(cluster_at("prepared"), "switched", "not those that the migration was prepared with", ovn={"mtu": 8900})


@pytest.mark.parametrize(
    ("ocp", "message"), [("4.9.1", "too old"), ("4.17.2", "has no OpenShiftSDN"), ("unknown", "could not be read")]
)
@pytest.mark.parametrize(("state", "step"), [("prepared", "not_started"), ("switched", "prepared")])
def test_law_15_and_16_versions(state, step, ocp, message):
    refused(cluster_at(step, ocp=ocp), state, message)


@pytest.mark.parametrize("state", ["prepared", "switched"])
def test_trap_a_the_type_was_changed_without_a_migration(state):
    cluster = cluster_at("flipped")
    change_operator(cluster, migration=None)
    forget(cluster)
    refuse(cluster, "cannot change default network type when not doing migration")
    refused(
        cluster,
        state,
        "(?s)cannot change default network type when not doing migration.*back to OpenShiftSDN with: oc patch .*; wait",
    )


@pytest.mark.parametrize("step", ["not_started", "asked"])
def test_law_02_the_switch_is_refused_before_the_acknowledgement(step):
    refused(cluster_at(step), "switched", "is not prepared")


def test_law_04_the_switch_is_refused_until_every_node_runs_the_configuration():
    refused(cluster_at("rolling"), "switched", "not every node runs the configuration for OVNKubernetes.*w1")


def test_law_04_the_switch_is_refused_while_pools_say_updated_with_the_old_configuration():
    cluster = cluster_at("asked")
    acknowledge(cluster)
    refused(cluster, "switched", "boots for OpenShiftSDN, not for OVNKubernetes")


@pytest.mark.parametrize("step", ["not_started", "prepared", "flipped"])
def test_law_03_finalizing_before_the_flip_is_applied_is_refused(step):
    refused(cluster_at(step), "finalized", "OpenShiftSDN, not OVNKubernetes")


def test_law_05_finalizing_is_refused_until_every_node_has_rebooted():
    refused(cluster_at("applied"), "finalized", "not rebooted since the switch: m0, m1, m2, w0 and 1 more")


def test_law_05_a_node_that_rebooted_has_to_be_ready():
    cluster = cluster_at("rebooted")
    cluster.change(NODE, "w1", {"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    refused(cluster, "finalized", "not Ready since the switch: w1")


def test_law_05_and_06_without_a_record_nothing_proves_a_reboot():
    cluster = cluster_at("rebooted")
    cluster.remove(CONFIG_MAP, "migration-journal", namespace="ovn-migration")
    refused(cluster, "finalized", "no boot ids were recorded")


@pytest.mark.parametrize(
    ("state", "step"), [("prepared", "not_started"), ("switched", "prepared"), ("finalized", "rebooted")]
)
def test_a_credential_without_rights_stops_before_the_first_write(state, step):
    cluster = cluster_at(step)
    cluster.denied = {"patch networks.config.openshift.io cluster"}
    with pytest.raises(Forbidden, match="lacks 1 of"):
        reach(cluster, state)
    assert cluster.writes == []


def test_a_credential_without_rights_does_not_even_clear_leftovers():
    cluster = cluster_at("not_started")
    change_operator(cluster, migration={"networkType": SDN})
    cluster.denied = {"patch networks.config.openshift.io cluster"}
    with pytest.raises(Forbidden):
        reach(cluster, "idle")
    assert cluster.writes == []


@pytest.mark.parametrize(
    ("state", "step"), [("prepared", "not_started"), ("switched", "prepared"), ("finalized", "rebooted")]
)
@pytest.mark.parametrize("kind", [NETWORK_CONFIG, NETWORK_OPERATOR], ids=["config", "operator"])
def test_law_16_what_cannot_be_read_stops_everything(state, step, kind):
    cluster = cluster_at(step)
    cluster.fail(Forbidden(tried="read networks", seen="HTTP 403"), verb="get", kind=kind)
    with pytest.raises(MigrationError, match="HTTP 403"):
        reach(cluster, state)
    assert cluster.writes == []


# The way back: abort, and rollback with paused pools.


def test_law_03_a_flip_that_is_not_answered_yet_is_taken_back_only_with_leave():
    refused(cluster_at("flipped"), "idle", "the operator still runs OpenShiftSDN.*allow_abort")


def test_a_refused_flip_is_taken_back_before_the_migration_is():
    cluster, clock = cluster_at("flipped"), ScriptedClock()
    change_config(
        cluster,
        spec={"clusterNetwork": [{"cidr": "10.132.0.0/14", "hostPrefix": 23}]},
        status={"clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]},
    )
    refuse(cluster, "can only change default network type to the target migration network type")
    clock.at(30, lambda: change_operator(cluster, defaultNetwork={"type": SDN}))
    clock.at(40, lambda: cluster.objects.update({(CLUSTER_OPERATOR, "", "network"): objects.operator("network")}))
    clock.at(60, lambda: forget(cluster))
    outcome = reach(cluster, "idle", clock=clock, allow_abort=True)
    assert [(call.kind, call.body) for call in cluster.writes if call.kind != CONFIG_MAP] == [
        (
            NETWORK_CONFIG,
            {"spec": {"networkType": SDN, "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]}},
        ),
        (NETWORK_OPERATOR, {"spec": {"migration": None}}),
    ]
    assert recorded(cluster).closed_at, "the boot ids of a flip that never was are no record of one"
    assert outcome.changed
    assert outcome.wait.verdict.reason == "no migration is set"


def test_a_flip_that_is_applied_after_all_is_no_longer_aborted():
    cluster, clock = cluster_at("flipped"), ScriptedClock()
    clock.at(10, lambda: apply(cluster))
    with pytest.raises(Refused, match=r"has been switched to OVNKubernetes already.*roll it back") as ended:
        reach(cluster, "idle", clock=clock, allow_abort=True)
    assert ended.value.facts == {"switched": True}
    assert cluster.writes == []


def test_check_mode_shows_what_taking_a_flip_back_would_write():
    cluster = cluster_at("flipped")
    outcome = reach(cluster, "idle", check=True, allow_abort=True)
    assert [diff.after for diff in outcome.diffs] == [{"spec": {"networkType": SDN}}, {"spec": {}}]
    assert "not known yet" in outcome.warnings[0]
    assert cluster.writes == []


def unpause(cluster, name, *, paused=False):
    cluster.change(MACHINE_CONFIG_POOL, name, {"spec": {"paused": paused}})


def test_law_10_the_way_back_is_not_asked_for_before_every_pool_is_paused():
    cluster = cluster_at("not_started", target=SDN)
    unpause(cluster, "worker")
    refused(cluster, "prepared", "not paused.*worker.*mcp_pause", target=SDN)
    assert reach(cluster, "prepared", target=SDN, check=True).warnings == ()


def test_law_10_an_empty_pool_need_not_be_paused():
    cluster, clock = cluster_at("not_started", target=SDN), ScriptedClock()
    cluster.put(MACHINE_CONFIG_POOL, objects.pool("infra"))
    clock.at(5, lambda: acknowledge(cluster, target=SDN))
    assert reach(cluster, "prepared", clock=clock, target=SDN).changed


def test_law_10_the_flip_back_needs_paused_pools_with_the_pending_configuration():
    refused(cluster_at("rolling", target=SDN), "switched", "boots for OVNKubernetes, not for OpenShiftSDN", target=SDN)
    cluster = cluster_at("prepared", target=SDN)
    unpause(cluster, "worker")
    refused(cluster, "switched", "pool worker is not paused", target=SDN)


def test_in_the_window_of_the_migration_that_is_undone_nobody_renders():
    cluster, clock = cluster_at("rolling", target=SDN), ScriptedClock()
    put_journal(cluster, target=OVN)
    clock.at(8, lambda: apply(cluster, target=SDN))
    assert reach(cluster, "switched", clock=clock, target=SDN).changed
    assert recorded(cluster).target == SDN
    assert recorded(cluster).boot_ids == {name: f"{name}-boot-1" for name in NODES}


def test_a_run_that_was_killed_between_the_record_and_the_flip_goes_on_in_the_window():
    cluster, clock = cluster_at("rolling", target=SDN), ScriptedClock()
    put_journal(cluster, target=SDN)
    clock.at(8, lambda: apply(cluster, target=SDN))
    assert reach(cluster, "switched", clock=clock, target=SDN).changed


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "flipped by hand"])
def test_a_switched_cluster_is_prepared_for_the_way_back(is_recorded):
    cluster, clock = cluster_at("applied"), ScriptedClock()
    if not is_recorded:
        cluster.remove(CONFIG_MAP, "migration-journal", namespace="ovn-migration")
    for name in ("master", "worker"):
        unpause(cluster, name, paused=True)
    clock.at(10, lambda: forget(cluster))
    clock.at(30, lambda: acknowledge(cluster, target=SDN))
    assert reach(cluster, "prepared", clock=clock, target=SDN, features=FEATURES).changed
    assert [call.body for call in cluster.made("merge", NETWORK_OPERATOR)] == [
        {"spec": {"migration": None}},
        {
            "spec": {
                "migration": {
                    "networkType": SDN,
                    "features": {"egressIP": False, "egressFirewall": True, "multicast": True},
                }
            }
        },
    ]
    assert recorded(cluster).target == OVN
    assert recorded(cluster).closed_at is None, "it tells that the pod network is down until the flip back replaces it"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"ovnKubernetesConfig": {"ipsecConfig": {"mode": "Full"}}}, "IPsec", id="ipsec"),
    ],
)
@pytest.mark.parametrize(("state", "step"), [("prepared", "not_started"), ("switched", "prepared")])
def test_what_openshift_sdn_has_no_place_for_is_refused(state, step, change, words):
    cluster = cluster_at(step, target=SDN)
    change_operator(cluster, defaultNetwork=change)
    refused(cluster, state, words, target=SDN)


def test_dual_stack_is_refused_on_the_way_back():
    cluster = cluster_at("not_started", target=SDN)
    change_config(cluster, spec={"serviceNetwork": ["172.30.0.0/16", "fd02::/112"]})
    refused(cluster, "prepared", "IPv4 only", target=SDN)


@pytest.mark.parametrize("step", ["not_started", "prepared"])
def test_law_15_no_way_back_from_4_17(step):
    cluster = cluster_at(step, target=SDN, ocp="4.17.3")
    refused(cluster, "prepared" if step == "not_started" else "switched", "has no OpenShiftSDN", target=SDN)


def test_nodes_that_make_trouble_do_not_keep_a_cluster_from_going_back():
    cluster, clock = cluster_at("prepared", target=SDN), ScriptedClock()
    node = {"metadata": {"annotations": {"machineconfiguration.openshift.io/state": "Degraded"}}}
    cluster.change(NODE, "w0", node)
    cluster.change(NODE, "w1", {"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    clock.at(8, lambda: apply(cluster, target=SDN))
    outcome = reach(cluster, "switched", clock=clock, target=SDN)
    assert outcome.changed
    failing, away = outcome.warnings
    assert "has failed on w0" in failing
    assert "Not Ready at the switch: w1" in away


def test_law_10_the_way_back_is_not_finalized_before_the_pools_have_followed():
    cluster = cluster_at("rebooted", target=SDN)
    put_pauses(cluster, ours={"master": True, "worker": True})
    refused(cluster, "finalized", "still paused: master, worker", target=SDN)
    for name in ("master", "worker"):
        unpause(cluster, name)
    refused(cluster, "finalized", "not every node runs the configuration for OpenShiftSDN", target=SDN)


def test_a_pool_of_its_owner_is_told_and_left():
    cluster, clock = cluster_at("rebooted", target=SDN), ScriptedClock()
    resume(cluster)
    cluster.put(MACHINE_CONFIG_POOL, cluster_at("rebooted", target=SDN).objects[(MACHINE_CONFIG_POOL, "", "worker")])
    put_pauses(cluster, ours={"worker": True})
    refused(cluster, "finalized", "still paused: worker", target=SDN)
    put_pauses(cluster, ours={"worker": False})
    clock.at(10, lambda: forget(cluster))
    outcome = reach(cluster, "finalized", clock=clock, target=SDN)
    assert outcome.changed
    assert "Paused by their owner" in outcome.warnings[0]
    assert "worker" in outcome.warnings[0]


@pytest.mark.parametrize("state", ["idle", "prepared"])
def test_an_unfinished_way_back_is_no_leftover(state):
    refused(cluster_at("applied", target=SDN), state, "the way back to OpenShiftSDN is not finished, not rebooted")
    cluster = cluster_at("rebooted", target=SDN)
    put_pauses(cluster, ours={"master": True})
    refused(cluster, state, "not finished, still paused: master")


# What the operator says.


@pytest.mark.parametrize(
    ("state", "step"), [("prepared", "not_started"), ("switched", "prepared"), ("finalized", "rebooted")]
)
def test_what_the_operator_refuses_is_quoted_and_the_change_is_told(state, step):
    cluster, clock = cluster_at(step), ScriptedClock()
    message = "Not applying unsafe configuration change: invalid configuration: [no]. Use 'oc edit' to undo the change."
    clock.at(3, lambda: refuse(cluster, message))
    with pytest.raises(WaitFailed) as ended:
        reach(cluster, state, clock=clock)
    assert f"InvalidOperatorConfig: {message}" in ended.value.message
    assert ended.value.facts["changed"] is True
    assert ended.value.facts["diff"]
    assert clock.now < 60


def test_a_patch_that_was_not_taken_is_no_change():
    cluster = cluster_at("not_started")
    cluster.fail(Forbidden(tried="patch networks", seen="HTTP 403"), verb="merge")
    with pytest.raises(Forbidden) as ended:
        reach(cluster, "prepared")
    assert "changed" not in ended.value.facts


def test_law_08_a_short_flash_of_degraded_is_lived_through():
    cluster, clock = cluster_at("asked"), ScriptedClock()
    refuse(cluster, "for a moment")
    clock.at(10, lambda: cluster.objects.update(cluster_at("rolling").objects))
    assert reach(cluster, "prepared", clock=clock).wait.verdict.state == "done"


def test_law_08_another_degraded_reason_is_told_and_waited_out():
    cluster, clock = cluster_at("asked"), ScriptedClock()
    refuse(cluster, "conflict", reason="StatusError")
    with pytest.raises(WaitTimeout, match="clusteroperator network says StatusError: conflict"):
        reach(cluster, "prepared", clock=clock, timeout=60)


# Check mode.


@pytest.mark.parametrize("target", [OVN, SDN])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_law_17_check_mode_never_writes_or_waits(state, step, target):
    cluster, clock = cluster_at(step, target=target), ScriptedClock()
    change_operator(cluster, defaultNetwork={"openshiftSDNConfig" if target == OVN else "ovnKubernetesConfig": {}})
    try:
        reach(cluster, state, clock=clock, target=target, check=True, allow_abort=True)
    except Refused:
        assert state == "idle"
    assert cluster.writes == []
    assert clock.slept == []


def test_check_mode_shows_the_same_diff_as_the_run():
    checked = reach(cluster_at("not_started"), "prepared", check=True, features=FEATURES, ovn={"mtu": 8900})
    cluster, clock = cluster_at("not_started"), ScriptedClock()
    clock.at(5, lambda: acknowledge(cluster))
    run = reach(cluster, "prepared", clock=clock, features=FEATURES, ovn={"mtu": 8900})
    assert checked.changed
    assert checked.diffs == run.diffs
    assert checked.wait.verdict.state == "pending"


def test_check_mode_predicts_beyond_a_leftover():
    cluster = cluster_at("not_started")
    change_operator(cluster, migration={"networkType": SDN, "features": {"egressIP": True}})
    diffs = reach(cluster, "prepared", check=True).diffs
    assert [diff.after for diff in diffs] == [{"spec": {}}, {"spec": {"migration": {"networkType": OVN}}}]
    assert diffs[1].before == {"spec": {}}


@pytest.mark.parametrize(
    ("state", "warning"),
    [("switched", "is not prepared"), ("finalized", "the cluster runs OpenShiftSDN, not OVNKubernetes")],
)
def test_check_mode_says_what_would_be_refused_as_the_cluster_stands(state, warning):
    cluster = cluster_at("not_started")
    change_operator(cluster, defaultNetwork={"openshiftSDNConfig": {}})
    outcome = reach(cluster, state, check=True)
    assert outcome.changed
    assert warning in outcome.warnings[0]


def test_law_07_the_switch_asks_no_operator_but_the_one_that_has_to_apply_it():
    cluster, clock = cluster_at("prepared"), ScriptedClock()
    clock.at(8, lambda: apply(cluster))
    reach(cluster, "switched", clock=clock)
    assert {call.name for call in cluster.made("get", CLUSTER_OPERATOR)} == {"network"}
    assert cluster.made("list", CLUSTER_OPERATOR) == []
