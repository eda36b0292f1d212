"""What administrators' probes see on a node: files, the host's network, the etcd backup."""

from __future__ import annotations

import json

import pytest

from tests.unit.simulator.behaviours.scenes import OVN, SDN, Scene

BACKUP = "/home/core/assets/backup"
SCRIPT = "/usr/local/bin/cluster-backup.sh"


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene("4.14", masters=3, workers=1)


@pytest.fixture(scope="module")
def migrated() -> Scene:
    scene = Scene("4.14", masters=1, workers=1)
    scene.migrate(OVN)
    return scene


def on_host(scene: Scene, node: str, line: str):
    return scene.run(node, "chroot", "/rootfs", "bash", "-c", line)


# etcd


def test_a_backup_of_etcd(scene):
    """cluster-etcd-operator, bindata/etcd/cluster-backup.sh"""
    result = scene.run("master-0", "chroot", "/rootfs", SCRIPT, BACKUP)
    assert result.exit_code == 0
    assert result.seconds > 5
    told = result.stdout.splitlines()
    stamp = told[-3].removeprefix(f"Snapshot saved at {BACKUP}/snapshot_").removesuffix(".db")
    assert told[2].startswith("found latest kube-apiserver: /etc/kubernetes/static-pod-resources/kube-apiserver-pod-")
    assert told[-1] == f"snapshot db and kube resources are successfully saved to {BACKUP}"
    logged = [json.loads(line)["msg"] for line in result.stderr.splitlines() if line.startswith("{")]
    assert logged == ["created temporary db file", "fetching snapshot", "fetched snapshot", "saved"]
    assert on_host(scene, "master-0", f"ls {BACKUP}").stdout == "", "it takes its time"
    scene.pass_by(result.seconds)
    names = [f"snapshot_{stamp}.db", f"static_kuberesources_{stamp}.tar.gz"]
    assert on_host(scene, "master-0", f"ls {BACKUP}").stdout.split() == names
    size = int(on_host(scene, "master-0", f"stat -c %s {BACKUP}/snapshot_*.db").stdout)
    assert json.loads(told[-2])["totalSize"] == size > 100_000_000
    assert on_host(scene, "master-0", f"test -s {BACKUP}/{names[0]} && stat -c '%a %U' {BACKUP}/{names[0]}").stdout == (
        "600 root\n"
    )
    lines = scene.run("master-0", "ls", "-l", f"/rootfs{BACKUP}").stdout.splitlines()
    assert lines[1].startswith(f"-rw-------. 1 root root  {size} Jan  5 08:") and lines[1].endswith(names[0])
    assert on_host(scene, "master-0", f"du -sh {BACKUP}").stdout.endswith(f"M\t{BACKUP}\n")
    digest = on_host(scene, "master-0", f"sha256sum {BACKUP}/{names[0]}").stdout.split()[0]
    assert len(digest) == 64
    assert on_host(scene, "master-1", f"ls {BACKUP}").exit_code == 2


def test_one_line_sees_its_own_backup(scene):
    result = on_host(scene, "master-2", f"mkdir -p /tmp/b && {SCRIPT} /tmp/b >/dev/null 2>&1 && ls /tmp/b | wc -l")
    assert (result.stdout, result.exit_code) == ("2\n", 0)


@pytest.mark.parametrize(
    ("node", "command", "out", "code"),
    [
        ("worker-0", [SCRIPT, BACKUP], "", 127),
        ("master-0", [SCRIPT], "Path to backup dir required", 1),
        ("master-0", ["sh", "-c", f"echo x > /tmp/file; {SCRIPT} /tmp/file"], "Path to backup dir required", 1),
    ],
    ids=["worker", "no-folder", "a-file"],
)
def test_no_backup(scene, node, command, out, code):
    result = scene.run(node, "chroot", "/rootfs", *command)
    assert (result.stdout[: len(out)], result.exit_code) == (out, code)


def test_a_worker_has_no_such_script(scene):
    result = scene.run("worker-0", "chroot", "/rootfs", SCRIPT, BACKUP)
    assert result.stderr == f"chroot: failed to run command '{SCRIPT}': No such file or directory\n"
    assert on_host(scene, "worker-0", f"test -x {SCRIPT}").exit_code == 1
    assert on_host(scene, "master-0", f"test -x {SCRIPT}").exit_code == 0


