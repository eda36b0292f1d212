"""A role's defaults and its argument specification say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (ROOT / "roles").glob("*") if path.is_dir())

#: read by several roles, set by none of their tasks
RUN_WIDE = ("cno_target", "cno_allow_disruption", "cno_artifacts_dir")


def read(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict), f"{path} is no mapping"
    return loaded


def defaults(role: Path) -> dict[str, Any]:
    return read(role / "defaults" / "main.yml")


def options(role: Path) -> dict[str, dict[str, Any]]:
    entry = read(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]
    return dict(entry["options"])


def name(role: Path) -> str:
    return role.name


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_every_input_stands_in_both(role: Path) -> None:
    required = {option for option, spec in options(role).items() if spec.get("required")}
    assert set(defaults(role)) == set(options(role)) - required


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_defaults_are_equal(role: Path) -> None:
    """The specification holds what a default comes to when no run-wide value is set: a value, as documented."""
    documented = {option: spec["default"] for option, spec in options(role).items() if "default" in spec}
    given = {option: alone(value) for option, value in defaults(role).items()}
    assert {option: value for option, value in given.items() if value is not None} == documented


def alone(value: Any) -> Any:
    """A default with every variable that it reads left undefined."""
    if isinstance(value, str) and "{{" in value:
        return NativeEnvironment(undefined=StrictUndefined).from_string(value).render()
    return value


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_inputs_carry_the_role_or_are_run_wide(role: Path) -> None:
    prefixes = (f"{role.name}_", *RUN_WIDE)
    assert [option for option in options(role) if not option.startswith(prefixes)] == []


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_every_input_is_described(role: Path) -> None:
    spec = options(role)
    assert [option for option, of in spec.items() if not of.get("description") or not of.get("type")] == []


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_a_role_has_a_readme(role: Path) -> None:
    assert (role / "README.md").is_file()


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_the_examples_use_it_with_its_own_check(role: Path) -> None:
    """Ansible's check prints the whole specification; ours says one sentence."""
    page = (role / "README.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(text)[0] for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    imports = [task["ansible.builtin.import_role"] for play in examples for task in play["tasks"]]
    assert imports
    wanted = {"name": f"ocp_day2.ovn_migration.{role.name}", "rolespec_validate": False}
    assert all(one == wanted for one in imports)
    given = {variable for play in examples for task in play["tasks"] for variable in task.get("vars", {})}
    assert given <= {*options(role), *RUN_WIDE}


def test_no_role_shares_its_name_with_a_module_or_playbook() -> None:
    others = [*(ROOT / "plugins" / "modules").glob("*.py"), *(ROOT / "playbooks").glob("*.yml")]
    assert {role.name for role in ROLES} & {path.stem for path in others} == set()


def steps(role: Path) -> list[Path]:
    return sorted(path for folder in ("tasks", "vars", "templates") for path in (role / folder).glob("*"))


def expressions(text: str) -> str:
    """Without comments, names of tasks and messages to people, which name variables to their readers."""
    plain = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
    plain = re.sub(r"^ *- name: .*$", "", plain, flags=re.MULTILINE)
    return " ".join(
        re.findall(r"{{.*?}}|{%.*?%}|(?:when|that|until|failed_when|changed_when): [^\n]*", plain, re.DOTALL)
    )


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_tasks_read_what_was_given_through_one_place(role: Path) -> None:
    """Read directly, a variable would be text where a survey gave it, and blank where it was left out."""
    first = yaml.safe_load((role / "tasks" / "main.yml").read_text(encoding="utf-8"))[0]
    assert first["ocp_day2.ovn_migration.role_variables"] == {"role": role.name}
    assert first["register"] == f"__{role.name}_read"
    public = re.compile(rf"(?<![\w.])({'|'.join(options(role))})\b")
    direct = [
        f"{path.name}: {found}" for path in steps(role) for found in public.findall(expressions(path.read_text()))
    ]
    assert direct == []


@pytest.mark.parametrize("role", ROLES, ids=name)
def test_what_is_read_was_given(role: Path) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in steps(role))
    read_names = set(re.findall(rf"__{role.name}_input\.(\w+)", texts))
    known = {option.removeprefix(f"{role.name}_") for option in options(role)}
    assert read_names <= known
    assert known.isdisjoint(dir(dict)), "Jinja takes the method of that name"


@pytest.mark.parametrize(
    ("phase", "made"),
    [("not_started", True), ("preparing", True), ("prepared", True), ("switching", False), ("awaiting_reboot", False)],
)
def test_etcd_is_backed_up_until_the_switch_and_who_is_too_late_is_told(phase: str, made: bool) -> None:
    tasks = yaml.safe_load((ROOT / "roles/cno_backup/tasks/etcd.yml").read_text(encoding="utf-8"))
    make, late = tasks[0], tasks[1]
    environment = NativeEnvironment(undefined=StrictUndefined)
    environment.filters["bool"] = bool
    known = {"__cno_backup_input": {"etcd_enabled": True}, "__cno_backup_migration": {"phase": phase}}
    assert bool(environment.compile_expression(make["when"])(**known)) is made
    assert late["when"] == ["__cno_backup_input.etcd_enabled | bool", "__cno_backup_etcd is skipped"]
