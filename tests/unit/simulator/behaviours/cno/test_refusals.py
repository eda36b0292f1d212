"""What the network operator refuses, in which words, and how one gets out again."""

from __future__ import annotations

import json

import pytest

from tests.simulator.behaviours.cno import defaults, safety
from tests.simulator.profiles import profile_for
from tests.unit.simulator.behaviours.scenes import CONFIG, OPERATOR, OVN, SDN, Scene

VERSIONS = ["4.12", "4.14", "4.16"]
_UNSAFE = (
    "Not applying unsafe configuration change: invalid configuration: [{}]. "
    "Use 'oc edit network.operator.openshift.io cluster' to undo the change."
)
_INVALID = (
    "The operator configuration is invalid (invalid configuration: [{}]). "
    "Use 'oc edit network.operator.openshift.io cluster' to fix."
)
NOT_MIGRATING = "cannot change default network type when not doing migration"
WRONG_TARGET = "can only change default network type to the target migration network type"
STARTED = "cannot change migration network type after migration has started"


def refusal(scene: Scene) -> dict[str, str]:
    return {key: scene.operator("network", "Degraded").get(key, "") for key in ("status", "reason", "message")}


def refused(words: str) -> dict[str, str]:
    return {"status": "True", "reason": "InvalidOperatorConfig", "message": words}


def applied(scene: Scene) -> dict:
    record = scene.store.get("configmaps", "applied-cluster", namespace="openshift-network-operator")
    spec: dict = json.loads(record["data"]["applied"])
    return spec


@pytest.mark.parametrize("ocp", VERSIONS)
def test_trap_a_a_type_without_migration_is_persisted_and_refused(ocp):
    scene = Scene(ocp)
    scene.set_type(OVN)
    scene.pass_by(20)
    assert refusal(scene) == refused(_UNSAFE.format(NOT_MIGRATING))
    assert scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]["type"] == OVN
    assert scene.status["networkType"] == SDN
    assert scene.daemonset("openshift-sdn", "sdn") is not None
    assert applied(scene)["defaultNetwork"]["type"] == SDN
    # setting the migration now does not help
    scene.migrate_to(OVN)
    scene.pass_by(600)
    assert refusal(scene) == refused(_UNSAFE.format(NOT_MIGRATING))
    assert "migration" not in scene.status
    # the way out
    scene.set_type(SDN)
    scene.pass_by(60)
    assert refusal(scene)["status"] == "False"
    assert scene.status["migration"] == {"networkType": OVN}
    scene.flip(OVN)
    assert refusal(scene)["status"] == "False"


def test_trap_b_two_quick_patches_are_one_reconcile():
    scene = Scene("4.14")
    scene.migrate_to(OVN)
    scene.set_type(OVN)
    scene.pass_by(120)
    assert refusal(scene) == refused(_UNSAFE.format(NOT_MIGRATING))
    assert "migration" not in scene.status
    assert scene.status["networkType"] == SDN


def test_the_gate_between_the_two_patches_is_the_status():
    scene = Scene("4.14")
    scene.migrate_to(OVN)
    scene.until(lambda: scene.status.get("migration", {}).get("networkType") == OVN, within=60, step=0.5)
    scene.set_type(OVN)
    scene.until(lambda: scene.status["networkType"] == OVN, within=60)
    assert refusal(scene)["status"] == "False"


@pytest.mark.parametrize("ocp", VERSIONS)
def test_trap_c_the_target_cannot_be_exchanged(ocp):
    scene = Scene(ocp)
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.migrate_to(SDN)
    scene.pass_by(30)
    assert refusal(scene) == refused(_UNSAFE.format(STARTED))
    assert scene.status["migration"] == {"networkType": OVN}
    scene.migrate_to(None)
    scene.until(lambda: "migration" not in scene.status, within=60)
    assert refusal(scene)["status"] == "False"
    scene.migrate_to(SDN)
    scene.until(lambda: scene.status.get("migration") == {"networkType": SDN}, within=60)


def test_a_type_other_than_the_target_is_refused():
    scene = Scene("4.14")
    scene.migrate_to(SDN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.set_type(OVN)
    scene.pass_by(20)
    assert refusal(scene) == refused(_UNSAFE.format(WRONG_TARGET))


def test_trap_d_editing_the_operators_type_is_undone():
    scene = Scene("4.14")
    scene.operator_spec({"defaultNetwork": {"type": OVN}})
    scene.pass_by(30)
    assert scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]["type"] == SDN
    assert refusal(scene)["status"] == "False"


