# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from kubernetes.client import Configuration
from websocket import WebSocketException

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import kubernetes as subject
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.deadline import Bounds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.exec_stream import refusal
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NODE,
    NODE_HEALTH_CHECK,
    POD,
    SIGNER,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    BeingDeleted,
    ClusterUnreachable,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Unauthorized,
    Untrusted,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.rules import Rule


class Api:
    """An HTTP server on loopback that gives scripted answers and keeps what it was asked."""

    def __init__(self):
        self.answers: dict[tuple[str, str], Any] = {}
        self.asked: list[dict[str, Any]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                request = {
                    "method": self.command,
                    "path": url.path,
                    "query": {name: values[0] for name, values in parse_qs(url.query).items()},
                    "headers": dict(self.headers),
                    "body": json.loads(body) if body else None,
                }
                api.asked.append(request)
                status, content = api.answers[(self.command, url.path)](request)
                text = (content if isinstance(content, str) else json.dumps(content)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_PUT = answer

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def says(self, method, path, status, content):
        self.answers[(method, path)] = lambda request: (status, content)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def api():
    api = Api()
    yield api
    api.close()


def cluster_at(address, *, monotonic=None, **headers):
    configuration = Configuration(host=address)
    configuration.api_key = {"authorization": "Bearer secret"}
    return subject.KubernetesCluster(configuration, headers=headers, monotonic=monotonic)


def status(code, message):
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}


def test_an_object_is_read_with_the_credential(api):
    api.says("GET", "/api/v1/nodes/worker-0", 200, {"metadata": {"name": "worker-0"}})
    assert cluster_at(api.address).get(NODE, "worker-0") == {"metadata": {"name": "worker-0"}}
    assert api.asked[0]["headers"]["authorization"] == "Bearer secret"


def test_impersonation_goes_along(api):
    api.says("GET", "/api/v1/nodes/worker-0", 200, {"metadata": {"name": "worker-0"}})
    cluster_at(api.address, **{"Impersonate-User": "someone"}).get(NODE, "worker-0")
    assert api.asked[0]["headers"]["Impersonate-User"] == "someone"


def test_a_list_is_read_to_its_end(api):
    pages = {None: (["a", "b"], "more"), "more": (["c"], "")}

    def page(request):
        items, token = pages[request["query"].get("continue")]
        return 200, {"items": [{"metadata": {"name": name}} for name in items], "metadata": {"continue": token}}

    api.answers[("GET", "/api/v1/namespaces/web/pods")] = page
    found = cluster_at(api.address).list(POD, namespace="web", labels="a in (b)", fields="spec.nodeName=worker-0")
    assert [item["metadata"]["name"] for item in found] == ["a", "b", "c"]
    assert api.asked[0]["query"]["labelSelector"] == "a in (b)"
    assert api.asked[0]["query"]["fieldSelector"] == "spec.nodeName=worker-0"


def test_a_merge_patch(api):
    api.says("PATCH", "/api/v1/namespaces/web/configmaps/it", 200, {"metadata": {"name": "it"}, "data": {}})
    cluster_at(api.address).merge(CONFIG_MAP, "it", {"data": {"gone": None}}, namespace="web")
    assert api.asked[0]["headers"]["Content-Type"] == "application/merge-patch+json"
    assert api.asked[0]["body"] == {"data": {"gone": None}}


def test_what_is_created_says_what_it_is(api):
    api.says("POST", "/api/v1/namespaces/web/configmaps", 201, {"metadata": {"name": "it"}})
    cluster_at(api.address).create(CONFIG_MAP, {"metadata": {"name": "it"}}, namespace="web")
    assert api.asked[0]["body"] == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it"}}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, ClusterUnreachable),
        (422, Rejected),
        (429, ClusterUnreachable),
        (500, ClusterUnreachable),
        (503, ClusterUnreachable),
        (504, ClusterUnreachable),
        (418, Rejected),
    ],
)
def test_each_status_is_an_error_of_its_own_with_the_words_of_the_api(api, code, error):
    api.says("GET", "/api/v1/nodes/worker-0", code, status(code, "the API's own words"))
    with pytest.raises(error, match=rf"Could not read nodes worker-0: HTTP {code}, the API's own words") as caught:
        cluster_at(api.address).get(NODE, "worker-0")
    assert caught.type is error


