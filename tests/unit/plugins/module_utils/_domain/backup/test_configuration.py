# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.configuration import (
    configuration,
    configured,
    titled,
)

MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"


def of(kind: str, api_version: str = "network.openshift.io/v1", *, annotations=None, **rest):
    metadata = {"name": "one", "labels": {"l": "1"}, **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            of(
                "Network",
                "config.openshift.io/v1",
                spec={"networkType": "OpenShiftSDN"},
                status={"clusterNetworkMTU": 1450, "conditions": [{"type": "X"}]},
            ),
            {"spec": {"networkType": "OpenShiftSDN"}, "status": {"clusterNetworkMTU": 1450}},
            id="network-config",
        ),
        pytest.param(
            of(
                "Network",
                "operator.openshift.io/v1",
                spec={"observedConfig": None, "migration": {}, "logLevel": "Normal"},
                status={"conditions": []},
            ),
            {"spec": {"logLevel": "Normal"}},
            id="network-operator",
        ),
        pytest.param(of("HostSubnet", subnet="10.0.0.0/23"), None, id="subnet-without-egress-ips"),
        pytest.param(of("HostSubnet", egressIPs=["192.0.2.1"]), {"egressIPs": ["192.0.2.1"]}, id="egress-ips-by-hand"),
        pytest.param(
            of("HostSubnet", egressIPs=["192.0.2.1"], egressCIDRs=["192.0.2.0/24"]),
            {"egressCIDRs": ["192.0.2.0/24"]},
            id="automatic-egress-ips",
        ),
        pytest.param(of("NetNamespace", netid=7), None, id="plain-netnamespace"),
        pytest.param(
            of("NetNamespace", netid=7, annotations={MULTICAST: "true"}),
            {"metadata": {"annotations": {MULTICAST: "true"}}},
            id="multicast",
        ),
        pytest.param(
            of("MachineConfigPool", "machineconfiguration.openshift.io/v1", spec={"maxUnavailable": 2}),
            {"spec": {"maxUnavailable": 2, "paused": False}},
            id="pool",
        ),
        pytest.param(
            of(
                "ValidatingWebhookConfiguration",
                "admissionregistration.k8s.io/v1",
                webhooks=[{"name": "a", "timeoutSeconds": 3}],
            ),
            {"webhooks": {"a": {"timeoutSeconds": 3}}},
            id="webhooks",
        ),
        pytest.param(
            of("MachineHealthCheck", "machine.openshift.io/v1beta1", annotations={"p": ""}, spec={"x": 1}),
            {"metadata": {"annotations": {"p": ""}}, "spec": {"x": 1}},
            id="health-check",
        ),
        pytest.param(of("EgressNetworkPolicy", spec={"egress": []}, status={"x": 1}), {}, id="empty-policy"),
        pytest.param(of("Thing", "example.com/v1", spec={"x": 0}, status={"y": 1}), {"spec": {"x": 0}}, id="another"),
        pytest.param(
            of("CloudPrivateIPConfig", "cloud.network.openshift.io/v1", spec={"node": "a"}), None, id="derived"
        ),
        pytest.param(of("ConfigMap", "v1", data={"a": "b"}), {"data": {"a": "b"}}, id="configmap"),
        pytest.param(
            {**of("ConfigMap", "v1", data={"applied": "{}"}), "metadata": {"name": "applied-cluster"}},
            None,
            id="applied-cluster",
        ),
    ],
)
def test_what_is_configured(body, expected):
    assert configured(body) == expected


def test_objects_that_nobody_has_configured_are_left_out():
    found = configuration([of("NetNamespace", netid=1), of("HostSubnet", egressIPs=["192.0.2.1"])])
    assert [titled(key) for key in found] == ["HostSubnet.network.openshift.io one"]
