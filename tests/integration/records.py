"""Questions to the simulator's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

WRITES = ("create", "update", "patch", "delete", "deletecollection", "exec", "ssh")
#: Asking for one's own rights is a POST that stores nothing.
REVIEWS = ("selfsubjectaccessreviews.authorization.k8s.io", "selfsubjectrulesreviews.authorization.k8s.io")

Row = Mapping[str, Any]


def writes(requests: Iterable[Row]) -> list[Row]:
    """Every request that changes something, or runs something on a node, in the order of arrival."""
    return [row for row in requests if row["verb"] in WRITES and row["resource"] not in REVIEWS]


def accepted(requests: Iterable[Row]) -> list[Row]:
    return [row for row in requests if row["status"] < 400]


def named(row: Row) -> str | None:
    """The object that a request is about; a create names it in its body."""
    name: str | None = row["name"] or ((row["body"] or {}).get("metadata") or {}).get("name")
    return name


#: What the collection notes at the objects that it changes, beside the change.
NOTE = "ocp-day2.ovn-migration/"


def without_notes(body: Any) -> Any:
    """What a patch changes; None when it changes nothing but our notes."""
    if isinstance(body, list):
        return [step for step in body if NOTE.replace("/", "~1") not in step["path"]] or None
    metadata = dict((body or {}).get("metadata") or {})
    if "annotations" not in metadata:
        return body
    kept = {name: value for name, value in metadata.pop("annotations").items() if not name.startswith(NOTE)}
    metadata = {**metadata, **({"annotations": kept} if kept else {})}
    rest = {name: value for name, value in body.items() if name != "metadata"}
    return {**rest, **({"metadata": metadata} if metadata else {})} or None


def reboots(disruptions: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """(node, cause) -> how often the node came back from it."""
    return Counter((row["node"], row["cause"]) for row in disruptions["reboots"] if row["up_at"] is not None)
