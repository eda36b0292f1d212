"""Certificate signing requests of kubelets whose certificates have expired, and the controller that signs.

A kubelet without a valid certificate asks for one as the bootstrapper, tells the API nothing of its boot until it has
it, and then asks for its serving certificate as itself (kubernetes 1.27, pkg/kubelet/certificate). Nobody approves them
here, as when the cluster-machine-approver does not work.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import simpy

from tests.simulator.behaviours.hosts.machines import Machine
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.world import World
from tests.simulator.certificates import Authority, signing_request
from tests.simulator.clock import Process
from tests.simulator.faults import Fault
from tests.simulator.ports import Change, Object

REQUESTS = "certificatesigningrequests.certificates.k8s.io"
BOOTSTRAPPER = "system:serviceaccount:openshift-machine-config-operator:node-bootstrapper"
_SIGNER = "system:serviceaccount:kube-system:certificate-controller"
_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
_SERVING = "kubernetes.io/kubelet-serving"
_NODES = ("system:nodes",)


class SigningRequests:
    """Kubelets ask here (with the fault ``csr_pending``); what is approved is signed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._authority: Authority | None = None
        self._waiting: dict[str, simpy.Event] = {}
        self._loop = Loop(world, self._sign, delay="csr_sign")
        world.watch(self._changed, REQUESTS)
        world.faults.on_change(self._fault_changed)

    def client_certificate(self, machine: Machine) -> Process:
        """Wait until the machine's kubelet may talk to the API: with a certificate that is out of date, for somebody's
        approval."""
        if self._world.faults.active("csr_pending", machine.name) is None:
            return
        name = self._ask(
            signer=_CLIENT,
            requestor=BOOTSTRAPPER,
            usages=["digital signature", "client auth"],
            request=signing_request(user=f"system:node:{machine.name}", groups=_NODES),
        )
        self._waiting[name] = issued = self._world.clock.event()
        yield issued

    def serving_certificate(self, machine: Machine, *, address: str) -> None:
        if self._world.faults.active("csr_pending", machine.name) is not None:
            user = f"system:node:{machine.name}"
            self._ask(
                signer=_SERVING,
                requestor=user,
                usages=["digital signature", "server auth"],
                request=signing_request(user=user, groups=_NODES, names=(machine.name, address)),
            )

    def _ask(self, *, signer: str, requestor: str, usages: Sequence[str], request: bytes) -> str:
        groups = ["system:serviceaccounts" if "serviceaccount" in requestor else "system:nodes", "system:authenticated"]
        spec = {
            "groups": groups,
            "request": base64.b64encode(request).decode(),
            "signerName": signer,
            "usages": list(usages),
            "username": requestor,
        }
        body = {"metadata": {"generateName": "csr-"}, "spec": spec, "status": {}}
        made = self._world.store.create(REQUESTS, body, actor=requestor)
        return str(made["metadata"]["name"])

    # the signer

    def _changed(self, change: Change) -> None:
        if change.type != "DELETED" and _approved(change.object) and not _certificate(change.object):
            self._loop.note(change.object["metadata"]["name"])

    def _sign(self, name: str) -> None:
        request = self._world.store.find(REQUESTS, name)
        if request is None or not _approved(request) or _certificate(request):
            return
        self._authority = self._authority or Authority(common_name="kube-csr-signer")
        certificate = self._authority.sign(base64.b64decode(request["spec"]["request"]))
        status = {**request["status"], "certificate": base64.b64encode(certificate).decode()}
        self._world.store.patch(REQUESTS, name, {"status": status}, actor=_SIGNER, subresource="status")
        issued = self._waiting.pop(name, None)
        if issued is not None:
            issued.succeed()

    # requests that no kubelet of this cluster makes

    def _fault_changed(self, fault: Fault, added: bool) -> None:
        if fault.kind == "csr_foreign" and added:
            node = fault.target or min(self._names())
            self._world.clock.after(0.0, lambda: self._ask_wrongly(node))

    def _ask_wrongly(self, node: str) -> None:
        """A node that is not there, a group that is nobody's to ask for, another host's name, somebody else's request,
        and a user's own."""
        user, client, server = f"system:node:{node}", ["digital signature", "client auth"], "server auth"
        serving = ["digital signature", server]
        intruder = signing_request(user="system:node:intruder", groups=_NODES)
        master = signing_request(user=user, groups=("system:masters",))
        elsewhere = signing_request(user=user, groups=_NODES, names=("kubernetes.default.svc",))
        itself = signing_request(user=user, groups=_NODES, names=(node,))
        person = signing_request(user="developer", groups=())
        self._ask(signer=_CLIENT, requestor=BOOTSTRAPPER, usages=client, request=intruder)
        self._ask(signer=_CLIENT, requestor=BOOTSTRAPPER, usages=client, request=master)
        self._ask(signer=_SERVING, requestor=user, usages=serving, request=elsewhere)
        self._ask(signer=_SERVING, requestor="system:node:intruder", usages=serving, request=itself)
        self._ask(signer="kubernetes.io/kube-apiserver-client", requestor="developer", usages=client, request=person)

    def _names(self) -> list[str]:
        return [str(node["metadata"]["name"]) for node in self._world.store.list("nodes")]


def _approved(request: Object) -> bool:
    conditions = (request.get("status") or {}).get("conditions") or ()
    return any(condition["type"] == "Approved" for condition in conditions)


def _certificate(request: Object) -> str:
    return str((request.get("status") or {}).get("certificate") or "")
