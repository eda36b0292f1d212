# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import kinds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import PAGE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Forbidden,
    MigrationError,
    NotFound,
    Unauthorized,
    Untrusted,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Method,
    NotRead,
    Snapshot,
    Unreadable,
    Wanted,
    parts_for,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.preflight.snapshot import (
    DEPENDENT_LISTS,
    LISTS,
    OPTIONAL_LISTS,
    READ,
    SnapshotReader,
    machine_networks,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import INSTALL_CONFIG, clean_cluster, seen
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import NODES

FORBIDDEN = Forbidden(tried="list it", seen="HTTP 403, forbidden")


@pytest.mark.parametrize("method", ["offline", "rollback"])
def test_every_part_is_read(method):
    assert set(parts_for(method)) <= set(READ) | set(OPTIONAL_LISTS) | set(DEPENDENT_LISTS)
    snapshot = seen(clean_cluster(method), method=method)
    unread = {name: part.why for name, part in snapshot.parts.items() if isinstance(part, Unreadable)}
    assert (set(snapshot.parts), unread) == (set(parts_for(method)), {})


def test_law_17_nothing_is_written():
    cluster = clean_cluster()
    seen(cluster, probe=False)
    assert cluster.writes == []
    seen(cluster)
    assert {call.verb for call in cluster.writes} == {"execute"}


def test_each_kind_is_asked_for_once():
    cluster = clean_cluster()
    reader = SnapshotReader(cluster, Wanted("offline", "OVNKubernetes"))
    reader.read()
    asked = [(call.verb, call.kind, call.name) for call in cluster.calls if call.verb in ("get", "list")]
    assert len(asked) == len(set(asked))
    assert reader.requests == len(cluster.calls)
    assert len(cluster.made("execute")) == len(NODES)


def test_pages_are_counted():
    cluster = clean_cluster()
    before = SnapshotReader(cluster, Wanted("offline", "OVNKubernetes"))
    before.read()
    for number in range(2 * PAGE):
        cluster.put(kinds.SERVICE, {"metadata": {"name": f"s{number}", "namespace": "default"}})
    after = SnapshotReader(cluster, Wanted("offline", "OVNKubernetes"))
    after.read()
    assert after.requests == before.requests + 1


@pytest.mark.parametrize("name", sorted(set(LISTS) | set(OPTIONAL_LISTS)))
def test_law_16_what_may_not_be_read_is_told(name):
    method: Method = "offline" if name in parts_for("offline") else "rollback"
    cluster = clean_cluster(method)
    cluster.fail(FORBIDDEN, verb="list", kind={**LISTS, **OPTIONAL_LISTS}[name], times=None)
    snapshot = seen(cluster, method=method)
    assert snapshot.parts[name] == Unreadable("HTTP 403, forbidden")
    with pytest.raises(NotRead, match="HTTP 403"):
        getattr(snapshot, name)


def test_a_kind_that_does_not_exist_is_absent_not_unreadable():
    cluster = clean_cluster()
    cluster.fail(NotFound(tried="list", seen="HTTP 404"), verb="list", kind=kinds.NODE_NETWORK_POLICY)
    snapshot = seen(cluster)
    assert snapshot.node_network_policies == ()
    assert snapshot.absent_kind("node_network_policies")
    assert not snapshot.absent_kind("node_network_states")


def test_a_kind_that_every_cluster_has_cannot_be_absent():
    cluster = clean_cluster()
    cluster.fail(NotFound(tried="list", seen="HTTP 404"), verb="list", kind=kinds.MACHINE_CONFIG_POOL, times=None)
    snapshot = seen(cluster)
    assert snapshot.parts["pools"] == snapshot.parts["raw_pools"] == Unreadable("HTTP 404")


@pytest.mark.parametrize("error", [Unauthorized, Untrusted])
def test_a_credential_that_is_not_known_ends_it(error):
    cluster = clean_cluster()
    cluster.fail(error(tried="list nodes", seen="HTTP 401"), verb="list", kind=kinds.NODE)
    with pytest.raises(error):
        seen(cluster)


def test_an_api_that_is_away_ends_it():
    cluster = clean_cluster()
    cluster.before("list", kinds.NODE, 1, cluster.go_down)
    with pytest.raises(ClusterUnreachable):
        seen(cluster)


def test_one_kind_whose_server_is_away_does_not():
    cluster = clean_cluster()
    away = ClusterUnreachable(tried="list", seen="HTTP 503, the server is currently unable")
    cluster.fail(away, verb="list", kind=kinds.NODE_NETWORK_STATE, times=None)
    assert seen(cluster).parts["node_network_states"] == Unreadable("HTTP 503, the server is currently unable")


def test_what_need_not_exist():
    cluster = clean_cluster()
    cluster.remove(kinds.CONFIG_MAP, "cluster-config-v1", namespace="kube-system")
    cluster.remove(kinds.INGRESS, "cluster")
    cluster.remove(kinds.PROXY, "cluster")
    snapshot = seen(cluster)
    assert (snapshot.machine_networks, snapshot.ingress_domain, snapshot.proxy) == ((), "", {})


def test_windows_nodes_are_nobodys_business():
    cluster = clean_cluster()
    windows = objects.node("win")
    windows["metadata"]["labels"]["kubernetes.io/os"] = "windows"
    cluster.put(kinds.NODE, windows)
    snapshot = seen(cluster)
    assert [node.name for node in snapshot.nodes] == [n["metadata"]["name"] for n in snapshot.raw_nodes] == list(NODES)


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        (INSTALL_CONFIG, ("192.0.2.0/24",)),
        ("networking:\n  machineNetwork:\n  - cidr: 10.0.0.0/16\n  - cidr: fd00::/48\n", ("10.0.0.0/16", "fd00::/48")),
        ("networking:\n  machineCIDR: 10.0.0.0/16\n  networkType: OpenShiftSDN\n", ("10.0.0.0/16",)),
        ("networking:\n  machineCIDR: 10.0.0.0/16\n  machineNetwork:\n  - cidr: 10.9.0.0/16\n", ("10.9.0.0/16",)),
        ("networking: {}\n", ()),
        ("", ()),
    ],
    ids=["one", "two", "as up to 4.3", "both", "none named", "no install-config"],
)
def test_machine_networks(text, networks):
    assert machine_networks(text) == networks


