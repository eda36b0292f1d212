"""What a client needs to log in, written beside the state file: a key, the hosts' keys, and an ssh configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator.topology import NodePlan

USER = "core"
#: In 127.0.0.0/8 and no node's: the first node is 10.0.0.10.
BASTION = "127.0.0.2"


@dataclass(frozen=True)
class AccessFiles:
    """The files of one simulator, in a folder named after its state file (``state.json`` has ``state.ssh``)."""

    folder: Path

    @classmethod
    def beside(cls, state: Path) -> AccessFiles:
        return cls(state.with_suffix(".ssh").absolute())

    @property
    def key(self) -> Path:
        """The private key that every node and the bastion accept."""
        return self.folder / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def config(self) -> Path:
        """For ``ssh -F``: a node's InternalIP or name leads to its loopback address."""
        return self.folder / "ssh_config"

    def write(self, *, key: bytes, host_keys: Mapping[str, str], nodes: Sequence[NodePlan], port: int) -> None:
        """
        :param key: the private key, as OpenSSH writes it
        :param host_keys: ``ssh-ed25519 AAAA…`` by loopback address
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self.key, key.decode())
        lines = [f"[{BASTION}]:{port} {host_keys[BASTION]}"]
        lines += [f"{node.address},[{node.loopback}]:{port} {host_keys[node.loopback]}" for node in nodes]
        _write(self.known_hosts, "\n".join(lines) + "\n")
        _write(self.config, self._configuration(nodes, port=port))

    def to_json(self, *, port: int) -> dict[str, Any]:
        """What the state file says of them; ``port`` is the one of every server."""
        return {
            "user": USER,
            "port": port,
            "key": str(self.key),
            "known_hosts": str(self.known_hosts),
            "config": str(self.config),
            "bastion": f"{USER}@{BASTION}:{port}",
        }

    def _configuration(self, nodes: Sequence[NodePlan], *, port: int) -> str:
        hosts = [("bastion", BASTION), *((f"{node.address} {node.name}", node.loopback) for node in nodes)]
        lines = [line for names, address in hosts for line in (f"Host {names}", f"  HostName {address}")]
        lines += [
            "Host *",
            f"  User {USER}",
            f"  Port {port}",
            f"  IdentityFile {self.key}",
            "  IdentitiesOnly yes",
            f"  UserKnownHostsFile {self.known_hosts}",
            "  GlobalKnownHostsFile /dev/null",
        ]
        return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    """Readable by the owner only; ssh refuses a private key that others can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
