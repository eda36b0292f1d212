"""Preflight on clusters with many things wrong at once: it finds all of them, in few requests, and writes nothing."""

from __future__ import annotations

import base64
import json
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import module, playbook
from tests.integration.records import writes
from tests.integration.simulator.http_client import HttpClient
from tests.simulator.certificates import signing_request
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

#: What a healthy 4.14 cluster waits for, since no API tells it.
UNSEEN = {"etcd_backup", "tunnel_port_open", "nodes_not_routers"}
#: What the simulated cluster has that is only told.
TOLD = {
    "support_of_automation",
    "pools_pace",
    "machine_health_checks",
    "egress_policies_enforced",
    "multicast_namespaces",
}
CONFIG = "/apis/config.openshift.io/v1"
OPERATOR = "/apis/operator.openshift.io/v1"
POOLS = "/apis/machineconfiguration.openshift.io/v1/machineconfigpools"
DAEMONS = "openshift-machine-config-operator"
#: Asked when a kind may not be read, to find out whether it exists.
REVIEW = "selfsubjectaccessreviews.authorization.k8s.io"
DISCOVERY = re.compile(r"^/(api|apis/[^/]+)/v[^/]+$")

Break = Callable[["Breaker"], None]


class Breaker:
    """Writes to a simulated cluster behind preflight's back."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator
        self.client = HttpClient(Path(simulator.kubeconfig))

    def change(self, path: str, patch: Mapping[str, Any]) -> None:
        answer = self.client.patch(path, patch)
        assert answer.code == 200, answer.body

    def create(self, path: str, body: Mapping[str, Any]) -> None:
        answer = self.client.ask("POST", path, body)
        assert answer.code == 201, answer.body

    def create_custom(self, kind: str, api_version: str, plural: str, body: Mapping[str, Any]) -> None:
        """An object of somebody's operator, with its CRD."""
        group, _slash, version = api_version.partition("/")
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
        served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
        spec = {"group": group, "scope": "Cluster", "names": names, "versions": [served]}
        crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}
        crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        self.create(crds, {**crd, "metadata": {"name": f"{plural}.{group}"}})
        self.create(f"/apis/{api_version}/{plural}", {"apiVersion": api_version, "kind": kind, **body})


def condition(type_: str, status: str, reason: str) -> dict[str, str]:
    now = "2026-01-01T00:00:00Z"
    return {"type": type_, "status": status, "reason": reason, "message": "", "lastTransitionTime": now}


def break_the_platform(broken: Breaker) -> None:
    offered = [{"version": "4.14.99", "image": "quay.io/x"}]
    status = {"availableUpdates": offered, "conditions": [condition("Progressing", "True", "Updating")]}
    broken.change(f"{CONFIG}/clusterversions/version/status", {"status": status})
    platform = {"platformStatus": {"type": "KubeVirt"}}
    broken.change(f"{CONFIG}/infrastructures/cluster/status", {"status": platform})
    broken.create("/api/v1/namespaces", {"metadata": {"name": "openshift-backplane"}})
    mode = {"openshiftSDNConfig": {"mode": "Multitenant"}}
    broken.change(f"{OPERATOR}/networks/cluster", {"spec": {"defaultNetwork": mode}})


def break_the_network(broken: Breaker) -> None:
    marks = {"network.openshift.io/network-type-migration": "", "argocd.argoproj.io/tracking-id": "site"}
    broken.change(f"{CONFIG}/networks/cluster", {"metadata": {"annotations": marks}})
    broken.simulator.add_fault("cno_refuses,message=invalid MTU")
    mtu = {"machine": {"from": 1500, "to": 9000}, "network": {"from": 1450, "to": 8950}}
    broken.change(f"{OPERATOR}/networks/cluster", {"spec": {"migration": {"mtu": mtu}}})


