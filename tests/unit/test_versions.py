"""What we say we need is what the cells of the matrix prove, no more and no less."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from tools.cells import CARRIERS, CELLS, LOWEST, NEWEST, Cell, number

ROOT = Path(__file__).resolve().parents[2]
ACTIONS = {path.name for path in (ROOT / "plugins" / "action").glob("*.py")}
MODULES = sorted(path for path in (ROOT / "plugins" / "modules").glob("*.py") if path.name not in ACTIONS)
JMESPATH = next(one for one in LOWEST.extras if one.startswith("jmespath==")).split("==")[1]
#: what single modules need, for a part of what they do; ansible-core brings cryptography along
BESIDES = {
    "migration_preflight": [f"jmespath >= {JMESPATH} (for O(custom_checks))"],
    "node_reboot": ["cryptography (for O(approve_csrs), and to judge requests in RV(pending_csrs))"],
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def flat(name: str) -> str:
    return re.sub(r"\s+", " ", text(name))


def requirements(name: str, sign: str) -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in text(name).splitlines())
    return dict(line.split(sign) for line in lines if sign in line)


def documentation(module: Path) -> dict[str, Any]:
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            loaded: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return loaded
    raise AssertionError(f"{module} has no documentation")


#: the oldest Python that runs modules in any cell
OLDEST_FOR_MODULES = min((cell.modules or cell.python for cell in CELLS), key=number)


@pytest.mark.parametrize("of", ["core", "python", "collection", "client"])
def test_the_ends_are_the_ends(of: str) -> None:
    versions = [number(getattr(cell, of)) for cell in CELLS]
    assert number(getattr(LOWEST, of)) == min(version if of != "core" else (*version, 0)[:3] for version in versions)
    newest = number(getattr(NEWEST, of))
    assert all(newest[: len(version)] >= version for version in versions)


def test_each_cell_has_a_name_and_a_carrier_of_its_own() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS)
    assert {cell.collection for cell in CELLS} == set(CARRIERS)


def test_development_is_not_ahead_of_the_newest_cell() -> None:
    pinned = requirements("constraints.txt", "==")
    assert number(pinned["kubernetes"]) <= number(NEWEST.client)
    assert number(pinned["ansible-core"]) <= number(NEWEST.core)
    carrier = next(line for line in text("requirements-carrier.txt").splitlines() if line.startswith("ansible=="))
    assert carrier in CARRIERS.values()


def test_the_range_of_kubernetes_core() -> None:
    """Up to the next major version: that one may take away what we call."""
    wanted = f">={LOWEST.collection},<{number(NEWEST.collection)[0] + 1}.0.0"
    assert yaml.safe_load(text("galaxy.yml"))["dependencies"] == {"kubernetes.core": wanted}
    assert wanted == connection.VERSIONS


def test_the_lowest_ansible_core() -> None:
    assert yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"] == f">={LOWEST.core}"


def test_the_lowest_packages() -> None:
    assert requirements("requirements.txt", ">=") == {"kubernetes": LOWEST.client, "jmespath": JMESPATH}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_what_a_module_says_that_it_requires(module: Path) -> None:
    needs = [f"python >= {OLDEST_FOR_MODULES}", f"kubernetes >= {LOWEST.client}"]
    assert documentation(module)["requirements"] == [*needs, *BESIDES.get(module.stem, [])]


def test_what_the_readme_says() -> None:
    said = flat("README.md")
    core, client, collection = (".".join(one.split(".")[:2]) for one in (LOWEST.core, LOWEST.client, LOWEST.collection))
    assert f"ansible-core {core} or later on Python {LOWEST.python} or later" in said
    assert f"kubernetes.core {collection} to {number(NEWEST.collection)[0]}, " in said
    assert f"kubernetes {client} or later and, for checks of your own, jmespath {JMESPATH} or later" in said
    assert f"Python {OLDEST_FOR_MODULES} or later there" in said


def test_what_contributing_says() -> None:
    pythons = {version for cell in CELLS for version in (cell.python, cell.modules) if version}
    lowest, newest = min(pythons, key=number), max(pythons, key=number)
    assert f"whose Python is installed ({lowest} to {newest})" in text("CONTRIBUTING.md")
    assert f"Modules run on Python {OLDEST_FOR_MODULES} and later" in text("CONTRIBUTING.md")


def test_the_oldest_python_of_modules_is_what_ruff_checks_for() -> None:
    assert f'"plugins/**" = "py{OLDEST_FOR_MODULES.replace(".", "")}"' in text("pyproject.toml")


def test_the_ssh_client_is_named_for_both_families() -> None:
    assert re.findall(r"^(\S+) \[platform:(\S+)\]$", text("bindep.txt"), re.MULTILINE) == [
        ("openssh-client", "dpkg"),
        ("openssh-clients", "rpm"),
    ]


@pytest.mark.parametrize(
    ("cell", "requirement"),
    [
        pytest.param(LOWEST, "ansible-core==2.16.0", id="exactly"),
        pytest.param(
            Cell("2.18", "3.12", "5.4.1", "31.0.0"), "ansible-core~=2.18.0", id="the newest of a minor version"
        ),
    ],
)
def test_what_a_cell_installs(cell: Cell, requirement: str) -> None:
    assert cell.requirements()[:2] == [requirement, f"kubernetes=={cell.client}"]
