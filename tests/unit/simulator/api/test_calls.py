from __future__ import annotations

import pytest

from tests.simulator.api.authorization import allows, refusal
from tests.simulator.api.calls import Call, Target, target_of
from tests.simulator.api.negotiation import Rendering, rendering
from tests.simulator.credentials import ADMIN, ANONYMOUS, NOBODY, OAUTH, SERVICE_ACCOUNT, VIEWER
from tests.simulator.store.errors import NotAcceptable
from tests.unit.simulator.store.clusters import new_store


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", "/api/v1/nodes", {}, ("list", "nodes", None, None, "")),
        ("GET", "/api/v1/nodes", {"watch": "true"}, ("watch", "nodes", None, None, "")),
        ("GET", "/api/v1/nodes", {"watch": "True"}, ("watch", "nodes", None, None, "")),
        ("GET", "/api/v1/nodes/n1", {}, ("get", "nodes", None, "n1", "")),
        ("PUT", "/api/v1/nodes/n1/status", {}, ("update", "nodes", None, "n1", "status")),
        ("POST", "/api/v1/namespaces", {}, ("create", "namespaces", None, None, "")),
        ("DELETE", "/api/v1/namespaces/ns", {}, ("delete", "namespaces", None, "ns", "")),
        ("PUT", "/api/v1/namespaces/ns/finalize", {}, ("update", "namespaces", None, "ns", "finalize")),
        ("GET", "/api/v1/namespaces/ns/pods", {}, ("list", "pods", "ns", None, "")),
        ("POST", "/api/v1/namespaces/ns/pods/p/exec", {}, ("create", "pods", "ns", "p", "exec")),
        ("DELETE", "/api/v1/namespaces/ns/pods", {}, ("deletecollection", "pods", "ns", None, "")),
        ("PATCH", "/apis/apps/v1/namespaces/ns/deployments/d", {}, ("patch", "deployments.apps", "ns", "d", "")),
        ("GET", "/apis/apps/v1/deployments", {}, ("list", "deployments.apps", None, None, "")),
        ("GET", "/apis/apps/v1", {}, ("get", "", None, None, "")),
        ("GET", "/version", {}, ("get", "", None, None, "")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_requests_are_taken_apart(method, path, query, expected):
    target = target_of(method, path, query)
    key = target.key if target.resource else ""
    assert (target.verb, key, target.namespace, target.name, target.subresource) == expected


@pytest.mark.parametrize(
    ("user", "target", "allowed"),
    [
        (ADMIN, Target("", "delete", resource="nodes"), True),
        (SERVICE_ACCOUNT, Target("", "patch", resource="nodes"), True),
        (OAUTH, Target("", "patch", resource="nodes"), True),
        (VIEWER, Target("", "list", resource="secrets"), True),
        (VIEWER, Target("", "patch", resource="nodes"), False),
        (VIEWER, Target("", "get", resource="pods", subresource="log"), True),
        (VIEWER, Target("", "get", resource="pods", subresource="exec"), False),
        (NOBODY, Target("", "get", resource="nodes"), False),
        (NOBODY, Target("/apis", "get"), True),
        (
            NOBODY,
            Target("", "create", group="authorization.k8s.io", resource="selfsubjectaccessreviews"),
            True,
        ),
        (ANONYMOUS, Target("/readyz", "get"), True),
        (ANONYMOUS, Target("/version", "get"), True),
        (ANONYMOUS, Target("/apis", "get"), False),
        (ANONYMOUS, Target("", "list", resource="nodes"), False),
    ],
)
def test_who_may_do_what(user, target, allowed):
    assert allows(user, target, new_store()) is allowed


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            Target("", "list", version="v1", resource="nodes"),
            'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
        ),
        (
            Target("", "create", version="v1", resource="pods", namespace="ns", name="p", subresource="exec"),
            'pods "p" is forbidden: User "nobody" cannot create resource "pods/exec" in API group "" in the namespace '
            '"ns"',
        ),
        (
            Target("", "patch", group="operator.openshift.io", resource="networks", name="cluster"),
            'networks.operator.openshift.io "cluster" is forbidden: User "nobody" cannot patch resource "networks" in '
            'API group "operator.openshift.io" at the cluster scope',
        ),
        (Target("/metrics", "get"), 'forbidden: User "nobody" cannot get path "/metrics"'),
    ],
    ids=["list", "exec", "custom", "path"],
)
def test_refusals_in_the_words_of_the_api_server(target, message):
    assert refusal(NOBODY, target).message == message


TABLE = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", Rendering()),
        ("*/*", Rendering()),
        (TABLE, Rendering("Table")),
        ("application/json;as=Table;g=meta.k8s.io;v=v1beta1", Rendering("Table", "v1beta1")),
        ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", Rendering("PartialObjectMetadataList")),
        ("application/json;as=Unheard;g=meta.k8s.io;v=v1,application/json", Rendering()),
        ("application/vnd.kubernetes.protobuf,application/json", Rendering()),
        ("application/yaml", Rendering(encoding="yaml")),
    ],
)
def test_what_a_client_accepts(accept, expected):
    assert rendering(Call(ADMIN, Target("", "get"), {}, accept=accept)) == expected


def test_nothing_acceptable():
    with pytest.raises(NotAcceptable) as caught:
        rendering(Call(ADMIN, Target("", "get"), {}, accept="application/vnd.kubernetes.protobuf"))
    assert caught.value.code == 406
    assert "only the following media types are accepted: application/json" in caught.value.message
