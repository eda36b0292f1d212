# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import CONFIG_MAP, NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Forbidden,
    NotFound,
    Rejected,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.rules import Rule
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.rights import lacking, require_rights
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import ALL, FakeCluster

NEEDED = (Access("list", NODE), Access("list", POD), Access("list", NODE))
RECORDS = (
    Access("create", CONFIG_MAP, namespace="ours"),
    Access("patch", CONFIG_MAP, namespace="ours"),
    Access("patch", CONFIG_MAP, namespace="theirs"),
)
BASIC = Rule(("create",), ("authorization.k8s.io",), ("selfsubjectrulesreviews",))
LISTS = Rule(("list",), ("",), ("nodes", "pods"))
WRITES = Rule(("create", "patch"), ("",), ("configmaps",))


def limited(*denied: str, **listed: tuple[Rule, ...]) -> FakeCluster:
    """A credential that lacks ``denied``; what it has everywhere is listed as ``everywhere``."""
    cluster = FakeCluster()
    cluster.denied = {"delete nodes", *denied}
    cluster.listed = {None if name == "everywhere" else name: rules for name, rules in listed.items()}
    return cluster


def asked(cluster: FakeCluster) -> list[tuple[str, str]]:
    """Of every question the kind, or the namespace whose rules were to be listed."""
    return [(call.verb, call.kind.plural if call.kind else call.namespace) for call in cluster.calls]


def test_whoever_may_do_everything_is_asked_once():
    cluster = FakeCluster()
    require_rights(cluster, (*NEEDED, *RECORDS), tried="do it")
    assert asked(cluster) == [("rules", "")]


def test_one_right_is_one_question():
    cluster = FakeCluster()
    require_rights(cluster, NEEDED[::2], tried="do it")
    assert asked(cluster) == [("allowed", "nodes")]


def test_what_is_listed_is_not_asked_for():
    cluster = limited(everywhere=(BASIC, LISTS))
    assert lacking(cluster, NEEDED) == []
    assert asked(cluster) == [("rules", "")]


def test_what_is_not_listed_is_asked_for_since_a_list_may_lack_what_is_granted():
    cluster = limited(everywhere=(BASIC,))
    assert lacking(cluster, NEEDED) == []
    assert asked(cluster) == [("rules", ""), ("allowed", "nodes"), ("allowed", "pods")]


def test_a_namespace_is_asked_for_its_rules_when_they_may_spare_a_question():
    cluster = limited(everywhere=(BASIC, LISTS), ours=(BASIC, WRITES))
    assert lacking(cluster, (*NEEDED, *RECORDS)) == []
    assert asked(cluster) == [("rules", ""), ("rules", "ours"), ("allowed", "configmaps")]


def test_a_role_in_a_namespace_gives_nothing_outside_of_it():
    """A RoleBinding to cluster-admin makes the rules of its namespace list everything."""
    outside = {"list nodes", "list pods", "patch configmaps in namespace theirs"}
    cluster = limited(*outside, everywhere=(BASIC,), ours=(BASIC, Rule(ALL, ALL, ALL)))
    assert {access.title for access in lacking(cluster, (*NEEDED, *RECORDS))} == outside


def test_where_nothing_is_listed_the_right_to_everything_is_one_question(monkeypatch):
    """A token of the OAuth server has scopes, which a list of rules does not know."""
    cluster = FakeCluster()
    monkeypatch.setattr(cluster, "rules", lambda namespace=None: ())
    assert lacking(cluster, (*NEEDED, *RECORDS)) == []
    assert [call.name for call in cluster.calls] == ["*"]


@pytest.mark.parametrize("refusal", [Forbidden, NotFound, Rejected])
def test_a_refused_review_of_rules_is_none(refusal):
    cluster = limited("list pods")
    cluster.fail(refusal(tried="ask", seen="no"), verb="rules")
    assert [access.title for access in lacking(cluster, NEEDED)] == ["list pods"]


def test_an_api_that_is_away_grants_nothing():
    cluster = FakeCluster()
    cluster.fail(ClusterUnreachable(tried="ask", seen="no answer"), verb="rules")
    with pytest.raises(ClusterUnreachable):
        require_rights(cluster, NEEDED, tried="do it")


def test_every_right_that_is_missing_is_named():
    cluster = limited("list nodes", everywhere=(BASIC,))
    with pytest.raises(Forbidden) as refused:
        require_rights(cluster, NEEDED, tried="do it", remedy="Ask for it")
    assert refused.value.message == (
        "Could not do it with this credential: it lacks 1 of 2 rights: list nodes. Nothing was changed. Ask for it."
    )
    assert refused.value.facts == {"missing_rights": ["list nodes"]}
