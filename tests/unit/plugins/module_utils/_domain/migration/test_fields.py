# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.fields import (
    OperatorFields,
    dropped,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import operator_crd

JOIN = "spec.defaultNetwork.ovnKubernetesConfig.ipv4.internalJoinSubnet"


@pytest.mark.parametrize(
    ("build", "there"),
    [("4.13.69", False), ("4.14.31", False), ("4.14.57", True), ("4.15.0", False), ("4.15.33", True), ("4.16.0", True)],
)
def test_a_field_is_looked_up_in_the_clusters_own_schema(build, there):
    assert OperatorFields.from_json(operator_crd(build)).has(JOIN) is there


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"spec": {}},
        {"spec": {"versions": [{"name": "v1"}]}},
        {"spec": {"versions": [{"name": "v2", "schema": {}}]}},
    ],
)
def test_a_definition_without_a_schema_has_no_fields(definition):
    assert not OperatorFields.from_json(definition).has("spec")


def test_what_a_schema_leaves_open_is_kept():
    open_schema = {"properties": {"spec": {"x-kubernetes-preserve-unknown-fields": True}}}
    assert OperatorFields(open_schema).has(JOIN)
    assert not OperatorFields(open_schema).has("status.migration")


@pytest.mark.parametrize(
    ("patch", "answer", "lost"),
    [
        pytest.param({"spec": {"a": 1}}, {"spec": {"a": 1}}, [], id="kept"),
        pytest.param({"spec": {"a": 1}}, {"spec": {"a": 2}}, [], id="changed since"),
        pytest.param({"spec": {"a": {"b": 1, "c": {"d": 2}}}}, {"spec": {}}, ["spec.a.b", "spec.a.c.d"], id="branch"),
        pytest.param({"spec": {"a": {"b": 1, "c": 2}}}, {"spec": {"a": {"b": 1}}}, ["spec.a.c"], id="leaf"),
        pytest.param({"spec": {"a": None, "b": {}}}, {"spec": {}}, [], id="what was taken away is gone"),
        pytest.param({"spec": {"a": [1]}}, {}, ["spec.a"], id="list"),
        pytest.param({"spec": {"a": False}}, {"spec": {}}, ["spec.a"], id="false is a value"),
    ],
)
def test_what_an_answer_lacks(patch, answer, lost):
    assert [*dropped(patch, answer)] == lost
