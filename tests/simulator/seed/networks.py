"""The network of the new cluster: the two Network objects, the operator's records, and the objects of OpenShift SDN."""

from __future__ import annotations

import json

from tests.simulator.ports import Object
from tests.simulator.profiles import Profile
from tests.simulator.seed.context import ACTOR, CLUSTER_NETWORK, HOST_MTU, SERVICE_NETWORK, Seeding

HOST_SUBNETS = "hostsubnets.network.openshift.io"
NET_NAMESPACES = "netnamespaces.network.openshift.io"
OPERATOR_NAMESPACE = "openshift-network-operator"
_OVERHEAD = {"OpenShiftSDN": 50, "OVNKubernetes": 100}


def plugin_mtu(network_type: str) -> int:
    """The MTU that the operator chooses for a plugin on hosts with an MTU of 1500."""
    return HOST_MTU - _OVERHEAD[network_type]


def plugin_defaults(network_type: str, *, profile: Profile) -> Object:
    """The plugin's block of ``spec.defaultNetwork`` with every default filled in
    (cluster-network-operator, pkg/network/openshift_sdn.go and ovn_kubernetes.go)."""
    if network_type == "OpenShiftSDN":
        return {
            "openshiftSDNConfig": {
                "mode": "NetworkPolicy",
                "vxlanPort": 4789,
                "mtu": plugin_mtu(network_type),
                "enableUnidling": True,
            }
        }
    families: Object = {"ipv4": {}, "ipv6": {}} if profile.masquerade_subnets else {}
    config: Object = {
        "mtu": plugin_mtu(network_type),
        "genevePort": 6081,
        "policyAuditConfig": {
            "rateLimit": 20,
            "maxFileSize": 50,
            "destination": "null",
            "syslogFacility": "local0",
            "maxLogFiles": 5,
        },
        "gatewayConfig": {**families, "routingViaHost": False},
        "egressIPConfig": {},
    }
    if profile.ipsec != "empty_object":
        config["ipsecConfig"] = {"mode": "Disabled"}
    return {"ovnKubernetesConfig": config}


def applied_spec(profile: Profile) -> Object:
    """What ``applied-cluster`` records for a new cluster: the operator's spec after all defaults, in the order in which
    the operator writes its fields."""
    network_type = profile.initial_network_type
    spec: Object = {
        "managementState": "Managed",
        "logLevel": "Normal",
        "operatorLogLevel": "Normal",
        "unsupportedConfigOverrides": None,
        "observedConfig": None,
        "clusterNetwork": [dict(CLUSTER_NETWORK)],
        "serviceNetwork": [SERVICE_NETWORK],
        "defaultNetwork": {"type": network_type, **plugin_defaults(network_type, profile=profile)},
        "disableMultiNetwork": False,
        "useMultiNetworkPolicy": False,
        "deployKubeProxy": False,
        "disableNetworkDiagnostics": False,
    }
    if network_type == "OpenShiftSDN":
        spec["kubeProxyConfig"] = {"bindAddress": "0.0.0.0"}
    return spec


def operator_spec(profile: Profile) -> Object:
    """The spec of the operator's Network as found in a cluster that nobody has touched.

    Up to 4.14 the defaults of OpenShift SDN are not written back, so only the type is there; those of OVN-Kubernetes
    are (bootstrap adds gatewayConfig, which makes the operator write everything).
    """
    spec: Object = {
        "clusterNetwork": [dict(CLUSTER_NETWORK)],
        "defaultNetwork": {"type": profile.initial_network_type},
        "disableNetworkDiagnostics": False,
        "logLevel": "Normal",
        "managementState": "Managed",
        "observedConfig": None,
        "operatorLogLevel": "Normal",
        "serviceNetwork": [SERVICE_NETWORK],
        "unsupportedConfigOverrides": None,
    }
    if profile.defaults_written_back or profile.initial_network_type == "OVNKubernetes":
        spec |= applied_spec(profile)
    return spec


def seed_networks(seeding: Seeding) -> None:
    _seed_cluster_config(seeding)
    _seed_operator_config(seeding)
    _seed_records(seeding)


