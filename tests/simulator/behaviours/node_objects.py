"""A Node as controllers read it from the API."""

from __future__ import annotations

from tests.simulator.behaviours.conditions import is_true
from tests.simulator.ports import Object

NODES = "nodes"


def node_is_ready(node: Object) -> bool:
    return is_true(node.get("status", {}).get("conditions"), "Ready")
