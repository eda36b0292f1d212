"""The Node objects as kubelet, cloud provider and installer leave them; what MCO and the plugins add comes from
behaviours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.simulator.options import Options
from tests.simulator.ports import Object
from tests.simulator.seed.context import INFRASTRUCTURE_NAME, Seeding
from tests.simulator.seed.platforms import platform
from tests.simulator.topology import NodePlan, identity

MASTER_TAINT_EFFECT = "NoSchedule"


def seed_nodes(seeding: Seeding) -> None:
    for node in seeding.topology.nodes:
        body = {"spec": _spec(node, seeding=seeding), "status": _status(node, seeding=seeding)}
        seeding.create(
            "nodes",
            node.name,
            body,
            created=seeding.ages.installing(minutes=8 if node.is_master else 22),
            labels=_labels(node),
            annotations=_annotations(node, seeding=seeding),
        )


def boot_id(node: str, *, seed: int, boot: int = 0) -> str:
    """The id of a node's boot; the seeded one is number 0."""
    return str(identity(seed, "boot", node, str(boot)))


def provider_id(node: str, *, options: Options) -> str:
    """What the platform calls the machine; empty where it has no name for it."""
    return platform(options.platform).provider_id(node, uuid=str(identity(options.seed, "baremetalhost", node)))


def ovn_annotations(node: NodePlan, *, gateway: str = "10.0.0.1") -> dict[str, str]:
    """What ovnkube-node and the cluster manager write onto a node (``k8s.ovn.org/…``), as far as others read it."""
    mac = mac_address(node)
    interface = {
        "mode": "shared",
        "interface-id": f"br-ex_{node.name}",
        "mac-address": mac,
        "ip-addresses": [f"{node.address}/16"],
        "ip-address": f"{node.address}/16",
        "next-hops": [gateway],
        "next-hop": gateway,
        "node-port-enable": "true",
        "vlan-id": "0",
    }
    values: dict[str, Any] = {
        "k8s.ovn.org/host-cidrs": [f"{node.address}/16"],
        "k8s.ovn.org/l3-gateway-config": {"default": interface},
        "k8s.ovn.org/node-primary-ifaddr": {"ipv4": f"{node.address}/16"},
        "k8s.ovn.org/node-subnets": {"default": [node.subnet]},
    }
    shown = {key: json.dumps(value, separators=(",", ":")) for key, value in values.items()}
    return {
        **shown,
        "k8s.ovn.org/node-chassis-id": str(identity(0, "chassis", node.name)),
        "k8s.ovn.org/zone-name": node.name,
    }


def mac_address(node: NodePlan) -> str:
    return f"52:54:00:0a:{node.index // 256:02x}:{node.index % 256:02x}"


def _labels(node: NodePlan) -> dict[str, str]:
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "node.openshift.io/os_id": "rhcos",
    }
    return {**labels, **{f"node-role.kubernetes.io/{role}": "" for role in node.roles}}


def _annotations(node: NodePlan, *, seeding: Seeding) -> dict[str, str]:
    annotations = {"volumes.kubernetes.io/controller-managed-attach-detach": "true"}
    if platform(seeding.options.platform).machine:
        annotations["machine.openshift.io/machine"] = f"openshift-machine-api/{machine_name(node)}"
    return annotations


def machine_name(node: NodePlan) -> str:
    return f"{INFRASTRUCTURE_NAME}-{node.name}"


def _spec(node: NodePlan, *, seeding: Seeding) -> Object:
    provider = provider_id(node.name, options=seeding.options)
    spec: Object = {"providerID": provider} if provider else {}
    if node.tainted:
        spec["taints"] = [{"key": seeding.topology.master_label, "effect": MASTER_TAINT_EFFECT}]
    return spec


def _status(node: NodePlan, *, seeding: Seeding) -> Object:
    capacity, allocatable = (_MASTER if node.is_master else _WORKER).values()
    return {
        "addresses": [
            {"address": node.address, "type": "InternalIP"},
            {"address": node.name, "type": "Hostname"},
        ],
        "allocatable": dict(allocatable),
        "capacity": dict(capacity),
        "conditions": _conditions(node, seeding=seeding),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [],
        "nodeInfo": _node_info(node, seeding=seeding),
    }


def _conditions(node: NodePlan, *, seeding: Seeding) -> list[Object]:
    ages = seeding.ages
    since = ages.installing(minutes=9 if node.is_master else 23)
    # every kubelet reports on its own schedule within five minutes, nodeStatusReportFrequency
    heartbeat = ages.ago(seconds=20 + (node.index * 37) % 270)

    def reported(kind: str, status: str, reason: str, message: str) -> Object:
        return {
            "lastHeartbeatTime": heartbeat,
            "lastTransitionTime": since,
            "message": message,
            "reason": reason,
            "status": status,
            "type": kind,
        }

    return [
        reported("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        reported("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        reported("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        reported("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]


def _node_info(node: NodePlan, *, seeding: Seeding) -> Object:
    profile, seed = seeding.profile, seeding.options.seed
    machine = identity(seed, "machine", node.name)
    return {
        "architecture": "amd64",
        "bootID": boot_id(node.name, seed=seed),
        "containerRuntimeVersion": profile.container_runtime_version,
        "kernelVersion": profile.kernel_version,
        "kubeProxyVersion": profile.kubernetes_version,
        "kubeletVersion": profile.kubernetes_version,
        "machineID": machine.hex,
        "operatingSystem": "linux",
        "osImage": profile.os_image,
        "systemUUID": str(machine),
    }


def _resources(cpu: str, memory: int, disk: int) -> Mapping[str, str]:
    return {
        "cpu": cpu,
        "ephemeral-storage": str(disk),
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{memory}Ki",
        "pods": "250",
    }


_MASTER = {
    "capacity": {**_resources("8", 24604416, 0), "ephemeral-storage": "125293548Ki"},
    "allocatable": _resources("7500m", 23453440, 114396791822),
}
_WORKER = {
    "capacity": {**_resources("16", 65789464, 0), "ephemeral-storage": "125293548Ki"},
    "allocatable": _resources("15500m", 64638488, 114396791822),
}
