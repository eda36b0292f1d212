"""What a command sees of its node: who runs it, what time it is, and the files, programs and interfaces around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulator.behaviours.hosts.files import HostFile, HostFiles, plain
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.hosts.network import HostNetwork
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.shell.etcd_backup import PROGRAM as CLUSTER_BACKUP
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult, Object
from tests.simulator.topology import NodePlan

#: programs that the image of the machine-config-daemon does not have
_HOST_ONLY = frozenset(
    {"shutdown", "systemctl", "reboot", "ovs-vsctl", "journalctl", "ip", "sysctl", "sudo", CLUSTER_BACKUP}
)
#: where others than root may write
_FREE = ("/tmp", "/var/tmp", "/home/core")


@dataclass(frozen=True)
class Site:
    """What a shell can reach of the cluster."""

    world: World
    machines: Machines
    plans: Mapping[str, NodePlan]
    control_plane: ControlPlane


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


@dataclass(frozen=True)
class Environment:
    """Where a command runs. ``on_host``: below ``chroot /rootfs``, or logged in, where the host's programs are."""

    site: Site
    machine: Machine
    session: Session
    #: the names of all programs there are, on whatever node
    known: frozenset[str]
    #: None for a login
    pod: Object | None = None
    container: str = ""
    on_host: bool = False
    user: str = "root"

    @property
    def world(self) -> World:
        return self.site.world

    @property
    def programs(self) -> frozenset[str]:
        """The names of what can be run here. Only control plane nodes have the script that saves etcd."""
        if not self.on_host:
            return self.known - _HOST_ONLY
        return self.known if self.machine.master else self.known - {CLUSTER_BACKUP}

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

    def write(self, path: str, content: str) -> None:
        self.disk.write(self.host_path(path), HostFile(len(content), self.seconds, self.now(), content=content))

    def matching(self, pattern: str) -> list[str]:
        """The paths of files that a pattern stands for."""
        start = "" if self.on_host or not pattern.startswith("/rootfs") else "/rootfs"
        return [start + path for path in self.disk.matching(self.host_path(pattern), at=self.seconds)]

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
        if path == "/run/systemd/shutdown/scheduled":
            due = self.site.machines.shutdown_due(self.machine.name)
            # systemd 249, src/login/logind-dbus.c, update_schedule_file
            return None if due is None else f"USEC={int(due * 1e6)}\nWARN_WALL=1\nMODE=reboot\n"
        forwards = self.machine.disk_network_type == "OpenShiftSDN" or self.world.profile.forward_conf == "always"
        if path == "/etc/sysctl.d/forward.conf" and forwards:
            return "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"
        return None


#: a program and its arguments
Program = Callable[[Environment, Sequence[str]], ExecResult]
