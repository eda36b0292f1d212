"""At the flip a node loses its CNI configuration, and has it again when the new plugin is up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.durations import Durations
from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene

WATCHING = ("4.14", "4.16")
NOT_READY = "node.kubernetes.io/not-ready"


def multus_pods(scene: Scene) -> list[Any]:
    pods = scene.store.list("pods", namespace="openshift-multus", labels={"app": "multus"})
    return sorted(pods, key=lambda pod: str(pod["spec"]["nodeName"]))


def containers(scene: Scene) -> list[Any]:
    return [pod["status"]["containerStatuses"][0] for pod in multus_pods(scene)]


def restarts(scene: Scene) -> list[int]:
    return [container["restartCount"] for container in containers(scene)]


def unready(scene: Scene) -> list[str]:
    return [node for node in scene.nodes if not scene.is_ready(node)]


def before_flip(ocp: str, direction: str, **options: Any) -> Scene:
    scene = Scene(ocp, **options)
    if direction == OVN:
        scene.prepare(OVN)
    else:
        scene.migrate(OVN)
        scene.migrate_to(None)
        scene.until(lambda: "migration" not in scene.status, within=900)
        scene.pause(*scene.pools)
        scene.migrate_to(SDN)
        scene.until(lambda: scene.status.get("migration") == {"networkType": SDN}, within=900)
    scene.until(lambda: not unready(scene), within=900)
    return scene


@pytest.mark.parametrize("direction", [OVN, SDN])
@pytest.mark.parametrize("ocp", WATCHING)
def test_every_node_is_not_ready_for_half_a_minute_to_five(ocp, direction):
    scene = before_flip(ocp, direction)
    count, boots = restarts(scene), [scene.boot_id(node) for node in scene.nodes]
    scene.flip(direction)
    scene.until(lambda: unready(scene) == scene.nodes, within=30)
    for node in scene.nodes:
        ready = next(c for c in scene.node(node)["status"]["conditions"] if c["type"] == "Ready")
        assert (ready["status"], ready["reason"]) == ("False", "KubeletNotReady")
        assert "NetworkReady=false reason:NetworkPluginNotReady" in ready["message"]
    lasted = scene.until(lambda: not unready(scene), within=300)
    assert 20 < lasted < 240
    assert all(after > before for before, after in zip(count, restarts(scene), strict=True))
    assert [scene.boot_id(node) for node in scene.nodes] == boots


def test_multus_exits_with_2_then_with_1_and_backs_off():
    scene = before_flip("4.14", OVN, durations=Durations().override({"plugin_start": 150}))
    seen = {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in multus_pods(scene)}
    count = restarts(scene)
    scene.flip(OVN)
    ended: set[Any] = set()
    waited: set[str] = set()
    for _second in range(240):
        scene.pass_by(1)
        for container in containers(scene):
            for state in (container["state"], container["lastState"]):
                ended.add((state.get("terminated") or {}).get("exitCode"))
            waited.add((container["state"].get("waiting") or {}).get("message", "").partition(" restarting")[0])
    assert {2, 1} <= ended
    assert {"back-off 10s", "back-off 20s", "back-off 40s"} <= waited
    assert "back-off 80s" not in waited
    assert {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in multus_pods(scene)} == seen
    assert {after - before for before, after in zip(count, restarts(scene), strict=True)} <= {3, 4}
    assert not unready(scene)


def test_the_operator_tells_of_multus_and_its_rollout_looks_done_in_between():
    """Between two crashes its pods are ready: there is no readiness probe."""
    scene = before_flip("4.14", OVN)
    scene.flip(OVN)
    available, degraded, progressing = [], set(), ""
    for _second in range(120):
        scene.pass_by(1)
        daemonset = scene.daemonset("openshift-multus", "multus")
        assert daemonset is not None
        available.append(daemonset["status"].get("numberAvailable", 0))
        degraded.add(scene.operator("network", "Degraded").get("reason"))
        progressing += scene.operator("network", "Progressing").get("message", "")
    assert "RolloutHung" in degraded
    assert 'DaemonSet "/openshift-multus/multus" is not available (awaiting 6 nodes)' in progressing
    first = available.index(0)
    assert 6 in available[:first] and available[-1] == 6
    assert scene.operator("network", "Degraded")["status"] == "False"


@pytest.mark.parametrize("ocp", ["4.12", "4.13"])
def test_a_script_that_is_rolled_leaves_the_configuration(ocp):
    """Nodes stay Ready; the DaemonSet rolls in waves of ten percent."""
    scene = before_flip(ocp, OVN)
    old = {pod["metadata"]["uid"] for pod in multus_pods(scene)}
    scene.flip(OVN)
    fewest = 6
    for _second in range(300):
        scene.pass_by(1)
        assert not unready(scene)
        daemonset = scene.daemonset("openshift-multus", "multus")
        assert daemonset is not None
        fewest = min(fewest, daemonset["status"].get("numberAvailable", 0))
    assert fewest == 5
    assert not old & {pod["metadata"]["uid"] for pod in multus_pods(scene)}


def test_a_rolled_multus_may_be_told_to_make_its_node_blink():
    scene = before_flip("4.12", OVN, durations=Durations().override({"multus_roll_not_ready": 15}))
    scene.flip(OVN)
    blinked: set[str] = set()
    for _second in range(300):
        scene.pass_by(1)
        assert len(unready(scene)) <= 2
        blinked |= set(unready(scene))
    assert blinked == set(scene.nodes)
    assert not unready(scene)


@pytest.mark.parametrize("direction", [OVN, SDN])
def test_the_other_world(direction):
    scene = before_flip("4.14", direction, nodes_stay_ready=True)
    count = restarts(scene)
    scene.flip(direction)
    for _second in range(240):
        scene.pass_by(1)
        assert not unready(scene)
    assert restarts(scene) == count


def test_a_node_without_the_bridge_stays_not_ready_until_it_is_mended():
    scene = Scene("4.14", faults=["br_ex_missing:worker-1,kubelet=runs"])
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.pass_by(900)
    assert unready(scene) == ["worker-1"]
    assert NOT_READY in {taint["key"] for taint in scene.node("worker-1")["spec"]["taints"]}
    scene.cluster.faults.remove("br_ex_missing")
    scene.reboot("worker-1")
    scene.until(lambda: not unready(scene), within=600)


def test_a_node_that_reboots_meanwhile_comes_back_as_ever():
    scene = before_flip("4.14", OVN)
    scene.flip(OVN)
    scene.pass_by(20)
    assert unready(scene) == scene.nodes
    assert scene.run("worker-1", "chroot", "/rootfs", "shutdown", "-r", "now").exit_code == 0
    boot = scene.boot_id("worker-1")
    scene.until(lambda: scene.boot_id("worker-1") != boot, within=300)
    scene.until(lambda: not unready(scene), within=300)
    scene.pass_by(600)
    assert not unready(scene)


def test_nobody_is_evicted_while_no_node_is_ready():
    """Master disruption mode: the NoExecute taint goes when the last node goes."""
    scene = before_flip("4.14", OVN, durations=Durations().override({"plugin_start": 600}))
    pods = {pod["metadata"]["uid"] for pod in scene.store.list("pods", namespace="ci")}
    scene.flip(OVN)
    scene.until(lambda: unready(scene) == scene.nodes, within=30)
    scene.pass_by(400)
    assert unready(scene) == scene.nodes
    effects = {t["effect"] for n in scene.nodes for t in scene.node(n)["spec"]["taints"] if t["key"] == NOT_READY}
    assert effects == {"NoSchedule"}
    assert pods <= {pod["metadata"]["uid"] for pod in scene.store.list("pods", namespace="ci")}


def test_pods_are_evicted_from_one_that_is_not_ready_for_five_minutes():
    scene = Scene("4.14", faults=["br_ex_missing:worker-1,kubelet=runs"])
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.until(lambda: unready(scene) == ["worker-1"], within=300)
    scene.pass_by(400)
    left = [pod for pod in scene.store.list("pods") if pod["spec"].get("nodeName") == "worker-1"]
    assert left and all(pod["metadata"]["ownerReferences"][0]["kind"] in ("DaemonSet", "Node") for pod in left)
