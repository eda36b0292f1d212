"""CertificateSigningRequests that kubelets have left behind: approved, none pending."""

from __future__ import annotations

import base64

from tests.simulator.seed.context import Seeding
from tests.simulator.topology import identity

_APPROVER = "machine-approver"


def seed_certificates(seeding: Seeding) -> None:
    """The yearly server certificate of each kubelet was renewed within the last day on a few nodes only."""
    for node in seeding.topology.nodes[:3]:
        asked = seeding.ages.ago(hours=3 + node.index)
        name = f"csr-{identity(seeding.options.seed, 'csr', node.name).hex[:5]}"
        approved = {
            "lastTransitionTime": asked,
            "lastUpdateTime": asked,
            "message": "This CSR was approved by the Node CSR Approver (cluster-machine-approver)",
            "reason": "NodeCSRApprove",
            "status": "True",
            "type": "Approved",
        }
        spec = {
            "groups": ["system:nodes", "system:authenticated"],
            "request": _pem("CERTIFICATE REQUEST", node.name),
            "signerName": "kubernetes.io/kubelet-serving",
            "usages": ["digital signature", "server auth"],
            "username": f"system:node:{node.name}",
        }
        status = {"certificate": _pem("CERTIFICATE", node.name), "conditions": [approved]}
        seeding.create(
            "certificatesigningrequests.certificates.k8s.io",
            name,
            {"spec": spec, "status": status},
            created=asked,
            generateName="csr-",
        )


def _pem(kind: str, name: str) -> str:
    """Base64 of a PEM block that says whose it is; nobody verifies it here."""
    inner = base64.b64encode(name.encode()).decode()
    return base64.b64encode(f"-----BEGIN {kind}-----\n{inner}\n-----END {kind}-----\n".encode()).decode()
