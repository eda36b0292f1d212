# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat

import pytest
import yaml
from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as core
from kubernetes.client import Configuration

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.connection import connect
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import MigrationError, Misconfigured
from ansible_collections.ocp_day2.ovn_migration.tests.unit.loopback import Line, certified, serving


@pytest.fixture
def kubeconfig(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("K8S_AUTH_") or name.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    # What was loaded before is the default of the client for the rest of its process.
    Configuration.set_default(None)
    path = tmp_path / "kubeconfig"
    servers = {"one": "https://127.0.0.1:1", "two": "https://127.0.0.1:2"}
    path.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "one",
                "clusters": [{"name": name, "cluster": {"server": server}} for name, server in servers.items()],
                "users": [{"name": "me", "user": {"token": "secret"}}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": "me"}} for name in servers],
            }
        )
    )
    return path


def host(cluster):
    return cluster._configuration.host


def test_a_kubeconfig_and_its_contexts(kubeconfig):
    assert host(connect({"kubeconfig": str(kubeconfig)})) == "https://127.0.0.1:1"
    assert host(connect({"kubeconfig": str(kubeconfig), "context": "two"})) == "https://127.0.0.1:2"


def test_the_environment_of_kubernetes_core(kubeconfig, monkeypatch):
    monkeypatch.setenv("K8S_AUTH_KUBECONFIG", str(kubeconfig))
    monkeypatch.setenv("K8S_AUTH_CONTEXT", "two")
    assert host(connect({})) == "https://127.0.0.1:2"


def test_host_and_key(kubeconfig):
    cluster = connect({"host": "https://127.0.0.1:3", "api_key": "secret", "validate_certs": False})
    assert host(cluster) == "https://127.0.0.1:3"
    assert cluster._configuration.verify_ssl is False


def test_impersonation_becomes_headers(kubeconfig):
    cluster = connect({"kubeconfig": str(kubeconfig), "impersonate_user": "someone"})
    assert cluster._headers == {"Impersonate-User": "someone"}


@pytest.mark.parametrize("params", [{"kubeconfig": "/nowhere/at/all"}, {"context": "nowhere"}])
def test_what_leads_nowhere_is_an_error_that_says_what_to_give(kubeconfig, params):
    with pytest.raises(MigrationError, match=r"find out how to reach the cluster.*Give kubeconfig"):
        connect({"kubeconfig": str(kubeconfig), **params})


def test_a_broken_kubeconfig_is_an_error(kubeconfig):
    kubeconfig.write_text("{ not yaml")
    with pytest.raises(MigrationError, match="find out how to reach the cluster"):
        connect({"kubeconfig": str(kubeconfig)})


@pytest.mark.parametrize(
    ("name", "there"),
    [
        pytest.param("_create_auth_spec", None, id="gone"),
        pytest.param("_create_auth_spec", lambda: {}, id="takes nothing"),
        pytest.param("_create_configuration", lambda auth, client: None, id="wants more"),
        pytest.param("_create_headers", "text", id="no function"),
    ],
)
def test_a_kubernetes_core_that_has_changed_is_named_as_such(kubeconfig, monkeypatch, tmp_path, name, there):
    if there is None:
        monkeypatch.delattr(core, name)
    else:
        monkeypatch.setattr(core, name, there)
    home = tmp_path / "kubernetes" / "core"
    home.mkdir(parents=True)
    (home / "MANIFEST.json").write_text('{"collection_info": {"version": "9.8.7"}}')
    monkeypatch.setattr(core, "__file__", str(home / "plugins" / "module_utils" / "k8s" / "client.py"))
    with pytest.raises(MigrationError) as caught:
        connect({"kubeconfig": str(kubeconfig)})
    assert f"kubernetes.core 9.8.7 is not one that this collection knows: {name} cannot be used" in caught.value.seen
    assert f"'kubernetes.core:{connection.VERSIONS}'" in caught.value.remedy


