# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds we know, by fixed API path: discovery breaks while aggregated APIs are down, paths do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional
from urllib.parse import quote


@dataclass(frozen=True)
class Kind:
    """One resource of the API. ``title`` is how messages name it, the way ``oc get`` takes it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = False

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def title(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def discovery_path(self) -> str:
        """Where the API tells which resources it serves in this group and version."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.api_version}"

    def path(self, *, name: Optional[str] = None, namespace: Optional[str] = None) -> str:
        scope = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace else ""
        leaf = f"/{quote(name, safe='')}" if name else ""
        return f"{self.discovery_path}{scope}/{self.plural}{leaf}"


NETWORK_CONFIG = Kind("config.openshift.io/v1", "Network", "networks")
NETWORK_OPERATOR = Kind("operator.openshift.io/v1", "Network", "networks")
CLUSTER_OPERATOR = Kind("config.openshift.io/v1", "ClusterOperator", "clusteroperators")
CLUSTER_VERSION = Kind("config.openshift.io/v1", "ClusterVersion", "clusterversions")
MACHINE_CONFIG_POOL = Kind("machineconfiguration.openshift.io/v1", "MachineConfigPool", "machineconfigpools")
MACHINE_CONFIG = Kind("machineconfiguration.openshift.io/v1", "MachineConfig", "machineconfigs")
API_SERVICE = Kind("apiregistration.k8s.io/v1", "APIService", "apiservices")
ACCESS_REVIEW = Kind("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews")
RULES_REVIEW = Kind("authorization.k8s.io/v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews")
NODE = Kind("v1", "Node", "nodes")
NAMESPACE = Kind("v1", "Namespace", "namespaces")
POD = Kind("v1", "Pod", "pods", namespaced=True)
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
DAEMON_SET = Kind("apps/v1", "DaemonSet", "daemonsets", namespaced=True)
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments", namespaced=True)
JOB = Kind("batch/v1", "Job", "jobs", namespaced=True)
INFRASTRUCTURE = Kind("config.openshift.io/v1", "Infrastructure", "infrastructures")
PROXY = Kind("config.openshift.io/v1", "Proxy", "proxies")
MACHINE_HEALTH_CHECK = Kind(
    "machine.openshift.io/v1beta1", "MachineHealthCheck", "machinehealthchecks", namespaced=True
)
NODE_HEALTH_CHECK = Kind("remediation.medik8s.io/v1alpha1", "NodeHealthCheck", "nodehealthchecks")
VALIDATING_WEBHOOKS = Kind(
    "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"
)
MUTATING_WEBHOOKS = Kind(
    "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations"
)
DISRUPTION_BUDGET = Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", namespaced=True)
SIGNING_REQUEST = Kind("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests")
#: No objects: what ``approve`` is allowed on.
SIGNER = Kind("certificates.k8s.io/v1", "Signer", "signers")
LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases", namespaced=True)
CRD = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions")
SERVICE = Kind("v1", "Service", "services", namespaced=True)
VOLUME_CLAIM = Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", namespaced=True)
NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", namespaced=True)
CLUSTER_ROLE = Kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles")
NODE_NETWORK_POLICY = Kind("nmstate.io/v1", "NodeNetworkConfigurationPolicy", "nodenetworkconfigurationpolicies")
NODE_NETWORK_STATE = Kind("nmstate.io/v1beta1", "NodeNetworkState", "nodenetworkstates")
ATTACHMENT = Kind(
    "k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "network-attachment-definitions", namespaced=True
)
#: Of the cluster autoscaler's operator, which the release payload has; the objects are their owner's.
CLUSTER_AUTOSCALER = Kind("autoscaling.openshift.io/v1", "ClusterAutoscaler", "clusterautoscalers")
MACHINE_AUTOSCALER = Kind(
    "autoscaling.openshift.io/v1beta1", "MachineAutoscaler", "machineautoscalers", namespaced=True
)
#: Egress routers as the network operator deploys them under OVN-Kubernetes.
EGRESS_ROUTER = Kind("network.operator.openshift.io/v1", "EgressRouter", "egressrouters", namespaced=True)
#: The objects of OpenShiftSDN; their CRDs go when a migration to OVN-Kubernetes is finalized.
HOST_SUBNET = Kind("network.openshift.io/v1", "HostSubnet", "hostsubnets")
NET_NAMESPACE = Kind("network.openshift.io/v1", "NetNamespace", "netnamespaces")
EGRESS_NETWORK_POLICY = Kind("network.openshift.io/v1", "EgressNetworkPolicy", "egressnetworkpolicies", namespaced=True)
CLUSTER_NETWORK = Kind("network.openshift.io/v1", "ClusterNetwork", "clusternetworks")
#: The objects of OVN-Kubernetes; their CRDs go when a migration to OpenShiftSDN is finalized.
EGRESS_IP = Kind("k8s.ovn.org/v1", "EgressIP", "egressips")
EGRESS_FIREWALL = Kind("k8s.ovn.org/v1", "EgressFirewall", "egressfirewalls", namespaced=True)
EGRESS_QOS = Kind("k8s.ovn.org/v1", "EgressQoS", "egressqoses", namespaced=True)
EGRESS_SERVICE = Kind("k8s.ovn.org/v1", "EgressService", "egressservices", namespaced=True)
EXTERNAL_ROUTE = Kind("k8s.ovn.org/v1", "AdminPolicyBasedExternalRoute", "adminpolicybasedexternalroutes")
ADMIN_NETWORK_POLICY = Kind("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "adminnetworkpolicies")
BASELINE_NETWORK_POLICY = Kind(
    "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies"
)
#: Egress IPs as the cloud knows them; the operator deletes them when it converts egress IPs.
CLOUD_PRIVATE_IP = Kind("cloud.network.openshift.io/v1", "CloudPrivateIPConfig", "cloudprivateipconfigs")
#: What preflight looks for, of operators that a cluster may have or not.
INGRESS = Kind("config.openshift.io/v1", "Ingress", "ingresses")
IMAGE_MIRRORS = Kind("config.openshift.io/v1", "ImageDigestMirrorSet", "imagedigestmirrorsets")
IMAGE_POLICY = Kind("operator.openshift.io/v1alpha1", "ImageContentSourcePolicy", "imagecontentsourcepolicies")
ARO_CLUSTER = Kind("aro.openshift.io/v1alpha1", "Cluster", "clusters")
CEPH_CLUSTER = Kind("ceph.rook.io/v1", "CephCluster", "cephclusters", namespaced=True)
APPLICATION = Kind("argoproj.io/v1alpha1", "Application", "applications", namespaced=True)
CONFIGURATION_POLICY = Kind(
    "policy.open-cluster-management.io/v1", "ConfigurationPolicy", "configurationpolicies", namespaced=True
)
SRIOV_POLICY = Kind(
    "sriovnetwork.openshift.io/v1", "SriovNetworkNodePolicy", "sriovnetworknodepolicies", namespaced=True
)
#: What each node has of cards that could have virtual functions; the operator keeps one for each node.
SRIOV_STATE = Kind("sriovnetwork.openshift.io/v1", "SriovNetworkNodeState", "sriovnetworknodestates", namespaced=True)
PTP_CONFIG = Kind("ptp.openshift.io/v1", "PtpConfig", "ptpconfigs", namespaced=True)
