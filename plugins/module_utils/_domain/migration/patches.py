# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The patches that make a migration, as JSON merge patches, and what they would do."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Optional

from ..networks import CONFIG_BLOCK, ConfigNetwork, OperatorNetwork, other
from .fields import OperatorFields
from .settings import Settings

Patch = dict[str, Any]


def merged(document: Any, patch: Any) -> Any:
    """RFC 7386, on copies."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    result = dict(copy.deepcopy(document)) if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def clear_migration() -> Patch:
    return {"spec": {"migration": None}}


def prepare(operator: OperatorNetwork, settings: Settings, *, target: str, fields: OperatorFields) -> Optional[Patch]:
    """``spec.migration`` and the wanted settings in one patch; None when the operator has all of it.

    features must come with networkType: up to 4.15 the conversion starts with the first reconcile that sees the type
    (cluster-network-operator 4.14, pkg/controller/operconfig/operconfig_controller.go).
    """
    spec: dict[str, Any] = {}
    if operator.migrating_to != target:
        spec["migration"] = {"networkType": target}
        if settings.features is not None:
            spec["migration"]["features"] = dict(settings.features)
    block = missing_settings(operator, settings, target=target, fields=fields)
    if block:
        spec["defaultNetwork"] = {CONFIG_BLOCK[target]: block}
    return {"spec": spec} if spec else None


def missing_settings(
    operator: OperatorNetwork, settings: Settings, *, target: str, fields: OperatorFields
) -> dict[str, Any]:
    """The wanted settings when the operator does not have all of them yet; empty when it has."""
    present = operator.block(target)
    block = settings.block(target, fields=fields, present=present)
    return block if merged(present, block) != present else {}


def flip(settings: Settings, *, target: str) -> Patch:
    spec: dict[str, Any] = {"networkType": target}
    if settings.cluster_network:
        spec["clusterNetwork"] = [dict(entry) for entry in settings.cluster_network]
    return {"spec": spec}


def unflip(config: ConfigNetwork) -> Patch:
    """Back to the type and the pod networks that the operator has applied."""
    spec: dict[str, Any] = {"networkType": config.status_type}
    applied = [dict(entry) for entry in config.applied_cluster_network]
    if applied and applied != [dict(entry) for entry in config.cluster_network]:
        spec["clusterNetwork"] = applied
    return {"spec": spec}


def finalize(operator: OperatorNetwork, *, target: str) -> Optional[Patch]:
    """Take away the migration field and the former plugin's settings; None when both are gone."""
    spec: dict[str, Any] = {}
    if operator.migration is not None:
        spec["migration"] = None
    former = CONFIG_BLOCK[other(target)]
    if former in operator.blocks:
        spec["defaultNetwork"] = {former: None}
    return {"spec": spec} if spec else None


def projection(document: Any, patch: Any) -> Any:
    """The parts of ``document`` that ``patch`` speaks of: what a diff shows. Missing parts are left out."""
    if not isinstance(patch, Mapping) or not isinstance(document, Mapping):
        return copy.deepcopy(document)
    return {key: projection(document[key], value) for key, value in patch.items() if key in document}
