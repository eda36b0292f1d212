# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD, PROXY
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import Call, FakeCluster

SNAPSHOT = "snapshot_2026-01-01_000000.db"
RESOURCES = "static_kuberesources_2026-01-01_000000.tar.gz"
SETTINGS = "$(grep -E '^(HTTP|HTTPS|NO)_PROXY=' /etc/mco/proxy.env 2>/dev/null)"
OLD = {"snapshot_2025-12-31_000000.db": 9, "static_kuberesources_2025-12-31_000000.tar.gz": 9}


@dataclass
class Disk:
    """What a control-plane node's disk holds, and what the program does to it."""

    leaves: dict[str, int]
    code: int | None = 0
    says: str = "snapshot db and kube resources are successfully saved to /b\n"
    files: dict[str, int] = field(default_factory=lambda: dict(OLD))
    commands: list[list[str]] = field(default_factory=list)

    def execute(self, call: Call) -> Execution:
        command = call.body["command"]
        assert command[:2] == ["chroot", "/rootfs"]
        assert call.body["container"] == "machine-config-daemon"
        self.commands.append(command[2:])
        if command[2] == "ls":
            return Execution(0, "".join(f"{name}\n" for name in sorted(self.files)))
        if command[2] == "stat":
            sizes = [(self.files[path.rpartition("/")[2]], path) for path in command[5:]]
            return Execution(0, "".join(f"{size} {path}\n" for size, path in sizes))
        self.files.update(self.leaves)
        return Execution(self.code, self.says)


def cluster_with(disk: Disk) -> FakeCluster:
    cluster = FakeCluster((NODE, objects.node("worker-0")))
    for name in ("master-0", "master-1", "master-2"):
        cluster.put(NODE, objects.master(name))
        cluster.put(POD, objects.etcd_pod(name))
        cluster.put(POD, objects.daemon_pod(name, suffix=name))
    cluster.executor = disk.execute
    return cluster


def good() -> Disk:
    return Disk(leaves={SNAPSHOT: 108003328, RESOURCES: 76154})


def test_a_backup_that_worked(bench):
    disk = good()
    bench.cluster = cluster_with(disk)
    result = bench.run("etcd_backup", directory="/b")
    assert result["changed"] is True
    assert result["node"] == "master-0"
    assert result["files"] == [
        {"path": f"/b/{SNAPSHOT}", "size": 108003328},
        {"path": f"/b/{RESOURCES}", "size": 76154},
    ]
    assert ["sh", "-c", f"env {SETTINGS} /usr/local/bin/cluster-backup.sh /b"] in disk.commands
    assert result["output"] == ["snapshot db and kube resources are successfully saved to /b"]


def test_the_default_directory(bench):
    disk = good()
    bench.cluster = cluster_with(disk)
    bench.run("etcd_backup")
    assert disk.commands[1][-1].endswith("cluster-backup.sh /home/core/assets/backup")


def test_the_proxy_of_the_cluster_is_not_told_to_anybody(bench):
    """It may hold a password, and a command is in the audit log: the node has it in a file of its own."""
    disk = good()
    bench.cluster = cluster_with(disk)
    proxy = "http://user:planted@p:3128"
    bench.cluster.put(PROXY, {"metadata": {"name": "cluster"}, "status": {"httpsProxy": proxy}})
    result = bench.run("etcd_backup", directory="/b")
    assert "planted" not in str(disk.commands) + str(result)
    assert ["sh", "-c", f"env {SETTINGS} /usr/local/bin/cluster-backup.sh /b"] in disk.commands


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        pytest.param(Disk({}, code=1, says="Aborting!\n"), "exit code 1, Aborting!", id="exit-code"),
        pytest.param(Disk({}, code=None, says=""), "it did not end within 30 s", id="no-end"),
        pytest.param(Disk({}), "it left nothing", id="no-files"),
        pytest.param(Disk({SNAPSHOT: 5}), f"it left {SNAPSHOT}", id="only-a-snapshot"),
        pytest.param(Disk({SNAPSHOT: 0, RESOURCES: 5}), f"{SNAPSHOT} is empty", id="empty-snapshot"),
    ],
)
def test_a_backup_that_is_none(bench, disk, words):
    bench.cluster = cluster_with(disk)
    result = bench.run("etcd_backup", directory="/b", timeout=30)
    assert result["failed"] is True
    assert words in result["msg"]
    assert result["node"] == "master-0"


def test_the_first_node_that_can_do_it(bench):
    bench.cluster = cluster_with(good())
    bench.cluster.put(POD, objects.etcd_pod("master-0", ready=False))
    bench.cluster.put(NODE, objects.master("master-1", ready=False))
    assert bench.run("etcd_backup")["node"] == "master-2"
    assert bench.run("etcd_backup", node="master-2")["node"] == "master-2"


@pytest.mark.parametrize(
    ("node", "words"),
    [
        pytest.param("worker-0", "it is not a control-plane node", id="worker"),
        pytest.param("master-9", "there is no such node", id="unknown"),
        pytest.param("master-0", "its etcd pod is not Ready", id="etcd-down"),
        pytest.param("master-1", "it is not Ready", id="not-ready"),
        pytest.param("master-2", "no running machine-config-daemon pod", id="no-daemon"),
    ],
)
def test_a_node_that_cannot_do_it(bench, node, words):
    bench.cluster = cluster_with(good())
    bench.cluster.put(POD, objects.etcd_pod("master-0", ready=False))
    bench.cluster.put(NODE, objects.master("master-1", ready=False))
    bench.cluster.put(POD, objects.daemon_pod("master-2", suffix="master-2", phase="Pending"))
    result = bench.run("etcd_backup", node=node)
    assert result["failed"] is True
    assert words in result["msg"]
    assert bench.cluster.made("execute") == []


def test_no_node_at_all(bench):
    bench.cluster = FakeCluster((NODE, objects.node("worker-0")))
    result = bench.run("etcd_backup")
    assert "no control-plane node is Ready with a Ready etcd pod" in result["msg"]


def test_check_mode_runs_nothing(bench):
    bench.cluster = cluster_with(good())
    result = bench.run("etcd_backup", check=True)
    assert result["changed"] is True
    assert result["node"] == "master-0"
    assert result["files"] == []
    assert bench.cluster.made("execute") == []
