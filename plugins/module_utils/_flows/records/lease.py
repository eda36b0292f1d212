# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold the Lease, keep it while a module sleeps, give it back."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from ..._cluster import readers
from ..._cluster.kinds import LEASE
from ..._cluster.port import Cluster
from ..._domain.errors import BeingDeleted, Conflict, MigrationError, NotFound, Refused
from ..._domain.networks import OVN
from ..._domain.records.journal import NAMESPACE
from ..._domain.records.lease import NAME, Lease, first
from ..outcome import Diff, Outcome
from ..waiting.clock import Clock
from .config_maps import ensure_namespace

TITLE = f"lease {NAMESPACE}/{NAME}"
UNLOCKED = (
    f"Namespace {NAMESPACE} is being deleted, so this run has no Lease, and nothing keeps another one away. Start "
    "none. It goes on all the same: between the switch and the last reboot the namespace may hang until the nodes "
    "have rebooted."
)
#: How often to look again when somebody else was first: two runs that start together need one more look.
LOOKS = 5
#: Seconds until a renewal that the API did not take is tried again.
RETRY = 5.0
#: How long a Lease holds that is taken again, as migration_lock has it by default.
SECONDS = 120


@dataclass(frozen=True)
class LeaseState:
    """The Lease as it stands, None when there is none, at a moment of the API server's clock."""

    lease: Optional[Lease]
    now: datetime

    def to_json(self) -> Optional[dict[str, Any]]:
        return self.lease.to_json(now=self.now) if self.lease else None

    @property
    def description(self) -> str:
        return self.lease.description(now=self.now) if self.lease else "nobody has it"


def read_state(cluster: Cluster) -> LeaseState:
    """:raises MigrationError: when it is there and cannot be understood"""
    lease = _read(cluster)
    return LeaseState(lease, cluster.now())


def hold(cluster: Cluster, *, holder: str, seconds: int, take_over: bool, write: bool, target: str = OVN) -> Outcome:
    """Take the Lease, or renew it when ``holder`` has it.

    :param target: where the migration leads that ``holder`` works for
    :param take_over: take it from somebody whose Lease has not expired
    :param write: False to only find out whether it could be taken
    :raises Refused: naming who has it
    """
    for _look in range(LOOKS):
        before = read_state(cluster)
        if before.lease and before.lease.stands_against(holder, now=before.now) and not take_over:
            raise _held(before)
        if not write:
            return _outcome(before, before, holder=holder)
        try:
            after = LeaseState(_written(cluster, before, holder=holder, seconds=seconds, target=target), before.now)
        except Conflict:
            continue
        except BeingDeleted:
            return Outcome(facts={"holder": holder, "lock": None, "taken_from": None}, warnings=(UNLOCKED,))
        return _outcome(before, after, holder=holder)
    raise _contended(f"take {TITLE}")


def release(cluster: Cluster, *, holder: str, write: bool, seen: Optional[LeaseState] = None) -> Outcome:
    """Give the Lease back when ``holder`` has it; what somebody else has by now is left alone.

    :param seen: the Lease as it was a moment ago, when that is known
    """
    state = seen or read_state(cluster)
    for _look in range(LOOKS):
        ours = state.lease is not None and state.lease.holder == holder
        if not ours or state.lease is None:
            return Outcome(facts={"holder": holder, "lock": state.to_json()})
        if not write:
            break
        try:
            answer = cluster.replace(LEASE, state.lease.released(), namespace=NAMESPACE)
        except (Conflict, NotFound):
            state = read_state(cluster)
            continue
        state = LeaseState(Lease.from_json(answer), state.now)
        break
    return Outcome(
        changed=True,
        facts={"holder": holder, "lock": state.to_json()},
        diffs=(Diff({"holder": holder}, {"holder": None}, TITLE),),
    )


