from __future__ import annotations

import pytest

from tests.simulator.store.errors import Invalid
from tests.simulator.store.rules import program
from tests.simulator.store.schemas import Schema
from tests.unit.simulator.store.clusters import ACTOR, definition, new_store, ref, store_of_things

SPEC = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "size": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 10},
        "mode": {"type": "string", "enum": ["Live", "Offline", ""]},
        "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "at": {"type": "string", "format": "date-time"},
        "nothing": {"type": "string", "nullable": True},
        "features": {
            "type": "object",
            "properties": {"egress": {"type": "boolean", "default": True}},
        },
        "level": {"type": "string", "default": "Normal"},
        "raw": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "conditions": {
            "type": "array",
            "maxItems": 2,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
            "items": {"type": "object", "properties": {"type": {"type": "string"}, "n": {"type": "integer"}}},
        },
    },
}


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"name": 1}, 'spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"'),
        ({}, "spec.name: Required value"),
        ({"name": "A"}, "spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'"),
        ({"name": "abcdef"}, "spec.name: Too long: may not be longer than 5"),
        (
            {"name": "a", "size": 0},
            "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
        ),
        (
            {"name": "a", "size": 11},
            "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10",
        ),
        (
            {"name": "a", "size": 1.5},
            'spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"',
        ),
        ({"name": "a", "mode": "x"}, 'spec.mode: Unsupported value: "x": supported values: "Live", "Offline", ""'),
        (
            {"name": "a", "port": True},
            'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
        ),
        (
            {"name": "a", "at": "noon"},
            'spec.at: Invalid value: "noon": spec.at in body must be of type date-time: "noon"',
        ),
        (
            {"name": "a", "labels": {"k": 1}},
            'spec.labels.k: Invalid value: "integer": spec.labels.k in body must be of type string: "integer"',
        ),
        (
            {"name": "a", "conditions": [{"type": "A"}, {"type": "A"}]},
            'spec.conditions[1]: Duplicate value: map[string]interface {}{"type":"A"}',
        ),
        (
            {"name": "a", "conditions": [{"type": "A"}, {"type": "B"}, {"type": "C"}]},
            "spec.conditions: Too many: 3: must have at most 2 items",
        ),
    ],
    ids=lambda value: next(reversed(value), "none") if isinstance(value, dict) else "",
)
def test_violations_in_the_words_of_the_api_server(spec, told):
    store = store_of_things(SPEC)
    with pytest.raises(Invalid) as caught:
        store.create("things.example.com", ref(**spec), actor=ACTOR)
    assert caught.value.message == f'Thing.example.com "a" is invalid: {told}'
    assert caught.value.code == 422
    assert caught.value.status()["details"]["kind"] == "Thing"


def test_several_violations_are_listed():
    store = store_of_things(SPEC)
    with pytest.raises(Invalid) as caught:
        store.create("things.example.com", ref(size=0), actor=ACTOR)
    assert caught.value.message.startswith('Thing.example.com "a" is invalid: [spec.name: Required value, spec.size:')
    assert [cause.field for cause in caught.value.causes] == ["spec.name", "spec.size"]


def test_valid_values_pass():
    spec = {"name": "a", "port": "80%", "nothing": None, "size": 3, "mode": "", "at": "2026-01-31T00:00:00Z"}
    made = store_of_things(SPEC).create("things.example.com", ref(**spec), actor=ACTOR)
    assert made["spec"] == {**spec, "level": "Normal"}


def test_unknown_fields_are_pruned_and_named():
    schema = Schema({"type": "object", "properties": {"spec": SPEC}})
    obj = {
        "metadata": {"name": "a"},
        "spec": {"name": "a", "color": 1, "raw": {"kept": 1}, "conditions": [{"type": "A", "x": 1}]},
        "extra": True,
    }
    kept, unknown = schema.pruned(obj)
    assert kept == {
        "metadata": {"name": "a"},
        "spec": {"name": "a", "raw": {"kept": 1}, "conditions": [{"type": "A"}]},
    }
    assert unknown == ["spec.color", "spec.conditions[0].x", "extra"]


