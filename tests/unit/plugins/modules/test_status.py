# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What status.yml says, from the results of the real modules on a fake cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

ROOT = Path(__file__).resolve().parents[4]
TEMPLATE = ROOT / "playbooks" / "templates" / "status.txt.j2"


def lines(bench):
    variables = {"status_migration": bench.run("cno_migration_info"), "status_history": bench.run("migration_journal")}
    environment = Environment(undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(variables).splitlines()


@pytest.mark.parametrize(
    ("step", "first", "rebooted"),
    [
        ("not_started", "phase: not_started on the way to OVNKubernetes: ", "nodes rebooted: not counted, "),
        ("applied", "phase: awaiting_reboot on the way to OVNKubernetes: ", "nodes rebooted: 0 of 5 since "),
        ("rebooted", "phase: verifying on the way to OVNKubernetes: ", "nodes rebooted: 5 of 5 since "),
        ("finished", "phase: complete on the way to OVNKubernetes: ", "nodes rebooted: not counted, "),
    ],
)
def test_where_it_stands(bench, step, first, rebooted):
    bench.cluster = cluster_at(step)
    said = lines(bench)
    assert said[0].startswith(first)
    assert said[1].startswith("next: ")
    assert [line for line in said if line.startswith(rebooted)]
    assert [line.partition(":")[0] for line in said if line.startswith("pool ")] == ["pool master", "pool worker"]
    assert said[-1] == "lock: nobody has it"
    assert bench.cluster.writes == []


def test_phases_outages_and_who_works_on_it(bench):
    bench.cluster = cluster_at("applied")
    bench.run("migration_lock", holder="kni@bastion/1")
    bench.run("migration_journal", phase="prepare", event="begun")
    bench.cluster.server_seconds = lambda: 90.0
    outage = {"since": "2026-01-01T00:00:30Z", "seconds": 12.5, "seen": "connection refused"}
    bench.run("migration_journal", phase="prepare", event="finished", api_outages=[outage])
    said = lines(bench)
    assert "prepare: finished, begun 2026-01-01T00:00:00Z, 90 s, API outages 1" in said
    assert "API outages: 1, 12.5 s in all" in said
    assert "elapsed: 90 s" in said
    assert said[-1] == "lock: kni@bastion/1 since 2026-01-01T00:00:00Z, renewed 2026-01-01T00:00:00Z"
    bench.cluster.server_seconds = lambda: 120.0
    assert "it expired at 2026-01-01T00:02:00Z" in lines(bench)[-1]
