"""Roles, bindings, service accounts, users: enough to be listed and referred to. Who may do what is decided by the
API."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding

_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]


def seed_access(seeding: Seeding) -> None:
    _seed_cluster_roles(seeding)
    _seed_cluster_bindings(seeding)
    _seed_service_accounts(seeding)
    _seed_users(seeding)


def _rule(groups: Iterable[str], resources: Iterable[str], verbs: Iterable[str]) -> Object:
    return {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}


def _seed_cluster_roles(seeding: Seeding) -> None:
    everything: list[Object] = [_rule("*", "*", "*"), {"nonResourceURLs": ["*"], "verbs": ["*"]}]
    operators = _rule(["config.openshift.io", "operator.openshift.io"], "*", _READ)
    view = _rule(["", "apps", "batch"], ["configmaps", "deployments", "jobs", "pods", "services"], _READ)
    edit = _rule(["", "apps", "batch"], ["configmaps", "deployments", "jobs", "pods", "services"], "*")
    roles: dict[str, list[Object]] = {
        "admin": [edit, _rule([_RBAC], ["rolebindings", "roles"], "*")],
        "cluster-admin": everything,
        "cluster-monitoring-view": [_rule([""], ["namespaces"], ["get"])],
        "cluster-reader": [operators, view, _rule([""], ["namespaces", "nodes", "events"], _READ)],
        "cluster-status": [{"nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version"], "verbs": ["get"]}],
        "edit": [edit],
        "self-provisioner": [_rule(["project.openshift.io"], ["projectrequests"], ["create"])],
        "system:basic-user": [
            _rule(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"])
        ],
        "system:node": [_rule([""], ["nodes", "nodes/status", "pods", "pods/status"], "*")],
        "view": [view],
    }
    for name, rules in roles.items():
        labels = None if name.startswith("cluster-") else {"kubernetes.io/bootstrapping": "rbac-defaults"}
        seeding.create(
            f"clusterroles.{_RBAC}", name, {"rules": rules}, labels=labels, created=seeding.ages.installing(minutes=2)
        )


def _subject(kind: str, name: str, *, namespace: str | None = None) -> Object:
    if namespace is not None:
        return {"kind": kind, "name": name, "namespace": namespace}
    return {"apiGroup": _RBAC, "kind": kind, "name": name}


def _seed_cluster_bindings(seeding: Seeding) -> None:
    admins = "cluster-admin"
    bindings: dict[str, tuple[str, Object]] = {
        "basic-users": ("system:basic-user", _subject("Group", "system:authenticated")),
        "cluster-admin": (admins, _subject("Group", "system:masters")),
        "cluster-admins": (admins, _subject("Group", "system:cluster-admins")),
        "cluster-network-operator": (
            admins,
            _subject("ServiceAccount", "cluster-network-operator", namespace="openshift-network-operator"),
        ),
        "cluster-readers": ("cluster-reader", _subject("Group", "system:cluster-readers")),
        "cluster-version-operator": (
            admins,
            _subject("ServiceAccount", "default", namespace="openshift-cluster-version"),
        ),
        "self-provisioners": ("self-provisioner", _subject("Group", "system:authenticated:oauth")),
    }
    for name, (role, subject) in bindings.items():
        reference = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role}
        seeding.create(
            f"clusterrolebindings.{_RBAC}",
            name,
            {"roleRef": reference, "subjects": [subject]},
            created=seeding.ages.installing(minutes=2),
        )


def _seed_service_accounts(seeding: Seeding) -> None:
    """The three service accounts that every namespace has, and their pull secrets."""
    for namespace in seeding.store.list("namespaces"):
        home, created = namespace["metadata"]["name"], namespace["metadata"]["creationTimestamp"]
        for name in ("builder", "default", "deployer"):
            secret = f"{name}-dockercfg-{seeding.uid('secrets', name, namespace=home)[:5]}"
            pull = {"data": {".dockercfg": _EMPTY_JSON}, "type": "kubernetes.io/dockercfg"}
            seeding.create("secrets", secret, pull, namespace=home, created=created)
            body = {"imagePullSecrets": [{"name": secret}], "secrets": [{"name": secret}]}
            seeding.create("serviceaccounts", name, body, namespace=home, created=created)


_EMPTY_JSON = "e30="


def _seed_users(seeding: Seeding) -> None:
    created = seeding.ages.ago(days=29)
    for name, full_name in (("admin", "Cluster Admin"), ("developer", "Developer")):
        seeding.create(
            "users.user.openshift.io",
            name,
            {"fullName": full_name, "identities": [f"htpasswd:{name}"], "groups": None},
            created=created,
        )
        user = {"name": name, "uid": seeding.uid("users.user.openshift.io", name)}
        body = {"providerName": "htpasswd", "providerUserName": name, "user": user}
        seeding.create("identities.user.openshift.io", f"htpasswd:{name}", body, created=created)
    for name in ("console", "openshift-browser-client", "openshift-challenging-client"):
        client: Object = {
            "grantMethod": "auto",
            "redirectURIs": [f"https://oauth-openshift.apps.ocp.example.com/oauth/token/{name}"],
            "respondWithChallenges": name.endswith("challenging-client"),
        }
        seeding.create("oauthclients.oauth.openshift.io", name, client)
