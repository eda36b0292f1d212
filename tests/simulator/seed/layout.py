"""Which network interfaces the nodes have, and which of them carries the node's address."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulator.options import Options

#: the first card of every node
FIRST = "enp1s0"
SECOND = "enp2s0"
#: a card that has nothing to do with the cluster's network
STORAGE = "enp3s0"
BOND = "bond0"
VLAN_ID = 100


@dataclass(frozen=True)
class Layout:
    """``primary`` carries the node's address until OVN-Kubernetes moves it to br-ex."""

    primary: str = FIRST
    #: ports of the bond below ``primary``, or that it is
    bonded: tuple[str, ...] = ()
    vlan: bool = False
    #: there is a card for something else
    storage: bool = False
    #: hosts with routes and rules of their own
    routed: bool = False

    @property
    def cards(self) -> tuple[str, ...]:
        return (*(self.bonded or (FIRST,)), *((STORAGE,) if self.storage else ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Every interface that is there under any network plugin, without ``lo``."""
        bond = (BOND,) if self.bonded else ()
        return (*self.cards, *bond, *((self.primary,) if self.vlan else ()))


def layout(options: Options) -> Layout:
    """The same on every node. VLANs stand on a bond, as they do where both are used."""
    extras = frozenset(options.extras)
    bonded = (FIRST, SECOND) if extras & {"bond", "vlan"} else ()
    primary = f"{BOND}.{VLAN_ID}" if "vlan" in extras else BOND if bonded else FIRST
    return Layout(
        primary,
        bonded,
        vlan="vlan" in extras,
        storage=bool(extras & {"nncp", "bond", "vlan"}),
        routed="routes" in extras,
    )
