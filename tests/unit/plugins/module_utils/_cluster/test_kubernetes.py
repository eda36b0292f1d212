# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from kubernetes.client import Configuration
from kubernetes.client.exceptions import ApiException

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import kubernetes as subject
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import CONFIG_MAP, NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Unauthorized,
)


class Api:
    """An HTTP server on loopback that gives scripted answers and keeps what it was asked."""

    def __init__(self):
        self.answers = {}
        self.asked = []
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

            do_GET = do_POST = do_PATCH = answer

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


def cluster_at(address, **headers):
    configuration = Configuration(host=address)
    configuration.api_key = {"authorization": "Bearer secret"}
    return subject.KubernetesCluster(configuration, headers=headers)


def status(code, message):
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}


def test_an_object_is_read_with_the_credential(api):
    api.says("GET", "/api/v1/nodes/worker-0", 200, {"metadata": {"name": "worker-0"}})
    assert cluster_at(api.address).get(NODE, "worker-0") == {"metadata": {"name": "worker-0"}}
    assert api.asked[0]["headers"]["authorization"] == "Bearer secret"


def test_impersonation_goes_along(api):
    api.says("GET", "/api/v1/nodes/worker-0", 200, {})
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
    api.says("PATCH", "/api/v1/namespaces/web/configmaps/it", 200, {"data": {}})
    cluster_at(api.address).merge(CONFIG_MAP, "it", {"data": {"gone": None}}, namespace="web")
    assert api.asked[0]["headers"]["Content-Type"] == "application/merge-patch+json"
    assert api.asked[0]["body"] == {"data": {"gone": None}}


def test_what_is_created_says_what_it_is(api):
    api.says("POST", "/api/v1/namespaces/web/configmaps", 201, {})
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


def test_a_command_to_a_closed_port_is_unreachable(api):
    api.close()
    with pytest.raises(ClusterUnreachable):
        cluster_at(api.address).execute("web-0", ["true"], namespace="web", container="main", timeout=5.0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", None),
        ('{"metadata":{},"status":"Success"}', 0),
        (
            '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"137"}]}}',
            137,
        ),
        ('{"status":"Failure","reason":"InternalError","message":"no such container"}', 1),
    ],
    ids=["broken off", "success", "exit code", "other failure"],
)
def test_exit_codes(text, code):
    assert subject._exit_code(text) == code


def test_a_refused_handshake_without_a_body_is_told_in_the_words_of_its_status():
    reason = "Handshake status 502 Bad Gateway -+-+- {'date': 'today'} -+-+- None"
    with pytest.raises(ClusterUnreachable, match="HTTP 502, Bad Gateway"):
        subject._raise_handshake(ApiException(status=0, reason=reason), tried="run it")


def test_a_refused_handshake_without_a_status_counts_as_unreachable():
    with pytest.raises(ClusterUnreachable, match="reset by peer"):
        subject._raise_handshake(ApiException(status=0, reason="[Errno 104] Connection reset by peer"), tried="run it")
