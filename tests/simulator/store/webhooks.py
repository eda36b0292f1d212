"""Admission webhooks: which of them a request goes by, and what becomes of it when they do not answer
(apiserver, pkg/admission/plugin/webhook: predicates, generic, mutating and validating dispatchers).

Webhooks that answer allow everything. ``matchConditions`` count as true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.simulator.ports import Object, Store
from tests.simulator.store.errors import ApiError, BadRequest, InternalError
from tests.simulator.store.selectors import object_selector

MUTATING = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
VALIDATING = "validatingwebhookconfigurations.admissionregistration.k8s.io"
Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]
#: why a Service cannot be reached: a time-out, or the words of the error that comes at once; None when it can
Reach = Callable[[str, str], str | None]
TIMEOUT = "context deadline exceeded"


@dataclass(frozen=True)
class Request:
    """A write, as far as rules and selectors look at it. ``objects``: what there is and what is proposed."""

    operation: Operation
    group: str
    version: str
    resource: str
    subresource: str = ""
    namespace: str | None = None
    objects: tuple[Mapping[str, Any], ...] = ()
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """One webhook that was called: how many seconds were lost on it, and whether it has failed the request."""

    webhook: str
    configuration: str
    seconds: float
    error: ApiError | None = None
    ignored: str = ""

    def to_json(self) -> dict[str, Any]:
        result = "failed" if self.error else "ignored" if self.ignored else "allowed"
        return {"webhook": self.webhook, "configuration": self.configuration, "seconds": self.seconds, "result": result}


@dataclass(frozen=True)
class Verdict:
    """What all webhooks together do to a request: the seconds that it takes them, and the error in the end."""

    seconds: float
    outcomes: tuple[Outcome, ...]

    @property
    def error(self) -> ApiError | None:
        return next((outcome.error for outcome in self.outcomes if outcome.error is not None), None)


def judge(store: Store, request: Request, *, reach: Reach) -> Verdict:
    """Mutating webhooks come one after the other, the first failure ends it; validating ones all at the same time."""
    if request.group == "admissionregistration.k8s.io":
        return Verdict(0.0, ())
    outcomes: list[Outcome] = []
    seconds = 0.0
    for configuration, hook in _matching(store, MUTATING, request):
        outcome = _call(hook, configuration, request, reach)
        outcomes.append(outcome)
        seconds += outcome.seconds
        if outcome.error is not None:
            return Verdict(seconds, tuple(outcomes))
    validating = [_call(hook, name, request, reach) for name, hook in _matching(store, VALIDATING, request)]
    seconds += max((outcome.seconds for outcome in validating), default=0.0)
    return Verdict(seconds, (*outcomes, *sorted(validating, key=lambda outcome: outcome.seconds)))


def _matching(store: Store, key: str, request: Request) -> Iterator[tuple[str, Object]]:
    for configuration in store.list(key):
        for hook in configuration.get("webhooks") or ():
            if _matches(store, hook, request):
                yield configuration["metadata"]["name"], hook


def _matches(store: Store, hook: Object, request: Request) -> bool:
    if not any(_rules(rule, request) for rule in hook.get("rules") or ()):
        return False
    selects = object_selector(hook.get("objectSelector") or {})
    labels = [(obj.get("metadata") or {}).get("labels") or {} for obj in request.objects] or [{}]
    return any(selects(found) for found in labels) and _in_namespace(store, hook, request, labels)


def _in_namespace(store: Store, hook: Object, request: Request, labels: list[dict[str, str]]) -> bool:
    """A cluster-scoped object is never kept away by the selector, except a Namespace, which is its own."""
    selects = object_selector(hook.get("namespaceSelector") or {})
    if not request.group and request.resource == "namespaces":
        return selects(labels[-1])
    if request.namespace is None:
        return True
    namespace = store.find("namespaces", request.namespace)
    return selects((namespace or {}).get("metadata", {}).get("labels") or {})


def _rules(rule: Object, request: Request) -> bool:
    scope = rule.get("scope") or "*"
    namespaced = request.namespace is not None and not (not request.group and request.resource == "namespaces")
    if scope != "*" and (scope == "Namespaced") != namespaced:
        return False
    checks = (("operations", request.operation), ("apiGroups", request.group), ("apiVersions", request.version))
    if not all({"*", value} & set(rule.get(field) or ()) for field, value in checks):
        return False
    return any(_covers(given, request) for given in rule.get("resources") or ())


def _covers(given: str, request: Request) -> bool:
    """``pods``, ``pods/status``, ``pods/*``, ``*`` (no subresources), ``*/status``, ``*/*`` (everything)."""
    resource, _slash, subresource = given.partition("/")
    if given == "*/*":
        return True
    return resource in ("*", request.resource) and (
        subresource == request.subresource or (subresource == "*" and bool(request.subresource))
    )


def _call(hook: Object, configuration: str, request: Request, reach: Reach) -> Outcome:
    name = hook["name"]
    if request.dry_run and hook.get("sideEffects") not in ("None", "NoneOnDryRun"):
        refused = BadRequest(f'admission webhook "{name}" does not support dry run')
        return Outcome(name, configuration, 0.0, error=refused)
    service = (hook.get("clientConfig") or {}).get("service")
    why = reach(service["namespace"], service["name"]) if service else None
    if service is None or why is None:
        return Outcome(name, configuration, 0.0)
    timeout = int(hook.get("timeoutSeconds") or 10)
    seconds = float(timeout) if why == TIMEOUT else 0.0
    if hook.get("failurePolicy", "Fail") == "Ignore":
        return Outcome(name, configuration, seconds, ignored=why)
    host = f"{service['name']}.{service['namespace']}.svc:{service.get('port') or 443}"
    address = f"https://{host}/{(service.get('path') or '').lstrip('/')}?timeout={timeout}s"
    message = f'failed calling webhook "{name}": failed to call webhook: Post "{address}": {why}'
    return Outcome(name, configuration, seconds, error=InternalError(message))
