"""The two controllers that make the configuration real: ``clusterconfig`` and ``operconfig``
(cluster-network-operator, pkg/controller/{clusterconfig,operconfig})."""

from __future__ import annotations

import json
from typing import Any

from tests.simulator.behaviours.cno import defaults, safety
from tests.simulator.behaviours.cno.control_plane import ControlPlaneDiscovery
from tests.simulator.behaviours.cno.conversion import SOURCES, Conversion, ConversionFailed
from tests.simulator.behaviours.cno.rendering import Rendering
from tests.simulator.behaviours.cno.status import ACTOR, CLUSTER_CONFIG, OPERATOR_CONFIG, Level, StatusManager
from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.ports import Change, Object

NAMESPACE = "openshift-network-operator"
APPLIED = "applied-cluster"
LIVE_ANNOTATION = "network.openshift.io/network-type-migration"
_OWN_CONFIGMAPS = (APPLIED, "network-operator-lock")
_FIX = "Use 'oc edit network.operator.openshift.io cluster' to"
_RETRY_FIRST = 1.0
#: so many retries of a failed reconcile may move time on at speed 0
_HURRIED_RETRIES = 6


class NetworkOperator:
    def __init__(self, world: World, *, status: StatusManager, rendering: Rendering, components: Components) -> None:
        self._world = world
        self._store = world.store
        self._status = status
        self._rendering = rendering
        self._conversion = Conversion(world)
        self._discovery = ControlPlaneDiscovery(world)
        components.network_operator_started.connect(self._discovery.restarted)
        self._converted = False
        self._failures = 0
        #: blocks of ``spec.defaultNetwork`` that a client has set: server-side apply leaves those alone
        self._owned_by_users: set[str] = set()
        self._network_type = ""

        def alive() -> bool:
            return components.network_operator

        self._cluster = Loop(world, lambda _: self._merge_cluster_config(), delay="cno_notice", alive=alive)
        self._operator = Loop(world, lambda _: self._reconcile(), delay="cno_notice", alive=alive)
        world.watch(self._cluster_config_changed, CLUSTER_CONFIG)
        world.watch(self._operator_config_changed, OPERATOR_CONFIG)
        world.watch(self._configmap_changed, "configmaps")
        world.watch(self._node_changed, "nodes")
        world.watch(self._source_changed, *SOURCES)
        world.faults.on_change(self._fault_changed)
        world.clock.spawn(self._resync(), name="cno resync")
        self._operator.note()

    # what starts a reconcile

    def _cluster_config_changed(self, change: Change) -> None:
        before = change.previous["metadata"].get("generation") if change.previous else None
        if change.type != "DELETED" and before != change.object["metadata"].get("generation"):
            self._cluster.note()

    def _operator_config_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        self._note_owner(change)
        if change.previous is None or change.previous.get("spec") != change.object.get("spec"):
            self._operator.note()

    def _note_owner(self, change: Change) -> None:
        if change.actor == ACTOR or change.previous is None:
            return
        old = change.previous["spec"].get("defaultNetwork") or {}
        new = change.object["spec"].get("defaultNetwork") or {}
        for block in defaults.BLOCKS.values():
            if old.get(block) != new.get(block):
                if new.get(block) is None:
                    self._owned_by_users.discard(block)
                else:
                    self._owned_by_users.add(block)

    def _configmap_changed(self, change: Change) -> None:
        meta = change.object["metadata"]
        if meta["namespace"] == NAMESPACE and meta["name"] not in _OWN_CONFIGMAPS:
            self._operator.note()

    def _node_changed(self, change: Change) -> None:
        trigger, old = self._world.profile.node_trigger, change.previous
        if (
            change.type != "MODIFIED"
            or old is None
            or trigger == "any_update"
            or (
                trigger == "labels_changed" and old["metadata"].get("labels") != change.object["metadata"].get("labels")
            )
        ):
            self._operator.note()

    def _source_changed(self, change: Change) -> None:
        self._converted = False

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind == "cno_refuses":
            self._operator.note()

    def _resync(self) -> Process:
        while True:
            yield self._world.clock.sleep(self._world.durations.cno_resync, background=True)
            self._operator.note_after(0.0, background=True)

    # clusterconfig: networks.config -> networks.operator

    def _merge_cluster_config(self) -> None:
        config = self._store.find(CLUSTER_CONFIG, "cluster")
        operator = self._store.find(OPERATOR_CONFIG, "cluster")
        if config is None or operator is None:
            return
        if any(not _is_cidr(pool.get("cidr", "")) for pool in config["spec"].get("clusterNetwork") or ()):
            cidr = next(p.get("cidr") for p in config["spec"]["clusterNetwork"] if not _is_cidr(p.get("cidr", "")))
            self._status.degrade(
                Level.CLUSTER_CONFIG,
                "InvalidClusterConfig",
                f"The cluster configuration is invalid (could not parse spec.clusterNetwork {cidr}). "
                "Use 'oc edit network.config.openshift.io cluster' to fix.",
            )
            return
        self._persist_merge(config, operator)
        self._status.clear(Level.CLUSTER_CONFIG)

    def _persist_merge(self, config: Object, operator: Object) -> Object:
        """Write networks, type and nothing else onto the operator's object, whether or not that will be accepted."""
        if self._live(config):
            return operator
        spec = config["spec"]
        network_type = defaults.canonical(spec.get("networkType") or "")
        patch = {
            "spec": {
                "clusterNetwork": spec.get("clusterNetwork") or [],
                "serviceNetwork": spec.get("serviceNetwork") or [],
                "defaultNetwork": {"type": network_type},
                "managementState": operator["spec"].get("managementState") or "Managed",
            }
        }
        return self._store.patch(OPERATOR_CONFIG, "cluster", patch, actor=ACTOR)

    def _live(self, config: Object) -> bool:
        annotations = config["metadata"].get("annotations") or {}
        return self._world.profile.live_migration and LIVE_ANNOTATION in annotations

    # operconfig: networks.operator -> everything else

    def _reconcile(self) -> Process:
        """One pass. What was edited since it began is seen by the next one."""
        config = self._store.find(CLUSTER_CONFIG, "cluster")
        operator = self._store.find(OPERATOR_CONFIG, "cluster")
        if config is None or operator is None:
            message = "Operator configuration 'cluster' not found" if operator is None else "no cluster configuration"
            self._status.degrade(Level.OPERATOR_CONFIG, "NoOperatorConfig", message)
            return
        if operator["spec"].get("managementState") == "Unmanaged":
            return
        operator = self._persist_merge(config, operator)
        spec = defaults.canonicalized(_without_nulls(operator["spec"]))
        yield from self._pause("cno_validate", spec)
        following = self._judged(spec)
        if following is None:
            self._try_again()
            return
        yield from self._pause("cno_bootstrap", spec)
        if following["defaultNetwork"]["type"] == defaults.OVN and self._world.profile.ovn_cluster_initiator:
            yield from self._discovery.wait(background=self._applied() == following)
        self._write_defaults(spec, following)
        yield from self._pause("cno_apply", spec)
        self._remember(following)
        self._rendering.apply(following)
        try:
            self._convert(following)
        except ConversionFailed:
            self._try_again()
            return
        self._write_status(following)
        self._status.clear(Level.OPERATOR_CONFIG)
        self._failures = 0

    def _pause(self, duration: str, spec: Object) -> Process:
        """A pass that changes nothing is quick: only one with something new takes its time."""
        if self._applied() != self._filled(spec):
            yield self._world.clock.sleep(getattr(self._world.durations, duration))
            yield from self._world.api()

    def _judged(self, spec: Object) -> Object | None:
        """The configuration with all defaults, or None when it is refused."""
        fault = self._world.faults.active("cno_refuses")
        profile = self._world.profile
        try:
            if fault is not None:
                raise safety.Refused([str(fault.get("message", "simulated refusal"))])
            safety.check(spec, profile=profile)
        except safety.Refused as refusal:
            self._refuse(f"The operator configuration is invalid ({refusal}). {_FIX} fix.")
            return None
        following = self._filled(spec)
        try:
            safety.check_change(self._applied(), following, profile=profile)
        except safety.Refused as refusal:
            self._refuse(f"Not applying unsafe configuration change: {refusal}. {_FIX} undo the change.")
            return None
        return following

    def _refuse(self, message: str) -> None:
        self._status.degrade(Level.OPERATOR_CONFIG, "InvalidOperatorConfig", message)

    def _try_again(self) -> None:
        self._failures += 1
        pause = min(_RETRY_FIRST * 2**self._failures, self._world.durations.cno_backoff_max)
        self._operator.note_after(pause, background=self._failures > _HURRIED_RETRIES)

    def _filled(self, spec: Object) -> Object:
        return defaults.filled(spec, previous=self._applied(), host_mtu=self._host_mtu(), profile=self._world.profile)

    def _applied(self) -> Object | None:
        record = self._store.find("configmaps", APPLIED, namespace=NAMESPACE)
        text = ((record or {}).get("data") or {}).get("applied")
        if not text:
            return None
        if text != self._applied_text:
            self._applied_text, self._applied_spec = text, _without_nulls(json.loads(text))
        return self._applied_spec

    _applied_text = ""
    _applied_spec: Object | None = None

    def _host_mtu(self) -> int:
        """The MTU of the default route of the node on which the operator runs."""
        record = self._store.find("configmaps", "mtu", namespace=NAMESPACE)
        return int(((record or {}).get("data") or {}).get("mtu", 1500))

    def _remember(self, following: Object) -> None:
        if self._applied() == following:
            return
        data = {"data": {"applied": json.dumps(following, separators=(",", ":"))}}
        if self._store.find("configmaps", APPLIED, namespace=NAMESPACE) is None:
            meta = {"name": APPLIED, "namespace": NAMESPACE}
            self._store.create("configmaps", {"metadata": meta, **data}, actor=ACTOR)
        else:
            self._store.patch("configmaps", APPLIED, data, namespace=NAMESPACE, actor=ACTOR)

    def _write_defaults(self, spec: Object, following: Object) -> None:
        """Up to 4.14 only OVN-Kubernetes' defaults reach the API object; from 4.15 all do, without the block of the
        inactive plugin.

        Only what was filled in is written: what a client has edited since this pass began stays.
        """
        network_type = following["defaultNetwork"]["type"]
        if not (self._world.profile.defaults_written_back or network_type == defaults.OVN):
            return
        patch = _additions(spec, following)
        if self._world.profile.defaults_written_back:
            for other, block in defaults.BLOCKS.items():
                if other != network_type and block in spec["defaultNetwork"] and block not in self._owned_by_users:
                    patch.setdefault("defaultNetwork", {})[block] = None
        annotations = {}
        if network_type == defaults.OVN and self._world.profile.ovn_cluster_initiator:
            annotations = {"networkoperator.openshift.io/ovn-cluster-initiator": self._first_master_address()}
        body = {"spec": patch, **({"metadata": {"annotations": annotations}} if annotations else {})}
        self._store.patch(OPERATOR_CONFIG, "cluster", body, actor=ACTOR)

    def _first_master_address(self) -> str:
        for node in self._store.list("nodes", labels="node-role.kubernetes.io/master"):
            for address in node["status"].get("addresses") or ():
                if address["type"] == "InternalIP":
                    return str(address["address"])
        return ""

    def _convert(self, following: Object) -> None:
        migration = following.get("migration") or {}
        wanted = bool(migration.get("networkType"))
        if self._world.profile.feature_conversion == "type_is_target":
            wanted = wanted and migration["networkType"] == following["defaultNetwork"]["type"]
        if not wanted:
            self._converted = False
        elif not self._converted or self._last_migration != migration:
            self._converted = self._conversion.run(migration)
            self._last_migration = migration
            if not self._converted and migration["networkType"] == following["defaultNetwork"]["type"]:
                # SDN is about to make what the conversion waits for; the next resync goes on
                self._operator.note_after(self._world.durations.cno_resync, background=self._waited > _HURRIED_RETRIES)
                self._waited += 1

    _last_migration: Object | None = None
    _waited = 0

    def _write_status(self, following: Object) -> None:
        """The very last step; nothing here waits for pods or nodes."""
        network_type = following["defaultNetwork"]["type"]
        status: Object = {
            "clusterNetwork": following.get("clusterNetwork") or [],
            "serviceNetwork": following.get("serviceNetwork") or [],
            "networkType": network_type,
            "clusterNetworkMTU": defaults.plugin_mtu(following),
            "migration": self._status_migration(following),
        }

        def change(config: Object) -> None:
            known = config.get("status") or {}
            merged = {**known, **status}
            config["status"] = {key: value for key, value in merged.items() if value is not None}

        self._store.edit(CLUSTER_CONFIG, "cluster", change, actor=ACTOR)
        if network_type != self._network_type:
            self._network_type = network_type
            self._status.note()

    def _status_migration(self, following: Object) -> Object | None:
        migration = following.get("migration")
        if migration is None:
            return None
        network_type = migration.get("networkType")
        if self._world.profile.migration_mode and migration.get("mode") == "Live":
            network_type = following["defaultNetwork"]["type"]
        result: Object = {"networkType": network_type} if network_type else {}
        if migration.get("mtu"):
            result["mtu"] = migration["mtu"]
        return result


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _additions(old: Object, new: Object) -> dict[str, Any]:
    """What ``new`` has and ``old`` has not, as a merge patch."""
    patch: dict[str, Any] = {}
    for key, value in new.items():
        if key not in old:
            patch[key] = value
        elif isinstance(value, dict) and isinstance(old[key], dict) and (inner := _additions(old[key], value)):
            patch[key] = inner
    return patch


def _is_cidr(text: str) -> bool:
    return "/" in text
