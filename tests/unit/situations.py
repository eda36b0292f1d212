# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster of three masters and two workers at each step of a migration, as objects of the fake cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_OPERATOR,
    CLUSTER_VERSION,
    CONFIG_MAP,
    CRD,
    MACHINE_CONFIG,
    MACHINE_CONFIG_POOL,
    NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.ledger import (
    Loan,
    PropertyRef,
    entries,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.patches import merged
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import NAMESPACE as NAMESPACES
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import (
    OVN,
    SDN,
    ConfigNetwork,
    Networks,
    OperatorNetwork,
    other,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.records.journal import Journal
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster

Step = Literal["not_started", "asked", "rolling", "prepared", "flipped", "applied", "rebooted", "finished"]
STEPS: tuple[Step, ...] = (
    "not_started",
    "asked",
    "rolling",
    "prepared",
    "flipped",
    "applied",
    "rebooted",
    "finished",
)
MASTERS = ("m0", "m1", "m2")
WORKERS = ("w0", "w1")
NODES = (*MASTERS, *WORKERS)
HOST_PREFIX = 23
#: On every MachineConfig that the Machine Config Operator has made.
GENERATED = "machineconfiguration.openshift.io/generated-by-controller-version"


def rendered(pool: str, network_type: str) -> str:
    return f"rendered-{pool}-{('a' if network_type == OVN else '5') * 32}"


def unit(network_type: str, *, enabled: bool = True, name: str = "ovs-configuration.service") -> dict[str, Any]:
    contents = (
        "[Unit]\nDescription=Configures OVS with proper host networking configuration\n\n[Service]\nType=oneshot\n"
        f"ExecStart=/usr/local/bin/configure-ovs.sh {network_type}\nStandardOutput=journal+console\n"
    )
    return {"name": name, "enabled": enabled, "contents": contents}


def machine_config(name: str, *units: dict[str, Any]) -> dict[str, Any]:
    """One that the Machine Config Operator has made."""
    kubelet = {"name": "kubelet.service", "enabled": True, "contents": "[Service]\nExecStart=/usr/bin/kubelet\n"}
    config = {"ignition": {"version": "3.4.0"}, "systemd": {"units": [kubelet, *units]}}
    return {
        "metadata": {"name": name, "annotations": {GENERATED: "9f23bd1c"}},
        "spec": {"config": config},
    }


def network_config(
    spec_type: str, status_type: str, *, acknowledged: str | None = None, **metadata: Any
) -> dict[str, Any]:
    status: dict[str, Any] = {"networkType": status_type, "clusterNetworkMTU": 1450}
    if acknowledged:
        status["migration"] = {"networkType": acknowledged}
    return {
        "metadata": {"name": "cluster", **metadata},
        "spec": {
            "networkType": spec_type,
            "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": HOST_PREFIX}],
            "serviceNetwork": ["172.30.0.0/16"],
        },
        "status": status,
    }


def network_operator(
    default_type: str, *, migration: dict[str, Any] | None = None, kube_proxy: Any = None, **blocks: Any
) -> dict[str, Any]:
    spec: dict[str, Any] = {"defaultNetwork": {"type": default_type, **blocks}}
    if migration is not None:
        spec["migration"] = migration
    if kube_proxy:
        spec["kubeProxyConfig"] = kube_proxy
    return {"metadata": {"name": "cluster"}, "spec": spec}


def networks(config: dict[str, Any], operator: dict[str, Any]) -> Networks:
    return Networks(config=ConfigNetwork.from_json(config), operator=OperatorNetwork.from_json(operator))


def operator_crd(ocp: str = "4.14.57") -> dict[str, Any]:
    """The CustomResourceDefinition networks.operator.openshift.io of a build: what differs between builds, no more."""
    build = tuple(int(number) for number in ocp.split("."))
    text = {"type": "string"}
    gateway: dict[str, Any] = {"routingViaHost": {"type": "boolean"}}
    ovn: dict[str, Any] = {"mtu": {"type": "integer"}}
    migration: dict[str, Any] = {"networkType": text}
    if build >= (4, 12):
        ovn["v4InternalSubnet"] = text
        migration["features"] = {"type": "object"}
    if build >= (4, 14):
        gateway["ipForwarding"] = text
    if build >= (4, 15) or (build[1] == 14 and build >= (4, 14, 38)):
        gateway["ipv4"] = {"type": "object", "properties": {"internalMasqueradeSubnet": text}}
    if build >= (4, 15, 22) or (build[1] == 14 and build >= (4, 14, 38)):
        by_family = {"internalJoinSubnet": text, "internalTransitSwitchSubnet": text}
        ovn["ipv4"] = {"type": "object", "properties": by_family}
    ovn["gatewayConfig"] = {"type": "object", "properties": gateway}
    plugins = {"ovnKubernetesConfig": {"type": "object", "properties": ovn}}
    spec = {
        "defaultNetwork": {"type": "object", "properties": plugins},
        "migration": {"type": "object", "properties": migration},
    }
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]
    return {"metadata": {"name": "networks.operator.openshift.io"}, "spec": {"versions": versions}}


def version(text: str) -> dict[str, Any]:
    return {"metadata": {"name": "version"}, "status": {"history": [{"state": "Completed", "version": text}]}}


