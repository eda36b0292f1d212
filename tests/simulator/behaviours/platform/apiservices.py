"""APIServices: those of extension servers need the control plane's pod network and the Service that they name, those of
CRDs come and go with them."""

from __future__ import annotations

from functools import partial

from tests.simulator.behaviours.conditions import condition, is_true, updated
from tests.simulator.behaviours.hosts.machines import Machines
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object, Store
from tests.simulator.seed.apiservices import local, name_of, versions_of

APISERVICES = "apiservices.apiregistration.k8s.io"
SERVICES = "services"
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
ACTOR = "system:apiserver"


def unavailable_groups(store: Store) -> list[str]:
    """``group/version`` of the extension servers that do not answer."""
    return [
        f"{service['spec']['group']}/{service['spec']['version']}"
        for service in store.list(APISERVICES)
        if not is_true((service.get("status") or {}).get("conditions"), "Available")
    ]


class ApiServices:
    def __init__(self, world: World, *, network: PodNetwork, machines: Machines) -> None:
        self._world = world
        self._network = network
        self._machines = machines
        self._works = True
        self._change = 0
        network.node_changed.connect(lambda _: self._judge())
        world.watch(self._definition_changed, DEFINITIONS)
        world.watch(self._made, APISERVICES)
        world.watch(self._service_changed, SERVICES)

    # extension servers

    def _judge(self) -> None:
        """They answer while every control plane node has a working pod network, apart from plain reboots."""
        broken = [machine for machine in self._network.torn_machines if machine.master]
        works = not broken
        if works == self._works or self._world.installing:
            return
        self._works = works
        self._change += 1
        durations = self._world.durations
        pause = durations.apiservices_recover if works else durations.apiservices_suffer
        self._world.clock.spawn(self._follow(self._change, pause))

    def _follow(self, change: int, pause: float) -> Process:
        yield self._world.clock.sleep(self._world.jitter(pause, 0.3))
        yield from self._world.api()
        if change != self._change:
            return
        for service in self._world.store.list(APISERVICES):
            if service["spec"].get("service"):
                self._write(service)

    def _write(self, service: Object) -> None:
        name, spec = service["metadata"]["name"], service["spec"]
        missing = self._without_service(spec["service"])
        if missing:
            verdict = condition("Available", False, "ServiceNotFound", missing)
        elif self._works:
            verdict = condition("Available", True, "Passed", "all checks passed")
        else:
            url = f"https://{self._address(spec['service'])}/apis/{spec['group']}/{spec['version']}"
            verdict = condition(
                "Available",
                False,
                "FailedDiscoveryCheck",
                f'failing or missing response from {url}: Get "{url}": net/http: request canceled while waiting for '
                "connection (Client.Timeout exceeded while awaiting headers)",
            )
        known = (service.get("status") or {}).get("conditions")
        patch = {"status": {"conditions": updated(known, [verdict], now=self._world.timestamp())}}
        self._world.store.patch(APISERVICES, name, patch, actor=ACTOR, subresource="status")

    def _made(self, change: Change) -> None:
        """Whoever makes one says nothing of its status (kube-aggregator 1.27, pkg/controllers/status)."""
        if change.type == "ADDED" and not self._world.installing and change.object["spec"].get("service"):
            self._look_at(change.object["metadata"]["name"])

    def _service_changed(self, change: Change) -> None:
        if change.type == "MODIFIED" or self._world.installing:
            return
        metadata = change.object["metadata"]
        named = {"namespace": metadata["namespace"], "name": metadata["name"]}
        for service in self._world.store.list(APISERVICES):
            to = service["spec"].get("service") or {}
            if named == {key: to.get(key) for key in named}:
                self._look_at(service["metadata"]["name"])

    def _look_at(self, name: str) -> None:
        def look() -> None:
            service = self._world.store.find(APISERVICES, name)
            if service is not None:
                self._write(service)

        self._world.clock.after(0, look)

    def _without_service(self, service: Object) -> str:
        """What the controller says when the Service does not exist; empty when it does."""
        name, namespace = service["name"], service["namespace"]
        if self._world.store.find(SERVICES, name, namespace=namespace) is not None:
            return ""
        return f'service/{name} in "{namespace}" is not present'

    def _address(self, service: Object) -> str:
        found = self._world.store.find("services", service["name"], namespace=service["namespace"]) or {}
        return f"{(found.get('spec') or {}).get('clusterIP', '172.30.0.1')}:{service.get('port', 443)}"

    # CustomResourceDefinitions

    def _definition_changed(self, change: Change) -> None:
        if change.type != "MODIFIED" and not (self._world.installing and change.type == "ADDED"):
            call = self._register if change.type == "ADDED" else self._unregister
            self._world.clock.after(0, partial(call, change.object))

    def _register(self, definition: Object) -> None:
        for group, version in versions_of(definition):
            if self._world.store.find(APISERVICES, name_of(group, version)) is None:
                meta = {
                    "name": name_of(group, version),
                    "labels": {"kube-aggregator.kubernetes.io/automanaged": "true"},
                }
                self._world.store.create(APISERVICES, {"metadata": meta, **local(group, version)}, actor=ACTOR)

    def _unregister(self, definition: Object) -> None:
        served = {pair for crd in self._world.store.list(DEFINITIONS) for pair in versions_of(crd)}
        for group, version in versions_of(definition):
            name = name_of(group, version)
            if (group, version) not in served and self._world.store.find(APISERVICES, name) is not None:
                self._world.store.delete(APISERVICES, name, actor=ACTOR)
