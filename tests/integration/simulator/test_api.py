"""The API on the wire: verbs, refusals, shapes, rights."""

from __future__ import annotations

import json
import time

import pytest

from tests.integration.simulator.stand_in import pod
from tests.simulator.faults import Fault

THINGS = "/apis/example.com/v1/things"
PODS = "/api/v1/namespaces/default/pods"
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
STRATEGIC = "application/strategic-merge-patch+json"


def thing(name="a", **spec):
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "reason", "message"),
    [
        ("GET", "/api/v1/nodes/x", None, 404, "NotFound", 'nodes "x" not found'),
        ("GET", f"{THINGS}/x", None, 404, "NotFound", 'things.example.com "x" not found'),
        ("GET", "/api/v1/unheard", None, 404, "NotFound", "the server could not find the requested resource"),
        ("GET", f"{CONFIGMAPS}/x/status", None, 404, "NotFound", "the server could not find the requested resource"),
        ("PUT", "/api/v1/nodes", {}, 405, "MethodNotAllowed", "the server does not allow this method on the requested"),
        ("POST", "/api/v1/configmaps", {}, 405, "MethodNotAllowed", "the server does not allow this method on the"),
        ("POST", CONFIGMAPS, b"x" * 3_200_000, 413, "RequestEntityTooLarge", "limit is 3145728"),
        ("POST", "/api/v1/nodes/node-0", {}, 405, "MethodNotAllowed", "the server does not allow this method on"),
        ("POST", THINGS, thing(size="big"), 422, "Invalid", 'spec.size in body must be of type integer: "string"'),
        ("POST", THINGS, thing(size=-1), 422, "Invalid", "spec.size in body should be greater than or equal to 0"),
        ("POST", THINGS, {"metadata": {"name": "a"}}, 400, "BadRequest", "Object 'Kind' is missing in"),
        (
            "POST", THINGS, {**thing(), "apiVersion": "v1"}, 400, "BadRequest",
            "the API version in the data (v1) does not match the expected API version (example.com/v1)",
        ),
        (
            "POST", f"{THINGS}?fieldValidation=Strict", thing(sixe=1), 400, "BadRequest",
            'strict decoding error: unknown field "spec.sixe"',
        ),
        ("POST", f"{THINGS}?dryRun=Some", thing(), 422, "Invalid", 'Unsupported value: "Some"'),
        ("POST", "/api/v1/nodes", b"{", 400, "BadRequest", "error decoding request body"),
        (
            "POST", CONFIGMAPS, {"metadata": {"name": "a"}, "data": {"k": 1}}, 400, "BadRequest",
            "json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
        ),
        ("POST", "/api/v1/namespaces/no/configmaps", {"metadata": {"name": "a"}}, 404, "NotFound",
         'namespaces "no" not found'),
        ("GET", f"{PODS}?fieldSelector=spec.color%3Dred", None, 400, "BadRequest",
         "field label not supported: spec.color"),
        ("GET", f"{PODS}?labelSelector=a%3Db%3Dc", None, 400, "BadRequest", "unable to parse requirement"),
        ("GET", f"{PODS}?continue=xyz", None, 400, "BadRequest", "continue key is not valid"),
        ("GET", f"{PODS}?watch=true&sendInitialEvents=true", None, 422, "Invalid", "WatchList feature gate"),
        ("GET", f"{PODS}/web/log?container=x", None, 400, "BadRequest", "container x is not valid for pod web"),
        ("GET", f"{PODS}/web/log?previous=true", None, 400, "BadRequest",
         'previous terminated container "main" in pod "web" not found'),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)  # fmt: skip
def test_refusals(client, method, path, body, code, reason, message):
    answer = client.ask(method, path, body)
    assert (answer.code, answer.json["reason"], answer.json["code"]) == (code, reason, code)
    assert answer.json["kind"] == "Status"
    assert message in answer.message


def test_paths_that_nobody_serves_are_plain_text(client):
    answer = client.get("/apis/unheard.example.com/v1/things")
    assert (answer.code, answer.body) == (404, b"404 page not found\n")


