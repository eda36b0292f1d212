# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes, as the kubelet and the machine-config-daemon describe them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .conditions import Conditions
from .verdicts import Verdict, done, failed, pending

MCO = "machineconfiguration.openshift.io/"
CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane")


@dataclass(frozen=True)
class Node:
    """``state`` is the machine-config-daemon's: Done, Working, Degraded, Unreconcilable, or "" before it first ran.

    ``addresses`` are those of every type, names of the host among them. ``silent``: nobody has heard of its kubelet for
    a while, so that the node controller calls its readiness Unknown. One that is not Ready and not silent is up, and
    says itself what it is missing: at the switch, the configuration of its network plugin. ``draining``: its daemon has
    asked for a drain that is not done yet.
    """

    name: str
    labels: Mapping[str, str]
    ready: bool
    ready_reason: str
    schedulable: bool
    boot_id: str
    internal_ip: Optional[str]
    addresses: tuple[str, ...]
    current_config: str
    desired_config: str
    state: str
    reason: str
    silent: bool = False
    draining: bool = False

    @classmethod
    def from_json(cls, node: Mapping[str, Any]) -> Node:
        metadata, status = node["metadata"], node.get("status") or {}
        annotations = metadata.get("annotations") or {}
        ready = Conditions.from_json(status.get("conditions") or ())["Ready"]
        addresses = status.get("addresses") or ()
        return cls(
            name=metadata["name"],
            labels=metadata.get("labels") or {},
            ready=ready.true,
            ready_reason=ready.why or f"Ready is {ready.status}",
            schedulable=not (node.get("spec") or {}).get("unschedulable", False),
            boot_id=(status.get("nodeInfo") or {}).get("bootID", ""),
            addresses=tuple(a["address"] for a in addresses),
            internal_ip=_internal_ip(addresses),
            current_config=annotations.get(f"{MCO}currentConfig", ""),
            desired_config=annotations.get(f"{MCO}desiredConfig", ""),
            state=annotations.get(f"{MCO}state", ""),
            reason=annotations.get(f"{MCO}reason", ""),
            silent=ready.status == "Unknown",
            draining=annotations.get(f"{MCO}desiredDrain", "") != annotations.get(f"{MCO}lastAppliedDrain", ""),
        )

    @property
    def degraded(self) -> bool:
        return self.state in ("Degraded", "Unreconcilable")

    @property
    def control_plane(self) -> bool:
        return any(label in self.labels for label in CONTROL_PLANE_LABELS)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "control_plane": self.control_plane,
            "ready": self.ready,
            "schedulable": self.schedulable,
            "boot_id": self.boot_id,
            "current_config": self.current_config,
            "desired_config": self.desired_config,
            "state": self.state,
            "reason": self.reason,
        }


def _internal_ip(addresses: Iterable[Mapping[str, Any]]) -> Optional[str]:
    """The first InternalIP that is an address: a node reports them itself, and ssh is going to be given it.

    What follows a ``%`` may be anything, and an address of one link is of no use elsewhere.
    """
    for row in addresses:
        given = str(row.get("address", ""))
        if row.get("type") == "InternalIP" and "%" not in given:
            try:
                return str(ipaddress.ip_address(given))
            except ValueError:
                continue
    return None


def configured_verdict(node: Node, *, config: str) -> Verdict:
    """Whether the node really runs the rendered MachineConfig ``config``.

    The daemon writes currentConfig and state together, after the reboot and after it asked for the uncordon
    (machine-config-operator 4.14, pkg/daemon/update.go), so Done with an old desiredConfig proves nothing.
    """
    if node.degraded:
        return degraded_verdict(node, config=config)
    if node.desired_config != config:
        return pending(f"node {node.name} is not yet asked to take {config}")
    if node.current_config != config or node.state != "Done":
        return pending(f"node {node.name} is {node.state or 'without a state'} on its way to {config}{_away(node)}")
    if not node.ready:
        return pending(f"node {node.name} is not Ready ({node.ready_reason})")
    if not node.schedulable:
        return pending(f"node {node.name} is cordoned")
    return done(f"node {node.name} runs {config}")


def _away(node: Node) -> str:
    """kubelet does not start when configure-ovs.sh has failed: kubelet-dependencies.target requires
    ovs-configuration.service (machine-config-operator 4.12 to 4.16, templates/common/_base/units)."""
    if not node.silent:
        return ""
    return (
        ", and nobody has heard of its kubelet for a while; if it stays away, look at ovs-configuration and kubelet on "
        "its console"
    )


def degraded_verdict(node: Node, *, config: Optional[str]) -> Verdict:
    """What becomes of a node whose daemon has failed, when its pool is to run ``config`` (None: one not rendered yet).

    One that fails on another configuration is given that one too, as soon as it is Ready and schedulable, and its
    daemon tries again; what it runs already it only writes once more (machine-config-operator 4.12 to 4.16,
    pkg/controller/node/node_controller.go, getAllCandidateMachines; pkg/daemon/daemon.go, prepUpdateFromCluster).
    """
    told = f"node {node.name} is {node.state}: {node.reason or 'no reason given'}"
    if node.desired_config in (node.current_config, config):
        return failed(told)
    if node.draining:
        return failed(f"{told}; it goes on when its drain succeeds: see which pods stay (oc get pdb -A)")
    if not node.schedulable:
        return failed(f"{told}; it is cordoned, and so not given another configuration: oc adm uncordon {node.name}")
    return pending(f"{told}; it tries again when the Machine Config Operator gives it another configuration")
