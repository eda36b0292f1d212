# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    EGRESS_NETWORK_POLICY,
    MACHINE_HEALTH_CHECK,
    NETWORK_OPERATOR,
    NODE_NETWORK_POLICY,
    Kind,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, Refused
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.collect import ExtraKind
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.compare import compare
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.make import have_backup
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.saved_objects import (
    egress_policy,
    raise_timeout,
    saved_cluster,
    served,
    touch,
)

FIRST = "ovnkubernetes-20260101000000"
QUOTA = Kind("v1", "ResourceQuota", "resourcequotas", namespaced=True)


def saved(**given) -> FakeCluster:
    cluster = saved_cluster()
    cluster.put(QUOTA, served("small", namespace="shop", spec={"hard": {"pods": "4"}}, status={"used": {}}))
    have_backup(cluster, target=OVN, write=True, **given)
    cluster.calls.clear()
    return cluster


def test_nothing_differs_but_what_always_changes():
    cluster = saved()
    touch(cluster)
    facts = compare(cluster, target=OVN, backup=None).facts
    assert facts["differences"] == []
    assert facts["unexplained"] == 0
    assert facts["backup"]["id"] == FIRST
    assert "0 differences" in facts["summary"]
    assert cluster.writes == []


def test_what_differs_and_what_of_it_is_explained():
    cluster = saved()
    cluster.remove(EGRESS_NETWORK_POLICY, "default", namespace="shop")
    cluster.put(EGRESS_NETWORK_POLICY, egress_policy("default", cidr="198.51.100.0/24"))
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"deployKubeProxy": False}})
    cluster.remove(NODE_NETWORK_POLICY, "bond0")
    paused = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}
    cluster.change(MACHINE_HEALTH_CHECK, "workers", paused, namespace="openshift-machine-api")
    raise_timeout(cluster, timeout=3)
    facts = compare(cluster, target=OVN, backup=FIRST).facts
    rows = {(row["object"], row["path"]): row for row in facts["differences"]}
    assert {of: row["explanation"] is not None for of, row in rows.items()} == {
        (
            "ValidatingWebhookConfiguration.admissionregistration.k8s.io policy.example.com",
            'webhooks["check.policy.example.com"].timeoutSeconds',
        ): False,
        (
            "MachineHealthCheck.machine.openshift.io openshift-machine-api/workers",
            'metadata.annotations["cluster.x-k8s.io/paused"]',
        ): False,
        ("EgressNetworkPolicy.network.openshift.io shop/default", "spec.egress"): False,
        ("NodeNetworkConfigurationPolicy.nmstate.io bond0", ""): False,
        ("Network.operator.openshift.io cluster", "spec.deployKubeProxy"): True,
    }
    assert facts["unexplained"] == 4


def test_extra_kinds_are_compared_too():
    cluster = saved(extra=[ExtraKind("ResourceQuota", "v1")])
    cluster.change(
        QUOTA, "small", {"spec": {"hard": {"pods": "8"}}, "status": {"used": {"pods": "1"}}}, namespace="shop"
    )
    (row,) = compare(cluster, target=OVN, backup=None).facts["differences"]
    assert (row["object"], row["path"], row["backup"], row["now"]) == (
        "ResourceQuota shop/small",
        "spec.hard.pods",
        "4",
        "8",
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"target": SDN, "backup": None}, "a migration to OpenShiftSDN", id="none-for-this-target"),
        pytest.param({"target": OVN, "backup": "x"}, f"backups: {FIRST}", id="unknown-id"),
    ],
)
def test_without_a_backup(given, words):
    with pytest.raises(Refused, match=words):
        compare(saved(), **given)


def test_what_cannot_be_read_is_not_taken_for_gone():
    cluster = saved()
    cluster.fail(Forbidden(tried="list", seen="HTTP 403"), kind=EGRESS_NETWORK_POLICY)
    with pytest.raises(Forbidden):
        compare(cluster, target=OVN, backup=None)
