# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    SIGNING_REQUEST,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Forbidden,
    NotFound,
    Unauthorized,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.ssh import SshResult
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import Journal
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.csr import RIGHTS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.openssh import OpenSsh
from ansible_collections.ocp_day2.ovn_migration.tests.unit.machines import Datacenter
from ansible_collections.ocp_day2.ovn_migration.tests.unit.signing_requests import csr

ALL = ["master-0", "master-1", "master-2", "worker-0", "worker-1", "worker-2"]


def networks(cluster, *, migration):
    """The two Network objects of a cluster that runs OVN-Kubernetes, or is between the flip and the clean-up."""
    wanted = {"networkType": "OVNKubernetes"}
    status = {"networkType": "OVNKubernetes", **({"migration": wanted} if migration else {})}
    operator = {"defaultNetwork": {"type": "OVNKubernetes"}, **({"migration": wanted} if migration else {})}
    cluster.put(NETWORK_CONFIG, {"metadata": {"name": "cluster"}, "spec": wanted, "status": status})
    cluster.put(NETWORK_OPERATOR, {"metadata": {"name": "cluster"}, "spec": operator})


@pytest.fixture
def site(bench):
    site = Datacenter(clock=bench.clock, cluster=bench.cluster)
    networks(bench.cluster, migration=False)
    return site


def journal(site, *, target="OVNKubernetes", **changes):
    boot_ids = {**site.boot_ids(), **changes}
    site.cluster.put(CONFIG_MAP, Journal(target, boot_ids, "2026-01-01T00:00:00Z").to_json())


def results(result):
    return {row["node"]: row["result"] for row in result["nodes"]}


def test_all_nodes(bench, site):
    result = bench.run("node_reboot")
    assert result["changed"] is True
    assert set(results(result).values()) == {"rebooted"}
    assert result["plan"] == [["master-0"], ["master-1"], ["master-2"], ["worker-0", "worker-1", "worker-2"]]
    assert result["verdict"]["state"] == "done"
    assert len(result["story"]) == 4
    assert sorted(site.commanded) == ALL
    assert bench.cluster.made("execute")[-1].body["command"][-1] == "now"


def test_during_a_migration_the_journal_tells_who_has_rebooted(bench, site):
    networks(bench.cluster, migration=True)
    journal(site, **{"worker-0": "older"})
    result = bench.run("node_reboot", pools=["worker"])
    assert results(result) == {"worker-0": "skipped", "worker-1": "rebooted", "worker-2": "rebooted"}
    again = bench.run("node_reboot", pools=["worker"])
    assert again["changed"] is False
    assert set(results(again).values()) == {"skipped"}


def test_a_node_that_joined_since_the_journal_is_not_rebooted(bench, site):
    networks(bench.cluster, migration=True)
    journal(site)
    data = Journal("OVNKubernetes", {"worker-0": "worker-0-boot-1"}, "2026-01-01T00:00:00Z").to_json()
    bench.cluster.put(CONFIG_MAP, data)
    result = bench.run("node_reboot")
    assert site.commanded == ["worker-0"]
    assert results(result)["master-0"] == "skipped"


def test_the_journal_of_another_migration_does_not_count(bench, site):
    journal(site, **dict.fromkeys(ALL, "older"))
    assert results(bench.run("node_reboot", nodes=["worker-0"])) == {"worker-0": "rebooted"}


def test_without_the_journal_every_run_reboots(bench, site):
    networks(bench.cluster, migration=True)
    journal(site, **dict.fromkeys(ALL, "older"))
    result = bench.run("node_reboot", nodes=["worker-0"], use_journal=False)
    assert results(result) == {"worker-0": "rebooted"}


def test_a_flip_without_a_record_is_recorded_before_the_first_reboot(bench, site):
    networks(bench.cluster, migration=True)
    bench.run("node_reboot", nodes=["worker-0"])
    verbs = [call.verb for call in bench.cluster.writes]
    assert verbs.index("create") < verbs.index("execute")
    assert results(bench.run("node_reboot", nodes=["worker-0", "worker-1"])) == {
        "worker-0": "skipped",
        "worker-1": "rebooted",
    }


