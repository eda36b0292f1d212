"""A whole simulated cluster: the store with its seed, and everything that acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tests.simulator.behaviours.cno.operator import NetworkOperator
from tests.simulator.behaviours.cno.proxy import ProxyConfig
from tests.simulator.behaviours.cno.rendering import Rendering
from tests.simulator.behaviours.cno.status import StatusManager
from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.conditions import is_true
from tests.simulator.behaviours.hosts.machines import Machines
from tests.simulator.behaviours.machine_api.autoscaler import ClusterAutoscaler
from tests.simulator.behaviours.machine_api.controllers import MachineApi
from tests.simulator.behaviours.machine_api.health_checks import MachineHealthChecks
from tests.simulator.behaviours.mco.daemon import Daemons
from tests.simulator.behaviours.mco.drain import DrainController
from tests.simulator.behaviours.mco.membership import Membership
from tests.simulator.behaviours.mco.node_controller import NodeController
from tests.simulator.behaviours.mco.operator import MachineConfigOperator
from tests.simulator.behaviours.mco.rendering import RenderController, TemplateController
from tests.simulator.behaviours.nodes.kubelet import Kubelets
from tests.simulator.behaviours.nodes.lifecycle import NodeLifecycle
from tests.simulator.behaviours.nodes.multus import MultusDaemons
from tests.simulator.behaviours.nodes.nmstate import NetworkPolicies, NetworkStates
from tests.simulator.behaviours.platform.apiservices import APISERVICES, ApiServices
from tests.simulator.behaviours.platform.cluster_operators import ClusterOperators, ClusterVersionOperator
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.platform.installer import Installer
from tests.simulator.behaviours.platform.namespaces import Namespaces
from tests.simulator.behaviours.platform.plugin_controllers import PluginControllers
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.platform.service_reach import ServiceReach
from tests.simulator.behaviours.platform.signing_requests import SigningRequests
from tests.simulator.behaviours.platform.static_pods import StaticPodOperators
from tests.simulator.behaviours.shell.node_shells import NodeShells
from tests.simulator.behaviours.workloads.daemonsets import DaemonSets
from tests.simulator.behaviours.workloads.deployments import Deployments, ReplicaSets, Scheduler
from tests.simulator.behaviours.workloads.disruption_budgets import DisruptionBudgets
from tests.simulator.behaviours.workloads.pod_index import PodIndex
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Clock
from tests.simulator.durations import Durations
from tests.simulator.faults import Fault, Faults, parse_fault
from tests.simulator.options import Options
from tests.simulator.ports import ApiGate, Kubelet
from tests.simulator.profiles import Profile, profile_for
from tests.simulator.record.disruptions import Disruptions
from tests.simulator.seed import builtin_resources, seed
from tests.simulator.store.objects import ObjectStore
from tests.simulator.topology import topology


@dataclass(frozen=True)
class AuthenticatorState:
    """What authentication depends on beyond the API server itself."""

    store: ObjectStore

    @property
    def oauth_available(self) -> bool:
        """OAuth access tokens are looked up behind the aggregated API ``v1.oauth.openshift.io``."""
        service = self.store.find(APISERVICES, "v1.oauth.openshift.io")
        return service is not None and is_true((service.get("status") or {}).get("conditions"), "Available")


class SimulatedCluster:
    """One cluster, settled and about a month old when the constructor returns.

    Everything happens on ``clock``: pump it, or advance it in a test. ``durations`` overrides what the options say.
    """

    def __init__(self, options: Options, *, start: datetime | None = None, durations: Durations | None = None) -> None:
        self.options = options
        self.profile: Profile = profile_for(options.ocp)
        self.topology = topology(options)
        self.clock = Clock(speed=options.speed, start=start or datetime.now(UTC))
        self.world = World(
            options=options,
            profile=self.profile,
            clock=self.clock,
            durations=durations or _durations(options),
        )
        self.store = ObjectStore(now=self.world.now, seed=options.seed)
        self.world.store = self.store
        self._seed()
        self._install_behaviours()
        self.clock.settle()
        self.world.installed()
        self.clock.start()
        for text in options.faults:
            self.faults.add(parse_fault(text))

    # what others use

    @property
    def gate(self) -> ApiGate:
        return self.world.gate

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def disruptions(self) -> Disruptions:
        return self.world.disruptions

    @property
    def kubelet(self) -> Kubelet:
        return self._shells

    @property
    def authenticator_state(self) -> AuthenticatorState:
        return AuthenticatorState(self.store)

    def webhook_failure(self, namespace: str, name: str) -> str | None:
        """Why the API server cannot reach a Service (``store.webhooks.Reach``)."""
        return self.world.webhook_failure(namespace, name)

    @property
    def machines(self) -> Machines:
        return self._machines

    # building

    def _seed(self) -> None:
        for resource in builtin_resources(self.profile):
            self.store.declare(resource)
        seed(self.store, options=self.options, profile=self.profile, now=self.clock.now())

    def _install_behaviours(self) -> None:
        world = self.world
        self._machines = machines = Machines(world)
        for plan in self.topology.nodes:
            node = self.store.get("nodes", plan.name)
            machine = machines.add(plan.name, master=plan.is_master, boot_id=node["status"]["nodeInfo"]["bootID"])
            machine.bridge = self.profile.initial_network_type == "OVNKubernetes"
        control_plane = ControlPlane(world, machines)
        pods = PodIndex(world)
        network = PodNetwork(world, machines)
        services = ServiceReach(world, machines=machines, network=network, control_plane=control_plane)
        world.webhook_failure = services.failure
        kubelets = Kubelets(
            world,
            machines=machines,
            network=network,
            control_plane=control_plane,
            pods=pods,
            requests=SigningRequests(world),
        )
        for node in self.store.list("nodes"):
            kubelets.adopt(node)
        MultusDaemons(world, machines=machines, network=network, kubelets=kubelets, pods=pods)
        NodeLifecycle(world, machines=machines, pods=pods)
        NetworkStates(world, machines=machines, kubelets=kubelets, network=network, topology=self.topology)
        NetworkPolicies(world)
        self._install_workload_controllers(pods)
        components = Components(world, pods=pods, kubelets=kubelets, network=network, machines=machines)
        self._install_machine_config(components, pods=pods, kubelets=kubelets)
        ApiServices(world, network=network, machines=machines)
        Namespaces(world)
        ClusterOperators(world, network=network)
        ClusterVersionOperator(world)
        StaticPodOperators(world, machines=machines, network=network, control_plane=control_plane, works=kubelets.works)
        PluginControllers(world, network=network, topology=self.topology)
        self._install_network_operator(components, pods=pods)
        Installer(world, topology=self.topology).install()
        plans = {plan.name: plan for plan in self.topology.nodes}
        self._shells = NodeShells(world, machines=machines, plans=plans, control_plane=control_plane)
        world.faults.on_change(self._end_fault_in_time)

    def _install_workload_controllers(self, pods: PodIndex) -> None:
        DaemonSets(self.world, pods=pods)
        Deployments(self.world)
        ReplicaSets(self.world, pods=pods)
        Scheduler(self.world, pods=pods)
        self.budgets = DisruptionBudgets(self.world, pods=pods)

    def _install_machine_config(self, components: Components, *, pods: PodIndex, kubelets: Kubelets) -> None:
        world, machines = self.world, self._machines
        membership = Membership(world)
        MachineHealthChecks(world, components=components)
        MachineApi(world, machines=machines, pods=pods, components=components, membership=membership)
        ClusterAutoscaler(world, components=components, pods=pods)
        TemplateController(world, components=components)
        RenderController(world, components=components)
        NodeController(world, components=components, membership=membership)
        DrainController(world, components=components, machines=machines, pods=pods, budgets=self.budgets)
        Daemons(world, machines=machines, kubelets=kubelets, membership=membership)
        MachineConfigOperator(world, components=components, machines=machines, membership=membership)

    def _install_network_operator(self, components: Components, *, pods: PodIndex) -> None:
        status = StatusManager(self.world, pods=pods, components=components)
        rendering = Rendering(self.world, topology=self.topology)
        NetworkOperator(self.world, status=status, rendering=rendering, components=components)
        ProxyConfig(self.world, components=components)

    def _end_fault_in_time(self, fault: Fault, added: bool) -> None:
        seconds = fault.get("seconds")
        if added and seconds is not None:
            end = partial(self._end_fault, fault)
            self.clock.after(float(seconds), end)

    def _end_fault(self, fault: Fault) -> None:
        if any(known is fault for known in self.faults):
            self.faults.remove(fault.kind, fault.target)


def _durations(options: Options) -> Durations:
    durations = Durations.instant() if options.instant else Durations()
    return durations.override(options.durations)
