"""The process: its files, its ports, its end, and a big cluster."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest

from tests.integration.simulator.http_client import HttpClient
from tests.simulator.options import Options, OptionsError, parse, to_arguments, validate
from tests.simulator.process import ROOT, SimulatorFailed, running


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def launch(tmp_path, *arguments):
    state = tmp_path / "state"
    command = [sys.executable, "-m", "tests.simulator", "--masters=1", "--workers=0", "--max-lifetime=60"]
    command += [f"--state={state}", f"--kubeconfig={tmp_path / 'kubeconfig'}", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 30
    while not state.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return process


def test_it_is_ready_when_it_says_so():
    with running(Options()) as simulator:
        assert HttpClient(simulator.kubeconfig).get("/readyz").body == b"ok"
        assert stat.S_IMODE(simulator.kubeconfig.stat().st_mode) == 0o600
        pid = simulator.pid
    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_signals_end_it(tmp_path, number):
    process = launch(tmp_path)
    assert (tmp_path / "state").exists()
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    assert not (tmp_path / "state").exists()


def test_its_lifetime_ends_it(tmp_path):
    process = launch(tmp_path, "--max-lifetime=0.5")
    assert process.wait(timeout=20) == 0


def refuses(simulator):
    host, _colon, port = simulator.api.removeprefix("https://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_the_control_endpoint_ends_it():
    with running(Options(masters=1, workers=0)) as simulator:
        assert not refuses(simulator)
        simulator.stop()
        deadline = time.monotonic() + 10
        while not refuses(simulator):
            assert time.monotonic() < deadline, "the simulator does not end"
            time.sleep(0.01)


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refusal = pytest.raises(SimulatorFailed, match=f"cannot use port {port} on 127.0.0.1: Address already in use")
        with refusal, running(Options(masters=1, workers=0, port=port)):
            pass


def test_two_simulators_do_not_share_a_port():
    with running(Options(masters=1, workers=0)) as first:
        port = int(first.api.rpartition(":")[2])
        refusal = pytest.raises(SimulatorFailed, match="Address already in use")
        with refusal, running(Options(masters=1, workers=0, port=port)):
            pass


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Options(masters=0), "--masters must be at least 1"),
        (Options(workers=-1), "--workers must not be negative"),
        (Options(speed=-1), "--speed must not be negative"),
        (Options(pools={"worker": 3}), "use --masters and --workers"),
        (Options(port=70000), "--port must be between 0 and 65535"),
        (Options(max_lifetime=0), "--max-lifetime must be positive"),
        (Options(durations={"node_down": -1}), "a duration must not be negative"),
    ],
)
def test_impossible_options(options, told):
    with pytest.raises(OptionsError, match=told):
        validate(options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Options(ocp="3.11"), "3.11"),
        (Options(faults=("unheard",)), "unknown fault 'unheard'"),
        (Options(durations={"unheard": 1}), "unheard"),
    ],
    ids=["version", "fault", "duration"],
)
def test_options_that_the_cluster_refuses(options, told):
    caught = pytest.raises(SimulatorFailed)
    with caught as failure, running(options):
        pass
    assert told in str(failure.value)
    assert "Traceback" not in str(failure.value)


def test_options_survive_the_command_line(tmp_path):
    options = Options(
        masters=1,
        pools={"infra": 2},
        durations={"node_down": 30.0},
        instant=True,
        faults=("node_slow:worker-1,factor=3",),
        control_plane_label_only=True,
        ssh=True,
        kubeconfig=tmp_path / "k",
        state=tmp_path / "s",
    )
    assert parse(to_arguments(options)) == options


def test_500_nodes():
    with running(Options(masters=3, workers=497, speed=1.0)) as simulator:
        client = HttpClient(simulator.kubeconfig)
        started = time.monotonic()
        nodes = client.get("/api/v1/nodes").json["items"]
        assert len(nodes) == 500
        assert time.monotonic() - started < 2.0
        pages: list[int] = []
        token: str | None = ""
        while token is not None:
            page = client.get(f"/api/v1/nodes?limit=200&continue={token}").json
            pages.append(len(page["items"]))
            token = page["metadata"].get("continue")
        assert pages == [200, 200, 100]


@pytest.mark.parametrize("speed", [0.0, 60.0])
def test_a_command_takes_its_time(speed):
    """At speed 0 simulated time passes and real time does not."""
    kubernetes = pytest.importorskip("kubernetes")
    from kubernetes.stream import stream

    with running(Options(speed=speed, masters=1, workers=0, durations={"etcd_backup": 60}, max_lifetime=120)) as found:
        api = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(str(found.kubeconfig)))
        namespace = "openshift-machine-config-operator"
        pods = api.list_namespaced_pod(namespace, label_selector="k8s-app=machine-config-daemon").items
        line = "/usr/local/bin/cluster-backup.sh /home/core/backup >/dev/null 2>&1; ls /home/core/backup | wc -l"
        before, began = found.state()["clock"]["seconds"], time.monotonic()
        shown = stream(
            api.connect_get_namespaced_pod_exec,
            pods[0].metadata.name,
            namespace,
            container="machine-config-daemon",
            command=["chroot", "/rootfs", "bash", "-c", line],
            stdout=True,
        )
        took = time.monotonic() - began
        assert str(shown).strip() == "2"
        assert found.state()["clock"]["seconds"] - before >= 50
        assert took > 0.8 if speed else took < 5
