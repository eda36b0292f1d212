from __future__ import annotations

import pytest

from tests.simulator.api.strategic import strategic
from tests.simulator.store.errors import BadRequest

POD = {
    "metadata": {"finalizers": ["a", "b"]},
    "spec": {
        "containers": [
            {"name": "one", "image": "x", "ports": [{"containerPort": 80, "name": "http"}]},
            {"name": "two", "image": "y"},
        ],
        "tolerations": [{"key": "old"}],
    },
}


@pytest.mark.parametrize(
    ("patch", "path", "expected"),
    [
        ({"spec": {"containers": [{"name": "two", "image": "z"}]}}, ("spec", "containers", 1, "image"), "z"),
        ({"spec": {"containers": [{"name": "three"}]}}, ("spec", "containers", 2, "name"), "three"),
        ({"spec": {"containers": [{"name": "one", "$patch": "delete"}]}}, ("spec", "containers", 0, "name"), "two"),
        ({"spec": {"containers": [{"$patch": "replace"}, {"name": "new"}]}}, ("spec", "containers"), [{"name": "new"}]),
        (
            {"spec": {"containers": [{"name": "one", "ports": [{"containerPort": 81}]}]}},
            ("spec", "containers", 0, "ports"),
            [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
        ),
        ({"spec": {"tolerations": [{"key": "new"}]}}, ("spec", "tolerations"), [{"key": "new"}]),
        ({"metadata": {"finalizers": ["c"]}}, ("metadata", "finalizers"), ["a", "b", "c"]),
        ({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, ("metadata", "finalizers"), ["b"]),
        ({"metadata": {"$patch": "replace", "labels": {"k": "v"}}}, ("metadata",), {"labels": {"k": "v"}}),
        (
            {
                "spec": {
                    "$setElementOrder/containers": [{"name": "two"}, {"name": "one"}],
                    "containers": [{"name": "one", "image": "z"}],
                }
            },
            ("spec", "containers", 0, "name"),
            "two",
        ),
        ({"spec": {"$retainKeys": ["containers"], "x": 1}}, ("spec", "x"), 1),
    ],
    ids=[
        "merge-item", "add-item", "delete-item", "replace-list", "nested-list", "atomic-list", "set", "delete-from-set",
        "replace-map", "order", "retain-keys",
    ],
)  # fmt: skip
def test_patches(patch, path, expected):
    value = strategic(POD, patch)
    for step in path:
        value = value[step]
    assert value == expected


def test_null_removes_and_the_target_stays_as_it_was():
    before = str(POD)
    assert "tolerations" not in strategic(POD, {"spec": {"tolerations": None}})["spec"]
    assert str(POD) == before


def test_items_need_their_key():
    with pytest.raises(BadRequest, match="does not contain declared merge key: name"):
        strategic(POD, {"spec": {"containers": [{"image": "z"}]}})
