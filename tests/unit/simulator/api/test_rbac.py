"""Rights by the roles in the cluster (kubernetes 1.27, plugin/pkg/auth/authorizer/rbac)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.api import tokens
from tests.simulator.api.authorization import allows, check, check_approval, rules_of
from tests.simulator.api.calls import Call, target_of
from tests.simulator.credentials import ADMIN, NOBODY, SCOPES, Credentials, User, service_account
from tests.simulator.ports import Object
from tests.simulator.store.errors import Forbidden, Invalid
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.unit.simulator.store.clusters import ACTOR, new_store

GROUP = "rbac.authorization.k8s.io"
RUNNER = service_account("home", "runner")
SIGNER = "kubernetes.io/kubelet-serving"
POD = "/api/v1/namespaces/work/pods/p"


def cluster(
    *, rules: list[Object], role: str = "ClusterRole", binding: str = "", namespace: str = "work"
) -> ObjectStore:
    """One role, bound to the account runner of the namespace home by a binding of the same kind unless told."""
    store = new_store()
    for kind, plural, namespaced in (
        ("ClusterRole", "clusterroles", False),
        ("Role", "roles", True),
        ("ClusterRoleBinding", "clusterrolebindings", False),
        ("RoleBinding", "rolebindings", True),
    ):
        store.declare(Resource(GROUP, "v1", kind, plural, namespaced))
    store.declare(
        Resource("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", False)
    )
    binding = binding or f"{role}Binding"
    home = {"namespace": namespace}
    meta: Object = {"name": "one"}
    store.create("namespaces", {"metadata": {"name": namespace}}, actor=ACTOR)
    store.create(
        f"{role.lower()}s.{GROUP}",
        {"metadata": meta | (home if role == "Role" else {}), "rules": rules},
        actor=ACTOR,
    )
    store.create(
        f"{binding.lower()}s.{GROUP}",
        {
            "metadata": meta | (home if binding == "RoleBinding" else {}),
            "roleRef": {"apiGroup": GROUP, "kind": role, "name": "one"},
            "subjects": [{"kind": "ServiceAccount", "name": "runner", "namespace": "home"}],
        },
        actor=ACTOR,
    )
    return store


def rule(verbs: str, resources: str, *, groups: str = "", names: str = "") -> Object:
    found: dict[str, Any] = {"apiGroups": [groups], "resources": resources.split(), "verbs": verbs.split()}
    return found | ({"resourceNames": names.split()} if names else {})


def may(store: ObjectStore, request: str, *, user: User = RUNNER) -> bool:
    method, path = request.split(" ", 1)
    path, _question, query = path.partition("?")
    parameters = dict(part.split("=", 1) for part in query.split("&")) if query else {}
    try:
        check(Call(user, target_of(method, path, parameters), parameters), store)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("given", "request_line", "allowed"),
    [
        (rule("list", "pods"), "GET /api/v1/pods", True),
        (rule("list", "pods"), f"GET {POD}", False),
        (rule("get", "pods"), f"GET {POD}", True),
        (rule("get", "pods"), "GET /apis/example.com/v1/pods/p", False),
        # over a WebSocket a command is a GET, over SPDY a POST
        (rule("get", "pods/exec"), f"GET {POD}/exec", True),
        (rule("get", "pods/exec"), f"POST {POD}/exec", False),
        (rule("create", "pods/exec"), f"GET {POD}/exec", False),
        (rule("create", "pods/exec"), f"POST {POD}/exec", True),
        (rule("get", "pods"), f"GET {POD}/exec", False),
        (rule("get", "pods/exec"), f"GET {POD}", False),
        (rule("get", "*/exec"), f"GET {POD}/exec", True),
        (rule("get", "*"), f"GET {POD}/exec", True),
        (rule("*", "pods"), f"PATCH {POD}", True),
        (rule("patch", "networks", groups="config.openshift.io"), "PATCH /apis/config.openshift.io/v1/networks/a",
         True),
        (rule("patch", "networks", groups="config.openshift.io"), "PATCH /apis/operator.openshift.io/v1/networks/a",
         False),
        (rule("patch", "nodes", names="a b"), "PATCH /api/v1/nodes/b", True),
        (rule("patch", "nodes", names="a b"), "PATCH /api/v1/nodes/c", False),
        # what has no name is covered by no rule with names
        (rule("list", "nodes", names="a"), "GET /api/v1/nodes", False),
        (rule("list", "nodes", names="a"), "GET /api/v1/nodes?fieldSelector=metadata.name=a", True),
        (rule("create", "nodes", names="a"), "POST /api/v1/nodes", False),
        (rule("delete", "namespaces", names="a"), "DELETE /api/v1/namespaces/a", True),
        (rule("delete", "namespaces", names="a"), "DELETE /api/v1/namespaces/b", False),
        # whether a kind is there is looked for later
        (rule("list", "pods"), "GET /apis/nowhere.example.com/v1/things", False),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_rule_covers(given, request_line, allowed):
    assert may(cluster(rules=[given]), request_line) is allowed


@pytest.mark.parametrize(("role", "binding"), [("Role", "RoleBinding"), ("ClusterRole", "RoleBinding")])
def test_a_role_binding_reaches_its_namespace_only(role, binding):
    store = cluster(rules=[rule("get list", "configmaps namespaces")], role=role, binding=binding)
    assert may(store, "GET /api/v1/namespaces/work/configmaps")
    assert may(store, "GET /api/v1/namespaces/work")  # a Namespace lies in itself
    assert not may(store, "GET /api/v1/namespaces/home/configmaps")
    assert not may(store, "GET /api/v1/configmaps")
    assert not may(store, "GET /api/v1/namespaces")


@pytest.mark.parametrize(
    ("subject", "user", "allowed"),
    [
        ({"kind": "User", "name": "nobody"}, NOBODY, True),
        ({"kind": "Group", "name": "system:authenticated"}, NOBODY, True),
        ({"kind": "Group", "name": "system:serviceaccounts:home"}, RUNNER, True),
        ({"kind": "Group", "name": "system:serviceaccounts:work"}, RUNNER, False),
        ({"kind": "User", "name": RUNNER.name}, RUNNER, True),
        ({"kind": "ServiceAccount", "name": "runner", "namespace": "work"}, RUNNER, False),
    ],
)
def test_whom_a_binding_means(subject, user, allowed):
    store = cluster(rules=[rule("list", "nodes")])
    store.patch(f"clusterrolebindings.{GROUP}", "one", {"subjects": [subject]}, actor=ACTOR)
    assert may(store, "GET /api/v1/nodes", user=user) is allowed


def test_a_binding_to_a_role_that_is_not_there_gives_nothing():
    store = cluster(rules=[rule("list", "nodes")])
    store.delete(f"clusterroles.{GROUP}", "one", actor=ACTOR)
    assert not may(store, "GET /api/v1/nodes")


@pytest.mark.parametrize(
    ("names", "allowed"), [(SIGNER, True), ("kubernetes.io/*", True), ("kubernetes.io/kubelet", False), ("", True)]
)
def test_an_approval_needs_a_right_on_the_signer(names, allowed):
    group = "certificates.k8s.io"
    store = cluster(rules=[rule("approve", "signers", groups=group, names=names)])
    store.create(f"certificatesigningrequests.{group}", {"metadata": {"name": "c"}, "spec": {"signerName": SIGNER}},
                 actor=ACTOR)  # fmt: skip
    path = f"/apis/{group}/v1/certificatesigningrequests/c/approval"
    call = Call(RUNNER, target_of("PUT", path, {}), {})
    if allowed:
        check_approval(call, store)
    else:
        with pytest.raises(Forbidden, match=f'user not permitted to approve requests with signerName "{SIGNER}"'):
            check_approval(call, store)


def test_reviews_of_oneself_are_answered_from_the_roles():
    store = cluster(rules=[rule("get", "nodes", names="a")])
    assert allows(RUNNER, target_of("GET", "/api/v1/nodes/a", {}), store)
    resources, _paths = rules_of(RUNNER, store, namespace="")
    assert rule("get", "nodes", names="a") in resources


@pytest.mark.parametrize(
    ("binding", "here", "nowhere"), [("ClusterRoleBinding", True, True), ("RoleBinding", True, False)]
)
def test_a_review_of_rules_is_about_one_namespace_and_what_holds_in_all(binding, here, nowhere):
    store = cluster(rules=[rule("*", "*", groups="*")], binding=binding)
    for namespace, expected in (("work", here), ("-", nowhere)):
        resources, _paths = rules_of(RUNNER, store, namespace=namespace)
        assert (rule("*", "*", groups="*") in resources) is expected


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ((), True),
        (("user:full",), True),
        (("user:info", "role:one:*"), True),
        (("role:one:elsewhere",), False),
        (("role:two:*",), False),
        (("user:check-access",), False),
    ],
)
def test_scopes_hold_back_what_roles_give_and_a_review_of_rules_does_not_know_it(scopes, allowed):
    store = cluster(rules=[rule("get", "pods")])
    scoped = User(RUNNER.name, RUNNER.groups, extra={SCOPES: scopes} if scopes else {})
    assert may(store, f"GET {POD}", user=scoped) is allowed
    assert rule("get", "pods") in rules_of(scoped, store, namespace="work")[0]


def token_request(store: ObjectStore, seconds: int | None) -> tuple[Credentials, Object]:
    store.declare(Resource("", "v1", "ServiceAccount", "serviceaccounts", True))
    store.create("serviceaccounts", {"metadata": {"name": "runner", "namespace": "default"}}, actor=ACTOR)
    spec = {} if seconds is None else {"expirationSeconds": seconds}
    target = target_of("POST", "/api/v1/namespaces/default/serviceaccounts/runner/token", {})
    call = Call(ADMIN, target, {}, content_type="application/json", body=json.dumps({"spec": spec}).encode())
    credentials = Credentials()
    return credentials, tokens.request(call, store, credentials)


@pytest.mark.parametrize(("asked", "given"), [(None, 3600), (600, 600), (604800, 604800)])
def test_a_token_is_good_for_as_long_as_was_asked_for(asked, given):
    store = new_store()
    credentials, answer = token_request(store, asked)
    token, ends = answer["status"]["token"], store.now() + timedelta(seconds=given)
    assert answer["spec"]["expirationSeconds"] == given
    user = credentials.user_of(token, now=ends - timedelta(seconds=1))
    assert user is not None and user.name == "system:serviceaccount:default:runner"
    assert credentials.user_of(token, now=ends) is None


@pytest.mark.parametrize("seconds", [0, 599, 2**33])
def test_a_lifetime_that_the_api_server_does_not_take(seconds):
    with pytest.raises(Invalid, match=r"spec\.expirationSeconds: Invalid value"):
        token_request(new_store(), seconds)
