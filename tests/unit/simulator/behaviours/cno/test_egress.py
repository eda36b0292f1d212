"""What ``--with egress`` brings, and what becomes of it in a migration (cluster-network-operator,
pkg/controller/operconfig/migration.go)."""

from __future__ import annotations

import pytest

from tests.simulator.behaviours.cno.conversion import (
    EGRESS_FIREWALLS,
    EGRESS_IPS,
    EGRESS_NODE,
    EGRESS_POLICIES,
)
from tests.simulator.seed.networks import HOST_SUBNETS, NET_NAMESPACES
from tests.unit.simulator.behaviours.scenes import OVN, Scene


def test_the_objects():
    scene = Scene("4.14", masters=1, workers=3, extras=["egress"])
    policies = [(p["metadata"]["namespace"], p["metadata"]["name"]) for p in scene.store.list(EGRESS_POLICIES)]
    assert policies == [("ci", "default"), ("shop", "default"), ("shop", "partners")]
    subnets = {s["host"]: (s.get("egressCIDRs"), s.get("egressIPs")) for s in scene.store.list(HOST_SUBNETS)}
    assert subnets["worker-0"] == (["10.0.240.0/24"], ["10.0.240.10"])
    assert subnets["worker-1"] == (None, ["10.0.240.20"])
    assert subnets["worker-2"] == (None, None)
    addresses = {n["netname"]: n["egressIPs"] for n in scene.store.list(NET_NAMESPACES) if n.get("egressIPs")}
    assert addresses == {"ci": ["10.0.240.20"], "shop": ["10.0.240.10"]}


def test_a_compact_cluster_has_them_too():
    scene = Scene("4.16", masters=1, workers=0, extras=["egress"])
    assert scene.store.get(HOST_SUBNETS, "master-0")["egressCIDRs"] == ["10.0.240.0/24"]


@pytest.mark.parametrize("ocp", ["4.12", "4.16"])
def test_they_are_converted(ocp):
    scene = Scene(ocp, masters=1, workers=2, extras=["egress"])
    scene.prepare(OVN)
    if ocp == "4.16":
        assert scene.store.list(EGRESS_IPS) == []
        scene.flip(OVN)
    scene.pass_by(60)
    assert [e["metadata"]["name"] for e in scene.store.list(EGRESS_IPS)] == ["egressip-ci", "egressip-shop"]
    firewalls = [(f["metadata"]["namespace"], f["metadata"]["name"]) for f in scene.store.list(EGRESS_FIREWALLS)]
    assert firewalls == [("ci", "default"), ("shop", "default")], "two of one namespace become one"
    labelled = [node for node in scene.nodes if EGRESS_NODE in scene.node(node)["metadata"]["labels"]]
    assert labelled == ["worker-0", "worker-1"]
    assert not any(subnet.get("egressIPs") for subnet in scene.store.list(HOST_SUBNETS))


def test_an_ovn_cluster_has_its_own():
    scene = Scene("4.17", masters=1, workers=0, extras=["egress"])
    assert [e["metadata"]["name"] for e in scene.store.list(EGRESS_IPS)] == ["egressip-ci", "egressip-shop"]


FIRST = {"egressfirewalls.k8s.ovn.org", "egressips.k8s.ovn.org", "egressqoses.k8s.ovn.org"}
COMMON = FIRST | {"adminpolicybasedexternalroutes.k8s.ovn.org", "egressservices.k8s.ovn.org"}
POLICIES = {"adminnetworkpolicies.policy.networking.k8s.io", "baselineadminnetworkpolicies.policy.networking.k8s.io"}


@pytest.mark.parametrize(
    ("ocp", "expected"), [("4.12", FIRST), ("4.14", COMMON), ("4.16", COMMON | POLICIES)], ids=["4.12", "4.14", "4.16"]
)
def test_the_definitions_that_a_migration_brings(ocp, expected):
    """cluster-network-operator, bindata/network/ovn-kubernetes/common; those of policies behind a feature gate"""
    scene = Scene(ocp, masters=1, workers=0)
    groups = ("k8s.ovn.org", "policy.networking.k8s.io")

    def served() -> set[str]:
        crds = scene.store.list("customresourcedefinitions.apiextensions.k8s.io")
        return {crd["metadata"]["name"] for crd in crds if crd["spec"]["group"] in groups}

    assert served() == set()
    scene.migrate_to(OVN)
    scene.pass_by(60)
    assert served() == expected
