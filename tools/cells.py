"""What the matrix runs with: each cell is one combination of the things that users bring along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: The package ``ansible`` carries collections. For each version of kubernetes.core in the cells, one that carries it.
CARRIERS: Mapping[str, str] = MappingProxyType(
    {
        "2.4.0": "ansible==8.7.0",
        "3.2.0": "ansible==10.7.0",
        "5.4.1": "ansible==11.13.0",
        "6.2.0": "ansible==12.3.0",
        "6.4.0": "ansible==13.8.0",
        "6.6.0": "ansible==14.5.0",
    }
)


@dataclass(frozen=True)
class Cell:
    """ansible-core (exact, or a minor version for its newest), Python of the controller, kubernetes.core, client."""

    core: str
    python: str
    collection: str
    client: str
    #: another Python that runs the modules, as on a remote host
    modules: str = ""
    #: requirements besides, or exactly
    extras: tuple[str, ...] = ("jmespath",)
    #: the unit tests of the plugins run in it, too
    units: bool = False
    note: str = ""
    #: the simulated cluster: its OpenShift, and whether its nodes stay Ready at the flip
    ocp: str = "4.14"
    nodes_stay_ready: bool = False

    @property
    def name(self) -> str:
        modules = f"-modules{self.modules}" if self.modules else ""
        return f"core{self.core}-python{self.python}{modules}-collection{self.collection}-client{self.client}"

    @property
    def minor(self) -> str:
        """The minor version of ansible-core, ``2.16``."""
        return ".".join(self.core.split(".")[:2])

    def requirements(self) -> list[str]:
        """What the controller's environment consists of."""
        exact = f"ansible-core=={self.core}" if self.core.count(".") == 2 else f"ansible-core~={self.core}.0"
        tests = ["jsonpatch", "pytest"] if self.units else []
        return [exact, f"kubernetes=={self.client}", *self.extras, *tests]

    def requirements_of_modules(self) -> list[str]:
        """What the other Python's environment consists of; ansible-core for the imports only."""
        return ["ansible-core", f"kubernetes=={self.client}", *self.extras]


#: The lower bounds of all that we say we need.
LOWEST = Cell("2.16.0", "3.10", "2.4.0", "24.2.0", extras=("jmespath==1.0.1",), note="the lower bounds", ocp="4.12")
#: The newest releases; raise it when there are newer ones.
NEWEST = Cell(
    "2.21.5", "3.13", "6.6.0", "37.0.2", units=True, note="the newest of everything", ocp="4.16", nodes_stay_ready=True
)

CELLS: tuple[Cell, ...] = (
    LOWEST,
    Cell("2.16", "3.10", "2.4.0", "28.1.0"),
    Cell("2.16", "3.10", "3.2.0", "24.2.0"),
    Cell("2.16", "3.10", "3.2.0", "28.1.0"),
    Cell("2.16", "3.10", "5.4.1", "24.2.0"),
    Cell("2.16", "3.10", "5.4.1", "28.1.0"),
    Cell("2.17", "3.11", "3.2.0", "29.0.0"),
    Cell("2.18", "3.12", "5.4.1", "31.0.0", units=True),
    Cell("2.19", "3.13", "6.2.0", "33.1.0"),
    Cell("2.20", "3.13", "6.4.0", "35.0.0"),
    Cell("2.20", "3.13", "6.4.0", "36.0.3"),
    Cell("2.21", "3.13", "6.6.0", "37.0.0"),
    NEWEST,
    # The images of Automation Platform 2.5 and 2.6 hold ansible-core 2.16, on Python 3.11 and 3.12; those of 2.7 hold
    # 2.16 or 2.20. A build on ee-minimal brings the newest packages, one with those of RHEL an old urllib3.
    Cell("2.16", "3.11", "6.6.0", "37.0.2", note="built on ee-minimal of Automation Platform 2.5 or 2.6"),
    Cell(
        "2.16",
        "3.12",
        "5.4.1",
        "28.1.0",
        extras=("jmespath", "urllib3==1.26.20"),
        note="an execution environment with the urllib3 of RHEL",
    ),
    Cell("2.20", "3.12", "6.6.0", "37.0.2", note="built on ee-minimal 2.20 of Automation Platform 2.7"),
    Cell("2.18", "3.11", "5.4.1", "24.2.0", modules="3.9", note="modules on a remote host, oldest client"),
    Cell("2.20", "3.13", "6.4.0", "35.0.0", modules="3.9", note="modules on a remote host, newest client for it"),
)
ENDS = (LOWEST, NEWEST)


def number(version: str) -> tuple[int, ...]:
    """A version as something that can be compared."""
    return tuple(int(part) for part in version.split("."))
