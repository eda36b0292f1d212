# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate signing requests that nodes wait for: reported, and approved when that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ..._cluster import readers
from ..._cluster.kinds import SIGNER, SIGNING_REQUEST
from ..._cluster.port import Access, Cluster, Json
from ..._cluster.signing_requests import require_cryptography, signing_request
from ..._domain.errors import Conflict, Forbidden, NotFound, Rejected
from ..._domain.reboot.csr import USAGES, Decision, decision, pending
from ..._domain.rights import APPROVE
from ..._domain.verdicts import counted, listed
from ..rights import lacking, require_rights
from ..waiting.clock import Clock

#: Seconds between two looks; kubelets ask again, and for one certificate after the other.
LOOK_EVERY = 10.0
RIGHTS = (Access("list", SIGNING_REQUEST), Access("update", SIGNING_REQUEST, subresource="approval"))


def approval_of(signer: str) -> Access:
    return Access("approve", SIGNER, name=signer)


@dataclass
class CsrApprover:
    """
    :param approve: whether to approve what a kubelet of this cluster asks for
    """

    cluster: Cluster
    clock: Clock
    approve: bool = False
    approved: list[Decision] = field(default_factory=list)
    #: what was pending at the last look, and was not approved; None when it cannot be read
    waiting: Optional[list[Decision]] = field(default_factory=list)
    #: why the requests cannot be read, or some of them not be approved
    troubles: dict[str, str] = field(default_factory=dict)
    _looked: Optional[float] = None

    def prepare(self) -> None:
        """To be called before anything is done.

        :raises MigrationError: when requests are to be approved and cannot be
        """
        if not self.approve:
            return
        require_cryptography()
        require_rights(
            self.cluster,
            (*RIGHTS, *self._unsigned()),
            tried="approve certificate signing requests",
            remedy=f"{APPROVE}, or leave approve_csrs off",
        )

    def _unsigned(self) -> list[Access]:
        """As the admission of approvals asks: for the signer, then for all of its domain (kubernetes 1.27,
        plugin/pkg/admission/certificates/util.go, ``IsAuthorizedForSignerName``)."""
        unsigned = lacking(self.cluster, map(approval_of, sorted(USAGES)))
        domains = {right: approval_of(f"{right.name.partition('/')[0]}/*") for right in unsigned}
        without = lacking(self.cluster, domains.values())
        return [right for right, domain in domains.items() if domain in without]

    def observe(self, *, now: bool = False) -> None:
        """Read, judge, approve; not more often than every ``LOOK_EVERY`` seconds unless ``now``."""
        moment = self.clock.monotonic()
        if not now and self._looked is not None and moment - self._looked < LOOK_EVERY:
            return
        self._looked = moment
        try:
            found = [request for request in self.cluster.list(SIGNING_REQUEST) if pending(request)]
        except (Forbidden, NotFound) as error:
            self.waiting = None
            self.troubles[""] = f"Pending certificate signing requests could not be read: {error.seen}"
            return
        # An API server that has just started denies everything until it has read its roles.
        self.troubles.clear()
        nodes = readers.nodes(self.cluster) if found else []
        judged = [(request, decision(signing_request(request), nodes=nodes)) for request in found]
        self.waiting = [judgment for request, judgment in judged if not self._approved(request, judgment)]

    def hint(self, node: str) -> str:
        """What to add to the last known state of a node."""
        names = [found.request.name for found in self.waiting or () if found.node == node and found.approvable]
        return f"; its certificate requests wait for approval: {', '.join(names)}" if names else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What nobody would notice otherwise: a Ready node without a serving certificate gives no logs, and no exec."""
        names = [found.request.name for found in self.waiting or () if found.approvable]
        left = (
            [
                f"{counted(len(names), 'certificate signing request')} of this cluster's nodes wait for approval: "
                f"{listed(names)}. Approve them with approve_csrs, or with: oc adm certificate approve NAME"
            ]
            if names
            else []
        )
        return (*self.troubles.values(), *left)

    def to_json(self) -> dict[str, Any]:
        return {
            "pending_csrs": None if self.waiting is None else [found.to_json() for found in self.waiting],
            "approved_csrs": [found.to_json() for found in self.approved],
        }

    def _approved(self, request: Json, found: Decision) -> bool:
        """Somebody else may be quicker, or have changed it: the version that was read is the one that is approved."""
        if not (self.approve and found.approvable):
            return False
        try:
            self.cluster.approve(SIGNING_REQUEST, found.request.name, self._approval(request, found))
        except (Conflict, NotFound):
            return True
        except (Forbidden, Rejected) as error:
            name = found.request.name
            self.troubles[name] = f"Certificate signing request {name} could not be approved: {error.seen}"
            return False
        self.approved.append(found)
        return True

    def _approval(self, request: Mapping[str, Any], found: Decision) -> Json:
        stamp = self.clock.timestamp()
        condition = {
            "type": "Approved",
            "status": "True",
            "reason": "RebootedNode",
            "message": f"Node {found.node} of this cluster asks for its own certificate while it is being rebooted.",
            "lastUpdateTime": stamp,
            "lastTransitionTime": stamp,
        }
        status = {**(request.get("status") or {}), "conditions": [condition]}
        return {**request, "status": status}
