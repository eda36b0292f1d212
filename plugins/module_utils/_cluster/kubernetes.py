# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster port over the Kubernetes API. With discovery, ``dynamic.py``, all that imports the kubernetes package."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, Literal, Optional, TypeVar
from urllib.parse import urlencode

from .._domain.errors import Forbidden, MigrationError, Misconfigured, NotFound
from .._domain.rules import Rule
from . import deferred, dynamic, failures, shapes
from .connections import opened, put_under_deadlines
from .deadline import Bounds, Deadline
from .exec_stream import Stream, header_lines, refusal
from .kinds import ACCESS_REVIEW, POD, RULES_REVIEW, Kind
from .port import PAGE, Access, Execution, Json, Lines, Operations
from .readers import namespace_going
from .secrets import Secrets, credentials_in
from .server_clock import ServerClock, date_in

MISSING: Optional[str] = None
deferred.defer()
try:
    import urllib3
    from kubernetes.client.exceptions import ApiException
    from kubernetes.client.rest import RESTClientObject
    from kubernetes.config import ConfigException
    from urllib3._collections import HTTPHeaderDict
    from websocket import WebSocketBadStatusException, WebSocketException
except ImportError:
    MISSING = traceback.format_exc()

T = TypeVar("T")

#: How many pages a list may have: an answer that always promises another one is none.
PAGES = 2000
#: Access tokens of OpenShift's OAuth server look like this since 4.6; a service account's is a JWT.
OAUTH_PREFIX = "Bearer sha256~"
#: No namespace can have this name, so a review of rules for it lists what holds in all of them, and outside of them:
#: whether there is such a namespace is not asked (kubernetes 1.27, pkg/registry/authorization/selfsubjectrulesreview).
NOWHERE = "-"


