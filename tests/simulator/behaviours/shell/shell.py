"""The node side of exec and log: a small shell, in the container or (``chroot /rootfs``, ssh) on the host."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from tests.simulator.behaviours.hosts.files import HostFile, HostFiles, plain
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.hosts.network import HostNetwork, ip
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.shell.command_lines import Command, LineError, Piece, Pipeline, Redirection, Word, parse
from tests.simulator.behaviours.shell.etcd_backup import PROGRAM as CLUSTER_BACKUP
from tests.simulator.behaviours.shell.etcd_backup import EtcdBackup
from tests.simulator.behaviours.shell.file_programs import FILE_PROGRAMS
from tests.simulator.behaviours.shell.text_programs import TEXT_PROGRAMS
from tests.simulator.behaviours.workloads.pod_index import PODS
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult, Object
from tests.simulator.store.errors import ApiError, BadRequest, NotFound
from tests.simulator.topology import NodePlan

_DAEMON = "machine-config-daemon"
#: programs that the image of the machine-config-daemon does not have
_HOST_ONLY = frozenset(
    {"shutdown", "systemctl", "reboot", "ovs-vsctl", "journalctl", "ip", "sysctl", "sudo", CLUSTER_BACKUP}
)
#: What a node with the fault ``exec_ignored`` pretends to do; to everything else it answers truthfully.
_POWER = frozenset({"shutdown", "reboot", "systemctl"})
#: logind's answer to somebody who is not root and has no terminal
_NO_POWER = "Failed to set wall message, ignoring: Interactive authentication required.\n\
Failed to reboot system via logind: Interactive authentication required.\n"
_NO_DATABASE = "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)\n"
_OVS_CONFIGURATION = "ovs-configuration"
#: where others than root may write
_FREE = ("/tmp", "/var/tmp", "/home/core")
_Run = Callable[["Shell", Sequence[str]], ExecResult]


@dataclass(frozen=True)
class Site:
    """What a shell can reach of the cluster."""

    world: World
    machines: Machines
    plans: Mapping[str, NodePlan]
    control_plane: ControlPlane


class NodeShells:
    """``ports.Kubelet``."""

    def __init__(
        self, world: World, *, machines: Machines, plans: Mapping[str, NodePlan], control_plane: ControlPlane
    ) -> None:
        self._world = world
        self._machines = machines
        self._site = Site(world, machines, plans, control_plane)

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
        shell = Shell(self._site, machine, Session(stdin), pod=found, container=container)
        result = shell.run(command)
        if faults.strike("exec_dropped", machine.name):
            return replace(result, dropped=True)
        return result

    def login(self, node: str, *, user: str, command: str) -> ExecResult:
        """Run a command line on a node that is up, as its ssh server does: in the user's shell, on the host."""
        machine, faults = self._machines[node], self._world.faults
        if faults.active("exec_ignored", node) and _POWER.intersection(command.split()):
            faults.strike("exec_ignored", node)
            return ExecResult(stderr=_Pretended(self._world).of([command]))
        return Shell(self._site, machine, Session(), on_host=True, user=user).run(["bash", "-c", command])

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


@dataclass
class Session:
    """What the commands of one line share."""

    #: standard input of the command that runs
    stdin: str = ""
    #: simulated seconds that the commands before have taken
    elapsed: float = 0.0
    #: ``$?``
    status: int = 0
    variables: dict[str, str] = field(default_factory=dict)


