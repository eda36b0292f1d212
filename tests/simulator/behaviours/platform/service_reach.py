"""Whether kube-apiserver reaches a Service: it goes from the host of a control plane node over the pod network to one
of the pods (``--enable-aggregator-routing=true``, cluster-kube-apiserver-operator, bindata/assets/config)."""

from __future__ import annotations

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.selection import matches
from tests.simulator.behaviours.workloads.pod_index import PODS, on_host_network
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Object
from tests.simulator.store.webhooks import TIMEOUT


class ServiceReach:
    def __init__(self, world: World, *, machines: Machines, network: PodNetwork, control_plane: ControlPlane) -> None:
        self._world = world
        self._machines = machines
        self._network = network
        self._control_plane = control_plane

    def failure(self, namespace: str, name: str) -> str | None:
        """``store.webhooks.Reach``. Any of the API servers may get a request, so all of them must reach a pod. Pods
        without a network count as endpoints here; on a real cluster they are taken out once their probes have failed,
        and the answer is ``no endpoints available for service``, at once."""
        service = self._world.store.find("services", name, namespace=namespace)
        if service is None:
            return f'service "{name}" not found'
        selector = (service.get("spec") or {}).get("selector")
        pods = self._backing(namespace, selector) if selector else []
        if not pods:
            # a Service whose pods this simulator does not run
            return None if self._hosts_reach_pods and self._some_pod_answers else TIMEOUT
        if any(self._answers(pod) for pod in pods):
            return None
        return TIMEOUT

    def _backing(self, namespace: str, selector: dict[str, str]) -> list[Object]:
        found = self._world.store.list(PODS, namespace=namespace)
        return [pod for pod in found if matches({"matchLabels": selector}, pod["metadata"].get("labels"))]

    @property
    def _hosts_reach_pods(self) -> bool:
        return all(self._network.works_on(machine) for machine in self._servers)

    @property
    def _servers(self) -> list[Machine]:
        runs = self._control_plane.runs
        return [machine for machine in self._machines.masters if runs("kube-apiserver", machine.name)]

    @property
    def _some_pod_answers(self) -> bool:
        return any(self._network.works_on(machine) for machine in self._machines)

    def _answers(self, pod: Object) -> bool:
        machine = self._machines.get(pod["spec"].get("nodeName", ""))
        if machine is None or not machine.kubelet:
            return False
        return on_host_network(pod) or (self._network.works_on(machine) and self._hosts_reach_pods)
