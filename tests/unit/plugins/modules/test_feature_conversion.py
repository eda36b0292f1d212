# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    EGRESS_FIREWALL,
    EGRESS_IP,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    NAMESPACE,
    NET_NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.contents import Contents
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, NotFound
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.store import BackupStore
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

RULES = {"egress": [{"type": "Deny", "to": {"cidrSelector": "0.0.0.0/0"}}]}
POLICY = {
    "apiVersion": "network.openshift.io/v1",
    "kind": "EgressNetworkPolicy",
    "metadata": {"name": "limits", "namespace": "shop"},
    "spec": RULES,
}
MULTICAST = {
    "apiVersion": "network.openshift.io/v1",
    "kind": "NetNamespace",
    "metadata": {"name": "shop", "annotations": {"netnamespace.network.openshift.io/multicast-enabled": "true"}},
    "netname": "shop",
}
FIREWALL = {"metadata": {"name": "default", "namespace": "shop"}, "spec": RULES}


@pytest.fixture
def shop(bench):
    """A cluster that has rebooted to OVN-Kubernetes, with a backup; the operator has converted nothing yet."""
    bench.cluster = cluster_at("rebooted")
    bench.cluster.put(NAMESPACE, {"metadata": {"name": "shop"}})
    put_backup(bench)
    return bench


def put_backup(bench, *objects, target="OVNKubernetes", late=False):
    store = BackupStore(bench.cluster)
    contents = Contents(objects=objects or (POLICY, MULTICAST))
    store.put(*store.plan(contents, target=target, source_type="OpenShiftSDN", late=late, indexes=()))
    bench.cluster.calls.clear()


def convert(bench):
    bench.cluster.put(EGRESS_FIREWALL, FIREWALL)
    bench.cluster.change(NAMESPACE, "shop", {"metadata": {"annotations": {"k8s.ovn.org/multicast-enabled": "true"}}})


def test_it_waits_for_the_operator(shop):
    shop.clock.at(20, lambda: convert(shop))
    result = shop.run("feature_conversion")
    assert result["verdict"] == {"state": "done", "reason": "2 objects converted"}
    assert (result["changed"], result["backup"]) == (False, "ovnkubernetes-20260101000000")
    assert [row["state"] for row in result["conversions"]] == ["converted", "converted"]
    assert 20 <= result["waited_seconds"] <= 30
    assert shop.cluster.writes == []


def test_what_is_not_converted_is_named(shop):
    shop.cluster.put(EGRESS_FIREWALL, FIREWALL)
    result = shop.run("feature_conversion", wait_timeout=60)
    assert "NetNamespace shop: namespace shop lacks the annotation" in result["msg"]
    assert "by hand from the backup" in result["remedy"]
    assert [row["state"] for row in result["conversions"]] == ["converted", "missing"]


def test_what_was_declined_does_not_count(shop):
    shop.cluster.put(EGRESS_FIREWALL, FIREWALL)
    migration = {"networkType": "OVNKubernetes", "features": {"multicast": False}}
    shop.cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": migration}})
    result = shop.run("feature_conversion")
    assert [row["state"] for row in result["conversions"]] == ["converted", "not_wanted"]
    again = shop.run("feature_conversion", features={"multicast": True}, wait_timeout=1)
    assert [row["state"] for row in again["conversions"]] == ["converted", "missing"]


def test_the_way_back(shop):
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "shop", "annotations": {"k8s.ovn.org/multicast-enabled": "true"}},
    }
    shop.cluster.server_seconds = lambda: 60.0
    put_backup(shop, namespace, target="OpenShiftSDN")
    result = shop.run("feature_conversion", target="OpenShiftSDN", wait_timeout=1)
    assert result["conversions"][0]["target"] == "netnamespaces.network.openshift.io shop"
    assert result["failed"] is True


