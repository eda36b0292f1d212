"""The namespaces of the platform and of a few users, and the network identities that OpenShift SDN gives them."""

from __future__ import annotations

from tests.simulator.seed.context import Seeding
from tests.simulator.seed.shapes import shape_namespaces

NMSTATE = "openshift-nmstate"
_KUBERNETES = ("default", "kube-node-lease", "kube-public", "kube-system")
_PLATFORM = (
    "openshift",
    "openshift-apiserver",
    "openshift-apiserver-operator",
    "openshift-authentication",
    "openshift-authentication-operator",
    "openshift-cloud-controller-manager",
    "openshift-cloud-controller-manager-operator",
    "openshift-cloud-credential-operator",
    "openshift-cloud-network-config-controller",
    "openshift-cluster-csi-drivers",
    "openshift-cluster-machine-approver",
    "openshift-cluster-node-tuning-operator",
    "openshift-cluster-samples-operator",
    "openshift-cluster-storage-operator",
    "openshift-cluster-version",
    "openshift-config",
    "openshift-config-managed",
    "openshift-config-operator",
    "openshift-console",
    "openshift-console-operator",
    "openshift-console-user-settings",
    "openshift-controller-manager",
    "openshift-controller-manager-operator",
    "openshift-dns",
    "openshift-dns-operator",
    "openshift-etcd",
    "openshift-etcd-operator",
    "openshift-host-network",
    "openshift-image-registry",
    "openshift-infra",
    "openshift-ingress",
    "openshift-ingress-canary",
    "openshift-ingress-operator",
    "openshift-insights",
    "openshift-kni-infra",
    "openshift-kube-apiserver",
    "openshift-kube-apiserver-operator",
    "openshift-kube-controller-manager",
    "openshift-kube-controller-manager-operator",
    "openshift-kube-scheduler",
    "openshift-kube-scheduler-operator",
    "openshift-kube-storage-version-migrator",
    "openshift-kube-storage-version-migrator-operator",
    "openshift-machine-api",
    "openshift-machine-config-operator",
    "openshift-marketplace",
    "openshift-monitoring",
    "openshift-multus",
    "openshift-network-diagnostics",
    "openshift-network-operator",
    "openshift-nmstate",
    "openshift-node",
    "openshift-oauth-apiserver",
    "openshift-operator-lifecycle-manager",
    "openshift-operators",
    "openshift-route-controller-manager",
    "openshift-service-ca",
    "openshift-service-ca-operator",
    "openshift-user-workload-monitoring",
)
#: namespaces with workloads of users (manifests/workloads.py)
USERS = ("shop", "media", "ci")
#: namespaces of the webhooks of third parties, with ``--with webhooks``
THIRD_PARTIES = ("gatekeeper-system", "mesh-system")
#: of the users' namespaces, the one whose multicast is on
MULTICAST = "media"
_MULTICAST_ANNOTATION = {
    "OpenShiftSDN": "netnamespace.network.openshift.io/multicast-enabled",
    "OVNKubernetes": "k8s.ovn.org/multicast-enabled",
}


def plugin_namespace(network_type: str) -> str:
    return "openshift-sdn" if network_type == "OpenShiftSDN" else "openshift-ovn-kubernetes"


def namespaces(seeding: Seeding) -> list[str]:
    """The names of all namespaces of a new cluster."""
    names = [*_KUBERNETES, *_PLATFORM, plugin_namespace(seeding.profile.initial_network_type), *USERS]
    if "webhooks" in seeding.options.extras:
        names += THIRD_PARTIES
    names += shape_namespaces(seeding.options)
    if "no-nmstate" in seeding.options.extras:
        names.remove(NMSTATE)
    if seeding.profile.node_identity:
        names.append("openshift-network-node-identity")
    return sorted(set(names))


def seed_namespaces(seeding: Seeding) -> None:
    for index, name in enumerate(namespaces(seeding)):
        is_user = name in (*USERS, *THIRD_PARTIES, *shape_namespaces(seeding.options))
        seeding.create(
            "namespaces",
            name,
            {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}},
            created=seeding.ages.ago(days=21) if is_user else seeding.ages.installing(minutes=4),
            labels=_labels(name),
            annotations=_annotations(name, index=index, seeding=seeding),
        )


def seed_projects(seeding: Seeding) -> None:
    """The projects of openshift-apiserver: every namespace seen through project.openshift.io."""
    for namespace in seeding.store.list("namespaces"):
        meta = namespace["metadata"]
        seeding.create(
            "projects.project.openshift.io",
            meta["name"],
            {"spec": namespace["spec"], "status": namespace["status"]},
            created=meta["creationTimestamp"],
            labels=meta.get("labels"),
            annotations=meta.get("annotations"),
        )


def _labels(name: str) -> dict[str, str]:
    labels = {"kubernetes.io/metadata.name": name}
    if name.startswith("openshift-"):
        labels |= {
            "openshift.io/cluster-monitoring": "true",
            "pod-security.kubernetes.io/audit": "privileged",
            "pod-security.kubernetes.io/enforce": "privileged",
            "pod-security.kubernetes.io/warn": "privileged",
        }
        if name in _RUN_LEVEL_0:
            labels["openshift.io/run-level"] = "0"
    elif name in USERS:
        labels |= {"pod-security.kubernetes.io/audit": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
    return labels


_RUN_LEVEL_0 = (
    "openshift-etcd",
    "openshift-kube-apiserver",
    "openshift-kube-controller-manager",
    "openshift-kube-scheduler",
    "openshift-multus",
    "openshift-network-operator",
    "openshift-ovn-kubernetes",
    "openshift-sdn",
)


def _annotations(name: str, *, index: int, seeding: Seeding) -> dict[str, str]:
    annotations = {
        "openshift.io/sa.scc.mcs": f"s0:c{20 + index // 20},c{index % 20}",
        "openshift.io/sa.scc.supplemental-groups": f"{1000400000 + index * 10000}/10000",
        "openshift.io/sa.scc.uid-range": f"{1000400000 + index * 10000}/10000",
    }
    if name.startswith("openshift-"):
        annotations["openshift.io/node-selector"] = ""
        annotations["workload.openshift.io/allowed"] = "management"
    if name in USERS:
        annotations |= {
            "openshift.io/description": "",
            "openshift.io/display-name": "",
            "openshift.io/requester": "developer",
        }
        if name == MULTICAST and seeding.profile.initial_network_type == "OVNKubernetes":
            annotations[_MULTICAST_ANNOTATION["OVNKubernetes"]] = "true"
    return annotations


def seed_net_namespaces(seeding: Seeding) -> None:
    """One NetNamespace for each namespace; those of the platform's core share the global identity 0."""
    for index, name in enumerate(namespaces(seeding)):
        net_id = 0 if name in ("default", "kube-system", "openshift-infra") else 131071 + (index * 104729) % 16000000
        annotations = {_MULTICAST_ANNOTATION["OpenShiftSDN"]: "true"} if name == MULTICAST else None
        seeding.create(
            "netnamespaces.network.openshift.io",
            name,
            {"netid": net_id, "netname": name},
            annotations=annotations,
        )
