"""What a request asks for: the path taken apart as apiserver, pkg/endpoints/request/requestinfo.go does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulator.credentials import User
from tests.simulator.ports import ResourceKey
from tests.simulator.store.errors import BadRequest

_VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Target:
    """The addressed thing. Without ``resource`` it is a path such as ``/version`` or ``/apis``."""

    path: str
    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    namespace: str | None = None
    name: str | None = None
    subresource: str = ""

    @property
    def key(self) -> ResourceKey:
        return f"{self.resource}.{self.group}" if self.group else self.resource


@dataclass(frozen=True)
class Call:
    """A request of a known user, without anything of HTTP that a verb does not need."""

    user: User
    target: Target
    query: Mapping[str, str]
    user_agent: str = ""
    accept: str = ""
    content_type: str = ""
    body: bytes = b""

    def flag(self, name: str) -> bool:
        """A boolean query parameter; clients in Python write ``True``."""
        return self.query.get(name, "").lower() in ("1", "true", "t")

    def number(self, name: str) -> int | None:
        """An integer query parameter, None without it; ``BadRequest`` in Go's words when it is none."""
        text = self.query.get(name, "")
        if not text:
            return None
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text)


def target_of(method: str, path: str, query: Mapping[str, str]) -> Target:
    """Verb and resource of a request line."""
    verb = _VERBS.get(method, method.lower())
    parts = [part for part in path.split("/") if part]
    watched = _without_watch(parts)
    group = version = ""
    if len(parts) >= 3 and parts[0] == "api":
        version, rest = parts[1], parts[2:]
    elif len(parts) >= 4 and parts[0] == "apis":
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return Target(path=path, verb=verb)
    namespace: str | None = None
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in ("status", "finalize"):
            rest = rest[2:]
    resource, name = rest[0], rest[1] if len(rest) > 1 else None
    subresource = "/".join(rest[2:])
    if resource == "namespaces" and not group:
        namespace = None
    verb = "watch" if watched and verb == "get" else _refined(verb, name=name, query=query)
    return Target(
        path=path,
        verb=verb,
        group=group,
        version=version,
        resource=resource,
        namespace=namespace,
        name=name,
        subresource=subresource,
    )


def _without_watch(parts: list[str]) -> bool:
    """Take the step ``watch`` out of ``/api/v1/watch/…``, the old way to ask for a watch; whether it was there."""
    place = 2 if parts[:1] == ["api"] else 3
    if len(parts) > place + 1 and parts[0] in ("api", "apis") and parts[place] == "watch":
        del parts[place]
        return True
    return False


def _refined(verb: str, *, name: str | None, query: Mapping[str, str]) -> str:
    if verb == "get" and name is None:
        watches = query.get("watch", "").lower() in ("1", "true", "t")
        return "watch" if watches else "list"
    if verb == "delete" and name is None:
        return "deletecollection"
    return verb
