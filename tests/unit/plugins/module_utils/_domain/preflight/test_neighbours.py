# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    APPLICATION,
    CONFIGURATION_POLICY,
    IMAGE_MIRRORS,
    IMAGE_POLICY,
    MACHINE_CONFIG_POOL,
    NETWORK_OPERATOR,
    NODE_NETWORK_POLICY,
    PROXY,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, findings, seen


def application(*kinds):
    resources = [{"kind": kind, "name": "x"} for kind in kinds]
    return {"metadata": {"name": "site", "namespace": "openshift-gitops"}, "status": {"resources": resources}}


def policy(kind, *, action="enforce"):
    templates = [{"objectDefinition": {"kind": kind}}]
    spec = {"remediationAction": action, "object-templates": templates}
    return {"metadata": {"name": "pools", "namespace": "local-cluster"}, "spec": spec}


@pytest.mark.parametrize(
    ("kind", "body", "objects"),
    [
        (APPLICATION, application("Deployment"), None),
        (APPLICATION, application("Deployment", "Network"), "application.argoproj.io/openshift-gitops/site"),
        (APPLICATION, application("NodeNetworkConfigurationPolicy"), "application.argoproj.io/openshift-gitops/site"),
        (CONFIGURATION_POLICY, policy("MachineConfigPool"), "configurationpolicy/local-cluster/pools"),
        (CONFIGURATION_POLICY, policy("MachineConfigPool", action="inform"), None),
        (CONFIGURATION_POLICY, policy("Namespace"), None),
    ],
    ids=["harmless application", "network", "nncp", "enforced pools", "informed pools", "enforced namespace"],
)
def test_controllers_that_write_back(kind, body, objects):
    cluster = clean_cluster()
    cluster.put(kind, body)
    found = findings("no_controller_writes_back", seen(cluster))
    assert [(f.severity, f.blocking, f.objects) for f in found] == ([("warn", True, (objects,))] if objects else [])


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (NETWORK_OPERATOR, "cluster", "network.operator.openshift.io/cluster"),
        (MACHINE_CONFIG_POOL, "worker", "machineconfigpool/worker"),
        (NODE_NETWORK_POLICY, "bond", "nodenetworkconfigurationpolicy/bond"),
    ],
)
def test_argo_cd_in_another_cluster_leaves_its_mark(kind, name, expected):
    cluster = clean_cluster()
    if kind is NODE_NETWORK_POLICY:
        cluster.put(kind, {"metadata": {"name": name}, "spec": {}})
    cluster.change(kind, name, {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "site:x"}}})
    (finding,) = findings("no_controller_writes_back", seen(cluster))
    assert finding.message == f"1 object is managed by Argo CD: {expected}"
    assert finding.objects == (expected,)


@pytest.mark.parametrize(
    ("mirror", "inside"),
    [
        ("mirror.example.net:5000/ocp", False),
        ("quay.apps.example.com/ocp", True),
        ("apps.example.com.example.net/ocp", False),
        ("image-registry.openshift-image-registry.svc:5000/ocp", True),
        ("registry.tools.svc.cluster.local:5000/ocp", True),
    ],
)
@pytest.mark.parametrize(
    ("kind", "field", "objects"),
    [
        (IMAGE_MIRRORS, "imageDigestMirrors", ("imagedigestmirrorset/ocp",)),
        (IMAGE_POLICY, "repositoryDigestMirrors", ("imagecontentsourcepolicy/ocp",)),
    ],
    ids=["ImageDigestMirrorSet", "ImageContentSourcePolicy"],
)
def test_mirrors_inside_the_cluster(kind, field, objects, mirror, inside):
    cluster = clean_cluster()
    cluster.put(kind, {"metadata": {"name": "ocp"}, "spec": {field: [{"source": "quay.io/ocp", "mirrors": [mirror]}]}})
    found = findings("images_outside", seen(cluster))
    assert [(f.severity, f.blocking, f.objects) for f in found] == ([("warn", True, objects)] if inside else [])
    assert all(mirror in finding.message for finding in found)


@pytest.mark.parametrize(
    ("spec", "inside"),
    [
        ({}, None),
        ({"httpsProxy": "http://proxy.example.net:3128"}, None),
        ({"httpsProxy": "http://me:word@proxy.apps.example.com:3128/"}, "proxy.apps.example.com:3128"),
        ({"httpProxy": "http://squid.tools.svc:3128"}, "squid.tools.svc:3128"),
    ],
    ids=["none", "outside", "behind a route", "a service"],
)
def test_a_proxy_inside_the_cluster(spec, inside):
    cluster = clean_cluster()
    cluster.change(PROXY, "cluster", {"spec": spec})
    found = findings("images_outside", seen(cluster))
    assert [finding.objects for finding in found] == ([("proxy/cluster",)] if inside else [])
    assert all(finding.message.endswith(f": {inside}") for finding in found)
