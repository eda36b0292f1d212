# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.pods import PodInError
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.rollout import (
    Rollout,
    rollout_verdict,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects


def daemon_set(**given):
    return rollout_verdict(Rollout.from_json(objects.daemon_set(**given), kind="DaemonSet"))


def deployment(**given):
    return rollout_verdict(Rollout.from_json(objects.deployment(**given), kind="Deployment"))


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        ({}, "done", "all 6 pods updated and available"),
        ({"generation": 3}, "pending", "generation 3 is not yet observed (only 2)"),
        ({"observed": 3}, "done", "all 6"),
        ({"updated": 4}, "pending", "4 of 6 pods updated"),
        ({"available": 5}, "pending", "5 of 6 pods available"),
        ({"updated": 0, "strategy": "OnDelete"}, "pending", "OnDelete"),
        ({"desired": 0, "updated": 0, "available": 0}, "pending", "not scheduled on any node"),
    ],
)
def test_daemon_sets(given, state, reason):
    seen = daemon_set(**given)
    assert seen.state == state
    assert reason in seen.reason
    assert "DaemonSet openshift-multus/multus" in seen.reason


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        ({}, "done", "all 2 pods"),
        ({"wanted": 0}, "done", "all 0 pods"),
        ({"generation": 2}, "pending", "not yet observed"),
        ({"updated": 1}, "pending", "1 of 2 pods updated"),
        ({"replicas": 3}, "pending", "1 old pods are still there"),
        ({"available": 1}, "pending", "1 of 2 pods available"),
        ({"available": 1, "stuck": True}, "failed", "ProgressDeadlineExceeded"),
        ({"generation": 2, "stuck": True}, "pending", "not yet observed"),
    ],
)
def test_deployments(given, state, reason):
    seen = deployment(**given)
    assert seen.state == state
    assert reason in seen.reason


def test_a_deployment_without_replicas_wants_one():
    body = objects.deployment(wanted=1)
    del body["spec"]["replicas"]
    assert rollout_verdict(Rollout.from_json(body, kind="Deployment")).state == "done"


def test_an_object_that_no_controller_has_seen_is_pending():
    body = {"metadata": {"name": "new", "namespace": "default", "generation": 1}, "spec": {}}
    assert rollout_verdict(Rollout.from_json(body, kind="DaemonSet")).state == "pending"


def test_pods_in_error_stand_in_the_reason():
    rollout = Rollout.from_json(objects.daemon_set(available=5), kind="DaemonSet")
    wrong = PodInError("openshift-multus", "multus-x7k2p", "worker-1", "CrashLoopBackOff")
    seen = rollout_verdict(rollout, in_error=[wrong])
    assert seen.state == "pending"
    assert "pod multus-x7k2p on worker-1 is in CrashLoopBackOff" in seen.reason
