# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until pools are in the wanted state, and say which node is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ..._cluster import daemons, readers
from ..._cluster.port import Cluster
from ..._domain.errors import MigrationError, WaitEnded
from ..._domain.names import require_known
from ..._domain.nodes import Node
from ..._domain.pools.pool import (
    Pool,
    PoolState,
    RenderedConfig,
    membership,
    network_type_verdict,
    paused_verdict,
    updated_verdict,
    updating_verdict,
)
from ..._domain.pools.rendering import explained, operator_wait_seconds
from ..._domain.verdicts import Verdict, combine, every, failed, listed, pending
from ..outcome import Outcome
from ..waiting.waiter import Waiter

LOG_LINES = 20
#: Planning number for one node of a rolling update, used when no timeout is given: large clusters need hours.
SECONDS_PER_NODE = 600
SHORTEST_TIMEOUT = 2700


@dataclass(frozen=True)
class PoolView:
    """One pool with what it is to run and the nodes that it configures."""

    pool: Pool
    config: Optional[RenderedConfig]
    nodes: tuple[Node, ...]

    def to_json(self) -> dict[str, Any]:
        network_type = self.config.network_type if self.config else None
        return {**self.pool.to_json(), "network_type": network_type, "nodes": [node.name for node in self.nodes]}


@dataclass(frozen=True)
class PoolsView:
    """The pools asked for, nodes that no pool at all configures, and every node and pool that was read."""

    pools: tuple[PoolView, ...]
    strays: tuple[str, ...] = ()
    # Not compared: whether named pools stall does not depend on what other pools and their nodes do.
    nodes: tuple[Node, ...] = field(default=(), compare=False)
    all_pools: tuple[Pool, ...] = field(default=(), compare=False)

    def verdict(self, *, state: PoolState, network_type: Optional[str]) -> Verdict:
        if not self.pools:
            return failed("there is no MachineConfigPool")
        verdicts = [_verdict(view, state=state, network_type=network_type) for view in self.pools]
        if self.strays and state == "updated":
            verdicts.append(pending(f"no pool configures {listed(self.strays)}"))
        told = combine(verdicts, when_done=f"{every(len(self.pools), 'pool', 'are')} {state}")
        return told if network_type is None or self.rendered(network_type) else explained(told, pools=self.all_pools)

    def rendered(self, network_type: str) -> bool:
        """Whether every pool with nodes has its configuration for that type."""
        return all(
            network_type_verdict(view.pool, view.config, network_type=network_type).state == "done"
            for view in self.pools
            if view.nodes
        )


def _verdict(view: PoolView, *, state: PoolState, network_type: Optional[str]) -> Verdict:
    if state == "updating":
        return updating_verdict(view.pool)
    if state == "paused":
        return paused_verdict(view.pool, view.config, network_type=network_type)
    return updated_verdict(view.pool, view.config, view.nodes, network_type=network_type)


@dataclass
class PoolReader:
    """Reads pools and nodes afresh each time; rendered MachineConfigs, which never change, once."""

    cluster: Cluster
    names: Sequence[str] = ()
    _configs: dict[str, RenderedConfig] = field(default_factory=dict)

    def read(self) -> PoolsView:
        pools = readers.pools(self.cluster)
        nodes = readers.nodes(self.cluster)
        self._refuse_unknown(pools)
        members = membership(pools, nodes)
        views = tuple(
            PoolView(
                pool=pool,
                config=self._config(pool.spec_config),
                nodes=tuple(node for node in nodes if members.get(node.name) == pool.name),
            )
            for pool in pools
            if not self.names or pool.name in self.names
        )
        strays = () if self.names else tuple(node.name for node in nodes if node.name not in members)
        return PoolsView(pools=views, strays=strays, nodes=tuple(nodes), all_pools=tuple(pools))

    def _config(self, name: str) -> Optional[RenderedConfig]:
        if name not in self._configs:
            config = readers.rendered_config(self.cluster, name)
            if config is None:
                return None
            self._configs[name] = config
        return self._configs[name]

    def _refuse_unknown(self, pools: Sequence[Pool]) -> None:
        require_known(
            self.names,
            known=[pool.name for pool in pools],
            what="MachineConfigPools",
            remedy="Correct the names; leave them out to mean all pools.",
        )


