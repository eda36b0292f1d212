from __future__ import annotations

import pytest

from tests.simulator.ports import Change
from tests.simulator.store.definitions import CLEANUP, DEFINITIONS
from tests.simulator.store.errors import (
    AlreadyExists,
    ApiError,
    BadRequest,
    Conflict,
    Expired,
    Invalid,
    NotFound,
    NotServed,
)
from tests.unit.simulator.store.clusters import ACTOR, definition, named, new_store, ref, store_of_things

ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def test_create_completes_metadata():
    made = new_store().create("configmaps", named("a", data={"k": "v"}), actor=ACTOR)
    assert (made["apiVersion"], made["kind"]) == ("v1", "ConfigMap")
    assert made["metadata"]["creationTimestamp"] == "2026-01-31T12:00:00Z"
    assert len(made["metadata"]["uid"]) == 36
    assert int(made["metadata"]["resourceVersion"]) > 0
    assert "generation" not in made["metadata"]


def test_generated_name():
    made = new_store().create("configmaps", {"metadata": {"generateName": "x-", "namespace": "default"}}, actor=ACTOR)
    assert made["metadata"]["name"].startswith("x-")
    assert len(made["metadata"]["name"]) == 7


def test_same_seed_same_uids():
    first, second = (new_store(seed=3).create("configmaps", named("a"), actor=ACTOR) for _store in range(2))
    assert first["metadata"]["uid"] == second["metadata"]["uid"]


@pytest.mark.parametrize(
    ("key", "obj", "error", "message"),
    [
        ("configmaps", named("kept"), AlreadyExists, 'configmaps "kept" already exists'),
        ("configmaps", named("a", namespace="no"), NotFound, 'namespaces "no" not found'),
        ("things.example.com", ref(), NotServed, "the server could not find the requested resource"),
        ("configmaps", named("Bad_Name"), Invalid, "a lowercase RFC 1123 subdomain must consist of"),
        ("configmaps", named("a", labels={"k": "no spaces"}), Invalid, "a valid label must be an empty string"),
        ("configmaps", named("a", labels={"k": True}), BadRequest, "json: cannot unmarshal bool into Go struct field"),
        ("configmaps", {"metadata": {"namespace": "default"}}, Invalid, "name or generateName is required"),
        (
            "configmaps",
            {"metadata": {"name": "a", "namespace": "default", "ownerReferences": [{"kind": "A", "name": "a"}]}},
            Invalid,
            'metadata.ownerReferences.uid: Invalid value: "": uid must not be empty',
        ),
    ],
    ids=["exists", "no-namespace", "not-served", "bad-name", "bad-label", "label-no-string", "no-name", "owner"],
)
def test_refused_create(key, obj, error, message):
    store = new_store()
    store.create("configmaps", named("kept"), actor=ACTOR)
    with pytest.raises(error) as caught:
        store.create(key, obj, actor=ACTOR)
    assert message in caught.value.message


def test_a_replace_without_a_difference_is_no_write():
    store = new_store()
    made = store.create("configmaps", named("a", data={"k": "v"}), actor=ACTOR)
    assert store.replace("configmaps", made, actor=ACTOR) is made
    assert store.patch("configmaps", "a", {"data": {"k": "v"}}, namespace="default", actor=ACTOR) is made


def test_handed_out_objects_never_change():
    store = new_store()
    made = store.create("configmaps", named("a", data={"k": "v"}), actor=ACTOR)
    store.edit("configmaps", "a", lambda obj: obj["data"].update(k="w"), namespace="default", actor=ACTOR)
    assert made["data"] == {"k": "v"}
    assert store.get("configmaps", "a", namespace="default")["data"] == {"k": "w"}


def test_an_old_resource_version_is_a_conflict():
    store = new_store()
    made = store.create("configmaps", named("a"), actor=ACTOR)
    store.patch("configmaps", "a", {"data": {"k": "v"}}, namespace="default", actor=ACTOR)
    with pytest.raises(Conflict) as caught:
        store.replace("configmaps", {**made, "data": {"k": "w"}}, actor=ACTOR)
    assert caught.value.message == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to '
        "the latest version and try again"
    )
    with pytest.raises(Conflict):
        stale = {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}, "data": {"k": "w"}}
        store.patch("configmaps", "a", stale, namespace="default", actor=ACTOR)


