# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a cluster that nothing is wrong with, to be varied part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.api_services import ApiServices
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.pods import Pod
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.fields import OperatorFields
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.settings import Settings
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN, other
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.pools.pool import Pool
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.findings import (
    Check,
    Finding,
    found,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Method,
    Snapshot,
    Unreadable,
    Wanted,
    parts_for,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.versions import Version
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import (
    machine_config,
    network_config,
    network_operator,
    networks,
    operator_crd,
    rendered,
    unit,
)

TARGETS: Mapping[Method, str] = {"offline": OVN, "rollback": SDN}
#: What two parts of a snapshot are two views of.
VIEWS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    "nodes": ("raw_nodes", Node.from_json),
    "pods": ("raw_pods", Pod.from_json),
    "pools": ("raw_pools", Pool.from_json),
}
FORBIDDEN = Unreadable("forbidden to list it")


def snapshot(
    *,
    method: Method = "offline",
    version: str = "4.14.31",
    config: Mapping[str, Any] | None = None,
    operator: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
    **parts: Any,
) -> Snapshot:
    """The parts that are not given are empty, but for the two Network objects, two nodes and their NodeNetworkStates.

    :param config: in place of networks.config.openshift.io cluster; ``operator`` likewise
    :param wanted: the options of the module besides ``method``
    :param parts: lists of raw objects, or ``FORBIDDEN``
    """
    source = other(TARGETS[method])
    options = dict(wanted or {})
    known: dict[str, Any] = dict.fromkeys(parts_for(method), ())
    known.update(
        network_config=config or configured(source),
        network_operator=operator or network_operator(source),
        version=Version.parse(version),
        operator_fields=OperatorFields.from_json(operator_crd(version)),
        machine_networks=("10.0.0.0/16",),
        api_services=ApiServices(()),
        proxy={},
        probes=None,
        raw_nodes=[node("w0", ip="10.0.0.10"), node("w1", ip="10.0.0.11")],
        raw_pools=[objects.pool(name, machines=1, config=rendered(name, source)) for name in ("master", "worker")],
        machine_configs=[machine_config(rendered(name, source), unit(source)) for name in ("master", "worker")],
    )
    known.update(parts)
    known["networks"] = networks(dict(known["network_config"]), dict(known["network_operator"]))
    if "node_network_states" not in parts:
        known["node_network_states"] = [state(n["metadata"]["name"], ip=address(n)) for n in known["raw_nodes"]]
    for name, (raw, parse) in VIEWS.items():
        seen = known[raw]
        known[name] = seen if isinstance(seen, Unreadable) else tuple(parse(item) for item in seen)
    return Snapshot(
        wanted=Wanted(
            method=method,
            target=TARGETS[method],
            settings=Settings.from_params(options),
            external_networks=tuple(options.get("external_networks") or ()),
        ),
        parts={name: tuple(value) if isinstance(value, list) else value for name, value in known.items()},
    )


def seeing(seen: Snapshot, **parts: Any) -> Snapshot:
    """The same snapshot with other parts, as they are."""
    return replace(seen, parts={**seen.parts, **parts})


def configured(
    source: str = SDN,
    *,
    mtu: int | None = None,
    pods: str = "10.128.0.0/14",
    services: str = "172.30.0.0/16",
    applied_services: str = "",
) -> dict[str, Any]:
    """networks.config.openshift.io cluster on ``source``, with the default MTU for hosts with 1500."""
    body = network_config(source, source)
    body["spec"].update(clusterNetwork=[{"cidr": pods, "hostPrefix": 23}], serviceNetwork=[services])
    body["status"].update(
        clusterNetwork=[{"cidr": pods, "hostPrefix": 23}],
        serviceNetwork=[applied_services or services],
        clusterNetworkMTU=mtu or (1450 if source == SDN else 1400),
    )
    return body


def findings(check: Check, seen: Snapshot) -> list[Finding]:
    return list(found(check, seen))


def judged(check: Check, seen: Snapshot) -> list[tuple[str, str]]:
    """(severity, message) of what the check finds."""
    return [(finding.severity, finding.message) for finding in findings(check, seen)]


def by_id(checks: tuple[Check, ...], name: str) -> Check:
    return next(check for check in checks if check.id == name)


def node(name: str, *, ip: str, **more: Any) -> dict[str, Any]:
    body = objects.node(name, **more)
    body["status"]["addresses"] = [{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}]
    return body


def address(body: Mapping[str, Any]) -> str:
    return str(body["status"]["addresses"][0]["address"])


def named(
    name: str, namespace: str = "", *, annotations: Mapping[str, str] | None = None, **body: Any
) -> dict[str, Any]:
    """An API object."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"metadata": metadata, **body}


def state(
    name: str,
    *,
    ip: str,
    mtu: int | None = 1500,
    interface: str = "ens3",
    routed: str = "",
    routes: tuple[Mapping[str, Any], ...] = (),
    rules: tuple[Mapping[str, Any], ...] = (),
) -> dict[str, Any]:
    """A NodeNetworkState with ``ip`` on ``interface``, and the default route there or over ``routed``."""
    mine = {"name": interface, "type": "ethernet", "ipv4": {"enabled": True, "address": [{"ip": ip}]}, "mtu": mtu}
    other_one = [{"name": routed, "type": "ethernet", "mtu": 9000}] if routed else []
    default = {"destination": "0.0.0.0/0", "next-hop-interface": routed or interface, "table-id": 254}
    current = {
        "interfaces": [mine, *other_one],
        "routes": {"running": [default], "config": [default, *routes]},
        "route-rules": {"config": [*rules]},
    }
    return named(name, status={"currentState": current})
