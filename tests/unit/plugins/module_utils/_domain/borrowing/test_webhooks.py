# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.webhooks import (
    platform,
    slow_webhooks,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.objects import webhook, webhooks


@pytest.mark.parametrize(
    ("hooks", "slow"),
    [
        pytest.param([webhook("a", timeout=10), webhook("b", timeout=3)], ["a"], id="the slow ones"),
        pytest.param([webhook("b", timeout=3), webhook("a", timeout=4)], ["a"], id="at any place"),
        pytest.param([webhook("a", timeout=None)], ["a"], id="without a timeout it is 10"),
        pytest.param([{"name": "a", "clientConfig": {"url": "https://127.0.0.1:9743/pod"}}], [], id="by URL"),
        pytest.param([], [], id="none"),
    ],
)
def test_slow_webhooks(hooks, slow):
    assert slow_webhooks(webhooks("policy", *hooks), seconds=3) == slow


@pytest.mark.parametrize(
    ("configuration", "ours"),
    [
        pytest.param(webhooks("policy", webhook("policy.example.com", namespace="shop")), False, id="a user's"),
        pytest.param(
            webhooks("policy", webhook("policy.example.com", namespace="openshift-operators")),
            False,
            id="an operator that users install",
        ),
        pytest.param(
            webhooks("gatekeeper", webhook("validation.gatekeeper.sh", namespace="openshift-gatekeeper-system")),
            False,
            id="an operator with a namespace like the platform's",
        ),
        pytest.param(
            {
                "metadata": {"name": "vsc.ocs.openshift.io", "labels": {"olm.owner": "ocs-operator.v4.14.11-rhodf"}},
                "webhooks": [webhook("vsc.kb.io", namespace="openshift-storage")],
            },
            False,
            id="installed by the Operator Lifecycle Manager",
        ),
        pytest.param(
            webhooks(
                "sriov-operator-webhook-config",
                webhook("operator-webhook.sriovnetwork.openshift.io", namespace="openshift-sriov-network-operator"),
            ),
            False,
            id="an operator with a name like the platform's, which has made it itself",
        ),
        pytest.param(webhooks("multus.openshift.io", webhook("a", namespace="shop")), False, id="by name alone"),
        pytest.param(
            webhooks("a", {"name": "node.network-node-identity.openshift.io", "clientConfig": {"url": "https://x"}}),
            True,
            id="by a hook's name where no pod serves it",
        ),
        pytest.param(webhooks("machine-api", webhook("a", namespace="openshift-machine-api")), True, id="by namespace"),
        pytest.param(
            webhooks(
                "a",
                webhook("a.example.com", namespace="shop"),
                annotations={"include.release.openshift.io/self-managed-high-availability": "true"},
            ),
            True,
            id="by annotation",
        ),
        pytest.param(
            webhooks("not-openshift.iox", webhook("my.notopenshift.io", namespace="shop")), False, id="by chance alike"
        ),
        pytest.param(webhooks("empty"), False, id="without webhooks"),
    ],
)
def test_platform(configuration, ours):
    assert platform(configuration) is ours
