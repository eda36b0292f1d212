"""The backup on a real API: what lies in the cluster, what lies in files, and what the nodes are asked to do."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client
from kubernetes.config import new_client_from_config

from tests.integration.ansible_runs import environment, module, playbook
from tests.integration.records import accepted, named, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

EXTRA = [{"kind": "IngressController", "api_version": "operator.openshift.io/v1"}]
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    directory = tmp_path_factory.mktemp("backup")
    options = Options(speed=0, max_lifetime=900, kubeconfig=directory / "kubeconfig", state=directory / "state.json")
    with running(options) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def made(simulator: RunningSimulator, directory: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first backup of the cluster, with files and the objects of an extra kind."""
    cwd = tmp_path_factory.mktemp("made")
    options = {"state": "present", "directory": str(directory), "extra_kinds": EXTRA}
    result = module("migration_backup", options, kubeconfig=simulator.kubeconfig, cwd=cwd)
    assert not result["failed"], result
    assert result["changed"] is True
    return result


def _kubectl(simulator: RunningSimulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["kubectl", *arguments]
    given = environment(simulator.kubeconfig, home=simulator.kubeconfig.parent)
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)


def test_what_was_written(simulator: RunningSimulator, made: dict[str, Any]) -> None:
    created = [named(row) for row in accepted(writes(simulator.requests()))]
    parts = [name for name in made["backup"]["config_maps"] if name != f"backup-{made['backup']['id']}"]
    assert created == ["ovn-migration", *parts, f"backup-{made['backup']['id']}"]
    assert made["backup"]["kinds"]["Network.operator.openshift.io"] == 1
    assert made["backup"]["kinds"]["IngressController.operator.openshift.io"] == 1
    assert "egressips.k8s.ovn.org" in made["backup"]["absent"]
    assert made["network"]["cluster_network"] == [{"cidr": "10.128.0.0/14", "host_prefix": 23}]


def test_the_files_and_their_checksums(made: dict[str, Any]) -> None:
    first = Path(made["files"][0])
    assert first.name == "cluster-openshift-sdn.yaml"
    assert first.parent.name == made["backup"]["id"]
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=first.parent, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(checked.stdout.splitlines()) == len(made["files"]) - 1


@needs_kubectl
def test_every_manifest_can_be_applied(simulator: RunningSimulator, made: dict[str, Any]) -> None:
    manifests = [path for path in made["files"] if path.endswith(".yaml")]
    for path in manifests:
        applied = _kubectl(simulator, "apply", "--dry-run=server", "-f", path)
        assert applied.returncode == 0, f"{path}:\n{applied.stdout}{applied.stderr}"
        assert "(server dry run)" in applied.stdout


@needs_kubectl
def test_a_manifest_puts_back_what_was_changed(simulator: RunningSimulator, made: dict[str, Any]) -> None:
    folder = Path(made["files"][0]).parent
    kind, name = "validatingwebhookconfiguration", "image-policy.shop.example.com"
    before = json.loads(_kubectl(simulator, "get", kind, name, "-o", "json").stdout)["webhooks"]
    lower = '[{"op":"replace","path":"/webhooks/0/timeoutSeconds","value":3}]'
    assert _kubectl(simulator, "patch", kind, name, "--type=json", "-p", lower).returncode == 0
    applied = _kubectl(simulator, "apply", "-f", str(folder / f"{kind}.admissionregistration.k8s.io.yaml"))
    assert applied.returncode == 0, applied.stderr
    assert json.loads(_kubectl(simulator, "get", kind, name, "-o", "json").stdout)["webhooks"] == before


