# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which fields of the Network objects a cluster has: the API server drops every other one without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class OperatorFields:
    """The fields of networks.operator.openshift.io, as the cluster's own CustomResourceDefinition has them.

    No table of versions could tell: the subnets of OVN-Kubernetes came with patch releases (cluster-network-operator,
    pull requests 2375 for 4.15 and 2473 for 4.14).

    :param schema: ``openAPIV3Schema`` of version v1
    """

    schema: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, definition: Mapping[str, Any]) -> OperatorFields:
        """Of a CustomResourceDefinition; one without a schema of v1 has no fields."""
        versions = (definition.get("spec") or {}).get("versions") or ()
        schemas = [(version.get("schema") or {}).get("openAPIV3Schema") for version in versions if _is_v1(version)]
        return cls(schemas[0] or {}) if schemas else cls()

    def has(self, path: str) -> bool:
        """Whether a value at ``spec.migration.features`` is kept."""
        schema: Mapping[str, Any] = self.schema
        for name in path.split("."):
            if schema.get("x-kubernetes-preserve-unknown-fields"):
                return True
            below = (schema.get("properties") or {}).get(name)
            if below is None:
                return False
            schema = below
        return True


def _is_v1(version: Mapping[str, Any]) -> bool:
    return version.get("name") == "v1"


def dropped(patch: Any, answer: Any, *, path: str = "") -> Iterator[str]:
    """The fields that a merge patch has set and that the object, as the API server has answered, does not have.

    Only missing fields are told, not other values: what an operator has changed since then is no loss.
    """
    if not isinstance(patch, Mapping):
        return
    for name, value in patch.items():
        below = f"{path}.{name}" if path else str(name)
        if value is None or value == {}:
            continue
        if not isinstance(answer, Mapping) or name not in answer:
            yield from _leaves(value, path=below)
        else:
            yield from dropped(value, answer[name], path=below)


def _leaves(value: Any, *, path: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _leaves(below, path=f"{path}.{name}")
    else:
        yield path
