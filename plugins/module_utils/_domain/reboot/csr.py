# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a certificate signing request is one that a kubelet of this cluster makes.

A kubelet whose certificate has expired while its node was down asks for a new one, and the node is not Ready until
somebody has approved it. Approving a wrong one hands out a node's rights, so this is narrow: everything is checked that
Kubernetes checks (kubernetes 1.27, pkg/apis/certificates/helpers.go, ValidateKubeletClientCSR and
ValidateKubeletServingCSR) and what the cluster-machine-approver checks beside it (4.14, pkg/controller/csr_check.go),
with the cluster's own nodes in the place of its machines.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..nodes import Node

CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
SERVING = "kubernetes.io/kubelet-serving"
BOOTSTRAPPER = "system:serviceaccount:openshift-machine-config-operator:node-bootstrapper"
NODE_PREFIX = "system:node:"
NODES = "system:nodes"

#: With an RSA key and with any other; kubelets ask for nothing else (kubernetes 1.27, pkg/kubelet/certificate).
USAGES = {
    CLIENT: (
        frozenset({"digital signature", "key encipherment", "client auth"}),
        frozenset({"digital signature", "client auth"}),
    ),
    SERVING: (
        frozenset({"digital signature", "key encipherment", "server auth"}),
        frozenset({"digital signature", "server auth"}),
    ),
}


@dataclass(frozen=True)
class RequestedCertificate:
    """What the PKCS#10 request asks for. ``others`` names what a kubelet never puts in: other attributes of the
    subject, other kinds of names, other extensions."""

    common_name: str
    organizations: tuple[str, ...]
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    signed: bool = True


@dataclass(frozen=True)
class SigningRequest:
    """``unreadable`` says why there is no ``content``."""

    name: str
    signer: str
    requestor: str
    usages: tuple[str, ...]
    created: str
    pending: bool
    content: Optional[RequestedCertificate] = None
    unreadable: str = ""

    @classmethod
    def from_json(
        cls, request: Mapping[str, Any], *, content: Optional[RequestedCertificate] = None, unreadable: str = ""
    ) -> SigningRequest:
        """:param content: what is in ``spec.request``, which somebody else has parsed"""
        metadata, spec = request["metadata"], request["spec"]
        return cls(
            name=metadata["name"],
            signer=spec.get("signerName", ""),
            requestor=spec.get("username", ""),
            usages=tuple(spec.get("usages") or ()),
            created=metadata.get("creationTimestamp", ""),
            pending=pending(request),
            content=content,
            unreadable=unreadable,
        )


def pending(request: Mapping[str, Any]) -> bool:
    """Neither approved, nor denied, nor failed."""
    return not ((request.get("status") or {}).get("conditions") or ())


@dataclass(frozen=True)
class Decision:
    """``node`` is the node of this cluster that it is for; ``against`` is empty when it may be approved."""

    request: SigningRequest
    node: Optional[str]
    against: str

    @property
    def approvable(self) -> bool:
        return not self.against

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.request.name,
            "signer": self.request.signer,
            "requestor": self.request.requestor,
            "created_at": self.request.created,
            "node": self.node,
            "approvable": self.approvable,
            "reason": self.against or f"a kubelet's request for node {self.node} of this cluster",
        }


def decision(request: SigningRequest, *, nodes: Sequence[Node]) -> Decision:
    """
    :param nodes: all nodes of the cluster
    """
    known = {node.name: node for node in nodes}
    content = request.content
    name = _node_of(content.common_name if content else request.requestor)
    node = known.get(name or "")
    if request.signer not in USAGES:
        against = f"a kubelet asks for no certificate of {request.signer or 'no signer'}"
    elif content is None:
        against = f"what it asks for cannot be read: {request.unreadable or 'it is empty'}"
    elif node is None:
        against = f"its subject {content.common_name!r} is no node of this cluster"
    else:
        against = _against(request, content, node) or _against_names(request, content, node=node, nodes=nodes)
    return Decision(request, node.name if node else None, against)


def _node_of(user: str) -> Optional[str]:
    return user[len(NODE_PREFIX) :] if user.startswith(NODE_PREFIX) else None


def _against(request: SigningRequest, content: RequestedCertificate, node: Node) -> str:
    """What speaks against a request for a known node, or nothing."""
    itself = request.requestor == f"{NODE_PREFIX}{node.name}"
    if not itself and not (request.signer == CLIENT and request.requestor == BOOTSTRAPPER):
        return f"{request.requestor or 'nobody'} may not ask for a certificate of node {node.name}"
    if content.organizations != (NODES,):
        return f"its organization is {', '.join(content.organizations) or 'missing'}, not {NODES}"
    if frozenset(request.usages) not in USAGES[request.signer]:
        return f"its usages are not those of a kubelet: {', '.join(request.usages) or 'none'}"
    if content.others:
        return f"it asks for more than a kubelet does: {', '.join(content.others)}"
    if not content.signed:
        return "its signature does not fit its key"
    return ""


def _against_names(request: SigningRequest, content: RequestedCertificate, *, node: Node, nodes: Sequence[Node]) -> str:
    """A node reports its addresses itself, so one that is another node's, too, does not count as its own."""
    names = (*content.dns_names, *content.addresses)
    if request.signer == CLIENT:
        return f"a client certificate has no names of hosts: {', '.join(names)}" if names else ""
    if not names:
        return "a serving certificate needs the name of a host"
    others = frozenset[str]().union(*(_names(other) for other in nodes if other.name != node.name))
    foreign = [name for name in names if _canonical(name) not in _names(node) - others]
    return f"{', '.join(foreign)} is no address of node {node.name} alone" if foreign else ""


def _names(node: Node) -> frozenset[str]:
    return frozenset({node.name.lower(), *(_canonical(address) for address in node.addresses)})


def _canonical(name: str) -> str:
    """An address in its one spelling, a host's name in small letters."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()