def cluster_at(step: Step, *, target: str = OVN, ocp: str = "4.14.31") -> FakeCluster:
    """``asked``: the operator has not acknowledged. ``rolling``: w1 is still on the former configuration.

    On the way to OpenShiftSDN the pools are paused until ``finished``: up to then the nodes keep the former
    configuration, and ``rolling`` means that the one of the worker pool is not rendered yet.

    From ``flipped`` on the boot ids of ``objects.node`` are recorded; ``rebooted`` nodes have another one.
    """
    reached = STEPS.index(step)

    def past(other_step: Step) -> bool:
        return reached >= STEPS.index(other_step)

    former = other(target)
    migrating = past("asked") and not past("finished")
    cluster = FakeCluster(
        (
            NETWORK_CONFIG,
            network_config(
                target if past("flipped") else former,
                target if past("applied") else former,
                acknowledged=target if migrating and past("rolling") else None,
            ),
        ),
        (
            NETWORK_OPERATOR,
            network_operator(
                target if past("flipped") else former, migration={"networkType": target} if migrating else None
            ),
        ),
        (CLUSTER_OPERATOR, objects.operator("network")),
        (CLUSTER_VERSION, version(ocp)),
        (CRD, operator_crd()),
    )
    if target == SDN:
        _put_paused_pools(cluster, step)
    else:
        _put_pools(cluster, former=former, target=target, done=past("prepared"), begun=past("rolling"))
    configured = past("finished") if target == SDN else past("rolling")
    for name in NODES:
        _put_node(cluster, name, target if configured else former, boot=2 if past("rebooted") else 1)
    if step == "rolling" and target == OVN:
        cluster.put(NODE, objects.node("w1", config=rendered("worker", former), desired=rendered("worker", target)))
    if past("flipped"):
        put_journal(cluster, target=target, closed=past("finished"))
    return cluster


def _put_pools(cluster: FakeCluster, *, former: str, target: str, done: bool, begun: bool) -> None:
    for pool, members in (("master", MASTERS), ("worker", WORKERS)):
        for network_type in (former, target):
            config = machine_config(rendered(pool, network_type), unit(network_type))
            cluster.put(MACHINE_CONFIG, config)
        wanted = rendered(pool, target if begun else former)
        body = objects.pool(pool, machines=len(members), config=wanted)
        if begun and not done and pool == "worker":
            body["status"]["configuration"] = {"name": rendered(pool, former)}
            body["status"].update(updatedMachineCount=1, readyMachineCount=1, unavailableMachineCount=1)
            body["status"]["conditions"] = [
                objects.condition("Updated", "False"),
                objects.condition("Updating", "True"),
            ]
        cluster.put(MACHINE_CONFIG_POOL, body)


def _put_paused_pools(cluster: FakeCluster, step: Step) -> None:
    if step == "finished":
        _put_pools(cluster, former=OVN, target=SDN, done=True, begun=True)
        return
    for pool, members in (("master", MASTERS), ("worker", WORKERS)):
        for network_type in (OVN, SDN):
            cluster.put(MACHINE_CONFIG, machine_config(rendered(pool, network_type), unit(network_type)))
        waiting = STEPS.index(step) >= STEPS.index("rolling" if pool == "master" else "prepared")
        body = objects.pool(pool, machines=len(members), config=rendered(pool, OVN), paused=True)
        if waiting:
            body["spec"]["configuration"] = {"name": rendered(pool, SDN)}
            body["status"].update(updatedMachineCount=0, readyMachineCount=0)
            body["status"]["conditions"] = [
                objects.condition("Updated", "False"),
                objects.condition("Updating", "False"),
            ]
        cluster.put(MACHINE_CONFIG_POOL, body)


def resume(cluster: FakeCluster) -> None:
    """Pools and nodes as after the second round of the Machine Config Operator, on the way to OpenShiftSDN."""
    _put_paused_pools(cluster, "finished")
    for name in NODES:
        _put_node(cluster, name, SDN, boot=3)


def put_pauses(cluster: FakeCluster, *, ours: Mapping[str, bool]) -> None:
    """The ledger's entries of paused pools; ``ours`` tells whether we have paused them."""
    loans = [
        Loan(
            PropertyRef(what="paused", kind="MachineConfigPool", name=name),
            before=not paused_by_us,
            lent=True,
            since="2026-01-01T00:00:00Z",
            step="cno_prepare",
        )
        for name, paused_by_us in ours.items()
    ]
    cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    cluster.put(CONFIG_MAP, entries({loan.ref.key: loan for loan in loans}))


def _put_node(cluster: FakeCluster, name: str, network_type: str, *, boot: int) -> None:
    roles = ("master", "control-plane") if name in MASTERS else ("worker",)
    config = rendered("master" if name in MASTERS else "worker", network_type)
    cluster.put(NODE, objects.node(name, roles=roles, config=config, boot_id=f"{name}-boot-{boot}"))


def put_journal(cluster: FakeCluster, *, target: str = OVN, closed: bool = False) -> None:
    """The record of the first boot of every node."""
    journal = Journal(
        target=target,
        boot_ids={name: f"{name}-boot-1" for name in NODES},
        recorded_at="2026-01-01T00:00:00Z",
        closed_at="2026-01-01T09:00:00Z" if closed else None,
    )
    cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    cluster.put(CONFIG_MAP, journal.to_json())


def put_former_namespace(cluster: FakeCluster, *, target: str = OVN) -> None:
    cluster.put(NAMESPACE, {"metadata": {"name": NAMESPACES[other(target)]}})


def change_config(cluster: FakeCluster, **patch: Any) -> None:
    cluster.change(NETWORK_CONFIG, "cluster", patch)


def change_operator(cluster: FakeCluster, **spec: Any) -> None:
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": spec})


def refuse(cluster: FakeCluster, message: str, *, reason: str = "InvalidOperatorConfig") -> None:
    """The operator says that it does not take the last edit."""
    cluster.put(CLUSTER_OPERATOR, objects.operator("network", degraded="True", reason=reason, message=message))


def settled(cluster: FakeCluster) -> Any:
    """All objects, to see whether anything was changed."""
    return merged({}, {str(key): value for key, value in cluster.objects.items()})
