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
from tests.integration.records import REVIEWS, reboots
from tests.rbac import ACCOUNT, FOLDER, Right, rights, unused
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

NAMESPACE, NAME = "ovn-migration-account", "migrator"
USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
CONSENT = {"cno_allow_disruption": True}
#: What makes a migration use rights that another one does without.
SETTINGS: dict[str, Any] = {
    "cno_preflight_acknowledge": [*QUICK["cno_preflight_acknowledge"], "primary_interface_free"],
    "cno_prepare_ovn": {"join_subnet": "100.70.0.0/16"},
    "cno_prepare_max_unavailable": {"worker": 1},
    "cno_switch_webhook_timeout_seconds": 3,
}
#: Asked for and never used here: from Kubernetes 1.35 on a command over a WebSocket needs it as well.
NOT_HERE = {Right("create", "", "pods/exec", namespace="openshift-machine-config-operator")}
#: Used when something goes wrong: a pool that hangs, an operator that refuses, egress objects that an abort has lost, a
#: pod that has ended.
WHEN_IT_GOES_WRONG = {
    Right("list", "apps", "deployments"),
    Right("get", "", "pods/log", namespace="openshift-machine-config-operator"),
    Right("get", "config.openshift.io", "clusteroperators", name="network"),
    Right("get", "network.openshift.io", "hostsubnets"),
    Right("patch", "network.openshift.io", "hostsubnets"),
    Right("get", "network.openshift.io", "netnamespaces"),
    Right("patch", "network.openshift.io", "netnamespaces"),
    Right("create", "network.openshift.io", "egressnetworkpolicies"),
}
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

    def playbook(self, name: str, *arguments: str, **variables: Any) -> Run:
        return playbook(name, kubeconfig=self.kubeconfig, cwd=self.cwd, variables=variables, arguments=arguments)

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
        yield with_account(simulator, folder)


def with_account(simulator: RunningSimulator, folder: Path) -> Restricted:
    """The account is there, and has no rights yet."""
    here = Restricted(simulator, folder / "kubeconfig", folder)
    here.apply(ACCOUNT)
    token = here.admin("create", "token", NAME, "-n", NAMESPACE, "--duration=168h").strip()
    content = yaml.safe_load(Path(simulator.kubeconfig).read_text(encoding="utf-8"))
    content["users"] = [{"name": NAME, "user": {"token": token}}]
    content["contexts"] = [{"name": NAME, "context": {"cluster": content["clusters"][0]["name"], "user": NAME}}]
    content["current-context"] = NAME
    here.kubeconfig.write_text(yaml.safe_dump(content), encoding="utf-8")
    return here


def used(rows: Iterable[Mapping[str, Any]]) -> list[Right]:
    return list({right for row in rows for right in _used(row)})


def _used(row: Mapping[str, Any]) -> Iterator[Right]:
    plural, _dot, group = row["resource"].partition(".")
    if not plural or row["resource"] in REVIEWS:
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


@pytest.mark.slow
def test_the_roles_suffice_there_and_back_and_give_nothing_that_is_not_used(tmp_path: Path) -> None:
    with restricted(tmp_path, extras=("egress", "nncp", "webhooks", "mhc", "autoscaler", "sriov")) as here:
        for body in NODE_HEALTH_CHECK:
            here.admin("apply", "-f", "-", body=body)
        here.apply("read-only.yaml")
        blind = {"cno_preflight_skip": ["credential_rights"], "cno_preflight_probe_nodes": False}
        for name, variables in (("preflight", {**SETTINGS, **blind}), ("status", {})):
            run = here.playbook(name, **variables)
            assert run.code == 0, run.output
        run = here.playbook("preflight", **SETTINGS)
        assert run.code != 0
        assert "patch networks.operator.openshift.io cluster" in run.flat and "docs/rbac/migrate.yaml" in run.flat

        here.apply("migrate.yaml")
        for name, variables in (("migrate", SETTINGS), ("rollback", {})):
            run = here.playbook(name, **CONSENT, **variables)
            assert run.code == 0, run.output
        rows = here.rows()
    # with read-only.yaml alone nothing may be run on the nodes
    assert [one for one in denied(rows) if one[0] != "exec"] == []
    assert set(unused(rights("read-only.yaml", "migrate.yaml"), used(rows))) == NOT_HERE | WHEN_IT_GOES_WRONG


