"""Egress firewalls, multicast and egress IPs change hands."""

from __future__ import annotations

import json

import pytest

from tests.simulator.behaviours.cno.conversion import (
    EGRESS_FIREWALLS,
    EGRESS_IPS,
    EGRESS_NODE,
    EGRESS_POLICIES,
    OVN_MULTICAST,
    SAVED_CIDRS,
    SDN_MULTICAST,
)
from tests.simulator.seed.networks import HOST_SUBNETS, NET_NAMESPACES
from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene

EARLY, LATE = "4.14", "4.16"


def with_egress_ips(scene: Scene, *, automatic: bool = True) -> Scene:
    scene.store.patch(NET_NAMESPACES, "shop", {"egressIPs": ["10.0.32.200"]}, actor="system:admin")
    subnet = {"egressIPs": ["10.0.32.200"]}
    if automatic:
        subnet["egressCIDRs"] = ["10.0.32.192/28"]
    scene.store.patch(HOST_SUBNETS, "worker-0", subnet, actor="system:admin")
    return scene


def converted(scene: Scene) -> dict[str, bool]:
    namespace = scene.store.get("namespaces", "media")["metadata"].get("annotations") or {}
    return {
        "firewall": scene.store.find(EGRESS_FIREWALLS, "default", namespace="shop") is not None,
        "multicast": namespace.get(OVN_MULTICAST) == "true",
        "egress ip": scene.store.find(EGRESS_IPS, "egressip-shop") is not None,
    }


@pytest.mark.parametrize(("ocp", "early"), [("4.12", True), ("4.14", True), ("4.15", True), ("4.16", False)])
def test_when_features_are_converted(ocp, early):
    scene = with_egress_ips(Scene(ocp))
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    assert set(converted(scene).values()) == {early}
    scene.flip(OVN)
    assert set(converted(scene).values()) == {True}


def test_what_becomes_of_them():
    scene = with_egress_ips(Scene(EARLY))
    policy = scene.store.get(EGRESS_POLICIES, "default", namespace="shop")
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    assert scene.store.get(EGRESS_FIREWALLS, "default", namespace="shop")["spec"] == policy["spec"]
    assert scene.store.find(EGRESS_POLICIES, "default", namespace="shop") is not None
    spec = scene.store.get(EGRESS_IPS, "egressip-shop")["spec"]
    assert spec["egressIPs"] == ["10.0.32.200"]
    assert spec["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "shop"}
    node = scene.node("worker-0")["metadata"]
    assert node["labels"][EGRESS_NODE] == ""
    assert json.loads(node["annotations"][SAVED_CIDRS]) == {"EgressCIDRs": ["10.0.32.192/28"]}
    subnet = scene.store.get(HOST_SUBNETS, "worker-0")
    assert not subnet.get("egressIPs") and not subnet.get("egressCIDRs")
    assert not scene.store.get(NET_NAMESPACES, "shop").get("egressIPs")


def test_features_that_are_off_stay():
    scene = with_egress_ips(Scene(EARLY))
    scene.migrate_to(OVN, features={"egressIP": False, "multicast": False})
    scene.until(lambda: "migration" in scene.status, within=60)
    assert converted(scene) == {"firewall": True, "multicast": False, "egress ip": False}
    assert scene.store.get(HOST_SUBNETS, "worker-0")["egressIPs"] == ["10.0.32.200"]


def test_manual_egress_ips_lose_their_node():
    scene = with_egress_ips(Scene(LATE), automatic=False)
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.flip(OVN)
    node = scene.node("worker-0")["metadata"]
    assert EGRESS_NODE in node["labels"]
    assert SAVED_CIDRS not in node.get("annotations", {})


def test_without_egress_nodes_the_egress_ips_are_left_alone():
    scene = Scene(EARLY)
    scene.store.patch(NET_NAMESPACES, "shop", {"egressIPs": ["10.0.32.200"]}, actor="system:admin")
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    assert converted(scene)["egress ip"] is False
    assert scene.store.get(NET_NAMESPACES, "shop")["egressIPs"] == ["10.0.32.200"]


def test_what_a_client_deletes_comes_back():
    scene = Scene(EARLY)
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.store.delete(EGRESS_FIREWALLS, "default", namespace="shop", actor="system:admin")
    scene.until(lambda: converted(scene)["firewall"], within=200)


def test_an_unknown_target_is_only_logged():
    scene = Scene(EARLY)
    scene.migrate_to("Calico")
    scene.pass_by(120)
    assert "migration" not in scene.status
    assert scene.operator("network", "Degraded")["status"] == "False"


@pytest.fixture(params=[EARLY, LATE])
def rolled_forward(request) -> Scene:
    scene = with_egress_ips(Scene(request.param))
    scene.migrate(OVN)
    scene.migrate_to(None)
    scene.until(lambda: not scene.served(HOST_SUBNETS), within=60)
    scene.pause(*scene.pools)
    return scene


def test_and_back(rolled_forward):
    scene = rolled_forward
    scene.migrate_to(SDN)
    scene.until(lambda: scene.status.get("migration") == {"networkType": SDN}, within=60)
    scene.flip(SDN)
    scene.pass_by(600)
    assert scene.store.get(EGRESS_POLICIES, "default", namespace="shop")["spec"]["egress"]
    assert scene.store.get(NET_NAMESPACES, "shop")["egressIPs"] == ["10.0.32.200"]
    assert scene.store.get(HOST_SUBNETS, "worker-0")["egressCIDRs"] == ["10.0.32.192/28"]
    assert scene.store.get(NET_NAMESPACES, "media")["metadata"]["annotations"] == {SDN_MULTICAST: "true"}
    assert OVN_MULTICAST not in scene.store.get("namespaces", "media")["metadata"]["annotations"]


def test_an_egress_ip_without_the_name_label_is_silently_left_behind(rolled_forward):
    scene = rolled_forward
    body = {
        "metadata": {"name": "by-team"},
        "spec": {"egressIPs": ["10.0.32.201"], "namespaceSelector": {"matchLabels": {"team": "a"}}},
    }
    scene.store.create(EGRESS_IPS, body, actor="system:admin")
    scene.migrate_to(SDN)
    scene.until(lambda: "migration" in scene.status, within=60)
    # until SDN has made its HostSubnets the conversion only waits, so the type does flip
    scene.flip(SDN)
    scene.pass_by(900)
    assert not scene.store.get(NET_NAMESPACES, "shop").get("egressIPs")
    assert scene.operator("network", "Degraded").get("reason") != "InvalidOperatorConfig"
    # from now on every reconcile ends there, before the status is written
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": {"mtu": 1390}}})
    scene.pass_by(300)
    assert scene.status["clusterNetworkMTU"] == 1450
    scene.operator_spec({"migration": {"features": {"egressIP": False}}})
    scene.until(lambda: scene.status["clusterNetworkMTU"] == 1390, within=600)
