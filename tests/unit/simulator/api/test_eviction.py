from __future__ import annotations

import pytest

from tests.simulator.api.calls import Call, target_of
from tests.simulator.api.pods import evict
from tests.simulator.credentials import ADMIN
from tests.simulator.store.errors import ApiError, TooManyRequests
from tests.unit.simulator.store.clusters import ACTOR, named, new_store

BUDGETS = "poddisruptionbudgets.policy"


def cluster(*, ready=True, phase="Running", **status):
    store = new_store()
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    state = {"phase": phase, "conditions": conditions}
    store.create("pods", named("web", labels={"app": "web"}, status=state), actor=ACTOR)
    budget = named("budget", spec={"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}})
    store.create(BUDGETS, {**budget, "status": {"observedGeneration": 1, **status}}, actor=ACTOR)
    return store


def evicting(store, **query):
    path = "/api/v1/namespaces/default/pods/web/eviction"
    call = Call(ADMIN, target_of("POST", path, query), query, body=b'{"metadata": {"name": "web"}}')
    return evict(store, call)


def is_there(store):
    return store.find("pods", "web", namespace="default") is not None


def test_within_the_budget():
    store = cluster(disruptionsAllowed=1, currentHealthy=3, desiredHealthy=2)
    assert evicting(store)["status"] == "Success"
    assert not is_there(store)
    assert store.get(BUDGETS, "budget", namespace="default")["status"]["disruptionsAllowed"] == 0


def test_beyond_the_budget():
    store = cluster(disruptionsAllowed=0, currentHealthy=2, desiredHealthy=2)
    with pytest.raises(TooManyRequests) as caught:
        evicting(store)
    assert caught.value.code == 429
    assert caught.value.message == "Cannot evict pod as it would violate the pod's disruption budget."
    assert caught.value.status()["details"]["causes"] == [
        {
            "reason": "DisruptionBudget",
            "message": "The disruption budget budget needs 2 healthy pods and has 2 currently",
        }
    ]
    assert caught.value.retry_after is None
    assert is_there(store)


def test_a_budget_that_nobody_has_looked_at_yet():
    with pytest.raises(TooManyRequests) as caught:
        evicting(cluster(observedGeneration=0))
    assert caught.value.retry_after == 10


@pytest.mark.parametrize("state", [{"phase": "Succeeded"}, {"ready": False}], ids=["finished", "unready beyond need"])
def test_pods_that_the_budget_does_not_protect(state):
    store = cluster(disruptionsAllowed=0, currentHealthy=2, desiredHealthy=2, **state)
    evicting(store)
    assert not is_there(store)


def test_dry_run():
    store = cluster(disruptionsAllowed=1, currentHealthy=3, desiredHealthy=2)
    evicting(store, dryRun="All")
    assert is_there(store)
    assert store.get(BUDGETS, "budget", namespace="default")["status"]["disruptionsAllowed"] == 1


def test_two_budgets_for_one_pod():
    store = cluster(disruptionsAllowed=1)
    store.create(BUDGETS, named("other", spec={"selector": {}}), actor=ACTOR)
    with pytest.raises(ApiError, match="more than one PodDisruptionBudget") as caught:
        evicting(store)
    assert caught.value.code == 500
