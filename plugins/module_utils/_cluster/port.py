# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the flows may ask of a cluster. Implemented by ``kubernetes.KubernetesCluster`` and by the tests' fake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional, Protocol

from .._domain.rules import Rule
from .kinds import Kind

Json = dict[str, Any]
#: What a JSON patch consists of.
Operations = Sequence[Mapping[str, Any]]
#: How many objects of a list come with one answer.
PAGE = 500
#: ``list[str]``, which inside a class with a method ``list`` would mean that method.
Lines = list[str]


@dataclass(frozen=True)
class Execution:
    """What a command run in a container has left; ``exit_code`` None when the stream broke off without one."""

    exit_code: Optional[int]
    output: str


@dataclass(frozen=True)
class Access:
    """One right, as a SelfSubjectAccessReview asks for it; on the object ``name`` only where one is given."""

    verb: str
    kind: Kind
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def title(self) -> str:
        resource = f"{self.kind.title}/{self.subresource}" if self.subresource else self.kind.title
        where = f" in namespace {self.namespace}" if self.namespace else ""
        which = f" {self.name}" if self.name else ""
        return f"{self.verb} {resource}{which}{where}"


class Getter(Protocol):
    """The part of ``Cluster`` that reads one object by its name."""

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json: ...


class Reader(Getter, Protocol):
    """The part of ``Cluster`` that reads."""

    def list(
        self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = ""
    ) -> list[Json]: ...

    def now(self) -> datetime: ...


class Cluster(Protocol):
    """The API of one cluster.

    Every method raises ``ClusterUnreachable``, ``Unauthorized``, ``Untrusted``, ``Misconfigured``, ``Forbidden``,
    ``NotFound``, ``Conflict`` or ``Rejected``; nothing else. None of them retries, and none takes longer than it may
    (``deadline.Bounds``). What they return has the shape of what was asked for: an object is a mapping with the
    metadata of that name.
    """

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        """``NotFound`` also when the cluster does not serve the kind and the credential may not know (403)."""

    def list(
        self,
        kind: Kind,
        *,
        namespace: Optional[str] = None,
        labels: str = "",
        fields: str = "",
    ) -> list[Json]:
        """All objects, read in pages; ``labels`` and ``fields`` are selectors as the API takes them."""

    def create(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json: ...

    def merge(self, kind: Kind, name: str, patch: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        """JSON merge patch (RFC 7386). It is safe to send twice."""

    def edit(self, kind: Kind, name: str, operations: Operations, *, namespace: Optional[str] = None) -> Json:
        """JSON patch (RFC 6902). Open it with ``test`` operations: when one does not hold, it raises ``Rejected``."""

    def replace(self, kind: Kind, body: Mapping[str, Any], *, namespace: Optional[str] = None) -> Json:
        """PUT of the whole object; ``Conflict`` when its ``metadata.resourceVersion`` is not the newest one."""

    def approve(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Json:
        """PUT to the subresource ``approval`` (certificate signing requests)."""

    def delete(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> None:
        """Ask for the deletion, which finalizers may hold up. An object that is gone already is no error."""

    def now(self) -> datetime:
        """The API server's clock, in UTC: the one that every client of the cluster shares. It is asked for only when no
        answer has told it a moment ago."""

    def execute(self, pod: str, command: Sequence[str], *, namespace: str, container: str, timeout: float) -> Execution:
        """
        :param command: it is written to the audit log of the API server, so no secret may be in it
        :param timeout: seconds for everything, from connecting to the end of the command
        """

    def log_tail(self, pod: str, *, namespace: str, container: str, lines: int) -> Lines: ...

    def ready(self) -> bool:
        """Whether ``/readyz`` answers ok; False also when it answers that the API server is not ready (5xx)."""

    def allowed(self, access: Access) -> bool: ...

    def rules(self, namespace: Optional[str] = None) -> tuple[Rule, ...]:
        """What the credential may surely do in ``namespace``; None for what it may do in all of them and outside.

        It may have rights that are not listed. Nothing is listed where what is might be denied all the same.
        """

    def discover(self, kind: str, api_version: str) -> Kind:
        """A kind that is not in ``kinds.py``, by what the API says it serves. Use ``dynamic.DynamicKinds``."""

    def oauth_token(self) -> bool:
        """Whether the credential is an access token of OpenShift's OAuth server; nothing is asked of the cluster."""

    def secrets(self) -> tuple[str, ...]:
        """What of the credential must not be written anywhere, in every form; nothing is asked of the cluster."""
