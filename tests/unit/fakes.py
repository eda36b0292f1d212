# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fake of the cluster port and one of the clock: what a flow sees changes with scripted time; no second passes."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonpatch

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import kinds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import POD, Kind
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access, Execution, Json
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Conflict,
    Forbidden,
    MigrationError,
    NotFound,
    Rejected,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.rules import Rule

Change = Callable[[], None]
Lines = list[str]
#: Verbs of a right to the methods of the port that need it.
PORT_VERBS = {
    "get": ("get",),
    "list": ("list",),
    "create": ("create",),
    "patch": ("merge", "edit"),
    "update": ("replace",),
    "delete": ("delete",),
}
READS = ("get", "list", "log", "ready", "allowed", "rules", "now", "discover")
ALL = ("*",)


@dataclass(frozen=True)
class Call:
    """One request. ``verb`` is the name of the port's method; log stands for log_tail."""

    verb: str
    kind: Kind | None = None
    name: str = ""
    namespace: str = ""
    body: Any = None


@dataclass
class _Rule:
    verb: str
    matches: Callable[[Call], bool]
    error: MigrationError
    times: int | None

    @property
    def active(self) -> bool:
        return self.times is None or self.times > 0

    def strikes(self, call: Call) -> bool:
        """Nobody is denied to ask whether the server is ready, and what he may do, unless it is said."""
        open_to_all = call.verb in ("ready", "allowed", "rules") and isinstance(self.error, (Forbidden, NotFound))
        return self.active and self.matches(call) and (not open_to_all or self.verb == call.verb)


@dataclass
class ScriptedClock:
    """Time passes only by sleeping; ``at`` lets things happen on the way. A sleep beyond ``limit`` fails the test."""

    limit: float = 24 * 3600.0
    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    _script: list[tuple[float, int, Change]] = field(default_factory=list)

    def at(self, seconds: float, change: Change) -> None:
        """Do ``change`` when the clock gets to ``seconds``, which may be now."""
        self._script.append((seconds, len(self._script), change))
        self._run_due()

    def after(self, seconds: float, change: Change) -> None:
        self.at(self.now + seconds, change)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0, "a sleep of no time is a busy loop"
        until = self.now + seconds
        assert until <= self.limit, f"still waiting at {until:.1f} s, the test's limit is {self.limit:.1f} s"
        self.slept.append(seconds)
        while self._script and min(self._script)[0] <= until:
            self.now = max(self.now, min(self._script)[0])
            self._run_due()
        self.now = until

    def timestamp(self) -> str:
        """Hours, minutes and seconds since the start, on the first of January 2026."""
        whole = int(self.now)
        return f"2026-01-01T{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}Z"

    def _run_due(self) -> None:
        due = sorted(entry for entry in self._script if entry[0] <= self.now)
        self._script = [entry for entry in self._script if entry[0] > self.now]
        for _at, _order, change in due:
            change()


