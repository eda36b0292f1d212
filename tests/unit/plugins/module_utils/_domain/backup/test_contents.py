# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.contents import (
    Contents,
    Index,
    has_borrowed,
    identifier,
    last,
    newest,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_config, network_operator

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def index(
    moment: str = "20260101000000", *, target: str = OVN, late: bool = False, loans: frozenset[str] = frozenset()
) -> Index:
    name = f"{target.lower()}-{moment}"
    return Index(
        id=name,
        target=target,
        source_type=SDN,
        taken_at="2026-01-01T00:00:00Z",
        late=late,
        objects=3,
        encoding="plain",
        checksum="c",
        text_checksum="t",
        parts={f"backup-{name}-000": "p", f"backup-{name}-001": "q"},
        loans=loans,
    )


def network(config=None, operator=None) -> Contents:
    head = {"kind": "Network"}
    objects = [
        {"apiVersion": "config.openshift.io/v1", **head, **(config or network_config(SDN, SDN))},
        {"apiVersion": "operator.openshift.io/v1", **head, **(operator or network_operator(SDN))},
    ]
    return Contents(objects=tuple(objects))


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([], "ovnkubernetes-20260101000000", id="free"),
        pytest.param(["openshiftsdn-20260101000000"], "ovnkubernetes-20260101000000", id="another-target"),
        pytest.param(
            ["ovnkubernetes-20260101000000", "ovnkubernetes-20260101000001"], "ovnkubernetes-20260101000002", id="taken"
        ),
    ],
)
def test_ids(taken, expected):
    assert identifier(OVN, NEW_YEAR, taken=taken) == expected


@pytest.mark.parametrize("late", [True, False])
def test_an_index_and_its_configmap(late):
    made = index(late=late, loans=frozenset({"a since b", "c since d"}))
    config_map = made.config_map()
    assert Index.from_json(config_map) == made
    assert all(isinstance(value, str) for value in config_map["data"].values())
    assert config_map["metadata"]["labels"]["ocp-day2.ovn-migration/backup"] == made.id
    assert made.config_maps == [f"backup-{made.id}", f"backup-{made.id}-000", f"backup-{made.id}-001"]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        pytest.param({"parts": None}, "no key 'parts'", id="no-parts"),
        pytest.param({"parts": "[]"}, "names no ConfigMaps", id="empty-parts"),
        pytest.param({"parts": "{"}, "Expecting", id="not-json"),
        pytest.param({"objects": "many"}, "many", id="not-a-number"),
        pytest.param({"id": "x"}, "is no backup's id", id="no-id"),
        pytest.param({"late": None}, "no key 'late'", id="no-late"),
    ],
)
def test_a_damaged_index(harm, words):
    data = {name: value for name, value in {**index().config_map()["data"], **harm}.items() if value is not None}
    with pytest.raises(ValueError, match=words):
        Index.from_json({"data": data})


OLD, NEW = index("20260101000000"), index("20260301000000")
LATE = index("20260401000000", late=True)
BACK = index("20260501000000", target=SDN)


@pytest.mark.parametrize(
    ("indexes", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([BACK], None, id="only-of-the-other-direction"),
        pytest.param([NEW, OLD, BACK], NEW, id="the-newest"),
        pytest.param([OLD, LATE], OLD, id="a-late-one-last"),
        pytest.param([LATE], LATE, id="a-late-one-rather-than-none"),
    ],
)
def test_which_backup_to_rely_on(indexes, expected):
    assert newest(indexes, target=OVN) == expected


@pytest.mark.parametrize(
    ("indexes", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([NEW, OLD], NEW, id="the-newest"),
        pytest.param([NEW, BACK], None, id="one-for-the-other-direction-since"),
        pytest.param([OLD, LATE], OLD, id="late-ones-do-not-count"),
    ],
)
def test_which_backup_a_migration_starts_with(indexes, expected):
    assert last(indexes, target=OVN) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param([], [], False, id="nothing"),
        pytest.param([], ["a"], True, id="since"),
        pytest.param(["a"], ["a"], False, id="before"),
        pytest.param(["a"], [], False, id="given-back"),
    ],
)
def test_what_was_borrowed_since_a_backup(before, now, expected):
    assert has_borrowed(index(loans=frozenset(before)), now) is expected


def test_a_text_and_back():
    contents = Contents(
        objects=({"apiVersion": "v1", "kind": "X", "metadata": {"name": "é"}},), absent=("a",), pods_in_error=("b/c",)
    )
    assert Contents.from_text(contents.to_text()) == contents


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"objects": 1, "absent": [], "pods_in_error": []}'])
def test_a_text_that_is_no_backup(text):
    with pytest.raises(ValueError):
        Contents.from_text(text)


@pytest.mark.parametrize(
    ("network_type", "block", "expected"),
    [
        pytest.param(SDN, {}, {}, id="nothing-said"),
        pytest.param(
            SDN,
            {"openshiftSDNConfig": {"mtu": 8951, "vxlanPort": 4790, "mode": "NetworkPolicy", "enableUnidling": True}},
            {"mtu": 8951, "vxlan_port": 4790, "mode": "NetworkPolicy"},
            id="sdn",
        ),
        pytest.param(
            OVN,
            {
                "ovnKubernetesConfig": {
                    "mtu": 8901,
                    "genevePort": 6082,
                    "v4InternalSubnet": "100.70.0.0/16",
                    "ipv4": {"internalTransitSwitchSubnet": "100.90.0.0/16"},
                    "gatewayConfig": {
                        "routingViaHost": False,
                        "ipForwarding": "Global",
                        "ipv4": {"internalMasqueradeSubnet": "169.254.170.0/29"},
                    },
                }
            },
            {
                "mtu": 8901,
                "geneve_port": 6082,
                "join_subnet": "100.70.0.0/16",
                "transit_switch_subnet": "100.90.0.0/16",
                "masquerade_subnet": "169.254.170.0/29",
                "routing_via_host": False,
                "ip_forwarding": "Global",
            },
            id="ovn",
        ),
    ],
)
def test_settings_as_options_of_cno_migration(network_type, block, expected):
    record = network(network_config(network_type, network_type), network_operator(network_type, **block)).network
    assert record.settings == expected


def test_the_network_of_a_backup_without_one():
    with pytest.raises(ValueError):
        assert Contents(objects=()).network is None
