# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of our roles as people give them, and refuse what no role could follow.

It runs on the controller, sees the variables by their names, and starts no module.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._domain.variables.conversions import Wrong, blank, converted
from ..module_utils._domain.variables.known import RUN_WIDE, doubtful, unknown
from ..module_utils._domain.variables.meaning import Controller, absent_from_cluster, meaning_problems

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is a template

    def trust_as_template(value: str) -> str:
        return value


ROLES = Path(__file__).resolve().parents[2] / "roles"
CONTROLLER = Controller(
    readable=lambda path: os.path.isfile(_expanded(path)) and os.access(_expanded(path), os.R_OK),
    occupied=lambda path: os.path.exists(_expanded(path)) and not os.path.isdir(_expanded(path)),
    installed=lambda program: shutil.which(program) is not None,
)


def _expanded(path: str) -> str:
    return os.path.expandvars(os.path.expanduser(path))


class Inputs:
    """All variables of ours: what each is to be, what it is where nobody has set it, and what it is."""

    def __init__(self, task_vars: Mapping[str, Any], templar: Any, *, local: bool) -> None:
        self._local = local
        roles = role_names()
        self.specs = {**RUN_WIDE, **{name: spec for role in roles for name, spec in _specified(role).items()}}
        self.defaults = {name: _trusted(value) for role in roles for name, value in _defaults(role).items()}
        self.given = {name: task_vars[name] for name in self.specs if self._is_given(name, task_vars.get(name))}
        scope = {name: value for name, value in task_vars.items() if name not in self.specs}
        self._templar = templar.copy_with_new_env(available_variables={**scope, **self.defaults, **self.given})

    def read(self, names: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
        """(name to value in its type, what is wrong). What is blank is what it is when it is left out."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name in names:
            try:
                values[name] = self._value(name)
            except Wrong as wrong:
                problems += wrong.problems
            except AnsibleError as error:
                problems.append(f"{name} cannot be evaluated: {' '.join(str(error).split())}")
        return values, problems

    def _is_given(self, name: str, value: Any) -> bool:
        """Whether somebody has set it: neither blank nor the role's own default, which a play sees, too."""
        return not blank(value) and not (name in self.defaults and value == self.defaults[name])

    def _value(self, name: str) -> Any:
        for texts in (self.given, self.defaults):
            value = plain(self._templar.template(texts[name])) if name in texts else None
            if not blank(value):
                return self._placed(converted(name, value, self.specs[name]), self.specs[name])
        return self.specs[name].get("default")

    def _placed(self, value: Any, spec: Mapping[str, Any]) -> Any:
        """A path means what it means to whoever typed it; a task runs in the folder of its playbook, which for one of
        ours is the collection."""
        if self._local and spec.get("type") == "path":
            return os.path.abspath(_expanded(value))
        return value


def plain(value: Any) -> Any:
    """Without Ansible's lazy and tagged containers."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def _trusted(value: Any) -> Any:
    return trust_as_template(value) if isinstance(value, str) else value


@cache
def _loaded(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def _specified(role: str) -> Mapping[str, Any]:
    options: Mapping[str, Any] = _loaded(ROLES / role / "meta" / "argument_specs.yml")["argument_specs"]["main"][
        "options"
    ]
    return options


def _defaults(role: str) -> Mapping[str, Any]:
    defaults: Mapping[str, Any] = _loaded(ROLES / role / "defaults" / "main.yml")
    return defaults


def role_names() -> list[str]:
    return sorted(path.parent.parent.name for path in ROLES.glob("*/meta/argument_specs.yml"))


class ActionModule(ActionBase):  # type: ignore[misc]
    """See the documentation of the module ``role_variables``."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _VALID_ARGS = frozenset(("role", "nodes", "pools"))

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        role = self._task.args.get("role")
        roles = role_names()
        if role and role not in roles:
            raise AnsibleError(f"There is no role {role} in this collection; it has {', '.join(roles)}.")
        local = self._connection.transport == "local"
        inputs = Inputs(task_vars, self._templar, local=local)
        known = inputs.specs
        # A wrong value is told once, and not for each default that is made of it.
        values, problems = inputs.read(
            [name for name in known if name.startswith(f"{role}_")] if role else inputs.given
        )
        problems += meaning_problems(values, CONTROLLER if local else None)
        problems += unknown(task_vars, roles=[role] if role else roles, known=known)
        problems += self._absent(values)
        if not role:
            for text in doubtful(task_vars, roles=roles, known=known):
                Display().warning(text)
        if problems:
            return {**result, "failed": True, "problems": problems, "msg": _message(problems)}
        prefix = f"{role}_"
        given = {name[len(prefix) :]: value for name, value in values.items()} if role else {}
        return {**result, "changed": False, "input": given}

    def _absent(self, values: Mapping[str, Any]) -> list[str]:
        nodes, pools = self._task.args.get("nodes"), self._task.args.get("pools")
        if nodes is None or pools is None:
            return []
        return absent_from_cluster(values, nodes=nodes, pools=pools)


def _message(problems: list[str]) -> str:
    what = "A variable is" if len(problems) == 1 else f"{len(problems)} variables are"
    return (
        f"{what} not what a role can follow. {'; '.join(problems)}. Nothing was changed. Correct them and run this "
        "again; the README of each role lists its variables."
    )
