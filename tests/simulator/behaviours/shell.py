"""The node side of exec and log: a very small shell, in the container or (``chroot /rootfs``) on the host."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.simulator.behaviours.kubelet import NODES
from tests.simulator.behaviours.machines import BRIDGE, Machine, Machines
from tests.simulator.behaviours.pod_index import PODS
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult, Object
from tests.simulator.seed.context import HOST_MTU
from tests.simulator.seed.nodes import PRIMARY_INTERFACE
from tests.simulator.store.errors import ApiError, BadRequest, NotFound

_DAEMON = "machine-config-daemon"
_HOST_ONLY = ("shutdown", "systemctl", "reboot", "ovs-vsctl", "nmcli", "rpm-ostree")
#: What a node with the fault ``exec_ignored`` pretends to do; to everything else it answers truthfully.
_POWER = frozenset({"shutdown", "reboot", "systemctl"})
#: logind's answer to somebody who is not root and has no terminal
_NO_POWER = "Failed to set wall message, ignoring: Interactive authentication required.\n\
Failed to reboot system via logind: Interactive authentication required.\n"
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
_SEPARATOR = re.compile(r"\s*(;|&&|\|\||\n)\s*")
_REDIRECTION = re.compile(r"\s*(\d?>>?\s*(/dev/null|&\d)|&>\s*/dev/null|<\s*/dev/null)")
_Run = Callable[["Shell", Sequence[str]], ExecResult]


class NodeShells:
    """``ports.Kubelet``."""

    def __init__(self, world: World, *, machines: Machines) -> None:
        self._world = world
        self._machines = machines

    def exec(self, *, namespace: str, pod: str, container: str, command: list[str], stdin: str = "") -> ExecResult:
        """Run a command. Unknown ones end with 127 and the words of the shell."""
        found, machine = self._reach(namespace, pod)
        container = _container(found, container)
        if not _runs(found, container):
            raise ApiError(500, "InternalError", f'unable to upgrade connection: container not found ("{container}")')
        faults = self._world.faults
        if faults.active("exec_ignored", machine.name) and _POWER.intersection(command):
            faults.strike("exec_ignored", machine.name)
            return ExecResult(stderr=_Pretended(self._world).of(command))
        result = Shell(self._world, self._machines, machine, pod=found, container=container).run(command)
        if faults.strike("exec_dropped", machine.name):
            return replace(result, dropped=True)
        return result

    def login(self, node: str, *, user: str, command: str) -> ExecResult:
        """Run a command line on a node that is up, as its ssh server does: in the user's shell, on the host."""
        machine, faults = self._machines[node], self._world.faults
        if faults.active("exec_ignored", node) and _POWER.intersection(command.split()):
            faults.strike("exec_ignored", node)
            return ExecResult(stderr=_Pretended(self._world).of([command]))
        shell = Shell(self._world, self._machines, machine, on_host=True, user=user)
        return shell.run(["bash", "-c", command])

    def logs(self, *, namespace: str, pod: str, container: str) -> list[str]:
        found, machine = self._reach(namespace, pod)
        container = _container(found, container)
        if container == _DAEMON:
            return list(machine.log)
        return [f"{container} of {namespace}/{pod} started on {machine.name}"]

    def _reach(self, namespace: str, pod: str) -> tuple[Object, Machine]:
        found = self._world.store.find(PODS, pod, namespace=namespace)
        if found is None:
            raise NotFound("pods", pod)
        node = found["spec"].get("nodeName")
        if not node:
            raise BadRequest(f"pod {pod} does not have a host assigned")
        machine = self._machines.get(node)
        if machine is None or not machine.kubelet:
            address = _address(self._world.store.find(NODES, node) or {})
            message = f"error dialing backend: dial tcp {address}:10250: connect: connection refused"
            raise ApiError(500, "", message)
        return found, machine


