# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    APPLICATION,
    CLUSTER_AUTOSCALER,
    CONFIGURATION_POLICY,
    IMAGE_MIRRORS,
    IMAGE_POLICY,
    MACHINE_AUTOSCALER,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    NETWORK_OPERATOR,
    NODE_HEALTH_CHECK,
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


def raw_policy(text, *, action="enforce"):
    spec = {"remediationAction": action, "object-templates-raw": text}
    return {"metadata": {"name": "raw", "namespace": "local-cluster"}, "spec": spec}


EACH_POOL = """
{{- range (lookup "machineconfiguration.openshift.io/v1" "MachineConfigPool" "" "").items }}
- complianceType: musthave
  objectDefinition:
    apiVersion: machineconfiguration.openshift.io/v1
    kind: %s
    metadata:
      name: '{{ .metadata.name }}'
{{- end }}
"""


@pytest.mark.parametrize(
    ("kind", "body", "objects"),
    [
        (APPLICATION, application("Deployment"), None),
        (APPLICATION, application("Deployment", "Network"), "application.argoproj.io/openshift-gitops/site"),
        (APPLICATION, application("NodeNetworkConfigurationPolicy"), "application.argoproj.io/openshift-gitops/site"),
        (CONFIGURATION_POLICY, policy("MachineConfigPool"), "configurationpolicy/local-cluster/pools"),
        (CONFIGURATION_POLICY, policy("MachineConfigPool", action="inform"), None),
        (CONFIGURATION_POLICY, policy("Namespace"), None),
        (CONFIGURATION_POLICY, raw_policy(EACH_POOL % "MachineConfigPool"), "configurationpolicy/local-cluster/raw"),
        (CONFIGURATION_POLICY, raw_policy(EACH_POOL % "'NodeHealthCheck'"), "configurationpolicy/local-cluster/raw"),
        (
            CONFIGURATION_POLICY,
            raw_policy('[{"objectDefinition": {"kind": "Network"}}]'),
            "configurationpolicy/local-cluster/raw",
        ),
        (CONFIGURATION_POLICY, raw_policy(EACH_POOL % "MachineConfigPool", action="Inform"), None),
        (CONFIGURATION_POLICY, raw_policy(EACH_POOL % "Namespace"), None),
        (CONFIGURATION_POLICY, raw_policy("mankind: Network"), None),
    ],
    ids=[
        "harmless application",
        "network",
        "nncp",
        "enforced pools",
        "informed pools",
        "enforced namespace",
        "raw",
        "raw and quoted",
        "raw as JSON",
        "raw and informed",
        "raw namespace",
        "raw word that ends alike",
    ],
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


@pytest.mark.parametrize("body", [raw_policy(EACH_POOL % "'{{ .kind }}'"), policy("{{ .kind }}")], ids=["raw", "plain"])
def test_a_kind_that_a_template_makes_cannot_be_seen(body):
    cluster = clean_cluster()
    cluster.put(CONFIGURATION_POLICY, body)
    (finding,) = findings("no_controller_writes_back", seen(cluster))
    assert finding.blocking
    assert "cannot be seen, since a template makes the kind: local-cluster/" in finding.message


INSTANCE = {"app.kubernetes.io/instance": "site"}


@pytest.mark.parametrize(
    ("metadata", "tracked"),
    [
        ({"labels": INSTANCE}, True),
        ({"labels": {"argocd.argoproj.io/instance": "site"}}, True),
        ({"labels": {**INSTANCE, "app.kubernetes.io/managed-by": "Helm"}}, True),
        ({"labels": INSTANCE, "annotations": {"meta.helm.sh/release-name": "site"}}, False),
        ({"labels": {"app.kubernetes.io/name": "site"}}, False),
    ],
    ids=["the usual label", "a label of its own", "a chart by Argo CD", "a chart by Helm", "another label"],
)
@pytest.mark.parametrize(
    ("kind", "name", "namespace"),
    [
        (MACHINE_CONFIG_POOL, "worker", ""),
        (CLUSTER_AUTOSCALER, "default", ""),
        (MACHINE_HEALTH_CHECK, "w", "openshift-machine-api"),
        (NODE_HEALTH_CHECK, "n", ""),
    ],
    ids=["pool", "autoscaler", "health check of machines", "health check of nodes"],
)
def test_argo_cd_marks_by_a_label_too(kind, name, namespace, metadata, tracked):
    cluster = clean_cluster()
    if kind is not MACHINE_CONFIG_POOL:
        cluster.put(kind, {"metadata": {"name": name, "namespace": namespace}})
    cluster.change(kind, name, {"metadata": metadata}, namespace=namespace)
    found = findings("no_controller_writes_back", seen(cluster))
    assert [finding.message.startswith("1 object is managed by Argo CD") for finding in found] == [True] * tracked


def autoscaled(cluster, spec, *, groups=1):
    cluster.put(CLUSTER_AUTOSCALER, {"metadata": {"name": "default"}, "spec": spec})
    for number in range(groups):
        cluster.put(
            MACHINE_AUTOSCALER, {"metadata": {"name": f"worker-{number}", "namespace": "openshift-machine-api"}}
        )
    return cluster


@pytest.mark.parametrize(
    ("spec", "groups", "told"),
    [
        ({"scaleDown": {"enabled": True, "unneededTime": "5m"}}, 1, True),
        ({}, 1, True),
        ({"scaleDown": {"enabled": False}}, 1, False),
        ({"scaleDown": {"enabled": True}}, 0, False),
    ],
    ids=["on", "by the autoscaler's default", "off", "with nothing to scale"],
)
@pytest.mark.parametrize("moment", ["begin", "switch"])
def test_the_cluster_autoscaler(spec, groups, told, moment):
    cluster = autoscaled(clean_cluster(), spec, groups=groups)
    found = findings("cluster_autoscaler", seen(cluster, moment=moment))
    assert [(f.severity, f.blocking) for f in found] == [("warn", False)] * told
    for finding in found:
        assert finding.objects == (
            "clusterautoscaler/default",
            "machineautoscaler/openshift-machine-api/worker-0",
        )
        assert "oc patch clusterautoscaler default" in finding.remedy


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
