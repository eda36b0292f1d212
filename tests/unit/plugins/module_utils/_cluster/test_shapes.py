# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server answers, a call of the port ends with what was asked for or with an error of ours."""

from __future__ import annotations

import json
import random

import pytest
from kubernetes.client import Configuration

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import shapes
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.deadline import Bounds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kubernetes import KubernetesCluster
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    MigrationError,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.loopback import Line, serving
from ansible_collections.ocp_day2.ovn_migration.tests.unit.nonsense import BODIES, NONSENSE, garbage
from ansible_collections.ocp_day2.ovn_migration.tests.unit.port_calls import CALLS

BOUNDS = Bounds(connect=1.0, read=1.0, total=2.0, opening=2.0)
#: What has no shape: any text is a log, and what is not "ok" is not ready.
TEXTS = {"log_tail", "ready", "now"}
#: A deletion is answered with the object, or with a Status, of which nothing is needed.
ANY_OBJECT = {"delete"}


def answering(*answers: bytes):
    """Each connection gets ``answers`` in turn, the last one for ever."""
    left = list(answers)

    def play(line: Line) -> None:
        while line.head():
            line.answer(left.pop(0) if len(left) > 1 else left[0])

    return play


def cluster_at(port: int) -> KubernetesCluster:
    return KubernetesCluster(Configuration(host=f"http://127.0.0.1:{port}"), headers={}, bounds=BOUNDS)


def ends_well(name: str, port: int) -> None:
    """With an error of ours; what takes any text may take this one."""
    try:
        result = CALLS[name](cluster_at(port))
    except MigrationError:
        return
    assert name in TEXTS | ANY_OBJECT
    assert name != "now"
    assert isinstance(result, (bool, list, type(None)))


@pytest.mark.parametrize("call", sorted(set(CALLS) - TEXTS))
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40])
def test_valid_json_of_a_wrong_shape(call, body) -> None:
    with serving(answering(body.encode())) as server:
        if call in ANY_OBJECT and isinstance(json.loads(body), dict):
            assert CALLS[call](cluster_at(server.port)) is None
            return
        with pytest.raises(ClusterUnreachable):
            CALLS[call](cluster_at(server.port))


@pytest.mark.parametrize("seed", range(40))
def test_bytes_that_are_no_http(seed) -> None:
    noise = garbage(random.Random(seed))

    def play(line: Line) -> None:
        line.head()
        line.say(noise)

    with serving(play) as server:
        for name in CALLS:
            ends_well(name, server.port)


@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: answer[:50].decode("latin-1"))
def test_http_that_is_no_answer(answer) -> None:
    def play(line: Line) -> None:
        line.head()
        line.say(answer)

    with serving(play) as server:
        for name in CALLS:
            ends_well(name, server.port)


def test_a_list_that_never_ends(monkeypatch) -> None:
    monkeypatch.setattr("ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kubernetes.PAGES", 5)
    page = b'{"metadata": {"continue": "more"}, "items": []}'
    with serving(answering(page)) as server, pytest.raises(ClusterUnreachable, match="does not end after 5 pages"):
        CALLS["list"](cluster_at(server.port))


GOOD = {"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "a"}}]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadata": None}, "metadata of the list is not there"),
        ({"items": {}}, "items are an object"),
        ({"items": None, "kind": "Node"}, "items are not there"),
        ({"items": [{"metadata": {"name": "a"}}, None]}, "it is not there, not an object"),
        ({"items": [{"metadata": {}}]}, "metadata names not there"),
        ({"items": [{"metadata": {"name": "a", "labels": []}}]}, None),
        ({"items": [{"metadata": {"name": "a", "labels": [1]}}]}, "metadata.labels is a list"),
        ({"metadata": {"continue": 7}}, "token for the next page is a number"),
    ],
)
def test_a_page(change, words) -> None:
    if words is None:
        assert len(shapes.a_page({**GOOD, **change})[0]) == 1
        return
    with pytest.raises(shapes.Misshapen, match=words):
        shapes.a_page({**GOOD, **change})


def test_a_page_that_is_one() -> None:
    assert shapes.a_page(GOOD) == ([{"metadata": {"name": "a"}}], "")
    assert shapes.a_page({**GOOD, "items": None}) == ([], ""), "what Go makes of a list that was never filled"
    assert shapes.a_page({**GOOD, "metadata": {"continue": "x"}})[1] == "x"
