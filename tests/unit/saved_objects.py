# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the backup's tests put into a cluster: one of each thing that is saved."""

from __future__ import annotations

from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    EGRESS_IP,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    NAMESPACE,
    NET_NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    NODE_NETWORK_POLICY,
    POD,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import NotFound
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.migration.patches import merged
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import Step, cluster_at

MULTICAST = "netnamespace.network.openshift.io/multicast-enabled"
SERVED = {
    "uid": "0e7b",
    "resourceVersion": "4711",
    "generation": 3,
    "creationTimestamp": "2026-01-01T00:00:00Z",
    "managedFields": [{"manager": "kubectl"}],
}


def served(name: str, *, namespace: str = "", **rest: Any) -> dict[str, Any]:
    """An object as the API serves it, with what only the API server writes; ``annotations`` go to the metadata."""
    metadata: dict[str, Any] = {"name": name, **SERVED}
    if namespace:
        metadata["namespace"] = namespace
    if "annotations" in rest:
        metadata["annotations"] = rest.pop("annotations")
    return {"metadata": metadata, **rest}


def egress_policy(name: str, *, namespace: str = "shop", cidr: str = "192.0.2.0/24") -> dict[str, Any]:
    rule = {"type": "Allow", "to": {"cidrSelector": cidr}}
    return served(name, namespace=namespace, spec={"egress": [rule]})


def webhooks(name: str, *, timeout: int = 10) -> dict[str, Any]:
    hook = {"name": f"check.{name}", "timeoutSeconds": timeout, "clientConfig": {"caBundle": "Zm9v"}}
    return served(name, webhooks=[hook])


def saved_cluster(step: Step = "not_started", *, target: str = OVN, ocp: str = "4.14.31") -> FakeCluster:
    """``cluster_at`` with one of each thing that is saved, and a pod in error. Without the kinds of OVN-Kubernetes."""
    cluster = cluster_at(step, target=target, ocp=ocp)
    network = {"serviceNetwork": ["172.30.0.0/16"], "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]}
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": network})
    applied = served("applied-cluster", namespace="openshift-network-operator", data={"applied": "{}"})
    extra: list[tuple[Kind, dict[str, Any]]] = [
        (CONFIG_MAP, applied),
        (NODE_NETWORK_POLICY, served("bond0", spec={"desiredState": {"interfaces": []}}, status={"conditions": []})),
        (EGRESS_NETWORK_POLICY, egress_policy("default")),
        (HOST_SUBNET, served("w0", host="w0", subnet="10.128.2.0/23", egressCIDRs=["192.0.2.0/24"])),
        (HOST_SUBNET, served("w1", host="w1", subnet="10.128.4.0/23")),
        (NET_NAMESPACE, served("shop", netname="shop", netid=7, egressIPs=["192.0.2.9"])),
        (NET_NAMESPACE, served("media", netname="media", netid=8, annotations={MULTICAST: "true"})),
        (NET_NAMESPACE, served("plain", netname="plain", netid=9)),
        (NAMESPACE, served("media", annotations={"k8s.ovn.org/multicast-enabled": "true", "owner": "tv"})),
        (NAMESPACE, served("plain", annotations={"owner": "nobody"})),
        (VALIDATING_WEBHOOKS, webhooks("policy.example.com")),
        (MACHINE_HEALTH_CHECK, served("workers", namespace="openshift-machine-api", spec={"maxUnhealthy": "40%"})),
        (POD, objects.pod("broken-0", waiting="ImagePullBackOff")),
    ]
    for kind, body in extra:
        cluster.put(kind, body)
    hide(cluster, EGRESS_IP)
    return cluster


def hide(cluster: FakeCluster, kind: Kind) -> None:
    """There is no such kind: its CRD is not there."""
    error = NotFound(tried=f"list {kind.title}", seen="HTTP 404, the server could not find the requested resource")
    cluster.fail(error, verb="list", kind=kind, times=None)


def raise_timeout(cluster: FakeCluster, *, timeout: int) -> None:
    cluster.put(VALIDATING_WEBHOOKS, webhooks("policy.example.com", timeout=timeout))


def touch(cluster: FakeCluster) -> None:
    """What changes by itself on a cluster that nobody configures."""
    cluster.change(NETWORK_CONFIG, "cluster", {"metadata": {"resourceVersion": "9"}, "status": {"conditions": []}})
    cluster.change(HOST_SUBNET, "w1", {"subnet": "10.128.8.0/23"})
    cluster.put(NET_NAMESPACE, served("ovn-migration", netname="ovn-migration", netid=99))
    pool = merged(cluster.objects[(MACHINE_CONFIG_POOL, "", "worker")], {"status": {"machineCount": 7}})
    cluster.put(MACHINE_CONFIG_POOL, pool)
    cluster.put(POD, objects.pod("broken-1", waiting="CrashLoopBackOff"))
