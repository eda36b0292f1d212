"""The arrows between the rooms point one way; see CONTRIBUTING.md."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.unit.imports import ROOT, Import, files, imports, module_imports, short

PLUGINS = ROOT / "plugins"
PACKAGE = "ansible_collections.ocp_day2.ovn_migration"
ROOMS = f"{PACKAGE}.plugins.module_utils"

#: what a room may import of the other rooms
ARROWS = {
    "_domain": set(),
    "_cluster": {"_domain"},
    "_flows": {"_cluster", "_domain"},
    "_ansible": {"_flows", "_cluster", "_domain"},
    "modules": {"_ansible", "_flows", "_cluster", "_domain"},
    "action": {"_domain"},
}

#: what a wing of a floor may import of the other wings; a file that belongs to no wing stands under its own name
WINGS: dict[str, dict[str, set[str]]] = {
    "_flows": {
        "waiting": set(),
        "outcome": {"waiting"},
        "rights": set(),
        "records": {"outcome", "waiting"},
        "borrowing": {"outcome", "records", "rights", "waiting"},
        "reboot": {"outcome", "records", "rights", "waiting"},
        "pools": {"borrowing", "outcome", "records", "waiting"},
        "health": {"outcome", "reboot", "waiting"},
        "migration": {"borrowing", "outcome", "pools", "records", "rights", "waiting"},
        "backup": {"borrowing", "health", "migration", "outcome", "records", "reboot", "waiting"},
        "preflight": {"health", "migration", "outcome", "reboot", "records", "rights", "waiting"},
    },
    "_domain": {
        "verdicts": set(),
        "conditions": set(),
        "durations": set(),
        "labels": set(),
        "moments": set(),
        "printable": set(),
        "namespaces": set(),
        "networks": set(),
        "rights": set(),
        "rules": set(),
        "versions": set(),
        "errors": {"verdicts"},
        "names": {"errors"},
        "nodes": {"conditions", "verdicts"},
        "records": {"moments", "networks", "nodes"},
        "borrowing": {"nodes", "records"},
        "health": {"conditions", "labels", "moments", "verdicts"},
        "reboot": {"health", "nodes", "verdicts"},
        "pools": {"conditions", "labels", "nodes", "verdicts"},
        "migration": {"networks", "nodes", "records", "verdicts", "versions"},
        "backup": {"health", "moments", "networks", "nodes", "records", "verdicts", "versions"},
        "preflight": {"backup", "borrowing", "conditions", "health", "labels", "migration", "namespaces", "networks"}
        | {"nodes", "pools", "records", "reboot", "rights", "verdicts", "versions"},
        "variables": {"borrowing", "migration", "preflight", "reboot", "verdicts"},
    },
}

#: what a decision may be made of; no clock, no file, no network
PURE = frozenset(
    {
        "__future__",
        "ast",
        "base64",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "difflib",
        "enum",
        "functools",
        "hashlib",
    }
    | {"ipaddress", "itertools", "json", "math", "operator", "re", "shlex", "string", "textwrap", "typing"}
)

#: what only some files may import: package to the files, or the rooms, that may
GUARDED = {
    "ansible": ("module_utils/_ansible/", "modules/", "action/"),
    "kubernetes": tuple(f"module_utils/_cluster/{name}.py" for name in ("dynamic", "kubeconfig", "kubernetes")),
    "ansible_collections.kubernetes.core": ("module_utils/_cluster/connection.py",),
    "openshift": (),
    "time": ("module_utils/_flows/waiting/clock.py",),
}

#: what a dotted read, such as datetime.now(), would bring in through an allowed import
CLOCK_READS = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter"})


def plugin_imports(path: Path) -> list[Import]:
    relative = path.relative_to(PLUGINS)
    package = ".".join([PACKAGE, "plugins", *relative.parent.parts])
    return list(imports(path.read_text(encoding="utf-8"), file=relative.as_posix(), package=package))


def room_of(file: str) -> str:
    parts = file.split("/")
    return parts[1] if parts[0] == "module_utils" else parts[0]


def stray_rooms(found: list[Import]) -> list[str]:
    """Imports of our own rooms that go against an arrow."""
    stray = []
    for one in found:
        if one.within(PACKAGE):
            target = one.name.removeprefix(f"{ROOMS}.").split(".")[0] if one.within(ROOMS) else one.name
            own = room_of(one.file)
            if target != own and target not in ARROWS.get(own, set()):
                stray.append(str(one))
    return stray


def stray_wings(found: list[Import]) -> list[str]:
    """Imports between the wings of one floor that go against an arrow."""
    stray = []
    for one in found:
        floor = room_of(one.file)
        if floor in WINGS and one.within(f"{ROOMS}.{floor}"):
            own = one.file.removesuffix(".py").split("/")[2]
            target = one.name.removeprefix(f"{ROOMS}.{floor}.").split(".")[0]
            if target != own and target not in WINGS[floor].get(own, set()):
                stray.append(str(one))
    return stray


def stray_packages(found: list[Import]) -> list[str]:
    """Imports of guarded packages in files that may not have them."""
    return [
        str(one)
        for one in found
        for package, allowed in GUARDED.items()
        if one.within(package) and not one.file.startswith(allowed)
    ]


PLUGIN_FILES = files(PLUGINS)
DOMAIN_FILES = files(PLUGINS / "module_utils" / "_domain")


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=short)
def test_imports_follow_the_arrows(path: Path) -> None:
    assert stray_rooms(plugin_imports(path)) == []


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=short)
def test_imports_follow_the_arrows_between_the_wings(path: Path) -> None:
    assert stray_wings(plugin_imports(path)) == []


@pytest.mark.parametrize("floor", sorted(WINGS))
def test_every_wing_stands_in_the_table_and_no_arrow_runs_back(floor: str) -> None:
    there = {path.name.removesuffix(".py") for path in (PLUGINS / "module_utils" / floor).iterdir()} - {"__pycache__"}
    assert there == set(WINGS[floor])
    # It raises when they go in a circle.
    assert set(TopologicalSorter(WINGS[floor]).static_order()) == there


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=short)
def test_guarded_packages_are_imported_in_their_files_only(path: Path) -> None:
    assert stray_packages(plugin_imports(path)) == []


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=short)
def test_the_domain_is_pure(path: Path) -> None:
    foreign = [one for one in plugin_imports(path) if not one.within(PACKAGE) and one.name.split(".")[0] not in PURE]
    assert [str(one) for one in foreign] == []
    called = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in called}
    assert names.isdisjoint(CLOCK_READS | {"open", "print", "input", "sleep"})


def test_one_file_reads_the_wall_clock() -> None:
    reading = [short(path) for path in PLUGIN_FILES if wall_clock_reads(path.read_text(encoding="utf-8"))]
    assert reading == ["plugins/module_utils/_flows/waiting/clock.py"]


def test_one_file_reads_and_writes_times() -> None:
    """``%Y%m%d%H%M%S`` of a backup's id is a name, no time."""
    times = {"fromisoformat", "strptime", "strftime"}
    knowing = [short(path) for path in PLUGIN_FILES if times & attributes(path)]
    assert knowing == ["plugins/module_utils/_domain/backup/contents.py", "plugins/module_utils/_domain/moments.py"]


