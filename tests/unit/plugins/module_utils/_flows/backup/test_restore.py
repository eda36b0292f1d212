# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    NAMESPACE,
    NODE,
    NODE_NETWORK_POLICY,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Refused
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import NAMESPACE as OURS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.make import (
    describe_backup,
    have_backup,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.restore import restore
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records.history import PhaseEvent, record
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.saved_objects import saved_cluster, served


def undone() -> FakeCluster:
    """A cluster whose migration had begun and was taken back; its egress addresses did not come back."""
    cluster = saved_cluster()
    cluster.put(NAMESPACE, served("shop"))
    have_backup(cluster, target=OVN, write=True)
    record(cluster, PhaseEvent(OVN, "prepare", "begun"), write=True)
    cluster.change(HOST_SUBNET, "w0", {"egressCIDRs": None})
    cluster.calls.clear()
    return cluster


def restored(cluster, **given):
    return restore(cluster, **{"target": OVN, "backup": None, "accept": False, "write": True, **given})


def test_what_was_lost_is_back_and_the_backup_is_settled():
    cluster = undone()
    assert describe_backup(cluster, target=OVN).facts["unsettled"] is True
    outcome = restored(cluster)
    assert outcome.changed
    assert outcome.facts["restored"] == ["HostSubnet.network.openshift.io w0"]
    assert outcome.facts["lost"] == []
    assert cluster.get(HOST_SUBNET, "w0")["egressCIDRs"] == ["192.0.2.0/24"]
    assert describe_backup(cluster, target=OVN).facts["unsettled"] is False
    cluster.calls.clear()
    assert not restored(cluster).changed
    assert cluster.writes == []


def test_check_mode_tells_it_and_writes_nothing():
    cluster = undone()
    outcome = restored(cluster, write=False)
    assert outcome.changed
    assert outcome.facts["restored"] == ["HostSubnet.network.openshift.io w0"]
    assert outcome.facts["lost"] == []
    assert cluster.writes == []


def test_what_somebody_has_set_since_is_theirs():
    cluster = undone()
    cluster.change(HOST_SUBNET, "w0", {"egressCIDRs": ["198.51.100.0/24"]})
    assert restored(cluster).facts["restored"] == []
    assert cluster.get(HOST_SUBNET, "w0")["egressCIDRs"] == ["198.51.100.0/24"]


def test_what_belonged_to_a_node_that_is_gone_is_named_and_lets_the_run_end():
    cluster = undone()
    cluster.remove(NODE, "w0")
    facts = restored(cluster).facts
    assert facts["restored"] == []
    assert [(row["object"], row["reason"]) for row in facts["lost"]] == [
        ("HostSubnet.network.openshift.io w0", "node w0 does not exist any more")
    ]
    assert facts["open_losses"] == 0


def test_a_policy_that_is_gone_is_made_again():
    cluster = undone()
    cluster.remove(EGRESS_NETWORK_POLICY, "default", namespace="shop")
    assert "EgressNetworkPolicy.network.openshift.io shop/default" in restored(cluster).facts["restored"]
    assert cluster.get(EGRESS_NETWORK_POLICY, "default", namespace="shop")["spec"]


@pytest.mark.parametrize("accept", [False, True])
def test_what_cannot_be_put_back_stays_open_until_it_is_let_go(accept):
    cluster = undone()
    cluster.remove(NODE_NETWORK_POLICY, "bond0")
    facts = restored(cluster, accept=accept).facts
    assert [row["object"] for row in facts["lost"]] == ["NodeNetworkConfigurationPolicy.nmstate.io bond0"]
    assert facts["open_losses"] == (0 if accept else 1)
    assert describe_backup(cluster, target=OVN).facts["unsettled"] is not accept


def test_a_damaged_cluster_is_never_taken_for_the_original():
    cluster = undone()
    with pytest.raises(Refused, match=r"HostSubnet\.network\.openshift\.io w0") as caught:
        have_backup(cluster, target=OVN, write=True)
    assert "rollback.yml" in caught.value.remedy
    assert cluster.writes == []
    assert have_backup(cluster, target=OVN, accept=True, write=True).changed


def test_after_the_restoration_the_next_backup_is_made_as_ever():
    cluster = undone()
    restored(cluster)
    before = len(cluster.list(CONFIG_MAP, namespace=OURS))
    assert not have_backup(cluster, target=OVN, write=True).changed
    assert len(cluster.list(CONFIG_MAP, namespace=OURS)) == before
