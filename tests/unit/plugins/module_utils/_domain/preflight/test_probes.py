# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.probes import understood
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import Interface
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import host_answer

CLEAN = host_answer(10).output


def answer(**rows):
    """The answer of a clean host, with other rows below some headings."""
    sections = dict(zip(CLEAN.splitlines()[::2], CLEAN.splitlines()[1::2], strict=True))
    sections |= {f"=={name}": row if isinstance(row, str) else json.dumps(row) for name, row in rows.items()}
    return "".join(f"{heading}\n{body}\n" for heading, body in sections.items())


def test_a_plain_host():
    probe = understood("w0", CLEAN)
    assert probe.problem == ""
    assert probe.interfaces == (Interface("ens3", 1500, ("192.0.2.10/24",)),)
    assert (probe.default_devices, probe.rules, probe.static_routes) == (("ens3",), (), ())
    assert probe.ip_forward is True


def test_the_pods_own_ends_are_not_the_hosts():
    names = ("lo", "veth1a2b", "0123456789abcde", "ens3", "tun0", "br-ex")
    probe = understood("w0", answer(interfaces=[{"ifname": name, "mtu": 1500, "addr_info": []} for name in names]))
    assert [interface.name for interface in probe.interfaces] == ["ens3", "tun0", "br-ex"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"priority": 500, "src": "10.9.0.0", "srclen": 16, "table": "200"}, "from 10.9.0.0/16 lookup 200"),
        ({"priority": 30, "src": "all", "fwmark": "0x1745ec", "table": "7"}, "from all fwmark 0x1745ec lookup 7"),
        (
            {"priority": 9, "src": "all", "dst": "10.8.0.0", "dstlen": 16, "table": 9},
            "from all to 10.8.0.0/16 lookup 9",
        ),
        ({"priority": 9, "src": "all", "iif": "ens4", "table": "main"}, "from all iif ens4 lookup main"),
        ({"priority": 0, "src": "all", "table": "local"}, None),
        ({"priority": 32766, "src": "all", "table": "254"}, None),
    ],
)
def test_rules(row, text):
    assert understood("w0", answer(rules=[row])).rules == ((text,) if text else ())


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"dst": "10.8.0.0/16", "gateway": "192.0.2.7", "dev": "ens3", "protocol": "static"},
            "10.8.0.0/16 via 192.0.2.7 dev ens3",
        ),
        ({"dst": "10.8.0.0/16", "dev": "ens4", "protocol": "static", "table": "200"}, "10.8.0.0/16 dev ens4 table 200"),
        ({"dst": "10.8.0.0/16", "dev": "ens4", "protocol": "kernel"}, None),
        ({"dst": "10.128.0.0/14", "dev": "tun0", "scope": "link"}, None),
        ({"dst": "default", "gateway": "192.0.2.1", "dev": "ens3", "protocol": "static"}, None),
    ],
)
def test_static_routes(row, text):
    assert understood("w0", answer(routes=[row])).static_routes == ((text,) if text else ())


@pytest.mark.parametrize(
    ("routes", "devices"),
    [
        (
            [{"dst": "default", "dev": "ens4", "metric": 101}, {"dst": "default", "dev": "ens3", "metric": 100}],
            ("ens3", "ens4"),
        ),
        ([{"dst": "default", "dev": "ens4"}, {"dst": "default", "dev": "ens3", "metric": 100}], ("ens4", "ens3")),
        ([{"dst": "default", "nexthops": [{"dev": "ens3"}, {"dev": "ens4"}]}], ("ens3", "ens4")),
        ([{"dst": "default", "dev": "ens4", "table": "200"}], ()),
    ],
    ids=["metrics", "no metric", "next hops", "another table"],
)
def test_default_devices(routes, devices):
    assert understood("w0", answer(routes=routes)).default_devices == devices


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("", "it does not tell its interfaces, rules, routes, forwarding"),
        (answer(interfaces="sh: ip: command not found"), "it does not tell its interfaces"),
        (answer(interfaces="[{cut off"), "it does not tell its interfaces"),
        (answer(forwarding="sysctl: cannot stat"), "it does not tell its forwarding"),
        (answer(routes6="", rules6="RTNETLINK answers: Operation not supported"), ""),
    ],
    ids=["nothing", "no ip", "cut off", "no sysctl", "no IPv6"],
)
def test_what_is_missing_is_named(output, problem):
    assert understood("w0", output).problem == problem