@pytest.mark.parametrize(
    ("part", "beside"), [("machine_autoscalers", kinds.CLUSTER_AUTOSCALER), ("sriov_states", kinds.SRIOV_POLICY)]
)
def test_what_is_of_no_use_without_another_kind_is_asked_for_beside_it(part, beside):
    kind, known = DEPENDENT_LISTS[part]
    assert known is beside
    cluster = clean_cluster()
    cluster.put(kind, {"metadata": {"name": "x", "namespace": "y"}})
    assert seen(cluster).parts[part] == ()
    assert not [call for call in cluster.calls if call.kind is kind]
    cluster.put(beside, {"metadata": {"name": "z", "namespace": "y"}})
    assert [item["metadata"]["name"] for item in seen(cluster).parts[part]] == ["x"]
    assert len([call for call in cluster.calls if call.kind is beside]) == 2, "once for each look"


def test_what_hangs_on_a_kind_that_cannot_be_read_cannot_be_read_either():
    cluster = clean_cluster()
    cluster.fail(FORBIDDEN, verb="list", kind=kinds.CLUSTER_AUTOSCALER)
    assert isinstance(seen(cluster).parts["machine_autoscalers"], Unreadable)


@pytest.mark.parametrize("text", ["{", "networking: [1]", "networking: {machineNetwork: [cidr]}"])
def test_law_16_an_install_config_that_makes_no_sense(text):
    with pytest.raises(MigrationError, match="not what it should be"):
        machine_networks(text)


def test_a_part_of_the_class_is_its_description():
    assert Snapshot.nodes.title == "nodes"
