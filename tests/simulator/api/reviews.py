"""Questions about rights and identities: reviews of access, of rules, of oneself, of tokens
(kubernetes 1.27, pkg/registry/{authorization,authentication}, pkg/apis/authorization/validation)."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator.api.authorization import allows, rules_of
from tests.simulator.api.calls import Call, Target
from tests.simulator.api.negotiation import decoded_body
from tests.simulator.credentials import User
from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import BadRequest, Cause, Invalid
from tests.simulator.store.metadata import timestamp
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.simulator.store.trees import at


def answer(
    call: Call, resource: Resource, store: ObjectStore, *, user_of_token: Callable[[str], User | None]
) -> Object:
    """The review in the body, with its status."""
    given = decoded_body(call)
    review: Object = {
        "kind": resource.kind,
        "apiVersion": resource.api_version,
        "metadata": {"creationTimestamp": None},
    }
    spec = given.get("spec") or {}
    if resource.kind == "SelfSubjectReview":
        review["metadata"] = {"creationTimestamp": timestamp(store.now())}
        return review | {"status": {"userInfo": _info(call.user)}}
    if resource.kind == "SelfSubjectRulesReview":
        if not spec.get("namespace"):
            raise BadRequest("no namespace on request")
        resources, paths = rules_of(call.user, store, namespace=spec["namespace"])
        # a new object without the spec (registry/authorization/selfsubjectrulesreview)
        spec, status = {}, {"resourceRules": resources, "nonResourceRules": paths, "incomplete": False}
    elif resource.kind == "TokenReview":
        status = _identity(spec, user_of_token)
    else:
        _check(spec, resource, namespace=call.target.namespace)
        user = call.user
        if resource.kind != "SelfSubjectAccessReview":
            user = User(spec.get("user") or "", tuple(spec.get("groups") or ()))
        status = _access(user, spec, store)
    return review | {"spec": spec, "status": status}


def _identity(spec: Object, user_of_token: Callable[[str], User | None]) -> Object:
    if not spec.get("token"):
        raise BadRequest("token is required for TokenReview in authentication")
    user = user_of_token(spec["token"])
    if user is None:
        return {"user": {}, "error": "[invalid bearer token, token lookup failed]"}
    return {"authenticated": True, "user": _info(user), "audiences": ["https://kubernetes.default.svc"]}


def _info(user: User) -> Object:
    return {"username": user.name, "groups": list(user.groups)}


def _check(spec: Object, resource: Resource, *, namespace: str | None) -> None:
    wanted, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    causes: list[Cause] = []
    if wanted is not None and path is not None:
        shown = fields.Go("authorization.NonResourceAttributes{…}")
        words = "cannot be specified in combination with resourceAttributes"
        causes.append(fields.invalid("spec.nonResourceAttributes", shown, words))
    if wanted is None and path is None:
        words = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        causes.append(fields.invalid("spec.resourceAttributes", "null", words))
    if resource.kind != "SelfSubjectAccessReview" and not spec.get("user") and not spec.get("groups"):
        causes.append(fields.invalid("spec.user", "", "at least one of user or group must be specified"))
    if causes:
        raise Invalid(f"{resource.kind}.{resource.group}", "", causes)
    if namespace is not None and at(wanted, "namespace", "") != namespace:
        raise BadRequest(f"spec.resourceAttributes.namespace must match namespace: {namespace}")


def _access(user: User, spec: Object, store: ObjectStore) -> Object:
    wanted = spec.get("resourceAttributes")
    if wanted is None:
        path = spec["nonResourceAttributes"]
        target = Target(path=at(path, "path", ""), verb=at(path, "verb", ""))
    else:
        target = Target(
            path="",
            verb=wanted.get("verb", ""),
            group=wanted.get("group", ""),
            version=wanted.get("version", ""),
            resource=wanted.get("resource", "") or "*",
            namespace=wanted.get("namespace") or None,
            name=wanted.get("name") or None,
            subresource=wanted.get("subresource", ""),
        )
    if allows(user, target, store):
        return {"allowed": True, "reason": "RBAC: allowed by the rules of the user"}
    return {"allowed": False}