def test_an_error_page_of_a_proxy_is_quoted_as_it_is(api):
    api.says("GET", "/api/v1/nodes/worker-0", 502, "<h1>Bad Gateway</h1>")
    with pytest.raises(ClusterUnreachable, match="Bad Gateway"):
        cluster_at(api.address).get(NODE, "worker-0")


def test_what_is_no_json_is_no_answer(api):
    api.says("GET", "/api/v1/nodes/worker-0", 200, "<h1>Welcome</h1>")
    with pytest.raises(ClusterUnreachable, match="not JSON"):
        cluster_at(api.address).get(NODE, "worker-0")


def test_a_closed_port_is_unreachable_and_is_asked_once(api):
    api.close()
    with pytest.raises(ClusterUnreachable, match="does not answer"):
        cluster_at(api.address).get(NODE, "worker-0")


@pytest.mark.parametrize(("text", "ready"), [("ok", True), ("ok\n", True), ("[+]ping ok", False)])
def test_readiness(api, text, ready):
    api.says("GET", "/readyz", 200, text)
    assert cluster_at(api.address).ready() is ready


@pytest.mark.parametrize("allowed", [True, False])
def test_access_reviews(api, allowed):
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    api.says("POST", path, 201, {"status": {"allowed": allowed}})
    access = Access("create", POD, subresource="exec", namespace="web")
    assert cluster_at(api.address).allowed(access) is allowed
    assert api.asked[0]["body"]["spec"]["resourceAttributes"] == {
        "verb": "create",
        "resource": "pods",
        "subresource": "exec",
        "namespace": "web",
    }


RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
LISTED = {
    "verbs": ["get"],
    "apiGroups": ["config.openshift.io"],
    "resources": ["networks"],
    "resourceNames": ["cluster"],
}


@pytest.mark.parametrize("incomplete", [True, False])
@pytest.mark.parametrize(("namespace", "sent"), [("web", "web"), (None, "-")])
def test_the_rules_of_a_namespace_and_of_every_one(api, namespace, sent, incomplete):
    """A name that no namespace can have: the answer holds what no RoleBinding gives."""
    told = {"resourceRules": [LISTED], "nonResourceRules": [], "incomplete": incomplete}
    api.says("POST", RULES, 201, {"spec": {}, "status": told})
    expected = Rule(("get",), ("config.openshift.io",), ("networks",), ("cluster",))
    assert cluster_at(api.address).rules(namespace) == (expected,)
    assert api.asked[0]["body"]["spec"] == {"namespace": sent}


def test_a_rule_without_names_is_for_every_object(api):
    told = {"resourceRules": [{"verbs": ["list"], "apiGroups": [""], "resources": ["nodes"], "resourceNames": None}]}
    api.says("POST", RULES, 201, {"status": told})
    assert cluster_at(api.address).rules() == (Rule(("list",), ("",), ("nodes",)),)


def test_nothing_is_listed_of_a_credential_whose_scopes_may_hold_it_back(api):
    cluster = cluster_at(api.address)
    cluster._configuration.api_key = {"authorization": "Bearer sha256~secret"}
    assert cluster.rules() == ()
    assert cluster_at(api.address, **{"Impersonate-Extra-scopes.authorization.openshift.io": ["a"]}).rules("web") == ()
    assert api.asked == []


