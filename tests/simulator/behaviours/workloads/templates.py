"""From a workload's pod template to its pods."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from tests.simulator.behaviours.world import World
from tests.simulator.ports import Object
from tests.simulator.store.errors import AlreadyExists
from tests.simulator.store.webhooks import Request, judge

_SAFE = "bcdfghjklmnpqrstvwxz2456789"


def template_hash(owner: Object) -> str:
    """Ten characters that stand for the pod template, as in ``pod-template-hash`` (made in another way)."""
    text = json.dumps(owner["spec"]["template"], sort_keys=True)
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    letters = []
    for _round in range(10):
        digest, place = divmod(digest, len(_SAFE))
        letters.append(_SAFE[place])
    return "".join(letters)


def pod_from(
    owner: Object, *, kind: str, api_version: str = "apps/v1", labels: dict[str, str], **metadata: Any
) -> Object:
    """A pod as its controller creates it. ``metadata`` gives ``name`` or ``generateName``."""
    template = owner["spec"]["template"]
    given = template.get("metadata") or {}
    meta = {
        **metadata,
        "namespace": owner["metadata"]["namespace"],
        "labels": {**(given.get("labels") or {}), **labels},
        "ownerReferences": [owner_reference(owner, kind=kind, api_version=api_version)],
    }
    if given.get("annotations"):
        meta["annotations"] = dict(given["annotations"])
    return {"metadata": meta, "spec": copy.copy(template["spec"])}


def create_pod(world: World, pod: Object, *, actor: str) -> None:
    """Create a pod with a generated name; when that is taken, try another, as a controller would.

    An admission webhook that cannot be reached may fail it: the controller tries again later.
    """
    _admit(world, pod)
    for _round in range(8):
        try:
            world.store.create("pods", pod, actor=actor)
        except AlreadyExists:
            if "generateName" not in pod["metadata"]:
                raise
        else:
            return


def _admit(world: World, pod: Object) -> None:
    if world.installing:
        return
    namespace = pod["metadata"]["namespace"]
    request = Request("CREATE", "", "v1", "pods", namespace=namespace, objects=(pod,))
    error = judge(world.store, request, reach=world.webhook_failure).error
    if error is None:
        return
    owner = next(iter(pod["metadata"].get("ownerReferences") or ()), None)
    if owner is not None:
        about = {"metadata": {"name": owner["name"], "uid": owner["uid"], "namespace": namespace}}
        component = f"{owner['kind'].lower()}-controller"
        message = f"Error creating: {error.message}"
        world.record_event(
            about, kind=owner["kind"], reason="FailedCreate", message=message, component=component, type_="Warning"
        )
    raise error


def owner_reference(owner: Object, *, kind: str, api_version: str = "apps/v1") -> Object:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def share(value: Any, total: int, *, up: bool) -> int:
    """An IntOrString such as ``10%`` of ``total``."""
    if isinstance(value, str) and value.endswith("%"):
        product = total * int(value[:-1])
        return -(-product // 100) if up else product // 100
    return int(value)