def test_a_second_run_writes_nothing(simulator: RunningSimulator, made: dict[str, Any], tmp_path: Path) -> None:
    simulator.forget_requests()
    options = {"state": "present", "directory": str(Path(made["files"][0]).parents[1]), "extra_kinds": EXTRA}
    again = module("migration_backup", options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert again["changed"] is False
    assert again["backup"] == made["backup"]
    assert again["files"] == made["files"]
    assert writes(simulator.requests()) == []


def test_compared_with_itself_and_after_a_change(
    simulator: RunningSimulator, made: dict[str, Any], tmp_path: Path
) -> None:
    compare = {"state": "compared", "backup": made["backup"]["id"]}
    same = module("migration_backup", compare, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert same["differences"] == []
    _patch_pool(simulator, {"spec": {"maxUnavailable": 2}})
    other = module("migration_backup", compare, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert other["unexplained"] == 1
    assert other["differences"] == [
        {
            "object": "MachineConfigPool.machineconfiguration.openshift.io worker",
            "path": "spec.maxUnavailable",
            "backup": None,
            "now": 2,
            "explanation": None,
        }
    ]
    _patch_pool(simulator, {"spec": {"maxUnavailable": None}})


def _patch_pool(simulator: RunningSimulator, patch: dict[str, Any]) -> None:
    pools = client.CustomObjectsApi(new_client_from_config(str(simulator.kubeconfig)))
    pools.patch_cluster_custom_object("machineconfiguration.openshift.io", "v1", "machineconfigpools", "worker", patch)


def test_a_tampered_configmap_is_found(simulator: RunningSimulator, made: dict[str, Any], tmp_path: Path) -> None:
    name = made["backup"]["id"]
    config_maps = client.CoreV1Api(new_client_from_config(str(simulator.kubeconfig)))
    part = config_maps.read_namespaced_config_map(f"backup-{name}-000", "ovn-migration")
    with pytest.raises(client.ApiException, match="field is immutable when `immutable` is set"):
        config_maps.patch_namespaced_config_map(part.metadata.name, "ovn-migration", {"data": {"part": "{}"}})
    # Whoever wants another content has to make it anew.
    config_maps.delete_namespaced_config_map(part.metadata.name, "ovn-migration")
    metadata = client.V1ObjectMeta(name=part.metadata.name, labels=part.metadata.labels)
    config_maps.create_namespaced_config_map(
        "ovn-migration",
        client.V1ConfigMap(metadata=metadata, data={"part": part.data["part"].replace("true", "false")}),
    )
    found = module("migration_backup", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert found["failed"] is True
    assert found["damaged_backup"] == name
    assert f"backup-{name}-000 does not hold what was put into it" in found["msg"]
    other = module(
        "migration_backup", {"state": "present", "extra_kinds": EXTRA}, kubeconfig=simulator.kubeconfig, cwd=tmp_path
    )
    assert other["changed"] is True
    assert other["backup"]["id"] != name
    assert other["backup"]["checksum"] == made["backup"]["checksum"]
    info = module("migration_backup", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert info["backup"] == other["backup"]
    assert [backup["id"] for backup in info["backups"]] == [name, other["backup"]["id"]]


def test_etcd(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = module("etcd_backup", {"node": "master-2"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert not result["failed"], result
    assert result["node"] == "master-2"
    snapshot, resources = (row["path"] for row in result["files"])
    assert snapshot.startswith("/home/core/assets/backup/snapshot_")
    assert resources.startswith("/home/core/assets/backup/static_kuberesources_")
    assert all(row["size"] > 0 for row in result["files"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param("etcd_backup_fails:master-1", "no space left on device", id="exit-code"),
        pytest.param("etcd_backup_fails:master-1,mode=empty", "is empty", id="empty-snapshot"),
        pytest.param("exec_dropped:master-1,count=2", "the connection broke off", id="dropped"),
    ],
)
def test_etcd_that_could_not_be_backed_up(simulator: RunningSimulator, tmp_path: Path, fault: str, words: str) -> None:
    simulator.add_fault(fault)
    try:
        result = module("etcd_backup", {"node": "master-1"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    finally:
        simulator.remove_fault(fault.partition(":")[0])
    assert result["failed"] is True
    assert words in result["msg"]
    assert result["node"] == "master-1"


def test_the_role_in_check_mode_touches_nothing(simulator: RunningSimulator, tmp_path: Path) -> None:
    book = tmp_path / "backup.yml"
    interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    role = {"role": "ocp_day2.ovn_migration.cno_backup"}
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "vars": interpreter, "roles": [role]}]))
    simulator.forget_requests()
    files = tmp_path / "files"
    variables = {"cno_artifacts_dir": str(files), "cno_backup_etcd_enabled": True}
    run = playbook(
        str(book), kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables, arguments=["--check", "--diff"]
    )
    assert run.code == 0, run.output
    assert writes(simulator.requests()) == []
    assert not files.exists()
