# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.health.pods import Pod
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.quorum import quorum_verdict
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

MASTERS = ["master-0", "master-1", "master-2"]


def verdict(pods, *, api_ready=True):
    return quorum_verdict(api_ready=api_ready, pods=[Pod.from_json(pod) for pod in pods], control_plane=MASTERS)


WHOLE = [objects.etcd_pod(name) for name in MASTERS]


def test_whole():
    assert verdict(WHOLE).state == "done"


@pytest.mark.parametrize(
    ("pods", "api_ready", "reason"),
    [
        (WHOLE, False, "not ready"),
        ([], True, "no etcd pod"),
        (WHOLE[:2], True, "no pod on master-2"),
        ([*WHOLE[:2], objects.etcd_pod("master-2", ready=False)], True, "etcd-master-2 on master-2"),
        ([*WHOLE[:2], objects.etcd_pod("master-2", phase="Pending")], True, "etcd-master-2 on master-2"),
    ],
    ids=["API not ready", "no pods", "one missing", "one not ready", "one pending"],
)
def test_not_whole(pods, api_ready, reason):
    seen = verdict(pods, api_ready=api_ready)
    assert seen.state == "pending"
    assert reason in seen.reason
