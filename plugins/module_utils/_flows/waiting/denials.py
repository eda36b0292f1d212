# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of an API server that has only just started: which are repeated, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..._cluster.kinds import NODE, Kind
from ..._cluster.port import Cluster
from ..._domain.errors import ClusterUnreachable, Forbidden, MigrationError, NotFound
from .clock import Clock

#: Seconds after which a 403 or 404 is the answer.
LONGEST = 60.0
#: What only a 404 for an object says; one for a path says "page not found" or "could not find the requested resource".
ABSENT = '" not found'
#: Groups whose kinds every cluster has, so that a 404 for their path comes from a server that does not serve them yet.
EVERYWHERE = frozenset(
    {
        "",
        "apiregistration.k8s.io",
        "apps",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "config.openshift.io",
        "coordination.k8s.io",
        "machineconfiguration.openshift.io",
        "operator.openshift.io",
    }
)
#: Seconds for which a server that was ready counts as ready, so that it is not asked again for each of many 404s.
READY_LASTS = 2.0
#: A list of nodes that finds none, to see whether core kinds are served.
NOBODY = "ocp-day2.ovn-migration/nobody"


@dataclass(frozen=True)
class Question:
    """What was asked: the method of the port, the kind and the object, where there are such."""

    verb: str
    kind: Optional[Kind] = None
    name: str = ""


class Denials:
    """What is known of 403s and 404s. One that has lasted is the answer from then on, and costs no time again.

    :param cluster: asked for evidence, without patience
    """

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock
        self._lasting: set[Question] = set()
        self._ready_at: Optional[float] = None

    def may_pass(self, question: Question, error: MigrationError) -> bool:
        """Whether ``error`` is to be asked about again. That an object is absent, or a kind that not every cluster has,
        is an answer, unless there is evidence that the API server has only just started."""
        if question in self._lasting:
            return False
        if isinstance(error, Forbidden):
            return True
        served = question.kind is None or question.kind.group in EVERYWHERE
        return (served and ABSENT not in error.seen) or self._starting()

    @staticmethod
    def end(now: float) -> float:
        """When a denial that began at ``now`` has lasted."""
        return now + LONGEST

    def lasting(self, question: Question) -> None:
        self._lasting.add(question)

    def answered(self, question: Question) -> None:
        self._lasting.discard(question)

    def unreachable(self) -> None:
        """After an outage another server may answer, and one that has only just started."""
        self._ready_at = None

    def _starting(self) -> bool:
        now = self._clock.monotonic()
        if self._ready_at is not None and now - self._ready_at <= READY_LASTS:
            return False
        starting = self._looks_like_starting()
        self._ready_at = None if starting else now
        return starting

    def _looks_like_starting(self) -> bool:
        try:
            if not self._cluster.ready():
                return True
            self._cluster.list(NODE, labels=NOBODY)
        except (ClusterUnreachable, NotFound):
            return True
        except MigrationError:
            return False
        return False
