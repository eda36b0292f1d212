"""The cluster-wide settings: platform, proxy, DNS and the like, and the configuration that it was installed with."""

from __future__ import annotations

import yaml

from tests.simulator.ports import Object
from tests.simulator.seed.context import (
    BASE_DOMAIN,
    CLUSTER_NAME,
    CLUSTER_NETWORK,
    DOMAIN,
    INFRASTRUCTURE_NAME,
    MACHINE_NETWORK,
    SERVICE_NETWORK,
    Seeding,
)
from tests.simulator.seed.platforms import platform

NO_PROXY = ".cluster.local,.svc,.example.internal"


def seed_configuration(seeding: Seeding) -> None:
    _seed_infrastructure(seeding)
    _seed_install_config(seeding)
    for key, (spec, status) in _settings(seeding).items():
        body: Object = {"spec": spec, **({"status": status} if status is not None else {})}
        seeding.create(f"{key}.config.openshift.io", "cluster", body, created=seeding.ages.installing(minutes=3))


def _seed_infrastructure(seeding: Seeding) -> None:
    runs_on = platform(seeding.options.platform)

    def part(of_platform: Object | None) -> Object:
        return {"type": runs_on.type} if of_platform is None else {runs_on.key: of_platform, "type": runs_on.type}

    status: Object = {
        "apiServerInternalURI": f"https://api-int.{DOMAIN}:6443",
        "apiServerURL": f"https://api.{DOMAIN}:6443",
        "controlPlaneTopology": seeding.topology.control_plane,
        "etcdDiscoveryDomain": "",
        "infrastructureName": INFRASTRUCTURE_NAME,
        "infrastructureTopology": seeding.topology.infrastructure,
        "platform": runs_on.type,
        "platformStatus": part(runs_on.status),
    }
    spec: Object = {"cloudConfig": {"name": ""}, "platformSpec": part(runs_on.spec)}
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
        "proxies": _proxy(seeding),
        "schedulers": (
            {"mastersSchedulable": not _has_own_workers(seeding), "policy": {"name": ""}},
            {},
        ),
    }


def _proxy(seeding: Seeding) -> tuple[Object, Object]:
    """The network operator adds the cluster's own names and networks to noProxy."""
    trusted: Object = {"trustedCA": {"name": ""}}
    if "proxy" not in seeding.options.extras:
        return trusted, {}
    urls = {"httpProxy": "http://proxy.example.internal:3128", "httpsProxy": "http://proxy.example.internal:3128"}
    merged = no_proxy(NO_PROXY, networks=[str(CLUSTER_NETWORK["cidr"]), SERVICE_NETWORK], on=seeding.options.platform)
    return {**trusted, **urls, "noProxy": NO_PROXY}, {**urls, "noProxy": merged}


def no_proxy(given: str, *, networks: list[str], on: str) -> str:
    """What a user gives, and what the cluster adds (cluster-network-operator 4.14, pkg/util/proxyconfig/no_proxy.go).

    :param networks: the CIDRs of the pods' and the services' networks
    :param on: the platform
    """
    own = {".cluster.local", ".svc", "127.0.0.1", MACHINE_NETWORK, f"api-int.{DOMAIN}", "localhost", *networks}
    if on == "AWS":
        own |= {".eu-central-1.compute.internal", "169.254.169.254"}
    return ",".join(sorted(own | set(given.split(","))))


def _has_own_workers(seeding: Seeding) -> bool:
    return any(not node.is_master for node in seeding.topology.nodes)


def _seed_install_config(seeding: Seeding) -> None:
    """ConfigMap kube-system/cluster-config-v1; the network operator reads controlPlane.replicas from it."""
    ours, runs_on = seeding.topology, platform(seeding.options.platform)
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
            "platform": {runs_on.key: {}},
            "replicas": seeding.options.install_config_masters or len(ours.masters),
        },
        "metadata": {"creationTimestamp": None, "name": CLUSTER_NAME},
        "networking": {
            "clusterNetwork": [dict(CLUSTER_NETWORK)],
            "machineNetwork": [{"cidr": MACHINE_NETWORK}],
            "networkType": seeding.profile.initial_network_type,
            "serviceNetwork": [SERVICE_NETWORK],
        },
        "platform": {runs_on.key: runs_on.install},
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
