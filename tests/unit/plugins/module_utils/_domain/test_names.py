# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Refused
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.names import require_known


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_known_names_pass(names):
    require_known(names, known=["a", "b"], what="nodes", remedy="Correct them.")


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (["a", "b"], "Could not find the nodes x, y: this cluster has a, b. Correct them."),
        ([], "Could not find the nodes x, a, y: this cluster has none. Correct them."),
    ],
)
def test_every_unknown_name_is_told_with_those_that_are_known(known, message):
    with pytest.raises(Refused) as refused:
        require_known(["x", "a", "y"], known=known, what="nodes", remedy="Correct them.")
    assert refused.value.message == message
