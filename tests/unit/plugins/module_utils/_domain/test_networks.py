# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import (
    LIVE_ANNOTATION,
    OVN,
    SDN,
    ConfigNetwork,
    OperatorNetwork,
    other,
)


def config(**status):
    spec = {"networkType": SDN, "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]}
    return ConfigNetwork.from_json({"metadata": {"name": "cluster"}, "spec": spec, "status": status})


def test_other():
    assert (other(OVN), other(SDN)) == (SDN, OVN)


@pytest.mark.parametrize(
    ("status", "migrating", "acknowledged"),
    [
        pytest.param({}, False, None, id="none"),
        pytest.param({"migration": {}}, True, None, id="an empty migration is one"),
        pytest.param({"migration": {"networkType": OVN}}, True, OVN, id="acknowledged"),
        pytest.param({"migration": {"mtu": {"network": {"to": 1400}}}}, True, None, id="MTU change"),
    ],
)
def test_status_migration(status, migrating, acknowledged):
    network = config(**status)
    assert (network.migrating, network.acknowledged) == (migrating, acknowledged)


def test_config_network():
    network = config(networkType=SDN, clusterNetworkMTU=1450)
    assert (network.spec_type, network.status_type, network.mtu) == (SDN, SDN, 1450)
    assert network.cluster_network == ({"cidr": "10.128.0.0/14", "hostPrefix": 23},)


@pytest.mark.parametrize(("annotations", "live"), [(None, False), ({}, False), ({LIVE_ANNOTATION: ""}, True)])
def test_law_09_the_mere_presence_of_the_annotation_makes_it_live(annotations, live):
    assert ConfigNetwork.from_json({"metadata": {"annotations": annotations}}).live is live


@pytest.mark.parametrize(
    ("migration", "to"),
    [
        (None, None),
        ({}, None),
        ({"networkType": OVN}, OVN),
        pytest.param({"networkType": OVN, "mode": "", "features": None}, OVN, id="4.15 reads back more"),
        ({"networkType": ""}, None),
    ],
)
def test_migrating_to(migration, to):
    spec = {"defaultNetwork": {"type": SDN}}
    if migration is not None:
        spec["migration"] = migration
    network = OperatorNetwork.from_json({"spec": spec})
    assert (network.migration, network.migrating_to) == (migration, to)


def test_blocks_that_are_null_are_not_there():
    default = {"type": OVN, "openshiftSDNConfig": None, "ovnKubernetesConfig": {"mtu": 1400}}
    network = OperatorNetwork.from_json({"spec": {"defaultNetwork": default}})
    assert network.block(OVN) == {"mtu": 1400}
    assert network.block(SDN) == {}
    assert set(network.blocks) == {"ovnKubernetesConfig"}
