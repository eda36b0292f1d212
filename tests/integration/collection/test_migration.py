"""One whole migration of a 4.14 cluster by the real playbook, and what the simulator's record says of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import COLLECTION, Run, counting, module, playbook, starts_of
from tests.integration.records import REVIEWS, accepted, named, reboots, without_notes, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

#: the health check of the workers, which the simulated cluster has from its installer
HEALTH_CHECK = ("machinehealthchecks.machine.openshift.io", "workers")
NODES = [f"{role}-{number}" for role in ("master", "worker") for number in range(3)]


@dataclass(frozen=True)
class Migrated:
    """A cluster after its migration, with the record as it was then."""

    simulator: RunningSimulator
    run: Run
    requests: list[dict[str, Any]]
    disruptions: dict[str, Any]
    directory: Path


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    directory = tmp_path_factory.mktemp("migration")
    options = Options(speed=120, max_lifetime=900, kubeconfig=directory / "kubeconfig", state=directory / "state.json")
    with running(options) as simulator:
        run = playbook(
            "migrate",
            kubeconfig=directory / "kubeconfig",
            cwd=directory,
            variables={"cno_allow_disruption": True, "cno_artifacts_dir": str(directory / "artifacts")},
            arguments=["--diff"],
            environment=counting(directory / "starts"),
        )
        yield Migrated(simulator, run, simulator.requests(), simulator.disruptions(), directory)


def test_it_ends_well(migrated: Migrated) -> None:
    assert migrated.run.code == 0, migrated.run.output
    info = module("cno_migration_info", {}, kubeconfig=migrated.directory / "kubeconfig", cwd=migrated.directory)
    assert info["phase"] == "complete", info
    assert info["network"]["applied_type"] == "OVNKubernetes"
    assert {pool["network_type"] for pool in info["pools"]} == {"OVNKubernetes"}
    assert all(node["ready"] and node["schedulable"] for node in info["nodes"])


def test_each_node_was_rebooted_once_by_the_mco_and_once_by_us(migrated: Migrated) -> None:
    expected = {(node, cause): 1 for node in NODES for cause in ("mco", "manual")}
    assert dict(reboots(migrated.disruptions)) == expected


def test_these_writes_in_this_order_and_no_others(migrated: Migrated) -> None:
    """What changes the cluster itself; our own records are looked at below."""
    made = [
        (row["verb"], row["resource"], named(row), without_notes(row["body"]) if row["verb"] == "patch" else None)
        for row in accepted(writes(migrated.requests))
        if row["verb"] != "exec" and row["namespace"] != "ovn-migration"
        if row["verb"] != "patch" or without_notes(row["body"])
    ]
    paused = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}
    awake = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": None}}}
    check = ("patch", "machinehealthchecks.machine.openshift.io", "workers")
    operator = ("patch", "networks.operator.openshift.io", "cluster")
    assert made == [
        ("create", "namespaces", "ovn-migration", None),
        (*check, paused),
        (*operator, {"spec": {"migration": {"networkType": "OVNKubernetes"}}}),
        (*check, awake),
        (*check, paused),
        ("patch", "networks.config.openshift.io", "cluster", {"spec": {"networkType": "OVNKubernetes"}}),
        (*check, awake),
        (*operator, {"spec": {"migration": None}}),
        ("delete", "namespaces", "openshift-sdn", None),
    ]


def test_each_record_is_written_before_what_it_is_for(migrated: Migrated) -> None:
    ours = [row for row in accepted(writes(migrated.requests)) if row["namespace"] == "ovn-migration"]
    first: dict[str | None, int] = {}
    for row in ours:
        first.setdefault(named(row), row["seq"])
    backup = min(seq for name, seq in first.items() if (name or "").startswith("backup-"))
    assert first["migration"] == min(first.values()), "the Lease comes first"
    assert backup < first["migration-history"] < first["migration-loans"]
    assert first["migration-loans"] < min(
        row["seq"] for row in writes(migrated.requests) if row["resource"].startswith("machinehealthchecks")
    )
    assert [*first] == [
        "migration",
        *[name for name in first if (name or "").startswith("backup-")],
        *["migration-history", "migration-loans"],
        *[name for name in first if (name or "").startswith("convertible-")],
        "migration-journal",
    ]
    convertible = min(seq for name, seq in first.items() if (name or "").startswith("convertible-"))
    assert convertible < min(
        row["seq"] for row in writes(migrated.requests) if row["resource"].startswith("networks.operator")
    )
    lease = [row for row in ours if row["name"] == "migration"]
    assert lease[-1]["body"]["spec"]["holderIdentity"] in (None, ""), "given back at the end"
    assert lease[-1]["seq"] == ours[-1]["seq"]


def test_one_command_for_each_node_between_flip_and_clean_up(migrated: Migrated) -> None:
    executed = [row for row in writes(migrated.requests) if row["verb"] == "exec"]
    commands = [row for row in executed if "shutdown" in row["body"]["command"]]
    assert len(commands) == len(NODES)
    asked = {" ".join(row["body"]["command"]).partition(";")[0] for row in executed if row not in commands}
    assert asked == {
        "chroot /rootfs sh -c echo ==interfaces",
        "chroot /rootfs ovs-vsctl --timeout=10 br-exists br-ex",
        "cat /proc/sys/kernel/random/boot_id",
    }
    flip, end = _flip(migrated), _clean_up(migrated)
    assert all(flip["seq"] < row["seq"] < end["seq"] for row in commands)
    assert {row["namespace"] for row in commands} == {"openshift-machine-config-operator"}


def test_the_flip_came_after_every_pool_was_done(migrated: Migrated) -> None:
    """Every MCO reboot had ended, and the pools said so, before the flip was sent."""
    flip = _flip(migrated)
    ends = [row["up_at"] for row in migrated.disruptions["reboots"] if row["cause"] == "mco"]
    assert len(ends) == len(NODES)
    assert max(ends) < flip["at"]
    down = [
        row for row in migrated.disruptions["intervals"] if row["kind"] == "node_down" and row["start"] < flip["at"]
    ]
    assert all(row["end"] is not None and row["end"] < flip["at"] for row in down)


def test_boot_ids_were_recorded_in_the_cluster_before_the_flip(migrated: Migrated) -> None:
    journal = next(row for row in writes(migrated.requests) if named(row) == "migration-journal")
    assert journal["seq"] < _flip(migrated)["seq"]
    recorded = json.loads(journal["body"]["data"]["boot_ids"])
    before = {row["node"]: row["boot_id_before"] for row in migrated.disruptions["reboots"] if row["cause"] == "manual"}
    assert recorded == before


def test_no_operator_was_judged_between_flip_and_last_reboot(migrated: Migrated) -> None:
    """Only co/network is read there, for a refusal of the flip, and only until the operator has applied it."""
    flip = _flip(migrated)
    last = max(row["up_at"] for row in migrated.disruptions["reboots"] if row["cause"] == "manual")
    commands = [
        row["seq"] for row in migrated.requests if row["verb"] == "exec" and "shutdown" in row["body"]["command"]
    ]
    read = [
        row
        for row in migrated.requests
        if row["resource"] == "clusteroperators.config.openshift.io" and row["seq"] > flip["seq"] and row["at"] < last
    ]
    assert all(row["verb"] == "get" and row["name"] == "network" and row["seq"] < min(commands) for row in read), read


def test_the_control_plane_went_one_by_one(migrated: Migrated) -> None:
    masters = sorted(
        (
            row
            for row in migrated.disruptions["reboots"]
            if row["cause"] == "manual" and row["node"].startswith("master")
        ),
        key=lambda row: row["requested_at"],
    )
    for earlier, later in pairwise(masters):
        assert earlier["up_at"] < later["requested_at"]
    outages = [row for row in migrated.disruptions["intervals"] if row["kind"] == "api_down"]
    assert all(row["end"] - row["start"] < 10 for row in outages), "connections are reset, but the API stays"


def test_a_module_is_started_fewer_than_thirty_times(migrated: Migrated) -> None:
    """Each start costs half a second and a connection. What one module has told, no other is asked again."""
    started = starts_of(migrated.directory / "starts")
    assert len(started) < 30, Counter(started)
    assert Counter(started)[f"{COLLECTION}.migration_preflight"] == 2, "before the first write, and before the switch"


def test_rights_are_asked_once_in_each_module_that_begins_to_write(migrated: Migrated) -> None:
    reviews = Counter(row["resource"] for row in migrated.requests if row["resource"] in REVIEWS)
    assert set(reviews) == {"selfsubjectrulesreviews.authorization.k8s.io"}, "whoever may do everything is asked once"
    assert reviews.total() <= 10, reviews


def test_the_time_comes_with_the_answers(migrated: Migrated) -> None:
    assert len([row for row in migrated.requests if row["path"] == "/version"]) <= 3


def test_the_history_tells_each_phase_from_its_begin_to_its_end(migrated: Migrated) -> None:
    record = module("migration_journal", {}, kubeconfig=migrated.directory / "kubeconfig", cwd=migrated.directory)
    phases = ("prepare", "switch", "reboot", "verify", "cleanup")
    expected = [(phase, event) for phase in phases for event in ("begun", "finished")]
    assert [(event["phase"], event["event"]) for event in record["events"]] == expected
    [holder] = {event["by"] for event in record["events"]}
    lease = [row for row in accepted(writes(migrated.requests)) if row["name"] == "migration"]
    assert holder in {row["body"]["spec"]["holderIdentity"] for row in lease}


def test_its_output_tells_the_story(migrated: Migrated) -> None:
    flat = migrated.run.flat
    assert "not_started: the cluster runs OpenShiftSDN" in flat
    assert "all 2 pools are updated" in flat
    assert "complete: the cluster runs OVNKubernetes" in flat
    report = (migrated.directory / "artifacts" / "localhost-migration.md").read_text(encoding="utf-8")
    assert all(f"| {phase} |" in report for phase in ("prepare", "switch", "reboot", "verify", "cleanup"))
    assert all(f"| {node} | rebooted |" in report for node in NODES)


def test_a_second_run_changes_nothing_and_writes_nothing(migrated: Migrated) -> None:
    before = len(migrated.simulator.requests())
    again = playbook(
        "migrate",
        kubeconfig=migrated.directory / "kubeconfig",
        cwd=migrated.directory,
        variables={"cno_allow_disruption": True},
    )
    assert again.code == 0, again.output
    assert again.counts["changed"] == 0
    assert writes(migrated.simulator.requests()[before:]) == []


def _flip(migrated: Migrated) -> dict[str, Any]:
    return next(
        row for row in migrated.requests if row["verb"] == "patch" and row["resource"] == "networks.config.openshift.io"
    )


def _clean_up(migrated: Migrated) -> dict[str, Any]:
    patches = [
        row
        for row in migrated.requests
        if row["verb"] == "patch" and row["resource"] == "networks.operator.openshift.io"
    ]
    return patches[-1]


def _ledger(patch: Any) -> str:
    """What a patch of the ledger does; an entry tells who borrowed."""
    [entry] = patch["data"].values()
    return "struck" if entry is None else f"entered by {json.loads(entry)['step']}"