class KubernetesCluster:
    """``port.Cluster`` over HTTPS. One call, one attempt: patience is the caller's business.

    :param headers: sent with every request and every command; a list has a line for each value
    :param secrets: more of them than the configuration holds
    :param monotonic: the host's clock, by which the time of an answer is counted on
    """

    def __init__(
        self,
        configuration: Any,
        *,
        headers: Mapping[str, Any],
        bounds: Optional[Bounds] = None,
        secrets: Iterable[str] = (),
        monotonic: Optional[Callable[[], float]] = None,
    ) -> None:
        # urllib3 would retry three times by itself and hide from us how long an outage was.
        configuration.retries = False
        self._configuration = configuration
        self._bounds = bounds or Bounds()
        self._pool = RESTClientObject(configuration).pool_manager
        put_under_deadlines(self._pool)
        # What the client's own requests go through: discovery.
        self._pool.request = self._requested
        self._headers = {name: value for name, value in headers.items() if value}
        self._more_secrets = tuple(secrets)
        self._server_clock = ServerClock(monotonic)

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        path = kind.path(name=name, namespace=namespace)
        with self._absence_told(kind, namespace):
            return self._object("GET", path, name=name, tried=f"read {_named(kind, name, namespace)}")

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        query = {"limit": str(PAGE), "labelSelector": labels, "fieldSelector": fields, "continue": ""}
        tried = f"list {kind.title}"
        items: list[Json] = []
        for _page in range(PAGES):
            try:
                with self._absence_told(kind):
                    answer = self._json("GET", kind.path(namespace=namespace), query=query, tried=tried)
            except Forbidden:
                if self._end_of(namespace):
                    return []
                raise
            page, query["continue"] = self._shaped(shapes.a_page, answer, tried=tried)
            items.extend(page)
            if not query["continue"]:
                return items
        raise failures.strange(tried, f"its list does not end after {PAGES} pages")

    def create(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        name = body.get("metadata", {}).get("name", "")
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        tried = f"create {_named(kind, name, namespace)}"
        with self._deletion_told(namespace, absent_when_gone=True):
            return self._object("POST", kind.path(namespace=namespace), name=name, body=full, tried=tried)

    def merge(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        with self._deletion_told(namespace, absent_when_gone=True):
            return self._object(
                "PATCH",
                kind.path(name=name, namespace=namespace),
                name=name,
                body=patch,
                content_type="application/merge-patch+json",
                tried=f"patch {_named(kind, name, namespace)} with {json.dumps(patch, sort_keys=True)}",
            )

    def edit(self, kind: Kind, name: str, operations: Operations, *, namespace: Optional[str] = None) -> Json:
        steps = [dict(operation) for operation in operations]
        return self._object(
            "PATCH",
            kind.path(name=name, namespace=namespace),
            name=name,
            body=steps,
            content_type="application/json-patch+json",
            tried=f"patch {_named(kind, name, namespace)} with {json.dumps(steps, sort_keys=True)}",
        )

    def replace(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        name = body["metadata"]["name"]
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        tried = f"replace {_named(kind, name, namespace)}"
        with self._deletion_told(namespace):
            return self._object("PUT", kind.path(name=name, namespace=namespace), name=name, body=full, tried=tried)

    def approve(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Json:
        full = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        tried = f"approve {kind.title} {name}"
        return self._object("PUT", f"{kind.path(name=name)}/approval", name=name, body=full, tried=tried)

    def delete(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> None:
        tried = f"delete {_named(kind, name, namespace)}"
        try:
            answer = self._json("DELETE", kind.path(name=name, namespace=namespace), tried=tried)
        except NotFound:
            return
        # The object as it was, or a Status.
        self._shaped(shapes.mapping, answer, tried=tried)

    def now(self) -> datetime:
        known = self._server_clock.recently()
        if known is not None:
            return known
        tried = "ask the API server for the time"
        status, text, headers = self._exchange("GET", "/version", tried=tried)
        if not 200 <= status <= 299:
            raise self._from_status(status, text, tried=tried)
        try:
            return date_in(headers)
        except ValueError as error:
            raise failures.strange(tried, "its answer carries no Date header") from error

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        tried = self._secrets.redacted(f"run '{' '.join(command)}' in pod {namespace}/{pod}")
        words = [("command", word) for word in command]
        flags = {"container": container, "stdin": "false", "stdout": "true", "stderr": "true", "tty": "false"}
        path = f"{POD.path(name=pod, namespace=namespace)}/exec?{urlencode([*words, *flags.items()])}"
        with Deadline(timeout) as deadline:
            stream = self._open(path, tried=tried, within=min(timeout, self._bounds.opening))
            try:
                deadline.watch(stream)
                return stream.collect(deadline)
            finally:
                stream.close()

    def _open(self, path: str, *, tried: str, within: float) -> Stream:
        headers = header_lines(self._credential(tried=tried))
        address = f"{self._configuration.host}{path}"
        with Deadline(within) as opening:
            try:
                stream = Stream(
                    opened(self._pool, self._configuration.host, timeout=self._bounds.connect), bounds=self._bounds
                )
                stream.open(address.replace("http", "ws", 1), headers=headers)
            except WebSocketBadStatusException as error:
                raise self._from_status(int(error.status_code), refusal(error), tried=tried) from error
            except _broken_off() as error:
                if opening.expired:
                    raise failures.too_slow(tried, within) from error
                raise failures.unreachable(tried, error, self._secrets) from error
        return stream

    def log_tail(self, pod: str, *, namespace: str, container: str, lines: int) -> Lines:
        path = f"{POD.path(name=pod, namespace=namespace)}/log"
        query = {"container": container, "tailLines": str(lines)}
        text = self._text("GET", path, query=query, tried=f"read the log of pod {namespace}/{pod}")
        return text.splitlines()

    def ready(self) -> bool:
        tried = "ask the API server whether it is ready"
        status, text = self._answer("GET", "/readyz", tried=tried)
        if 400 <= status <= 499:
            raise self._from_status(status, text, tried=tried)
        return status == 200 and text.strip() == "ok"

    def allowed(self, access: Access) -> bool:
        attributes = {
            "verb": access.verb,
            "group": access.kind.group,
            "resource": access.kind.plural,
            "subresource": access.subresource,
            "namespace": access.namespace,
            "name": access.name,
        }
        body = {
            "apiVersion": ACCESS_REVIEW.api_version,
            "kind": ACCESS_REVIEW.kind,
            "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
        }
        tried = f"ask for the right to {access.title}"
        answer = self._json("POST", ACCESS_REVIEW.path(), body=body, tried=tried)
        return self._shaped(shapes.a_decision, answer, tried=tried)

    def rules(self, namespace: Optional[str] = None) -> tuple[Rule, ...]:
        if self._may_be_scoped():
            return ()
        body = {
            "apiVersion": RULES_REVIEW.api_version,
            "kind": RULES_REVIEW.kind,
            "spec": {"namespace": namespace or NOWHERE},
        }
        tried = f"ask for the rights in {f'namespace {namespace}' if namespace else 'every namespace'}"
        answer = self._json("POST", RULES_REVIEW.path(), body=body, tried=tried)
        return self._shaped(shapes.rules, answer, tried=tried)

    def discover(self, kind: str, api_version: str) -> Kind:
        tried = f"find the kind {kind} of {api_version}"
        with Deadline(self._bounds.total) as deadline:
            try:
                return dynamic.discovered(dynamic.client(self._configuration, self._pool), kind, api_version)
            except ApiException as error:
                if not error.status:
                    raise self._unreachable(tried, error.reason, deadline) from error
                raise self._from_status(int(error.status), _decoded(error.body or ""), tried=tried) from error
            except _broken_off(TypeError, AttributeError, RecursionError) as error:
                # What openshift makes of an answer that is none.
                raise self._unreachable(tried, error, deadline) from error

    def oauth_token(self) -> bool:
        schemes = self._configuration.auth_settings().values()
        return any(str(scheme["value"]).startswith(OAUTH_PREFIX) for scheme in schemes)

    def secrets(self) -> tuple[str, ...]:
        return self._secrets.values

    def _may_be_scoped(self) -> bool:
        """Whether scopes may hold back what roles give. A review of rules does not know them: ModeScope has no rule
        resolver (openshift/kubernetes, pkg/kubeapiserver/authorizer/config.go). OAuth tokens have some, and the extras
        of an impersonated user may be some."""
        return self.oauth_token() or any(name.lower().startswith("impersonate-extra-") for name in self._headers)

    @property
    def _secrets(self) -> Secrets:
        """Made anew each time: a plugin may have given another token meanwhile."""
        return Secrets([*self._more_secrets, *credentials_in(self._configuration)])

    def _object(self, method: str, path: str, *, name: str, tried: str, **request: Any) -> Json:
        answer = self._json(method, path, tried=tried, **request)
        return self._shaped(lambda body: shapes.an_object(body, name=name), answer, tried=tried)

    def _json(self, method: str, path: str, *, tried: str, **request: Any) -> Any:
        text = self._text(method, path, tried=tried, **request)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise failures.strange(tried, f"the answer is not JSON ({self._secrets.redacted(text[:80])!r})") from error

    @contextlib.contextmanager
    def _absence_told(self, kind: Kind, namespace: Optional[str] = None) -> Iterator[None]:
        """Of a kind that is not installed, and of a namespace that takes its Roles with it.

        A credential without rights on everything gets 403 for a kind that is not installed: authorization comes
        before the kind is looked for (kubernetes 1.27, staging/src/k8s.io/apiserver/pkg/server/config.go,
        ``DefaultBuildHandlerChain``). What is served, everybody who is logged in may ask.

        :raises NotFound: in the place of ``Forbidden``
        """
        try:
            yield
        except Forbidden as error:
            if not self._served(kind):
                raise failures.unserved(error.tried) from error
            if self._end_of(namespace):
                raise failures.without_namespace(error.tried, str(namespace)) from error
            raise

    @contextlib.contextmanager
    def _deletion_told(self, namespace: Optional[str], *, absent_when_gone: bool = False) -> Iterator[None]:
        """The Roles in a namespace go with it, so whoever lives by them is not told that it is being deleted.

        :raises BeingDeleted: in the place of ``Forbidden``
        :raises NotFound: in its place, when the namespace is gone and ``absent_when_gone``
        """
        try:
            yield
        except Forbidden as error:
            end = self._end_of(namespace)
            if end == "going":
                raise failures.being_deleted(error.tried, error.seen) from error
            if end and absent_when_gone:
                raise failures.without_namespace(error.tried, str(namespace)) from error
            raise

    def _end_of(self, namespace: Optional[str]) -> Literal["", "going", "gone"]:
        """Nothing as well when that cannot be found out."""
        if not namespace:
            return ""
        try:
            going = namespace_going(self, namespace)
        except MigrationError:
            return ""
        return "gone" if going is None else "going" if going else ""

    def _served(self, kind: Kind) -> bool:
        """True as well when that cannot be found out."""
        tried = f"ask for the resources of {kind.api_version}"
        try:
            answer = self._json("GET", kind.discovery_path, tried=tried)
            return kind.plural in self._shaped(shapes.resources, answer, tried=tried)
        except NotFound:
            return False
        except MigrationError:
            return True

    @staticmethod
    def _shaped(shape: Callable[[Any], T], answer: Any, *, tried: str) -> T:
        try:
            return shape(answer)
        except shapes.Misshapen as error:
            raise failures.strange(tried, f"the answer is not what was asked for: {error}") from error

    def _text(self, method: str, path: str, *, tried: str, **request: Any) -> str:
        status, text = self._answer(method, path, tried=tried, **request)
        if not 200 <= status <= 299:
            raise self._from_status(status, text, tried=tried)
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
        headers = self._credential(tried=tried)
        headers["Accept"], headers["Content-Type"] = "application/json", content_type
        with Deadline(self._bounds.total) as deadline:
            try:
                response = self._send(
                    method,
                    f"{self._configuration.host}{path}" + (f"?{given}" if given else ""),
                    body=None if body is None else json.dumps(body),
                    headers=headers,
                )
            except _broken_off() as error:
                raise self._unreachable(tried, error, deadline) from error
        if deadline.expired:
            raise failures.too_slow(tried, deadline.seconds)
        self._server_clock.hear(int(response.status), response.headers)
        return int(response.status), _decoded(response.data), response.headers

    def _send(self, method: str, url: str, **request: Any) -> Any:
        # The pool, not the client's request(): what that returns and raises changes with its version. Nor
        # the pool's request(): there urllib3 1.26 folds the header lines of several groups into one.
        timeout = urllib3.Timeout(connect=self._bounds.connect, read=self._bounds.read)
        return self._pool.request_encode_url(method, url, timeout=timeout, retries=False, redirect=False, **request)

    def _requested(self, method: str, url: str, *, preload_content: bool = True, **_given: Any) -> Any:
        """In the place of the pool's ``request``: a GET of the client's discovery, sent as our own requests are."""
        headers = self._credential(tried=f"{method} {url}")
        headers["Accept"] = "application/json"
        return self._send(method, url, headers=headers, preload_content=preload_content)

    def _credential(self, *, tried: str) -> Any:
        """Who we are, and as whom we ask, for requests and streams alike.

        :raises Misconfigured: for what no header may carry
        """
        headers = HTTPHeaderDict()
        for name, value in self._headers.items():
            # One header line for each group that is impersonated: the API server takes no commas.
            for single in value if isinstance(value, list) else [value]:
                headers.add(name, header_value(name, single))
        try:
            schemes = self._configuration.auth_settings().values()
        except ConfigException as error:
            # A plugin that is asked for the next token.
            raise failures.unreachable(tried, error, self._secrets) from error
        for scheme in schemes:
            headers[scheme["key"]] = header_value(scheme["key"], scheme["value"])
        return headers

    def _unreachable(self, tried: str, error: Any, deadline: Deadline) -> MigrationError:
        if deadline.expired:
            return failures.too_slow(tried, deadline.seconds)
        return failures.unreachable(tried, error, self._secrets)

    def _from_status(self, status: int, text: str, *, tried: str) -> MigrationError:
        return failures.from_status(status, text, tried=tried, secrets=self._secrets)


def header_value(name: str, value: Any) -> str:
    """Without the spaces and line breaks around it, as client-go reads a token file (client-go 0.27,
    transport/token_source.go).

    :raises Misconfigured: for what is left of them, without the value
    """
    text = str(value).strip()
    if not text.isprintable() or not text.isascii():
        raise Misconfigured(
            tried=f"send the header {name}",
            seen="its value has a line break, or a character that no header may carry",
            remedy="See the token (api_key, K8S_AUTH_API_KEY, token or tokenFile of the kubeconfig) or the user and "
            "groups to impersonate. Nothing was sent.",
        )
    return text


def _named(kind: Kind, name: str, namespace: Optional[str]) -> str:
    return f"{kind.title} {namespace}/{name}" if namespace else f"{kind.title} {name}"


def _decoded(body: Any) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)


def _broken_off(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What the libraries raise for a connection, or an answer, that is not one."""
    return (
        *more,
        urllib3.exceptions.HTTPError,
        HTTPException,
        WebSocketException,
        ConfigException,
        OSError,
        ValueError,
        LookupError,
    )
