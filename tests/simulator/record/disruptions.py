"""What the cluster's users had to suffer, as intervals of simulated time, and every reboot with its cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.simulator.clock import Clock

#: ``machine_deleted`` lasts from the deletion of a node's Machine until another one has taken its place
Kind = Literal["api_down", "pod_network_down", "node_down", "machine_deleted"]
KINDS: tuple[Kind, ...] = ("api_down", "pod_network_down", "node_down", "machine_deleted")
Cause = Literal["mco", "manual"]


@dataclass
class Moment:
    """A point in simulated time: seconds since the start, and the timestamp."""

    seconds: float
    timestamp: str


@dataclass
class Interval:
    """Something was down from ``start`` to ``end`` (None: still). ``node`` is empty for the API."""

    kind: Kind
    node: str
    start: Moment
    end: Moment | None = None

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"kind": self.kind, "start": self.start.seconds, "start_at": self.start.timestamp}
        if self.node:
            row["node"] = self.node
        row["end"] = self.end.seconds if self.end else None
        row["end_at"] = self.end.timestamp if self.end else None
        return row


@dataclass
class Reboot:
    """One reboot of one node: who asked, when it went down and came up, and its boot ids."""

    node: str
    cause: Cause
    command: str
    boot_id_before: str
    requested: Moment
    down: Moment | None = None
    up: Moment | None = None
    boot_id_after: str | None = None

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"node": self.node, "cause": self.cause, "command": self.command}
        for name, moment in (("requested_at", self.requested), ("down_at", self.down), ("up_at", self.up)):
            row[name] = moment.seconds if moment else None
            row[f"{name}_timestamp"] = moment.timestamp if moment else None
        row["boot_id_before"], row["boot_id_after"] = self.boot_id_before, self.boot_id_after
        return row


@dataclass
class Disruptions:
    """The record; behaviours write it, tests and the side endpoint read it."""

    clock: Clock
    intervals: list[Interval] = field(default_factory=list)
    reboots: list[Reboot] = field(default_factory=list)
    _open: dict[tuple[Kind, str], Interval] = field(default_factory=dict)

    def begin(self, kind: Kind, node: str = "") -> None:
        """Down from now on; nothing when it is down already."""
        if (kind, node) not in self._open:
            interval = Interval(kind, node, self._moment())
            self._open[(kind, node)] = interval
            self.intervals.append(interval)

    def end(self, kind: Kind, node: str = "") -> None:
        """Up again; nothing when it was not down."""
        interval = self._open.pop((kind, node), None)
        if interval is not None:
            interval.end = self._moment()

    def reboot_requested(self, node: str, *, cause: Cause, command: str, boot_id: str) -> Reboot:
        reboot = Reboot(node, cause, command, boot_id, self._moment())
        self.reboots.append(reboot)
        return reboot

    def reboot_withdrawn(self, reboot: Reboot) -> None:
        """A scheduled shutdown that was cancelled never was a reboot."""
        self.reboots = [other for other in self.reboots if other is not reboot]

    def node_went_down(self, reboot: Reboot) -> None:
        reboot.down = self._moment()
        self.begin("node_down", reboot.node)

    def node_came_up(self, reboot: Reboot, *, boot_id: str) -> None:
        """The node runs with a new boot id; it counts as down until it is Ready (``end("node_down", node)``)."""
        reboot.up, reboot.boot_id_after = self._moment(), boot_id

    def seconds(self, kind: Kind, node: str = "") -> float:
        """Total simulated seconds of a kind (of one node), what is still open up to now."""
        return sum(
            (interval.end.seconds if interval.end else self.clock.seconds) - interval.start.seconds
            for interval in self.intervals
            if interval.kind == kind and (not node or interval.node == node)
        )

    def count(self, *, node: str, cause: Cause | None = None) -> int:
        """How often a node has come back from a reboot."""
        return sum(
            1
            for reboot in self.reboots
            if reboot.node == node and reboot.up is not None and cause in (None, reboot.cause)
        )

    def to_json(self) -> dict[str, Any]:
        causes: dict[str, int] = {"mco": 0, "manual": 0}
        for reboot in self.reboots:
            if reboot.up is not None:
                causes[reboot.cause] += 1
        return {
            "intervals": [interval.to_json() for interval in self.intervals],
            "reboots": [reboot.to_json() for reboot in self.reboots],
            "counts": {
                "reboots": causes,
                "intervals": {kind: sum(i.kind == kind for i in self.intervals) for kind in KINDS},
                "seconds": {kind: round(self.seconds(kind), 3) for kind in KINDS},
            },
        }

    def _moment(self) -> Moment:
        return Moment(round(self.clock.seconds, 3), self.clock.timestamp())
