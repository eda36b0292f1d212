"""What other people's operators have put into a cluster: ``shape_tables/NAME.yaml`` for ``--with NAME``.

A table has ``objects``, the ``namespaces`` that they bring, and ``definitions`` of kinds that are not OpenShift's own,
whose fields nobody here looks at. What it has ``per_worker`` is there once for each worker, by its name. ``labels`` are
put on objects that others make: ``{pools: {worker: {app.kubernetes.io/instance: cluster-config}}}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulator.options import Options
from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding
from tests.simulator.yaml_files import read

_FOLDER = Path(__file__).parent / "shape_tables"


def shape_namespaces(options: Options) -> list[str]:
    found = [name for table in _tables(options.extras) for name in table.get("namespaces", ())]
    return [*dict.fromkeys(found)]


def shape_crds(options: Options) -> list[Object]:
    """The CustomResourceDefinitions that the shapes bring."""
    return [_crd(**entry) for table in _tables(options.extras) for entry in table.get("definitions", ())]


def seed_shapes(seeding: Seeding) -> None:
    names = [crd["spec"] for crd in shape_crds(seeding.options)]
    plurals = {(spec["group"], spec["names"]["kind"]): spec["names"]["plural"] for spec in names}
    workers = [node.name for node in seeding.topology.nodes if not node.is_master]
    for table in _tables(seeding.options.extras):
        for manifest in table["objects"]:
            _seed(manifest, manifest["metadata"]["name"], plurals, seeding=seeding)
        for manifest in table.get("per_worker", ()):
            for worker in workers:
                _seed(manifest, worker, plurals, seeding=seeding)


def shape_labels(options: Options, *, of: str, name: str) -> dict[str, str]:
    """What other people's operators have put on an object that is made elsewhere."""
    found: dict[str, str] = {}
    for table in _tables(options.extras):
        found |= table.get("labels", {}).get(of, {}).get(name, {})
    return found


def _seed(manifest: Object, name: str, plurals: dict[tuple[str, str], str], *, seeding: Seeding) -> None:
    meta = manifest["metadata"]
    body = {key: value for key, value in manifest.items() if key not in ("apiVersion", "kind", "metadata")}
    seeding.create(
        _key(manifest, plurals),
        name,
        body,
        namespace=meta.get("namespace"),
        labels=meta.get("labels"),
        annotations=meta.get("annotations"),
        created=seeding.ages.ago(days=15),
    )


def _key(manifest: Object, plurals: dict[tuple[str, str], str]) -> str:
    group, kind = manifest["apiVersion"].rpartition("/")[0], manifest["kind"]
    plural = plurals.get((group, kind)) or f"{kind.lower()}s"
    return f"{plural}.{group}" if group else plural


def _crd(*, group: str, version: str, kind: str, plural: str, namespaced: bool = False) -> Object:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    scope = "Namespaced" if namespaced else "Cluster"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": scope, "names": names, "versions": [served]},
    }


def _tables(extras: Sequence[str]) -> list[dict[str, Any]]:
    return [table for name in dict.fromkeys(extras) for table in [_table(name)] if table]


@cache
def _table(name: str) -> dict[str, Any]:
    path = _FOLDER / f"{name}.yaml"
    return dict(read(path)) if path.is_file() else {}
