"""Which rules the bindings in the cluster give to a user, and what a rule covers (kubernetes 1.27,
pkg/registry/rbac/validation/rule.go, pkg/apis/rbac/v1/evaluation_helpers.go)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.api.calls import Target
from tests.simulator.credentials import User, service_account
from tests.simulator.ports import Object, Store

_RBAC = "rbac.authorization.k8s.io"


def rules_for(user: User, store: Store, *, namespace: str | None) -> Iterator[Object]:
    """Those of ClusterRoleBindings, which hold everywhere, and of the RoleBindings in ``namespace``."""
    for binding in store.list(f"clusterrolebindings.{_RBAC}"):
        if _binds(binding, user):
            yield from _rules(binding["roleRef"], store, namespace=None)
    if namespace:
        for binding in store.list(f"rolebindings.{_RBAC}", namespace=namespace):
            if _binds(binding, user):
                yield from _rules(binding["roleRef"], store, namespace=namespace)


def allows(user: User, target: Target, store: Store) -> bool:
    return any(covers(rule, target) for rule in rules_for(user, store, namespace=namespace_of(target)))


def namespace_of(target: Target) -> str | None:
    """A Namespace lies in itself (apiserver, pkg/endpoints/request/requestinfo.go)."""
    return target.name if target.resource == "namespaces" and not target.group else target.namespace


def covers(rule: Object, target: Target) -> bool:
    """A rule with names covers nothing that has no name: not a list, and not a create."""
    if not target.resource:
        return _has(rule, "verbs", target.verb) and any(
            _path_matches(path, target.path) for path in rule.get("nonResourceURLs") or ()
        )
    names = rule.get("resourceNames") or ()
    return (
        _has(rule, "verbs", target.verb)
        and _has(rule, "apiGroups", target.group)
        and _has_resource(rule, target)
        and (not names or target.name in names)
    )


def _has_resource(rule: Object, target: Target) -> bool:
    if not target.subresource:
        return _has(rule, "resources", target.resource)
    wanted = (f"{target.resource}/{target.subresource}", f"*/{target.subresource}")
    return any(_has(rule, "resources", name) for name in wanted)


def _has(rule: Object, field: str, wanted: str) -> bool:
    given = rule.get(field) or ()
    return "*" in given or wanted in given


def _path_matches(given: str, path: str) -> bool:
    return given in ("*", path) or (given.endswith("*") and path.startswith(given.rstrip("*")))


def _rules(reference: Object, store: Store, *, namespace: str | None) -> Iterator[Object]:
    """A binding to a role that is not there gives nothing."""
    if reference["kind"] == "ClusterRole":
        role = store.find(f"clusterroles.{_RBAC}", reference["name"])
    else:
        role = store.find(f"roles.{_RBAC}", reference["name"], namespace=namespace)
    yield from (role or {}).get("rules") or ()


def _binds(binding: Object, user: User) -> bool:
    home = binding["metadata"].get("namespace")
    return any(_is(subject, user, home=home) for subject in binding.get("subjects") or ())


def _is(subject: Object, user: User, *, home: str | None) -> bool:
    kind, name = subject["kind"], subject["name"]
    if kind == "Group":
        return name in user.groups
    if kind == "ServiceAccount":
        return user.name == service_account(subject.get("namespace") or home or "", name).name
    return bool(name == user.name)
