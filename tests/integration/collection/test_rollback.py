"""The way back, from wherever a migration stands, by the real playbook."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import COLLECTION, QUICK, Run, environment, module, playbook
from tests.integration.conditions import until
from tests.integration.proxy import read_only
from tests.integration.records import accepted, named, reboots, without_notes, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

CONSENT = {"cno_allow_disruption": True}
NODES = ("master-0", "worker-0", "worker-1")
OTHER_NETWORK = [{"cidr": "10.132.0.0/14", "host_prefix": 23}]
#: What a migration does, one module each; ``bring`` goes as far as it is told.
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "saved": ("migration_backup", {"state": "present"}),
    "preparing": ("cno_migration", {"state": "prepared"}),
    "prepared": ("mcp_wait", {"network_type": "OVNKubernetes"}),
    "switched": ("cno_migration", {"state": "switched"}),
    "half rebooted": ("node_reboot", {"nodes": ["master-0", "worker-1"]}),
    "rebooted": ("node_reboot", {}),
    "verified": ("co_health", {}),
    "complete": ("cno_migration", {"state": "finalized"}),
}


@contextmanager
def cluster(directory: Path, **settings: Any) -> Iterator[RunningSimulator]:
    options = Options(
        **{"masters": 1, "workers": 2, "speed": 0, **settings},
        max_lifetime=900,
        kubeconfig=directory / "kubeconfig",
        state=directory / "state.json",
    )
    with running(options) as simulator:
        yield simulator


def bring(simulator: RunningSimulator, cwd: Path, *, to: str, **of_migration: Any) -> None:
    """Migrate as far as the named step, without the playbook, so that it is quick."""
    reached = [step for step in list(STEPS)[: list(STEPS).index(to) + 1] if step == to or step != "half rebooted"]
    tasks = []
    for step in reached:
        name, options = STEPS[step]
        given = of_migration if name == "cno_migration" and options["state"] != "finalized" else {}
        # A backup is made at once.
        wait = {} if name == "migration_backup" else {"wait_sleep": 1}
        tasks.append({"name": step, f"{COLLECTION}.{name}": {**options, **given, **wait}})
    path = cwd / "bring.yml"
    play = {"hosts": "localhost", "gather_facts": False, "vars": {}, "tasks": tasks}
    play["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path.write_text(json.dumps([play]), encoding="utf-8")
    run = playbook(str(path), kubeconfig=simulator.kubeconfig, cwd=cwd)
    assert run.code == 0, run.output


def rollback(simulator: RunningSimulator, cwd: Path, *arguments: str, **variables: Any) -> Run:
    return playbook(
        "rollback",
        kubeconfig=simulator.kubeconfig,
        cwd=cwd,
        variables={**CONSENT, **variables},
        arguments=["--diff", *arguments],
    )


def kubectl(simulator: RunningSimulator, *arguments: str, body: Any = None) -> str:
    command = ["kubectl", "--kubeconfig", str(simulator.kubeconfig), *arguments]
    given = json.dumps(body) if body is not None else None
    return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout


def get(simulator: RunningSimulator, *what: str) -> Any:
    return json.loads(kubectl(simulator, "get", *what, "-o", "json"))


def rendered(simulator: RunningSimulator) -> dict[str, str]:
    return {
        pool["metadata"]["name"]: pool["status"]["configuration"]["name"] for pool in get(simulator, "mcp")["items"]
    }


def counts(mco: int, ours: int, *, nodes: tuple[str, ...] = NODES) -> dict[tuple[str, str], int]:
    return {(node, cause): count for node in nodes for cause, count in (("mco", mco), ("manual", ours)) if count}


def touched(simulator: RunningSimulator, since: int) -> list[tuple[str, str, str | None]]:
    """What was changed since that request, other than the collection's own records, in order."""
    rows = accepted(writes(simulator.requests()[since:]))
    return [
        (row["verb"], row["resource"], named(row))
        for row in rows
        if row["namespace"] != "ovn-migration" and named(row) != "ovn-migration"
        if row["verb"] != "patch" or without_notes(row["body"]) is not None
    ]


