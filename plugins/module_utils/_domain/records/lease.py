# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Lease that keeps two runs from working on one cluster at once, with the semantics of client-go's leader election
(k8s.io/client-go, tools/leaderelection/resourcelock)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Optional

from .. import moments
from .journal import NAMESPACE

NAME = "migration"
#: Annotations: where the migration leads that the holder works for, and the phase that it is in.
TARGET = "ocp-day2.ovn-migration/target"
PHASE = "ocp-day2.ovn-migration/phase"


@dataclass(frozen=True)
class Lease:
    """``holder`` "" when nobody has it. ``body`` is the object as it was read, with its resourceVersion."""

    holder: str
    seconds: int
    acquired: Optional[datetime]
    renewed: Optional[datetime]
    transitions: int
    body: Mapping[str, Any]

    @classmethod
    def from_json(cls, lease: Mapping[str, Any]) -> Lease:
        """:raises ValueError: when a time in it is none"""
        spec = lease.get("spec") or {}
        return cls(
            holder=spec.get("holderIdentity") or "",
            seconds=int(spec.get("leaseDurationSeconds") or 0),
            acquired=_moment(spec.get("acquireTime")),
            renewed=_moment(spec.get("renewTime")),
            transitions=int(spec.get("leaseTransitions") or 0),
            body=lease,
        )

    @property
    def target(self) -> str:
        return self._annotation(TARGET)

    @property
    def phase(self) -> str:
        """The phase that the holder is in, "" between two phases."""
        return self._annotation(PHASE)

    def _annotation(self, name: str) -> str:
        return str(((self.body.get("metadata") or {}).get("annotations") or {}).get(name) or "")

    @property
    def expires(self) -> Optional[datetime]:
        """None when it does not say when it was renewed: such a Lease never expires by itself."""
        return None if self.renewed is None else self.renewed + timedelta(seconds=self.seconds)

    def expired(self, *, now: datetime) -> bool:
        return self.expires is not None and now >= self.expires

    def stands_against(self, holder: str, *, now: datetime) -> bool:
        """Whether somebody other than ``holder`` has it, and it has not expired."""
        return self.holder not in ("", holder) and not self.expired(now=now)

    def age(self, *, now: datetime) -> float:
        """Seconds since it was renewed; the whole duration when it does not say."""
        return float(self.seconds) if self.renewed is None else (now - self.renewed).total_seconds()

    def taken(self, *, by: str, seconds: int, now: datetime, target: str) -> dict[str, Any]:
        """The object once ``by`` has it; the number of transitions counts the changes of the holder."""
        times = {"acquireTime": moments.written_exactly(now), "renewTime": moments.written_exactly(now)}
        return self._with(
            {"holderIdentity": by, "leaseDurationSeconds": seconds, "leaseTransitions": self.transitions + 1, **times},
            {TARGET: target, PHASE: ""},
        )

    def kept(self, *, now: datetime, seconds: Optional[int] = None, target: str = "") -> dict[str, Any]:
        """The object renewed by its holder."""
        spec = {"renewTime": moments.written_exactly(now), "leaseDurationSeconds": seconds or self.seconds}
        return self._with(spec, {TARGET: target} if target else {})

    def in_phase(self, phase: str, *, now: datetime) -> dict[str, Any]:
        """The object renewed by its holder, who has gone on to ``phase``."""
        return self._with({"renewTime": moments.written_exactly(now)}, {PHASE: phase})

    def released(self) -> dict[str, Any]:
        return self._with({"holderIdentity": ""}, {PHASE: ""} if self.phase else {})

    def _with(self, spec: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
        body = copy.deepcopy(dict(self.body))
        metadata = dict(body.get("metadata") or {})
        if annotations:
            metadata["annotations"] = {**(metadata.get("annotations") or {}), **annotations}
        return {**body, "metadata": metadata, "spec": {**(body.get("spec") or {}), **spec}}

    def to_json(self, *, now: datetime) -> dict[str, Any]:
        return {
            "holder": self.holder or None,
            "held_since": _told(self.acquired),
            "renewed_at": _told(self.renewed),
            "expires_at": _told(self.expires),
            "expired": self.expired(now=now),
            "lease_seconds": self.seconds,
            "transitions": self.transitions,
            "phase": self.phase or None,
            "description": self.description(now=now),
        }

    def description(self, *, now: datetime) -> str:
        """One sentence about who has it and for how long."""
        if not self.holder:
            return "nobody has it"
        since = f" since {_told(self.acquired)}" if self.acquired else ""
        if self.renewed is None or self.expires is None:
            return f"{self.holder} has it{since}, without a time at which it expires"
        left = (self.expires - now).total_seconds()
        end = f"will have expired at {_told(self.expires)} (in {left:.0f} s)" if left > 0 else "has expired since"
        return f"{self.holder} has it{since}, renewed it last at {_told(self.renewed)}, and it {end}"


def first(*, holder: str, seconds: int, now: datetime, target: str) -> dict[str, Any]:
    """A new Lease, without ``apiVersion`` and ``kind``."""
    return {
        "metadata": {"name": NAME, "namespace": NAMESPACE, "annotations": {TARGET: target, PHASE: ""}},
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": seconds,
            "acquireTime": moments.written_exactly(now),
            "renewTime": moments.written_exactly(now),
            "leaseTransitions": 0,
        },
    }


def _moment(text: Optional[str]) -> Optional[datetime]:
    return moments.parsed(text) if text else None


def _told(moment: Optional[datetime]) -> Optional[str]:
    return moments.written(moment) if moment else None
