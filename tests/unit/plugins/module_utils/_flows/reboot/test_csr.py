# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, SIGNING_REQUEST
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import Conflict, Forbidden, Rejected
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.csr import CsrApprover
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.signing_requests import csr


@pytest.fixture
def cluster():
    denied = csr("denied", "worker-0", conditions=[{"type": "Denied", "status": "True"}])
    made = [csr("ours", "worker-0"), csr("foreign", "worker-9"), denied]
    return FakeCluster((NODE, objects.node("worker-0")), *[(SIGNING_REQUEST, request) for request in made])


def csr_approver(cluster, **given):
    return CsrApprover(cluster, ScriptedClock(), **given)


def pending(at):
    return [row["name"] for row in at.to_json()["pending_csrs"]]


def test_they_are_only_reported_when_nobody_asks_for_more(cluster):
    at = csr_approver(cluster)
    at.observe()
    assert pending(at) == ["foreign", "ours"]
    assert cluster.writes == []
    assert at.hint("worker-0") == "; its certificate requests wait for approval: ours"
    assert at.hint("worker-1") == ""
    assert "ours. Approve them with" in at.warnings[0] and "foreign" not in at.warnings[0]


def test_only_what_a_kubelet_of_this_cluster_asks_for_is_approved(cluster):
    at = csr_approver(cluster, approve=True)
    at.observe()
    (call,) = cluster.made("approve")
    assert (call.name, call.body["metadata"]["resourceVersion"]) == ("ours", "7"), "the version that was read"
    (condition,) = call.body["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("Approved", "True")
    assert "worker-0" in condition["message"]
    assert pending(at) == ["foreign"]
    assert [row["name"] for row in at.to_json()["approved_csrs"]] == ["ours"]
    assert at.warnings == ()


def test_each_is_approved_once_and_looks_keep_their_distance(cluster):
    at = csr_approver(cluster, approve=True)
    for _second in range(30):
        at.observe()
        at.clock.sleep(1)
    assert len(cluster.made("list", SIGNING_REQUEST)) == 3
    assert len(cluster.made("approve")) == 1
    at.observe(now=True)
    assert len(cluster.made("list", SIGNING_REQUEST)) == 4


def test_somebody_else_may_be_quicker(cluster):
    cluster.fail(Conflict(tried="approve", seen="HTTP 409"), verb="approve")
    at = csr_approver(cluster, approve=True)
    at.observe()
    assert (at.approved, pending(at)) == ([], ["foreign"])
    at.observe(now=True)
    assert [found.request.name for found in at.approved] == ["ours"]


@pytest.mark.parametrize("error", [Forbidden, Rejected])
def test_a_refused_approval_is_told_and_ends_nothing(cluster, error):
    cluster.fail(error(tried="approve", seen="HTTP 4xx"), verb="approve", times=None)
    at = csr_approver(cluster, approve=True)
    at.observe()
    assert pending(at) == ["foreign", "ours"]
    assert "request ours could not be approved: HTTP 4xx" in at.warnings[0]


def test_requests_that_may_not_be_read_are_not_taken_for_none(cluster):
    cluster.fail(Forbidden(tried="list", seen="HTTP 403"), kind=SIGNING_REQUEST)
    at = csr_approver(cluster)
    at.observe()
    assert at.to_json()["pending_csrs"] is None
    assert "could not be read: HTTP 403" in at.warnings[0]
    at.observe(now=True)
    assert pending(at) == ["foreign", "ours"]
    assert "could not be read" not in at.warnings[0], "it was an API server that had just started"


def test_a_missing_right_is_told_before_anything_is_done(cluster):
    right = "update certificatesigningrequests.certificates.k8s.io/approval"
    cluster.denied = {right}
    csr_approver(cluster).prepare()
    with pytest.raises(Forbidden, match=right):
        csr_approver(cluster, approve=True).prepare()


SIGNERS = ("kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving")


@pytest.mark.parametrize("signer", SIGNERS)
def test_approving_needs_a_right_on_the_signer_too(cluster, signer):
    cluster.denied = {f"approve signers.certificates.k8s.io {name}" for name in (signer, "kubernetes.io/*")}
    with pytest.raises(Forbidden) as caught:
        csr_approver(cluster, approve=True).prepare()
    assert caught.value.facts == {"missing_rights": [f"approve signers.certificates.k8s.io {signer}"]}
    assert cluster.writes == []


def test_a_right_on_all_signers_of_the_domain_is_enough(cluster):
    cluster.denied = {f"approve signers.certificates.k8s.io {name}" for name in SIGNERS}
    csr_approver(cluster, approve=True).prepare()