def test_given_boot_ids_win_over_the_journal(bench, site):
    networks(bench.cluster, migration=True)
    journal(site)
    result = bench.run("node_reboot", nodes=["worker-0", "worker-1"], boot_ids={"worker-0": "older"})
    assert results(result) == {"worker-0": "skipped", "worker-1": "rebooted"}


@pytest.mark.parametrize("migration", [False, True])
def test_check_mode_writes_nothing(bench, site, migration):
    networks(bench.cluster, migration=migration)
    result = bench.run("node_reboot", check=True, order="all_at_once")
    assert result["changed"] is True
    assert set(results(result).values()) == {"planned"}
    assert [sorted(batch) for batch in result["plan"]] == [ALL]
    assert result["diff"][0]["before"]["worker-0"] == "worker-0-boot-1"
    assert bench.cluster.writes == []


def test_a_node_that_ignores_the_command_fails_and_is_named(bench, site):
    site.machines["worker-2"].obeys = False
    result = bench.run("node_reboot", pools=["worker"], reboot_timeout=300)
    assert result["failed"] is True
    assert "worker-2: Ready, boot id unchanged: the command had no effect" in result["msg"]
    assert results(result) == {"worker-0": "rebooted", "worker-1": "rebooted", "worker-2": "failed"}
    assert result["changed"] is True
    assert "console" in result["remedy"]


@pytest.fixture
def logins(site, monkeypatch):
    """(address, command) of what was run by ssh; the machine at the address reboots."""
    runs = []

    def run(self, address, command):
        runs.append((address, command))
        name = next(name for name, machine in site.machines.items() if f" = {machine.boot_id} " in command)
        site.take_down(site.machines[name])
        return SshResult(255, f"{site.machines[name].boot_id}\n", "Authenticated to it\nConnection closed")

    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(OpenSsh, "run", run)
    return runs


def test_by_ssh(bench, site, logins):
    result = bench.run("node_reboot", strategy="ssh")
    assert set(results(result).values()) == {"rebooted"}
    assert {row["way"] for row in result["nodes"]} == {"ssh"}
    assert len(logins) == 6
    assert bench.cluster.made("execute") == []


@pytest.mark.parametrize("off", ["off", False], ids=["text", "as YAML reads it"])
def test_checks_of_host_keys_that_are_off(bench, site, logins, off):
    assert results(bench.run("node_reboot", strategy="ssh", ssh_host_key_checking=off, nodes=["worker-0"])) == {
        "worker-0": "rebooted"
    }


@pytest.mark.parametrize("strategy", ["ssh", "rsh_then_ssh"])
def test_check_mode_logs_in_nowhere(bench, site, logins, strategy):
    result = bench.run("node_reboot", check=True, strategy=strategy, approve_csrs=True)
    assert set(results(result).values()) == {"planned"}
    assert (logins, bench.cluster.writes) == ([], [])
    assert result["pending_csrs"] == []


def test_rsh_first_then_ssh(bench, site, logins):
    site.machines["worker-1"].answers = [Execution(1, "Failed to talk to init daemon.")]
    result = bench.run("node_reboot", strategy="rsh_then_ssh", pools=["worker"])
    assert {row["node"]: row["way"] for row in result["nodes"]} == {
        "worker-0": "rsh",
        "worker-1": "ssh",
        "worker-2": "rsh",
    }
    assert len(logins) == 1


@pytest.mark.parametrize("share", ["1", 1, {"worker": 1}], ids=["text", "number", "by pool"])
def test_a_share_of_a_pool(bench, site, share):
    assert bench.run("node_reboot", check=True, pools=["worker"], max_unavailable=share)["plan"] == [
        ["worker-0"],
        ["worker-1"],
        ["worker-2"],
    ]


