# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an answer has the shape of what was asked for: proxies and broken servers answer JSON too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .._domain.rules import Rule
from .port import Json


class Misshapen(ValueError):
    """The answer is JSON and not what was asked for; its text says what it is."""


def mapping(answer: Any) -> Json:
    if not isinstance(answer, Mapping):
        raise Misshapen(f"it is {_named(answer)}, not an object")
    return dict(answer)


def an_object(answer: Any, *, name: Optional[str] = None) -> Json:
    """
    :param name: what ``metadata.name`` has to be
    :raises Misshapen: for anything else; an object that has lost its metadata is not an empty one
    """
    body = mapping(answer)
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        raise Misshapen(f"its metadata is {_named(metadata)}")
    found = metadata.get("name")
    if not isinstance(found, str) or (name and found != name):
        raise Misshapen(f"its metadata names {_named(found)}" + (f", not {name}" if name else ""))
    for field in ("labels", "annotations"):
        if not isinstance(metadata.get(field) or {}, Mapping):
            raise Misshapen(f"its metadata.{field} is {_named(metadata[field])}")
    return body


def a_page(answer: Any) -> tuple[list[Json], str]:
    """The objects of one page of a list, and the token for the next one, ``""`` at the end.

    :raises Misshapen: also when ``items`` is absent. Null is what a server written in Go may make of an empty list
    """
    body = mapping(answer)
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        raise Misshapen(f"the metadata of the list is {_named(metadata)}")
    items = body.get("items")
    if items is None and "items" in body and str(body.get("kind")).endswith("List"):
        items = []
    if not isinstance(items, list):
        raise Misshapen(f"its items are {_named(items)}")
    token = metadata.get("continue") or ""
    if not isinstance(token, str):
        raise Misshapen(f"its token for the next page is {_named(token)}")
    return [an_object(item) for item in items], token


def a_decision(answer: Any) -> bool:
    """``status.allowed`` of an access review."""
    status = mapping(answer).get("status")
    allowed = status.get("allowed") if isinstance(status, Mapping) else None
    if not isinstance(allowed, bool):
        raise Misshapen(f"its status.allowed is {_named(allowed)}")
    return allowed


def rules(answer: Any) -> tuple[Rule, ...]:
    """``status.resourceRules`` of a review of rules; those for paths are left out."""
    status = mapping(answer).get("status")
    listed = status.get("resourceRules") if isinstance(status, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(rule, Mapping) for rule in listed):
        raise Misshapen(f"its status.resourceRules are {_named(listed)}")
    return tuple(
        Rule(
            verbs=_words(rule, "verbs"),
            groups=_words(rule, "apiGroups"),
            resources=_words(rule, "resources"),
            names=_words(rule, "resourceNames"),
        )
        for rule in listed
    )


def _words(rule: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """What is no list of words would make a rule for some objects one for all."""
    words = rule.get(field) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Misshapen(f"{field} of a rule are {_named(words)}")
    return tuple(words)


def resources(answer: Any) -> frozenset[str]:
    """The plural names in an APIResourceList."""
    found = mapping(answer).get("resources")
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise Misshapen(f"its resources are {_named(found)}")
    return frozenset(str(one.get("name")) for one in found)


def _named(value: Any) -> str:
    if value is None:
        return "not there"
    if isinstance(value, str):
        return repr(value[:40])
    return {dict: "an object", list: "a list", bool: "a truth value"}.get(type(value), "a number")
