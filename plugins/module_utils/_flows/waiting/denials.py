# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of an API server that has only just started: which are repeated, and for how long.

Such a server denies everything until it has read its roles, and is not ready before that (kubernetes 1.27,
pkg/registry/rbac/rest, poststarthook/rbac/bootstrap-roles; apiserver, pkg/server/healthz, informer-sync). Its health
endpoints are never denied (apiserver, pkg/server/options/authorization.go). So one question tells it from a server that
means what it says, and a right that is really lacking costs no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..._cluster.failures import GONE
from ..._cluster.kinds import IMAGE_MIRRORS, IMAGE_POLICY, NODE, Kind
from ..._cluster.port import Access, Cluster
from ..._domain.errors import ClusterUnreachable, Forbidden, MigrationError, NotFound

#: Seconds after which a 403 or 404 is the answer.
LONGEST = 60.0
#: The same where the server is ready: a load balancer may have asked another one.
READY = 5.0
#: For so many seconds a server that was ready still is: who lists what a cluster may not have asks once.
REMEMBERED = 2.0
#: What only a 404 for an object says; one for a path says "page not found" or "could not find the requested resource".
ABSENT = '" not found'
#: What only a 403 says that no right has to do with (apiserver, pkg/admission/plugin/webhook/errors).
ADMISSION = "admission webhook"
#: Nobody has logged in: a client certificate or a token that a starting server knows, too.
NOBODY_AT_ALL = '"system:anonymous"'
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
#: Of these groups, and on some versions only.
OF_SOME_VERSIONS = frozenset({IMAGE_MIRRORS, IMAGE_POLICY})
#: A list of nodes that finds none, to see whether core kinds are served.
NOBODY = "ocp-day2.ovn-migration/nobody"
#: The method of the port that has a second way: each right is asked for where no rules are listed.
RULES = "rules"
#: Methods of the port to the verbs that they need; the others are allowed to everybody, or ask for more than one right.
VERBS = {
    "get": "get",
    "list": "list",
    "create": "create",
    "merge": "patch",
    "edit": "patch",
    "replace": "update",
    "delete": "delete",
}


@dataclass(frozen=True)
class Question:
    """What was asked: the method of the port, the kind and the object, where there are such."""

    verb: str
    kind: Optional[Kind] = None
    name: str = ""
    namespace: str = ""

    @property
    def access(self) -> Optional[Access]:
        """The right that it needs."""
        verb = VERBS.get(self.verb)
        if verb is None or self.kind is None:
            return None
        return Access(verb, self.kind, namespace=self.namespace, name="" if verb == "create" else self.name)


def everywhere(kind: Kind) -> bool:
    """Whether every cluster has it."""
    return kind.group in EVERYWHERE and kind not in OF_SOME_VERSIONS


class Denials:
    """What is known of 403s and 404s. One that is the answer costs no time, and no second look.

    :param cluster: asked for evidence, without patience
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._answers: set[tuple[Question, type[MigrationError]]] = set()
        self._serving_at = float("-inf")

    def patience(self, question: Question, error: MigrationError, *, now: float) -> float:
        """For how many seconds ``error`` is asked about again, from the first denial on; 0 when it is the answer.

        :param now: the clock's seconds
        """
        if (question, type(error)) in self._answers:
            return 0.0
        seconds = (
            self._of_right(question, error) if isinstance(error, Forbidden) else self._of_kind(question, error, now=now)
        )
        if not seconds:
            self.is_answer(question, error)
        return seconds

    def is_answer(self, question: Question, error: MigrationError) -> None:
        self._answers.add((question, type(error)))

    def answered(self, question: Question) -> None:
        self._answers.difference_update([(question, Forbidden), (question, NotFound)])

    def _of_right(self, question: Question, error: MigrationError) -> float:
        if ADMISSION in error.seen or NOBODY_AT_ALL in error.seen:
            return 0.0
        if not self._ready():
            return LONGEST
        if question.verb == RULES:
            return 0.0
        if question.access is None:
            return READY
        try:
            # Whoever is denied what he may do has asked another server, or a moment too early.
            return LONGEST if self._cluster.allowed(question.access) else 0.0
        except MigrationError:
            return READY

    def _of_kind(self, question: Question, error: MigrationError, *, now: float) -> float:
        """What the store does not have, no server finds a moment later. A kind that not every cluster has is not there,
        unless the API server has only just started."""
        if ABSENT in error.seen or error.seen.endswith(GONE):
            return 0.0
        if question.kind is None or everywhere(question.kind):
            return LONGEST
        if now - self._serving_at < REMEMBERED:
            return 0.0
        if not (self._ready() and self._serves_nodes()):
            return LONGEST
        self._serving_at = now
        return 0.0

    def _ready(self) -> bool:
        try:
            return self._cluster.ready()
        except MigrationError:
            return False

    def _serves_nodes(self) -> bool:
        try:
            self._cluster.list(NODE, labels=NOBODY)
        except (ClusterUnreachable, NotFound):
            return False
        except MigrationError:
            return True
        return True