def test_a_backup_that_fails():
    scene = Scene("4.14", masters=1, workers=0, faults=["etcd_backup_fails:master-0"])
    result = scene.run("master-0", "chroot", "/rootfs", SCRIPT, BACKUP)
    assert result.exit_code == 1
    assert result.stderr.endswith("no space left on device\n")
    scene.pass_by(60)
    assert on_host(scene, "master-0", f"ls {BACKUP}").stdout == "", "its trap removes what it has begun"


def test_a_backup_that_is_empty():
    scene = Scene("4.14", masters=1, workers=0, faults=["etcd_backup_fails,mode=empty"])
    assert scene.run("master-0", "chroot", "/rootfs", SCRIPT, BACKUP).exit_code == 0
    scene.pass_by(60)
    assert on_host(scene, "master-0", f"test -s {BACKUP}/snapshot_*.db").exit_code == 1


def test_no_backup_while_a_rollout_is_under_way():
    scene = Scene("4.14", masters=1, workers=0)

    def progress(operator):
        for condition in operator["status"]["conditions"]:
            if condition["type"] == "Progressing":
                condition["status"] = "True"

    scene.store.edit("clusteroperators.config.openshift.io", "etcd", progress, actor="etcd", subresource="status")
    result = scene.run("master-0", "chroot", "/rootfs", SCRIPT, BACKUP)
    assert result.exit_code == 1
    assert result.stdout.endswith(
        "Currently the etcd operator is progressing. A reliable backup requires that a rollout is not in progress.  "
        "Aborting!\n"
    )
    assert scene.run("master-0", "chroot", "/rootfs", SCRIPT, "--force", BACKUP).exit_code == 0


def test_a_stranger_is_not_root(scene):
    login = scene.cluster.kubelet.login
    assert login("master-0", user="core", command=f"{SCRIPT} {BACKUP}").stdout == "This script must be run as root\n"
    assert login("master-0", user="core", command=f"sudo -n {SCRIPT} {BACKUP}").exit_code == 0
    assert login("master-0", user="core", command="ovs-vsctl br-exists br0").exit_code == 1
    assert login("master-0", user="core", command="sudo -n ovs-vsctl br-exists br0").exit_code == 0
    assert login("master-0", user="core", command="id -u; sudo id -u").stdout == "1000\n0\n"


# the host's network


def rows(scene: Scene, node: str, line: str):
    return json.loads(on_host(scene, node, line).stdout)


@pytest.mark.parametrize("program", ["ip", "sysctl", "ovs-vsctl", "sudo", "journalctl"])
def test_the_daemons_image_does_not_have_the_hosts_programs(scene, program):
    assert scene.run("worker-0", program).exit_code == 127
    assert scene.run("worker-0", "chroot", "/rootfs", "sudo", "-n", "hostname").stdout == "worker-0\n"


def test_routes_before_and_after(scene, migrated):
    [before] = rows(scene, "worker-0", "ip -j route show default")
    [after] = rows(migrated, "worker-0", "ip -j -4 route show default")
    assert (before["dev"], before["gateway"], before["metric"]) == ("enp1s0", "10.0.0.1", 100)
    assert (after["dev"], after["gateway"], after["metric"]) == ("br-ex", "10.0.0.1", 48)
    assert {route["dev"] for route in rows(scene, "worker-0", "ip -j route")} == {"enp1s0", "tun0"}
    assert {route["dev"] for route in rows(migrated, "worker-0", "ip -json r")} == {"br-ex", "ovn-k8s-mp0"}
    shown = on_host(scene, "worker-0", "ip route show default | awk '{print $5}'").stdout
    assert shown == "enp1s0\n"


def test_rules(scene):
    assert [rule["table"] for rule in rows(scene, "worker-0", "ip -j rule")] == ["local", "main", "default"]
    assert on_host(scene, "worker-0", "ip rule | head -1").stdout == "0:\tfrom all lookup local\n"


