"""The kubelets: what the nodes tell the API about themselves and about their pods."""

from __future__ import annotations

import zlib
from contextlib import suppress
from functools import partial

from tests.simulator.behaviours.conditions import condition, is_true, updated
from tests.simulator.behaviours.hosts.machines import Machine, Machines
from tests.simulator.behaviours.node_objects import NODES
from tests.simulator.behaviours.platform.control_plane import ControlPlane
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.platform.signing_requests import SigningRequests
from tests.simulator.behaviours.signals import Signal
from tests.simulator.behaviours.workloads import pod_status
from tests.simulator.behaviours.workloads.pod_index import PODS, PodIndex, is_over, is_ready, is_static, on_host_network
from tests.simulator.behaviours.world import BehaviourFailed, World
from tests.simulator.clock import Process
from tests.simulator.ports import Change, Object

LEASES = "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
NO_CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
    "returns error: No CNI configuration file in /etc/kubernetes/cni/net.d/. Has your network provider started?"
)
#: leases renewed in one tick of the heartbeat; in a large cluster they take turns
_LEASES_PER_TICK = 6
#: network type -> label ``app`` of the plugin's pods on each node
PLUGIN_APPS = {"OpenShiftSDN": "sdn", "OVNKubernetes": "ovnkube-node"}


