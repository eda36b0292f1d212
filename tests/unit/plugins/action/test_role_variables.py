# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every public variable: a wrong value is told by its name, every form of a right one is read, a blank is left out.

The walk is over the specifications themselves, so a new variable is in it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.ocp_day2.ovn_migration.plugins.action import role_variables
from ansible_collections.ocp_day2.ovn_migration.plugins.action.role_variables import (
    ROLES,
    ActionModule,
    role_names,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible.arguments import SETTINGS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.variables.known import RUN_WIDE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.variables.meaning import Controller
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.variables.ranges import range_of
from ansible_collections.ocp_day2.ovn_migration.plugins.modules import migration_backup, node_reboot

try:
    from ansible.template import trust_as_template
except ImportError:

    def trust_as_template(value):
        return value


def options_of(role):
    loaded = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return loaded["argument_specs"]["main"]["options"]


SPECS = {**RUN_WIDE, **{name: spec for role in role_names() for name, spec in options_of(role).items()}}
#: Right values where the type alone does not give one.
RIGHT = {
    "cno_backup_etcd_directory": "/var/backup",
    "cno_backup_extra_kinds": [{"kind": "Route", "api_version": "route.openshift.io/v1"}],
    "cno_preflight_acknowledge": ["etcd_backup"],
    "cno_preflight_custom_checks": [
        {"id": "mine", "kind": "Pod", "api_version": "v1", "query": "items", "message": "no pods"}
    ],
    "cno_preflight_external_networks": ["192.0.2.0/24", "192.0.2.7"],
    "cno_preflight_severities": {"etcd_backup": "warn"},
    "cno_preflight_skip": ["etcd_backup"],
    "cno_prepare_max_unavailable": {"worker": "10%"},
    "cno_reboot_max_unavailable": {"worker": "2"},
    "cno_verify_pods_baseline": ["shop/web-0"],
    "cno_verify_reboot_max_unavailable": "3",
}
#: Keys of dictionaries that stand for themselves.
PARTS = {
    "mtu": 1400,
    "geneve_port": 6082,
    "vxlan_port": 4790,
    "join_subnet": "100.65.0.0/16",
    "transit_switch_subnet": "100.89.0.0/16",
    "masquerade_subnet": "169.254.0.0/28",
    "cidr": "10.132.0.0/14",
    "host_prefix": 23,
}


def task(variables, *, transport="ssh", **arguments):
    """The result of one task with these variables, as Ansible has them after it has read them from a file."""
    trusted = {name: trusting(value) for name, value in variables.items()}
    action = ActionModule(
        task=SimpleNamespace(args=arguments, async_val=0, action="role_variables", check_mode=False, diff=False),
        connection=SimpleNamespace(transport=transport, _shell=SimpleNamespace(tmpdir=None)),
        play_context=SimpleNamespace(check_mode=False, diff=False),
        loader=None,
        templar=Templar(loader=DataLoader(), variables=trusted),
        shared_loader_obj=None,
    )
    return action.run(task_vars=trusted)


def trusting(value):
    if isinstance(value, dict):
        return {key: trusting(one) for key, one in value.items()}
    if isinstance(value, list):
        return [trusting(one) for one in value]
    return trust_as_template(value) if isinstance(value, str) else value


def role_of(name):
    return next((role for role in role_names() if name.startswith(f"{role}_")), None)


def limits(name):
    allowed = range_of(name)
    assert allowed, f"{name} has no range"
    return allowed


def right(name, spec):
    """A possible value that is not the default, in its own type."""
    if name in RIGHT:
        return RIGHT[name]
    if spec.get("choices"):
        return next(choice for choice in spec["choices"] if choice != spec.get("default"))
    kind = spec.get("type", "str")
    if kind == "int":
        return limits(name).lowest + 1
    if kind == "bool":
        return not spec.get("default")
    if kind == "dict":
        return {key: PARTS.get(key, right(key, of)) for key, of in (spec.get("options") or {}).items()}
    if kind == "list":
        element = {"type": spec.get("elements", "str"), "options": spec.get("options")}
        return [right(name, element)]
    return "a-word"


def wrong(name, spec):
    """(what, value) of values that no role could follow."""
    kind = spec.get("type", "str")
    if spec.get("choices"):
        yield "no choice", "nonsense"
    if kind == "int":
        allowed = limits(name)
        yield from (
            ("too small", allowed.lowest - 1),
            ("too large", allowed.highest + 1),
            ("text", "soon"),
            ("half", 1.5),
        )
        yield from (("too large, as text", str(10**10)), ("truth", True))
    if kind == "bool":
        yield from (("text", "perhaps"), ("number", 7), ("list", [True]))
    if kind in ("str", "path") and not spec.get("choices"):
        yield from (("list", ["a"]), ("dictionary", {"a": "b"}))
    if kind == "list":
        yield from (("dictionary", {"a": "b"}), ("truth", True), ("broken JSON", "[1, "))
    if kind == "dict":
        yield from (("list", ["a"]), ("text", "a"), ("broken JSON", '{"a": '), ("number", 7))
    yield from nested(name, spec)


def nested(name, spec):
    options = spec.get("options") or {}
    if options:
        whole = right(name, spec)
        one = whole[0] if isinstance(whole, list) else whole
        wrap = (lambda value: [value]) if isinstance(whole, list) else (lambda value: value)
        yield "unknown key", wrap({**one, "nonsense": 1})
        for key, of in options.items():
            if of.get("required"):
                yield f"without {key}", wrap({other: value for other, value in one.items() if other != key})
            for what, value in wrong(key, of):
                yield f"{key}: {what}", wrap({**one, key: value})
            if key.endswith("_subnet") or key == "cidr":
                for value in ("10.0.0.0", "10.0.0.1/8", "rubbish", "127.0.0.0/16", "224.0.0.0/4", "0.0.0.0/8"):
                    yield f"{key}: {value}", wrap({**one, key: value})
            if key.endswith("_subnet"):
                for value in ("fd98::/64", "100.65.0.0/31"):
                    yield f"{key}: {value}", wrap({**one, key: value})


#: Wrong in their meaning.
MEANT = [
    ("cno_backup_etcd_directory", "backup", "no absolute path"),
    ("cno_preflight_acknowledge", ["etcd_backups"], "names etcd_backups, which is no check"),
    ("cno_preflight_acknowledge", "etcd_backup,nodes_ready", "names nodes_ready, which has to be mended"),
    ("cno_preflight_custom_checks", [{"id": "mine"}], "custom check mine lacks kind"),
    ("cno_preflight_external_networks", ["10.0.0.300"], "neither a network nor an address"),
    ("cno_preflight_severities", {"etcd_backup": "loud"}, "severity loud"),
    ("cno_preflight_skip", ["nonsense"], "names nonsense, which is no check"),
    ("cno_prepare_max_unavailable", {"worker": "0"}, "cno_prepare_max_unavailable.worker"),
    ("cno_prepare_max_unavailable", {"worker": "150%"}, "cno_prepare_max_unavailable.worker"),
    ("cno_prepare_nncp_names", ["Not A Name"], "no name of an object"),
    ("cno_reboot_max_unavailable", "half", "neither a number of nodes such as 3"),
    ("cno_reboot_max_unavailable", "0", "neither from 1 to 10000 nodes nor from 1% to 100%"),
    ("cno_reboot_max_unavailable", 0, "neither from 1 to"),
    ("cno_reboot_max_unavailable", "0%", "neither from 1 to"),
    ("cno_reboot_max_unavailable", "150%", "neither from 1 to"),
    ("cno_reboot_max_unavailable", {"worker": "0%"}, "cno_reboot_max_unavailable.worker"),
    ("cno_reboot_max_unavailable", '{"worker": "0%"}', "cno_reboot_max_unavailable.worker"),
    ("cno_reboot_ssh_jump_host", "a b", "[user@]host[:port]"),
    ("cno_reboot_ssh_user", "-oProxyCommand=x", "no name of a user"),
    ("cno_switch_bridges_name", "a bridge", "no name of an interface"),
    ("cno_verify_pods_baseline", ["web-0"], "namespace/name"),
    ("cno_verify_reboot_max_unavailable", "0", "neither from 1 to"),
]


def rounds(values_of):
    """The first value of every variable, the second of every variable, and so on: each is tried, all at once."""
    columns = {name: list(values_of(name, spec)) for name, spec in SPECS.items()}
    longest = max(len(column) for column in columns.values())
    return [
        {name: column[place] for name, column in columns.items() if place < len(column)} for place in range(longest)
    ]


def names_in(problems):
    """The variables that problems begin with."""
    return {re.split(r"\W", text)[0] for text in problems}


@pytest.mark.parametrize("given", rounds(wrong), ids=lambda given: f"{len(given)}-variables")
def test_a_wrong_value_of_any_variable_is_told_by_its_name(given):
    given = {name: value for name, (_what, value) in given.items()}
    result = task(given)
    assert result["failed"] is True
    assert names_in(result["problems"]) == set(given)
    assert "Nothing was changed" in result["msg"]
    for role in role_names():
        own = {name: value for name, value in given.items() if role_of(name) == role}
        if own:
            assert names_in(task(own, role=role)["problems"]) == set(own)


def test_every_variable_has_been_given_wrong_values():
    free = {name for name, spec in SPECS.items() if spec.get("type") == "raw"}
    assert set(rounds(wrong)[0]) == set(SPECS) - free
    assert free - {"cno_hosts"} <= {name for name, _value, _words in MEANT}


@pytest.mark.parametrize(("name", "value", "words"), MEANT)
def test_a_value_that_means_nothing_is_told_by_its_name(name, value, words):
    [text] = task({name: value})["problems"]
    assert text.startswith(name)
    assert words in text


def forms(name, spec):
    """A right value in its own type, and as the texts that people write for it."""
    value = right(name, spec)
    yield value
    yield json.dumps(value) if isinstance(value, (dict, list)) else f" {value} "
    if isinstance(value, list) and isinstance(value[0], str):
        yield from (",".join(value), "\n".join(value), f" {', '.join(value)} ", repr(value))
    if isinstance(value, bool):
        yield from ("yes", "on", "1", "True") if value else ("no", "off", "0", "False")
    if isinstance(value, int) and not isinstance(value, bool):
        yield float(value)


@pytest.mark.parametrize("given", rounds(forms), ids=lambda given: f"{len(given)}-variables")
def test_a_right_value_is_taken_in_its_own_type_and_as_text(given):
    assert "problems" not in task(given)
    for role in role_names():
        taken = task(given, role=role)["input"]
        own = {name: name[len(role) + 1 :] for name in given if role_of(name) == role}
        assert {name: taken[short] for name, short in own.items()} == {name: right(name, SPECS[name]) for name in own}


@pytest.mark.parametrize("blank", ["", "  ", "\n", None, "{{ '' }}"])
def test_a_blank_is_as_if_it_were_left_out(blank):
    given = dict.fromkeys(SPECS, blank)
    assert "problems" not in task(given)
    for role in role_names():
        own = {name: spec.get("default") for name, spec in SPECS.items() if role_of(name) == role}
        assert task(given, role=role)["input"] == {name[len(role) + 1 :]: default for name, default in own.items()}


def test_a_blank_of_a_role_is_what_the_playbook_says():
    given = {"cno_target": "OpenShiftSDN", "cno_reboot_target": "", "cno_wait_sleep": "3", "cno_reboot_wait_sleep": " "}
    assert {name: task(given, role="cno_reboot")["input"][name] for name in ("target", "wait_sleep")} == {
        "target": "OpenShiftSDN",
        "wait_sleep": 3,
    }


def test_blanks_of_blanks():
    given = {"cno_prepare_cluster_network": "", "cno_switch_cluster_network": "", "cno_wait_sleep": ""}
    assert task(given, role="cno_prepare")["input"]["cluster_network"] == []
    networks = [{"cidr": "10.132.0.0/14", "host_prefix": 23}]
    assert (
        task({**given, "rollback_cluster_network": networks}, role="cno_prepare")["input"]["cluster_network"]
        == networks
    )


def test_a_wrong_value_that_other_defaults_are_made_of_is_told_once():
    assert task({"cno_wait_sleep": 0})["problems"] == ["cno_wait_sleep is 0, which is not from 1 to 600"]


def test_all_that_is_wrong_is_told_at_once():
    result = task({"cno_wait_sleep": -5, "cno_reboot_order": "random", "cno_reboot_stratgy": "ssh"})
    assert len(result["problems"]) == 3
    assert all(text in result["msg"] for text in result["problems"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cno_prepare_onv", "no variable of cno_prepare; did you mean cno_prepare_ovn?"),
        ("cno_reboot_stratgy", "no variable of cno_reboot; did you mean cno_reboot_strategy?"),
        ("cno_switch_zzz", "no variable of cno_switch"),
    ],
)
def test_a_name_that_no_role_knows_is_refused(name, words):
    [text] = task({name: 1})["problems"]
    assert text == f"{name} is {words}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cno_allow_disrupton", "cno_allow_disruption"),
        ("cno_prepar_ovn", "cno_prepare_ovn"),
        ("cno_rollback_acept_losses", "cno_rollback_accept_losses"),
        ("cno_billing_code", None),
        ("cno_lock_holder", None),
        ("con_target", None),
    ],
)
def test_other_names_that_look_like_a_slip_are_warned_of(name, meant, monkeypatch):
    warned = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, **_more: warned.append(text))
    assert not task({name: 1}).get("failed")
    assert warned == ([f"{name} means nothing here; did you mean {meant}?"] if meant else [])


