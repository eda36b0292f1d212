# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_OPERATOR,
    NAMESPACE,
    NETWORK_OPERATOR,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Untrusted
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    change_config,
    change_operator,
    cluster_at,
    put_former_namespace,
    refuse,
    resume,
)


def test_prepared_from_the_arguments_to_the_patch(bench):
    bench.cluster = cluster_at("not_started")
    bench.clock.at(12, lambda: change_config(bench.cluster, status={"migration": {"networkType": OVN}}))
    result = bench.run(
        "cno_migration", state="prepared", features={"egress_ip": False}, ovn={"mtu": 8900, "routing_via_host": True}
    )
    assert result["changed"] is True
    assert result["verdict"] == {
        "state": "done",
        "reason": "the operator has acknowledged the migration to OVNKubernetes",
    }
    assert result["waited_seconds"] >= 12
    assert result["polls"] == len(bench.clock.slept) + 1
    assert result["api_outages"] == []
    assert bench.cluster.objects[(NETWORK_OPERATOR, "", "cluster")]["spec"] == {
        "defaultNetwork": {
            "type": "OpenShiftSDN",
            "ovnKubernetesConfig": {"mtu": 8900, "gatewayConfig": {"routingViaHost": True}},
        },
        "migration": {
            "networkType": OVN,
            "features": {"egressIP": False, "egressFirewall": True, "multicast": True},
        },
    }
    assert result["diff"][0]["before_header"] == "networks.operator.openshift.io cluster"


def test_run_again_it_changes_nothing(bench):
    bench.cluster = cluster_at("prepared")
    result = bench.run("cno_migration", state="prepared")
    assert result["changed"] is False
    assert "diff" not in result
    assert bench.cluster.writes == []


def test_check_mode_shows_what_it_would_do(bench):
    bench.cluster = cluster_at("not_started")
    result = bench.run("cno_migration", check=True, state="prepared")
    assert (result["changed"], result["verdict"]["state"]) == (True, "pending")
    assert result["diff"][0]["after"] == {"spec": {"migration": {"networkType": OVN}}}
    assert (bench.cluster.writes, bench.clock.slept) == ([], [])


def test_check_mode_warns_of_what_would_be_refused(bench):
    bench.cluster = cluster_at("not_started")
    result = bench.run("cno_migration", check=True, state="switched")
    assert "Run state prepared first." in str(result["warnings"])


def test_wrong_settings_are_listed(bench):
    bench.cluster = cluster_at("not_started")
    result = bench.run("cno_migration", state="prepared", ovn={"mtu": 1, "join_subnet": "x"})
    assert result["failed"] is True
    assert len(result["problems"]) == 2
    assert result["remedy"].startswith("Nothing was changed. Correct the settings (cno_prepare_ovn,")
    assert bench.cluster.writes == []


def test_what_the_operator_refuses_is_quoted_and_changed_is_honest(bench):
    bench.cluster = cluster_at("not_started")
    bench.clock.at(2, lambda: refuse(bench.cluster, "no, because"))
    result = bench.run("cno_migration", state="prepared")
    assert (result["failed"], result["changed"]) == (True, True)
    assert "InvalidOperatorConfig: no, because" in result["msg"]
    assert result["verdict"]["state"] == "failed"
    assert "deployment network-operator" in result["remedy"]


def test_missing_rights(bench):
    bench.cluster = cluster_at("not_started")
    bench.cluster.denied = {"list nodes"}
    result = bench.run("cno_migration", state="prepared")
    assert result["missing_rights"] == ["list nodes"]
    assert bench.cluster.writes == []


def test_an_abort_has_to_be_allowed(bench):
    bench.cluster = cluster_at("prepared")
    assert "allow_abort" in bench.run("cno_migration", state="idle")["msg"]
    bench.clock.at(5, lambda: change_config(bench.cluster, status={"migration": None}))
    assert bench.run("cno_migration", state="idle", allow_abort=True)["changed"] is True


def test_the_way_back(bench):
    bench.cluster = cluster_at("rebooted", target="OpenShiftSDN")
    resume(bench.cluster)
    change_operator(bench.cluster, defaultNetwork={"ovnKubernetesConfig": {"mtu": 1400}})
    bench.clock.at(5, lambda: change_config(bench.cluster, status={"migration": None}))
    assert bench.run("cno_migration", state="finalized", target="OpenShiftSDN")["changed"] is True
    assert bench.cluster.objects[(NETWORK_OPERATOR, "", "cluster")]["spec"] == {
        "defaultNetwork": {"type": "OpenShiftSDN"}
    }


def test_an_outage_is_lived_through_and_told(bench):
    bench.cluster = cluster_at("prepared")
    bench.cluster.go_down()
    bench.clock.at(120, bench.cluster.come_back)
    result = bench.run("cno_migration", state="prepared")
    assert [outage["seconds"] for outage in result["api_outages"]] == [121.8]


def test_a_wrong_certificate_is_no_outage(bench):
    bench.cluster.fail(Untrusted(tried="read it", seen="its certificate cannot be verified"))
    result = bench.run("cno_migration", state="idle")
    assert "certificate" in result["msg"]
    assert bench.clock.slept == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "missing required arguments: state"),
        ({"state": "done"}, "value of state must be one of"),
        ({"state": "prepared", "target": "Calico"}, "value of target must be one of"),
        ({"state": "prepared", "ovn": {"nonsense": 1}}, "nonsense"),
        ({"state": "switched", "cluster_network": [{"cidr": "10.0.0.0/14"}]}, "host_prefix"),
    ],
)
def test_wrong_arguments_reach_no_cluster(bench, arguments, message):
    result = bench.run("cno_migration", **arguments)
    assert message in result["msg"]
    assert bench.cluster.calls == []


def test_the_timeout_is_an_option(bench):
    bench.cluster = cluster_at("asked")
    assert "not within 30 s" in bench.run("cno_migration", state="prepared", wait_timeout=30)["msg"]
    assert bench.cluster.made("get", CLUSTER_OPERATOR)


def test_a_switch_that_is_applied_after_all_is_not_taken_back(bench):
    bench.cluster = cluster_at("flipped")
    bench.clock.at(5, lambda: change_config(bench.cluster, status={"networkType": OVN}))
    result = bench.run("cno_migration", state="idle", allow_abort=True)
    assert (result["failed"], result["switched"]) == (True, True)


@pytest.mark.parametrize(("wanted", "left"), [("kept", True), ("absent", False)])
def test_the_former_namespace_goes_when_that_is_wanted(bench, wanted, left):
    bench.cluster = cluster_at("finished")
    put_former_namespace(bench.cluster)
    rehearsed = bench.run("cno_migration", state="finalized", former_namespace=wanted, check=True)
    result = bench.run("cno_migration", state="finalized", former_namespace=wanted)
    assert (rehearsed["changed"], result["changed"]) == (not left, not left)
    assert ((NAMESPACE, "", "openshift-sdn") in bench.cluster.objects) is left
    assert result.get("former_namespace", {}).get("state") == (None if left else "deleted")
    assert bench.run("cno_migration", state="finalized", former_namespace=wanted)["changed"] is False


def test_a_namespace_is_kept_when_the_cluster_is_not_finalized(bench):
    bench.cluster = cluster_at("applied")
    put_former_namespace(bench.cluster)
    assert bench.run("cno_migration", state="finalized", former_namespace="absent")["failed"] is True
    assert bench.cluster.writes == []
