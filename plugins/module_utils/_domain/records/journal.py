# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a migration that must outlive the controller: which boot each node was on before the flip."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..networks import Networks
from ..nodes import Node

NAMESPACE = "ovn-migration"
NAME = "migration-journal"
#: On networks.config.openshift.io cluster, from the flip until the clean-up.
ANNOTATION = "ocp-day2.ovn-migration/journal"


@dataclass(frozen=True)
class Journal:
    """``boot_ids``: node name -> ``status.nodeInfo.bootID`` before the flip. ``closed_at`` is set by the clean-up."""

    target: str
    boot_ids: Mapping[str, str]
    recorded_at: str
    closed_at: Optional[str] = None

    @classmethod
    def from_json(cls, config_map: Mapping[str, Any]) -> Journal:
        """:raises ValueError: when the ConfigMap is not one that ``to_json`` made"""
        data = config_map.get("data") or {}
        try:
            boot_ids = json.loads(data["boot_ids"])
            target, recorded_at = data["target"], data["recorded_at"]
        except KeyError as error:
            raise ValueError(f"it has no key {error}") from error
        if not isinstance(boot_ids, dict):
            raise ValueError("boot_ids is not a mapping of node names to boot ids")
        return cls(target=target, boot_ids=boot_ids, recorded_at=recorded_at, closed_at=data.get("closed_at"))

    def to_json(self) -> dict[str, Any]:
        """A ConfigMap, without ``apiVersion`` and ``kind``."""
        data = {
            "target": self.target,
            "recorded_at": self.recorded_at,
            "boot_ids": json.dumps(dict(sorted(self.boot_ids.items())), indent=1),
        }
        if self.closed_at:
            data["closed_at"] = self.closed_at
        return {"metadata": {"name": NAME, "namespace": NAMESPACE}, "data": data}

    @classmethod
    def from_annotation(cls, text: str) -> Journal:
        """:raises ValueError: when it is not what ``to_annotation`` made"""
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError("it is no mapping")
        return cls.from_json({"data": {**data, "boot_ids": json.dumps(data.get("boot_ids"))}})

    def to_annotation(self) -> str:
        """The same for ``ANNOTATION`` of the object that is flipped, in the patch that flips it: it survives the loss
        of our namespace."""
        return json.dumps(
            {"target": self.target, "recorded_at": self.recorded_at, "boot_ids": dict(sorted(self.boot_ids.items()))},
            separators=(",", ":"),
        )

    def speaks_of(self, networks: Networks) -> bool:
        """Whether this record belongs to the migration that the cluster is in: flipped to ``target``, not finalized."""
        return (
            self.closed_at is None
            and networks.config.spec_type == self.target
            and networks.operator.migrating_to == self.target
        )


def not_rebooted(nodes: Iterable[Node], boot_ids: Mapping[str, str]) -> tuple[str, ...]:
    """The nodes that are still on the recorded boot. A node that joined after the record booted after it, too."""
    return tuple(node.name for node in nodes if boot_ids.get(node.name) == node.boot_id)
