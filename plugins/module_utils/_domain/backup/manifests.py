# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an object as the API serves it to one that ``kubectl apply`` takes on any cluster."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

#: What the API server and controllers write. An owner's uid is of this moment only: with it, the garbage collector
#: would delete an object that was put back (kubernetes, pkg/controller/garbagecollector).
WRITTEN_BY_THE_CLUSTER = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)
#: Our own notes of a migration that is under way.
OURS = "ocp-day2.ovn-migration/"
#: What ``kubectl apply`` remembers; it writes it anew.
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def recorded(body: Mapping[str, Any]) -> Json:
    """A copy without what only this moment of this cluster knows; ``status`` stays."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in WRITTEN_BY_THE_CLUSTER}
    annotations = {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if key != LAST_APPLIED and not key.startswith(OURS)
    }
    if annotations:
        metadata["annotations"] = annotations
    rest = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata")}
    head = {key: body[key] for key in ("apiVersion", "kind") if key in body}
    return copy.deepcopy({**head, "metadata": metadata, **rest})


def manifest(body: Mapping[str, Any]) -> Json:
    """What to apply: ``recorded`` without ``status``."""
    return {key: value for key, value in recorded(body).items() if key != "status"}


def pool(body: Mapping[str, Any]) -> Json:
    """A MachineConfigPool without the rendered configuration: that is the Machine Config Operator's to choose."""
    wanted = manifest(body)
    wanted["spec"] = {key: value for key, value in (wanted.get("spec") or {}).items() if key != "configuration"}
    return wanted


def webhook_timeouts(body: Mapping[str, Any]) -> Json:
    """Only the timeouts of a webhook configuration. Applied, they are merged by the webhooks' names; its certificates
    and rules belong to its operator, who may have renewed them since."""
    named = [
        {"name": webhook["name"], "timeoutSeconds": webhook["timeoutSeconds"]}
        for webhook in body.get("webhooks") or ()
        if webhook.get("timeoutSeconds") is not None
    ]
    return {**_bare(body), "webhooks": named}


def annotation_only(body: Mapping[str, Any], annotation: str) -> Json:
    """Only one annotation of an object that has it; applied, it changes nothing else."""
    bare = _bare(body)
    bare["metadata"]["annotations"] = {annotation: body["metadata"]["annotations"][annotation]}
    return bare


def _bare(body: Mapping[str, Any]) -> Json:
    metadata = {key: body["metadata"][key] for key in ("name", "namespace") if body["metadata"].get(key)}
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata}