def test_hosts_with_routes_of_their_own():
    scene = Scene("4.14", masters=1, workers=1, extras=["routes"])
    assert any(route["dst"] == "192.0.2.0/24" for route in rows(scene, "worker-0", "ip -j route show table all"))
    assert [rule["table"] for rule in rows(scene, "worker-0", "ip -j rule show")].count("200") == 1


def test_interfaces(scene, migrated):
    def mtus(of: Scene) -> dict[str, int]:
        return {link["ifname"]: link["mtu"] for link in rows(of, "worker-0", "ip -j addr")}

    assert mtus(scene) == {"lo": 65536, "enp1s0": 1500, "vxlan_sys_4789": 65000, "tun0": 1450}
    assert mtus(migrated) == {
        "lo": 65536,
        "enp1s0": 1500,
        "br-ex": 1500,
        "ovn-k8s-mp0": 1400,
        "genev_sys_6081": 65000,
    }
    assert on_host(scene, "worker-0", "ls /sys/class/net").stdout.split() == ["enp1s0", "lo", "tun0", "vxlan_sys_4789"]
    assert scene.run("worker-0", "cat", "/sys/class/net/tun0/mtu").stdout == "1450\n"
    [link] = rows(migrated, "worker-0", "ip -j addr show dev br-ex")
    assert [address["local"] for address in link["addr_info"]] == ["10.0.32.10"]


@pytest.mark.parametrize(
    ("ocp", "network", "forwards"), [("4.12", OVN, "1"), ("4.14", SDN, "1"), ("4.14", OVN, "0"), ("4.16", OVN, "0")]
)
def test_forwarding(ocp, network, forwards):
    """machine-config-operator, templates/common/_base/files/sysctl-forward-conf.yaml: for every plugin up to 4.13, for
    OpenShift SDN only from 4.14"""
    scene = Scene(ocp, masters=1, workers=0)
    if network == OVN:
        scene.migrate(OVN)
    assert on_host(scene, "master-0", "sysctl -n net.ipv4.ip_forward").stdout == f"{forwards}\n"
    assert scene.run("master-0", "cat", "/proc/sys/net/ipv4/ip_forward").stdout == f"{forwards}\n"


# br-ex


def test_a_node_without_br_ex():
    """The rarer symptom: the node is Ready, and everything looks well until the flip, but for the bridge."""
    scene = Scene("4.14", masters=1, workers=2, faults=["br_ex_missing:worker-0,kubelet=runs"])
    scene.prepare(OVN)
    assert scene.is_ready("worker-0")
    found = {node: on_host(scene, node, "ovs-vsctl br-exists br-ex").exit_code for node in scene.nodes}
    assert found == {"master-0": 0, "worker-0": 2, "worker-1": 0}
    assert on_host(scene, "worker-0", "systemctl is-active ovs-configuration").stdout == "failed\n"
    assert "configure-ovs exited with error" in on_host(scene, "worker-0", "journalctl -u ovs-configuration").stdout
    assert on_host(scene, "worker-1", "systemctl is-failed ovs-configuration").exit_code == 1
    scene.flip(OVN)
    scene.pass_by(600)
    scene.reboot("worker-0", "worker-1")
    scene.pass_by(600)
    assert (scene.ready("worker-0"), scene.ready("worker-1")) == ("False", "True")
    scene.cluster.faults.remove("br_ex_missing")
    scene.reboot("worker-0")
    scene.pass_by(600)
    assert scene.is_ready("worker-0")
    assert on_host(scene, "worker-0", "ovs-vsctl br-exists br-ex").exit_code == 0


def test_configure_ovs_holds_kubelet_back():
    """kubelet-dependencies.target requires ovs-configuration.service (machine-config-operator 4.12 to 4.16,
    templates/common/_base/units/ovs-configuration.service.yaml)."""
    scene = Scene("4.14", masters=1, workers=1, faults=["br_ex_missing:worker-0"])
    scene.migrate_to(OVN)
    scene.until(lambda: scene.ready("worker-0") == "Unknown", within=1800, step=10)
    scene.pass_by(1800)
    assert scene.ready("worker-0") == "Unknown"
    assert scene.pool_condition("worker", "Updating")["status"] == "True"
    scene.cluster.faults.remove("br_ex_missing")
    scene.until(lambda: scene.pools_run(OVN), within=3600, step=10)
