# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the cluster autoscaler removes nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def scales_down(autoscaler: Mapping[str, Any]) -> bool:
    """Whether a ClusterAutoscaler lets nodes be removed; without ``spec.scaleDown`` the autoscaler's own default
    holds, which is that it does (cluster-autoscaler-operator, pkg/controller/clusterautoscaler/clusterautoscaler.go,
    ``AutoscalerArgs``; kubernetes autoscaler, ``--scale-down-enabled``)."""
    scale_down = (autoscaler.get("spec") or {}).get("scaleDown")
    return scale_down is None or bool(scale_down.get("enabled"))
