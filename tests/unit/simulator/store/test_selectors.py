from __future__ import annotations

import pytest

from tests.simulator.store.errors import BadRequest
from tests.simulator.store.jsonpaths import JsonPathError, compile_path
from tests.simulator.store.selectors import fields_predicate, label_test, object_selector

LABELS = {"app": "web", "tier": "front", "node-role.kubernetes.io/worker": ""}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app=web,tier=back", False),
        ("app!=web", False),
        ("missing!=x", True),
        ("app in (web, db)", True),
        ("app notin (db)", True),
        ("app notin (web,db),tier", False),
        ("missing notin (x)", True),
        ("node-role.kubernetes.io/worker", True),
        ("node-role.kubernetes.io/worker=", True),
        ("!missing", True),
        ("!app", False),
        ("app in (web),!missing,tier!=back", True),
        ({"app": "web"}, True),
        ({"app": "db"}, False),
    ],
    ids=str,
)
def test_label_selectors(selector, matches):
    assert label_test(selector)(LABELS) is matches


def test_nonsense_is_refused():
    with pytest.raises(BadRequest, match="unable to parse requirement"):
        label_test("a=b=c")


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["db"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["db"]}]}, True),
        ({"matchExpressions": [{"key": "x", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}, True),
    ],
    ids=["none", "empty", "labels", "in", "not-in", "exists", "does-not-exist"],
)
def test_selector_objects(selector, matches):
    assert object_selector(selector)(LABELS) is matches


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("metadata.name=a", True),
        ("spec.nodeName!=n2,metadata.namespace=ns", True),
        ("spec.unschedulable=true", True),
        ("status.phase=Running", False),
        ("status.phase=", True),
    ],
    ids=str,
)
def test_field_selectors(selector, matches):
    obj = {"metadata": {"name": "a", "namespace": "ns"}, "spec": {"nodeName": "n1", "unschedulable": True}}
    selectable = ("spec.nodeName", "spec.unschedulable", "status.phase")
    assert fields_predicate(selector, selectable=selectable)(obj) is matches


OBJECT = {
    "spec": {"a": 1, "c.d": 2, "list": [{"n": 1}, {"n": 2}]},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.a", [1]),
        ("{.spec.a}", [1]),
        (".spec['c.d']", [2]),
        (r".spec.c\.d", [2]),
        (".spec.list[0].n", [1]),
        (".spec.list[-1].n", [2]),
        (".spec.list[*].n", [1, 2]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type!='Ready')].status", ["False"]),
        (".spec.missing.deep", []),
        (".spec.list[7]", []),
    ],
)
def test_json_paths(path, found):
    assert compile_path(path)(OBJECT) == found


def test_an_unsupported_path_is_an_error():
    with pytest.raises(JsonPathError):
        compile_path(".spec[")
