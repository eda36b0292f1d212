# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a node is asked about its host's network, and what its answer means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .snapshot import Interface, NodeProbe

#: Name -> command. They only look. iproute2 writes one line of JSON (``ip -j``, in every RHCOS since 4.1).
COMMANDS = {
    "interfaces": "ip -j addr",
    "rules": "ip -j rule",
    "rules6": "ip -6 -j rule",
    "routes": "ip -j route show table all",
    "routes6": "ip -6 -j route show table all",
    "forwarding": "sysctl -n net.ipv4.ip_forward",
}
#: Each answer comes below its own heading.
SCRIPT = "; ".join(f"echo =={name}; {command}" for name, command in COMMANDS.items())
_HEADING = re.compile(r"^==(\w+)$", re.MULTILINE)
#: The rules that every Linux has: priority and table, by name or number (iproute2, rt_tables).
_USUAL_RULES = {(0, "local"), (0, "255"), (32766, "main"), (32766, "254"), (32767, "default"), (32767, "253")}
#: The loopback device and the host's ends of the pods' interfaces (15 hexadecimal digits with OVN-Kubernetes).
_NOT_OF_THE_HOST = re.compile(r"^(?:lo|veth.*|[0-9a-f]{15})$")

Json = Mapping[str, Any]


def understood(node: str, output: str) -> NodeProbe:
    """What ``SCRIPT`` printed on a node; ``problem`` names what of it is missing."""
    said = _sections(output)
    interfaces = tuple(_interfaces(_rows(said.get("interfaces", ""))))
    rules = _rows(said.get("rules", ""))
    routes = _rows(said.get("routes", ""))
    forwarding = said.get("forwarding", "").strip()
    told = {
        "interfaces": bool(interfaces),
        "rules": bool(rules),
        "routes": bool(routes),
        "forwarding": forwarding in ("0", "1"),
    }
    missing = [name for name, known in told.items() if not known]
    # A host without IPv6 answers with nothing, or with an error.
    rules, routes = [*rules, *_rows(said.get("rules6", ""))], [*routes, *_rows(said.get("routes6", ""))]
    return NodeProbe(
        node=node,
        problem=f"it does not tell its {', '.join(missing)}" if missing else "",
        interfaces=interfaces,
        default_devices=_default_devices(routes),
        rules=tuple(_rule(r) for r in rules if (r.get("priority"), str(r.get("table"))) not in _USUAL_RULES),
        static_routes=tuple(_route(r) for r in routes if r.get("protocol") == "static" and r.get("dst") != "default"),
        ip_forward=forwarding == "1" if forwarding in ("0", "1") else None,
    )


def _sections(output: str) -> Mapping[str, str]:
    parts = _HEADING.split(output.replace("\r", ""))
    return dict(zip(parts[1::2], parts[2::2]))


def _rows(text: str) -> list[Json]:
    """The rows of the first line that is a JSON list; none when there is no such line."""
    for line in text.splitlines():
        if line.startswith("["):
            try:
                return [row for row in json.loads(line) if isinstance(row, Mapping)]
            except ValueError:
                return []
    return []


def _interfaces(rows: Iterable[Json]) -> Iterator[Interface]:
    for row in rows:
        name = str(row.get("ifname", ""))
        if name and isinstance(row.get("mtu"), int) and not _NOT_OF_THE_HOST.match(name):
            addresses = (a for a in row.get("addr_info") or () if a.get("local"))
            yield Interface(name, row["mtu"], tuple(f"{a['local']}/{a.get('prefixlen', '')}" for a in addresses))


def _default_devices(routes: Iterable[Json]) -> tuple[str, ...]:
    found = [
        (int(route.get("metric") or 0), str(hop["dev"]))
        for route in routes
        if route.get("dst") == "default" and str(route.get("table") or "main") in ("main", "254")
        for hop in (route.get("nexthops") or [route])
        if hop.get("dev")
    ]
    return tuple(dict.fromkeys(device for _metric, device in sorted(found, key=lambda entry: entry[0])))


def _rule(row: Json) -> str:
    """As ``ip rule`` writes it, with what matters: ``from 10.9.0.0/16 lookup 200``."""
    parts = [f"from {_prefix(row, 'src', 'srclen')}"]
    if "dst" in row:
        parts.append(f"to {_prefix(row, 'dst', 'dstlen')}")
    parts += [f"{word} {row[word]}" for word in ("fwmark", "iif", "oif") if word in row]
    return " ".join([*parts, f"lookup {row.get('table', 'nothing')}"])


def _prefix(row: Json, address: str, length: str) -> str:
    found = str(row.get(address, "all"))
    return f"{found}/{row[length]}" if length in row else found


def _route(row: Json) -> str:
    words = (("gateway", "via"), ("dev", "dev"), ("table", "table"))
    return " ".join([str(row.get("dst")), *(f"{word} {row[key]}" for key, word in words if key in row)])
