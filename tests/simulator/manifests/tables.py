"""The workloads in ``workload_tables/*.yaml``, read for one cluster.

A table has ``workloads``, and ``defaults`` for all of them. An entry has the fields of a ``Workload``; without
``containers`` its one container, and without ``labels`` its label ``app``, has the name of the workload. Besides:

``when``, ``unless``
    the fact, by name, that decides whether the workload is there
``replicas``
    may be the name of a fact, too

Texts in ``containers`` and ``arguments`` may hold facts: ``{mcd_second_container}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulator.manifests.workload import Workload, app
from tests.simulator.topology import Topology
from tests.simulator.yaml_files import read as read_yaml

_FOLDER = Path(__file__).parent / "workload_tables"
_TEXTS = ("containers", "init_containers", "arguments")
_PAIRS = ("labels", "annotations")

#: what entries depend on, by name
Facts = Mapping[str, Any]


def workloads(table: str, facts: Facts) -> list[Workload]:
    """The workloads of one table that there are, in its order.

    :raises KeyError: when an entry names a fact that ``facts`` does not hold
    """
    read = _table(table)
    entries = [{**read.get("defaults", {}), **entry} for entry in read["workloads"]]
    return [_workload(entry, facts) for entry in entries if _is_there(entry, facts)]


def counts(topology: Topology) -> Facts:
    """The facts that follow from the number of nodes."""
    masters = len(topology.masters)
    return {
        "masters": masters,
        "pair_of_masters": min(2, masters),
        "up_to_two_workers": min(2, len(topology.workers)),
        "pair": 1 if topology.is_single_node else 2,
        "highly_available": masters > 1,
        "single_node": topology.is_single_node,
    }


@cache
def _table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = read_yaml(_FOLDER / f"{name}.yaml")
    return read


def _is_there(entry: Mapping[str, Any], facts: Facts) -> bool:
    wanted = "when" not in entry or bool(facts[entry["when"]])
    return wanted and not ("unless" in entry and facts[entry["unless"]])


def _workload(entry: Mapping[str, Any], facts: Facts) -> Workload:
    fields = {key: value for key, value in entry.items() if key not in ("when", "unless")}
    fields = {"containers": [entry["name"]], "labels": dict(app(entry["name"])), **fields}
    for key in _TEXTS:
        fields[key] = tuple(text.format_map(facts) for text in fields.get(key, ()))
    for key in _PAIRS:
        fields[key] = tuple(fields.get(key, {}).items())
    if isinstance(fields.get("replicas"), str):
        fields["replicas"] = facts[fields["replicas"]]
    return Workload(**fields)
