# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What OpenShift's own operators change in a migration there and back: a table, each row with its source.

A row explains one kind of difference between a backup and the cluster. What no row explains was done by somebody, or
was lost, and is worth a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..networks import CONFIG_BLOCK, OVN, SDN, other
from .compare import Difference, compared
from .configuration import SDN_GROUP, Json, Key, configuration

CONFIG: Key = ("config.openshift.io", "Network", "", "cluster")
OPERATOR: Key = ("operator.openshift.io", "Network", "", "cluster")
OVN_GROUP = "k8s.ovn.org"
OVN_MULTICAST = "k8s.ovn.org/multicast-enabled"
MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"

CNO = "cluster-network-operator"
#: Fields of the operator's spec to what the operator fills in (cluster-network-operator 4.14, pkg/network/render.go and
#: openshift_sdn.go).
DEFAULTS: Mapping[tuple[str, ...], Any] = {
    ("spec", "deployKubeProxy"): False,
    ("spec", "disableMultiNetwork"): False,
    ("spec", "kubeProxyConfig", "bindAddress"): "0.0.0.0",
    ("spec", "logLevel"): "Normal",
    ("spec", "managementState"): "Managed",
    ("spec", "useMultiNetworkPolicy"): False,
    ("spec", "defaultNetwork", "openshiftSDNConfig", "enableUnidling"): True,
    ("spec", "defaultNetwork", "openshiftSDNConfig", "mode"): "NetworkPolicy",
    ("spec", "defaultNetwork", "openshiftSDNConfig", "vxlanPort"): 4789,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "genevePort"): 6081,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "gatewayConfig", "routingViaHost"): False,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "ipsecConfig", "mode"): "Disabled",
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "policyAuditConfig", "destination"): "null",
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "policyAuditConfig", "maxFileSize"): 50,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "policyAuditConfig", "maxLogFiles"): 5,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "policyAuditConfig", "rateLimit"): 20,
    ("spec", "defaultNetwork", "ovnKubernetesConfig", "policyAuditConfig", "syslogFacility"): "local0",
}
#: Webhook configurations that come and go with OVN-Kubernetes.
OVN_WEBHOOKS = ("network-node-identity.openshift.io",)


@dataclass(frozen=True)
class Explanations:
    """Both configurations as a whole: a difference in one object may be explained by another object."""

    backup: Mapping[Key, Json]
    now: Mapping[Key, Json]

    def __call__(self, difference: Difference) -> Optional[str]:
        return next((said for rule in RULES for said in [rule(self, difference)] if said), None)

    @property
    def source_type(self) -> str:
        return _network_type(self.backup)

    @property
    def elsewhere(self) -> bool:
        """Whether the cluster runs another network plugin than it did when it was saved."""
        return _network_type(self.now) != self.source_type

    def was(self, of: Key, *path: str) -> Any:
        return _at(self.backup.get(of), path)

    def is_(self, of: Key, *path: str) -> Any:
        return _at(self.now.get(of), path)


