"""Webhooks that are served by pods, while the pod network is down."""

from __future__ import annotations

import pytest

from tests.simulator.store.webhooks import MUTATING, VALIDATING, Request, judge
from tests.unit.simulator.behaviours.scenes import OVN, Scene

SHOP = Request("CREATE", "", "v1", "pods", namespace="shop", objects=({"metadata": {"name": "x"}},))
#: what a migration writes: objects of the platform, and records in a namespace of their own
WRITES = [
    Request("UPDATE", "operator.openshift.io", "v1", "networks"),
    Request("UPDATE", "config.openshift.io", "v1", "networks"),
    Request("UPDATE", "machineconfiguration.openshift.io", "v1", "machineconfigpools"),
    Request("UPDATE", "machine.openshift.io", "v1beta1", "machinehealthchecks", namespace="openshift-machine-api"),
    Request("UPDATE", "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"),
    Request("CREATE", "", "v1", "configmaps", namespace="ovn-migration"),
    Request("DELETE", "", "v1", "namespaces"),
    Request("DELETE", "nmstate.io", "v1", "nodenetworkconfigurationpolicies"),
]


def verdict(scene: Scene, request: Request):
    return judge(scene.store, request, reach=scene.cluster.webhook_failure)


@pytest.fixture(scope="module")
def window() -> Scene:
    """Ten minutes after the flip, nothing rebooted."""
    scene = Scene("4.14", extras=["webhooks"])
    scene.prepare(OVN)
    scene.pass_by(60)
    assert verdict(scene, SHOP).seconds == 0, "all is well before"
    scene.flip(OVN)
    scene.pass_by(600)
    return scene


def test_they_do_not_answer_in_the_window(window):
    found = verdict(window, SHOP)
    assert found.error is not None and '"inject.mesh.example.com"' in found.error.message
    assert found.error.message.endswith("context deadline exceeded")
    assert found.seconds == 10


@pytest.mark.parametrize("request_", WRITES, ids=lambda request: request.resource)
def test_those_of_the_platform_stop_no_write_of_a_migration(request_):
    scene = Scene("4.16", masters=1, workers=1)
    scene.prepare(OVN)
    scene.flip(OVN)
    scene.pass_by(300)
    found = verdict(scene, request_)
    assert (found.error, found.seconds, found.outcomes) == (None, 0.0, ())


def test_a_policy_engine_makes_every_write_slow(window):
    found = verdict(window, WRITES[0])
    assert (found.error, found.seconds) == (None, 10.0)
    key, name = VALIDATING, "gatekeeper-validating-webhook-configuration"

    def lower(configuration):
        for hook in configuration["webhooks"]:
            hook["timeoutSeconds"] = 3

    before = window.store.get(key, name)
    window.store.edit(key, name, lower, actor="system:admin")
    assert verdict(window, WRITES[0]).seconds == 3.0
    window.store.edit(key, name, lambda found: found.update(webhooks=before["webhooks"]), actor="system:admin")


def test_controllers_cannot_make_pods(window):
    """What makes applications disappear in the window: their pods are evicted and cannot be made anew."""
    pod = next(p for p in window.store.list("pods", namespace="shop") if p["metadata"]["name"].startswith("orders-"))
    before = len(window.store.list("pods", namespace="shop"))
    window.store.delete("pods", pod["metadata"]["name"], namespace="shop", actor="system:admin")
    window.pass_by(120)
    assert len(window.store.list("pods", namespace="shop")) == before - 1
    events = [event for event in window.store.list("events", namespace="shop") if event["reason"] == "FailedCreate"]
    assert any('failed calling webhook "inject.mesh.example.com"' in event["message"] for event in events)


def test_they_answer_again_after_the_reboots(window):
    window.reboot_all()
    window.until(lambda: verdict(window, SHOP).error is None, within=600, step=10)
    window.until(lambda: len(window.store.list("pods", namespace="shop")) >= 8, within=1200, step=10)


def test_a_service_that_is_gone():
    scene = Scene("4.14", masters=1, workers=1, extras=["webhooks"])
    scene.store.delete("services", "sidecar-injector", namespace="mesh-system", actor="system:admin")
    found = verdict(scene, SHOP)
    assert found.error is not None and found.error.message.endswith('service "sidecar-injector" not found')
    scene.store.delete(MUTATING, "sidecar-injector", actor="system:admin")
    assert verdict(scene, SHOP).error is None
