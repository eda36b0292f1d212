"""What a cluster runs on (``platforms.yaml``): AWS and vSphere installed by the installer, bare metal either way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.simulator.ports import Object
from tests.simulator.yaml_files import read

_TABLE = Path(__file__).parent / "platforms.yaml"


@dataclass(frozen=True)
class Platform:
    """``key`` is what the platform's part of other objects is called; ``machine`` is the providerSpec of its Machines,
    None where a cluster has none."""

    type: str
    key: str
    spec: Object | None
    status: Object | None
    install: Object
    machine: Object | None
    provider: str

    def provider_id(self, node: str, *, uuid: str) -> str:
        return self.provider.format(node=node, uuid=uuid)


def platform(name: str) -> Platform:
    """``options.PLATFORMS`` has the names."""
    return _platforms()[name]


@cache
def _platforms() -> dict[str, Platform]:
    return {name: Platform(type=name, **entry) for name, entry in read(_TABLE).items()}
