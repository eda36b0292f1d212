"""Which admission webhooks a request goes by, and what becomes of it (apiserver, pkg/admission/plugin/webhook)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulator.ports import Object
from tests.simulator.profiles import profile_for
from tests.simulator.seed.resources import builtin_resources
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.webhooks import MUTATING, TIMEOUT, VALIDATING, Request, judge

PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"}
ALL = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"], "scope": "*"}


def hook(name: str = "hook.example.com", *, rules: list[Object] | None = None, **more: Any) -> Object:
    service = {"namespace": "hooks", "name": "server", "path": "/check", "port": 8443}
    return {
        "name": name,
        "clientConfig": {"service": service},
        "rules": rules or [PODS],
        "sideEffects": "None",
        "timeoutSeconds": 7,
        "admissionReviewVersions": ["v1"],
        **more,
    }


@pytest.fixture
def store() -> ObjectStore:
    store = ObjectStore(now=lambda: datetime(2026, 1, 5, tzinfo=UTC))
    for resource in builtin_resources(profile_for("4.14")):
        store.declare(resource)
    for name, labels in (("shop", {"team": "a"}), ("hooks", {})):
        store.create("namespaces", {"metadata": {"name": name, "labels": labels}}, actor="test")
    return store


def add(store: ObjectStore, *hooks: Object, key: str = VALIDATING, name: str = "configuration") -> None:
    store.create(key, {"metadata": {"name": name}, "webhooks": list(hooks)}, actor="test")


def a_pod(**more: Any) -> Request:
    fields: dict[str, Any] = {"operation": "CREATE", "group": "", "version": "v1", "resource": "pods"}
    pod = {"metadata": {"name": "web", "labels": {"app": "web"}}}
    return Request(**{**fields, "namespace": "shop", "objects": (pod,), **more})


def called(store: ObjectStore, request: Request) -> list[str]:
    return [outcome.webhook for outcome in judge(store, request, reach=lambda namespace, name: None).outcomes]


def test_one_that_answers_allows(store):
    add(store, hook())
    verdict = judge(store, a_pod(), reach=lambda namespace, name: None)
    assert (verdict.seconds, verdict.error) == (0.0, None)
    assert [outcome.to_json()["result"] for outcome in verdict.outcomes] == ["allowed"]


def test_one_that_does_not_answer_fails_the_request(store):
    add(store, hook())
    verdict = judge(store, a_pod(), reach=lambda namespace, name: TIMEOUT)
    assert verdict.seconds == 7
    assert verdict.error is not None
    status = verdict.error.status()
    assert (status["code"], status["reason"]) == (500, "InternalError")
    assert status["message"] == (
        'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post '
        '"https://server.hooks.svc:8443/check?timeout=7s": context deadline exceeded'
    )


def test_one_that_may_be_ignored_only_costs_time(store):
    add(store, hook(failurePolicy="Ignore"))
    verdict = judge(store, a_pod(), reach=lambda namespace, name: TIMEOUT)
    assert (verdict.seconds, verdict.error) == (7, None)


def test_a_missing_service_fails_at_once(store):
    add(store, hook())
    verdict = judge(store, a_pod(), reach=lambda namespace, name: f'service "{name}" not found')
    assert verdict.seconds == 0
    assert verdict.error is not None and verdict.error.message.endswith(': service "server" not found')


def test_mutating_ones_wait_in_a_row_and_validating_ones_together(store):
    ignored: dict[str, Any] = {"failurePolicy": "Ignore"}
    add(store, hook("a.example.com", **ignored), hook("b.example.com", **ignored), key=MUTATING)
    add(store, hook("c.example.com", **ignored), hook("d.example.com", timeoutSeconds=9, **ignored))
    assert judge(store, a_pod(), reach=lambda namespace, name: TIMEOUT).seconds == 7 + 7 + 9


def test_the_first_mutating_failure_ends_it(store):
    add(store, hook("a.example.com"), hook("b.example.com"), key=MUTATING)
    add(store, hook("c.example.com"))
    verdict = judge(store, a_pod(), reach=lambda namespace, name: TIMEOUT)
    assert [outcome.webhook for outcome in verdict.outcomes] == ["a.example.com"]
    assert verdict.seconds == 7


@pytest.mark.parametrize(
    ("rule", "request_", "matches"),
    [
        ({}, {}, True),
        ({}, {"operation": "DELETE"}, False),
        ({"operations": ["*"]}, {"operation": "DELETE"}, True),
        ({"apiGroups": ["apps"]}, {}, False),
        ({"apiVersions": ["*"], "apiGroups": ["*"]}, {}, True),
        ({"scope": "Cluster"}, {}, False),
        ({"scope": "Namespaced"}, {}, True),
        ({}, {"subresource": "status"}, False),
        ({"resources": ["pods/*"]}, {"subresource": "status"}, True),
        ({"resources": ["pods/*"]}, {}, False),
        ({"resources": ["*"]}, {}, True),
        ({"resources": ["*"]}, {"subresource": "status"}, False),
        ({"resources": ["*/*"]}, {"subresource": "status"}, True),
        ({"resources": ["*/status"]}, {"subresource": "status"}, True),
    ],
)
def test_rules(store, rule, request_, matches):
    add(store, hook(rules=[{**PODS, **rule}]))
    assert bool(called(store, a_pod(**request_))) is matches


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({"namespaceSelector": {"matchLabels": {"team": "a"}}}, True),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, False),
        ({"objectSelector": {"matchLabels": {"app": "web"}}}, True),
        ({"objectSelector": {"matchLabels": {"app": "db"}}}, False),
    ],
)
def test_selectors(store, selector, matches):
    add(store, hook(**selector))
    assert bool(called(store, a_pod())) is matches


def test_a_namespace_is_selected_by_its_own_labels(store):
    add(store, hook(rules=[ALL], namespaceSelector={"matchLabels": {"team": "a"}}))
    new = {"metadata": {"name": "new", "labels": {"team": "b"}}}
    assert called(store, Request("CREATE", "", "v1", "namespaces", objects=(new,))) == []
    assert called(store, Request("CREATE", "", "v1", "nodes")) == ["hook.example.com"]


def test_webhook_configurations_are_never_looked_at(store):
    add(store, hook(rules=[ALL]))
    resource = "validatingwebhookconfigurations"
    assert called(store, Request("UPDATE", "admissionregistration.k8s.io", "v1", resource)) == []


def test_an_address_is_not_a_service(store):
    add(store, hook(clientConfig={"url": "https://127.0.0.1:9743/node"}))
    assert judge(store, a_pod(), reach=lambda namespace, name: TIMEOUT).error is None


def test_a_dry_run_that_would_have_side_effects(store):
    add(store, hook(sideEffects="Some"))
    error = judge(store, a_pod(dry_run=True), reach=lambda namespace, name: None).error
    assert error is not None
    assert (error.code, error.message) == (400, 'admission webhook "hook.example.com" does not support dry run')
