# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a DaemonSet or a Deployment has finished its rollout; read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..._cluster.kinds import DAEMON_SET, DEPLOYMENT, POD
from ..._cluster.port import Cluster
from ..._domain.errors import NotFound
from ..._domain.health.pods import Pod, PodInError, in_error
from ..._domain.health.rollout import Rollout, rollout_verdict
from ..._domain.verdicts import Verdict, pending
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Waiter

RolloutKind = Literal["DaemonSet", "Deployment"]
KINDS = {"DaemonSet": DAEMON_SET, "Deployment": DEPLOYMENT}


@dataclass(frozen=True)
class RolloutView:
    """``rollout`` None when there is no such object. ``pods`` are the ones in error, read while it is unfinished."""

    rollout: Rollout | None
    pods: tuple[PodInError, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "rollout": self.rollout.to_json() if self.rollout else None,
            "pods": [pod.to_json() for pod in self.pods],
        }


def wait_for_rollout(cluster: Cluster, waiter: Waiter, *, kind: RolloutKind, namespace: str, name: str) -> Outcome:
    """
    :raises WaitEnded: with the counts and the pods in error
    """

    def judge(view: RolloutView) -> Verdict:
        if view.rollout is None:
            return pending(f"{kind} {namespace}/{name} does not exist")
        return rollout_verdict(view.rollout, in_error=view.pods)

    latest = LastObservation(lambda: _read(cluster, kind=kind, namespace=namespace, name=name), RolloutView.to_json)
    wait = latest.awaited(
        waiter,
        tried=f"see {kind} {namespace}/{name} rolled out",
        judge=judge,
        remedy=f"Look at 'oc -n {namespace} describe {kind.lower()} {name}' and at its pods.",
    )
    return Outcome(wait=wait, facts=latest.shown)


def _read(cluster: Cluster, *, kind: RolloutKind, namespace: str, name: str) -> RolloutView:
    try:
        body = cluster.get(KINDS[kind], name, namespace=namespace)
    except NotFound:
        return RolloutView(None)
    rollout = Rollout.from_json(body, kind=kind)
    if rollout_verdict(rollout).state == "done" or not rollout.selector.text:
        return RolloutView(rollout)
    pods = cluster.list(POD, namespace=namespace, labels=rollout.selector.text)
    return RolloutView(rollout, in_error(Pod.from_json(pod) for pod in pods))
