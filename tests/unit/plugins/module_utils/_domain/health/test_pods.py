# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.pods import (
    ERRORS,
    Pod,
    by_node,
    in_error,
    job_finished,
    pods_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def pods(*given):
    return [Pod.from_json(pod) for pod in given]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, None),
        ({"phase": "Succeeded", "ready": False}, None),
        ({"phase": "Pending", "waiting": "ContainerCreating"}, None),
        ({"phase": "Pending", "init_waiting": "PodInitializing"}, None),
        ({"phase": "Failed"}, "Failed"),
        ({"phase": "Failed", "reason": "Evicted"}, "Evicted"),
        ({"phase": "Failed", "reason": "Terminated"}, "Terminated"),
        ({"phase": "Failed", "reason": "Terminated", "owner": ("ReplicaSet", "web-1")}, None),
        ({"phase": "Unknown"}, "Unknown"),
        ({"phase": "Unknown", "reason": "NodeLost"}, "NodeLost"),
        ({"phase": "Pending", "unschedulable": True}, "Unschedulable"),
        ({"init_waiting": "CrashLoopBackOff"}, "CrashLoopBackOff"),
        ({"waiting": "CrashLoopBackOff", "deleting": True}, None),
        *[({"waiting": reason}, reason) for reason in ERRORS],
    ],
)
def test_when_a_pod_is_in_error(given, error):
    assert Pod.from_json(objects.pod("web-0", **given)).error == error


@pytest.mark.parametrize(
    ("conditions", "finished"),
    [
        ([], False),
        ([objects.condition("Complete", "True")], True),
        ([objects.condition("Failed", "True", "BackoffLimitExceeded")], True),
        ([objects.condition("Suspended", "True")], False),
    ],
)
def test_when_a_job_has_finished(conditions, finished):
    assert job_finished({"metadata": {"name": "backup-1"}, "status": {"conditions": conditions}}) is finished


def test_rows_are_by_node_and_name():
    wrong = in_error(
        pods(
            objects.pod("b", node_name="worker-1", waiting="CrashLoopBackOff"),
            objects.pod("c", phase="Pending", unschedulable=True),
            objects.pod("a", node_name="worker-1", phase="Failed"),
            objects.pod("d", namespace="ignored", node_name="worker-0", phase="Failed"),
        ),
        ignore_namespaces=["ignored"],
    )
    assert by_node(wrong) == {"": ["default/c"], "worker-1": ["default/a", "default/b"]}
    seen = pods_verdict(wrong, looked_at=4)
    assert seen.state == "pending"
    assert "default/a on worker-1 (Failed)" in seen.reason
    assert "default/c on no node (Unschedulable)" in seen.reason


def test_no_pod_in_error():
    assert pods_verdict((), looked_at=4).state == "done"
