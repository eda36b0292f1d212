# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster of three masters and two workers that nothing is wrong with, and what preflight sees of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    API_SERVICE,
    CLUSTER_OPERATOR,
    CLUSTER_VERSION,
    CONFIG_MAP,
    DEPLOYMENT,
    INFRASTRUCTURE,
    INGRESS,
    NAMESPACE,
    NETWORK_CONFIG,
    NODE,
    POD,
    PROXY,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.findings import (
    Check,
    Finding,
    found,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.registry import CHECKS
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.snapshot import (
    Method,
    Snapshot,
    Wanted,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.preflight.snapshot import SnapshotReader
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import Call, FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import MASTERS, NODES, cluster_at

TARGETS: dict[Method, str] = {"offline": OVN, "rollback": SDN}
COREOS = "Red Hat Enterprise Linux CoreOS 414.92.202407091253-0 (Plow)"
INSTALL_CONFIG = "apiVersion: v1\nnetworking:\n  machineNetwork:\n  - cidr: 192.0.2.0/24\n  networkType: OpenShiftSDN\n"
CONDITIONS = {"Available": "True", "Progressing": "False", "Failing": "False"}


def clean_cluster(method: Method = "offline", *, ocp: str = "4.14.31") -> FakeCluster:
    """Its containers answer as ``host_answer`` says."""
    cluster = cluster_at("not_started", target=TARGETS[method], ocp=ocp)
    conditions = [objects.condition(name, status) for name, status in CONDITIONS.items()]
    cluster.change(CLUSTER_VERSION, "version", {"status": {"conditions": conditions, "availableUpdates": None}})
    mtu = 1450 if method == "offline" else 1400
    status = {"serviceNetwork": ["172.30.0.0/16"], "clusterNetworkMTU": mtu}
    cluster.change(NETWORK_CONFIG, "cluster", {"status": status})
    for operator in ("etcd", "dns", "machine-config"):
        cluster.put(CLUSTER_OPERATOR, objects.operator(operator))
    cluster.put(API_SERVICE, objects.api_service("v1.apps"))
    platform = {"controlPlaneTopology": "HighlyAvailable", "platformStatus": {"type": "BareMetal"}}
    cluster.put(INFRASTRUCTURE, {"metadata": {"name": "cluster"}, "status": platform})
    cluster.put(PROXY, {"metadata": {"name": "cluster"}, "spec": {}, "status": {}})
    cluster.put(INGRESS, {"metadata": {"name": "cluster"}, "spec": {"domain": "apps.example.com"}})
    cluster.put(NAMESPACE, {"metadata": {"name": "default"}})
    for name, namespace, data in (
        ("mtu", "openshift-network-operator", {"mtu": "1500"}),
        ("cluster-config-v1", "kube-system", {"install-config": INSTALL_CONFIG}),
    ):
        cluster.put(CONFIG_MAP, {"metadata": {"name": name, "namespace": namespace}, "data": data})
    for namespace, name in (
        ("openshift-network-operator", "network-operator"),
        ("openshift-machine-config-operator", "machine-config-operator"),
        ("openshift-machine-config-operator", "machine-config-controller"),
    ):
        metadata = {"name": name, "namespace": namespace}
        cluster.put(DEPLOYMENT, {"metadata": metadata, "spec": {"replicas": 1}, "status": {"availableReplicas": 1}})
    for number, name in enumerate(NODES):
        address = {"type": "InternalIP", "address": f"192.0.2.{number + 10}"}
        cluster.change(NODE, name, {"status": {"nodeInfo": {"osImage": COREOS}, "addresses": [address]}})
        cluster.put(POD, objects.daemon_pod(name, suffix=name))
    for name in MASTERS:
        cluster.put(POD, objects.etcd_pod(name))
    cluster.executor = lambda call: host_answer(NODES.index(_node_of(cluster, call)) + 10)
    return cluster


def _node_of(cluster: FakeCluster, call: Call) -> str:
    return str(cluster.objects[POD, call.namespace, call.name]["spec"]["nodeName"])


def host_answer(last_byte: int, *, mtu: int = 1500, routes: tuple[dict[str, Any], ...] = ()) -> Execution:
    """What the probe's script prints on a host with one interface."""
    address = {"family": "inet", "local": f"192.0.2.{last_byte}", "prefixlen": 24}
    loop = {"ifname": "lo", "mtu": 65536, "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]}
    default = {"dst": "default", "gateway": "192.0.2.1", "dev": "ens3", "protocol": "dhcp", "metric": 100}
    usual = [{"priority": p, "src": "all", "table": t} for p, t in ((0, "local"), (32766, "main"), (32767, "default"))]
    said = {
        "interfaces": [loop, {"ifname": "ens3", "mtu": mtu, "addr_info": [address]}],
        "rules": usual,
        "rules6": usual[:2],
        "routes": [default, *routes],
        "routes6": [],
        "forwarding": 1,
    }
    return Execution(exit_code=0, output="".join(f"=={name}\n{json.dumps(rows)}\n" for name, rows in said.items()))


def seen(cluster: FakeCluster, **wanted: Any) -> Snapshot:
    """What preflight sees of the cluster. ``wanted`` are fields of ``Wanted``."""
    method: Method = wanted.pop("method", "offline")
    return SnapshotReader(cluster, Wanted(method=method, target=TARGETS[method], **wanted)).read()


def without(snapshot: Snapshot, part: str, instead: Any) -> Snapshot:
    """The snapshot with something else in place of a part."""
    return replace(snapshot, parts={**snapshot.parts, part: instead})


def check(name: str) -> Check:
    return next(known for known in CHECKS if known.id == name)


def findings(name: str, snapshot: Snapshot) -> list[Finding]:
    return list(found(check(name), snapshot))


def execution_of(node: str, answer: Execution, cluster: FakeCluster) -> None:
    """Let the daemon of one node answer otherwise."""
    others = cluster.executor

    def execute(call: Call) -> Execution:
        return answer if _node_of(cluster, call) == node else others(call)

    cluster.executor = execute
