# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Namespaces that are being deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: How one goes on that hangs; stripping its finalizers would leave what is in it behind, without a namespace.
WAY_ON = (
    "It goes by itself once every API service answers (oc get apiservices) and what its conditions name is gone "
    "(oc get namespace NAME -o yaml). Do not strip its finalizers."
)


def going(namespace: Mapping[str, Any]) -> bool:
    return "deletionTimestamp" in namespace["metadata"]


def held_by(namespace: Mapping[str, Any]) -> tuple[str, ...]:
    """What the namespace controller says is in the way (kubernetes 1.27, pkg/controller/namespace/deletion)."""
    conditions = (namespace.get("status") or {}).get("conditions") or ()
    return tuple(str(one.get("message")) for one in conditions if one.get("status") == "True" and one.get("message"))
