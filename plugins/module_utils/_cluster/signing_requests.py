# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in a certificate signing request. Only this file needs the library ``cryptography``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from .._domain.errors import MigrationError
from .._domain.reboot.csr import RequestedCertificate, SigningRequest


def require_cryptography() -> None:
    """:raises MigrationError: when requests cannot be read on this machine"""
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise MigrationError(
            tried="read certificate signing requests",
            seen="the Python library cryptography is missing. Nothing was changed",
            remedy="Install it for the Python that runs the module, or leave approve_csrs off.",
        ) from error


def signing_request(request: Mapping[str, Any]) -> SigningRequest:
    """What cannot be read is told, not raised: a request may hold anything."""
    try:
        require_cryptography()
        content = _content(base64.b64decode(request["spec"].get("request") or "", validate=True))
    except MigrationError as error:
        return SigningRequest.from_json(request, unreadable=error.seen)
    except (ValueError, binascii.Error) as error:
        return SigningRequest.from_json(request, unreadable=str(error) or type(error).__name__)
    return SigningRequest.from_json(request, content=content)


def _content(pem: bytes) -> RequestedCertificate:
    """:raises ValueError: when it is no PKCS#10 request"""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509.oid import NameOID

    try:
        parsed = x509.load_pem_x509_csr(pem)
        subject, extensions = list(parsed.subject), list(parsed.extensions)
        signed = parsed.is_signature_valid
    except (UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion) as error:
        raise ValueError(str(error)) from error
    names = [attribute.value for attribute in subject if attribute.oid == NameOID.COMMON_NAME]
    organizations = [attribute.value for attribute in subject if attribute.oid == NameOID.ORGANIZATION_NAME]
    others = [
        attribute.rfc4514_string()
        for attribute in subject
        if attribute.oid not in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    ]
    if len(names) != 1:
        others.append(f"{len(names)} common names")
    dns_names, addresses = [], []
    for extension in extensions:
        if not isinstance(extension.value, x509.SubjectAlternativeName):
            others.append(f"extension {extension.oid.dotted_string}")
            continue
        for name in extension.value:
            if isinstance(name, x509.DNSName):
                dns_names.append(name.value)
            elif isinstance(name, x509.IPAddress):
                addresses.append(str(name.value))
            else:
                others.append(f"{type(name).__name__} {name.value}")
    return RequestedCertificate(
        common_name=str(names[0]) if names else "",
        organizations=tuple(str(organization) for organization in organizations),
        dns_names=tuple(dns_names),
        addresses=tuple(addresses),
        others=tuple(others),
        signed=signed,
    )