CLUSTER = {"nodes": ["master-0", "worker-0"], "pools": ["master", "worker"]}


@pytest.mark.parametrize(
    ("name", "value", "strange"),
    [
        ("cno_reboot_nodes", ["worker-0", "nope"], "nope"),
        ("cno_reboot_pools", "infra", "infra"),
        ("cno_reboot_max_unavailable", {"gpu": 1}, "gpu"),
        ("cno_prepare_max_unavailable", {"gpu": 1}, "gpu"),
        ("cno_backup_etcd_node", "master-9", "master-9"),
    ],
)
def test_what_the_cluster_does_not_have_is_told_by_the_variable(name, value, strange):
    assert not task({name: value}).get("failed")
    [text] = task({name: value}, **CLUSTER)["problems"]
    assert text.startswith(f"{name} names {strange}, and this cluster has no such ")


def test_what_the_cluster_has_is_no_problem():
    given = {
        "cno_reboot_nodes": "worker-0",
        "cno_reboot_max_unavailable": {"worker": 1},
        "cno_backup_etcd_node": "master-0",
    }
    assert not task(given, **CLUSTER).get("failed")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("cno_kubeconfig", {}),
        ("cno_reboot_ssh_private_key_file", {"cno_reboot_strategy": "ssh"}),
        ("cno_reboot_ssh_known_hosts_file", {"cno_reboot_ssh_host_key_checking": "strict"}),
    ],
)
def test_a_file_has_to_be_there_where_the_modules_run(name, more, tmp_path: Path):
    missing = {name: str(tmp_path / "missing"), **more}
    [text] = task(missing, transport="local")["problems"]
    assert text == f"{name} is {tmp_path}/missing, which is no file that can be read"
    assert not task(missing, transport="ssh").get("failed")
    (tmp_path / "missing").write_text("", encoding="utf-8")
    assert not task(missing, transport="local").get("failed")


