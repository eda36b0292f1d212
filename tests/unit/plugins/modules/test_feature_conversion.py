# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    EGRESS_FIREWALL,
    EGRESS_IP,
    NAMESPACE,
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
    store.put(*store.plan(contents, target=target, source_type="OpenShiftSDN", late=late))
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
    shop.cluster.fail(Forbidden(tried="list", seen="HTTP 403"), verb="list", kind=kind)
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
