"""NodeNetworkStates and policies, and that the nodes' own programs show the same."""

from __future__ import annotations

import json

import pytest

from tests.simulator.seed.nmstate import ENACTMENTS, POLICIES, STATES
from tests.unit.simulator.behaviours.scenes import OVN, Scene


def state(scene: Scene, node: str = "worker-0"):
    return scene.store.get(STATES, node)["status"]["currentState"]


def interfaces(scene: Scene, node: str = "worker-0"):
    return {(found["name"], found["type"]): found for found in state(scene, node)["interfaces"]}


def default_device(scene: Scene, node: str = "worker-0") -> str:
    routes = state(scene, node)["routes"]["running"]
    return next(str(route["next-hop-interface"]) for route in routes if route["destination"] == "0.0.0.0/0")


def on_host(scene: Scene, line: str):
    return json.loads(scene.run("worker-0", "chroot", "/rootfs", "sh", "-c", line).stdout)


@pytest.mark.parametrize(
    ("extras", "primary", "policies"),
    [
        (["nncp"], "enp1s0", ["enp1s0-dhcp", "enp3s0-storage"]),
        (["bond"], "bond0", ["bond0-uplink", "enp3s0-storage"]),
        (["bond", "vlan", "nncp"], "bond0.100", ["bond0-uplink", "bond0-vlan100", "enp3s0-storage"]),
        ([], "enp1s0", []),
    ],
    ids=["plain", "bond", "vlan", "default"],
)
def test_shapes(extras, primary, policies):
    scene = Scene("4.14", masters=1, workers=1, extras=extras)
    assert [policy["metadata"]["name"] for policy in scene.store.list(POLICIES)] == policies
    assert default_device(scene) == primary
    found = {name: shown for (name, _kind), shown in interfaces(scene).items()}
    assert found[primary]["ipv4"]["address"] == [{"ip": "10.0.32.10", "prefix-length": 16}]
    cards = [shown["mac-address"] for shown in found.values() if shown["type"] == "ethernet"]
    assert len(set(cards)) == len(cards)
    assert on_host(scene, "ip -j route show default")[0]["dev"] == primary
    links = {link["ifname"]: link for link in on_host(scene, "ip -j addr")}
    assert set(links) == set(found)
    if "bond" in extras:
        assert found["bond0"]["link-aggregation"]["port"] == ["enp1s0", "enp2s0"]
        assert found["enp1s0"]["controller"] == links["enp1s0"]["master"] == "bond0"
    if "vlan" in extras:
        assert found["bond0.100"]["vlan"] == {"base-iface": "bond0", "id": 100}
        assert found["bond0"]["ipv4"] == {"enabled": False}


def test_a_policy_has_a_status_and_enactments():
    scene = Scene("4.14", masters=1, workers=1, extras=["bond"])
    policy = scene.store.get(POLICIES, "bond0-uplink")
    conditions = {c["type"]: (c["status"], c["reason"], c["message"]) for c in policy["status"]["conditions"]}
    assert conditions["Available"] == ("True", "SuccessfullyConfigured", "2/2 nodes successfully configured")
    assert conditions["Degraded"][0] == conditions["Progressing"][0] == "False"
    names = [enactment["metadata"]["name"] for enactment in scene.store.list(ENACTMENTS)]
    assert names == ["master-0.bond0-uplink", "worker-0.bond0-uplink", "worker-0.enp3s0-storage"]


def test_a_policy_comes_and_goes():
    scene = Scene("4.14", masters=1, workers=1, extras=["nncp"])
    before = state(scene)
    policy = scene.store.get(POLICIES, "enp1s0-dhcp")
    scene.store.delete(POLICIES, "enp1s0-dhcp", actor="system:admin")
    scene.pass_by(30)
    assert [e["metadata"]["name"] for e in scene.store.list(ENACTMENTS)] == ["worker-0.enp3s0-storage"]
    assert state(scene) == before, "what a policy has made stays"
    again = {"metadata": {"name": "enp1s0-dhcp"}, "spec": policy["spec"]}
    scene.store.create(POLICIES, again, actor="system:admin")
    scene.pass_by(5)

    def available() -> str:
        conditions = scene.store.get(POLICIES, "enp1s0-dhcp")["status"]["conditions"]
        return next(str(c["status"]) for c in conditions if c["type"] == "Available")

    assert available() == "Unknown"
    scene.until(lambda: available() == "True", within=60)
    assert len(scene.store.list(ENACTMENTS)) == 3


def test_states_follow_the_migration():
    scene = Scene("4.14", masters=1, workers=1, extras=["bond", "vlan"])
    scene.prepare(OVN)
    scene.pass_by(60)
    found = interfaces(scene)
    assert default_device(scene) == "br-ex", "configure-ovs.sh has built it in the prepare rollout"
    assert found["br-ex", "ovs-bridge"]["bridge"]["port"] == [{"name": "bond0.100"}, {"name": "br-ex"}]
    assert found["br-ex", "ovs-interface"]["ipv4"]["address"][0]["ip"] == "10.0.32.10"
    assert found["bond0.100", "vlan"]["ipv4"] == {"enabled": False}
    assert ("tun0", "ovs-interface") in found, "OpenShift SDN is still at work"
    scene.flip(OVN)
    scene.pass_by(60)
    scene.reboot_all()
    scene.pass_by(60)
    assert ("ovn-k8s-mp0", "ovs-interface") in interfaces(scene)
    assert ("tun0", "ovs-interface") not in interfaces(scene)


def test_routes_of_their_own():
    scene = Scene("4.14", masters=1, workers=0, extras=["routes"])
    shown = state(scene, "master-0")
    assert [route["destination"] for route in shown["routes"]["config"]] == ["192.0.2.0/24"]
    assert [rule["route-table"] for rule in shown["route-rules"]["config"]] == [200]
