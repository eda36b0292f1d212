# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import kinds
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Forbidden,
    MigrationError,
    Refused,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.choices import (
    Choices,
    CustomCheck,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import Wanted
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.preflight.checks import preflight
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster

WANTED = Wanted("offline", "OVNKubernetes")
ASKED = frozenset({"etcd_backup", "tunnel_port_open", "nodes_not_routers"})


def own(query, **more):
    given = {"id": "my_check", "kind": "ConfigMap", "api_version": "v1", "message": "these are wrong", **more}
    return Choices(acknowledge=ASKED, custom_checks=(CustomCheck(query=query, **given),))


def told(cluster, choices, *, name="my_check"):
    facts = preflight(cluster, WANTED, choices).facts
    return [finding for finding in facts["findings"] if finding["id"] == name]


def test_a_clean_cluster_waits_for_acknowledgements_only():
    facts = preflight(clean_cluster(), WANTED, Choices()).facts
    assert {finding["id"] for finding in facts["findings"] if finding["blocking"]} == ASKED
    assert (facts["blockers"], facts["verdict"]["state"]) == (3, "failed")
    assert preflight(clean_cluster(), WANTED, Choices(acknowledge=ASKED)).facts["blockers"] == 0


def test_a_skipped_check_is_not_made():
    facts = preflight(clean_cluster(), WANTED, Choices(skip=ASKED)).facts
    assert facts["verdict"]["state"] == "done"
    assert facts["checks_skipped"] == sorted(ASKED)
    assert not {finding["id"] for finding in facts["findings"]} & ASKED


def test_unknown_ids_are_an_error_before_anything_is_read():
    cluster = clean_cluster()
    with pytest.raises(Refused, match="skip names nonsense, which is no check") as refused:
        preflight(cluster, WANTED, Choices(skip=frozenset({"nonsense"})))
    assert refused.value.facts["problems"] == ["skip names nonsense, which is no check"]
    assert cluster.calls == []


@pytest.mark.parametrize(
    ("query", "message", "objects"),
    [
        (
            "items[].metadata.name",
            "these are wrong (cluster-config-v1, mtu)",
            ["configmaps/cluster-config-v1", "configmaps/mtu"],
        ),
        ("items[?metadata.name == 'mtu']", "these are wrong (mtu)", ["configmaps/openshift-network-operator/mtu"]),
        (
            "items[?metadata.name == 'mtu'] | [0]",
            "these are wrong (mtu)",
            ["configmaps/openshift-network-operator/mtu"],
        ),
        ("items[?metadata.name == 'mtu'].{n: metadata.name}", 'these are wrong ({"n": "mtu"})', []),
        ("length(items) > `1`", "these are wrong (true)", []),
        ("length(items)", "these are wrong (2)", []),
    ],
    ids=["names", "objects", "one object", "a projection", "a truth", "a number"],
)
def test_a_check_of_ones_own(query, message, objects):
    (finding,) = told(clean_cluster(), own(query))
    assert (finding["message"], finding["objects"]) == (message, objects)
    assert (finding["severity"], finding["blocking"]) == ("block", True)


@pytest.mark.parametrize(
    "query", ["items[?metadata.name == 'x']", "nothing", "items[0].nothing", "`false`", "''", "`0`"]
)
def test_a_check_of_ones_own_that_finds_nothing(query):
    assert told(clean_cluster(), own(query)) == []


def test_long_results_are_cut():
    (finding,) = told(clean_cluster(), own("items[].data"))
    assert len(finding["message"]) < 400
    assert preflight(clean_cluster(), WANTED, own("items", severity="warn")).facts["blockers"] == 0


def test_a_list_that_was_read_is_not_read_again():
    cluster = clean_cluster()
    told(cluster, own("items[].metadata.name", kind="Node"))
    assert len(cluster.made("list", kinds.NODE)) == 1


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (own("items["), "custom check my_check: its query is broken"),
        (own("items", kind="Nothing"), "custom check my_check: the cluster serves no kind Nothing in v1"),
        (own("abs(items)"), "custom check my_check: its query is broken"),
    ],
    ids=["broken", "unknown kind", "broken on this list"],
)
def test_a_check_of_ones_own_that_cannot_be_made(choices, words):
    with pytest.raises(Refused, match=words):
        preflight(clean_cluster(), WANTED, choices)


def test_law_16_a_kind_of_ones_own_that_may_not_be_read():
    cluster = clean_cluster()
    forbidden = Forbidden(tried="list", seen="HTTP 403")
    cluster.fail(forbidden, verb="list", kind=kinds.CONFIG_MAP, times=None)
    (finding,) = told(cluster, own("items", severity="info"))
    assert (finding["severity"], finding["unreadable"], finding["blocking"]) == ("block", True, True)
    assert finding["message"] == "not known, because configmaps could not be read: HTTP 403"


def test_without_the_jmespath_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "jmespath", None)
    with pytest.raises(MigrationError, match="pip install jmespath"):
        preflight(clean_cluster(), WANTED, own("items"))
