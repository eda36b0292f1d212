"""Watches on the wire, and what happens to connections when the API goes down."""

from __future__ import annotations

import os
import socket
import time

import pytest

from tests.integration.simulator.stand_in import pod

NODES = "/api/v1/nodes"
PODS = "/api/v1/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def label(client, value, *, node="node-0"):
    return client.patch(f"{NODES}/{node}", {"metadata": {"labels": {"color": value}}}).json


def color(event):
    return event["object"]["metadata"]["labels"].get("color")


def test_a_watch_begins_with_what_is_there(client):
    with client.watch(f"{NODES}?watch=true&timeoutSeconds=5") as events:
        first = [next(events), next(events)]
        assert [(event["type"], event["object"]["metadata"]["name"]) for event in first] == [
            ("ADDED", "node-0"),
            ("ADDED", "node-1"),
        ]
        label(client, "red")
        event = next(events)
        assert (event["type"], color(event)) == ("MODIFIED", "red")


def test_a_watch_continues_after_a_resource_version(client):
    start = client.get(NODES).json["metadata"]["resourceVersion"]
    label(client, "red")
    label(client, "blue")
    with client.watch(f"{NODES}?watch=true&resourceVersion={start}&timeoutSeconds=1") as events:
        assert [color(event) for event in events] == ["red", "blue"]


def test_a_watch_ends_in_time_with_a_bookmark(served, client):
    query = f"watch=true&resourceVersion={served.cluster.store.revision}&timeoutSeconds=1&allowWatchBookmarks=true"
    with client.watch(f"{NODES}?{query}") as events:
        assert [event["type"] for event in events] == ["BOOKMARK"]


def test_objects_enter_and_leave_a_selection(client):
    with client.watch(f"{NODES}?watch=true&labelSelector=color%3Dred&timeoutSeconds=5") as events:
        label(client, "red")
        assert next(events)["type"] == "ADDED"
        label(client, "blue")
        event = next(events)
        assert (event["type"], color(event)) == ("DELETED", "red")


def test_only_the_namespace_and_the_fields_asked_for(served, client):
    create = served.cluster.store.create
    path = "/api/v1/namespaces/default/pods?watch=true&fieldSelector=spec.nodeName%3Dnode-1&timeoutSeconds=5"
    with client.watch(path) as events:
        create(
            "pods", {**pod("x", node_name="node-1"), "metadata": {"name": "x", "namespace": "kube-system"}}, actor="t"
        )
        create("pods", pod("y", node_name="node-0"), actor="t")
        create("pods", pod("z", node_name="node-1"), actor="t")
        assert next(events)["object"]["metadata"]["name"] == "z"


def test_an_old_resource_version_is_gone(served, client):
    start = client.get(NODES).json["metadata"]["resourceVersion"]
    label(client, "red")
    served.cluster.store.compact()
    with client.watch(f"{NODES}?watch=true&resourceVersion={start}") as events:
        (event,) = list(events)
    assert event["type"] == "ERROR"
    status = event["object"]
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert status["message"].startswith(f"too old resource version: {start} (")
    answer = client.get(f"{NODES}?resourceVersion={start}&resourceVersionMatch=Exact")
    assert (answer.code, answer.json["reason"]) == (410, "Expired")


def test_tables_tell_their_columns_once(client):
    with client.watch(f"{NODES}?watch=true&timeoutSeconds=1", Accept=TABLE) as events:
        tables = [event["object"] for event in events]
    assert tables[0]["columnDefinitions"][0]["name"] == "Name"
    assert tables[1]["columnDefinitions"] is None
    assert [table["rows"][0]["cells"][0] for table in tables] == ["node-0", "node-1"]


def test_a_watch_ends_with_its_definition(client):
    with client.watch("/apis/example.com/v1/things?watch=true") as events:
        client.ask("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com")
        assert list(events) == []


def close_gate(served, *, available):
    """From the server's own thread, as behaviours do it."""
    gate, loop = served.cluster.gate, served.server._loop
    loop.call_soon_threadsafe(lambda: gate.set(available=available, reason="test"))


def until(condition, *, timeout=5.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "nothing has changed"
        time.sleep(0.01)


def refuses(client):
    try:
        with socket.create_connection((client.address.hostname, client.address.port), timeout=1):
            return False
    except ConnectionRefusedError:
        return True


def test_a_closed_gate_refuses_and_resets(served, client):
    idle = client.connect()
    idle.request("GET", "/readyz")
    assert idle.getresponse().read() == b"ok"
    with client.watch(f"{NODES}?watch=true") as events:
        assert next(events)["type"] == "ADDED"
        close_gate(served, available=False)
        assert [event["object"]["metadata"]["name"] for event in events] == ["node-1"]
    until(lambda: refuses(client))
    # Below TLS, which would tell a reset as an end of file.
    with socket.socket(fileno=os.dup(idle.sock.fileno())) as raw, pytest.raises(ConnectionResetError):
        raw.recv(1)
    idle.close()
    close_gate(served, available=True)
    until(lambda: not refuses(client))
    assert client.get("/readyz").body == b"ok"