def test_the_end_of_a_log(api):
    api.says("GET", "/api/v1/namespaces/web/pods/web-0/log", 200, "one\ntwo\n")
    assert cluster_at(api.address).log_tail("web-0", namespace="web", container="main", lines=2) == ["one", "two"]
    assert api.asked[0]["query"] == {"container": "main", "tailLines": "2"}


def test_a_command_that_is_not_let_in_tells_why(api):
    path = "/api/v1/namespaces/web/pods/web-0/exec"
    api.says("GET", path, 403, status(403, 'pods "web-0" is forbidden'))
    with pytest.raises(Forbidden, match='pods "web-0" is forbidden'):
        cluster_at(api.address).execute("web-0", ["true"], namespace="web", container="main", timeout=5.0)
    query = {name: value.lower() for name, value in api.asked[0]["query"].items()}
    assert query == {
        "command": "true",
        "container": "main",
        "stdin": "false",
        "stdout": "true",
        "stderr": "true",
        "tty": "false",
    }


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SimpleNamespace(resp_body=b"no, not you"), "no, not you"),
        (WebSocketException("Handshake status 502 Bad Gateway"), "Bad Gateway"),
        (WebSocketException("Handshake status 502 Bad Gateway -+-+- {'date': 'today'} -+-+- None"), "Bad Gateway"),
    ],
    ids=["body", "before 1.5", "no body"],
)
def test_the_words_of_a_refused_upgrade(error, words):
    assert refusal(error) == words


def test_a_command_to_a_closed_port_is_unreachable(api):
    api.close()
    with pytest.raises(ClusterUnreachable):
        cluster_at(api.address).execute("web-0", ["true"], namespace="web", container="main", timeout=5.0)


@pytest.mark.parametrize("code", [500, 503])
def test_an_api_server_that_says_it_is_not_ready_has_answered(api, code):
    api.says("GET", "/readyz", code, "[-]etcd failed: reason withheld")
    assert cluster_at(api.address).ready() is False


def test_a_credential_that_may_not_ask_for_readiness_is_an_error(api):
    api.says("GET", "/readyz", 403, status(403, "no"))
    with pytest.raises(Forbidden, match="ask the API server whether it is ready"):
        cluster_at(api.address).ready()


class Pool:
    """In the place of the client's connections."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def request_encode_url(self, method, url, *, headers, body, timeout, retries, redirect):
        assert retries is False
        assert redirect is False
        self.asked.append((method, url, headers, (timeout.connect_timeout, timeout.read_timeout)))
        return self.answer()


def cluster_with(pool, **headers):
    cluster = cluster_at("https://192.0.2.1:6443", **headers)
    cluster._pool = pool
    return cluster


def answer(status, body, **headers):
    """:param body: JSON"""
    return SimpleNamespace(status=status, data=json.dumps(body).encode(), headers=headers)


def raising(error):
    def answer():
        raise error

    return answer


def test_every_group_that_is_impersonated_has_a_header_line_of_its_own():
    pool = Pool(lambda: answer(200, {"metadata": {"name": "worker-0"}}))
    cluster_with(pool, **{"Impersonate-User": "someone", "Impersonate-Group": ["a", "b"]}).get(NODE, "worker-0")
    _method, _url, headers, timeouts = pool.asked[0]
    assert [value for name, value in headers.items() if name == "Impersonate-Group"] == ["a", "b"]
    assert timeouts == (Bounds().connect, Bounds().read)


def test_a_certificate_that_cannot_be_verified_does_not_heal_by_waiting():
    seen = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate"
    with pytest.raises(Untrusted, match=r"unable to get local issuer.*ca_cert"):
        cluster_with(Pool(raising(urllib3.exceptions.SSLError(seen)))).get(NODE, "worker-0")


def test_a_tls_connection_cut_short_is_an_outage():
    seen = "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"
    with pytest.raises(ClusterUnreachable, match="EOF occurred"):
        cluster_with(Pool(raising(urllib3.exceptions.SSLError(seen)))).get(NODE, "worker-0")


@pytest.mark.parametrize(
    "error",
    [
        urllib3.exceptions.ProtocolError("closed"),
        urllib3.exceptions.HTTPError("slow"),
        OSError("gone"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_breaks_on_the_way_is_an_outage(error):
    with pytest.raises(ClusterUnreachable):
        cluster_with(Pool(raising(error))).get(NODE, "worker-0")


@pytest.mark.parametrize(
    ("api_key", "oauth"),
    [
        pytest.param({}, False, id="client certificate"),
        pytest.param({"authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.e30.x"}, False, id="service account"),
        pytest.param({"authorization": "Bearer sha256~abcdef"}, True, id="oc login"),
    ],
)
def test_tokens_of_the_oauth_server_are_known_by_their_prefix(api_key, oauth):
    configuration = Configuration()
    configuration.api_key = api_key
    assert subject.KubernetesCluster(configuration, headers={}).oauth_token() is oauth


def test_the_clock_is_the_servers():
    pool = Pool(lambda: answer(200, {}, Date="Mon, 23 Nov 2026 10:00:00 GMT"))
    assert cluster_with(pool).now().isoformat() == "2026-11-23T10:00:00+00:00"


class Ticking:
    """The host's clock, moved by the test."""

    seconds = 100.0

    def __call__(self):
        return self.seconds


