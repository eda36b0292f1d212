"""What clusters can have besides, and what they run on."""

from __future__ import annotations

import pytest

from tests.simulator.drawing import described, drawn
from tests.simulator.options import EXTRAS, PLATFORMS, Options, OptionsError, parse, to_arguments, validate
from tests.simulator.profiles import profile_for
from tests.unit.simulator.seed.conftest import build

MACHINES = "machines.machine.openshift.io"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_what_the_infrastructure_says(platform: str) -> None:
    store = build(platform=platform)
    status = store.get("infrastructures.config.openshift.io", "cluster")["status"]
    assert (status["platform"], status["platformStatus"]["type"]) == (platform, platform)
    assert bool(store.list(MACHINES)) is (platform != "None")
    provider = store.get("nodes", "worker-0")["spec"].get("providerID", "")
    scheme = {"BareMetal": "baremetalhost", "AWS": "aws", "VSphere": "vsphere", "None": ""}[platform]
    assert provider.partition(":")[0] == scheme
    if provider:
        assert store.list(MACHINES)[-1]["spec"]["providerID"].startswith(scheme)


@pytest.mark.parametrize(
    ("extra", "key", "name", "namespace"),
    [
        ("termination", "machinehealthchecks.machine.openshift.io", "machine-api-termination-handler", "machine-api"),
        ("olm-webhooks", "services", "gatekeeper-webhook-service", "gatekeeper-system"),
        ("autoscaler", "machineautoscalers.autoscaling.openshift.io", "worker-0", "machine-api"),
        ("ceph", "cephclusters.ceph.rook.io", "ocs-storagecluster-cephcluster", "storage"),
        ("argocd", "applications.argoproj.io", "cluster-config", "gitops"),
        ("ptp", "ptpconfigs.ptp.openshift.io", "ordinary-clock", "ptp"),
        ("sriov", "sriovnetworknodepolicies.sriovnetwork.openshift.io", "fast", "sriov-network-operator"),
    ],
)
def test_what_an_operator_has_put_there(extra: str, key: str, name: str, namespace: str) -> None:
    store = build(extras=(extra,))
    assert store.find(key, name, namespace=f"openshift-{namespace}") is not None
    assert store.find("namespaces", f"openshift-{namespace}") is not None
    assert store.find("netnamespaces.network.openshift.io", f"openshift-{namespace}") is not None


def test_the_operator_of_sr_iov_tells_of_each_worker() -> None:
    store = build(extras=("sriov",), workers=2)
    states = store.list("sriovnetworknodestates.sriovnetwork.openshift.io")
    assert [state["metadata"]["name"] for state in states] == ["worker-0", "worker-1"]
    assert [card["name"] for card in states[0]["status"]["interfaces"]] == ["enp1s0", "enp5s0f0"]


@pytest.mark.parametrize(("extras", "marked"), [((), False), (("argocd",), True)])
def test_argo_cd_marks_what_it_manages(extras: tuple[str, ...], marked: bool) -> None:
    pools = "machineconfigpools.machineconfiguration.openshift.io"
    labels = {name: build(extras=extras).get(pools, name)["metadata"]["labels"] for name in ("master", "worker")}
    assert ("app.kubernetes.io/instance" in labels["worker"]) is marked
    assert "app.kubernetes.io/instance" not in labels["master"]


def test_without_nmstate_there_are_none_of_its_kinds() -> None:
    store = build(extras=("no-nmstate",))
    assert store.resource("nodenetworkstates.nmstate.io") is None
    assert store.find("namespaces", "openshift-nmstate") is None


def test_a_proxy_knows_the_clusters_own_networks() -> None:
    status = build(extras=("proxy",)).get("proxies.config.openshift.io", "cluster")["status"]
    assert {"10.128.0.0/14", "172.30.0.0/16", ".cluster.local"} <= set(status["noProxy"].split(","))


@pytest.mark.parametrize(
    "options",
    [
        Options(extras=("no-nmstate", "bond")),
        Options(platform="None", extras=("mhc",)),
        Options(platform="Azure"),
        Options(extras=("nothing",)),
    ],
    ids=lambda options: f"{options.platform} {options.extras}",
)
def test_what_does_not_go_together_is_refused(options: Options) -> None:
    with pytest.raises(OptionsError):
        validate(options)


def test_every_number_is_a_cluster_and_always_the_same() -> None:
    clusters = [drawn(number) for number in range(200)]
    assert clusters == [drawn(number) for number in range(200)]
    for options in clusters:
        validate(options)
        assert profile_for(options.ocp).sdn_supported
        assert parse(described(options).split()) == options
        assert parse(to_arguments(options)) == options


def test_draws_meet_every_platform_and_every_shape() -> None:
    clusters = [drawn(number) for number in range(200)]
    assert {options.platform for options in clusters} == set(PLATFORMS)
    assert {name for options in clusters for name in options.extras} == set(EXTRAS) - {"webhooks"}
    assert len({options.ocp for options in clusters}) == 15
