"""What the operator applies for a configuration, and what it deletes because it no longer renders it
(cluster-network-operator, pkg/network/render.go; deleteRelatedObjectsNotRendered of the status manager)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.simulator.behaviours.cno.defaults import OVN, SDN
from tests.simulator.behaviours.cno.status import ACTOR
from tests.simulator.behaviours.world import World
from tests.simulator.manifests import ovn_crds, sdn_crds
from tests.simulator.manifests.workloads import (
    Workload,
    manifest,
    multus,
    platform_workloads,
    plugin_configuration,
    plugin_workloads,
)
from tests.simulator.ports import Change, Object
from tests.simulator.topology import Topology

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
CLUSTER_NETWORKS = "clusternetworks.network.openshift.io"
NAMESPACES = {SDN: "openshift-sdn", OVN: "openshift-ovn-kubernetes"}
_WATCHED = ("daemonsets.apps", "deployments.apps", DEFINITIONS, "namespaces")


class Rendering:
    def __init__(self, world: World, *, topology: Topology) -> None:
        self._world = world
        self._store = world.store
        self._topology = topology
        self._crds = {
            SDN: sdn_crds(world.profile) if world.profile.sdn_supported else [],
            OVN: ovn_crds(world.profile),
        }
        self._common = [
            workload
            for workload in platform_workloads(world.profile, topology)
            if workload.tracked and (workload.namespace, workload.name) != ("openshift-multus", "multus")
        ]
        self._applied: tuple[str, ...] | None = None
        world.watch(self._changed, *_WATCHED)

    def apply(self, spec: Object) -> None:
        """Everything for ``spec``, in the order of the manifests; then away with what is not rendered any more.

        The namespace of a plugin that is not active any more stays: the operator never deletes it.
        """
        network_type = spec["defaultNetwork"]["type"]
        migrating = bool((spec.get("migration") or {}).get("networkType"))
        key = (str(migrating), json.dumps([spec["defaultNetwork"], spec.get("clusterNetwork")], sort_keys=True))
        if key == self._applied:
            return
        wanted = [network_type, *(other for other in (SDN, OVN) if migrating and other != network_type)]
        for plugin in wanted:
            self._apply_crds(plugin)
        self._apply_workloads(network_type)
        if network_type == SDN:
            self._apply_cluster_network(spec)
        for plugin in (SDN, OVN):
            if plugin != network_type:
                self._delete_plugin(plugin)
            if plugin not in wanted:
                self._delete_crds(plugin)
        self._applied = key

    def _changed(self, change: Change) -> None:
        if change.actor == ACTOR:
            return
        if (
            change.type == "DELETED"
            or change.previous is None
            or change.previous.get("spec") != change.object.get("spec")
        ):
            # somebody else has touched what is ours: the next pass puts it right
            self._applied = None

    # applying

    def _apply_crds(self, plugin: str) -> None:
        for crd in self._crds.get(plugin, ()):
            if self._store.find(DEFINITIONS, crd["metadata"]["name"]) is None:
                self._store.create(DEFINITIONS, crd, actor=ACTOR)

    def _apply_workloads(self, network_type: str) -> None:
        for workload in self._workloads(network_type):
            self._apply_namespace(workload.namespace)
            self._apply_workload(workload)
        self._apply_multus_config(network_type)

    def _workloads(self, network_type: str) -> Iterator[Workload]:
        yield multus(self._world.profile, network_type=network_type)
        yield from self._common
        if network_type in (SDN, OVN):
            yield from plugin_workloads(network_type, self._world.profile, self._topology)

    def _apply_namespace(self, name: str) -> None:
        if self._store.find("namespaces", name) is None:
            labels = {
                "kubernetes.io/metadata.name": name,
                "openshift.io/cluster-monitoring": "true",
                "openshift.io/run-level": "0",
                "pod-security.kubernetes.io/audit": "privileged",
                "pod-security.kubernetes.io/enforce": "privileged",
                "pod-security.kubernetes.io/warn": "privileged",
            }
            annotations = {"openshift.io/node-selector": "", "workload.openshift.io/allowed": "management"}
            meta = {"name": name, "labels": labels, "annotations": annotations}
            self._store.create("namespaces", {"metadata": meta}, actor=ACTOR)

    def _apply_workload(self, workload: Workload) -> None:
        made = manifest(workload, profile=self._world.profile, topology=self._topology)
        known = self._store.find(workload.key, workload.name, namespace=workload.namespace)
        if known is None:
            self._store.create(workload.key, made, actor=ACTOR)
        elif any(known["spec"].get(field) != value for field, value in made["spec"].items()):

            def change(obj: Object) -> None:
                obj["spec"].update(made["spec"])

            self._store.edit(workload.key, workload.name, change, namespace=workload.namespace, actor=ACTOR)

    def _apply_multus_config(self, network_type: str) -> None:
        """From 4.14 on the file that tells multus that the plugin is up is named here, not in the DaemonSet."""
        if self._world.profile.multus_rolls_at_flip:
            return
        indicator = f"/host/run/multus/cni/net.d/{plugin_configuration(network_type)}"
        config = (
            '{"cniVersion":"0.3.1","logToStderr":true,"logLevel":"verbose","binDir":"/opt/multus/bin",'
            f'"readinessindicatorfile":"{indicator}","daemonSocketDir":"/run/multus/socket"}}'
        )
        self._apply_configmap("multus-daemon-config", "openshift-multus", {"daemon-config.json": config})

    def _apply_configmap(self, name: str, namespace: str, data: dict[str, str]) -> None:
        known = self._store.find("configmaps", name, namespace=namespace)
        if known is None:
            meta = {"name": name, "namespace": namespace}
            self._store.create("configmaps", {"metadata": meta, "data": data}, actor=ACTOR)
        elif known.get("data") != data:
            self._store.patch("configmaps", name, {"data": data}, namespace=namespace, actor=ACTOR)

    def _apply_cluster_network(self, spec: Object) -> None:
        pools = spec.get("clusterNetwork") or []
        block = spec["defaultNetwork"]["openshiftSDNConfig"]
        plugin = {
            "NetworkPolicy": "redhat/openshift-ovs-networkpolicy",
            "Multitenant": "redhat/openshift-ovs-multitenant",
            "Subnet": "redhat/openshift-ovs-subnet",
        }[block["mode"]]
        body = {
            "clusterNetworks": [
                {"CIDR": pool["cidr"], "hostSubnetLength": 32 - int(pool.get("hostPrefix", 23))} for pool in pools
            ],
            "hostsubnetlength": 32 - int(pools[0].get("hostPrefix", 23)),
            "mtu": block["mtu"],
            "network": pools[0]["cidr"],
            "pluginName": plugin,
            "serviceNetwork": spec["serviceNetwork"][0],
            "vxlanPort": block["vxlanPort"],
        }
        if self._store.find(CLUSTER_NETWORKS, "default") is None:
            self._store.create(CLUSTER_NETWORKS, {"metadata": {"name": "default"}, **body}, actor=ACTOR)
        else:
            self._store.patch(CLUSTER_NETWORKS, "default", body, actor=ACTOR)

    # deleting

    def _delete_plugin(self, plugin: str) -> None:
        for workload in plugin_workloads(plugin, self._world.profile, self._topology):
            if self._store.find(workload.key, workload.name, namespace=workload.namespace) is not None:
                self._store.delete(workload.key, workload.name, namespace=workload.namespace, actor=ACTOR)
        for configmap in self._store.list("configmaps", namespace=NAMESPACES[plugin]):
            meta = configmap["metadata"]
            if meta["name"] not in ("kube-root-ca.crt", "openshift-service-ca.crt"):
                self._store.delete("configmaps", meta["name"], namespace=meta["namespace"], actor=ACTOR)
        if plugin == SDN and self._store.find(CLUSTER_NETWORKS, "default") is not None:
            self._store.delete(CLUSTER_NETWORKS, "default", actor=ACTOR)

    def _delete_crds(self, plugin: str) -> None:
        for crd in self._crds.get(plugin, ()):
            name = crd["metadata"]["name"]
            if self._store.find(DEFINITIONS, name) is not None:
                self._store.delete(DEFINITIONS, name, actor=ACTOR)