def test_create_get_replace_patch_delete(client):
    made = client.ask("POST", THINGS, thing(size=1))
    assert made.code == 201
    assert made.json["spec"] == {"size": 1, "color": "blue"}
    stale = made.json
    changed = client.ask("PUT", f"{THINGS}/a", {**stale, "spec": {"size": 2}})
    assert changed.json["metadata"]["generation"] == 2
    conflict = client.ask("PUT", f"{THINGS}/a", stale)
    assert (conflict.code, conflict.json["reason"]) == (409, "Conflict")
    assert "the object has been modified; please apply your changes to the latest version" in conflict.message
    patched = client.patch(f"{THINGS}/a", {"spec": {"size": 3}})
    assert patched.json["spec"]["size"] == 3
    operations = [{"op": "test", "path": "/spec/size", "value": 3}, {"op": "add", "path": "/spec/tags", "value": ["x"]}]
    patched = client.patch(f"{THINGS}/a", operations, content_type="application/json-patch+json")
    assert patched.json["spec"]["tags"] == ["x"]
    gone = client.ask("DELETE", f"{THINGS}/a")
    assert gone.json["status"] == "Success"
    assert gone.json["details"] == {
        "name": "a",
        "group": "example.com",
        "kind": "things",
        "uid": stale["metadata"]["uid"],
    }
    assert client.get(f"{THINGS}/a").code == 404


