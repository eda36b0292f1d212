# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    NETWORK_CONFIG,
    NODE,
    POD,
)


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        (NODE, {}, "/api/v1/nodes"),
        (NODE, {"name": "worker-0"}, "/api/v1/nodes/worker-0"),
        (NODE, {"name": "a/b c"}, "/api/v1/nodes/a%2Fb%20c"),
        (NODE, {"namespace": "ignored"}, "/api/v1/nodes"),
        (POD, {}, "/api/v1/pods"),
        (POD, {"namespace": "web", "name": "web-0"}, "/api/v1/namespaces/web/pods/web-0"),
        (CONFIG_MAP, {"namespace": "web"}, "/api/v1/namespaces/web/configmaps"),
        (NETWORK_CONFIG, {"name": "cluster"}, "/apis/config.openshift.io/v1/networks/cluster"),
    ],
)
def test_paths(kind, given, path):
    assert kind.path(**given) == path


def test_titles_are_as_oc_takes_them():
    assert NETWORK_CONFIG.title == "networks.config.openshift.io"
    assert NODE.title == "nodes"
