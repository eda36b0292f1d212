"""The joints of the simulator: what its rooms may expect of each other.

The API server (``store``, ``api``) knows nothing of OpenShift, the behaviours know nothing of HTTP. They meet here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

#: A Kubernetes object as JSON. What a store hands out is shared: read it, never change it in place.
Object = dict[str, Any]

#: ``nodes``, ``daemonsets.apps``, ``networks.config.openshift.io``: the plural, a dot and the group, as CRDs are named.
ResourceKey = str


@dataclass(frozen=True)
class Change:
    """One committed write, told to the subscribers of a store in the order of the writes."""

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    key: ResourceKey
    object: Object
    previous: Object | None
    #: user name of the client or ``system:serviceaccount:…`` of the behaviour that wrote
    actor: str


class Store(Protocol):
    """Objects with the write semantics of a Kubernetes API server: resourceVersion, uid, generation, finalizers,
    owner references, pruning, defaulting and validation by the served schema, one watch history.

    Every method raises a subclass of ``store.errors.ApiError`` that carries the Status body a real server would send.
    """

    def find(self, key: ResourceKey, name: str, *, namespace: str | None = None) -> Object | None:
        """The object, or None when there is none (also when the resource is not served)."""

    def get(self, key: ResourceKey, name: str, *, namespace: str | None = None) -> Object:
        """The object; ``NotFound`` when there is none."""

    def list(
        self,
        key: ResourceKey,
        *,
        namespace: str | None = None,
        labels: Mapping[str, str] | str | None = None,
        fields: Mapping[str, str] | str | None = None,
    ) -> list[Object]:
        """All matching objects, by namespace and name; empty when the resource is not served."""

    def create(self, key: ResourceKey, obj: Mapping[str, Any], *, actor: str) -> Object:
        """Store a new object (``apiVersion`` and ``kind`` may be left out; ``generateName`` works)."""

    def replace(
        self, key: ResourceKey, obj: Mapping[str, Any], *, actor: str, subresource: str | None = None
    ) -> Object:
        """PUT. ``Conflict`` when ``metadata.resourceVersion`` is given and old. No write when nothing differs."""

    def patch(
        self,
        key: ResourceKey,
        name: str,
        patch: Mapping[str, Any],
        *,
        namespace: str | None = None,
        actor: str,
        subresource: str | None = None,
    ) -> Object:
        """JSON merge patch (RFC 7386). No write, no new resourceVersion, when nothing differs."""

    def edit(
        self,
        key: ResourceKey,
        name: str,
        change: Callable[[Object], None],
        *,
        namespace: str | None = None,
        actor: str,
        subresource: str | None = None,
    ) -> Object:
        """Read, let ``change`` edit a private deep copy in place, write it back. No write when nothing differs."""

    def delete(
        self,
        key: ResourceKey,
        name: str,
        *,
        namespace: str | None = None,
        actor: str,
        propagation: Literal["Background", "Foreground", "Orphan"] = "Background",
    ) -> Object | None:
        """Delete; with finalizers only ``deletionTimestamp`` is set. Returns what is left, or None."""

    def subscribe(
        self, listener: Callable[[Change], None], *, keys: Iterable[ResourceKey] | None = None
    ) -> Callable[[], None]:
        """Call ``listener`` after each write (of ``keys``, else of everything); returns the way to stop it.

        A listener is called synchronously and must not write: it notes what to do and schedules it on the clock.
        """


@dataclass(frozen=True)
class ExecResult:
    """What a command run in a pod has left behind."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    #: the stream breaks off after the command was started, without an exit status
    dropped: bool = False
    #: simulated seconds that the command takes; its output is there at their end
    seconds: float = 0.0


class Kubelet(Protocol):
    """The node side of exec and log.

    Unreachable nodes raise ``store.errors.ApiError`` (500, the words of a real server:
    ``error dialing backend: dial tcp <ip>:10250: connect: connection refused``).
    """

    def exec(self, *, namespace: str, pod: str, container: str, command: list[str], stdin: str = "") -> ExecResult: ...

    def logs(self, *, namespace: str, pod: str, container: str) -> list[str]:
        """The log lines, oldest first, without timestamps."""


class ApiGate:
    """Whether the API server's port answers. Behaviours open and close it, the HTTP server follows."""

    def __init__(self) -> None:
        self.available = True
        self.reason = ""
        #: while it is closed: connections are accepted and hear nothing, instead of being refused and reset
        self.silent = False
        #: how many of them there are
        self.hung = 0
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def set(self, *, available: bool, reason: str = "", silent: bool = False) -> None:
        if (available, silent) == (self.available, self.silent):
            return
        self.available, self.reason, self.silent = available, reason, silent
        for listener in self._listeners:
            listener()
