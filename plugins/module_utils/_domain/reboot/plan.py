# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes are rebooted together and in which order, and when a node has proven that it was.

A manual reboot neither cordons nor drains, and leaves every annotation as it is (machine-config-operator 4.14,
pkg/daemon/update.go is not involved): ``status.nodeInfo.bootID`` is the only evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Literal, Optional, Union

from ..nodes import Node
from ..verdicts import Verdict, counted, done, pending

Order = Literal["control_plane_first", "all_at_once"]
Result = Literal["rebooted", "skipped", "failed", "planned"]
#: What came of asking a node to reboot. ``unknown``: sent, and the line went dead. ``refused``: the command, or the
#: stream to it, failed, which is no proof that it had no effect. ``unsent``: nothing was sent. ``elsewhere``: the node
#: itself says that it is on another boot already, so it was not asked again. ``closed``: nothing was done, and asking
#: again would only be answered the same, until the operator has changed something. ``going``: it says that it is about
#: to go down, so it was not told once more. ``idle``: it was told often enough, and says that no shutdown is scheduled.
Answer = Literal["accepted", "unknown", "refused", "unsent", "elsewhere", "closed", "going", "idle"]
#: How a node was asked: by exec in a pod of it, or by logging in.
Way = Literal["rsh", "ssh"]

#: How many nodes of a pool may go down together: of every pool, or by the name of the pool.
Shares = Union[str, Mapping[str, str]]
#: What counts for a pool that is not named.
WHOLE = "100%"
#: More than any cluster has (Kubernetes is built for 5000).
MOST_NODES = 10000

_SHARE = re.compile(r"(\d+)(%?)", re.ASCII)


@dataclass(frozen=True)
class Request:
    """``seen`` is what the node or the API said."""

    answer: Answer
    seen: str = ""
    way: Way = "rsh"


#: How often a node is told before one that says that no shutdown is scheduled is given up.
TELLINGS = 2
GOING = Request("going", "it says that its shutdown is under way")
IDLE = Request("idle", "it was told more than once, and says that no shutdown is scheduled")
#: What ``systemctl is-system-running`` says of a system that is not about to go down (systemctl(1)).
_UP = re.compile(r"^(initializing|starting|running|degraded|maintenance)$", re.MULTILINE)
#: That it stops, or /run/systemd/shutdown/scheduled, in which systemd-logind notes a later shutdown.
_GOING = re.compile(r"^(stopping|MODE=\S+)$", re.MULTILINE)


def shutdown_scheduled(text: str) -> Optional[bool]:
    """Whether a node goes down, by what it printed of ``systemctl is-system-running`` and of that file; None when it
    did not tell."""
    if _GOING.search(text):
        return True
    return False if _UP.search(text) else None


@dataclass(frozen=True)
class Target:
    """A node that is to be on another boot than ``boot_id_before``.

    :param under_way: it is on another boot already and only has to become Ready; it is never asked to reboot
    """

    node: str
    pool: str | None
    control_plane: bool
    boot_id_before: str
    under_way: bool = False


@dataclass(frozen=True)
class Evidence:
    """One node of the result. Times are RFC 3339, by the controller's clock. Nobody may have seen it down."""

    target: Target
    result: Result
    detail: str = ""
    attempts: int = 0
    way: Way | None = None
    requested_at: str | None = None
    down_at: str | None = None
    back_at: str | None = None
    seconds: float | None = None
    boot_id_after: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.target.node,
            "pool": self.target.pool,
            "result": self.result,
            "detail": self.detail,
            "attempts": self.attempts,
            "way": self.way,
            "requested_at": self.requested_at,
            "down_at": self.down_at,
            "back_at": self.back_at,
            "seconds": self.seconds,
            "boot_id_before": self.target.boot_id_before or None,
            "boot_id_after": self.boot_id_after,
        }


@dataclass(frozen=True)
class Batch:
    """Nodes that go down together. ``guarded``: the control plane must be whole before and after it."""

    targets: tuple[Target, ...]
    guarded: bool = False

    @property
    def names(self) -> list[str]:
        return [target.node for target in self.targets]


