"""One request from arrival to answer: who, may they, which resource, which verb, which shape."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from aiohttp import web

from tests.simulator.api import (
    admission,
    aggregation,
    authorization,
    health,
    negotiation,
    pods,
    reading,
    reviews,
    scaling,
    shapes,
    tokens,
)
from tests.simulator.api.authentication import Authenticator
from tests.simulator.api.calls import Call, target_of
from tests.simulator.api.discovery import VIRTUAL, Discovery, subresources_of, wanted_version
from tests.simulator.api.execution import Execution
from tests.simulator.api.openapi import OpenApi
from tests.simulator.api.recording import WRITE_VERBS, describe
from tests.simulator.api.watching import Watch
from tests.simulator.api.writing import Writer, Written
from tests.simulator.credentials import ANONYMOUS, Credentials
from tests.simulator.faults import Faults
from tests.simulator.ports import Kubelet, Object
from tests.simulator.record.requests import RequestRecord
from tests.simulator.store import webhooks
from tests.simulator.store.errors import (
    ApiError,
    Conflict,
    InternalError,
    MethodNotAllowed,
    NotServed,
    Unauthorized,
)
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.resources import Resource
from tests.simulator.store.trees import at

_NO_CACHE = {"Cache-Control": "no-cache, private"}
_FOLLOW_INTERVAL = 0.2
#: bytes of a request (apiserver, pkg/server/config.go, MaxRequestBodyBytes)
MAX_BODY = 3 * 1024 * 1024


class PlainText(Exception):
    """An answer that is no Status: what the aggregator, the mux and the flow control send."""

    def __init__(self, code: int, text: str, *, retry_after: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.retry_after = retry_after


@dataclass(frozen=True)
class Parts:
    """What the API is made of: the cluster's store, kubelet and faults, and who may log in."""

    store: ObjectStore
    kubelet: Kubelet
    faults: Faults
    credentials: Credentials
    record: RequestRecord
    #: ``v1.27.15+…`` of the simulated kube-apiserver
    kubernetes_version: str
    #: called after every write
    on_write: Callable[[], None]
    #: waits until so many simulated seconds have gone by
    passing: Callable[[float], Awaitable[None]]
    #: why a Service that serves a webhook cannot be reached (``store.webhooks``), None when it can
    webhook_failure: webhooks.Reach