def egress_of(simulator: RunningSimulator) -> dict[str, Any]:
    """The egress addresses that OpenShiftSDN has, by object; those that it spreads over nodes by itself left out."""
    found: dict[str, Any] = {}
    for resource in ("hostsubnets", "netnamespaces"):
        items = get(simulator, resource)["items"]
        found[resource] = {
            item["metadata"]["name"]: item.get("egressCIDRs") or item.get("egressIPs")
            for item in items
            if item.get("egressCIDRs") or item.get("egressIPs")
        }
    return found


def settled(simulator: RunningSimulator) -> dict[str, Any]:
    """The two Network objects as their owner wants them, and what the pools run."""
    config = get(simulator, "networks.config.openshift.io", "cluster")["spec"]
    operator = get(simulator, "networks.operator.openshift.io", "cluster")["spec"]
    plugins = {name: value for name, value in operator["defaultNetwork"].items() if value}
    return {"config": config, "plugins": plugins, "migration": operator.get("migration"), "pools": rendered(simulator)}


def test_a_whole_rollback_and_what_stops_one(tmp_path: Path) -> None:
    """With a changed pod network, an unfit EgressIP that stops it, and a pool that its owner has paused."""
    nodes = ("master-0", "worker-0")
    with cluster(tmp_path, workers=1, pools={"infra": 1, "spare": 1}) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="complete", cluster_network=OTHER_NETWORK)
        _an_unfit_egress_ip_stops_it(simulator, tmp_path)
        kubectl(simulator, "patch", "mcp", "infra", "--type=merge", "-p", '{"spec":{"paused":true}}')
        since = len(simulator.requests())
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert "finished: the cluster has been rolled back to OpenShiftSDN" in run.flat
        after = settled(simulator)
        assert after["config"] == before["config"], "the former clusterNetwork comes from the backup"
        assert (after["plugins"], after["migration"]) == (before["plugins"], None)
        mco = {node: count for (node, cause), count in reboots(simulator.disruptions()).items() if cause == "mco"}
        ours = {node: count for (node, cause), count in reboots(simulator.disruptions()).items() if cause == "manual"}
        assert mco == {**dict.fromkeys((*nodes, "spare-0"), 2), "infra-0": 1}
        assert ours == dict.fromkeys((*nodes, "infra-0", "spare-0"), 2)
        _its_pools_are_as_before(simulator, run, before)
        _it_wrote_this_in_this_order(simulator, since)
        since = len(simulator.requests())
        again = rollback(simulator, tmp_path)
        assert again.code == 0, again.output
        assert again.counts["changed"] == 0
        assert writes(simulator.requests()[since:]) == []


def _an_unfit_egress_ip_stops_it(simulator: RunningSimulator, cwd: Path) -> None:
    spec = {"egressIPs": ["192.0.2.77"], "namespaceSelector": {"matchLabels": {"env": "prod"}}}
    body = {"apiVersion": "k8s.ovn.org/v1", "kind": "EgressIP", "metadata": {"name": "unfit"}, "spec": spec}
    kubectl(simulator, "apply", "-f", "-", body=body)
    since = len(simulator.requests())
    run = rollback(simulator, cwd)
    assert run.code == 2
    assert "egress_ips_convertible" in run.flat
    assert "features.egress_ip: false" in run.flat
    assert [row for row in writes(simulator.requests()[since:]) if row["verb"] != "exec"] == []
    kubectl(simulator, "delete", "egressip", "unfit")


def _its_pools_are_as_before(simulator: RunningSimulator, run: Run, before: Mapping[str, Any]) -> None:
    after = rendered(simulator)
    assert {name: after[name] for name in ("master", "worker", "spare")} == {
        name: before["pools"][name] for name in ("master", "worker", "spare")
    }
    assert after["infra"] != before["pools"]["infra"], "its owner keeps it as it is"
    paused = {pool["metadata"]["name"]: pool["spec"].get("paused", False) for pool in get(simulator, "mcp")["items"]}
    assert paused == {"infra": True, "master": False, "spare": False, "worker": False}
    assert "Still paused by their owner: infra" in run.flat


def _it_wrote_this_in_this_order(simulator: RunningSimulator, since: int) -> None:
    made = [(verb, resource.partition(".")[0], name) for verb, resource, name in touched(simulator, since)]
    order = [row for row in made if row[0] != "exec" and row[1] in ("machineconfigpools", "networks", "namespaces")]
    pools = [("patch", "machineconfigpools", name) for name in ("master", "spare", "worker")]
    networks = ("patch", "networks", "cluster")
    assert order == [*pools, networks, networks, *pools, networks, ("delete", "namespaces", NAMESPACE)]


