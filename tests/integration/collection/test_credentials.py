"""Every way to get in: the credential reaches requests and commands alike, and is written nowhere."""

from __future__ import annotations

import base64
import json
import select
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import COLLECTION, Run, module, playbook
from tests.integration.records import writes
from tests.simulator.credentials import SCOPES
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running
from tests.unit.loopback import Line, serving

PLANTED = "planted-in-the-cluster"
LOGIN = "proxy-user:planted-for-the-proxy"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    folder = tmp_path_factory.mktemp("credentials")
    options = Options(
        masters=1,
        workers=1,
        ocp="4.14",
        speed=0,
        max_lifetime=600,
        kubeconfig=folder / "kubeconfig",
        state=folder / "state.json",
    )
    with running(options) as simulator:
        yield simulator


def kubeconfig_of(
    simulator: RunningSimulator, path: Path, *, context: str = "admin", user: Mapping[str, Any] | None = None
) -> Path:
    """The simulator's, with another current context and more in its user."""
    content = yaml.safe_load(Path(simulator.kubeconfig).read_text(encoding="utf-8"))
    content["current-context"] = context
    name = next(one["context"]["user"] for one in content["contexts"] if one["name"] == context)
    entry = next(one for one in content["users"] if one["name"] == name)
    entry["user"].update(user or {})
    entry["user"] = {key: value for key, value in entry["user"].items() if value is not None}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def token_of(simulator: RunningSimulator, name: str = "token") -> str:
    content = yaml.safe_load(Path(simulator.kubeconfig).read_text(encoding="utf-8"))
    user = next(one["context"]["user"] for one in content["contexts"] if one["name"] == name)
    token: str = next(one["user"]["token"] for one in content["users"] if one["name"] == user)
    return token


def since(simulator: RunningSimulator, seq: int) -> list[Mapping[str, Any]]:
    return [row for row in simulator.requests() if row["seq"] > seq]


def last(simulator: RunningSimulator) -> int:
    return max((row["seq"] for row in simulator.requests()), default=0)


@pytest.mark.parametrize("how", ["option", "kubeconfig"])
def test_whom_it_impersonates_asks_and_runs_commands(simulator: RunningSimulator, tmp_path: Path, how: str) -> None:
    options: dict[str, Any] = {"wait_timeout": 3}
    user: dict[str, Any] = {}
    if how == "option":
        options |= {"impersonate_user": "alice", "impersonate_groups": ["night", "system:masters"]}
    else:
        user = {"as": "alice", "as-groups": ["night", "system:masters"]}
    before = last(simulator)
    kubeconfig = kubeconfig_of(simulator, tmp_path / "kubeconfig", user=user)
    result = module("node_bridges", options, kubeconfig=kubeconfig, cwd=tmp_path, timeout=120)
    rows = since(simulator, before)
    assert {row["user"] for row in rows} == {"alice"}
    assert {"exec", None} & {row["subresource"] or None for row in rows} == {"exec", None}, result


def test_whom_it_impersonates_may_do_no_more_than_that(simulator: RunningSimulator, tmp_path: Path) -> None:
    kubeconfig = kubeconfig_of(simulator, tmp_path / "kubeconfig", user={"as": "viewer"})
    result = module("node_bridges", {"wait_timeout": 5}, kubeconfig=kubeconfig, cwd=tmp_path, timeout=120)
    assert result["failed"] is True
    assert "HTTP 403" in result["msg"] and '"viewer"' in result["msg"]


def test_scopes_are_asked_for_and_not_what_roles_give_without_them(simulator: RunningSimulator, tmp_path: Path) -> None:
    """Its roles give everything, and a review of rules says so; its scopes let it read and ask what it may."""
    scopes = ["role:system:basic-user:*", "role:cluster-reader:*"]
    user = {"as": "alice", "as-groups": ["system:masters"], "as-user-extra": {SCOPES: scopes}}
    kubeconfig = kubeconfig_of(simulator, tmp_path / "kubeconfig", user=user)
    before = last(simulator)
    result = module("cno_migration", {"state": "prepared"}, kubeconfig=kubeconfig, cwd=tmp_path, timeout=120)
    assert result["failed"] is True
    assert "patch networks.operator.openshift.io cluster" in result["missing_rights"], result["msg"]
    assert "get networks.operator.openshift.io cluster" not in result["missing_rights"]
    assert writes(since(simulator, before)) == []


def tunnel(line: Line) -> None:
    """A proxy that wants a login."""
    head = line.head()
    wanted = base64.b64encode(LOGIN.encode()).decode()
    if f"basic {wanted}".lower() not in head.lower():
        line.answer(b"log in", status="407 Proxy Authentication Required")
        return
    host, _colon, port = head.split()[1].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as upstream:
        line.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {line.connection: upstream, upstream: line.connection}
        while True:
            ready, _write, _broken = select.select([*ends], [], [], 20)
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                ends[one].sendall(data)


@dataclass(frozen=True)
class Form:
    """One form of credential: what it adds to environment and options, and what of it is secret."""

    kubeconfig: Path | None
    secrets: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    works: bool = True


