# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NETWORK_CONFIG,
    NODE_NETWORK_POLICY,
    NODE_NETWORK_STATE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Conflict, Forbidden, NotFound
from ansible_collections.ocp_day2.ovn_migration.tests.unit.kills import killed_before_write
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import NODES, cluster_at

#: what ``objects.node`` has
ADDRESS = "192.0.2.10"


def interface(name, kind="ethernet", *, ip=None, **more):
    ipv4 = {"enabled": True, "address": [{"ip": ip, "prefix-length": 24}]} if ip else {"enabled": False}
    return {"name": name, "type": kind, "state": "up", "ipv4": ipv4, **more}


def state(node, *interfaces):
    current = {"interfaces": [*interfaces], "routes": {"running": []}}
    return {"metadata": {"name": node}, "status": {"currentState": current}}


def policy(name, *interfaces, selector=None, **metadata):
    spec = {"desiredState": {"interfaces": [*interfaces]}, **({"nodeSelector": selector} if selector else {})}
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": "77", "generation": 2, **metadata},
        "spec": spec,
        "status": {"conditions": []},
    }


BOND = interface("bond0", "bond", **{"link-aggregation": {"mode": "802.3ad", "port": ["ens3", "ens4"]}})
BOND_POLICY = policy(
    "bond0-policy", BOND, labels={"team": "net"}, annotations={"nmstate.io/webhook-mutating-timestamp": "1"}
)
WORKERS = {"node-role.kubernetes.io/worker": ""}
POLICIES = (
    BOND_POLICY,
    policy("port", interface("ens4", mtu=9000), selector=WORKERS),
    policy("storage", interface("ens5", ip="198.51.100.4")),
)


def filled(cluster, *, policies=POLICIES):
    """The network of every node is bond0 of ens3 and ens4; ens5 is for storage."""
    for node in NODES:
        addressed = {**BOND, **interface("bond0", "bond", ip=ADDRESS), "link-aggregation": BOND["link-aggregation"]}
        cluster.put(NODE_NETWORK_STATE, state(node, addressed, interface("ens3"), interface("ens4"), interface("ens5")))
    for body in policies:
        cluster.put(NODE_NETWORK_POLICY, body)
    return cluster


@pytest.fixture
def cluster(bench):
    bench.cluster = filled(cluster_at("not_started"))
    return bench.cluster


def there(cluster):
    return sorted(name for kind, _namespace, name in cluster.objects if kind == NODE_NETWORK_POLICY)


def body(cluster, name):
    return cluster.objects[(NODE_NETWORK_POLICY, "", name)]


def saved(cluster):
    found = cluster.objects.get((CONFIG_MAP, "ovn-migration", "migration-loans"), {})
    entries = [json.loads(text) for text in (found.get("data") or {}).values()]
    return {entry["name"]: entry["before"] for entry in entries}


def absent(bench, **given):
    return bench.run("primary_nncp", state="absent", **given)


def restored(bench, **given):
    return bench.run("primary_nncp", state="restored", **given)


ALL = ["bond0-policy", "port", "storage"]
PRIMARY = ["bond0-policy", "port"]


def test_all_on_the_primary_interface_are_saved_whole_and_deleted(bench, cluster):
    result = absent(bench, step="cno_prepare")
    assert (result["changed"], result["policies"]) == (True, PRIMARY)
    assert there(cluster) == ["storage"]
    assert sorted(saved(cluster)) == PRIMARY
    assert saved(cluster)["bond0-policy"] == {
        "apiVersion": "nmstate.io/v1",
        "kind": "NodeNetworkConfigurationPolicy",
        "metadata": {"name": "bond0-policy", "labels": {"team": "net"}},
        "spec": BOND_POLICY["spec"],
    }
    assert result["verdict"] == {"state": "done", "reason": "bond0-policy, port are gone"}
    assert [(row["what"], row["before"], row["step"]) for row in result["loans"]] == [
        ("network_policy", "saved", "cno_prepare")
    ] * 2
    assert result["diff"][0]["before"]["spec"] == BOND_POLICY["spec"]


def test_they_come_back_as_they_were(bench, cluster):
    absent(bench)
    result = restored(bench)
    assert (result["changed"], result["policies"], result["loans"]) == (True, PRIMARY, [])
    assert (there(cluster), saved(cluster)) == (ALL, {})
    assert body(cluster, "port")["spec"] == POLICIES[1]["spec"]
    metadata = {**body(cluster, "bond0-policy")["metadata"]}
    assert metadata.pop("resourceVersion") == "1", "made anew by the server"
    assert metadata == {"name": "bond0-policy", "labels": {"team": "net"}}
    assert "status" not in body(cluster, "bond0-policy")


@pytest.mark.parametrize("call", [absent, restored])
def test_law_18_again_it_changes_nothing_and_writes_nothing(bench, cluster, call):
    absent(bench)
    call(bench)
    cluster.calls.clear()
    result = call(bench)
    assert (result["changed"], result["policies"], cluster.writes) == (False, [], [])


