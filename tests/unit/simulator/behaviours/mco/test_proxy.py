"""A proxy's noProxy holds the cluster network, and is in a file of every node (cluster-network-operator 4.14,
pkg/util/proxyconfig/no_proxy.go; machine-config-operator 4.14, templates/common/_base/files/etc-mco-proxy.yaml)."""

from __future__ import annotations

from typing import Any

from tests.unit.simulator.behaviours.scenes import CONFIG, OVN, Scene

PROXY = ("proxies.config.openshift.io", "cluster")
OTHER = [{"cidr": "10.160.0.0/14", "hostPrefix": 23}]


def no_proxy(scene: Scene) -> list[str]:
    return str(scene.store.get(*PROXY)["status"]["noProxy"]).split(",")


def flipped(**options: Any) -> Scene:
    scene = Scene("4.14", masters=3, workers=2, extras=("proxy",), **options)
    scene.prepare(OVN)
    scene.store.patch(CONFIG, "cluster", {"spec": {"networkType": OVN, "clusterNetwork": OTHER}}, actor="system:admin")
    scene.until(lambda: scene.status["networkType"] == OVN, within=120)
    return scene


def test_a_changed_proxy_rolls_every_pool():
    scene = Scene("4.14", masters=3, workers=2, extras=("proxy",))
    assert "10.128.0.0/14" in no_proxy(scene)
    scene.store.patch(*PROXY, {"spec": {"noProxy": ".other.internal"}}, actor="system:admin")
    scene.until(lambda: all(scene.reboots(node) == ["mco"] for node in scene.nodes), within=3600, step=10)


def test_moving_the_cluster_network_rolls_every_pool_once_more_in_the_window():
    scene = flipped()
    scene.pass_by(1200)
    assert "10.128.0.0/14" in no_proxy(scene), "the controller does not watch the network"
    assert all(scene.reboots(node) == ["mco"] for node in scene.nodes)
    scene.reboot_all()
    assert "10.160.0.0/14" in no_proxy(scene) and "10.128.0.0/14" not in no_proxy(scene)
    wanted = ["mco", "manual", "mco"]
    scene.until(lambda: all(scene.reboots(node) == wanted for node in scene.nodes), within=3600, step=10)


def test_without_a_proxy_nothing_is_rolled():
    scene = Scene("4.14", masters=1, workers=2)
    scene.prepare(OVN)
    scene.store.patch(CONFIG, "cluster", {"spec": {"networkType": OVN, "clusterNetwork": OTHER}}, actor="system:admin")
    scene.until(lambda: scene.status["networkType"] == OVN, within=120)
    scene.reboot_all()
    scene.pass_by(1200)
    assert all(scene.reboots(node) == ["mco", "manual"] for node in scene.nodes)
