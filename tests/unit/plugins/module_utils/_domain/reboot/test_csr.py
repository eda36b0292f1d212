# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.nodes import Node
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.csr import (
    BOOTSTRAPPER,
    CLIENT,
    SERVING,
    RequestedCertificate,
    SigningRequest,
    decision,
    pending,
)
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects

SELF = "system:node:worker-0"
ASKED = RequestedCertificate(SELF, ("system:nodes",))
SERVED = replace(ASKED, dns_names=("worker-0",), addresses=("192.0.2.20", "fd00::20"))


def node(name, *addresses):
    made = objects.node(name)
    made["status"]["addresses"] = [{"type": "Hostname", "address": name}, *addresses]
    return Node.from_json(made)


def internal(address):
    return {"type": "InternalIP", "address": address}


NODES = [
    node("worker-0", internal("192.0.2.20"), internal("fd00:0::20"), internal("192.0.2.99")),
    node("worker-1", internal("192.0.2.21"), internal("192.0.2.99"), {"type": "InternalDNS", "address": "w1.example"}),
]


def client(content=ASKED, **given):
    usages = ("digital signature", "key encipherment", "client auth")
    return SigningRequest(**{**_frame("csr-1", CLIENT, SELF, usages, content), **given})


def serving(content=SERVED, **given):
    usages = ("digital signature", "server auth")
    return SigningRequest(**{**_frame("csr-1", SERVING, SELF, usages, content), **given})


def _frame(name, signer, requestor, usages, content):
    return {
        "name": name,
        "signer": signer,
        "requestor": requestor,
        "usages": usages,
        "created": "2026-01-01T00:00:00Z",
        "pending": True,
        "content": content,
    }


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(client(), id="client, by the node"),
        pytest.param(client(requestor=BOOTSTRAPPER), id="client, by the bootstrapper"),
        pytest.param(client(usages=("client auth", "digital signature")), id="client, elliptic"),
        pytest.param(serving(), id="serving"),
        pytest.param(serving(replace(SERVED, dns_names=("WORKER-0",), addresses=())), id="serving, by name alone"),
        pytest.param(serving(replace(SERVED, dns_names=(), addresses=("fd00:0:0::20",))), id="serving, other spelling"),
    ],
)
def test_what_a_kubelet_of_this_cluster_asks_for(request_):
    found = decision(request_, nodes=NODES)
    assert (found.against, found.node) == ("", "worker-0")
    assert found.to_json()["approvable"] is True


@pytest.mark.parametrize(
    ("request_", "against"),
    [
        pytest.param(client(signer="kubernetes.io/kube-apiserver-client"), "asks for no certificate of", id="signer"),
        pytest.param(client(signer="kubernetes.io/legacy-unknown"), "asks for no certificate of", id="legacy signer"),
        pytest.param(client(None, unreadable="no PEM"), "cannot be read: no PEM", id="unreadable"),
        pytest.param(client(replace(ASKED, common_name="system:node:other")), "is no node of this cluster", id="node"),
        pytest.param(client(replace(ASKED, common_name="system:admin")), "is no node of this cluster", id="admin"),
        pytest.param(client(replace(ASKED, common_name="worker-0")), "is no node of this cluster", id="bare name"),
        pytest.param(client(requestor="system:node:worker-1"), "may not ask for", id="another node asks"),
        pytest.param(client(requestor="system:admin"), "system:admin may not ask for", id="an administrator asks"),
        pytest.param(client(requestor=""), "nobody may not ask for", id="nobody asks"),
        pytest.param(serving(requestor=BOOTSTRAPPER), "may not ask for", id="the bootstrapper asks for serving"),
        pytest.param(client(replace(ASKED, organizations=("system:masters",))), "system:masters, not", id="group"),
        pytest.param(
            client(replace(ASKED, organizations=("system:nodes", "system:masters"))), "system:masters, not", id="groups"
        ),
        pytest.param(client(replace(ASKED, organizations=())), "missing, not", id="no group"),
        pytest.param(client(usages=("client auth",)), "usages", id="usages too few"),
        pytest.param(client(usages=("digital signature", "server auth")), "usages", id="usages of serving"),
        pytest.param(
            serving(usages=("digital signature", "server auth", "client auth")), "usages", id="usages too many"
        ),
        pytest.param(client(SERVED), "no names of hosts", id="client with names"),
        pytest.param(client(replace(ASKED, others=("extension 2.5.29.19",))), "extension 2.5.29.19", id="more"),
        pytest.param(client(replace(ASKED, signed=False)), "signature", id="signature"),
        pytest.param(serving(ASKED), "needs the name of a host", id="serving without a name"),
        pytest.param(serving(replace(SERVED, dns_names=("api.example",))), "api.example is no", id="another name"),
        pytest.param(serving(replace(SERVED, dns_names=("w1.example",))), "w1.example is no", id="another node's name"),
        pytest.param(serving(replace(SERVED, addresses=("192.0.2.21",))), "192.0.2.21 is no", id="another's address"),
        pytest.param(serving(replace(SERVED, addresses=("192.0.2.99",))), "192.0.2.99 is no", id="claimed by two"),
    ],
)
def test_what_is_never_approved(request_, against):
    found = decision(request_, nodes=NODES)
    assert against in found.against
    assert found.to_json()["approvable"] is False


@pytest.mark.parametrize(
    ("status", "wanted"),
    [({}, True), ({"conditions": []}, True), ({"conditions": [{"type": "Denied"}]}, False), (None, True)],
)
def test_pending(status, wanted):
    assert pending({"status": status}) is wanted
