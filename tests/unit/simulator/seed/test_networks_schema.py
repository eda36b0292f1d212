"""What the API server itself accepts and refuses in the two Network objects, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.profiles import PROFILES
from tests.simulator.store.errors import ApiError
from tests.unit.simulator.seed.conftest import build, shared

OPERATOR = "networks.operator.openshift.io"
CONFIG = "networks.config.openshift.io"
ALL = tuple(PROFILES)
BEFORE_MODE = ("4.12", "4.13", "4.14")
SINCE_MODE = ("4.15", "4.16", "4.17")
WITH_VALUE_RULES = ("4.16", "4.17")

PREFIX = 'Network.operator.openshift.io "cluster" is invalid: '
BOTH = {"networkType": "OVNKubernetes", "mtu": {"network": {"from": 1450, "to": 1400}}}


def ovn(config: dict[str, Any]) -> dict[str, Any]:
    return {"defaultNetwork": {"ovnKubernetesConfig": config}}


def versions(*names: str) -> list[Any]:
    return [pytest.param(name, id=name) for name in names]


#: told besides what is wrong with the shape, where the CRD has rules in CEL
UNCHECKED = (
    '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the '
    "existing errors to complete validation"
)


def refusal(ocp: str, spec: dict[str, Any], *, key: str = OPERATOR) -> ApiError:
    """What a refused patch is told; it leaves everything as it was."""
    store = shared(ocp)
    before = store.revision
    with pytest.raises(ApiError) as caught:
        store.patch(key, "cluster", {"spec": spec}, actor="test")
    assert caught.value.code == 422
    assert store.revision == before
    return caught.value


def accepted(ocp: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The spec that a patch would lead to."""
    made = shared(ocp).patch(OPERATOR, "cluster", {"spec": spec}, actor="test", dry_run=True)
    found: dict[str, Any] = made["spec"]
    return found


@pytest.mark.parametrize("ocp", versions(*BEFORE_MODE))
def test_mode_is_pruned_before_4_15(ocp: str) -> None:
    spec = accepted(ocp, {"migration": {"networkType": "OVNKubernetes", "mode": "Live"}})
    assert spec["migration"] == {"networkType": "OVNKubernetes"}


@pytest.mark.parametrize("mode", ["Live", "Offline", ""])
@pytest.mark.parametrize("ocp", versions(*SINCE_MODE))
def test_mode_is_kept_since_4_15(ocp: str, mode: str) -> None:
    spec = accepted(ocp, {"migration": {"networkType": "OVNKubernetes", "mode": mode}})
    assert spec["migration"]["mode"] == mode


@pytest.mark.parametrize("ocp", versions(*SINCE_MODE))
def test_unknown_mode_is_refused(ocp: str) -> None:
    error = refusal(ocp, {"migration": {"mode": "Online"}})
    expected = 'spec.migration.mode: Unsupported value: "Online": supported values: "Live", "Offline", ""'
    assert error.message == PREFIX + f"[{expected}, {UNCHECKED}]"


@pytest.mark.parametrize("ocp", versions("4.12", "4.13", "4.14", "4.15"))
def test_type_and_mtu_together_pass_the_schema_before_4_16(ocp: str) -> None:
    assert accepted(ocp, {"migration": BOTH})["migration"] == BOTH


@pytest.mark.parametrize("ocp", versions(*WITH_VALUE_RULES))
def test_type_and_mtu_together_need_live_mode_since_4_16(ocp: str) -> None:
    error = refusal(ocp, {"migration": BOTH})
    assert error.message == (
        PREFIX
        + "spec.migration: Invalid value: \"object\": networkType migration in mode other than 'Live' may not be "
        "configured at the same time as mtu migration"
    )
    assert accepted(ocp, {"migration": {**BOTH, "mode": "Live"}})["migration"]["mode"] == "Live"


