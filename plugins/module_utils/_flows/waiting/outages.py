# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster that may be away for a while: one outage budget for every call, each outage reported.

While control-plane nodes reboot the API is gone for minutes (machine-config-operator 4.14,
docs/SingleNodeOpenShift.md; and any cluster whose control-plane nodes reboot together), and OAuth tokens cannot be
reviewed because oauth-apiserver needs the pod network. Neither is an error until it lasts too long.

An API server that has just started denies everything until it has read its roles (kubernetes 1.27,
plugin/pkg/auth/authorizer/rbac), and answers 404, or later on 503, for kinds that it does not serve yet
(staging/src/k8s.io/apiserver/pkg/util/notfoundhandler). See ``Denials``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional, TypeVar

from ..._cluster.kinds import Kind
from ..._cluster.port import Access, Cluster, Execution, Json, Lines, Operations
from ..._domain.errors import ClusterUnreachable, Conflict, Forbidden, MigrationError, NotFound, Unauthorized
from ..._domain.rules import Rule
from .clock import Clock
from .denials import Denials, Question

T = TypeVar("T")

#: Seconds between attempts while the API is away: quick at first, since most resets last a moment.
FIRST_KNOCK = 0.25
KNOCK_EVERY = 2.0
#: Seconds for a command when no time is left.
LAST_LOOK = 1.0
#: Seconds before each repeat of a patch that ran into somebody else's write.
CONFLICT_PAUSES = (0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Outage:
    """One time without the API. ``seconds`` is None while it has not ended."""

    since: str
    seconds: Optional[float]
    seen: str

    def to_json(self) -> dict[str, Any]:
        return {"since": self.since, "seconds": self.seconds, "seen": self.seen}


class RetryingCluster:
    """``port.Cluster`` that asks again while the API is away, for ``budget`` seconds per outage at most.

    :param tolerate_unauthorized: take 401 for an outage too; only for work between the flip and the last reboot
    :param lasts: seconds from now that no command outlasts; the last look of a wait, when they are over, is a short one
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        clock: Clock,
        budget: float,
        tolerate_unauthorized: bool = False,
        lasts: Optional[float] = None,
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._budget = budget
        self._tolerate_unauthorized = tolerate_unauthorized
        self._ends = clock.monotonic() + lasts if lasts else None
        self._denials = Denials(cluster)
        self.outages: list[Outage] = []

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        return self._patiently(
            Question("get", kind, name, namespace or ""), lambda: self._cluster.get(kind, name, namespace=namespace)
        )

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        return self._patiently(
            Question("list", kind, namespace=namespace or ""),
            lambda: self._cluster.list(kind, namespace=namespace, labels=labels, fields=fields),
        )

    def create(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        return self._patiently(
            Question("create", kind, namespace=namespace or ""),
            lambda: self._cluster.create(kind, body, namespace=namespace),
        )

    def merge(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        """Repeated on a conflict, too: a merge patch without resourceVersion says what to set, whoever wrote before."""
        for pause in CONFLICT_PAUSES:
            try:
                return self._patiently(
                    Question("merge", kind, name, namespace or ""),
                    lambda: self._cluster.merge(kind, name, patch, namespace=namespace),
                )
            except Conflict:
                self._clock.sleep(pause)
        return self._patiently(
            Question("merge", kind, name, namespace or ""),
            lambda: self._cluster.merge(kind, name, patch, namespace=namespace),
        )

    def edit(self, kind: Kind, name: str, operations: Operations, *, namespace: Optional[str] = None) -> Json:
        """Sent again after an outage: its ``test`` operations tell whether the first attempt had arrived."""
        return self._patiently(
            Question("edit", kind, name, namespace or ""),
            lambda: self._cluster.edit(kind, name, operations, namespace=namespace),
        )

    def replace(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        """Not repeated on a conflict: whoever replaces an object has to look at it first."""
        return self._patiently(
            Question("replace", kind, body["metadata"]["name"], namespace or ""),
            lambda: self._cluster.replace(kind, body, namespace=namespace),
        )

    def approve(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Json:
        return self._patiently(Question("approve", kind, name), lambda: self._cluster.approve(kind, name, body))

    def delete(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> None:
        self._patiently(
            Question("delete", kind, name, namespace or ""),
            lambda: self._cluster.delete(kind, name, namespace=namespace),
        )

    def now(self) -> datetime:
        return self._patiently(Question("now"), self._cluster.now)

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        """Not repeated: only the caller knows whether a command may run twice."""
        left = timeout if self._ends is None else self._ends - self._clock.monotonic()
        within = min(timeout, max(left, LAST_LOOK))
        return self._cluster.execute(pod, command, namespace=namespace, container=container, timeout=within)

    def log_tail(self, pod: str, *, namespace: str, container: str, lines: int) -> Lines:
        """Not repeated: a log comes from the node's kubelet, and one that is down answers like an API that is down."""
        return self._cluster.log_tail(pod, namespace=namespace, container=container, lines=lines)

    def ready(self) -> bool:
        return self._patiently(Question("ready"), self._cluster.ready)

    def allowed(self, access: Access) -> bool:
        return self._patiently(Question("allowed", access.kind), lambda: self._cluster.allowed(access))

    def rules(self, namespace: Optional[str] = None) -> tuple[Rule, ...]:
        return self._patiently(Question("rules"), lambda: self._cluster.rules(namespace))

    def discover(self, kind: str, api_version: str) -> Kind:
        return self._patiently(Question("discover", name=kind), lambda: self._cluster.discover(kind, api_version))

    def oauth_token(self) -> bool:
        return self._cluster.oauth_token()

    def secrets(self) -> tuple[str, ...]:
        return self._cluster.secrets()

    def _patiently(self, question: Question, call: Callable[[], T]) -> T:
        try:
            answer = call()
        except (ClusterUnreachable, Forbidden, NotFound) as error:
            patience = self._patience(question, error)
            if not patience:
                raise
            return self._outlast(question, call, first=error, patience=patience)
        self._denials.answered(question)
        return answer

    def _outlast(self, question: Question, call: Callable[[], T], *, first: MigrationError, patience: float) -> T:
        began = denied_since = self._clock.monotonic()
        place = len(self.outages)
        self.outages.append(Outage(since=self._clock.timestamp(), seconds=None, seen=first.seen))
        last, pause = first, FIRST_KNOCK
        while (left := min(began + self._budget, denied_since + patience) - self._clock.monotonic()) > 0:
            self._clock.sleep(min(pause, left))
            pause = min(pause * 2, KNOCK_EVERY)
            try:
                answer = call()
            except (ClusterUnreachable, Forbidden, NotFound) as error:
                patience = self._patience(question, error)
                if not patience:
                    self._close(place, began=began)
                    raise
                if _denied(error) and not _denied(last):
                    denied_since = self._clock.monotonic()
                last = error
            except Exception:
                self._close(place, began=began)
                raise
            else:
                self._close(place, began=began)
                self._denials.answered(question)
                return answer
        if _denied(last):
            self._denials.is_answer(question, last)
            self._close(place, began=began)
        raise type(last)(
            tried=last.tried,
            seen=f"{last.seen}; for {self._clock.monotonic() - began:.0f} s now",
            remedy=last.remedy,
            facts=last.facts if _denied(last) else {"outage_budget_seconds": self._budget},
        )

    def _patience(self, question: Question, error: MigrationError) -> float:
        """For how many seconds it may have another answer soon; 0 when it is the answer."""
        if _denied(error):
            now = self._clock.monotonic()
            return self._denials.patience(question, error, now=now) if self._budget > 0 else 0.0
        return math.inf if self._tolerate_unauthorized or not isinstance(error, Unauthorized) else 0.0

    def _close(self, place: int, *, began: float) -> None:
        outage = self.outages[place]
        seconds = round(self._clock.monotonic() - began, 1)
        self.outages[place] = Outage(since=outage.since, seconds=seconds, seen=outage.seen)


def _denied(error: MigrationError) -> bool:
    return isinstance(error, (Forbidden, NotFound))
