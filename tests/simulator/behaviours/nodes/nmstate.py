"""The handlers of kubernetes-nmstate: NodeNetworkStates follow the nodes, and policies tell what became of them
(kubernetes-nmstate, controllers/handler, pkg/policyconditions, pkg/enactment).

A policy that is deleted leaves the nodes as they are. What policies say is never applied to the simulated hosts.
"""

from __future__ import annotations

from tests.simulator.behaviours.conditions import updated
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.nodes.kubelet import Kubelets
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.selection import matches
from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object
from tests.simulator.seed.layout import layout
from tests.simulator.seed.nmstate import ENACTMENTS, POLICIES, STATES, network_state
from tests.simulator.topology import Topology

ACTOR = "system:serviceaccount:openshift-nmstate:nmstate-handler"
_DONE = "SuccessfullyConfigured"


class NetworkStates:
    """One NodeNetworkState for each node."""

    def __init__(
        self, world: World, *, machines: Machines, kubelets: Kubelets, network: PodNetwork, topology: Topology
    ) -> None:
        self._world = world
        self._machines = machines
        self._layout = layout(world.options)
        self._plans = {plan.name: plan for plan in topology.nodes}
        self._loop = Loop(world, self._refresh, delay="nmstate_refresh")
        kubelets.restarted.connect(self._note)
        network.node_changed.connect(self._note)

    def _note(self, machine: Machine) -> None:
        if machine.registered and not self._world.installing:
            self._loop.note(machine.name)

    def _refresh(self, name: str) -> None:
        machine, plan = self._machines.get(name), self._plans.get(name)
        state = self._world.store.find(STATES, name)
        if machine is None or plan is None or state is None or not machine.registered:
            return
        current = network_state(plan, bridge=machine.bridge, plugin=machine.network, layout=self._layout)
        if current == (state.get("status") or {}).get("currentState"):
            return

        def change(found: Object) -> None:
            found.setdefault("status", {})["currentState"] = current
            found["status"]["lastSuccessfulUpdateTime"] = self._world.timestamp()

        self._world.store.edit(STATES, name, change, actor=ACTOR, subresource="status")


class NetworkPolicies:
    """NodeNetworkConfigurationPolicies and their enactments. Every one succeeds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = Loop(world, self._apply, delay="workload_notice", parallel=True)
        self._gone = Loop(world, self._forget, delay="workload_notice")
        world.watch(self._changed, POLICIES)

    def _changed(self, change: Change) -> None:
        name = change.object["metadata"]["name"]
        if change.type == "DELETED":
            self._gone.note(name)
        elif change.previous is None or change.previous["spec"] != change.object["spec"]:
            self._loop.note(name)

    def _apply(self, name: str) -> Process:
        nodes = self._selected(name)
        shown = f"{len(nodes)}/{len(nodes)} nodes successfully configured"
        self._conditions(name, Available="Unknown", Degraded="Unknown", Progressing="True", message="")
        yield self._world.clock.sleep(self._world.jitter(self._world.durations.nmstate_apply))
        yield from self._world.api()
        policy = self._world.store.find(POLICIES, name)
        if policy is None:
            return
        for node in nodes:
            self._enact(policy, node)
        self._conditions(name, Available="True", Degraded="False", Progressing="False", message=shown)

    def _selected(self, name: str) -> list[str]:
        policy = self._world.store.find(POLICIES, name)
        selector = ((policy or {}).get("spec") or {}).get("nodeSelector") or {}
        return [
            node["metadata"]["name"]
            for node in self._world.store.list(NODES)
            if policy is not None and matches({"matchLabels": selector}, node["metadata"].get("labels"))
        ]

    def _conditions(self, name: str, *, message: str, **statuses: str) -> None:
        if self._world.store.find(POLICIES, name) is None:
            return
        reason = "ConfigurationProgressing" if statuses["Progressing"] == "True" else _DONE

        def change(policy: Object) -> None:
            status = policy.setdefault("status", {})
            made = [
                {
                    "type": kind,
                    "status": state,
                    "reason": reason,
                    "message": message if kind == "Available" else "",
                    "lastHeartbeatTime": self._world.timestamp(),
                }
                for kind, state in statuses.items()
            ]
            status["conditions"] = updated(status.get("conditions"), made, now=self._world.timestamp())

        self._world.store.edit(POLICIES, name, change, actor=ACTOR, subresource="status")

    def _enact(self, policy: Object, node: str) -> None:
        store, now, name = self._world.store, self._world.timestamp(), policy["metadata"]["name"]
        key = f"{node}.{name}"
        owner = store.find(NODES, node)
        if owner is None:
            return
        statuses = {
            "Failing": "False",
            "Available": "True",
            "Progressing": "False",
            "Pending": "False",
            "Aborted": "False",
        }
        status = {
            "conditions": [
                {
                    "type": kind,
                    "status": state,
                    "reason": _DONE,
                    "message": "successfully reconciled" if kind == "Available" else "",
                    "lastHeartbeatTime": now,
                    "lastTransitionTime": now,
                }
                for kind, state in statuses.items()
            ],
            "desiredState": policy["spec"].get("desiredState") or {},
            "policyGeneration": policy["metadata"].get("generation", 1),
        }
        if store.find(ENACTMENTS, key) is None:
            labels = {
                "app.kubernetes.io/component": "kubernetes-nmstate-handler",
                "nmstate.io/node": node,
                "nmstate.io/policy": name,
            }
            reference = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": owner["metadata"]["uid"]}
            meta = {"name": key, "labels": labels, "ownerReferences": [reference]}
            store.create(ENACTMENTS, {"metadata": meta, "status": status}, actor=ACTOR)
        store.patch(ENACTMENTS, key, {"status": status}, actor=ACTOR, subresource="status")

    def _forget(self, name: str) -> None:
        if self._world.store.find(POLICIES, name) is None:
            for enactment in self._world.store.list(ENACTMENTS, labels={"nmstate.io/policy": name}):
                self._world.store.delete(ENACTMENTS, enactment["metadata"]["name"], actor=ACTOR)
