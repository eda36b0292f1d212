# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a node is asked about its host's network, and what its answer means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .snapshot import Interface, NodeProbe

#: Each answer below its own heading. It only looks.
SCRIPT = "; ".join(
    (
        "echo ==link",
        "ip -o link",
        "echo ==address",
        "ip -o address",
        "echo ==rule",
        "ip rule",
        "ip -6 rule",
        "echo ==route",
        "ip -o route show table all",
        "ip -o -6 route show table all",
        "echo ==forward",
        "cat /proc/sys/net/ipv4/ip_forward",
    )
)
_HEADING = re.compile(r"^==(\w+)$", re.MULTILINE)
_LINK = re.compile(r"^\d+:\s+(?P<name>[^:@\s]+)(?:@\S+)?:\s.*?\bmtu (?P<mtu>\d+)\b")
_ADDRESS = re.compile(r"^\d+:\s+(?P<name>\S+)\s+inet6?\s+(?P<address>\S+)")
_METRIC = re.compile(r"\bmetric (\d+)")
_DEVICE = re.compile(r"\bdev (\S+)")
#: The rules that every Linux has (iproute2, rt_tables: local, main, default).
_USUAL_RULE = re.compile(r"^\d+:\s+from all lookup (?:local|main|default|255|254|253)\s*$")
#: The loopback device and the host's ends of the pods' interfaces.
_NOT_OF_THE_HOST = re.compile(r"^(?:lo|veth.*|[0-9a-f]{15})$")


def understood(node: str, output: str) -> NodeProbe:
    """What ``SCRIPT`` printed on a node; ``problem`` names what of it is missing."""
    said = _sections(output)
    interfaces = tuple(_interfaces(said.get("link", ""), said.get("address", "")))
    routes = _lines(said.get("route", ""))
    rules = _lines(said.get("rule", ""))
    forward = said.get("forward", "").strip()
    missing = [
        name
        for name, known in (
            ("interfaces", interfaces),
            ("addresses", any(interface.addresses for interface in interfaces)),
            ("rules", rules),
            ("routes", routes),
            ("ip_forward", forward in ("0", "1")),
        )
        if not known
    ]
    return NodeProbe(
        node=node,
        problem=f"it does not tell its {', '.join(missing)}" if missing else "",
        interfaces=interfaces,
        default_devices=_default_devices(routes),
        rules=tuple(rule for rule in rules if not _USUAL_RULE.match(rule)),
        static_routes=tuple(r for r in routes if "proto static" in r and not r.startswith("default ")),
        ip_forward=forward == "1" if forward in ("0", "1") else None,
    )


def _sections(output: str) -> Mapping[str, str]:
    parts = _HEADING.split(output.replace("\r", ""))
    return dict(zip(parts[1::2], parts[2::2]))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _interfaces(links: str, addresses: str) -> Iterator[Interface]:
    known: dict[str, list[str]] = {}
    for match in filter(None, map(_ADDRESS.match, addresses.splitlines())):
        known.setdefault(match["name"], []).append(match["address"])
    for match in filter(None, map(_LINK.match, links.splitlines())):
        if not _NOT_OF_THE_HOST.match(match["name"]):
            yield Interface(match["name"], int(match["mtu"]), tuple(known.get(match["name"], ())))


def _default_devices(routes: list[str]) -> tuple[str, ...]:
    found = [
        (int(metric.group(1)) if metric else 0, device.group(1))
        for route in routes
        if route.startswith("default ") and " table " not in route
        for device, metric in [(_DEVICE.search(route), _METRIC.search(route))]
        if device
    ]
    return tuple(dict.fromkeys(device for _metric, device in sorted(found, key=lambda entry: entry[0])))
