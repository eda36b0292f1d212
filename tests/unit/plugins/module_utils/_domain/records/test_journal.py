# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import (
    Journal,
    not_rebooted,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_config, network_operator, networks

BOOTS = {"m0": "m0-boot-1", "w0": "w0-boot-1"}


def journal(**given):
    return Journal(**{"target": OVN, "boot_ids": BOOTS, "recorded_at": "2026-01-01T00:00:00Z", **given})


@pytest.mark.parametrize("closed_at", [None, "2026-01-02T00:00:00Z"])
def test_there_and_back(closed_at):
    assert Journal.from_json(journal(closed_at=closed_at).to_json()) == journal(closed_at=closed_at)


def test_it_is_a_config_map_of_strings_in_its_own_namespace():
    body = journal().to_json()
    assert body["metadata"] == {"name": "migration-journal", "namespace": "ovn-migration"}
    assert all(isinstance(value, str) for value in body["data"].values())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="no data"),
        pytest.param({"target": OVN, "recorded_at": "x"}, id="no boot ids"),
        pytest.param({"boot_ids": "{}", "recorded_at": "x"}, id="no target"),
        pytest.param({"target": OVN, "recorded_at": "x", "boot_ids": "{"}, id="broken JSON"),
        pytest.param({"target": OVN, "recorded_at": "x", "boot_ids": "[]"}, id="not a mapping"),
    ],
)
def test_law_16_a_record_that_cannot_be_understood_is_an_error(data):
    with pytest.raises(ValueError, match=r"."):
        Journal.from_json({"data": data})


@pytest.mark.parametrize(
    ("a_journal", "spec_type", "migration", "speaks"),
    [
        pytest.param(journal(), OVN, {"networkType": OVN}, True, id="between flip and clean-up"),
        pytest.param(journal(), SDN, {"networkType": OVN}, False, id="not flipped"),
        pytest.param(journal(), OVN, None, False, id="finalized"),
        pytest.param(journal(), SDN, {"networkType": SDN}, False, id="on the way back"),
        pytest.param(journal(target=SDN), OVN, {"networkType": OVN}, False, id="of the other way"),
        pytest.param(journal(closed_at="x"), OVN, {"networkType": OVN}, False, id="closed"),
    ],
)
def test_speaks_of(a_journal, spec_type, migration, speaks):
    seen = networks(network_config(spec_type, spec_type), network_operator(spec_type, migration=migration))
    assert a_journal.speaks_of(seen) is speaks


@pytest.mark.parametrize(
    ("nodes", "remaining"),
    [
        pytest.param([("m0", "m0-boot-1", True), ("w0", "w0-boot-1", True)], ("m0", "w0"), id="none has rebooted"),
        pytest.param([("m0", "m0-boot-2", True), ("w0", "w0-boot-1", True)], ("w0",), id="Ready proves nothing"),
        pytest.param([("m0", "m0-boot-2", True), ("w0", "w0-boot-2", False)], (), id="all"),
        pytest.param([("m0", "m0-boot-2", True), ("new", "new-boot-1", True)], (), id="a node that joined since"),
    ],
)
def test_law_05_only_another_boot_id_proves_a_reboot(nodes, remaining):
    parsed = [Node.from_json(objects.node(name, boot_id=boot, ready=ready)) for name, boot, ready in nodes]
    assert not_rebooted(parsed, BOOTS) == remaining