def _seed_cluster_config(seeding: Seeding) -> None:
    network_type = seeding.profile.initial_network_type
    network: Object = {"clusterNetwork": [dict(CLUSTER_NETWORK)], "serviceNetwork": [SERVICE_NETWORK]}
    spec: Object = {**network, "externalIP": {"policy": {}}, "networkType": network_type}
    status: Object = {**network, "clusterNetworkMTU": plugin_mtu(network_type), "networkType": network_type}
    if seeding.profile.network_diagnostics:
        spec["networkDiagnostics"] = {"mode": "", "sourcePlacement": {}, "targetPlacement": {}}
        status["conditions"] = [
            {
                "lastTransitionTime": seeding.ages.installing(minutes=14),
                "message": "",
                "observedGeneration": 0,
                "reason": "AsExpected",
                "status": "True",
                "type": "NetworkDiagnosticsAvailable",
            }
        ]
    seeding.create(
        "networks.config.openshift.io",
        "cluster",
        {"spec": spec, "status": status},
        created=seeding.ages.installing(minutes=3),
        generation=2,
    )


def _seed_operator_config(seeding: Seeding) -> None:
    status = {
        "conditions": operator_conditions(seeding.profile, since=seeding.ages.installing(minutes=18)),
        "readyReplicas": 0,
        "version": seeding.profile.version,
    }
    seeding.create(
        "networks.operator.openshift.io",
        "cluster",
        {"spec": operator_spec(seeding.profile), "status": status},
        created=seeding.ages.installing(minutes=3),
        generation=57,
    )


def operator_conditions(profile: Profile, *, since: str) -> list[Object]:
    """The five conditions at rest, in the order in which the operator keeps them; ClusterOperator network has the
    same."""
    upgradeable: Object = {"lastTransitionTime": since, "status": "True", "type": "Upgradeable"}
    if profile.network_upgradeable in ("sdn", "sdn_and_migration") and profile.initial_network_type == "OpenShiftSDN":
        upgradeable |= {"message": SDN_BLOCKS_UPGRADE, "reason": "OpenShiftSDNConfigured", "status": "False"}
    return [
        {"lastTransitionTime": since, "status": "False", "type": "ManagementStateDegraded"},
        {"lastTransitionTime": since, "status": "False", "type": "Degraded"},
        upgradeable,
        {"lastTransitionTime": since, "status": "False", "type": "Progressing"},
        {"lastTransitionTime": since, "status": "True", "type": "Available"},
    ]


SDN_BLOCKS_UPGRADE = (
    "Cluster is configured with OpenShiftSDN, which is not supported in the next version. Please follow the documented "
    "steps to migrate from OpenShiftSDN to OVN-Kubernetes in order to be able to upgrade. https://docs.openshift.com/"
    "container-platform/4.16/networking/ovn_kubernetes_network_provider/migrate-from-openshift-sdn.html"
)


def _seed_records(seeding: Seeding) -> None:
    applied = json.dumps(applied_spec(seeding.profile), separators=(",", ":"))
    records = {
        "applied-cluster": {"applied": applied},
        "mtu": {"mtu": str(HOST_MTU)},
        "network-operator-lock": {},
    }
    for name, data in records.items():
        created = seeding.ages.installing(minutes=5)
        seeding.create("configmaps", name, {"data": data}, namespace=OPERATOR_NAMESPACE, created=created)
    if not seeding.profile.multus_rolls_at_flip:
        settings = {"daemon-config.json": multus_configuration(seeding.profile.initial_network_type)}
        seeding.create("configmaps", "multus-daemon-config", {"data": settings}, namespace="openshift-multus")


def multus_configuration(network_type: str) -> str:
    """``daemon-config.json`` of ConfigMap openshift-multus/multus-daemon-config (4.14 and later): with the file that
    the plugin writes when it is up, which the DaemonSet's template therefore need not name."""
    file = "80-openshift-network.conf" if network_type == "OpenShiftSDN" else "10-ovn-kubernetes.conf"
    settings = {
        "cniVersion": "0.3.1",
        "chrootDir": "/hostroot",
        "logToStderr": True,
        "logLevel": "verbose",
        "binDir": "/var/lib/cni/bin",
        "cniConfigDir": "/host/etc/cni/net.d",
        "multusConfigFile": "auto",
        "multusAutoconfigDir": "/host/run/multus/cni/net.d",
        "namespaceIsolation": True,
        "globalNamespaces": "default,openshift-multus,openshift-sriov-network-operator",
        "readinessindicatorfile": f"/host/run/multus/cni/net.d/{file}",
        "daemonSocketDir": "/run/multus/socket",
        "socketDir": "/host/run/multus/socket",
    }
    return json.dumps(settings, indent=4)


