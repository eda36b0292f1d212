"""The drain controller: cordons, drains and uncordons nodes whose daemon asks for it
(machine-config-operator, pkg/controller/drain)."""

from __future__ import annotations

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.hosts.machines import Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.mco.names import CONTROLLER_ACTOR, DESIRED_DRAIN, LAST_DRAIN, NODES
from tests.simulator.behaviours.workloads.disruption_budgets import DisruptionBudgets
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, is_daemon, is_static
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object


class DrainController:
    def __init__(
        self,
        world: World,
        *,
        components: Components,
        machines: Machines,
        pods: PodIndex,
        budgets: DisruptionBudgets,
    ) -> None:
        self._world = world
        self._components = components
        self._machines = machines
        self._pods = pods
        self._budgets = budgets
        self._since: dict[str, float] = {}
        self._loop = Loop(
            world, self._sync, delay="drain_debounce", alive=lambda: components.machine_config_controller, parallel=True
        )
        world.watch(self._node_changed, NODES)

    def _node_changed(self, change: Change) -> None:
        if change.type != "DELETED" and _asked(change.object) is not None:
            old = _asked(change.previous) if change.previous else None
            if old != _asked(change.object):
                self._loop.note(change.object["metadata"]["name"])

    def _sync(self, name: str) -> Process | None:
        node = self._world.store.find(NODES, name)
        wanted = _asked(node) if node else None
        if node is None or wanted is None:
            return None
        if wanted.startswith("uncordon-"):
            self._cordon(node, on=False)
            self._finish(name, wanted)
            return None
        return self._drain(node, wanted)

    def _drain(self, node: Object, wanted: str) -> Process:
        name, world = node["metadata"]["name"], self._world
        self._cordon(node, on=True)
        self._since.setdefault(name, world.clock.seconds)
        complete = self._evict(name)
        machine = self._machines.get(name)
        durations = world.durations
        yield world.clock.sleep(
            world.jitter(durations.drain_master if machine and machine.master else durations.drain_worker, 0.3)
        )
        yield from world.api()
        if not self._components.machine_config_controller:
            # its own pod was on that node: the next leader begins anew
            self._loop.note(name)
        elif complete and not self._left(name):
            self._since.pop(name, None)
            self._finish(name, wanted)
        else:
            self._retry_later(name)

    def _retry_later(self, name: str) -> None:
        durations = self._world.durations
        tried = self._world.clock.seconds - self._since[name]
        failing = tried >= durations.drain_failing_after
        pause = durations.drain_retry_failing if failing else durations.drain_retry
        # after an hour the daemon has reported Degraded: nobody waits for the next attempt any more
        self._loop.note_after(pause, name, background=tried > durations.drain_timeout)

    def _evict(self, name: str) -> bool:
        """Evict everything but daemon and static pods; whether nothing objected."""
        if self._world.faults.active("drain_blocked", name):
            return False
        complete = True
        for pod in self._left(name):
            if not self._budgets.allows(pod):
                complete = False
                continue
            meta = pod["metadata"]
            self._budgets.took(pod)
            self._world.store.delete(PODS, meta["name"], namespace=meta["namespace"], actor=CONTROLLER_ACTOR)
        return complete

    def _left(self, name: str) -> list[Object]:
        return [pod for pod in self._pods.on_node(name) if not (is_daemon(pod) or is_static(pod))]

    def _cordon(self, node: Object, *, on: bool) -> None:
        patch = {"spec": {"unschedulable": True if on else None}}
        self._world.store.patch(NODES, node["metadata"]["name"], patch, actor=CONTROLLER_ACTOR)

    def _finish(self, name: str, wanted: str) -> None:
        patch = {"metadata": {"annotations": {LAST_DRAIN: wanted}}}
        self._world.store.patch(NODES, name, patch, actor=CONTROLLER_ACTOR)


def _asked(node: Object) -> str | None:
    """What the daemon of a node asks for and has not got yet."""
    annotations = node["metadata"].get("annotations") or {}
    desired = annotations.get(DESIRED_DRAIN)
    return desired if desired and desired != annotations.get(LAST_DRAIN) else None
