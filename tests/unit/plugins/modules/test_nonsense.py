# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module against a server that answers nonsense: it ends with a failure of ours, and quickly."""

from __future__ import annotations

import importlib
import json
import random
from typing import Any

import pytest
from ansible.module_utils.common import warnings as ansible_warnings
from kubernetes.client import Configuration

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible import module as glue
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.deadline import Bounds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kubernetes import KubernetesCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.loopback import Line, serving
from ansible_collections.ocp_day2.ovn_migration.tests.unit.nonsense import BODIES, NONSENSE
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.module_arguments import module_arguments
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules.results import NAMES

MODULES = "ansible_collections.ocp_day2.ovn_migration.plugins.modules"
#: What each module cannot do without.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "cno_migration": {"state": "prepared", "target": "OVNKubernetes"},
    "cno_migration_info": {},
    "co_health": {},
    "etcd_backup": {},
    "feature_conversion": {},
    "mcp_pause": {"state": "paused"},
    "mcp_wait": {"network_type": "OVNKubernetes"},
    "migration_backup": {"state": "present"},
    "migration_borrow": {"state": "borrowed", "max_unavailable": {"worker": 2}},
    "migration_journal": {"target": "OVNKubernetes"},
    "migration_lock": {"state": "held"},
    "migration_preflight": {"probe": True},
    "node_bridges": {},
    "node_reboot": {},
    "pod_health": {},
    "primary_nncp": {},
    "rollout_wait": {"namespace": "n", "name": "d"},
}
#: What a plausible cluster would say around the nonsense, so that a module comes further than its first read.
SEEDS = range(3)


def test_every_module_is_tried() -> None:
    assert {*NAMES} == set(ARGUMENTS)


def hollow(path: str, source: random.Random) -> str:
    """An answer with the right head and anything in it."""
    name = path.partition("?")[0].rsplit("/", 1)[-1]
    inside: Any = source.choice([None, {}, [], "x", 7, [None], {"a": None}, {"conditions": 7}, {"migration": []}])
    body: dict[str, Any] = {
        "metadata": {"name": name},
        "spec": inside,
        "status": inside,
        "data": inside,
        "kind": "XList",
    }
    if source.random() < 0.5:
        body = {**body, "items": [{**body, "metadata": {"name": "it"}}]}
    return json.dumps(body)


def played(seed: int):
    source = random.Random(seed)

    def play(line: Line) -> None:
        while head := line.head():
            choice = source.random()
            if choice < 0.1:
                return line.say(source.choice(NONSENSE))
            body = source.choice(BODIES) if choice < 0.2 else hollow(head.split(" ")[1], source)
            line.answer(body.encode(), headers="Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n")

    return play


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_module_ends_with_a_failure_of_ours(monkeypatch, capfd, name, seed) -> None:
    clock = ScriptedClock()
    with serving(played(seed)) as server:
        cluster = KubernetesCluster(
            Configuration(host=f"http://127.0.0.1:{server.port}"),
            headers={},
            bounds=Bounds(connect=1.0, read=1.0, total=2.0, opening=1.0, closing=0.1),
        )
        monkeypatch.setattr(connection, "connect", lambda params, **_clock: cluster)
        monkeypatch.setattr(glue, "SystemClock", lambda: clock)
        module = importlib.import_module(f"{MODULES}.{name}")
        getattr(ansible_warnings, "_global_warnings", {}).clear()
        given = {**ARGUMENTS[name], "api_outage_timeout": 1}
        with module_arguments(given), pytest.raises(SystemExit):
            module.main()
    result = json.loads(capfd.readouterr().out)
    assert result.get("msg") or not result.get("failed")
    assert "unsupported parameters" not in str(result.get("msg")).lower()
    assert "missing required" not in str(result.get("msg")).lower()
    assert "must be one of" not in str(result.get("msg"))
