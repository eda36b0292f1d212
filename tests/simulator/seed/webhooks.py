"""Webhook configurations: the platform's own, and one of a user whose server is a pod on the pod network."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding

VALIDATING = "validatingwebhookconfigurations.admissionregistration.k8s.io"
MUTATING = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
#: the webhook of a user; none of the platform's
USER_WEBHOOK = "image-policy.shop.example.com"
#: third parties', with ``--with webhooks``
POLICY_WEBHOOK = "gatekeeper-validating-webhook-configuration"
MESH_WEBHOOK = "sidecar-injector"
POLICY_NAMESPACE = "gatekeeper-system"
MESH_NAMESPACE = "mesh-system"


def seed_webhooks(seeding: Seeding) -> None:
    for name, hook in _PLATFORM.items():
        seeding.create(VALIDATING, name, {"webhooks": [hook]}, created=seeding.ages.installing(minutes=15))
    for name, key, hook in _MACHINE_API:
        seeding.create(key, name, {"webhooks": [hook]}, created=seeding.ages.installing(minutes=16))
    if seeding.profile.node_identity and seeding.profile.initial_network_type == "OVNKubernetes":
        seeding.create(VALIDATING, NODE_IDENTITY, node_identity(), created=seeding.ages.installing(minutes=7))
    seeding.create(
        VALIDATING, USER_WEBHOOK, {"webhooks": [_user_webhook()]}, created=seeding.ages.ago(days=19), generation=1
    )
    if "webhooks" in seeding.options.extras:
        _seed_third_parties(seeding)


def _seed_third_parties(seeding: Seeding) -> None:
    """A policy engine that looks at every write and can be done without, and one that injects sidecars and cannot."""
    ages = seeding.ages
    everything = {**_rule("*", "*", "*"), "apiVersions": ["*"]}
    policies = _webhook(
        "validation.gatekeeper.sh",
        _service(POLICY_NAMESPACE, "gatekeeper-webhook-service", path="/v1/admit"),
        [everything],
        timeout=10,
        failure="Ignore",
    )
    own = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [POLICY_NAMESPACE]}
    policies["namespaceSelector"] = {"matchExpressions": [own]}
    labels = _webhook(
        "check-ignore-label.gatekeeper.sh",
        _service(POLICY_NAMESPACE, "gatekeeper-webhook-service", path="/v1/admitlabel"),
        [_rule("", "*", "namespaces")],
        timeout=3,
    )
    seeding.create(VALIDATING, POLICY_WEBHOOK, {"webhooks": [policies, labels]}, created=ages.ago(days=12))
    sidecars = _webhook(
        "inject.mesh.example.com",
        _service(MESH_NAMESPACE, "sidecar-injector", path="/inject"),
        [_rule("", "v1", "pods", operations=("CREATE",), scope="Namespaced")],
        timeout=10,
    )
    sidecars["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    sidecars["reinvocationPolicy"] = "Never"
    seeding.create(MUTATING, MESH_WEBHOOK, {"webhooks": [sidecars]}, created=ages.ago(days=12))


NODE_IDENTITY = "network-node-identity.openshift.io"


def node_identity() -> Object:
    """The webhooks that guard the annotations of nodes and pods under OVN-Kubernetes (4.14+); reached by URL on the
    host network, so they work without a pod network."""
    return {
        "webhooks": [
            _webhook(
                "node.network-node-identity.openshift.io",
                {"url": "https://127.0.0.1:9743/node"},
                [_rule("", "v1", "nodes/status", operations=("UPDATE",))],
                timeout=10,
            ),
            _webhook(
                "pod.network-node-identity.openshift.io",
                {"url": "https://127.0.0.1:9743/pod"},
                [_rule("", "v1", "pods/status", operations=("UPDATE",), scope="Namespaced")],
                timeout=10,
            ),
        ]
    }


def _webhook(name: str, client: Object, rules: list[Object], *, timeout: int, failure: str = "Fail") -> Object:
    return {
        "admissionReviewVersions": ["v1"],
        "clientConfig": client,
        "failurePolicy": failure,
        "matchPolicy": "Equivalent",
        "name": name,
        "namespaceSelector": {},
        "objectSelector": {},
        "rules": rules,
        "sideEffects": "None",
        "timeoutSeconds": timeout,
    }


def _rule(
    group: str, version: str, resource: str, *, operations: tuple[str, ...] = ("CREATE", "UPDATE"), scope: str = "*"
) -> Object:
    return {
        "apiGroups": [group],
        "apiVersions": [version],
        "operations": list(operations),
        "resources": [resource],
        "scope": scope,
    }


def _service(namespace: str, name: str, *, path: str, port: int = 443) -> Object:
    return {"service": {"name": name, "namespace": namespace, "path": path, "port": port}}


_PLATFORM = {
    "multus.openshift.io": _webhook(
        "multus.openshift.io",
        _service("openshift-multus", "multus-admission-controller", path="/validate"),
        [_rule("k8s.cni.cncf.io", "v1", "network-attachment-definitions")],
        timeout=30,
    ),
    "autoscaling.openshift.io": _webhook(
        "clusterautoscalers.autoscaling.openshift.io",
        _service("openshift-machine-api", "cluster-autoscaler-operator", path="/validate-clusterautoscalers"),
        [_rule("autoscaling.openshift.io", "v1", "clusterautoscalers")],
        timeout=10,
        failure="Ignore",
    ),
    "prometheusrules.openshift.io": _webhook(
        "prometheusrules.openshift.io",
        _service(
            "openshift-monitoring",
            "prometheus-operator-admission-webhook",
            path="/admission-prometheusrules/validate",
            port=8443,
        ),
        [_rule("monitoring.coreos.com", "v1", "prometheusrules", scope="Namespaced")],
        timeout=5,
        failure="Ignore",
    ),
    "controlplanemachineset.machine.openshift.io": _webhook(
        "controlplanemachineset.machine.openshift.io",
        _service(
            "openshift-machine-api",
            "control-plane-machine-set-operator",
            path="/validate-machine-openshift-io-v1-controlplanemachineset",
            port=9443,
        ),
        [_rule("machine.openshift.io", "v1", "controlplanemachinesets")],
        timeout=10,
    ),
}
_MACHINES = [_rule("machine.openshift.io", "v1beta1", "machines")]
_MACHINE_API = (
    (
        "machine-api",
        VALIDATING,
        _webhook(
            "validation.machine.machine.openshift.io",
            _service(
                "openshift-machine-api",
                "machine-api-operator-webhook",
                path="/validate-machine-openshift-io-v1beta1-machine",
            ),
            _MACHINES,
            timeout=10,
        ),
    ),
    (
        "machine-api",
        MUTATING,
        _webhook(
            "default.machine.machine.openshift.io",
            _service(
                "openshift-machine-api",
                "machine-api-operator-webhook",
                path="/mutate-machine-openshift-io-v1beta1-machine",
            ),
            _MACHINES,
            timeout=10,
        ),
    ),
)


def _user_webhook() -> Object:
    """Looks at every new pod of its namespaces: what stops pods from starting while its own pods have no network."""
    hook = _webhook(
        USER_WEBHOOK,
        _service("shop", "image-policy", path="/validate"),
        [_rule("", "v1", "pods", operations=("CREATE",), scope="Namespaced")],
        timeout=10,
        failure="Ignore",
    )
    hook["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    return hook
