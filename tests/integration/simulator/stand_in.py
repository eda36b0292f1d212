"""A cluster without OpenShift: a store with a few objects, a kubelet that echoes. What the API needs, and no more."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.simulator.clock import Clock
from tests.simulator.faults import Faults
from tests.simulator.ports import ApiGate, ExecResult, Object
from tests.simulator.seed.resources import builtin_resources
from tests.simulator.store.objects import ObjectStore

START = datetime(2026, 1, 31, tzinfo=UTC)
THINGS: Object = {
    "metadata": {"name": "things.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Cluster",
        "names": {"plural": "things", "kind": "Thing", "shortNames": ["th"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "size": {"type": "integer", "minimum": 0},
                                    "color": {"type": "string", "default": "blue"},
                                    "tags": {"type": "array", "items": {"type": "string"}},
                                },
                            },
                            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                        },
                    }
                },
            }
        ],
    },
}


class EchoKubelet:
    """Runs ``echo``, ``cat`` (of standard input), ``true`` and ``false``."""

    def exec(self, *, namespace: str, pod: str, container: str, command: list[str], stdin: str = "") -> ExecResult:
        if command[0] == "echo":
            return ExecResult(stdout=" ".join(command[1:]) + "\n")
        if command[0] == "cat":
            return ExecResult(stdout=stdin)
        if command[0] == "drop":
            return ExecResult(stdout="begun\n", dropped=True)
        return ExecResult(stderr="no\n" if command[0] == "false" else "", exit_code=int(command[0] == "false"))

    def logs(self, *, namespace: str, pod: str, container: str) -> list[str]:
        return [f"line {number}" for number in range(1, 6)]


class NoDisruptions:
    def to_json(self) -> Object:
        return {}


class StandInCluster:
    def __init__(self, *, nodes: int = 2) -> None:
        self.clock = Clock(speed=1.0, start=START)
        self.store = ObjectStore(now=self.clock.now)
        self.gate = ApiGate()
        self.kubelet = EchoKubelet()
        self.faults = Faults()
        self.disruptions = NoDisruptions()
        #: why a Service cannot be reached, by namespace and name
        self.unreachable: dict[tuple[str, str], str] = {}
        for resource in builtin_resources():
            self.store.declare(resource)
        create = self.store.create
        for name in ("default", "kube-system"):
            create("namespaces", {"metadata": {"name": name}}, actor="seed")
        for number in range(nodes):
            create("nodes", node(f"node-{number}"), actor="seed")
        create("pods", pod("web", node_name="node-0"), actor="seed")
        create("customresourcedefinitions.apiextensions.k8s.io", THINGS, actor="seed")

    def webhook_failure(self, namespace: str, name: str) -> str | None:
        return self.unreachable.get((namespace, name))


def node(name: str) -> Object:
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "node-role.kubernetes.io/worker": ""}},
        "spec": {},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1.27.15"}},
    }


def pod(name: str, *, node_name: str) -> Object:
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
        "spec": {"nodeName": node_name, "containers": [{"name": "main", "image": "example.com/web"}]},
        "status": {
            "phase": "Running",
            "startTime": "2026-01-30T00:00:00Z",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "main", "ready": True, "restartCount": 0, "state": {"running": {}}}],
        },
    }
