# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_OPERATOR,
    CLUSTER_VERSION,
    MACHINE_CONFIG_POOL,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
    NODE_NETWORK_STATE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, Unauthorized
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import LIVE_ANNOTATION, OVN
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import NODES

ASKED = ["etcd_backup", "tunnel_port_open", "nodes_not_routers"]


def test_a_clean_cluster(bench):
    bench.cluster = clean_cluster()
    result = bench.run("migration_preflight", acknowledge=ASKED)
    assert (result["blockers"], result["verdict"]["state"], result["changed"]) == (0, "done", False)
    assert (result["method"], result["target"]) == ("offline", "OVNKubernetes")
    assert result["requests"] == len(bench.cluster.calls)
    assert sum(result["counts"].values()) == len(result["findings"])


def test_the_way_back(bench):
    bench.cluster = clean_cluster("rollback")
    result = bench.run("migration_preflight", method="rollback", acknowledge=ASKED)
    assert (result["blockers"], result["target"]) == (0, "OpenShiftSDN")


def test_findings_do_not_fail_the_module(bench):
    bench.cluster = clean_cluster()
    bench.cluster.change(NODE, "w1", {"spec": {"unschedulable": True}})
    result = bench.run("migration_preflight", acknowledge=ASKED)
    assert (result["verdict"]["state"], result["blockers"]) == ("failed", 1)
    first = result["findings"][0]
    assert (first["id"], first["objects"], first["remedy"]) == (
        "nodes_schedulable",
        ["node/w1"],
        "Uncordon them: oc adm uncordon NAME.",
    )
    assert result["table"][0].startswith("! block  nodes_schedulable")


def test_what_a_cluster_says_does_not_reach_the_terminal_as_it_is(bench):
    bench.cluster = clean_cluster()
    hostile = "\x1b[2J\u202eall well"
    conditions = [{"type": "Available", "status": "False", "reason": "Down", "message": hostile}]
    bench.cluster.change(CLUSTER_OPERATOR, "dns", {"status": {"conditions": conditions}})
    result = bench.run("migration_preflight", acknowledge=ASKED)
    found = next(finding for finding in result["findings"] if finding["id"] == "operators_healthy")
    assert "\\x1b[2J\\u202eall well" in found["message"]
    assert "\x1b" not in str(list(result.values())).replace("\\\\x1b", "")


def test_the_wanted_settings_are_judged(bench):
    bench.cluster = clean_cluster()
    result = bench.run(
        "migration_preflight",
        acknowledge=ASKED,
        ovn={"mtu": 20, "geneve_port": 4789, "join_subnet": "10.128.0.0/16"},
        cluster_network=[{"cidr": "172.30.0.0/20", "host_prefix": 23}],
        features={"multicast": False},
    )
    stopping = {finding["id"] for finding in result["findings"] if finding["blocking"]}
    assert {"settings_possible", "tunnel_ports_differ", "subnets_apart"} <= stopping


@pytest.mark.parametrize(("probe", "check"), [(True, True), (False, False), (False, True)])
def test_law_17_no_command_is_run_in_check_mode_or_when_it_is_not_wanted(bench, probe, check):
    bench.cluster = clean_cluster()
    result = bench.run("migration_preflight", check=check, probe=probe)
    assert bench.cluster.writes == []
    assert "nodes_exec" in {finding["id"] for finding in result["findings"]}


OF_THE_HOSTS = ["mtu_fits_nodes", "default_route_on_node_ip", "host_routes"]


@pytest.mark.parametrize(
    ("probe", "check", "severity"),
    [
        pytest.param(True, True, "warn", id="a rehearsal leaves it to the run"),
        pytest.param(False, True, "block", id="the run would not ask either"),
        pytest.param(False, False, "block", id="the run does not ask"),
        pytest.param(True, False, None, id="the run asks"),
    ],
)
def test_without_nmstate_only_the_nodes_could_tell(bench, probe, check, severity):
    bench.cluster = clean_cluster()
    found = bench.run("migration_preflight", check=check, probe=probe)["findings"]
    unknown = {f["id"]: (f["severity"], f["blocking"]) for f in found if f["unreadable"]}
    assert unknown == ({} if severity is None else dict.fromkeys(OF_THE_HOSTS, (severity, severity == "block")))