NAMESPACE = "openshift-ovn-kubernetes"


def test_an_abort_brings_the_former_configuration_back_and_what_was_converted(tmp_path: Path) -> None:
    """By name; and the egress addresses, which the operator converts in prepare and never converts back."""
    with cluster(tmp_path, extras=("egress",)) as simulator:
        before, egress = settled(simulator), egress_of(simulator)
        assert egress["hostsubnets"] and egress["netnamespaces"]
        bring(simulator, tmp_path, to="prepared")
        assert rendered(simulator) != before["pools"]
        assert egress_of(simulator)["hostsubnets"] == {}
        since = len(simulator.requests())
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert "abort: a migration to OVNKubernetes is being prepared" in run.flat
        assert "put back: HostSubnet.network.openshift.io" in run.flat
        assert settled(simulator) == before
        assert egress_of(simulator) == egress
        assert reboots(simulator.disruptions()) == counts(2, 0)
        changed = touched(simulator, since)
        assert changed[0] == ("patch", "networks.operator.openshift.io", "cluster")
        assert {row[1] for row in changed[1:]} == {
            "hostsubnets.network.openshift.io",
            "netnamespaces.network.openshift.io",
        }
        since = len(simulator.requests())
        again = rollback(simulator, tmp_path)
        assert again.code == 0, again.output
        assert touched(simulator, since) == []


@pytest.mark.slow
def test_an_abort_while_the_nodes_are_being_prepared(tmp_path: Path) -> None:
    with cluster(tmp_path, speed=60) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="preparing")
        until(lambda: sum(reboots(simulator.disruptions()).values()) >= 1)
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert settled(simulator) == before
        assert {cause for _node, cause in reboots(simulator.disruptions())} == {"mco"}


@pytest.mark.slow
def test_an_abort_with_a_degraded_pool_names_it_and_goes_on_when_it_is_mended(tmp_path: Path) -> None:
    with cluster(tmp_path) as simulator:
        before = settled(simulator)
        simulator.add_fault("pool_degraded:worker")
        bring(simulator, tmp_path, to="preparing")
        run = rollback(simulator, tmp_path)
        assert run.code == 2
        assert "pool worker is degraded" in run.flat
        assert "it goes on where the cluster stands" in run.flat
        simulator.remove_fault("pool_degraded")
        again = rollback(simulator, tmp_path)
        assert again.code == 0, again.output
        assert settled(simulator) == before


@pytest.mark.slow
def test_an_abort_with_a_node_that_cannot_update_waits_until_it_has_healed(tmp_path: Path) -> None:
    with cluster(tmp_path) as simulator:
        before = settled(simulator)
        simulator.add_fault("pool_degraded:worker,when=update,reason=no space left on device")
        bring(simulator, tmp_path, to="preparing")
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert settled(simulator) == before
        assert {node for node, _cause in reboots(simulator.disruptions())} == {"master-0"}


@pytest.mark.slow
def test_a_refused_switch_is_taken_back_and_then_the_preparation(tmp_path: Path) -> None:
    with cluster(tmp_path) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="prepared")
        simulator.add_fault("cno_refuses,message=not tonight")
        refused = module("cno_migration", {"state": "switched"}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert "not tonight" in refused["msg"]
        lifted = _lift_when_taken_back(simulator)
        run = rollback(simulator, tmp_path)
        lifted.join(timeout=60)
        assert run.code == 0, run.output
        assert "undo_refused_flip" in run.flat
        assert settled(simulator) == before
        assert reboots(simulator.disruptions()) == counts(2, 0)


def _lift_when_taken_back(simulator: RunningSimulator) -> threading.Thread:
    """A real operator refuses the change, not everything: it is content again when the change is taken back."""

    def lift() -> None:
        until(lambda: get(simulator, "networks.config.openshift.io", "cluster")["spec"]["networkType"] == SDN)
        simulator.remove_fault("cno_refuses")

    thread = threading.Thread(target=lift, daemon=True)
    thread.start()
    return thread


SDN = "OpenShiftSDN"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to", "mco", "ours"),
    [
        pytest.param("switched", 2, {"master-0": 1, "worker-0": 1, "worker-1": 1}, id="awaiting_reboot"),
        pytest.param("half rebooted", 2, {"master-0": 2, "worker-0": 1, "worker-1": 2}, id="half rebooted"),
        pytest.param("rebooted", 2, {"master-0": 2, "worker-0": 2, "worker-1": 2}, id="verifying"),
    ],
)
def test_a_rollback_from_the_middle_of_a_migration(tmp_path: Path, to: str, mco: int, ours: Mapping[str, int]) -> None:
    """Every node reboots once more under OpenShiftSDN, those too that have never rebooted under the other plugin."""
    with cluster(tmp_path) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to=to)
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert settled(simulator) == before
        expected = Counter({(node, "mco"): mco for node in NODES})
        expected.update({(node, "manual"): count for node, count in ours.items()})
        assert reboots(simulator.disruptions()) == expected


