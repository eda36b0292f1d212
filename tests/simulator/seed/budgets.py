"""PodDisruptionBudgets: the platform's and a user's. Their status is kept by the disruption controller's behaviour."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding

BUDGETS = "poddisruptionbudgets.policy"
#: namespace, name, which bound, its value, selector
_PLATFORM: tuple[tuple[str, str, str, int | str, dict[str, str]], ...] = (
    ("openshift-apiserver", "openshift-apiserver-pdb", "maxUnavailable", 1, {"apiserver": "true"}),
    ("openshift-console", "console", "maxUnavailable", 1, {"app": "console", "component": "ui"}),
    ("openshift-etcd", "etcd-guard-pdb", "minAvailable", 2, {"app": "guard"}),
    ("openshift-image-registry", "image-registry", "minAvailable", 1, {"docker-registry": "default"}),
    (
        "openshift-ingress",
        "router-default",
        "maxUnavailable",
        "50%",
        {"ingresscontroller.operator.openshift.io/deployment-ingresscontroller": "default"},
    ),
    ("openshift-kube-apiserver", "kube-apiserver-guard-pdb", "minAvailable", 2, {"app": "guard"}),
    ("openshift-monitoring", "prometheus-k8s", "minAvailable", 1, {"app.kubernetes.io/name": "prometheus"}),
    ("openshift-oauth-apiserver", "oauth-apiserver-pdb", "maxUnavailable", 1, {"app": "openshift-oauth-apiserver"}),
    ("openshift-operator-lifecycle-manager", "packageserver-pdb", "maxUnavailable", 1, {"app": "packageserver"}),
)
_USERS = (("shop", "frontend", "minAvailable", 1, {"app": "frontend"}),)


def seed_budgets(seeding: Seeding) -> None:
    for namespace, name, bound, value, selector in _PLATFORM:
        if name.endswith("-guard-pdb"):
            if seeding.topology.control_plane == "SingleReplica":
                continue
            value = len(seeding.topology.masters) - 1
        _seed(namespace, name, {bound: value}, selector, created=None, seeding=seeding)
    for namespace, name, bound, value, selector in _USERS:
        _seed(namespace, name, {bound: value}, selector, created=seeding.ages.ago(days=20), seeding=seeding)


def _seed(
    namespace: str, name: str, bound: Object, selector: dict[str, str], *, created: str | None, seeding: Seeding
) -> None:
    spec = {**bound, "selector": {"matchLabels": selector}}
    status = {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}
    seeding.create(BUDGETS, name, {"spec": spec, "status": status}, namespace=namespace, created=created)