@pytest.mark.parametrize("ocp", versions(*ALL))
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param({}, {"egressFirewall": True, "egressIP": True, "multicast": True}, id="empty"),
        pytest.param({"egressIP": False}, {"egressFirewall": True, "egressIP": False, "multicast": True}, id="one off"),
    ],
)
def test_missing_features_default_to_true(ocp: str, given: dict[str, bool], kept: dict[str, bool]) -> None:
    spec = accepted(ocp, {"migration": {"networkType": "OVNKubernetes", "features": given}})
    assert spec["migration"]["features"] == kept


@pytest.mark.parametrize("ocp", versions(*ALL))
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param(
            {"migration": {"networkType": 5}},
            'spec.migration.networkType: Invalid value: "integer": spec.migration.networkType in body must be of type '
            'string: "integer"',
            id="type of another type",
        ),
        pytest.param(
            {"migration": {"features": {"egressIP": "no"}}},
            'spec.migration.features.egressIP: Invalid value: "string": spec.migration.features.egressIP in body must '
            'be of type boolean: "string"',
            id="string for a boolean",
        ),
        pytest.param(
            {"managementState": "Off"},
            'spec.managementState: Invalid value: "Off": spec.managementState in body should match '
            "'^(Managed|Unmanaged|Force|Removed)$'",
            id="management state",
        ),
        pytest.param(
            ovn({"genevePort": 0}),
            "spec.defaultNetwork.ovnKubernetesConfig.genevePort: Invalid value: 0: spec.defaultNetwork."
            "ovnKubernetesConfig.genevePort in body should be greater than or equal to 1",
            id="geneve port",
        ),
    ],
)
def test_refused_everywhere(ocp: str, spec: dict[str, Any], message: str) -> None:
    unchecked = ocp not in ("4.12", "4.13") and ("integer" in message or "string" in message)
    assert refusal(ocp, spec).message == PREFIX + (f"[{message}, {UNCHECKED}]" if unchecked else message)


@pytest.mark.parametrize("ocp", versions(*ALL))
def test_network_types_are_free_strings_for_the_api_server(ocp: str) -> None:
    assert accepted(ocp, {"migration": {"networkType": "Calico"}})["migration"] == {"networkType": "Calico"}


def test_null_takes_migration_away(store: Any) -> None:
    store.patch(OPERATOR, "cluster", {"spec": {"migration": {"networkType": "OVNKubernetes"}}}, actor="test")
    assert "migration" not in store.patch(OPERATOR, "cluster", {"spec": {"migration": None}}, actor="test")["spec"]


def test_a_null_for_nothing_is_no_write(store: Any) -> None:
    before = store.get(OPERATOR, "cluster")
    after = store.patch(OPERATOR, "cluster", {"spec": {"migration": None}}, actor="test")
    assert after["metadata"] == before["metadata"]


@pytest.mark.parametrize("ocp", versions("4.12", "4.13"))
def test_subnets_by_family_are_pruned_before_4_14(ocp: str) -> None:
    config = {"ipv4": {"internalJoinSubnet": "100.99.0.0/16"}, "v4InternalSubnet": "100.99.0.0/16"}
    kept = accepted(ocp, ovn(config))["defaultNetwork"]["ovnKubernetesConfig"]
    assert "ipv4" not in kept
    assert kept["v4InternalSubnet"] == "100.99.0.0/16"