@dataclass(frozen=True)
class Plan:
    """``finished`` are the nodes that are on another boot already, and Ready."""

    batches: tuple[Batch, ...]
    finished: tuple[Evidence, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(target for batch in self.batches for target in batch.targets)

    @property
    def to_command(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if not target.under_way)

    def to_json(self) -> list[list[str]]:
        return [batch.names for batch in self.batches]


def batch_size(share: str, *, of: int) -> int:
    """How many of ``of`` nodes ``3`` or ``25%`` means: rounded down, at least one.

    :raises ValueError: when it is neither a number nor a percentage, or means none, or more than all
    """
    match = _SHARE.fullmatch(share.strip())
    if not match:
        raise ValueError(f"{share!r} is neither a number of nodes such as 3 nor a percentage such as 25%")
    number, percent = int(match.group(1)), bool(match.group(2))
    if not 1 <= number <= (100 if percent else MOST_NODES):
        raise ValueError(f"{share!r} is neither from 1 to {MOST_NODES} nodes nor from 1% to 100%")
    return max(1, of * number // 100 if percent else number)


def share_of(shares: Shares, pool: str | None) -> str:
    return shares if isinstance(shares, str) else shares.get(pool or "", WHOLE)


def plan(
    nodes: Sequence[Node],
    *,
    members: Mapping[str, str],
    chosen: Collection[str],
    order: Order,
    max_unavailable: Shares,
    boot_ids: Mapping[str, str],
) -> Plan:
    """
    :param nodes: all nodes of the cluster, since a percentage is one of the whole pool
    :param members: node name -> pool name
    :param chosen: names of the nodes to be rebooted
    :param boot_ids: boot ids from before; a node that is not in it counts as not rebooted
    :raises ValueError: when ``max_unavailable`` is no share
    """
    targets, finished = [], []
    for node in sorted(nodes, key=lambda node: node.name):
        if node.name not in chosen:
            continue
        before = boot_ids.get(node.name, node.boot_id)
        elsewhere = before != node.boot_id
        target = Target(node.name, members.get(node.name), node.control_plane, before, under_way=elsewhere)
        if elsewhere and node.ready:
            detail = "rebooted since its boot id was recorded" if before else "joined since the boot ids were recorded"
            finished.append(Evidence(target, "skipped", detail, boot_id_after=node.boot_id))
        else:
            targets.append(target)
    sizes = {
        name: batch_size(share_of(max_unavailable, name), of=count)
        for name, count in _pool_sizes(nodes, members).items()
    }
    batches = _together(targets) if order == "all_at_once" else _in_turn(targets, sizes=sizes)
    return Plan(tuple(batches), tuple(finished))


def _pool_sizes(nodes: Iterable[Node], members: Mapping[str, str]) -> dict[str | None, int]:
    sizes: dict[str | None, int] = {}
    for node in nodes:
        if not node.control_plane:
            pool = members.get(node.name)
            sizes[pool] = sizes.get(pool, 0) + 1
    return sizes


def _together(targets: Sequence[Target]) -> list[Batch]:
    """One batch, control plane last: all nodes are to get the command before the API goes."""
    return [Batch(tuple(sorted(targets, key=lambda target: target.control_plane)))] if targets else []


def _in_turn(targets: Sequence[Target], *, sizes: Mapping[str | None, int]) -> list[Batch]:
    """The control plane one by one, then all other pools side by side. Who is coming up already goes first: nobody
    else may go down beside it."""
    ordered = sorted(targets, key=lambda target: not target.under_way)
    first = [Batch((target,), guarded=True) for target in ordered if target.control_plane]
    pools: dict[str | None, list[Target]] = {}
    for target in ordered:
        if not target.control_plane:
            pools.setdefault(target.pool, []).append(target)
    queues = [_slices(pools[pool], size=sizes[pool]) for pool in sorted(pools, key=lambda pool: pool or "")]
    return first + [Batch(tuple(chain.from_iterable(parts))) for parts in zip_longest(*queues, fillvalue=())]


def _slices(targets: Sequence[Target], *, size: int) -> list[Sequence[Target]]:
    return [targets[start : start + size] for start in range(0, len(targets), size)]


def reboot_verdict(target: Target, node: Node | None) -> Verdict:
    """Whether the node has proven its reboot: another boot id, and Ready on it. Ready alone proves nothing."""
    if node is None:
        return pending("the cluster does not list it any more")
    if not node.boot_id:
        return pending("it reports no boot id")
    state = "Ready" if node.ready else f"not Ready ({node.ready_reason})"
    if node.boot_id == target.boot_id_before:
        return pending(f"{state}, boot id unchanged")
    if not node.ready:
        return pending(f"rebooted, but {state}")
    return done("rebooted and Ready")


def overdue_reason(target: Target, node: Node | None, *, ordered: bool, refusal: str, attempts: int) -> str:
    """Why a node has not proven its reboot in time, or never will, in words for the operator.

    :param ordered: whether the command was sent
    :param refusal: what the last attempt was answered
    """
    state = reboot_verdict(target, node).reason
    if node is None or target.under_way or node.boot_id != target.boot_id_before:
        return state
    if not ordered:
        return f"{state}: the command could not be given in {counted(attempts, 'attempt')}, at last: {refusal}"
    if not node.silent:
        return f"{state}: the command had no effect{f' ({refusal})' if refusal else ''}"
    return f"{state}: it went down and has not come back"
