"""The operator itself: ControllerConfig, ClusterOperator ``machine-config`` (machine-config-operator, pkg/operator)."""

from __future__ import annotations

import base64
from typing import Any

import simpy

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import condition, is_true, updated
from tests.simulator.behaviours.hosts.machines import Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.mco.membership import Membership
from tests.simulator.behaviours.mco.names import (
    CONTROLLER_CONFIG,
    CONTROLLER_CONFIGS,
    OPERATOR_ACTOR,
    POOLS,
)
from tests.simulator.behaviours.mco.pool_status import node_state
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.ports import Change, Object

NETWORKS = "networks.config.openshift.io"
PROXIES = "proxies.config.openshift.io"
CLUSTER_OPERATORS = "clusteroperators.config.openshift.io"
NAME = "machine-config"
_REQUIRED = "operator.machineconfiguration.openshift.io/required-for-upgrade"
_SEE = "please see `oc get mcp` for further details"


def effective_network_type(network: Object) -> str:
    """What MCO renders for: the migration's type while there is one, else the one in status; before there is a status,
    that in spec."""
    status = network.get("status") or {}
    if not status.get("networkType"):
        return str(network["spec"].get("networkType") or "")
    if status.get("migration") is not None:
        return str(status["migration"].get("networkType") or "")
    return str(status["networkType"])


