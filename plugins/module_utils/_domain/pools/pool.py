# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MachineConfigPools, what they render, and when a pool really runs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Optional

from ..conditions import Conditions
from ..labels import Selector
from ..nodes import Node, configured_verdict, degraded_verdict
from ..verdicts import State, Verdict, combine, counted, done, every, failed, listed, pending

PoolState = Literal["updated", "updating", "paused"]

OVS_UNIT = "ovs-configuration.service"
BUILTIN_POOLS = ("master", "worker")
_CONFIGURE_OVS = re.compile(r"^ExecStart=/usr/local/bin/configure-ovs\.sh (\S+)[ \t]*$", re.MULTILINE)
_RENDERED = re.compile(r"^rendered-(?P<pool>.+)-[0-9a-f]{32}$")


@dataclass(frozen=True)
class RenderedConfig:
    """A rendered MachineConfig. ``network_type`` is what its nodes boot for, None when the unit does not say."""

    name: str
    network_type: Optional[str]

    @classmethod
    def from_json(cls, config: Mapping[str, Any]) -> RenderedConfig:
        ignition = (config.get("spec") or {}).get("config") or {}
        units: Sequence[Mapping[str, Any]] = (ignition.get("systemd") or {}).get("units") or []
        return cls(name=config["metadata"]["name"], network_type=_network_type(units))


def _network_type(units: Iterable[Mapping[str, Any]]) -> Optional[str]:
    """The argument of configure-ovs.sh in the enabled unit, the same test that CNO makes on a live migration
    (cluster-network-operator 4.16, pkg/controller/operconfig/migration.go)."""
    for unit in units:
        if unit.get("name") == OVS_UNIT and unit.get("enabled"):
            match = _CONFIGURE_OVS.search(unit.get("contents") or "")
            return match.group(1) if match else None
    return None


@dataclass(frozen=True)
class Pool:
    """``spec_config`` is what the pool is to run, ``status_config`` what all of its nodes last ran."""

    name: str
    selector: Selector
    paused: bool
    generation: int
    observed_generation: int
    spec_config: str
    status_config: str
    machines: int
    updated_machines: int
    ready_machines: int
    unavailable_machines: int
    degraded_machines: int
    conditions: Conditions

    @classmethod
    def from_json(cls, pool: Mapping[str, Any]) -> Pool:
        spec, status = pool.get("spec") or {}, pool.get("status") or {}
        return cls(
            name=pool["metadata"]["name"],
            selector=Selector.from_json(spec.get("nodeSelector") or {}),
            paused=bool(spec.get("paused", False)),
            generation=pool["metadata"].get("generation", 0),
            observed_generation=status.get("observedGeneration", 0),
            spec_config=(spec.get("configuration") or {}).get("name", ""),
            status_config=(status.get("configuration") or {}).get("name", ""),
            machines=status.get("machineCount", 0),
            updated_machines=status.get("updatedMachineCount", 0),
            ready_machines=status.get("readyMachineCount", 0),
            unavailable_machines=status.get("unavailableMachineCount", 0),
            degraded_machines=status.get("degradedMachineCount", 0),
            conditions=Conditions.from_json(status.get("conditions") or ()),
        )

    @property
    def noticed(self) -> bool:
        """Whether what the pool reports is about its newest ``spec``."""
        return self.observed_generation >= self.generation

    @property
    def settled(self) -> bool:
        """Everything that the pool itself reports says: all nodes are on ``spec_config``."""
        return (
            self.noticed
            and self.spec_config == self.status_config
            and self.machines == self.updated_machines == self.ready_machines
            and self.unavailable_machines == 0
            and self.degraded_machines == 0
            and self.conditions["Updated"].true
            and not self.conditions["Updating"].true
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "paused": self.paused,
            "configuration": self.status_config,
            "wanted_configuration": self.spec_config,
            "machines": self.machines,
            "updated": self.updated_machines,
            "ready": self.ready_machines,
            "unavailable": self.unavailable_machines,
            "degraded": self.degraded_machines,
        }


def membership(pools: Sequence[Pool], nodes: Iterable[Node]) -> dict[str, str]:
    """Node name -> name of the one pool that configures it; a node that no pool configures is left out.

    master wins over one other pool, one custom pool wins over worker (machine-config-operator 4.14,
    pkg/controller/node/node_controller.go, getPoolsForNode). Where no selector fits, the pool that rendered the node's
    present configuration is taken: a control-plane node may lack the master label that the master pool selects by.
    """
    members: dict[str, str] = {}
    for node in nodes:
        names = selecting(pools, node)
        pool = _selected(names) if names else _rendered_by(pools, node)
        if pool:
            members[node.name] = pool
    return members


def selecting(pools: Iterable[Pool], node: Node) -> list[str]:
    """The names of all pools whose selector fits the node."""
    return [pool.name for pool in pools if pool.selector.accepts(node.labels)]


def custom_pools(names: Iterable[str]) -> list[str]:
    """Those that somebody has made besides the two that every cluster has."""
    return [name for name in names if name not in BUILTIN_POOLS]


def _selected(names: Sequence[str]) -> Optional[str]:
    """None for a node of two custom pools, which the operator refuses to configure, control plane or not."""
    custom = custom_pools(names)
    if len(custom) > 1:
        return None
    if "master" in names:
        return "master"
    return custom[0] if custom else "worker"


