# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which MachineHealthChecks a reboot could set off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Conditions of a node that change when its kubelet is away (kubernetes, pkg/controller/nodelifecycle).
OF_THE_KUBELET = frozenset({"Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"})


def acts_on_reboots(check: Mapping[str, Any]) -> bool:
    """Whether a MachineHealthCheck may take a node that reboots for an unhealthy one.

    ``machine-api-termination-handler``, which every cluster with the Machine API has from its release payload, looks
    only for ``Terminating``, which a cloud sets that takes a spot instance back.
    """
    conditions = (check.get("spec") or {}).get("unhealthyConditions") or ()
    return not conditions or any(condition.get("type") in OF_THE_KUBELET for condition in conditions)