def _filled_in(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of == OPERATOR and seen.backup is None and seen.path in DEFAULTS and seen.now == DEFAULTS[seen.path]:
        return f"the operator has filled in its default ({CNO} 4.14, pkg/network/render.go)"
    return None


def _default_not_written(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of == OPERATOR and seen.now is None and seen.path in DEFAULTS and seen.backup == DEFAULTS[seen.path]:
        return (
            "this is the default, which holds without being written: up to 4.14 the operator does not write "
            f"OpenShiftSDN's ({CNO} 4.14, pkg/controller/operconfig/operconfig_controller.go)"
        )
    return None


def _mtu_of_the_plugin(scene: Explanations, seen: Difference) -> Optional[str]:
    """``mtu`` in the block of the plugin that was saved, when the MTU in effect has not changed."""
    if seen.of != OPERATOR or seen.path != ("spec", "defaultNetwork", CONFIG_BLOCK.get(scene.source_type, ""), "mtu"):
        return None
    in_effect = scene.is_(CONFIG, "status", "clusterNetworkMTU")
    if in_effect is None or in_effect != scene.was(CONFIG, "status", "clusterNetworkMTU"):
        return None
    if seen.backup is None and seen.now == in_effect:
        return f"the operator has written the MTU that is in effect ({CNO} 4.14, pkg/network/openshift_sdn.go)"
    if seen.now is None and seen.backup == in_effect:
        return f"the same MTU is in effect without being written ({CNO} 4.14, pkg/network/openshift_sdn.go)"
    return None


def _block_of_the_other_plugin(scene: Explanations, seen: Difference) -> Optional[str]:
    block = CONFIG_BLOCK[other(scene.source_type)]
    if seen.of == OPERATOR and seen.path[:3] == ("spec", "defaultNetwork", block) and seen.now is None:
        return (
            "settings of the plugin that is not in use go with the clean-up, and from 4.15 the operator drops them by "
            f"itself ({CNO} 4.15, pkg/network/render.go)"
        )
    return None


def _copied_from_config(scene: Explanations, seen: Difference) -> Optional[str]:
    copied = seen.of == OPERATOR and seen.path in (("spec", "clusterNetwork"), ("spec", "serviceNetwork"))
    if copied and seen.now is not None and seen.now == scene.is_(CONFIG, *seen.path):
        return (
            f"the operator copies it from networks.config.openshift.io cluster ({CNO} 4.14, "
            "pkg/network/cluster_config.go)"
        )
    return None


def _given_with_the_switch(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of == CONFIG and seen.path == ("spec", "clusterNetwork"):
        return (
            "the operator lets the pod networks change only while a migration is set, so they were given with a switch "
            f"and not with the one back ({CNO} 4.14, pkg/network/render.go)"
        )
    return None


def _egress_policy_renamed(scene: Explanations, seen: Difference) -> Optional[str]:
    group, kind, namespace, name = seen.of
    if (group, kind) != (SDN_GROUP, "EgressNetworkPolicy") or seen.path:
        return None
    default: Key = (group, kind, namespace, "default")
    said = (
        "an EgressNetworkPolicy comes back named default, whatever its name was "
        f"({CNO} 4.14, pkg/controller/operconfig/migration.go)"
    )
    if seen.now is None and name != "default" and scene.now.get(default) == seen.backup:
        return said
    if seen.backup is None and name == "default":
        others = [part for of, part in scene.backup.items() if of[:3] == (group, kind, namespace)]
        return said if seen.now in others else None
    return None


def _automatic_egress_ips(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of[:2] != (SDN_GROUP, "HostSubnet"):
        return None
    before, after = scene.backup.get(seen.of) or {}, scene.now.get(seen.of) or {}
    if "egressIPs" in before and "egressCIDRs" in after:
        return (
            "egress IPs that were assigned to nodes by hand come back in automatic mode "
            f"({CNO} 4.16, pkg/controller/operconfig/migration.go)"
        )
    return None


def _net_namespace_made_anew(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of[:2] != (SDN_GROUP, "NetNamespace") or seen.now is not None or scene.elsewhere:
        return None
    if seen.path[:2] == ("metadata", "annotations") and seen.path[2:] != (MULTICAST,):
        return (
            "OpenShiftSDN makes the NetNamespaces anew, and of their annotations only the one for multicast is put "
            f"back ({CNO} 4.14, pkg/controller/operconfig/migration.go)"
        )
    return None


def _egress_ip_renamed(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of[:2] != (OVN_GROUP, "EgressIP") or seen.path:
        return None
    addresses = _addresses(seen.backup or seen.now)
    there = scene.now if seen.now is None else scene.backup
    same = any(of[:2] == seen.of[:2] and _addresses(part) == addresses for of, part in there.items())
    if same and addresses:
        return (
            "an EgressIP comes back named egressip-<namespace>, selecting that namespace by its name "
            f"({CNO} 4.14, pkg/controller/operconfig/migration.go)"
        )
    return None


def _egress_firewall_ports(scene: Explanations, seen: Difference) -> Optional[str]:
    if seen.of[:2] != (OVN_GROUP, "EgressFirewall") or seen.path != ("spec", "egress"):
        return None
    stripped = [{name: value for name, value in rule.items() if name != "ports"} for rule in seen.backup or ()]
    if stripped and stripped == seen.now:
        return (
            "OpenShiftSDN knows no ports in egress rules, so they are lost on the way "
            f"({CNO} 4.14, pkg/controller/operconfig/migration.go)"
        )
    return None


def _mark_for_multicast(scene: Explanations, seen: Difference) -> Optional[str]:
    """On the Namespace, of the conversion that an abort has left behind; its NetNamespace has the other mark."""
    group, kind, _namespace, name = seen.of
    if (group, kind) != ("", "Namespace") or seen.path or seen.backup is not None:
        return None
    if _at(scene.now.get((SDN_GROUP, "NetNamespace", "", name)), ("metadata", "annotations", MULTICAST)) != "true":
        return None
    if seen.now == {"metadata": {"annotations": {OVN_MULTICAST: "true"}}}:
        return (
            "the operator converts multicast as soon as a migration is prepared, and takes the mark away on the way "
            "back from OVNKubernetes only; OpenShiftSDN does not read it "
            f"({CNO} 4.14, pkg/controller/operconfig/migration.go)"
        )
    return None


def _not_back_yet(scene: Explanations, seen: Difference) -> Optional[str]:
    """What has to differ while the cluster runs another plugin than it did."""
    if not scene.elsewhere:
        return None
    group, kind, _namespace, name = seen.of
    now_type = _network_type(scene.now)
    if seen.path in (("spec", "networkType"), ("spec", "defaultNetwork", "type"), ("status", "clusterNetworkMTU")):
        return f"the cluster runs {now_type} now, and each plugin has its own"
    if seen.of == OPERATOR and seen.path[:2] in (("spec", "migration"), ("spec", "defaultNetwork")):
        return f"the cluster runs {now_type} now, with that plugin's settings"
    if group in (SDN_GROUP, OVN_GROUP) or name in OVN_WEBHOOKS or kind == "Namespace":
        return f"it belongs to one of the plugins, and the cluster runs {now_type} now"
    return None


Rule = Callable[[Explanations, Difference], Optional[str]]
RULES: tuple[Rule, ...] = (
    _not_back_yet,
    _filled_in,
    _default_not_written,
    _mtu_of_the_plugin,
    _block_of_the_other_plugin,
    _copied_from_config,
    _given_with_the_switch,
    _egress_policy_renamed,
    _automatic_egress_ips,
    _net_namespace_made_anew,
    _egress_ip_renamed,
    _egress_firewall_ports,
    _mark_for_multicast,
)


def explained(backup: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> tuple[Difference, ...]:
    """What is configured differently, each with its explanation where a row has one.

    :param backup: the saved objects
    :param now: the same kinds of objects as they are
    """
    before, after = configuration(backup), configuration(now)
    return compared(before, after, explain=Explanations(before, after))


def _network_type(side: Mapping[Key, Json]) -> str:
    found = _at(side.get(CONFIG), ("spec", "networkType"))
    return found if found in (OVN, SDN) else ""


def _addresses(part: Optional[Json]) -> frozenset[str]:
    return frozenset(_at(part, ("spec", "egressIPs")) or ())


def _at(part: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        part = part.get(name) if isinstance(part, Mapping) else None
    return part
