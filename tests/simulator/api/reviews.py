"""Questions a client asks about itself: SelfSubjectAccessReview, SelfSubjectRulesReview, SelfSubjectReview."""

from __future__ import annotations

from tests.simulator.api.authorization import allows, rules_of
from tests.simulator.api.calls import Call, Target
from tests.simulator.api.negotiation import decoded_body
from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest
from tests.simulator.store.metadata import timestamp
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.trees import at


def answer(call: Call, store: ObjectStore) -> Object:
    """The review in the body, with its status."""
    given = decoded_body(call)
    resource = call.target.resource
    kinds = {
        "selfsubjectaccessreviews": "SelfSubjectAccessReview",
        "selfsubjectrulesreviews": "SelfSubjectRulesReview",
        "selfsubjectreviews": "SelfSubjectReview",
    }
    review: Object = {
        "kind": kinds[resource],
        "apiVersion": f"{call.target.group}/{call.target.version}",
        "metadata": {"creationTimestamp": None},
    }
    spec = given.get("spec") or {}
    if resource == "selfsubjectaccessreviews":
        review |= {"spec": spec, "status": _access(call, spec)}
    elif resource == "selfsubjectrulesreviews":
        resources, paths = rules_of(call.user)
        status = {"resourceRules": resources, "nonResourceRules": paths, "incomplete": False}
        review |= {"spec": spec, "status": status}
    else:
        user: Object = {"username": call.user.name, "groups": list(call.user.groups)}
        review |= {"metadata": {"creationTimestamp": timestamp(store.now())}, "status": {"userInfo": user}}
    return review


def _access(call: Call, spec: Object) -> Object:
    wanted, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if bool(wanted) == bool(path):
        raise BadRequest("exactly one of nonResourceAttributes or resourceAttributes must be specified")
    if not wanted:
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
    if allows(call.user, target):
        return {"allowed": True, "reason": "RBAC: allowed by the rules of the user"}
    return {"allowed": False}
