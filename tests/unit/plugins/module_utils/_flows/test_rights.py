# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.rights import require_rights
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster

NEEDED = (Access("list", NODE), Access("list", POD), Access("list", NODE))


def test_a_credential_with_all_rights_is_asked_once_for_each():
    cluster = FakeCluster()
    require_rights(cluster, NEEDED, tried="do it")
    assert [call.kind for call in cluster.made("allowed")] == [NODE, POD]


def test_every_right_that_is_missing_is_named():
    cluster = FakeCluster()
    cluster.denied = {"list nodes"}
    with pytest.raises(Forbidden) as refused:
        require_rights(cluster, NEEDED, tried="do it", remedy="Ask for it")
    assert refused.value.message == (
        "Could not do it with this credential: it lacks 1 of 2 rights: list nodes. Nothing was changed. Ask for it."
    )
    assert refused.value.facts == {"missing_rights": ["list nodes"]}