def test_max_failures(bench, site):
    site.machines["worker-0"].returns = False
    result = bench.run("node_reboot", pools=["worker"], max_unavailable=1, max_failures=1, reboot_timeout=300)
    assert result["failed"] is True
    assert results(result) == {"worker-0": "failed", "worker-1": "rebooted", "worker-2": "rebooted"}


@pytest.mark.parametrize(
    ("given", "when"),
    [({}, "now"), ({"order": "all_at_once"}, "+1"), ({"delay_minutes": 3}, "+3")],
    ids=["in turn", "all at once", "given"],
)
def test_the_delay(bench, site, given, when):
    bench.run("node_reboot", nodes=["worker-0"], **given)
    assert bench.cluster.made("execute")[-1].body["command"][-1] == when


def test_outages_and_unverifiable_tokens_are_outlasted_and_told(bench, site):
    site.clock.at(62, site.cluster.go_down)
    site.clock.at(300, site.cluster.come_back)
    site.cluster.fail(Unauthorized(tried="list nodes", seen="HTTP 401"), verb="list", times=2)
    result = bench.run("node_reboot", order="all_at_once")
    assert set(results(result).values()) == {"rebooted"}
    assert len(result["api_outages"]) == 2


@pytest.mark.parametrize(
    "given",
    [
        {"nodes": ["nope"]},
        {"pools": ["nope"]},
        {"max_unavailable": "nope"},
        {"max_unavailable": {"worker": "nope"}},
        {"max_unavailable": {"nope": "1"}},
        {"strategy": "ssh", "ssh_private_key_file": "/nope"},
    ],
)
def test_what_cannot_be_is_refused_before_anything(bench, site, given):
    networks(bench.cluster, migration=True)
    result = bench.run("node_reboot", **given)
    assert result["failed"] is True
    assert "nope" in result["msg"]
    assert bench.cluster.writes == []


def test_requests_that_are_left_pending_are_told(bench, site):
    bench.cluster.put(SIGNING_REQUEST, csr("csr-1", "worker-0"))
    result = bench.run("node_reboot", nodes=["worker-0"])
    assert [(row["name"], row["node"], row["approvable"]) for row in result["pending_csrs"]] == [
        ("csr-1", "worker-0", True)
    ]
    assert "csr-1" in str(result["warnings"])


def test_requests_are_approved_when_that_is_wanted(bench, site):
    bench.cluster.put(SIGNING_REQUEST, csr("csr-1", "worker-0"))
    result = bench.run("node_reboot", nodes=["worker-0"], approve_csrs=True)
    assert [row["name"] for row in result["approved_csrs"]] == ["csr-1"]


def test_missing_rights_are_named_before_anything(bench, site):
    bench.cluster.denied = {access.title for access in RIGHTS}
    result = bench.run("node_reboot", approve_csrs=True)
    assert set(result["missing_rights"]) == bench.cluster.denied
    assert bench.cluster.writes == []


DENIED = Forbidden(
    tried="x", seen='HTTP 403, nodes is forbidden: User "migrator" cannot list resource', remedy="Grant it."
)
UNSERVED = NotFound(tried="x", seen="HTTP 404, the server could not find the requested resource")


@pytest.mark.parametrize("error", [DENIED, UNSERVED], ids=["403", "404"])
@pytest.mark.parametrize("moment", [0, 1, 10, 60, 130, 200, 300, 400, 500])
def test_a_starting_api_server_that_denies_everything_ends_no_run(bench, site, moment, error):
    networks(bench.cluster, migration=True)
    journal(site)

    def deny():
        bench.cluster.down = error
        bench.clock.after(1.5, bench.cluster.come_back)

    bench.clock.at(moment, deny)
    result = bench.run("node_reboot")
    assert "failed" not in result, result
    assert set(results(result).values()) == {"rebooted"}
    assert sorted(site.commanded) == ALL


def test_a_right_that_is_lacking_ends_the_run_at_once_and_before_any_command(bench, site):
    bench.cluster.fail(DENIED, verb="list", times=None)
    result = bench.run("node_reboot")
    assert "cannot list resource. Grant it." in result["msg"]
    assert (site.commanded, bench.clock.now) == ([], 0)