def break_the_nodes(broken: Breaker) -> None:
    broken.change("/api/v1/nodes/worker-0", {"spec": {"unschedulable": True}})
    broken.change(f"{POOLS}/worker", {"spec": {"paused": True}})
    status = {
        "nodeInfo": {"osImage": "Red Hat Enterprise Linux 8.6 (Ootpa)"},
        "addresses": [{"type": "Hostname", "address": "worker-1"}],
        "conditions": [condition("Ready", "False", "KubeletNotReady")],
    }
    broken.change("/api/v1/nodes/worker-1/status", {"status": status})
    broken.simulator.add_fault("exec_dropped:worker-2")
    second = {
        "metadata": {"name": "machine-config-daemon-second", "labels": {"k8s-app": "machine-config-daemon"}},
        "spec": {"nodeName": "worker-2", "containers": [{"name": "machine-config-daemon", "image": "x"}]},
    }
    broken.create(f"/api/v1/namespaces/{DAEMONS}/pods", second)
    asked = signing_request(user="system:node:worker-1", groups=["system:nodes"], names=["worker-1"])
    wanted = {
        "request": base64.b64encode(asked).decode(),
        "signerName": "kubernetes.io/kubelet-serving",
        "usages": ["digital signature"],
    }
    requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    broken.create(requests, {"metadata": {"name": "csr-1"}, "spec": wanted})


def break_the_neighbours(broken: Breaker) -> None:
    ceph = {"metadata": {"name": "odf"}, "status": {"ceph": {"health": "HEALTH_WARN"}}}
    broken.create_custom("CephCluster", "ceph.rook.io/v1", "cephclusters", ceph)
    health = {"metadata": {"name": "workers"}}
    broken.create_custom("NodeHealthCheck", "remediation.medik8s.io/v1alpha1", "nodehealthchecks", health)
    domain = broken.client.get(f"{CONFIG}/ingresses/cluster").json["spec"]["domain"]
    mirrors = [{"source": "quay.io/openshift-release-dev", "mirrors": [f"registry.{domain}/ocp"]}]
    images = {"metadata": {"name": "ocp"}, "spec": {"imageDigestMirrors": mirrors}}
    broken.create_custom("ImageDigestMirrorSet", "config.openshift.io/v1", "imagedigestmirrorsets", images)


def break_the_state(broken: Breaker) -> None:
    broken.simulator.add_fault("cno_refuses,message=not now")
    broken.change(f"{OPERATOR}/networks/cluster", {"spec": {"migration": {"networkType": "OVNKubernetes"}}})
    away = {"conditions": [condition("Available", "False", "MissingEndpoints")]}
    services = "/apis/apiregistration.k8s.io/v1/apiservices"
    broken.change(f"{services}/v1.route.openshift.io/status", {"status": away})
    pod = {"metadata": {"name": "broken"}, "spec": {"containers": [{"name": "main", "image": "x"}]}}
    broken.create("/api/v1/namespaces/default/pods", pod)
    evicted = {"phase": "Failed", "reason": "Evicted"}
    broken.change("/api/v1/namespaces/default/pods/broken/status", {"status": evicted})
    unready = {"conditions": [condition("Ready", "False", "ContainersNotReady")]}
    broken.change("/api/v1/namespaces/openshift-etcd/pods/etcd-master-1/status", {"status": unready})
    state = {"machineconfiguration.openshift.io/state": "Degraded"}
    broken.change("/api/v1/nodes/master-2", {"metadata": {"annotations": state}})


def nothing(broken: Breaker) -> None:
    return


