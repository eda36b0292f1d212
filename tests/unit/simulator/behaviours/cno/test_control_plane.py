"""Up to 4.14 the flip waits for control plane nodes that the install-config promises."""

from __future__ import annotations

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene

APPLIED_WITHIN = 30


def flip(scene: Scene, target: str) -> float:
    scene.set_type(target)
    return scene.until(lambda: scene.status.get("networkType") == target, within=600)


@pytest.mark.parametrize(
    ("ocp", "options", "least"),
    [
        ("4.12", {"install_config_masters": 5}, 250),
        ("4.14", {"install_config_masters": 2}, 250),
        ("4.14", {"control_plane_label_only": True}, 250),
        ("4.14", {}, 0),
        ("4.15", {"install_config_masters": 5}, 0),
    ],
)
def test_the_first_flip(ocp, options, least):
    scene = Scene(ocp, workers=2, **options)
    scene.prepare(OVN)
    assert least < flip(scene, OVN) < least + APPLIED_WITHIN


def test_each_wait_is_shorter_and_a_new_process_begins_anew():
    scene = Scene("4.14", workers=2, install_config_masters=5)
    scene.prepare(OVN)
    assert flip(scene, OVN) > 250
    scene.pass_by(400)

    def takes_effect(setting: int) -> float:
        begun = scene.clock.seconds
        scene.operator_spec({"defaultNetwork": {"ovnKubernetesConfig": {"policyAuditConfig": {"rateLimit": setting}}}})
        scene.until(lambda: applied(setting), within=600)
        return scene.clock.seconds - begun

    def applied(setting: int) -> bool:
        record = scene.store.get("configmaps", "applied-cluster", namespace="openshift-network-operator")
        return f'"rateLimit":{setting}' in record["data"]["applied"]

    assert takes_effect(21) < 40
    pod = scene.store.list("pods", namespace="openshift-network-operator")[0]
    scene.reboot(pod["spec"]["nodeName"])
    scene.until(lambda: not scene.is_ready(pod["spec"]["nodeName"]), within=600)
    scene.until(lambda: scene.is_ready(pod["spec"]["nodeName"]), within=900)
    scene.pass_by(30)
    assert takes_effect(22) > 100


def test_nothing_waits_while_openshift_sdn_is_the_type():
    scene = Scene("4.14", workers=2, install_config_masters=5)
    scene.migrate_to(OVN)
    scene.pass_by(5)
    assert scene.status["networkType"] == SDN
    scene.until(lambda: scene.status.get("migration") == {"networkType": OVN}, within=30)