def test_a_kubernetes_core_without_a_manifest_has_no_version(kubeconfig, monkeypatch):
    """As in a module that Ansible has packed."""
    monkeypatch.delattr(core, "_create_headers")
    monkeypatch.setattr(core, "__file__", "/payload.zip/ansible_collections/kubernetes/core/a/b/c/d.py")
    with pytest.raises(MigrationError, match=r"kubernetes\.core is not one that this collection knows"):
        connect({"kubeconfig": str(kubeconfig)})


def test_without_its_options_kubernetes_core_is_of_no_use(kubeconfig, monkeypatch):
    monkeypatch.setattr(connection, "AUTH_ARG_SPEC", {})
    with pytest.raises(MigrationError, match="AUTH_ARG_SPEC cannot be used"):
        connect({"kubeconfig": str(kubeconfig)})


def changed(kubeconfig, *, user=None, cluster=None):
    """The kubeconfig with more in its user and its clusters."""
    content = yaml.safe_load(kubeconfig.read_text())
    content["users"][0]["user"] = user if user is not None else content["users"][0]["user"]
    for one in content["clusters"]:
        one["cluster"].update(cluster or {})
    kubeconfig.write_text(yaml.safe_dump(content))
    return {"kubeconfig": str(kubeconfig)}


def test_impersonation_of_the_kubeconfig(kubeconfig):
    user = {
        "token": "secret",
        "as": "alice",
        "as-uid": "7",
        "as-groups": ["a", "b"],
        "as-user-extra": {"reason": ["night"]},
    }
    assert connect(changed(kubeconfig, user=user))._headers == {
        "Impersonate-User": "alice",
        "Impersonate-Uid": "7",
        "Impersonate-Group": ["a", "b"],
        "Impersonate-Extra-reason": ["night"],
    }


def test_the_option_overrules_the_kubeconfig(kubeconfig):
    given = changed(kubeconfig, user={"token": "secret", "as": "alice"})
    assert connect({**given, "impersonate_user": "bob"})._headers == {"Impersonate-User": "bob"}


def test_a_kubeconfig_that_is_not_read_impersonates_nobody(kubeconfig, monkeypatch):
    changed(kubeconfig, user={"token": "secret", "as": "alice"})
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    assert connect({"host": "https://127.0.0.1:3", "api_key": "secret"})._headers == {}


def test_a_kubeconfig_given_as_a_mapping(kubeconfig):
    changed(kubeconfig, user={"token": "secret", "as": "alice"}, cluster={"proxy-url": "http://p:1"})
    cluster = connect({"kubeconfig": yaml.safe_load(kubeconfig.read_text())})
    assert cluster._headers == {"Impersonate-User": "alice"}
    assert cluster._configuration.proxy == "http://p:1"


def test_user_and_password_are_sent(kubeconfig):
    cluster = connect({"host": "https://127.0.0.1:3", "username": "me", "password": "it"})
    assert cluster._credential(tried="")["authorization"] == "Basic bWU6aXQ="


@pytest.mark.parametrize("token", ["secret\n", " secret\r\n", "secret\n\n"])
def test_a_token_loses_the_line_break_that_an_editor_has_left(kubeconfig, tmp_path, token):
    path = tmp_path / "token"
    path.write_text(token)
    clusters = [
        connect({"host": "https://127.0.0.1:3", "api_key": token.lstrip()}),
        connect(changed(kubeconfig, user={"tokenFile": str(path)})),
    ]
    for cluster in clusters[:1] if token.startswith(" ") else clusters:
        assert cluster._credential(tried="")["authorization"] == "Bearer secret"


@pytest.mark.parametrize("token", ["sec\nret", "s\u00e9cret", "sec\x00ret"])
def test_a_token_that_no_header_may_carry_is_not_shown(kubeconfig, token):
    cluster = connect({"host": "http://127.0.0.1:3", "api_key": token})
    for call in (lambda: cluster.get(NODE, "w"), lambda: _executed(cluster)):
        with pytest.raises(Misconfigured, match="send the header authorization: its value has a line break") as caught:
            call()
        assert "sec" not in caught.value.seen
        assert "ret" not in caught.value.message