@pytest.mark.parametrize("ocp", versions("4.14", "4.15"))
@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param({"ipv4": {"internalJoinSubnet": "100.64.0.0/31"}}, "in the range /0 to /30 inclusive", id="small"),
        pytest.param({"ipv4": {"internalJoinSubnet": "100.64.0.0/"}}, "in the range /0 to /30 inclusive", id="no bits"),
        pytest.param({"ipv4": {"internalJoinSubnet": "100.64.0/16"}}, "must contain 4 octets", id="three octets"),
        pytest.param({"ipv4": {"internalJoinSubnet": "0.64.0.0/16"}}, "first IP address octet", id="first octet"),
        pytest.param({"ipv4": {"internalJoinSubnet": "100.64.0.256/16"}}, "must be less or equal to 255", id="256"),
        pytest.param({"ipv4": {"internalJoinSubnet": "100.064.0.0/16"}}, "must not contain leading zeros", id="zeros"),
        pytest.param({"ipv4": {"internalJoinSubnet": "100.64.0.0/1/6"}}, "contain exactly one '/'", id="two slashes"),
        pytest.param(
            {"ipv4": {"internalTransitSwitchSubnet": "100.100.100.100/016"}},
            "Too long: may not be longer than 18", id="too long",
        ),
        pytest.param(
            {"gatewayConfig": {"ipv4": {"internalMasqueradeSubnet": "169.254.169.0/30"}}},
            "in the range /0 to /29 inclusive", id="masquerade",
        ),
        pytest.param({"ipv6": {"internalJoinSubnet": "fd98::/126"}}, "in the range /0 to /125", id="v6 small"),
        pytest.param({"ipv6": {"internalJoinSubnet": "fd98::1::/64"}}, "at most one '::'", id="v6 twice elided"),
        pytest.param({"ipv6": {"internalJoinSubnet": "fd98:1/64"}}, "must contain 8 segments", id="v6 two segments"),
        pytest.param({"ipv6": {"internalJoinSubnet": "fd98:g::/64"}}, "failed on segment 2", id="v6 no hexadecimal"),
        pytest.param({"ipv6": {"internalJoinSubnet": "::1.2.3.4/64"}}, "dual addresses are not", id="v6 dual"),
    ],
)  # fmt: skip
def test_subnets_are_judged_octet_by_octet_in_4_14_and_4_15(ocp: str, config: Any, message: str) -> None:
    assert message in refusal(ocp, ovn(config)).message


@pytest.mark.parametrize("ocp", versions("4.14", "4.15"))
@pytest.mark.parametrize(("ipv4", "ipv6"), [("100.99.0.0/16", "fd98::/64"), ("10.0.0.1/30", "fd98:0:0:0:0:0:0:0/125")])
def test_subnets_that_are_some_are_accepted_in_4_14_and_4_15(ocp: str, ipv4: str, ipv6: str) -> None:
    config = {"ipv4": {"internalJoinSubnet": ipv4}, "ipv6": {"internalJoinSubnet": ipv6}}
    kept = accepted(ocp, ovn(config))["defaultNetwork"]["ovnKubernetesConfig"]
    assert (kept["ipv4"], kept["ipv6"]) == (config["ipv4"], config["ipv6"])


@pytest.mark.parametrize("ocp", versions(*WITH_VALUE_RULES))
@pytest.mark.parametrize(
    ("subnet", "message"),
    [
        pytest.param("100.64.0.0/31", "subnet must be in the range /0 to /30 inclusive", id="too small"),
        pytest.param("somewhere", "Subnet must be in valid IPV4 CIDR format", id="no CIDR"),
        pytest.param("fd98::/64", "Subnet must be in valid IPV4 CIDR format", id="other family"),
        pytest.param("0.0.0.0/8", "first IP address octet must not be 0", id="first octet"),
    ],
)
def test_join_subnet_is_judged_since_4_16(ocp: str, subnet: str, message: str) -> None:
    error = refusal(ocp, ovn({"ipv4": {"internalJoinSubnet": subnet}}))
    assert message in error.message


@pytest.mark.parametrize("ocp", versions(*WITH_VALUE_RULES))
def test_join_subnet_that_is_one_is_accepted(ocp: str) -> None:
    config = {"ipv4": {"internalJoinSubnet": "100.99.0.0/16"}, "ipv6": {"internalJoinSubnet": "fd98::/64"}}
    kept = accepted(ocp, ovn(config))["defaultNetwork"]["ovnKubernetesConfig"]
    assert kept["ipv4"] == config["ipv4"]


@pytest.mark.parametrize("ocp", versions(*WITH_VALUE_RULES))
def test_ip_forwarding_is_judged_since_4_16(ocp: str) -> None:
    error = refusal(ocp, ovn({"gatewayConfig": {"ipForwarding": "Sometimes"}}))
    assert "invalid value for IPForwarding, valid values are 'Restricted' or 'Global'" in error.message
    kept = accepted(ocp, ovn({"gatewayConfig": {"ipForwarding": "Global"}}))
    assert kept["defaultNetwork"]["ovnKubernetesConfig"]["gatewayConfig"]["routingViaHost"] is False


