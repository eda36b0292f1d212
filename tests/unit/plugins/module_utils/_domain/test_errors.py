# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    MigrationError,
    Refused,
    Unauthorized,
    WaitEnded,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import pending


def test_a_message_says_what_was_tried_and_seen_and_what_to_do():
    error = Refused(tried="migrate to OVNKubernetes", seen="it is too late", remedy="Give up.", facts={"why": 1})
    assert str(error) == error.message == "Could not migrate to OVNKubernetes: it is too late. Give up."
    assert error.facts == {"why": 1}


def test_a_message_without_a_remedy_ends_with_one_stop():
    assert MigrationError(tried="do it", seen="it broke.").message == "Could not do it: it broke."


def test_a_wait_keeps_its_last_verdict():
    error = WaitTimeout(tried="wait", verdict=pending("not yet"), seen="not within 5 s")
    assert isinstance(error, WaitEnded)
    assert not isinstance(error, WaitFailed)
    assert error.verdict == pending("not yet")


def test_unauthorized_may_be_tolerated_like_an_outage():
    assert issubclass(Unauthorized, ClusterUnreachable)