def test_a_directory_for_artifacts_is_no_file(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    [text] = task({"cno_artifacts_dir": str(tmp_path / "file")}, transport="local")["problems"]
    assert text == f"cno_artifacts_dir is {tmp_path}/file, which is there and is no directory"
    assert not task({"cno_artifacts_dir": str(tmp_path)}, transport="local").get("failed")


def test_ssh_has_to_be_installed(monkeypatch):
    monkeypatch.setenv("PATH", "")
    [text] = task({"cno_reboot_strategy": "rsh_then_ssh"}, transport="local")["problems"]
    assert "there is no ssh in the PATH" in text
    assert not task({}, transport="local").get("failed")


def test_a_template_that_cannot_be_evaluated_is_told_by_its_name():
    [text] = task({"cno_reboot_order": "{{ nobody_knows }}"})["problems"]
    assert text.startswith("cno_reboot_order cannot be evaluated: ")


def comparable(options):
    kept = ("type", "choices", "required", "default")
    return {name: {key: of[key] for key in kept if of.get(key)} for name, of in options.items()}


@pytest.mark.parametrize(
    ("variable", "module_options"),
    [
        *((f"cno_{role}_{name}", SETTINGS[name]["options"]) for role in ("prepare", "preflight") for name in SETTINGS),
        ("cno_switch_cluster_network", SETTINGS["cluster_network"]["options"]),
        ("cno_backup_extra_kinds", migration_backup.ARGUMENTS["extra_kinds"]["options"]),
    ],
)
def test_dictionaries_have_the_keys_of_the_module(variable, module_options):
    assert comparable(SPECS[variable]["options"]) == comparable(module_options)


@pytest.mark.parametrize("option", ["strategy", "order", "ssh_host_key_checking"])
def test_choices_are_those_of_the_module(option):
    assert SPECS[f"cno_reboot_{option}"]["choices"] == node_reboot.ARGUMENTS[option]["choices"]


PATHS = [name for name, spec in SPECS.items() if spec.get("type") == "path" and name not in RUN_WIDE]


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    ("transport", "given", "read"),
    [
        ("local", "night", "{cwd}/night"),
        ("local", "./night/", "{cwd}/night"),
        ("local", "~/night", "{home}/night"),
        ("local", "$HOME/night", "{home}/night"),
        ("local", "/var/night", "/var/night"),
        ("ssh", "night", "night"),
    ],
)
def test_a_path_means_what_it_means_to_whoever_typed_it(name, transport, given, read, tmp_path, monkeypatch):
    """Ansible would look for it in the folder of the playbook; on another host only that host's user can say."""
    anything = Controller(readable=lambda path: True, occupied=lambda path: False, installed=lambda program: True)
    monkeypatch.setattr(role_variables, "CONTROLLER", anything)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    role = role_of(name)
    result = task({name: given}, transport=transport, role=role)
    assert result["input"][name[len(role) + 1 :]] == read.format(cwd=tmp_path, home=tmp_path / "home")


def placed_by_playbooks():
    """Each expression by which a playbook reads a path of the whole run, with the variable."""
    for path in sorted((ROLES.parent / "playbooks").glob("*.yml")):
        [play] = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield pytest.param(
            "cno_kubeconfig",
            play["module_defaults"]["group/ocp_day2.ovn_migration.cluster"]["kubeconfig"],
            id=path.stem,
        )
        if "migrate_artifacts" in play["vars"]:
            yield pytest.param("cno_artifacts_dir", play["vars"]["migrate_artifacts"], id=f"{path.stem} artifacts")


@pytest.mark.parametrize(("name", "expression"), [*placed_by_playbooks()])
@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("night", "{cwd}/night"),
        ("./night/", "{cwd}/night"),
        ("~/night", "{home}/night"),
        ("$HOME/night", "{home}/night"),
        ("/var/night", "/var/night"),
    ],
)
def test_the_playbooks_place_a_path_where_the_roles_do(name, expression, given, read, tmp_path, monkeypatch):
    home = tmp_path / "the home"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(home))
    templar = Templar(loader=DataLoader(), variables={name: given, "omit": "left out"})
    assert templar.template(trusting(expression)) == read.format(cwd=tmp_path, home=home)
