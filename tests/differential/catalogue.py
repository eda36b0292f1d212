"""The catalogue: conversations with an API server, as data in ``catalogue/*.yaml``.

A case is a list of steps; each has

    ask: POST /api/v1/namespaces/{ns}/configmaps     verb and path
    body: {...}                                      JSON, or a string that is sent as it is
    type: application/json                           Content-Type (PATCH: a merge patch)
    accept: application/json
    answer:                                          what a real server answers
      code: 422
      reason: Invalid                                of a Status
      message: whole text                            or
      contains: a part of it                         a text, or a list of texts
      fields: {spec.replicas: 1}                     values in the body, null for what is absent
    differs: [message, spec]                         what two servers may answer differently
    keep: {uid: metadata.uid}                        values for the placeholders of later steps

``{ns}`` is the namespace of the run. ``only: openshift`` marks cases that need OpenShift's own CRDs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "catalogue"
_MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Step:
    """One request, and the answer of a real server."""

    verb: str
    path: str
    body: Any
    content_type: str
    accept: str
    answer: Mapping[str, Any]
    differs: tuple[str, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """``name`` is ``file: what it is about``."""

    name: str
    steps: tuple[Step, ...]
    only: str = ""


def cases() -> list[Case]:
    """All conversations, by file."""
    return [
        _case(path.stem, given)
        for path in sorted(_FOLDER.glob("*.yaml"))
        for given in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def definition() -> dict[str, Any]:
    """The CRD that the catalogue is about besides builtin kinds."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "widgets.yaml").read_text(encoding="utf-8"))
    return found


def _case(file: str, given: Mapping[str, Any]) -> Case:
    known = {"case", "steps", "only"}
    if set(given) - known:
        raise ValueError(f"{file}.yaml, {given.get('case')}: unknown keys {sorted(set(given) - known)}")
    return Case(f"{file}: {given['case']}", tuple(_step(step) for step in given["steps"]), given.get("only", ""))


def _step(given: Mapping[str, Any]) -> Step:
    known = {"ask", "body", "type", "accept", "answer", "differs", "keep"}
    if set(given) - known:
        raise ValueError(f"{given.get('ask')}: unknown keys {sorted(set(given) - known)}")
    verb, _space, path = given["ask"].partition(" ")
    usual = _MERGE if verb == "PATCH" else "application/json"
    return Step(
        verb=verb,
        path=path,
        body=given.get("body"),
        content_type=given.get("type", usual),
        accept=given.get("accept", "application/json"),
        answer=given["answer"],
        differs=tuple(given.get("differs", ())),
        keep=given.get("keep", {}),
    )
