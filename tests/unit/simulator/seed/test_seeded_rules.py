"""The world that the simulator starts with is one that a real API server would have let in."""

from __future__ import annotations

import pytest

from tests.simulator.store import builtin
from tests.unit.simulator.behaviours.scenes import Scene


@pytest.mark.parametrize("ocp", ["4.12", "4.16"])
def test_every_object_keeps_the_rules_of_its_kind(ocp: str) -> None:
    scene = Scene(ocp, masters=1, workers=1, extras=["webhooks", "mhc", "egress"])
    refused = [
        f"{resource.key} {obj['metadata']['name']}: {cause.field}: {cause.message}"
        for resource in scene.store.resources()
        for obj in scene.store.list(resource.key)
        for cause in builtin.causes(resource.key, obj, None)
    ]
    assert refused == []
