"""What the record of the requests is told about a call."""

from __future__ import annotations

import json
from typing import Any

from tests.simulator.api.calls import Call
from tests.simulator.ports import Object

WRITE_VERBS = frozenset({"create", "update", "patch", "delete", "deletecollection"})


def describe(row: Object, call: Call) -> None:
    """Fill a row with what its request turned out to be."""
    target = call.target
    verb = target.subresource if target.subresource in ("exec", "log") else target.verb
    row |= {
        "verb": verb,
        "resource": target.key if target.resource else "",
        "namespace": target.namespace,
        "name": target.name,
        "subresource": target.subresource,
        "user": call.user.name,
        "user_agent": call.user_agent,
        "dry_run": call.query.get("dryRun") == "All",
    }
    if verb in WRITE_VERBS and call.body:
        row["body"] = _body(call.body)


def _body(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
