# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What MachineConfigs of one's own do to the network of the hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..borrowing.nmstate import BRIDGE
from ..pools.pool import OVS_UNIT
from ..verdicts import counted, listed, with_reasons
from .findings import OFFLINE, Check, Problem, objects
from .snapshot import Snapshot

#: Where a MachineConfig puts what NetworkManager, nmstate or configure-ovs.sh read
#: (machine-config-operator 4.16, templates/common/_base/files/nmstate-configuration.yaml).
NETWORK_PATHS = (
    "/etc/NetworkManager/",
    "/etc/nmstate/",
    "/etc/sysconfig/network-scripts/",
    "/etc/ovnk/",
    "/etc/default/nodeip-configuration",
)
GENERATED = "machineconfiguration.openshift.io/generated-by-controller-version"
#: The unit, its drop-ins, and the script that it runs.
BRIDGE_PATHS = (
    f"/etc/systemd/system/{OVS_UNIT}",
    f"/usr/local/lib/systemd/system/{OVS_UNIT}",
    "/usr/local/bin/configure-ovs.sh",
)


def _found(snapshot: Snapshot, look: Callable[[Mapping[str, Any]], list[str]]) -> dict[str, str]:
    """MachineConfigs by name to what ``look`` finds in them; those in which it finds nothing are left out."""
    found = {config["metadata"]["name"]: look(config) for config in snapshot.machine_configs}
    return {name: listed(what) for name, what in found.items() if what}


def _own(config: Mapping[str, Any]) -> tuple[list[str], Sequence[Mapping[str, Any]]]:
    """The paths of its files, and its units; nothing of a MachineConfig that a controller has generated."""
    if GENERATED in (config["metadata"].get("annotations") or {}):
        return [], ()
    ignition = (config.get("spec") or {}).get("config") or {}
    files = (ignition.get("storage") or {}).get("files") or ()
    return [str(file.get("path", "")) for file in files], (ignition.get("systemd") or {}).get("units") or ()


def _machine_configs(snapshot: Snapshot) -> Iterator[Problem]:
    writing = _found(snapshot, network_files)
    if writing:
        yield Problem(
            f"{counted(len(writing), 'MachineConfig')} of your own {'write' if len(writing) > 1 else 'writes'} network "
            f"configuration: {with_reasons(writing.items())}",
            objects("machineconfig", writing),
        )


def network_files(config: Mapping[str, Any]) -> list[str]:
    """What a MachineConfig that nobody generated writes for NetworkManager or nmstate, and units that name br-ex."""
    files, units = _own(config)
    naming = [unit.get("name", "") for unit in units if re.search(rf"\b{BRIDGE}\b", unit.get("contents") or "")]
    return [path for path in files if path.startswith(NETWORK_PATHS)] + naming


def _bridge_unit(snapshot: Snapshot) -> Iterator[Problem]:
    """The operator sees to it that the unit names the type that the nodes are to boot for; what is run in its place
    it does not know, and neither does who reads the rendered configuration."""
    replacing = _found(snapshot, bridge_unit_changes)
    if replacing:
        yield Problem(
            f"{counted(len(replacing), 'MachineConfig')} of your own {'change' if len(replacing) > 1 else 'changes'} "
            f"what {OVS_UNIT} runs, which makes {BRIDGE}: {with_reasons(replacing.items())}",
            objects("machineconfig", replacing),
        )


def bridge_unit_changes(config: Mapping[str, Any]) -> list[str]:
    """What a MachineConfig that nobody generated has in place of the unit's command, or of the script it runs.

    A drop-in without ``ExecStart`` (a timeout, an environment) leaves the command alone. What a file has in it is not
    read: it may be compressed.
    """
    files, units = _own(config)
    found: list[str] = []
    for unit in units:
        if unit.get("name") == OVS_UNIT:
            found += _unit_changes(unit)
    return found + [path for path in files if path.startswith(BRIDGE_PATHS)]


def _unit_changes(unit: Mapping[str, Any]) -> Iterator[str]:
    if unit.get("contents"):
        yield "another unit"
    if unit.get("mask") or unit.get("enabled") is False:
        yield "the unit switched off"
    for dropin in unit.get("dropins") or ():
        if re.search(r"^\s*ExecStart\s*=", dropin.get("contents") or "", re.MULTILINE):
            yield f"ExecStart in the drop-in {dropin.get('name') or 'without a name'}"


CHECKS = (
    Check(
        "machine_configs_networking",
        _machine_configs,
        severity="warn",
        methods=OFFLINE,
        title="No MachineConfig of your own writes files for NetworkManager or nmstate, or handles br-ex.",
        remedy=(
            f"See to it that they neither configure the primary interface nor make a {BRIDGE} of their own that does "
            "not fit."
        ),
    ),
    Check(
        "bridge_unit_own",
        _bridge_unit,
        severity="block",
        methods=OFFLINE,
        title=f"No MachineConfig of your own changes what {OVS_UNIT} runs.",
        remedy=(
            "Delete it, or take that out of it, and wait for its pool; acknowledge it when what it runs makes "
            f"{BRIDGE} on these nodes under OVN-Kubernetes."
        ),
        acknowledge=True,
        before_switch=True,
    ),
)
