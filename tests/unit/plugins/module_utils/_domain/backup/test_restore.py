# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.compare import Difference
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.contents import Index
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.restore import (
    Restoration,
    lost,
    restorations,
    unsettled,
)

SUBNET = ("network.openshift.io", "HostSubnet", "", "worker-0")
TENANT = ("network.openshift.io", "NetNamespace", "", "shop")
POLICY = ("network.openshift.io", "EgressNetworkPolicy", "shop", "default")
SETTINGS = ("operator.openshift.io", "Network", "", "cluster")
SAVED_POLICY = {
    "apiVersion": "network.openshift.io/v1",
    "kind": "EgressNetworkPolicy",
    "metadata": {"name": "default", "namespace": "shop"},
    "spec": {"egress": []},
}


def difference(of, *, path=(), backup=None, now=None, explanation=None):
    return Difference(of, path, backup, now, explanation)


@pytest.mark.parametrize(
    ("row", "is_lost"),
    [
        pytest.param(difference(SUBNET, path=("egressIPs",), backup=["192.0.2.1"]), True, id="gone"),
        pytest.param(difference(SUBNET, path=("egressIPs",), backup=["a"], now=["b"]), False, id="set by somebody"),
        pytest.param(difference(SUBNET, path=("egressIPs",), now=["b"]), False, id="new"),
        pytest.param(difference(SETTINGS, backup=1, explanation="dropped"), False, id="an operator's reason"),
    ],
)
def test_what_is_lost(row, is_lost):
    assert lost([row]) == ((row,) if is_lost else ())


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param(
            [difference(SUBNET, backup={"egressCIDRs": ["192.0.2.0/24"]})],
            [Restoration(SUBNET, {"egressCIDRs": ["192.0.2.0/24"]})],
            id="all of an object",
        ),
        pytest.param(
            [
                difference(TENANT, path=("egressIPs",), backup=["192.0.2.1"]),
                difference(TENANT, path=("metadata", "annotations", "a/b"), backup="true"),
                difference(TENANT, path=("metadata", "annotations", "a/c"), backup="x"),
            ],
            [
                Restoration(
                    TENANT, {"egressIPs": ["192.0.2.1"], "metadata": {"annotations": {"a/b": "true", "a/c": "x"}}}
                )
            ],
            id="several fields in one patch",
        ),
        pytest.param(
            [difference(POLICY, backup={"spec": {"egress": []}})],
            [Restoration(POLICY, SAVED_POLICY, create=True)],
            id="an object that has to be made",
        ),
        pytest.param([difference(POLICY, path=("spec", "egress"), backup=[1])], [], id="a field of such an object"),
        pytest.param([difference(SETTINGS, path=("spec", "x"), backup=1)], [], id="not ours to write"),
    ],
)
def test_what_puts_it_back(losses, expected):
    assert list(restorations(losses, [SAVED_POLICY])) == expected


def test_who_has_to_exist_for_it():
    assert Restoration(SUBNET, {}).owner == "node worker-0"
    assert Restoration(TENANT, {}).owner == "namespace shop"
    assert Restoration(POLICY, {}).owner == "namespace shop"


def index(settled_at=""):
    return Index(
        id="ovnkubernetes-20260102000000",
        target="OVNKubernetes",
        source_type="OpenShiftSDN",
        taken_at="2026-01-02T00:00:00Z",
        late=False,
        objects=1,
        encoding="plain",
        checksum="",
        text_checksum="",
        parts={"a": "b"},
        settled_at=settled_at,
    )


@pytest.mark.parametrize(
    ("of", "begun", "expected"),
    [
        pytest.param(index(), ["2026-01-02T00:00:05Z"], True, id="begun since"),
        pytest.param(index(), ["2026-01-01T00:00:00Z"], False, id="an earlier migration"),
        pytest.param(index(), [], False, id="never begun"),
        pytest.param(index("2026-01-03T00:00:00Z"), ["2026-01-02T00:00:05Z"], False, id="seen to be back"),
        pytest.param(None, ["2026-01-02T00:00:05Z"], False, id="no backup"),
    ],
)
def test_whether_somebody_has_still_to_look(of, begun, expected):
    assert unsettled(of, begun) is expected
