# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.commands import ROLLBACK
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.way_back import (
    WayBackFacts,
    sdn_problems,
    way_back,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import LIVE_ANNOTATION, OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import Journal
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.verdicts import done, pending
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import network_config, network_operator, networks

BACK = done("all 2 pools are updated")
ROLLING = pending("pool worker, 1 of 2 nodes updated")
WAITING = ("w0", "w1")


def record(target, *, closed=False):
    return Journal(target=target, boot_ids={}, recorded_at="then", closed_at="later" if closed else None)


def decide(
    spec_type,
    status_type,
    *,
    migration=None,
    acknowledged=None,
    pools=BACK,
    journal=None,
    not_rebooted=None,
    namespace=False,
    metadata=None,
    **blocks,
):
    given = {"networkType": migration} if isinstance(migration, str) else migration
    return way_back(
        networks(
            network_config(spec_type, status_type, acknowledged=acknowledged, **(metadata or {})),
            network_operator(spec_type, migration=given, **blocks),
        ),
        WayBackFacts(pools=pools, journal=journal, not_rebooted=not_rebooted, namespace=namespace),
    )


#: spec and status of the type, spec.migration, status.migration, what else is known; the action, its step, its words
TABLE = [
    pytest.param(SDN, SDN, None, None, {}, "nothing", None, "no migration is set", id="never migrated"),
    pytest.param(SDN, SDN, OVN, None, {}, "abort", None, "no flip", id="asked"),
    pytest.param(SDN, SDN, OVN, OVN, {"pools": ROLLING}, "abort", None, "no flip", id="rolling"),
    pytest.param(SDN, SDN, OVN, OVN, {}, "abort", None, "no flip", id="prepared"),
    pytest.param(SDN, SDN, None, OVN, {}, "abort", None, "has not taken that in yet", id="abort not taken in"),
    pytest.param(SDN, SDN, None, None, {"pools": ROLLING}, "abort", None, "1 of 2 nodes", id="abort rolling"),
    pytest.param(
        SDN,
        SDN,
        None,
        None,
        {"pools": ROLLING, "journal": record(SDN, closed=True)},
        "abort",
        None,
        "1 of 2 nodes",
        id="abort after an earlier rollback",
    ),
    pytest.param(OVN, SDN, OVN, OVN, {}, "undo_refused_flip", None, "still runs OpenShiftSDN", id="flip not applied"),
    pytest.param(OVN, SDN, None, None, {}, "undo_refused_flip", None, "still runs OpenShiftSDN", id="flipped by hand"),
    pytest.param(
        OVN,
        OVN,
        OVN,
        OVN,
        {"not_rebooted": WAITING},
        "rollback",
        "prepare",
        "2 nodes have not rebooted since",
        id="awaiting reboots",
    ),
    pytest.param(
        OVN, OVN, OVN, OVN, {"not_rebooted": ()}, "rollback", "prepare", "every node has rebooted", id="rebooted"
    ),
    pytest.param(OVN, OVN, OVN, OVN, {}, "rollback", "prepare", "no boot ids", id="flipped without a record"),
    pytest.param(OVN, OVN, None, OVN, {}, "rollback", "prepare", "no migration is set", id="being finalized"),
    pytest.param(OVN, OVN, None, None, {}, "rollback", "prepare", "no migration is set", id="complete"),
    pytest.param(OVN, OVN, SDN, None, {}, "rollback", "prepare", "being prepared", id="way back asked"),
    pytest.param(OVN, OVN, SDN, SDN, {}, "rollback", "prepare", "being prepared", id="way back prepared"),
    pytest.param(SDN, OVN, SDN, SDN, {}, "rollback", "switch", "not applied it yet", id="way back flipped"),
    pytest.param(
        SDN,
        SDN,
        SDN,
        SDN,
        {"not_rebooted": WAITING, "pools": ROLLING},
        "rollback",
        "reboot",
        "2 nodes have not rebooted yet",
        id="way back awaiting reboots",
    ),
    pytest.param(
        SDN, SDN, SDN, SDN, {"pools": ROLLING}, "rollback", "reboot", "no boot ids", id="way back without a record"
    ),
    pytest.param(
        SDN, SDN, SDN, SDN, {"namespace": True}, "rollback", "reboot", "no boot ids", id="not cleaned up, no record"
    ),
    pytest.param(SDN, SDN, SDN, SDN, {}, "nothing", None, "next preparation clears", id="leftover"),
    pytest.param(
        SDN,
        SDN,
        SDN,
        SDN,
        {"journal": record(SDN, closed=True)},
        "nothing",
        None,
        "next preparation clears",
        id="leftover after a rollback",
    ),
    pytest.param(
        SDN,
        SDN,
        SDN,
        SDN,
        {"not_rebooted": (), "pools": ROLLING},
        "rollback",
        "resume",
        "every node has rebooted",
        id="pools to be resumed",
    ),
    pytest.param(
        SDN, SDN, SDN, SDN, {"not_rebooted": ()}, "rollback", "cleanup", "clean-up is left", id="pools are back"
    ),
    pytest.param(SDN, SDN, None, SDN, {}, "rollback", "cleanup", "not cleaned up", id="way back being finalized"),
    pytest.param(SDN, SDN, None, None, {"namespace": True}, "rollback", "cleanup", "not cleaned up", id="namespace"),
    pytest.param(
        SDN,
        SDN,
        None,
        None,
        {"pools": ROLLING, "journal": record(SDN)},
        "rollback",
        "resume",
        "1 of 2 nodes",
        id="finalized by hand before the pools were back",
    ),
    pytest.param(
        SDN, SDN, None, None, {"journal": record(SDN, closed=True)}, "finished", None, "rolled back", id="rolled back"
    ),
    pytest.param(SDN, OVN, None, None, {}, "blocked", None, "without a migration to it", id="flipped back by hand"),
    pytest.param(
        SDN,
        OVN,
        OVN,
        OVN,
        {"not_rebooted": WAITING},
        "blocked",
        None,
        "still runs OVNKubernetes, and 2 nodes have not rebooted since",
        id="flipped back in the window",
    ),
    pytest.param(SDN, SDN, {"mtu": {"network": {}}}, None, {}, "blocked", None, "another migration", id="MTU change"),
    pytest.param(
        OVN, OVN, {"mode": "Live", "networkType": OVN}, OVN, {}, "blocked", None, "another migration", id="live"
    ),
    pytest.param("Kuryr", "Kuryr", None, None, {}, "blocked", None, "Kuryr", id="unknown type"),
    pytest.param(SDN, "", None, None, {}, "blocked", None, "networkType", id="no status"),
]


@pytest.mark.parametrize(
    ("spec_type", "status_type", "migration", "acknowledged", "known", "action", "step", "words"), TABLE
)
def test_each_row_of_the_table(spec_type, status_type, migration, acknowledged, known, action, step, words):
    back = decide(spec_type, status_type, migration=migration, acknowledged=acknowledged, **known)
    assert (back.action, back.step) == (action, step)
    assert words in back.reason
    assert bool(back.remedy) is (action == "blocked")
    if action == "blocked":
        assert "oc " in back.remedy and back.remedy.endswith(f"then run '{ROLLBACK}' again")


ALL = list(
    itertools.product(
        (SDN, OVN),
        (SDN, OVN),
        (None, SDN, OVN),
        (None, SDN, OVN),
        (BACK, ROLLING),
        (None, record(SDN), record(SDN, closed=True), record(OVN), record(OVN, closed=True)),
        (None, (), WAITING),
        (False, True),
    )
)


def test_every_combination_has_one_answer_and_keeps_the_laws():
    """Whatever the objects say: nothing is aborted after a flip, and nothing is rolled back that was not flipped."""
    for spec_type, status_type, migration, acknowledged, pools, journal, not_rebooted, namespace in ALL:
        back = decide(
            spec_type,
            status_type,
            migration=migration,
            acknowledged=acknowledged,
            pools=pools,
            journal=journal,
            not_rebooted=not_rebooted,
            namespace=namespace,
        )
        assert back.reason
        assert (back.step is not None) == (back.action == "rollback")
        if back.action == "abort":
            assert spec_type == status_type == SDN
            assert migration != SDN
        if back.action in ("nothing", "finished"):
            assert (spec_type, status_type, pools) == (SDN, SDN, BACK)
            assert migration in (None, SDN)
            assert acknowledged in (None, migration)
            assert migration is None or not (namespace or not_rebooted)
        if back.step == "prepare":
            assert (spec_type, status_type) == (OVN, OVN)
        if back.step in ("reboot", "resume", "cleanup"):
            assert (spec_type, status_type) == (SDN, SDN)
        if back.action == "blocked":
            assert (spec_type, status_type) == (SDN, OVN)


@pytest.mark.parametrize("stage", [(SDN, SDN), (OVN, SDN), (OVN, OVN), (SDN, OVN)])
def test_law_09_the_annotation_blocks_every_way(stage):
    back = decide(*stage, migration=OVN, metadata={"annotations": {LIVE_ANNOTATION: ""}})
    assert back.action == "blocked"


def test_settings_that_prepare_has_left_are_told():
    assert "ovnKubernetesConfig" in decide(SDN, SDN, ovnKubernetesConfig={"mtu": 8900}).reason


@pytest.mark.parametrize(
    ("ipsec", "refused"),
    [
        pytest.param(None, False, id="not set"),
        pytest.param({}, True, id="on up to 4.14"),
        pytest.param({"mode": "Disabled"}, False, id="off"),
        pytest.param({"mode": "External"}, True, id="external"),
        pytest.param({"mode": "Full"}, True, id="full"),
    ],
)
def test_ipsec_has_no_place_in_openshift_sdn(ipsec, refused):
    block = {} if ipsec is None else {"ipsecConfig": ipsec}
    found = sdn_problems(networks(network_config(OVN, OVN), network_operator(OVN, ovnKubernetesConfig=block)))
    assert bool(found) == refused
    assert all("IPsec" in problem and "turn it off" in problem for problem in found)


@pytest.mark.parametrize("field", ["clusterNetwork", "serviceNetwork"])
def test_ipv6_has_no_place_in_openshift_sdn(field):
    config = network_config(OVN, OVN)
    second = {"cidr": "fd01::/48", "hostPrefix": 64} if field == "clusterNetwork" else "fd02::/112"
    config["spec"][field].append(second)
    found = sdn_problems(networks(config, network_operator(OVN)))
    assert len(found) == 1
    assert "IPv4 only" in found[0]