@dataclass
class StallJudge:
    """Turns pending into failed when nothing has moved for ``timeout`` seconds; 0 means never."""

    waiter: Waiter
    timeout: float
    _seen: Any = None
    _since: float = 0.0

    def judge(self, view: PoolsView, verdict: Verdict) -> Verdict:
        now = self.waiter.clock.monotonic()
        if self._seen != view:
            self._seen, self._since = view, now
        if verdict.state == "pending" and self.timeout and now - self._since >= self.timeout:
            return failed(f"nothing has moved for {self.timeout:.0f} s: {verdict.reason}")
        return verdict


def wait_for_pools(
    cluster: Cluster,
    waiter: Waiter,
    *,
    names: Sequence[str],
    state: PoolState,
    network_type: Optional[str],
    stall_timeout: float,
) -> Outcome:
    """Wait until the named pools (all, when empty) are in ``state``; read only.

    :raises WaitEnded: with every pool, and the log tail of the machine-config-daemon on the node in the way
    """
    reader = PoolReader(cluster, names)
    stall = StallJudge(waiter, stall_timeout)
    latest: list[PoolsView] = []

    def observe() -> PoolsView:
        latest[:] = [reader.read()]
        return latest[0]

    def judge(view: PoolsView) -> Verdict:
        return stall.judge(view, view.verdict(state=state, network_type=network_type))

    what = f"see {'pools ' + ', '.join(names) if names else 'all pools'} {state}"
    try:
        wait = waiter.until(
            tried=f"{what} for {network_type}" if network_type else what,
            observe=observe,
            judge=judge,
            remedy="Mend what the reason names, then run this again: it goes on where the cluster stands.",
        )
    except WaitEnded as error:
        error.facts["pools"] = [view.to_json() for view in latest[0].pools]
        error.facts["log_tails"] = _log_tails(cluster, latest[0])
        raise
    return Outcome(wait=wait, facts={"pools": [view.to_json() for view in latest[0].pools]})


def default_timeout(cluster: Cluster) -> float:
    """Ten minutes for each node of the largest pool, 45 minutes at least; when a pool is degraded at the beginning, as
    much more as the Machine Config Operator may wait for that before it renders anything."""
    pools = readers.pools(cluster)
    largest = max((pool.machines for pool in pools), default=0)
    held_up = any(pool.conditions["Degraded"].true for pool in pools)
    rollout = max(SHORTEST_TIMEOUT, SECONDS_PER_NODE * largest)
    return float(rollout + (operator_wait_seconds(pools) if held_up else 0))


def _log_tails(cluster: Cluster, view: PoolsView) -> dict[str, list[str]]:
    """What the machine-config-daemon of each pool's first unfinished node said last.

    A log that cannot be read is said, not fatal.
    """
    tails: dict[str, list[str]] = {}
    for pool in view.pools:
        node = next((n for n in pool.nodes if n.state != "Done" or not n.ready), None)
        if node is None:
            continue
        try:
            tails[node.name] = _log_tail(cluster, node.name)
        except MigrationError as error:
            tails[node.name] = [error.message]
    return tails


def _log_tail(cluster: Cluster, node: str) -> list[str]:
    pods = daemons.daemons_on(cluster, node)
    if not pods:
        return ["no machine-config-daemon pod runs on this node"]
    name = pods[0]["metadata"]["name"]
    return cluster.log_tail(name, namespace=daemons.NAMESPACE, container=daemons.CONTAINER, lines=LOG_LINES)
