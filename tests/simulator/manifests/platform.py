"""The workloads of the platform beside the network and the machine configuration, and those of the users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.simulator.manifests.workload import Kind, Labels, Where, Workload, app
from tests.simulator.topology import Topology


def platform(topology: Topology) -> Iterator[Workload]:
    yield from _control_plane(topology)
    yield from _on_premises(topology)
    yield from _host_daemons()
    yield from _services(topology)
    yield from _operators()
    yield from _monitoring(topology)
    yield from _users()


def _control_plane(topology: Topology) -> Iterator[Workload]:
    etcd = ("etcdctl", "etcd", "etcd-metrics", "etcd-readyz")
    static = (
        ("openshift-etcd", "etcd", etcd, (("app", "etcd"), ("etcd", "true"), ("k8s-app", "etcd")), "etcd"),
        (
            "openshift-kube-apiserver",
            "kube-apiserver",
            (
                "kube-apiserver",
                "kube-apiserver-cert-syncer",
                "kube-apiserver-cert-regeneration-controller",
                "kube-apiserver-insecure-readyz",
                "kube-apiserver-check-endpoints",
            ),
            (("apiserver", "true"), ("app", "openshift-kube-apiserver")),
            "kube-apiserver",
        ),
        (
            "openshift-kube-controller-manager",
            "kube-controller-manager",
            (
                "kube-controller-manager",
                "cluster-policy-controller",
                "kube-controller-manager-cert-syncer",
                "kube-controller-manager-recovery-controller",
            ),
            (("app", "kube-controller-manager"), ("kube-controller-manager", "true")),
            "kube-controller-manager",
        ),
        (
            "openshift-kube-scheduler",
            "openshift-kube-scheduler",
            ("kube-scheduler", "kube-scheduler-cert-syncer", "kube-scheduler-recovery-controller"),
            (("app", "openshift-kube-scheduler"), ("scheduler", "true")),
            "kube-scheduler",
        ),
    )
    for namespace, name, containers, labels, operator in static:
        pod = Workload(
            "StaticPod",
            namespace,
            name,
            containers,
            labels,
            host_network=True,
            tolerates_all=True,
            operator=operator,
            priority="system-node-critical",
        )
        yield pod
        if len(topology.masters) > 1:
            yield replace(
                pod,
                kind="Guard",
                name=f"{name}-guard",
                containers=("guard",),
                labels=app("guard"),
                host_network=False,
                tolerates_all=False,
                grace_seconds=3,
                priority="system-cluster-critical",
            )


def _on_premises(topology: Topology) -> Iterator[Workload]:
    """The load balancer, the shared addresses and the DNS that the installer puts on bare metal."""
    base = Workload(
        "StaticPod",
        "openshift-kni-infra",
        "keepalived",
        ("keepalived", "keepalived-monitor"),
        app("kni-infra-vrrp"),
        "all",
        host_network=True,
        tolerates_all=True,
        priority="system-node-critical",
    )
    if topology.is_single_node:
        return
    yield base
    yield replace(base, name="coredns", containers=("coredns", "coredns-monitor"), labels=app("kni-infra-mdns"))
    yield replace(
        base,
        name="haproxy",
        containers=("haproxy", "haproxy-monitor"),
        labels=app("kni-infra-api-lb"),
        where="masters",
    )


def _host_daemons() -> Iterator[Workload]:
    base = Workload(
        "DaemonSet",
        "openshift-dns",
        "node-resolver",
        ("dns-node-resolver",),
        (("dns.operator.openshift.io/daemonset-node-resolver", ""),),
        "all",
        host_network=True,
        tolerates_all=True,
        operator="dns",
        priority="system-node-critical",
        max_unavailable="33%",
    )
    yield base
    yield replace(
        base,
        name="dns-default",
        containers=("dns", "kube-rbac-proxy"),
        labels=(("dns.operator.openshift.io/daemonset-dns", "default"),),
        host_network=False,
        max_unavailable="10%",
    )
    yield replace(
        base,
        namespace="openshift-image-registry",
        name="node-ca",
        containers=("node-ca",),
        labels=(("name", "node-ca"),),
        operator="image-registry",
    )
    yield replace(
        base,
        namespace="openshift-cluster-node-tuning-operator",
        name="tuned",
        containers=("tuned",),
        labels=(("openshift-app", "tuned"),),
        host_pid=True,
        operator="node-tuning",
    )
    yield replace(
        base,
        namespace="openshift-monitoring",
        name="node-exporter",
        containers=("node-exporter", "kube-rbac-proxy"),
        init_containers=("init-textfile",),
        labels=(("app.kubernetes.io/name", "node-exporter"),),
        host_pid=True,
        operator="monitoring",
        priority="system-cluster-critical",
        max_unavailable="10%",
    )
    yield replace(
        base,
        namespace="openshift-ingress-canary",
        name="ingress-canary",
        containers=("serve-healthcheck-canary",),
        labels=(("ingresscanary.operator.openshift.io/daemonset-ingresscanary", "canary_controller"),),
        where="workers",
        host_network=False,
        tolerates_all=False,
        operator="ingress",
        priority="system-cluster-critical",
        max_unavailable="10%",
    )
    yield replace(
        base,
        namespace="openshift-nmstate",
        name="nmstate-handler",
        containers=("nmstate-handler",),
        labels=(("component", "kubernetes-nmstate-handler"),),
        operator="",
        max_unavailable="10%",
    )


def _services(topology: Topology) -> Iterator[Workload]:
    masters = len(topology.masters)
    pair = 2 if masters > 1 else 1
    router = (("ingresscontroller.operator.openshift.io/deployment-ingresscontroller", "default"),)
    console = (("app", "console"), ("component", "ui"))
    downloads = (("app", "console"), ("component", "downloads"))
    table: tuple[tuple[str, str, tuple[str, ...], Labels, Where, int, str], ...] = (
        (
            "openshift-apiserver",
            "apiserver",
            _APISERVER,
            (("apiserver", "true"), ("app", "openshift-apiserver-a")),
            "masters",
            masters,
            "openshift-apiserver",
        ),
        (
            "openshift-oauth-apiserver",
            "apiserver",
            ("oauth-apiserver",),
            (("apiserver", "true"), ("app", "openshift-oauth-apiserver")),
            "masters",
            masters,
            "authentication",
        ),
        (
            "openshift-authentication",
            "oauth-openshift",
            ("oauth-openshift",),
            app("oauth-openshift"),
            "masters",
            masters,
            "authentication",
        ),
        ("openshift-console", "console", ("console",), console, "masters", pair, "console"),
        ("openshift-console", "downloads", ("download-server",), downloads, "masters", pair, "console"),
        (
            "openshift-controller-manager",
            "controller-manager",
            ("controller-manager",),
            (("app", "openshift-controller-manager-a"), ("controller-manager", "true")),
            "masters",
            masters,
            "openshift-controller-manager",
        ),
        (
            "openshift-route-controller-manager",
            "route-controller-manager",
            ("route-controller-manager",),
            (("app", "route-controller-manager"), ("route-controller-manager", "true")),
            "masters",
            masters,
            "openshift-controller-manager",
        ),
        (
            "openshift-ingress",
            "router-default",
            ("router",),
            router,
            "workers",
            min(2, len(topology.workers)),
            "ingress",
        ),
        (
            "openshift-image-registry",
            "image-registry",
            ("registry",),
            (("docker-registry", "default"),),
            "workers",
            min(2, len(topology.workers)),
            "image-registry",
        ),
        (
            "openshift-operator-lifecycle-manager",
            "packageserver",
            ("packageserver",),
            app("packageserver"),
            "masters",
            pair,
            "operator-lifecycle-manager-packageserver",
        ),
        (
            "openshift-cluster-storage-operator",
            "csi-snapshot-controller",
            ("snapshot-controller",),
            app("csi-snapshot-controller"),
            "masters",
            pair,
            "csi-snapshot-controller",
        ),
        (
            "openshift-service-ca",
            "service-ca",
            ("service-ca-controller",),
            (("app", "service-ca"), ("service-ca", "true")),
            "masters",
            1,
            "service-ca",
        ),
        (
            "openshift-kube-storage-version-migrator",
            "migrator",
            ("migrator",),
            app("migrator"),
            "masters",
            1,
            "kube-storage-version-migrator",
        ),
        (
            "openshift-nmstate",
            "nmstate-webhook",
            ("nmstate-webhook",),
            app("kubernetes-nmstate-webhook"),
            "masters",
            pair,
            "",
        ),
    )
    for namespace, name, containers, labels, where, replicas, operator in table:
        yield Workload(
            "Deployment",
            namespace,
            name,
            containers,
            labels,
            where,
            replicas,
            # on bare metal the routers publish on the ports of their nodes
            host_network=name == "router-default",
            operator=operator,
        )


_APISERVER = ("openshift-apiserver", "openshift-apiserver-check-endpoints")


def _operators() -> Iterator[Workload]:
    """The operators: one pod each on a master, some on the network of the node."""
    table = (
        ("openshift-apiserver-operator", "openshift-apiserver-operator", 1, False, "openshift-apiserver"),
        ("openshift-authentication-operator", "authentication-operator", 1, False, "authentication"),
        (
            "openshift-cloud-controller-manager-operator",
            "cluster-cloud-controller-manager-operator",
            3,
            True,
            "cloud-controller-manager",
        ),
        ("openshift-cloud-credential-operator", "cloud-credential-operator", 2, False, "cloud-credential"),
        ("openshift-cluster-machine-approver", "machine-approver", 2, True, "machine-approver"),
        ("openshift-cluster-node-tuning-operator", "cluster-node-tuning-operator", 1, False, "node-tuning"),
        ("openshift-cluster-samples-operator", "cluster-samples-operator", 2, False, "openshift-samples"),
        ("openshift-cluster-storage-operator", "cluster-storage-operator", 1, False, "storage"),
        ("openshift-cluster-storage-operator", "csi-snapshot-controller-operator", 1, False, "csi-snapshot-controller"),
        ("openshift-cluster-version", "cluster-version-operator", 1, True, ""),
        ("openshift-config-operator", "openshift-config-operator", 1, False, "config-operator"),
        ("openshift-console-operator", "console-operator", 1, False, "console"),
        (
            "openshift-controller-manager-operator",
            "openshift-controller-manager-operator",
            1,
            False,
            "openshift-controller-manager",
        ),
        ("openshift-dns-operator", "dns-operator", 2, False, "dns"),
        ("openshift-etcd-operator", "etcd-operator", 1, False, "etcd"),
        ("openshift-image-registry", "cluster-image-registry-operator", 1, False, "image-registry"),
        ("openshift-ingress-operator", "ingress-operator", 2, False, "ingress"),
        ("openshift-insights", "insights-operator", 1, False, "insights"),
        ("openshift-kube-apiserver-operator", "kube-apiserver-operator", 1, False, "kube-apiserver"),
        (
            "openshift-kube-controller-manager-operator",
            "kube-controller-manager-operator",
            1,
            False,
            "kube-controller-manager",
        ),
        ("openshift-kube-scheduler-operator", "openshift-kube-scheduler-operator", 1, False, "kube-scheduler"),
        (
            "openshift-kube-storage-version-migrator-operator",
            "kube-storage-version-migrator-operator",
            1,
            False,
            "kube-storage-version-migrator",
        ),
        ("openshift-machine-api", "cluster-autoscaler-operator", 2, False, "cluster-autoscaler"),
        ("openshift-machine-api", "cluster-baremetal-operator", 2, False, "baremetal"),
        ("openshift-machine-api", "control-plane-machine-set-operator", 1, False, "control-plane-machine-set"),
        ("openshift-machine-api", "machine-api-controllers", 7, False, "machine-api"),
        ("openshift-machine-api", "machine-api-operator", 2, False, "machine-api"),
        ("openshift-marketplace", "marketplace-operator", 1, False, "marketplace"),
        ("openshift-monitoring", "cluster-monitoring-operator", 1, False, "monitoring"),
        ("openshift-nmstate", "nmstate-operator", 1, False, ""),
        ("openshift-operator-lifecycle-manager", "catalog-operator", 1, False, "operator-lifecycle-manager-catalog"),
        ("openshift-operator-lifecycle-manager", "olm-operator", 1, False, "operator-lifecycle-manager"),
        (
            "openshift-operator-lifecycle-manager",
            "package-server-manager",
            2,
            False,
            "operator-lifecycle-manager-packageserver",
        ),
        ("openshift-service-ca-operator", "service-ca-operator", 1, False, "service-ca"),
    )
    for namespace, name, containers, host_network, operator in table:
        names = (name, *_SIDECARS[: containers - 1])
        yield Workload("Deployment", namespace, name, names, app(name), host_network=host_network, operator=operator)


_SIDECARS = (
    "kube-rbac-proxy",
    "config-sync",
    "machineset-controller",
    "nodelink-controller",
    "machine-healthcheck-controller",
    "kube-rbac-proxy-mhc-mtrc",
)


def _monitoring(topology: Topology) -> Iterator[Workload]:
    pair = 1 if topology.is_single_node else 2
    proxy = "kube-rbac-proxy"
    table: tuple[tuple[Kind, str, str, tuple[str, ...], int], ...] = (
        (
            "StatefulSet",
            "alertmanager-main",
            "alertmanager",
            (
                "alertmanager",
                "config-reloader",
                "alertmanager-proxy",
                proxy,
                "kube-rbac-proxy-metric",
                "prom-label-proxy",
            ),
            pair,
        ),
        (
            "StatefulSet",
            "prometheus-k8s",
            "prometheus",
            ("prometheus", "config-reloader", "thanos-sidecar", "prometheus-proxy", proxy, "kube-rbac-proxy-thanos"),
            pair,
        ),
        (
            "Deployment",
            "kube-state-metrics",
            "kube-state-metrics",
            ("kube-state-metrics", "kube-rbac-proxy-main", "kube-rbac-proxy-self"),
            1,
        ),
        (
            "Deployment",
            "openshift-state-metrics",
            "openshift-state-metrics",
            ("kube-rbac-proxy-main", "kube-rbac-proxy-self", "openshift-state-metrics"),
            1,
        ),
        ("Deployment", "prometheus-adapter", "prometheus-adapter", ("prometheus-adapter",), pair),
        ("Deployment", "prometheus-operator", "prometheus-operator", ("prometheus-operator", proxy), 1),
        (
            "Deployment",
            "prometheus-operator-admission-webhook",
            "prometheus-operator-admission-webhook",
            ("prometheus-operator-admission-webhook",),
            pair,
        ),
        ("Deployment", "telemeter-client", "telemeter-client", ("telemeter-client", "reload", proxy), 1),
        (
            "Deployment",
            "thanos-querier",
            "thanos-query",
            (
                "thanos-query",
                "oauth-proxy",
                proxy,
                "prom-label-proxy",
                "kube-rbac-proxy-rules",
                "kube-rbac-proxy-metrics",
            ),
            pair,
        ),
    )
    for kind, name, label, containers, replicas in table:
        yield Workload(
            kind,
            "openshift-monitoring",
            name,
            containers,
            (("app.kubernetes.io/name", label),),
            "masters" if name.startswith("prometheus-operator") else "workers",
            replicas,
            operator="monitoring",
            grace_seconds=120 if kind == "StatefulSet" else 30,
        )


def third_parties() -> Iterator[Workload]:
    """The servers of the webhooks that ``--with webhooks`` brings (seed/webhooks.py)."""
    for namespace, name in (
        ("gatekeeper-system", "gatekeeper-controller-manager"),
        ("mesh-system", "sidecar-injector"),
    ):
        yield Workload("Deployment", namespace, name, ("manager",), app(name), "workers", 2, priority="")


def _users() -> Iterator[Workload]:
    table: tuple[tuple[Kind, str, str, int], ...] = (
        ("Deployment", "shop", "frontend", 3),
        ("Deployment", "shop", "orders", 2),
        ("StatefulSet", "shop", "orders-db", 1),
        ("Deployment", "shop", "image-policy", 2),
        ("Deployment", "media", "stream", 2),
        ("Deployment", "ci", "runner", 2),
    )
    for kind, namespace, name, replicas in table:
        yield Workload(kind, namespace, name, (name,), app(name), "workers", replicas, priority="")
