# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.access import NEEDED, require_all
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster


def test_every_right_is_asked_for_and_nothing_else():
    cluster = FakeCluster()
    require_all(cluster)
    assert len(cluster.calls) == len(cluster.made("allowed")) == len(NEEDED)


def test_all_that_is_missing_is_named_at_once():
    cluster = FakeCluster()
    cluster.denied = {"patch networks.config.openshift.io", "list nodes"}
    with pytest.raises(Forbidden) as refused:
        require_all(cluster)
    assert refused.value.facts == {"missing_rights": ["patch networks.config.openshift.io", "list nodes"]}
    assert "Nothing was changed." in refused.value.message


@pytest.mark.parametrize(
    "right",
    [
        "get pods/exec in namespace openshift-machine-config-operator",
        "create pods/exec in namespace openshift-machine-config-operator",
        "get configmaps in namespace ovn-migration",
        "patch networks.operator.openshift.io",
    ],
)
def test_titles_read_like_oc_auth_can_i(right):
    assert right in {access.title for access in NEEDED}
