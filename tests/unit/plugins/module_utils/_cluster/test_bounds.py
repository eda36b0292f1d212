# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No call outlasts its bounds, whatever the other end does, and none writes after it was given up."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from kubernetes.client import Configuration

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.deadline import Bounds, Deadline, watched
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kubernetes import KubernetesCluster
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Cluster, Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import ClusterUnreachable
from ansible_collections.ocp_day2.ovn_migration.tests.unit.loopback import CLOSE, Line, certified, frame, serving
from ansible_collections.ocp_day2.ovn_migration.tests.unit.port_calls import CALLS, SILENT

#: ``read`` is longer than ``total``: it is the whole that has to be bounded, not the silence between two bytes.
BOUNDS = Bounds(connect=0.1, read=5.0, total=0.1, opening=0.1, closing=0.05)
#: For streams that come to be opened.
PATIENT = Bounds(closing=0.05)
#: What a call may take until a test that it hangs: the bounds, and what a busy machine adds.
HANGS = 4.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDLESS = b"x" * 1000


def accepts_and_stays_silent(line: Line) -> None:
    line.silence()


def drips_its_status_line(line: Line) -> None:
    line.head()
    line.drip(b"HTTP/1.1 200 " + ENDLESS)


def drips_its_headers(line: Line) -> None:
    line.head()
    line.say(HEAD)
    line.drip(b"X-Slow: " + ENDLESS)


def drips_its_body(line: Line) -> None:
    line.head()
    line.say(HEAD + b"Content-Length: 1000\r\n\r\n")
    line.drip(b" " * 1000)


def drips_a_body_without_length(line: Line) -> None:
    line.head()
    line.say(HEAD + b"Connection: close\r\n\r\n")
    line.drip(b'{"metadata": {"name": "it"}, "items": []}' + b" " * 1000)


def closes_in_the_middle(line: Line) -> None:
    line.head()
    line.say(HEAD + b"Content-Length: 1000\r\n\r\n{")


def closes_at_once(line: Line) -> None:
    del line


FAULTS = [
    accepts_and_stays_silent,
    drips_its_status_line,
    drips_its_headers,
    drips_its_body,
    drips_a_body_without_length,
    closes_in_the_middle,
    closes_at_once,
]


def cluster_at(
    port: int, *, scheme: str = "http", authority: str | None = None, bounds: Bounds = BOUNDS
) -> KubernetesCluster:
    configuration = Configuration(host=f"{scheme}://127.0.0.1:{port}")
    configuration.ssl_ca_cert = authority
    return KubernetesCluster(configuration, headers={}, bounds=bounds)


@contextlib.contextmanager
def quickly():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < HANGS


def test_every_call_of_the_port_is_tried() -> None:
    methods = {name for name in vars(Cluster) if not name.startswith("_")}
    assert methods - SILENT == set(CALLS)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_server_that_does_not_answer(call, fault) -> None:
    with serving(fault) as server, quickly(), pytest.raises(ClusterUnreachable):
        CALLS[call](cluster_at(server.port))


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_stays_silent_before_tls(call) -> None:
    with serving(accepts_and_stays_silent) as server, quickly(), pytest.raises(ClusterUnreachable):
        CALLS[call](cluster_at(server.port, scheme="https"))


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_stays_silent_behind_tls(call, tmp_path) -> None:
    context, chain, _key = certified(tmp_path)

    def play(line: Line) -> None:
        secured = line.secured(context)
        secured.head()
        secured.drip(HEAD + ENDLESS)

    with serving(play) as server, quickly(), pytest.raises(ClusterUnreachable, match=r"within 0\.1 s|does not answer"):
        CALLS[call](cluster_at(server.port, scheme="https", authority=str(chain)))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("slow", [b"", b"HTTP/1.1 200 " + ENDLESS], ids=["silent", "drips"])
def test_a_proxy_that_does_not_open_the_tunnel(call, slow) -> None:
    def play(line: Line) -> None:
        line.head()
        line.drip(slow)
        line.silence()

    with serving(play) as proxy, quickly(), pytest.raises(ClusterUnreachable):
        configuration = Configuration(host="https://192.0.2.1:6443")
        configuration.proxy = f"http://127.0.0.1:{proxy.port}"
        configuration.no_proxy = None
        CALLS[call](KubernetesCluster(configuration, headers={}, bounds=BOUNDS))