@pytest.mark.slow
def test_the_roles_suffice_for_an_abort_and_for_what_goes_wrong_before_it(tmp_path: Path) -> None:
    with restricted(tmp_path, extras=("egress",), speed=120, faults=("pool_degraded:worker,when=update",)) as here:
        here.apply("read-only.yaml", "migrate.yaml")
        pods = json.loads(here.admin("get", "pods", "-n", "shop", "-o", "json"))["items"]
        of_deployment = next(pod for pod in pods if "pod-template-hash" in (pod["metadata"].get("labels") or {}))
        ended = json.dumps({"status": {"phase": "Failed", "reason": "Evicted"}})
        name = of_deployment["metadata"]["name"]
        here.admin("patch", "pod", name, "-n", "shop", "--type=merge", "--subresource=status", "-p", ended)
        stopped = here.playbook("migrate", **CONSENT)
        assert stopped.code != 0 and "worker" in stopped.output
        # somebody takes it for a leftover
        policies = json.loads(here.admin("get", "egressnetworkpolicies", "-A", "-o", "json"))["items"]
        gone = policies[0]["metadata"]
        here.admin("delete", "egressnetworkpolicies", "-n", gone["namespace"], gone["name"])
        here.simulator.remove_fault("pool_degraded")
        back = here.playbook("rollback", **CONSENT)
        assert back.code == 0, back.output
        rows = here.rows()
    assert denied(rows) == []
    assert unused(WHEN_IT_GOES_WRONG, used(rows)) == []


@pytest.mark.slow
def test_roles_that_go_with_their_namespace_do_not_keep_nodes_from_rebooting(tmp_path: Path) -> None:
    files = ("read-only.yaml", "migrate.yaml")
    with restricted(tmp_path) as here:
        here.apply(*files)
        switched = here.playbook("migrate", "--tags", "cno_prepare,cno_switch", **CONSENT)
        assert switched.code == 0, switched.output
        here.admin("delete", "namespace", "ovn-migration", "--wait=false")
        stopped = here.playbook("migrate", **CONSENT)
        rebooted = [node for node, cause in reboots(here.simulator.disruptions()) if cause == "manual"]
        here.apply(ACCOUNT, *files)
        done = here.playbook("migrate", **CONSENT)
    assert sorted(rebooted) == ["master-0", "worker-0"]
    assert stopped.code != 0
    assert 'cannot create resource "namespaces"' in stopped.flat and "docs/rbac/README.md" in stopped.flat
    assert done.code == 0, done.output


@pytest.mark.slow
def test_the_addition_for_certificate_requests_suffices(tmp_path: Path) -> None:
    files = ("read-only.yaml", "migrate.yaml", "approve-csrs.yaml")
    with restricted(tmp_path, masters=3, workers=2, faults=("csr_pending:worker-0",)) as here:
        here.apply(*files[:-1])
        wanted = {"nodes": ["worker-0"], "use_journal": False, "wait_sleep": 1, "approve_csrs": True}
        refused = here.module("node_reboot", **wanted)
        assert refused["failed"] and "docs/rbac/approve-csrs.yaml" in refused["msg"]
        here.apply(files[-1])
        done = here.module("node_reboot", **wanted)
        rows = here.rows()
    assert not done.get("failed"), done["msg"]
    assert len(done["approved_csrs"]) == 2
    assert denied(rows) == []
    assert unused(rights(files[-1]), used(rows)) == []


@pytest.mark.slow
def test_the_role_for_a_backup_of_etcd_suffices_alone(tmp_path: Path) -> None:
    with restricted(tmp_path) as here:
        here.apply("etcd-backup.yaml")
        done = here.module("etcd_backup")
        rows = here.rows()
    assert not done.get("failed"), done["msg"]
    assert denied(rows) == []
    assert set(unused(rights("etcd-backup.yaml"), used(rows))) == NOT_HERE


@pytest.mark.slow
def test_a_token_ends_with_its_account(tmp_path: Path) -> None:
    with restricted(tmp_path) as here:
        here.apply("read-only.yaml")
        assert here.module("migration_journal").get("failed") is not True
        here.admin("delete", "namespace", NAMESPACE)
        ended = here.module("migration_journal", api_outage_timeout=1)
    assert ended["failed"] and "401" in ended["msg"]
