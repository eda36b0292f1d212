"""The manifests of docs/rbac, taken apart into single rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rbac"
ACCOUNT = "account.yaml"
ROLES = ("read-only.yaml", "migrate.yaml", "approve-csrs.yaml", "etcd-backup.yaml")


@dataclass(frozen=True, order=True)
class Right:
    """One right on one resource.

    :param resource: with its subresource, ``pods/exec``
    :param name: of the one object that it is for; empty for all
    :param namespace: of the Role; empty for a ClusterRole
    """

    verb: str
    group: str
    resource: str
    name: str = ""
    namespace: str = ""

    def covers(self, wanted: Right) -> bool:
        return (
            (self.verb, self.group, self.resource) == (wanted.verb, wanted.group, wanted.resource)
            and self.name in ("", wanted.name)
            and self.namespace in ("", wanted.namespace)
        )


def documents(*files: str) -> list[dict[str, Any]]:
    """The objects of the manifests, in their order."""
    return [body for file in files for body in yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))["items"]]


def rights(*files: str) -> set[Right]:
    return {right for body in documents(*files) for right in _rights_of(body)}


def _rights_of(role: Mapping[str, Any]) -> Iterator[Right]:
    namespace = role["metadata"].get("namespace", "")
    for rule in role.get("rules") or ():
        names = rule.get("resourceNames") or [""]
        for cell in product(rule["verbs"], rule["apiGroups"], rule["resources"], names):
            yield Right(*cell, namespace=namespace)


def uncovered(given: Iterable[Right], wanted: Iterable[Right]) -> list[Right]:
    """Those of ``wanted`` that no right of ``given`` covers."""
    held = list(given)
    return sorted(right for right in wanted if not any(one.covers(right) for one in held))


def unused(given: Iterable[Right], used: Sequence[Right]) -> list[Right]:
    return sorted(right for right in given if not any(right.covers(one) for one in used))