def test_without_a_backup_it_fails_and_says_so(bench):
    bench.cluster = cluster_at("rebooted")
    result = bench.run("feature_conversion")
    assert "there is no backup from before the migration to OVNKubernetes" in result["msg"]
    relaxed = bench.run("feature_conversion", backup_required=False)
    assert "nothing was compared" in relaxed["verdict"]["reason"]
    assert "nothing was compared" in str(relaxed["warnings"])


def test_a_late_backup_does_not_know_what_there_was(bench):
    bench.cluster = cluster_at("rebooted")
    put_backup(bench, late=True)
    assert "no backup from before" in bench.run("feature_conversion")["msg"]


def test_a_backup_of_the_migration_before_the_way_back_is_history(shop):
    shop.cluster.server_seconds = lambda: 60.0
    put_backup(shop, target="OpenShiftSDN")
    assert "no backup from before the migration to OVNKubernetes" in shop.run("feature_conversion")["msg"]


def test_one_of_two_that_was_overwritten_is_a_warning(shop):
    other = {**POLICY, "metadata": {"name": "more", "namespace": "shop"}, "spec": {"egress": []}}
    shop.cluster.server_seconds = lambda: 60.0
    put_backup(shop, POLICY, other)
    shop.cluster.put(EGRESS_FIREWALL, FIREWALL)
    result = shop.run("feature_conversion")
    assert result["verdict"]["state"] == "done"
    assert "EgressNetworkPolicy shop/more" in str(result["warnings"])


def test_a_kind_that_is_not_served_is_not_converted_to(shop):
    shop.cluster.fail(NotFound(tried="list", seen="HTTP 404"), kind=EGRESS_FIREWALL, times=None)
    shop.cluster.fail(NotFound(tried="list", seen="HTTP 404"), kind=EGRESS_IP, times=None)
    result = shop.run("feature_conversion", wait_timeout=1)
    assert "has no EgressFirewall default" in result["msg"]


@pytest.mark.parametrize("kind", [EGRESS_FIREWALL, NAMESPACE, NODE])
def test_law_16_what_may_not_be_read_is_an_error(shop, kind):
    shop.cluster.fail(Forbidden(tried="list", seen="HTTP 403"), verb="list", kind=kind, times=None)
    assert "HTTP 403" in shop.run("feature_conversion")["msg"]


def test_check_mode_looks_once(shop):
    result = shop.run("feature_conversion", check=True)
    assert result["verdict"]["state"] == "pending"
    assert shop.clock.slept == []
    assert shop.cluster.writes == []


def test_a_damaged_backup_fails_with_its_name(shop):
    name = shop.run("feature_conversion", check=True)["backup"]
    part = next(body for key, body in shop.cluster.objects.items() if key[2] == f"backup-{name}-000")
    part["data"]["part"] = ""
    result = shop.run("feature_conversion")
    assert (result["failed"], result["damaged_backup"]) == (True, name)


EDITED = {"egress": [{"type": "Allow", "to": {"dnsName": "example.com"}}]}
ADDRESSES = {
    "apiVersion": "network.openshift.io/v1",
    "kind": "NetNamespace",
    "metadata": {"name": "shop"},
    "netname": "shop",
    "egressIPs": ["192.0.2.5"],
}
HOST = {
    "apiVersion": "network.openshift.io/v1",
    "kind": "HostSubnet",
    "metadata": {"name": "w0"},
    "egressIPs": ["192.0.2.5"],
    "egressCIDRs": ["192.0.2.0/24"],
}


def prepare(bench):
    bench.clock.after(1, lambda: acknowledge(bench, migration={"networkType": "OVNKubernetes"}))
    assert bench.run("cno_migration", state="prepared")["changed"] is True


def switch(bench):
    bench.cluster = bench_at(bench, "prepared")
    bench.clock.after(1, lambda: acknowledge(bench, networkType="OVNKubernetes"))
    result = bench.run("cno_migration", state="switched")
    assert result["changed"] is True, result


def acknowledge(bench, **status):
    bench.cluster.change(NETWORK_CONFIG, "cluster", {"status": status})


