# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_VERSION,
    DEPLOYMENT,
    NETWORK_OPERATOR,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, findings, seen

CNO, MCO = "openshift-network-operator", "openshift-machine-config-operator"
NAMES = (
    (CNO, "network-operator", "network_operator_works"),
    (MCO, "machine-config-operator", "machine_config_operator_works"),
    (MCO, "machine-config-controller", "machine_config_operator_works"),
)


def told(name, cluster, **wanted):
    return [(finding.severity, finding.message) for finding in findings(name, seen(cluster, **wanted))]


def in_the_window():
    """On the way back from a migration that is not finished."""
    cluster = clean_cluster("rollback")
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": OVN}}})
    return cluster


@pytest.mark.parametrize(("state", "stops"), [("Unmanaged", True), ("Managed", False), ("Force", False), (None, False)])
def test_an_operator_that_manages_nothing(state, stops):
    cluster = clean_cluster()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"managementState": state}})
    found = findings("network_operator_works", seen(cluster))
    assert [(f.severity, f.objects) for f in found] == ([("block", ("network.operator/cluster",))] if stops else [])
    assert all('"managementState":"Managed"' in finding.remedy for finding in found)


@pytest.mark.parametrize(("namespace", "name", "check"), NAMES)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spec": {"replicas": 0}, "status": {"availableReplicas": None}}, "has 0 replicas"),
        ({"status": {"availableReplicas": None}}, "has no available pod"),
        (None, "does not exist"),
    ],
    ids=["0 replicas", "no pod", "absent"],
)
def test_an_operator_that_does_not_run(namespace, name, check, change, words):
    cluster = clean_cluster()
    if change is None:
        cluster.remove(DEPLOYMENT, name, namespace=namespace)
    else:
        cluster.change(DEPLOYMENT, name, change, namespace=namespace)
    (finding,) = findings(check, seen(cluster))
    assert (finding.severity, finding.message) == ("block", f"deployment {namespace}/{name} {words}")
    assert finding.objects == (f"deployment/{namespace}/{name}",)
    assert f"oc scale -n {namespace}" in finding.remedy


def test_replicas_that_are_not_given_are_one():
    cluster = clean_cluster()
    cluster.change(DEPLOYMENT, "network-operator", {"spec": {"replicas": None}}, namespace=CNO)
    assert told("network_operator_works", cluster) == []


@pytest.mark.parametrize(
    ("namespace", "name", "change", "blocking"),
    [
        (CNO, "network-operator", {"spec": {"replicas": 0}}, True),
        (CNO, "network-operator", {"status": {"availableReplicas": None}}, False),
        (MCO, "machine-config-operator", {"spec": {"replicas": 0}}, False),
        (MCO, "machine-config-controller", {"status": {"availableReplicas": None}}, False),
    ],
    ids=[
        "network operator off",
        "its pod not there now",
        "machine-config-operator off",
        "controller without a network",
    ],
)
def test_the_way_out_of_the_window_needs_the_network_operator_alone(namespace, name, change, blocking):
    cluster = in_the_window()
    cluster.change(DEPLOYMENT, name, change, namespace=namespace)
    check = "network_operator_works" if namespace == CNO else "machine_config_operator_works"
    (finding,) = findings(check, seen(cluster, method="rollback"))
    assert finding.blocking is blocking


def test_an_operator_that_manages_nothing_leads_out_of_no_window():
    cluster = in_the_window()
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"managementState": "Unmanaged"}})
    (finding,) = findings("network_operator_works", seen(cluster, method="rollback"))
    assert finding.blocking


def override(namespace, name, *, unmanaged=True, kind="Deployment"):
    return {"kind": kind, "group": "apps", "namespace": namespace, "name": name, "unmanaged": unmanaged}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ([override(CNO, "network-operator")], "Deployment openshift-network-operator/network-operator"),
        ([override(MCO, "machine-config-operator")], f"Deployment {MCO}/machine-config-operator"),
        ([override(MCO, "images", kind="ConfigMap")], f"ConfigMap {MCO}/images"),
        ([override(CNO, "network-operator", unmanaged=False)], None),
        ([override("openshift-monitoring", "cluster-monitoring-operator")], None),
        ([{"kind": "ClusterRole", "group": "x", "name": "y", "unmanaged": True}], None),
        ([], None),
    ],
    ids=["network", "machine-config", "its images", "managed again", "another operator", "cluster-wide", "none"],
)
def test_what_the_cluster_version_operator_leaves_alone(overrides, words):
    cluster = clean_cluster()
    cluster.change(CLUSTER_VERSION, "version", {"spec": {"overrides": overrides}})
    found = told("operators_not_overridden", cluster)
    assert [severity for severity, _message in found] == (["warn"] if words else [])
    assert all(message.endswith(words) for _severity, message in found)