def wall_clock_reads(source: str) -> list[int]:
    """Lines that call ``datetime.now`` and its like."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and getattr(node.value, "id", getattr(node.value, "attr", "")) in {"datetime", "date"}
    ]


def test_one_file_leaves_the_module() -> None:
    leaving = [
        short(path)
        for path in PLUGIN_FILES
        if path.parent.name != "action" and {"fail_json", "exit_json"} & attributes(path)
    ]
    assert leaving == ["plugins/module_utils/_ansible/module.py"]


def attributes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("path", files(ROOT / "tests" / "simulator"), ids=short)
def test_the_simulator_knows_nothing_of_the_plugins(path: Path) -> None:
    found = module_imports(path)
    assert [str(one) for one in found if one.within("ansible_collections") or one.within("plugins")] == []


def test_no_file_is_named_after_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "misc.py"}
    ours = [*PLUGIN_FILES, *files(ROOT / "tests"), *files(ROOT / "tools")]
    assert [short(path) for path in ours if path.name in vague] == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        pytest.param("module_utils/_domain/pools/pool.py", "from ..._flows import waiting", id="domain to flows"),
        pytest.param(
            "module_utils/_domain/pools/pool.py", "from ..._cluster.port import Cluster", id="domain to cluster"
        ),
        pytest.param("module_utils/_cluster/port.py", "def f():\n    from .._flows import clock", id="in a function"),
        pytest.param("module_utils/_flows/pools/wait.py", "from ... import _ansible", id="the room itself"),
        pytest.param("module_utils/_flows/pools/wait.py", f"import {ROOMS}._ansible.module", id="absolute"),
        pytest.param("module_utils/_flows/pools/wait.py", "from ....modules import mcp_wait", id="flows to modules"),
    ],
)
def test_a_wrong_arrow_is_seen(file: str, source: str) -> None:
    package = ".".join([PACKAGE, "plugins", *Path(file).parent.parts])
    assert stray_rooms(list(imports(source, file=file, package=package)))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        pytest.param("module_utils/_flows/waiting/waiter.py", "from ..records import journal", id="relative"),
        pytest.param("module_utils/_flows/outcome.py", "from .pools.wait import PoolsView", id="from the hall"),
        pytest.param("module_utils/_domain/nodes.py", "from .pools import pool", id="a noun to a wing"),
        pytest.param("module_utils/_flows/pools/wait.py", f"import {ROOMS}._flows.backup.make", id="absolute"),
    ],
)
def test_a_wrong_arrow_between_wings_is_seen(file: str, source: str) -> None:
    package = ".".join([PACKAGE, "plugins", *Path(file).parent.parts])
    assert stray_wings(list(imports(source, file=file, package=package)))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        pytest.param("module_utils/_flows/pools/wait.py", "import time", id="time"),
        pytest.param("module_utils/_flows/pools/wait.py", "from ansible.module_utils import basic", id="ansible"),
        pytest.param("module_utils/_cluster/readers.py", "from kubernetes.client import ApiException", id="kubernetes"),
        pytest.param("modules/mcp_wait.py", "import openshift.dynamic", id="openshift"),
    ],
)
def test_a_guarded_package_is_seen(file: str, source: str) -> None:
    package = ".".join([PACKAGE, "plugins", *Path(file).parent.parts])
    assert stray_packages(list(imports(source, file=file, package=package)))
