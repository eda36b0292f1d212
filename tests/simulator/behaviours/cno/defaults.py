"""What the operator fills in (cluster-network-operator, pkg/network/{render,openshift_sdn,ovn_kubernetes}.go)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.profiles import Profile

SDN = "OpenShiftSDN"
OVN = "OVNKubernetes"
#: network type to its block in ``spec.defaultNetwork``
BLOCKS = {SDN: "openshiftSDNConfig", OVN: "ovnKubernetesConfig"}
SDN_MODES = ("NetworkPolicy", "Multitenant", "Subnet")
OVERHEAD = {SDN: 50, OVN: 100}
_IPSEC_OVERHEAD = 46
_AUDIT = {
    "destination": "null",
    "maxFileSize": 50,
    "maxLogFiles": 5,
    "rateLimit": 20,
    "syslogFacility": "local0",
}


def canonical(network_type: str) -> str:
    """``ovnkubernetes`` is understood as ``OVNKubernetes``; unknown types stay as they are."""
    return next((known for known in BLOCKS if known.lower() == network_type.lower()), network_type)


def canonicalized(spec: Object) -> Object:
    """``DeprecatedCanonicalize`` (pkg/network/render.go): types and OpenShift SDN's mode in any capitalisation are
    understood, before anything is validated."""
    result = deepcopy(spec)
    network = result["defaultNetwork"]
    network["type"] = canonical(network.get("type") or "")
    block = network.get(BLOCKS[SDN]) or {}
    if network["type"] == SDN and block.get("mode"):
        block["mode"] = next((mode for mode in SDN_MODES if mode.lower() == block["mode"].lower()), block["mode"])
    return result


def filled(spec: Object, *, previous: Object | None, host_mtu: int, profile: Profile) -> Object:
    """``spec`` with every default. An MTU that was applied before is kept; else it follows from the host's."""
    result = deepcopy(spec)
    result.setdefault("disableMultiNetwork", False)
    result.setdefault("useMultiNetworkPolicy", False)
    result.setdefault("logLevel", "Normal")
    result.setdefault("managementState", "Managed")
    result.setdefault("deployKubeProxy", False)
    network_type = result["defaultNetwork"]["type"]
    if network_type == SDN:
        _fill_sdn(result, previous=previous, host_mtu=host_mtu)
    elif network_type == OVN:
        _fill_ovn(result, previous=previous, host_mtu=host_mtu, profile=profile)
    return result


def plugin_mtu(spec: Object) -> int | None:
    """The MTU of the active plugin."""
    network = spec["defaultNetwork"]
    mtu = (network.get(BLOCKS.get(network["type"], "")) or {}).get("mtu")
    return None if mtu is None else int(mtu)


def encapsulation(spec: Object) -> int:
    """Bytes that the plugin needs of each packet."""
    network_type = spec["defaultNetwork"]["type"]
    ipsec = (spec["defaultNetwork"].get(BLOCKS[OVN]) or {}).get("ipsecConfig")
    full = ipsec is not None and ipsec.get("mode", "Full" if ipsec == {} else "") == "Full"
    return OVERHEAD.get(network_type, 0) + (_IPSEC_OVERHEAD if network_type == OVN and full else 0)


def _fill_sdn(result: Object, *, previous: Object | None, host_mtu: int) -> None:
    result.setdefault("kubeProxyConfig", {}).setdefault("bindAddress", "0.0.0.0")
    block = _block(result, SDN)
    block.setdefault("vxlanPort", 4789)
    block.setdefault("enableUnidling", True)
    block.setdefault("mode", "NetworkPolicy")
    block.setdefault("mtu", _applied_mtu(previous, SDN) or host_mtu - OVERHEAD[SDN])


def _fill_ovn(result: Object, *, previous: Object | None, host_mtu: int, profile: Profile) -> None:
    block = _block(result, OVN)
    block.setdefault("genevePort", 6081)
    if profile.ipsec != "empty_object":
        block.setdefault("ipsecConfig", {"mode": "Disabled"})
    block["policyAuditConfig"] = {**_AUDIT, **(block.get("policyAuditConfig") or {})}
    block.setdefault("gatewayConfig", {}).setdefault("routingViaHost", False)
    if profile.minor != "4.12":
        block.setdefault("egressIPConfig", {})
    block.setdefault("mtu", _applied_mtu(previous, OVN) or host_mtu - encapsulation(result))


def _block(result: Object, network_type: str) -> dict[str, Any]:
    network = result["defaultNetwork"]
    if network.get(BLOCKS[network_type]) is None:
        network[BLOCKS[network_type]] = {}
    block: dict[str, Any] = network[BLOCKS[network_type]]
    return block


def _applied_mtu(previous: Object | None, network_type: str) -> int | None:
    if previous is None or previous["defaultNetwork"]["type"] != network_type:
        return None
    return plugin_mtu(previous)
