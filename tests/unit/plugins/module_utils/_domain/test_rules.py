# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.rules import Rule

ANY = ("*",)


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (Rule(("get",), ("apps",), ("daemonsets",)), True),
        (Rule(("list", "get"), ("", "apps"), ("pods", "daemonsets")), True),
        (Rule(ANY, ANY, ANY), True),
        (Rule(ANY, ("apps",), ("daemonsets",)), True),
        (Rule(("list",), ("apps",), ("daemonsets",)), False),
        (Rule(("get",), ("",), ("daemonsets",)), False),
        (Rule(("get",), ("apps",), ("deployments",)), False),
        (Rule(("get",), ("apps",), ("daemonsets/status",)), False),
        (Rule(("get",), ("apps",), ("*/status",)), False),
        (Rule(("get",), ("apps",), ("daemonsets",), names=("multus",)), False),
        (Rule((), ("apps",), ("daemonsets",)), False),
    ],
)
def test_a_kind(rule, covered):
    assert rule.covers(verb="get", group="apps", resource="daemonsets") is covered


@pytest.mark.parametrize(
    ("resources", "covered"),
    [
        (("pods/exec",), True),
        (("*/exec",), True),
        (ANY, True),
        (("pods",), False),
        (("pods/*",), False),
        (("pods/log",), False),
        (("nodes/exec",), False),
    ],
)
def test_a_subresource(resources, covered):
    rule = Rule(("create",), ("",), resources)
    assert rule.covers(verb="create", group="", resource="pods", subresource="exec") is covered


@pytest.mark.parametrize(("name", "covered"), [("cluster", True), ("other", False), ("", False)])
def test_names_of_objects(name, covered):
    rule = Rule(("patch",), ("config.openshift.io",), ("networks",), names=("cluster", "one"))
    asked = {"verb": "patch", "group": "config.openshift.io", "resource": "networks", "name": name}
    assert rule.covers(**asked) is covered


@pytest.mark.parametrize(("rule", "covered"), [(Rule(ANY, ANY, ANY), True), (Rule(("get", "list"), ANY, ANY), False)])
def test_the_right_to_everything_takes_a_rule_for_everything(rule, covered):
    assert rule.covers(verb="*", group="*", resource="*") is covered