def bench_at(bench, step):
    """The nodes and Network objects of ``step``, and all else, the nodes' labels too, as it is."""
    there = cluster_at(step)
    for key, body in bench.cluster.objects.items():
        there.objects.setdefault(key, body)
    for node in bench.cluster.list(NODE):
        there.change(NODE, node["metadata"]["name"], {"metadata": {"labels": node["metadata"]["labels"]}})
    return there


def takes(bench):
    """What builds do that convert while the migration is being prepared."""
    bench.cluster.change(NET_NAMESPACE, "shop", {"egressIPs": None})
    bench.cluster.change(HOST_SUBNET, "w0", {"egressIPs": None, "egressCIDRs": None})
    bench.cluster.change(NODE, "w0", {"metadata": {"labels": {"k8s.ovn.org/egress-assignable": ""}}})
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    addresses = {"egressIPs": ["192.0.2.9"], "namespaceSelector": selector}
    bench.cluster.put(EGRESS_IP, {"metadata": {"name": "egressip-shop"}, "spec": addresses})


@pytest.fixture
def edited(bench):
    """A cluster with a backup, in which somebody edits afterwards; the firewall once more when it is prepared."""
    bench.cluster = cluster_at("not_started")
    for kind, body in ((EGRESS_NETWORK_POLICY, POLICY), (NET_NAMESPACE, ADDRESSES), (HOST_SUBNET, HOST)):
        bench.cluster.put(kind, body)
    bench.cluster.put(NAMESPACE, {"metadata": {"name": "shop"}})
    put_backup(bench, POLICY, ADDRESSES, HOST)
    bench.cluster.change(NET_NAMESPACE, "shop", {"egressIPs": ["192.0.2.9"]})
    return bench


@pytest.mark.parametrize("early", [True, False])
def test_what_was_edited_after_the_backup_is_compared_as_it_was_right_before_the_switch(edited, early):
    backup = {key: body for key, body in edited.cluster.objects.items() if key[2].startswith("backup-")}
    prepare(edited)
    if early:
        takes(edited)
    edited.cluster.change(EGRESS_NETWORK_POLICY, "limits", {"spec": EDITED}, namespace="shop")
    switch(edited)
    if not early:
        takes(edited)
    edited.cluster.remove(EGRESS_NETWORK_POLICY, "limits", namespace="shop")
    edited.cluster.put(EGRESS_FIREWALL, {**FIREWALL, "spec": EDITED})
    result = edited.run("feature_conversion", wait_timeout=1)
    assert result["verdict"] == {"state": "done", "reason": "3 objects converted"}
    assert (result["compared_with"], result.get("warnings", [])) == ("record", [])
    assert {key: edited.cluster.objects[key] for key in backup} == backup


def test_what_was_lost_since_the_switch_is_still_missed(edited):
    prepare(edited)
    takes(edited)
    switch(edited)
    edited.cluster.remove(EGRESS_IP, "egressip-shop")
    result = edited.run("feature_conversion", wait_timeout=1)
    assert "there is no EgressIP egressip-shop" in result["msg"]
    assert "has no EgressFirewall default" in result["msg"]


def test_check_mode_records_nothing(edited):
    edited.run("cno_migration", state="prepared", check=True)
    assert edited.cluster.writes == []


def test_without_a_record_the_backup_is_compared_with_and_that_is_said(shop):
    convert(shop)
    result = shop.run("feature_conversion")
    assert (result["compared_with"], result["verdict"]["state"]) == ("backup", "done")
    assert "right before the switch is not recorded" in str(result["warnings"])


def test_a_damaged_record_is_an_error(edited):
    prepare(edited)
    name = next(key for key in edited.cluster.objects if key[2].startswith("convertible-"))
    edited.cluster.objects[name]["data"]["objects"] = "[]"
    assert "it is not what was put there" in edited.run("feature_conversion", wait_timeout=1)["msg"]
