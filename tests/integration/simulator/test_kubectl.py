"""A whole simulator and the real kubectl: what an operator types."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("simulator")

DAEMONS = ("-n", "openshift-machine-config-operator")


@pytest.fixture(scope="module")
def daemon(kubectl):
    """The name of a machine-config-daemon pod on a worker."""
    selector = ("-l", "k8s-app=machine-config-daemon", "--field-selector", "spec.nodeName=worker-0")
    return kubectl("get", "pods", *DAEMONS, *selector, "-o", "name").stdout.strip()


def test_get_nodes_operators_and_pools(kubectl):
    out = kubectl("get", "nodes,co,mcp", "-o", "wide").stdout
    assert re.search(r"^node/master-0 +Ready +control-plane,master ", out, re.M)
    assert re.search(r"^clusteroperator.config.openshift.io/network +\S+ +True +False +False ", out, re.M)
    assert re.search(
        r"^machineconfigpool.machineconfiguration.openshift.io/worker +rendered-worker-\w+ +True", out, re.M
    )
    assert "INTERNAL-IP" in out


def test_describe_node(kubectl):
    out = kubectl("describe", "node", "worker-0").stdout
    assert re.search(r"^Name: +worker-0$", out, re.M)
    assert re.search(r"machine-config-daemon-\w+", out)
    assert "Failed to get lease" not in out


def test_waits(kubectl):
    out = kubectl("wait", "co", "--all", "--for=condition=Available=True", "--timeout=30s").stdout
    assert "clusteroperator.config.openshift.io/network condition met" in out
    out = kubectl("wait", "mcp", "--all", "--for=condition=Updated", "--timeout=30s").stdout
    assert len(out.splitlines()) == 2
    refused = kubectl("wait", "mcp", "master", "--for=condition=Degraded", "--timeout=1s", code=1)
    assert "timed out waiting for the condition" in refused.stderr


def test_patches_of_the_network_operator(kubectl):
    before = json.loads(kubectl("get", "network.operator.openshift.io", "cluster", "-o", "json").stdout)
    patch = ("patch", "network.operator.openshift.io", "cluster", "--type=merge", "-p")
    wanted = '{"spec":{"migration":{"networkType":"OVNKubernetes"}}}'
    out = kubectl(*patch, wanted, "--dry-run=server", "-o", "json").stdout
    assert json.loads(out)["spec"]["migration"] == {"networkType": "OVNKubernetes"}
    assert "no change" in kubectl(*patch, '{"spec":{"migration":null}}').stdout
    after = json.loads(kubectl("get", "network.operator.openshift.io", "cluster", "-o", "json").stdout)
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    refused = kubectl(*patch, '{"spec":{"migration":{"networkType":7}}}', code=1).stderr
    assert "spec.migration.networkType in body must be of type string" in refused
    refused = kubectl("patch", "network.operator.openshift.io", "cluster", "-p", wanted, "--type=strategic", code=1)
    assert "application/strategic-merge-patch+json is not supported" in refused.stderr or (
        "the body of the request was in an unknown format" in refused.stderr
    )


def test_status_of_a_network_has_no_endpoint(kubectl):
    patch = ("patch", "network.config.openshift.io", "cluster", "--subresource=status", "--type=merge")
    assert "the server could not find the requested resource" in kubectl(*patch, "-p", '{"status":{}}', code=1).stderr


def test_a_watch(kubectl, simulator):
    shown = ("get", "nodes", "-w", "--request-timeout=2s", "-o", "name")
    assert "node/worker-2" in kubectl(*shown, code=None).stdout


def test_a_watch_shows_changes(kubectl):
    """The table of ``get -w`` grows by a line for each change; a label column makes it visible."""
    with_label = ("get", "nodes", "worker-1", "-w", "-L", "watched", "--request-timeout=3s")
    import threading

    timer = threading.Timer(1.0, kubectl, args=("label", "node", "worker-1", "watched=yes"))
    timer.start()
    out = kubectl(*with_label, code=None).stdout
    timer.join()
    lines = [line.split() for line in out.splitlines() if line.startswith("worker-1")]
    assert lines[0][-1] != "yes" and lines[-1][-1] == "yes"
    kubectl("label", "node", "worker-1", "watched-")


def test_rollout_status(kubectl):
    out = kubectl("rollout", "status", "ds/multus", "-n", "openshift-multus", "--timeout=30s").stdout
    assert 'daemon set "multus" successfully rolled out' in out


def test_logs(kubectl, daemon):
    whole = kubectl("logs", *DAEMONS, daemon, "-c", "machine-config-daemon").stdout
    assert re.match(r"I\d{4} \d\d:\d\d:\d\d\.\d{6}    2401 start\.go\] Version: v4\.", whole)
    assert "Starting to manage node: " in whole
    last = kubectl("logs", *DAEMONS, daemon, "-c", "machine-config-daemon", "--tail=2").stdout
    assert last.splitlines() == whole.splitlines()[-2:]
    out = kubectl("logs", *DAEMONS, daemon, "-c", "kube-rbac-proxy", "--timestamps", "--tail=1").stdout
    assert re.match(r"20\d\d-\d\d-\d\dT\S+Z kube-rbac-proxy of ", out)
    refused = kubectl("logs", *DAEMONS, daemon, "-c", "no-such", code=1).stderr
    assert "container no-such is not valid for pod" in refused


def test_exec(kubectl, daemon):
    command = ("exec", *DAEMONS, daemon, "-c", "machine-config-daemon", "--")
    assert kubectl(*command, "chroot", "/rootfs", "hostname").stdout == "worker-0\n"
    assert "exit code 127" in kubectl(*command, "sh", "-c", "no-such-command", code=127).stderr
    missing = ("exec", *DAEMONS, "no-such-pod", "--", "true")
    assert 'pods "no-such-pod" not found' in kubectl(*missing, code=1).stderr


def test_can_i(kubectl):
    assert kubectl("auth", "can-i", "patch", "networks.operator.openshift.io").stdout == "yes\n"
    refused = kubectl("--context", "viewer", "auth", "can-i", "patch", "networks.operator.openshift.io", code=1)
    assert refused.stdout == "no\n"


def test_rights(kubectl):
    told = kubectl("--context", "nobody", "get", "nodes", code=1).stderr
    assert 'User "nobody" cannot list resource "nodes" in API group "" at the cluster scope' in told
    assert kubectl("--context", "oauth", "get", "nodes", "-o", "name").stdout.count("node/") == 6


def test_a_namespace_comes_and_goes(kubectl, simulator):
    kubectl("create", "ns", "passing")
    kubectl("create", "configmap", "note", "-n", "passing", "--from-literal=a=b")
    simulator.set_speed(60)
    assert "deleted" in kubectl("delete", "ns", "passing").stdout
    simulator.set_speed(1)
    assert 'namespaces "passing" not found' in kubectl("get", "ns", "passing", code=1).stderr


def test_apply_and_explain(kubectl):
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied", "namespace": "default"}}
    first, second = ({**manifest, "data": {"k": value}} for value in ("v", "w"))
    assert "created" in kubectl("apply", "-f", "-", stdin=json.dumps(first)).stdout
    assert "unchanged" in kubectl("apply", "-f", "-", stdin=json.dumps(first)).stdout
    assert "configured" in kubectl("apply", "-f", "-", stdin=json.dumps(second)).stdout
    wrong = kubectl("apply", "-f", "-", stdin=json.dumps({**manifest, "dada": {}}), code=1)
    assert 'unknown field "dada"' in wrong.stderr
    assert "serverside-applied" in kubectl("apply", "--server-side", "--force-conflicts", "-f", "-",
                                           stdin=json.dumps(first)).stdout  # fmt: skip
    kubectl("delete", "configmap", "applied")
    assert "unschedulable" in kubectl("explain", "node.spec").stdout
    assert "paused" in kubectl("explain", "mcp.spec").stdout


def siblings():
    """Other versions of kubectl beside the one that is found, as some distributions install them."""
    found = shutil.which("kubectl")
    return sorted(Path(found).resolve().parent.glob("kubectl.1.*")) if found else []


@pytest.mark.parametrize("program", siblings(), ids=lambda path: path.name)
def test_other_versions(kubectl, daemon, program):
    """SPDY before 1.31, protobuf bodies since 1.32."""
    command = ("exec", *DAEMONS, daemon, "-c", "machine-config-daemon", "--", "chroot", "/rootfs", "hostname")
    assert kubectl(*command, program=program).stdout == "worker-0\n"
    assert kubectl("auth", "can-i", "list", "nodes", program=program).stdout == "yes\n"
    assert kubectl("auth", "can-i", "delete", "nodes", "--context=viewer", program=program, code=1).stdout == "no\n"
    name = f"by-{program.name}".replace(".", "-")
    kubectl("create", "configmap", name, "--from-literal=a=b", program=program)
    assert kubectl("get", "cm", name, "-o", "jsonpath={.data}", program=program).stdout == '{"a":"b"}'
    kubectl("delete", "configmap", name, program=program)
    assert "network" in kubectl("get", "co", "-o", "wide", program=program).stdout


def test_drain_and_uncordon(kubectl, simulator):
    flags = ("--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s")
    simulator.set_speed(60)
    assert "node/worker-2 drained" in kubectl("drain", "worker-2", *flags).stdout
    assert "SchedulingDisabled" in kubectl("get", "node", "worker-2").stdout
    assert "uncordoned" in kubectl("uncordon", "worker-2").stdout
    simulator.set_speed(1)


def test_the_api_comes_back_after_an_outage(kubectl, simulator):
    simulator.add_fault("api_outage")
    told = kubectl("get", "nodes", code=1).stderr
    assert "connection" in told and "refused" in told
    assert simulator.state()["gate"]["available"] is False
    simulator.remove_fault("api_outage")
    deadline = 50
    while kubectl("get", "--raw", "/readyz", code=None).returncode and deadline:
        deadline -= 1
    assert kubectl("get", "nodes", "-o", "name").stdout.count("node/") == 6


def test_versions(kubectl):
    told = json.loads(kubectl("version", "-o", "json").stdout)
    assert told["serverVersion"]["gitVersion"].startswith("v1.27.")


def test_every_resource_can_be_listed(kubectl):
    names = kubectl("api-resources", "--verbs=list", "-o", "name").stdout.split()
    assert "networks.operator.openshift.io" in names
    done = kubectl("get", ",".join(names), "-A", "-o", "name", code=None)
    assert done.returncode == 0, done.stderr


def test_no_request_failed_inside_the_server(simulator, kubectl):
    """Last: a 500 of any test above would be a bug of the simulator."""
    assert [row for row in simulator.requests() if row["status"] == 500] == []
    assert "Traceback" not in simulator.log.read_text()
