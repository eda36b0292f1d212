"""The node side of exec and log: commands in a container, or by ssh on the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.shell.environment import Environment, Session, Site
from tests.simulator.behaviours.shell.interpreter import PROGRAMS, run
from tests.simulator.behaviours.shell.power_programs import POWER, pretended
from tests.simulator.behaviours.workloads.pod_index import PODS
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult, Object
from tests.simulator.store.errors import ApiError, BadRequest, NotFound
from tests.simulator.topology import NodePlan


class NodeShells:
    """``ports.Kubelet``."""

    def __init__(
        self, world: World, *, machines: Machines, plans: Mapping[str, NodePlan], control_plane: ControlPlane
    ) -> None:
        self._world = world
        self._machines = machines
        self._site = Site(world, machines, plans, control_plane)

    def exec(self, *, namespace: str, pod: str, container: str, command: list[str], stdin: str = "") -> ExecResult:
        """Run a command. Unknown ones end with 127 and the words of the shell."""
        found, machine = self._reach(namespace, pod)
        container = _container(found, container)
        if not _runs(found, container):
            raise ApiError(500, "InternalError", f'unable to upgrade connection: container not found ("{container}")')
        faults = self._world.faults
        if faults.active("exec_ignored", machine.name) and POWER.intersection(command):
            faults.strike("exec_ignored", machine.name)
            return ExecResult(stderr=pretended(self._world, command))
        environment = Environment(self._site, machine, Session(stdin), known=PROGRAMS, pod=found, container=container)
        result = run(environment, command)
        if faults.strike("exec_dropped", machine.name):
            return replace(result, dropped=True)
        return result

    def login(self, node: str, *, user: str, command: str) -> ExecResult:
        """Run a command line on a node that is up, as its ssh server does: in the user's shell, on the host."""
        machine, faults = self._machines[node], self._world.faults
        if faults.active("exec_ignored", node) and POWER.intersection(command.split()):
            faults.strike("exec_ignored", node)
            return ExecResult(stderr=pretended(self._world, [command]))
        environment = Environment(self._site, machine, Session(), known=PROGRAMS, on_host=True, user=user)
        return run(environment, ["bash", "-c", command])

    def logs(self, *, namespace: str, pod: str, container: str) -> list[str]:
        found, machine = self._reach(namespace, pod)
        container = _container(found, container)
        if container == "machine-config-daemon":
            return list(machine.log)
        return [f"{container} of {namespace}/{pod} started on {machine.name}"]

    def _reach(self, namespace: str, pod: str) -> tuple[Object, Machine]:
        found = self._world.store.find(PODS, pod, namespace=namespace)
        if found is None:
            raise NotFound("pods", pod)
        node = found["spec"].get("nodeName")
        if not node:
            raise BadRequest(f"pod {pod} does not have a host assigned")
        machine = self._machines.get(node)
        if machine is None or not machine.kubelet:
            address = _address(self._world.store.find(NODES, node) or {})
            message = f"error dialing backend: dial tcp {address}:10250: connect: connection refused"
            raise ApiError(500, "", message)
        return found, machine


def _container(pod: Object, name: str) -> str:
    names = [container["name"] for container in pod["spec"]["containers"]]
    if not name:
        return str(names[0])
    if name not in names:
        raise BadRequest(f"container {name} is not valid for pod {pod['metadata']['name']}")
    return name


def _runs(pod: Object, container: str) -> bool:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(status["name"] == container and "running" in status["state"] for status in statuses)


def _address(node: Object) -> str:
    addresses = (node.get("status") or {}).get("addresses") or ()
    return next((str(entry["address"]) for entry in addresses if entry["type"] == "InternalIP"), "10.0.0.1")