def timed(answers):
    """A cluster that gives these answers in turn, and the host's clock."""
    host = Ticking()
    pool = Pool(lambda: answers.pop(0))
    return cluster_with(pool, monotonic=host), pool, host


OBJECT = {"metadata": {"name": "worker-0"}}


def test_the_time_of_an_answer_is_counted_on_for_a_moment():
    first, later = "Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 11:00:00 GMT"
    cluster, pool, host = timed([answer(200, OBJECT, Date=first), answer(200, {}, Date=later)])
    cluster.get(NODE, "worker-0")
    host.seconds += 3
    assert cluster.now().isoformat() == "2026-11-23T10:00:03+00:00"
    host.seconds += 3
    assert cluster.now().isoformat() == "2026-11-23T11:00:00+00:00", "the host may have slept"
    assert [call[0] for call in pool.asked] == ["GET", "GET"]


@pytest.mark.parametrize(
    "unfit",
    [
        pytest.param(lambda: answer(502, "gateway", Date="Mon, 23 Nov 2026 09:00:00 GMT"), id="a proxy's error"),
        pytest.param(lambda: answer(200, OBJECT), id="no date"),
        pytest.param(lambda: answer(200, OBJECT, Date="yesterday"), id="no date either"),
    ],
)
def test_what_does_not_tell_the_servers_time_is_not_believed(unfit):
    cluster, pool, _host = timed([unfit(), answer(200, {}, Date="Mon, 23 Nov 2026 10:00:00 GMT")])
    with contextlib.suppress(ClusterUnreachable):
        cluster.get(NODE, "worker-0")
    assert cluster.now().isoformat() == "2026-11-23T10:00:00+00:00"
    assert len(pool.asked) == 2


def test_a_server_without_a_clock_is_an_error():
    pool = Pool(lambda: answer(200, {}))
    with pytest.raises(ClusterUnreachable, match="carries no Date header"):
        cluster_with(pool).now()


def test_deleting_what_is_gone_is_no_error():
    pool = Pool(lambda: answer(404, status(404, "not there")))
    assert cluster_with(pool).delete(NODE, "worker-0") is None
    assert [call[0] for call in pool.asked] == ["DELETE"]


NOT_SERVED = status(404, "the server could not find the requested resource")
SERVED = {"kind": "APIResourceList", "resources": [{"name": "nodehealthchecks"}, {"name": "nodehealthchecks/status"}]}