@pytest.mark.parametrize(
    ("ocp", "kept"),
    [
        pytest.param("4.14", {}, id="4.14: an empty object"),
        pytest.param("4.15", {"mode": "Full"}, id="4.15: mode"),
        pytest.param("4.16", {"mode": "Full", "full": {"encapsulation": "Auto"}}, id="4.16: mode and full"),
    ],
)
def test_ipsec_by_version(ocp: str, kept: dict[str, Any]) -> None:
    wanted = {"mode": "Full", "full": {"encapsulation": "Auto"}}
    spec = accepted(ocp, ovn({"ipsecConfig": wanted}))
    assert spec["defaultNetwork"]["ovnKubernetesConfig"]["ipsecConfig"] == kept


def test_ipsec_defaults_to_disabled_since_4_15() -> None:
    spec = accepted("4.15", ovn({"mtu": 1400}))
    assert spec["defaultNetwork"]["ovnKubernetesConfig"]["ipsecConfig"] == {"mode": "Disabled"}


def test_full_is_forbidden_outside_of_full_mode() -> None:
    error = refusal("4.16", ovn({"ipsecConfig": {"mode": "External", "full": {"encapsulation": "Auto"}}}))
    assert "full is forbidden when mode is not Full" in error.message


@pytest.mark.parametrize(
    ("ocp", "is_kept"),
    [pytest.param(v, v in BEFORE_MODE, id=v) for v in ALL],
)
def test_kuryr_ends_with_4_15(ocp: str, is_kept: bool) -> None:
    spec = accepted(ocp, {"defaultNetwork": {"kuryrConfig": {"poolMinPorts": 2}}})
    assert ("kuryrConfig" in spec["defaultNetwork"]) is is_kept


@pytest.mark.parametrize("key", [OPERATOR, CONFIG])
@pytest.mark.parametrize("ocp", versions(*ALL))
def test_neither_network_has_a_status_subresource(ocp: str, key: str) -> None:
    resource = shared(ocp).resource(key)
    assert resource is not None
    assert not resource.status_subresource


@pytest.mark.parametrize("key", [OPERATOR, CONFIG])
def test_a_status_write_bumps_the_generation(store: Any, key: str) -> None:
    before = store.get(key, "cluster")["metadata"]["generation"]
    status = {"version": "4.14.32"} if key == OPERATOR else {"clusterNetworkMTU": 1400}
    after = store.patch(key, "cluster", {"status": status}, actor="test")
    assert after["metadata"]["generation"] == before + 1


CONDITION = {
    "lastTransitionTime": "2026-03-01T12:00:00Z",
    "message": "Network type migration is started",
    "reason": "NetworkTypeMigrationStarted",
    "status": "True",
    "type": "NetworkTypeMigrationInProgress",
}


@pytest.mark.parametrize(
    ("ocp", "is_kept"),
    [pytest.param(v, v in SINCE_MODE, id=v) for v in ALL],
)
def test_conditions_of_the_cluster_network_exist_since_4_15(ocp: str, is_kept: bool) -> None:
    changed = build(ocp).patch(CONFIG, "cluster", {"status": {"conditions": [CONDITION]}}, actor="test")
    assert ("conditions" in changed["status"]) is is_kept


def test_a_condition_needs_a_reason() -> None:
    with pytest.raises(ApiError) as caught:
        build("4.15").patch(CONFIG, "cluster", {"status": {"conditions": [{**CONDITION, "reason": ""}]}}, actor="test")
    assert "status.conditions[0].reason in body should be at least 1 chars long" in caught.value.message


@pytest.mark.parametrize("ocp", versions(*ALL))
def test_migration_in_the_status_names_one_of_two_plugins(ocp: str) -> None:
    with pytest.raises(ApiError) as caught:
        build(ocp).patch(CONFIG, "cluster", {"status": {"migration": {"networkType": "Calico"}}}, actor="test")
    assert 'supported values: "OpenShiftSDN", "OVNKubernetes"' in caught.value.message