def test_bad_ovn_settings_are_noticed_only_after_the_flip():
    scene = Scene("4.14")
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.operator_spec({"defaultNetwork": {"ovnKubernetesConfig": {"mtu": 100}}})
    scene.pass_by(60)
    assert refusal(scene)["status"] == "False"
    scene.set_type(OVN)
    scene.pass_by(30)
    assert refusal(scene) == refused(_INVALID.format("invalid MTU 100"))
    assert scene.status["networkType"] == SDN
    scene.operator_spec({"defaultNetwork": {"ovnKubernetesConfig": {"mtu": 1390}}})
    scene.until(lambda: scene.status["networkType"] == OVN, within=60)
    assert scene.status["clusterNetworkMTU"] == 1390


def test_settings_are_free_while_migrating_and_frozen_otherwise():
    scene = Scene("4.14")
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": {"mtu": 1400, "vxlanPort": 4790}}})
    scene.pass_by(20)
    words = "cannot change openshift-sdn vxlanPort cannot change openshift-sdn mtu without migration"
    assert refusal(scene) == refused(_UNSAFE.format(words))
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": None}})
    scene.pass_by(60)
    assert refusal(scene)["status"] == "False"
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": {"vxlanPort": 4790}}})
    scene.pass_by(30)
    assert refusal(scene)["status"] == "False"


def test_the_fault_refuses_everything():
    scene = Scene("4.14")
    scene.cluster.faults.add("cno_refuses,message=no way")
    scene.pass_by(20)
    assert refusal(scene) == refused(_INVALID.format("no way"))
    scene.migrate_to(OVN)
    scene.pass_by(300)
    assert "migration" not in scene.status
    scene.cluster.faults.remove("cno_refuses")
    scene.until(lambda: scene.status.get("migration") == {"networkType": OVN}, within=120)
    assert refusal(scene)["status"] == "False"


@pytest.mark.parametrize(("ocp", "merged"), [("4.14", True), ("4.15", False), ("4.16", False)])
def test_the_annotation_of_the_live_migration_switches_the_merge_off(ocp, merged):
    scene = Scene(ocp)
    annotation = {"network.openshift.io/network-type-migration": ""}
    scene.store.patch(
        CONFIG, "cluster", {"metadata": {"annotations": annotation}, "spec": {"networkType": OVN}}, actor="system:admin"
    )
    scene.pass_by(60)
    operator = scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]["type"]
    assert operator == (OVN if merged else SDN)
    assert refusal(scene)["status"] == ("True" if merged else "False")
    assert scene.status["networkType"] == SDN


@pytest.mark.parametrize(("ocp", "block"), [("4.14", False), ("4.16", True)])
def test_sdn_defaults_are_written_back_from_4_15(ocp, block):
    scene = Scene(ocp)
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    spec = scene.store.get(OPERATOR, "cluster")["spec"]
    assert ("openshiftSDNConfig" in spec["defaultNetwork"]) is block
    assert spec["migration"]["networkType"] == OVN
    scene.flip(OVN)
    scene.pass_by(10)
    spec = scene.store.get(OPERATOR, "cluster")["spec"]
    assert "openshiftSDNConfig" not in spec["defaultNetwork"]
    assert "ovnKubernetesConfig" in spec["defaultNetwork"]
    annotations = scene.store.get(OPERATOR, "cluster")["metadata"].get("annotations") or {}
    assert ("networkoperator.openshift.io/ovn-cluster-initiator" in annotations) is (ocp == "4.14")


@pytest.mark.parametrize(("ocp", "stays"), [("4.14", True), ("4.16", True)])
def test_a_block_that_a_client_has_set_stays(ocp, stays):
    scene = Scene(ocp)
    scene.migrate_to(OVN)
    scene.until(lambda: "migration" in scene.status, within=60)
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": {"mtu": 1400}}})
    scene.pass_by(30)
    scene.flip(OVN)
    scene.pass_by(30)
    spec = scene.store.get(OPERATOR, "cluster")["spec"]
    assert ("openshiftSDNConfig" in spec["defaultNetwork"]) is stays
    scene.operator_spec({"defaultNetwork": {"openshiftSDNConfig": None}})
    scene.pass_by(30)
    assert "openshiftSDNConfig" not in scene.store.get(OPERATOR, "cluster")["spec"]["defaultNetwork"]
    assert refusal(scene)["reason"] != "InvalidOperatorConfig"


def test_edits_are_picked_up_after_a_long_refusal():
    scene = Scene("4.14")
    scene.set_type(OVN)
    scene.pass_by(3600)
    scene.set_type(SDN)
    scene.until(lambda: refusal(scene)["status"] == "False", within=30)