SCENARIOS = [
    pytest.param(
        {"pools": {"infra": 0}},
        (break_the_platform, break_the_network, break_the_nodes),
        {"strategy": "rsh_then_ssh"},
        TOLD
        | UNSEEN
        | {"version_newest_patch", "no_upgrade", "platform_supported", "cluster_self_managed", "sdn_isolation_mode"}
        | {"no_live_annotation", "no_controller_writes_back", "no_mtu_migration"}
        | {"operators_healthy", "network_operator_accepts"}
        | {"nodes_schedulable", "nodes_ready", "pools_not_paused", "pools_settled", "pools_empty", "nodes_coreos"}
        | {"nodes_addressed", "nodes_ssh", "nodes_exec", "nodes_tell", "daemon_pods_running"}
        | {"signing_requests_decided"},
        id="platform, network and nodes",
    ),
    pytest.param(
        {"workers": 0},
        (break_the_neighbours, break_the_state),
        {},
        TOLD
        | UNSEEN
        | {"ceph_healthy", "node_health_checks", "images_outside", "no_migration", "no_upgrade"}
        | {"operators_healthy", "network_operator_accepts", "api_services_available", "pods_in_error", "etcd_healthy"}
        | {"nodes_configured", "pools_settled", "pools_empty", "control_plane_topology"},
        id="neighbours and state of a compact cluster",
    ),
    pytest.param(
        {"ocp": "4.17"},
        (nothing,),
        {"method": "rollback", "context": "oauth", "probe": False},
        {"version_supported", "etcd_backup", "tunnel_port_open", "credential_outlives_switch", "nodes_exec"}
        | {"machine_health_checks"},
        id="too late for the way back",
    ),
    pytest.param(
        {"workers": 148},
        (nothing,),
        {"context": "viewer", "probe": False},
        TOLD | UNSEEN | {"support_case_large_cluster", "credential_rights", "nodes_exec"},
        id="large",
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize(("options", "breaks", "asked", "expected"), SCENARIOS)
def test_everything_that_is_wrong_is_found_at_once(
    tmp_path: Path, options: dict[str, Any], breaks: tuple[Break, ...], asked: dict[str, Any], expected: set[str]
) -> None:
    with running(Options(speed=0, max_lifetime=600, kubeconfig=tmp_path / "kubeconfig", **options)) as simulator:
        broken = Breaker(simulator)
        for one in breaks:
            one(broken)
        result = look(simulator, tmp_path, **asked)
    assert ids(result) == expected
    assert not any(finding["unreadable"] for finding in result["findings"])


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """A healthy cluster, which no test changes."""
    kubeconfig = tmp_path_factory.mktemp("preflight") / "kubeconfig"
    with running(Options(speed=0, max_lifetime=900, kubeconfig=kubeconfig)) as simulator:
        yield simulator


def look(simulator: RunningSimulator, cwd: Path, **options: Any) -> dict[str, Any]:
    """The result of the module, which has written nothing, and has counted its requests well."""
    simulator.forget_requests()
    result = module("migration_preflight", options, kubeconfig=simulator.kubeconfig, cwd=cwd)
    rows = simulator.requests()
    assert {row["verb"] for row in writes(rows)} <= {"exec"}
    assert "findings" in result, result["msg"]
    assert len(_asked_for_itself(rows)) == result["requests"]
    return result


def _asked_for_itself(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without what only finds out why something may not be read: its kind, or its namespace, may not exist, or the API
    server has only just started."""
    asked: list[Mapping[str, Any]] = []
    looked = ""
    for row in rows:
        before, looked = looked, row["path"]
        if looked == "/readyz" or (before == "/readyz" and row["resource"] in (REVIEW, "nodes")):
            continue
        denied = asked[-1]["path"] if asked and asked[-1]["status"] == 403 else ""
        of_its_namespace = row["resource"] == "namespaces" and denied.startswith(f"{row['path']}/")
        if not DISCOVERY.match(row["path"]) and not of_its_namespace:
            asked.append(row)
    return asked


def ids(result: Mapping[str, Any]) -> set[str]:
    return {str(finding["id"]) for finding in result["findings"]}


def test_a_healthy_cluster_waits_for_acknowledgements_only(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = look(simulator, tmp_path)
    assert ids(result) == UNSEEN | TOLD
    assert {finding["id"] for finding in result["findings"] if finding["blocking"]} == UNSEEN
    assert result["requests"] < 60
    rows = _asked_for_itself(simulator.requests())
    asked = Counter((row["resource"], row["namespace"], row["name"]) for row in rows)
    assert max(asked.values()) == 1, asked.most_common(3)


def test_the_way_back_of_a_cluster_that_is_there(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = look(simulator, tmp_path, method="rollback", probe=False)
    assert "the cluster is on OpenShiftSDN already; there is nothing to migrate" in str(result["table"])
    assert result["findings"][0]["id"] == "source_network_type"


def test_law_16_a_credential_that_may_not_read(simulator: RunningSimulator, tmp_path: Path) -> None:
    result = look(simulator, tmp_path, context="nobody")
    assert result["verdict"]["state"] == "failed"
    unreadable = {finding["id"] for finding in result["findings"] if finding["unreadable"]}
    assert {"nodes_ready", "operators_healthy", "pools_settled", "version_supported", "subnets_apart"} <= unreadable
    assert all(finding["blocking"] for finding in result["findings"] if finding["unreadable"])


def own(query: str, **more: str) -> dict[str, str]:
    given = {"id": "my_check", "kind": "ClusterOperator", "api_version": "config.openshift.io/v1"}
    return {**given, "query": query, "message": "these operators are ours", **more}


def test_a_kind_that_the_cluster_does_not_serve(simulator: RunningSimulator, tmp_path: Path) -> None:
    options = {"custom_checks": [own("items", kind="Cluster")]}
    result = module("migration_preflight", options, kubeconfig=simulator.kubeconfig, cwd=tmp_path)
    words = "make the custom check my_check: the cluster serves no kind Cluster in config.openshift.io/v1"
    assert words in result["msg"]


def test_the_playbook_shows_keeps_and_stops(simulator: RunningSimulator, tmp_path: Path) -> None:
    names = "items[?starts_with(metadata.name, 'dns') || metadata.name == 'etcd'].metadata.name"
    variables = {
        "cno_artifacts_dir": str(tmp_path / "artifacts"),
        "cno_preflight_acknowledge": ["nodes_not_routers"],
        "cno_backup_etcd_enabled": True,
        "cno_preflight_skip": ["tunnel_port_open"],
        "cno_preflight_custom_checks": [own(names)],
    }
    run = playbook("preflight", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 2, run.output
    assert "! block my_check these operators are ours (dns, etcd)" in run.flat
    assert "Nothing was changed: 1 finding stops the migration: my_check" in run.flat
    kept = json.loads((tmp_path / "artifacts" / "localhost-preflight.json").read_text(encoding="utf-8"))
    first = kept["findings"][0]
    assert (first["id"], first["objects"]) == (
        "my_check",
        ["clusteroperators.config.openshift.io/dns", "clusteroperators.config.openshift.io/etcd"],
    )
    page = (tmp_path / "artifacts" / "localhost-preflight.md").read_text(encoding="utf-8")
    assert "| yes | block | `my_check` | these operators are ours (dns, etcd) |" in page
    assert "Not made: tunnel_port_open." in page
    assert "- clusteroperators.config.openshift.io/etcd" in page


def test_law_17_in_check_mode_nothing_runs_on_a_node_and_nothing_is_kept(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    simulator.forget_requests()
    artifacts = tmp_path / "artifacts"
    variables = {"cno_artifacts_dir": str(artifacts), "cno_prepare_ovn": {"geneve_port": 4789}}
    run = playbook(
        "preflight", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables, arguments=["--check", "--diff"]
    )
    assert run.code == 0, run.output
    assert "! block tunnel_ports_differ" in run.flat
    assert writes(simulator.requests()) == []
    assert not artifacts.exists()


def test_artifacts_are_their_owners_alone_and_a_directory_keeps_its_mode(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1770)
    for directory, mode in ((shared, 0o1770), (tmp_path / "new", 0o700)):
        variables = {"cno_artifacts_dir": str(directory)}
        run = playbook("preflight", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
        assert run.code == 0, run.output
        assert stat.S_IMODE(directory.stat().st_mode) == mode
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
        assert files == {"localhost-preflight.json": 0o600, "localhost-preflight.md": 0o600}


@pytest.mark.parametrize("name", ["preflight", "rollback"])
def test_an_inventory_name_that_leads_out_of_the_directory_is_refused(
    simulator: RunningSimulator, tmp_path: Path, name: str
) -> None:
    inside = tmp_path / "a" / "b"
    variables = {"cno_artifacts_dir": str(inside), "cno_hosts": "all", "cno_allow_disruption": True}
    run = playbook(
        name,
        kubeconfig=simulator.kubeconfig,
        cwd=tmp_path,
        variables=variables,
        arguments=["--inventory", "../../out,"],
    )
    assert run.code == 2, run.output
    assert '"../../out" is no file name' in run.flat.replace('\\"', '"')
    assert not (tmp_path / "a").exists()
    assert list(tmp_path.glob("out*")) == []
