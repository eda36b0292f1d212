# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup and the cluster after a migration there and back: what is explained, and above all what is not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.compare import compared
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.configuration import configuration
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.explanations import Explanations
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.patches import merged
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN

MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"
OPERATOR = "Network.operator.openshift.io cluster"
Json = dict[str, Any]


def network(network_type: str = SDN, *, mtu: int = 1450, operator: Json | None = None, config: Json | None = None):
    networks = {"clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}], "serviceNetwork": ["172.30.0.0/16"]}
    head = {"kind": "Network", "metadata": {"name": "cluster"}}
    spec = merged({**networks, "defaultNetwork": {"type": network_type}}, operator or {})
    return [
        {
            "apiVersion": "config.openshift.io/v1",
            **head,
            "spec": {**networks, "networkType": network_type, **(config or {})},
            "status": {"clusterNetworkMTU": mtu},
        },
        {"apiVersion": "operator.openshift.io/v1", **head, "spec": spec},
    ]


def ref(kind: str, name: str, *, namespace: str = "", group: str = "network.openshift.io", **rest: Any) -> Json:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    if "annotations" in rest:
        metadata["annotations"] = rest.pop("annotations")
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata, **rest}


def policy(name: str, rule: str = "a", *, namespace: str = "shop") -> Json:
    return ref("EgressNetworkPolicy", name, namespace=namespace, spec={"egress": [rule]})


def egress_ip(name: str, *addresses: str, **spec: Any) -> Json:
    return ref("EgressIP", name, group="k8s.ovn.org", spec={"egressIPs": list(addresses), **spec})


def differences(backup: list[Json], now: list[Json]):
    before, after = configuration(backup), configuration(now)
    return compared(before, after, explain=Explanations(before, after))


def sdn(**block: Any) -> Json:
    return {"defaultNetwork": {"openshiftSDNConfig": block}}


def ovn(**block: Any) -> Json:
    return {"defaultNetwork": {"ovnKubernetesConfig": block}}


EXPLAINED = [
    pytest.param(
        network(),
        network(operator={"deployKubeProxy": False, "disableMultiNetwork": False, "logLevel": "Normal"}),
        "has filled in its default",
        id="defaults",
    ),
    pytest.param(
        network(),
        network(operator=sdn(enableUnidling=True, mode="NetworkPolicy", vxlanPort=4789)),
        "has filled in its default",
        id="a-block-of-defaults",
    ),
    pytest.param(network(), network(operator=sdn(mtu=1450)), "the MTU that is in effect", id="mtu-written"),
    pytest.param(
        network(operator=sdn(mtu=1450)), network(), "in effect without being written", id="mtu-no-longer-written"
    ),
    pytest.param(
        network(operator=sdn(mode="NetworkPolicy", vxlanPort=4789)),
        network(),
        "holds without being written",
        id="defaults-no-longer-written",
    ),
    pytest.param(
        network(operator=ovn(genevePort=6082, mtu=1400)), network(), "not in use go with the clean-up", id="other-block"
    ),
    pytest.param(
        network(),
        network(config={"clusterNetwork": [{"cidr": "10.0.0.0/14", "hostPrefix": 23}]}),
        "given with a switch",
        id="pod-networks",
    ),
    pytest.param(
        network(operator={"serviceNetwork": None}),
        network(),
        "the operator copies it from",
        id="copied-to-the-operator",
    ),
    pytest.param([policy("strict")], [policy("default")], "comes back named default", id="policy-renamed"),
    pytest.param(
        [ref("HostSubnet", "w0", egressIPs=["192.0.2.1"])],
        [ref("HostSubnet", "w0", egressCIDRs=["192.0.2.0/24"])],
        "come back in automatic mode",
        id="egress-ips-by-hand",
    ),
    pytest.param(
        [ref("NetNamespace", "shop", annotations={MULTICAST: "true", "note": "x"})],
        [ref("NetNamespace", "shop", annotations={MULTICAST: "true"})],
        "only the one for multicast is put back",
        id="other-annotations",
    ),
    pytest.param(
        [*network(OVN), egress_ip("mine", "192.0.2.1", namespaceSelector={"matchLabels": {"team": "a"}})],
        [*network(OVN), egress_ip("egressip-shop", "192.0.2.1")],
        "comes back named egressip-",
        id="egress-ip-renamed",
    ),
    pytest.param(
        [ref("EgressFirewall", "default", group="k8s.ovn.org", spec={"egress": [{"type": "Allow", "ports": [1]}]})],
        [ref("EgressFirewall", "default", group="k8s.ovn.org", spec={"egress": [{"type": "Allow"}]})],
        "knows no ports",
        id="firewall-ports",
    ),
    pytest.param(
        [*network(), policy("default")],
        [
            *network(OVN, mtu=1400, operator={"migration": {"networkType": OVN}, **ovn(mtu=1400)}),
            ref("EgressFirewall", "default", namespace="shop", group="k8s.ovn.org", spec={"egress": ["a"]}),
            ref("Namespace", "shop", group="", annotations={"k8s.ovn.org/multicast-enabled": "true"}),
            ref(
                "ValidatingWebhookConfiguration",
                "network-node-identity.openshift.io",
                group="admissionregistration.k8s.io",
                webhooks=[{"name": "a", "timeoutSeconds": 30}],
            ),
        ],
        "the cluster runs OVNKubernetes now",
        id="not-back-yet",
    ),
]

