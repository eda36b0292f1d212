# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a control-plane node may go down.

Operators cannot be judged between the flip and the last reboot, so the API server and etcd are asked themselves: etcd
runs in static pods on the host network, labelled ``app: etcd`` (cluster-etcd-operator 4.14, bindata/etcd/pod.yaml).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..health.pods import Pod
from ..verdicts import Verdict, done, listed, pending

NAMESPACE = "openshift-etcd"
LABEL = "app=etcd"


def quorum_verdict(*, api_ready: bool, pods: Sequence[Pod], control_plane: Collection[str]) -> Verdict:
    """Whether the API is ready and etcd is whole: a Ready pod on every control-plane node, and none that is not Ready.

    :param pods: the etcd pods; none at all is not a pass
    :param control_plane: the names of all control-plane nodes, whether they are being rebooted or not
    """
    if not api_ready:
        return pending("the API server says that it is not ready")
    if not pods:
        return pending(f"no etcd pod is listed in {NAMESPACE}")
    unready = [f"{pod.name} on {pod.node}" for pod in pods if not (pod.ready and pod.phase == "Running")]
    if unready:
        return pending(f"etcd is not whole: {listed(sorted(unready))} is not Ready")
    without = sorted(set(control_plane) - {pod.node for pod in pods})
    if without:
        return pending(f"etcd is not whole: no pod on {listed(without)}")
    return done(f"the API is ready and all {len(pods)} etcd members are")
