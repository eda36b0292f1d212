"""The roles of docs/rbac suffice for what they are for, and give nothing that is not used."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import QUICK, Run, module, playbook
from tests.rbac import ACCOUNT, FOLDER, Right, rights, uncovered, unused
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

NAMESPACE, NAME = "ovn-migration-account", "migrator"
USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
REVIEW = "selfsubjectaccessreviews.authorization.k8s.io"
CONSENT = {"cno_allow_disruption": True}
#: A health check of another operator, which the simulator does not have.
NODE_HEALTH_CHECK: list[dict[str, Any]] = [
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "nodehealthchecks.remediation.medik8s.io"},
        "spec": {
            "group": "remediation.medik8s.io",
            "scope": "Cluster",
            "names": {"plural": "nodehealthchecks", "singular": "nodehealthcheck", "kind": "NodeHealthCheck",
                      "listKind": "NodeHealthCheckList"},
            "versions": [
                {"name": "v1alpha1", "served": True, "storage": True,
                 "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
            ],
        },
    },
    {
        "apiVersion": "remediation.medik8s.io/v1alpha1",
        "kind": "NodeHealthCheck",
        "metadata": {"name": "workers"},
        "spec": {"selector": {"matchLabels": {"node-role.kubernetes.io/worker": ""}}},
    },
]  # fmt: skip


@dataclass(frozen=True)
class Restricted:
    """A simulated cluster, and a kubeconfig with the account's token."""

    simulator: RunningSimulator
    kubeconfig: Path
    cwd: Path

    def apply(self, *files: str) -> None:
        self.admin("apply", *(word for file in files for word in ("-f", str(FOLDER / file))))

    def admin(self, *arguments: str, body: Any = None) -> str:
        command = ["kubectl", "--kubeconfig", str(self.simulator.kubeconfig), *arguments]
        given = json.dumps(body) if body is not None else None
        return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout

    def playbook(self, name: str, **variables: Any) -> Run:
        return playbook(name, kubeconfig=self.kubeconfig, cwd=self.cwd, variables=variables)

    def module(self, name: str, **options: Any) -> dict[str, Any]:
        return module(name, options, kubeconfig=self.kubeconfig, cwd=self.cwd)

    def rows(self) -> list[Mapping[str, Any]]:
        return [row for row in self.simulator.requests() if row["user"] == USER]


@contextmanager
def restricted(folder: Path, **settings: Any) -> Iterator[Restricted]:
    options = Options(
        **{"masters": 1, "workers": 1, "speed": 0, **settings},
        max_lifetime=900,
        kubeconfig=folder / "admin",
        state=folder / "state.json",
    )
    with running(options) as simulator:
        here = Restricted(simulator, folder / "kubeconfig", folder)
        here.apply(ACCOUNT)
        token = here.admin("create", "token", NAME, "-n", NAMESPACE, "--duration=168h").strip()
        content = yaml.safe_load(Path(simulator.kubeconfig).read_text(encoding="utf-8"))
        content["users"] = [{"name": NAME, "user": {"token": token}}]
        content["contexts"] = [{"name": NAME, "context": {"cluster": content["clusters"][0]["name"], "user": NAME}}]
        content["current-context"] = NAME
        here.kubeconfig.write_text(yaml.safe_dump(content), encoding="utf-8")
        yield here


def used(rows: Iterable[Mapping[str, Any]]) -> list[Right]:
    return list({right for row in rows for right in _used(row)})


def _used(row: Mapping[str, Any]) -> Iterator[Right]:
    plural, _dot, group = row["resource"].partition(".")
    if not plural or row["resource"] == REVIEW:
        return
    verb = {"exec": "get" if row["method"] == "GET" else "create", "log": "get"}.get(row["verb"], row["verb"])
    subresource = f"/{row['subresource']}" if row["subresource"] else ""
    name = row["name"] or ""
    # a Namespace lies in itself
    namespace = name if row["resource"] == "namespaces" else row["namespace"] or ""
    yield Right(verb, group, f"{plural}{subresource}", name=name, namespace=namespace)
    if row["subresource"] == "approval":
        yield Right("approve", group, "signers", name=row["body"]["spec"]["signerName"])


def denied(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    return [(row["verb"], row["resource"], row["namespace"], row["name"]) for row in rows if row["status"] == 403]


def test_explore(tmp_path: Path) -> None:
    with restricted(tmp_path, extras=("egress", "nncp", "webhooks", "mhc")) as here:
        for body in NODE_HEALTH_CHECK:
            here.admin("apply", "-f", "-", body=body)
        here.apply("read-only.yaml")
        run = here.playbook("preflight", cno_preflight_skip=["credential_rights"], cno_preflight_probe_nodes=False)
        print(run.output)
        print("UNUSED READ-ONLY", *unused(rights("read-only.yaml"), used(here.rows())), sep="\n")
        run = here.playbook("status")
        print(run.output)
        print("DENIED", denied(here.rows()))
        here.apply("migrate.yaml")
        run = here.playbook("migrate", **CONSENT, cno_switch_webhook_timeout_seconds=3)
        print(run.output)
        run = here.playbook("rollback", **CONSENT, cno_switch_webhook_timeout_seconds=3)
        print(run.output)
        print("DENIED", denied(here.rows()))
        print("UNUSED", *unused(rights("read-only.yaml", "migrate.yaml"), used(here.rows())), sep="\n")
