# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NAMESPACE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.former_namespace import (
    delete_former_namespace,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.waiter import Waiter
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock

HELD = {"type": "NamespaceContentRemaining", "status": "True", "message": "pods. has 1 resource instances"}
PASSED = {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources discovered"}


def sdn(*conditions):
    return {"metadata": {"name": "openshift-sdn"}, "status": {"phase": "Active", "conditions": list(conditions)}}


def delete(cluster, *, clock=None, write=True):
    waiter = Waiter(clock=clock or ScriptedClock(), timeout=60.0, interval=10.0)
    return delete_former_namespace(cluster, waiter, target="OVNKubernetes", write=write)


def test_gone_already_is_no_change():
    cluster = FakeCluster()
    assert delete(cluster).to_json() == {"name": "openshift-sdn", "state": "absent", "reasons": []}
    assert (delete(cluster).changed, delete(cluster).diffs, cluster.writes) == (False, (), [])


def test_deleted_and_gone():
    cluster = FakeCluster((NAMESPACE, sdn()))
    deletion = delete(cluster)
    assert (deletion.changed, deletion.state) == (True, "deleted")
    assert [call.verb for call in cluster.writes] == ["delete"]


def stuck(cluster):
    """The API server keeps it, as finalizers make it do."""
    cluster.delete = lambda kind, name, *, namespace=None: None
    return cluster


GOING = {"metadata": {"name": "openshift-sdn", "deletionTimestamp": "2026-01-01T00:00:00Z"}}


@pytest.mark.parametrize("write", [True, False])
def test_one_that_is_going_already_is_not_deleted_again_and_is_no_change(write):
    cluster = FakeCluster((NAMESPACE, {**GOING, "status": {"conditions": [HELD]}}))
    deletion = delete(cluster, write=write)
    assert (deletion.state, deletion.reasons) == ("terminating", ("pods. has 1 resource instances",))
    assert (deletion.changed, deletion.diffs, cluster.writes) == (False, (), [])


def test_one_that_is_going_already_is_waited_for_and_its_end_is_no_change_of_ours():
    cluster, clock = FakeCluster((NAMESPACE, GOING)), ScriptedClock()
    clock.at(30, lambda: cluster.remove(NAMESPACE, "openshift-sdn"))
    deletion = delete(cluster, clock=clock)
    assert (deletion.state, deletion.changed, cluster.writes) == ("deleted", False, [])


def test_one_that_takes_its_time_is_waited_for():
    cluster, clock = stuck(FakeCluster((NAMESPACE, sdn()))), ScriptedClock()
    clock.at(30, lambda: cluster.remove(NAMESPACE, "openshift-sdn"))
    assert delete(cluster, clock=clock).state == "deleted"
    assert clock.now >= 30


def test_law_13_one_that_is_stuck_is_told_with_its_reasons_and_is_no_failure():
    deletion = delete(stuck(FakeCluster((NAMESPACE, sdn(HELD, PASSED)))))
    assert deletion.to_json() == {
        "name": "openshift-sdn",
        "state": "terminating",
        "reasons": ["pods. has 1 resource instances"],
    }
    assert deletion.changed


def test_law_17_check_mode_deletes_nothing():
    cluster = FakeCluster((NAMESPACE, sdn()))
    deletion = delete(cluster, write=False)
    assert (deletion.state, deletion.changed, cluster.writes) == ("deleted", True, [])


def test_law_16_what_may_not_be_read_is_not_taken_for_gone():
    cluster = FakeCluster((NAMESPACE, sdn()))
    cluster.fail(Forbidden(tried="read namespace", seen="HTTP 403"), verb="get", kind=NAMESPACE)
    with pytest.raises(Forbidden):
        delete(cluster)
