# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    MACHINE_CONFIG_POOL,
    NODE,
    POD,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.look import HARMLESS, one_look
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    MigrationError,
    NotFound,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.port_calls import CALLS, SILENT


def cluster():
    return FakeCluster(
        (NODE, {"metadata": {"name": "worker-0"}}),
        (CONFIG_MAP, {"metadata": {"name": "it", "namespace": "web"}, "data": {"a": "b"}}),
        (MACHINE_CONFIG_POOL, {"metadata": {"name": "worker"}}),
        (POD, {"metadata": {"name": "web-0", "namespace": "web"}}),
    )


def twice(asks, look):
    return [asks(look) for _time in range(2)]


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(lambda look: look.get(NODE, "worker-0"), id="an object"),
        pytest.param(lambda look: look.get(CONFIG_MAP, "it", namespace="web"), id="one in a namespace"),
        pytest.param(lambda look: look.list(MACHINE_CONFIG_POOL), id="a list that several ask for"),
    ],
)
def test_each_thing_is_asked_for_once(asks):
    asked = cluster()
    first, second = twice(asks, one_look(asked))
    assert first == second
    assert len(asked.calls) == 1


def test_what_is_absent_is_asked_for_once_too():
    asked = cluster()
    look = one_look(asked)
    for _time in range(2):
        with pytest.raises(NotFound):
            look.get(NODE, "worker-1")
    assert len(asked.calls) == 1


def test_an_api_that_is_away_is_asked_again():
    asked = cluster()
    asked.fail(ClusterUnreachable(tried="x", seen="reset"), verb="get")
    look = one_look(asked)
    with pytest.raises(ClusterUnreachable):
        look.get(NODE, "worker-0")
    assert look.get(NODE, "worker-0")["metadata"]["name"] == "worker-0"


def test_lists_without_end_are_not_kept():
    asked = cluster()
    twice(lambda look: look.list(POD), one_look(asked))
    assert len(asked.calls) == 2


def test_who_changes_what_he_was_given_changes_nothing_for_others():
    look = one_look(cluster())
    look.get(CONFIG_MAP, "it", namespace="web")["data"]["a"] = "changed"
    look.list(MACHINE_CONFIG_POOL).clear()
    assert look.get(CONFIG_MAP, "it", namespace="web")["data"] == {"a": "b"}
    assert len(look.list(MACHINE_CONFIG_POOL)) == 1


WRITING = sorted(set(CALLS) - HARMLESS - SILENT - {"get", "list", "log_tail"})


@pytest.mark.parametrize("name", WRITING)
def test_a_look_ends_with_the_first_write_or_command(name):
    asked = cluster()
    look = one_look(asked)
    look.get(NODE, "worker-0")
    asked.change(NODE, "worker-0", {"spec": {"unschedulable": True}})
    with contextlib.suppress(MigrationError):  # it may find nothing to write to
        CALLS[name](look)
    assert look.get(NODE, "worker-0")["spec"] == {"unschedulable": True}


@pytest.mark.parametrize("name", sorted(HARMLESS & set(CALLS)))
def test_a_question_does_not_end_it(name):
    asked = cluster()
    look = one_look(asked)
    look.get(NODE, "worker-0")
    CALLS[name](look)
    look.get(NODE, "worker-0")
    assert len(asked.made("get")) == 1