def test_pruning_shares_what_is_clean():
    schema = Schema({"type": "object", "properties": {"spec": SPEC}})
    obj = {"spec": {"name": "a", "raw": {"x": 1}}}
    assert schema.pruned(obj)[0] is obj


def test_defaults_apply_only_where_their_parent_is():
    made = store_of_things(SPEC).create("things.example.com", ref(name="a", features={}), actor=ACTOR)
    assert made["spec"]["features"] == {"egress": True}
    other = store_of_things(SPEC).create("things.example.com", ref(name="a"), actor=ACTOR)
    assert "features" not in other["spec"]


RULES = {
    "type": "object",
    "properties": {
        "migration": {
            "type": "object",
            "properties": {
                "networkType": {"type": "string"},
                "mode": {"type": "string"},
                "mtu": {"type": "object", "properties": {"to": {"type": "integer"}}},
            },
            "x-kubernetes-validations": [
                {
                    "rule": "!has(self.mtu) || !has(self.networkType) || self.networkType == '' "
                    "|| has(self.mode) && self.mode == 'Live'",
                    "message": "networkType migration in mode other than 'Live' may not be configured with mtu",
                }
            ],
        },
        "fixed": {
            "type": "string",
            "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "fixed is immutable"}],
        },
        "subnet": {
            "type": "string",
            "x-kubernetes-validations": [
                {"rule": "self.split('/').size() == 2 && int(self.split('/')[1]) <= 30", "message": "subnet too small"}
            ],
        },
    },
}


def test_rules_judge_the_object():
    store = store_of_things(RULES)
    store.create("things.example.com", ref(migration={"networkType": "T"}), actor=ACTOR)
    with pytest.raises(Invalid) as caught:
        store.patch("things.example.com", "a", {"spec": {"migration": {"mtu": {"to": 1}}}}, actor=ACTOR)
    assert caught.value.message == (
        'Thing.example.com "a" is invalid: spec.migration: Invalid value: "object": networkType migration in mode '
        "other than 'Live' may not be configured with mtu"
    )
    patch = {"spec": {"migration": {"mtu": {"to": 1}, "mode": "Live"}}}
    assert store.patch("things.example.com", "a", patch, actor=ACTOR)["spec"]["migration"]["mode"] == "Live"


def test_transition_rules_need_an_old_value():
    store = store_of_things(RULES)
    store.create("things.example.com", ref(fixed="x"), actor=ACTOR)
    with pytest.raises(Invalid, match="fixed is immutable"):
        store.patch("things.example.com", "a", {"spec": {"fixed": "y"}}, actor=ACTOR)
    store.patch("things.example.com", "a", {"spec": {"fixed": None}}, actor=ACTOR)
    assert store.patch("things.example.com", "a", {"spec": {"fixed": "y"}}, actor=ACTOR)["spec"] == {"fixed": "y"}


@pytest.mark.parametrize(("subnet", "fits"), [("10.0.0.0/14", True), ("10.0.0.0/31", False)], ids=["ok", "small"])
def test_string_functions_in_rules(subnet, fits):
    store = store_of_things(RULES)
    if fits:
        store.create("things.example.com", ref(subnet=subnet), actor=ACTOR)
        return
    with pytest.raises(Invalid, match="subnet too small"):
        store.create("things.example.com", ref(subnet=subnet), actor=ACTOR)


def test_a_broken_rule_is_refused_with_its_definition():
    broken = {"type": "object", "x-kubernetes-validations": [{"rule": "self.a ==", "message": "m"}]}
    with pytest.raises(Invalid, match="compilation failed: cannot compile the rule"):
        new_store().create(
            "customresourcedefinitions.apiextensions.k8s.io", definition(broken), actor=ACTOR, checked=True
        )


def test_rules_are_compiled_once():
    assert program("self.x == 1") is program("self.x == 1")
