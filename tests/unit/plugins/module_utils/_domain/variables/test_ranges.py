# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every number has a range, in its specification and in its documentation."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible.arguments import AUTH
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.variables.known import RUN_WIDE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.variables.ranges import (
    Range,
    out_of_range,
    range_of,
)

ROOT = Path(__file__).resolve().parents[6]
MODULES = "ansible_collections.ocp_day2.ovn_migration.plugins.modules"
FRAGMENTS = "ansible_collections.ocp_day2.ovn_migration.plugins.doc_fragments"
NAMES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "role_variables")


def numbers(options, path=""):
    """(path, name, specification) of every whole number, those in dictionaries, too."""
    for name, spec in options.items():
        if spec.get("type") == "int":
            yield f"{path}{name}", name, spec
        yield from numbers(spec.get("options") or {}, f"{path}{name}.")


def word(value):
    return value if isinstance(value, str) else ""


def role_numbers():
    for role in sorted((ROOT / "roles").iterdir()):
        spec = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
        yield from numbers(spec["argument_specs"]["main"]["options"])


def module_numbers():
    for module in NAMES:
        arguments = importlib.import_module(f"{MODULES}.{module}").ARGUMENTS
        for path, name, spec in numbers({name: of for name, of in arguments.items() if name not in AUTH}):
            yield f"{module}: {path}", name, spec


@pytest.mark.parametrize(
    ("path", "name", "spec"), [*role_numbers()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_number_of_a_role_has_a_range_and_tells_it(path, name, spec):
    allowed = range_of(name)
    assert allowed, f"{path} has no range"
    words = " ".join(" ".join(spec["description"]).split())
    assert f"From {allowed.lowest} to {allowed.highest}." in words
    assert spec.get("default") is None or spec["default"] in allowed


@pytest.mark.parametrize(
    ("path", "name", "spec"), [*module_numbers()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_number_of_a_module_has_a_range(path, name, spec):
    allowed = range_of(name)
    assert allowed, f"{path} has no range"
    assert spec.get("default") is None or spec["default"] in allowed


def documented(module):
    """The options of a module with those of its fragments of ours."""
    loaded = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").DOCUMENTATION)
    options = dict(loaded.get("options") or {})
    for name in loaded.get("extends_documentation_fragment") or []:
        *collection, fragment, part = f"{name}.documentation".split(".")[:4]
        if collection == ["ocp_day2", "ovn_migration"]:
            found = importlib.import_module(f"{FRAGMENTS}.{fragment}").ModuleDocFragment
            options.update(yaml.safe_load(getattr(found, part.upper()))["options"])
    return options


def as_specified(options):
    return {name: {**of, "options": as_specified(of.get("suboptions") or {})} for name, of in options.items()}


@pytest.mark.parametrize("module", NAMES)
def test_a_module_tells_the_range_of_each_number(module):
    told = {path: of for path, _name, of in numbers(as_specified(documented(module)))}
    arguments = importlib.import_module(f"{MODULES}.{module}").ARGUMENTS
    specified = {path: range_of(name) for path, name, _spec in numbers(arguments) if path not in AUTH}
    assert set(specified) <= set(told)
    words = {path: " ".join(str(told[path]["description"]).split()) for path in specified}
    assert [path for path, allowed in specified.items() if f"F{str(allowed)[1:]}." not in words[path]] == []


def test_a_number_of_a_playbook_has_a_range():
    assert [name for name, spec in RUN_WIDE.items() if spec["type"] == "int" and not range_of(name)] == []


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("wait_sleep", Range(1, 600)),
        ("cno_switch_wait_sleep", Range(1, 600)),
        ("cno_reboot_reboot_timeout", Range(1, 86400)),
        ("reboot_timeout", Range(1, 86400)),
        ("cno_backup_etcd_timeout", Range(1, 86400)),
        ("cno_verify_api_outage_timeout", Range(0, 86400)),
        ("stall_timeout", Range(0, 604800)),
        ("delay_minutes", Range(0, 60)),
        ("cno_reboot_delay_minutes", Range(-1, 60)),
        ("ssh_port", Range(1, 65535)),
        ("cno_reboot_ssh_port", Range(0, 65535)),
        ("target", None),
        ("prompt", None),
    ],
)
def test_the_longest_end_counts(name, allowed):
    assert range_of(name) == allowed


@pytest.mark.parametrize(
    ("value", "wrong"),
    [(0, True), (1, False), (600, False), (601, True), (-5, True), (None, False), (True, False), ("x", False)],
)
def test_the_ends_are_possible(value, wrong):
    texts = list(out_of_range({"wait_sleep": value}))
    assert texts == ([f"wait_sleep is {value}, which is not from 1 to 600"] if wrong else [])
