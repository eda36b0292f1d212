"""One malformed object is not the end of a behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.store.errors import ApiError
from tests.unit.simulator.behaviours.scenes import Scene

MALFORMED: tuple[dict[str, Any], ...] = (
    {},
    {"spec": {}},
    {"spec": {}, "status": {}},
    {"spec": None, "status": None},
    {"spec": {"selector": {}, "template": {}}},
    {"spec": {"selector": {"matchLabels": None}, "template": {"metadata": None, "spec": None}}},
    {"status": {"conditions": [{}]}},
    {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "gone", "uid": "gone"}]}},
)


@pytest.fixture
def scene() -> Scene:
    found = Scene(masters=1, workers=1)
    found.cluster.world.tolerant = True
    return found


def deployment(name, *, namespace="default"):
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": name, "namespace": namespace}, "spec": spec}


def test_no_behaviour_dies_of_a_malformed_object(scene):
    made = 0
    for resource in scene.store.resources():
        for number, given in enumerate(MALFORMED):
            name = f"malformed-{number}"
            metadata = {**given.get("metadata", {}), "name": name}
            if resource.namespaced:
                metadata["namespace"] = "default"
            try:
                scene.store.create(resource.key, {**given, "metadata": metadata}, actor="test")
                scene.store.patch(
                    resource.key, name, {"metadata": {"labels": {"a": "b"}}}, namespace=metadata.get("namespace"),
                    actor="test",
                )  # fmt: skip
                made += 1
            except ApiError:
                continue
    assert made > 200
    scene.pass_by(1200)
    scene.store.create("deployments.apps", deployment("well"), actor="test")
    scene.pass_by(120)
    assert scene.store.list("pods", namespace="default", labels={"app": "well"})
    for resource in scene.store.resources():
        for number in range(len(MALFORMED)):
            namespace = "default" if resource.namespaced else None
            if scene.store.find(resource.key, f"malformed-{number}", namespace=namespace) is not None:
                scene.store.delete(resource.key, f"malformed-{number}", namespace=namespace, actor="test")
    scene.pass_by(1200)


def test_what_a_behaviour_fails_on_is_told(scene, capsys):
    scene.cluster.world.failures.clear()
    broken = deployment("broken")
    broken["spec"]["replicas"] = "many"
    scene.store.create("deployments.apps", broken, actor="test")
    scene.pass_by(5)
    told = capsys.readouterr().err
    assert "Deployments._reconcile fails on default/broken: " in told
    assert any(about == "default/broken" for _behaviour, about, _why in scene.cluster.world.failures)