def test_in_a_rehearsal_an_nmstate_that_cannot_be_read_stops_it_all_the_same(bench):
    bench.cluster = clean_cluster()
    bench.cluster.fail(Forbidden(tried="list", seen="HTTP 403"), kind=NODE_NETWORK_STATE, times=None)
    found = bench.run("migration_preflight", check=True)["findings"]
    assert {f["id"] for f in found if f["unreadable"] and f["blocking"]} >= set(OF_THE_HOSTS)


def test_one_command_on_each_node(bench):
    bench.cluster = clean_cluster()
    bench.run("migration_preflight")
    assert [call.verb for call in bench.cluster.writes] == ["execute"] * len(NODES)
    assert {call.body["command"][:2] == ["chroot", "/rootfs"] for call in bench.cluster.writes} == {True}


def test_the_lease_is_left_alone(bench):
    bench.cluster = clean_cluster()
    bench.run("migration_preflight", lock_holder="somebody", probe=False)
    assert bench.cluster.writes == []


def test_unknown_ids_are_an_error(bench):
    bench.cluster = clean_cluster()
    result = bench.run("migration_preflight", skip=["nonsense"])
    assert result["failed"]
    assert result["problems"] == ["skip names nonsense, which is no check"]


def test_an_unknown_credential_is_an_error(bench):
    bench.cluster = clean_cluster()
    bench.cluster.fail(Unauthorized(tried="list nodes", seen="HTTP 401", remedy="Log in again."), kind=NODE)
    result = bench.run("migration_preflight")
    assert (result["failed"], result["remedy"]) == (True, "Log in again.")


def test_a_dead_api_is_given_up_after_a_minute(bench):
    bench.cluster.go_down()
    result = bench.run("migration_preflight")
    assert result["failed"]
    assert bench.clock.now == 60


def prepared():
    """A clean cluster on which the migration is prepared: each pool boots for the target."""
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": OVN}}})
    cluster.change(NETWORK_CONFIG, "cluster", {"status": {"migration": {"networkType": OVN}}})
    return cluster


SICK = {
    "etcd_healthy": lambda cluster: cluster.put(POD, objects.etcd_pod("m1", ready=False)),
    "operators_healthy": lambda cluster: cluster.put(CLUSTER_OPERATOR, objects.operator("dns", available="False")),
    "nodes_ready": lambda cluster: cluster.change(NODE, "w1", {"status": {"conditions": [objects.node_ready(False)]}}),
    "nodes_schedulable": lambda cluster: cluster.change(NODE, "w1", {"spec": {"unschedulable": True}}),
    "pools_settled": lambda cluster: cluster.change(
        MACHINE_CONFIG_POOL, "worker", {"status": {"observedGeneration": 1}}
    ),
    "pools_not_paused": lambda cluster: cluster.change(MACHINE_CONFIG_POOL, "worker", {"spec": {"paused": True}}),
    "no_upgrade": lambda cluster: cluster.change(
        CLUSTER_VERSION, "version", {"status": {"conditions": [objects.condition("Progressing", "True")]}}
    ),
    "credential_outlives_switch": lambda cluster: setattr(cluster, "oauth", True),
    "no_live_annotation": lambda cluster: cluster.change(
        NETWORK_CONFIG, "cluster", {"metadata": {"annotations": {LIVE_ANNOTATION: ""}}}
    ),
}


def test_a_prepared_cluster_that_is_well_may_be_switched(bench):
    bench.cluster = prepared()
    result = bench.run("migration_preflight", moment="switch", wait_timeout=300)
    assert (result["blockers"], bench.clock.now) == (0, 0), result["table"]
    assert bench.cluster.made("execute") == []


@pytest.mark.parametrize("check", SICK)
def test_what_has_fallen_ill_since_stops_the_switch_when_it_does_not_settle(bench, check):
    bench.cluster = prepared()
    SICK[check](bench.cluster)
    result = bench.run("migration_preflight", moment="switch", wait_timeout=300)
    assert check in {finding["id"] for finding in result["findings"] if finding["blocking"]}
    assert bench.clock.now >= 300


def test_what_settles_in_time_stops_nothing(bench):
    bench.cluster = prepared()
    SICK["etcd_healthy"](bench.cluster)
    bench.clock.at(60, lambda: bench.cluster.put(POD, objects.etcd_pod("m1")))
    result = bench.run("migration_preflight", moment="switch", wait_timeout=300)
    assert result["blockers"] == 0
    assert 60 <= bench.clock.now < 80