class Api:
    """The handler of the HTTPS server."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store
        self._record = parts.record
        self._authenticator = Authenticator(credentials=parts.credentials, store=parts.store, faults=parts.faults)
        self._discovery = Discovery(parts.store)
        self._openapi = OpenApi(parts.store, self._discovery, version=parts.kubernetes_version)
        self._writer = Writer(parts.store)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; never raises but for lost connections."""
        row = self._record.begin(method=request.method, path=request.path, query=request.query_string)
        try:
            response = await self._answer(request, row)
        except ApiError as error:
            response = _refusal(error)
        except web.HTTPRequestEntityTooLarge:
            message = f"Request entity too large: limit is {MAX_BODY}"
            response = _refusal(ApiError(413, "RequestEntityTooLarge", message))
        except PlainText as plain:
            headers = {"Retry-After": str(plain.retry_after)} if plain.retry_after else {}
            response = web.Response(status=plain.code, text=f"{plain.text}\n", headers=headers)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            response = _refusal(InternalError(f"{type(error).__name__}: {error}"))
        row["status"] = row["status"] or response.status
        return response

    async def _answer(self, request: web.BaseRequest, row: Object) -> web.StreamResponse:
        call = Call(
            user=ANONYMOUS,
            target=target_of(request.method, request.path, request.query),
            query=request.query,
            user_agent=request.headers.get("User-Agent", ""),
            accept=request.headers.get("Accept", ""),
            content_type=request.headers.get("Content-Type", ""),
            body=await request.read() if request.body_exists else b"",
        )
        describe(row, call)
        call = replace(call, user=self._authenticator.user_of(request))
        describe(row, call)
        self._check_throttled(call)
        starting = self._parts.faults.strike("api_denies") is not None
        if starting and not health.is_asked(call.target.path):
            # Roles are read after the port is open; a health endpoint is never denied (kubernetes 1.27,
            # pkg/kubeapiserver/options/authorization.go; apiserver, pkg/server/options/authorization.go).
            raise authorization.refusal(call.user, call.target)
        authorization.check(call, self._store)
        if not call.target.resource:
            return self._path(request, call, starting=starting)
        return await self._resource(request, call, row)

    def _check_throttled(self, call: Call) -> None:
        fault = self._parts.faults.strike("throttle_storm", call.target.key)
        if fault is not None:
            message = "Too many requests, please try again later."
            raise PlainText(429, message, retry_after=int(fault.params.get("retry_after", 1)))

    # -- paths without a resource

    def _path(self, request: web.BaseRequest, call: Call, *, starting: bool) -> web.Response:
        path = call.target.path.rstrip("/")
        if health.is_asked(path):
            code, text = health.report(path, verbose="verbose" in call.query, starting=starting)
            return web.Response(status=code, text=text, headers=_NO_CACHE)
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed
        if path == "/version":
            return _json(health.version(self._parts.kubernetes_version))
        if path == "/openapi/v2":
            return self._openapi_v2(call)
        if path == "/openapi/v3" or path.startswith("/openapi/v3/"):
            found = self._openapi.v3(path.removeprefix("/openapi/v3").strip("/"))
        else:
            parts = path.strip("/").split("/")
            version = wanted_version(negotiation.media_types(call.accept))
            if version is not None and parts in (["api"], ["apis"]):
                return self._aggregated_discovery(version, core=parts == ["api"])
            found = self._discovered(parts, address=request.host)
        if found is None:
            raise PlainText(404, "404 page not found")
        return _json(found)

    def _aggregated_discovery(self, version: str, *, core: bool) -> web.Response:
        kind = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        body = negotiation.encode(self._discovery.aggregated(version=version, core=core))
        return web.Response(body=body, headers={"Content-Type": kind, **_NO_CACHE})

    def _openapi_v2(self, call: Call) -> web.Response:
        types = [media.name for media in negotiation.media_types(call.accept)]
        if types and types[0].startswith("application/com.github.proto-openapi.spec.v2"):
            body = self._openapi.v2_protobuf()
            # The name in Accept holds an @, which no media type may; the answer is named without (kube-openapi).
            return web.Response(body=body, content_type=types[0].replace("@", "."), headers=_NO_CACHE)
        return _json(self._openapi.v2())

    def _discovered(self, parts: list[str], *, address: str) -> Object | None:
        if parts == ["api"]:
            return self._discovery.core_versions(address=address)
        if parts == ["apis"]:
            return self._discovery.groups()
        if parts[0] == "api" and len(parts) == 2:
            group, version = "", parts[1]
        elif parts[0] == "apis" and len(parts) == 3:
            group, version = parts[1], parts[2]
        elif parts[0] == "apis" and len(parts) == 2:
            return self._discovery.group(parts[1])
        else:
            return None
        self._check_reachable(group, version)
        return self._discovery.resources(group, version) if self._discovery.serves(group, version) else None

    def _check_reachable(self, group: str, version: str) -> None:
        service = aggregation.service_of(self._store, group=group, version=version)
        if service is not None and aggregation.is_down(service):
            raise PlainText(503, "service unavailable")

    # -- resources

    async def _resource(self, request: web.BaseRequest, call: Call, row: Object) -> web.StreamResponse:
        target = call.target
        self._check_reachable(target.group, target.version)
        for virtual in VIRTUAL.get((target.group, target.version), ()):
            if virtual.plural == target.resource:
                if target.verb != "create":
                    raise MethodNotAllowed
                reviewed = reviews.answer(call, virtual, self._store, user_of_token=self._authenticator.user_of_token)
                return _json(reviewed, code=201)
        resource = self._served(call)
        if target.resource == "pods" and target.subresource in ("exec", "log"):
            return await self._pod_stream(request, call, row)
        if target.verb == "watch":
            return await self._watch(request, call, resource, row)
        if target.verb in WRITE_VERBS:
            try:
                await self._admit(call, resource, row)
                return self._write(call, resource)
            finally:
                self._parts.on_write()
        if target.verb not in ("get", "list"):
            raise MethodNotAllowed
        return self._read(call, resource)

    def _served(self, call: Call) -> Resource:
        target = call.target
        resource = self._store.resource(target.key)
        if resource is None or target.version not in resource.versions:
            if target.group and not self._is_builtin(target.group, target.version):
                raise PlainText(404, "404 page not found")
            raise NotServed
        if target.namespace and not resource.namespaced:
            raise NotServed
        if target.name and resource.namespaced and not target.namespace:
            raise NotServed
        if target.subresource and target.subresource not in _subresources(resource):
            raise NotServed
        verb = target.verb
        if not target.subresource and verb not in resource.verbs:
            raise MethodNotAllowed
        if target.subresource and verb not in _verbs_of(resource, target.subresource):
            raise MethodNotAllowed
        if verb == "create" and (bool(target.name) != bool(target.subresource)):
            raise MethodNotAllowed
        if verb in ("create", "deletecollection") and resource.namespaced and not target.namespace:
            raise MethodNotAllowed
        if verb in ("update", "patch") and not target.name:
            raise MethodNotAllowed
        return resource

    def _is_builtin(self, group: str, version: str) -> bool:
        return any(
            not resource.custom and resource.group == group and version in resource.versions
            for resource in self._store.resources()
        )

    def _read(self, call: Call, resource: Resource) -> web.Response:
        rendering = negotiation.rendering(call)
        target = call.target
        include = call.query.get("includeObject", "")
        if target.verb == "list":
            objects, metadata = reading.page(self._store, call, resource)
            shown = [shapes.versioned(obj, resource=resource, version=target.version) for obj in objects]
            body = shapes.listing(
                shown,
                resource=resource,
                version=target.version,
                metadata=metadata,
                rendering=rendering,
                now=self._store.now,
                include=include,
            )
            return _rendered(body, rendering)
        if target.subresource == "scale":
            return _rendered(scaling.read(self._store, call, resource), rendering)
        obj = self._store.get(resource.key, target.name or "", namespace=target.namespace)
        obj = shapes.versioned(obj, resource=resource, version=target.version)
        body = shapes.single(obj, resource=resource, rendering=rendering, now=self._store.now, include=include)
        return _rendered(body, rendering)

    def _write(self, call: Call, resource: Resource) -> web.Response:
        target = call.target
        rendering = negotiation.rendering(call)
        if target.verb in ("update", "patch") and not target.name:
            raise MethodNotAllowed
        if target.verb in ("update", "patch"):
            if target.subresource == "approval":
                authorization.check_approval(call, self._store)
            self._check_conflict_storm(call, resource)
        if target.verb == "create":
            if target.subresource == "eviction":
                return _json(pods.evict(self._store, call), code=201)
            if target.subresource == "token":
                return _json(tokens.request(call, self._store, self._parts.credentials), code=201)
            written = self._writer.create(call, resource)
        elif target.verb == "update":
            written = self._writer.update(call, resource)
        elif target.verb == "patch":
            written = self._writer.patch(call, resource)
        elif target.subresource:
            raise MethodNotAllowed
        elif target.verb == "delete":
            written = self._writer.delete(call, resource)
        else:
            return self._delete_collection(call, resource, rendering)
        return self._written(written, call, resource, rendering)

    async def _admit(self, call: Call, resource: Resource, row: Object) -> None:
        """Have the admission webhooks look at a write; those that do not answer cost time, and may fail it."""
        request = admission.request_of(call, resource, self._store)
        verdict = webhooks.judge(self._store, request, reach=self._parts.webhook_failure)
        if verdict.outcomes:
            row["webhooks"] = [outcome.to_json() for outcome in verdict.outcomes]
        if verdict.seconds:
            await self._parts.passing(verdict.seconds)
        if verdict.error is not None:
            raise verdict.error

    def _check_conflict_storm(self, call: Call, resource: Resource) -> None:
        name = call.target.name or ""
        exists = self._store.find(resource.key, name, namespace=call.target.namespace) is not None
        if exists and self._parts.faults.strike("conflict_storm", resource.key) is not None:
            raise Conflict(resource.key, name)

    def _written(
        self, written: Written, call: Call, resource: Resource, rendering: negotiation.Rendering
    ) -> web.Response:
        body = written.object
        if body.get("kind") == resource.kind:
            body = shapes.versioned(body, resource=resource, version=call.target.version)
            body = shapes.single(body, resource=resource, rendering=rendering, now=self._store.now)
        response = _rendered(body, rendering, code=written.code)
        for warning in written.warnings:
            escaped = warning.replace("\\", "\\\\").replace('"', '\\"')
            response.headers.add("Warning", f'299 - "{escaped}"')
        return response

    def _delete_collection(self, call: Call, resource: Resource, rendering: negotiation.Rendering) -> web.Response:
        objects = self._writer.delete_collection(call, resource)
        body = shapes.listing(
            objects,
            resource=resource,
            version=call.target.version,
            metadata={"resourceVersion": str(self._store.revision)},
            rendering=rendering,
            now=self._store.now,
        )
        return _rendered(body, rendering)

    # -- streams

    async def _watch(self, request: web.BaseRequest, call: Call, resource: Resource, row: Object) -> web.StreamResponse:
        rendering = negotiation.rendering(call)
        watch = Watch(self._store, call, resource, rendering=rendering, now=self._store.now)
        response = web.StreamResponse(headers={"Content-Type": "application/json", **_NO_CACHE})
        response.enable_chunked_encoding()
        row["status"] = 200
        await response.prepare(request)
        async for event in watch.events():
            await response.write(event)
        await response.write_eof()
        return response

    async def _pod_stream(self, request: web.BaseRequest, call: Call, row: Object) -> web.StreamResponse:
        target = call.target
        pod = self._store.get("pods", target.name or "", namespace=target.namespace)
        if target.subresource == "exec":
            if request.method not in ("GET", "POST"):
                raise MethodNotAllowed
            command = request.query.getall("command", [])
            row["body"] = {"command": command, "container": call.query.get("container", "")}
            execution = Execution(
                kubelet=self._parts.kubelet, pod=pod, call=call, command=command, passing=self._parts.passing
            )
            try:
                return await execution.serve(request)
            finally:
                self._parts.on_write()
        if request.method != "GET":
            raise MethodNotAllowed
        return await self._log(request, pods.LogReader(kubelet=self._parts.kubelet, pod=pod, call=call), pod)

    async def _log(self, request: web.BaseRequest, reader: pods.LogReader, pod: Object) -> web.StreamResponse:
        lines = reader.lines()
        text = reader.text(lines, now=self._store.now())
        if not reader.follows:
            return web.Response(body=text, content_type="text/plain", headers=_NO_CACHE)
        response = web.StreamResponse(headers={"Content-Type": "text/plain", **_NO_CACHE})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(text)
        while self._runs(pod):
            await asyncio.sleep(_FOLLOW_INTERVAL)
            try:
                later = reader.lines()
            except ApiError:
                break
            if len(later) > len(lines):
                await response.write(reader.text(later[len(lines) :], now=self._store.now(), offset=len(lines)))
            lines = later
        await response.write_eof()
        return response

    def _runs(self, pod: Object) -> bool:
        """Whether the same pod is still there and running: a followed log ends with its container."""
        meta = pod["metadata"]
        found = self._store.find("pods", meta["name"], namespace=meta["namespace"])
        if found is None or found["metadata"]["uid"] != meta["uid"]:
            return False
        return bool(at(found, "status.phase") == "Running")


def _subresources(resource: Resource) -> set[str]:
    return {entry[0] for entry in subresources_of(resource)}


def _verbs_of(resource: Resource, subresource: str) -> tuple[str, ...]:
    return next(verbs for name, _kind, _group, _version, verbs in subresources_of(resource) if name == subresource)


def _rendered(body: Object, rendering: negotiation.Rendering, *, code: int = 200) -> web.Response:
    return web.Response(
        status=code, body=rendering.encode(body), content_type=rendering.content_type, headers=_NO_CACHE
    )


def _json(body: Object, *, code: int = 200) -> web.Response:
    return web.Response(status=code, body=negotiation.encode(body), content_type="application/json", headers=_NO_CACHE)


def _refusal(error: ApiError) -> web.Response:
    headers = dict(_NO_CACHE)
    if error.retry_after:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Basic realm="openshift"'
    return web.Response(
        status=error.code, body=negotiation.encode(error.status()), content_type="application/json", headers=headers
    )
