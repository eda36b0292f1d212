# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster port over the Kubernetes API. With discovery, ``dynamic.py``, all that imports the kubernetes package."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, Optional
from urllib.parse import urlencode

from .._domain.errors import (
    ClusterUnreachable,
    Conflict,
    Forbidden,
    MigrationError,
    NotFound,
    Rejected,
    Unauthorized,
    Untrusted,
)
from . import dynamic
from .kinds import ACCESS_REVIEW, POD, Kind
from .port import PAGE, Access, Execution, Json, Lines, Operations

MISSING: Optional[str] = None
try:
    import urllib3
    import yaml
    from kubernetes import client as _client
    from kubernetes.client.exceptions import ApiException
    from kubernetes.config import ConfigException
    from kubernetes.stream import stream as _stream
    from kubernetes.stream.ws_client import ERROR_CHANNEL
    from urllib3._collections import HTTPHeaderDict
    from websocket import WebSocketException
except ImportError:
    MISSING = traceback.format_exc()

#: Seconds to connect and to wait for bytes. A master that goes down leaves half-open connections behind.
TIMEOUTS = (5, 30)
#: Access tokens of OpenShift's OAuth server look like this since 4.6; a service account's is a JWT.
OAUTH_PREFIX = "Bearer sha256~"
_BY_STATUS: dict[int, type[MigrationError]] = {
    400: Rejected,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: Rejected,
    409: Conflict,
    410: ClusterUnreachable,
    415: Rejected,
    422: Rejected,
    429: ClusterUnreachable,
}
_REMEDIES: dict[type[MigrationError], str] = {
    Unauthorized: "Log in again, or use a client-certificate kubeconfig, which outlives the reboots.",
    Forbidden: "Use a credential with the cluster-admin role.",
    ClusterUnreachable: "Check the API address, the network and the control-plane nodes, then run this again.",
    Untrusted: "Give the right ca_cert, or a kubeconfig with certificate-authority-data, or check the API address.",
}


