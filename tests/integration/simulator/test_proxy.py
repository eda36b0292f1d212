"""The read-only proxy that other tests put in front of a cluster: what it lets through, and what it blocks."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.integration.proxy import ReadOnly, read_only
from tests.integration.simulator.http_client import HttpClient
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

kubernetes = pytest.importorskip("kubernetes")
DAEMONS = "openshift-machine-config-operator"
NODE = "/api/v1/nodes/worker-0"
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
POD = "/api/v1/namespaces/default/pods/web"


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningSimulator]:
    with running(Options(speed=1.0, masters=1, workers=1, max_lifetime=600)) as found:
        yield found


@pytest.fixture
def blocked(cluster: RunningSimulator) -> Iterator[ReadOnly]:
    with read_only(cluster.kubeconfig) as found:
        yield found


@pytest.fixture
def api(blocked: ReadOnly):
    return kubernetes.config.new_client_from_config(str(blocked.kubeconfig))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "new"}}),
        ("POST", "/api/v1/namespaces?dryRun=All", {"metadata": {"name": "new"}}),
        ("PUT", NODE, {"metadata": {"name": "worker-0"}}),
        ("PATCH", NODE, {"metadata": {"labels": {"a": "b"}}}),
        ("DELETE", NODE, None),
        ("DELETE", "/api/v1/nodes", None),
        ("POST", f"{POD}/eviction", {}),
        ("POST", f"{POD}/exec?command=true", None),
        ("GET", f"{POD}/exec?command=true", None),
        ("GET", f"{POD}/attach", None),
        ("GET", f"{POD}/portforward?ports=80", None),
        ("GET", f"{POD}/proxy/", None),
        ("PUT", REVIEW, {}),
        ("POST", f"{REVIEW}/x", {}),
        ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {}),
    ],
)
def test_what_is_blocked(blocked, cluster, method, path, body):
    cluster.forget_requests()
    answer = HttpClient(blocked.kubeconfig).ask(method, path, body)
    assert (answer.code, answer.json["reason"]) == (403, "Forbidden")
    assert blocked.hits == [(method, path)]
    assert cluster.requests() == []


@pytest.mark.parametrize("protocol", ["websocket", "SPDY/3.1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_upgrade_is_blocked(blocked, method, protocol):
    answer = HttpClient(blocked.kubeconfig).ask(method, "/api/v1/nodes", Connection="Upgrade", Upgrade=protocol)
    assert answer.code == 403
    assert blocked.hits == [(method, "/api/v1/nodes")]


def test_a_body_in_chunks_is_blocked(blocked):
    client = HttpClient(blocked.kubeconfig)
    connection = client.connect()
    try:
        connection.request("POST", REVIEW, body=iter([b"{}"]), encode_chunked=True, headers=client.headers)
        assert connection.getresponse().status == 403
    finally:
        connection.close()
    assert blocked.hits == [("POST", REVIEW)]


def test_exec_of_the_python_client_is_blocked(blocked, api, cluster):
    from kubernetes.client.exceptions import ApiException
    from kubernetes.stream import stream

    core = kubernetes.client.CoreV1Api(api)
    pod = core.list_namespaced_pod(DAEMONS, label_selector="k8s-app=machine-config-daemon").items[0].metadata.name
    with pytest.raises(ApiException) as caught:
        stream(core.connect_get_namespaced_pod_exec, pod, DAEMONS, command=["true"], stdout=True)
    assert "403" in str(caught.value)
    [(method, path)] = blocked.hits
    assert method == "GET" and path.startswith(f"/api/v1/namespaces/{DAEMONS}/pods/{pod}/exec?")
    assert not [row for row in cluster.requests() if row["verb"] == "exec"]


def test_writes_of_the_python_client_are_blocked(blocked, api):
    from kubernetes.client.exceptions import ApiException

    core = kubernetes.client.CoreV1Api(api)
    body = {"metadata": {"labels": {"x": "y"}}}
    for write in (
        lambda: core.patch_node("worker-0", body),
        lambda: core.create_namespace({"metadata": {"name": "new"}}),
        lambda: core.delete_node("worker-0"),
    ):
        with pytest.raises(ApiException) as caught:
            write()
        assert caught.value.status == 403
    assert [method for method, _path in blocked.hits] == ["PATCH", "POST", "DELETE"]


def test_reads_pages_logs_and_reviews_pass(blocked, api):
    core = kubernetes.client.CoreV1Api(api)
    page = core.list_pod_for_all_namespaces(limit=5)
    rest = core.list_pod_for_all_namespaces(limit=5, _continue=page.metadata._continue)
    assert len(page.items) == len(rest.items) == 5
    assert {pod.metadata.uid for pod in page.items}.isdisjoint(pod.metadata.uid for pod in rest.items)
    pod = core.list_namespaced_pod(DAEMONS, label_selector="k8s-app=machine-config-daemon").items[0]
    core.read_namespaced_pod_log(pod.metadata.name, DAEMONS, container="machine-config-daemon")
    client = HttpClient(blocked.kubeconfig)
    wanted = {"spec": {"resourceAttributes": {"verb": "list", "resource": "nodes"}}}
    assert client.ask("POST", REVIEW, wanted).json["status"]["allowed"] is True
    assert client.ask("POST", RULES, {"spec": {"namespace": "default"}}).code == 201
    assert blocked.hits == []


def test_identities_pass(blocked):
    codes = {
        name: HttpClient(blocked.kubeconfig, context=name).get("/api/v1/nodes").code for name in ("token", "nobody")
    }
    assert codes == {"token": 200, "nobody": 403}
    assert HttpClient(blocked.kubeconfig, context=None).get("/api/v1/nodes").code in (401, 403)


def test_a_watch_shows_changes_as_they_come(blocked, cluster):
    direct = HttpClient(cluster.kubeconfig)
    version = direct.get("/api/v1/nodes").json["metadata"]["resourceVersion"]
    client = HttpClient(blocked.kubeconfig)
    with client.watch(f"/api/v1/nodes?watch=1&resourceVersion={version}&timeoutSeconds=20") as events:
        direct.patch(NODE, {"metadata": {"annotations": {"seen": "through-the-proxy"}}})
        found = next(event for event in events if "seen" in event["object"]["metadata"].get("annotations", {}))
    assert found["type"] == "MODIFIED"
    assert blocked.hits == []


def test_one_connection_serves_many_requests(blocked, cluster):
    def seconds(client: HttpClient) -> float:
        connection, began = client.connect(), time.perf_counter()
        for _time in range(100):
            connection.request("GET", NODE, headers=client.headers)
            assert connection.getresponse().read()
        connection.close()
        return time.perf_counter() - began

    direct, through = HttpClient(cluster.kubeconfig), HttpClient(blocked.kubeconfig)
    # generous, since the machine is shared: what is meant is a fraction of a millisecond per request
    assert seconds(through) < 5 * seconds(direct) + 0.5
    assert blocked.hits == []


def test_an_api_that_is_away_is_away(blocked, cluster):
    cluster.add_fault("api_outage")
    try:
        with pytest.raises(OSError):
            HttpClient(blocked.kubeconfig).get("/api/v1/nodes")
    finally:
        cluster.remove_fault("api_outage")
    assert blocked.hits == []


@pytest.mark.parametrize("program", ["ssh", "scp", "sftp"])
def test_ssh_goes_nowhere(blocked, program):
    environment = {**os.environ, "PATH": blocked.search_path}
    done = subprocess.run([program, "-p", "22", "core@192.0.2.1", "two words"], env=environment, check=False)
    assert done.returncode == 1
    assert blocked.hits == [(program, "-p 22 core@192.0.2.1 'two words'")]