@pytest.mark.slow
@pytest.mark.parametrize("ocp", ["4.12", "4.15", "4.16"])
def test_a_rollback_on_other_versions(tmp_path: Path, ocp: str) -> None:
    with cluster(tmp_path, ocp=ocp, workers=1) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="complete")
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert "UNEXPLAINED" not in run.flat
        after = settled(simulator)
        assert (after["config"], after["pools"]) == (before["config"], before["pools"])
        assert reboots(simulator.disruptions()) == counts(2, 2, nodes=("master-0", "worker-0"))


@pytest.mark.slow
def test_a_rollback_while_the_switch_is_not_applied_yet(tmp_path: Path) -> None:
    with cluster(tmp_path, durations={"cno_apply": 120.0}, speed=20) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="prepared")
        module("cno_migration", {"state": "switched", "wait_timeout": 1}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        run = rollback(simulator, tmp_path)
        assert run.code == 0, run.output
        assert "undo_refused_flip" in run.flat
        assert "the cluster has been rolled back" in run.flat
        assert settled(simulator) == before
        assert reboots(simulator.disruptions()) == counts(2, 1)


def _patched(simulator: RunningSimulator, resource: str, part: str) -> Callable[[], bool]:
    """Whether such a patch has been accepted since now."""
    since = len(simulator.requests())
    return lambda: any(
        row["verb"] == "patch" and row["resource"].startswith(resource) and part in json.dumps(row["body"])
        for row in accepted(simulator.requests()[since:])
    )


MOMENTS: dict[str, Callable[[RunningSimulator], Callable[[], bool]]] = {
    "first pool paused": lambda simulator: _patched(simulator, "machineconfigpools", '"paused": true'),
    "asked": lambda simulator: _patched(simulator, "networks.operator", SDN),
    "switched": lambda simulator: _patched(simulator, "networks.config", SDN),
    "rebooting": lambda simulator: _our_reboots(simulator, 1),
    "half rebooted": lambda simulator: _our_reboots(simulator, 2),
    "first pool resumed": lambda simulator: _patched(simulator, "machineconfigpools", '"paused": false'),
    "rolling": lambda simulator: _mco_reboots(simulator, 1),
    "cleaned up": lambda simulator: _patched(simulator, "networks.operator", "ovnKubernetesConfig"),
}


def _our_reboots(simulator: RunningSimulator, more: int) -> Callable[[], bool]:
    before = len([row for row in simulator.disruptions()["reboots"] if row["cause"] == "manual"])
    return lambda: len([row for row in simulator.disruptions()["reboots"] if row["cause"] == "manual"]) >= before + more


def _mco_reboots(simulator: RunningSimulator, more: int) -> Callable[[], bool]:
    before = len([row for row in simulator.disruptions()["reboots"] if row["cause"] == "mco"])
    return lambda: len([row for row in simulator.disruptions()["reboots"] if row["cause"] == "mco"]) >= before + more


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_rollback_goes_on_from_an_empty_directory(tmp_path: Path, moment: str) -> None:
    with cluster(tmp_path, speed=120) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="complete")
        _kill_when(MOMENTS[moment](simulator), simulator, tmp_path)
        run = rollback(simulator, _elsewhere(tmp_path), cno_lock_take_over=True)
        assert run.code == 0, run.output
        _it_ends_as_if_nothing_had_been(simulator, before)


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_rollback_that_was_robbed_of_our_namespace_goes_on(tmp_path: Path, moment: str) -> None:
    """The backup is lost with the namespace: it says so, and how to go on; nothing else has to be given."""
    with cluster(tmp_path, speed=120) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="complete")
        _kill_when(MOMENTS[moment](simulator), simulator, tmp_path)
        kubectl(simulator, "delete", "namespace", "ovn-migration", "--wait=false")
        elsewhere = _elsewhere(tmp_path)
        run = rollback(simulator, elsewhere, cno_lock_take_over=True)
        if run.code:
            assert "cno_rollback_without_backup=true" in run.flat, run.output
            run = rollback(simulator, elsewhere, cno_lock_take_over=True, cno_rollback_without_backup=True)
        assert run.code == 0, run.output
        _it_ends_as_if_nothing_had_been(simulator, before)


