# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.manifests import (
    annotation_only,
    manifest,
    pool,
    recorded,
    webhook_timeouts,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.saved_objects import SERVED

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def body(**rest):
    metadata = {
        "name": "one",
        "namespace": "shop",
        "labels": {"a": "b"},
        "annotations": {LAST_APPLIED: "{}", "owner": "me"},
        "finalizers": ["example.com/wait"],
        "ownerReferences": [{"uid": "1"}],
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        **SERVED,
    }
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": metadata, "spec": {"x": 1}, **rest}


def test_a_manifest_has_only_what_somebody_would_write():
    assert manifest(body(status={"conditions": []})) == {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "one", "namespace": "shop", "labels": {"a": "b"}, "annotations": {"owner": "me"}},
        "spec": {"x": 1},
    }


def test_a_record_keeps_the_status_and_is_a_copy():
    served = body(status={"mtu": 1450})
    before = copy.deepcopy(served)
    kept = recorded(served)
    assert kept["status"] == {"mtu": 1450}
    kept["spec"]["x"] = 2
    assert served == before


def test_no_empty_annotations_are_left():
    served = body()
    served["metadata"]["annotations"] = {LAST_APPLIED: "{}"}
    assert "annotations" not in manifest(served)["metadata"]


def test_a_pool_without_its_rendered_configuration():
    served = body(spec={"paused": True, "maxUnavailable": 2, "configuration": {"name": "rendered-worker-1"}})
    assert pool(served)["spec"] == {"paused": True, "maxUnavailable": 2}


def test_only_the_timeouts_of_webhooks():
    hooks = [{"name": "a", "timeoutSeconds": 10, "clientConfig": {"caBundle": "x"}}, {"name": "b"}]
    assert webhook_timeouts(body(webhooks=hooks)) == {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "one", "namespace": "shop"},
        "webhooks": [{"name": "a", "timeoutSeconds": 10}],
    }


def test_only_one_annotation():
    assert annotation_only(body(), "owner")["metadata"] == {
        "name": "one",
        "namespace": "shop",
        "annotations": {"owner": "me"},
    }
