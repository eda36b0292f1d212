"""What is borrowed is as wanted while it is needed and as it was afterwards, by the record of the simulator."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.records import accepted, named, without_notes, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

HEALTH_CHECKS = "machinehealthchecks.machine.openshift.io"
VALIDATING = "validatingwebhookconfigurations.admissionregistration.k8s.io"
MUTATING = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
POOLS = "machineconfigpools.machineconfiguration.openshift.io"
POLICIES = "nodenetworkconfigurationpolicies.nmstate.io"
OWNERS_CHECK = {
    "apiVersion": "machine.openshift.io/v1beta1",
    "kind": "MachineHealthCheck",
    "metadata": {
        "name": "owners",
        "namespace": "openshift-machine-api",
        "annotations": {"cluster.x-k8s.io/paused": "since May"},
    },
    "spec": {
        "maxUnhealthy": 1,
        "selector": {"matchLabels": {"role": "storage"}},
        "unhealthyConditions": [{"type": "Ready", "status": "False", "timeout": "300s"}],
    },
}


#: behind Services, and slower than 3 seconds, with the simulator's extra ``webhooks``
USERS_HOOKS = {"image-policy.shop.example.com", "validation.gatekeeper.sh", "inject.mesh.example.com"}
#: of the simulator's extra ``vlan``
PRIMARY_POLICIES = ("bond0-uplink", "bond0-vlan100")
OTHER_POLICY = "enp3s0-storage"


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    settings = {"speed": 0.0, **getattr(request, "param", {})}
    options = Options(max_lifetime=600, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **settings)
    with running(options) as simulator:
        yield simulator


def kubectl(simulator: RunningSimulator, *arguments: str, given: Mapping[str, Any] | None = None) -> str:
    done = subprocess.run(
        ["kubectl", "--kubeconfig", str(simulator.kubeconfig), *arguments],
        input=json.dumps(given) if given else None,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def read(simulator: RunningSimulator, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kubectl(simulator, "get", *arguments, "-o", "json"))
    return found


def paused(simulator: RunningSimulator) -> dict[str, bool]:
    return {pool["metadata"]["name"]: bool(pool["spec"].get("paused")) for pool in read(simulator, POOLS)["items"]}


def by_roles(directory: Path) -> str:
    """A playbook of the roles alone: each borrows what it needs itself."""
    names = [f"ocp_day2.ovn_migration.cno_{phase}" for phase in ("prepare", "switch", "reboot", "verify", "cleanup")]
    path = directory / "roles.yml"
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "roles": names}]), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "simulator", [{"masters": 1, "workers": 2, "extras": ("vlan", "webhooks", "mhc")}], indirect=True
)
@pytest.mark.slow
def test_a_migration_borrows_for_each_window_and_gives_everything_back(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    kubectl(simulator, "create", "-f", "-", given=OWNERS_CHECK)
    before = timeouts(simulator)
    start = len(simulator.requests())
    variables = {
        "cno_allow_disruption": True,
        "cno_prepare_max_unavailable": {"worker": "100%"},
        "cno_switch_webhook_timeout_seconds": 3,
    }
    book = by_roles(tmp_path)
    run = playbook(book, kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 0, run.output[-4000:]
    made = [row for row in accepted(writes(simulator.requests()[start:])) if row["verb"] != "exec"]

    asked = place(made, "networks.operator.openshift.io", {"spec": {"migration": {"networkType": "OVNKubernetes"}}})
    flipped = place(made, "networks.config.openshift.io", {"spec": {"networkType": "OVNKubernetes"}})
    finished = place(made, "networks.operator.openshift.io", {"spec": {"migration": None}})
    raised, lowered = (place(made, POOLS, {"spec": {"maxUnavailable": value}}) for value in ("100%", None))
    deleted = next(number for number, row in enumerate(made) if (row["verb"], row["resource"]) == ("delete", POLICIES))
    hooks = [number for number, row in enumerate(made) if row["resource"] in (VALIDATING, MUTATING)]
    shortened, prolonged = hooks[: len(USERS_HOOKS)], hooks[len(USERS_HOOKS) :]
    assert max(raised, deleted) < asked < lowered < min(shortened) < max(shortened) < flipped
    assert flipped < min(prolonged) < max(prolonged) < finished
    assert {without_notes(made[number]["body"])[-1]["value"] for number in shortened} == {3}
    assert {made[number]["body"][0]["value"] for number in shortened} == USERS_HOOKS
    assert timeouts(simulator) == before

    assert {named(row) for row in made if row["resource"] == HEALTH_CHECKS} == {"workers"}
    assert [row["body"]["metadata"]["annotations"]["cluster.x-k8s.io/paused"] for row in of(made, HEALTH_CHECKS)] == [
        "",
        None,
        "",
        None,
    ]
    checks = {check["metadata"]["name"]: check["metadata"] for check in read(simulator, HEALTH_CHECKS, "-A")["items"]}
    assert "cluster.x-k8s.io/paused" not in checks["workers"].get("annotations", {})
    assert checks["owners"]["annotations"] == {"cluster.x-k8s.io/paused": "since May"}
    assert "maxUnavailable" not in read(simulator, POOLS, "worker")["spec"]

    assert simulator.disruptions()["counts"]["intervals"]["machine_deleted"] == 0

    left = module("migration_borrow", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)["loans"]
    assert [(loan["what"], loan["name"], loan["step"]) for loan in left] == [
        ("network_policy", name, "cno_prepare") for name in PRIMARY_POLICIES
    ]
    assert [body["metadata"]["name"] for body in read(simulator, POLICIES)["items"]] == [OTHER_POLICY]

    seen = len(simulator.requests())
    again = playbook(book, kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert (again.code, again.counts["changed"]) == (0, 0), again.output[-4000:]
    assert writes(simulator.requests()[seen:]) == []

    module("primary_nncp", {"state": "restored"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    assert {body["metadata"]["name"] for body in read(simulator, POLICIES)["items"]} == {
        *PRIMARY_POLICIES,
        OTHER_POLICY,
    }


def of(made: list[Any], resource: str) -> list[Any]:
    return [row for row in made if row["resource"] == resource]


def place(made: list[Any], resource: str, body: Mapping[str, Any]) -> int:
    """Where the one patch with that body stands in the order of writes."""
    [found] = [n for n, row in enumerate(made) if (row["resource"], without_notes(row["body"])) == (resource, body)]
    return found


def timeouts(simulator: RunningSimulator) -> dict[tuple[str, str], int]:
    """(kind and name of the configuration, name of the webhook) -> seconds."""
    configurations = read(simulator, f"{VALIDATING},{MUTATING}")["items"]
    return {
        (f"{body['kind']}/{body['metadata']['name']}", hook["name"]): hook["timeoutSeconds"]
        for body in configurations
        for hook in body["webhooks"]
    }


@pytest.mark.parametrize("simulator", [{"masters": 1, "workers": 1, "pools": {"infra": 1, "empty": 0}}], indirect=True)
def test_law_10_pools_are_paused_and_only_ours_are_resumed(simulator: RunningSimulator, tmp_path: Path) -> None:
    kubectl(simulator, "patch", POOLS, "infra", "--type=merge", "-p", '{"spec":{"paused":true}}')
    kubeconfig = simulator.kubeconfig
    first = module("mcp_pause", {"state": "paused"}, kubeconfig=kubeconfig, cwd=tmp_path)
    assert first["changed"] is True
    assert paused(simulator) == dict.fromkeys(("empty", "infra", "master", "worker"), True)
    assert {row["name"] for row in first["pools"] if row["paused_before"]} == {"infra"}

    again = module("mcp_pause", {"state": "paused"}, kubeconfig=kubeconfig, cwd=tmp_path)
    assert (again["changed"], again["pools"]) == (False, first["pools"])

    resumed = module("mcp_pause", {"state": "resumed"}, kubeconfig=kubeconfig, cwd=tmp_path)
    assert (resumed["changed"], resumed["resumed"], resumed["loans"]) == (True, ["empty", "master", "worker"], [])
    assert paused(simulator) == {"empty": False, "infra": True, "master": False, "worker": False}


@pytest.mark.slow
@pytest.mark.parametrize("simulator", [{"masters": 1, "workers": 1}], indirect=True)
def test_law_07_a_health_check_sleeps_on_until_the_last_reboot(simulator: RunningSimulator, tmp_path: Path) -> None:
    kubeconfig = simulator.kubeconfig

    def run(name: str, **options: Any) -> dict[str, Any]:
        result = module(name, options, kubeconfig=kubeconfig, cwd=tmp_path)
        assert not result.get("failed"), result
        return result

    before = timeouts(simulator)
    run("migration_borrow", state="borrowed", machine_health_checks=True, webhook_timeout=3)
    run("cno_migration", state="prepared", wait_sleep=1)
    run("mcp_wait", network_type="OVNKubernetes", wait_sleep=1)
    run("cno_migration", state="switched", wait_sleep=1)
    kept = run("migration_borrow", state="returned")
    assert (kept["changed"], kept["returned"]) == (False, [])
    assert {row["what"] for row in kept["kept"]} == {"machine_health_check", "webhook_timeout"}
    assert "until every node has rebooted" in str(kept["warnings"])
    run("node_reboot", wait_sleep=1)
    back = run("migration_borrow", state="returned")
    assert (back["changed"], back["kept"], back["loans"]) == (True, [], [])
    assert timeouts(simulator) == before


def removed(simulator: RunningSimulator) -> list[str]:
    return [row["node"] for row in simulator.disruptions()["intervals"] if row["kind"] == "machine_deleted"]


AUTOSCALED = {"extras": ("autoscaler",), "masters": 3, "workers": 3}


@pytest.mark.slow
@pytest.mark.parametrize("simulator", [AUTOSCALED], indirect=True)
def test_law_07_the_autoscaler_removes_no_node_while_they_reboot(simulator: RunningSimulator, tmp_path: Path) -> None:
    """Nobody needs a drained node for long: three workers, of which it may remove one."""

    def run(name: str, **options: Any) -> dict[str, Any]:
        result = module(name, options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert not result.get("failed"), result
        return result

    def scale_down() -> dict[str, Any]:
        found: dict[str, Any] = read(simulator, "clusterautoscaler", "default")["spec"]["scaleDown"]
        return found

    before = scale_down()
    run("migration_borrow", state="borrowed", cluster_autoscaler=True)
    run("cno_migration", state="prepared", wait_sleep=1)
    run("mcp_wait", network_type="OVNKubernetes", wait_sleep=1)
    run("cno_migration", state="switched", wait_sleep=1)
    kept = run("migration_borrow", state="returned")
    assert [row["what"] for row in kept["kept"]] == ["cluster_autoscaler"]
    run("node_reboot", wait_sleep=1)
    assert (removed(simulator), scale_down()) == ([], {**before, "enabled": False})
    back = run("migration_borrow", state="returned")
    assert (back["kept"], back["loans"], scale_down()) == ([], [], before)
    assert before["enabled"]


@pytest.mark.slow
@pytest.mark.parametrize("simulator", [AUTOSCALED], indirect=True)
def test_an_autoscaler_that_is_left_alone_takes_nodes_away(simulator: RunningSimulator, tmp_path: Path) -> None:
    """Why it is borrowed; the migration goes on with the nodes that are left."""
    alone = {"cno_prepare_pause_cluster_autoscaler": False, "cno_switch_pause_cluster_autoscaler": False}
    variables = {"cno_allow_disruption": True, **alone}
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 0, run.output
    assert len(removed(simulator)) == 1
