"""Scopes of OpenShift's OAuth tokens: they come before every other authorizer, and hold back what roles give
(openshift/kubernetes, openshift-kube-apiserver/authorization/scopeauthorizer; openshift/origin 3.11,
pkg/authorization/authorizer/scope/converter.go)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.api import rbac
from tests.simulator.api.calls import Target
from tests.simulator.credentials import SCOPES, User
from tests.simulator.ports import Object, Store

_EVERYTHING: tuple[Object, ...] = (
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
)
_DISCOVERY: Object = {
    "verbs": ["get"],
    "nonResourceURLs": ["/version", "/version/*", "/api", "/api/*", "/apis", "/apis/*", "/openapi/*", "/healthz"],
}
_ACCESS: Object = {
    "verbs": ["create"],
    "apiGroups": ["authorization.k8s.io"],
    "resources": ["selfsubjectaccessreviews"],
}


def prevent(user: User, target: Target, store: Store) -> bool:
    """Whether none of the user's scopes lets that through; without scopes nothing is held back."""
    scopes = user.extra.get(SCOPES, ())
    where = rbac.namespace_of(target)
    return bool(scopes) and not any(
        rbac.covers(rule, target) for scope in scopes for rule in _rules(scope, store, namespace=where)
    )


def _rules(scope: str, store: Store, *, namespace: str | None) -> Iterator[Object]:
    yield _DISCOVERY
    kind, _colon, rest = scope.partition(":")
    if scope == "user:full":
        yield from _EVERYTHING
    elif scope == "user:check-access":
        yield _ACCESS
    elif kind == "role":
        role, _colon, where = rest.partition(":")
        if where in ("*", namespace):
            yield from (store.find("clusterroles.rbac.authorization.k8s.io", role) or {}).get("rules") or ()