def test_law_17_check_mode_shows_it_and_writes_nothing(bench, cluster):
    result = absent(bench, check=True)
    assert (result["changed"], result["policies"], result["verdict"]["state"]) == (True, PRIMARY, "pending")
    assert len(result["diff"]) == 2
    absent(bench)
    cluster.calls.clear()
    result = restored(bench, check=True)
    assert (result["changed"], result["policies"], cluster.writes) == (True, PRIMARY, [])


# Two writes make the ledger, two delete.
@pytest.mark.parametrize("write", range(1, 5))
@pytest.mark.parametrize("then", ["absent", "restored"])
def test_killed_at_any_write_of_deleting(bench, cluster, write, then):
    with killed_before_write(cluster, write):
        assert "killed" in absent(bench)["msg"]
    if then == "absent":
        absent(bench)
        assert (there(cluster), sorted(saved(cluster))) == (["storage"], PRIMARY)
    restored(bench)
    assert (there(cluster), saved(cluster)) == (ALL, {})
    assert body(cluster, "port")["spec"] == POLICIES[1]["spec"]


# Two creations, one write to strike them.
@pytest.mark.parametrize("write", range(1, 4))
@pytest.mark.parametrize("then", ["absent", "restored"])
def test_killed_at_any_write_of_restoring(bench, cluster, write, then):
    absent(bench)
    with killed_before_write(cluster, write):
        assert "killed" in restored(bench)["msg"]
    if then == "absent":
        absent(bench)
        assert (there(cluster), sorted(saved(cluster))) == (["storage"], PRIMARY)
    result = restored(bench)
    assert "somebody else" not in str(result.get("warnings"))
    assert (there(cluster), saved(cluster)) == (ALL, {})


def test_it_waits_until_they_are_gone(bench, cluster):
    linger(cluster)
    bench.clock.at(30, lambda: cluster.remove(NODE_NETWORK_POLICY, "port"))
    result = absent(bench)
    assert 30 <= result["waited_seconds"] <= 41
    assert there(cluster) == ["storage"]


def test_one_that_does_not_go_is_named_and_stays_saved(bench, cluster):
    linger(cluster)
    result = absent(bench, wait_timeout=60)
    assert "last seen: still there: port" in result["msg"]
    assert (result["changed"], len(result["loans"])) == (True, 2)
    again = absent(bench, wait_timeout=60)
    assert "still there: port" in again["msg"]
    assert len(cluster.made("delete")) == 2, "it is asked for once"
    assert sorted(saved(cluster)) == PRIMARY


def test_one_that_is_still_being_deleted_cannot_be_restored_yet(bench, cluster):
    linger(cluster)
    absent(bench, wait_timeout=60)
    result = restored(bench)
    assert "it is still being deleted" in result["msg"]
    assert sorted(saved(cluster)) == ["port"]
    cluster.remove(NODE_NETWORK_POLICY, "port")
    restored(bench)
    assert (there(cluster), saved(cluster)) == (ALL, {})