def _executed(cluster):
    return cluster.execute("p", ["true"], namespace="n", container="c", timeout=1.0)


# Proxies


@pytest.mark.parametrize("value", ["socks5://p:1080", "socks5h://p", "ftp://p", "::::", "http://", "http://p:x", "a b"])
@pytest.mark.parametrize("setting", ["proxy", "K8S_AUTH_PROXY", "proxy-url", "HTTPS_PROXY"])
def test_a_proxy_that_is_none_ends_at_once_and_names_the_setting(kubeconfig, monkeypatch, setting, value):
    given = {"kubeconfig": str(kubeconfig)}
    if setting == "proxy":
        given["proxy"] = value
    elif setting == "proxy-url":
        given = changed(kubeconfig, cluster={"proxy-url": value})
    else:
        monkeypatch.setenv(setting, value)
    with pytest.raises(Misconfigured, match=setting):
        connect(given)


@pytest.mark.parametrize(
    ("value", "url", "authorization"),
    [
        ("p:3128", "http://p:3128", None),
        ("http://p", "http://p", None),
        ("HTTPS://p:3128/", "https://p:3128", None),
        ("http://[::1]:3128", "http://[::1]:3128", None),
        ("http://u:p%40ss@p:3128", "http://p:3128", "Basic dTpwQHNz"),
        ("u:pw@p:3128", "http://p:3128", "Basic dTpwdw=="),
    ],
)
def test_a_proxy(kubeconfig, monkeypatch, value, url, authorization):
    monkeypatch.setenv("HTTPS_PROXY", value)
    configuration = connect({"kubeconfig": str(kubeconfig)})._configuration
    assert configuration.proxy == url
    assert (configuration.proxy_headers or {}).get("proxy-authorization") == authorization


def test_of_several_proxies_the_nearest_counts(kubeconfig, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://environment:1")
    monkeypatch.setenv("HTTP_PROXY", "http://other:1")
    given = {"kubeconfig": str(kubeconfig)}
    assert connect(given)._configuration.proxy == "http://environment:1"
    assert connect(changed(kubeconfig, cluster={"proxy-url": "http://file:1"}))._configuration.proxy == "http://file:1"
    assert connect({**given, "proxy": "http://option:1"})._configuration.proxy == "http://option:1"


def test_what_needs_no_proxy_has_none(kubeconfig, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert connect({"kubeconfig": str(kubeconfig)})._pool.proxy is None


def through_a_proxy(kubeconfig, play, **given):
    with serving(play) as proxy:
        url = f"http://user:pa%3Ass@127.0.0.1:{proxy.port}"
        cluster = connect({"kubeconfig": str(kubeconfig), "proxy": url, "validate_certs": False, **given})
        for call in (lambda: cluster.get(NODE, "w"), lambda: _executed(cluster)):
            with pytest.raises(MigrationError) as caught:
                call()
            yield caught.value


def test_the_proxys_login_goes_along_with_requests_and_commands(kubeconfig):
    heads = []

    def play(line: Line) -> None:
        heads.append(line.head())
        line.answer(b"", status="502 Bad Gateway")

    list(through_a_proxy(kubeconfig, play))
    assert [head.split(" HTTP")[0] for head in heads] == ["CONNECT 127.0.0.1:1"] * 2
    assert all("proxy-authorization: basic dxnlcjpwytpzcw==" in head.lower() for head in heads)


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "405 Not Allowed"])
def test_a_proxy_that_refuses_does_not_change_its_mind(kubeconfig, status):
    def play(line: Line) -> None:
        line.head()
        line.answer(b"go away", status=status)

    for error in through_a_proxy(kubeconfig, play):
        assert error.__class__ is Misconfigured
        assert f"the proxy refuses to connect: HTTP {status}" in error.message
        assert "proxy-url" in error.remedy
        assert "pa:ss" not in error.message


# Files and plugins


