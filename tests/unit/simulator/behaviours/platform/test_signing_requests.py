"""A node whose kubelet's certificates have expired while it was down.

Kubernetes 1.27, pkg/kubelet/certificate: without a client certificate the kubelet bootstraps one as the service account
of its bootstrap kubeconfig, which on OpenShift is node-bootstrapper, and then asks for a serving certificate as itself.
"""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.simulator.behaviours.platform.signing_requests import BOOTSTRAPPER, REQUESTS
from tests.unit.simulator.behaviours.scenes import Scene

APPROVED = {"type": "Approved", "status": "True", "reason": "Test", "message": ""}


@pytest.fixture
def scene():
    scene = Scene("4.14", workers=1)
    scene.cluster.faults.add("csr_pending:worker-0")
    return scene


def pending(scene):
    return [request for request in scene.store.list(REQUESTS) if not (request.get("status") or {}).get("conditions")]


def approve(scene, request):
    body = {**request, "status": {**request.get("status", {}), "conditions": [APPROVED]}}
    scene.store.replace(REQUESTS, body, actor="system:admin", subresource="approval")


def content(request):
    return x509.load_pem_x509_csr(base64.b64decode(request["spec"]["request"]))


def test_it_is_not_heard_of_until_somebody_approves_its_client_certificate(scene):
    before = scene.boot_id("worker-0")
    scene.reboot("worker-0")
    scene.pass_by(3600)
    (request,) = pending(scene)
    assert request["spec"]["username"] == BOOTSTRAPPER
    subject = content(request).subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "system:node:worker-0"
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "system:nodes"
    assert (scene.boot_id("worker-0"), scene.ready("worker-0")) == (before, "Unknown")
    approve(scene, request)
    scene.until(lambda: scene.is_ready("worker-0"), within=300)
    assert scene.boot_id("worker-0") != before
    issued = scene.store.get(REQUESTS, request["metadata"]["name"])["status"]["certificate"]
    certificate = x509.load_pem_x509_certificate(base64.b64decode(issued))
    assert certificate.subject == subject
    assert certificate.public_key() == content(request).public_key()


def test_then_it_asks_for_a_serving_certificate_as_itself(scene):
    scene.reboot("worker-0")
    scene.until(lambda: bool(pending(scene)), within=900)
    approve(scene, pending(scene)[0])
    scene.until(lambda: scene.is_ready("worker-0"), within=300)
    (request,) = pending(scene)
    assert (request["spec"]["signerName"], request["spec"]["username"]) == (
        "kubernetes.io/kubelet-serving",
        "system:node:worker-0",
    )
    names = content(request).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["worker-0"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.0.32.10"]


def test_other_nodes_ask_for_nothing(scene):
    scene.reboot("master-1")
    scene.pass_by(60)
    scene.until(lambda: scene.is_ready("master-1"), within=900)
    assert pending(scene) == []


def test_an_approval_changes_the_conditions_and_nothing_else(scene):
    """kubernetes 1.27, pkg/registry/certificates/certificates/strategy.go, csrApprovalStrategy."""
    scene.reboot("worker-0")
    scene.until(lambda: bool(pending(scene)), within=900)
    (request,) = pending(scene)
    body = {**request, "spec": {**request["spec"], "username": "somebody"}}
    approve(scene, {**body, "status": {"certificate": "mine"}})
    found = scene.store.get(REQUESTS, request["metadata"]["name"])
    assert found["spec"] == request["spec"]
    assert "certificate" not in found["status"]


def test_foreign_requests(scene):
    scene.cluster.faults.add("csr_foreign:worker-0")
    scene.pass_by(1)
    asked = pending(scene)
    assert len(asked) == 5
    assert all(content(request).is_signature_valid for request in asked)