def test_the_second_call_on_a_kept_connection_is_bounded_too() -> None:
    def play(line: Line) -> None:
        line.head()
        line.answer(b"ok")
        line.head()
        line.drip(HEAD + ENDLESS)

    with serving(play) as server, quickly():
        cluster = cluster_at(server.port)
        assert cluster.ready() is True
        with pytest.raises(ClusterUnreachable, match=r"not answered completely within 0\.1 s"):
            cluster.ready()
        assert server.connections == 1


def test_what_came_too_late_is_not_sent() -> None:
    """A connection that is there only after the deadline must not carry a patch that nobody waits for any more."""
    with serving(accepts_and_stays_silent) as server, Deadline(0.0) as deadline:
        deadline._timer.join()
        with socket.create_connection(("127.0.0.1", server.port)) as connection, pytest.raises(TimeoutError):
            watched(connection)


def executed(play, *, timeout: float = 0.5, bounds: Bounds = PATIENT) -> Execution:
    with serving(play) as server, quickly():
        cluster = cluster_at(server.port, bounds=bounds)
        return cluster.execute("web-0", ["true"], namespace="web", container="main", timeout=timeout)


SUCCESS = '{"metadata":{},"status":"Success"}'


def streaming(*frames: bytes, then=lambda line: line.silence()):
    def play(line: Line) -> None:
        line.switch(line.head())
        for one in frames:
            line.say(one)
        then(line)

    return play


def hangs_up(line: Line) -> None:
    del line


def drips_frames(line: Line) -> None:
    for _time in range(200):
        line.drip(frame(1, "."))


@pytest.mark.parametrize(
    ("play", "exit_code", "output"),
    [
        pytest.param(
            streaming(frame(1, "out "), frame(2, "err"), frame(3, SUCCESS), CLOSE), 0, "out err", id="success"
        ),
        pytest.param(streaming(frame(1, "out")), None, "out", id="it stays silent"),
        pytest.param(streaming(), None, "", id="it answers the upgrade and stays silent"),
        pytest.param(streaming(frame(1, "out"), b"\x82\x7e"), None, "out", id="it stops in mid-frame"),
        pytest.param(streaming(frame(1, "o"), frame(3, SUCCESS)), 0, "o", id="it never ends the stream"),
        pytest.param(streaming(frame(1, "o"), CLOSE), None, "o", id="it ends without a status"),
        pytest.param(streaming(frame(3, "["), CLOSE), None, "", id="its status is no JSON"),
        pytest.param(streaming(frame(3, "[1]"), CLOSE), None, "", id="its status is a list"),
        pytest.param(streaming(frame(3, '{"status":"Failure","details":null}'), CLOSE), 1, "", id="no details"),
    ],
)
def test_what_a_stream_leaves(play, exit_code, output) -> None:
    assert executed(play) == Execution(exit_code, output)


def test_a_stream_that_drips() -> None:
    told = executed(streaming(then=drips_frames))
    assert told.exit_code is None
    assert set(told.output) == {"."}


@pytest.mark.parametrize(
    "data", [b"", b"\x82\x7e", frame(1, "out")[:-1]], ids=["at once", "in its head", "in mid-frame"]
)
def test_a_stream_that_breaks_off(data) -> None:
    told = executed(streaming(data, then=hangs_up))
    assert told.exit_code is None
    assert told.output.startswith("the stream broke off: ")


def test_an_exec_gets_no_more_than_it_was_given() -> None:
    with pytest.raises(ClusterUnreachable, match=r"within 0\.05 s"):
        executed(accepts_and_stays_silent, timeout=0.05)


def test_a_redirection_does_not_get_the_credential() -> None:
    asked: list[str] = []

    def elsewhere(line: Line) -> None:
        asked.append(line.head())

    with serving(elsewhere) as other:

        def play(line: Line) -> None:
            line.head()
            line.answer(b"", status="302 Found", headers=f"Location: http://127.0.0.1:{other.port}/\r\n")

        for call in CALLS.values():
            with serving(play) as server, contextlib.suppress(Exception):
                call(cluster_at(server.port))
    assert asked == []


def test_no_thread_is_left() -> None:
    with serving(streaming(frame(3, SUCCESS), CLOSE)) as server:
        cluster_at(server.port, bounds=PATIENT).execute(
            "web-0", ["true"], namespace="web", container="main", timeout=5.0
        )
    assert [
        one for one in threading.enumerate() if isinstance(one, threading.Timer) and not one.finished.is_set()
    ] == []