def test_generation_with_a_status_subresource():
    store = store_of_things(ANYTHING, status=True)
    made = store.create("things.example.com", {**ref(size=1), "status": {"old": 1}}, actor=ACTOR)
    assert made["metadata"]["generation"] == 1
    patch = {"spec": {"size": 2}, "status": {"old": 2}}
    changed = store.patch("things.example.com", "a", patch, actor=ACTOR)
    assert (changed["metadata"]["generation"], changed["status"]) == (2, {"old": 1})
    changed = store.patch("things.example.com", "a", {"spec": {"size": 3}, "status": {"old": 3}}, actor=ACTOR,
                          subresource="status")  # fmt: skip
    assert (changed["metadata"]["generation"], changed["spec"], changed["status"]) == (2, {"size": 2}, {"old": 3})


def test_generation_without_a_status_subresource_counts_status_writes():
    store = store_of_things(ANYTHING)
    store.create("things.example.com", ref(size=1), actor=ACTOR)
    changed = store.patch("things.example.com", "a", {"status": {"x": 1}}, actor=ACTOR)
    assert (changed["metadata"]["generation"], changed["status"]) == (2, {"x": 1})
    labelled = store.patch("things.example.com", "a", {"metadata": {"labels": {"a": "b"}}}, actor=ACTOR)
    assert labelled["metadata"]["generation"] == 2


def test_finalizers_hold_a_deleted_object():
    store = new_store()
    obj = named("a")
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    store.create("configmaps", obj, actor=ACTOR)
    left = store.delete("configmaps", "a", namespace="default", actor=ACTOR)
    assert left is not None and left["metadata"]["deletionTimestamp"] == "2026-01-31T12:00:00Z"
    store.patch("configmaps", "a", {"metadata": {"finalizers": None}}, namespace="default", actor=ACTOR)
    assert store.find("configmaps", "a", namespace="default") is None


def test_namespace_terminates_until_it_is_finalized():
    store = new_store()
    left = store.delete("namespaces", "default", actor=ACTOR)
    assert left is not None and left["status"]["phase"] == "Terminating"
    with pytest.raises(ApiError) as caught:
        store.create("configmaps", named("a"), actor=ACTOR)
    assert caught.value.code == 403
    assert "because it is being terminated" in caught.value.message
    store.replace("namespaces", {**left, "spec": {"finalizers": []}}, actor=ACTOR, subresource="finalize")
    assert store.find("namespaces", "default") is None


def owned(name, owner, **more):
    obj = named(name)
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner["metadata"]["name"], **more}
    obj["metadata"]["ownerReferences"] = [{**reference, "uid": owner["metadata"]["uid"]}]
    return obj


def test_dependents_go_with_their_last_owner():
    store = new_store()
    owner = store.create("configmaps", named("owner"), actor=ACTOR)
    other = store.create("configmaps", named("other"), actor=ACTOR)
    child = owned("child", owner)
    child["metadata"]["ownerReferences"] += owned("x", other)["metadata"]["ownerReferences"]
    store.create("configmaps", child, actor=ACTOR)
    store.delete("configmaps", "owner", namespace="default", actor=ACTOR)
    left = store.get("configmaps", "child", namespace="default")["metadata"]["ownerReferences"]
    assert [reference["name"] for reference in left] == ["other"]
    store.delete("configmaps", "other", namespace="default", actor=ACTOR)
    assert store.find("configmaps", "child", namespace="default") is None


def test_orphans_lose_their_owner():
    store = new_store()
    owner = store.create("configmaps", named("owner"), actor=ACTOR)
    store.create("configmaps", owned("child", owner), actor=ACTOR)
    store.delete("configmaps", "owner", namespace="default", actor=ACTOR, propagation="Orphan")
    assert "ownerReferences" not in store.get("configmaps", "child", namespace="default")["metadata"]


