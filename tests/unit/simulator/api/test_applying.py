from __future__ import annotations

import pytest

from tests.simulator.api.applying import Applier
from tests.simulator.api.calls import Call, target_of
from tests.simulator.credentials import ADMIN
from tests.simulator.store.errors import ApiError, Invalid
from tests.unit.simulator.store.clusters import ACTOR, named, new_store

PATH = "/api/v1/namespaces/default/configmaps/a"


def apply(store, manager, data, *, force=False, **metadata):
    call = Call(ADMIN, target_of("PATCH", PATH, {}), {"fieldManager": manager, "force": "true" if force else "false"})
    configuration = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", **metadata}, "data": data}
    return Applier(store).apply(call, store.resource("configmaps"), configuration, dry_run=False)


def owners(obj):
    return {entry["manager"]: sorted(entry["fieldsV1"].get("f:data", {})) for entry in obj["metadata"]["managedFields"]}


def test_the_first_apply_creates():
    made, code = apply(new_store(), "me", {"k": "v"})
    assert (code, made["data"], owners(made)) == (201, {"k": "v"}, {"me": ["f:k"]})


def test_applying_the_same_again_is_no_write():
    store = new_store()
    made, _code = apply(store, "me", {"k": "v"})
    again, code = apply(store, "me", {"k": "v"})
    assert code == 200 and again is made


def test_what_is_no_longer_applied_goes():
    store = new_store()
    apply(store, "me", {"k": "v", "l": "w"})
    changed, _code = apply(store, "me", {"k": "v"})
    assert changed["data"] == {"k": "v"}


def test_what_another_manager_applies_stays():
    store = new_store()
    apply(store, "me", {"k": "v", "l": "w"})
    apply(store, "you", {"l": "w"})
    changed, _code = apply(store, "me", {"k": "v"})
    assert changed["data"] == {"k": "v", "l": "w"}
    assert owners(changed) == {"you": ["f:l"], "me": ["f:k"]}


def test_a_conflict_names_the_other_manager():
    store = new_store()
    apply(store, "me", {"k": "v"})
    with pytest.raises(ApiError) as caught:
        apply(store, "you", {"k": "w"})
    assert (caught.value.code, caught.value.reason) == (409, "Conflict")
    assert caught.value.message == 'Apply failed with 1 conflict: conflict with "me": .data.k'
    changed, _code = apply(store, "you", {"k": "w"}, force=True)
    assert changed["data"] == {"k": "w"}
    assert owners(changed) == {"you": ["f:k"]}


def test_what_was_there_before_belongs_to_somebody():
    store = new_store()
    store.create("configmaps", named("a", data={"k": "v"}), actor=ACTOR)
    with pytest.raises(ApiError, match='conflict with "before-first-apply" using v1'):
        apply(store, "me", {"k": "w"})
    changed, _code = apply(store, "me", {"k": "v", "l": "w"})
    assert changed["data"] == {"k": "v", "l": "w"}


def test_an_update_takes_ownership():
    store = new_store()
    made, _code = apply(store, "me", {"k": "v", "l": "w"})
    call = Call(ADMIN, target_of("PUT", PATH, {}), {}, user_agent="kubectl/v1.27")
    resource = store.resource("configmaps")
    assert resource is not None
    new = Applier(store).after_update(call, resource, {**made, "data": {"k": "x", "l": "w"}})
    assert owners(new) == {"me": ["f:l"], "kubectl": ["f:k"]}


def test_a_manager_is_required():
    with pytest.raises(Invalid, match="fieldManager: Required value: is required for apply patch"):
        apply(new_store(), "", {})


def test_list_items_are_owned_one_by_one():
    store = new_store()
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "1"}
    other = {**reference, "uid": "2"}
    apply(store, "me", {}, ownerReferences=[reference])
    changed, _code = apply(store, "you", {}, ownerReferences=[other])
    assert [item["uid"] for item in changed["metadata"]["ownerReferences"]] == ["1", "2"]
    changed, _code = apply(store, "me", {})
    assert [item["uid"] for item in changed["metadata"]["ownerReferences"]] == ["2"]
