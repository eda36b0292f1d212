"""What every behaviour stands in: clock, store, and the things that are not in the API."""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import simpy

from tests.simulator.behaviours.signals import Signal
from tests.simulator.clock import Clock, Process
from tests.simulator.durations import Durations
from tests.simulator.faults import Faults
from tests.simulator.options import Options
from tests.simulator.ports import ApiGate, Change, Object, ResourceKey
from tests.simulator.profiles import Profile
from tests.simulator.record.disruptions import Disruptions
from tests.simulator.store.errors import ApiError
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.webhooks import Reach

#: how long ago the cluster was installed
AGE = timedelta(days=30)
#: how long the API server keeps events (kube-apiserver --event-ttl=3h in OpenShift)
_EVENT_TTL = 3 * 3600.0


class BehaviourFailed(Exception):
    """A behaviour has raised what it should not, and it has been told."""


class World:
    """Shared by all behaviours of one cluster."""

    def __init__(self, *, options: Options, profile: Profile, clock: Clock, durations: Durations) -> None:
        self.options = options
        self.profile = profile
        self.clock = clock
        self.gate = ApiGate()
        self.faults = Faults()
        self.disruptions = Disruptions(clock)
        self.dice = random.Random(options.seed)
        #: what the running cluster takes; while it is being installed everything is instant
        self.durations = Durations.instant()
        self._durations_when_settled = durations
        #: during the installation the clock that stamps objects shows a day in the past
        self._age = AGE
        self.store: ObjectStore = None  # type: ignore[assignment]  # set by the cluster before any behaviour is made
        #: why the API server cannot reach a Service; set by the cluster
        self.webhook_failure: Reach = lambda namespace, name: None
        #: whether a behaviour that fails on an object goes on with the next; tests want to see it fail
        self.tolerant = False
        #: reconciles that ended with an ApiError: (controller, key, message); they are tried again
        self.failures: deque[tuple[str, str, str]] = deque(maxlen=200)
        #: something may work again that stood still: the API is back, a controller's pod has a network
        self.revived: Signal[[]] = Signal()
        self._waiting: list[simpy.Event] = []
        self._events: deque[tuple[float, str, str]] = deque()
        self.gate.on_change(self._gate_changed)

    # time

    @property
    def installing(self) -> bool:
        return bool(self._age)

    def installed(self) -> None:
        """The installation is over: from now on time is the present, and things take their time."""
        self._age = timedelta()
        self.durations = self._durations_when_settled

    def now(self) -> datetime:
        return self.clock.now() - self._age

    def timestamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def jitter(self, seconds: float, share: float = 0.1) -> float:
        """``seconds``, give or take ``share`` of it."""
        return seconds * self.dice.uniform(1 - share, 1 + share)

    # the API, as a behaviour reaches it

    @property
    def api_up(self) -> bool:
        return self.gate.available

    def api(self) -> Process:
        """Wait until the API answers."""
        while not self.gate.available:
            back = self.clock.event()
            self._waiting.append(back)
            yield back

    def watch(self, listener: Callable[[Change], None], *keys: ResourceKey) -> None:
        """List and watch: ``listener`` is told of what there is, as ADDED, and of every change from now on."""
        for key in keys:
            for obj in self.store.list(key):
                listener(Change("ADDED", key, obj, None, actor=""))
        self.store.subscribe(partial(self._tell, listener), keys=keys)

    def _tell(self, listener: Callable[[Change], None], change: Change) -> None:
        with (
            suppress(BehaviourFailed),
            self.guard(getattr(listener, "__qualname__", repr(listener)), _place_of(change)),
        ):
            listener(change)

    @contextmanager
    def guard(self, behaviour: str, about: str) -> Iterator[None]:
        """One malformed object is not the end of a behaviour: what it raises is told on standard error, and noted in
        ``failures``. An ApiError is an answer, and passes."""
        try:
            yield
        except ApiError:
            raise
        except Exception as error:
            if not self.tolerant or self.installing:
                raise
            told = f"{type(error).__name__}: {error}"
            self.failures.append((behaviour, about, told))
            print(f"{behaviour} fails on {about}: {told}", file=sys.stderr)
            raise BehaviourFailed(told) from error

    def _gate_changed(self) -> None:
        if self.gate.available:
            self.disruptions.end("api_down")
            waiting, self._waiting = self._waiting, []
            for event in waiting:
                event.succeed()
            self.revived()
        else:
            self.disruptions.begin("api_down")

    # events

    def record_event(
        self, about: Object, *, kind: str, reason: str, message: str, component: str, type_: str = "Normal"
    ) -> None:
        """A ``v1`` Event in the object's namespace, or in ``default``."""
        meta = about["metadata"]
        namespace = meta.get("namespace") or "default"
        if self.installing or self.store.find("namespaces", namespace) is None:
            return
        now = self.timestamp()
        involved = {"kind": kind, "name": meta["name"], "uid": meta["name"] if kind == "Node" else meta["uid"]}
        if meta.get("namespace"):
            involved["namespace"] = namespace
        self._forget_old_events()
        name = f"{meta['name']}.{self.dice.getrandbits(64):016x}"
        self._events.append((self.clock.seconds, namespace, name))
        self.store.create(
            "events",
            {
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": involved,
                "reason": reason,
                "message": message,
                "type": type_,
                "source": {"component": component, **({"host": meta["name"]} if component == "kubelet" else {})},
                "reportingComponent": component,
                "reportingInstance": meta["name"] if component == "kubelet" else "",
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
            },
            actor=f"system:serviceaccount:{component}",
        )

    def _forget_old_events(self) -> None:
        while self._events and self._events[0][0] < self.clock.seconds - _EVENT_TTL:
            _recorded, namespace, name = self._events.popleft()
            if self.store.find("events", name, namespace=namespace) is not None:
                self.store.delete("events", name, namespace=namespace, actor="system:apiserver")


def _place_of(change: Change) -> str:
    meta = change.object["metadata"]
    name = f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else meta["name"]
    return f"{change.key} {name}"
