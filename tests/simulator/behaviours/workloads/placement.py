"""Which nodes a pod may run on: labels, taints and tolerations (kubernetes, component-helpers/scheduling)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulator.ports import Object


def selects(selector: Mapping[str, str] | None, node: Object) -> bool:
    labels = node["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in (selector or {}).items())


def tolerates(tolerations: Iterable[Mapping[str, Any]] | None, taint: Mapping[str, str]) -> bool:
    return any(_tolerates(toleration, taint) for toleration in tolerations or ())


def untolerated(pod_spec: Mapping[str, Any], node: Object, *, effects: tuple[str, ...]) -> Mapping[str, str] | None:
    """The first taint with one of ``effects`` that keeps the pod away."""
    for taint in node["spec"].get("taints") or ():
        if taint["effect"] in effects and not tolerates(pod_spec.get("tolerations"), taint):
            found: Mapping[str, str] = taint
            return found
    return None


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, str]) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(toleration.get("key")) and toleration.get("value", "") == taint.get("value", "")
