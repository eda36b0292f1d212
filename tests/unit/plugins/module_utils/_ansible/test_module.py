# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible import module as glue
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection, kubernetes
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable, Refused
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.outcome import Diff, Outcome
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.module_arguments import module_arguments


@pytest.fixture
def cluster(monkeypatch):
    cluster = FakeCluster()
    clock = ScriptedClock()
    monkeypatch.setattr(connection, "connect", lambda params, **_clock: cluster)
    monkeypatch.setattr(glue, "SystemClock", lambda: clock)
    return cluster


@pytest.fixture
def run(capfd):
    def run(flow, *, check=False, **arguments):
        given = {**arguments, "_ansible_check_mode": check}
        with module_arguments(given), pytest.raises(SystemExit):
            glue.run({}, flow)
        return json.loads(capfd.readouterr().out)

    return run


def test_an_outcome_becomes_the_result(cluster, run):
    outcome = Outcome(
        changed=True, diffs=(Diff(before=1, after=2, header="it"),), facts={"found": [1]}, warnings=("Mind",)
    )
    result = run(lambda task: outcome)
    assert result["changed"] is True
    assert result["found"] == [1]
    assert result["diff"] == [{"before": 1, "after": 2, "before_header": "it", "after_header": "it"}]
    assert "Mind" in json.dumps(result["warnings"])
    assert result["api_outages"] == []


def test_an_error_becomes_a_failure_with_its_facts_and_remedy(cluster, run):
    def flow(task):
        raise Refused(tried="do it", seen="no", remedy="Do not.", facts={"changed": True, "found": [1]})

    result = run(flow)
    assert result["failed"] is True
    assert result["msg"] == "Could not do it: no. Do not."
    assert result["remedy"] == "Do not."
    assert (result["changed"], result["found"]) == (True, [1])


def test_outages_are_told_on_failure_too(cluster, run):
    cluster.fail(ClusterUnreachable(tried="read it", seen="refused"), times=None)
    result = run(lambda task: task.cluster.list(NODE), api_outage_timeout=10)
    assert [outage["seen"] for outage in result["api_outages"]] == ["refused"]


def test_the_flow_is_told_of_check_mode(cluster, run):
    assert run(lambda task: Outcome(facts={"check": task.check_mode}), check=True)["check"] is True
    assert run(lambda task: Outcome(facts={"check": task.check_mode}))["check"] is False


@pytest.mark.parametrize(
    ("where", "named"), [(kubernetes, "kubernetes"), (connection, "kubernetes.core")], ids=["library", "collection"]
)
def test_what_is_missing_is_named_before_anything_is_done(cluster, run, monkeypatch, where, named):
    monkeypatch.setattr(where, "MISSING", "Traceback: ImportError")
    result = run(lambda task: pytest.fail("the flow ran"))
    assert result["failed"] is True
    assert named in result["msg"]


WITHOUT = """
import sys

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r} or name.startswith({missing!r} + "."):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nowhere())
sys.path[:] = {path!r}
from ansible.module_utils.testing import patch_module_args
from ansible_collections.ocp_day2.ovn_migration.plugins.modules import co_health
with patch_module_args({{}}):
    co_health.main()
"""


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("kubernetes", "kubernetes"),
        ("websocket", "kubernetes"),
        ("ansible_collections.kubernetes", "kubernetes.core"),
    ],
)
def test_a_module_whose_import_really_fails_still_says_what_is_missing(missing, named):
    script = WITHOUT.format(missing=missing, path=sys.path)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    result = json.loads(ended.stdout or "{}")
    assert result.get("failed") is True, ended.stderr
    assert named in result["msg"]


def test_what_nobody_has_thought_of_is_a_failure_with_its_traceback(cluster, run):
    def flow(task):
        raise AttributeError("'list' object has no attribute 'get'; Bearer planted-token")

    result = run(flow)
    assert result["failed"] is True
    assert "Stopped by something unexpected: AttributeError: 'list' object has no attribute 'get'" in result["msg"]
    assert "can be run again" in result["remedy"]
    assert any("in flow" in line for line in result["traceback"])
    assert "planted" not in json.dumps(result)
    assert result["api_outages"] == []


def test_what_connecting_runs_into_is_one_too(run, monkeypatch):
    def connect(params, **_clock):
        raise RuntimeError("no")

    monkeypatch.setattr(connection, "connect", connect)
    assert "RuntimeError: no" in run(lambda task: pytest.fail("the flow ran"))["msg"]


def test_the_secrets_of_the_credential_are_taken_out_of_results(cluster, run, monkeypatch):
    monkeypatch.setattr(cluster, "secrets", lambda: ("planted-token",))
    result = run(lambda task: Outcome(facts={"output": ["x planted-token y"]}, warnings=("a planted-token b",)))
    assert "planted" not in json.dumps(result)


def test_an_exec_gets_at_most_what_is_left_of_wait_timeout(cluster, capfd):
    cluster.put(POD, objects.daemon_pod("w0"))
    name = objects.daemon_pod("w0")["metadata"]["name"]
    namespace = objects.daemon_pod("w0")["metadata"]["namespace"]

    def flow(task):
        for _time in range(3):
            task.cluster.execute(name, ["true"], namespace=namespace, container="c", timeout=30.0)
            task.clock.sleep(6.0)
        return Outcome()

    with module_arguments({"wait_timeout": 10}), pytest.raises(SystemExit):
        glue.run({"wait_timeout": {"type": "int"}}, flow)
    assert [call.body["timeout"] for call in cluster.made("execute")] == [10.0, 4.0, 1.0]
    assert "failed" not in json.loads(capfd.readouterr().out)