def test_foreground_deletion_waits_for_blocking_dependents():
    store = new_store()
    owner = store.create("configmaps", named("owner"), actor=ACTOR)
    child = owned("child", owner, blockOwnerDeletion=True)
    child["metadata"]["finalizers"] = ["example.com/hold"]
    store.create("configmaps", child, actor=ACTOR)
    left = store.delete("configmaps", "owner", namespace="default", actor=ACTOR, propagation="Foreground")
    assert left is not None and left["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert "deletionTimestamp" in store.get("configmaps", "child", namespace="default")["metadata"]
    store.patch("configmaps", "child", {"metadata": {"finalizers": None}}, namespace="default", actor=ACTOR)
    assert store.find("configmaps", "owner", namespace="default") is None


def test_a_definition_is_served_at_once_and_takes_its_objects_with_it():
    store = new_store()
    seen: list[Change] = []
    crd = store.create(DEFINITIONS, definition(ANYTHING), actor=ACTOR)
    types = {condition["type"]: condition["status"] for condition in crd["status"]["conditions"]}
    assert types == {"NamesAccepted": "True", "Established": "True"}
    assert crd["metadata"]["finalizers"] == [CLEANUP]
    store.subscribe(seen.append, keys=["things.example.com"])
    store.create("things.example.com", ref(), actor=ACTOR)
    marked = store.delete(DEFINITIONS, "things.example.com", actor=ACTOR)
    assert marked is not None and "deletionTimestamp" in marked["metadata"]
    assert store.find(DEFINITIONS, "things.example.com") is None
    assert [change.type for change in seen] == ["ADDED", "DELETED"]
    assert store.resource("things.example.com") is None
    assert store.list("things.example.com") == []


def test_a_definition_waits_for_instances_with_finalizers():
    store = store_of_things(ANYTHING)
    held = ref()
    held["metadata"]["finalizers"] = ["example.com/hold"]
    store.create("things.example.com", held, actor=ACTOR)
    left = store.delete(DEFINITIONS, "things.example.com", actor=ACTOR)
    assert left is not None
    assert left["status"]["conditions"][-1]["type"] == "Terminating"
    store.patch("things.example.com", "a", {"metadata": {"finalizers": None}}, actor=ACTOR)
    assert store.find(DEFINITIONS, "things.example.com") is None


def test_changes_are_told_in_the_order_of_the_writes():
    store = new_store()
    seen: list[Change] = []
    stop = store.subscribe(seen.append)
    store.create("configmaps", named("a"), actor="me")
    store.patch("configmaps", "a", {"data": {"k": "v"}}, namespace="default", actor="you")
    store.delete("configmaps", "a", namespace="default", actor="me")
    stop()
    store.create("configmaps", named("b"), actor="me")
    assert [(change.type, change.actor) for change in seen] == [
        ("ADDED", "me"),
        ("MODIFIED", "you"),
        ("DELETED", "me"),
    ]
    versions = [int(change.object["metadata"]["resourceVersion"]) for change in seen]
    assert versions == sorted(set(versions))


def test_a_list_of_the_past_until_compaction():
    store = new_store()
    store.create("configmaps", named("a", data={"k": "v"}), actor=ACTOR)
    then = store.revision
    store.patch("configmaps", "a", {"data": {"k": "w"}}, namespace="default", actor=ACTOR)
    store.create("configmaps", named("b"), actor=ACTOR)
    assert [obj["data"] for obj in store.list_at("configmaps", then)] == [{"k": "v"}]
    store.compact()
    with pytest.raises(Expired):
        store.list_at("configmaps", then)
    with pytest.raises(Expired) as caught:
        store.history.since("configmaps", then)
    assert caught.value.message == f"too old resource version: {then} ({store.revision})"


def test_history_forgets_what_is_beyond_its_size():
    store = new_store(history=2)
    for name in "abcd":
        store.create("configmaps", named(name), actor=ACTOR)
    assert len(store.history.since("configmaps", store.revision - 2)) == 2
    with pytest.raises(Expired):
        store.history.since("configmaps", store.revision - 3)


def test_lists_are_sorted_and_selected():
    store = new_store()
    store.create("namespaces", {"metadata": {"name": "aaa"}}, actor=ACTOR)
    store.create("pods", named("z", namespace="aaa", spec={"nodeName": "n1"}), actor=ACTOR)
    store.create("pods", named("b", labels={"app": "x"}, spec={"nodeName": "n2"}), actor=ACTOR)
    store.create("pods", named("a", labels={"app": "y"}, spec={"nodeName": "n1"}), actor=ACTOR)
    assert [pod["metadata"]["name"] for pod in store.list("pods")] == ["z", "a", "b"]
    assert [pod["metadata"]["name"] for pod in store.list("pods", namespace="default")] == ["a", "b"]
    assert [pod["metadata"]["name"] for pod in store.list("pods", labels="app in (x,q)")] == ["b"]
    assert [pod["metadata"]["name"] for pod in store.list("pods", fields="spec.nodeName=n1")] == ["z", "a"]
    with pytest.raises(BadRequest) as caught:
        store.list("pods", fields="spec.color=red")
    assert caught.value.message == "field label not supported: spec.color"


def test_dry_run_leaves_no_trace():
    store = new_store()
    store.create("configmaps", named("a"), actor=ACTOR)
    before = store.revision
    store.create("configmaps", named("b"), actor=ACTOR, dry_run=True)
    changed = store.patch("configmaps", "a", {"data": {"k": "v"}}, namespace="default", actor=ACTOR, dry_run=True)
    store.delete("configmaps", "a", namespace="default", actor=ACTOR, dry_run=True)
    assert changed["data"] == {"k": "v"}
    assert store.revision == before
    assert "data" not in store.get("configmaps", "a", namespace="default")
