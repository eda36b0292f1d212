"""The Python clients that the collection and its tests stand on: kubernetes, openshift, kubernetes.core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.process import ROOT

kubernetes = pytest.importorskip("kubernetes")
TREE = ROOT / ".build" / "tree"
MERGE = "application/merge-patch+json"
DAEMONS = "openshift-machine-config-operator"


@pytest.fixture(scope="module")
def api(simulator):
    return kubernetes.config.new_client_from_config(str(simulator.kubeconfig), context="token")


@pytest.fixture(scope="module")
def dynamic(api):
    from openshift.dynamic import DynamicClient

    return DynamicClient(api)


def test_dynamic_client(dynamic):
    networks = dynamic.resources.get(api_version="operator.openshift.io/v1", kind="Network")
    body = {"spec": {"migration": {"networkType": "OVNKubernetes"}}}
    patched = networks.patch(name="cluster", body=body, content_type=MERGE, dry_run="All")
    assert patched.spec.migration.networkType == "OVNKubernetes"
    assert networks.get(name="cluster").spec.migration is None
    nodes = dynamic.resources.get(api_version="v1", kind="Node")
    assert [node.metadata.name for node in nodes.get(label_selector="node-role.kubernetes.io/master").items] == [
        "master-0",
        "master-1",
        "master-2",
    ]


def test_dynamic_watch(dynamic):
    pools = dynamic.resources.get(api_version="machineconfiguration.openshift.io/v1", kind="MachineConfigPool")
    seen = [(event["type"], event["object"].metadata.name) for event in dynamic.watch(pools, timeout=1)]
    assert seen == [("ADDED", "master"), ("ADDED", "worker")]


def test_refusals_become_exceptions(simulator):
    from kubernetes.client.exceptions import ApiException

    nobody = kubernetes.config.new_client_from_config(str(simulator.kubeconfig), context="nobody")
    with pytest.raises(ApiException) as caught:
        kubernetes.client.CoreV1Api(nobody).list_node()
    assert caught.value.status == 403
    assert 'User \\"nobody\\" cannot list' in caught.value.body


@pytest.mark.parametrize(
    ("command", "out", "code"),
    [(["chroot", "/rootfs", "hostname"], "worker-0\n", 0), (["sh", "-c", "exit 3"], "", 3)],
    ids=["ok", "fails"],
)
def test_exec_stream(api, command, out, code):
    from kubernetes.stream import stream

    core = kubernetes.client.CoreV1Api(api)
    pods = core.list_namespaced_pod(
        DAEMONS, label_selector="k8s-app=machine-config-daemon", field_selector="spec.nodeName=worker-0"
    )
    socket = stream(
        core.connect_get_namespaced_pod_exec,
        pods.items[0].metadata.name,
        DAEMONS,
        container="machine-config-daemon",
        command=command,
        stdin=False,
        stdout=True,
        stderr=True,
        tty=False,
        _preload_content=False,
    )
    socket.run_forever(timeout=10)
    assert (socket.read_stdout(), socket.returncode) == (out, code)


def run_module(name, simulator, home, arguments):
    """One module of kubernetes.core by the real ``ansible``."""
    program = Path(sys.executable).with_name("ansible")
    if not program.exists() or not (TREE / "ansible_collections" / "kubernetes" / "core").exists():
        pytest.skip("ansible or the collection tree is missing: make tree")
    environment = {
        **os.environ,
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(TREE),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "LC_ALL": "C.UTF-8",
    }
    arguments = {"kubeconfig": str(simulator.kubeconfig), "context": "token", **arguments}
    command = [str(program), "localhost", "-c", "local", "-m", f"kubernetes.core.{name}", "-a", json.dumps(arguments)]
    return subprocess.run(
        command,
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def result_of(done):
    assert "localhost | " in done.stdout, done.stdout + done.stderr
    state, _arrow, text = done.stdout.partition(" => ")
    return state, json.loads(text)


@pytest.fixture(scope="module")
def module(simulator, tmp_path_factory):
    home = tmp_path_factory.mktemp("ansible")

    def run(name, /, **arguments):
        return result_of(run_module(name, simulator, home, arguments))

    return run


@pytest.fixture
def fast(simulator):
    simulator.set_speed(60)
    yield
    simulator.set_speed(1)


def test_k8s_info(module):
    state, result = module("k8s_info", kind="Node", label_selectors=["node-role.kubernetes.io/worker"])
    assert "SUCCESS" in state
    assert [node["metadata"]["name"] for node in result["resources"]] == ["worker-0", "worker-1", "worker-2"]


def test_k8s(module):
    definition = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "made", "namespace": "default"},
        "data": {"k": "v"},
    }
    states = [module("k8s", definition=definition)[0] for _attempt in range(2)]
    assert ["CHANGED" in state for state in states] == [True, False]
    state, result = module("k8s", definition={**definition, "data": {"k": "w"}})
    assert "CHANGED" in state and result["result"]["data"] == {"k": "w"}
    state, _result = module("k8s", definition=definition, state="absent", wait=True)
    assert "CHANGED" in state


def test_k8s_exec(module, api):
    pods = kubernetes.client.CoreV1Api(api).list_namespaced_pod(
        DAEMONS, label_selector="k8s-app=machine-config-daemon", field_selector="spec.nodeName=worker-1"
    )
    name = pods.items[0].metadata.name
    common = {"namespace": DAEMONS, "pod": name, "container": "machine-config-daemon"}
    _state, result = module("k8s_exec", **common, command="chroot /rootfs hostname")
    assert (result["rc"], result["stdout"]) == (0, "worker-1\n")
    _state, result = module("k8s_exec", **common, command="no-such-command")
    assert result["rc"] == 127


def test_k8s_drain(module, api, fast):
    options = {"ignore_daemonsets": True, "delete_emptydir_data": True, "force": True, "wait_timeout": 60}
    state, _result = module("k8s_drain", name="worker-2", state="drain", delete_options=options)
    assert "CHANGED" in state
    pods = kubernetes.client.CoreV1Api(api).list_pod_for_all_namespaces(field_selector="spec.nodeName=worker-2").items
    owners = {reference.kind for pod in pods for reference in pod.metadata.owner_references or []}
    assert owners <= {"DaemonSet", "Node"}
    state, _result = module("k8s_drain", name="worker-2", state="uncordon")
    assert "CHANGED" in state
