"""The cluster-wide settings: platform, proxy, DNS and the like, and the configuration that it was installed with."""

from __future__ import annotations

import yaml

from tests.simulator.ports import Object
from tests.simulator.seed.context import (
    API_VIP,
    BASE_DOMAIN,
    CLUSTER_NAME,
    CLUSTER_NETWORK,
    DOMAIN,
    INFRASTRUCTURE_NAME,
    INGRESS_VIP,
    MACHINE_NETWORK,
    SERVICE_NETWORK,
    Seeding,
)

PLATFORM = "BareMetal"


def seed_configuration(seeding: Seeding) -> None:
    _seed_infrastructure(seeding)
    _seed_install_config(seeding)
    for key, (spec, status) in _settings(seeding).items():
        body: Object = {"spec": spec, **({"status": status} if status is not None else {})}
        seeding.create(f"{key}.config.openshift.io", "cluster", body, created=seeding.ages.installing(minutes=3))


def _seed_infrastructure(seeding: Seeding) -> None:
    addresses: Object = {"apiServerInternalIPs": [API_VIP], "ingressIPs": [INGRESS_VIP]}
    status: Object = {
        "apiServerInternalURI": f"https://api-int.{DOMAIN}:6443",
        "apiServerURL": f"https://api.{DOMAIN}:6443",
        "controlPlaneTopology": seeding.topology.control_plane,
        "etcdDiscoveryDomain": "",
        "infrastructureName": INFRASTRUCTURE_NAME,
        "infrastructureTopology": seeding.topology.infrastructure,
        "platform": PLATFORM,
        "platformStatus": {
            "baremetal": {**addresses, "apiServerInternalIP": API_VIP, "ingressIP": INGRESS_VIP},
            "type": PLATFORM,
        },
    }
    spec: Object = {"cloudConfig": {"name": ""}, "platformSpec": {"baremetal": {}, "type": PLATFORM}}
    seeding.create(
        "infrastructures.config.openshift.io",
        "cluster",
        {"spec": spec, "status": status},
        created=seeding.ages.installing(minutes=3),
    )


def _settings(seeding: Seeding) -> dict[str, tuple[Object, Object | None]]:
    """Spec and status of the settings that are all named cluster, by plural."""
    return {
        "apiservers": ({"audit": {"profile": "Default"}}, None),
        "authentications": (
            {"oauthMetadata": {"name": ""}, "serviceAccountIssuer": "", "type": "", "webhookTokenAuthenticator": None},
            {"integratedOAuthMetadata": {"name": "oauth-openshift"}},
        ),
        "consoles": (
            {"authentication": {"logoutRedirect": ""}},
            {"consoleURL": f"https://console-openshift-console.apps.{DOMAIN}"},
        ),
        "dnses": ({"baseDomain": DOMAIN, "platform": {"aws": None, "type": ""}}, {}),
        "featuregates": ({}, None),
        "images": (
            {"additionalTrustedCA": {"name": ""}},
            {"internalRegistryHostname": "image-registry.openshift-image-registry.svc:5000"},
        ),
        "ingresses": (
            {"domain": f"apps.{DOMAIN}", "loadBalancer": {"platform": {"type": ""}}},
            {"defaultPlacement": "ControlPlane" if not _has_own_workers(seeding) else "Workers"},
        ),
        "nodes": ({}, None),
        "oauths": ({}, None),
        "projects": ({"projectRequestMessage": "", "projectRequestTemplate": {"name": ""}}, None),
        "proxies": ({"trustedCA": {"name": ""}}, {}),
        "schedulers": (
            {"mastersSchedulable": not _has_own_workers(seeding), "policy": {"name": ""}},
            {},
        ),
    }


def _has_own_workers(seeding: Seeding) -> bool:
    return any(not node.is_master for node in seeding.topology.nodes)


def _seed_install_config(seeding: Seeding) -> None:
    """ConfigMap kube-system/cluster-config-v1; the network operator reads controlPlane.replicas from it."""
    ours = seeding.topology
    workers = sum(not node.is_master for node in ours.nodes)
    config: Object = {
        "additionalTrustBundlePolicy": "Proxyonly",
        "apiVersion": "v1",
        "baseDomain": BASE_DOMAIN,
        "compute": [
            {
                "architecture": "amd64",
                "hyperthreading": "Enabled",
                "name": "worker",
                "platform": {},
                "replicas": workers,
            }
        ],
        "controlPlane": {
            "architecture": "amd64",
            "hyperthreading": "Enabled",
            "name": "master",
            "platform": {"baremetal": {}},
            "replicas": seeding.options.install_config_masters or len(ours.masters),
        },
        "metadata": {"creationTimestamp": None, "name": CLUSTER_NAME},
        "networking": {
            "clusterNetwork": [dict(CLUSTER_NETWORK)],
            "machineNetwork": [{"cidr": MACHINE_NETWORK}],
            "networkType": seeding.profile.initial_network_type,
            "serviceNetwork": [SERVICE_NETWORK],
        },
        "platform": {"baremetal": {"apiVIPs": [API_VIP], "ingressVIPs": [INGRESS_VIP]}},
        "publish": "External",
        "pullSecret": "",
    }
    text = yaml.safe_dump(config, sort_keys=True, default_flow_style=False)
    seeding.create(
        "configmaps",
        "cluster-config-v1",
        {"data": {"install-config": text}},
        namespace="kube-system",
        created=seeding.ages.installing(minutes=2),
    )
