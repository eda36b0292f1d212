# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.window import window
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import Journal
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_config, network_operator, networks


def journal(**given):
    boots = {"w0": "w0-boot-1", "w1": "w1-boot-1"}
    return Journal(**{"target": OVN, "boot_ids": boots, "recorded_at": "2026-01-01T00:00:00Z", **given})


def nodes(*, rebooted, ready=True):
    """w0 has rebooted; w1 as told."""
    return [
        Node.from_json(objects.node("w0", boot_id="w0-boot-2")),
        Node.from_json(objects.node("w1", boot_id=f"w1-boot-{2 if rebooted else 1}", ready=ready)),
    ]


HALF, ALL = nodes(rebooted=False), nodes(rebooted=True)


@pytest.mark.parametrize(
    ("spec", "status", "migration", "a_journal", "members", "reason"),
    [
        pytest.param(SDN, SDN, None, None, HALF, "", id="nothing has begun"),
        pytest.param(SDN, SDN, OVN, None, HALF, "", id="prepared"),
        pytest.param(SDN, SDN, OVN, journal(), HALF, "", id="recorded, not flipped"),
        pytest.param(OVN, SDN, OVN, journal(), HALF, "runs OpenShiftSDN and is to run OVNKubernetes", id="switching"),
        pytest.param(OVN, OVN, OVN, journal(), HALF, "not rebooted since the switch to OVNKubernetes: w1", id="half"),
        pytest.param(
            OVN, OVN, OVN, journal(), nodes(rebooted=True, ready=False), "not Ready since the switch", id="one away"
        ),
        pytest.param(OVN, OVN, OVN, journal(), ALL, "", id="all rebooted"),
        pytest.param(OVN, OVN, OVN, None, ALL, "nobody has recorded", id="flipped by hand"),
        pytest.param(OVN, OVN, OVN, journal(closed_at="x"), ALL, "nobody has recorded", id="an old record"),
        pytest.param(OVN, OVN, SDN, journal(), HALF, "not rebooted since", id="half, and on the way back"),
        pytest.param(OVN, OVN, None, journal(), HALF, "not rebooted since", id="half, and spec.migration taken away"),
        pytest.param(OVN, OVN, None, journal(closed_at="x"), nodes(rebooted=True, ready=False), "", id="finished"),
        pytest.param(OVN, OVN, None, journal(), nodes(rebooted=True, ready=False), "", id="never closed"),
        pytest.param(SDN, SDN, SDN, journal(target=SDN), HALF, "switch to OpenShiftSDN: w1", id="back, half"),
        pytest.param(SDN, SDN, SDN, journal(target=SDN), ALL, "", id="back, all rebooted"),
    ],
)
def test_window(spec, status, migration, a_journal, members, reason):
    operator = network_operator(spec, migration={"networkType": migration} if migration else None)
    found = window(networks(network_config(spec, status), operator), a_journal, members)
    assert reason in found if reason else found == ""
