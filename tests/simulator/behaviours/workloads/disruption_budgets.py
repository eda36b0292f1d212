"""The disruption controller: what PodDisruptionBudgets allow at the moment."""

from __future__ import annotations

from tests.simulator.behaviours.conditions import updated
from tests.simulator.behaviours.loop import Loop, key_of, split
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, is_ready
from tests.simulator.behaviours.workloads.templates import share
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

BUDGETS = "poddisruptionbudgets.policy"
ACTOR = "system:serviceaccount:kube-system:disruption-controller"


class DisruptionBudgets:
    def __init__(self, world: World, *, pods: PodIndex) -> None:
        self._world = world
        self._loop = Loop(world, self._reconcile, delay="workload_notice")
        self._by_namespace: dict[str, set[str]] = {}
        pods.changed.connect(self._pod_changed)
        world.watch(self._changed, BUDGETS)

    def allows(self, pod: Object) -> bool:
        """Whether the pod may be evicted now."""
        return all(budget_allows(budget) for budget in self._covering(pod))

    def took(self, pod: Object) -> None:
        """A pod was evicted: the budgets count it at once, before the controller looks again."""
        for budget in self._covering(pod):
            meta, status = budget["metadata"], budget.get("status") or {}
            left = max(0, status.get("disruptionsAllowed", 0) - 1)
            self._world.store.patch(
                BUDGETS,
                meta["name"],
                {"status": {"disruptionsAllowed": left}},
                namespace=meta["namespace"],
                actor="system:apiserver",
                subresource="status",
            )

    def _covering(self, pod: Object) -> list[Object]:
        budgets = self._world.store.list(BUDGETS, namespace=pod["metadata"]["namespace"])
        return [budget for budget in budgets if _covers(budget, pod)]

    def _changed(self, change: Change) -> None:
        meta = change.object["metadata"]
        names = self._by_namespace.setdefault(meta["namespace"], set())
        if change.type == "DELETED":
            names.discard(meta["name"])
            return
        names.add(meta["name"])
        self._loop.note(key_of(change.object))

    def _pod_changed(self, change: Change) -> None:
        namespace = change.object["metadata"]["namespace"]
        if not self._by_namespace.get(namespace):
            return
        for budget in self._covering(change.object):
            self._loop.note(f"{namespace}/{budget['metadata']['name']}")

    def _reconcile(self, key: str) -> None:
        namespace, name = split(key)
        budget = self._world.store.find(BUDGETS, name, namespace=namespace)
        if budget is None:
            return
        covered = [pod for pod in self._world.store.list(PODS, namespace=namespace) if _covers(budget, pod)]
        healthy = sum(is_ready(pod) for pod in covered)
        spec, expected = budget["spec"], len(covered)
        if spec.get("minAvailable") is not None:
            desired = share(spec["minAvailable"], expected, up=True)
        else:
            desired = max(0, expected - share(spec.get("maxUnavailable", 0), expected, up=True))
        allowed = max(0, healthy - desired)
        old, now = budget.get("status") or {}, self._world.timestamp()
        verdict = {
            "type": "DisruptionAllowed",
            "status": str(allowed > 0),
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "observedGeneration": budget["metadata"]["generation"],
        }
        status = {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "disruptionsAllowed": allowed,
            "observedGeneration": budget["metadata"]["generation"],
            "conditions": updated(old.get("conditions"), [verdict], now=now),
        }
        self._world.store.patch(
            BUDGETS, name, {"status": status}, namespace=namespace, actor=ACTOR, subresource="status"
        )


def budget_allows(budget: Object) -> bool:
    return bool((budget.get("status") or {}).get("disruptionsAllowed", 0) > 0)


def _covers(budget: Object, pod: Object) -> bool:
    labels = pod["metadata"].get("labels") or {}
    wanted = ((budget["spec"].get("selector") or {}).get("matchLabels")) or {}
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())