def _elsewhere(directory: Path) -> Path:
    elsewhere = directory / "elsewhere"
    elsewhere.mkdir()
    return elsewhere


def _it_ends_as_if_nothing_had_been(simulator: RunningSimulator, before: Mapping[str, Any]) -> None:
    assert settled(simulator) == before
    assert reboots(simulator.disruptions()) == counts(2, 2)
    paused = [pool["metadata"]["name"] for pool in get(simulator, "mcp")["items"] if pool["spec"].get("paused")]
    assert paused == []


@pytest.mark.slow
def test_a_killed_abort_goes_on_from_an_empty_directory(tmp_path: Path) -> None:
    with cluster(tmp_path, speed=120) as simulator:
        before = settled(simulator)
        bring(simulator, tmp_path, to="prepared")
        _kill_when(_patched(simulator, "networks.operator", '"migration": null'), simulator, tmp_path)
        run = rollback(simulator, _elsewhere(tmp_path), cno_lock_take_over=True)
        assert run.code == 0, run.output
        assert settled(simulator) == before
        assert reboots(simulator.disruptions()) == counts(2, 0)


def _kill_when(reached: Callable[[], bool], simulator: RunningSimulator, directory: Path) -> None:
    command = ["ansible-playbook", f"{COLLECTION}.rollback", "-e", json.dumps({**QUICK, **CONSENT})]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment(simulator.kubeconfig, home=directory),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(reached, alive=lambda: process.poll() is None)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
def test_a_node_that_is_dead_costs_the_way_back_no_wait_for_multus(tmp_path: Path) -> None:
    """In the outage window: the time of the wait is time without a pod network for all others."""
    with cluster(tmp_path) as simulator:
        bring(simulator, tmp_path, to="switched")
        simulator.add_fault("node_never_returns:worker-1")
        wanted = {"nodes": ["worker-1"], "use_journal": False, "reboot_timeout": 3, "wait_sleep": 1}
        assert module("node_reboot", wanted, kubeconfig=simulator.kubeconfig, cwd=tmp_path)["failed"]
        run = rollback(
            simulator,
            tmp_path,
            cno_switch_multus_timeout=120,
            cno_reboot_reboot_timeout=3,
            cno_rollback_without_backup=True,
        )
        assert "not waited for: worker-1 (nobody has heard of the kubelet there for a while" in run.flat, run.output
        assert "Going on all the same" not in run.flat
        assert "worker-1: not Ready" in run.flat
        simulator.remove_fault("node_never_returns")
        again = rollback(simulator, tmp_path)
        assert again.code == 0, again.output


def test_law_15_4_17_is_refused_before_any_write(tmp_path: Path) -> None:
    with cluster(tmp_path, ocp="4.17", workers=0) as simulator:
        run = rollback(simulator, tmp_path)
        assert run.code == 2
        assert "has no OpenShiftSDN" in run.flat
        assert [row for row in writes(simulator.requests()) if row["verb"] != "exec"] == []


@pytest.mark.slow
def test_without_a_backup_it_says_what_is_lost_and_goes_on_when_told(tmp_path: Path) -> None:
    with cluster(tmp_path) as simulator:
        bring(simulator, tmp_path, to="complete")
        kubectl(simulator, "delete", "configmap", "-n", "ovn-migration", "-l", "ocp-day2.ovn-migration/backup")
        since = len(simulator.requests())
        run = rollback(simulator, tmp_path)
        assert run.code == 2
        assert "cno_rollback_without_backup=true" in run.flat
        assert [row for row in writes(simulator.requests()[since:]) if row["verb"] != "exec"] == []
        told = rollback(simulator, tmp_path, cno_rollback_without_backup=True)
        assert told.code == 0, told.output
        assert reboots(simulator.disruptions()) == counts(2, 2)