# the pure part

BASE = {
    "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
    "serviceNetwork": ["172.30.0.0/16"],
    "defaultNetwork": {"type": SDN},
}


def spec_of(network_type: str, block: dict | None = None, *, block_of: str = "", **more):
    network: dict = {"type": network_type}
    if block is not None:
        network[defaults.BLOCKS[block_of or network_type]] = block
    return {**BASE, "defaultNetwork": network, **more}


@pytest.mark.parametrize(
    ("spec", "errors"),
    [
        (spec_of(SDN), []),
        (spec_of(SDN, {"mode": "Funny"}), ['invalid openshift-sdn mode "Funny"']),
        (spec_of(SDN, {"vxlanPort": 70000}), ["invalid VXLANPort 70000"]),
        (spec_of(SDN, serviceNetwork=["172.30.0.0/16", "fd00::/112"]), ["ServiceNetwork must have exactly 1 entry"]),
        (spec_of(SDN, deployKubeProxy=True), ["openshift-sdn does not support 'deployKubeProxy: true'"]),
        (spec_of(OVN, {"genevePort": 0}), ["invalid GenevePort 0"]),
        (
            spec_of(OVN, kubeProxyConfig={"iptablesSyncPeriod": "30s"}),
            ['network type "OVNKubernetes" does not allow specifying kube-proxy options'],
        ),
        (spec_of(OVN, kubeProxyConfig={"bindAddress": "0.0.0.0"}), []),
        (spec_of(SDN, kubeProxyConfig={"iptablesSyncPeriod": "30s"}), []),
        (
            spec_of(OVN, {"ipv4": {"internalJoinSubnet": "10.129.0.0/16"}}),
            [
                "Whole or subset of v4InternalJoinSubnet CIDR 10.129.0.0/16 is already in use: CIDRs 10.129.0.0/16 and "
                "10.128.0.0/14 overlap"
            ],
        ),
        (
            spec_of(OVN, {"v4InternalSubnet": "100.66.0.0/24"}),
            [
                "v4InternalJoinSubnet 100.66.0.0/24 is not large enough for the maximum number of nodes which can be "
                "supported by ClusterNetwork"
            ],
        ),
    ],
)
def test_validate(spec, errors):
    profile = profile_for("4.14")
    if not errors:
        safety.check(spec, profile=profile)
        return
    with pytest.raises(safety.Refused) as refusal:
        safety.check(spec, profile=profile)
    assert refusal.value.errors == errors


def full(network_type: str, block: dict | None = None, **more):
    return defaults.filled(
        spec_of(network_type, block, **more), previous=None, host_mtu=1500, profile=profile_for("4.14")
    )


def moved(spec: dict, cidr: str, *, prefix: int = 23):
    return {**spec, "clusterNetwork": [{"cidr": cidr, "hostPrefix": prefix}]}


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (spec_of("OpenshiftSDN", {"mode": "networkpolicy"}, block_of=SDN), spec_of(SDN, {"mode": "NetworkPolicy"})),
        (spec_of("openshiftsdn", {"mode": "MULTITENANT"}, block_of=SDN), spec_of(SDN, {"mode": "Multitenant"})),
        (spec_of(SDN, {"mode": "Other"}), spec_of(SDN, {"mode": "Other"})),
        (spec_of("ovnkubernetes", {"mtu": 1400}, block_of=OVN), spec_of(OVN, {"mtu": 1400})),
        (spec_of("Calico"), spec_of("Calico")),
    ],
)
def test_capitalisation_is_understood_before_anything_is_validated(written, understood):
    assert defaults.canonicalized(written) == understood


