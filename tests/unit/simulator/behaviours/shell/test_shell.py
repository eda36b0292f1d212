"""Commands run in pods."""

from __future__ import annotations

import pytest

from tests.simulator.store.errors import ApiError
from tests.unit.simulator.behaviours.scenes import MCO_NAMESPACE, OVN, Scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene("4.14")


@pytest.mark.parametrize(
    ("command", "out", "err", "code"),
    [
        (["true"], "", "", 0),
        (["hostname"], "worker-1\n", "", 0),
        (["echo", "a", "b"], "a b\n", "", 0),
        (["sh", "-c", "echo one; echo two"], "one\ntwo\n", "", 0),
        (["bash", "-c", "false && echo no || echo yes"], "yes\n", "", 0),
        (["sh", "-c", "false"], "", "", 1),
        (["sh", "-c", "true; exit 3"], "", "", 3),
        (["cat", "/etc/hostname"], "worker-1\n", "", 0),
        (["cat", "/nowhere"], "", "cat: /nowhere: No such file or directory\n", 1),
        (["cat", "/sys/class/net/enp1s0/mtu"], "1500\n", "", 0),
        (
            ["chroot", "/rootfs", "cat", "/sys/class/net/br-ex/mtu"],
            "",
            "cat: /sys/class/net/br-ex/mtu: No such file or directory\n",
            1,
        ),
        (["chroot", "/rootfs", "ovs-vsctl", "br-exists", "br-ex"], "", "", 2),
        (["chroot", "/rootfs", "ovs-vsctl", "list-br"], "br0\n", "", 0),
        (
            ["chroot", "/rootfs", "nonsense"],
            "",
            "chroot: failed to run command 'nonsense': No such file or directory\n",
            127,
        ),
        (["sh", "-c", "nonsense >/dev/null"], "", "sh: line 1: nonsense: command not found\n", 127),
        (["chroot", "/host", "hostname"], "worker-1\n", "", 0),
        (
            ["chroot", "/nowhere", "true"],
            "",
            "chroot: cannot change root directory to '/nowhere': No such file or directory\n",
            125,
        ),
    ],
)
def test_commands(scene, command, out, err, code):
    result = scene.run("worker-1", *command)
    assert (result.stdout, result.stderr, result.exit_code, result.dropped) == (out, err, code, False)


def test_a_program_that_only_the_host_has(scene):
    result = scene.run("worker-1", "shutdown", "-r", "+1")
    assert result.exit_code == 127
    assert 'exec: "shutdown": executable file not found in $PATH' in result.stderr
    assert scene.cluster.disruptions.reboots == []


def test_the_boot_id_is_that_of_the_node(scene):
    shown = scene.run("worker-1", "chroot", "/rootfs", "cat", "/proc/sys/kernel/random/boot_id").stdout
    assert shown == scene.boot_id("worker-1") + "\n"


def test_a_shell_in_an_ordinary_pod_reaches_no_host(scene):
    pod = scene.store.list("pods", namespace="shop")[0]["metadata"]["name"]
    run = scene.cluster.kubelet.exec
    assert run(namespace="shop", pod=pod, container="", command=["hostname"]).stdout == f"{pod}\n"
    assert run(namespace="shop", pod=pod, container="", command=["chroot", "/rootfs", "reboot"]).exit_code == 125
    with pytest.raises(ApiError, match="container nope is not valid for pod"):
        run(namespace="shop", pod=pod, container="nope", command=["true"])
    with pytest.raises(ApiError) as missing:
        run(namespace="shop", pod="nope", container="", command=["true"])
    assert missing.value.code == 404


@pytest.mark.parametrize(
    ("command", "dropped"),
    [
        (["chroot", "/rootfs", "shutdown", "-r", "now"], True),
        (["chroot", "/rootfs", "systemctl", "reboot"], False),
        (["chroot", "/rootfs", "reboot"], False),
        (["chroot", "/rootfs", "bash", "-c", "sudo shutdown -r +0"], False),
    ],
)
def test_rebooting_at_once(command, dropped):
    scene = Scene("4.14", masters=1, workers=1)
    assert scene.run("worker-0", *command).dropped is dropped
    scene.pass_by(300)
    assert scene.reboots("worker-0") == ["manual"]