class MachineConfigOperator:
    """One sync loop. Its last step waits for pools; until then it sees nothing new."""

    def __init__(self, world: World, *, components: Components, machines: Machines, membership: Membership) -> None:
        self._world = world
        self._components = components
        self._membership = membership
        self._masters = len(machines.masters)
        #: why the last sync has failed, and what the present one waits for
        self._error = ""
        self._waited_for = ""
        self._client_ca = ""
        self._changed_event: simpy.Event | None = None

        def alive() -> bool:
            return components.machine_config_operator

        self._sync_loop = Loop(world, lambda _: self._sync(), delay="mco_notice", alive=alive)
        self._status_loop = Loop(world, lambda _: self._write_status(), delay="node_controller_sync", alive=alive)
        world.watch(self._input_changed, NETWORKS, PROXIES)
        world.watch(self._pool_changed, POOLS)
        world.revived.connect(self._wake)
        world.faults.on_change(self._fault_changed)
        self._sync_loop.note()

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        """The CA of the kubelets' clients is in ConfigMap openshift-config-managed/kube-apiserver-client-ca."""
        if fault.kind == "ca_rotated" and added:
            self._client_ca = f"ca rotated at {self._world.timestamp()}"
            self._wake()
            self._sync_loop.note()

    def _input_changed(self, change: Change) -> None:
        self._wake()
        self._sync_loop.note()

    def _pool_changed(self, change: Change) -> None:
        self._wake()
        self._status_loop.note()
        self._sync_loop.note()

    def _wake(self) -> None:
        event, self._changed_event = self._changed_event, None
        if event is not None:
            event.succeed()

    def _sync(self) -> Process:
        network = self._world.store.find(NETWORKS, "cluster")
        if network is None:
            return
        if self._outdated():
            yield self._world.clock.sleep(self._world.durations.mco_sync)
            yield from self._world.api()
            self._write_controller_config(self._controller_config(network))
        yield from self._wait_for_pools()
        self._write_status()

    def _outdated(self) -> bool:
        """Whether the ControllerConfig does not say yet what the cluster's network and its proxy do."""
        network = self._world.store.find(NETWORKS, "cluster")
        known = self._world.store.find(CONTROLLER_CONFIGS, CONTROLLER_CONFIG)
        if network is None or known is None:
            return network is not None
        return any(known["spec"].get(key) != value for key, value in self._controller_config(network).items())

    def _controller_config(self, network: Object) -> Object:
        proxy = self._world.store.find(PROXIES, "cluster") or {}
        spec: Object = {"network": {"mtuMigration": None}, "proxy": proxy.get("status") or None}
        spec["kubeAPIServerServingCAData"] = base64.b64encode(self._client_ca.encode()).decode()
        migration = (network.get("status") or {}).get("migration") or {}
        if migration.get("mtu"):
            spec["network"] = {"mtuMigration": migration["mtu"]}
        network_type = effective_network_type(network)
        if network_type:
            spec["networkType"] = network_type
        return spec

    def _write_controller_config(self, spec: Object) -> None:
        store = self._world.store
        if store.find(CONTROLLER_CONFIGS, CONTROLLER_CONFIG) is not None:
            # no merge patch: it would take away what is null
            store.edit(
                CONTROLLER_CONFIGS, CONTROLLER_CONFIG, lambda config: config["spec"].update(spec), actor=OPERATOR_ACTOR
            )
            return
        profile = self._world.profile
        infrastructure = store.find("infrastructures.config.openshift.io", "cluster")
        dns = store.find("dnses.config.openshift.io", "cluster")
        body = {
            "additionalTrustBundle": None,
            "baseOSContainerImage": "",
            "cloudProviderCAData": None,
            "cloudProviderConfig": "",
            "clusterDNSIP": "172.30.0.10",
            "etcdDiscoveryDomain": "",
            "dns": _plain(dns) if dns else None,
            "images": {},
            "infra": _plain(infrastructure) if infrastructure else None,
            "ipFamilies": "IPv4",
            "osImageURL": "",
            "platform": "",
            "releaseImage": profile.release_image,
            "rootCAData": "",
            **spec,
        }
        meta = {"name": CONTROLLER_CONFIG}
        store.create(CONTROLLER_CONFIGS, {"metadata": meta, "spec": body}, actor=OPERATOR_ACTOR)

    # the pools that a sync waits for

    def _wait_for_pools(self) -> Process:
        """syncRequiredMachineConfigPools: until no pool is degraded and the required one is updated, or time is up. A
        required pool that is paused with a change pending fails at once."""
        world = self._world
        give_up = world.clock.seconds + world.profile.required_pools_seconds(masters=self._masters)
        while world.clock.seconds < give_up:
            self._waited_for, in_vain = self._in_the_way()
            if in_vain or not self._waited_for:
                self._error = in_vain
                return
            self._write_status()
            yield from self._next_change(give_up - world.clock.seconds)
            if not self._components.machine_config_operator:
                self._sync_loop.note()
                return
        self._error = f"error during syncRequiredMachineConfigPools: [{world.profile.wait_ended}, {self._waited_for}]"
        again = world.durations.node_controller_debounce + 1
        self._sync_loop.note_after(again, background=not self._outdated())

    def _next_change(self, seconds: float) -> Process:
        """Whatever moves a pool, or the end of the wait. Only a change that nobody has seen yet makes time move on."""
        clock = self._world.clock
        limit = clock.deadline(seconds) if self._outdated() else clock.sleep(seconds, background=True)
        self._changed_event = clock.event()
        yield self._changed_event | limit
        clock.release(limit)
        yield from self._world.api()

    def _in_the_way(self) -> tuple[str, str]:
        """What is waited for, and why that is in vain; empty when not."""
        words = self._world.profile.pool_in_words
        for pool in self._world.store.list(POOLS):
            if is_true(_conditions(pool), "Degraded"):
                return f"error {words} {_not_ready(pool, degraded_first=True)}", ""
            if _REQUIRED in (pool["metadata"].get("labels") or {}) and not _is_updated(pool):
                paused = self._world.profile.required_pool_paused.format(pool=pool["metadata"]["name"])
                waited_for = f"error required {words} {_not_ready(pool, degraded_first=False)}"
                return waited_for, paused if pool["spec"].get("paused") else ""
        return "", ""

    # ClusterOperator

    def _write_status(self) -> None:
        operator = self._world.store.find(CLUSTER_OPERATORS, NAME)
        if operator is None:
            return
        version = self._world.profile.version
        degraded = condition("Degraded", False)
        progressing = condition("Progressing", False, message=f"Cluster version is {version}")
        if self._error:
            message = f"Failed to resync {version} because: {self._error}"
            degraded = condition("Degraded", True, "RequiredPoolsFailed", message)
            progressing = condition("Progressing", False, message=f"Error while reconciling {version}")
        pools = self._world.store.list(POOLS)
        changes = [progressing, degraded, self._upgradeable(pools)]
        status = operator.get("status") or {}
        extension: dict[str, Any] = {pool["metadata"]["name"]: self._told(pool) for pool in pools}
        extension["lastSyncError"] = self._waited_for or self._error or None
        patch = {
            "status": {
                "conditions": updated(status.get("conditions"), changes, now=self._world.timestamp()),
                "extension": extension,
            }
        }
        self._world.store.patch(CLUSTER_OPERATORS, NAME, patch, actor=OPERATOR_ACTOR, subresource="status")

    def _upgradeable(self, pools: list[Object]) -> dict[str, Any]:
        if any(is_true(_conditions(pool), "Degraded") for pool in pools):
            message = f"One or more machine config pools are degraded, {_SEE} and resolve before upgrading"
            return condition("Upgradeable", False, "DegradedPool", message)
        updating = any(is_true(_conditions(pool), "Updating") for pool in pools)
        if updating and self._world.profile.pool_updating_blocks_upgrade:
            message = f"One or more machine config pools are updating, {_SEE}"
            return condition("Upgradeable", False, "PoolUpdating", message)
        return condition("Upgradeable", True, "AsExpected")

    def _told(self, pool: Object) -> str:
        """What ``status.extension`` says of a pool (pkg/operator/status.go, allMachineConfigPoolStatus)."""
        status, conditions = pool.get("status") or {}, _conditions(pool)
        if is_true(conditions, "Degraded"):
            nodes = [node_state(node) for node in self._membership.nodes_of(pool["metadata"]["name"])]
            reports = ", ".join(
                f'"Node {node.name} is reporting: \\"{node.reason}\\""' for node in nodes if node.degraded
            )
            count = status.get("degradedMachineCount", 0)
            reason = f'"{count} nodes are reporting degraded status on sync"'
            return f"pool is degraded because nodes fail with {reason}: {reports}"
        name = (pool["spec"].get("configuration") or {}).get("name", "")
        if is_true(conditions, "Updated"):
            return f"all {status.get('machineCount', 0)} nodes are at latest configuration {name}"
        if is_true(conditions, "Updating"):
            return (
                f"{status.get('updatedMachineCount', 0)} (ready {status.get('readyMachineCount', 0)}) out of "
                f"{status.get('machineCount', 0)} nodes are updating to latest configuration {name}"
            )
        return "<unknown>"


