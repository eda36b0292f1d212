"""The cluster that a simulator starts with."""

from __future__ import annotations

import time

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene


@pytest.mark.parametrize("ocp", ["4.12", "4.13", "4.14", "4.15", "4.16", "4.17"])
@pytest.mark.parametrize(
    "topology",
    [{}, {"pools": {"infra": 2}}, {"workers": 0}, {"masters": 1, "workers": 0}],
    ids=["3+3", "3+3+2", "compact", "single node"],
)
def test_everything_is_well_at_the_start(ocp, topology):
    scene = Scene(ocp, **topology)
    assert scene.clock.seconds == 0
    assert scene.healthy()
    assert scene.pools_run(scene.cluster.profile.initial_network_type)
    assert not scene.cluster.world.failures
    for key, wanted, ready in (
        ("daemonsets.apps", "desiredNumberScheduled", "numberAvailable"),
        ("deployments.apps", "replicas", "availableReplicas"),
        ("statefulsets.apps", "replicas", "readyReplicas"),
    ):
        for workload in scene.store.list(key):
            status = workload["status"]
            assert status.get(wanted, 0) == status.get(ready, 0), workload["metadata"]
            assert status["observedGeneration"] == workload["metadata"]["generation"]
    for pod in scene.store.list("pods"):
        assert pod["status"]["phase"] == "Running", pod["metadata"]["name"]
        assert pod["metadata"]["creationTimestamp"] < "2026-01-01"
    assert scene.cluster.disruptions.to_json()["intervals"] == []


def test_nothing_happens_by_itself():
    scene = Scene("4.14")
    scene.pass_by(3600)
    keys = {change.key for _at, change in scene.changes}
    assert keys == {"leases.coordination.k8s.io"}
    assert scene.clock.settle() == 0


def test_4_17_runs_ovn_and_knows_no_sdn():
    scene = Scene("4.17")
    assert scene.status["networkType"] == OVN
    assert not scene.served("hostsubnets.network.openshift.io")
    assert scene.run("worker-0", "chroot", "/rootfs", "ovs-vsctl", "br-exists", "br-ex").exit_code == 0


def test_control_plane_labels_without_master():
    scene = Scene("4.14", control_plane_label_only=True)
    assert scene.status["networkType"] == SDN
    assert scene.counts("master")[0] == 3
    scene.prepare(OVN)


def test_five_hundred_nodes_are_ready_in_seconds():
    start = time.process_time()
    scene = Scene("4.14", workers=497)
    assert time.process_time() - start < 10
    assert scene.counts("worker") == (497, 497, 497, 0, 0)
    start = time.process_time()
    scene.migrate_to(OVN)
    scene.pass_by(1200)
    assert len(scene.cluster.disruptions.reboots) >= 6
    assert time.process_time() - start < 10