@pytest.mark.parametrize(
    ("ocp", "before", "after", "errors"),
    [
        ("4.14", full(SDN), full(SDN), []),
        ("4.14", full(SDN), full(OVN), [NOT_MIGRATING]),
        ("4.14", full(SDN, migration={"networkType": OVN}), full(OVN, migration={"networkType": OVN}), []),
        ("4.14", full(SDN, migration={"networkType": OVN}), full(OVN), []),
        ("4.14", full(SDN, migration={"networkType": SDN}), full(OVN, migration={"networkType": SDN}), [WRONG_TARGET]),
        ("4.14", full(SDN, migration={"networkType": OVN}), full(SDN, migration={}), [STARTED]),
        ("4.16", full(SDN, migration={"networkType": OVN}), full(SDN, migration={}), []),
        (
            "4.16",
            full(SDN, migration={"networkType": OVN}),
            full(SDN, migration={"networkType": OVN, "mode": "Live"}),
            [STARTED],
        ),
        (
            "4.14",
            full(SDN, migration={"networkType": OVN}),
            {**full(SDN, migration={"networkType": OVN}), "serviceNetwork": ["172.31.0.0/16"]},
            ["cannot change ServiceNetwork during migration"],
        ),
        (
            "4.14",
            full(SDN, migration={"networkType": OVN}),
            {
                **full(SDN, migration={"networkType": OVN}),
                "clusterNetwork": [{"cidr": "10.0.0.0/14", "hostPrefix": 23}],
            },
            [],
        ),
        ("4.12", full(OVN), moved(full(OVN), "10.128.0.0/13"), ["unsupported change to ClusterNetwork"]),
        ("4.12", full(SDN), moved(full(SDN), "10.0.0.0/14"), ["unsupported change to ClusterNetwork"]),
        ("4.14", full(OVN), moved(full(OVN), "10.128.0.0/13"), []),
        (
            "4.14",
            full(OVN),
            moved(full(OVN), "10.0.0.0/14"),
            ["modifying IP network value for clusterNetwork CIDR is unsupported"],
        ),
        (
            "4.14",
            full(OVN),
            moved(full(OVN), "10.128.0.0/15"),
            ["reducing IP range with a larger CIDR mask for clusterNetwork CIDR is unsupported"],
        ),
        (
            "4.14",
            full(OVN),
            moved(full(OVN), "10.128.0.0/14", prefix=24),
            ["modifying a clusterNetwork's hostPrefix value is unsupported"],
        ),
        (
            "4.14",
            full(SDN),
            moved(full(SDN), "10.128.0.0/13"),
            ["network type is OpenShiftSDN. changing clusterNetwork entries is only supported for OVNKubernetes"],
        ),
        (
            "4.14",
            full(OVN),
            {**full(OVN), "serviceNetwork": ["172.31.0.0/16"]},
            ["unsupported change to ServiceNetwork"],
        ),
        ("4.14", full(OVN), full(OVN, {"genevePort": 6082}), ["cannot change ovn-kubernetes genevePort"]),
        ("4.14", full(OVN), full(OVN, {"mtu": 1300}), ["cannot change ovn-kubernetes MTU without migration"]),
        (
            "4.14",
            full(OVN, migration={"networkType": SDN}),
            full(OVN, {"mtu": 1300}, migration={"networkType": SDN}),
            [],
        ),
        (
            "4.14",
            full(OVN),
            full(OVN, migration={"mtu": {"network": {"from": 1300, "to": 1400}, "machine": {"to": 1450}}}),
            [
                "invalid Migration.MTU.Network.From(1300) not equal to the currently applied MTU(1400)",
                "invalid Migration.MTU.Machine.To(1450), has to be at least 1500",
            ],
        ),
        (
            "4.14",
            full(OVN, {"ipsecConfig": {}}),
            full(OVN, {"ipsecConfig": {"x": 1}, "mtu": 1354}),
            ["cannot edit IPsec configuration at runtime"],
        ),
        ("4.16", full(OVN, {"ipsecConfig": {}}), full(OVN, {"ipsecConfig": {"x": 1}, "mtu": 1354}), []),
    ],
)
def test_change_safety(ocp, before, after, errors):
    profile = profile_for(ocp)
    if not errors:
        safety.check_change(before, after, profile=profile)
        return
    with pytest.raises(safety.Refused) as refusal:
        safety.check_change(before, after, profile=profile)
    assert refusal.value.errors == errors
    assert str(refusal.value) == f"invalid configuration: [{' '.join(errors)}]"


@pytest.mark.parametrize(
    ("network_type", "block", "host", "mtu"),
    [
        (SDN, None, 1500, 1450),
        (OVN, None, 1500, 1400),
        (SDN, None, 9001, 8951),
        (OVN, None, 9001, 8901),
        (OVN, {"ipsecConfig": {}}, 1500, 1354),
        (OVN, {"mtu": 1300}, 1500, 1300),
    ],
)
def test_mtu_defaults(network_type, block, host, mtu):
    made = defaults.filled(spec_of(network_type, block), previous=None, host_mtu=host, profile=profile_for("4.14"))
    assert defaults.plugin_mtu(made) == mtu


def test_an_applied_mtu_is_kept():
    before = full(OVN, {"mtu": 1234})
    after = defaults.filled(spec_of(OVN), previous=before, host_mtu=9000, profile=profile_for("4.14"))
    assert defaults.plugin_mtu(after) == 1234