class KubernetesCluster:
    """``port.Cluster`` over HTTPS. One call, one attempt: patience is the caller's business."""

    def __init__(self, configuration: Any, *, headers: Mapping[str, Any]) -> None:
        # urllib3 would retry three times by itself and hide from us how long an outage was.
        configuration.retries = False
        self._configuration = configuration
        self._api = _client.ApiClient(configuration)
        self._headers = {name: value for name, value in headers.items() if value}

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        path = kind.path(name=name, namespace=namespace)
        return self._json("GET", path, tried=f"read {_named(kind, name, namespace)}")

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        query = {"limit": str(PAGE), "labelSelector": labels, "fieldSelector": fields, "continue": ""}
        items: list[Json] = []
        while True:
            page = self._json("GET", kind.path(namespace=namespace), query=query, tried=f"list {kind.title}")
            items.extend(page.get("items") or [])
            query["continue"] = page.get("metadata", {}).get("continue") or ""
            if not query["continue"]:
                return items

    def create(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        name = body.get("metadata", {}).get("name", "")
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        tried = f"create {_named(kind, name, namespace)}"
        return self._json("POST", kind.path(namespace=namespace), body=full, tried=tried)

    def merge(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        return self._json(
            "PATCH",
            kind.path(name=name, namespace=namespace),
            body=patch,
            content_type="application/merge-patch+json",
            tried=f"patch {_named(kind, name, namespace)} with {json.dumps(patch, sort_keys=True)}",
        )

    def edit(self, kind: Kind, name: str, operations: Operations, *, namespace: Optional[str] = None) -> Json:
        steps = [dict(operation) for operation in operations]
        return self._json(
            "PATCH",
            kind.path(name=name, namespace=namespace),
            body=steps,
            content_type="application/json-patch+json",
            tried=f"patch {_named(kind, name, namespace)} with {json.dumps(steps, sort_keys=True)}",
        )

    def replace(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        name = body["metadata"]["name"]
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        tried = f"replace {_named(kind, name, namespace)}"
        return self._json("PUT", kind.path(name=name, namespace=namespace), body=full, tried=tried)

    def approve(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Json:
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        return self._json("PUT", f"{kind.path(name=name)}/approval", body=full, tried=f"approve {kind.title} {name}")

    def delete(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> None:
        try:
            self._json(
                "DELETE", kind.path(name=name, namespace=namespace), tried=f"delete {_named(kind, name, namespace)}"
            )
        except NotFound:
            return

    def now(self) -> datetime:
        tried = "ask the API server for the time"
        status, text, headers = self._exchange("GET", "/version", tried=tried)
        if not 200 <= status <= 299:
            raise _from_status(status, text, tried=tried)
        try:
            return parsedate_to_datetime(headers["Date"]).astimezone(timezone.utc)
        except (KeyError, TypeError, ValueError) as error:
            raise ClusterUnreachable(tried=tried, seen="its answer carries no Date header") from error

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        tried = f"run '{' '.join(command)}' in pod {namespace}/{pod}"
        try:
            session = _stream(
                _client.CoreV1Api(self._api).connect_get_namespaced_pod_exec,
                pod,
                namespace,
                container=container,
                command=[*command],
                stdin=False,
                stdout=True,
                stderr=True,
                tty=False,
                _preload_content=False,
            )
        except ApiException as error:
            _raise_handshake(error, tried=tried)
        except (urllib3.exceptions.HTTPError, WebSocketException, OSError) as error:
            raise _unreachable(tried, error) from error
        try:
            session.run_forever(timeout=timeout)
            output = "".join([session.read_stdout(timeout=0) or "", session.read_stderr(timeout=0) or ""])
            return Execution(exit_code=_exit_code(session.read_channel(ERROR_CHANNEL)), output=output)
        except (WebSocketException, OSError) as error:
            # The command had been sent: whether it ran is for the caller to find out from its effect.
            return Execution(exit_code=None, output=f"the stream broke off: {error}")
        finally:
            session.close()

    def log_tail(self, pod: str, *, namespace: str, container: str, lines: int) -> Lines:
        path = f"{POD.path(name=pod, namespace=namespace)}/log"
        query = {"container": container, "tailLines": str(lines)}
        text = self._text("GET", path, query=query, tried=f"read the log of pod {namespace}/{pod}")
        return text.splitlines()

    def ready(self) -> bool:
        tried = "ask the API server whether it is ready"
        status, text = self._answer("GET", "/readyz", tried=tried)
        if 400 <= status <= 499:
            raise _from_status(status, text, tried=tried)
        return status == 200 and text.strip() == "ok"

    def allowed(self, access: Access) -> bool:
        attributes = {
            "verb": access.verb,
            "group": access.kind.group,
            "resource": access.kind.plural,
            "subresource": access.subresource,
            "namespace": access.namespace,
        }
        body = {
            "apiVersion": ACCESS_REVIEW.api_version,
            "kind": ACCESS_REVIEW.kind,
            "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
        }
        answer = self._json("POST", ACCESS_REVIEW.path(), body=body, tried=f"ask for the right to {access.title}")
        return bool(answer.get("status", {}).get("allowed"))

    def discover(self, kind: str, api_version: str) -> Kind:
        tried = f"find the kind {kind} of {api_version}"
        try:
            return dynamic.discovered(self._api, kind, api_version)
        except ApiException as error:
            if not error.status:
                raise _unreachable(tried, error.reason) from error
            raise _from_status(int(error.status), _decoded(error.body or ""), tried=tried) from error
        except (urllib3.exceptions.HTTPError, ConfigException, OSError, ValueError) as error:
            raise _unreachable(tried, error) from error

    def oauth_token(self) -> bool:
        schemes = self._configuration.auth_settings().values()
        return any(str(scheme["value"]).startswith(OAUTH_PREFIX) for scheme in schemes)

    def _json(self, method: str, path: str, *, tried: str, **request: Any) -> Json:
        text = self._text(method, path, tried=tried, **request)
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise ClusterUnreachable(
                tried=tried,
                seen=f"the answer is not JSON ({text[:80]!r})",
                remedy="Is this address really an OpenShift API, and not a proxy's error page?",
            ) from error
        return dict(answer)

    def _text(self, method: str, path: str, *, tried: str, **request: Any) -> str:
        status, text = self._answer(method, path, tried=tried, **request)
        if not 200 <= status <= 299:
            raise _from_status(status, text, tried=tried)
        return text

    def _answer(
        self,
        method: str,
        path: str,
        *,
        tried: str,
        query: Optional[Mapping[str, str]] = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> tuple[int, str]:
        """Status and body of whatever the server answers."""
        return self._exchange(method, path, tried=tried, query=query, body=body, content_type=content_type)[:2]

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        tried: str,
        query: Optional[Mapping[str, str]] = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> tuple[int, str, Mapping[str, str]]:
        """Status, body and headers (by any case) of whatever the server answers."""
        given = urlencode({name: value for name, value in (query or {}).items() if value})
        try:
            # The pool, not the client's request(): what that returns and raises changes with its version. Nor
            # the pool's request(): there urllib3 1.26 folds the header lines of several groups into one.
            response = self._api.rest_client.pool_manager.urlopen(
                method,
                f"{self._configuration.host}{path}" + (f"?{given}" if given else ""),
                body=None if body is None else json.dumps(body),
                headers=self._request_headers(content_type),
                timeout=urllib3.Timeout(connect=TIMEOUTS[0], read=TIMEOUTS[1]),
                retries=False,
            )
        except (urllib3.exceptions.HTTPError, ConfigException, OSError) as error:
            raise _unreachable(tried, error) from error
        return int(response.status), _decoded(response.data), response.headers

    def _request_headers(self, content_type: str) -> Any:
        headers = HTTPHeaderDict({"Accept": "application/json", "Content-Type": content_type})
        for name, value in self._headers.items():
            # One header line for each group that is impersonated: the API server takes no commas.
            for single in value if isinstance(value, list) else [value]:
                headers.add(name, single)
        for scheme in self._configuration.auth_settings().values():
            headers[scheme["key"]] = scheme["value"]
        return headers


def _named(kind: Kind, name: str, namespace: Optional[str]) -> str:
    return f"{kind.title} {namespace}/{name}" if namespace else f"{kind.title} {name}"


def _unreachable(tried: str, error: Any) -> MigrationError:
    seen = " ".join(str(error).split())
    # A certificate does not become valid by waiting; any other TLS error is a connection cut short.
    if "CERTIFICATE_VERIFY_FAILED" in seen:
        return Untrusted(tried=tried, seen=f"its certificate cannot be verified ({seen})", remedy=_REMEDIES[Untrusted])
    return ClusterUnreachable(
        tried=tried, seen=f"the API does not answer ({seen})", remedy=_REMEDIES[ClusterUnreachable]
    )


def _decoded(body: Any) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)


def _from_status(status: int, text: str, *, tried: str) -> MigrationError:
    try:
        seen = str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        seen = text.strip()[:300] or "no message"
    error = _BY_STATUS.get(status, ClusterUnreachable if status >= 500 else Rejected)
    return error(tried=tried, seen=f"HTTP {status}, {seen}", remedy=_REMEDIES.get(error, ""))


def _raise_handshake(error: Any, *, tried: str) -> NoReturn:
    """The client reports a refused WebSocket as status 0 with the reason
    ``Handshake status 403 Forbidden -+-+- {headers} -+-+- body``, and a connection that failed with another."""
    reason = str(error.reason or "")
    words = reason.partition("Handshake status ")[2].split(" ", 1)
    status = int(words[0]) if words[0].isdigit() else int(error.status or 0)
    if not status:
        raise _unreachable(tried, reason) from error
    body = reason.rpartition("-+-+-")[2].strip() if "-+-+-" in reason else reason
    if body == "None":
        body = words[-1].partition(" -+-+-")[0]
    if body[:2] in ("b'", 'b"'):
        body = body[2:-1].encode("latin-1", "replace").decode("unicode_escape", "replace")
    raise _from_status(status, body, tried=tried) from error


def _exit_code(status: str) -> Optional[int]:
    """The exit code in a ``v4.channel.k8s.io`` status, None when the stream ended before one was sent."""
    if not status:
        return None
    verdict = yaml.safe_load(status)
    if verdict.get("status") == "Success":
        return 0
    for cause in (verdict.get("details") or {}).get("causes") or []:
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    return 1
