"""The ClusterOperators of a healthy cluster, and the ClusterVersion above them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulator.ports import Object
from tests.simulator.profiles import Profile
from tests.simulator.seed.context import Seeding
from tests.simulator.seed.networks import SDN_BLOCKS_UPGRADE, operator_conditions
from tests.simulator.topology import identity

_ALL_IS_WELL = "All is well"


@dataclass(frozen=True)
class Operator:
    """One ClusterOperator: where its operands live, what it says when all is well, and which versions it reports."""

    name: str
    namespaces: tuple[str, ...]
    available: str = ""
    progressing: str = ""
    degraded: str = ""
    upgradeable: str = _ALL_IS_WELL
    #: further relatedObjects: (group, resource, name)
    related: tuple[tuple[str, str, str], ...] = ()
    #: names in ``status.versions`` besides ``operator``
    operands: tuple[str, ...] = ()
    reason: str = "AsExpected"
    #: further conditions that are always there: (type, status, reason)
    further: tuple[tuple[str, str, str], ...] = ()


def _operator(name: str, *namespaces: str, **more: object) -> Operator:
    return Operator(name, namespaces, **more)  # type: ignore[arg-type]


def _revisions(kind: str, *, group: str = "operator.openshift.io") -> tuple[tuple[str, str, str], ...]:
    return ((group, kind, "cluster"),)


OPERATORS: tuple[Operator, ...] = (
    _operator(
        "authentication",
        "openshift-authentication",
        "openshift-authentication-operator",
        "openshift-oauth-apiserver",
        available="OAuthServerDeploymentAvailable: availableReplicas==2",
        progressing="AuthenticatorCertKeyProgressing: All is well",
        degraded=_ALL_IS_WELL,
        related=_revisions("authentications"),
        operands=("oauth-apiserver", "oauth-openshift"),
    ),
    _operator(
        "baremetal",
        "openshift-machine-api",
        available="Operational",
        related=(("metal3.io", "provisionings", "provisioning-configuration"),),
        reason="DeploymentCompleted",
        further=(("Disabled", "False", ""),),
    ),
    _operator(
        "cloud-controller-manager",
        "openshift-cloud-controller-manager",
        "openshift-cloud-controller-manager-operator",
        available="Cluster Cloud Controller Manager Operator is available at {version}",
        upgradeable="Cluster Cloud Controller Manager Operator is available and upgradable",
    ),
    _operator("cloud-credential", "openshift-cloud-credential-operator", related=_revisions("cloudcredentials")),
    _operator(
        "cluster-autoscaler",
        "openshift-machine-api",
        available="at version {version}",
        related=(("autoscaling.openshift.io", "clusterautoscalers", ""),),
    ),
    _operator(
        "config-operator",
        "openshift-config",
        "openshift-config-managed",
        "openshift-config-operator",
        available="All is well",
        related=_revisions("configs"),
        operands=("feature-gates",),
    ),
    _operator(
        "console",
        "openshift-console",
        "openshift-console-operator",
        available=_ALL_IS_WELL,
        progressing=_ALL_IS_WELL,
        degraded=_ALL_IS_WELL,
        related=_revisions("consoles"),
    ),
    _operator(
        "control-plane-machine-set",
        "openshift-machine-api",
        available="cluster operator is available",
        upgradeable="cluster operator is upgradable",
    ),
    _operator(
        "csi-snapshot-controller",
        "openshift-cluster-storage-operator",
        available=_ALL_IS_WELL,
        progressing=_ALL_IS_WELL,
        degraded=_ALL_IS_WELL,
        related=_revisions("csisnapshotcontrollers"),
        operands=("csi-snapshot-controller",),
    ),
    _operator(
        "dns",
        "openshift-dns",
        "openshift-dns-operator",
        available='DNS "default" is available.',
        progressing="Desired and current number of DNSes are equal",
        degraded='DNS "default" is not degraded',
        upgradeable="DNS Operator can be upgraded",
        related=(("operator.openshift.io", "dnses", "default"),),
        operands=("coredns", "openshift-cli", "kube-rbac-proxy"),
    ),
    _operator(
        "etcd",
        "openshift-etcd",
        "openshift-etcd-operator",
        available=(
            "StaticPodsAvailable: {masters} nodes are active; {masters} nodes are at revision 8\n"
            "EtcdMembersAvailable: {masters} members are available"
        ),
        progressing=(
            "NodeInstallerProgressing: {masters} nodes are at revision 8\n"
            "EtcdMembersProgressing: No unstarted etcd members found"
        ),
        degraded="NodeControllerDegraded: All master nodes are ready\nEtcdMembersDegraded: No unhealthy members found",
        related=_revisions("etcds"),
        operands=("raw-internal", "etcd"),
        further=(("RecentBackup", "Unknown", "ControllerStarted"),),
    ),
    _operator(
        "image-registry",
        "openshift-image-registry",
        available=(
            "Available: The registry is ready\n"
            "NodeCADaemonAvailable: The daemon set node-ca has available replicas\n"
            "ImagePrunerAvailable: Pruner CronJob has been created"
        ),
        progressing="Progressing: The registry is ready\nNodeCADaemonProgressing: The daemon set node-ca is deployed",
        related=(("imageregistry.operator.openshift.io", "configs", "cluster"),),
    ),
    _operator(
        "ingress",
        "openshift-ingress",
        "openshift-ingress-operator",
        "openshift-ingress-canary",
        available='The "default" ingress controller reports Available=True.',
        degraded='The "default" ingress controller reports Degraded=False.',
        related=(("operator.openshift.io", "ingresscontrollers", "default"),),
        operands=("ingress-controller", "canary-server"),
        reason="IngressAvailable",
    ),
    _operator(
        "insights",
        "openshift-insights",
        available="Insights works as expected",
        progressing="Monitoring the cluster",
        degraded="Insights works as expected",
        upgradeable="Insights operator can be upgraded",
        further=(
            ("Disabled", "False", "AsExpected"),
            ("ClusterTransferAvailable", "False", "NoClusterTransfer"),
            ("SCAAvailable", "False", "NonOrganizationalUser"),
        ),
    ),
    _operator(
        "kube-apiserver",
        "openshift-kube-apiserver",
        "openshift-kube-apiserver-operator",
        available="StaticPodsAvailable: {masters} nodes are active; {masters} nodes are at revision 9",
        progressing="NodeInstallerProgressing: {masters} nodes are at revision 9",
        degraded="NodeControllerDegraded: All master nodes are ready",
        upgradeable="KubeletMinorVersionUpgradeable: Kubelet and API server minor versions are synced.",
        related=_revisions("kubeapiservers"),
        operands=("raw-internal", "kube-apiserver"),
        further=(("EvaluationConditionsDetected", "Unknown", "NoData"),),
    ),
    _operator(
        "kube-controller-manager",
        "openshift-kube-controller-manager",
        "openshift-kube-controller-manager-operator",
        available="StaticPodsAvailable: {masters} nodes are active; {masters} nodes are at revision 7",
        progressing="NodeInstallerProgressing: {masters} nodes are at revision 7",
        degraded="NodeControllerDegraded: All master nodes are ready",
        related=_revisions("kubecontrollermanagers"),
        operands=("raw-internal", "kube-controller-manager"),
    ),
    _operator(
        "kube-scheduler",
        "openshift-kube-scheduler",
        "openshift-kube-scheduler-operator",
        available="StaticPodsAvailable: {masters} nodes are active; {masters} nodes are at revision 7",
        progressing="NodeInstallerProgressing: {masters} nodes are at revision 7",
        degraded="NodeControllerDegraded: All master nodes are ready",
        related=_revisions("kubeschedulers"),
        operands=("raw-internal", "kube-scheduler"),
    ),
    _operator(
        "kube-storage-version-migrator",
        "openshift-kube-storage-version-migrator",
        "openshift-kube-storage-version-migrator-operator",
        available=_ALL_IS_WELL,
        progressing="KubeStorageVersionMigratorProgressing: All is well",
        degraded=_ALL_IS_WELL,
        related=_revisions("kubestorageversionmigrators"),
    ),
    _operator(
        "machine-api",
        "openshift-machine-api",
        available="Cluster Machine API Operator is available at operator: {version}",
        upgradeable="Cluster Machine API Operator is upgradeable",
    ),
    _operator(
        "machine-approver",
        "openshift-cluster-machine-approver",
        available="Cluster Machine Approver is available at {version}",
        upgradeable="Cluster Machine Approver is available and upgradeable",
    ),
    _operator(
        "machine-config",
        "openshift-machine-config-operator",
        available="Cluster has deployed [{{operator {version}}}]",
        progressing="Cluster version is {version}",
        upgradeable="",
        related=(
            ("machineconfiguration.openshift.io", "machineconfigpools", ""),
            ("machineconfiguration.openshift.io", "controllerconfigs", "machine-config-controller"),
            ("machineconfiguration.openshift.io", "machineconfigs", ""),
        ),
        further=(("EvaluationConditionsDetected", "False", "AsExpected"),),
    ),
    _operator(
        "marketplace",
        "openshift-marketplace",
        available="Available release version: {version}",
        progressing="Successfully progressed to release version: {version}",
        upgradeable="Marketplace is upgradeable",
        reason="OperatorAvailable",
    ),
    _operator(
        "monitoring",
        "openshift-monitoring",
        "openshift-user-workload-monitoring",
        available="Successfully rolled out the stack.",
        reason="RollOutDone",
        upgradeable="",
    ),
    _operator("network", "openshift-network-operator", "openshift-multus", "openshift-network-diagnostics"),
    _operator(
        "node-tuning",
        "openshift-cluster-node-tuning-operator",
        available='Cluster has deployed {nodes}/{nodes} "rendered" Profiles',
        progressing='Cluster version is "{version}"',
        degraded='DaemonSet "tuned" available',
        upgradeable="",
        related=(("tuned.openshift.io", "tuneds", "default"),),
        operands=("ocp-tuned",),
    ),
    _operator(
        "openshift-apiserver",
        "openshift-apiserver",
        "openshift-apiserver-operator",
        available=_ALL_IS_WELL,
        progressing=_ALL_IS_WELL,
        degraded=_ALL_IS_WELL,
        related=_revisions("openshiftapiservers"),
        operands=("openshift-apiserver",),
    ),
    _operator(
        "openshift-controller-manager",
        "openshift-controller-manager",
        "openshift-controller-manager-operator",
        "openshift-route-controller-manager",
        available=_ALL_IS_WELL,
        progressing=_ALL_IS_WELL,
        degraded=_ALL_IS_WELL,
        related=_revisions("openshiftcontrollermanagers"),
    ),
    _operator(
        "openshift-samples",
        "openshift",
        "openshift-cluster-samples-operator",
        available="Samples installation successful at {version}",
        progressing="Samples installation successful at {version}",
        upgradeable="",
        reason="",
    ),
    _operator(
        "operator-lifecycle-manager",
        "openshift-operator-lifecycle-manager",
        progressing="Deployed {version}",
        upgradeable="Safe to upgrade",
        reason="",
    ),
    _operator(
        "operator-lifecycle-manager-catalog",
        "openshift-operator-lifecycle-manager",
        progressing="Deployed {version}",
        upgradeable="",
        reason="",
    ),
    _operator(
        "operator-lifecycle-manager-packageserver",
        "openshift-operator-lifecycle-manager",
        available=(
            "ClusterServiceVersion openshift-operator-lifecycle-manager/packageserver observed in phase Succeeded"
        ),
        progressing="Deployed version 0.0.1-snapshot",
        upgradeable="Safe to upgrade",
        reason="ClusterServiceVersionSucceeded",
    ),
    _operator(
        "service-ca",
        "openshift-service-ca",
        "openshift-service-ca-operator",
        available=_ALL_IS_WELL,
        progressing="Progressing: All service-ca-operator deployments updated",
        degraded=_ALL_IS_WELL,
        related=_revisions("servicecas"),
    ),
    _operator(
        "storage",
        "openshift-cluster-storage-operator",
        "openshift-cluster-csi-drivers",
        available="DefaultStorageClassControllerAvailable: No default StorageClass for this platform",
        progressing=_ALL_IS_WELL,
        degraded=_ALL_IS_WELL,
        related=_revisions("storages"),
    ),
)


def seed_operators(seeding: Seeding) -> None:
    for index, operator in enumerate(OPERATORS):
        seeding.create(
            "clusteroperators.config.openshift.io",
            operator.name,
            {"spec": {}, "status": status_of(operator, index=index, seeding=seeding)},
            created=seeding.ages.installing(minutes=2),
            annotations={
                "exclude.release.openshift.io/internal-openshift-hosted": "true",
                "include.release.openshift.io/self-managed-high-availability": "true",
                "include.release.openshift.io/single-node-developer": "true",
            },
            ownerReferences=[
                {
                    "apiVersion": "config.openshift.io/v1",
                    "kind": "ClusterVersion",
                    "name": "version",
                    "uid": seeding.uid("clusterversions.config.openshift.io", "version"),
                    "controller": True,
                }
            ],
        )


def status_of(operator: Operator, *, index: int, seeding: Seeding) -> Object:
    """The whole status of an operator at rest."""
    status: Object = {
        "conditions": _conditions(operator, index=index, seeding=seeding),
        "extension": None,
        "relatedObjects": _related(operator),
        "versions": _versions(operator, profile=seeding.profile),
    }
    return status


def _conditions(operator: Operator, *, index: int, seeding: Seeding) -> list[Object]:
    since = seeding.ages.installing(minutes=18 + index % 23)
    if operator.name == "network":
        return operator_conditions(seeding.profile, since=since)
    numbers = {
        "version": seeding.profile.version,
        "masters": len(seeding.topology.masters),
        "nodes": len(seeding.topology.nodes),
    }

    def reported(kind: str, status: str, message: str, reason: str) -> Object:
        known: Object = {"lastTransitionTime": since}
        if message:
            known["message"] = message.format(**numbers)
        if reason:
            known["reason"] = reason
        return {**known, "status": status, "type": kind}

    reason = operator.reason
    shown = [
        reported("Available", "True", operator.available, reason),
        reported("Progressing", "False", operator.progressing, "AsExpected" if reason else ""),
        reported("Degraded", "False", operator.degraded, "AsExpected" if reason else ""),
        reported("Upgradeable", "True", operator.upgradeable, "AsExpected" if reason else ""),
    ]
    return [*shown, *(reported(kind, status, "", why) for kind, status, why in operator.further)]


def _related(operator: Operator) -> list[Object]:
    related: list[Object] = [
        {"group": group, "name": name, "resource": resource} for group, resource, name in operator.related
    ]
    return [*related, *({"group": "", "name": name, "resource": "namespaces"} for name in operator.namespaces)]


def _versions(operator: Operator, *, profile: Profile) -> list[Object]:
    kubernetes = profile.kubernetes_version.removeprefix("v").partition("+")[0]
    versions = [{"name": "operator", "version": profile.version}]
    for operand in operator.operands:
        is_kubernetes = operand.startswith("kube-") and operand in (
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
        )
        versions.append({"name": operand, "version": kubernetes if is_kubernetes else profile.version})
    return versions


def seed_version(seeding: Seeding) -> None:
    """ClusterVersion: installed at this version a month ago."""
    profile, ages = seeding.profile, seeding.ages
    body: Object = {
        "spec": {
            "channel": profile.channel,
            "clusterID": str(identity(seeding.options.seed, "cluster")),
        },
        "status": {
            "availableUpdates": None,
            "capabilities": {"enabledCapabilities": list(_CAPABILITIES), "knownCapabilities": list(_CAPABILITIES)},
            "conditions": _version_conditions(seeding),
            "desired": {
                "channels": [f"{kind}-{profile.minor}" for kind in ("candidate", "eus", "fast", "stable")],
                "image": profile.release_image,
                "url": "https://access.redhat.com/errata/RHSA-2024:4479",
                "version": profile.version,
            },
            "history": [
                {
                    "completionTime": ages.installing(minutes=42),
                    "image": profile.release_image,
                    "startedTime": ages.installing(minutes=2),
                    "state": "Completed",
                    "verified": False,
                    "version": profile.version,
                }
            ],
            "observedGeneration": 2,
            "versionHash": "wVmJ0jcYJ2k=",
        },
    }
    seeding.create(
        "clusterversions.config.openshift.io",
        "version",
        body,
        created=ages.installing(minutes=2),
        generation=2,
    )


_CAPABILITIES = (
    "Console",
    "Insights",
    "MachineAPI",
    "NodeTuning",
    "Storage",
    "baremetal",
    "marketplace",
    "openshift-samples",
)


def _version_conditions(seeding: Seeding) -> list[Object]:
    version = seeding.profile.version
    started, done = seeding.ages.installing(minutes=2), seeding.ages.installing(minutes=42)
    conditions = [
        {
            "lastTransitionTime": started,
            "message": f'Payload loaded version="{version}" image="{seeding.profile.release_image}"',
            "reason": "PayloadLoaded",
            "status": "True",
            "type": "ReleaseAccepted",
        },
        {"lastTransitionTime": done, "message": f"Done applying {version}", "status": "True", "type": "Available"},
        {"lastTransitionTime": done, "status": "False", "type": "Failing"},
        {
            "lastTransitionTime": done,
            "message": f"Cluster version is {version}",
            "status": "False",
            "type": "Progressing",
        },
        {"lastTransitionTime": started, "status": "True", "type": "RetrievedUpdates"},
        {
            "lastTransitionTime": started,
            "message": "Capabilities match configured spec",
            "reason": "AsExpected",
            "status": "False",
            "type": "ImplicitlyEnabledCapabilities",
        },
    ]
    if seeding.profile.network_upgradeable == "sdn_and_migration" and seeding.profile.sdn_supported:
        conditions.append(
            {
                "lastTransitionTime": done,
                "message": (
                    f"Cluster operator network should not be upgraded between minor versions: {SDN_BLOCKS_UPGRADE}"
                ),
                "reason": "OpenShiftSDNConfigured",
                "status": "False",
                "type": "Upgradeable",
            }
        )
    return conditions
