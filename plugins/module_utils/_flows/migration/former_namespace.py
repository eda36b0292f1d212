# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delete the namespace of the plugin that the cluster has left.

Whether it goes depends on every aggregated API: one that is away holds it in Terminating. That harms nothing, so it is
told and is no failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..._cluster.kinds import NAMESPACE
from ..._cluster.port import Cluster
from ..._domain.errors import NotFound, WaitTimeout
from ..._domain.namespaces import WAY_ON, going, held_by
from ..._domain.networks import NAMESPACE as NAMESPACES
from ..._domain.networks import other
from ..._domain.verdicts import Verdict, done, pending
from ..outcome import Diff
from ..waiting.waiter import Waiter


@dataclass(frozen=True)
class Deletion:
    """``state`` absent (it was gone already), deleted, or terminating, with what holds it there.

    ``asked_before``: somebody had asked for its deletion already.
    """

    name: str
    state: str
    reasons: tuple[str, ...] = ()
    asked_before: bool = False

    @property
    def changed(self) -> bool:
        return self.state != "absent" and not self.asked_before

    @property
    def diffs(self) -> tuple[Diff, ...]:
        return (Diff({"exists": True}, {"exists": False}, f"namespace {self.name}"),) if self.changed else ()

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "reasons": list(self.reasons)}


def delete_former_namespace(cluster: Cluster, waiter: Waiter, *, target: str, write: bool) -> Deletion:
    """
    :param waiter: for how long to wait until it is gone
    :param write: False to only find out
    """
    name = NAMESPACES[other(target)]
    there = _read(cluster, name)
    if there is None:
        return Deletion(name, "absent")
    asked_before = going(there)
    if write:
        if not asked_before:
            cluster.delete(NAMESPACE, name)
        there = _until_gone(cluster, waiter, name)
    if there is None or not (write or asked_before):
        return Deletion(name, "deleted", asked_before=asked_before)
    return Deletion(name, "terminating", held_by(there), asked_before=asked_before)


def _until_gone(cluster: Cluster, waiter: Waiter, name: str) -> Optional[Mapping[str, Any]]:
    """None, or the namespace as it is when time is up."""

    def judge(there: Optional[Mapping[str, Any]]) -> Verdict:
        return done(f"namespace {name} is gone") if there is None else pending(f"namespace {name} is still there")

    try:
        waiter.until(tried=f"see namespace {name} go", remedy=WAY_ON, observe=lambda: _read(cluster, name), judge=judge)
    except WaitTimeout:
        return _read(cluster, name)
    return None


def _read(cluster: Cluster, name: str) -> Optional[Mapping[str, Any]]:
    try:
        return cluster.get(NAMESPACE, name)
    except NotFound:
        return None
