"""Who may do what: cluster admins, a viewer, users without rights, anonymous (kubernetes, pkg/registry/rbac)."""

from __future__ import annotations

from tests.simulator.api.calls import Call, Target
from tests.simulator.credentials import ANONYMOUS, AUTHENTICATED, CLUSTER_ADMINS, VIEWERS, User
from tests.simulator.ports import Object
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


def allows(user: User, target: Target) -> bool:
    """Whether ``user`` may do what ``target`` says."""
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


def check(call: Call) -> None:
    """``Forbidden`` (or the 403 of a path) when the user may not."""
    if not allows(call.user, call.target):
        raise refusal(call.user, call.target)


def refusal(user: User, target: Target) -> ApiError:
    """The 403 in the API server's words (apiserver, pkg/endpoints/handlers/responsewriters/errors.go)."""
    if not target.resource:
        message = f'forbidden: User "{user.name}" cannot {target.verb} path "{target.path}"'
        return ApiError(403, "Forbidden", message, details={})
    what = target.resource + (f"/{target.subresource}" if target.subresource else "")
    # a Namespace lies in itself (apiserver, pkg/endpoints/request/requestinfo.go)
    own = target.name if target.resource == "namespaces" and not target.group else None
    namespace = target.namespace or own
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    why = f'User "{user.name}" cannot {target.verb} resource "{what}" in API group "{target.group}" {where}'
    return Forbidden(target.key, why, name=target.name or "")


def rules_of(user: User) -> tuple[list[Object], list[Object]]:
    """Resource rules and path rules of a user, as a SelfSubjectRulesReview lists them."""
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
