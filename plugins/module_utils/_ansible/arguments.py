# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specifications in pieces; a module merges what it needs."""

from __future__ import annotations

from typing import Any, Optional

from .._cluster.connection import AUTH_ARG_SPEC
from .._domain.networks import OVN, TYPES

Spec = dict[str, dict[str, Any]]

AUTH: Spec = {name: {**option, "no_log": True} if name == "proxy" else option for name, option in AUTH_ARG_SPEC.items()}

OUTAGE: Spec = {"api_outage_timeout": {"type": "int", "default": 900}}

LOCK: Spec = {"lock_holder": {"type": "str"}, "run_phase": {"type": "str"}}

TARGET: Spec = {"target": {"type": "str", "choices": list(TYPES), "default": OVN}}

_FEATURES = {name: {"type": "bool", "default": True} for name in ("egress_ip", "egress_firewall", "multicast")}
#: What the operator converts.
FEATURES: Spec = {"features": {"type": "dict", "options": _FEATURES}}
_OVN = {
    "mtu": {"type": "int"},
    "geneve_port": {"type": "int"},
    "join_subnet": {"type": "str"},
    "transit_switch_subnet": {"type": "str"},
    "masquerade_subnet": {"type": "str"},
    "routing_via_host": {"type": "bool"},
    "ip_forwarding": {"type": "str", "choices": ["Restricted", "Global"]},
}
_SDN = {
    "mtu": {"type": "int"},
    "vxlan_port": {"type": "int"},
    "mode": {"type": "str", "choices": ["NetworkPolicy", "Multitenant", "Subnet"]},
}
_CLUSTER_NETWORK = {"cidr": {"type": "str", "required": True}, "host_prefix": {"type": "int", "required": True}}
#: What the new network is to be like, as ``Settings.from_params`` reads it.
SETTINGS: Spec = {
    **FEATURES,
    "ovn": {"type": "dict", "options": _OVN},
    "sdn": {"type": "dict", "options": _SDN},
    "cluster_network": {"type": "list", "elements": "dict", "options": _CLUSTER_NETWORK},
}


def waiting(*, timeout: Optional[int] = None, sleep: int = 10) -> Spec:
    """``wait_timeout`` and ``wait_sleep``, named as in kubernetes.core; without ``timeout`` it has no default."""
    return {
        "wait_timeout": {"type": "int"} if timeout is None else {"type": "int", "default": timeout},
        "wait_sleep": {"type": "int", "default": sleep},
    }


def failure_grace(seconds: int = 60) -> Spec:
    return {"failure_grace": {"type": "int", "default": seconds}}


def step(name: str) -> Spec:
    """Who borrows; the module's own name unless it is told."""
    return {"step": {"type": "str", "default": name}}


def merge(*specs: Spec) -> Spec:
    merged: Spec = {}
    for spec in specs:
        merged.update(spec)
    return merged
