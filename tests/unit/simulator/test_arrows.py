"""The arrows between the simulator's rooms point one way; see docs/simulator.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.unit.imports import ROOT, Import, files, imports, module_imports, short

PACKAGE = "tests.simulator"
FOLDER = ROOT / "tests" / "simulator"
FILES = [path for path in files(FOLDER) if path != FOLDER / "__init__.py"]

_SHARED = {"clock", "faults", "ports"}
_WINGS = {"behaviours", "behaviours.hosts", "behaviours.workloads"}
_OPERATORS = {*_WINGS, "behaviours.nodes", "behaviours.components"}

#: what a room may import of the other rooms; a room is a package, or a module outside of them, and a package's rooms
#: within are rooms of their own
ARROWS: Mapping[str, set[str]] = {
    # words and tools
    "builds": set(),
    "certificates": set(),
    "clock": set(),
    "durations": set(),
    "faults": set(),
    "group_priorities": set(),
    "options": set(),
    "ports": set(),
    "profiles": {"builds"},
    "yaml_files": set(),
    "topology": {"options"},
    "credentials": {"certificates", "ports"},
    "listener": {"ports"},
    "process": {"options"},
    "drawing": {"builds", "options"},
    # what is there
    "store": {"ports"},
    "manifests": {"ports", "profiles", "topology", "yaml_files"},
    "seed": {"group_priorities", "manifests", "options", "ports", "profiles", "store", "topology", "yaml_files"},
    "record": {"clock", "ports"},
    # what happens
    "behaviours": {*_SHARED, "durations", "options", "profiles", "record", "store"},
    "behaviours.hosts": {*_SHARED, "behaviours", "record", "seed", "topology"},
    "behaviours.workloads": {"behaviours", "ports", "store"},
    "behaviours.platform": {*_SHARED, *_WINGS, "certificates", "manifests", "seed", "store", "topology"},
    "behaviours.nodes": {*_WINGS, "behaviours.platform", "clock", "ports", "seed", "topology"},
    "behaviours.components": {*_WINGS, "behaviours.nodes", "behaviours.platform", "ports"},
    "behaviours.cno": {*_SHARED, *(_OPERATORS - {"behaviours.hosts", "behaviours.nodes"})}
    | {"manifests", "profiles", "seed", "topology"},
    "behaviours.mco": {*_SHARED, *_OPERATORS, "profiles"},
    "behaviours.machine_api": {*(_OPERATORS - {"behaviours.nodes"}), "behaviours.mco", "clock", "ports"},
    "behaviours.shell": {*_WINGS, "behaviours.platform", "ports", "store", "topology"},
    "cluster": {*_SHARED, *_OPERATORS, "behaviours.platform", "behaviours.cno", "behaviours.mco"}
    | {"behaviours.machine_api", "behaviours.shell", "durations", "options", "profiles", "record", "seed", "store"}
    | {"topology"},
    # who serves it
    "api": {"credentials", "faults", "group_priorities", "ports", "record", "store"},
    "control": {"faults", "ports", "record"},
    "ssh": {"behaviours.hosts", "faults", "ports", "record", "topology"},
    "server": {"api", "control", "credentials", "listener", "options", "profiles", "record", "ssh"},
    "__main__": {"cluster", "drawing", "faults", "options", "server"},
}
#: packages that are no room of their own: they speak the words of the room that holds them, and it calls them
PARTS = frozenset({"store.builtin"})


def room_of(name: str) -> str:
    """The innermost room of what an import names, ``clock`` for ``tests.simulator.clock.Clock``; empty for none."""
    parts = name.removeprefix(f"{PACKAGE}.").split(".")
    return next((room for end in range(len(parts), 0, -1) if (room := ".".join(parts[:end])) in ARROWS), "")


def module_of(file: str) -> str:
    """``tests.simulator.store.objects`` for its file; a package is called as it is."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def crossings(found: Iterable[Import]) -> list[tuple[Import, str, str]]:
    """The imports that leave a room of the simulator for another, with both rooms."""
    ours = ((one, room_of(module_of(one.file)), room_of(one.name)) for one in found if one.within(PACKAGE))
    return [(one, own, target) for one, own, target in ours if own != target]


def stray(found: Iterable[Import]) -> list[str]:
    """Imports against the arrows. What a room imports from itself is its own affair."""
    return [str(one) for one, own, target in crossings(found) if target not in ARROWS.get(own, set())]


@pytest.mark.parametrize("path", FILES, ids=short)
def test_imports_follow_the_arrows(path: Path) -> None:
    assert stray(module_imports(path)) == []


def test_no_arrow_runs_back() -> None:
    tuple(TopologicalSorter(ARROWS).static_order())


def test_no_modules_import_each_other() -> None:
    modules = {module_of(short(path)): path for path in FILES}
    graph = {
        name: {target for one in module_imports(path) if (target := module_named(one.name, modules))} - {name}
        for name, path in modules.items()
    }
    tuple(TopologicalSorter(graph).static_order())


def module_named(name: str, modules: Iterable[str]) -> str:
    """The module that an import of ``name`` reads: the name itself, or the module that holds it."""
    known = set(modules)
    return next((found for found in (name, name.rpartition(".")[0]) if found in known), "")


def test_every_package_is_a_room_and_every_room_is_there() -> None:
    modules = [module_of(short(path)).removeprefix(f"{PACKAGE}.") for path in FILES]
    packages = {module for path, module in zip(FILES, modules, strict=True) if path.name == "__init__.py"}
    assert packages == set(ARROWS) & packages | PARTS
    assert {module for module in modules if room_of(f"{PACKAGE}.{module}") == ""} == set()
    assert set(ARROWS) <= set(modules)


def test_every_arrow_is_used() -> None:
    used = {(own, target) for path in FILES for _one, own, target in crossings(module_imports(path))}
    assert {(own, target) for own, targets in ARROWS.items() for target in targets} - used == set()


@pytest.mark.parametrize(
    ("file", "source"),
    [
        pytest.param("manifests/workload.py", "from tests.simulator.seed import builtin_resources", id="up"),
        pytest.param("record/requests.py", "from ..api.calls import Call", id="relative"),
        pytest.param("store/objects.py", "from tests.simulator import behaviours", id="the room itself"),
        pytest.param("store/objects.py", "def f():\n    import tests.simulator.api.calls", id="in a function"),
        pytest.param("behaviours/loop.py", "from .cno.operator import NetworkOperator", id="to a wing"),
        pytest.param("behaviours/hosts/machines.py", "from ..nodes.kubelet import Kubelets", id="wing to wing"),
        pytest.param("seed/networks.py", "from tests.simulator.cluster import SimulatedCluster", id="to a module"),
        pytest.param("ports.py", "from tests.simulator.no_room import anything", id="to no room"),
    ],
)
def test_a_wrong_arrow_is_seen(file: str, source: str) -> None:
    package = ".".join([PACKAGE, *file.split("/")[:-1]])
    assert stray(imports(source, file=f"tests/simulator/{file}", package=package))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        pytest.param("seed/networks.py", "from tests.simulator.manifests import sdn_crds", id="down"),
        pytest.param("seed/networks.py", "from tests.simulator.seed.nodes import seed_nodes", id="in the room"),
        pytest.param("behaviours/hosts/machines.py", "from ..loop import Loop", id="wing to hall"),
    ],
)
def test_a_right_arrow_passes(file: str, source: str) -> None:
    package = ".".join([PACKAGE, *file.split("/")[:-1]])
    assert stray(imports(source, file=f"tests/simulator/{file}", package=package)) == []
