# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import builtins
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.signing_requests import (
    require_cryptography,
    signing_request,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import MigrationError
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.csr import RequestedCertificate


def attribute(oid, value):
    return x509.NameAttribute(oid, value)


KUBELET = (attribute(NameOID.ORGANIZATION_NAME, "system:nodes"), attribute(NameOID.COMMON_NAME, "system:node:w"))


def pem(*subject, names=(), extensions=()):
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def asking(data):
    return {
        "metadata": {"name": "csr-1", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"request": base64.b64encode(data).decode(), "signerName": "s", "username": "u", "usages": ["x"]},
    }


def test_what_it_holds():
    names = [x509.DNSName("w"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
    read = signing_request(asking(pem(*KUBELET, names=names)))
    assert read.content == RequestedCertificate("system:node:w", ("system:nodes",), ("w",), ("192.0.2.1",))
    assert (read.name, read.signer, read.requestor, read.usages, read.pending) == ("csr-1", "s", "u", ("x",), True)


@pytest.mark.parametrize(
    ("data", "other"),
    [
        pytest.param(pem(*KUBELET, attribute(NameOID.COUNTRY_NAME, "DE")), "C=DE", id="another attribute"),
        pytest.param(pem(*KUBELET, attribute(NameOID.COMMON_NAME, "b")), "2 common names", id="two names"),
        pytest.param(pem(), "0 common names", id="no name"),
        pytest.param(pem(*KUBELET, names=[x509.RFC822Name("a@b.example")]), "RFC822Name", id="a mail address"),
        pytest.param(
            pem(*KUBELET, names=[x509.UniformResourceIdentifier("spiffe://x")]), "UniformResource", id="an address"
        ),
        pytest.param(
            pem(*KUBELET, extensions=[x509.BasicConstraints(ca=True, path_length=None)]), "2.5.29.19", id="an authority"
        ),
    ],
)
def test_what_a_kubelet_never_asks_for_is_named(data, other):
    read = signing_request(asking(data))
    assert read.content is not None
    assert any(other in name for name in read.content.others)


def test_a_signature_that_does_not_fit():
    der = bytearray(x509.load_pem_x509_csr(pem(*KUBELET)).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    broken = b"-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(bytes(der))
    read = signing_request(asking(broken + b"-----END CERTIFICATE REQUEST-----\n"))
    assert read.unreadable or (read.content is not None and not read.content.signed)


@pytest.mark.parametrize("data", [b"", b"no PEM", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_what_cannot_be_read_is_told(data):
    read = signing_request(asking(data))
    assert read.content is None
    assert read.unreadable


def test_without_the_library_nothing_can_be_approved(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "cryptography":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    request = asking(pem(*KUBELET))
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MigrationError, match="cryptography is missing"):
        require_cryptography()
    assert "cryptography is missing" in signing_request(request).unreadable
