"""Services and routes of the platform and of the users' applications."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulator.ports import Object
from tests.simulator.seed.context import DOMAIN, Seeding


@dataclass(frozen=True)
class Port:
    name: str
    port: int
    target: int | str
    protocol: str = "TCP"


@dataclass(frozen=True)
class ServicePlan:
    namespace: str
    name: str
    selector: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]
    address: str


def _web(port: int = 443, target: int | str = 8443, name: str = "https") -> tuple[Port, ...]:
    return (Port(name, port, target),)


_DNS = (
    Port("dns", 53, "dns", "UDP"),
    Port("dns-tcp", 53, "dns-tcp"),
    Port("metrics", 9154, "metrics"),
)
_ROUTER = (Port("http", 80, "http"), Port("https", 443, "https"), Port("metrics", 1936, "metrics"))

SERVICES: tuple[ServicePlan, ...] = (
    ServicePlan("default", "kubernetes", (), _web(443, 6443), "172.30.0.1"),
    ServicePlan("openshift-apiserver", "api", (("apiserver", "true"),), _web(), "172.30.10.11"),
    ServicePlan("openshift-oauth-apiserver", "api", (("app", "openshift-oauth-apiserver"),), _web(), "172.30.10.12"),
    ServicePlan(
        "openshift-authentication", "oauth-openshift", (("app", "oauth-openshift"),), _web(443, 6443), "172.30.10.13"
    ),
    ServicePlan("openshift-console", "console", (("app", "console"), ("component", "ui")), _web(), "172.30.10.14"),
    ServicePlan(
        "openshift-dns",
        "dns-default",
        (("dns.operator.openshift.io/daemonset-dns", "default"),),
        _DNS,
        "172.30.0.10",
    ),
    ServicePlan(
        "openshift-image-registry",
        "image-registry",
        (("docker-registry", "default"),),
        (Port("5000-tcp", 5000, 5000),),
        "172.30.10.15",
    ),
    ServicePlan(
        "openshift-ingress",
        "router-internal-default",
        (("ingresscontroller.operator.openshift.io/deployment-ingresscontroller", "default"),),
        _ROUTER,
        "172.30.10.16",
    ),
    ServicePlan(
        "openshift-machine-api",
        "machine-api-operator-webhook",
        (("k8s-app", "controller"),),
        _web(443, "webhook-server"),
        "172.30.10.17",
    ),
    ServicePlan(
        "openshift-monitoring",
        "prometheus-adapter",
        (("app.kubernetes.io/name", "prometheus-adapter"),),
        _web(443, 6443),
        "172.30.10.18",
    ),
    ServicePlan(
        "openshift-monitoring",
        "prometheus-k8s",
        (("app.kubernetes.io/name", "prometheus"),),
        _web(9091, "web", "web"),
        "172.30.10.19",
    ),
    ServicePlan(
        "openshift-multus",
        "multus-admission-controller",
        (("app", "multus-admission-controller"),),
        _web(443, 6443),
        "172.30.10.20",
    ),
    ServicePlan(
        "openshift-operator-lifecycle-manager",
        "packageserver-service",
        (("app", "packageserver"),),
        _web(5443, 5443, "5443"),
        "172.30.10.21",
    ),
    ServicePlan("shop", "frontend", (("app", "frontend"),), (Port("http", 8080, 8080),), "172.30.40.1"),
    ServicePlan("shop", "orders", (("app", "orders"),), (Port("http", 8080, 8080),), "172.30.40.2"),
    ServicePlan("shop", "orders-db", (("app", "orders-db"),), (Port("postgresql", 5432, 5432),), "172.30.40.3"),
    ServicePlan("shop", "image-policy", (("app", "image-policy"),), _web(), "172.30.40.4"),
    ServicePlan("media", "stream", (("app", "stream"),), (Port("rtp", 5004, 5004, "UDP"),), "172.30.40.5"),
)
#: those behind the webhooks of third parties
_THIRD_PARTIES = (
    ServicePlan(
        "gatekeeper-system",
        "gatekeeper-webhook-service",
        (("app", "gatekeeper-controller-manager"),),
        _web(),
        "172.30.41.1",
    ),
    ServicePlan("mesh-system", "sidecar-injector", (("app", "sidecar-injector"),), _web(), "172.30.41.2"),
)
#: route to namespace, service, port, host and termination
_ROUTES = (
    ("openshift-authentication", "oauth-openshift", "oauth-openshift", "6443", "oauth-openshift", "passthrough"),
    ("openshift-console", "console", "console", "https", "console-openshift-console", "reencrypt"),
    ("openshift-ingress-canary", "canary", "ingress-canary", "8080", "canary-openshift-ingress-canary", "edge"),
    ("shop", "frontend", "frontend", "http", "frontend-shop", "edge"),
)


def seed_services(seeding: Seeding) -> None:
    for plan in (*SERVICES, *(_THIRD_PARTIES if "webhooks" in seeding.options.extras else ())):
        seeding.create(
            "services",
            plan.name,
            {"spec": _spec(plan), "status": {"loadBalancer": {}}},
            namespace=plan.namespace,
            created=seeding.ages.ago(days=21) if not plan.namespace.startswith(("openshift", "default")) else None,
        )
    for namespace, name, service, port, host, termination in _ROUTES:
        body = _route(service, port=port, host=f"{host}.apps.{DOMAIN}", termination=termination, seeding=seeding)
        seeding.create("routes.route.openshift.io", name, body, namespace=namespace)


def _spec(plan: ServicePlan) -> Object:
    ports = [
        {"name": port.name, "port": port.port, "protocol": port.protocol, "targetPort": port.target}
        for port in plan.ports
    ]
    spec: Object = {
        "clusterIP": plan.address,
        "clusterIPs": [plan.address],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": ports,
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    if plan.selector:
        spec["selector"] = dict(plan.selector)
    return spec


def _route(service: str, *, port: str, host: str, termination: str, seeding: Seeding) -> Object:
    admitted = {
        "lastTransitionTime": seeding.ages.installing(minutes=30),
        "status": "True",
        "type": "Admitted",
    }
    return {
        "spec": {
            "host": host,
            "port": {"targetPort": port},
            "tls": {"insecureEdgeTerminationPolicy": "Redirect", "termination": termination},
            "to": {"kind": "Service", "name": service, "weight": 100},
            "wildcardPolicy": "None",
        },
        "status": {
            "ingress": [
                {
                    "conditions": [admitted],
                    "host": host,
                    "routerCanonicalHostname": f"router-default.apps.{DOMAIN}",
                    "routerName": "default",
                    "wildcardPolicy": "None",
                }
            ]
        },
    }