@pytest.mark.slow
def test_there_and_back_and_there_again(tmp_path: Path) -> None:
    """With a policy on the primary interface, which comes back; and the first backup outlives the second migration."""
    acknowledged = [*QUICK["cno_preflight_acknowledge"], "primary_interface_free"]
    with cluster(tmp_path, extras=("nncp",)) as simulator:
        policies = {policy["metadata"]["name"]: policy["spec"] for policy in get(simulator, "nncp")["items"]}
        kept: list[dict[str, Any]] = []
        for playing in ("migrate", "rollback", "migrate"):
            run = playbook(
                playing,
                kubeconfig=simulator.kubeconfig,
                cwd=tmp_path,
                variables={**CONSENT, **({"cno_preflight_acknowledge": acknowledged} if playing == "migrate" else {})},
            )
            assert run.code == 0, run.output
            kept.append(_backups(simulator))
            now = {policy["metadata"]["name"]: policy["spec"] for policy in get(simulator, "nncp")["items"]}
            assert (now == policies) is (playing == "rollback"), playing
        info = module("cno_migration_info", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
        assert info["phase"] == "complete"
        first, _way_back, last = kept
        assert first and {name: last[name] for name in first} == first, "never overwritten, never lost"
        backups = module("migration_backup", {}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)["backups"]
        assert [backup["target"] for backup in backups].count(SDN) == 1
        assert reboots(simulator.disruptions()) == counts(3, 3)


def _backups(simulator: RunningSimulator) -> dict[str, Any]:
    """Every ConfigMap of every backup, by its name."""
    found = get(simulator, "configmaps", "-n", "ovn-migration", "-l", "ocp-day2.ovn-migration/backup")["items"]
    return {body["metadata"]["name"]: body["data"] for body in found}


#: How the cluster gets from one phase of a rollback to the next, and what a rehearsal from there tells.
STAGES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "migrated": (),
    "paused": (("mcp_pause", {"state": "paused"}),),
    "prepared": (("cno_migration", {"state": "prepared", "target": SDN}),),
    "switched": (
        ("mcp_wait", {"wait_condition": "paused", "network_type": SDN}),
        ("cno_migration", {"state": "switched", "target": SDN}),
    ),
    "half rebooted": (("node_reboot", {"nodes": ["worker-1"]}),),
    "rebooted": (("node_reboot", {}),),
    "resumed": (("mcp_pause", {"state": "resumed"}), ("mcp_wait", {"network_type": SDN})),
    "finalized": (("cno_migration", {"state": "finalized", "target": SDN}),),
}
TOLD = {
    "migrated": ("rollback, from prepare", '"paused": true', '"networkType": "OpenShiftSDN"', "3 nodes would be"),
    "prepared": ('"networkType": "OpenShiftSDN"', "3 nodes would be rebooted"),
    "switched": ("rollback, from reboot", "3 nodes would be rebooted"),
    "half rebooted": ("2 nodes would be rebooted",),
    "rebooted": ("rollback, from resume", '"paused": false'),
    "resumed": ("rollback, from cleanup", f"{NAMESPACE} would be deleted"),
    "finalized": ("rollback, from cleanup", f"{NAMESPACE} would be deleted"),
}


@pytest.mark.slow
def test_a_rehearsal_from_every_phase_of_a_rollback_touches_nothing(tmp_path: Path) -> None:
    with cluster(tmp_path) as simulator, read_only(simulator.kubeconfig) as view:
        bring(simulator, tmp_path, to="preparing")
        _rehearse(view, tmp_path, "abort: a migration")
        bring(simulator, tmp_path, to="complete")
        for stage, steps in STAGES.items():
            for name, options in steps:
                wait = {} if name == "mcp_pause" else {"wait_sleep": 1}
                result = module(name, {**options, **wait}, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
                assert not result.get("failed"), result
            _rehearse(view, tmp_path, *TOLD.get(stage, ()))


def _rehearse(view: Any, cwd: Path, *told: str) -> None:
    run = playbook(
        "rollback",
        kubeconfig=view.kubeconfig,
        cwd=cwd,
        arguments=["--check", "--diff"],
        environment={"PATH": f"{view.path}:{os.environ['PATH']}"},
    )
    assert run.code == 0, run.output
    assert view.hits == []
    missing = [words for words in told if words not in run.flat]
    assert missing == [], run.output