@pytest.mark.parametrize("asks", ["get", "list"])
@pytest.mark.parametrize(
    ("discovery", "error"),
    [
        pytest.param((404, NOT_SERVED), NotFound, id="no such group"),
        pytest.param((200, {"resources": []}), NotFound, id="no such kind"),
        pytest.param((200, SERVED), Forbidden, id="served"),
        pytest.param((200, {}), Forbidden, id="nonsense"),
        pytest.param((403, status(403, "no")), Forbidden, id="forbidden too"),
        pytest.param((503, "away"), Forbidden, id="away"),
    ],
)
def test_what_is_not_installed_is_absent_and_not_forbidden(api, asks, discovery, error):
    """A credential without rights on everything gets 403 for a kind that does not exist."""
    root = "/apis/remediation.medik8s.io/v1alpha1"
    api.says("GET", root, *discovery)
    for path in (f"{root}/nodehealthchecks", f"{root}/nodehealthchecks/it"):
        api.says("GET", path, 403, status(403, "nodehealthchecks is forbidden"))
    with pytest.raises(error) as caught:
        cluster = cluster_at(api.address)
        cluster.get(NODE_HEALTH_CHECK, "it") if asks == "get" else cluster.list(NODE_HEALTH_CHECK)
    assert caught.type is error


@pytest.mark.parametrize(
    ("namespace", "read", "written"),
    [
        pytest.param((200, {"metadata": {"name": "ours"}}), Forbidden, Forbidden, id="there"),
        pytest.param(
            (200, {"metadata": {"name": "ours", "deletionTimestamp": "2026-01-31T12:00:00Z"}}),
            NotFound,
            BeingDeleted,
            id="being deleted",
        ),
        pytest.param((404, status(404, "not found")), NotFound, Forbidden, id="gone"),
        pytest.param((403, status(403, "no")), Forbidden, Forbidden, id="forbidden too"),
        pytest.param((503, "away"), Forbidden, Forbidden, id="away"),
    ],
)
def test_a_namespace_takes_its_roles_with_it(api, namespace, read, written):
    """Whoever lives by a Role in it gets 403 as soon as the Role is gone, before and after its other objects are."""
    api.says("GET", "/api/v1", 200, {"resources": [{"name": "configmaps"}, {"name": "namespaces"}]})
    api.says("GET", "/api/v1/namespaces/ours", *namespace)
    path = "/api/v1/namespaces/ours/configmaps"
    for method, at in (("GET", path), ("POST", path), ("GET", f"{path}/it"), ("PATCH", f"{path}/it"),
                       ("PUT", f"{path}/it")):  # fmt: skip
        api.says(method, at, 403, status(403, "configmaps is forbidden"))
    cluster, body = cluster_at(api.address), {"metadata": {"name": "it"}}
    absent = NotFound if (read, written) == (NotFound, Forbidden) else written
    for error, asks in (
        (read, lambda: cluster.get(CONFIG_MAP, "it", namespace="ours")),
        # As for whoever has rights: what is to be changed, or the place of what is to be made, is absent.
        (absent, lambda: cluster.create(CONFIG_MAP, body, namespace="ours")),
        (absent, lambda: cluster.merge(CONFIG_MAP, "it", {}, namespace="ours")),
        (written, lambda: cluster.replace(CONFIG_MAP, body, namespace="ours")),
    ):
        with pytest.raises(error) as caught:
            asks()
        assert caught.type is error
    if read is NotFound:
        assert cluster.list(CONFIG_MAP, namespace="ours") == []
    else:
        with pytest.raises(Forbidden):
            cluster.list(CONFIG_MAP, namespace="ours")


def test_a_right_on_one_object(api):
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    api.says("POST", path, 201, {"status": {"allowed": True}})
    cluster_at(api.address).allowed(Access("approve", SIGNER, name="kubernetes.io/kubelet-serving"))
    assert api.asked[0]["body"]["spec"]["resourceAttributes"] == {
        "verb": "approve",
        "group": "certificates.k8s.io",
        "resource": "signers",
        "name": "kubernetes.io/kubelet-serving",
    }
