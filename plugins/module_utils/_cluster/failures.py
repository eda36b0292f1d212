# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What went wrong on the way to the API, as an error of ours, without a secret in it."""

from __future__ import annotations

import json
import re
from typing import Any, Optional

from .._domain import rights
from .._domain.errors import (
    BeingDeleted,
    ClusterUnreachable,
    Conflict,
    Forbidden,
    MigrationError,
    Misconfigured,
    NotFound,
    Rejected,
    Unauthorized,
    Untrusted,
)
from .secrets import Secrets

_BY_STATUS: dict[int, type[MigrationError]] = {
    400: Rejected,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: Rejected,
    407: Misconfigured,
    409: Conflict,
    410: ClusterUnreachable,
    415: Rejected,
    422: Rejected,
    429: ClusterUnreachable,
}
_REMEDIES: dict[type[MigrationError], str] = {
    Unauthorized: "Log in again, or use a client-certificate kubeconfig, which outlives the reboots.",
    Forbidden: f"{rights.ANY}.",
    NotFound: "See whether it is there ('oc get'), and whether this is the cluster that was meant.",
    Conflict: "Somebody else writes the same object. Run this again.",
    Rejected: "The API server takes no such request, and nothing was written by it: see what it says it does not take.",
    BeingDeleted: "Wait until that namespace is gone, then run this again. Between the switch and the last reboot it "
    "hangs, since aggregated APIs do not answer: there it goes when the nodes have rebooted.",
    ClusterUnreachable: "Check the API address, the network and the control-plane nodes, then run this again.",
    Misconfigured: "Correct the proxy's settings: proxy, HTTPS_PROXY or the kubeconfig's proxy-url with user:password@ "
    "when it wants a login, or no_proxy (NO_PROXY) when the API is not behind it.",
    Untrusted: "Give the right ca_cert, or a kubeconfig with certificate-authority-data, or check the API address.",
}
#: kubernetes 1.27, staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
_BEING_TERMINATED = "because it is being terminated"
#: How http.client tells that a proxy has not opened the tunnel.
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\s*([^'\")]*)")
#: The end of what is said of a namespace that takes what is in it along.
GONE = "is gone"
#: What a proxy answers that may have another answer soon.
_PASSING = (408, 429)


def unreachable(tried: str, error: Any, secrets: Secrets) -> MigrationError:
    """:param error: the exception, or a text"""
    seen = secrets.redacted(" ".join(str(error).split()) or type(error).__name__)
    # A certificate does not become valid by waiting; any other TLS error is a connection cut short.
    if "CERTIFICATE_VERIFY_FAILED" in seen:
        return Untrusted(tried=tried, seen=f"its certificate cannot be verified ({seen})", remedy=_REMEDIES[Untrusted])
    tunnel = _TUNNEL.search(seen)
    if tunnel and 400 <= int(tunnel[1]) <= 499 and int(tunnel[1]) not in _PASSING:
        words = f"the proxy refuses to connect: HTTP {tunnel[1]} {tunnel[2].strip()}".rstrip()
        return Misconfigured(tried=tried, seen=words, remedy=_REMEDIES[Misconfigured])
    return ClusterUnreachable(
        tried=tried, seen=f"the API does not answer ({seen})", remedy=_REMEDIES[ClusterUnreachable]
    )


def too_slow(tried: str, seconds: float) -> MigrationError:
    return ClusterUnreachable(
        tried=tried,
        seen=f"the API has not answered completely within {seconds:g} s",
        remedy=_REMEDIES[ClusterUnreachable],
    )


def from_status(status: int, text: str, *, tried: str, secrets: Secrets) -> MigrationError:
    try:
        seen = str(json.loads(text)["message"])
    except (ValueError, LookupError, TypeError, RecursionError):
        seen = text.strip()[:300] or "no message"
    if status < 400:
        return strange(tried, f"HTTP {status} in place of an answer")
    if status == 403 and _BEING_TERMINATED in seen:
        return being_deleted(tried, f"HTTP 403, {secrets.redacted(seen)}")
    error = _BY_STATUS.get(status, ClusterUnreachable if status >= 500 else Rejected)
    words = f"HTTP {status}, {secrets.redacted(seen)}"
    return error(tried=tried, seen=words, remedy=_REMEDIES.get(error, ""))


def being_deleted(tried: str, seen: str) -> MigrationError:
    return BeingDeleted(tried=tried, seen=seen, remedy=_REMEDIES[BeingDeleted])


def unserved(tried: str) -> MigrationError:
    return NotFound(
        tried=tried, seen="the cluster does not serve it", remedy="See 'oc api-resources' for what it serves."
    )


def without_namespace(tried: str, namespace: str) -> MigrationError:
    """Its absence was seen: it is no answer of a server that cannot tell yet."""
    return NotFound(tried=tried, seen=f"namespace {namespace} goes, or {GONE}", remedy=f"See 'oc get ns {namespace}'.")


def strange(tried: str, seen: str, *, remedy: Optional[str] = None) -> MigrationError:
    """An answer that is none."""
    usual = "Is this address really an OpenShift API, and not a proxy's page?"
    return ClusterUnreachable(tried=tried, seen=seen, remedy=usual if remedy is None else remedy)