def linger(cluster):
    """The policy ``port`` has a finalizer that nobody takes away."""
    delete = cluster.delete

    def keep_one(kind, name, *, namespace=None):
        kept = copy.deepcopy(cluster.objects[(kind, "", name)])
        delete(kind, name, namespace=namespace)
        if name == "port":
            kept["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
            cluster.put(kind, kept)

    cluster.delete = keep_one


def test_what_somebody_has_made_anew_is_left_and_reported(bench, cluster):
    absent(bench)
    cluster.put(NODE_NETWORK_POLICY, policy("port", interface("ens4", mtu=1500)))
    result = restored(bench)
    assert result["policies"] == ["bond0-policy"]
    assert "port was made anew by somebody else" in str(result["warnings"])
    assert body(cluster, "port")["spec"]["desiredState"]["interfaces"][0]["mtu"] == 1500
    assert saved(cluster) == {}


def test_what_somebody_has_made_again_as_it_was_is_fine(bench, cluster):
    absent(bench)
    cluster.put(NODE_NETWORK_POLICY, POLICIES[1])
    result = restored(bench)
    assert (result["policies"], "warnings" in result, saved(cluster)) == (["bond0-policy"], False, {})


def test_what_gitops_has_made_again_with_changes_is_what_is_saved_then(bench, cluster):
    absent(bench)
    cluster.put(NODE_NETWORK_POLICY, policy("port", interface("ens4", mtu=1500)))
    assert absent(bench)["policies"] == ["port"]
    assert saved(cluster)["port"]["spec"]["desiredState"]["interfaces"][0]["mtu"] == 1500
    assert "bond0-policy" in saved(cluster)


def test_one_created_between_the_look_and_our_own_is_looked_at(bench, cluster):
    absent(bench)
    cluster.before("create", NODE_NETWORK_POLICY, 1, lambda: cluster.put(NODE_NETWORK_POLICY, BOND_POLICY))
    cluster.fail(Conflict(tried="create", seen="HTTP 409"), verb="create", kind=NODE_NETWORK_POLICY)
    assert restored(bench)["policies"] == ["port"]
    assert (there(cluster), saved(cluster)) == (ALL, {})


def test_without_nmstate_there_is_nothing_to_do(bench):
    bench.cluster = cluster_at("not_started")
    for kind in (NODE_NETWORK_POLICY, NODE_NETWORK_STATE):
        bench.cluster.fail(NotFound(tried="list", seen="HTTP 404"), verb="list", kind=kind, times=None)
    for call in (absent, restored):
        result = call(bench)
        assert (result["changed"], result["policies"], bench.cluster.writes) == (False, [], [])


def test_without_policies_nobody_asks_for_states(bench):
    bench.cluster = cluster_at("not_started")
    assert absent(bench)["changed"] is False
    assert bench.cluster.made("list", NODE_NETWORK_STATE) == []


def no_states(cluster):
    for node in NODES:
        cluster.remove(NODE_NETWORK_STATE, node)


def test_law_16_without_states_nothing_is_decided(bench, cluster):
    no_states(cluster)
    result = absent(bench)
    assert "no NodeNetworkState tells: m0, m1, m2, w0 and 1 more" in result["msg"]
    assert "name the policies" in result["msg"]
    assert cluster.writes == []


def test_law_16_policies_that_cannot_be_read_are_not_taken_for_absent(bench, cluster):
    cluster.fail(Forbidden(tried="list", seen="HTTP 403"), verb="list", kind=NODE_NETWORK_POLICY, times=None)
    assert absent(bench)["failed"]
    assert cluster.writes == []


def test_a_node_without_a_state_matters_only_where_a_policy_selects_it(bench):
    bench.cluster = filled(cluster_at("not_started"), policies=POLICIES[1:2])
    bench.cluster.remove(NODE_NETWORK_STATE, "m0")
    assert absent(bench)["policies"] == ["port"]


def test_named_policies_need_no_states(bench, cluster):
    no_states(cluster)
    assert absent(bench, names=["storage"])["policies"] == ["storage"]
    assert there(cluster) == PRIMARY
    assert absent(bench, names=["storage"])["changed"] is False


def test_unknown_names_are_refused(bench, cluster):
    result = absent(bench, names=["bond1-policy"])
    assert "this cluster has bond0-policy, port, storage" in result["msg"]
    assert cluster.writes == []


def test_an_expression_is_not_guessed(bench):
    captured = policy("captured", interface("{{ capture.base.interfaces.0.name }}"))
    bench.cluster = filled(cluster_at("not_started"), policies=(captured,))
    result = absent(bench)
    assert "captured finds its interfaces by an expression" in result["msg"]
    assert absent(bench, names=["captured"])["policies"] == ["captured"]


def test_names_limit_what_is_restored(bench, cluster):
    absent(bench)
    assert restored(bench, names=["port"])["policies"] == ["port"]
    assert sorted(saved(cluster)) == ["bond0-policy"]


def test_one_that_cannot_be_created_does_not_keep_the_others(bench, cluster):
    absent(bench)
    denied = 'HTTP 403, admission webhook "guard.example.com" denied the request'
    cluster.fail(Forbidden(tried="create bond0-policy", seen=denied), verb="create", name="bond0-policy")
    result = restored(bench)
    assert "give back 1 of 2 things" in result["msg"]
    assert (there(cluster), sorted(saved(cluster))) == (["port", "storage"], ["bond0-policy"])


def test_rights_are_asked_for_before_the_first_write(bench, cluster):
    cluster.denied = {"create nodenetworkconfigurationpolicies.nmstate.io"}
    assert absent(bench)["missing_rights"] == ["create nodenetworkconfigurationpolicies.nmstate.io"]
    assert cluster.writes == []


def test_without_a_state_it_tells_both_and_writes_nothing(bench, cluster):
    absent(bench, names=["storage"])
    cluster.calls.clear()
    result = bench.run("primary_nncp")
    assert (result["policies"], [row["name"] for row in result["loans"]]) == (PRIMARY, ["storage"])
    assert cluster.writes == []


def test_deleted_policies_survive_the_loss_of_our_namespace(bench, cluster):
    """They cannot carry their own entry, so the network's configuration holds it."""
    before = {name for kind, _namespace, name in cluster.objects if kind == NODE_NETWORK_POLICY}
    absent(bench)
    for key in [key for key in cluster.objects if "ovn-migration" in key[1:]]:
        del cluster.objects[key]
    restored(bench)
    assert {name for kind, _namespace, name in cluster.objects if kind == NODE_NETWORK_POLICY} == before
    assert not (cluster.objects[NETWORK_CONFIG, "", "cluster"]["metadata"].get("annotations") or {})