def seed_sdn(seeding: Seeding) -> None:
    """ClusterNetwork, one HostSubnet for each node, and a user's EgressNetworkPolicy."""
    cidr = CLUSTER_NETWORK["cidr"]
    seeding.create(
        "clusternetworks.network.openshift.io",
        "default",
        {
            "clusterNetworks": [{"CIDR": cidr, "hostSubnetLength": 9}],
            "hostsubnetlength": 9,
            "mtu": plugin_mtu("OpenShiftSDN"),
            "network": cidr,
            "pluginName": "redhat/openshift-ovs-networkpolicy",
            "serviceNetwork": SERVICE_NETWORK,
            "vxlanPort": 4789,
        },
    )
    for node in seeding.topology.nodes:
        seeding.create(
            HOST_SUBNETS,
            node.name,
            host_subnet(node.name, address=node.address, subnet=node.subnet),
            annotations={"pod.network.openshift.io/node-uid": seeding.uid("nodes", node.name)},
            created=seeding.ages.installing(minutes=9 if node.is_master else 23),
        )
    seeding.create(
        "egressnetworkpolicies.network.openshift.io",
        "default",
        {"spec": {"egress": EGRESS_RULES}},
        namespace="shop",
        created=seeding.ages.ago(days=20),
    )


def seed_egress(seeding: Seeding) -> None:
    """Egress firewalls and egress IPs of either plugin, as ``--with egress`` wants them."""
    if "egress" not in seeding.options.extras:
        return
    is_sdn = seeding.profile.initial_network_type == "OpenShiftSDN"
    created = seeding.ages.ago(days=19)
    firewalls = "egressnetworkpolicies.network.openshift.io" if is_sdn else "egressfirewalls.k8s.ovn.org"
    # OVN-Kubernetes allows one for each namespace, of the name default
    names = [("shop", "partners"), ("ci", "default")] if is_sdn else [("ci", "default")]
    for namespace, name in names:
        seeding.create(firewalls, name, {"spec": {"egress": PARTNER_RULES}}, namespace=namespace, created=created)
    for namespace, address in EGRESS_ADDRESSES.items():
        if is_sdn:
            patch: Object = {"egressIPs": [address]}
            seeding.store.patch(NET_NAMESPACES, namespace, patch, actor=ACTOR)
        else:
            selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
            spec = {"egressIPs": [address], "namespaceSelector": selector}
            seeding.create("egressips.k8s.ovn.org", f"egressip-{namespace}", {"spec": spec}, created=created)
    if is_sdn:
        _seed_egress_nodes(seeding)


def _seed_egress_nodes(seeding: Seeding) -> None:
    """One node with automatic assignment, the next one with an address by hand."""
    automatic, manual = EGRESS_ADDRESSES.values()
    patches: list[Object] = [{"egressCIDRs": [EGRESS_CIDR], "egressIPs": [automatic]}, {"egressIPs": [manual]}]
    for node, patch in zip(seeding.topology.workers, patches, strict=False):
        seeding.store.patch(HOST_SUBNETS, node.name, patch, actor=ACTOR)


EGRESS_CIDR = "10.0.240.0/24"
#: namespace to its egress IP: the first is assigned automatically, the second by hand
EGRESS_ADDRESSES = {"shop": "10.0.240.10", "ci": "10.0.240.20"}
PARTNER_RULES: list[Object] = [
    {"to": {"cidrSelector": "198.51.100.0/24"}, "type": "Allow"},
    {"to": {"cidrSelector": "203.0.113.0/24"}, "type": "Deny"},
]


def host_subnet(name: str, *, address: str, subnet: str) -> Object:
    return {"host": name, "hostIP": address, "subnet": subnet}


EGRESS_RULES: list[Object] = [
    {"to": {"dnsName": "payments.example.net"}, "type": "Allow"},
    {"to": {"cidrSelector": "192.0.2.0/24"}, "type": "Allow"},
    {"to": {"cidrSelector": "0.0.0.0/0"}, "type": "Deny"},
]


def seed_ovn(seeding: Seeding) -> None:
    """What a cluster has that was installed with OVN-Kubernetes: a user's EgressFirewall."""
    seeding.create(
        "egressfirewalls.k8s.ovn.org",
        "default",
        {"spec": {"egress": EGRESS_RULES}, "status": {"status": "EgressFirewall Rules applied"}},
        namespace="shop",
        created=seeding.ages.ago(days=20),
    )
