"""Which masters are up decides whether the API answers."""

from __future__ import annotations

import pytest

from tests.simulator.durations import Durations
from tests.unit.simulator.behaviours.scenes import Scene

NO_BLIPS = Durations().override({"api_blip": 0})


def intervals(scene: Scene) -> list[float]:
    return [
        (i.end.seconds if i.end else scene.clock.seconds) - i.start.seconds
        for i in scene.cluster.disruptions.intervals
        if i.kind == "api_down"
    ]


def test_all_masters_together_take_the_api_down_until_two_are_back():
    scene = Scene("4.14")
    scene.reboot("master-0", "master-1", "master-2")
    scene.until(lambda: not scene.cluster.gate.available, within=240)
    assert scene.cluster.gate.reason
    down = scene.until(lambda: scene.cluster.gate.available, within=900)
    assert 60 < down < 600
    scene.until(scene.healthy, within=2400, step=5)


@pytest.mark.parametrize(("masters", "down"), [(1, 0), (2, 1)])
def test_quorum(masters, down):
    scene = Scene("4.14", durations=NO_BLIPS)
    scene.reboot(*(f"master-{i}" for i in range(masters)))
    scene.pass_by(900)
    assert len(intervals(scene)) == down
    assert scene.cluster.gate.available


def test_one_master_at_a_time_costs_a_few_seconds():
    scene = Scene("4.14")
    for i in range(3):
        scene.reboot(f"master-{i}")
        scene.pass_by(600)
    assert len(intervals(scene)) == 3
    assert all(seconds <= 5 for seconds in intervals(scene))


def test_a_single_node_has_no_api_while_it_boots():
    scene = Scene("4.14", masters=1, workers=0)
    scene.reboot("master-0")
    scene.until(lambda: not scene.cluster.gate.available, within=240)
    assert scene.until(lambda: scene.cluster.gate.available, within=600) > 60
    scene.until(scene.healthy, within=2400, step=5)


def test_nothing_is_written_while_the_api_is_down():
    scene = Scene("4.14")
    scene.reboot("master-0", "master-1", "master-2", "worker-0")

    def down() -> bool:
        return not scene.cluster.gate.available

    scene.until(down, within=240, step=0.25)
    written = len(scene.changes)
    for _step in range(600):
        scene.pass_by(0.25)
        if not down():
            break
        assert len(scene.changes) == written, scene.changes[-1]
    assert not down()


def test_static_pods_follow_their_component():
    scene = Scene("4.14")
    scene.reboot("master-1")
    ready: list[str] = []
    for _step in range(300):
        scene.pass_by(1)
        pod = scene.store.get("pods", "etcd-master-1", namespace="openshift-etcd")
        condition = next(c["status"] for c in pod["status"]["conditions"] if c["type"] == "Ready")
        if not ready or ready[-1] != condition:
            ready.append(condition)
    assert ready == ["True", "False", "True"]
    pods = scene.store.list("pods", namespace="openshift-kube-apiserver")
    assert all(c["status"] == "True" for p in pods for c in p["status"]["conditions"] if c["type"] == "Ready")


def test_an_outage_by_fault_ends_in_time():
    scene = Scene("4.14")
    scene.cluster.faults.add("api_outage,seconds=30")
    before = scene.cluster.gate.available
    scene.pass_by(31)
    assert (before, scene.cluster.gate.available) == (False, True)
    assert intervals(scene) == [30.0]
