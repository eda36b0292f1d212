"""The node controller: rolls a pool's configuration out to its nodes, and keeps the pool's status
(machine-config-operator, pkg/controller/node)."""

from __future__ import annotations

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.mco.membership import Membership
from tests.simulator.behaviours.mco.names import CONTROLLER_ACTOR, DESIRED, NODES, POOLS, UPDATE_TAINT
from tests.simulator.behaviours.mco.pool_status import NodeState, node_state, pool_status
from tests.simulator.behaviours.workloads.templates import share
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object


class NodeController:
    def __init__(self, world: World, *, components: Components, membership: Membership) -> None:
        self._world = world
        self._components = components
        self._membership = membership
        self._states: dict[str, tuple[str, NodeState]] = {}
        self._loop = Loop(
            world,
            self._sync,
            delay="node_controller_debounce",
            alive=lambda: components.machine_config_controller,
        )
        world.watch(self._node_changed, NODES)
        world.watch(self._pool_changed, POOLS)

    # what has happened

    def _node_changed(self, change: Change) -> None:
        old, new = change.previous, change.object
        name = new["metadata"]["name"]
        if change.type == "MODIFIED" and old is not None:
            relabelled = old["metadata"].get("labels") != new["metadata"].get("labels")
            if not relabelled and node_state(old) == self._state(new):
                return
            if not relabelled:
                pool = self._membership.pool_of(name)
                if pool is not None:
                    self._loop.note(pool)
                return
        for pool_object in self._world.store.list(POOLS):
            self._loop.note(pool_object["metadata"]["name"])

    def _pool_changed(self, change: Change) -> None:
        old = change.previous["spec"] if change.previous else None
        if change.type != "DELETED" and old != change.object["spec"]:
            self._loop.note(change.object["metadata"]["name"])

    def _state(self, node: Object) -> NodeState:
        meta = node["metadata"]
        known = self._states.get(meta["name"])
        if known is None or known[0] != meta["resourceVersion"]:
            known = self._states[meta["name"]] = (meta["resourceVersion"], node_state(node))
        return known[1]

    # what is done about it

    def _sync(self, name: str) -> None:
        pool = self._world.store.find(POOLS, name)
        if pool is None or not (pool["spec"].get("configuration") or {}).get("name"):
            return
        nodes = self._membership.nodes_of(name)
        target = pool["spec"]["configuration"]["name"]
        if not pool["spec"].get("paused"):
            self._taint(nodes, target=target)
            states = [self._state(node) for node in nodes]
            for state in self._candidates(pool, states, target=target):
                patch = {"metadata": {"annotations": {DESIRED: target}}}
                self._world.store.patch(NODES, state.name, patch, actor=CONTROLLER_ACTOR)
        self._write_status(name)

    def _write_status(self, name: str) -> None:
        pool = self._world.store.get(POOLS, name)
        states = [self._state(node) for node in self._membership.nodes_of(name)]
        status = pool_status(pool, states, profile=self._world.profile, now=self._world.timestamp())
        self._world.store.patch(POOLS, name, {"status": status}, actor=CONTROLLER_ACTOR, subresource="status")

    def _taint(self, nodes: list[Object], *, target: str) -> None:
        """PreferNoSchedule on every node that is not to run the target yet: evicted pods shall land on updated ones."""
        for node in nodes:
            taints = node["spec"].get("taints") or []
            desired = self._state(node).desired
            tainted = any(taint["key"] == UPDATE_TAINT["key"] for taint in taints)
            if desired and tainted != (desired != target):
                rest = [taint for taint in taints if taint["key"] != UPDATE_TAINT["key"]]
                wanted = [*rest, dict(UPDATE_TAINT)] if desired != target else rest
                patch = {"spec": {"taints": wanted or None}}
                self._world.store.patch(NODES, node["metadata"]["name"], patch, actor=CONTROLLER_ACTOR)

    def _candidates(self, pool: Object, states: list[NodeState], *, target: str) -> list[NodeState]:
        """The nodes that are told to update now, those that fail on another target among them
        (getAllCandidateMachines)."""
        capacity = max_unavailable(pool, size=len(states)) - sum(state.unavailable for state in states)
        capacity -= sum(state.failing for state in states if state.desired == target)
        if capacity <= 0:
            return []
        waiting = [
            state
            for state in states
            if state.desired
            and state.desired != target
            and (state.schedulable or not self._world.profile.candidates_are_ready)
        ]
        if len(waiting) > capacity:
            waiting.sort(key=_order)
            if pool["metadata"]["name"] == "master":
                last = self._components.node_of_machine_config_operator()
                waiting.sort(key=lambda state: state.name == last)
        return waiting[:capacity]


def max_unavailable(pool: Object, *, size: int) -> int:
    """nil is 1; a percentage is rounded down, at least 1; 0 is 1."""
    given = pool["spec"].get("maxUnavailable")
    return 1 if given is None else max(1, share(given, size, up=False))


def _order(state: NodeState) -> tuple[bool, str, str, str]:
    """By zone, those without one last; then the oldest."""
    return (not state.zone, state.zone, state.created, state.name)