class Kubelets:
    """All kubelets. ``restarted`` is told of a machine when its kubelet has told the API of a new boot."""

    def __init__(
        self,
        world: World,
        *,
        machines: Machines,
        network: PodNetwork,
        control_plane: ControlPlane,
        pods: PodIndex,
        requests: SigningRequests,
    ) -> None:
        self._world = world
        self._machines = machines
        self._network = network
        self._control_plane = control_plane
        self._pods = pods
        self._requests = requests
        self.restarted: Signal[[Machine]] = Signal()
        machines.came_up.connect(lambda machine: self._spawn(self._boot(machine)))
        network.plugin_changed.connect(self._plugin_changed)
        network.node_changed.connect(self._network_changed)
        control_plane.started.connect(self._static_pod_started)
        pods.changed.connect(self._pod_changed)
        world.clock.spawn(self._heartbeats(), name="kubelet heartbeats")

    def adopt(self, node: Object) -> None:
        """At the installation: the node's machine runs, and its plugin comes up as soon as it is deployed."""
        name = node["metadata"]["name"]
        if self._world.store.find(LEASES, name, namespace=LEASE_NAMESPACE) is None:
            lease = {"metadata": {"name": name, "namespace": LEASE_NAMESPACE}, "spec": self._lease(name)}
            self._world.store.create(LEASES, lease, actor=f"system:node:{name}")

    def _spawn(self, process: Process) -> None:
        self._world.clock.spawn(process)

    # the node after a boot

    def _boot(self, machine: Machine) -> Process:
        world, boot_id = self._world, machine.boot_id
        yield world.clock.sleep(world.jitter(world.durations.kubelet_register))
        yield from world.api()
        if machine.boot_id == boot_id:
            yield from self._requests.client_certificate(machine)
            yield from world.api()
        if machine.boot_id != boot_id or not machine.kubelet:
            return
        self._register(machine)
        self._requests.serving_certificate(machine, address=self._ip(machine))
        yield world.clock.sleep(world.jitter(world.durations.cni_up))
        yield from world.api()
        if machine.boot_id == boot_id and machine.kubelet:
            self._try_to_connect(machine)

    def _register(self, machine: Machine) -> None:
        node = self._world.store.get(NODES, machine.name)
        self._set_ready(machine, ready=False)
        machine.registered = True
        event = partial(self._world.record_event, node, kind="Node", component="kubelet")
        event(reason="Starting", message="Starting kubelet.")
        event(
            reason="Rebooted",
            message=f"Node {machine.name} has been rebooted, boot id: {machine.boot_id}",
            type_="Warning",
        )
        event(reason="NodeNotReady", message=f"Node {machine.name} status is now: NodeNotReady")
        for pod in self._pods.on_node(machine.name):
            if is_over(pod):
                continue
            if pod["spec"].get("restartPolicy") == "Never":
                self._write_pod(pod, pod_status.failed(pod, now=self._now))
                continue
            waiting = "ContainerCreating" if on_host_network(pod) else "ContainerStatusUnknown"
            self._write_pod(pod, pod_status.failing(pod, now=self._now, host_ip=self._ip(machine), waiting=waiting))
            if on_host_network(pod) and not is_static(pod):
                self._look_again(pod, self._start_time(pod))
            elif is_static(pod) and self.should_be_ready(pod):
                self._look_again(pod, 0.0)
        self.restarted(machine)

    def _try_to_connect(self, machine: Machine) -> None:
        """The plugin writes its CNI configuration, if it can run here, and the node becomes Ready."""
        if machine.network is None and machine.registered and self._network.can_start(machine):
            machine.cni = True
            self._network.connect(machine)
            self._tell_ready(machine, ready=True)
            self._world.disruptions.end("node_down", machine.name)

    def network_seen(self, machine: Machine) -> None:
        """The kubelet of a running node finds that there is a CNI configuration, or that there is none."""
        if is_true(self._world.store.get(NODES, machine.name)["status"].get("conditions"), "Ready") != machine.cni:
            self._tell_ready(machine, ready=machine.cni)

    def _tell_ready(self, machine: Machine, *, ready: bool) -> None:
        self._set_ready(machine, ready=ready)
        reason = "NodeReady" if ready else "NodeNotReady"
        self._world.record_event(
            self._world.store.get(NODES, machine.name),
            kind="Node",
            component="kubelet",
            reason=reason,
            message=f"Node {machine.name} status is now: {reason}",
        )

    def _set_ready(self, machine: Machine, *, ready: bool) -> None:
        now = self._now

        def change(node: Object) -> None:
            status = node.setdefault("status", {})
            status.setdefault("nodeInfo", {})["bootID"] = machine.boot_id
            words = ("KubeletReady", "kubelet is posting ready status") if ready else ("KubeletNotReady", NO_CNI)
            changes = [
                condition(
                    "MemoryPressure", False, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"
                ),
                condition("DiskPressure", False, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", False, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", ready, *words),
            ]
            for made in changes:
                made["lastHeartbeatTime"] = now
            status["conditions"] = updated(status.get("conditions"), changes, now=now)

        self._world.store.edit(NODES, machine.name, change, actor=f"system:node:{machine.name}", subresource="status")

    def _plugin_changed(self) -> None:
        for machine in self._machines:
            if machine.kubelet and machine.registered and machine.network is None:
                self._spawn(self._connect_later(machine))

    def _connect_later(self, machine: Machine) -> Process:
        boot_id = machine.boot_id
        yield self._world.clock.sleep(self._world.durations.cni_up)
        yield from self._world.api()
        if machine.boot_id == boot_id and machine.kubelet:
            self._try_to_connect(machine)

    # pods

    def should_be_ready(self, pod: Object) -> bool:
        """Whether a pod works, as far as its node is concerned."""
        machine = self._machines.get(pod["spec"].get("nodeName", ""))
        if machine is None or not machine.kubelet:
            return False
        labels = pod["metadata"].get("labels") or {}
        if is_static(pod):
            component = labels.get("app") or labels.get("k8s-app") or ""
            if component in ("etcd", "openshift-kube-apiserver"):
                return self._control_plane.runs(component.removeprefix("openshift-"), machine.name)
            return True
        if labels.get("app") == "ovnkube-node":
            return machine.bridge
        if labels.get("app") == "guard":
            return self._guards(pod, machine)
        return on_host_network(pod) or self._network.works_on(machine)

    def _guards(self, pod: Object, machine: Machine) -> bool:
        """Its readiness probe asks the static pod at the node's address, so it needs the pod network only to start
        (library-go, pkg/operator/staticpod/controller/guard)."""
        component = pod["metadata"]["namespace"].removeprefix("openshift-")
        if component in ("etcd", "kube-apiserver") and not self._control_plane.runs(component, machine.name):
            return False
        return is_ready(pod) or self._network.works_on(machine)

    def works(self, pod: Object) -> bool:
        """Whether a pod works this moment: it should, and the kubelet has got it running."""
        machine = self._machines.get(pod["spec"].get("nodeName", ""))
        return machine is not None and machine.registered and self.should_be_ready(pod) and is_ready(pod)

    def _pod_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        pod = change.object
        scheduled = change.previous is None or not change.previous["spec"].get("nodeName")
        if scheduled and pod["spec"].get("nodeName"):
            self._look_again(pod, self._start_time(pod))

    def _start_time(self, pod: Object) -> float:
        labels = pod["metadata"].get("labels") or {}
        durations = self._world.durations
        if labels.get("app") in PLUGIN_APPS.values():
            return self._world.jitter(durations.plugin_start + self._pull_time(pod))
        return self._world.jitter(durations.pod_start, 0.5)

    def _pull_time(self, pod: Object) -> float:
        """A node keeps the image of a plugin that it has run once."""
        machine, image = self._machines[pod["spec"]["nodeName"]], pod["metadata"]["labels"]["app"]
        if image in machine.images:
            return 0.0
        machine.images.add(image)
        return self._world.durations.plugin_pull

    def container_ended(self, pod: Object, *, exit_code: int, back_off: float) -> None:
        """Its containers have exited, and are started again after ``back_off`` seconds."""
        status = pod_status.ended(
            pod, now=self._now, host_ip=pod["status"]["hostIP"], exit_code=exit_code, back_off=back_off
        )
        self._write_pod(pod, status)

    def container_started(self, pod: Object) -> None:
        """Its containers run again; a pod on the network of its node."""
        address = pod["status"]["hostIP"]
        self._write_pod(
            pod, pod_status.running(pod, now=self._now, host_ip=address, pod_ip=address, restarted=not is_ready(pod))
        )

    def _network_changed(self, machine: Machine) -> None:
        """Pods on the pod network fail their probes one after the other, or are started anew with an address."""
        if not machine.registered:
            return
        durations = self._world.durations
        if self._network.works_on(machine):
            self._spawn(self._restart_pods(machine))
            return
        for pod in self._pods.on_node(machine.name):
            if not on_host_network(pod):
                self._look_again(pod, durations.pods_suffer_last * self._world.dice.random())

    def _restart_pods(self, machine: Machine) -> Process:
        boot_id = machine.boot_id
        yield self._world.clock.sleep(self._world.jitter(self._world.durations.pod_restart, 0.5))
        yield from self._world.api()
        if machine.boot_id == boot_id and machine.kubelet:
            for pod in self._pods.on_node(machine.name):
                if not on_host_network(pod):
                    self._sync_pod(pod)

    def _static_pod_started(self, node: str, component: str) -> None:
        if self._machines[node].registered:
            for pod in self._pods.on_node(node):
                if is_static(pod) or (pod["metadata"].get("labels") or {}).get("app") == "guard":
                    self._look_again(pod, 0.0)

    def _look_again(self, pod: Object, seconds: float) -> None:
        meta = pod["metadata"]
        self._world.clock.after(seconds, partial(self._look, meta["namespace"], meta["name"], meta["uid"]))

    def _look(self, namespace: str, name: str, uid: str) -> None:
        if not self._world.api_up:
            self._spawn(self._look_when_up(namespace, name, uid))
            return
        pod = self._world.store.find(PODS, name, namespace=namespace)
        if pod is not None and pod["metadata"]["uid"] == uid:
            with suppress(BehaviourFailed), self._world.guard("Kubelets._sync_pod", f"{namespace}/{name}"):
                self._sync_pod(pod)

    def _look_when_up(self, namespace: str, name: str, uid: str) -> Process:
        yield from self._world.api()
        self._look(namespace, name, uid)

    def _sync_pod(self, pod: Object) -> None:
        machine = self._machines.get(pod["spec"].get("nodeName", ""))
        if machine is None or is_over(pod) or not (machine.kubelet and machine.registered):
            return
        wanted, ready = self.should_be_ready(pod), is_ready(pod)
        if wanted and not ready:
            address = self._ip(machine) if on_host_network(pod) else self._new_address(pod, machine)
            status = pod_status.running(pod, now=self._now, host_ip=self._ip(machine), pod_ip=address, restarted=True)
            self._write_pod(pod, status)
            self._world.revived()
        elif not wanted and (ready or "containerStatuses" not in pod.get("status", {})):
            waiting = self._why_waiting(pod)
            self._write_pod(pod, pod_status.failing(pod, now=self._now, host_ip=self._ip(machine), waiting=waiting))

    def _why_waiting(self, pod: Object) -> str:
        if (pod["metadata"].get("labels") or {}).get("app") == "ovnkube-node":
            return "CrashLoopBackOff"
        return "" if is_ready(pod) else "ContainerCreating"

    def _write_pod(self, pod: Object, status: Object) -> None:
        meta = pod["metadata"]
        self._world.store.patch(
            PODS,
            meta["name"],
            {"status": status},
            namespace=meta["namespace"],
            actor=f"system:node:{pod['spec']['nodeName']}",
            subresource="status",
        )

    @property
    def _now(self) -> str:
        return self._world.timestamp()

    def _ip(self, machine: Machine) -> str:
        node = self._world.store.find(NODES, machine.name)
        addresses = (node or {}).get("status", {}).get("addresses") or ()
        return next((entry["address"] for entry in addresses if entry["type"] == "InternalIP"), "10.0.0.1")

    def _new_address(self, pod: Object, machine: Machine) -> str:
        """An address in the node's /23 of 10.128.0.0/14, another one after each boot."""
        subnet = zlib.crc32(machine.name.encode()) % 512 * 2
        seed = zlib.crc32(f"{pod['metadata']['uid']}/{machine.boots}".encode())
        return f"10.{128 + subnet // 256}.{subnet % 256 + seed % 2}.{2 + seed // 2 % 250}"

    # heartbeats

    def _heartbeats(self) -> Process:
        turn = 0
        while True:
            yield self._world.clock.sleep(self._world.durations.kubelet_lease, background=True)
            if not self._world.api_up:
                continue
            alive = [machine.name for machine in self._machines if machine.kubelet]
            for _lease in range(min(_LEASES_PER_TICK, len(alive))):
                turn = (turn + 1) % len(alive)
                self._renew(alive[turn])

    def _renew(self, name: str) -> None:
        if self._world.store.find(LEASES, name, namespace=LEASE_NAMESPACE) is not None:
            patch = {"spec": self._lease(name)}
            self._world.store.patch(LEASES, name, patch, namespace=LEASE_NAMESPACE, actor=f"system:node:{name}")

    def _lease(self, name: str) -> Object:
        renewed = self._world.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": renewed}
