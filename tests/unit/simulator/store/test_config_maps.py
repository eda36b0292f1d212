from __future__ import annotations

import pytest

from tests.simulator.store.errors import Invalid
from tests.unit.simulator.store.clusters import ACTOR, named, new_store

SEALED = "field is immutable when `immutable` is set"


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        pytest.param({"data": {"a": "2"}}, f"data: Forbidden: {SEALED}", id="changed"),
        pytest.param({"data": {"a": None}}, f"data: Forbidden: {SEALED}", id="emptied"),
        pytest.param({"immutable": None}, f"immutable: Forbidden: {SEALED}", id="unsealed"),
        pytest.param({"binaryData": {"b": "eA=="}}, f"binaryData: Forbidden: {SEALED}", id="added"),
    ],
)
def test_a_sealed_configmap_cannot_be_changed(patch, words):
    store = new_store()
    store.create("configmaps", named("a", data={"a": "1"}, immutable=True), actor=ACTOR)
    with pytest.raises(Invalid) as raised:
        store.patch("configmaps", "a", patch, namespace="default", actor=ACTOR, checked=True)
    assert words in raised.value.message


def test_its_labels_can_be_changed_and_an_open_one_be_sealed():
    store = new_store()
    store.create("configmaps", named("a", data={"a": "1"}), actor=ACTOR)
    sealed = store.patch("configmaps", "a", {"immutable": True, "data": {"a": "2"}}, namespace="default", actor=ACTOR)
    assert sealed["data"] == {"a": "2"}
    labelled = store.patch("configmaps", "a", {"metadata": {"labels": {"l": "1"}}}, namespace="default", actor=ACTOR)
    assert labelled["metadata"]["labels"] == {"l": "1"}


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        pytest.param({"a": "x" * 1024 * 1024}, True, id="just-enough"),
        pytest.param({"a": "x" * 1024 * 1024, "b": "y"}, False, id="one-byte-more"),
        pytest.param({"a": "é" * 524289}, False, id="bytes-not-characters"),
    ],
)
def test_how_much_a_configmap_holds(data, fits):
    store = new_store()
    if fits:
        store.create("configmaps", named("a", data=data), actor=ACTOR, checked=True)
        return
    with pytest.raises(Invalid) as raised:
        store.create("configmaps", named("a", data=data), actor=ACTOR, checked=True)
    assert 'ConfigMap "a" is invalid: []: Too long: must have at most 1048576 bytes' in raised.value.message
