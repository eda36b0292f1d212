"""The MachineConfigPools as far as people and the installer write them; their configuration and status belong to
MCO."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding
from tests.simulator.seed.shapes import shape_labels

POOLS = "machineconfigpools.machineconfiguration.openshift.io"
_ROLE = "machineconfiguration.openshift.io/role"


def seed_pools(seeding: Seeding) -> None:
    master, worker = seeding.topology.master_label, "node-role.kubernetes.io/worker"
    _seed("master", _built_in("master", node_label=master), required=True, seeding=seeding)
    _seed("worker", _built_in("worker", node_label=worker), required=False, seeding=seeding)
    for pool in seeding.topology.custom_pools:
        seeding.create(POOLS, pool, {"spec": _custom(pool)}, created=seeding.ages.ago(days=26))


def _seed(name: str, spec: Object, *, required: bool, seeding: Seeding) -> None:
    labels = {
        "machineconfiguration.openshift.io/mco-built-in": "",
        f"pools.operator.machineconfiguration.openshift.io/{name}": "",
    }
    if required:
        labels["operator.machineconfiguration.openshift.io/required-for-upgrade"] = ""
    labels |= shape_labels(seeding.options, of="pools", name=name)
    seeding.create(POOLS, name, {"spec": spec}, created=seeding.ages.installing(minutes=9), labels=labels)


def _built_in(role: str, *, node_label: str) -> Object:
    return {
        "machineConfigSelector": {"matchLabels": {_ROLE: role}},
        "nodeSelector": {"matchLabels": {node_label: ""}},
        "paused": False,
    }


def _custom(pool: str) -> Object:
    """Takes the configuration of the workers and its own, as the documentation tells people to write a custom pool."""
    return {
        "machineConfigSelector": {"matchExpressions": [{"key": _ROLE, "operator": "In", "values": ["worker", pool]}]},
        "nodeSelector": {"matchLabels": {f"node-role.kubernetes.io/{pool}": ""}},
        "paused": False,
    }
