"""Whoever is refused, or has waited in vain, is told how to go on: every refusal of the roles, the playbooks and the
modules is walked. (The phases are walked where they are decided, in ``_domain/migration``.)"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
BOOKS = sorted([*(ROOT / "roles").glob("*/tasks/*.yml"), *(ROOT / "playbooks").rglob("*.yml")])
#: A line to run, a variable to set, or what a module has said, which has a way on by the test below.
WAY_ON = re.compile(
    r"oc [a-z]|ansible-playbook |cno_[a-z_]+(=| out\b|: )|leave it out"
    r"|\{\{ [a-z_.]+\.(command|remedy) \}\}|\{\{ ansible_failed_result\.msg"
)
#: The errors of ``_domain/errors.py`` that a user may get to see.
ERRORS = {
    node.name
    for node in ast.parse((PLUGINS / "module_utils/_domain/errors.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
}
#: Calls that make such an error of a text and a remedy, in this order.
MAKERS = {"_refused", "refused", "_refusal"}
#: Calls that wait, and end with such an error.
WAITS = {"until", "awaited"}
#: Not an end of the run: what these say goes into the result of each node.
TOLD_OTHERWISE = {"_flows/reboot/rebooter.py"}


def tasks(found: Any) -> Iterator[dict[str, Any]]:
    for task in found or []:
        if isinstance(task, dict):
            for inside in ("tasks", "block", "rescue", "always"):
                yield from tasks(task.get(inside))
            yield task


def refusals() -> Iterator[Any]:
    for book in BOOKS:
        for task in tasks(yaml.safe_load(book.read_text(encoding="utf-8"))):
            for action, message in (("ansible.builtin.assert", "fail_msg"), ("ansible.builtin.fail", "msg")):
                if action in task:
                    title = f"{book.relative_to(ROOT)}: {task.get('name')}"
                    yield pytest.param(task[action].get(message, ""), id=title)


@pytest.mark.parametrize("message", list(refusals()))
def test_every_refusal_of_a_role_or_a_playbook_says_how_to_go_on(message: str) -> None:
    assert WAY_ON.search(message), message


def test_the_walk_has_found_the_refusals() -> None:
    assert len(list(refusals())) > 25


def modules() -> list[Path]:
    return sorted(path for path in PLUGINS.rglob("*.py") if "_domain/variables" not in path.as_posix())


def short(path: Path) -> str:
    return path.relative_to(PLUGINS).as_posix().removeprefix("module_utils/")


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def speechless(path: Path) -> Iterator[str]:
    """Calls that make an error, or wait, and leave out how to go on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        name = called(node)
        if name in ERRORS and "seen" in given:
            remedy: ast.expr | None = given.get("remedy")
        elif name in WAITS and "tried" in given:
            remedy = given.get("remedy")
        elif name in MAKERS and len(node.args) == 2:
            remedy = node.args[1]
        else:
            continue
        if remedy is None or (isinstance(remedy, ast.Constant) and not str(remedy.value).strip()):
            yield f"{short(path)}:{node.lineno} {name}"


@pytest.mark.parametrize("path", modules(), ids=short)
def test_every_error_and_every_wait_of_a_module_says_how_to_go_on(path: Path) -> None:
    assert short(path) in TOLD_OTHERWISE or list(speechless(path)) == []


def test_an_error_without_a_way_on_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = PLUGINS / "module_utils/_flows/none.py"
    source = (
        'raise Refused(tried="x", seen="y")\nraise Refused(tried="x", seen="y", remedy="")\n'
        'waiter.until(tried="x", observe=o, judge=j)\nraise _refused("x", "")\n'
        'raise Refused(tried="x", seen="y", remedy="Do z.")\n'
    )
    monkeypatch.setattr(Path, "read_text", lambda self, **_given: source)
    assert [text.split(":")[1] for text in speechless(path)] == ["1 Refused", "2 Refused", "3 until", "4 _refused"]


def test_every_answer_of_the_api_that_ends_a_run_has_a_way_on() -> None:
    from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import failures
    from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.secrets import Secrets

    for status in (400, 401, 403, 404, 405, 407, 409, 410, 415, 418, 422, 429, 500, 503):
        error = failures.from_status(status, '{"message": "no"}', tried="x", secrets=Secrets())
        assert error.remedy, status