def _rendered_by(pools: Sequence[Pool], node: Node) -> Optional[str]:
    match = _RENDERED.match(node.current_config)
    return next((pool.name for pool in pools if match and pool.name == match.group("pool")), None)


def network_type_verdict(pool: Pool, config: Optional[RenderedConfig], *, network_type: str) -> Verdict:
    """Whether ``config``, the rendered MachineConfig that the pool is to run, boots for ``network_type``."""
    if config is None:
        return pending(f"pool {pool.name}: its MachineConfig {pool.spec_config or '(none)'} does not exist yet")
    if config.network_type != network_type:
        found = f"boots for {config.network_type}" if config.network_type else f"has no enabled {OVS_UNIT}"
        return pending(f"pool {pool.name}: {config.name} {found}, not for {network_type}")
    return done(f"pool {pool.name}: {config.name} boots for {network_type}")


def updated_verdict(
    pool: Pool, config: Optional[RenderedConfig], nodes: Sequence[Node], *, network_type: Optional[str]
) -> Verdict:
    """Whether all ``nodes`` of the pool run what it is to run, and, when given, boot for ``network_type``.

    ``Updated=True`` alone is true before a rollout has begun: the pool notices a new MachineConfig 15 to 60 s after
    the migration field was set, and later when the master pool is not up to date (machine-config-operator 4.14,
    pkg/controller/node/status.go, pkg/operator/sync.go). So the content of the configuration and the nodes decide.
    """
    if pool.conditions["Degraded"].true or pool.degraded_machines:
        other = network_type is not None and network_type_verdict(pool, config, network_type=network_type)
        return _degraded_verdict(pool, nodes, config=None if other and other.state != "done" else pool.spec_config)
    if not nodes and pool.machines == 0:
        return done(f"pool {pool.name} is empty")
    if network_type is not None:
        content = network_type_verdict(pool, config, network_type=network_type)
        if content.state != "done":
            return content
    rollout = combine(
        (configured_verdict(node, config=pool.spec_config) for node in nodes),
        when_done=f"pool {pool.name}: {every(len(nodes), 'node', 'run')} {pool.spec_config}",
    )
    if rollout.state == "pending" and pool.paused:
        return failed(
            f"pool {pool.name} is paused, so its nodes will not take {pool.spec_config}; resume it with: oc patch mcp "
            f'{pool.name} --type=merge -p \'{{"spec":{{"paused":false}}}}\''
        )
    if rollout.state != "done":
        updated = sum(configured_verdict(node, config=pool.spec_config).state == "done" for node in nodes)
        return Verdict(rollout.state, f"pool {pool.name}, {updated} of {len(nodes)} nodes updated: {rollout.reason}")
    if pool.machines != len(nodes):
        return pending(
            f"pool {pool.name} counts {counted(pool.machines, 'machine')}, but has {counted(len(nodes), 'node')}"
        )
    if not pool.settled:
        return pending(
            f"pool {pool.name} has not noticed yet: it counts {pool.updated_machines} updated and "
            f"{pool.ready_machines} ready of {pool.machines}, runs {pool.status_config}"
        )
    return rollout


def noticed_verdict(pools: Iterable[Pool], *, generations: Mapping[str, int]) -> Verdict:
    """Whether the operator has seen what was written to pools.

    :param generations: name of a pool -> the generation that the write made; a pool that is gone has nothing to notice
    """
    waiting = [pool.name for pool in pools if pool.observed_generation < generations.get(pool.name, 0)]
    if waiting:
        return pending(f"the Machine Config Operator has not noticed the change of {listed(waiting)}")
    return done("the Machine Config Operator has noticed every change")


def updating_verdict(pool: Pool) -> Verdict:
    """Whether the pool has begun to move to another configuration; an empty pool never shows it."""
    if pool.conditions["Degraded"].true:
        return failed(f"pool {pool.name} is degraded: {pool.conditions['NodeDegraded'].why}")
    if pool.machines == 0 or pool.spec_config != pool.status_config or pool.conditions["Updating"].true:
        return done(f"pool {pool.name} is updating to {pool.spec_config}")
    return pending(f"pool {pool.name} still runs {pool.status_config} and is not updating")


def paused_verdict(pool: Pool, config: Optional[RenderedConfig], *, network_type: Optional[str]) -> Verdict:
    """Whether the pool is paused and, when given, its pending configuration boots for ``network_type``."""
    if not pool.paused:
        return pending(f"pool {pool.name} is not paused")
    if network_type is not None:
        return network_type_verdict(pool, config, network_type=network_type)
    return done(f"pool {pool.name} is paused")


def _degraded_verdict(pool: Pool, nodes: Sequence[Node], *, config: Optional[str]) -> Verdict:
    """Failed, unless each degraded node can heal by itself; nothing does in a paused pool.

    :param config: what the pool is to run in the end; None when that is not rendered yet
    """
    render = pool.conditions["RenderDegraded"]
    degraded = () if render.true else tuple(node for node in nodes if node.degraded)
    told = combine(
        (degraded_verdict(node, config=config) for node in degraded),
        when_done=(render if render.true else pool.conditions["NodeDegraded"]).why or "it gives no reason",
    )
    state: State = "pending" if told.state == "pending" and not pool.paused else "failed"
    return Verdict(state, f"pool {pool.name} is degraded: {told.reason}")
