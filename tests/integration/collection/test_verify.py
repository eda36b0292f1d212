"""What verify looks at beyond health: the pods of before, what was converted, and a reboot more when that is wanted."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import COLLECTION, Run, module, playbook
from tests.integration.records import reboots, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

OVN = "OVNKubernetes"


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    settings = {"masters": 1, "workers": 1, "speed": 0.0, **getattr(request, "param", {})}
    options = Options(max_lifetime=400, kubeconfig=tmp_path / "kubeconfig", state=tmp_path / "state.json", **settings)
    with running(options) as simulator:
        yield simulator


def kubectl(simulator: RunningSimulator, *arguments: str) -> None:
    command = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def patched(simulator: RunningSimulator, resource: str, patch: dict[str, Any], *arguments: str) -> None:
    kubectl(simulator, "patch", resource, "--type=merge", "-p", json.dumps(patch), *arguments)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize(
    ("simulator", "early"),
    [
        pytest.param({"ocp": "4.14"}, True, id="4.14", marks=pytest.mark.slow),
        pytest.param({"ocp": "4.16"}, False, id="4.16"),
    ],
    indirect=["simulator"],
)
def test_what_is_converted_is_compared_with_the_backup_object_by_object(
    simulator: RunningSimulator, tmp_path: Path, early: bool
) -> None:
    """4.14 converts as soon as the migration is prepared, 4.16 not before the switch."""

    def run(name: str, **options: Any) -> dict[str, Any]:
        return module(name, options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)

    patched(simulator, "hostsubnet/worker-0", {"egressCIDRs": ["198.51.100.0/24"], "egressIPs": ["198.51.100.7"]})
    patched(simulator, "netnamespace/shop", {"egressIPs": ["198.51.100.7"]})
    assert run("migration_backup", state="present")["changed"] is True
    before = run("feature_conversion", wait_timeout=1)
    assert before["failed"] is True and "EgressIP" in before["msg"], before
    run("cno_migration", state="prepared", wait_sleep=1)
    run("mcp_wait", network_type=OVN, wait_sleep=1)
    prepared = run("feature_conversion", wait_timeout=1)
    assert prepared["failed"] is not early, prepared
    switched = run("cno_migration", state="switched", wait_sleep=1)
    assert switched["verdict"]["state"] == "done", switched
    after = run("feature_conversion", wait_timeout=30, wait_sleep=1)
    assert after["verdict"]["state"] == "done", after
    converted = {row["source"]: row["target"] for row in after["conversions"] if row["state"] == "converted"}
    assert converted == {
        "EgressNetworkPolicy shop/default": "egressfirewalls.k8s.ovn.org shop/default",
        "NetNamespace media": "namespaces media",
        "NetNamespace shop": "egressips.k8s.ovn.org egressip-shop",
        "HostSubnet worker-0": "nodes worker-0",
    }


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_a_node_whose_pods_stay_in_error_reboots_once_more_when_that_is_wanted(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    for name, options in (
        ("cno_migration", {"state": "prepared", "wait_sleep": 1}),
        ("mcp_wait", {"network_type": OVN, "wait_sleep": 1}),
        ("cno_migration", {"state": "switched", "wait_sleep": 1}),
        ("node_reboot", {"wait_sleep": 1}),
    ):
        done = module(name, options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert not done["failed"], done
    crash(simulator)
    refused = verify(simulator, tmp_path, cno_verify_reboot_pods_in_error=True)
    assert refused.code != 0 and "cno_allow_disruption=true" in refused.flat, refused.output
    assert reboots(simulator.disruptions())[("worker-0", "manual")] == 1
    consent = {"cno_allow_disruption": True, "cno_verify_reboot_pods_in_error": True, "cno_verify_pods_timeout": 5}
    healed = verify(simulator, tmp_path, **consent)
    assert healed.code == 0 and "These nodes reboot once more: worker-0" in healed.flat, healed.output
    manual = {node: count for (node, cause), count in reboots(simulator.disruptions()).items() if cause == "manual"}
    assert manual == {"master-0": 1, "worker-0": 2}
    seen = len(simulator.requests())
    again = verify(simulator, tmp_path, **consent)
    assert again.code == 0 and again.counts["changed"] == 0, again.output
    assert writes(simulator.requests()[seen:]) == [], "a verified cluster is only looked at"


def crash(simulator: RunningSimulator) -> None:
    """A pod of worker-0 cannot start any more, until its node reboots."""
    listed = subprocess.run(
        ["kubectl", "--kubeconfig", str(simulator.kubeconfig), "-n", "shop", "get", "pods", "-o", "name"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    pod = next(name for name in listed if "frontend" in name)
    container = {"name": "web", "ready": False, "restartCount": 7, "image": "web", "imageID": "web"}
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    status = {"status": {"phase": "Running", "containerStatuses": [{**container, "state": state}]}}
    patched(simulator, pod, status, "-n", "shop", "--subresource=status")


def verify(simulator: RunningSimulator, cwd: Path, **variables: Any) -> Run:
    """The role in somebody's own playbook."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": [f"{COLLECTION}.cno_verify"],
    }
    path = cwd / "verify.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    return playbook(str(path), kubeconfig=simulator.kubeconfig, cwd=cwd, variables=variables)
