# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NAMESPACE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.access import NEEDED, require_all
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster


@pytest.mark.parametrize("there", [True, False], ids=["with our namespace", "without"])
def test_our_namespace_need_not_be_made_where_it_is(there):
    cluster = FakeCluster()
    if there:
        cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    cluster.denied = {"create namespaces"} if there else set()
    require_all(cluster)
    assert [call.verb for call in cluster.calls if call.verb != "allowed"] == ["rules", *["get"] * there]


def test_where_nothing_is_listed_every_right_is_asked_for_once():
    cluster = FakeCluster((NAMESPACE, {"metadata": {"name": "ovn-migration"}}))
    cluster.denied = {"create namespaces"}
    require_all(cluster)
    everything, *single = cluster.made("allowed")
    assert everything.name == "*"
    assert len(single) == len(NEEDED) + 1


def test_all_that_is_missing_is_named_at_once():
    cluster = FakeCluster()
    cluster.denied = {"patch networks.config.openshift.io cluster", "list nodes"}
    with pytest.raises(Forbidden) as refused:
        require_all(cluster)
    assert refused.value.facts == {"missing_rights": ["patch networks.config.openshift.io cluster", "list nodes"]}
    assert "Nothing was changed." in refused.value.message


@pytest.mark.parametrize(
    "right",
    [
        "get pods/exec in namespace openshift-machine-config-operator",
        "create pods/exec in namespace openshift-machine-config-operator",
        "get configmaps in namespace ovn-migration",
        "patch networks.operator.openshift.io cluster",
    ],
)
def test_titles_read_like_oc_auth_can_i(right):
    assert right in {access.title for access in NEEDED}


def test_the_manifests_to_apply_are_named():
    cluster = FakeCluster()
    cluster.denied = {"list nodes"}
    with pytest.raises(Forbidden, match=r"docs/rbac/read-only\.yaml and docs/rbac/migrate\.yaml"):
        require_all(cluster)
