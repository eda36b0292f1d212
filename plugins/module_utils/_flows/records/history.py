# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of the migrations, a ConfigMap in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..._cluster.kinds import CONFIG_MAP
from ..._cluster.port import Cluster
from ..._cluster.readers import networks
from ..._domain.errors import BeingDeleted, MigrationError, NotFound
from ..._domain.moments import written
from ..._domain.records.history import BEGUN, FAILED, NAME, Event, History
from ..._domain.records.journal import NAMESPACE
from ..outcome import Diff, Outcome
from .config_maps import keep
from .lease import read_state


@dataclass(frozen=True)
class PhaseEvent:
    """What is to be recorded. ``by`` is the lock's holder, "" without one."""

    target: str
    phase: str
    event: str
    outages: Sequence[Mapping[str, Any]] = ()
    by: str = ""


def read(cluster: Cluster) -> History:
    """:raises MigrationError: when it is there and cannot be understood; it is never written over then"""
    try:
        config_map = cluster.get(CONFIG_MAP, NAME, namespace=NAMESPACE)
    except NotFound:
        return History()
    try:
        return History.from_json(config_map)
    except ValueError as error:
        raise MigrationError(
            tried=f"understand the history in configmap {NAMESPACE}/{NAME}",
            seen=str(error),
            remedy=f"Nothing depends on it. Delete it: oc delete configmap -n {NAMESPACE} {NAME}",
        ) from error


def describe_history(cluster: Cluster) -> Outcome:
    """The record, and who works on the cluster now."""
    state = read_state(cluster)
    return Outcome(facts={**_facts(read(cluster), now=state.now), "lock": state.to_json()})


def record(cluster: Cluster, event: PhaseEvent, *, write: bool) -> Outcome:
    """Add one event, unless the newest migration has the phase behind it: a run that continues passes by what is done.

    :param write: False to only find out what would be written
    """
    before = read(cluster)
    now = cluster.now()
    after = _with(before, event, cluster=cluster, now=now)
    if after is before:
        return Outcome(facts=_facts(before, now=now))
    if write:
        keep(cluster, after.to_json())
    diff = Diff({}, after.events[-1].to_json(), f"configmap {NAMESPACE}/{NAME}")
    return Outcome(changed=True, diffs=(diff,), facts=_facts(after if write else before, now=now))


def record_all(cluster: Cluster, events: Sequence[PhaseEvent], *, before: History) -> History:
    """Add these events at once, each by the rule of ``record``.

    :param before: the history as it is
    :returns: the history as it is now
    """
    after = before
    now = cluster.now()
    for event in events:
        after = _with(after, event, cluster=cluster, now=now)
    if after is not before:
        try:
            keep(cluster, after.to_json())
        except BeingDeleted:
            # Nothing depends on it, and the run may be the one that lets the namespace go.
            return before
    return after


def describe_phases(history: History, *, now: datetime) -> dict[str, Any]:
    """The phases of the newest migration, and how long it took."""
    facts = _facts(history, now=now)
    return {name: facts[name] for name in ("phases", "elapsed_seconds")}


def _with(before: History, event: PhaseEvent, *, cluster: Cluster, now: datetime) -> History:
    """``before`` itself when the newest migration has the phase behind it."""
    again = before.finished(event.phase, target=event.target)
    new_migration = again and event.event == BEGUN and not _under_way(cluster, target=event.target)
    if again and event.event != FAILED and not new_migration:
        return before
    entry = Event(
        at=written(now),
        migration=0,
        target=event.target,
        phase=event.phase,
        event=event.event,
        by=event.by,
        outages=tuple(event.outages),
    )
    return before.adding(entry, new_migration=new_migration)


def record_outages(cluster: Cluster, outages: Sequence[Mapping[str, Any]]) -> None:
    """Add outages of the API to the phase under way, if there is one and the API is back: no run fails over this."""
    try:
        after = read(cluster).noting(outages)
        if after:
            keep(cluster, after.to_json())
    except MigrationError:
        return


def _under_way(cluster: Cluster, *, target: str) -> bool:
    """Whether anything of a migration to ``target`` is in the cluster, a finished one included.

    When a phase begins that the newest migration has behind it, and nothing is, then that one was aborted or rolled
    back, and this is another.
    """
    seen = networks(cluster)
    return target in (seen.operator.migrating_to, seen.config.spec_type, seen.config.acknowledged)


def _facts(history: History, *, now: datetime) -> dict[str, Any]:
    phases = history.phases(now=now)
    outages = [dict(outage) for phase in phases for outage in phase.outages]
    return {
        "target": history.target,
        "events": [event.to_json() for event in history.events],
        "phases": [phase.to_json() for phase in phases],
        "outages": outages,
        "outage_seconds": round(sum(float(outage.get("seconds") or 0.0) for outage in outages), 1),
        "elapsed_seconds": history.elapsed(now=now),
    }
