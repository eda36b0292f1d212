"""Conditions, as the different operators keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Condition = dict[str, Any]


def find(conditions: Iterable[Condition] | None, kind: str) -> Condition | None:
    return next((condition for condition in conditions or () if condition["type"] == kind), None)


def is_true(conditions: Iterable[Condition] | None, kind: str) -> bool:
    found = find(conditions, kind)
    return found is not None and found["status"] == "True"


def condition(kind: str, status: bool | str, reason: str = "", message: str = "") -> Condition:
    """A condition without its time. Empty reason and message are left out, as ``omitempty`` does."""
    made: Condition = {"type": kind, "status": status if isinstance(status, str) else str(status)}
    if reason:
        made["reason"] = reason
    if message:
        made["message"] = message
    return made


def updated(conditions: Iterable[Condition] | None, changes: Iterable[Condition], *, now: str) -> list[Condition]:
    """``conditions`` with ``changes`` in their places (new ones at the end); a time moves only with its status.
    (library-go, pkg/config/clusteroperator/v1helpers)"""
    result = [dict(known) for known in conditions or ()]
    places = {known["type"]: index for index, known in enumerate(result)}
    for change in changes:
        index = places.get(change["type"])
        if index is None:
            places[change["type"]] = len(result)
            result.append({"lastTransitionTime": now, **change})
        else:
            result[index] = _timed(result[index], change, now=now)
    return result


def appended(conditions: Iterable[Condition] | None, changes: Iterable[Condition], *, now: str) -> list[Condition]:
    """Like ``updated``, but what changes moves to the end, and reason and message are always there.
    (MCO, pkg/apis/machineconfiguration.openshift.io/v1/helpers.go, SetMachineConfigPoolCondition)"""
    result = list(conditions or ())
    for change in changes:
        whole = {"reason": "", "message": "", **change}
        known = find(result, change["type"])
        if known is not None and all(known.get(key, "") == value for key, value in whole.items()):
            continue
        result = [other for other in result if other["type"] != change["type"]]
        result.append(_timed(known, whole, now=now))
    return result


def _timed(known: Condition | None, change: Condition, *, now: str) -> Condition:
    same = known is not None and known["status"] == change["status"]
    assert known is not None or not same
    return {"lastTransitionTime": known["lastTransitionTime"] if same and known else now, **change}
