from __future__ import annotations

from dataclasses import fields

import pytest

from tests.simulator.durations import Durations
from tests.simulator.faults import KINDS, FaultError, Faults, fault_from_json, parse_fault


def test_instant_leaves_only_periods():
    instant, periods = Durations.instant(), Durations.periods()
    assert {"cno_resync", "drain_retry", "taint_eviction"} <= periods
    assert not {"node_down", "drain_worker", "cni_up"} & periods
    for item in fields(Durations):
        value = getattr(instant, item.name)
        assert value == (item.default if item.name in periods else 0.0), item.name


def test_durations_are_overridden_by_name():
    changed = Durations().override({"node_down": 30})
    assert (changed.node_down, changed.cni_up) == (30.0, Durations().cni_up)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"node_dwon": 3}, "unknown duration node_dwon"),
        ({"node_down": -1}, "duration node_down must be at least 0 seconds"),
        ({"cno_resync": 0}, "duration cno_resync must be at least 0.001 seconds"),
    ],
)
def test_wrong_durations_are_named(values, words):
    with pytest.raises(ValueError, match=words):
        Durations().override(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api_outage", ("api_outage", "", {})),
        ("node_slow:worker-1,factor=3", ("node_slow", "worker-1", {"factor": 3})),
        (
            "pool_degraded:worker,reason=disk full,node=worker-2",
            ("pool_degraded", "worker", {"reason": "disk full", "node": "worker-2"}),
        ),
        (
            "conflict_storm:networks.operator.openshift.io,count=2",
            ("conflict_storm", "networks.operator.openshift.io", {"count": 2}),
        ),
        ("exec_dropped,seconds=1.5", ("exec_dropped", "", {"seconds": 1.5})),
    ],
)
def test_faults_are_read_from_text(text, expected):
    fault = parse_fault(text)
    assert (fault.kind, fault.target, fault.params) == expected


@pytest.mark.parametrize("text", ["nonsense", "node_slow:worker-1,factor", ""])
def test_faults_that_make_no_sense_are_refused(text):
    with pytest.raises(FaultError):
        parse_fault(text)


def test_faults_are_read_from_json():
    fault = fault_from_json({"kind": "node_slow", "target": "worker-0", "factor": 2, "params": {"seconds": 5}})
    assert (fault.kind, fault.target, fault.params) == ("node_slow", "worker-0", {"factor": 2, "seconds": 5})
    assert fault_from_json(fault.to_json()) == fault


def test_an_empty_target_means_everything():
    faults = Faults()
    faults.add("node_slow")
    faults.add("exec_dropped:worker-1")
    assert faults.active("node_slow", "worker-7")
    assert faults.active("exec_dropped", "worker-1")
    assert faults.active("exec_dropped", "worker-2") is None
    assert faults.active("drain_blocked", "worker-1") is None


def test_a_counted_fault_is_used_up():
    faults = Faults()
    faults.add("conflict_storm,count=2")
    assert [faults.strike("conflict_storm", "nodes") is not None for _request in range(3)] == [True, True, False]


def test_listeners_hear_of_faults():
    faults, heard = Faults(), []
    faults.on_change(lambda fault, added: heard.append((fault.kind, added)))
    faults.add("api_outage")
    faults.add("api_outage")
    faults.remove("api_outage")
    assert heard == [("api_outage", True), ("api_outage", False), ("api_outage", True), ("api_outage", False)]


def test_every_kind_is_described():
    assert all(text for text in KINDS.values())
