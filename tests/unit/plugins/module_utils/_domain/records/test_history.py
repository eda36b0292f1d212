# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.moments import parsed
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records import history
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.history import Event, History

OVN, SDN = "OVNKubernetes", "OpenShiftSDN"
START = parsed("2026-01-01T00:00:00Z")


def at(seconds):
    return START + timedelta(seconds=seconds)


def told(*events, target=OVN):
    """A history of ``(seconds, phase, event)``."""
    made = History()
    for seconds, phase, event in events:
        when = at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = made.adding(Event(when, 0, target, phase, event), new_migration=False)
    return made


def rows(made, *, now):
    return [(row.phase, row.state, row.seconds, row.attempts) for row in made.phases(now=at(now))]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(0, "a", "begun")], [("a", "running", 100, 1)], id="running"),
        pytest.param([(0, "a", "begun"), (60, "a", "finished")], [("a", "finished", 60, 1)], id="finished"),
        pytest.param([(0, "a", "begun"), (60, "a", "failed")], [("a", "failed", 60, 1)], id="failed"),
        pytest.param(
            [(0, "a", "begun"), (50, "a", "begun"), (60, "a", "finished")], [("a", "finished", 60, 2)], id="killed"
        ),
        pytest.param(
            [(0, "a", "begun"), (10, "a", "failed"), (50, "a", "begun")], [("a", "running", 100, 2)], id="again"
        ),
        pytest.param([(60, "a", "finished")], [("a", "finished", 0, 1)], id="no begin"),
        pytest.param([(200, "a", "begun")], [("a", "running", 0, 1)], id="a clock that went back"),
        pytest.param(
            [(0, "a", "begun"), (10, "a", "finished"), (10, "b", "begun"), (30, "b", "finished")],
            [("a", "finished", 10, 1), ("b", "finished", 20, 1)],
            id="two",
        ),
    ],
)
def test_phases(events, expected):
    assert rows(told(*events), now=100) == expected


@pytest.mark.parametrize(
    ("events", "seconds"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([(10, "a", "begun")], 90, id="running"),
        pytest.param([(10, "a", "begun"), (40, "a", "finished")], 30, id="between two phases"),
        pytest.param([(10, "a", "begun"), (40, "a", "failed")], 30, id="failed"),
        pytest.param([(10, "a", "begun"), (40, "a", "finished"), (50, "b", "begun")], 90, id="next"),
    ],
)
def test_elapsed(events, seconds):
    assert told(*events).elapsed(now=at(100)) == seconds


def test_another_target_is_another_migration():
    made = told((0, "a", "begun"), (10, "a", "finished"))
    made = made.adding(Event("2026-01-01T01:00:00Z", 0, SDN, "a", "begun"), new_migration=False)
    assert [event.migration for event in made.events] == [1, 1, 2]
    assert (made.target, rows(made, now=3660)) == (SDN, [("a", "running", 60, 1)])
    assert made.finished("a", target=OVN) is False


def test_a_new_migration_to_the_same_target():
    made = told((0, "a", "begun"), (10, "a", "finished"))
    assert made.finished("a", target=OVN) is True
    made = made.adding(Event("2026-01-01T01:00:00Z", 0, OVN, "a", "begun"), new_migration=True)
    assert [event.migration for event in made.events] == [1, 1, 2]
    assert made.finished("a", target=OVN) is False


def test_there_and_back():
    outages = ({"since": "2026-01-01T00:00:10Z", "seconds": 4.2, "seen": "gone"},)
    made = told((0, "a", "begun")).adding(
        Event("2026-01-01T00:01:00Z", 0, OVN, "a", "finished", "kni@bastion/1", outages), new_migration=False
    )
    assert History.from_json(made.to_json()) == made
    assert json.loads(made.to_json()["data"]["events"])[1]["by"] == "kni@bastion/1"


def test_the_oldest_events_are_forgotten():
    made = told(*[(second, "a", "begun") for second in range(history.KEPT + 5)])
    assert len(made.events) == history.KEPT
    assert made.events[0].at == "2026-01-01T00:00:05Z"


def test_outages_beyond_number_are_summed_up():
    outages = tuple({"since": f"t{number}", "seconds": 1.5, "seen": "gone"} for number in range(30))
    made = History().adding(Event("2026-01-01T00:00:00Z", 0, OVN, "a", "begun", "", outages), new_migration=False)
    kept = made.events[0].outages
    assert (len(kept), kept[-1]) == (21, {"since": "t20", "seconds": 15.0, "seen": "10 more outages"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="no key"),
        pytest.param({"events": "{"}, id="no JSON"),
        pytest.param({"events": "[1]"}, id="no events"),
        pytest.param({"events": '[{"at": "now"}]'}, id="half an event"),
        pytest.param({"events": '[{"at":"now","migration":1,"target":"x","phase":"a","event":"begun"}]'}, id="no time"),
    ],
)
def test_law_16_what_is_no_history_is_not_taken_for_an_empty_one(data):
    with pytest.raises(ValueError):
        History.from_json({"metadata": {"name": "migration-history"}, "data": data})
