# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a DaemonSet or a Deployment has finished its rollout; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..._cluster.kinds import DAEMON_SET, DEPLOYMENT, POD
from ..._cluster.port import Cluster
from ..._cluster.readers import nodes
from ..._domain.errors import NotFound
from ..._domain.health.pods import Pod, PodInError, in_error
from ..._domain.health.rollout import Rollout, rollout_verdict, without_silent
from ..._domain.verdicts import Verdict, done, pending
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Waiter

RolloutKind = Literal["DaemonSet", "Deployment"]
KINDS = {"DaemonSet": DAEMON_SET, "Deployment": DEPLOYMENT}


@dataclass(frozen=True)
class Workload:
    """One DaemonSet or Deployment, by name."""

    kind: RolloutKind
    namespace: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    @property
    def described_by(self) -> str:
        return f"oc -n {self.namespace} describe {self.kind.lower()} {self.name}"


@dataclass(frozen=True)
class RolloutView:
    """``rollout`` None when there is no such object. ``pods`` are the ones in error, read while it is unfinished;
    ``left_out`` the nodes that are not waited for."""

    workload: Workload
    rollout: Rollout | None
    pods: tuple[PodInError, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if self.rollout is None:
            return pending(f"{self.workload.title} does not exist")
        return rollout_verdict(self.rollout, in_error=self.pods, left_out=self.left_out)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.workload.kind,
            "name": self.workload.name,
            "rollout": self.rollout.to_json() if self.rollout else None,
        }


def wait_for_rollouts(
    cluster: Cluster, waiter: Waiter, workloads: Sequence[Workload], *, silent_nodes: bool = True
) -> Outcome:
    """Until all of them are rolled out.

    :param silent_nodes: False to leave out nodes of whose kubelet nobody has heard for a while
    :raises WaitEnded: with the counts and the pods in error
    """
    latest = LastObservation(
        lambda: tuple(_read(cluster, workload, silent_nodes=silent_nodes) for workload in workloads), _facts
    )
    wait = latest.awaited(
        waiter,
        tried=f"see {' and '.join(workload.title for workload in workloads)} rolled out",
        judge=_together,
        remedy=" ".join(f"Look at '{workload.described_by}' and at its pods." for workload in workloads),
    )
    return Outcome(wait=wait, facts=latest.shown)


def _together(views: Sequence[RolloutView]) -> Verdict:
    """What has failed comes first, and what is not finished before what is."""
    verdicts = [view.verdict for view in views]
    for state in ("failed", "pending"):
        reasons = [verdict.reason for verdict in verdicts if verdict.state == state]
        if reasons:
            return Verdict(state, "; ".join(reasons))
    return done("; ".join(verdict.reason for verdict in verdicts))


def _facts(views: Sequence[RolloutView]) -> dict[str, Any]:
    first = views[0].rollout
    return {
        "rollout": first.to_json() if first else None,
        "rollouts": [view.to_json() for view in views],
        "pods": [pod.to_json() for view in views for pod in view.pods],
        "nodes_left_out": sorted({node for view in views for node in view.left_out}),
    }


def _read(cluster: Cluster, workload: Workload, *, silent_nodes: bool) -> RolloutView:
    try:
        body = cluster.get(KINDS[workload.kind], workload.name, namespace=workload.namespace)
    except NotFound:
        return RolloutView(workload, None)
    rollout = Rollout.from_json(body, kind=workload.kind)
    if rollout_verdict(rollout).state == "done" or not rollout.selector.text:
        return RolloutView(workload, rollout)
    listed = cluster.list(POD, namespace=workload.namespace, labels=rollout.selector.text)
    pods = [Pod.from_json(pod) for pod in listed]
    silent = frozenset() if silent_nodes else frozenset(node.name for node in nodes(cluster) if node.silent)
    counted, left_out = without_silent(rollout, silent, pods)
    return RolloutView(workload, counted, in_error(pod for pod in pods if pod.node not in left_out), left_out)
