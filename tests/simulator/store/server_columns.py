"""Columns that OpenShift's API server adds to a custom resource by a patch of its own, which no CRD tells
(openshift/kubernetes, apiextensions-apiserver, pkg/registry/customresource/tableconvertor/openshift_patch.go)."""

from __future__ import annotations

from datetime import datetime

from tests.simulator.ports import Object, ResourceKey
from tests.simulator.store.resources import Column

_ABNORMAL = (("Available", "False"), ("Degraded", "True"), ("Progressing", "True"))


def _operator_message(obj: Object, now: datetime) -> str | None:
    """What an operator says of the worst of its conditions, or why."""
    conditions = {
        (condition.get("type"), condition.get("status")): condition
        for condition in (obj.get("status") or {}).get("conditions") or ()
    }
    worst = next((conditions[kind] for kind in _ABNORMAL if kind in conditions), None)
    return None if worst is None else worst.get("message") or worst.get("reason") or None


_MESSAGE = Column("Message", _operator_message, description="A message describing the status of the operator")

#: appended to the columns of the CRD
ADDED: dict[ResourceKey, tuple[Column, ...]] = {"clusteroperators.config.openshift.io": (_MESSAGE,)}
