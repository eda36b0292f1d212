# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of a saved object somebody has configured, and which part the cluster's operators write by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional

Json = dict[str, Any]
#: apiVersion's group, kind, namespace and name.
Key = tuple[str, str, str, str]

SDN_GROUP = "network.openshift.io"


def key(body: Mapping[str, Any]) -> Key:
    metadata = body["metadata"]
    return group(body), body["kind"], metadata.get("namespace") or "", metadata["name"]


def group(body: Mapping[str, Any]) -> str:
    return str(body["apiVersion"]).rpartition("/")[0]


def titled(of: Key) -> str:
    """``EgressNetworkPolicy.network.openshift.io shop/default``."""
    in_group, kind, namespace, name = of
    title = f"{kind}.{in_group}" if in_group else kind
    return f"{title} {namespace}/{name}" if namespace else f"{title} {name}"


def configuration(objects: Iterable[Mapping[str, Any]]) -> dict[Key, Json]:
    """What is configured, by object. Objects that nobody has configured are left out, and so are fields without a
    value."""
    found = {key(body): configured(body) for body in objects}
    return {of: part for of, part in found.items() if part is not None}


def configured(body: Mapping[str, Any]) -> Optional[Json]:
    """The part of ``body`` that counts. None when nobody has configured anything, and also when its mere existence says
    nothing, since the cluster makes such objects by itself."""
    of = (group(body), body["kind"])
    part = _pruned(_CHOICES.get(of, _all_but_metadata)(body))
    if isinstance(part, dict):
        return part
    return None if of in _MADE_BY_THE_CLUSTER or _is_record(body) else {}


def _spec(body: Mapping[str, Any]) -> Json:
    return {"spec": body.get("spec")}


def _network_config(body: Mapping[str, Any]) -> Json:
    mtu = (body.get("status") or {}).get("clusterNetworkMTU")
    return {"spec": body.get("spec"), "status": {"clusterNetworkMTU": mtu}}


def _host_subnet(body: Mapping[str, Any]) -> Json:
    """In automatic mode, with egressCIDRs, OpenShiftSDN itself spreads the addresses over the nodes, so egressIPs are
    not configured (sdn 4.14, pkg/network/common/egressip.go). The subnet is allocated."""
    if body.get("egressCIDRs"):
        return {"egressCIDRs": body["egressCIDRs"]}
    return {"egressIPs": body.get("egressIPs")}


def _net_namespace(body: Mapping[str, Any]) -> Json:
    """The netid is allocated; there is a NetNamespace for every namespace, whether anything is configured or not."""
    return {"egressIPs": body.get("egressIPs"), **_annotations(body)}


def _annotations(body: Mapping[str, Any]) -> Json:
    return {"metadata": {"annotations": body["metadata"].get("annotations")}}


def _health_check(body: Mapping[str, Any]) -> Json:
    return {**_annotations(body), **_spec(body)}


def _timeouts(body: Mapping[str, Any]) -> Json:
    return {"webhooks": {hook["name"]: {"timeoutSeconds": hook["timeoutSeconds"]} for hook in body["webhooks"]}}


def _pool(body: Mapping[str, Any]) -> Json:
    """A pool that does not say whether it is paused is not."""
    spec = body.get("spec") or {}
    return {"spec": {**spec, "paused": bool(spec.get("paused"))}}


def _is_record(body: Mapping[str, Any]) -> bool:
    """applied-cluster is the Cluster Network Operator's own."""
    return bool(body["kind"] == "ConfigMap" and body["metadata"]["name"] == "applied-cluster")


def _config_map(body: Mapping[str, Any]) -> Json:
    return {} if _is_record(body) else {"data": body.get("data")}


def _nothing(_body: Mapping[str, Any]) -> Json:
    return {}


def _all_but_metadata(body: Mapping[str, Any]) -> Json:
    return {name: value for name, value in body.items() if name not in ("apiVersion", "kind", "metadata", "status")}


#: There is one for each node, namespace or egress IP, whatever is configured.
_MADE_BY_THE_CLUSTER = frozenset(
    {
        ("", "Namespace"),
        (SDN_GROUP, "HostSubnet"),
        (SDN_GROUP, "NetNamespace"),
        ("cloud.network.openshift.io", "CloudPrivateIPConfig"),
    }
)
#: By group and kind. A CloudPrivateIPConfig is made for each egress IP by the network plugin.
_CHOICES: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Json]] = {
    ("config.openshift.io", "Network"): _network_config,
    ("operator.openshift.io", "Network"): _spec,
    ("", "ConfigMap"): _config_map,
    ("machineconfiguration.openshift.io", "MachineConfigPool"): _pool,
    ("cloud.network.openshift.io", "CloudPrivateIPConfig"): _nothing,
    ("", "Namespace"): _annotations,
    (SDN_GROUP, "HostSubnet"): _host_subnet,
    (SDN_GROUP, "NetNamespace"): _net_namespace,
    ("machine.openshift.io", "MachineHealthCheck"): _health_check,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _timeouts,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _timeouts,
}


def _pruned(value: Any) -> Optional[Any]:
    """Without the fields that have no value: some that are served as null disappear with the next write."""
    if not isinstance(value, Mapping):
        return value if value not in (None, [], ()) else None
    kept = {name: _pruned(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner is not None} or None