def own_name() -> str:
    """``<user>@<host>/<8 hex digits>``: says where to look for a run, and no two runs have the same."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container that runs under an arbitrary number has no entry for it.
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}/{secrets.token_hex(4)}"


class LeaseRenewer:
    """A clock for a run that has the Lease: it renews it while the run sleeps.

    Commands that take minutes cannot be interrupted to renew, so a Lease may expire under its holder. That does not
    matter until somebody else takes it; then the run must end. It must end, too, when the playbook that it is part of
    was killed: nobody would see it go on, and the next run would have to wait for it.

    :param cluster: asked once per renewal, without patience: a sleep must not become an outage
    :param orphaned: whether the playbook is gone
    """

    def __init__(
        self, cluster: Cluster, *, clock: Clock, holder: str, orphaned: Callable[[], bool] = lambda: False
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self.holder = holder
        self._orphaned = orphaned
        #: Whether this run must not go on, and so not write any more.
        self.lost = False
        self._lease: Optional[Lease] = None
        self._due = 0.0

    def begin(self, cluster: Cluster) -> None:
        """Look before the first step, with the patience of ``cluster``.

        :raises Refused: when ``holder`` does not have the Lease
        """
        state = read_state(cluster)
        if state.lease is None and self._take_anew(cluster):
            return
        if state.lease is None or state.lease.holder != self.holder:
            raise _lost(self.holder, state)
        self._lease = state.lease
        third = state.lease.seconds / 3.0
        self._due = self._clock.monotonic() + max(third - state.lease.age(now=state.now), 0.0)
        self._renew_when_due()

    def _take_anew(self, cluster: Cluster) -> bool:
        """When the Lease has gone with its namespace: nobody else can have it while that is being deleted, and once it
        is gone it is taken again. Without a Lease the run goes on: whoever waits here keeps the network down."""
        going = readers.namespace_going(cluster, NAMESPACE)
        if going is None:
            hold(cluster, holder=self.holder, seconds=SECONDS, take_over=False, write=True)
            self._lease = _read(cluster)
        self._due = self._clock.monotonic() + (SECONDS / 3.0)
        return going is not False

    @property
    def phase(self) -> str:
        """The phase that the run is in, as the Lease says."""
        return self._lease.phase if self._lease else ""

    @property
    def target(self) -> str:
        return (self._lease.target if self._lease else "") or OVN

    def go_on_to(self, phase: str, cluster: Cluster) -> None:
        """Note in the Lease which phase the run is in from now on, with the patience of ``cluster``.

        :raises Refused: when somebody else has the Lease now
        """
        if self._lease is None:
            return
        # Written over the object that we know, as a renewal is; somebody else's write makes that a conflict.
        state = LeaseState(self._lease, cluster.now())
        for _look in range(LOOKS):
            if state.lease is None and readers.namespace_going(cluster, NAMESPACE) is not False:
                return
            if state.lease is None or state.lease.holder != self.holder:
                self.lost = True
                raise _lost(self.holder, state)
            try:
                body = state.lease.in_phase(phase, now=state.now)
                self._lease = Lease.from_json(cluster.replace(LEASE, body, namespace=NAMESPACE))
                return
            except (Conflict, NotFound):
                state = read_state(cluster)
        raise _contended(f"note in {TITLE} that phase {phase or '(none)'} has begun")

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def timestamp(self) -> str:
        return self._clock.timestamp()

    def sleep(self, seconds: float) -> None:
        """:raises Refused: when somebody else has the Lease now, or the playbook is gone"""
        until = self._clock.monotonic() + seconds
        self._go_on()
        while (left := until - self._clock.monotonic()) > 0:
            due = self._due - self._clock.monotonic()
            self._clock.sleep(min(left, due) if due > 0 else left)
            self._go_on()

    def _go_on(self) -> None:
        if self._orphaned():
            self.lost = True
            self._give_back()
            raise Refused(
                tried=f"go on as {self.holder}",
                seen="the playbook that this module is part of has ended",
                remedy="Run the playbook again; it continues where this one has left off.",
            )
        self._renew_when_due()

    def _give_back(self) -> None:
        """So that the next run need not wait until the Lease has expired."""
        try:
            release(self._cluster, holder=self.holder, write=True)
        except MigrationError:
            return

    def _renew_when_due(self) -> None:
        if self._clock.monotonic() < self._due or self._lease is None:
            return
        try:
            self._lease = self._renewed(self._lease)
        except Refused:
            self.lost = True
            raise
        except MigrationError:
            # The API is away, or refuses for a while. Whether that lasts too long is for the run itself to judge.
            self._due = self._clock.monotonic() + RETRY
            return
        self._due = self._clock.monotonic() + max(self._lease.seconds / 3.0, 1.0)

    def _renewed(self, lease: Lease) -> Lease:
        """Written over the object that we know; only when that is not the newest one it is read again."""
        now = self._cluster.now()
        try:
            return Lease.from_json(self._cluster.replace(LEASE, lease.kept(now=now), namespace=NAMESPACE))
        except (Conflict, NotFound):
            state = LeaseState(_read(self._cluster), now)
        if state.lease is None:
            return _created(
                self._cluster, holder=self.holder, seconds=lease.seconds, now=now, target=lease.target or OVN
            )
        if state.lease.holder != self.holder:
            raise _lost(self.holder, state)
        return Lease.from_json(self._cluster.replace(LEASE, state.lease.kept(now=now), namespace=NAMESPACE))


def _read(cluster: Cluster) -> Optional[Lease]:
    try:
        lease = cluster.get(LEASE, NAME, namespace=NAMESPACE)
    except NotFound:
        return None
    try:
        return Lease.from_json(lease)
    except ValueError as error:
        raise MigrationError(
            tried=f"understand {TITLE}",
            seen=str(error),
            remedy=f"See who made it. When no run is under way, delete it: oc delete lease -n {NAMESPACE} {NAME}",
        ) from error


def _written(cluster: Cluster, before: LeaseState, *, holder: str, seconds: int, target: str) -> Lease:
    lease = before.lease
    if lease is None:
        ensure_namespace(cluster)
        return _created(cluster, holder=holder, seconds=seconds, now=before.now, target=target)
    if lease.holder == holder:
        body = lease.kept(now=before.now, seconds=seconds, target=target)
    else:
        body = lease.taken(by=holder, seconds=seconds, now=before.now, target=target)
    return Lease.from_json(cluster.replace(LEASE, body, namespace=NAMESPACE))


def _created(cluster: Cluster, *, holder: str, seconds: int, now: datetime, target: str) -> Lease:
    body = first(holder=holder, seconds=seconds, now=now, target=target)
    return Lease.from_json(cluster.create(LEASE, body, namespace=NAMESPACE))


def _outcome(before: LeaseState, after: LeaseState, *, holder: str) -> Outcome:
    """A renewal is no change: the Lease is where it was."""
    former = before.lease.holder if before.lease else ""
    changed = former != holder
    taken_from = former if changed and former else None
    warnings = (f"took {TITLE} from {former}; before that {before.description}",) if taken_from else ()
    return Outcome(
        changed=changed,
        facts={"holder": holder, "lock": after.to_json(), "taken_from": taken_from},
        diffs=(Diff({"holder": former or None}, {"holder": holder}, TITLE),) if changed else (),
        warnings=warnings,
    )


def _contended(tried: str) -> Refused:
    return Refused(
        tried=tried,
        seen=f"somebody else wrote it each of the {LOOKS} times",
        remedy="Nothing was changed. Run this again.",
    )


def _held(state: LeaseState) -> Refused:
    return Refused(
        tried=f"take {TITLE}",
        seen=state.description,
        remedy="Nothing was changed. Wait until that run has ended. When it is dead, run this again once its Lease has "
        "expired, or take it over now (take_over: true).",
        facts={"lock": state.to_json()},
    )


def _lost(holder: str, state: LeaseState) -> Refused:
    other = state.lease is not None and state.lease.holder
    remedy = (
        "Another run works on this cluster, so this one must not go on."
        if other
        else "Take it first with migration_lock; somebody may have worked on this cluster meanwhile."
    )
    return Refused(
        tried=f"go on as {holder}, which is to have {TITLE}",
        seen=state.description,
        remedy=remedy,
        facts={"lock": state.to_json()},
    )