def forms(simulator: RunningSimulator, folder: Path, *, proxy: str) -> dict[str, Form]:
    token = token_of(simulator)
    address = simulator.api
    (folder / "token").write_text(f"{token}\n", encoding="utf-8")
    plugin = folder / "plugin"
    plugin.write_text('#!/bin/sh\necho "the plugin is locked" >&2\nexit 1\n', encoding="utf-8")
    plugin.chmod(0o700)
    run = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "interactiveMode": "Never",
        "env": [{"name": "VAULT_TOKEN", "value": "planted-for-the-plugin"}],
    }
    key = yaml.safe_load(Path(simulator.kubeconfig).read_text(encoding="utf-8"))["users"]
    data = next(one["user"]["client-key-data"] for one in key if "client-key-data" in one["user"])
    bare = {"validate_certs": False, "host": address}
    admin = kubeconfig_of(simulator, folder / "admin")
    return {
        "client key": Form(admin, (data, base64.b64decode(data).decode().splitlines()[1])),
        "tokenFile with a line break": Form(
            kubeconfig_of(
                simulator, folder / "file", context="token", user={"token": None, "tokenFile": str(folder / "token")}
            ),
            (token,),
        ),
        "K8S_AUTH_API_KEY with a line break": Form(None, (token,), {"K8S_AUTH_API_KEY": f"{token}\n"}, bare),
        "token with a line break inside": Form(
            None,
            ("planted-head", "planted-tail"),
            {"K8S_AUTH_API_KEY": "planted-head\nplanted-tail"},
            bare,
            works=False,
        ),
        "password": Form(
            None, ("planted-password",), {}, {**bare, "username": "me", "password": "planted-password"}, False
        ),
        "proxy in K8S_AUTH_PROXY": Form(admin, ("planted-for-the-proxy",), {"K8S_AUTH_PROXY": proxy, "NO_PROXY": ""}),
        "proxy in HTTPS_PROXY": Form(
            admin, ("planted-for-the-proxy",), {"HTTPS_PROXY": proxy, "NO_PROXY": "", "no_proxy": ""}
        ),
        "proxy as an option": Form(
            admin, ("planted-for-the-proxy",), {"NO_PROXY": "", "no_proxy": ""}, {"proxy": proxy}
        ),
        "proxy with a wrong login": Form(
            admin,
            ("planted-wrongly",),
            {"K8S_AUTH_PROXY": proxy.replace("planted-for-the-proxy", "planted-wrongly")}
            | {"NO_PROXY": "", "no_proxy": ""},
            works=False,
        ),
        "proxy that is none": Form(
            admin, ("planted-wrongly",), {}, {"proxy": "ftp://me:planted-wrongly@p"}, works=False
        ),
        "plugin": Form(
            kubeconfig_of(
                simulator,
                folder / "plugged",
                user={"exec": run, "client-certificate-data": None, "client-key-data": None},
            ),
            ("planted-for-the-plugin",),
            works=False,
        ),
    }


#: in every run; the others are among the slow ones
REPRESENTATIVES = ("client key", "K8S_AUTH_API_KEY with a line break", "proxy as an option", "plugin")
NAMES = (
    *REPRESENTATIVES,
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "tokenFile with a line break",
            "token with a line break inside",
            "password",
            "proxy in K8S_AUTH_PROXY",
            "proxy in HTTPS_PROXY",
            "proxy with a wrong login",
            "proxy that is none",
        )
    ),
)


def everything_run(form: Form, folder: Path) -> Run:
    tasks: dict[str, dict[str, Any]] = {
        "co_health": {"wait_timeout": 5},
        "node_bridges": {"wait_timeout": 5},
        "etcd_backup": {},
        "migration_journal": {},
    }
    book = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [
                {f"{COLLECTION}.{name}": {**options, **form.options, "api_outage_timeout": 2}, "ignore_errors": True}
                for name, options in tasks.items()
            ],
        }
    ]
    path = folder / "book.yml"
    path.write_text(json.dumps(book), encoding="utf-8")
    return playbook(
        str(path),
        kubeconfig=form.kubeconfig,
        cwd=folder,
        arguments=["-vvv"],
        environment=form.environment,
        timeout=120,
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_written_anywhere(simulator: RunningSimulator, tmp_path: Path, name: str) -> None:
    put_behind_a_proxy(simulator)
    before = last(simulator)
    work = tmp_path / "work"
    work.mkdir()
    with serving(tunnel) as proxy:
        form = forms(simulator, tmp_path, proxy=f"http://{LOGIN}@127.0.0.1:{proxy.port}")[name]
        run = everything_run(form, work)
    rows = since(simulator, before)
    ran = {row["subresource"] for row in rows}
    assert ("exec" in ran) is form.works, run.output
    if not form.works:
        assert "Traceback" not in run.output
    written = [run.output, json.dumps(rows)]
    written += [
        path.read_text(errors="replace") for path in work.rglob("*") if path.is_file() and path != work / "book.yml"
    ]
    for secret in (*form.secrets, PLANTED):
        for text in written:
            assert secret not in text, text[max(text.find(secret) - 300, 0) : text.find(secret) + 100]


def put_behind_a_proxy(simulator: RunningSimulator) -> None:
    """The cluster itself is behind a proxy that wants a password."""
    from kubernetes import client, config

    api = client.CustomObjectsApi(config.new_client_from_config(str(simulator.kubeconfig)))
    url = f"http://user:{PLANTED}@proxy.example.com:3128"
    patch = {"spec": {"httpProxy": url, "httpsProxy": url}, "status": {"httpProxy": url, "httpsProxy": url}}
    api.patch_cluster_custom_object("config.openshift.io", "v1", "proxies", "cluster", patch)
