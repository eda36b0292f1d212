"""The columns of ``kubectl get`` for the kinds that people look at during a migration."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.simulator.ports import Object
from tests.simulator.seed import builtin_resources
from tests.simulator.store.definitions import resource_of
from tests.simulator.store.resources import Resource
from tests.unit.simulator.seed.conftest import NOW, shared

BUILTIN = {resource.key: resource for resource in builtin_resources()}


def row(resource: Resource | None, obj: Object, *, wide: bool = False) -> dict[str, Any]:
    """Header to cell, as kubectl prints them."""
    assert resource is not None
    return {c.name.upper(): c.cell(obj, NOW) for c in resource.columns if wide or c.priority == 0}


def test_a_node_as_kubectl_get_nodes_shows_it() -> None:
    assert row(BUILTIN["nodes"], shared().get("nodes", "master-0")) == {
        "NAME": "master-0",
        "STATUS": "Ready",
        "ROLES": "control-plane,master",
        "AGE": "29d",
        "VERSION": "v1.27.15+6147456",
    }


def test_a_node_as_kubectl_get_nodes_wide_shows_it() -> None:
    cells = row(BUILTIN["nodes"], shared().get("nodes", "worker-1"), wide=True)
    assert list(cells) == [
        "NAME",
        "STATUS",
        "ROLES",
        "AGE",
        "VERSION",
        "INTERNAL-IP",
        "EXTERNAL-IP",
        "OS-IMAGE",
        "KERNEL-VERSION",
        "CONTAINER-RUNTIME",
    ]
    assert cells["INTERNAL-IP"] == "10.0.32.11"
    assert cells["EXTERNAL-IP"] == "<none>"
    assert cells["OS-IMAGE"].startswith("Red Hat Enterprise Linux CoreOS 414.92.")
    assert cells["CONTAINER-RUNTIME"].startswith("cri-o://1.27.")


@pytest.mark.parametrize(
    ("ready", "cordoned", "shown"),
    [
        pytest.param("True", False, "Ready", id="ready"),
        pytest.param("True", True, "Ready,SchedulingDisabled", id="cordoned"),
        pytest.param("False", False, "NotReady", id="kubelet says no"),
        pytest.param("Unknown", True, "NotReady,SchedulingDisabled", id="kubelet is silent"),
    ],
)
def test_the_status_of_a_node(ready: str, cordoned: bool, shown: str) -> None:
    node = deepcopy(shared().get("nodes", "worker-0"))
    node["status"]["conditions"][-1]["status"] = ready
    node["spec"]["unschedulable"] = cordoned
    assert row(BUILTIN["nodes"], node)["STATUS"] == shown


def pod(*, containers: int = 1, **parts: Any) -> Object:
    return {
        "metadata": {
            "name": "machine-config-daemon-x7k2p",
            "creationTimestamp": "2026-02-28T12:00:00Z",
            **parts.get("metadata", {}),
        },
        "spec": {
            "containers": [{"name": f"c{i}"} for i in range(containers)],
            "nodeName": "worker-0",
            **parts.get("spec", {}),
        },
        "status": {"phase": "Running", **parts.get("status", {})},
    }


def running(*, ready: bool = True, restarts: int = 0, **more: Any) -> Object:
    return {"ready": ready, "restartCount": restarts, "state": {"running": {}}, **more}


def ended(code: int, reason: str = "") -> Object:
    state: Object = {"exitCode": code}
    if reason:
        state["reason"] = reason
    return {"ready": False, "restartCount": 0, "state": {"terminated": state}}


def waiting(reason: str) -> Object:
    return {"ready": False, "restartCount": 0, "state": {"waiting": {"reason": reason}}}


READY = [{"type": "Ready", "status": "True"}]


@pytest.mark.parametrize(
    ("given", "ready", "status"),
    [
        pytest.param(
            pod(containers=2, status={"containerStatuses": [running(), running()], "conditions": READY}),
            "2/2",
            "Running",
            id="running",
        ),
        pytest.param(
            pod(containers=2, status={"containerStatuses": [running(ready=False), running()]}),
            "1/2",
            "Running",
            id="one not ready",
        ),
        pytest.param(pod(status={"phase": "Pending"}), "0/1", "Pending", id="pending"),
        pytest.param(
            pod(status={"phase": "Pending", "containerStatuses": [waiting("ContainerCreating")]}),
            "0/1",
            "ContainerCreating",
            id="creating",
        ),
        pytest.param(
            pod(status={"containerStatuses": [waiting("CrashLoopBackOff")]}), "0/1", "CrashLoopBackOff", id="crashing"
        ),
        pytest.param(
            pod(status={"phase": "Succeeded", "containerStatuses": [ended(0, "Completed")]}),
            "0/1",
            "Completed",
            id="completed",
        ),
        pytest.param(pod(status={"containerStatuses": [ended(137)]}), "0/1", "ExitCode:137", id="exit code"),
        pytest.param(
            pod(
                spec={"initContainers": [{"name": "a"}, {"name": "b"}]},
                status={"phase": "Pending", "initContainerStatuses": [ended(0), running(ready=False)]},
            ),
            "0/1",
            "Init:1/2",
            id="second init container",
        ),
        pytest.param(
            pod(
                spec={"initContainers": [{"name": "a"}]},
                status={"phase": "Pending", "initContainerStatuses": [waiting("ImagePullBackOff")]},
            ),
            "0/1",
            "Init:ImagePullBackOff",
            id="init image",
        ),
        pytest.param(
            pod(metadata={"deletionTimestamp": "2026-03-01T11:59:00Z"}, status={"containerStatuses": [running()]}),
            "1/1",
            "Terminating",
            id="terminating",
        ),
        pytest.param(pod(status={"phase": "Failed", "reason": "Evicted"}), "0/1", "Evicted", id="evicted"),
    ],
)
def test_a_pod(given: Object, ready: str, status: str) -> None:
    cells = row(BUILTIN["pods"], given)
    assert list(cells) == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert (cells["READY"], cells["STATUS"], cells["AGE"]) == (ready, status, "24h")


def test_restarts_say_when() -> None:
    last: Object = {"lastState": {"terminated": {"finishedAt": "2026-03-01T11:55:00Z"}}}
    given = pod(status={"containerStatuses": [running(restarts=3, **last)]})
    assert row(BUILTIN["pods"], given)["RESTARTS"] == "3 (5m ago)"


def test_a_pod_wide() -> None:
    given = pod(status={"podIPs": [{"ip": "10.0.32.10"}]})
    cells = row(BUILTIN["pods"], given, wide=True)
    assert list(cells)[5:] == ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]
    assert list(cells.values())[5:] == ["10.0.32.10", "worker-0", "<none>", "<none>"]


def test_a_cluster_operator() -> None:
    store = shared()
    operator = store.get("clusteroperators.config.openshift.io", "dns")
    cells = row(store.resource("clusteroperators.config.openshift.io"), operator)
    assert cells == {
        "NAME": "dns",
        "VERSION": "4.14.31",
        "AVAILABLE": "True",
        "PROGRESSING": "False",
        "DEGRADED": "False",
        "SINCE": "29d",
        "MESSAGE": None,
    }


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        pytest.param([("Progressing", "True", "rolling")], "rolling", id="progressing"),
        pytest.param([("Progressing", "True", "rolling"), ("Degraded", "True", "broken")], "broken", id="degraded"),
        pytest.param([("Degraded", "True", "broken"), ("Available", "False", "away")], "away", id="not available"),
        pytest.param([("Degraded", "True", "")], "Why", id="a reason without a message"),
        pytest.param([("Available", "True", "fine")], None, id="nothing to tell"),
    ],
)
def test_the_server_adds_a_message_to_cluster_operators(conditions: list[tuple[str, str, str]], message: str) -> None:
    resource = shared().resource("clusteroperators.config.openshift.io")
    told = [{"type": kind, "status": status, "message": text, "reason": "Why"} for kind, status, text in conditions]
    assert row(resource, {"metadata": {"name": "dns"}, "status": {"conditions": told}})["MESSAGE"] == message


def test_a_cluster_network_has_no_age() -> None:
    resource = shared().resource("clusternetworks.network.openshift.io")
    assert resource is not None
    assert [column.name for column in resource.columns] == ["Name", "Cluster Network", "Service Network", "Plugin Name"]


def test_a_pool() -> None:
    store = shared()
    pool: Object = {
        **store.get("machineconfigpools.machineconfiguration.openshift.io", "worker"),
        "status": {
            "configuration": {"name": "rendered-worker-0a1b"},
            "conditions": [
                {"type": "Updated", "status": "False"},
                {"type": "Updating", "status": "True"},
                {"type": "Degraded", "status": "False"},
            ],
            "machineCount": 3,
            "readyMachineCount": 1,
            "updatedMachineCount": 1,
            "degradedMachineCount": 0,
        },
    }
    assert row(store.resource("machineconfigpools.machineconfiguration.openshift.io"), pool) == {
        "NAME": "worker",
        "CONFIG": "rendered-worker-0a1b",
        "UPDATED": "False",
        "UPDATING": "True",
        "DEGRADED": "False",
        "MACHINECOUNT": 3,
        "READYMACHINECOUNT": 1,
        "UPDATEDMACHINECOUNT": 1,
        "DEGRADEDMACHINECOUNT": 0,
        "AGE": "29d",
    }


@pytest.mark.parametrize(
    ("key", "name", "namespace", "shown"),
    [
        pytest.param(
            "clusterversions.config.openshift.io",
            "version",
            None,
            {"VERSION": "4.14.31", "AVAILABLE": "True", "PROGRESSING": "False", "STATUS": "Cluster version is 4.14.31"},
            id="clusterversion",
        ),
        pytest.param(
            "hostsubnets.network.openshift.io",
            "worker-0",
            None,
            {"HOST": "worker-0", "HOST IP": "10.0.32.10", "SUBNET": "10.131.0.0/23", "EGRESS CIDRS": None},
            id="hostsubnet",
        ),
        pytest.param(
            "machinehealthchecks.machine.openshift.io",
            "workers",
            "openshift-machine-api",
            {"MAXUNHEALTHY": "40%", "EXPECTEDMACHINES": 3, "CURRENTHEALTHY": 3},
            id="machinehealthcheck",
        ),
        pytest.param(
            "services",
            "dns-default",
            "openshift-dns",
            {"TYPE": "ClusterIP", "CLUSTER-IP": "172.30.0.10", "PORT(S)": "53/UDP,53/TCP,9154/TCP"},
            id="service",
        ),
        pytest.param(
            "poddisruptionbudgets.policy",
            "frontend",
            "shop",
            {"MIN AVAILABLE": 1, "MAX UNAVAILABLE": "N/A", "ALLOWED DISRUPTIONS": 0},
            id="budget",
        ),
        pytest.param(
            "apiservices.apiregistration.k8s.io",
            "v1.route.openshift.io",
            None,
            {"SERVICE": "openshift-apiserver/api", "AVAILABLE": "True"},
            id="apiservice",
        ),
        pytest.param(
            "apiservices.apiregistration.k8s.io", "v1.apps", None, {"SERVICE": "Local", "AVAILABLE": "True"}, id="local"
        ),
        pytest.param(
            "routes.route.openshift.io",
            "console",
            "openshift-console",
            {
                "HOST/PORT": "console-openshift-console.apps.ocp.example.com",
                "SERVICES": "console",
                "TERMINATION": "reencrypt/Redirect",
            },
            id="route",
        ),
    ],
)
def test_seeded_objects(key: str, name: str, namespace: str | None, shown: dict[str, Any]) -> None:
    store = shared()
    cells = row(store.resource(key), store.get(key, name, namespace=namespace))
    assert {header: cells[header] for header in shown} == shown


def test_a_signing_request() -> None:
    request = shared().list("certificatesigningrequests.certificates.k8s.io")[0]
    cells = row(BUILTIN["certificatesigningrequests.certificates.k8s.io"], request)
    assert list(cells) == ["NAME", "AGE", "SIGNERNAME", "REQUESTOR", "REQUESTEDDURATION", "CONDITION"]
    assert cells["CONDITION"] == "Approved,Issued"
    assert cells["SIGNERNAME"] == "kubernetes.io/kubelet-serving"


def test_a_daemon_set() -> None:
    daemon_set = {
        "metadata": {"name": "multus", "creationTimestamp": "2026-02-01T12:00:00Z"},
        "spec": {
            "selector": {"matchLabels": {"app": "multus"}},
            "template": {
                "spec": {"containers": [{"name": "kube-multus"}], "nodeSelector": {"kubernetes.io/os": "linux"}}
            },
        },
        "status": {"desiredNumberScheduled": 6, "currentNumberScheduled": 6, "numberReady": 5, "numberAvailable": 5},
    }
    assert row(BUILTIN["daemonsets.apps"], daemon_set) == {
        "NAME": "multus",
        "DESIRED": 6,
        "CURRENT": 6,
        "READY": 5,
        "UP-TO-DATE": 0,
        "AVAILABLE": 5,
        "NODE SELECTOR": "kubernetes.io/os=linux",
        "AGE": "28d",
    }
    assert row(BUILTIN["daemonsets.apps"], daemon_set, wide=True)["SELECTOR"] == "app=multus"


@pytest.mark.parametrize(
    ("plural", "short_name"),
    [
        pytest.param("clusteroperators.config.openshift.io", "co", id="co"),
        pytest.param("machineconfigpools.machineconfiguration.openshift.io", "mcp", id="mcp"),
        pytest.param("machineconfigs.machineconfiguration.openshift.io", "mc", id="mc"),
        pytest.param("nodenetworkconfigurationpolicies.nmstate.io", "nncp", id="nncp"),
        pytest.param("nodenetworkstates.nmstate.io", "nns", id="nns"),
        pytest.param("machinehealthchecks.machine.openshift.io", "mhc", id="mhc"),
        pytest.param("daemonsets.apps", "ds", id="ds"),
        pytest.param("poddisruptionbudgets.policy", "pdb", id="pdb"),
    ],
)
def test_short_names(plural: str, short_name: str) -> None:
    resource = shared().resource(plural)
    assert resource is not None
    assert short_name in resource.short_names


def test_egress_ip_shows_the_first_node_only() -> None:
    crd = next(
        c
        for c in shared("4.17").list("customresourcedefinitions.apiextensions.k8s.io")
        if c["metadata"]["name"] == "egressips.k8s.ovn.org"
    )
    items = [{"node": "worker-0", "egressIP": "10.0.32.200"}, {"node": "worker-1", "egressIP": "10.0.32.201"}]
    egress_ip = {
        "metadata": {"name": "egressip-shop"},
        "spec": {"egressIPs": ["10.0.32.200"]},
        "status": {"items": items},
    }
    cells = row(resource_of(crd), egress_ip)
    assert cells["ASSIGNED NODE"] == "worker-0"