@pytest.mark.parametrize(
    ("node", "role"),
    [
        ("master-0", "part of the control plane"),
        ("worker-1", "not labeled node-role.kubernetes.io/master"),
    ],
)
def test_the_log_of_a_daemon_that_has_just_started(scene, node, role):
    pod = scene.store.get("pods", scene.daemon_pod(node), namespace=MCO_NAMESPACE)
    name, container = pod["metadata"]["name"], "machine-config-daemon"
    log = scene.cluster.kubelet.logs(namespace=MCO_NAMESPACE, pod=name, container=container)
    config = scene.configs(node)[0]
    profile = scene.cluster.profile
    started = pod["status"]["startTime"]
    assert all(line.startswith(f"I{started[5:7]}{started[8:10]} {started[11:19]}.") for line in log)
    told = [line.partition("] ")[2] for line in log]
    assert told[0] == f"Version: v{profile.version} ({profile.mco_commit})"
    assert told[1].startswith("Booted osImageURL: quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:")
    assert told[1].endswith(f" ({profile.rhcos_version})")
    assert told[4:] == [
        f"Starting to manage node: {node}",
        "Starting MachineConfigDaemon",
        "Enabling Kubelet Healthz Monitor",
        f"Node {node} is {role}",
        f"Current+desired config: {config}",
        f"Validating against current config {config}",
        "Validated on-disk state",
        f"In desired config {config}",
    ]


def test_the_daemons_log_tells_the_story():
    scene = Scene("4.14")
    scene.prepare(OVN)
    scene.pass_by(60)
    pod = scene.daemon_pod("worker-0")
    log = "\n".join(scene.cluster.kubelet.logs(namespace=MCO_NAMESPACE, pod=pod, container="machine-config-daemon"))
    target = scene.configs("worker-0")[0]
    story = [
        "Starting update from rendered-worker-",
        "drain complete",
        'Writing systemd unit "ovs-configuration.service"',
        f"initiating reboot: Node will reboot into config {target}",
        "Starting to manage node: worker-0",
        "Validated on-disk state",
        f"Update completed for config {target} and node has been successfully uncordoned",
    ]
    place = 0
    for line in story:
        assert line in log[place:], f"{line} is missing, or too early"
        place = log.index(line, place)
    assert scene.run("worker-0", "chroot", "/rootfs", "ovs-vsctl", "br-exists", "br-ex").exit_code == 0
    assert scene.run("worker-0", "cat", "/sys/class/net/br-ex/mtu").stdout == "1500\n"


def test_old_systemd_says_shutdown_for_a_reboot():
    scene = Scene("4.12", masters=1, workers=1)
    result = scene.run("worker-0", "chroot", "/rootfs", "shutdown", "-r", "+2")
    assert result.stderr == "Shutdown scheduled for Mon 2026-01-05 08:02:00 UTC, use 'shutdown -c' to cancel.\n"


SHUTDOWN_STATE = (
    "chroot",
    "/rootfs",
    "sh",
    "-c",
    "cat /proc/sys/kernel/random/boot_id; systemctl is-system-running; cat /run/systemd/shutdown/scheduled; true",
)


def test_a_node_tells_whether_it_is_about_to_go_down():
    scene = Scene("4.14", masters=1, workers=1)
    boot_id = scene.run("worker-0", "cat", "/proc/sys/kernel/random/boot_id").stdout
    before = scene.run("worker-0", *SHUTDOWN_STATE)
    assert (before.stdout, before.exit_code) == (f"{boot_id}running\n", 0)
    scene.run("worker-0", "chroot", "/rootfs", "shutdown", "-r", "+2")
    scheduled = scene.run("worker-0", *SHUTDOWN_STATE).stdout
    assert scheduled.startswith(f"{boot_id}running\nUSEC=")
    assert scheduled.endswith("\nMODE=reboot\n")
    scene.pass_by(121)
    assert scene.run("worker-0", *SHUTDOWN_STATE).stdout == f"{boot_id}stopping\n"