class Shell:
    """One command on one node. ``on_host``: below ``chroot /rootfs``, or logged in, where the host's programs are."""

    def __init__(
        self,
        world: World,
        machines: Machines,
        machine: Machine,
        *,
        pod: Object | None = None,
        container: str = "",
        on_host: bool = False,
        user: str = "root",
    ) -> None:
        self.world = world
        self.machines = machines
        self.machine = machine
        self.pod = pod or {"metadata": {"name": machine.name}, "spec": {"hostNetwork": True}}
        self.container = container
        self.on_host = on_host
        self.user = user

    def run(self, command: Sequence[str]) -> ExecResult:
        """Run ``command`` as the container runtime does: a program and its arguments, no shell."""
        if not command:
            return ExecResult(stderr="no command\n", exit_code=126)
        return self._program(
            command,
            missing=f'exec failed: unable to start container process: exec: "{command[0]}": executable file not '
            "found in $PATH: unknown\n",
        )

    def _program(self, command: Sequence[str], *, missing: str) -> ExecResult:
        name = command[0].rsplit("/", 1)[-1]
        program = _PROGRAMS.get(name)
        if program is None or (name in _HOST_ONLY and not self.on_host):
            return ExecResult(stderr=missing, exit_code=127)
        if self.user != "root" and name in _POWER and command[1:2] not in (["is-active"], ["is-system-running"]):
            return ExecResult(stderr=_NO_POWER, exit_code=1)
        return program(self, list(command[1:]))

    # programs

    def _true(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult()

    def _false(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(exit_code=1)

    def _echo(self, arguments: Sequence[str]) -> ExecResult:
        if arguments and arguments[0] == "-n":
            return ExecResult(stdout=" ".join(arguments[1:]))
        return ExecResult(stdout=" ".join(arguments) + "\n")

    def _hostname(self, arguments: Sequence[str]) -> ExecResult:
        on_node = self.on_host or self.pod["spec"].get("hostNetwork")
        return ExecResult(stdout=(self.machine.name if on_node else self.pod["metadata"]["name"]) + "\n")

    def _cat(self, arguments: Sequence[str]) -> ExecResult:
        out, err = "", ""
        for path in arguments:
            text = self._file(path)
            if text is None:
                err += f"cat: {path}: No such file or directory\n"
            else:
                out += text
        return ExecResult(stdout=out, stderr=err, exit_code=1 if err else 0)

    def _test(self, arguments: Sequence[str]) -> ExecResult:
        words = [word for word in arguments if word != "]"]
        if len(words) == 2 and words[0] in ("-e", "-f", "-d", "-r"):
            known = self._file(words[1]) is not None or (words[1] == f"/sys/class/net/{BRIDGE}" and self.machine.bridge)
            return ExecResult(exit_code=0 if known else 1)
        if len(words) == 3 and words[1] in ("=", "==", "!="):
            return ExecResult(exit_code=int((words[0] == words[2]) != (words[1] != "!=")))
        return ExecResult(exit_code=0 if words and words != ["-z"] else 1)

    def _file(self, path: str) -> str | None:
        """The few files that there are. ``/rootfs`` is the host's root in the machine-config-daemon."""
        host = self.on_host or path.startswith("/rootfs/")
        path = path.removeprefix("/rootfs")
        interfaces = [PRIMARY_INTERFACE, "lo", *([BRIDGE] if self.machine.bridge else [])]
        mtu = re.fullmatch(r"/sys/class/net/([^/]+)/mtu", path)
        if mtu:
            if mtu.group(1) not in interfaces:
                return None
            return "65536\n" if mtu.group(1) == "lo" else f"{HOST_MTU}\n"
        files = {
            "/proc/sys/kernel/random/boot_id": self.machine.boot_id + "\n",
            "/etc/hostname": self.machine.name + "\n",
            "/etc/os-release": f'NAME="Red Hat Enterprise Linux CoreOS"\nID="rhcos"\n'
            f'OPENSHIFT_VERSION="{self.world.profile.minor}"\n',
        }
        on_disk = {
            "/etc/sysctl.d/forward.conf": (
                "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"
                if self.machine.disk_network_type == "OpenShiftSDN" or self.world.profile.forward_conf == "always"
                else None
            ),
        }
        return files.get(path) or (on_disk.get(path) if host else None)

    def _sh(self, arguments: Sequence[str]) -> ExecResult:
        """``sh -c``: commands joined by ``;``, ``&&``, ``||`` and new lines; output thrown away by redirections, or
        put into the line by ``$(…)``, all of them before the line begins."""
        letters = [argument for argument in arguments if argument.startswith("-")]
        if not any("c" in argument for argument in letters):
            return ExecResult()
        text = next((argument for argument in arguments if not argument.startswith("-")), "")
        out, err, code, dropped, joint = "", "", 0, False, ";"
        text = _SUBSTITUTION.sub(lambda inner: self._sh(["-c", inner.group(1)]).stdout.rstrip("\n"), text)
        parts = _SEPARATOR.split(_REDIRECTION.sub("", text).strip())
        for index in range(0, len(parts), 2):
            part = parts[index].rstrip("& ")
            if part and not (joint == "&&" and code) and not (joint == "||" and not code):
                words = shlex.split(part)
                if words[0] == "exec":
                    words = words[1:]
                if words[0] == "exit":
                    return ExecResult(out, err, int(words[1]) if len(words) > 1 else code, dropped)
                result = self._program(words, missing=f"sh: line 1: {words[0]}: command not found\n")
                out, err, code = out + result.stdout, err + result.stderr, result.exit_code
                dropped = dropped or result.dropped
            joint = parts[index + 1] if index + 1 < len(parts) else ";"
        return ExecResult(out, err, code, dropped)

    def _chroot(self, arguments: Sequence[str]) -> ExecResult:
        root = arguments[0] if arguments else ""
        privileged = self.container == _DAEMON or self.on_host
        if not privileged or root not in ("/rootfs", "/host", "/"):
            words = f"chroot: cannot change root directory to '{root}': No such file or directory\n"
            return ExecResult(stderr=words, exit_code=125)
        host = Shell(
            self.world,
            self.machines,
            self.machine,
            pod=self.pod,
            container=self.container,
            on_host=True,
            user=self.user,
        )
        command = list(arguments[1:]) or ["true"]
        missing = f"chroot: failed to run command '{command[0]}': No such file or directory\n"
        return host._program(command, missing=missing)

    def _sudo(self, arguments: Sequence[str]) -> ExecResult:
        """User core may, without a password, unless the fault ``sudo_denied`` says otherwise."""
        if self.user != "root" and self.world.faults.strike("sudo_denied", self.machine.name) is not None:
            return ExecResult(stderr="sudo: a password is required\n", exit_code=1)
        root = Shell(
            self.world, self.machines, self.machine, pod=self.pod, container=self.container, on_host=self.on_host
        )
        return root._prefix(arguments)

    def _prefix(self, arguments: Sequence[str]) -> ExecResult:
        """``nohup`` and what is left of ``sudo``: the rest is the command."""
        words = list(arguments)
        while words and words[0].startswith("-"):
            words = words[1:]
        if not words:
            return ExecResult()
        return self._program(words, missing=f"sudo: {words[0]}: command not found\n")

    def _timeout(self, arguments: Sequence[str]) -> ExecResult:
        return self._prefix(arguments[1:])

    def _shutdown(self, arguments: Sequence[str]) -> ExecResult:
        command = shlex.join(["shutdown", *arguments])
        if "-c" in arguments:
            self.machines.cancel(self.machine.name)
            return ExecResult()
        when = next((argument for argument in arguments if not argument.startswith("-")), "+1")
        minutes = 0.0 if when == "now" else float(when.lstrip("+")) if when.lstrip("+").isdigit() else None
        if minutes is None:
            return ExecResult(stderr=f"Failed to parse time specification: {when}\n", exit_code=1)
        seconds = minutes * self.world.durations.shutdown_minute
        self.machines.shut_down(self.machine.name, after=seconds, cause="manual", command=command)
        if minutes == 0:
            # systemd stops the container runtime before the command's end can be told
            return ExecResult(dropped=when == "now")
        return ExecResult(stderr=_scheduled(self.world, minutes))

    def _reboot(self, arguments: Sequence[str]) -> ExecResult:
        self.machines.shut_down(self.machine.name, after=0, cause="manual", command="reboot")
        return ExecResult()

    def _systemctl(self, arguments: Sequence[str]) -> ExecResult:
        words = [argument for argument in arguments if not argument.startswith("-")]
        if words[:1] == ["reboot"]:
            self.machines.shut_down(self.machine.name, after=0, cause="manual", command="systemctl reboot")
            return ExecResult()
        if words[:1] == ["is-active"]:
            return ExecResult(stdout="active\n")
        if words[:1] == ["is-system-running"]:
            return ExecResult(stdout="running\n")
        return ExecResult(stderr=f"Unknown command verb {' '.join(words[:1])}.\n", exit_code=1)

    def _ovs_vsctl(self, arguments: Sequence[str]) -> ExecResult:
        words = [argument for argument in arguments if not argument.startswith("-")]
        bridges = [BRIDGE, "br-int"] if self.machine.bridge else []
        if self.machine.network == "OpenShiftSDN":
            bridges.append("br0")
        if words[:1] == ["br-exists"]:
            return ExecResult(exit_code=0 if words[1:] and words[1] in bridges else 2)
        if words[:1] == ["list-br"]:
            return ExecResult(stdout="".join(f"{bridge}\n" for bridge in sorted(bridges)))
        return ExecResult(
            stderr=f"ovs-vsctl: unknown command '{' '.join(words[:1])}'; use --help for help\n", exit_code=1
        )

    def _uptime(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(stdout=f" {self.world.now():%H:%M:%S} up,  0 users,  load average: 0.10, 0.10, 0.10\n")

    def _date(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(stdout=f"{self.world.now():%a %b %e %H:%M:%S UTC %Y}\n")


_PROGRAMS: dict[str, _Run] = {
    "true": Shell._true,
    ":": Shell._true,
    "sleep": Shell._true,
    "sync": Shell._true,
    "false": Shell._false,
    "echo": Shell._echo,
    "hostname": Shell._hostname,
    "cat": Shell._cat,
    "test": Shell._test,
    "[": Shell._test,
    "sh": Shell._sh,
    "bash": Shell._sh,
    "chroot": Shell._chroot,
    "sudo": Shell._sudo,
    "nohup": Shell._prefix,
    "timeout": Shell._timeout,
    "shutdown": Shell._shutdown,
    "reboot": Shell._reboot,
    "systemctl": Shell._systemctl,
    "ovs-vsctl": Shell._ovs_vsctl,
    "uptime": Shell._uptime,
    "date": Shell._date,
}


class _Pretended:
    """What a command would have said on a node that ignores it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, command: Sequence[str]) -> str:
        words = shlex.split(" ".join(command))
        if "shutdown" in words and "-c" not in words and "now" not in words:
            minutes = next((word.lstrip("+") for word in words if re.fullmatch(r"\+?\d+", word)), "1")
            return _scheduled(self._world, float(minutes))
        return ""


def _scheduled(world: World, minutes: float) -> str:
    when = world.clock.now() + timedelta(seconds=minutes * 60)
    # systemd 239 of RHEL 8 says shutdown even for a reboot
    what = "Shutdown" if "Ootpa" in world.profile.os_image else "Reboot"
    return f"{what} scheduled for {when:%a %Y-%m-%d %H:%M:%S UTC}, use 'shutdown -c' to cancel.\n"


def _container(pod: Object, name: str) -> str:
    names = [container["name"] for container in pod["spec"]["containers"]]
    if not name:
        return str(names[0])
    if name not in names:
        raise BadRequest(f"container {name} is not valid for pod {pod['metadata']['name']}")
    return name


def _runs(pod: Object, container: str) -> bool:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(status["name"] == container and "running" in status["state"] for status in statuses)


def _address(node: Object) -> str:
    addresses = (node.get("status") or {}).get("addresses") or ()
    return next((str(entry["address"]) for entry in addresses if entry["type"] == "InternalIP"), "10.0.0.1")
