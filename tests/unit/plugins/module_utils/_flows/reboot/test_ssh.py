# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Forbidden
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.plan import Request
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.ssh import SshResult
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.ssh import Ssh
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.strategies import FallbackStrategy
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

BOOT = "11111111-2222-4333-8444-555555555555"
NODE = Node.from_json(objects.node("worker-0", boot_id=BOOT))


class Client:
    def __init__(self, ended=None):
        self.ended = ended or SshResult(0, f"{BOOT}\n", "Authenticated to x")
        self.runs = []

    def run(self, address, command):
        self.runs.append((address, command))
        return self.ended


@pytest.mark.parametrize(("delay", "when"), [(0, "now"), (3, "+3")])
def test_the_boot_id_is_compared_in_the_command_that_shuts_down(delay, when):
    client = Client()
    request = Ssh(client, delay_minutes=delay).request(NODE)
    assert (request.answer, request.way) == ("accepted", "ssh")
    ((address, command),) = client.runs
    assert address == "192.0.2.10"
    assert f"= {BOOT} || exit 75; sudo -n shutdown -r {when}" in command


def test_one_that_was_told_says_first_whether_a_shutdown_is_scheduled():
    again = Ssh(Client(), delay_minutes=0).command(BOOT, told=1)
    look = again.index("systemctl is-system-running"), again.index("/run/systemd/shutdown/scheduled")
    assert again.index("exit 75") < min(look) < max(look) < again.index("shutdown -r now")
    assert "shutdown -r" not in Ssh(Client(), delay_minutes=0).command(BOOT, told=2)


@pytest.mark.parametrize(("code", "answer"), [(76, "going"), (77, "idle")])
def test_what_it_says_then(code, answer):
    client = Client(SshResult(code, f"{BOOT}\n", "Authenticated to x"))
    request = Ssh(client, delay_minutes=0).request(NODE, told=1)
    assert (request.answer, request.way) == (answer, "ssh")


def test_a_boot_id_is_a_word_whatever_is_in_it():
    assert "= 'x; reboot' ||" in Ssh(Client(), delay_minutes=0).command("x; reboot")


def test_a_node_without_an_address_cannot_be_told():
    node = replace(NODE, internal_ip=None)
    client = Client()
    assert Ssh(client, delay_minutes=0).request(node).answer == "closed"
    assert client.runs == []


class Way:
    at_once = 1

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    def request(self, node, *, insist=False, told=0):
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


UNSENT = Request("unsent", "no pod")
CLOSED = Request("closed", "the host key has changed", way="ssh")
SENT = Request("accepted", way="ssh")


@pytest.mark.parametrize(
    ("first", "second", "answer", "asked"),
    [
        pytest.param(Request("accepted"), SENT, "accepted", 0, id="taken"),
        pytest.param(Request("unknown"), SENT, "unknown", 0, id="nobody knows"),
        pytest.param(Request("elsewhere"), SENT, "elsewhere", 0, id="rebooted already"),
        pytest.param(UNSENT, SENT, "accepted", 1, id="could not be sent"),
        pytest.param(Request("refused", "exit code 1"), SENT, "accepted", 1, id="refused"),
        pytest.param(Forbidden(tried="exec", seen="HTTP 403"), SENT, "accepted", 1, id="no right to exec"),
        pytest.param(UNSENT, CLOSED, "unsent", 1, id="neither way"),
    ],
)
def test_the_second_way_is_taken_when_the_first_could_not_send(first, second, answer, asked):
    other = Way(second)
    assert FallbackStrategy(Way(first), other).request(NODE).answer == answer
    assert other.asked == asked


@pytest.mark.parametrize(
    ("second", "answer", "asked_first"),
    [
        pytest.param(SENT, "accepted", 0, id="the second way"),
        pytest.param(Request("going", way="ssh"), "going", 0, id="under way"),
        pytest.param(CLOSED, "idle", 1, id="closed"),
        pytest.param(Request("unsent", way="ssh"), "idle", 1, id="not reached"),
    ],
)
def test_what_had_no_effect_by_the_first_way_is_tried_by_the_second(second, answer, asked_first):
    first = Way(Request("idle"))
    assert FallbackStrategy(first, Way(second)).request(NODE, told=1).answer == answer
    assert first.asked == asked_first


def test_what_is_closed_is_not_tried_again_and_both_reasons_are_told():
    second = Way(CLOSED)
    ways = FallbackStrategy(Way(UNSENT, UNSENT, Request("accepted")), second)
    for _attempt in range(2):
        assert ways.request(NODE).seen == "rsh: no pod; ssh: the host key has changed"
    assert ways.request(NODE).answer == "accepted"
    assert second.asked == 1