UNEXPLAINED = [
    pytest.param(network(mtu=1350), network(mtu=1450), id="another-mtu"),
    pytest.param(network(mtu=1350), network(mtu=1350, operator=sdn(mtu=1450)), id="an-mtu-that-is-not-in-effect"),
    pytest.param(network(operator=sdn(vxlanPort=4790)), network(), id="a-port-that-was-lost"),
    pytest.param(network(), network(operator=sdn(vxlanPort=4790)), id="a-port-that-nobody-had"),
    pytest.param(network(operator={"logLevel": "Debug"}), network(operator={"logLevel": "Normal"}), id="a-reset-field"),
    pytest.param(network(), network(operator=ovn(genevePort=6082)), id="the-other-plugins-settings-left-behind"),
    pytest.param(network(), network(operator={"migration": {"networkType": SDN}}), id="not-cleaned-up"),
    pytest.param(
        network(), network(operator={"clusterNetwork": [{"cidr": "10.0.0.0/14"}]}), id="operator-differs-from-config"
    ),
    pytest.param([policy("strict")], [], id="a-policy-that-was-lost"),
    pytest.param(
        [policy("strict"), policy("loose", "b")], [policy("default", "b"), policy("strict", "c")], id="edited"
    ),
    pytest.param([policy("strict")], [policy("default", namespace="web")], id="a-policy-elsewhere"),
    pytest.param([policy("default")], [policy("default", "b")], id="another-rule"),
    pytest.param([ref("HostSubnet", "w0", egressCIDRs=["192.0.2.0/24"])], [], id="egress-cidrs-lost"),
    pytest.param(
        [ref("HostSubnet", "w0", egressCIDRs=["192.0.2.0/24"])],
        [ref("HostSubnet", "w0", egressCIDRs=["192.0.2.7/32"])],
        id="other-egress-cidrs",
    ),
    pytest.param([ref("NetNamespace", "shop", egressIPs=["192.0.2.1"])], [], id="egress-ip-of-a-namespace-lost"),
    pytest.param([ref("NetNamespace", "shop", annotations={MULTICAST: "true"})], [], id="multicast-lost"),
    pytest.param(
        [*network(OVN), egress_ip("mine", "192.0.2.1")], [*network(OVN), egress_ip("x", "192.0.2.2")], id="egress-ip"
    ),
    pytest.param(
        [ref("MachineConfigPool", "worker", group="machineconfiguration.openshift.io", spec={})],
        [ref("MachineConfigPool", "worker", group="machineconfiguration.openshift.io", spec={"paused": True})],
        id="a-pool-left-paused",
    ),
    pytest.param(
        [ref("NodeNetworkConfigurationPolicy", "bond0", group="nmstate.io", spec={"x": 1})],
        [],
        id="a-policy-not-restored",
    ),
]


@pytest.mark.parametrize(("backup", "now", "words"), EXPLAINED)
def test_what_the_operators_do_is_explained(backup, now, words):
    found = differences(backup, now)
    assert found
    assert [difference for difference in found if difference.explanation is None] == []
    assert any(words in (difference.explanation or "") for difference in found)


@pytest.mark.parametrize(("backup", "now"), UNEXPLAINED)
def test_what_nobody_should_have_done_is_not_explained(backup, now):
    assert any(difference.explanation is None for difference in differences(backup, now))


def test_equal_configurations_do_not_differ():
    backup = [*network(), policy("default")]
    assert differences(backup, backup) == ()


def test_several_policies_of_a_namespace_become_one_and_the_others_are_missed():
    found = differences([policy("a", "x"), policy("b", "y")], [policy("default", "y")])
    assert [(row.to_json()["object"].rpartition("/")[2], row.explanation is None) for row in found] == [
        ("a", True),
        ("b", False),
        ("default", False),
    ]


def test_fields_are_named_one_by_one():
    found = differences(network(), network(operator=sdn(vxlanPort=4789, mode="NetworkPolicy")))
    assert [(row.to_json()["object"], row.to_json()["path"], row.now) for row in found] == [
        (OPERATOR, "spec.defaultNetwork.openshiftSDNConfig.mode", "NetworkPolicy"),
        (OPERATOR, "spec.defaultNetwork.openshiftSDNConfig.vxlanPort", 4789),
    ]


def test_a_name_with_dots_is_quoted():
    before = ref("NetNamespace", "shop", egressIPs=["a"], annotations={MULTICAST: "true"})
    (row,) = differences([before], [ref("NetNamespace", "shop", egressIPs=["a"])])
    assert row.to_json()["path"] == f'metadata.annotations["{MULTICAST}"]'


MEDIA = ref("NetNamespace", "media", netid=7, annotations={MULTICAST: "true"})


def marked(**annotations: str) -> Json:
    return ref("Namespace", "media", group="", annotations={"k8s.ovn.org/multicast-enabled": "true", **annotations})


@pytest.mark.parametrize(
    ("net_namespace", "explained"),
    [(MEDIA, True), (ref("NetNamespace", "media", netid=7), False)],
    ids=["of the conversion", "of somebody"],
)
def test_the_mark_for_multicast_that_an_abort_leaves_behind(net_namespace: Json, explained: bool) -> None:
    [one] = differences([*network(), net_namespace], [*network(), net_namespace, marked()])
    assert one.of == ("", "Namespace", "", "media")
    assert bool(one.explanation) is explained
