# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several modules document alike stands in one place: options in a fragment, results in ``tools/returns.yml``."""

from __future__ import annotations

import importlib
from collections import defaultdict

import yaml

from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules.results import MODULES, NAMES, documented
from tools import returns


def repeated(entries):
    """Names that are described in the same words by several modules, with these modules.

    :param entries: by module, each name with its entry
    """
    found = defaultdict(list)
    for module, described in entries.items():
        for name, entry in described.items():
            if entry.get("description"):
                found[name, str(entry["description"])].append(module)
    return {name: modules for (name, _words), modules in found.items() if len(modules) > 1}


def options(module):
    loaded = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").DOCUMENTATION)
    return loaded.get("options") or {}


def test_options_of_several_modules_stand_in_a_fragment():
    assert repeated({module: options(module) for module in NAMES}) == {}


def test_results_of_several_modules_stand_in_the_shared_words():
    words = returns.WORDS.read_text(encoding="utf-8")
    shared = {key for name in ("everywhere", "somewhere") for key in returns.section(name, words=words)}
    own = {module: {k: v for k, v in documented(module).items() if k not in shared} for module in NAMES}
    assert repeated(own) == {}


def test_what_is_found():
    alike = {"description": ["The same."], "type": "str"}
    assert repeated({"a": {"x": alike, "y": alike}, "b": {"x": alike, "y": {"default": 1}}}) == {"x": ["a", "b"]}
