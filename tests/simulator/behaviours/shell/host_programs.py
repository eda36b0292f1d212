"""The programs of a host that show its units, its journal, its network and its bridges, or save etcd."""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulator.behaviours.hosts.network import ip
from tests.simulator.behaviours.shell.environment import Environment, Program
from tests.simulator.behaviours.shell.etcd_backup import PROGRAM as CLUSTER_BACKUP
from tests.simulator.behaviours.shell.etcd_backup import EtcdBackup
from tests.simulator.behaviours.shell.power_programs import shut_down
from tests.simulator.ports import ExecResult

_NO_DATABASE = "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)\n"
_OVS_CONFIGURATION = "ovs-configuration"


def systemctl(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    words = [argument for argument in arguments if not argument.startswith("-")]
    if words[:1] == ["reboot"]:
        shut_down(environment, after=0, command="systemctl reboot")
        return ExecResult()
    failed = environment.machine.configure_ovs_failed
    concerned = any(word.removesuffix(".service") == _OVS_CONFIGURATION for word in words[1:])
    if words[:1] == ["is-active"]:
        # a oneshot without RemainAfterExit is inactive once it has succeeded
        state = ("failed" if failed else "inactive") if concerned else "active"
        return ExecResult(f"{state}\n", exit_code=0 if state == "active" else 3)
    if words[:1] == ["is-failed"]:
        state = "failed" if failed and concerned else "inactive" if concerned else "active"
        return ExecResult(f"{state}\n", exit_code=0 if state == "failed" else 1)
    if words[:1] == ["is-system-running"]:
        if environment.site.machines.stopping(environment.machine.name):
            return ExecResult("stopping\n", exit_code=1)
        return ExecResult("degraded\n" if failed else "running\n", exit_code=int(failed))
    if words[:1] in (["list-units"], []):
        unit = "ovs-configuration.service loaded failed failed Configures OVS with proper host networking\n"
        return ExecResult(unit if failed else "")
    return ExecResult(stderr=f"Unknown command verb {' '.join(words[:1])}.\n", exit_code=1)


def journalctl(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    """What configure-ovs.sh has said at the last boot (machine-config-operator, templates/common/_base/files)."""
    if not any(_OVS_CONFIGURATION in word for word in arguments):
        return ExecResult("-- No entries --\n")
    if not environment.machine.booted_network_type:
        return ExecResult("-- No entries --\n")
    return ExecResult("".join(f"{line}\n" for line in _ovs_journal(environment)))


def ovs_vsctl(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    words = [argument for argument in arguments if not argument.startswith("-")]
    if environment.user != "root":
        return ExecResult(stderr=_NO_DATABASE, exit_code=1)
    bridges = environment.network.bridges
    if words[:1] == ["br-exists"] and len(words) == 2:
        return ExecResult(exit_code=0 if words[1] in bridges else 2)
    if words[:1] == ["list-br"]:
        return ExecResult(stdout="".join(f"{bridge}\n" for bridge in bridges))
    if words[:1] in (["list-ports"], ["list-ifaces"]) and len(words) == 2:
        return _bridge_ports(environment, words[1])
    return ExecResult(stderr=f"ovs-vsctl: unknown command '{' '.join(words[:1])}'; use --help for help\n", exit_code=1)


def _bridge_ports(environment: Environment, bridge: str) -> ExecResult:
    if bridge not in environment.network.bridges:
        return ExecResult(stderr=f"ovs-vsctl: no bridge named {bridge}\n", exit_code=1)
    ports = {"br-ex": [environment.network.layout.primary], "br0": ["tun0", "vxlan0"], "br-int": []}
    return ExecResult("".join(f"{port}\n" for port in ports[bridge]))


def show_ip(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    return ip(environment.network, arguments)


def sysctl(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    out, err = "", ""
    for key in (word for word in arguments if not word.startswith("-")):
        value = environment.network.sysctl(key)
        if value is None:
            err += f"sysctl: cannot stat /proc/sys/{key.replace('.', '/')}: No such file or directory\n"
        else:
            out += f"{value}\n" if "-n" in arguments else f"{key} = {value}\n"
    return ExecResult(out, err, 1 if err else 0)


def cluster_backup(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    if environment.user != "root":
        return ExecResult("This script must be run as root\n", exit_code=1)
    plan, control_plane = environment.site.plans[environment.machine.name], environment.site.control_plane
    backup = EtcdBackup(
        environment.world,
        environment.machine,
        plan.address,
        environment.seconds,
        etcd_runs=lambda node: control_plane.runs("etcd", node),
    )
    result = backup.run(arguments)
    environment.session.elapsed += result.seconds
    return result


def _ovs_journal(environment: Environment) -> list[str]:
    machine, head = environment.machine, f"{environment.now():%b %d %H:%M:%S} {environment.machine.name}"
    script, unit = f"{head} configure-ovs.sh[1497]: ", f"{head} systemd[1]: ovs-configuration.service: "
    begun = f"{script}+ configure_driver_options {environment.network.layout.primary}"
    if not machine.configure_ovs_failed:
        return [begun, f"{unit}Succeeded."]
    return [
        begun,
        f"{script}Error: Connection activation failed: No suitable device found for this connection",
        f"{script}ERROR: Failed to activate NM connection ovs-if-br-ex after 10 attempts",
        f"{script}configure-ovs exited with error: 4",
        f"{unit}Main process exited, code=exited, status=4/NOPERMISSION",
        f"{unit}Failed with result 'exit-code'.",
    ]


HOST_PROGRAMS: dict[str, Program] = {
    CLUSTER_BACKUP: cluster_backup,
    "ip": show_ip,
    "journalctl": journalctl,
    "ovs-vsctl": ovs_vsctl,
    "sysctl": sysctl,
    "systemctl": systemctl,
}
