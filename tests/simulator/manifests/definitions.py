"""The CustomResourceDefinitions of a version: read from ``crds/*.yaml``, minus what that version does not have yet."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.simulator.manifests import subnet_rules
from tests.simulator.ports import Object
from tests.simulator.profiles import Profile
from tests.simulator.yaml_files import read

_FOLDER = Path(__file__).parent / "crds"
_SDN_GROUP = "network.openshift.io"
_OVN_GROUPS = ("k8s.ovn.org", "policy.networking.k8s.io")


def platform_crds(profile: Profile) -> list[Object]:
    """The CRDs that are always there, whichever network plugin runs."""
    names = [name for name, crd in _all().items() if crd["spec"]["group"] not in (_SDN_GROUP, *_OVN_GROUPS)]
    return [_of(name, profile=profile) for name in names]


def sdn_crds(profile: Profile) -> list[Object]:
    """The CRDs that the network operator creates with OpenShift SDN; none where the release does not ship it."""
    if not profile.sdn_supported:
        return []
    return [_of(name, profile=profile) for name, crd in _all().items() if crd["spec"]["group"] == _SDN_GROUP]


def ovn_crds(profile: Profile) -> list[Object]:
    """The CRDs that the network operator creates with OVN-Kubernetes."""
    return [_of(name, profile=profile) for name in profile.ovn_crds]


@lru_cache(maxsize=1)
def _all() -> dict[str, Object]:
    crds = [read(path) for path in sorted(_FOLDER.glob("*.yaml"))]
    return {crd["metadata"]["name"]: crd for crd in crds}


def _of(name: str, *, profile: Profile) -> Object:
    # anchors make equal parts of a file the same Python object, and deepcopy keeps that: what is taken from one is
    # taken from all of them, which is what every version needs
    crd: Object = deepcopy(_all()[name])
    if name == "egressfirewalls.k8s.ovn.org" and not profile.egress_firewall_status:
        del crd["spec"]["versions"][0]["subresources"]
    if name == "networks.config.openshift.io":
        _fit_network_config(_schema(crd), profile=profile)
    elif name == "networks.operator.openshift.io":
        _fit_network_operator(_schema(crd), profile=profile)
    return crd


def _schema(crd: Object) -> dict[str, Any]:
    schema: dict[str, Any] = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def _fit_network_config(schema: dict[str, Any], *, profile: Profile) -> None:
    spec, status = schema["properties"]["spec"], schema["properties"]["status"]
    if not profile.network_diagnostics:
        del spec["properties"]["networkDiagnostics"]
        del spec["x-kubernetes-validations"]
    if not profile.config_conditions:
        del status["properties"]["conditions"]


def _fit_network_operator(schema: dict[str, Any], *, profile: Profile) -> None:
    spec = schema["properties"]["spec"]
    plugins = spec["properties"]["defaultNetwork"]["properties"]
    migration = spec["properties"]["migration"]
    ovn = plugins["ovnKubernetesConfig"]["properties"]
    if not profile.kuryr:
        del plugins["kuryrConfig"]
    if not profile.migration_mode:
        del migration["properties"]["mode"]
    if not profile.migration_mode_rule:
        del migration["x-kubernetes-validations"]
    if not profile.ovn_value_rules:
        del spec["x-kubernetes-validations"]
        _judge_by_octets(ovn)
    if not profile.ovn_subnets_by_family:
        del ovn["ipv4"], ovn["ipv6"]
        for field in ("ipForwarding", "ipv4", "ipv6"):
            del ovn["gatewayConfig"]["properties"][field]
    _fit_ipsec(ovn, profile=profile)


def _fit_ipsec(ovn: dict[str, Any], *, profile: Profile) -> None:
    if profile.ipsec == "empty_object":
        ovn["ipsecConfig"] = {"type": "object"}
    elif profile.ipsec == "mode":
        del ovn["ipsecConfig"]["properties"]["full"]
        del ovn["ipsecConfig"]["x-kubernetes-validations"][1]


def _judge_by_octets(ovn: dict[str, Any]) -> None:
    """The rules of 4.14 and 4.15 in place of those of 4.16."""
    for name in ("internalJoinSubnet", "internalTransitSwitchSubnet"):
        ovn["ipv4"]["properties"][name] = subnet_rules.ipv4(longest=30)
        ovn["ipv6"]["properties"][name] = subnet_rules.ipv6()
    gateway = ovn["gatewayConfig"]["properties"]
    gateway["ipv4"]["properties"]["internalMasqueradeSubnet"] = subnet_rules.ipv4(longest=29)
    gateway["ipv6"]["properties"]["internalMasqueradeSubnet"] = subnet_rules.ipv6(max_length=None)
