# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``RETURN`` says and what the modules return is the same.

The bench compares every result that a test of a module gets. Here is what only all of these results together can tell,
and what every module has in common.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NAMESPACE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden, NotFound
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules import results
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules.conftest import RECORD
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules.results import NAMES, Result, complaints
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at

ROOT = Path(__file__).resolve().parents[4]

#: what a module cannot do without
NEEDED = {
    "cno_migration": {"state": "prepared"},
    "mcp_pause": {"state": "paused"},
    "rollout_wait": {"namespace": "openshift-multus", "name": "multus"},
}
#: they look at the Lease by themselves, or work without it
WITHOUT_LOCK = {"migration_lock", "migration_preflight"}


@pytest.mark.parametrize("module", NAMES)
def test_an_api_that_stays_away(bench, module):
    bench.cluster = cluster_at("not_started")
    bench.cluster.go_down()
    result = bench.run(module, api_outage_timeout=45, **NEEDED.get(module, {}))
    assert (result["failed"], result["outage_budget_seconds"]) == (True, 45)
    assert result["api_outages"][0] == {"since": "2026-01-01T00:00:00Z", "seconds": None, "seen": "connection refused"}


@pytest.mark.parametrize("module", NAMES)
def test_an_api_that_comes_back(bench, module):
    bench.cluster = cluster_at("not_started")
    bench.cluster.go_down()
    bench.clock.at(10, bench.cluster.come_back)
    result = bench.run(module, **NEEDED.get(module, {}))
    assert [outage["seconds"] for outage in result["api_outages"]] == [pytest.approx(10, abs=2)]


STARTING = (
    Forbidden(tried="x", seen='HTTP 403, nodes is forbidden: User "migrator" cannot list resource'),
    NotFound(tried="x", seen="HTTP 404, the server could not find the requested resource"),
)


@pytest.mark.parametrize("denial", STARTING, ids=["403", "404"])
@pytest.mark.parametrize("module", NAMES)
def test_an_api_server_that_has_only_just_started(bench, module, denial):
    """While control-plane nodes come up, every call of every module may hit one."""
    bench.cluster = cluster_at("not_started")
    bench.cluster.start(denial)
    bench.clock.at(3, bench.cluster.has_started)
    result = bench.run(module, **NEEDED.get(module, {}))
    assert denial.seen not in result.get("msg", "")
    assert [outage["seconds"] for outage in result["api_outages"]] == [pytest.approx(3, abs=2)]


@pytest.mark.parametrize("module", NAMES)
def test_a_right_that_is_lacking_is_told_at_once(bench, module):
    bench.cluster = cluster_at("not_started")
    bench.cluster.fail(STARTING[0], times=None)
    result = bench.run(module, **NEEDED.get(module, {}))
    assert bench.clock.now == 0
    assert result["api_outages"] == []
    assert result.get("failed") is True or module == "migration_preflight"


@pytest.mark.parametrize("module", sorted({*NAMES} - WITHOUT_LOCK))
@pytest.mark.parametrize("taken", [True, False], ids=["taken", "deleted"])
def test_a_lease_that_is_no_longer_ours(bench, module, taken):
    bench.cluster = cluster_at("not_started")
    bench.cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    if taken:
        bench.run("migration_lock", holder="somebody")
    result = bench.run(module, lock_holder="this run", **NEEDED.get(module, {}))
    assert result["failed"] is True
    assert (result["lock"] or {}).get("holder") == ("somebody" if taken else None)


@pytest.fixture
def recorded(tmp_path):
    """The results of all tests of this folder, by the module; these tests run once more for it, in their own pytest."""
    record = tmp_path / "results.jsonl"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ["-q", "-k", "not by_every_module", "-o", f"cache_dir={tmp_path}"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, Path(__file__).parent],
        cwd=ROOT,
        env={**environment, RECORD: str(record)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:]
    found = defaultdict(list)
    for line in record.read_text(encoding="utf-8").splitlines():
        result = Result(**json.loads(line))
        found[result.module].append(result)
    return found


def test_every_documented_value_is_returned_by_every_module(recorded):
    assert {module: missing for module in NAMES if (missing := unseen(module, recorded[module]))} == {}


