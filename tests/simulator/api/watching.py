"""watch: the changes of a resource as a stream of JSON events (apiserver, pkg/endpoints/handlers/watch.go)."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable

from tests.simulator.api.aggregation import API_SERVICES, is_down, service_of
from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import Rendering, encode
from tests.simulator.api.reading import selection
from tests.simulator.api.shapes import Now, Tables, partial, versioned
from tests.simulator.ports import Change, Object
from tests.simulator.store.errors import ApiError, Cause, Invalid
from tests.simulator.store.objects import ObjectStore, parse_revision
from tests.simulator.store.resources import Resource

Selection = Callable[[Object], bool] | None

#: seconds between two bookmarks (apiserver, pkg/storage/cacher)
BOOKMARK_INTERVAL = 60.0


class Watch:
    """One watch request. Its options are checked when it is made; ``events`` yields encoded events until it ends."""

    def __init__(self, store: ObjectStore, call: Call, resource: Resource, *, rendering: Rendering, now: Now) -> None:
        _check(call)
        self._store = store
        self._call = call
        self._resource = resource
        self._wanted = _named(call.target.name, selection(call, resource))
        call.number("timeoutSeconds")
        self._rendering = rendering
        include = call.query.get("includeObject", "")
        self._tables = Tables(resource, rendering=rendering, now=now, include=include)
        self._header_sent = False
        self._changes: deque[Change] = deque()
        self._woken = asyncio.Event()
        requested = call.query.get("resourceVersion", "")
        #: resourceVersion to start after, None: begin with what is there
        self._start = None if requested in ("", "0") else parse_revision(requested)

    async def events(self) -> AsyncIterator[bytes]:
        try:
            backlog = self._backlog()
        except ApiError as error:
            yield self._encoded("ERROR", error.status())
            return
        stop: Callable[[], None] = self._store.subscribe(self._note, keys=[self._resource.key, API_SERVICES])
        stop_served = self._store.on_served_change(self._woken.set)
        try:
            for event in backlog:
                yield event
            async for event in self._live():
                yield event
        finally:
            stop()
            stop_served()

    def _backlog(self) -> list[bytes]:
        """What is there (as ADDED), or what has happened since the given resourceVersion."""
        if self._start is None:
            objects = self._store.list(self._resource.key, namespace=self._call.target.namespace)
            return [self._event("ADDED", obj) for obj in objects if self._wanted is None or self._wanted(obj)]
        changes = self._store.history.since(self._resource.key, self._start)
        return [event for change in changes if (event := self._judged(change)) is not None]

    async def _live(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        seconds = self._call.number("timeoutSeconds") or random.randint(1800, 3600)
        end = loop.time() + seconds
        bookmarks = self._call.flag("allowWatchBookmarks")
        next_bookmark = loop.time() + BOOKMARK_INTERVAL
        while True:
            while self._changes:
                event = self._judged(self._changes.popleft())
                if event is not None:
                    yield event
            if self._is_over():
                return
            self._woken.clear()
            now = loop.time()
            if now >= end:
                if bookmarks:
                    yield self._bookmark()
                return
            if bookmarks and now >= next_bookmark:
                next_bookmark = now + BOOKMARK_INTERVAL
                yield self._bookmark()
                continue
            timeout = min(end, next_bookmark if bookmarks else end) - now
            try:
                async with asyncio.timeout(timeout):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _note(self, change: Change) -> None:
        if change.key == self._resource.key:
            self._changes.append(change)
        self._woken.set()

    def _is_over(self) -> bool:
        """Whether the resource is no longer served, or the server behind it is out of reach."""
        if self._store.resource(self._resource.key) is None:
            return True
        service = service_of(self._store, group=self._resource.group, version=self._call.target.version)
        return service is not None and is_down(service)

    def _judged(self, change: Change) -> bytes | None:
        """The event that a change is for this watch: objects enter and leave the selection."""
        namespace = self._call.target.namespace
        if namespace is not None and change.object["metadata"].get("namespace") != namespace:
            return None
        kind = change.type
        if self._wanted is not None:
            before = change.previous is not None and self._wanted(change.previous)
            after = kind != "DELETED" and self._wanted(change.object)
            if not before and not after:
                return None
            kind = "DELETED" if not after else "MODIFIED" if before else "ADDED"
        obj = change.object
        if kind == "DELETED" and change.previous is not None and change.type != "DELETED":
            version = obj["metadata"]["resourceVersion"]
            obj = {**change.previous, "metadata": {**change.previous["metadata"], "resourceVersion": version}}
        return self._event(kind, obj)

    def _event(self, kind: str, obj: Object) -> bytes:
        if self._rendering.shape == "Table":
            version = obj["metadata"].get("resourceVersion", "")
            table = self._tables.of([obj], metadata={"resourceVersion": version}, header=not self._header_sent)
            self._header_sent = True
            return self._encoded(kind, table)
        if self._rendering.shape != "plain":
            return self._encoded(kind, partial(obj, version=self._rendering.version))
        return self._encoded(kind, versioned(obj, resource=self._resource, version=self._call.target.version))

    def _bookmark(self) -> bytes:
        metadata: Object = {"resourceVersion": str(self._store.revision), "creationTimestamp": None}
        if self._rendering.shape == "Table":
            return self._encoded("BOOKMARK", self._tables.of([], metadata=metadata, header=False))
        obj: Object = {"kind": self._resource.kind, "apiVersion": self._resource.api_version, "metadata": metadata}
        return self._encoded("BOOKMARK", obj)

    def _encoded(self, kind: str, obj: Object) -> bytes:
        return encode({"type": kind, "object": obj})


def _named(name: str | None, wanted: Selection) -> Selection:
    """``/watch/…/name`` is about one object."""
    if name is None:
        return wanted
    return lambda obj: obj["metadata"]["name"] == name and (wanted is None or wanted(obj))


def _check(call: Call) -> None:
    """The WatchList feature is off by default in the Kubernetes of these OpenShift versions."""
    causes = []
    if "sendInitialEvents" in call.query:
        message = "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
        causes.append(Cause("FieldValueForbidden", "sendInitialEvents", message))
    elif "resourceVersionMatch" in call.query:
        message = "Forbidden: resourceVersionMatch is forbidden for watch"
        causes.append(Cause("FieldValueForbidden", "resourceVersionMatch", message))
    if causes:
        raise Invalid("ListOptions.meta.k8s.io", "", causes)
