"""What becomes of a unit that a user's MachineConfig names, too."""

from __future__ import annotations

from typing import Any

from tests.simulator.behaviours.mco.machine_configs import OVS_CONFIGURATION, merged, network_type_of, templates
from tests.simulator.profiles import profile_for
from tests.unit.simulator.behaviours.scenes import CLUSTER_OPERATORS, OVN, Scene

DROPIN = {"name": "10-mine.conf", "contents": "[Service]\nEnvironment=A=b\n"}


def config(name: str, *units: dict[str, Any]) -> dict[str, Any]:
    spec = {"config": {"ignition": {"version": "3.4.0"}, "systemd": {"units": list(units)}}}
    return {"metadata": {"name": name}, "spec": spec}


def rendered(*more: dict[str, Any]) -> dict[str, Any]:
    made = templates("worker", network_type=OVN, proxy={}, profile=profile_for("4.14"))
    ours = [{"metadata": {"name": name}, "spec": spec} for name, spec in made.items()]
    return {"spec": merged([*ours, *more])}


def unit_of(whole: dict[str, Any]) -> dict[str, Any]:
    units = whole["spec"]["config"]["systemd"]["units"]
    return next(unit for unit in units if unit["name"] == OVS_CONFIGURATION)


def test_a_dropin_leaves_the_unit_alone() -> None:
    whole = rendered(config("99-mine", {"name": OVS_CONFIGURATION, "dropins": [DROPIN]}))
    assert network_type_of(whole) == OVN
    assert unit_of(whole) == {**unit_of(rendered()), "dropins": [DROPIN]}


def test_dropins_are_merged_by_name() -> None:
    later = {**DROPIN, "contents": "[Service]\n"}
    other = {"name": "20-other.conf", "contents": ""}
    whole = rendered(
        config("98-a", {"name": OVS_CONFIGURATION, "dropins": [DROPIN, other]}),
        config("99-b", {"name": OVS_CONFIGURATION, "dropins": [later]}),
    )
    assert unit_of(whole)["dropins"] == [later, other]


def test_contents_replace_contents() -> None:
    mine = {"name": OVS_CONFIGURATION, "contents": "[Service]\nExecStart=/bin/true\n", "enabled": True}
    assert network_type_of(rendered(config("99-mine", mine))) == ""


def test_machine_config_never_says_progressing_while_pools_roll() -> None:
    """Only an update of the operator itself is progress (machine-config-operator, pkg/operator/status.go)."""
    scene = Scene("4.14", masters=1, workers=1)
    scene.prepare(OVN)
    told = [
        entry["status"]
        for _at, change in scene.changes
        if change.key == CLUSTER_OPERATORS and change.object["metadata"]["name"] == "machine-config"
        for entry in change.object["status"]["conditions"]
        if entry["type"] == "Progressing"
    ]
    assert set(told) == {"False"}
