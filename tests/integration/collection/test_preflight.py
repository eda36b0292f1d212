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


def put_operators_to_sleep(broken: Breaker) -> None:
    deployments = "/apis/apps/v1/namespaces/{}/deployments/{}"
    for namespace, name in (("openshift-network-operator", "network-operator"), (DAEMONS, "machine-config-controller")):
        broken.change(deployments.format(namespace, name), {"spec": {"replicas": 0}})
    broken.change(f"{OPERATOR}/networks/cluster", {"spec": {"managementState": "Unmanaged"}})
    taken = {"kind": "Deployment", "group": "apps", "name": "network-operator", "unmanaged": True}
    overrides = [{**taken, "namespace": "openshift-network-operator"}]
    broken.change(f"{CONFIG}/clusterversions/version", {"spec": {"overrides": overrides}})
    given_up = condition("NetworkTypeMigrationInProgress", "True", "NetworkTypeMigrationStarted")
    broken.change(f"{CONFIG}/networks/cluster", {"status": {"conditions": [given_up]}})


def put_nodes_astray(broken: Breaker) -> None:
    roles = {f"node-role.kubernetes.io/{role}": "" for role in ("infra", "gpu")}
    broken.change("/api/v1/nodes/worker-0", {"metadata": {"labels": roles}})
    address = broken.client.get("/api/v1/nodes/worker-0").json["status"]["addresses"]
    broken.change("/api/v1/nodes/worker-1/status", {"status": {"addresses": address}})
    pinned = {"name": "10-mine.conf", "contents": "[Service]\nExecStart=\nExecStart=/opt/mine.sh\n"}
    units = [{"name": "ovs-configuration.service", "dropins": [pinned]}]
    config = {"ignition": {"version": "3.2.0"}, "systemd": {"units": units}}
    kind = {"apiVersion": "machineconfiguration.openshift.io/v1", "kind": "MachineConfig"}
    body = {**kind, "metadata": {"name": "99-mine"}, "spec": {"config": config}}
    broken.create("/apis/machineconfiguration.openshift.io/v1/machineconfigs", body)


def let_others_act(broken: Breaker) -> None:
    raw = "{{- range (list 1) }}\n- objectDefinition:\n    kind: MachineConfigPool\n{{- end }}\n"
    spec = {"remediationAction": "enforce", "object-templates-raw": raw}
    body = {"metadata": {"name": "pools"}, "spec": spec}
    broken.create_custom("ConfigurationPolicy", "policy.open-cluster-management.io/v1", "configurationpolicies", body)
    # The operator's own webhook, which nobody answers for here, would look at it.
    hooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    answer = broken.client.ask("DELETE", f"{hooks}/sriov-operator-webhook-config")
    assert answer.code == 200, answer.body
    policies = "/apis/sriovnetwork.openshift.io/v1/namespaces/openshift-sriov-network-operator/sriovnetworknodepolicies"
    workers = {"node-role.kubernetes.io/worker": ""}
    selectors: dict[str, Any] = {"by-maker": {"vendor": "8086"}, "by-address": {"rootDevices": ["0000:01:00.0"]}}
    for name, selector in selectors.items():
        policy = {"resourceName": "x", "numVfs": 4, "nicSelector": selector, "nodeSelector": workers}
        kind = {"apiVersion": "sriovnetwork.openshift.io/v1", "kind": "SriovNetworkNodePolicy"}
        broken.create(policies, {**kind, "metadata": {"name": name}, "spec": policy})


def run_alone(broken: Breaker) -> None:
    """A Deployment of one pod on a volume of its own, with a budget that wants that pod."""
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    namespaced = "/namespaces/shop/"
    broken.create(f"/api/v1{namespaced}persistentvolumeclaims", {"metadata": {"name": "ledger"}, "spec": claim})
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "ledger"}}]
    labels = {"app": "ledger"}
    pods = {"containers": [{"name": "main", "image": "example.com/ledger"}], "volumes": volumes}
    template = {"metadata": {"labels": labels}, "spec": pods}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    broken.create(f"/apis/apps/v1{namespaced}deployments", {"metadata": {"name": "ledger"}, "spec": spec})
    budget = {"minAvailable": 1, "selector": {"matchLabels": labels}}
    broken.create(f"/apis/policy/v1{namespaced}poddisruptionbudgets", {"metadata": {"name": "ledger"}, "spec": budget})


EMPTY_POOLS = {"infra": 0, "gpu": 0}


def said(result: Mapping[str, Any]) -> dict[str, str]:
    """Check -> all that it found."""
    found: dict[str, str] = {}
    for finding in result["findings"]:
        found[finding["id"]] = f"{found.get(finding['id'], '')} {finding['message']}".strip()
    return found


def test_what_other_peoples_operators_do_is_seen(tmp_path: Path) -> None:
    """With all that such clusters have, and then with what is wrong of it."""
    extras = ("argocd", "autoscaler", "sriov", "olm-webhooks")
    options = Options(
        speed=0, max_lifetime=600, kubeconfig=tmp_path / "kubeconfig", ocp="4.16", extras=extras, pools=EMPTY_POOLS
    )
    with running(options) as simulator:
        broken = Breaker(simulator)
        before = said(look(simulator, tmp_path))
        for one in (let_others_act, run_alone, put_nodes_astray, put_operators_to_sleep):
            one(broken)
        after = said(look(simulator, tmp_path, strategy="ssh"))
        assert [r["verb"] for r in simulator.requests() if r["resource"].startswith("sriovnetwork")] == ["list"] * 2
    harmless = TOLD | UNSEEN | {"pools_empty", "webhooks_answer_quickly"}
    assert set(before) == harmless | {"no_controller_writes_back", "cluster_autoscaler"}
    assert "is managed by Argo CD: machineconfigpool/worker" in before["no_controller_writes_back"]
    assert "the MachineSets of openshift-machine-api/worker-0" in before["cluster_autoscaler"]
    for name in ("validation.gatekeeper.sh (15 s)", "operator-webhook.sriovnetwork.openshift.io (10 s)"):
        assert name in before["webhooks_answer_quickly"]

    assert "of Advanced Cluster Management would write back" in after["no_controller_writes_back"]
    policies = "openshift-sriov-network-operator/by-address, openshift-sriov-network-operator/by-maker"
    assert after["secondary_networks_elsewhere"].endswith(f"use the nodes' primary interface: {policies}")
    assert "with a volume that one node at a time may mount" in after["singletons_on_volumes"]
    assert "even while all pods run" in after["disruption_budgets"]
    assert "worker-0 (the custom pools gpu, infra select it)" in after["nodes_in_one_pool"]
    assert "worker-0, worker-1" in after["nodes_addressed"]
    assert "99-mine (ExecStart in the drop-in 10-mine.conf)" in after["bridge_unit_own"]
    assert "managementState" in after["network_operator_works"]
    assert "network-operator has 0 replicas" in after["network_operator_works"]
    assert after["machine_config_operator_works"].endswith("machine-config-controller has 0 replicas")
    assert "openshift-network-operator/network-operator" in after["operators_not_overridden"]
    assert "NetworkTypeMigrationInProgress=True" in after["no_live_annotation"]


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
