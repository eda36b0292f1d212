# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for all checks, whoever wrote them; the catalogue in docs/preflight.md is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NETWORK_OPERATOR
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.findings import (
    ANY_METHOD,
    SEVERITIES,
    Check,
    Finding,
    Problem,
    found,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.registry import (
    CHECKS,
    checks_for,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Method,
    Snapshot,
    Unreadable,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, seen, without

PAGE = Path(__file__).resolve().parents[6] / "docs" / "preflight.md"
UNREADABLE = Unreadable("HTTP 403, forbidden")
#: What nobody can see, so that it is asked for on a clean cluster, and what is only told; by method.
CLEAN = {
    "offline": {"etcd_backup", "tunnel_port_open", "nodes_not_routers", "support_of_automation", "pools_pace"},
    "rollback": {"etcd_backup", "tunnel_port_open"},
}
#: These ask the cluster for nothing, or only about what is wanted.
BLIND = {"etcd_backup", "support_of_automation", "nodes_ssh"}
#: What no API can answer is asked before the migration, and only told on the way back.
TOLD_BACK = {"etcd_backup", "tunnel_port_open"}


class Traced(dict[str, Any]):
    """Parts that note which of them was asked for."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        super().__init__(parts)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


def every() -> Iterator[Any]:
    for method in ANY_METHOD:
        for check in checks_for(method):
            yield pytest.param(method, check, id=f"{method}-{check.id}")


@pytest.mark.parametrize("method", ANY_METHOD)
def test_a_clean_cluster(method):
    snapshot = seen(clean_cluster(method), method=method)
    told = {finding.id for check in checks_for(method) for finding in found(check, snapshot)}
    assert told == CLEAN[method]


def blocking(method, snapshot: Snapshot) -> list[Finding]:
    return [finding for check in checks_for(method) for finding in found(check, snapshot) if finding.blocking]


def test_what_stops_a_clean_cluster_wants_to_be_acknowledged():
    stopping = blocking("offline", seen(clean_cluster()))
    assert stopping
    assert all(finding.acknowledge for finding in stopping)


def test_nothing_stops_the_way_back_of_a_clean_cluster():
    """The README's line has no acknowledgement in it."""
    assert blocking("rollback", seen(clean_cluster("rollback"), method="rollback")) == []


def test_before_the_switch_nothing_is_looked_at_in_vain():
    """Each part that is read is asked for, and each that is asked for is read."""
    whole = seen(clean_cluster(), strategy="rsh_then_ssh")
    asked: set[str] = set()
    for check in checks_for("offline", "switch"):
        parts = Traced(whole.parts)
        list(found(check, Snapshot(whole.wanted, parts, whole.absent)))
        asked |= parts.asked
    gate = seen(clean_cluster(), moment="switch", probe=False)
    assert asked <= set(gate.parts)
    # Only where an Argo CD, NMState or the autoscaler has something to be looked at.
    only_then = {"raw_pools", "node_network_states", "network_config", "network_operator", "machine_autoscalers"}
    assert set(gate.parts) - asked <= only_then
    stopping = [f.id for check in checks_for("offline", "switch") for f in found(check, gate) if f.blocking]
    assert stopping == [], "a prepared cluster that is well may be switched"


#: What going on could not succeed with, or would make worse.
STOPS_A_RESCUE = {
    "credential_rights",
    "credential_outlives_switch",
    "nodes_addressed",
    "new_namespace_free",
    "version_supported",
    "source_network_type",
    "no_live_annotation",
    "network_operator_works",
    "settings_possible",
    "subnets_apart",
    "address_families_agree",
    "cluster_network_fits",
    "service_network_unchanged",
    "tunnel_ports_differ",
    "single_stack",
    "ipsec_off",
    "egress_ips_convertible",
    "egress_nodes_convertible",
}


def in_the_window(method: Method) -> Snapshot:
    cluster = clean_cluster(method)
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": OVN}}})
    return seen(cluster, method=method, strategy="rsh_then_ssh")


@pytest.mark.parametrize(("method", "check"), [*every()])
def test_what_stops_a_rescue(method, check: Check):
    """Each check, with all but the two Network objects unreadable: on the way back from an unfinished migration the
    pod network is down until it is gone back, so that only what would make it worse keeps us."""
    snapshot = in_the_window(method)
    parts = Traced(snapshot.parts)
    list(found(check, Snapshot(snapshot.wanted, parts, snapshot.absent)))
    asked = parts.asked - {"networks"}
    blind = {name: UNREADABLE if name in asked else value for name, value in snapshot.parts.items()}
    stops = [finding.blocking for finding in found(check, Snapshot(snapshot.wanted, blind, snapshot.absent))]
    if method == "rollback":
        assert check.stops_rescue is (check.id in STOPS_A_RESCUE)
        assert any(stops) is (check.stops_rescue and bool(asked))
    elif asked:
        assert any(stops), "a migration that has not begun keeps every check"


def test_what_a_rescue_finds_is_told():
    snapshot = in_the_window("rollback")
    nodes = [{**node, "status": {}} for node in snapshot.raw_nodes]
    sick = without(without(snapshot, "raw_nodes", nodes), "nodes", [Node.from_json(node) for node in nodes])
    [finding] = found(next(check for check in CHECKS if check.id == "nodes_ready"), sick)
    assert (finding.severity, finding.blocking) == ("warn", False)
    assert "5 nodes are not Ready" in finding.message


@pytest.mark.parametrize(("method", "check"), [*every()])
def test_law_16_what_cannot_be_read_is_a_blocker(method, check: Check):
    """Each check, with all that it asks for unreadable."""
    snapshot = seen(clean_cluster(method), method=method, strategy="rsh_then_ssh")
    parts = Traced(snapshot.parts)
    list(found(check, Snapshot(snapshot.wanted, parts, snapshot.absent)))
    assert parts.asked or check.id in BLIND, "it looks at nothing"
    blind = {name: UNREADABLE if name in parts.asked else value for name, value in snapshot.parts.items()}
    findings = list(found(check, Snapshot(snapshot.wanted, blind, snapshot.absent)))
    if parts.asked:
        assert [(f.severity, f.unreadable, f.blocking) for f in findings] == [("block", True, True)]
        assert "HTTP 403" in findings[0].message


def test_what_was_found_before_something_unreadable_is_kept():
    def judge(snapshot: Snapshot) -> Iterator[Problem]:
        yield Problem("one thing")
        yield Problem(f"{len(snapshot.nodes)} nodes")

    check = Check("any_id", judge, severity="warn", methods=ANY_METHOD, title="A.", remedy="Do.")
    snapshot = Snapshot(seen(clean_cluster()).wanted, {"nodes": UNREADABLE})
    assert [(f.message, f.severity) for f in found(check, snapshot)] == [
        ("one thing", "warn"),
        ("not known, because nodes could not be read: HTTP 403, forbidden", "block"),
    ]


def test_ids_are_unique_lower_snake_words():
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+|[a-z]+", name)] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_described(check: Check):
    assert check.severity in SEVERITIES
    assert set(check.methods) <= set(ANY_METHOD)
    assert check.methods
    assert check.title.endswith(".")
    assert check.remedy
    assert "\n" not in check.title + check.remedy


def stops(check: Check) -> str:
    """The situations in which its finding stops a run."""
    method = {"offline": "migration", "rollback": "way back"}
    hard = check.severity == "block" or check.acknowledge
    found_in = [method[name] for name in check.methods if hard and not (name == "rollback" and check.id in TOLD_BACK)]
    more = [name for name, asked in (("switch", check.before_switch), ("rescue", check.stops_rescue)) if hard and asked]
    return ", ".join(found_in + more)


def row(check: Check) -> str:
    methods = ", ".join(check.methods)
    ack = "yes" if check.acknowledge else ""
    cells = (f"`{check.id}`", check.severity, ack, methods, stops(check), check.title, check.remedy)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def test_the_page_lists_every_check():
    catalogue = PAGE.read_text(encoding="utf-8").partition("## All checks")[2]
    rows = [line for line in catalogue.splitlines() if line.startswith("| `")]
    expected = [row(check) for check in CHECKS]
    differing = [line for line in expected if line not in rows]
    assert rows == expected, "docs/preflight.md needs, in this order of ids:\n" + "\n".join(differing)
