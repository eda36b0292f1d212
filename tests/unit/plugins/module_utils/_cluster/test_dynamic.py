# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from kubernetes.dynamic.exceptions import ResourceNotFoundError
from kubernetes.dynamic.resource import ResourceList

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import dynamic
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import DAEMON_SET, NODE, Kind
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import NotFound
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster


def resource(api_version, name, *, namespaced=True):
    return SimpleNamespace(group_version=api_version, name=name, namespaced=namespaced)


@pytest.fixture
def asked(monkeypatch):
    """What was searched for; discovery answers with ``found``, or raises it."""
    asked = SimpleNamespace(searches=[], found=[resource("apps/v1", "daemonsets")])

    class Client:
        def __init__(self, client, cache_file):
            assert client == "client"
            self.resources = SimpleNamespace(search=self.search)

        def search(self, **terms):
            asked.searches.append(terms)
            if isinstance(asked.found, Exception):
                raise asked.found
            return asked.found

    monkeypatch.setattr("kubernetes.dynamic.DynamicClient", Client)
    return asked


def test_a_kind_of_a_group(asked):
    assert dynamic.discovered("client", "DaemonSet", "apps/v1") == DAEMON_SET
    assert asked.searches == [{"prefix": "apis", "group": "apps", "api_version": "v1", "kind": "DaemonSet"}]


def test_a_kind_of_the_core(asked):
    """Without the prefix every group that has a v1 would be asked for its kinds."""
    asked.found[:] = [resource("v1", "nodes", namespaced=False)]
    assert dynamic.discovered("client", "Node", "v1") == NODE
    assert asked.searches == [{"prefix": "api", "api_version": "v1", "kind": "Node"}]


@pytest.mark.parametrize("found", [[], [resource("apps/v1beta1", "daemonsets")]], ids=["nothing", "another version"])
def test_an_unknown_kind(asked, found):
    asked.found[:] = found
    with pytest.raises(NotFound, match="Could not find the kind DaemonSet of apps/v1: the cluster does not serve it"):
        dynamic.discovered("client", "DaemonSet", "apps/v1")


def test_a_group_whose_version_is_gone(asked):
    asked.found = ResourceNotFoundError("no matches")
    with pytest.raises(NotFound, match="the cluster does not serve it"):
        dynamic.discovered("client", "Thing", "example.com/v1")


def test_lists_are_no_kinds(asked):
    asked.found[:] = [ResourceList(None, group="apps", api_version="v1", base_kind="DaemonSet")]
    with pytest.raises(NotFound):
        dynamic.discovered("client", "DaemonSetList", "apps/v1")


def test_the_openshift_package_is_not_needed(asked, monkeypatch):
    for name in ("openshift", "openshift.dynamic"):
        monkeypatch.setitem(sys.modules, name, None)
    assert dynamic.discovered("client", "DaemonSet", "apps/v1") == DAEMON_SET


def test_a_kind_is_looked_up_once():
    cluster = FakeCluster()
    kinds = dynamic.DynamicKinds(cluster)
    assert kinds.resolve("DaemonSet", "apps/v1") == kinds.resolve("DaemonSet", "apps/v1") == DAEMON_SET
    with pytest.raises(NotFound):
        kinds.resolve("Nothing", "apps/v1")
    assert [call.name for call in cluster.made("discover")] == ["DaemonSet", "Nothing"]


def test_what_is_found_can_be_read():
    kind = Kind("example.com/v1", "Thing", "things")
    cluster = FakeCluster((kind, {"metadata": {"name": "one"}}))
    assert (
        cluster.list(dynamic.DynamicKinds(cluster).resolve("Thing", "example.com/v1"))[0]["metadata"]["name"] == "one"
    )
