# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.ledger import (
    GONE,
    Loan,
    PropertyRef,
    agree,
    entries,
    ledger,
)

POOL = PropertyRef(what="max_unavailable", kind="MachineConfigPool", name="worker")
AT, STEP = "2026-01-01T00:00:00Z", "cno_prepare"


def loan(**given):
    return Loan(**{"ref": POOL, "before": 1, "lent": 3, "since": AT, "step": STEP, **given})


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(loan(), id="numbers"),
        pytest.param(loan(before=None, lent="10%", earlier=(2, 3)), id="not set before"),
        pytest.param(
            loan(
                ref=PropertyRef(what="machine_health_check", kind="MachineHealthCheck", name="w", namespace="a-b"),
                before=None,
                lent="",
            ),
            id="in a namespace",
        ),
        pytest.param(
            loan(
                ref=PropertyRef(what="network_policy", kind="NodeNetworkConfigurationPolicy", name="bond0"),
                before={"metadata": {"name": "bond0"}, "spec": {"desiredState": {"interfaces": []}}},
                lent=None,
            ),
            id="a whole object",
        ),
    ],
)
def test_there_and_back(there):
    config_map = entries({there.ref.key: there})
    assert config_map["metadata"] == {"name": "migration-loans", "namespace": "ovn-migration"}
    assert ledger(config_map) == {there.ref.key: there}
    assert json.loads(config_map["data"][there.ref.key])["kind"] == there.ref.kind


def test_an_entry_that_is_struck():
    assert entries({"a": None})["data"] == {"a": None}


def test_an_empty_ledger():
    assert ledger({"metadata": {}}) == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="broken"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="empty"),
        pytest.param(json.dumps({**loan().to_json(), "what": "taints"}), id="what nobody lends"),
        pytest.param(json.dumps({key: v for key, v in loan().to_json().items() if key != "before"}), id="no before"),
    ],
)
def test_law_16_an_entry_that_cannot_be_understood_is_an_error(text):
    with pytest.raises(ValueError, match=r"key pool-1: ."):
        ledger({"data": {"pool-1": text}})


@pytest.mark.parametrize(
    ("name", "part"),
    [("worker", ""), ("x" * 253, "y" * 253), ("a.b", "c:d/e")],
    ids=["short", "long", "with characters that a key cannot have"],
)
def test_keys_fit_a_config_map(name, part):
    key = PropertyRef(what="webhook_timeout", kind="ValidatingWebhookConfiguration", name=name, part=part).key
    assert re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key)


def test_keys_are_unique():
    same: dict[str, Any] = {"what": "webhook_timeout", "name": "policy", "part": "a"}
    refs = [
        PropertyRef(kind="ValidatingWebhookConfiguration", **same),
        PropertyRef(kind="MutatingWebhookConfiguration", **same),
        PropertyRef(kind="MutatingWebhookConfiguration", **{**same, "part": "b"}),
        PropertyRef(kind="MutatingWebhookConfiguration", **{**same, "name": "policy.a", "part": ""}),
        PropertyRef(kind="MutatingWebhookConfiguration", **{**same, "namespace": "x"}),
    ]
    assert len({ref.key for ref in refs}) == len(refs)


@pytest.mark.parametrize(
    ("a_loan", "value", "standing"),
    [
        (loan(), 3, "ours"),
        (loan(), 1, "home"),
        (loan(), 2, "foreign"),
        (loan(), None, "foreign"),
        (loan(), GONE, "gone"),
        (loan(before=None), None, "home"),
        (loan(lent=5, earlier=(3,)), 3, "ours"),
        (loan(before=3), 3, "ours"),
    ],
)
def test_standing(a_loan, value, standing):
    assert a_loan.standing(value) == standing


@pytest.mark.parametrize(
    ("known", "value", "wanted", "agreed"),
    [
        pytest.param(None, 1, 3, loan(), id="not borrowed yet"),
        pytest.param(None, None, 3, loan(before=None), id="not set before"),
        pytest.param(None, 3, 3, None, id="as wanted without us"),
        pytest.param(loan(since="then"), 3, 3, loan(since="then"), id="ours, once more"),
        pytest.param(loan(since="then"), 1, 3, loan(since="then"), id="entered, and killed before the change"),
        pytest.param(loan(), 3, 5, loan(lent=5, earlier=(3,)), id="ours, another value"),
        pytest.param(loan(lent=5, earlier=(3,)), 3, 5, loan(lent=5, earlier=(3,)), id="killed before the other value"),
        pytest.param(loan(lent=5, earlier=(3,)), 3, 3, loan(lent=3, earlier=(3, 5)), id="back to the first value"),
        pytest.param(loan(), 1, 5, loan(lent=5, earlier=(3,)), id="never set, another value"),
        pytest.param(loan(), 2, 3, loan(before=2), id="somebody else's: his newest will is what goes back"),
        pytest.param(loan(), 1, 1, None, id="at home, and wanted so"),
        pytest.param(loan(), 7, 7, None, id="somebody else's, and as wanted"),
    ],
)
def test_agree(known, value, wanted, agreed):
    enough = value == wanted
    assert agree(known, POOL, value=value, wanted=wanted, enough=enough, since=AT, step=STEP) == agreed


def test_what_its_owner_had_set_before_is_remembered_on_request():
    kept = agree(None, POOL, value=3, wanted=3, enough=True, remember=True, since=AT, step=STEP)
    assert kept == loan(before=3, lent=3)
    assert kept is not None and kept.ours is False
    again = agree(kept, POOL, value=3, wanted=3, enough=True, remember=True, since="later", step="other")
    assert again == kept


def test_results_tell_of_a_saved_object_without_repeating_it():
    policy = PropertyRef(what="network_policy", kind="NodeNetworkConfigurationPolicy", name="bond0")
    told = loan(ref=policy, before={"spec": {}}, lent=None).outline()
    assert (told["before"], told["name"], told["ours"]) == ("saved", "bond0", True)
    assert loan().outline()["before"] == 1