def unseen(module, given):
    """What the results of a module leave unproven.

    It has a success, and a failure of its own: more than arguments that Ansible refuses. Each documented value has been
    there with something in it, in both cases when it is documented for both; not what is documented as always null.
    """
    cases = {result.failed for result in given if result.begun}
    missing = [f"a {word}" for failed, word in ((False, "success"), (True, "failure")) if failed not in cases]
    seen = defaultdict(set)
    for result in given:
        for value in results.values(result):
            if value.value is not None:
                seen[value.path].add(result.failed)
    for path, entry in results.paths(module).items():
        if str(entry["description"]).startswith("Always null"):
            continue
        if not seen[path]:
            missing.append(path)
        elif entry.get("returned", "").startswith("always") and seen[path] != {True, False}:
            missing.append(f"{path} in both cases")
    return missing


RETURN = {
    "verdict": {
        "description": "How it is.",
        "returned": "success",
        "type": "dict",
        "contains": {"state": {"description": "A word, or null.", "type": "str"}},
    },
    "rows": {
        "description": "Rows in the form of RV(verdict).",
        "returned": "success, with O(state=present)",
        "type": "list",
        "elements": "dict",
    },
    "names": {"description": "Names.", "returned": "always", "type": "list", "elements": "str"},
    "count": {"description": "How many.", "returned": "when it counts", "type": "int"},
    "remedy": {"description": "What to do.", "returned": "on failure", "type": "str"},
}
GOOD = {"changed": True, "verdict": {"state": None}, "rows": [{"state": "done"}], "names": ["a"], "count": 1}
BAD = {"failed": True, "msg": "No.", "names": [], "remedy": ""}


@pytest.fixture
def documented(monkeypatch):
    monkeypatch.setattr(results, "documented", lambda module: RETURN)


@pytest.mark.parametrize("said", [GOOD, BAD, {**GOOD, "warnings": ["x"]}], ids=["success", "failure", "a warning"])
def test_a_result_as_it_is_documented(documented, said):
    assert complaints(Result("x", said)) == []


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        pytest.param({**GOOD, "new": 1}, "new is not documented", id="unknown key"),
        pytest.param({**GOOD, "verdict": {"state": "a", "new": 1}}, "verdict.new is not documented", id="inside"),
        pytest.param({**GOOD, "verdict": {}}, "verdict.state is missing", id="missing inside"),
        pytest.param({**GOOD, "rows": [{"new": 1}]}, "rows[].new is not documented", id="in a row"),
        pytest.param({**GOOD, "count": "1"}, "count is no int: '1'", id="text for a number"),
        pytest.param({**GOOD, "count": True}, "count is no int: True", id="a boolean is no number"),
        pytest.param({**GOOD, "count": None}, "count is null, which its description does not say", id="null"),
        pytest.param({**GOOD, "names": [1]}, "names has an element that is no str: 1", id="element"),
        pytest.param({**GOOD, "names": "a"}, "names is no list: 'a'", id="no list"),
        pytest.param(
            {**GOOD, "remedy": ""}, "remedy is there on success, and documented for: on failure", id="success"
        ),
        pytest.param({**BAD, "rows": []}, "rows is there on failure, and documented for: success, with", id="failure"),
        pytest.param({"failed": True, "names": []}, "remedy is missing on failure, and documented for", id="no remedy"),
        pytest.param(
            {"verdict": {"state": None}}, "names is missing on success, and documented for: always", id="never"
        ),
    ],
)
def test_what_is_complained_about(documented, said, complaint):
    assert [found for found in complaints(Result("x", said)) if found.startswith(complaint)]


def test_what_no_result_has_shown(documented):
    seen = [Result("x", {**GOOD, "rows": [], "count": None}), Result("x", {"failed": True}, begun=False)]
    assert unseen("x", seen) == ["a failure", "verdict.state", "names in both cases", "count", "remedy"]


def test_arguments_that_ansible_refuses_have_no_result(documented):
    assert complaints(Result("x", {"failed": True, "msg": "missing required arguments"}, begun=False)) == []
