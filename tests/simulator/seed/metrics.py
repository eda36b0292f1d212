"""What ``kubectl top`` reads: one sample for each node, taken a few seconds ago."""

from __future__ import annotations

from tests.simulator.seed.context import Seeding


def seed_metrics(seeding: Seeding) -> None:
    for node in seeding.topology.nodes:
        cpu, memory = (1400, 11200) if node.is_master else (2100, 18400)
        usage = {"cpu": f"{cpu + node.index * 13 % 300}m", "memory": f"{memory + node.index * 37 % 900}Mi"}
        moment = seeding.ages.ago(seconds=12)
        body = {"timestamp": moment, "usage": usage, "window": "5m0s"}
        seeding.create("nodes.metrics.k8s.io", node.name, body, created=moment)
