# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.machine_configs import (
    CHECKS,
    network_files,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.snapshots import (
    FORBIDDEN,
    by_id,
    findings,
    judged,
    named,
    seeing,
    snapshot,
)

GENERATED = {"machineconfiguration.openshift.io/generated-by-controller-version": "1f2e"}
OVS = "ovs-configuration.service"
PINNED = "[Service]\nExecStart=\nExecStart=/usr/local/bin/configure-ovs.sh OpenShiftSDN\n"


def said(name, *configs):
    return judged(by_id(CHECKS, name), snapshot(machine_configs=list(configs)))


def machine_config(name, *paths, units=(), annotations=None):
    config = {"storage": {"files": [{"path": path} for path in paths]}, "systemd": {"units": list(units)}}
    return named(name, spec={"config": config}, annotations=annotations)


def dropin(contents, *, unit=OVS):
    return {"name": unit, "dropins": [{"name": "10-mine.conf", "contents": contents}]}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        pytest.param(
            machine_config("50-nic", "/etc/NetworkManager/system-connections/ens3.nmconnection"),
            "1 MachineConfig of your own writes network configuration: 50-nic (/etc/NetworkManager/system-connections/"
            "ens3.nmconnection)",
            id="NetworkManager",
        ),
        pytest.param(
            machine_config("10-br-ex", "/etc/nmstate/openshift/cluster.yml"),
            "/etc/nmstate/openshift/cluster.yml",
            id="nmstate",
        ),
        pytest.param(
            machine_config("60-bridge", units=[{"name": "bridge.service", "contents": "ExecStart=/x br-ex"}]),
            "60-bridge (bridge.service)",
            id="a unit with br-ex",
        ),
    ],
)
def test_network_configuration_of_ones_own(config, words):
    ((severity, message),) = said("machine_configs_networking", config)
    assert severity == "warn"
    assert words in message


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(
            machine_config("00-worker", "/etc/NetworkManager/conf.d/x", annotations=GENERATED), id="OpenShift's own"
        ),
        pytest.param(machine_config("99-ssh", "/etc/motd"), id="other file"),
    ],
)
def test_other_configuration_is_passed(config):
    assert said("machine_configs_networking", config) == []


def test_network_files_of_a_machine_config():
    config = machine_config(
        "50-x", "/etc/motd", "/etc/nmstate/a.yml", units=[{"name": "a.service", "contents": "br-extra"}]
    )
    assert network_files(config) == ["/etc/nmstate/a.yml"]
    assert network_files(named("empty")) == []


@pytest.mark.parametrize(
    ("config", "change"),
    [
        (machine_config("99-x", units=[dropin(PINNED)]), "ExecStart in the drop-in 10-mine.conf"),
        (
            machine_config("99-x", units=[dropin("[Service]\n ExecStart = /opt/mine.sh\n")]),
            "ExecStart in the drop-in 10-mine.conf",
        ),
        (machine_config("99-x", units=[{"name": OVS, "contents": PINNED, "enabled": True}]), "another unit"),
        (machine_config("99-x", units=[{"name": OVS, "mask": True}]), "the unit switched off"),
        (machine_config("99-x", units=[{"name": OVS, "enabled": False}]), "the unit switched off"),
        (
            machine_config("99-x", f"/etc/systemd/system/{OVS}.d/10-mine.conf"),
            f"/etc/systemd/system/{OVS}.d/10-mine.conf",
        ),
        (machine_config("99-x", "/usr/local/bin/configure-ovs.sh"), "/usr/local/bin/configure-ovs.sh"),
    ],
    ids=["pinned", "with blanks", "whole unit", "masked", "disabled", "a file as drop-in", "the script"],
)
def test_what_the_bridge_unit_runs_is_the_operators(config, change):
    ((severity, message),) = said("bridge_unit_own", config)
    assert severity == "block"
    assert message == (
        f"1 MachineConfig of your own changes what ovs-configuration.service runs, which makes br-ex: 99-x ({change})"
    )


@pytest.mark.parametrize(
    "config",
    [
        machine_config("99-x", units=[dropin("[Service]\nTimeoutStartSec=600\nExecStartPre=/usr/bin/sleep 30\n")]),
        machine_config("99-x", units=[dropin("[Service]\nEnvironment=ExecStart=1\n")]),
        machine_config("99-x", units=[dropin(PINNED, unit="nodeip-configuration.service")]),
        machine_config("00-worker", units=[{"name": OVS, "contents": PINNED}], annotations=GENERATED),
        machine_config("rendered-worker-1", "/usr/local/bin/configure-ovs.sh", annotations=GENERATED),
        named("empty"),
    ],
    ids=["timeout", "named in a value", "another unit", "OpenShift's own", "rendered", "empty"],
)
def test_what_leaves_the_command_alone_is_passed(config):
    assert said("bridge_unit_own", config) == []


def test_it_may_be_acknowledged_since_only_its_owner_knows_what_it_does():
    seen = snapshot(machine_configs=[machine_config("99-x", units=[dropin(PINNED)])])
    (finding,) = findings(by_id(CHECKS, "bridge_unit_own"), seen)
    assert (finding.blocking, finding.acknowledge, finding.objects) == (True, True, ("machineconfig/99-x",))


@pytest.mark.parametrize("name", ["machine_configs_networking", "bridge_unit_own"])
def test_what_cannot_be_read_is_a_blocker(name):
    (finding,) = findings(by_id(CHECKS, name), seeing(snapshot(), machine_configs=FORBIDDEN))
    assert (finding.severity, finding.unreadable) == ("block", True)
