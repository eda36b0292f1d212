# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_VERSION,
    EGRESS_NETWORK_POLICY,
    NAMESPACE,
    NETWORK_OPERATOR,
    NODE_NETWORK_POLICY,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.saved_objects import raise_timeout, saved_cluster


def test_made_once_and_told_afterwards(bench, tmp_path):
    bench.cluster = saved_cluster()
    made = bench.run("migration_backup", state="present", directory=str(tmp_path))
    assert made["changed"] is True
    assert made["phase"] == "not_started"
    assert len(made["files"]) > 5
    told = bench.run("migration_backup")
    assert told["changed"] is False
    assert told["backup"] == made["backup"]
    assert told["network"] == made["network"]
    assert [backup["id"] for backup in told["backups"]] == [made["backup"]["id"]]


def test_check_mode(bench, tmp_path):
    bench.cluster = saved_cluster()
    result = bench.run("migration_backup", state="present", check=True, directory=str(tmp_path / "files"))
    assert result["changed"] is True
    assert result["diff"][0]["after"]["id"] == result["backup"]["id"]
    assert bench.cluster.writes == []


def test_what_the_cluster_has_lost_is_put_back_from_its_files(bench, tmp_path):
    bench.cluster = saved_cluster()
    bench.cluster.change(CLUSTER_VERSION, "version", {"spec": {"clusterID": "of this cluster"}})
    made = bench.run("migration_backup", state="present", directory=str(tmp_path))
    for key in [key for key in bench.cluster.objects if key[2].startswith("backup-")]:
        del bench.cluster.objects[key]
    told = bench.run("migration_backup", directory=str(tmp_path))
    assert (told["in_files_only"], told["backup"]["id"]) == (True, made["backup"]["id"])
    rehearsed = bench.run("migration_backup", state="recovered", directory=str(tmp_path), check=True)
    assert rehearsed["changed"] is True
    assert rehearsed["diff"][0]["after"]["id"] == made["backup"]["id"]
    recovered = bench.run("migration_backup", state="recovered", directory=str(tmp_path))
    assert (recovered["changed"], recovered["in_files_only"]) == (True, False)
    assert bench.run("migration_backup")["backup"] == made["backup"]
    assert bench.run("migration_backup", state="recovered", directory=str(tmp_path))["changed"] is False


def test_a_damaged_backup_fails_with_its_name(bench):
    bench.cluster = saved_cluster()
    name = bench.run("migration_backup", state="present")["backup"]["id"]
    part = next(body for key, body in bench.cluster.objects.items() if key[2] == f"backup-{name}-000")
    part["data"]["part"] = ""
    result = bench.run("migration_backup")
    assert result["failed"] is True
    assert result["damaged_backup"] == name


def test_extra_kinds_and_comparison(bench):
    bench.cluster = saved_cluster()
    wanted = [{"kind": "HostSubnet", "api_version": "network.openshift.io/v1"}, {"kind": "X", "api_version": "y/v1"}]
    made = bench.run("migration_backup", state="present", extra_kinds=wanted)
    assert "X of y/v1" in made["backup"]["absent"]
    raise_timeout(bench.cluster, timeout=3)
    compared = bench.run("migration_backup", state="compared", backup=made["backup"]["id"])
    assert compared["changed"] is False
    assert compared["unexplained"] == 1
    assert compared["differences"][0]["now"] == 3


def test_secrets_are_refused(bench):
    bench.cluster = saved_cluster()
    result = bench.run("migration_backup", state="present", extra_kinds=[{"kind": "Secret", "api_version": "v1"}])
    assert result["failed"] is True
    assert "Take Secret out of extra_kinds" in result["remedy"]
    assert bench.cluster.writes == []


def test_what_an_operator_changes_is_explained(bench):
    bench.cluster = saved_cluster()
    bench.run("migration_backup", state="present")
    bench.cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"deployKubeProxy": False}})
    compared = bench.run("migration_backup", state="compared")
    assert compared["unexplained"] == 0
    assert "cluster-network-operator" in compared["differences"][0]["explanation"]


def test_what_is_put_back_and_what_is_lost(bench):
    bench.cluster = saved_cluster()
    bench.run("migration_backup", state="present")
    bench.run("migration_journal", phase="prepare", event="begun")
    bench.cluster.remove(NODE_NETWORK_POLICY, "bond0")
    bench.cluster.remove(EGRESS_NETWORK_POLICY, "default", namespace="shop")
    bench.cluster.put(NAMESPACE, {"metadata": {"name": "shop"}})
    result = bench.run("migration_backup", state="restored")
    assert result["restored"] == ["EgressNetworkPolicy.network.openshift.io shop/default"]
    assert [row["object"] for row in result["lost"]] == ["NodeNetworkConfigurationPolicy.nmstate.io bond0"]
    assert result["open_losses"] == 1