def test_what_the_server_sets_cannot_be_sent(client):
    sent = thing()
    sent["metadata"] |= {"uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 7}
    made = client.ask("POST", THINGS, {**sent, "status": {"x": 1}}).json
    assert made["metadata"]["uid"] != "mine"
    assert made["metadata"]["creationTimestamp"].startswith("2026-")
    assert made["metadata"]["generation"] == 1
    assert "status" not in made


def test_status_has_an_endpoint_of_its_own(client):
    client.ask("POST", THINGS, thing(size=1))
    assert "status" not in client.patch(f"{THINGS}/a", {"status": {"x": 1}}).json
    changed = client.patch(f"{THINGS}/a/status", {"status": {"x": 1}, "spec": {"size": 9}}).json
    assert (changed["status"], changed["spec"]["size"]) == ({"x": 1}, 1)


def test_a_failed_json_patch(client):
    client.ask("POST", THINGS, thing(size=1))
    operations = [{"op": "test", "path": "/spec/size", "value": 7}]
    answer = client.patch(f"{THINGS}/a", operations, content_type="application/json-patch+json")
    assert (answer.code, answer.json["reason"]) == (422, "Invalid")


def test_custom_resources_take_no_strategic_patch(client):
    client.ask("POST", THINGS, thing(size=1))
    answer = client.patch(f"{THINGS}/a", {"spec": {"size": 2}}, content_type=STRATEGIC)
    assert (answer.code, answer.json["reason"]) == (415, "UnsupportedMediaType")
    assert "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml" in answer.message
    answer = client.patch("/api/v1/nodes/node-0", {"spec": {"unschedulable": True}}, content_type=STRATEGIC)
    assert answer.json["spec"]["unschedulable"] is True


def test_unknown_fields_are_dropped_with_a_warning(client):
    answer = client.ask("POST", THINGS, thing(sixe=1))
    assert answer.code == 201
    assert answer.json["spec"] == {"color": "blue"}
    assert answer.headers["Warning"] == '299 - "unknown field \\"spec.sixe\\""'
    quiet = client.ask("POST", f"{THINGS}?fieldValidation=Ignore", thing("b", sixe=1))
    assert "Warning" not in quiet.headers


NONSENSE: list[object] = [
    None,
    [],
    7,
    "text",
    {},
    {"metadata": []},
    {"metadata": 7, "kind": "Thing"},
    {"spec": 7},
    [7],
    [{}],
]


@pytest.mark.parametrize("path", [THINGS, f"{THINGS}/a", f"{THINGS}/a/status", CONFIGMAPS, "/api/v1/nodes/node-0",
                                  f"{PODS}/web/eviction", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                                  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"])  # fmt: skip
def test_nonsense_is_the_fault_of_the_client(client, path):
    client.ask("POST", THINGS, thing(size=1))
    formats = ("json-patch+json", "merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml")
    for body in NONSENSE:
        data = json.dumps(body).encode()
        answers = [client.ask(method, path, data) for method in ("POST", "PUT", "DELETE")]
        answers += [client.patch(path, data, content_type=f"application/{name}") for name in formats]
        answers += [client.patch(f"{path}?fieldManager=m", data, content_type="application/apply-patch+yaml")]
        assert [answer.body for answer in answers if answer.code >= 500] == []


def test_applying_makes_what_is_missing(client):
    made = client.patch(
        f"{THINGS}/new?fieldManager=me", thing("new", size=1), content_type="application/apply-patch+yaml"
    )
    assert (made.code, made.json["metadata"]["managedFields"][0]["manager"]) == (201, "me")


def test_dry_run(served, client):
    before = served.cluster.store.revision
    assert client.ask("POST", f"{THINGS}?dryRun=All", thing()).code == 201
    assert client.ask("DELETE", f"{PODS}/web?dryRun=All").code == 200
    assert client.patch("/api/v1/nodes/node-0?dryRun=All", {"spec": {"unschedulable": True}}).code == 200
    assert served.cluster.store.revision == before
    assert [row["dry_run"] for row in served.server.record.rows] == [True, True, True]


def test_pages(client):
    for number in range(5):
        client.ask("POST", THINGS, thing(f"t{number}"))
    first = client.get(f"{THINGS}?limit=2").json
    assert [item["metadata"]["name"] for item in first["items"]] == ["t0", "t1"]
    assert first["metadata"]["remainingItemCount"] == 3
    client.ask("DELETE", f"{THINGS}/t2")
    second = client.get(f"{THINGS}?limit=2&continue={first['metadata']['continue']}").json
    assert [item["metadata"]["name"] for item in second["items"]] == ["t2", "t3"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    last = client.get(f"{THINGS}?limit=2&continue={second['metadata']['continue']}").json
    assert [item["metadata"]["name"] for item in last["items"]] == ["t4"]
    assert "continue" not in last["metadata"]


def test_a_page_after_compaction_is_gone(served, client):
    for number in range(3):
        client.ask("POST", THINGS, thing(f"t{number}"))
    token = client.get(f"{THINGS}?limit=1").json["metadata"]["continue"]
    client.ask("DELETE", f"{THINGS}/t2")
    served.cluster.store.compact()
    answer = client.get(f"{THINGS}?limit=1&continue={token}")
    assert (answer.code, answer.json["reason"]) == (410, "Expired")
    assert "The provided continue parameter is too old" in answer.message


def test_typed_lists_leave_the_kind_of_items_out(client):
    nodes = client.get("/api/v1/nodes").json
    assert (nodes["kind"], nodes["apiVersion"]) == ("NodeList", "v1")
    assert "kind" not in nodes["items"][0]
    client.ask("POST", THINGS, thing())
    assert client.get(THINGS).json["items"][0]["kind"] == "Thing"


def test_tables_and_partial_metadata(client):
    table = client.get("/api/v1/nodes", Accept="application/json;as=Table;v=v1;g=meta.k8s.io").json
    assert table["kind"] == "Table"
    assert [column["name"] for column in table["columnDefinitions"]][:3] == ["Name", "Status", "Roles"]
    assert table["rows"][0]["cells"][:3] == ["node-0", "Ready", "worker"]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    table = client.get("/api/v1/nodes?includeObject=Object", Accept=accept).json
    assert "nodeInfo" in table["rows"][0]["object"]["status"]
    client.ask("POST", THINGS, thing(size=3))
    table = client.get(THINGS, Accept=accept).json
    assert table["rows"][0]["cells"] == ["a", 3]
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    partial = client.get("/api/v1/nodes", Accept=accept).json
    assert partial["kind"] == "PartialObjectMetadataList"
    assert set(partial["items"][0]) == {"kind", "apiVersion", "metadata"}


def test_nothing_acceptable(client):
    answer = client.get("/api/v1/nodes", Accept="application/vnd.kubernetes.protobuf")
    assert (answer.code, answer.json["reason"]) == (406, "NotAcceptable")


def test_delete_collection(client):
    for name in ("a", "b"):
        client.ask("POST", CONFIGMAPS, {"metadata": {"name": name, "labels": {"drop": name}}})
    answer = client.ask("DELETE", f"{CONFIGMAPS}?labelSelector=drop%3Da")
    assert [item["metadata"]["name"] for item in answer.json["items"]] == ["a"]
    assert client.get(f"{CONFIGMAPS}/b").code == 200


def test_preconditions_of_a_delete(client):
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "other"}}
    answer = client.ask("DELETE", f"{PODS}/web", options)
    assert answer.code == 409
    assert "the UID in the precondition (other) does not match the UID in record" in answer.message


def test_finalize_a_namespace(client):
    path = "/api/v1/namespaces/kube-system"
    terminating = client.ask("DELETE", path).json
    assert terminating["status"]["phase"] == "Terminating"
    answer = client.ask("POST", f"{path}/configmaps", {"metadata": {"name": "a"}})
    assert (answer.code, answer.json["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")
    terminating["spec"]["finalizers"] = []
    assert client.ask("PUT", f"{path}/finalize", terminating).code == 200
    assert client.get(path).code == 404


def test_scale(client):
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    deployment = {"metadata": {"name": "d"}, "spec": spec}
    assert client.ask("POST", path, deployment).code == 201
    assert client.get(f"{path}/d/scale").json["spec"] == {"replicas": 1}
    scaled = client.patch(f"{path}/d/scale", {"spec": {"replicas": 5}}).json
    assert (scaled["kind"], scaled["spec"]["replicas"]) == ("Scale", 5)
    assert client.get(f"{path}/d").json["spec"]["replicas"] == 5


# -- who


@pytest.mark.parametrize(
    ("context", "user", "code"),
    [
        ("admin", "system:admin", 200),
        ("token", "system:serviceaccount:default:admin", 200),
        ("oauth", "kube:admin", 200),
        ("viewer", "viewer", 200),
        ("nobody", "nobody", 403),
        (None, "system:anonymous", 403),
    ],
)  # fmt: skip
def test_users(served, context, user, code):
    answer = served.client(context).get("/api/v1/nodes")
    assert answer.code == code
    if code == 403:
        assert answer.message == (
            f'nodes is forbidden: User "{user}" cannot list resource "nodes" in API group "" at the cluster scope'
        )
    assert served.server.record.rows[-1]["user"] == user


def test_an_unknown_token(served):
    client = served.client(None)
    client.headers["Authorization"] = "Bearer wrong"
    answer = client.get("/api/v1/nodes")
    assert (answer.code, answer.json["reason"], answer.message) == (401, "Unauthorized", "Unauthorized")


def test_anonymous_sees_health_and_version_only(served):
    client = served.client(None)
    assert client.get("/readyz").body == b"ok"
    assert "[+]etcd ok" in client.get("/readyz?verbose").body.decode()
    assert client.get("/version").json["gitVersion"].startswith("v1.27.")
    assert client.get("/apis").code == 403


def test_an_api_server_that_has_just_started_denies_all_but_its_health(served, client):
    served.cluster.faults.add(Fault("api_denies"))
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    for method, path, body in (("GET", "/api/v1/nodes", None), ("POST", review, {}), ("GET", "/version", None)):
        answer = client.ask(method, path, body)
        assert (answer.code, answer.json["reason"]) == (403, "Forbidden")
        assert " cannot " in answer.message
    assert (client.get("/livez").code, client.get("/readyz").code) == (200, 500)
    assert "[-]poststarthook/rbac/bootstrap-roles failed" in client.get("/readyz").body.decode()
    served.cluster.faults.remove("api_denies")
    assert (client.get("/readyz").code, client.get("/api/v1/nodes").code) == (200, 200)


def test_reviews(served):
    def may(context, verb, resource, group=""):
        attributes = {"verb": verb, "resource": resource, "group": group}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        answer = served.client(context).ask("POST", path, {"spec": {"resourceAttributes": attributes}})
        assert answer.code == 201
        return answer.json["status"]["allowed"]

    assert may("token", "patch", "networks", "operator.openshift.io")
    assert may("viewer", "list", "networks", "operator.openshift.io")
    assert not may("viewer", "patch", "networks", "operator.openshift.io")
    assert not may("nobody", "get", "nodes")
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    answer = served.client("oauth").ask("POST", path, {}).json
    assert answer["status"]["userInfo"]["username"] == "kube:admin"
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    answer = served.client("viewer").ask("POST", path, {"spec": {"namespace": "default"}}).json
    every = {"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]}
    assert every in answer["status"]["resourceRules"]
    assert answer["spec"] == {}
    assert served.client("viewer").ask("POST", path, {"spec": {}}).message == "no namespace on request"
    # whether there is such a namespace is not asked
    answer = served.client("oauth").ask("POST", path, {"spec": {"namespace": "-"}}).json["status"]
    assert {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]} in answer["resourceRules"]
    assert answer["incomplete"] is False


def test_impersonation(served):
    answer = served.client().get("/api/v1/nodes", Impersonate_User="nobody")
    assert 'User "nobody" cannot list' in answer.message
    answer = served.client("viewer").get("/api/v1/nodes", Impersonate_User="system:admin")
    assert 'User "viewer" cannot impersonate resource "users"' in answer.message
    scoped = {"Impersonate_User": "system:admin", "Impersonate_Group": "system:masters"}
    assert served.client().get("/api/v1/nodes", **scoped).code == 200
    scoped["Impersonate_Extra_scopes.authorization.openshift.io"] = "user:info"
    assert served.client().get("/api/v1/nodes", **scoped).code == 403


# -- aggregation and discovery


def break_route_api(served, *, available):
    condition = {"type": "Available", "status": str(available), "reason": "Passed"}
    service = {"group": "route.openshift.io", "version": "v1", "service": {"name": "api", "namespace": "x"}}
    spec = {**service, "groupPriorityMinimum": 9900, "versionPriority": 15}
    obj = {"metadata": {"name": "v1.route.openshift.io"}, "spec": spec, "status": {"conditions": [condition]}}
    served.cluster.store.create("apiservices.apiregistration.k8s.io", obj, actor="seed")


def test_an_aggregated_api_that_is_down(served, client):
    routes = "/apis/route.openshift.io/v1/namespaces/default/routes"
    assert client.get(routes).code == 200
    break_route_api(served, available=False)
    answer = client.get(routes)
    assert (answer.code, answer.body) == (503, b"service unavailable\n")
    assert client.get("/apis/route.openshift.io/v1").code == 503
    assert "route.openshift.io" in [group["name"] for group in client.get("/apis").json["groups"]]
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    groups = client.get("/apis", Accept=accept).json
    assert groups["apiVersion"] == "apidiscovery.k8s.io/v2"
    route = next(group for group in groups["items"] if group["metadata"]["name"] == "route.openshift.io")
    assert route["versions"] == [{"version": "v1", "freshness": "Stale"}]


def test_an_oauth_token_needs_the_oauth_api(served):
    spec = {"group": "oauth.openshift.io", "version": "v1", "service": {"name": "api", "namespace": "x"}}
    obj = {"metadata": {"name": "v1.oauth.openshift.io"}, "spec": spec}
    served.cluster.store.create("apiservices.apiregistration.k8s.io", obj, actor="seed")
    assert served.client("oauth").get("/api/v1/nodes").code == 401
    assert served.client("token").get("/api/v1/nodes").code == 200


def test_discovery(client):
    assert client.get("/api").json["versions"] == ["v1"]
    resources = {entry["name"]: entry for entry in client.get("/api/v1").json["resources"]}
    assert resources["nodes"]["shortNames"] == ["no"]
    assert resources["pods/eviction"]["kind"] == "Eviction"
    assert resources["pods/eviction"]["group"] == "policy"
    assert "configmaps/status" not in resources
    names = [entry["name"] for entry in client.get("/apis/example.com/v1").json["resources"]]
    assert names == ["things", "things/status"]
    assert client.get("/apis/example.com").json["preferredVersion"]["groupVersion"] == "example.com/v1"
    client.ask("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com")
    assert client.get("/apis/example.com/v1").code == 404
    assert client.get(THINGS).code == 404


def test_open_api(client):
    index = client.get("/openapi/v3").json["paths"]
    assert "apis/example.com/v1" in index
    document = client.get(index["apis/example.com/v1"]["serverRelativeURL"]).json
    schema = document["components"]["schemas"]["com.example.v1.Thing"]
    assert schema["properties"]["spec"]["properties"]["size"] == {"type": "integer", "minimum": 0}
    parameters = document["paths"]["/apis/example.com/v1/things/{name}"]["patch"]["parameters"]
    assert {parameter["name"] for parameter in parameters} >= {"dryRun", "fieldValidation"}
    core = client.get("/openapi/v3/api/v1").json["components"]["schemas"]
    containers = core["V1PodSpec"]["properties"]["containers"]
    assert containers["x-kubernetes-patch-merge-key"] == "name"


# -- pods


def test_logs(client):
    assert client.get(f"{PODS}/web/log").body.decode().splitlines() == [f"line {n}" for n in range(1, 6)]
    assert client.get(f"{PODS}/web/log?tailLines=2").body == b"line 4\nline 5\n"
    assert client.get(f"{PODS}/web/log?limitBytes=3").body == b"lin"
    stamped = client.get(f"{PODS}/web/log?timestamps=true&tailLines=1").body.decode()
    assert stamped == "2026-01-30T00:00:04.000000000Z line 5\n"


def test_a_followed_log_ends_with_its_pod(served, client):
    connection = client.connect()
    connection.request("GET", f"{PODS}/web/log?follow=true&tailLines=1")
    response = connection.getresponse()
    assert response.readline() == b"line 5\n"
    client.ask("DELETE", f"{PODS}/web")
    assert response.read() == b""
    connection.close()


# -- faults


def test_a_conflict_storm(served, client):
    served.cluster.faults.add(Fault("conflict_storm", "nodes", {"count": 2}))
    answers = [client.patch("/api/v1/nodes/node-0", {"metadata": {"labels": {"a": "b"}}}).code for _attempt in range(3)]
    assert answers == [409, 409, 200]
    assert client.get("/api/v1/nodes").code == 200


def test_a_throttle_storm(served, client):
    served.cluster.faults.add(Fault("throttle_storm", "", {"count": 1, "retry_after": 3}))
    answer = client.get("/api/v1/nodes")
    assert (answer.code, answer.headers["Retry-After"]) == (429, "3")
    assert client.get("/api/v1/nodes").code == 200


def test_an_expired_token(served):
    served.cluster.faults.add(Fault("token_expired"))
    assert served.client("token").get("/api/v1/nodes").code == 401
    assert served.client("admin").get("/api/v1/nodes").code == 200


def test_the_record_tells_what_was_asked(served, client):
    client.patch("/api/v1/nodes/node-0", {"spec": {"unschedulable": True}})
    client.get(f"{PODS}/web/log")
    client.ask("POST", PODS, pod("other", node_name="node-1"))
    rows = served.server.record.rows
    kept = ("seq", "verb", "resource", "namespace", "name", "user", "status", "body")
    assert [tuple(row[name] for name in kept) for row in rows[:2]] == [
        (1, "patch", "nodes", None, "node-0", "system:admin", 200, {"spec": {"unschedulable": True}}),
        (2, "log", "pods", "default", "web", "system:admin", 200, None),
    ]
    assert rows[2]["verb"] == "create" and rows[2]["body"]["metadata"]["name"] == "other"
    assert json.dumps(rows)


SERVICE = {"namespace": "hooks", "name": "server"}


def put_webhook(served, *, policy):
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["namespaces"], "scope": "*"}
    hook = {
        "name": "hook.example.com",
        "clientConfig": {"service": SERVICE},
        "rules": [rule],
        "failurePolicy": policy,
        "sideEffects": "None",
        "timeoutSeconds": 1,
        "admissionReviewVersions": ["v1"],
    }
    key = "validatingwebhookconfigurations.admissionregistration.k8s.io"
    served.cluster.store.create(key, {"metadata": {"name": "hooks"}, "webhooks": [hook]}, actor="test")


@pytest.mark.parametrize(("policy", "code"), [("Fail", 500), ("Ignore", 201)])
def test_a_webhook_that_does_not_answer_costs_time(served, client, policy, code):
    put_webhook(served, policy=policy)
    began = time.monotonic()
    assert client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "quick"}}).code == 201
    served.cluster.unreachable["hooks", "server"] = "context deadline exceeded"
    answer = client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "slow"}})
    assert time.monotonic() - began > 0.9
    assert answer.code == code
    if policy == "Fail":
        assert answer.message == (
            'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post '
            '"https://server.hooks.svc:443/?timeout=1s": context deadline exceeded'
        )
    rows = [row["webhooks"] for row in served.server.record.rows if "webhooks" in row]
    results = [(row[0]["result"], row[0]["seconds"]) for row in rows]
    assert results == [("allowed", 0.0), ("failed" if policy == "Fail" else "ignored", 1.0)]
