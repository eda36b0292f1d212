# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    ARO_CLUSTER,
    CLUSTER_VERSION,
    INFRASTRUCTURE,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, findings, seen


def told(name, cluster, **wanted):
    found = findings(name, seen(cluster, **wanted))
    assert not any(finding.unreadable for finding in found)
    return [(finding.severity, finding.message) for finding in found]


@pytest.mark.parametrize("method", ["offline", "rollback"])
@pytest.mark.parametrize(
    ("ocp", "words"),
    [
        ("4.9.59", "too old"),
        ("4.10.67", None),
        ("4.16.30", None),
        ("4.17.0", "has no OpenShiftSDN"),
        ("4.18.1", "has no OpenShiftSDN"),
        ("5.0.0", "has no OpenShiftSDN"),
    ],
)
def test_the_version(method, ocp, words):
    found = told("version_supported", clean_cluster(method, ocp=ocp), method=method)
    assert [severity for severity, _message in found] == (["block"] if words else [])
    assert all(words in message for _severity, message in found)


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (None, []),
        (["4.15.3"], []),
        (["4.14.40", "4.14.9", "4.15.3"], [("warn", "OpenShift 4.14.40 is offered, and 4.14.31 runs")]),
        (["4.14.40-rc.1"], [("warn", "OpenShift 4.14.40-rc.1 is offered, and 4.14.31 runs")]),
        (["nonsense"], []),
    ],
    ids=["nothing offered", "the next minor", "newer patches", "a candidate", "no version"],
)
def test_the_newest_patch(offered, expected):
    cluster = clean_cluster()
    updates = None if offered is None else [{"version": version} for version in offered]
    cluster.change(CLUSTER_VERSION, "version", {"status": {"availableUpdates": updates}})
    assert told("version_newest_patch", cluster) == expected


@pytest.mark.parametrize(
    ("platform", "ocp", "words"),
    [
        ("AWS", "4.10.1", None),
        ("None", "4.16.1", None),
        ("IBMCloud", "4.11.9", "needs OpenShift 4.12"),
        ("IBMCloud", "4.12.9", None),
        ("Nutanix", "4.15.9", "needs OpenShift 4.16"),
        ("Nutanix", "4.16.9", None),
        ("AlibabaCloud", "4.14.9", "needs OpenShift 4.16"),
        ("oVirt", "4.13.9", None),
        ("oVirt", "4.14.9", "ends with OpenShift 4.13"),
        ("KubeVirt", "4.14.9", "not supported on platform KubeVirt"),
        ("", "4.14.9", "does not tell its platform"),
    ],
)
def test_the_platform(platform, ocp, words):
    cluster = clean_cluster(ocp=ocp)
    cluster.change(INFRASTRUCTURE, "cluster", {"status": {"platformStatus": {"type": platform}}})
    found = told("platform_supported", cluster)
    assert [severity for severity, _message in found] == (["block"] if words else [])
    assert all(words in message for _severity, message in found)


def hosted(cluster):
    cluster.change(INFRASTRUCTURE, "cluster", {"status": {"controlPlaneTopology": "External"}})


def aro(cluster):
    cluster.put(ARO_CLUSTER, {"metadata": {"name": "cluster"}})


def dedicated(cluster):
    cluster.put(NAMESPACE, {"metadata": {"name": "openshift-backplane"}})


@pytest.mark.parametrize(
    ("change", "words", "objects"),
    [
        (hosted, "hosted elsewhere", ()),
        (aro, "Azure Red Hat OpenShift", ("cluster.aro.openshift.io/cluster",)),
        (dedicated, "OpenShift Dedicated", ("namespace/openshift-backplane",)),
    ],
    ids=["hosted control plane", "ARO", "OSD or ROSA"],
)
def test_a_managed_cluster(change, words, objects):
    cluster = clean_cluster()
    change(cluster)
    (finding,) = findings("cluster_self_managed", seen(cluster))
    assert (finding.severity, finding.objects) == ("block", objects)
    assert words in finding.message


def test_already_there():
    cluster = clean_cluster("rollback")
    assert told("source_network_type", cluster) == [
        ("block", "the cluster is on OVNKubernetes already; there is nothing to migrate")
    ]


@pytest.mark.parametrize(
    ("kind", "patch", "words"),
    [
        (
            NETWORK_CONFIG,
            {"spec": {"networkType": "OVNKubernetes"}},
            "configured is OVNKubernetes, applied is OpenShiftSDN",
        ),
        (NETWORK_CONFIG, {"status": {"networkType": ""}}, "applied is nothing"),
        (NETWORK_OPERATOR, {"spec": {"defaultNetwork": {"type": "OVNKubernetes"}}}, "the operator runs OVNKubernetes"),
    ],
    ids=["half way", "never applied", "operator differs"],
)
def test_neither_here_nor_there(kind, patch, words):
    cluster = clean_cluster()
    cluster.change(kind, "cluster", patch)
    ((severity, message),) = told("source_network_type", cluster)
    assert severity == "block"
    assert words in message


@pytest.mark.parametrize(("mode", "blocks"), [("NetworkPolicy", False), ("Multitenant", True), ("Subnet", True)])
def test_the_isolation_mode(mode, blocks):
    cluster = clean_cluster()
    patch = {"spec": {"defaultNetwork": {"openshiftSDNConfig": {"mode": mode}}}}
    cluster.change(NETWORK_OPERATOR, "cluster", patch)
    assert [severity for severity, _m in told("sdn_isolation_mode", cluster)] == (["block"] if blocks else [])
