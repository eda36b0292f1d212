"""The namespace controller of kube-controller-manager, and the projects that mirror namespaces."""

from __future__ import annotations

from tests.simulator.behaviours.conditions import condition, updated
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.platform.apiservices import unavailable_groups
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.ports import Change, Object

NAMESPACES = "namespaces"
PROJECTS = "projects.project.openshift.io"
APISERVICES = "apiservices.apiregistration.k8s.io"
ACTOR = "system:serviceaccount:kube-system:namespace-controller"


class Namespaces:
    """Empties namespaces that are being deleted and lets them go, unless discovery is incomplete."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = Loop(world, self._sync, delay="workload_notice", parallel=True)
        world.watch(self._changed, NAMESPACES)
        world.watch(lambda _: self._note_terminating(), APISERVICES)
        world.faults.on_change(self._fault_changed)

    def _changed(self, change: Change) -> None:
        name = change.object["metadata"]["name"]
        if change.type == "DELETED":
            if self._world.store.find(PROJECTS, name) is not None:
                self._world.clock.after(0, lambda: self._forget_project(name))
        elif "deletionTimestamp" in change.object["metadata"] and change.actor != ACTOR:
            self._loop.note(name)
        elif change.type == "ADDED" and not self._world.installing:
            self._world.clock.after(0, lambda: self._make_project(name))

    def _note_terminating(self) -> None:
        for namespace in self._world.store.list(NAMESPACES):
            if "deletionTimestamp" in namespace["metadata"]:
                self._loop.note(namespace["metadata"]["name"])

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind == "namespace_stuck" and not added:
            self._note_terminating()

    def _sync(self, name: str) -> Process | None:
        namespace = self._world.store.find(NAMESPACES, name)
        if namespace is None or "deletionTimestamp" not in namespace["metadata"]:
            return None
        return self._delete(name)

    def _delete(self, name: str) -> Process:
        world = self._world
        yield world.clock.sleep(world.jitter(world.durations.namespace_empty, 0.3))
        yield from world.api()
        if world.store.find(NAMESPACES, name) is None:
            return
        self._empty(name)
        failing = unavailable_groups(world.store)
        stuck = world.faults.active("namespace_stuck", name)
        if failing or stuck:
            self._report(name, failing, stuck=stuck)
            self._loop.note_after(world.durations.namespace_retry, name, background=True)
            return
        world.store.patch(NAMESPACES, name, {"spec": {"finalizers": []}}, actor=ACTOR, subresource="finalize")

    def _empty(self, name: str) -> None:
        store = self._world.store
        for resource in store.resources():
            if not resource.namespaced or "delete" not in resource.verbs:
                continue
            for obj in store.list(resource.key, namespace=name):
                if store.find(resource.key, obj["metadata"]["name"], namespace=name) is not None:
                    store.delete(resource.key, obj["metadata"]["name"], namespace=name, actor=ACTOR)

    def _report(self, name: str, failing: list[str], *, stuck: Fault | None) -> None:
        groups = ", ".join(f"{group}: the server is currently unable to handle the request" for group in failing)
        failure = (
            condition(
                "NamespaceDeletionDiscoveryFailure",
                True,
                "DiscoveryFailed",
                f"Discovery failed for some groups, {len(failing)} failing: unable to retrieve the complete list of "
                f"server APIs: {groups}",
            )
            if failing
            else condition(
                "NamespaceDeletionDiscoveryFailure",
                False,
                "ResourcesDiscovered",
                "All resources successfully discovered",
            )
        )
        remaining = condition("NamespaceContentRemaining", False, "ContentRemoved", "All content successfully removed")
        finalizers = condition(
            "NamespaceFinalizersRemaining",
            False,
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished",
        )
        if stuck is not None:
            what = str(stuck.get("resource", "persistentvolumeclaims."))
            finalizer = str(stuck.get("finalizer", "kubernetes.io/pvc-protection"))
            words = f"Some resources are remaining: {what} has 1 resource instances"
            remaining = condition("NamespaceContentRemaining", True, "SomeResourcesRemain", words)
            words = f"Some content in the namespace has finalizers remaining: {finalizer} in 1 resource instances"
            finalizers = condition("NamespaceFinalizersRemaining", True, "SomeFinalizersRemain", words)
        changes = [
            failure,
            condition(
                "NamespaceDeletionGroupVersionParsingFailure",
                False,
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed",
            ),
            condition(
                "NamespaceDeletionContentFailure",
                False,
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization",
            ),
            remaining,
            finalizers,
        ]
        namespace = self._world.store.get(NAMESPACES, name)
        known = (namespace.get("status") or {}).get("conditions")
        patch = {"status": {"conditions": updated(known, changes, now=self._world.timestamp())}}
        self._world.store.patch(NAMESPACES, name, patch, actor=ACTOR, subresource="status")

    # projects

    def _forget_project(self, name: str) -> None:
        if self._world.store.find(PROJECTS, name) is not None:
            self._world.store.delete(PROJECTS, name, actor=ACTOR)

    def _make_project(self, name: str) -> None:
        store = self._world.store
        namespace: Object | None = store.find(NAMESPACES, name)
        if namespace is not None and store.resource(PROJECTS) is not None and store.find(PROJECTS, name) is None:
            meta = namespace["metadata"]
            copied = {key: meta[key] for key in ("name", "labels", "annotations", "creationTimestamp") if key in meta}
            body = {"metadata": copied, "spec": namespace["spec"], "status": namespace["status"]}
            store.create(PROJECTS, body, actor=ACTOR)
