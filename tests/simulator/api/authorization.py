"""Who may do what: cluster admins, a viewer, anonymous, and everybody by the roles that are bound to them."""

from __future__ import annotations

from dataclasses import replace

from tests.simulator.api import rbac, scopes
from tests.simulator.api.calls import Call, Target
from tests.simulator.credentials import ANONYMOUS, AUTHENTICATED, CLUSTER_ADMINS, VIEWERS, User
from tests.simulator.ports import Object, Store
from tests.simulator.store.errors import ApiError, Forbidden

READ_VERBS = ("get", "list", "watch")
#: ClusterRole system:public-info-viewer
PUBLIC_PATHS = ("/healthz", "/livez", "/readyz", "/version", "/version/")
#: ClusterRole system:discovery
DISCOVERY_PATHS = ("/api", "/apis", "/openapi", *PUBLIC_PATHS)
#: ClusterRole system:basic-user
SELF_REVIEWS = {
    "authorization.k8s.io": ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
    "authentication.k8s.io": ("selfsubjectreviews",),
}


def allows(user: User, target: Target, store: Store) -> bool:
    """Whether ``user`` may do what ``target`` says."""
    if scopes.prevent(user, target, store):
        return False
    return _allows_always(user, target) or rbac.allows(user, target, store)


def _allows_always(user: User, target: Target) -> bool:
    """What does not depend on the roles in the cluster."""
    if not target.resource:
        return _allows_path(user, target)
    if is_cluster_admin(user):
        return True
    if target.verb == "create" and target.resource in SELF_REVIEWS.get(target.group, ()):
        return AUTHENTICATED in user.groups
    if user.name in VIEWERS:
        return target.verb in READ_VERBS and target.subresource not in ("exec", "attach", "portforward", "proxy")
    return False


def is_cluster_admin(user: User) -> bool:
    return user.name in CLUSTER_ADMINS or bool({"system:masters", "system:cluster-admins"} & set(user.groups))


def check(call: Call, store: Store) -> None:
    """``Forbidden`` (or the 403 of a path) when the user may not."""
    if not allows(call.user, _named(call), store):
        raise refusal(call.user, call.target)


def check_approval(call: Call, store: Store) -> None:
    """Who approves a certificate request needs a right on its signer, too, or on all signers of its domain (kubernetes
    1.27, plugin/pkg/admission/certificates)."""
    target = call.target
    signer = store.get(target.key, target.name or "")["spec"]["signerName"]
    domain = signer.partition("/")[0]
    wanted = Target(target.path, "approve", group=target.group, version="*", resource="signers")
    if not any(allows(call.user, replace(wanted, name=name), store) for name in (signer, f"{domain}/*")):
        why = f'user not permitted to approve requests with signerName "{signer}"'
        raise Forbidden(target.key, why, name=target.name or "")


def _named(call: Call) -> Target:
    """A list of one object by its name is authorized for that name (apiserver, endpoints/request/requestinfo.go)."""
    target = call.target
    if target.name or target.verb not in ("list", "watch", "deletecollection"):
        return target
    field, _equals, name = call.query.get("fieldSelector", "").partition("=")
    return replace(target, name=name.lstrip("=")) if field == "metadata.name" and "," not in name else target


def refusal(user: User, target: Target) -> ApiError:
    """The 403 in the API server's words (apiserver, pkg/endpoints/handlers/responsewriters/errors.go)."""
    if not target.resource:
        message = f'forbidden: User "{user.name}" cannot {target.verb} path "{target.path}"'
        return ApiError(403, "Forbidden", message, details={})
    what = target.resource + (f"/{target.subresource}" if target.subresource else "")
    namespace = rbac.namespace_of(target)
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    why = f'User "{user.name}" cannot {target.verb} resource "{what}" in API group "{target.group}" {where}'
    return Forbidden(target.key, why, name=target.name or "")


def rules_of(user: User, store: Store, *, namespace: str) -> tuple[list[Object], list[Object]]:
    """Resource rules and path rules of a user in a namespace, as a SelfSubjectRulesReview lists them: scopes are not
    known to it (openshift/kubernetes, pkg/kubeapiserver/authorizer/config.go has no rule resolver for them)."""
    resources: list[Object] = [
        {"verbs": ["create"], "apiGroups": [group], "resources": list(names)} for group, names in SELF_REVIEWS.items()
    ]
    paths: list[Object] = [
        {"verbs": ["get"], "nonResourceURLs": [*DISCOVERY_PATHS, "/api/*", "/apis/*", "/openapi/*"]},
    ]
    if user.name == ANONYMOUS.name:
        return [], [{"verbs": ["get"], "nonResourceURLs": list(PUBLIC_PATHS)}]
    if is_cluster_admin(user):
        resources.append({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})
        paths.append({"verbs": ["*"], "nonResourceURLs": ["*"]})
    elif user.name in VIEWERS:
        resources.append({"verbs": list(READ_VERBS), "apiGroups": ["*"], "resources": ["*"]})
    for rule in rbac.rules_for(user, store, namespace=namespace):
        (paths if rule.get("nonResourceURLs") else resources).append(rule)
    return resources, paths


def _allows_path(user: User, target: Target) -> bool:
    if is_cluster_admin(user):
        return True
    if target.verb != "get":
        return False
    path = target.path
    if path in PUBLIC_PATHS or path.startswith(("/readyz/", "/livez/", "/healthz/")):
        return True
    below = ("/api/", "/apis/", "/openapi/")
    return AUTHENTICATED in user.groups and (path in DISCOVERY_PATHS or path.startswith(below))
