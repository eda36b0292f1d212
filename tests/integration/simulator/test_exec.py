"""Pod exec over WebSocket, both subprotocols, frame by frame. (kubectl and the Python client are tested elsewhere.)"""

from __future__ import annotations

import json
import ssl
import time
from urllib.parse import urlencode

import pytest

from tests.simulator.api.streams import PROCESS_START_SECONDS

websocket = pytest.importorskip("websocket")

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"


def connect(client, *command, protocols=(V5, V4), **flags):
    query = urlencode(
        [("command", word) for word in command] + [("stdout", "true"), ("stderr", "true"), *flags.items()]
    )
    address = f"wss://{client.address.netloc}/api/v1/namespaces/default/pods/web/exec?{query}"
    return websocket.create_connection(
        address,
        subprotocols=list(protocols),
        header=client.headers,
        sslopt={"context": client.ssl, "cert_reqs": ssl.CERT_REQUIRED},
        timeout=10,
    )


def frames(socket):
    """(channel, text) of every frame until the server closes."""
    found: list[tuple[int, str]] = []
    while True:
        opcode, data = socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return found
        found.append((data[0], data[1:].decode()))


@pytest.mark.parametrize(
    ("protocols", "chosen"),
    [((V5, V4), V5), ((V4,), V4), ((V4, "v3.channel.k8s.io"), V4)],
    ids=["v5", "v4", "v4-before-v3"],
)
def test_output_and_success(served, protocols, chosen):
    socket = connect(served.client("token"), "echo", "hi", protocols=protocols)
    assert socket.subprotocol == chosen
    (out, text), (error, status) = frames(socket)
    assert (out, text, error) == (1, "hi\n", 3)
    assert json.loads(status) == {"metadata": {}, "status": "Success"}


def test_output_comes_no_sooner_than_a_process_has_started(served):
    """A client that makes its streams after the answer 101 would miss what comes before them."""
    socket = connect(served.client("token"), "echo", "hi")
    answered = time.monotonic()
    socket.recv_data()
    assert time.monotonic() - answered > 0.5 * PROCESS_START_SECONDS


def test_a_command_that_fails(served):
    (err, text), (error, status) = frames(connect(served.client("token"), "false"))
    assert (err, text, error) == (2, "no\n", 3)
    told = json.loads(status)
    assert (told["status"], told["reason"]) == ("Failure", "NonZeroExitCode")
    assert told["details"]["causes"] == [{"reason": "ExitCode", "message": "1"}]
    assert told["message"].startswith("command terminated with non-zero exit code: ")


def test_input_ends_when_the_client_closes_its_channel(served):
    socket = connect(served.client("token"), "cat", stdin="true")
    socket.send_binary(b"\x00some ")
    socket.send_binary(b"\x00input")
    socket.send_binary(b"\xff\x00")
    assert frames(socket)[0] == (1, "some input")


def test_input_of_v4_ends_with_a_pause(served):
    socket = connect(served.client("token"), "cat", protocols=[V4], stdin="true")
    socket.send_binary(b"\x00input")
    assert frames(socket)[0] == (1, "input")


def test_a_stream_that_breaks_off(served):
    socket = connect(served.client("token"), "drop")
    assert socket.recv() == b"\x01begun\n"
    with pytest.raises((websocket.WebSocketException, OSError)):
        socket.recv()


@pytest.mark.parametrize(
    ("context", "flags", "code"),
    [("viewer", {}, 403), ("nobody", {}, 403), ("token", {"container": "no"}, 400)],
    ids=["viewer", "nobody", "no-container"],
)
def test_refused_before_the_upgrade(served, context, flags, code):
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        connect(served.client(context), "echo", **flags)
    assert caught.value.status_code == code


def test_exec_without_an_upgrade(client):
    answer = client.ask("POST", "/api/v1/namespaces/default/pods/web/exec?command=true&stdout=true")
    assert (answer.code, answer.message) == (400, "Upgrade request required")
