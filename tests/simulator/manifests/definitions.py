"""The CustomResourceDefinitions of a version: read from ``crds/*.yaml``, minus what that version does not have yet."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

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
        _without_value_rules(ovn["ipv4"])
        _without_value_rules(ovn["ipv6"])
        _without_value_rules(ovn["gatewayConfig"])
    gateway = ovn["gatewayConfig"]["properties"]
    if not profile.ovn_subnets_by_family:
        del ovn["ipv4"], ovn["ipv6"]
    if not profile.masquerade_subnets:
        del gateway["ipv4"], gateway["ipv6"]
    if not profile.ip_forwarding:
        del gateway["ipForwarding"]
    _fit_ipsec(ovn, profile=profile)


def _fit_ipsec(ovn: dict[str, Any], *, profile: Profile) -> None:
    if profile.ipsec == "empty_object":
        ovn["ipsecConfig"] = {"type": "object"}
    elif profile.ipsec == "mode":
        del ovn["ipsecConfig"]["properties"]["full"]
        del ovn["ipsecConfig"]["x-kubernetes-validations"][1]


def _without_value_rules(schema: dict[str, Any]) -> None:
    schema.pop("x-kubernetes-validations", None)
    schema.pop("maxLength", None)
    for child in schema.get("properties", {}).values():
        _without_value_rules(child)
