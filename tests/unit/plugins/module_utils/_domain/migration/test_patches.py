# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration import patches
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.fields import OperatorFields
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.settings import Settings
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN, OperatorNetwork
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_operator, operator_crd

FIELDS = OperatorFields.from_json(operator_crd())
ALL = {"egressIP": True, "egressFirewall": True, "multicast": True}


def operator(default=SDN, **given):
    return OperatorNetwork.from_json(network_operator(default, **given))


def prepare(present, *, target=OVN, **settings):
    return patches.prepare(present, Settings(**settings), target=target, fields=FIELDS)


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merged_does_what_rfc_7386_says(document, patch, result):
    assert patches.merged(document, patch) == result


def test_merged_leaves_both_alone():
    document, patch = {"a": {"b": [1]}}, {"c": {"d": [2]}}
    result = patches.merged(document, patch)
    result["a"]["b"].append(3)
    result["c"]["d"].append(4)
    assert (document, patch) == ({"a": {"b": [1]}}, {"c": {"d": [2]}})


@pytest.mark.parametrize(
    ("document", "patch", "shown"),
    [
        ({"spec": {"a": 1, "b": 2}}, {"spec": {"a": 3}}, {"spec": {"a": 1}}),
        pytest.param({"spec": {"b": 2}}, {"spec": {"a": 3}}, {"spec": {}}, id="what is not there is left out"),
        pytest.param(
            {"spec": {"a": {"x": 1}}}, {"spec": {"a": None}}, {"spec": {"a": {"x": 1}}}, id="whole, when removed"
        ),
        pytest.param({"spec": {"a": [1]}}, {"spec": {"a": [2]}}, {"spec": {"a": [1]}}, id="lists are whole"),
    ],
)
def test_projection_shows_what_the_patch_speaks_of(document, patch, shown):
    assert patches.projection(document, patch) == shown


def test_law_01_features_go_in_the_same_patch_as_the_network_type():
    patch = prepare(operator(), features={**ALL, "egressIP": False})
    assert patch == {"spec": {"migration": {"networkType": OVN, "features": {**ALL, "egressIP": False}}}}


def test_prepare_without_settings_asks_for_the_type_only():
    assert prepare(operator()) == {"spec": {"migration": {"networkType": OVN}}}


def test_prepare_writes_settings_with_the_migration():
    patch = prepare(operator(), ovn={"mtu": 8900})
    assert patch["spec"]["defaultNetwork"] == {"ovnKubernetesConfig": {"mtu": 8900}}
    assert patch["spec"]["migration"] == {"networkType": OVN}


@pytest.mark.parametrize(
    ("block", "patch"),
    [
        pytest.param({"mtu": 8900, "genevePort": 6081}, None, id="all there"),
        pytest.param(
            {"mtu": 1400}, {"spec": {"defaultNetwork": {"ovnKubernetesConfig": {"mtu": 8900}}}}, id="settings missing"
        ),
    ],
)
def test_prepare_writes_only_what_is_missing(block, patch):
    present = operator(migration={"networkType": OVN, "mode": ""}, ovnKubernetesConfig=block)
    assert prepare(present, ovn={"mtu": 8900}) == patch


def test_prepare_the_way_back():
    patch = prepare(operator(OVN), target=SDN, sdn={"vxlan_port": 4790})
    assert patch == {
        "spec": {
            "migration": {"networkType": SDN},
            "defaultNetwork": {"openshiftSDNConfig": {"vxlanPort": 4790}},
        }
    }


def test_flip():
    assert patches.flip(Settings(), target=OVN) == {"spec": {"networkType": OVN}}
    entry = {"cidr": "10.132.0.0/14", "hostPrefix": 23}
    assert patches.flip(Settings(cluster_network=(entry,)), target=OVN) == {
        "spec": {"networkType": OVN, "clusterNetwork": [entry]}
    }


@pytest.mark.parametrize(
    ("present", "patch"),
    [
        pytest.param(operator(OVN), None, id="nothing left"),
        pytest.param(operator(OVN, ovnKubernetesConfig={"mtu": 1400}), None, id="our own settings stay"),
        pytest.param(operator(OVN, migration={"networkType": OVN}), {"spec": {"migration": None}}, id="migration"),
        pytest.param(
            operator(OVN, openshiftSDNConfig={"mode": "NetworkPolicy"}),
            {"spec": {"defaultNetwork": {"openshiftSDNConfig": None}}},
            id="former settings",
        ),
        pytest.param(
            operator(OVN, migration={"networkType": OVN}, openshiftSDNConfig={}),
            {"spec": {"migration": None, "defaultNetwork": {"openshiftSDNConfig": None}}},
            id="both in one patch",
        ),
    ],
)
def test_finalize(present, patch):
    assert patches.finalize(present, target=OVN) == patch


def test_clear_migration():
    assert patches.clear_migration() == {"spec": {"migration": None}}
