# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine-config-daemon pods: one on each node, privileged, on the host network, reachable without a pod network
(machine-config-operator 4.14, manifests/machineconfigdaemon/daemonset.yaml)."""

from __future__ import annotations

from .kinds import POD
from .port import Cluster, Json

NAMESPACE = "openshift-machine-config-operator"
LABEL = "k8s-app=machine-config-daemon"
#: Named always: the pod has a second container, and an exec without a name is refused by some servers.
CONTAINER = "machine-config-daemon"


def daemons_on(cluster: Cluster, node: str) -> list[Json]:
    """The daemon's pods on that node: none, one, or two while the DaemonSet rolls."""
    return cluster.list(POD, namespace=NAMESPACE, labels=LABEL, fields=f"spec.nodeName={node}")
