"""Conversion of egress firewalls, multicast and egress IPs between the plugins
(cluster-network-operator, pkg/controller/operconfig/migration.go)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_interface
from typing import Any

from tests.simulator.behaviours.cno.defaults import OVN, SDN
from tests.simulator.behaviours.cno.status import ACTOR
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Object
from tests.simulator.seed.networks import HOST_SUBNETS, NET_NAMESPACES

EGRESS_POLICIES = "egressnetworkpolicies.network.openshift.io"
EGRESS_FIREWALLS = "egressfirewalls.k8s.ovn.org"
EGRESS_IPS = "egressips.k8s.ovn.org"
CLOUD_IPS = "cloudprivateipconfigs.cloud.network.openshift.io"
SDN_MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"
OVN_MULTICAST = "k8s.ovn.org/multicast-enabled"
EGRESS_NODE = "k8s.ovn.org/egress-assignable"
SAVED_CIDRS = "networkoperator.openshift.io/sdn-to-ovn-migration"
CLOUD_CIDRS = "cloud.network.openshift.io/egress-ipconfig"
PRIMARY_ADDRESS = "k8s.ovn.org/node-primary-ifaddr"
_NAME_LABEL = "kubernetes.io/metadata.name"
#: what a conversion reads: only changes of these make another one necessary
SOURCES = (EGRESS_POLICIES, HOST_SUBNETS, NET_NAMESPACES, EGRESS_FIREWALLS, EGRESS_IPS, "namespaces")


class ConversionFailed(Exception):
    """The reconcile ends here: logged, not Degraded, and the status of networks.config is not written."""


class _Waiting(Exception):
    """Something that SDN makes is not there yet: this feature is left for a later reconcile, silently."""


class Conversion:
    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store

    def run(self, migration: Mapping[str, Any]) -> bool:
        """Convert everything that ``features`` does not leave out; whether all of it could be done by now.

        ``ConversionFailed`` when one of them cannot go on.
        """
        target = migration.get("networkType") or ""
        if target not in (SDN, OVN):
            raise ConversionFailed(
                f'Error: operConfig.Spec.Migration.NetworkType: {target} is not equal to either "OpenshiftSDN" or '
                '"OVNKubernetes"'
            )
        features = migration.get("features") or {}
        steps: dict[str, dict[str, Callable[[], None]]] = {
            OVN: {
                "egressFirewall": self._firewalls_to_ovn,
                "multicast": self._multicast_to_ovn,
                "egressIP": self._egress_ips_to_ovn,
            },
            SDN: {
                "egressFirewall": self._firewalls_to_sdn,
                "multicast": self._multicast_to_sdn,
                "egressIP": self._egress_ips_to_sdn,
            },
        }
        complete = True
        for feature, convert in steps[target].items():
            if features.get(feature, True):
                try:
                    convert()
                except _Waiting:
                    complete = False
        return complete

    # to OVN-Kubernetes

    def _firewalls_to_ovn(self) -> None:
        for policy in self._store.list(EGRESS_POLICIES):
            self._apply(EGRESS_FIREWALLS, "default", policy["spec"], namespace=policy["metadata"]["namespace"])

    def _multicast_to_ovn(self) -> None:
        for net_namespace in self._store.list(NET_NAMESPACES):
            if _annotations(net_namespace).get(SDN_MULTICAST) == "true":
                name = net_namespace["metadata"]["name"]
                if self._store.find("namespaces", name) is not None:
                    self._annotate("namespaces", name, OVN_MULTICAST, "true")

    def _egress_ips_to_ovn(self) -> None:
        configured = [
            subnet
            for subnet in self._store.list(HOST_SUBNETS)
            if self._is_automatic(subnet) or (subnet.get("egressIPs") and not subnet.get("egressCIDRs"))
        ]
        for subnet in configured:
            self._release_host_subnet(subnet)
        if not configured:
            return
        for net_namespace in self._store.list(NET_NAMESPACES):
            addresses = net_namespace.get("egressIPs")
            if addresses:
                self._egress_ip_of(net_namespace, addresses)

    def _release_host_subnet(self, subnet: Object) -> None:
        name, cidrs = subnet["metadata"]["name"], subnet.get("egressCIDRs")
        if self._store.find("nodes", name) is not None:
            labels = {"metadata": {"labels": {EGRESS_NODE: ""}}}
            self._store.patch("nodes", name, labels, actor=ACTOR)
            if self._is_automatic(subnet) and SAVED_CIDRS not in _annotations(self._store.get("nodes", name)):
                saved = json.dumps({"EgressCIDRs": cidrs}, separators=(",", ":"))
                self._annotate("nodes", name, SAVED_CIDRS, saved)
        self._store.patch(HOST_SUBNETS, name, {"egressCIDRs": None, "egressIPs": None}, actor=ACTOR)

    def _is_automatic(self, subnet: Object) -> bool:
        if self._world.profile.automatic_egress_ip == "cidrs":
            return bool(subnet.get("egressCIDRs"))
        return bool(subnet.get("egressCIDRs") and subnet.get("egressIPs"))

    def _egress_ip_of(self, net_namespace: Object, addresses: list[str]) -> None:
        for address in addresses:
            if self._store.find(CLOUD_IPS, address) is not None:
                self._store.delete(CLOUD_IPS, address, actor=ACTOR)
        selector = {"matchLabels": {_NAME_LABEL: net_namespace["netname"]}}
        spec = {"egressIPs": list(addresses), "namespaceSelector": selector}
        name = net_namespace["metadata"]["name"]
        self._apply(EGRESS_IPS, f"egressip-{name}", spec)
        self._store.patch(NET_NAMESPACES, name, {"egressIPs": None}, actor=ACTOR)

    # to OpenShift SDN

    def _firewalls_to_sdn(self) -> None:
        for firewall in self._store.list(EGRESS_FIREWALLS):
            meta = firewall["metadata"]
            rules = [
                {key: value for key, value in rule.items() if key != "ports"} for rule in firewall["spec"]["egress"]
            ]
            spec = {**firewall["spec"], "egress": rules}
            self._apply(EGRESS_POLICIES, meta["name"], spec, namespace=meta["namespace"])

    def _multicast_to_sdn(self) -> None:
        wanted = [
            namespace["metadata"]["name"]
            for namespace in self._store.list("namespaces")
            if _annotations(namespace).get(OVN_MULTICAST) == "true"
        ]
        if not wanted:
            return
        self._need_net_namespaces()
        for name in wanted:

            def replace(net_namespace: Object) -> None:
                net_namespace["metadata"]["annotations"] = {SDN_MULTICAST: "true"}

            self._store.edit(NET_NAMESPACES, name, replace, actor=ACTOR)
            self._annotate("namespaces", name, OVN_MULTICAST, None)

    def _egress_ips_to_sdn(self) -> None:
        egress_ips = self._store.list(EGRESS_IPS)
        assignable = [
            node for node in self._store.list("nodes") if EGRESS_NODE in (node["metadata"].get("labels") or {})
        ]
        if not (egress_ips or assignable):
            return
        for node in self._store.list("nodes"):
            if self._store.find(HOST_SUBNETS, node["metadata"]["name"]) is None:
                raise _Waiting
        self._need_net_namespaces()
        for egress_ip in egress_ips:
            self._net_namespace_of(egress_ip)
        for node in assignable:
            name = node["metadata"]["name"]
            cidrs = self._egress_cidrs(node)
            self._store.patch(HOST_SUBNETS, name, {"egressCIDRs": cidrs}, actor=ACTOR)

    def _net_namespace_of(self, egress_ip: Object) -> None:
        name = egress_ip["metadata"]["name"]
        labels = (egress_ip["spec"].get("namespaceSelector") or {}).get("matchLabels") or {}
        if _NAME_LABEL not in labels:
            raise ConversionFailed(
                f"{_NAME_LABEL} not found in egressIP object {name}, cannot migrate to SDN egress IP"
            )
        addresses = egress_ip["spec"]["egressIPs"]
        for address in addresses:
            if self._store.find(CLOUD_IPS, address) is not None:
                self._store.delete(CLOUD_IPS, address, actor=ACTOR)
        if self._store.find(NET_NAMESPACES, labels[_NAME_LABEL]) is None:
            raise ConversionFailed(f'netnamespaces.network.openshift.io "{labels[_NAME_LABEL]}" not found')
        self._store.patch(NET_NAMESPACES, labels[_NAME_LABEL], {"egressIPs": list(addresses)}, actor=ACTOR)

    def _egress_cidrs(self, node: Object) -> list[str]:
        annotations = _annotations(node)
        if SAVED_CIDRS in annotations:
            return list(json.loads(annotations[SAVED_CIDRS])["EgressCIDRs"])
        if CLOUD_CIDRS in annotations:
            return [json.loads(annotations[CLOUD_CIDRS])[0]["ifaddr"]["ipv4"]]
        if self._world.profile.egress_cidrs_from_primary_address and PRIMARY_ADDRESS in annotations:
            return [str(ip_interface(json.loads(annotations[PRIMARY_ADDRESS])["ipv4"]).network)]
        raise ConversionFailed(f"node {node['metadata']['name']} has no annotation {CLOUD_CIDRS}")

    def _need_net_namespaces(self) -> None:
        for namespace in self._store.list("namespaces"):
            name = namespace["metadata"]["name"]
            if self._store.find(NET_NAMESPACES, name) is None:
                raise _Waiting

    # writing

    def _apply(self, key: str, name: str, spec: Object, *, namespace: str | None = None) -> None:
        known = self._store.find(key, name, namespace=namespace)
        if known is None:
            meta = {"name": name, **({"namespace": namespace} if namespace else {})}
            self._store.create(key, {"metadata": meta, "spec": spec}, actor=ACTOR)
        elif known["spec"] != spec:

            def replace(obj: Object) -> None:
                obj["spec"] = spec

            self._store.edit(key, name, replace, namespace=namespace, actor=ACTOR)

    def _annotate(self, key: str, name: str, annotation: str, value: str | None) -> None:
        self._store.patch(key, name, {"metadata": {"annotations": {annotation: value}}}, actor=ACTOR)


def _annotations(obj: Object) -> Mapping[str, str]:
    return obj["metadata"].get("annotations") or {}