class Shell:
    """Commands on one node. ``on_host``: below ``chroot /rootfs``, or logged in, where the host's programs are."""

    def __init__(
        self,
        site: Site,
        machine: Machine,
        session: Session,
        *,
        pod: Object | None = None,
        container: str = "",
        on_host: bool = False,
        user: str = "root",
    ) -> None:
        self.site = site
        self.world = site.world
        self.machine = machine
        self.session = session
        self.pod = pod or {"metadata": {"name": machine.name}, "spec": {"hostNetwork": True}}
        self.container = container
        self.on_host = on_host
        self.user = user

    def run(self, command: Sequence[str]) -> ExecResult:
        """Run ``command`` as the container runtime does: a program and its arguments, no shell. The result says how
        many simulated seconds it takes."""
        if not command:
            return ExecResult(stderr="no command\n", exit_code=126)
        result = self._program(
            command,
            missing=f'exec failed: unable to start container process: exec: "{command[0]}": executable file not '
            "found in $PATH: unknown\n",
        )
        return replace(result, seconds=self.session.elapsed)

    def _like_this(self, *, on_host: bool | None = None, user: str | None = None) -> Shell:
        return Shell(
            self.site,
            self.machine,
            self.session,
            pod=self.pod,
            container=self.container,
            on_host=self.on_host if on_host is None else on_host,
            user=self.user if user is None else user,
        )

    # what programs see

    @property
    def programs(self) -> frozenset[str]:
        """The names of what can be run here. Only control plane nodes have the script that saves etcd."""
        names = frozenset(_PROGRAMS) | frozenset(FILE_PROGRAMS) | frozenset(TEXT_PROGRAMS)
        if not self.on_host:
            return names - _HOST_ONLY
        return names if self.machine.master else names - {CLUSTER_BACKUP}

    @property
    def seconds(self) -> float:
        """The simulated second at which the present command runs."""
        return self.world.clock.seconds + self.session.elapsed

    def now(self) -> datetime:
        return self.world.now() + timedelta(seconds=self.session.elapsed)

    @property
    def network(self) -> HostNetwork:
        return HostNetwork(self.world, self.machine, self.site.plans[self.machine.name])

    @property
    def disk(self) -> HostFiles:
        return self.machine.files

    def host_path(self, path: str) -> str:
        """``/rootfs`` is the host's root in the machine-config-daemon; what else a container has is its own."""
        if self.on_host:
            return path
        return path.removeprefix("/rootfs") or "/" if path.startswith("/rootfs") else f"/container{path}"

    def may_write(self, path: str) -> bool:
        return self.user == "root" or plain(path).startswith(_FREE)

    def file(self, path: str) -> HostFile | None:
        return self.disk.find(self.host_path(path), at=self.seconds)

    def is_folder(self, path: str) -> bool:
        found = plain(path) in ("/", "/rootfs", "/tmp") or self.disk.is_folder(self.host_path(path))
        return found or bool(re.fullmatch(r"/sys/class/net(/[^/]+)?", plain(path)) and self.inside(path))

    def inside(self, folder: str) -> dict[str, HostFile | None]:
        """Name to file of what is in a folder; None for folders and for what the kernel shows as files."""
        interfaces = re.fullmatch(r"/sys/class/net(?:/([^/]+))?", plain(folder.removeprefix("/rootfs")))
        if interfaces is None:
            return self.disk.inside(self.host_path(folder), at=self.seconds)
        mtus = self.network.mtus
        if interfaces[1]:
            return dict.fromkeys(("address", "mtu", "operstate")) if interfaces[1] in mtus else {}
        return dict.fromkeys(sorted(mtus))

    def exists(self, path: str) -> bool:
        program = plain(path).startswith(("/usr/", "/bin/", "/sbin/")) and path.rsplit("/", 1)[-1] in self.programs
        return program or self.is_folder(path) or self.file(path) is not None or self.read(path) is not None

    def read(self, path: str) -> str | None:
        """The text of a file; None when there is none, or it is no text."""
        file = self.file(path)
        if file is not None:
            return file.content if file.content is not None else "" if not file.size else None
        host = self.on_host or path.startswith("/rootfs/")
        path = plain(path.removeprefix("/rootfs"))
        return self._kernel_file(path) or (self._configuration_file(path) if host else None)

    def _kernel_file(self, path: str) -> str | None:
        interface = re.fullmatch(r"/sys/class/net/([^/]+)/(mtu|operstate)", path)
        if interface:
            mtu = self.network.mtus.get(interface[1])
            return None if mtu is None else f"{mtu}\n" if interface[2] == "mtu" else "up\n"
        if path.startswith("/proc/sys/net/"):
            value = self.network.sysctl(path.removeprefix("/proc/sys/").replace("/", "."))
            return None if value is None else f"{value}\n"
        files = {
            "/proc/sys/kernel/random/boot_id": self.machine.boot_id + "\n",
            "/etc/hostname": self.machine.name + "\n",
            "/etc/os-release": f'NAME="Red Hat Enterprise Linux CoreOS"\nID="rhcos"\n'
            f'OPENSHIFT_VERSION="{self.world.profile.minor}"\n',
        }
        return files.get(path)

    def _configuration_file(self, path: str) -> str | None:
        forwards = self.machine.disk_network_type == "OpenShiftSDN" or self.world.profile.forward_conf == "always"
        if path == "/etc/sysctl.d/forward.conf" and forwards:
            return "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"
        return None

    # running

    def _program(self, command: Sequence[str], *, missing: str) -> ExecResult:
        name = command[0].rsplit("/", 1)[-1]
        arguments = list(command[1:])
        if name not in self.programs:
            return ExecResult(stderr=missing, exit_code=127)
        if self.user != "root" and name in _POWER and command[1:2] not in (["is-active"], ["is-system-running"]):
            return ExecResult(stderr=_NO_POWER, exit_code=1)
        if name in FILE_PROGRAMS:
            return FILE_PROGRAMS[name](self, arguments)
        if name in TEXT_PROGRAMS:
            return TEXT_PROGRAMS[name](arguments, self.session.stdin, self.read)
        return _PROGRAMS[name](self, arguments)

    def _sh(self, arguments: Sequence[str]) -> ExecResult:
        letters = [argument for argument in arguments if argument.startswith("-")]
        words = [argument for argument in arguments if not argument.startswith("-")]
        text = (words[0] if words else "") if any("c" in argument for argument in letters) else self.session.stdin
        self.session.status = 0
        stops = any("e" in argument for argument in letters if not argument.startswith("--"))
        try:
            return self._script(parse(text), stops=stops)
        except LineError as error:
            return ExecResult(stderr=f"sh: -c: line 1: {error}\n", exit_code=2)

    def _script(self, pipelines: Sequence[Pipeline], *, stops: bool) -> ExecResult:
        session, total = self.session, ExecResult()
        for pipeline in pipelines:
            if (pipeline.joint == "&&" and session.status) or (pipeline.joint == "||" and not session.status):
                continue
            words = self._expanded(pipeline.commands[0].words)
            if words[:1] == ["set"]:
                stops = stops or any("e" in word for word in words[1:] if word.startswith("-"))
                continue
            if words[:1] == ["exit"]:
                session.status = int(words[1]) if len(words) > 1 else session.status
                break
            began = session.elapsed
            result = self._pipeline(pipeline)
            if pipeline.background:
                session.elapsed, result = began, replace(result, exit_code=0)
            session.status = int(not result.exit_code) if pipeline.negated else result.exit_code
            dropped = total.dropped or result.dropped
            total = ExecResult(total.stdout + result.stdout, total.stderr + result.stderr, dropped=dropped)
            if stops and session.status and not pipeline.negated:
                break
        return replace(total, exit_code=session.status)

    def _pipeline(self, pipeline: Pipeline) -> ExecResult:
        given = self.session.stdin
        err, dropped, result = "", False, ExecResult()
        for command in pipeline.commands:
            result = self._redirected(command)
            err, dropped = err + result.stderr, dropped or result.dropped
            self.session.stdin = result.stdout
        self.session.stdin = given
        return replace(result, stderr=err, dropped=dropped)

    def _redirected(self, command: Command) -> ExecResult:
        for redirection in command.redirections:
            if redirection.fd == 0 and redirection.copies is None:
                self.session.stdin = self.read("".join(self._expanded([redirection.target]))) or ""
        words = self._expanded(command.words)
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL):
            name, _equals, value = words.pop(0).partition("=")
            self.session.variables[name] = value
        if words[:1] == ["exec"]:
            words = words[1:]
        result = ExecResult(exit_code=0)
        if words:
            result = self._program(words, missing=f"sh: line 1: {words[0]}: command not found\n")
        return self._sent(result, command.redirections)

    def _sent(self, result: ExecResult, redirections: Sequence[Redirection]) -> ExecResult:
        """The result with its output where the redirections lead."""
        ends: dict[int, str] = {1: "out", 2: "err"}
        for redirection in redirections:
            if redirection.copies is not None:
                ends[redirection.fd] = ends.get(redirection.copies, "")
            elif redirection.fd:
                path = "".join(self._expanded([redirection.target]))
                ends[redirection.fd] = path
                if path != "/dev/null" and not self._open(path, appends=redirection.appends):
                    return ExecResult(stderr=f"sh: line 1: {path}: Permission denied\n", exit_code=1)
        kept = {"out": "", "err": ""}
        for end, text in ((ends[1], result.stdout), (ends[2], result.stderr)):
            if end in kept:
                kept[end] += text
            elif end not in ("", "/dev/null"):
                self._append(end, text)
        return replace(result, stdout=kept["out"], stderr=kept["err"])

    def _open(self, path: str, *, appends: bool) -> bool:
        if not self.may_write(path):
            return False
        if not (appends and self.file(path)):
            self.disk.write(self.host_path(path), HostFile(0, self.seconds, self.now(), content=""))
        return True

    def _append(self, path: str, text: str) -> None:
        content = (self.read(path) or "") + text
        self.disk.write(self.host_path(path), HostFile(len(content), self.seconds, self.now(), content=content))

    def _expanded(self, words: Sequence[Word]) -> list[str]:
        made: list[str] = []
        for word in words:
            text = "".join(self._value(piece) for piece in word)
            bare = any(not piece.quoted and piece.kind != "text" for piece in word)
            pattern = any(not piece.quoted and set("*?[") & set(piece.text) for piece in word if piece.kind == "text")
            if bare:
                made += text.split()
            elif pattern and text.startswith("/"):
                made += self._matching(text) or [text]
            else:
                made.append(text)
        return made

    def _matching(self, pattern: str) -> list[str]:
        start = "" if self.on_host or not pattern.startswith("/rootfs") else "/rootfs"
        return [start + path for path in self.disk.matching(self.host_path(pattern), at=self.seconds)]

    def _value(self, piece: Piece) -> str:
        if piece.kind == "text":
            return piece.text
        if piece.kind == "variable":
            return str(self.session.status) if piece.text == "?" else self.session.variables.get(piece.text, "")
        return self._script(parse(piece.text), stops=False).stdout.rstrip("\n")

    # programs

    def _true(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult()

    def _false(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(exit_code=1)

    def _sleep(self, arguments: Sequence[str]) -> ExecResult:
        units = {"s": 1, "m": 60, "h": 3600}
        for word in arguments:
            number = word.rstrip("smh")
            self.session.elapsed += float(number) * units[word[-1] if word[-1] in units else "s"]
        return ExecResult()

    def _echo(self, arguments: Sequence[str]) -> ExecResult:
        if arguments and arguments[0] == "-n":
            return ExecResult(stdout=" ".join(arguments[1:]))
        return ExecResult(stdout=" ".join(arguments) + "\n")

    def _printf(self, arguments: Sequence[str]) -> ExecResult:
        pattern = (arguments[0] if arguments else "").replace("\\n", "\n").replace("\\t", "\t")
        values = list(arguments[1:])
        places = max(1, pattern.count("%s") + pattern.count("%d"))
        rounds = [values[start : start + places] for start in range(0, len(values), places)] or [[]]
        out = ""
        for given in rounds:
            texts = re.split("%[sd]", pattern)
            out += texts[0] + "".join(value + text for value, text in zip_longest(given, texts[1:], fillvalue=""))
        return ExecResult(out)

    def _command(self, arguments: Sequence[str]) -> ExecResult:
        """``command -v`` and ``which``."""
        found = [word for word in arguments if not word.startswith("-") and word in self.programs]
        places = {CLUSTER_BACKUP: "/usr/local/bin"}
        out = "".join(f"{places.get(word, '/usr/bin')}/{word}\n" for word in found)
        return ExecResult(out, exit_code=0 if found else 1)

    def _hostname(self, arguments: Sequence[str]) -> ExecResult:
        on_node = self.on_host or self.pod["spec"].get("hostNetwork")
        return ExecResult(stdout=(self.machine.name if on_node else self.pod["metadata"]["name"]) + "\n")

    def _whoami(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(f"{self.user}\n")

    def _id(self, arguments: Sequence[str]) -> ExecResult:
        number = 0 if self.user == "root" else 1000
        if "-u" in arguments:
            return ExecResult(f"{number}\n")
        return ExecResult(f"uid={number}({self.user}) gid={number}({self.user}) groups={number}({self.user})\n")

    def _uname(self, arguments: Sequence[str]) -> ExecResult:
        release = self.world.profile.kernel_version
        return ExecResult(f"{release}\n" if "-r" in arguments else "Linux\n")

    def _chroot(self, arguments: Sequence[str]) -> ExecResult:
        root = arguments[0] if arguments else ""
        privileged = self.container == _DAEMON or self.on_host
        if not privileged or root not in ("/rootfs", "/host", "/"):
            words = f"chroot: cannot change root directory to '{root}': No such file or directory\n"
            return ExecResult(stderr=words, exit_code=125)
        command = list(arguments[1:]) or ["true"]
        missing = f"chroot: failed to run command '{command[0]}': No such file or directory\n"
        return self._like_this(on_host=True)._program(command, missing=missing)

    def _sudo(self, arguments: Sequence[str]) -> ExecResult:
        """User core may, without a password, unless the fault ``sudo_denied`` says otherwise."""
        if self.user != "root" and self.world.faults.strike("sudo_denied", self.machine.name) is not None:
            return ExecResult(stderr="sudo: a password is required\n", exit_code=1)
        return self._like_this(user="root")._prefix(arguments)

    def _prefix(self, arguments: Sequence[str]) -> ExecResult:
        """``nohup`` and what is left of ``sudo``: the rest is the command."""
        words = list(arguments)
        while words and words[0].startswith("-"):
            words = words[1:]
        if not words:
            return ExecResult()
        return self._program(words, missing=f"sudo: {words[0]}: command not found\n")

    def _env(self, arguments: Sequence[str]) -> ExecResult:
        """``env NAME=VALUE… COMMAND``."""
        words = list(arguments)
        while words and "=" in words[0]:
            name, _equals, value = words.pop(0).partition("=")
            self.session.variables[name] = value
        if not words:
            return ExecResult("".join(f"{name}={value}\n" for name, value in self.session.variables.items()))
        return self._program(words, missing=f"env: '{words[0]}': No such file or directory\n")

    def _timeout(self, arguments: Sequence[str]) -> ExecResult:
        """``timeout SECONDS COMMAND``; what takes longer ends with 124."""
        words = [word for word in arguments if not word.startswith("-")]
        limit = float(words[0].rstrip("s")) if words else 0.0
        began = self.session.elapsed
        result = self._prefix(arguments[list(arguments).index(words[0]) + 1 :] if words else ())
        if limit and self.session.elapsed - began > limit:
            self.session.elapsed = began + limit
            return ExecResult(exit_code=124)
        return result

    def _shutdown(self, arguments: Sequence[str]) -> ExecResult:
        command = shlex.join(["shutdown", *arguments])
        if "-c" in arguments:
            self.site.machines.cancel(self.machine.name)
            return ExecResult()
        when = next((argument for argument in arguments if not argument.startswith("-")), "+1")
        minutes = 0.0 if when == "now" else float(when.lstrip("+")) if when.lstrip("+").isdigit() else None
        if minutes is None:
            return ExecResult(stderr=f"Failed to parse time specification: {when}\n", exit_code=1)
        self._shut_down(after=minutes * self.world.durations.shutdown_minute, command=command)
        if minutes == 0:
            # systemd stops the container runtime before the command's end can be told
            return ExecResult(dropped=when == "now")
        return ExecResult(stderr=_scheduled(self.world, minutes))

    def _shut_down(self, *, after: float, command: str) -> None:
        seconds = after + self.session.elapsed
        self.site.machines.shut_down(self.machine.name, after=seconds, cause="manual", command=command)

    def _reboot(self, arguments: Sequence[str]) -> ExecResult:
        self._shut_down(after=0, command="reboot")
        return ExecResult()

    def _systemctl(self, arguments: Sequence[str]) -> ExecResult:
        words = [argument for argument in arguments if not argument.startswith("-")]
        if words[:1] == ["reboot"]:
            self._shut_down(after=0, command="systemctl reboot")
            return ExecResult()
        failed = self.machine.configure_ovs_failed
        concerned = any(word.removesuffix(".service") == _OVS_CONFIGURATION for word in words[1:])
        if words[:1] == ["is-active"]:
            # a oneshot without RemainAfterExit is inactive once it has succeeded
            state = ("failed" if failed else "inactive") if concerned else "active"
            return ExecResult(f"{state}\n", exit_code=0 if state == "active" else 3)
        if words[:1] == ["is-failed"]:
            state = "failed" if failed and concerned else "inactive" if concerned else "active"
            return ExecResult(f"{state}\n", exit_code=0 if state == "failed" else 1)
        if words[:1] == ["is-system-running"]:
            return ExecResult("degraded\n" if failed else "running\n", exit_code=int(failed))
        if words[:1] in (["list-units"], []):
            unit = "ovs-configuration.service loaded failed failed Configures OVS with proper host networking\n"
            return ExecResult(unit if failed else "")
        return ExecResult(stderr=f"Unknown command verb {' '.join(words[:1])}.\n", exit_code=1)

    def _journalctl(self, arguments: Sequence[str]) -> ExecResult:
        """What configure-ovs.sh has said at the last boot (machine-config-operator, templates/common/_base/files)."""
        if not any(_OVS_CONFIGURATION in word for word in arguments):
            return ExecResult("-- No entries --\n")
        if not self.machine.booted_network_type:
            return ExecResult("-- No entries --\n")
        return ExecResult("".join(f"{line}\n" for line in _ovs_journal(self)))

    def _ovs_vsctl(self, arguments: Sequence[str]) -> ExecResult:
        words = [argument for argument in arguments if not argument.startswith("-")]
        if self.user != "root":
            return ExecResult(stderr=_NO_DATABASE, exit_code=1)
        bridges = self.network.bridges
        if words[:1] == ["br-exists"] and len(words) == 2:
            return ExecResult(exit_code=0 if words[1] in bridges else 2)
        if words[:1] == ["list-br"]:
            return ExecResult(stdout="".join(f"{bridge}\n" for bridge in bridges))
        if words[:1] in (["list-ports"], ["list-ifaces"]) and len(words) == 2:
            return self._bridge_ports(words[1])
        return ExecResult(
            stderr=f"ovs-vsctl: unknown command '{' '.join(words[:1])}'; use --help for help\n", exit_code=1
        )

    def _bridge_ports(self, bridge: str) -> ExecResult:
        if bridge not in self.network.bridges:
            return ExecResult(stderr=f"ovs-vsctl: no bridge named {bridge}\n", exit_code=1)
        ports = {"br-ex": [self.network.layout.primary], "br0": ["tun0", "vxlan0"], "br-int": []}
        return ExecResult("".join(f"{port}\n" for port in ports[bridge]))

    def _ip(self, arguments: Sequence[str]) -> ExecResult:
        return ip(self.network, arguments)

    def _sysctl(self, arguments: Sequence[str]) -> ExecResult:
        out, err = "", ""
        for key in (word for word in arguments if not word.startswith("-")):
            value = self.network.sysctl(key)
            if value is None:
                err += f"sysctl: cannot stat /proc/sys/{key.replace('.', '/')}: No such file or directory\n"
            else:
                out += f"{value}\n" if "-n" in arguments else f"{key} = {value}\n"
        return ExecResult(out, err, 1 if err else 0)

    def _cluster_backup(self, arguments: Sequence[str]) -> ExecResult:
        if self.user != "root":
            return ExecResult("This script must be run as root\n", exit_code=1)
        plan, control_plane = self.site.plans[self.machine.name], self.site.control_plane
        backup = EtcdBackup(
            self.world,
            self.machine,
            plan.address,
            self.seconds,
            etcd_runs=lambda node: control_plane.runs("etcd", node),
        )
        result = backup.run(arguments)
        self.session.elapsed += result.seconds
        return result

    def _uptime(self, arguments: Sequence[str]) -> ExecResult:
        return ExecResult(stdout=f" {self.now():%H:%M:%S} up,  0 users,  load average: 0.10, 0.10, 0.10\n")

    def _date(self, arguments: Sequence[str]) -> ExecResult:
        pattern = next((word[1:] for word in arguments if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
        return ExecResult(stdout=f"{self.now().strftime(pattern.replace('%F', '%Y-%m-%d'))}\n")


_PROGRAMS: dict[str, _Run] = {
    "true": Shell._true,
    ":": Shell._true,
    "sleep": Shell._sleep,
    "sync": Shell._true,
    "false": Shell._false,
    "echo": Shell._echo,
    "printf": Shell._printf,
    "command": Shell._command,
    "which": Shell._command,
    "hostname": Shell._hostname,
    "whoami": Shell._whoami,
    "id": Shell._id,
    "uname": Shell._uname,
    "sh": Shell._sh,
    "bash": Shell._sh,
    "chroot": Shell._chroot,
    "sudo": Shell._sudo,
    "nohup": Shell._prefix,
    "env": Shell._env,
    "timeout": Shell._timeout,
    "shutdown": Shell._shutdown,
    "reboot": Shell._reboot,
    "systemctl": Shell._systemctl,
    "journalctl": Shell._journalctl,
    "ovs-vsctl": Shell._ovs_vsctl,
    "ip": Shell._ip,
    "sysctl": Shell._sysctl,
    CLUSTER_BACKUP: Shell._cluster_backup,
    "uptime": Shell._uptime,
    "date": Shell._date,
}


def _ovs_journal(shell: Shell) -> list[str]:
    machine, head = shell.machine, f"{shell.now():%b %d %H:%M:%S} {shell.machine.name}"
    script, unit = f"{head} configure-ovs.sh[1497]: ", f"{head} systemd[1]: ovs-configuration.service: "
    begun = f"{script}+ configure_driver_options {shell.network.layout.primary}"
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
