"""The ssh servers of a cluster: one on each node's loopback address, and a bastion that leads to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncssh

from tests.simulator.behaviours.hosts.machines import Machine
from tests.simulator.faults import Fault
from tests.simulator.ports import ExecResult
from tests.simulator.record.requests import RequestRecord
from tests.simulator.ssh.doors import Door
from tests.simulator.ssh.files import BASTION, USER, AccessFiles
from tests.simulator.topology import NodePlan

#: One of each is enough, and spares the post-quantum key exchange, which takes longer than all the rest.
_ALGORITHMS: dict[str, Any] = {"kex_algs": ["curve25519-sha256"], "compression_algs": ["none"]}
#: how often another port is tried when a node's address has the first one in use
_TRIES = 8
#: what pam_nologin shows of /run/nologin, which systemd-logind writes
_GOING_DOWN = (
    "System is going down. Unprivileged users are not permitted to log in anymore. "
    "For technical details, see pam_nologin(8).\n\n"
)
#: seconds for that to be on its way before the connection ends
_SAID = 0.05
#: from the host and port that a client wants to the ones that it gets, None for nowhere
Route = Callable[[str, int], tuple[str, int] | None]


@dataclass(frozen=True)
class _Host:
    """A machine that can be logged in to. ``name`` is what faults and the record call it."""

    name: str
    address: str
    key: asyncssh.SSHKey


class SshServers:
    """All servers of one cluster.

    ``wake`` is called when a command may have changed something, ``passing`` waits until so many simulated seconds have
    gone by.
    """

    def __init__(
        self,
        cluster: Any,
        *,
        files: AccessFiles,
        record: RequestRecord,
        wake: Callable[[], None],
        passing: Callable[[float], Awaitable[None]],
    ) -> None:
        self._cluster = cluster
        self._files = files
        self._record = record
        self._wake = wake
        self._passing = passing
        self._plans: dict[str, NodePlan] = {plan.name: plan for plan in cluster.topology.nodes}
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._hosts = [_Host(plan.name, plan.loopback, _host_key()) for plan in self._plans.values()]
        self._bastion = _Host("bastion", BASTION, _host_key())
        self._doors: dict[str, Door] = {}
        self._options: dict[tuple[str, bool], asyncssh.SSHServerConnectionOptions] = {}

    @property
    def port(self) -> int:
        return self._doors[self._bastion.name].port

    def to_json(self) -> dict[str, Any]:
        return self._files.to_json(port=self.port)

    def start(self) -> None:
        """Open every door and write the files. All servers have one port, so that one configuration leads to all."""
        self._open_all()
        self._cluster.machines.went_down.connect(self._machine_changed)
        self._cluster.machines.came_up.connect(self._machine_changed)
        self._cluster.faults.on_change(self._fault_changed)
        hosts = [self._bastion, *self._hosts]
        self._files.write(
            key=self._key.export_private_key(),
            host_keys={host.address: host.key.export_public_key().decode().strip() for host in hosts},
            nodes=list(self._plans.values()),
            port=self.port,
        )

    def stop(self) -> None:
        for door in self._doors.values():
            door.shut()
        self._doors.clear()

    def _open_all(self) -> None:
        """The bastion never shuts, so its port stays ours, and with it every node's."""
        for attempt in range(_TRIES):
            try:
                self._open_on_any_port()
            except OSError:
                self.stop()
                if attempt == _TRIES - 1:
                    raise
            else:
                return

    def _open_on_any_port(self) -> None:
        gate = Door(self._bastion.address, 0, offer=partial(self._offer, self._bastion))
        self._doors[self._bastion.name] = gate
        gate.open()
        for host in self._hosts:
            self._doors[host.name] = Door(host.address, gate.port, offer=partial(self._offer, host))
            self._follow(host.name)

    # who can be reached

    def _machine_changed(self, machine: Machine) -> None:
        self._follow(machine.name)

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind == "ssh_refused":
            for name in self._plans:
                self._follow(name)

    def _follow(self, name: str) -> None:
        door = self._doors.get(name)
        if door is None:
            return
        machine = self._cluster.machines.get(name)
        if machine is not None and machine.kubelet and not self._cluster.faults.active("ssh_refused", name):
            door.open()
        else:
            door.shut()

    # what they answer

    def _offer(self, host: _Host) -> asyncssh.SSHServerConnectionOptions:
        """The options of a host's server; with the fault ``ssh_host_key_changed`` it shows another key."""
        changed = self._cluster.faults.active("ssh_host_key_changed", host.name) is not None
        made = self._options.get((host.name, changed))
        if made is None:
            bastion = host is self._bastion
            made = asyncssh.SSHServerConnectionOptions(
                server_host_keys=[_host_key() if changed else host.key],
                server_factory=partial(
                    _Login,
                    self._key,
                    leads_to=self._leads_to if bastion else None,
                    admits=None if bastion else partial(self._cluster.machines.admits_logins, host.name),
                ),
                process_factory=None if bastion else partial(self._serve, host.name),
                agent_forwarding=False,
                allow_scp=False,
                **_ALGORITHMS,
            )
            self._options[(host.name, changed)] = made
        return made

    async def _serve(self, node: str, process: asyncssh.SSHServerProcess[str]) -> None:
        """Run one command; without one, standard input is the script, as a login shell takes it."""
        command = process.command if process.command is not None else await process.stdin.read()
        row = self._record.ssh(node=node, command=command)
        result: ExecResult = self._cluster.kubelet.login(node, user=USER, command=command)
        row["exit_code"] = None if result.dropped else result.exit_code
        if result.seconds:
            await self._passing(result.seconds)
        process.stdout.write(result.stdout)
        process.stderr.write(result.stderr)
        if result.dropped:
            process.channel.get_connection().abort()
        else:
            process.exit(result.exit_code)
        self._wake()

    def _leads_to(self, host: str, port: int) -> tuple[str, int] | None:
        """Where the bastion's network leads: ``10.0.x.y:22`` is the ssh server of that node."""
        plan = next((plan for plan in self._plans.values() if plan.address == host), None)
        self._record.ssh(node=self._bastion.name, command=f"direct-tcpip {host}:{port}")
        return (plan.loopback, self.port) if plan is not None and port == 22 else None


class _Login(asyncssh.SSHServer):
    """User core with the simulator's key, and nobody else. ``leads_to`` makes it a bastion, which forwards.

    When ``admits`` says no, a user who has proven the key is told why and cut off, as by ``account required
    pam_nologin.so``.
    """

    def __init__(self, key: asyncssh.SSHKey, *, leads_to: Route | None, admits: Callable[[], bool] | None) -> None:
        self._accepts = key.export_public_key()
        self._admits = admits
        self._leads_to = leads_to
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        assert self._connection is not None
        if self._admits is not None and not self._admits():
            self._connection.send_auth_banner(_GOING_DOWN)
            asyncio.get_running_loop().call_later(_SAID, self._connection.abort)
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        if self._admits is not None and not self._admits():
            await asyncio.sleep(_SAID * 2)  # cut off before that
        return username == USER and key.export_public_key() == self._accepts

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> Any:
        assert self._connection is not None
        if self._leads_to is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed")
        led = self._leads_to(dest_host, dest_port)
        if led is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "No route to host")
        return self._connection.forward_connection(*led)


def _host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")
