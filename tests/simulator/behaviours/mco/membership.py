"""Which pool a node belongs to (machine-config-operator, pkg/controller/node: getPrimaryPoolForNode)."""

from __future__ import annotations

from tests.simulator.behaviours.mco.names import NODES, POOLS
from tests.simulator.behaviours.selection import matches
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object


class Membership:
    """Node name to pool name, kept up to date."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pools: dict[str, str] | None = None
        world.watch(self._changed, NODES, POOLS)

    def pool_of(self, node: str) -> str | None:
        """The pool that manages a node; None when none does, or more than one custom pool claims it."""
        return self._all().get(node)

    def nodes_of(self, pool: str) -> list[Object]:
        """The nodes of a pool, by name."""
        find = self._world.store.find
        found = [find(NODES, name) for name, member in self._all().items() if member == pool]
        return [node for node in found if node is not None]

    def _all(self) -> dict[str, str]:
        if self._pools is None:
            pools = self._world.store.list(POOLS)
            found = {
                node["metadata"]["name"]: _primary(
                    [
                        pool["metadata"]["name"]
                        for pool in pools
                        if matches(pool["spec"].get("nodeSelector"), node["metadata"].get("labels"))
                    ]
                )
                for node in self._world.store.list(NODES)
            }
            self._pools = {node: pool for node, pool in found.items() if pool is not None}
        return self._pools

    def _changed(self, change: Change) -> None:
        old, new = change.previous, change.object
        if change.type == "MODIFIED" and old is not None:
            if change.key == NODES and old["metadata"].get("labels") == new["metadata"].get("labels"):
                return
            if change.key == POOLS and old["spec"].get("nodeSelector") == new["spec"].get("nodeSelector"):
                return
        self._pools = None


def _primary(pools: list[str]) -> str | None:
    custom = [pool for pool in pools if pool not in ("master", "worker")]
    if len(custom) > 1:
        return None
    if "master" in pools:
        return "master"
    return custom[0] if custom else ("worker" if "worker" in pools else None)
