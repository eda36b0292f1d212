# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as core

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.connection import connect
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import MigrationError


@pytest.fixture
def kubeconfig(tmp_path, monkeypatch):
    for name in ("KUBECONFIG", "K8S_AUTH_KUBECONFIG", "K8S_AUTH_HOST", "K8S_AUTH_API_KEY", "K8S_AUTH_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
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