class FakeCluster:
    """``port.Cluster`` over a dictionary.

    ``objects``: (kind, namespace, name) -> object, namespace ``""`` for cluster-scoped kinds. ``calls`` is every
    request in order. What happens is scripted: by time (``ScriptedClock.at``), by the number of an observation
    (``before``), by errors (``fail``), and by ``executor``, which plays the containers.
    """

    def __init__(self, *objects: tuple[Kind, Mapping[str, Any]]) -> None:
        self.objects: dict[tuple[Kind, str, str], Json] = {}
        self.calls: list[Call] = []
        self.readyz = True
        self.oauth = False
        self.server_seconds: Callable[[], float] = lambda: 0.0
        #: titles of rights that the credential lacks; it has all others
        self.denied: set[str] = set()
        #: what a review of rules lists where something is denied, by namespace
        self.listed: dict[str | None, tuple[Rule, ...]] = {}
        self.logs: dict[tuple[str, str], Lines] = {}
        self.executor: Callable[[Call], Execution] = lambda call: Execution(exit_code=0, output="")
        self.down: MigrationError | None = None
        self._missed: list[Call] = []
        self._rules: list[_Rule] = []
        self._before: list[tuple[str, Kind, int, Change]] = []
        for kind, body in objects:
            self.put(kind, body)

    def put(self, kind: Kind, body: Mapping[str, Any]) -> None:
        """Create or replace an object, as if somebody else did it: it is not in ``calls``."""
        metadata = body["metadata"]
        namespace = metadata.get("namespace", "") if kind.namespaced else ""
        whole = {"apiVersion": kind.api_version, "kind": kind.kind, **copy.deepcopy(dict(body))}
        self.objects[(kind, namespace, metadata["name"])] = whole

    def change(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: str = "") -> None:
        """Merge-patch an object, as if somebody else did it."""
        key = (kind, namespace, name)
        self.objects[key] = merge_patch(self.objects[key], patch)

    def remove(self, kind: Kind, name: str, *, namespace: str = "") -> None:
        del self.objects[(kind, namespace, name)]

    def go_down(self) -> None:
        self.down = ClusterUnreachable(tried="reach the API", seen="connection refused")

    def come_back(self) -> None:
        self.down = None

    def fail(
        self,
        error: MigrationError,
        *,
        verb: str = "",
        kind: Kind | None = None,
        name: str = "",
        times: int | None = 1,
    ) -> None:
        """Raise ``error`` for the next ``times`` calls that fit (None: for all of them)."""

        def matches(call: Call) -> bool:
            return verb in ("", call.verb) and kind in (None, call.kind) and name in ("", call.name)

        self._rules.append(_Rule(verb=verb, matches=matches, error=error, times=times))

    def before(self, verb: str, kind: Kind, observation: int, change: Change) -> None:
        """Do ``change`` just before the ``observation``-th (from 1) ``verb`` of ``kind``."""
        self._before.append((verb, kind, observation, change))

    def made(self, verb: str, kind: Kind | None = None) -> list[Call]:
        return [call for call in self.calls if call.verb == verb and kind in (None, call.kind)]

    @property
    def writes(self) -> list[Call]:
        """Without the patches that found nothing to change."""
        return [call for call in self.calls if call.verb not in READS and not any(call is one for one in self._missed)]

    def get(self, kind: Kind, name: str, *, namespace: str | None = None) -> Json:
        self._log(Call("get", kind, name, namespace or ""))
        try:
            return copy.deepcopy(self.objects[(kind, namespace or "", name)])
        except KeyError:
            raise _missing(kind, name) from None

    def list(self, kind: Kind, *, namespace: str | None = None, labels: str = "", fields: str = "") -> list[Json]:
        self._log(Call("list", kind, namespace=namespace or "", body={"labels": labels, "fields": fields}))
        found = [
            body
            for (of_kind, in_namespace, _name), body in sorted(self.objects.items(), key=lambda item: item[0][1:])
            if of_kind == kind and namespace in (None, in_namespace)
        ]
        return [copy.deepcopy(body) for body in found if _labelled(body, labels) and _fielded(body, fields)]

    def create(self, kind: Kind, body: Mapping[str, Any], *, namespace: str | None = None) -> Json:
        name = body["metadata"]["name"]
        self._log(Call("create", kind, name, namespace or "", copy.deepcopy(dict(body))))
        if kind.namespaced and namespace and not self._exists(namespace):
            self._missed.append(self.calls[-1])
            raise _missing(kinds.NAMESPACE, namespace)
        if (kind, namespace or "", name) in self.objects:
            raise Conflict(tried=f"create {kind.title} {name}", seen=f'HTTP 409, {kind.plural} "{name}" already exists')
        self.put(kind, {**body, "metadata": {"resourceVersion": "1", **body["metadata"]}})
        return copy.deepcopy(self.objects[(kind, namespace or "", name)])

    def merge(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: str | None = None) -> Json:
        self._log(Call("merge", kind, name, namespace or "", copy.deepcopy(dict(patch))))
        if (kind, namespace or "", name) not in self.objects:
            self._missed.append(self.calls[-1])
            raise _missing(kind, name)
        self.change(kind, name, patch, namespace=namespace or "")
        return copy.deepcopy(self.objects[(kind, namespace or "", name)])

    def edit(
        self, kind: Kind, name: str, operations: Sequence[Mapping[str, Any]], *, namespace: str | None = None
    ) -> Json:
        steps = [copy.deepcopy(dict(operation)) for operation in operations]
        self._log(Call("edit", kind, name, namespace or "", steps))
        key = (kind, namespace or "", name)
        if key not in self.objects:
            raise _missing(kind, name)
        try:
            self.objects[key] = jsonpatch.apply_patch(self.objects[key], steps)
        except jsonpatch.JsonPatchException as error:
            raise Rejected(tried=f"patch {kind.title} {name}", seen=f"HTTP 422, {error}") from error
        return copy.deepcopy(self.objects[key])

    def replace(self, kind: Kind, body: Mapping[str, Any], *, namespace: str | None = None) -> Json:
        """Each replacement gets the next ``resourceVersion``; one with an old ``resourceVersion`` is a conflict."""
        name = body["metadata"]["name"]
        self._log(Call("replace", kind, name, namespace or "", copy.deepcopy(dict(body))))
        key = (kind, namespace or "", name)
        if key not in self.objects:
            raise _missing(kind, name)
        newest = self.objects[key]["metadata"].get("resourceVersion", "1")
        if body["metadata"].get("resourceVersion", newest) != newest:
            raise Conflict(tried=f"replace {kind.title} {name}", seen="HTTP 409, the object has been modified")
        metadata = {**body["metadata"], "resourceVersion": str(int(newest) + 1)}
        self.put(kind, {**copy.deepcopy(dict(body)), "metadata": metadata})
        return copy.deepcopy(self.objects[key])

    def approve(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Json:
        self._log(Call("approve", kind, name, body=copy.deepcopy(dict(body))))
        if (kind, "", name) not in self.objects:
            raise _missing(kind, name)
        self.change(kind, name, {"status": {"conditions": body["status"]["conditions"]}})
        return copy.deepcopy(self.objects[(kind, "", name)])

    def delete(self, kind: Kind, name: str, *, namespace: str | None = None) -> None:
        self._log(Call("delete", kind, name, namespace or ""))
        self.objects.pop((kind, namespace or "", name), None)

    def now(self) -> datetime:
        """Seconds of ``server_seconds`` since the first of January 2026; a test moves it."""
        self._log(Call("now"))
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.server_seconds())

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        call = Call("execute", POD, pod, namespace, {"command": [*command], "container": container, "timeout": timeout})
        self._log(call)
        if (POD, namespace, pod) not in self.objects:
            raise _missing(POD, pod)
        return self.executor(call)

    def log_tail(self, pod: str, *, namespace: str, container: str, lines: int) -> Lines:
        self._log(Call("log", POD, pod, namespace, {"container": container, "lines": lines}))
        return self.logs.get((namespace, pod), [])[-lines:]

    def ready(self) -> bool:
        self._log(Call("ready"))
        return self.readyz

    def secrets(self) -> tuple[str, ...]:
        return ()

    def discover(self, kind: str, api_version: str) -> Kind:
        """Of the kinds that the collection knows and of those that objects have been put of."""
        self._log(Call("discover", name=kind, body=api_version))
        served = [
            *(value for value in vars(kinds).values() if isinstance(value, Kind)),
            *(key[0] for key in self.objects),
        ]
        for known in served:
            if (known.kind, known.api_version) == (kind, api_version):
                return known
        raise NotFound(tried=f"find the kind {kind} of {api_version}", seen="the cluster does not serve it")

    def oauth_token(self) -> bool:
        return self.oauth

    def allowed(self, access: Access) -> bool:
        """Neither what ``denied`` names nor what ``fail`` forbids: a server that is ready says so."""
        self._log(Call("allowed", access.kind, access.verb, access.namespace, access.subresource))
        if access.verb == "*":
            return not self.denied and not self._forbidding()
        asked = [Call(verb, access.kind, access.name, access.namespace) for verb in PORT_VERBS.get(access.verb, ())]
        refused = any(rule.matches(call) for rule in self._forbidding() for call in asked)
        return access.title not in self.denied and not refused

    def rules(self, namespace: str | None = None) -> tuple[Rule, ...]:
        self._log(Call("rules", namespace=namespace or ""))
        if self.denied or self._forbidding():
            return self.listed.get(namespace, ())
        return (Rule(ALL, ALL, ALL),)

    def _forbidding(self) -> tuple[_Rule, ...]:
        return tuple(rule for rule in self._rules if rule.active and isinstance(rule.error, Forbidden))

    def start(self, denial: MigrationError) -> None:
        """Be an API server that has only just started: not ready, and ``denial`` to all else."""
        self.readyz, self.down = False, denial

    def has_started(self) -> None:
        self.readyz, self.down = True, None

    def _exists(self, namespace: str) -> bool:
        """Whatever is in it is evidence as well."""
        return any(
            namespace in (in_namespace, name if kind == kinds.NAMESPACE else None)
            for kind, in_namespace, name in self.objects
        )

    def _log(self, call: Call) -> None:
        self.calls.append(call)
        count = sum(1 for other in self.calls if (other.verb, other.kind) == (call.verb, call.kind))
        for verb, kind, observation, change in self._before:
            if (verb, kind, observation) == (call.verb, call.kind, count):
                change()
        if self.down and (call.verb != "ready" or isinstance(self.down, ClusterUnreachable)):
            raise self.down
        for rule in self._rules:
            if rule.strikes(call):
                rule.times = None if rule.times is None else rule.times - 1
                raise rule.error


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def _missing(kind: Kind, name: str) -> NotFound:
    return NotFound(tried=f"read {kind.title} {name}", seen=f'HTTP 404, {kind.title} "{name}" not found')


def _labelled(body: Mapping[str, Any], selector: str) -> bool:
    """``a=b``, ``a!=b``, ``a``, ``!a``, ``a in (b,c)``, ``a notin (b,c)``, joined by commas."""
    labels = body["metadata"].get("labels") or {}
    return all(_term_accepts(term.strip(), labels) for term in re.split(r",(?![^(]*\))", selector) if term)


def _term_accepts(term: str, labels: Mapping[str, str]) -> bool:
    if match := re.fullmatch(r"(\S+) (in|notin) \((.*)\)", term):
        return (labels.get(match[1]) in match[3].split(",")) == (match[2] == "in")
    if "!=" in term:
        key, _unequal, unwanted = term.partition("!=")
        return labels.get(key) != unwanted
    if "=" in term:
        key, _equal, wanted = term.partition("=")
        return labels.get(key) == wanted
    return term[1:] not in labels if term.startswith("!") else term in labels


def _fielded(body: Mapping[str, Any], selector: str) -> bool:
    for term in filter(None, selector.split(",")):
        path, _equal, wanted = term.partition("=")
        value: Any = body
        for part in path.split("."):
            value = (value or {}).get(part)
        if (value or "") != wanted:
            return False
    return True
