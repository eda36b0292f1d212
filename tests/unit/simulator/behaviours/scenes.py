"""Stories told to a simulated cluster by writes to its store, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.simulator.behaviours.conditions import find
from tests.simulator.behaviours.mco.machine_configs import network_type_of
from tests.simulator.behaviours.mco.names import CONFIGS, CURRENT, DESIRED, POOLS, STATE
from tests.simulator.cluster import SimulatedCluster
from tests.simulator.durations import Durations
from tests.simulator.options import Options
from tests.simulator.ports import Change, Object

SDN = "OpenShiftSDN"
OVN = "OVNKubernetes"
CONFIG = "networks.config.openshift.io"
OPERATOR = "networks.operator.openshift.io"
CLUSTER_OPERATORS = "clusteroperators.config.openshift.io"
MCO_NAMESPACE = "openshift-machine-config-operator"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Scene:
    """One cluster, what is done to it, and what it looks like."""

    def __init__(self, ocp: str = "4.14", *, durations: Durations | None = None, **options: Any) -> None:
        self.cluster = SimulatedCluster(Options(ocp=ocp, speed=0, **options), start=START, durations=durations)
        self.store = self.cluster.store
        self.clock = self.cluster.clock
        self.changes: list[tuple[float, Change]] = []
        self.store.subscribe(lambda change: self.changes.append((self.clock.seconds, change)))

    # time

    def pass_by(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def until(self, condition: Callable[[], bool], *, within: float, step: float = 1.0) -> float:
        """Let time pass until ``condition`` holds; the seconds that took. Fails after ``within``."""
        start = self.clock.seconds
        while not condition():
            assert self.clock.seconds - start < within, f"still not so after {within} simulated seconds"
            self.clock.advance(step)
        return self.clock.seconds - start

    # what clients do

    def migrate_to(self, target: str | None, **more: Any) -> None:
        migration = None if target is None else {"networkType": target, **more}
        self.operator_spec({"migration": migration})

    def operator_spec(self, spec: dict[str, Any]) -> None:
        self.store.patch(OPERATOR, "cluster", {"spec": spec}, actor="system:admin")

    def set_type(self, network_type: str) -> None:
        self.store.patch(CONFIG, "cluster", {"spec": {"networkType": network_type}}, actor="system:admin")

    def pause(self, *pools: str, paused: bool = True) -> None:
        for pool in pools:
            self.store.patch(POOLS, pool, {"spec": {"paused": paused}}, actor="system:admin")

    def cordon(self, node: str, *, on: bool = True) -> None:
        self.store.patch("nodes", node, {"spec": {"unschedulable": on or None}}, actor="system:admin")

    def daemon_pod(self, node: str) -> str:
        pods = self.store.list("pods", namespace=MCO_NAMESPACE, labels={"k8s-app": "machine-config-daemon"})
        return next(str(pod["metadata"]["name"]) for pod in pods if pod["spec"]["nodeName"] == node)

    def run(self, node: str, *command: str) -> Any:
        return self.cluster.kubelet.exec(
            namespace=MCO_NAMESPACE,
            pod=self.daemon_pod(node),
            container="machine-config-daemon",
            command=list(command),
        )

    def reboot(self, *nodes: str, minutes: int = 1) -> None:
        for node in nodes or self.nodes:
            self.run(node, "chroot", "/rootfs", "shutdown", "-r", f"+{minutes}")

    # chapters

    def prepare(self, target: str) -> None:
        """Set the migration and wait until every pool really runs it."""
        self.migrate_to(target)
        self.until(lambda: self.pools_run(target), within=4 * 3600, step=10)

    def flip(self, target: str) -> None:
        self.set_type(target)
        self.until(lambda: self.status.get("networkType") == target, within=120)

    def reboot_all(self) -> None:
        before = {node: self.boot_id(node) for node in self.nodes}
        self.reboot()
        self.until(lambda: all(self.boot_id(node) != before[node] for node in self.nodes), within=1800, step=5)
        self.until(self.healthy, within=3600, step=10)

    def migrate(self, target: str) -> None:
        """The whole forward migration up to healthy operators, with ``migration`` still set."""
        self.prepare(target)
        self.flip(target)
        self.pass_by(300)
        self.reboot_all()

    def healthy(self) -> bool:
        return not self.sick_operators() and all(self.is_ready(node) for node in self.nodes)

    def pools_run(self, target: str) -> bool:
        return all(self.pool_runs(pool, target) for pool in self.pools)

    def pool_runs(self, name: str, target: str) -> bool:
        pool = self.pool(name)
        spec, status = pool["spec"]["configuration"]["name"], pool["status"]["configuration"]["name"]
        if spec != status or network_type_of(self.store.get(CONFIGS, spec)) != target:
            return False
        return str(self.pool_condition(name, "Updated")["status"]) == "True"

    # what it looks like

    @property
    def status(self) -> Object:
        status: Object = self.store.get(CONFIG, "cluster")["status"]
        return status

    @property
    def nodes(self) -> list[str]:
        return [node["metadata"]["name"] for node in self.store.list("nodes")]

    @property
    def pools(self) -> list[str]:
        return [pool["metadata"]["name"] for pool in self.store.list(POOLS)]

    def pool(self, name: str) -> Object:
        return self.store.get(POOLS, name)

    def counts(self, name: str) -> tuple[int, int, int, int, int]:
        status = self.pool(name)["status"]
        kinds = ("machineCount", "updatedMachineCount", "readyMachineCount", "unavailableMachineCount")
        return (*(status[kind] for kind in kinds), status["degradedMachineCount"])

    def pool_condition(self, name: str, kind: str) -> dict[str, Any]:
        found = find(self.pool(name)["status"]["conditions"], kind)
        assert found is not None
        return found

    def node(self, name: str) -> Object:
        return self.store.get("nodes", name)

    def annotation(self, node: str, key: str) -> str | None:
        return (self.node(node)["metadata"].get("annotations") or {}).get(key)

    def configs(self, node: str) -> tuple[str | None, str | None, str | None]:
        return self.annotation(node, CURRENT), self.annotation(node, DESIRED), self.annotation(node, STATE)

    def boot_id(self, node: str) -> str:
        return str(self.node(node)["status"]["nodeInfo"]["bootID"])

    def ready(self, node: str) -> str:
        found = find(self.node(node)["status"]["conditions"], "Ready")
        assert found is not None
        return str(found["status"])

    def is_ready(self, node: str) -> bool:
        return self.ready(node) == "True"

    def operator(self, name: str, kind: str) -> dict[str, Any]:
        found = find(self.store.get(CLUSTER_OPERATORS, name)["status"]["conditions"], kind)
        assert found is not None
        return found

    def sick_operators(self) -> list[str]:
        wanted = {"Available": "True", "Progressing": "False", "Degraded": "False"}
        return [
            operator["metadata"]["name"]
            for operator in self.store.list(CLUSTER_OPERATORS)
            if any(self.operator(operator["metadata"]["name"], kind)["status"] != v for kind, v in wanted.items())
        ]

    def served(self, name: str) -> bool:
        crd = self.store.find("customresourcedefinitions.apiextensions.k8s.io", name)
        return crd is not None and self.store.resource(name) is not None

    def daemonset(self, namespace: str, name: str) -> Object | None:
        return self.store.find("daemonsets.apps", name, namespace=namespace)

    def times(self, key: str, of: Callable[[Change], bool]) -> list[float]:
        """When changes of ``key`` that satisfy ``of`` were committed."""
        return [at for at, change in self.changes if change.key == key and of(change)]

    def reboots(self, node: str) -> list[str]:
        return [r.cause for r in self.cluster.disruptions.reboots if r.node == node and r.up is not None]
