"""The template and render controllers: from ControllerConfig to ``rendered-<pool>-<hash>``."""

from __future__ import annotations

from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import updated
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.mco.machine_configs import merged, others, rendered_name, templates
from tests.simulator.behaviours.mco.names import (
    CONFIGS,
    CONTROLLER_ACTOR,
    CONTROLLER_CONFIG,
    CONTROLLER_CONFIGS,
    GROUP,
    POOLS,
    ROLE_LABEL,
)
from tests.simulator.behaviours.selection import matches
from tests.simulator.behaviours.workloads.templates import owner_reference
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

_VERSION = f"{GROUP}/generated-by-controller-version"
_RELEASE = f"{GROUP}/release-image-version"
_API = f"{GROUP}/v1"


class TemplateController:
    """Rewrites 00-master, 00-worker and their like when the ControllerConfig changes."""

    def __init__(self, world: World, *, components: Components) -> None:
        self._world = world
        self._loop = Loop(
            world,
            lambda _: self._sync(),
            delay="node_controller_sync",
            alive=lambda: components.machine_config_controller,
        )
        world.watch(self._changed, CONTROLLER_CONFIGS)

    def _changed(self, change: Change) -> None:
        if change.previous is None or change.previous["spec"] != change.object["spec"]:
            self._loop.note()

    def _sync(self) -> Process:
        config = self._world.store.find(CONTROLLER_CONFIGS, CONTROLLER_CONFIG)
        if config is None:
            return
        self._report(config, running=True)
        yield self._world.clock.sleep(self._world.durations.mco_template)
        yield from self._world.api()
        profile = self._world.profile
        for role in ("master", "worker"):
            specs = templates(
                role,
                network_type=config["spec"]["networkType"],
                proxy=config["spec"].get("proxy") or {},
                client_ca=config["spec"].get("kubeAPIServerServingCAData") or "",
                profile=profile,
            )
            if self._world.installing:
                specs |= others(role, profile=profile)
            for name, spec in specs.items():
                self._apply(name, role, spec, config)
        self._report(config, running=False)

    def _apply(self, name: str, role: str, spec: Object, config: Object) -> None:
        if self._world.store.find(CONFIGS, name) is not None:
            self._world.store.patch(CONFIGS, name, {"spec": spec}, actor=CONTROLLER_ACTOR)
            return
        meta: Object = {"name": name, "labels": {ROLE_LABEL: role}}
        if not name.startswith("99-") or "generated" in name:
            meta["annotations"] = {_VERSION: self._world.profile.mco_commit}
            meta["ownerReferences"] = [owner_reference(config, kind="ControllerConfig", api_version=_API)]
        self._world.store.create(CONFIGS, {"metadata": meta, "spec": spec}, actor=CONTROLLER_ACTOR)

    def _report(self, config: Object, *, running: bool) -> None:
        generation = config["metadata"]["generation"]
        version = self._world.profile.mco_commit
        words = {
            "running": f"syncing towards ({generation}) generation using controller version {version}",
            "completed": f"sync completed towards ({generation}) generation using controller version {version}",
        }
        states = {
            "TemplateControllerCompleted": (not running, "" if running else words["completed"]),
            "TemplateControllerRunning": (running, words["running"] if running else ""),
            "TemplateControllerFailing": (False, ""),
        }
        changes = [
            {"type": kind, "status": str(state), **({"message": message} if message else {})}
            for kind, (state, message) in states.items()
        ]
        known = (config.get("status") or {}).get("conditions")
        conditions = updated(known, changes, now=self._world.timestamp())
        status = {"conditions": conditions, "observedGeneration": generation}
        self._world.store.patch(
            CONTROLLER_CONFIGS, CONTROLLER_CONFIG, {"status": status}, actor=CONTROLLER_ACTOR, subresource="status"
        )


class RenderController:
    """Merges the MachineConfigs of each pool into one, and points the pool at it."""

    def __init__(self, world: World, *, components: Components) -> None:
        self._world = world
        self._loop = Loop(
            world,
            self._render,
            delay="mco_render_debounce",
            alive=lambda: components.machine_config_controller,
        )
        world.watch(self._config_changed, CONFIGS)
        world.watch(self._pool_changed, POOLS)

    def _pool_changed(self, change: Change) -> None:
        old = change.previous["spec"].get("machineConfigSelector") if change.previous else None
        if change.type != "DELETED" and old != change.object["spec"].get("machineConfigSelector"):
            self._loop.note(change.object["metadata"]["name"])

    def _config_changed(self, change: Change) -> None:
        if change.previous is not None and change.previous.get("spec") == change.object.get("spec"):
            return
        if change.object["metadata"]["name"].startswith("rendered-") and change.type == "ADDED":
            return
        for pool in self._world.store.list(POOLS):
            labels = change.object["metadata"].get("labels")
            if matches(pool["spec"].get("machineConfigSelector"), labels) or change.type == "DELETED":
                self._loop.note(pool["metadata"]["name"])

    def _render(self, name: str) -> None:
        store = self._world.store
        pool = store.find(POOLS, name)
        if pool is None or "deletionTimestamp" in pool["metadata"]:
            return
        selector = pool["spec"].get("machineConfigSelector")
        configs = [config for config in store.list(CONFIGS) if matches(selector, config["metadata"].get("labels"))]
        if not configs:
            return
        spec = merged(configs)
        rendered = rendered_name(name, spec)
        if store.find(CONFIGS, rendered) is None:
            profile = self._world.profile
            meta = {
                "name": rendered,
                "annotations": {_VERSION: profile.mco_commit, _RELEASE: profile.version},
                "ownerReferences": [owner_reference(pool, kind="MachineConfigPool", api_version=_API)],
            }
            store.create(CONFIGS, {"metadata": meta, "spec": spec}, actor=CONTROLLER_ACTOR)
        source = [
            {"apiVersion": _API, "kind": "MachineConfig", "name": config["metadata"]["name"]} for config in configs
        ]
        configuration = {"name": rendered, "source": sorted(source, key=lambda entry: entry["name"])}
        store.patch(POOLS, name, {"spec": {"configuration": configuration}}, actor=CONTROLLER_ACTOR)
