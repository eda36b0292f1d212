# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import readers
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    MACHINE_CONFIG,
    NAMESPACE,
    NODE,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster


def test_windows_nodes_are_left_out_since_no_pool_configures_them():
    windows = objects.node("w1")
    windows["metadata"]["labels"]["kubernetes.io/os"] = "windows"
    cluster = FakeCluster((NODE, objects.node("w0")), (NODE, windows))
    assert [node.name for node in readers.nodes(cluster)] == ["w0"]


def test_a_pool_that_has_never_rendered_has_no_configuration():
    cluster = FakeCluster()
    assert readers.rendered_config(cluster, "") is None
    assert cluster.made("get", MACHINE_CONFIG) == []
    assert readers.rendered_config(cluster, "rendered-worker-1") is None


def test_whether_a_namespace_exists():
    cluster = FakeCluster((NAMESPACE, {"metadata": {"name": "openshift-sdn"}}))
    assert readers.namespace_exists(cluster, "openshift-sdn")
    assert not readers.namespace_exists(cluster, "openshift-ovn-kubernetes")