def _conditions(pool: Object) -> list[dict[str, Any]]:
    return (pool.get("status") or {}).get("conditions") or []


def _is_updated(pool: Object) -> bool:
    observed = (pool.get("status") or {}).get("observedGeneration", 0)
    return is_true(_conditions(pool), "Updated") and observed >= pool["metadata"]["generation"]


def _not_ready(pool: Object, *, degraded_first: bool) -> str:
    """The two forms in which the operator says it: with the condition Degraded, or with the count."""
    status = pool.get("status") or {}
    total = f"total: {status.get('machineCount', 0)}, ready {status.get('readyMachineCount', 0)}"
    counts = f"updated: {status.get('updatedMachineCount', 0)}, unavailable: {status.get('unavailableMachineCount', 0)}"
    if degraded_first:
        told = f"(pool degraded: {str(is_true(_conditions(pool), 'Degraded')).lower()} {total}, {counts})"
    else:
        told = f"({total}, {counts}, degraded: {status.get('degradedMachineCount', 0)})"
    return f"{pool['metadata']['name']} is not ready, retrying. Status: {told}"


def _plain(obj: Object) -> Object:
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "metadata": {"name": obj["metadata"]["name"]},
        "spec": obj.get("spec") or {},
        "status": obj.get("status") or {},
    }
