"""What is asked of the operator when every setting is given: which field on which build, in which patch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import accepted, without_notes, writes
from tests.simulator.options import Options
from tests.simulator.process import running

FEATURES = {"egress_ip": False, "egress_firewall": True, "multicast": False}
ALWAYS = {"mtu": 1300, "geneve_port": 6082, "routing_via_host": True, "join_subnet": "100.65.0.0/16"}
EVERYTHING = {
    **ALWAYS,
    "transit_switch_subnet": "100.89.0.0/16",
    "masquerade_subnet": "169.254.0.0/17",
    "ip_forwarding": "Global",
}
#: One run at the pace of a real Machine Config Operator, which looks at a pool some seconds after it was written; at
#: other speeds it has looked before the next step begins. (Real ones wait 5 s, less than modules may take here.)
PACES: dict[str, dict[str, Any]] = {
    "4.14.31": {"speed": 1, "instant": True, "durations": {"node_controller_debounce": 12}}
}
GATEWAY_OF_ALL = {
    "routingViaHost": True,
    "ipForwarding": "Global",
    "ipv4": {"internalMasqueradeSubnet": "169.254.0.0/17"},
}


@pytest.mark.parametrize(
    ("ocp", "ovn", "block"),
    [
        pytest.param(
            "4.12",
            ALWAYS,
            {
                "mtu": 1300,
                "genevePort": 6082,
                "v4InternalSubnet": "100.65.0.0/16",
                "gatewayConfig": {"routingViaHost": True},
            },
            id="4.12",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "4.14",
            EVERYTHING,
            {
                "mtu": 1300,
                "genevePort": 6082,
                "ipv4": {"internalJoinSubnet": "100.65.0.0/16", "internalTransitSwitchSubnet": "100.89.0.0/16"},
                "gatewayConfig": GATEWAY_OF_ALL,
            },
            id="4.14",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "4.14.31",
            {**ALWAYS, "ip_forwarding": "Global"},
            {
                "mtu": 1300,
                "genevePort": 6082,
                "v4InternalSubnet": "100.65.0.0/16",
                "gatewayConfig": {"routingViaHost": True, "ipForwarding": "Global"},
            },
            id="4.14.31",
        ),
        pytest.param(
            "4.15.0",
            {**ALWAYS, "masquerade_subnet": "169.254.0.0/17", "ip_forwarding": "Global"},
            {"mtu": 1300, "genevePort": 6082, "v4InternalSubnet": "100.65.0.0/16", "gatewayConfig": GATEWAY_OF_ALL},
            id="4.15.0",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "4.15",
            EVERYTHING,
            {
                "mtu": 1300,
                "genevePort": 6082,
                "ipv4": {"internalJoinSubnet": "100.65.0.0/16", "internalTransitSwitchSubnet": "100.89.0.0/16"},
                "gatewayConfig": GATEWAY_OF_ALL,
            },
            id="4.15",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "4.16",
            EVERYTHING,
            {
                "mtu": 1300,
                "genevePort": 6082,
                "ipv4": {"internalJoinSubnet": "100.65.0.0/16", "internalTransitSwitchSubnet": "100.89.0.0/16"},
                "gatewayConfig": GATEWAY_OF_ALL,
            },
            id="4.16",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_every_setting_arrives(tmp_path: Path, ocp: str, ovn: dict[str, Any], block: dict[str, Any]) -> None:
    options = Options(
        masters=1,
        workers=1,
        ocp=ocp,
        **PACES.get(ocp, {"speed": 0}),
        max_lifetime=300,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        run = playbook(
            "migrate",
            kubeconfig=simulator.kubeconfig,
            cwd=tmp_path,
            variables={
                "cno_allow_disruption": True,
                "cno_prepare_features": FEATURES,
                "cno_prepare_ovn": ovn,
                "cno_prepare_max_unavailable": {"worker": "50%"},
                "cno_switch_cluster_network": [{"cidr": "10.132.0.0/14", "host_prefix": 24}],
                "cno_switch_webhook_timeout_seconds": 3,
            },
            arguments=["--tags", "cno_prepare,cno_switch"],
        )
        made = accepted(writes(simulator.requests()))
    assert run.code == 0, run.output[-4000:]
    patched = [
        (row["resource"].partition(".")[0], without_notes(row["body"]))
        for row in made
        if row["verb"] == "patch" and row["resource"].startswith(("networks.", "machineconfigpools."))
    ]
    features = {"egressIP": False, "egressFirewall": True, "multicast": False}
    assert patched == [
        ("machineconfigpools", {"spec": {"maxUnavailable": "50%"}}),
        (
            "networks",
            {
                "spec": {
                    "migration": {"networkType": "OVNKubernetes", "features": features},
                    "defaultNetwork": {"ovnKubernetesConfig": block},
                }
            },
        ),
        ("machineconfigpools", {"spec": {"maxUnavailable": None}}),
        (
            "networks",
            {
                "spec": {
                    "networkType": "OVNKubernetes",
                    "clusterNetwork": [{"cidr": "10.132.0.0/14", "hostPrefix": 24}],
                }
            },
        ),
    ]


@pytest.mark.parametrize(
    ("ocp", "missing"),
    [
        pytest.param("4.14.31", ["transit_switch_subnet", "masquerade_subnet"], id="4.14.31"),
        pytest.param("4.15.0", ["transit_switch_subnet"], id="4.15.0", marks=pytest.mark.slow),
    ],
)
def test_a_build_without_the_field_is_told_in_preflight(tmp_path: Path, ocp: str, missing: list[str]) -> None:
    """The API server of such a build drops it without a word."""
    options = Options(
        masters=1,
        workers=1,
        ocp=ocp,
        speed=0,
        max_lifetime=300,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        run = playbook(
            "migrate",
            kubeconfig=simulator.kubeconfig,
            cwd=tmp_path,
            variables={"cno_allow_disruption": True, "cno_prepare_ovn": EVERYTHING},
        )
        asked = [row for row in accepted(writes(simulator.requests())) if row["resource"].startswith("networks.")]
    assert run.code != 0
    for option in missing:
        assert f"ovn.{option} is not possible on OpenShift {ocp}" in run.output
    assert "ovn.ip_forwarding is not possible" not in run.output
    assert asked == []
