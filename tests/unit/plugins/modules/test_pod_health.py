# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import POD
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import cluster_at


def test_a_baseline_is_taken_and_used(bench):
    bench.cluster.put(POD, objects.pod("web-0", node_name="worker-0", waiting="ImagePullBackOff"))
    before = bench.run("pod_health", wait=False)
    assert "failed" not in before
    assert before["by_node"] == {"worker-0": ["default/web-0"]}
    after = bench.run("pod_health", baseline=before["in_error"])
    assert after["verdict"]["state"] == "done"
    assert after["changed"] is False


def test_the_failure_carries_the_rows(bench):
    bench.cluster.put(POD, objects.pod("web-0", node_name="worker-0", phase="Failed"))
    result = bench.run("pod_health", wait_timeout=60)
    assert result["failed"] is True
    assert result["pods"] == [{"namespace": "default", "name": "web-0", "node": "worker-0", "reason": "Failed"}]
    assert "reboot the node" in result["remedy"]


def test_check_mode_looks_once(bench):
    bench.cluster.put(POD, objects.pod("web-0", phase="Failed"))
    result = bench.run("pod_health", check=True)
    assert result["verdict"]["state"] == "pending"
    assert bench.clock.slept == []


def test_ignored_namespaces(bench):
    bench.cluster.put(POD, objects.pod("web-0", phase="Failed"))
    assert bench.run("pod_health", ignore_namespaces=["default"])["verdict"]["state"] == "done"


def test_pods_that_the_backup_knows(bench):
    bench.cluster = cluster_at("not_started")
    bench.cluster.put(POD, objects.pod("web-0", waiting="ImagePullBackOff"))
    assert bench.run("pod_health", wait=False, baseline_of="OVNKubernetes")["verdict"]["state"] == "pending"
    bench.run("migration_backup", state="present")
    told = bench.run("pod_health", baseline_of="OVNKubernetes")
    assert (told["verdict"]["state"], told["in_error"]) == ("done", ["default/web-0"])
    assert bench.run("pod_health", wait=False, baseline_of="OpenShiftSDN")["verdict"]["state"] == "pending"
