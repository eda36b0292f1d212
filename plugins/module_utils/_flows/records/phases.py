# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phase that a run is in: its Lease says which, the history says since when.

Whoever has the Lease says with every module which phase it belongs to; only where that changes is the history written.
"""

from __future__ import annotations

from typing import Any

from ..._cluster.port import Cluster
from ..._domain.networks import OVN
from ..._domain.records.history import BEGUN, FINISHED
from .history import PhaseEvent, describe_phases, read, record_all
from .lease import LeaseRenewer, LeaseState


def enter(cluster: Cluster, renewer: LeaseRenewer, phase: str) -> None:
    """Begin ``phase``, and finish the one that the run was in; "" only finishes it.

    The history first: a run that ends in between finds there what it has begun.

    :raises Refused: when somebody else has the Lease now
    """
    if renewer.phase == phase:
        return
    before = read(cluster)
    former = before.begun_by(renewer.holder) or renewer.phase
    if former != phase:
        turn = [(former, FINISHED)] * bool(former) + [(phase, BEGUN)] * bool(phase)
        events = [PhaseEvent(renewer.target, name, event, by=renewer.holder) for name, event in turn]
        record_all(cluster, events, before=before)
    renewer.go_on_to(phase, cluster)


def leave(cluster: Cluster, state: LeaseState, *, holder: str, event: str, write: bool) -> dict[str, Any]:
    """Record how the phase has ended that ``holder`` is in, if it has the Lease; the phases of the migration.

    :param state: the Lease as it is
    :param event: finished or failed
    """
    lease, history = state.lease, read(cluster)
    if lease is not None and lease.holder == holder and write:
        phase = history.begun_by(holder) or lease.phase
        if phase:
            events = [PhaseEvent(lease.target or OVN, phase, event, by=holder)]
            history = record_all(cluster, events, before=history)
    return describe_phases(history, now=cluster.now())