@pytest.fixture
def files(tmp_path):
    _context, chain, key = certified(tmp_path)
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN nothing\n")
    other = tmp_path / "other"
    other.mkdir()
    _context, _chain, other_key = certified(other)
    return {"chain": chain, "key": key, "garbage": garbage, "gone": tmp_path / "gone.pem", "other": other_key}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"ca_cert": "gone"}, ("ca_cert", "gone.pem", "No such file")),
        ({"ca_cert": "garbage"}, ("ca_cert", "garbage.pem", "that is none")),
        ({"client_cert": "gone", "client_key": "key"}, ("client_cert", "gone.pem", "No such file")),
        ({"client_cert": "garbage", "client_key": "key"}, ("client_cert", "garbage.pem", "that is none")),
        ({"client_cert": "chain", "client_key": "gone"}, ("client_key", "gone.pem", "No such file")),
        ({"client_cert": "chain", "client_key": "garbage"}, ("client_key", "garbage.pem", "that is none")),
        ({"client_cert": "chain", "client_key": "other"}, ("client_key", "does not go with")),
        ({"client_key": "key"}, ("client_key", "no client_cert")),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_a_file_that_is_none_ends_at_once_and_is_named(kubeconfig, files, given, named):
    paths = {option: str(files[name]) for option, name in given.items()}
    with pytest.raises(Misconfigured) as caught:
        connect({"kubeconfig": str(kubeconfig), **paths})
    assert all(words in caught.value.message for words in named)


def test_files_that_are_right(kubeconfig, files):
    paths = {"ca_cert": str(files["chain"]), "client_cert": str(files["chain"]), "client_key": str(files["key"])}
    assert connect({"kubeconfig": str(kubeconfig), **paths})


@pytest.mark.parametrize("setting", ["KUBECONFIG", "K8S_AUTH_KUBECONFIG", "kubeconfig"])
def test_a_relative_path_says_where_it_was_looked_for(kubeconfig, monkeypatch, tmp_path, setting):
    monkeypatch.chdir(tmp_path)
    if setting != "kubeconfig":
        monkeypatch.setenv(setting, "not/here")
    with pytest.raises(Misconfigured, match=str(tmp_path / "not/here")):
        connect({"kubeconfig": "not/here"} if setting == "kubeconfig" else {})


def plugin(kubeconfig, tmp_path, script, **more):
    program = tmp_path / "plugin"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    run = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never", **more}
    return changed(kubeconfig, user={"exec": run})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'please log in first' >&2; exit 1", "please log in first"),
        ("echo nonsense", "decode"),
        ("echo '{}'", "malformed"),
    ],
)
def test_a_plugin_that_fails_is_told_in_its_own_words(kubeconfig, tmp_path, script, words):
    with pytest.raises(Misconfigured, match=rf"credential from the plugin .*plugin.*{words}"):
        connect(plugin(kubeconfig, tmp_path, script))


def test_a_plugin_that_is_not_there(kubeconfig):
    run = {"apiVersion": "client.authentication.k8s.io/v1", "command": "/nowhere/plugin", "interactiveMode": "Never"}
    with pytest.raises(Misconfigured, match="credential from the plugin /nowhere/plugin"):
        connect(changed(kubeconfig, user={"exec": run}))


def test_a_plugin_that_works(kubeconfig, tmp_path):
    token = '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "given"}}'
    cluster = connect(plugin(kubeconfig, tmp_path, f"echo '{token}'", env=[{"name": "THE_TOKEN", "value": "planted"}]))
    assert cluster._credential(tried="")["authorization"] == "Bearer given"
    assert {"given", "planted"} <= set(cluster.secrets())


def test_a_broken_kubeconfig_does_not_show_its_lines(kubeconfig):
    kubeconfig.write_text("users: [{name: me, user: {token: planted-token}}\n  x: [")
    with pytest.raises(MigrationError) as caught:
        connect({"kubeconfig": str(kubeconfig)})
    assert "planted" not in caught.value.message
