"""The ClusterOperators that suffer while the pod network is broken, and the ClusterVersion above all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.simulator.behaviours.conditions import Condition, condition, find, is_true, updated
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.platform.pod_network import PodNetwork
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change, Object

CLUSTER_OPERATORS = "clusteroperators.config.openshift.io"
CLUSTER_VERSIONS = "clusterversions.config.openshift.io"


@dataclass(frozen=True)
class Suffering:
    """What an operator says between flip and last reboot: (reason, message) of each condition that turns bad."""

    name: str
    unavailable: tuple[str, str] | None = None
    progressing: tuple[str, str] | None = None
    degraded: tuple[str, str] | None = None

    @property
    def conditions(self) -> list[Condition]:
        made = []
        if self.unavailable:
            made.append(condition("Available", False, *self.unavailable))
        if self.progressing:
            made.append(condition("Progressing", True, *self.progressing))
        if self.degraded:
            made.append(condition("Degraded", True, *self.degraded))
        return made


_TIMEOUT = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
SUFFERING = (
    Suffering(
        "authentication",
        unavailable=(
            "OAuthServerRouteEndpointAccessible_EndpointUnavailable",
            f"OAuthServerRouteEndpointAccessibleControllerAvailable: {_TIMEOUT}",
        ),
        degraded=(
            "OAuthServerRouteEndpointAccessibleController_SyncError",
            f"OAuthServerRouteEndpointAccessibleControllerDegraded: {_TIMEOUT}",
        ),
    ),
    Suffering(
        "console",
        unavailable=(
            "RouteHealth_RouteNotAdmitted",
            "RouteHealthAvailable: console route is not admitted",
        ),
        degraded=("RouteHealth_FailedGet", f"RouteHealthDegraded: failed to GET route: {_TIMEOUT}"),
    ),
    Suffering(
        "dns",
        progressing=(
            "DNSReportsProgressingIsTrue",
            'DNS "default" reports Progressing=True: "Have 0 available DNS pods."',
        ),
        degraded=("DNSDegraded", 'DNS "default" is degraded'),
    ),
    Suffering(
        "image-registry",
        unavailable=("NoReplicasAvailable", "Available: The deployment does not have available replicas"),
        progressing=(
            "DeploymentNotCompleted",
            "Progressing: The deployment has not completed",
        ),
        degraded=("Unavailable", "Degraded: The deployment does not have available replicas"),
    ),
    Suffering(
        "ingress",
        degraded=(
            "IngressDegraded",
            'The "default" ingress controller reports Degraded=True: DegradedConditions: One or more other status '
            "conditions indicate a degraded state: CanaryChecksSucceeding=False (CanaryChecksRepetitiveFailures: "
            "Canary route checks for the default ingress controller are failing)",
        ),
    ),
    Suffering(
        "monitoring",
        unavailable=(
            "UpdatingPrometheusOperatorFailed",
            "UpdatingPrometheusOperator: reconciling Prometheus Operator Admission Webhook Deployment failed",
        ),
        progressing=("RollOutInProgress", "Rolling out the stack."),
        degraded=(
            "UpdatingPrometheusOperatorFailed",
            "UpdatingPrometheusOperator: reconciling Prometheus Operator Admission Webhook Deployment failed",
        ),
    ),
    Suffering(
        "openshift-apiserver",
        unavailable=(
            "APIServices_Error",
            'APIServicesAvailable: "apps.openshift.io.v1" is not ready: 503 (the server is currently unable to handle '
            "the request)",
        ),
    ),
    Suffering(
        "operator-lifecycle-manager-packageserver",
        unavailable=(
            "ClusterServiceVersionNotSucceeded",
            "ClusterServiceVersion openshift-operator-lifecycle-manager/packageserver observed in phase Failed with "
            "reason: APIServiceResourceIssue",
        ),
        progressing=("", "Working toward {version}"),
    ),
)


class ClusterOperators:
    """Each starts to suffer at its own time after the flip, and recovers at its own time after the last reboot."""

    def __init__(self, world: World, *, network: PodNetwork) -> None:
        self._world = world
        self._network = network
        self._well: dict[str, list[Condition]] = {}
        self._sick = False
        self._change = 0
        network.node_changed.connect(lambda _: self._judge())

    def _judge(self) -> None:
        if self._world.installing:
            return
        torn = bool(self._network.torn_machines)
        if torn == self._sick:
            return
        self._sick = torn
        self._change += 1
        durations = self._world.durations
        if torn:
            first, last = durations.operators_suffer_first, durations.operators_suffer_last
        else:
            first, last = durations.operators_recover_first, durations.operators_recover_last
        order = list(SUFFERING)
        self._world.dice.shuffle(order)
        for place, suffering in enumerate(order):
            pause = first + (last - first) * place / (len(order) - 1)
            self._world.clock.after(pause, partial(self._turn, suffering, self._change))

    def _turn(self, suffering: Suffering, change: int) -> None:
        if change != self._change:
            return
        if not self._world.api_up:
            self._world.clock.spawn(self._turn_when_up(suffering, change))
            return
        operator = self._world.store.find(CLUSTER_OPERATORS, suffering.name)
        if operator is None:
            return
        known = (operator.get("status") or {}).get("conditions") or []
        if self._sick:
            self._well.setdefault(suffering.name, known)
            changes = [self._worded(made) for made in suffering.conditions]
        else:
            changes = [
                {key: value for key, value in made.items() if key != "lastTransitionTime"}
                for made in self._well.pop(suffering.name, [])
            ]
        patch = {"status": {"conditions": updated(known, changes, now=self._world.timestamp())}}
        actor = f"system:serviceaccount:openshift-{suffering.name}-operator:{suffering.name}-operator"
        self._world.store.patch(CLUSTER_OPERATORS, suffering.name, patch, actor=actor, subresource="status")

    def _turn_when_up(self, suffering: Suffering, change: int) -> Any:
        yield from self._world.api()
        self._turn(suffering, change)

    def _worded(self, made: Condition) -> Condition:
        if "message" in made:
            made["message"] = made["message"].replace("{version}", self._world.profile.version)
        return made


class ClusterVersionOperator:
    """Failing and Progressing of the ClusterVersion follow from the ClusterOperators
    (cluster-version-operator, pkg/cvo/status.go)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = Loop(world, lambda _: self._sync(), delay="cvo_sync")
        world.watch(self._changed, CLUSTER_OPERATORS)

    def _changed(self, change: Change) -> None:
        if not self._world.installing:
            self._loop.note()

    def _sync(self) -> None:
        version = self._world.store.find(CLUSTER_VERSIONS, "version")
        if version is None:
            return
        reason, told = self._failure()
        number = self._world.profile.version
        changes = [
            condition("Failing", bool(reason), reason, told),
            condition(
                "Progressing",
                False,
                reason,
                f"Error while reconciling {number}: {_summary(told)}" if reason else f"Cluster version is {number}",
            ),
        ]
        upgradeable = self._upgradeable()
        known = [made for made in version["status"]["conditions"] if upgradeable or made["type"] != "Upgradeable"]
        if upgradeable:
            changes.append(upgradeable)
        conditions = updated(known, changes, now=self._world.timestamp())
        patch = {"status": {"conditions": conditions}}
        actor = "system:serviceaccount:openshift-cluster-version:default"
        self._world.store.patch(CLUSTER_VERSIONS, "version", patch, actor=actor, subresource="status")

    def _failure(self) -> tuple[str, str]:
        unavailable, degraded = [], []
        for operator in self._world.store.list(CLUSTER_OPERATORS):
            name, conditions = operator["metadata"]["name"], (operator.get("status") or {}).get("conditions")
            if not is_true(conditions, "Available"):
                unavailable.append(name)
            elif is_true(conditions, "Degraded"):
                degraded.append(name)
        if unavailable:
            if len(unavailable) == 1:
                return "ClusterOperatorNotAvailable", f"Cluster operator {unavailable[0]} is not available"
            return "ClusterOperatorsNotAvailable", f"Cluster operators {', '.join(unavailable)} are not available"
        if degraded:
            if len(degraded) == 1:
                return "ClusterOperatorDegraded", f"Cluster operator {degraded[0]} is degraded"
            return "ClusterOperatorsDegraded", f"Cluster operators {', '.join(degraded)} are degraded"
        return "", ""

    def _upgradeable(self) -> Condition | None:
        for operator in self._world.store.list(CLUSTER_OPERATORS):
            found = find((operator.get("status") or {}).get("conditions"), "Upgradeable")
            if found is not None and found["status"] == "False":
                name = operator["metadata"]["name"]
                words = f"Cluster operator {name} should not be upgraded between minor versions: "
                return condition("Upgradeable", False, found.get("reason", ""), words + found.get("message", ""))
        return None


def _summary(told: str) -> str:
    return told[:1].lower() + told[1:] if told else ""


def is_healthy(operator: Object) -> bool:
    conditions = (operator.get("status") or {}).get("conditions")
    return (
        is_true(conditions, "Available")
        and not is_true(conditions, "Progressing")
        and not is_true(conditions, "Degraded")
    )
